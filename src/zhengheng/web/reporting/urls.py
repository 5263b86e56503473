"""The workbook of reports."""

from django.urls import path

from zhengheng.web.reporting import views

urlpatterns = [
    path("sheet/", views.sheet, name="report_sheet"),
    path("sheet/download/", views.download, name="report_download"),
]

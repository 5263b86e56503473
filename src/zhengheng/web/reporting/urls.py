"""The workbook of reports, and who is late with them."""

from django.urls import path

from zhengheng.web.reporting import views

urlpatterns = [
    path("chase/", views.chase_list, name="report_chase"),
    path("sheet/", views.sheet, name="report_sheet"),
    path("sheet/download/", views.download, name="report_download"),
]

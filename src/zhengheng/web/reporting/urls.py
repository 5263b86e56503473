"""The workbook of reports, who is late with them, and where the year would end."""

from django.urls import path

from zhengheng.web.reporting import views

urlpatterns = [
    path("chase/", views.chase_list, name="report_chase"),
    path("projection/", views.projected, name="report_projection"),
    path("sheet/", views.sheet, name="report_sheet"),
    path("sheet/download/", views.download, name="report_download"),
]

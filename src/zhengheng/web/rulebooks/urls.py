"""Pages of rulebooks beside their list."""

from django.urls import path

from zhengheng.web.rulebooks import views

urlpatterns = [
    path("rulebooks/form.xlsx", views.form, name="rulebook_form"),
    path("rulebooks/<int:number>/indicator/", views.indicator, name="rulebook_indicator"),
    path("rulebooks/<int:number>/workbook.xlsx", views.workbook, name="rulebook_workbook"),
    path("rulebooks/<int:number>/folder.zip", views.folder, name="rulebook_folder"),
]

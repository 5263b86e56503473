"""Pages of targets beside their lists."""

from django.urls import path

from zhengheng.web.targets import views

urlpatterns = [
    path("targets/import/", views.bring, name="target_import"),
    path("targets/table/<int:number>/", views.download, name="target_table"),
    path("targets/cascade/", views.cascade, name="target_cascade"),
    path("changes/eased/", views.eased, name="change_eased"),
]

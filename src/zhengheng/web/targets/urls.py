"""Pages of targets beside their lists."""

from django.urls import path

from zhengheng.web.targets import views

urlpatterns = [
    path("targets/cascade/", views.cascade, name="target_cascade"),
    path("changes/eased/", views.eased, name="change_eased"),
]

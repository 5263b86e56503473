"""The organisation's pages."""

from django.urls import path

from zhengheng.web.organisation import views

urlpatterns = [
    path("", views.tree, name="organisation"),
    path("import/", views.bring, name="unit_import"),
    path("<str:code>/", views.unit, name="unit"),
]

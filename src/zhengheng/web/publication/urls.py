"""Addresses of a publication's preview beside those of its kind."""

from django.urls import path

from zhengheng.web.publication import views

urlpatterns = [
    path("<int:number>/preview/", views.preview, name="publication_preview"),
    path("<int:number>/preview/<path:address>", views.previewed, name="publication_previewed"),
]

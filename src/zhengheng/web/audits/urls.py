"""Addresses of sample checks beside those of their kind."""

from django.urls import path

from zhengheng.web.audits import views

urlpatterns = [path("bundle/<str:run>.zip", views.bundle, name="audit_bundle")]

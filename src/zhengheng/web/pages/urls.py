"""The home page and the language switch."""

from django.urls import path

from zhengheng.web.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("clock/", views.advance_clock, name="advance_clock"),
    path("language/", views.language, name="language"),
]

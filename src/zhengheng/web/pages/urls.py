"""The home page and the language switch."""

from django.urls import path

from zhengheng.web.pages import checklist, views

urlpatterns = [
    path("", views.home, name="home"),
    path("checklist/", checklist.page, name="checklist"),
    path("clock/", views.advance_clock, name="advance_clock"),
    path("language/", views.language, name="language"),
]

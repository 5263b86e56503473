"""The results' pages."""

from django.urls import path

from zhengheng.web.results import views

urlpatterns = [
    path("", views.runs, name="results"),
    path("register/", views.register, name="result_register"),
    path("<str:name>/", views.board, name="result"),
    path("<str:name>/package/", views.package, name="result_package"),
    path("<str:name>/readers/", views.name_reader, name="result_readers"),
    path("<str:name>/units/<str:unit>/", views.unit, name="result_unit"),
    path(
        "<str:name>/units/<str:unit>/source/<int:file>/<int:row>/",
        views.source,
        name="result_source",
    ),
    path("<str:name>/units/<str:unit>/trial/", views.trial, name="result_trial"),
]

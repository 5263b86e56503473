"""The jobs' pages."""

from django.urls import path

from zhengheng.web.jobs import views

urlpatterns = [
    path("", views.listing, name="jobs"),
    path("<int:number>/", views.show, name="job"),
    path("<int:number>/retry/", views.retry, name="job_retry"),
]

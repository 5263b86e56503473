"""The overview's pages."""

from django.urls import path

from zhengheng.web.overview import detail, views

urlpatterns = [
    path("", views.start, name="overview"),
    path("city/", views.city, name="city"),
    path("<str:name>/", views.board, name="overview_board"),
    path("<str:name>/file.<str:form>", views.download, name="overview_file"),
    path("<str:name>/strategy/", views.strategy, name="strategy"),
    path("<str:name>/strategy.<str:form>", views.strategy, name="strategy_file"),
    path("<str:name>/units/<str:unit>/report.<str:form>", detail.unit_report, name="unit_report"),
    path("<str:name>/indicators/<str:code>/", detail.indicator, name="overview_indicator"),
    path("<str:name>/units/<str:unit>/", detail.unit, name="overview_unit"),
]

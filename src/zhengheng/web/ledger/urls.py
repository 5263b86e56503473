"""The ledger's pages."""

from django.urls import path

from zhengheng.web.ledger import views

urlpatterns = [
    path("", views.entries, name="ledger"),
    path("checkpoint/", views.checkpoint, name="ledger_checkpoint"),
    path("restored/known/", views.know_restored, name="ledger_know_restored"),
    path("export/", views.export, name="ledger_export"),
    path("<int:sequence>/", views.entry, name="ledger_entry"),
]

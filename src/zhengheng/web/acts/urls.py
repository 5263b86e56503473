"""Addresses of all kinds: /office/<path>/, one object, an act, a file."""

from django.urls import path

from zhengheng.web.acts import views
from zhengheng.web.acts.registry import KINDS

urlpatterns = []
for kind in KINDS:
    head, held = f"{kind.path}/", {"kind": kind}
    if kind.page is None:
        urlpatterns += [
            path(head, views.listing, held, name=f"{kind.name}_list"),
            path(f"{head}<int:number>/", views.show, held, name=kind.name),
        ]
    urlpatterns += [
        path(f"{head}new/<str:act>/", views.new, held, name=f"{kind.name}_new"),
        path(
            f"{head}new/<str:act>/paper.<str:form>",
            views.blank_paper,
            held,
            name=f"{kind.name}_new_paper",
        ),
        path(f"{head}<int:number>/<str:act>/", views.act, held, name=f"{kind.name}_act"),
        path(
            f"{head}<int:number>/<str:act>/paper.<str:form>",
            views.paper,
            held,
            name=f"{kind.name}_paper",
        ),
        path(f"{head}<int:number>/files/<int:file>/", views.file, held, name=f"{kind.name}_file"),
    ]

"""The portal at the top of the office's own address, where one machine does both: written pages, nothing else."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET
from django.views.static import serve

OFFICE = ("office/", "api/", "static/")
"""What is not the portal's: an address of the office that is not there is not looked for among its pages."""


@require_GET
def page(request: HttpRequest, path: str) -> HttpResponseBase:
    """A file of the written site. Without a site everything leads to the office."""
    if path.startswith(OFFICE):
        raise Http404
    root = Path(settings.HOME) / "portal"
    if not root.is_dir():
        return redirect("/office/")
    if path == "" or path.endswith("/"):
        path += "index.html"
    response = serve(request, path, document_root=str(root))
    # What is released stays; the pages around it change with the next release.
    response["Cache-Control"] = "public, max-age=300"
    return response

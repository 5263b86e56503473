"""The portal at the top of the office's own address, where one machine does both: written pages, nothing else."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from django.views.static import serve

from zhengheng.web.pages.clock import now
from zhengheng.web.portal.inbox import Inbox
from zhengheng.web.portal.receiving import MOST_BYTES, Receiver
from zhengheng.web.portal.snapshots import slots_of


@csrf_exempt
@require_POST
def comment(request: HttpRequest) -> HttpResponseBase:
    """A comment, where the office's own machine serves the portal: nobody is signed in, so nothing can be forged."""
    home = Path(settings.HOME)
    if not slots_of(home / "portal.yaml").comments or len(request.body) > MOST_BYTES:
        raise Http404
    return redirect("/" + _receiver(home).answer(request.body))


@lru_cache(maxsize=4)
def _receiver(home: Path) -> Receiver:
    return Receiver(Inbox(home / "inbox"), now)


@require_GET
def page(request: HttpRequest, path: str) -> HttpResponseBase:
    """A file of the written site. Without a site everything leads to the office."""
    root = Path(settings.HOME) / "portal"
    if not root.is_dir():
        return redirect("/office/")
    if path == "" or path.endswith("/"):
        path += "index.html"
    response = serve(request, path, document_root=str(root))
    # What is released stays; the pages around it change with the next release.
    response["Cache-Control"] = "public, max-age=300"
    return response

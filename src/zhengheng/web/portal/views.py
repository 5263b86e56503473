"""The portal at the top of the office's own address, where one machine does both: written pages, nothing else."""

import time
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils._os import safe_join
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_http_methods, require_safe
from django.views.static import serve

from zhengheng.web.pages.clock import now
from zhengheng.web.portal.inbox import Inbox
from zhengheng.web.portal.missing import missing
from zhengheng.web.portal.receiving import MOST_BYTES, Receiver, too_long
from zhengheng.web.portal.snapshots import slots_of
from zhengheng.web.portal.unsent import PAGE


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest) -> HttpResponseBase:
    """A comment, where the office's own machine serves the portal: nobody is signed in, so nothing can be forged."""
    home = Path(settings.HOME)
    if not slots_of(home / "portal.yaml").comments:
        raise Http404
    if request.method != "POST":
        return redirect(f"/{PAGE}")  # whoever opens the address again, or shares it
    if len(request.body) > MOST_BYTES:
        answer = too_long(home / "portal", request.headers.get("Referer", ""))
    else:
        answer = _receiver(home).answer(request.body, str(request.META.get("REMOTE_ADDR", "")))
    return HttpResponse(answer.page, status=answer.status) if answer.page else redirect(f"/{answer.where}")  # fmt: skip


@lru_cache(maxsize=4)
def _receiver(home: Path) -> Receiver:
    return Receiver(Inbox(home / "inbox"), now, time.monotonic, home / "portal")


def _place(path: str) -> Path:
    """The file of the written site behind an address. Raises SuspiciousFileOperation outside the site."""
    name = f"{path}index.html" if path == "" or path.endswith("/") else path
    return Path(safe_join(Path(settings.HOME) / "portal", name))


def _version(request: HttpRequest, path: str) -> str | None:
    """The entity tag: it changes when the file is written anew."""
    try:
        held = _place(path).stat()
    except OSError:
        return None
    return f'"{held.st_mtime_ns:x}-{held.st_size:x}"'


def _missing(root: Path, path: str) -> HttpResponseBase:
    """The portal's own page for an address that it does not have."""
    content = missing(root, path)
    if content is None:
        raise Http404
    return HttpResponse(content, status=404)


@require_safe
@condition(etag_func=_version)
def page(request: HttpRequest, path: str) -> HttpResponseBase:
    """A file of the written site. Without a site everything leads to the office."""
    root = Path(settings.HOME) / "portal"
    if not root.is_dir():
        return redirect("/office/")
    try:
        place = _place(path).relative_to(root)
        response = serve(request, str(place), document_root=str(root))
    except (Http404, SuspiciousFileOperation):
        return _missing(root, path)
    kind = response["Content-Type"]
    if kind.startswith("text/") or kind in {"application/json", "application/javascript"}:
        response["Content-Type"] = f"{kind}; charset=utf-8"
    # What is released stays; the pages around it change with the next release.
    response["Cache-Control"] = "public, max-age=300"
    return response

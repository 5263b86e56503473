"""The preview of a publication: its files and pages, for who reviews and who releases it."""

import re
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from zhengheng.engines.snapshot import KINDS
from zhengheng.ledger import witness
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import forbidden
from zhengheng.web.acts import selectors
from zhengheng.web.pages.context import built
from zhengheng.web.portal.site import beside, page
from zhengheng.web.portal.snapshots import Site
from zhengheng.web.publication.acts import PUBLICATIONS, scanned
from zhengheng.web.publication.models import Publication
from zhengheng.web.publication.preview import (
    earliest,
    may_have_previewed,
    may_preview,
    note_preview,
    over,
    site_with,
    written,
)

FORM = re.compile(r'(<form [^>]*method="post"[^>]*>)(.*?)(</form>)', re.DOTALL)
"""A form of the portal that sends what somebody wrote."""
ASSETS = ("portal.css", "portal.js")


def _previewed(request: OfficeRequest, number: int) -> Publication:
    held: Publication = selectors.find(PUBLICATIONS, number, request.user, request.now.date())
    if not may_preview(held, request.user, request.now.date()):
        if may_have_previewed(held, request.user, request.now.date()):
            raise over(held)
        raise forbidden("publication.preview")
    return held


@require_safe
def preview(request: OfficeRequest, number: int) -> HttpResponse:
    """Every file with its size and digest, what the scan found, and the way to the pages."""
    held = _previewed(request, number)
    day = earliest(held, request.now.date())
    folder = written(held, day)
    digests = site_with(held, folder, day).digests({"number": held.pk})
    note_preview(held, "files", account=request.user, now=request.now)
    files = [(name, (folder / name).stat().st_size, digest) for name, digest in sorted(digests.items())]  # fmt: skip
    context: dict[str, Any] = {
        "kind": PUBLICATIONS, "object": held, "title": PUBLICATIONS.title(held), "files": files,
        "findings": [(one, KINDS[one["kind"]]) for one in scanned(held)], "day": day,
    }  # fmt: skip
    return render(request, "publication/preview.html", context)


@require_safe
def previewed(request: OfficeRequest, number: int, address: str) -> HttpResponseBase:
    """A page or a file as it would stand on the portal, byte by byte; a page says above that it does not yet."""
    held = _previewed(request, number)
    if address.removeprefix("assets/") in ASSETS:
        return redirect(built(address.removeprefix("assets/")))
    day = earliest(held, request.now.date())
    folder = written(held, day)
    site = site_with(held, folder, day)
    answer = _answer(held, site, folder, address)
    note_preview(held, address, account=request.user, now=request.now)
    answer["Cache-Control"] = "no-store"
    return answer


def _answer(held: Publication, site: Site, folder: Path, address: str) -> HttpResponseBase:
    name = address.rpartition("/")[2]
    attached = content_disposition_header(True, name) or "attachment"
    if address.endswith(".html"):
        text = page(site, address)
        if text is None:
            raise Http404
        return HttpResponse(marked(text, english=address.startswith("en/")))
    texts = beside(site) | {"witness.py": Path(witness.__file__).read_text(encoding="utf-8")}
    if address in texts:
        return HttpResponse(texts[address], content_type="application/octet-stream", headers={"Content-Disposition": attached})  # fmt: skip
    # The pages lead to the data of what is out already too.
    data = re.fullmatch(r"data/(\d+)/(.+)", address)
    number, own = (int(data[1]), f"data/{data[2]}") if data else (held.pk, address)
    found = next((one for one in site.publications if one["number"] == number), None)
    if found is None or own not in site.digests(found):
        raise Http404
    # FileResponse closes the file when it was sent.
    return FileResponse((site.folder(found) / own).open("rb"), as_attachment=True, filename=name)


def marked(text: str, *, english: bool) -> str:
    """A page of the portal with a bar above everything: this is not published. Forms for what the public writes take nothing."""
    words = "Preview: not published yet. Only for the secrecy review and the release; do not pass it on." if english else "预览：尚未对外发布。仅供保密审查和发布审批，不得外传。"  # fmt: skip
    shut = "In the preview nothing can be sent." if english else "预览中不能填写和发送。"
    text = FORM.sub(rf'\1<p class="notice">{shut}</p><fieldset disabled>\2</fieldset>\3', text)
    return text.replace("<body>", f'<body>\n    <p class="notice measure" role="note"><strong>{words}</strong></p>', 1)  # fmt: skip

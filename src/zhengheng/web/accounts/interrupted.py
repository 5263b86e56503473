"""What stood in a form whose act wants a fresh proof: it waits in the session until its author is back at the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

INTERRUPTED = "interrupted"
"""In a session: the one form that was sent last without a fresh proof."""
NEVER = frozenset({"csrfmiddlewaretoken", "opened", "password", "code", "next"})
"""Fields that are no part of what somebody wrote."""


@dataclass(frozen=True)
class Left:
    """A form that was sent without a fresh proof."""

    sent_to: str = ""
    """The address of the act."""
    typed: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Numbers of the files that came with it, by field."""


def leave(request: HttpRequest, back: str, files: Mapping[str, Sequence[int]] | None = None) -> None:  # fmt: skip
    """Keep what was typed for the page at the address `back`, where its form stands."""
    typed = {name: text for name, text in request.POST.dict().items() if name not in NEVER}
    request.session[INTERRUPTED] = {
        "back": urlsplit(back).path, "sent_to": request.path, "typed": typed, "files": {name: [*held] for name, held in (files or {}).items()},
    }  # fmt: skip


def taken_up(request: HttpRequest) -> Left:
    """What was left for this page, once: the form shows it, and the session keeps it no longer. Empty where nothing was left."""
    held = request.session.get(INTERRUPTED)
    if request.method != "GET" or held is None or held["back"] != request.path:
        return Left()
    del request.session[INTERRUPTED]
    return Left(held["sent_to"], held["typed"], held["files"])


def page_of_form(request: HttpRequest) -> str:
    """The address of the page from which a form was sent, where its act has none of its own; else the first page."""
    back = str(request.META.get("HTTP_REFERER", ""))
    if back and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return urlsplit(back).path
    return "/office/"

"""What pages and API read from a request, and what they answer an expected error with."""

from collections.abc import Mapping

from django.http import HttpRequest

from zhengheng.domain.problems import ZhenghengError

_STATUS = {
    "ForbiddenError": 403,
    "OwnMatterError": 403,
    "EarlierStepError": 403,
    "ProveError": 403,
    "NotFoundError": 404,
    "StaleError": 409,
    "StateError": 409,
    "KeptError": 503,
}


def http_status(error: ZhenghengError) -> int:
    """The HTTP status of an expected error; what cannot be is 422."""
    return _STATUS.get(type(error).__name__, 422)


def version_in(typed: Mapping[str, str]) -> int:
    """The version of the object that stands in a form; 0, which fits nothing, where there is none."""
    text = typed.get("row_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def seen_version(request: HttpRequest) -> int:
    """The version of the object that the actor saw; 0, which fits nothing, where none came."""
    return version_in(request.POST.dict())

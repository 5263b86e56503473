"""Idempotency keys: a request that is sent twice, because the first answer was lost, is done once."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from zhengheng.domain.problems import Problem
from zhengheng.web.api.models import GivenAnswer
from zhengheng.web.api.problems import answer

KEPT = timedelta(days=1)
LONGEST = 80


class RollBack(Exception):  # noqa: N818
    """The work broke: neither it nor its key stays."""


def once(request: HttpRequest, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Do a writing request, or give the answer that it got before.

    Key, work and answer are one transaction: a process that dies half-way leaves nothing of them, and
    of two at the same time the second waits for the first.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key or request.method in {"GET", "HEAD"} or not request.user.is_authenticated:
        return do()
    if len(key) > LONGEST or not key.isprintable():
        return _refused(request, 422, "key.malformed", "Idempotency-Key 不符合要求", "the Idempotency-Key is malformed")  # fmt: skip
    content = b"\0".join((str(request.method).encode(), request.path.encode(), request.body))
    digest = hashlib.sha256(content).hexdigest()
    now = request.now  # type: ignore[attr-defined]
    GivenAnswer.objects.filter(account=request.user, at__lt=now - KEPT).delete()
    held: GivenAnswer | None = None
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    held = GivenAnswer.objects.create(account=request.user, key=key, request=digest, at=now)  # fmt: skip
            except IntegrityError:
                return _again(request, key, digest)
            response = do()
            if response.status_code >= 500:
                raise RollBack
            held.status, held.kind = response.status_code, response.headers.get("Content-Type", "")
            held.body = response.content.decode()
            held.save(update_fields=["status", "kind", "body"])
    except RollBack:
        pass
    return response


def _again(request: HttpRequest, key: str, digest: str) -> HttpResponse:
    held = GivenAnswer.objects.get(account=request.user, key=key)  # type: ignore[misc]
    if held.request != digest:
        return _refused(request, 422, "key.reused", "同一 Idempotency-Key 用于另一请求", "this Idempotency-Key was used for another request")  # fmt: skip
    response = HttpResponse(held.body.encode(), status=held.status, content_type=held.kind)
    response["Idempotent-Replay"] = "true"
    return response


def _refused(request: HttpRequest, status: int, code: str, zh: str, en: str) -> HttpResponse:
    return answer(request, status, (Problem("Idempotency-Key", code, zh, en),))

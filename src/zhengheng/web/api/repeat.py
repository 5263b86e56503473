"""Idempotency keys: a request that is sent twice, because the first answer was lost, is done once."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from zhengheng.domain.problems import Problem
from zhengheng.web.accounts.sealing import opened, seal
from zhengheng.web.acts.beginning import begin, waiting
from zhengheng.web.api.models import GivenAnswer
from zhengheng.web.api.problems import answer

KEPT = timedelta(days=1)
LONGEST = 80


class RollBack(Exception):  # noqa: N818
    """The work broke: neither it nor its key stays."""


class Again(Exception):  # noqa: N818
    """Another request with the same key was quicker; this one gets its answer."""


V = TypeVar("V", bound=Callable[..., Any])


def begins(view: V) -> V:
    """A view that reads files first, and says itself from when on it writes (acts/beginning.py)."""
    view.begins = True  # type: ignore[attr-defined]
    return view


class Writing(Router):
    """Addresses of the API; a view that writes begins with it at once, unless it says when itself."""

    def add_api_operation(self, path: str, methods: list[str], view_func: Callable[..., Any], **more: Any) -> None:  # fmt: skip
        """As the library does it."""
        if set(methods) - {"GET"} and not getattr(view_func, "begins", False):
            view_func = _begun(view_func)
        super().add_api_operation(path, methods, view_func, **more)


def _begun(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def written(*arguments: Any, **named: Any) -> Any:
        begin()
        return view(*arguments, **named)

    return written


def once(request: HttpRequest, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Do a writing request, or give the answer that it got before.

    Key, work and answer are one transaction: a process that dies half-way leaves nothing of them, and
    of two at the same time the second waits for the first. It begins with the work: while a file is read
    it does not exist yet, and nobody waits.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key or request.method in {"GET", "HEAD"} or not request.user.is_authenticated:
        return do()
    if len(key) > LONGEST or not key.isprintable():
        return _refused(request, 422, "key.malformed", "Idempotency-Key 不符合要求", "the Idempotency-Key is malformed")  # fmt: skip
    digest = _digest(request)
    now = request.now  # type: ignore[attr-defined]
    mine = GivenAnswer.objects.filter(account=request.user)
    mine.filter(at__lt=now - KEPT).delete()
    if mine.filter(key=key).exists():
        return _again(request, key, digest)
    held: list[GivenAnswer] = []
    taken: list[str] = []
    try:
        with ExitStack() as stack:

            def start() -> None:
                stack.enter_context(transaction.atomic())
                try:
                    with transaction.atomic():
                        made = GivenAnswer.objects.create(account=request.user, key=key, request=digest, at=now)  # type: ignore[misc]  # fmt: skip
                    held.append(made)
                except IntegrityError as error:
                    taken.append(key)
                    raise Again from error

            with waiting(start):
                response = do()
                begin()  # a file that was refused when it was read: the answer is kept all the same
            if taken:
                raise Again  # what the server made of it stands for nothing
            if not held:
                return response  # the database was away before anything was done
            if response.status_code >= 500:
                raise RollBack
            held[0].status, held[0].kind = response.status_code, response.headers.get("Content-Type", "")  # fmt: skip
            # A first password stands in an answer once; what is kept of it here is closed with the installation's key.
            held[0].body = seal(response.content.decode())
            held[0].save(update_fields=["status", "kind", "body"])
    except RollBack:
        pass
    except Again:
        return _again(request, key, digest)
    return response


def _digest(request: HttpRequest) -> str:
    """What was asked for: all of the address, and the body but for the boundary of its parts, which is drawn anew at each sending."""
    params: dict[str, str] = request.content_params or {}
    boundary, body = params.get("boundary", "").encode(), request.body
    said = body.replace(boundary, b"") if boundary else body
    content = b"\0".join((str(request.method).encode(), request.get_full_path().encode(), said))
    return hashlib.sha256(content).hexdigest()


def _again(request: HttpRequest, key: str, digest: str) -> HttpResponse:
    held = GivenAnswer.objects.get(account=request.user, key=key)  # type: ignore[misc]
    if held.request != digest:
        return _refused(request, 422, "key.reused", "同一 Idempotency-Key 用于另一请求", "this Idempotency-Key was used for another request")  # fmt: skip
    response = HttpResponse(opened(held.body).encode(), status=held.status, content_type=held.kind)
    response["Idempotent-Replay"] = "true"
    return response


def _refused(request: HttpRequest, status: int, code: str, zh: str, en: str) -> HttpResponse:
    return answer(request, status, (Problem("Idempotency-Key", code, zh, en),))

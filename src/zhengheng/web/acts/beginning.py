"""From when on a request writes: what is one transaction with its work begins then, and not while a file is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_WAITING: ContextVar[Callable[[], None] | None] = ContextVar("waiting", default=None)


def begin() -> None:
    """Say that what follows writes, before its transaction. Doing it twice changes nothing."""
    start = _WAITING.get()
    if start is not None:
        _WAITING.set(None)
        start()


@contextmanager
def waiting(start: Callable[[], None]) -> Iterator[None]:
    """Inside, the first `begin` calls `start`."""
    token = _WAITING.set(start)
    try:
        yield
    finally:
        _WAITING.reset(token)

"""What the portal takes from the public: one form, within limits, answered by a written page."""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from zhengheng.domain.problems import DataError
from zhengheng.web.portal.inbox import Inbox

ADDRESS = "/comments"
MOST_BYTES = 12_000
"""A comment in UTF-8, written as a form is sent, with its page."""
MOST_OF_ONE, MOST_OF_ALL = 5, 300
"""Comments that one address, and all together, may leave in a minute."""
MINUTE = 60.0
ADDRESSES = 10_000
"""Addresses that are told apart; they are kept in memory for a minute, and nowhere else."""
Start = Callable[..., Any]
_LOG = logging.getLogger(__name__)


class Throttle:
    """How many have come from whom within the last minute, by a clock that only goes on."""

    def __init__(self, tick: Callable[[], float]) -> None:
        self.tick = tick
        self.lately: OrderedDict[str, deque[float]] = OrderedDict()
        self.all: deque[float] = deque(maxlen=MOST_OF_ALL)

    def has_room(self, address: str) -> bool:
        """Whether one more may come from an address; it is counted if so."""
        moment = self.tick()
        mine = self.lately.setdefault(address, deque(maxlen=MOST_OF_ONE))
        self.lately.move_to_end(address)
        while len(self.lately) > ADDRESSES:
            self.lately.popitem(last=False)
        if any(len(held) == held.maxlen and moment - held[0] < MINUTE for held in (mine, self.all)):
            return False
        mine.append(moment)
        self.all.append(moment)
        return True


class Receiver:
    """Takes forms into an inbox, so many a minute; a field that only programs fill is thrown away unread."""

    def __init__(
        self, inbox: Inbox, now: Callable[[], datetime], tick: Callable[[], float]
    ) -> None:
        self.inbox, self.now, self.throttle = inbox, now, Throttle(tick)

    def answer(self, body: bytes, address: str) -> str:
        """Where the writer's browser goes next."""
        given = {
            name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()
        }
        prefix = "en/" if given.get("language") == "en" else ""
        if given.get("website"):
            return f"{prefix}comments.html"
        if not self.throttle.has_room(address):
            return f"{prefix}comments.html?late#said"
        try:
            reference = self.inbox.take(given.get("text", ""), given.get("page", ""), self.now())
        except DataError:
            return f"{prefix}comments.html?length#said"
        except OSError:
            _LOG.exception("the portal's inbox took no comment")
            return f"{prefix}comments.html?full#said"
        return f"{prefix}comments.html?received={reference}#said"


def receiving(
    pages: Callable[..., Iterable[bytes]], receiver: Receiver
) -> Callable[..., Iterable[bytes]]:
    """The written pages, and before them the one address that takes something."""

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != ADDRESS or environ.get("REQUEST_METHOD") != "POST":
            return pages(environ, start)
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(min(size, MOST_BYTES + 1))
        if len(body) > MOST_BYTES:
            body = b""
        start(
            "303 See Other",
            [("Location", receiver.answer(body, str(environ.get("REMOTE_ADDR", ""))))],
        )
        return [b""]

    return application

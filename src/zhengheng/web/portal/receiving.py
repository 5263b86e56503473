"""What the portal takes from the public: one form, within limits, answered by a written page."""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from zhengheng.domain.problems import DataError
from zhengheng.web.portal.inbox import LONGEST, Inbox
from zhengheng.web.portal.unsent import PAGE, unsent

ADDRESS = "/comments"
MOST_BYTES = 10 * LONGEST * len("%F0%A0%80%80") + 4 * 2**10
"""Of what is read: ten comments of the longest, each character as long as a form writes any, and what goes with them.
A comment that is too long is so given back with its text, and the longest one never reaches this bound."""
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


class Answer(NamedTuple):
    """What the writer's browser gets: where it goes next, or the form with what was not taken."""

    where: str = ""
    status: int = 303
    page: bytes = b""


def too_long(site: Path, came_from: str) -> Answer:
    """To somebody who sent more than is read: the form's page in the language of the page that the form stood on."""
    prefix = "en/" if "/en/" in urlsplit(came_from).path else ""
    page = unsent(site, prefix, "large", "", "")
    return Answer(f"{prefix}{PAGE}") if page is None else Answer("", 413, page)


class Receiver:
    """Takes forms into an inbox, so many a minute; a field that only programs fill is thrown away unread.

    What is not taken is given back on the page of the form that was written to `site`.
    """

    def __init__(
        self, inbox: Inbox, now: Callable[[], datetime], tick: Callable[[], float], site: Path
    ) -> None:
        self.inbox, self.now, self.throttle, self.site = inbox, now, Throttle(tick), site

    def answer(self, body: bytes, address: str) -> Answer:
        """What a form gets."""
        given = {
            name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()
        }
        prefix = "en/" if given.get("language") == "en" else ""
        text, about = given.get("text", "").replace("\r\n", "\n"), given.get("page", "")

        def back(status: int, word: str) -> Answer:
            page = unsent(self.site, prefix, word, text, about)
            return Answer(f"{prefix}{PAGE}") if page is None else Answer("", status, page)

        if given.get("website"):
            return Answer(f"{prefix}{PAGE}")
        if not self.throttle.has_room(address):
            return back(429, "late")
        try:
            reference = self.inbox.take(text, about, self.now())
        except DataError:
            return back(422, "length" if text.strip() else "empty")
        except OSError:
            _LOG.exception("the portal's inbox took no comment")
            return back(503, "full")
        return Answer(f"{prefix}{PAGE}?received={reference}#said")


def receiving(
    pages: Callable[..., Iterable[bytes]], receiver: Receiver
) -> Callable[..., Iterable[bytes]]:
    """The written pages, and before them the one address that takes something."""

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != ADDRESS:
            return pages(environ, start)
        if environ.get("REQUEST_METHOD") != "POST":
            answer = Answer(PAGE)  # whoever opens the address again, or shares it
        elif int(environ.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            answer = too_long(receiver.site, str(environ.get("HTTP_REFERER", "")))
        else:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            answer = receiver.answer(body, str(environ.get("REMOTE_ADDR", "")))
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        if not answer.page:
            start(status, [("Location", answer.where)])
            return [b""]
        start(
            status,
            [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(answer.page))),
            ],
        )
        return [answer.page]

    return application

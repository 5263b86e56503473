"""What the portal takes from the public: one form, within limits, answered by a written page."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from zhengheng.domain.problems import DataError
from zhengheng.web.portal.inbox import Inbox

ADDRESS = "/comments"
MOST_BYTES = 12_000
"""A comment in UTF-8, written as a form is sent, with its page."""
MOST_A_MINUTE = 30
Start = Callable[..., Any]


class Receiver:
    """Takes forms into an inbox, so many a minute; a field that only programs fill is thrown away unread."""

    def __init__(self, inbox: Inbox, now: Callable[[], datetime]) -> None:
        self.inbox, self.now = inbox, now
        self.lately: deque[datetime] = deque(maxlen=MOST_A_MINUTE)

    def answer(self, body: bytes) -> str:
        """Where the writer's browser goes next."""
        given = {
            name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()
        }
        prefix = "en/" if given.get("language") == "en" else ""
        moment = self.now()
        if len(self.lately) == MOST_A_MINUTE and (moment - self.lately[0]).total_seconds() < 60:
            return f"{prefix}comments.html?late#said"
        if given.get("website"):
            return f"{prefix}comments.html"
        try:
            reference = self.inbox.take(given.get("text", ""), given.get("page", ""), moment)
        except DataError:
            return f"{prefix}comments.html?length#said"
        self.lately.append(moment)
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
        start("303 See Other", [("Location", receiver.answer(body))])
        return [b""]

    return application

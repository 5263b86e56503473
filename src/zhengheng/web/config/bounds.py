"""How much anybody may send, decided on the head of a request, before its body is read."""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from zhengheng.web.portal.receiving import ADDRESS, MOST_BYTES

FORM = 256 * 2**10
"""Bytes of a request of somebody who has not signed in: a form, a query of the API."""
FILES = 64 * 2**20
"""Bytes of a request of somebody who has: a few files of the size that one may have."""
SIGNED_IN = ("COOKIE", "AUTHORIZATION")
COMMENT = MOST_BYTES + 1
"""Bytes at which the public portal reads no further."""
TooLong = Callable[[str], bytes]
"""The portal's page for whoever sent more than it reads, by the address of the page that the form stood on."""


def most(path: str, headers: dict[str, str]) -> int:
    """The bytes that a request may have. A forged cookie buys the larger bound and no more."""
    if not path.startswith(("/office/", "/api/")):
        return COMMENT
    return FILES if any(headers.get(name) for name in SIGNED_IN) else FORM


class Bounded(HTTPRequestParser):  # type: ignore[misc]
    """Reads a request, and stops where it is longer than who sends it may send, chunked or not."""

    def parse_header(self, header_plus: bytes) -> None:
        """The head; from here on the bound of this very request holds."""
        super().parse_header(header_plus)
        self.adj: Any = copy(self.adj)
        self.adj.max_request_body_size = most(self.path, self.headers)


def refusing(too_long: TooLong) -> type[ErrorTask]:
    """What answers instead of the site where a request was not read: to a citizen's comment the portal's own page."""

    class Refused(ErrorTask):  # type: ignore[misc]
        def execute(self) -> None:
            """The page; to anything else, which no page of a site sends, the server's own line."""
            headers: Mapping[str, str] = self.request.headers
            page = b""
            if isinstance(self.request.error, RequestEntityTooLarge) and self.request.path == ADDRESS:  # fmt: skip
                page = too_long(headers.get("REFERER", ""))
            if not page:
                super().execute()
                return
            self.status = "413 Request Entity Too Large"
            self.response_headers.append(("Content-Type", "text/html; charset=utf-8"))
            self.set_close_on_finish()
            self.content_length = len(page)
            self.write(page)

    return Refused

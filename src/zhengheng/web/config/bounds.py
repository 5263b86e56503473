"""How much anybody may send, decided on the head of a request, before its body is read."""

from copy import copy
from typing import Any

from waitress.parser import HTTPRequestParser

FORM = 256 * 2**10
"""Bytes of a request of somebody who has not signed in: a form, a query of the API."""
FILES = 64 * 2**20
"""Bytes of a request of somebody who has: a few files of the size that one may have."""
SIGNED_IN = ("COOKIE", "AUTHORIZATION")
COMMENT = 16 * 2**10
"""Bytes of what the public portal takes."""


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

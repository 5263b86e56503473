"""The written site's own page for an address that it does not have; Django is not needed here."""

import re
from pathlib import Path

PAGE = "404.html"
_LINK = re.compile(r'((?:href|src|action)=")(?!#|/|[a-z]+:)')


def missing(root: Path, path: str) -> bytes | None:
    """The page in the language of the address; None where the site was written before there was one.

    It is shown at addresses of any depth, so its links go from the top, where this server has the site.
    """
    for folder in ("en/", "") if path.lstrip("/").startswith("en/") else ("",):
        if (held := root / folder / PAGE).is_file():
            return _LINK.sub(rf"\1/{folder}", held.read_text(encoding="utf-8")).encode()
    return None

"""The written site's own page for an address that it does not have, or cannot answer; Django is not needed here."""

import re
from html import escape
from pathlib import Path

PAGE = "404.html"
_WORDS = re.compile(r'<h1>.*?</h1>\s*<p class="answer">.*?</p>', re.DOTALL)
LINK = re.compile(r'((?:href|src|action)=")(?!#|/|[a-z]+:)')


def missing(root: Path, path: str) -> bytes | None:
    """The page in the language of the address; None where the site was written before there was one.

    It is shown at addresses of any depth, so its links go from the top, where this server has the site.
    """
    for folder in ("en/", "") if path.lstrip("/").startswith("en/") else ("",):
        if (held := root / folder / PAGE).is_file():
            return LINK.sub(rf"\1/{folder}", held.read_text(encoding="utf-8")).encode()
    return None


def unanswered(root: Path, path: str, zh: str, en: str) -> bytes | None:
    """The same page, for what the server could not do: in the site's frame, with the words of the address's language."""
    page = missing(root, path)
    if page is None:
        return None
    title, words = ("Not done", en) if path.lstrip("/").startswith("en/") else ("没有办成", zh)
    said = f'<h1>{title}</h1><p class="answer">{escape(words)}</p>'
    text = re.sub(r"<title>.*?</title>", f"<title>{title}</title>", page.decode(), flags=re.DOTALL)
    return _WORDS.sub(lambda _: said, text, count=1).encode()

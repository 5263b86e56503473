"""The written page of the form, given back with why nothing was taken and with what was written; Django is not needed here."""

import re
from html import escape
from pathlib import Path

from zhengheng.web.portal.missing import LINK

PAGE = "comments.html"
_SAID = re.compile(r'<p\s+id="said"[^>]*>.*?</p>', re.DOTALL)
_TEXT = re.compile(r'(<textarea\s+id="text"[^>]*>)\s*</textarea>')
_ABOUT = re.compile(r'(<input[^>]*\sid="page"\s+value=)""')


def unsent(root: Path, prefix: str, word: str, text: str, about: str) -> bytes | None:
    """The page, with its own words for `word` and the text in its box; None where the site has none.

    It answers at the address that the form is sent to, beside the Chinese page: its links go from there.
    """
    held = root / prefix / PAGE
    if not held.is_file():
        return None
    page = held.read_text(encoding="utf-8")
    words = re.search(rf'\sdata-{word}="([^"]*)"', page)
    reason = words.group(1).replace("NUMBER", str(len(text))) if words else ""
    said = f'<p id="said" role="alert" class="notice problem">{reason}</p>'
    page = _SAID.sub(lambda _: said, page, count=1)
    # A browser leaves out the first end of line of a box.
    page = _TEXT.sub(lambda found: f"{found[1]}\n{escape(text)}</textarea>", page, count=1)
    page = _ABOUT.sub(lambda found: f'{found[1]}"{escape(about)}"', page, count=1)
    return LINK.sub(rf"\1{prefix}", page).encode()

"""Whether a text gives a unit away, in whatever form its name is written."""

import re
import unicodedata

from zhengheng.web.organisation.models import Unit

_PLAIN = re.compile(r"[\s\W_]+")
_TAIL = re.compile(
    r"(?:委员会办公室|委员会|办公室|管理局|街道|支队|中心|大队|新区|园区|局|委|办|厅|区|县|市|镇|乡|村|院|会|所|队|科|处|室)$"
)
_PLACES = re.compile(r"(?:街道|新区|园区|区|县|市|镇|乡|村)$")
FEWEST = 3
"""Characters of a name, in their order, that make an abbreviation (投促局 for 投资促进局) [D]."""


def plain(text: str) -> str:
    """A text without spaces, brackets, marks and odd widths: what remains when it is only read."""
    return _PLAIN.sub("", unicodedata.normalize("NFKC", text).casefold())


def told(text: str, unit: Unit, *more: str) -> list[str]:
    """The forms of a unit's name that stand in a text: in full, without its ending, abbreviated, in English, as code.

    `more` are further words that point at it, such as a document's number.
    """
    read, found = plain(text), []
    for name in (unit.name_zh, unit.name_en, *more):
        if plain(name) and plain(name) in read:
            found.append(name)
    if re.search(rf"(?<![0-9a-z]){re.escape(unit.code.casefold())}(?![0-9a-z])", text.casefold()):
        found.append(unit.code)
    stem = _TAIL.sub("", plain(unit.name_zh))
    least = 2 if _PLACES.search(unit.name_zh) else FEWEST
    if not found and len(stem) >= least and stem in read:
        found.append(stem)
    if not found and (short := _abbreviated(read, plain(unit.name_zh))):
        found.append(short)
    return found


def _abbreviated(read: str, name: str) -> str:
    """Characters of the name in their order, from its first to one of its ending, side by side in the text."""
    tail = _TAIL.search(name)
    if tail is None or not name:
        return ""
    for start in (place for place, sign in enumerate(read) if sign == name[0]):
        at, end = 0, start + 1
        while end < len(read) and (place := name.find(read[end], at + 1)) > 0:
            at, end = place, end + 1
            if at >= tail.start() and end - start >= FEWEST:
                return read[start:end]
    return ""

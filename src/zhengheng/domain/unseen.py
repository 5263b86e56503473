"""Marks that nobody sees, and a text as its reader reads it: what is looked for in a text is looked for in its readings.

A number with a mark without width between its digits, in digits of another script, in Chinese numerals or turned round by a
mark of direction is the same number to whoever reads it.
"""

import unicodedata
from typing import Any

_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Marks of other kinds than those of control and format that take no room all the same; variation selectors besides."""
_KINDS = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_LINES = frozenset("\n\r\t")
_TURNED = frozenset("\u202b\u202e\u2067\u200f\u061c")
"""Marks after which a reader's eye goes from right to left."""
_NUMERALS = str.maketrans(
    {mark: digit for digit, marks in {
        "0": "〇零", "1": "一壹弌幺", "2": "二贰貳弍两兩", "3": "三叁參弎", "4": "四肆", "5": "五伍", "6": "六陆陸",
        "7": "七柒", "8": "八捌", "9": "九玖",
    }.items() for mark in marks}
)  # fmt: skip
"""Chinese digits, those of bank papers among them, of a number that is written digit by digit."""


def is_hidden(mark: str) -> bool:
    """Whether a character takes no room, or none of its own: control, format, private use, unassigned."""
    chooses = "VARIATION SELECTOR" in unicodedata.name(mark, "")
    return unicodedata.category(mark) in _KINDS or mark in _EMPTY or chooses


def unseen(text: str) -> list[str]:
    """The characters of a text of several lines that nobody sees, each once; ends of lines and tabulators are none."""
    if text.isprintable() and text.isascii():
        return []
    return [mark for mark in dict.fromkeys(text) if mark not in _LINES and is_hidden(mark)]


def named(marks: list[str]) -> str:
    """Such characters by their code points, for messages."""
    return "、".join(f"U+{ord(mark):04X}" for mark in marks)


class _Fold(dict[int, Any]):
    """What each character is to a reader, found when it first comes: a digit, a dash, a blank, a middle dot, nothing, or itself."""

    def __missing__(self, code: int) -> str:
        mark = chr(code)
        kind = unicodedata.category(mark)
        digit = unicodedata.digit(mark, None)
        if digit is not None:
            held = str(digit)
        elif mark in _LINES:
            held = mark
        elif is_hidden(mark) or kind in {"Mn", "Me"}:
            held = ""
        elif kind == "Pd" or mark == "\u2212":
            held = "-"
        elif kind == "Zs":
            held = " "
        else:
            held = "·" if mark in "•‧∙⋅・･" else mark
        self[code] = held
        return held


_FOLD = _Fold()


def readings(text: str) -> list[str]:
    """The ways in which a text may be read: folded to plain digits, letters and dashes; besides with Chinese numerals
    as digits, and from the right where a mark of direction turns it. The first is the text as it stands."""
    if text.isascii() and text.isprintable():
        return [text]
    plain = unicodedata.normalize("NFKC", text.translate(_FOLD)).translate(_FOLD)
    found = [plain, plain.translate(_NUMERALS)]
    if not _TURNED.isdisjoint(text):
        found += [one[::-1] for one in found]
    return list(dict.fromkeys(found))

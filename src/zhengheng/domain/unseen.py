"""Marks that nobody sees, and a text as its reader reads it: what is looked for in a text is looked for in its readings.

A number with a mark without width between its digits, in digits of another script, in Chinese numerals or turned round by a
mark of direction is the same number to whoever reads it.
"""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import unquote

_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
"""Marks of other kinds than those of control and format that take no room all the same; variation selectors besides."""
_KINDS = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_LINES = frozenset("\n\r\t")
_TURNED = frozenset("\u202b\u202e\u2067\u200f\u061c")
"""Marks after which a reader's eye goes from right to left."""
_NUMERALS = str.maketrans(
    {mark: digit for digit, marks in {
        "0": "〇零洞", "1": "一壹弌幺", "2": "二贰貳弍两兩", "3": "三叁參弎", "4": "四肆", "5": "五伍", "6": "六陆陸",
        "7": "七柒拐", "8": "八捌", "9": "九玖勾",
    }.items() for mark in marks}
)  # fmt: skip
"""Chinese digits, those of bank papers and of the radio among them, of a number that is written digit by digit."""


@lru_cache(maxsize=100_000)
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
        if digit is None and kind in {"Nl", "No"} and unicodedata.numeric(mark, 99) in range(10):
            digit = int(unicodedata.numeric(mark))  # of merchants, Romans and counting rods
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


_PASS = str.maketrans({
    mark: digit for digit, marks in {"0": "OoОоΟοΘθ", "1": "lIi|!ıІіӀӏΙι丨", "2": "Zz", "3": "ЗзƷʒ", "5": "SsЅѕ", "6": "bбɓ", "8": "BВ", "9": "gq"}.items() for mark in marks
})  # fmt: skip
"""Letters and marks that pass for digits among digits."""
_AMONG = re.compile(
    rf"(?<![^\W_\u3400-\u9fff])(?=[^\W_|!]*\d|.(?:\W{{0,3}}\d))[\d{''.join(map(chr, _PASS))}]+[xX]?(?![^\W_\u3400-\u9fff])"
)
_CIRCLES = re.compile(r"(?<=\d)[○◯⭕⚪]{1,3}(?![○◯⭕⚪])|(?<![○◯⭕⚪])[○◯⭕⚪]{1,3}(?=\d)")
"""Circles that pass for zeros; four in a row beside digits leave a part of the number out."""
_CODE = re.compile(r"[A-Z]\d{2,6}")
"""A code of an indicator or a clause: its letter is a letter."""
_COUNTED = re.compile(
    r"[0-9〇零一壹弌幺二贰貳弍两兩三叁參弎四肆五伍六陆陸七柒八捌九玖十百千拾佰仟]*[十百千拾佰仟][0-9〇零一壹弌幺二贰貳弍两兩三叁參弎四肆五伍六陆陸七柒八捌九玖十百千拾佰仟]*"
)
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}


def readings(text: str) -> list[str]:
    """The ways in which a text may be read: folded to plain digits, letters and dashes; besides with Chinese numerals
    as digits, with letters that pass for digits among digits, and from the right where a mark of direction turns it.
    The first is the text as it stands."""
    found = []
    for said in dict.fromkeys((text, unescape(text), unquote(text))):
        plain = said
        if not (said.isascii() and said.isprintable()):
            plain = unicodedata.normalize("NFKC", said.translate(_FOLD)).translate(_FOLD)
        spoken = plain if plain.isascii() else _COUNTED.sub(_count, plain).translate(_NUMERALS)
        spoken = _CIRCLES.sub(lambda circles: "0" * len(circles[0]), spoken)
        found += [plain, spoken, _AMONG.sub(_passed, spoken)]
    if not _TURNED.isdisjoint(text):
        found += [one[::-1] for one in found]
    return list(dict.fromkeys(found))


def _passed(found: re.Match[str]) -> str:
    return found[0] if _CODE.fullmatch(found[0]) else found[0].translate(_PASS)


def _count(found: re.Match[str]) -> str:
    """A number that is written with tens and hundreds, in digits; what is none stays."""
    whole, digit = 0, None
    for mark in found[0].translate(_NUMERALS):
        if mark in _TENS:
            whole += (1 if digit is None else digit) * _TENS[mark]
            digit = None
        elif digit:
            return found[0]
        else:
            digit = int(mark)
    return str(whole + (digit or 0))

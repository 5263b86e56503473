"""Numbers of persons in a text: mobile telephones, identity cards, bank cards, however their digits are set apart; fixed lines.

A text is cut into groups of digits and what stands between them. Groups that together have the shape of such a number
are one, if what lies between them is a way of writing a number and not the text around figures: amounts, dates, times
and lists are figures. An identity number in groups must have a date of birth and the right check character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from zhengheng.domain.said import says_something

Kind = Literal["identity", "phone", "card", "landline"]
Found = tuple[Kind, str]

_MOBILE = re.compile(r"(?:(?:00)?86)?0?(1[3-9]\d{9})")
"""With the code of the country, or the 0 that is dialled first from another city."""
_CARD = re.compile(r"[3-6]\d{15,18}")
_IDENTITY = re.compile(r"\d{17}[\dX]")
_LONGEST = 19
_OLDER = re.compile(r"\d{6}(\d{2})(\d{2})(\d{2})\d{3}")
_OLDER_SHAPES = frozenset({(6, 9), (12, 3), (6, 6, 3), (6, 2, 2, 2, 3)})
_GROUP = re.compile(r"\d+")
_LAST = re.compile(r"[^\w×✕✖╳]{0,3}[xX×хХχΧ✕✖╳](?![0-9A-Za-z])")
"""The check character ten, in the letters and marks that pass for it."""
_PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)  # fmt: skip
"""First two digits of the place in an identity number (GB/T 2260) [M]."""
_FACTORS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
"""Weights and check characters of an identity number (GB 11643-1999: ISO 7064, MOD 11-2) [M]."""
_SHAPES = frozenset({(3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 5, 3), (5, 6), (6, 5), (3, 4, 2, 2), (3, 2, 2, 4), (3, 2, 2, 2, 2)})  # fmt: skip
"""How people group the eleven digits of a mobile number when they say or write it [D]."""
_SAID = frozenset({(3, 4, 4), (3, 8)})
"""Those of them that no list of figures has by chance."""
_BLANK = frozenset(" \t-·_")
_LIST = frozenset("、,;,，；")
_BRACKETED = re.compile(r"\([^()\d]{0,12}\)|\[[^\[\]\d]{0,12}\]|【[^】\d]{0,12}】|《[^》\d]{0,12}》|\{[^{}\d]{0,12}\}|<[^<>\d]{0,24}>")  # fmt: skip
_UNIT = re.compile(
    r"\s*(?:[%‰℃°元万亿千百个项件条家户人名次年月日时分秒天周届期批场篇份吨斤克升亩辆台套座间所户宗起例笔册道米里]|平方|立方|公里|公顷|公斤|kg|km|m2)"
)
"""What follows a figure that counts or measures."""
_ASIDE = re.compile(r"前.{0,2}位|后.{0,2}位|末.{0,2}位|中间|尾号|号段|接着|加上|后面|再[拨打按接]|followed|then|dash|dot", re.IGNORECASE)  # fmt: skip
"""Words that say of groups of digits that they are one number."""
_ABOUT = re.compile(r"电话|手机|联系|致电|来电|拨打|短信|微信|号码|号段|tel|phone|mobile|wechat|whatsapp|call", re.IGNORECASE)  # fmt: skip
_TURNED = re.compile(r"倒|反[着序过]|逆序|从右|从后|revers|backward", re.IGNORECASE)
_NEAR = 16
"""Characters before a number in which such a word tells of it."""
_WIDE, _WORDS = 6, 12
"""Characters between two groups of one number, at most: marks alone, words [D]."""
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:[-./]|\s*年\s*)(?:0?[1-9]|1[0-2])(?:(?:[-./]|\s*月\s*)(?:0?[1-9]|[12]\d|3[01])(?!\d)|(?!\d))"
    r"|(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?![\d:])"
)
_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,]*\d)|(?<![\d.])\d+\.\d{1,7}(?![\d.]*\d)")  # fmt: skip


_HEAD = re.compile(r"(?:前.{0,2}位|号段)\D{0,4}(\d{3,8})(?!\d)")
_TAIL = re.compile(r"(?:尾号|[后末].{0,2}位)\D{0,4}(\d{3,8})(?!\d)")
"""Beginning and end of one number, in whichever order they are said."""


_PASSPORT = re.compile(r"(?:护照|通行证|passport|travel permit)\D{0,16}?(?<![0-9A-Za-z])([A-Za-z]{1,2}\d{7,9})(?!\d)", re.IGNORECASE)  # fmt: skip
"""A passport or travel permit, where the text says that it is one: alone it is any number of a paper."""


_LANDLINE = re.compile(
    r"(?<![0-9A-Fa-f.])(?:(?:\+|00)86[\s·_()-]{0,3}0?\)?|86[\s·_(-]{1,3}0?|\(?0)(?:10|2\d|[3-9]\d\d)[)\s·_/-]{0,3}[2-8]\d{2,3}[\s·_-]{0,2}\d{4}(?![0-9A-Fa-f])"
)
"""The number of a fixed line, with the code of its area: 10, 2x or three digits, then seven or eight of which the first is 2 to 8 [D]."""


def private_numbers(text: str) -> Iterator[Found]:
    """Each number of a person in a text of plain digits (`domain.unseen.readings`), with the digits that make it up.

    From the right too: what is checked by its own last character, and a telephone number where the text tells of one.
    """
    yield from _forward(text)
    yield from (("identity", found[1].upper()) for found in _PASSPORT.finditer(text))
    yield from (("landline", found[0].strip()) for found in _LANDLINE.finditer(text))
    for begin in _HEAD.finditer(text):
        for end in _TAIL.finditer(text):
            if found := _MOBILE.fullmatch(begin[1] + end[1]):
                yield "phone", found[1]
    told = bool(_ABOUT.search(text) or _TURNED.search(text))
    yield from (
        one
        for one in _forward(text[::-1])
        if (_is_identity(one[1]) if one[0] == "identity" else one[0] == "phone" and told)
    )


def _forward(text: str) -> Iterator[Found]:
    groups = list(_GROUP.finditer(text))
    gaps = [text[one.end() : two.start()] for one, two in pairwise(groups)]
    for first, begun in enumerate(groups):
        together = ""
        for last in range(first, len(groups)):
            if last > first and len(gaps[last - 1]) > _WORDS:
                break
            together += groups[last][0]
            if len(together) > _LONGEST:
                break
            if last == first:
                yield from _plain(together, text, begun)
            else:
                yield from _apart(
                    together, text, groups[first : last + 1], _Between(gaps, first, last)
                )


@dataclass(frozen=True)
class _Between:
    """What lies between the groups from `first` to `last`, and beside them."""

    all: list[str]
    first: int
    last: int

    @property
    def gaps(self) -> list[str]:
        return self.all[self.first : self.last]

    def blank(self) -> bool:
        return all(set(one) <= _BLANK for one in self.gaps)

    def whole(self) -> bool:
        """Whether the groups before and after are kept apart by more than such marks as lie between."""
        edges = [
            *(self.all[self.first - 1 : self.first] if self.first else []),
            *self.all[self.last : self.last + 1],
        ]
        return not any(set(one) <= _BLANK or one in self.gaps for one in edges)


def _plain(digits: str, text: str, group: re.Match[str]) -> Iterator[Found]:
    """What a group of digits is by itself."""
    if len(digits) == 18 or (len(digits) == 17 and _LAST.match(text, group.end())):
        yield "identity", (digits + "X")[:18]
    elif _is_older(digits):
        yield "identity", digits
    if found := _MOBILE.fullmatch(digits):
        yield "phone", found[1]
    beside = text[max(0, group.start() - 1) : group.start()] + text[group.end() : group.end() + 1]
    if _CARD.fullmatch(digits) and not any(one.isascii() and one.isalpha() for one in beside):
        yield "card", digits


def _apart(
    digits: str, text: str, groups: list[re.Match[str]], between: _Between
) -> Iterator[Found]:
    """What groups of digits are together."""
    lengths = tuple(len(one[0]) for one in groups)
    if len(digits) == 17 and _LAST.match(text, groups[-1].end()) and _is_identity(digits + "X"):
        yield "identity", digits + "X"
    elif _is_identity(digits):
        yield "identity", digits
    elif (
        between.blank()
        and between.whole()
        and (_CARD.fullmatch(digits) or (len(digits) == 18 and lengths != (9, 9)))
    ):
        yield ("card", digits) if _CARD.fullmatch(digits) else ("identity", digits)
    elif (
        _is_older(digits)
        and all(map(_is_marks, between.gaps))
        and (lengths in _OLDER_SHAPES or set(lengths) == {1})
    ):
        yield "identity", digits
    found = _MOBILE.fullmatch(digits)
    if (
        found and lengths[0] != len(digits) - 11
    ):  # the code of the country alone: the number begins a group later
        shape = (lengths[0] - (len(digits) - 11), *lengths[1:])
        if not _is_figure(shape, text, groups) and _is_one(
            shape, between, text, groups[0].start(), groups[-1].end()
        ):
            yield "phone", found[1]


def _is_identity(digits: str) -> bool:
    if not _IDENTITY.fullmatch(digits) or int(digits[:2]) not in _PROVINCES:
        return False
    rest = (
        sum(int(digit) * factor for digit, factor in zip(digits[:17], _FACTORS, strict=True)) % 11
    )
    return digits[17] == _CHECKS[rest] and _is_day(int(digits[6:10]), digits[10:12], digits[12:14])


def _is_older(digits: str) -> bool:
    """An identity number of before 1999: a year of two digits and no check character."""
    found = _OLDER.fullmatch(digits)
    if found is None or int(digits[:2]) not in _PROVINCES:
        return False
    return _is_day(1900 + int(found[1]), found[2], found[3])


def _is_day(year: int, month: str, day: str) -> bool:
    try:
        return 1900 <= date(year, int(month), int(day)).year <= 2099
    except ValueError:
        return False


def _is_figure(shape: tuple[int, ...], text: str, groups: list[re.Match[str]]) -> bool:
    """Whether a date, a time or an amount reaches over what lies between the groups, or years and days stand there."""
    rest = [one[0] for one in groups[1:]]
    if (
        shape == (3, 8)
        and 1990 <= int(rest[0][:4]) <= 2049
        and _is_day(int(rest[0][:4]), rest[0][4:6], rest[0][6:])
    ):
        return True
    if shape == (3, 4, 4) and all(1990 <= int(one) <= 2049 for one in rest):
        return True
    # A number of three digits and four decimals is rarer than a telephone number written with a point.
    rules = (_DATE,) if shape == (3, 4, 4) else (_DATE, _AMOUNT)
    begin, end = groups[0].end(), groups[-1].start()
    around = max(0, begin - 40), end + 40
    return any(
        one.end() > begin and one.start() < end
        for rule in rules
        for one in rule.finditer(text, *around)
    )


def _is_marks(gap: str) -> bool:
    return len(gap) <= _WIDE and not says_something(gap)


def _is_one(shape: tuple[int, ...], between: _Between, text: str, begin: int, end: int) -> bool:
    """Whether groups with the digits of a mobile number are one number, by what lies between them."""
    gaps, singly = between.gaps, set(shape) == {1}
    same = len({one.strip() for one in gaps}) == 1
    if any(_UNIT.match(one.lstrip("([【《<{")) for one in gaps):
        return singly and same
    if between.blank():
        return shape in _SHAPES or between.whole()
    bare = [_BRACKETED.sub("", one) for one in gaps]
    if all(map(_is_marks, bare)):
        marks = set("".join(bare))
        if marks & _LIST:
            if _UNIT.match(text, end):
                return False
            return shape in _SAID or (singly and between.whole())
        return shape in _SHAPES or (
            between.whole() and (singly or (same and not marks & set(".:")))
        )
    if singly:
        return same or between.whole()
    told = any(_ASIDE.search(one) or _ABOUT.search(one) for one in gaps)
    told = told or bool(_ABOUT.search(text[max(0, begin - _NEAR) : begin]))
    return shape in _SHAPES and (told or (same and len(gaps) > 1 and not _LIST & set(gaps[0])))

"""Number formats: what a sheet shows of a number, since that is what the person who sent it saw.

A percent counts only where the format makes one of the number; a literal sign or word ("%", 亿, 分)
stands behind the number as it does on the screen; a day is shown to the day, the month or the year.
What a format hides (digits, thousands, everything) makes the cell one that is not taken.
Source: ECMA-376 part 1, 18.8.30 and 18.8.31 (the numbers 27 to 58 are those of Chinese Excel) [V].
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from zhengheng.workbooks.cell import Cell, Fault

_MONTH, _DAY, _FULL = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
CHINESE = {
    27: _MONTH, 28: _DAY, 29: _DAY, 30: "m-d-yy", 31: _FULL, 32: "h:mm", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss",
    36: _MONTH, 50: _MONTH, 51: _DAY, 52: _MONTH, 53: _DAY, 54: _DAY, 55: "h:mm", 56: "h:mm:ss", 57: _MONTH, 58: _DAY,
}  # fmt: skip
"""Built-in formats that no file spells out: the ones of Chinese Excel and WPS."""
EXACT = 10**15
"""From here on a spreadsheet keeps no unit digit: an identity number typed as a number has lost its end."""
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_COLOUR = re.compile(
    r"\[(?:red|blue|green|magenta|cyan|yellow|红色|蓝色|绿色|洋红|青色|黄色|(?:color|颜色) ?\d+)\]",
    re.IGNORECASE,
)
"""A negative number without its sign may be told by its colour alone."""
_SAYS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b,
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """One section of a number format, taken apart."""

    before: str = ""
    after: str = ""
    inside: str = ""
    """Literal text between digits."""
    percent: int = 0
    zeros: int = 0
    """Whole digits that are always shown."""
    decimals: int = 0
    """Decimals that are always shown."""
    most: int | None = None
    """Decimals that can be shown; None: as many as there are."""
    scaled: bool = False
    """Thousands are left out of sight."""
    digits: bool = False
    text: bool = False
    """It shows a text that stands in the cell."""
    day: str = ""
    """The letters of a date or time that are shown: y, m, d, h."""
    elapsed: bool = False
    condition: tuple[str, Decimal] | None = None
    coloured: bool = False
    below: bool = False
    """The section of its own for numbers below 0, which draws no sign but its own."""


@dataclass
class _Parts:
    before: str = ""
    after: str = ""
    inside: str = ""
    pattern: str = ""
    percent: int = 0
    letters: str = ""
    elapsed: bool = False
    text: bool = False
    pending: str = ""
    marks: list[str] = field(default_factory=list)

    def literal(self, text: str) -> None:
        if self.pattern:
            self.pending += text
        else:
            self.before += text

    def placeholder(self, sign: str) -> None:
        if self.pattern:
            self.inside += self.pending
        else:
            self.before += self.pending
        self.pending = ""
        self.pattern += sign


_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/通用格式)|(?P<half>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-])|(?P<letters>[yYmMdDhHsSeEbBgGaA]+)"
    r"|(?P<sign>[0#?.,/])|(?P<percent>[%％])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)


@lru_cache(maxsize=1000)
def sections(code: str) -> tuple[Section, ...]:
    """The sections of a number format."""
    found, start, place = [], 0, 0
    while match := _TOKEN.match(code, place):
        if match["other"] == ";":
            found.append(code[start:place])
            start = match.end()
        place = match.end()
    found.append(code[start:])
    made = [_section(text) for text in found]
    if len(made) > 1 and not any(one.condition for one in made):
        made[1] = replace(made[1], below=True)
    return tuple(made)


def _section(text: str) -> Section:
    parts = _Parts()
    for match in _TOKEN.finditer(text):
        kind, held = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind in {"quoted", "escaped", "other"}:
            parts.literal("" if held == "@" and kind == "other" else held)
            if held == "@" and kind == "other":
                parts.placeholder("General")
                parts.text = True
        elif kind == "bracket":
            if held.startswith("$"):
                parts.literal(held[1:].split("-")[0])
            elif held[:1].lower() in {"h", "m", "s"} and len(set(held.lower())) == 1:
                parts.elapsed = True
        elif kind == "general":
            parts.placeholder("General")
        elif kind == "letters":
            parts.letters += held.lower() + " "
        elif kind in {"sign", "exponent"}:
            parts.placeholder("E" if kind == "exponent" else held)
        elif kind == "percent":
            parts.percent += 1
    parts.after = parts.pending
    condition = _CONDITION.search(text)
    whole, _, rest = parts.pattern.partition(".")
    free = any(word in parts.pattern for word in ("General", "E")) or "?/" in parts.pattern
    return Section(
        before=parts.before.strip(),
        after=parts.after.strip(),
        inside=parts.inside.strip(),
        percent=parts.percent,
        zeros=0 if free else whole.count("0"),
        decimals=0 if free else rest.count("0"),
        most=None if free else len(rest.replace(",", "")),
        scaled=whole.endswith(",") or rest.endswith(","),
        digits=free or any(sign in parts.pattern for sign in "0#?"),
        text=parts.text,
        day=_day(parts.letters),
        elapsed=parts.elapsed,
        coloured=bool(_COLOUR.search(text)),
        condition=(condition[1], Decimal(condition[2])) if condition else None,
    )


def _day(letters: str) -> str:
    """Which of year, month, day and time are shown; m beside hours or seconds is minutes, ddd a weekday's name."""
    runs = letters.split()
    clock = any(run[0] in "hs" for run in runs)
    found = "y" if any(run[0] in "ye" for run in runs) else ""
    day = any(run[0] == "d" and len(run) <= 2 for run in runs)
    if any(run[0] == "m" for run in runs) and (found or day or not clock):
        found += "m"
    return found + ("d" if day else "") + ("h" if clock else "")


def worded(text: str, code: str) -> str:
    """A text under its format, which may put words around it, say another one instead, or nothing."""
    if code in {"General", "@", ""}:
        return text
    held = sections(code)
    own = [one for one in held[:3] if one.text] if len(held) < WORDED else [held[WORDED - 1]]
    if not own:
        return text
    if not own[-1].text:
        said = own[-1].before or "空白"
        return Cell.refused(text, Fault("cell.format", f"单元格里是“{text[:40]}”，但数字格式使它显示为“{said}”；请把格式改为常规", f"this cell holds {text[:40]!r}, but its number format shows {own[-1].before!r}; set the format to General"))  # fmt: skip
    made = f"{own[-1].before}{text}{own[-1].after}"
    return Cell(made) if made != text else text


WORDED = 4
"""The section of a number format that is for texts, where it has so many."""


def understood(value: float | int, code: str, epoch: datetime, width: float | None = None) -> Cell:
    """A number under its format. `epoch` is day 0 of the workbook's calendar, `width` that of a column that somebody
    set, in digits: a number that does not fit is shown as signs."""
    section, number = _chosen(value, code)
    if section.elapsed:
        return Cell.refused(str(value), Fault("cell.duration", "单元格是时长，不是数值；请改填数字", "this cell is a duration; type a number"))  # fmt: skip
    if section.day:
        return _moment(float(value), section.day, epoch)
    cell = _number(value, number, section)
    if width is None or section.most is None or cell.fault or _room(cell.shown) <= width:
        return cell
    return Cell(cell, cell.shown, text_fault=cell.text_fault, rounds="####")


def _room(text: str) -> float:
    """How many digits' room a number takes at least: signs and points are narrower."""
    return sum(1 if mark.isdigit() or mark == "%" else 0.5 for mark in text)


def _chosen(value: float | int, code: str) -> tuple[Section, Decimal]:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    held = sections(code or "General")
    if any(one.condition for one in held):
        for one in held:
            if one.condition is None or _SAYS[one.condition[0]](number, one.condition[1]):
                return one, number
        return held[-1], number
    if len(held) == 1:
        return held[0], number
    if len(held) == 2:
        return held[number < 0], number
    return held[0 if number > 0 else 1 if number < 0 else 2], number


def _number(value: float | int, number: Decimal, section: Section) -> Cell:
    if not number.is_finite():
        return Cell(str(value))
    plain = f"{number * 100**section.percent:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    before, after = _signs(section.before), _signs(section.after)
    text = f"{before}{plain}{after}" + "%" * section.percent
    if not section.digits:
        held = section.before or "空白"
        return Cell.refused(plain, Fault("cell.format", f"单元格里是 {plain}，但数字格式使它显示为“{held}”；请把格式改为常规", f"this cell holds {plain}, but its number format shows {section.before!r}; set the format to General"))  # fmt: skip
    unsigned = number < 0 and section.below and not (_minus(section) or section.coloured)
    if (
        section.scaled
        or section.inside
        or section.percent > 1
        or (number > 0 and _minus(section))
        or unsigned
    ):
        fault = Fault("cell.format", f"单元格里是 {plain}，但数字格式使它显示为另一个数；请把格式改为常规", f"this cell holds {plain}, but its number format shows another number; set the format to General")  # fmt: skip
        return Cell.refused(plain, fault)
    rounds = ""
    if section.most is not None and len(plain.partition(".")[2]) > section.most:
        seen = Decimal(plain).quantize(Decimal(1).scaleb(-section.most), ROUND_HALF_UP)
        rounds = f"{seen:f}"
    return Cell(text, *_as_text(number, plain, before, after, section), rounds=rounds)


def _as_text(
    number: Decimal, plain: str, before: str, after: str, section: Section
) -> tuple[str, Fault | None, Fault | None]:
    """What is shown of a number, no fault of the number, and the fault of it as a text."""
    sign = "-" if number < 0 else ""
    whole, _, rest = plain.lstrip("-").partition(".")
    shown = sign + before + whole.rjust(section.zeros, "0")
    if width := max(len(rest), section.decimals):
        shown += "." + rest.ljust(width, "0")
    shown += after + "%" * section.percent
    fault = None
    if section.most is not None and len(rest) > section.most:
        fault = Fault("cell.hidden", f"单元格里是 {plain}，显示的位数更少；这里要填代码、期间或文字，请按文本填写", f"this cell holds {plain} and shows fewer digits; a code, period or text is needed here: type it as text")  # fmt: skip
    if abs(number) >= EXACT:
        fault = Fault("cell.digits", "单元格是 15 位以上的数字，末几位已丢失；请把该列设为文本后重新填写", "this cell is a number of more than 15 digits and has lost its last ones; format the column as text and type it again")  # fmt: skip
    return shown, None, fault


def _signs(literal: str) -> str:
    """A literal without what only draws a sign: minus, brackets, spaces."""
    return re.sub(r"[-+()（）\s]", "", literal)


def _minus(section: Section) -> bool:
    return bool(re.search(r"[-−–]", section.before + section.after)) or "(" in section.before


LEAP_DAY = 60
"""Excel's number of the 29 February 1900, a day that never was."""


def _moment(serial: float, parts: str, epoch: datetime) -> Cell:
    if "y" not in parts and parts != "h":
        return Cell.refused(str(serial), Fault("cell.year", "单元格是日期，但没有显示年份；请写明年、月、日", "this cell is a date that does not show its year; write year, month and day"))  # fmt: skip
    try:
        # Excel's calendar has a 29 February 1900, so days before it are one later than they look.
        if epoch.year == 1899 and int(serial) == LEAP_DAY:
            raise ValueError(serial)
        early = epoch.year == 1899 and 0 < serial < LEAP_DAY
        moment = epoch + timedelta(days=int(serial) + early, seconds=round(serial % 1 * 86400))
    except (OverflowError, ValueError):
        return Cell.refused(str(serial), Fault("cell.date", "单元格不是可用的日期", "this cell is no usable date"))  # fmt: skip
    if parts == "h":
        return Cell(moment.time().isoformat())
    if "d" in parts:
        clock = "h" in parts and moment.time() != time()
        return Cell(moment.isoformat(" ") if clock else moment.date().isoformat())
    return Cell(f"{moment:%Y-%m}" if "m" in parts else f"{moment:%Y}")

"""Read single cells: numbers, dates, yes and no, as people in offices write them."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from zhengheng.domain.numbers import VALUE_LIMIT, parse_scaled, plainly
from zhengheng.domain.numbers import plain as plain_number
from zhengheng.domain.periods import parse_period
from zhengheng.domain.script import STANDARD, narrow, private
from zhengheng.domain.several import several
from zhengheng.domain.unseen import named, unseen
from zhengheng.scheme.examples import NO, YES
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.sense import beyond
from zhengheng.workbooks.cell import Cell, refusal, shown

FACTORS = {"千": 10**3, "万": 10**4, "百万": 10**6, "亿": 10**8}
_MAGNITUDES = {
    "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8, "十亿": 10**9, "百亿": 10**10,
    "千亿": 10**11, "万亿": 10**12,
}  # fmt: skip
_PERCENT = {"%", "百分比", "百分点", "个百分点"}
_NUMBER = re.compile(
    r"([-+]?[\d.,]*\d[\d.,]*)([eE][-+]?\d{1,3}(?!\d))?\s*(.*)", re.ASCII | re.DOTALL
)
_NOTHING = frozenset(
    (
        "/",
        "-",
        "--",
        "—",
        "——",
        "–",
        "…",
        "……",
        "...",
        "*",
        "无",
        "暂无",
        "缺",
        "空",
        "待定",
        "未统计",
        "n/a",
        "na",
        "null",
        "none",
        "nil",
        "#n/a",
    )
)
"""What people write where there is no number; which status it stands for nobody can tell."""
_LOOSE = frozenset({"以上", "以下", "以内", "左右", "上下", "余", "多", "+", "起", "不等"})
"""What makes a number less than exact."""
_WIDTHLESS = frozenset("\u200b\ufeff")
_MAGNITUDE = re.compile(r"(十万|百万|千万|十亿|百亿|千亿|万亿|千|万|亿)?(.*)", re.DOTALL)


class CellError(ValueError):
    """Why a cell cannot be read, in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def together(errors: Sequence[CellError]) -> CellError:
    """All that is wrong with the cells of one row, each once, as one error of the first one's kind."""
    if len(errors) == 1:
        return errors[0]
    zh = "；".join(dict.fromkeys(error.zh.rstrip("。") for error in errors))
    en = "; ".join(dict.fromkeys(error.en for error in errors))
    return CellError(errors[0].code, zh, en)


def normal(text: str) -> str:
    """Full-width letters, digits and signs become plain ones; odd spaces go."""
    return narrow(text)


class Values(dict[str, str]):
    """A workbook's row as a filter sees it: what is shown; a formula or an error is no answer.

    Whoever takes a cell asks `get` and `take`.
    """

    def __getitem__(self, name: str) -> str:
        text = super().__getitem__(name)
        if isinstance(text, Cell) and text.fault and text.text_fault:
            take(Cell(text, fault=text.fault, text_fault=text.text_fault))
        return shown(text)


def take(text: str, *, number: bool = False) -> str:
    """A cell as it may be taken: exact as a number, else as the sheet shows it. Raises CellError."""
    if fault := refusal(text, number=number):
        raise CellError(fault.code, fault.zh, fault.en)
    if number:
        return str(text)
    seen = shown(text)
    if not seen.isascii() and (odd := private(seen)):
        meant = f"，应为“{STANDARD[odd]}”" if odd in STANDARD else ""
        raise CellError(
            "private", f"“{seen[:40]}”中有私用区字符 U+{ord(odd):04X}{meant}，别处显示不出或显示成别的字；请改正",
            f"{seen[:40]!r} holds the private-use character U+{ord(odd):04X}, which others cannot see; correct it",
        )  # fmt: skip
    return seen


def take_whole(text: str) -> str:
    """A number as `take` gives it, where nobody would read a warning: one that the sheet does not show whole is refused."""
    held = take(text, number=True)
    if isinstance(text, Cell) and text.rounds:
        raise CellError(
            "cell.shown", f"单元格里是 {held}，显示的却是 {text.rounds}，不知以哪一个为准；请按要用的数填写，并让它完整显示",
            f"this cell holds {held} but shows {text.rounds}, and nobody knows which is meant; type the number that counts and let all of it be seen",
        )  # fmt: skip
    return held


def refuse_unseen(text: str) -> None:
    """Raise CellError where a text holds marks that nobody sees: it would be another word than the one that is read.

    A mark without width at its edge or between its letters (U+200B, U+FEFF) changes nothing and goes (`normal`).
    """
    if text.isascii() and text.isprintable():
        return
    marks = [mark for mark in unseen(text) if mark not in _WIDTHLESS and not private(mark)]
    if marks:
        codes, plain = named(marks), "".join(mark for mark in text if mark not in marks)
        raise CellError(
            "unseen", f"“{plain[:40]}”中有看不见的字符（{codes}），会被当成另一个词；请删去后重新填写",
            f"{plain[:40]!r} holds characters that nobody sees ({codes.replace('、', ', ')}) and would be another word; take them out",
        )  # fmt: skip


def read_number(
    text: str, decimals: int, *, strip: str = "", factor: Decimal = Decimal(1), measure_unit: str | None = None,
    scientific: bool = False,
) -> tuple[int, bool]:  # fmt: skip
    """A number at 10**decimals, and whether digits were rounded away. Raises CellError.

    A text must be plainly a number: 1e5 is one only where the mapping says that its file is written so (`scientific`),
    for a spreadsheet that turned a long number into 1.23E+11 has thrown its end away.

    `factor` leads from the file's unit of measure to `measure_unit`, the indicator's. A suffix is read
    against the latter: 0.5亿 is 0.5 of 亿元 and 5000 of 万元, and % belongs to percentages alone, so that 5% is
    refused where an indicator has no unit of measure ("") and may be a share. One that says what `factor` says
    already counts once. None: a number of no indicator.
    """
    plain = (
        _beside(normal(take(text, number=True)), normal(strip) + " ")
        if strip
        else normal(take(text, number=True))
    )
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise _no_number(text)
    plain, exponent, suffix = match.groups()
    held = plainly(plain)
    if held is None:
        raise _no_number(text)
    if exponent and not scientific:
        raise _scientific(text)
    if suffix:
        if suffix == "%" and measure_unit == "":
            raise _percent_of_nothing(text)
        factor = _factor(text, suffix, normal(measure_unit or ""), factor)
    plain = held + (exponent or "")
    try:
        if factor != 1:
            plain = format(Decimal(plain) * factor, "f")
        number, lost = parse_scaled(plain, decimals)
    except (ValueError, ArithmeticError) as error:
        raise _no_number(text) from error
    if abs(number) >= VALUE_LIMIT:
        raise CellError(
            "number.range",
            f"“{text[:40]}”超出可处理范围（小数 {decimals} 位时绝对值应小于 {VALUE_LIMIT // 10**decimals}）",
            f"{text[:40]!r} is out of range (below {VALUE_LIMIT // 10**decimals} at {several(decimals, 'decimal', 'decimals')})",
        )
    return number, lost


def _beside(text: str, strip: str) -> str:
    """A number without what stands before and after it, and between its sign and its digits: -$5 is -5, 5$3 is none."""
    bare = text.strip(strip)
    sign = bare[:1] if bare[:1] in {"-", "+"} else ""
    return sign + bare[len(sign) :].strip(strip)


def _no_number(text: str) -> CellError:
    zh, en = "请写成 1200、1,200 或 0.5 这样的普通数字", "write it plainly: 1200, 1,200 or 0.5"
    if normal(text).lower() in _NOTHING:
        zh, en = "表示没有数据的，请把这一格留空并写明状态（整列都这样写的，可在采集映射中写 missing）", "where it says that there is no value, leave the cell empty and give the status (where a whole column does so, name it as `missing` in the mapping)"  # fmt: skip
    marks = unseen(text)
    said, hidden = "".join(mark for mark in text if mark not in marks), named(marks)
    more = (f"，其中有看不见的字符（{hidden}）", f", with characters that nobody sees ({hidden.replace('、', ', ')})") if hidden else ("", "")  # fmt: skip
    return CellError("number", f"“{said[:40]}”不是数字{more[0]}；{zh}", f"{said[:40]!r} is not a number{more[1]}; {en}")  # fmt: skip


def _scientific(text: str) -> CellError:
    return CellError(
        "number", f"“{text[:40]}”是科学计数法写的文字，不是普通数字，末几位可能已被电子表格截去；请写出全部数字，文件本来就这样写的，请在采集映射中注明 scientific: true",
        f"{text[:40]!r} is not a number written plainly but in scientific notation, of which a spreadsheet may have cut the end; write all digits, or say `scientific: true` in the mapping where the file is written so",
    )  # fmt: skip


def _percent_of_nothing(text: str) -> CellError:
    return CellError(
        "number.unit", f"“{text[:40]}”带有百分号，而指标没有写计量单位，看不出它是 {text.strip()[:38].rstrip('%％')} 还是百分之几；请在方案中把计量单位写成 %，或在映射中写明去掉百分号（strip: \"%\"）",
        f"{text[:40]!r} has a percent sign, but its indicator has no unit of measure, so that it may be a number or a share; give the indicator the unit of measure %, or say in the mapping that the sign is taken off (strip: \"%\")",
    )  # fmt: skip


def _factor(text: str, suffix: str, measure_unit: str, factor: Decimal) -> Decimal:
    """What a number with this suffix is multiplied by to be in the unit of measure."""
    if suffix == "%":
        if measure_unit and measure_unit not in _PERCENT:
            raise _other_unit(text, measure_unit)
        if factor != 1:
            raise scaled_twice(text)
        return factor
    said, rest = _magnitude(suffix)
    if rest in _LOOSE or suffix in _LOOSE:
        raise _no_number(text)
    own, base = _magnitude(measure_unit)
    if rest and rest != base and suffix != measure_unit:
        raise _other_unit(text, measure_unit) if said != 1 or rest.isalpha() else _no_number(text)
    if said != 1 and measure_unit in _PERCENT | {"‰"}:
        raise _other_unit(text, measure_unit)
    if suffix == measure_unit:
        said = own
    if factor != 1:
        # The file's unit of measure is declared, so a suffix can only repeat it: 5万 under `scale: 万`, never 5元.
        if said == 1 != own * factor:
            raise scaled_twice(text)
        if said != own * factor:
            raise _other_unit(text, measure_unit)
        return factor
    return said / own if said != 1 or rest else Decimal(1)


def scaled_twice(text: str) -> CellError:
    """A cell that carries its unit of measure, in a file whose mapping says that its numbers are of another."""
    return CellError(
        "number.scaled", f"“{text[:40]}”自带计量单位，而映射又用 scale 换算，会换算两次；请只留数字，或去掉 scale",
        f"{text[:40]!r} carries its unit of measure, and the mapping's `scale` would convert it a second time; give the number alone, or leave out `scale`",
    )  # fmt: skip


def scale_said_plainly(scale: str, measure_unit: str) -> tuple[str, str] | None:
    """Why a factor that is given as a word says too little under a unit of measure that has such a word itself, and what
    to write: 亿 over 万元 may say that the numbers are 亿元, of which one is 10000 万元, or that one of them is 亿 of 万元."""
    own, base = _magnitude(measure_unit)
    if own == 1 or not base:
        return None
    factor = Decimal(FACTORS[scale])
    less, whole = f"{(factor / own).normalize():f}", f"{factor:f}"
    return (
        f"scale: {scale} 与计量单位“{measure_unit}”连用，看不出这些数是多少{scale}{base}，还是多少{scale}个{measure_unit}；请改写成数：以{scale}{base}为单位的写 scale: {less}，以{scale}个{measure_unit}为单位的写 scale: {whole}",
        f"scale: {scale} over the unit of measure {measure_unit} may mean {scale}{base}, or {scale} times {measure_unit}; write the plain number: scale: {less} where the numbers are in {scale}{base}, scale: {whole} where one of them is {whole} {measure_unit}",
    )  # fmt: skip


def _magnitude(words: str) -> tuple[Decimal, str]:
    match = _MAGNITUDE.fullmatch(words)
    assert match
    return Decimal(_MAGNITUDES.get(match[1] or "", 1)), match[2]


def _other_unit(text: str, measure_unit: str) -> CellError:
    unit = measure_unit or "（未写）"
    return CellError(
        "number.unit", f"“{text[:40]}”的单位与指标的计量单位 {unit} 不符；请按计量单位填写数字",
        f"the unit in {text[:40]!r} is not the indicator's unit of measure ({measure_unit or 'none'}); give the number in that unit",
    )  # fmt: skip


def read_day(text: str, *, months: bool = False) -> date:
    """A single day: 2025-03-01, 2025/3/1, 20250301, 2025年3月1日. Raises CellError for a month or a year, which are many.

    `months`: whoever asks needs no more than the month that a day lies in, so that a month will do; it gives its last day.
    """
    plain = normal(take(text)).split(" ")[0].split("T")[0]
    if re.fullmatch(r"\d{8}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    try:
        held = parse_period(plain)
    except ValueError as error:
        raise _no_day(text) from error
    if held.frequency != "day" and not (months and held.frequency == "month"):
        raise CellError(
            "date", f"“{text[:40]}”是一段时间，看不出是哪一天；请写到日，如 2026-01-31",
            f"{text[:40]!r} is more than one day; give the day, such as 2026-01-31",
        )  # fmt: skip
    return held.end


def _no_day(text: str) -> CellError:
    return CellError(
        "date", f"“{text[:40]}”不是日期（如 2026-01-31）", f"{text[:40]!r} is no date (2026-01-31)"
    )


def read_bool(text: str) -> bool:
    """是/否, yes/no, true/false, 1/0, √."""
    plain = normal(take(text)).lower()
    if plain in YES:
        return True
    if plain in NO:
        return False
    raise CellError("bool", f"“{text[:40]}”不是“是/否”", f"{text[:40]!r} is neither yes nor no")


_TYPED = re.compile(r"[-+]?[\d.,]*\d[\d.,]*[eE][-+]?\d{1,3}", re.ASCII)


def number_fault(
    text: str, decimals: int, measure_unit: str | None = None, measure_unit_en: str | None = None
) -> tuple[str, str] | None:
    """Why a text is no value of an indicator as a form takes it: a plain number; in both languages, each with the unit of
    measure as it is called there. Who types has no file and no mapping to be put right.
    """
    try:
        _, lost = read_number(text, decimals, measure_unit=measure_unit)
        parse_scaled(text, decimals)
    except CellError as error:
        return _typed(text, error, measure_unit, measure_unit_en)
    except ValueError:
        said = written(text, decimals, measure_unit)
        return f"“{text[:40]}”请只填数字：{said}", f"{text[:40]!r}: give the number alone, {said}"
    if lost:
        if not decimals:
            return (
                f"“{text[:40]}”有小数，而这里只取整数",
                f"{text[:40]!r} has decimals, but only whole numbers are taken here",
            )
        return (f"“{text[:40]}”的小数位多于 {decimals} 位，请按 {decimals} 位填写",
                f"{text[:40]!r} has more than {several(decimals, 'decimal', 'decimals')}; give it with {decimals}")  # fmt: skip
    return None


def _typed(text: str, error: CellError, measure_unit: str | None, measure_unit_en: str | None) -> tuple[str, str]:  # fmt: skip
    """A fault of a cell in words for whoever types the number himself."""
    plain = normal(text).strip()
    if plain.lower() in _NOTHING:
        return f"“{text[:40]}”不是数字；请写成 1200 或 0.5 这样的普通数字", f"{text[:40]!r} is not a number; write it plainly: 1200 or 0.5"  # fmt: skip
    if _TYPED.match(plain):
        return f"“{text[:40]}”是科学计数法的写法，请写出全部数字", f"{text[:40]!r} is scientific notation; write all digits"  # fmt: skip
    if plain.endswith("%") and measure_unit == "":
        return f"“{text[:40]}”带有百分号，而指标没有计量单位；请只填数字", f"{text[:40]!r} has a percent sign, but the indicator has no unit of measure; give the number alone"  # fmt: skip
    if error.code == "number.unit" and measure_unit and measure_unit_en:
        return error.zh, _other_unit(text, measure_unit_en).en
    return error.zh, error.en


def written(text: str, decimals: int, measure_unit: str | None = None) -> str:
    """A number of a sheet (85.3%, 1.2万, ９５) as the plain number that a form takes; else the text as it is."""
    try:
        number, lost = read_number(text, decimals, measure_unit=measure_unit)
        parse_scaled(text, decimals)
    except CellError:
        return str(text)
    except ValueError:
        return str(text) if lost else plain_number(number, decimals)
    return str(text)


def value_fault(
    book: Rulebook, indicator: Indicator, text: str, confirmation: str = ""
) -> tuple[str, str] | None:
    """The same, and beyond its range of sense (合理范围) only with a reason that confirms it."""
    unit = indicator.measure_unit
    fault = number_fault(text, indicator.decimals, unit.zh, unit.say("en"))
    if fault or confirmation.strip():
        return fault
    return beyond(book, indicator, parse_scaled(text, indicator.decimals)[0])

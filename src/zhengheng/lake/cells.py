"""Read single cells: numbers, dates, yes and no, as people in offices write them."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from zhengheng.domain.numbers import VALUE_LIMIT, parse_scaled
from zhengheng.domain.periods import parse_period

FACTORS = {"千": 10**3, "万": 10**4, "百万": 10**6, "亿": 10**8}
_SUFFIX = re.compile(r"(.*?)(百万|千|万|亿|%|％)$")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


class CellError(ValueError):
    """Why a cell cannot be read, in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def normal(text: str) -> str:
    """Full-width digits and signs become plain ones; odd spaces go."""
    text = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    return text.replace("\u200b", "").replace("−", "-").strip()


def read_number(
    text: str, decimals: int, *, strip: str = "", factor: Decimal = Decimal(1)
) -> tuple[int, bool]:
    """A number at 10**decimals, and whether digits were rounded away. Raises CellError."""
    plain = normal(text)
    for sign in strip:
        plain = plain.replace(sign, "")
    if match := _SUFFIX.fullmatch(plain):
        plain, suffix = match.group(1).strip(), match.group(2)
        factor *= FACTORS.get(suffix, 1)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        if factor != 1:
            if not re.fullmatch(r"[-+0-9.eE]{1,60}", plain):
                raise ValueError(plain)
            exponent = re.search(r"[eE]([+-]?\d+)$", plain)
            if exponent and abs(int(exponent.group(1))) > 300:
                raise ValueError(plain)
            plain = format(Decimal(plain) * factor, "f")
        number, lost = parse_scaled(plain, decimals)
    except (ValueError, ArithmeticError) as error:
        raise CellError(
            "number", f"“{text[:40]}”不是数字", f"{text[:40]!r} is not a number"
        ) from error
    if abs(number) >= VALUE_LIMIT:
        raise CellError(
            "number.range",
            f"“{text[:40]}”超出可处理范围 (小数 {decimals} 位时绝对值应小于 {VALUE_LIMIT // 10**decimals})",
            f"{text[:40]!r} is out of range (below {VALUE_LIMIT // 10**decimals} at {decimals} decimals)",
        )
    return number, lost


def read_date(text: str) -> date:
    """A day: 2025-03-01, 2025/3/1, 20250301, 2025年3月1日; a period gives its last day."""
    plain = normal(text).split(" ")[0].split("T")[0]
    if re.fullmatch(r"\d{8}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    try:
        return parse_period(plain).end
    except ValueError as error:
        raise CellError("date", f"“{text[:40]}”不是日期", f"{text[:40]!r} is not a date") from error


def read_bool(text: str) -> bool:
    """是/否, yes/no, true/false, 1/0, √."""
    plain = normal(text).lower()
    if plain in {"1", "true", "yes", "y", "是", "√"}:
        return True
    if plain in {"0", "false", "no", "n", "否", "", "×"}:
        return False
    raise CellError("bool", f"“{text[:40]}”不是“是/否”", f"{text[:40]!r} is neither yes nor no")


def number_fault(text: str, decimals: int) -> tuple[str, str] | None:
    """Why a text is no value of an indicator, in both languages."""
    try:
        _, lost = read_number(text, decimals)
    except CellError as error:
        return error.zh, error.en
    if lost:
        return f"小数位多于 {decimals} 位", f"more than {decimals} decimals"
    return None

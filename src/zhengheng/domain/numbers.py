"""Fixed-point numbers: every value, weight and point is an integer at a declared scale.

Scales
    value      10**decimals of its indicator (0 to 12)
    COEFFICIENT  10**6   weights, full marks, caps, shares
    POINT        10**9   scores ("exact" carry = nine decimals, core rule 5)

Rounding is half up, away from zero at the tie [D]. Logarithm, exponential and
root are computed in integers or 60-digit decimals and rounded once, so that every engine, the
oracle and the bundle's verifier get the same digits (docs/decisions/0002).
"""

import re
from decimal import Context, Decimal, localcontext
from math import isqrt

COEFFICIENT = 10**6
POINT = 10**9
LOG_SCALE = 10**12
ROOT_SCALE = 10**6
VALUE_LIMIT = 10**15
"""No scaled value may reach this: it keeps every intermediate product under 37 digits."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_CONTEXT = Context(prec=60, Emax=999999, Emin=-999999)


def ratio(numerator: int, denominator: int) -> int | None:
    """Quotient rounded half up, away from zero; None where the denominator is zero."""
    if denominator == 0:
        return None
    quotient = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return -quotient if (numerator < 0) != (denominator < 0) else quotient


_PLAINLY = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)


def plainly(text: str) -> str | None:
    """A number as people write it plainly, its commas gone; None where it is not: `.5`, `5.`, `1,00`.

    Digits stand on both sides of a point, thousands by threes or not at all. So data files and cells of rulebooks read.
    """
    return text.replace(",", "") if _PLAINLY.fullmatch(text) else None


def parse_scaled(text: str, decimals: int) -> tuple[int, bool]:
    """Read a plain decimal text as an integer at 10**decimals.

    Returns the integer and whether digits were lost to rounding (half up).
    Raises ValueError for anything that is not a finite decimal number.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    sign, digits, exponent = Decimal(text).as_tuple()
    assert isinstance(exponent, int)
    whole = int("".join(map(str, digits)) or "0")
    shift = exponent + decimals
    if shift > 40 and whole:
        raise ValueError(text)
    if shift >= 0:
        scaled, lost = whole * 10 ** min(shift, 40), False
    elif shift < -1200:
        scaled, lost = 0, whole != 0
    else:
        step = 10**-shift
        scaled, lost = (2 * whole + step) // (2 * step), whole % step != 0
    return (-scaled if sign else scaled), lost


def format_scaled(number: int | None, decimals: int, digits: int | None = None) -> str:
    """Write a scaled integer with exactly `digits` places (default: `decimals`); None is empty."""
    if number is None:
        return ""
    digits = decimals if digits is None else digits
    if digits < decimals:
        rounded = ratio(number, 10 ** (decimals - digits))
        assert rounded is not None
        number = rounded
    else:
        number *= 10 ** (digits - decimals)
    sign, body = ("-" if number < 0 else ""), str(abs(number)).rjust(digits + 1, "0")
    return f"{sign}{body[:-digits]}.{body[-digits:]}" if digits else f"{sign}{body}"


def plain(number: int | None, decimals: int) -> str:
    """Like `format_scaled` without trailing zeros, for people to read."""
    text = format_scaled(number, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def integer_root(number: int) -> int:
    """Square root at ROOT_SCALE, rounded half up, from an exact integer root."""
    if number < 0:
        raise ValueError("square root of a negative number")
    return (isqrt(4 * number * ROOT_SCALE**2) + 1) // 2


def logarithm(number: int, decimals: int) -> int | None:
    """Natural logarithm of number / 10**decimals at LOG_SCALE; None where it does not exist."""
    if number <= 0:
        return None
    with localcontext(_CONTEXT):
        return _nearest(Decimal(number).scaleb(-decimals).ln() * LOG_SCALE)


def exponential(number: int) -> int:
    """e to the number / LOG_SCALE, at POINT."""
    with localcontext(_CONTEXT):
        return _nearest((Decimal(number) / LOG_SCALE).exp() * POINT)


def _nearest(number: Decimal) -> int:
    whole = int(abs(number) + Decimal("0.5"))
    return -whole if number < 0 else whole


def with_unit(value: str, unit: str) -> str:
    """A value with its unit of measure; one that itself begins with a number (10,000 t) in brackets, or both would read as two.

    Of a mere count, whose English unit is "number" (个), the value says it all.
    """
    if not unit or unit == "number":
        return value
    return f"{value} ({unit})" if unit[0].isdigit() else f"{value} {unit}"


HYPHEN = re.compile(r"(?:(?<![\w.\-/])|(?<=[中为至]))-(?=\d)")
"""A hyphen that stands for a minus: right before a digit, behind nothing that it would join; a Chinese sentence has no blank there."""


def true_minus(text: str) -> str:
    """A text with the minus sign before numbers below zero, as pages and papers write them."""
    return HYPHEN.sub("−", text)


_TWO_SIGNS = re.compile(r"([−+×/]) −(\d[\d.]*)")


def formula_minus(text: str, *, chinese: bool) -> str:
    """A formula with the minus sign before numbers below zero; one right behind another sign stands in brackets."""
    with_brackets = r"\1（−\2）" if chinese else r"\1 (−\2)"
    return _TWO_SIGNS.sub(with_brackets, true_minus(text))

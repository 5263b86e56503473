"""What every part of a rulebook is made of."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from zhengheng.domain.problems import Language


class Model(BaseModel):
    """Frozen, strict, unknown keys refused: a rulebook says exactly what it means."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class Text(Model):
    """Words for people: Chinese first, English complete."""

    zh: str = Field(min_length=1)
    en: str = ""

    def say(self, language: Language) -> str:
        return self.en if language == "en" and self.en else self.zh


class Label(Text):
    """Words that may be left out."""

    zh: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh)


def _text(value: Any) -> Any:
    return {"zh": value} if isinstance(value, str) else value


_DECIMAL = re.compile(r"[+-]?(0|[1-9]\d{0,29})(\.\d{1,30})?", re.ASCII)


def _number(value: Any) -> Decimal:
    """Numbers are written plainly: 0.5, 12, -3; no exponents, no floats, no 017 (15 where a leading 0 is octal)."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise ValueError("a plain decimal number is expected, such as 0.5 or 12")


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _credit(value: Any) -> Any:
    """A whole number counts as the text that people write: 1 as 1, beside 0.5 and 2/3."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Credit = BeforeValidator(_credit)
Words = Annotated[Text, BeforeValidator(_text)]
Labels = Annotated[Label, BeforeValidator(_text)]
Number = Annotated[
    Decimal, BeforeValidator(_number), PlainSerializer(_plain, return_type=str, when_used="always")
]
CODE = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"
Code = Annotated[str, Field(pattern=CODE)]
UnitCode = Annotated[str, Field(min_length=1, max_length=100)]


class Basis(Model):
    """Where a rule comes from: title, article, document number, link, trust tag."""

    title: str
    article: str = ""
    document: str = ""
    href: str = ""
    level: str = ""
    """law, central, province, city, office: a veto needs law or central."""
    tag: str = ""
    """V read in a source, 2 weak source, I inferred, M from memory, S essay only, D design."""

"""Which periods an act can be about: those of the year that its rulebook's version assesses, and no other.

A field says with `ask(..., inside=...)` what can be meant. The guard stands where every act is done
(`acts.services`), so that no form, address or job goes past it, and writes a period as it is stored.
"""

from datetime import date
from typing import Any

from django.apps import apps

from zhengheng.domain.periods import Frequency, Period, parse_period
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.acts.declare import Given, Kind

OWN, BEGUN, EARLIER = "own", "begun", "earlier"
"""The rulebook's period or a part of it; such a one that has begun; one that has begun and ends no later than it."""
RHYTHMS: tuple[Frequency, ...] = ("half", "quarter", "month")


class PeriodError(ZhenghengError):
    """A period lies where the act cannot be about it."""


def check_periods(kind: Kind, obj: Any, given: Given, day: date) -> Given:
    """What was given, with its periods as they are stored. Raises PeriodError with every one that cannot be meant."""
    found: list[Problem] = []
    read: dict[str, str] = {}
    for name, info in type(given).model_fields.items():
        said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        inside, text = str(said.get("inside", "")), getattr(given, name)
        version = _version(kind, obj, given) if inside and text else None
        if version is None:
            continue
        whole = parse_period(version.period)
        try:
            asked = parse_period(text)
        except ValueError:
            found.append(Problem(name, "period.unknown", f"“{text}”不是期间，{_possible(whole)[0]}", f"{text!r} is no period; {_possible(whole)[1]}"))  # fmt: skip
            continue
        if fault := _fault(name, inside, asked, whole, day):
            found.append(fault)
        read[name] = asked.code
    if found:
        raise PeriodError(found)
    return given.model_copy(update=read) if read else given


def _version(kind: Kind, obj: Any, given: Given) -> Any:
    """The version that the act is under: its object's, or the one that was chosen."""
    if obj is not None:
        return kind.year(obj) if kind.year else None
    number: int = getattr(given, "rulebook", 0)
    return apps.get_model("rulebooks.RulebookVersion")._default_manager.filter(pk=number).first()


def _fault(name: str, inside: str, asked: Period, whole: Period, day: date) -> Problem | None:
    """Why a period cannot be meant, and which can."""
    zh, en = _possible(whole)
    if inside == EARLIER and asked.end > whole.end:
        return Problem(
            name, "period.outside", f"{asked.code} 在本方案的考核期间 {whole.code} 之后，请填写 {whole.code} 或以前的期间。",
            f"{asked.code} lies after {whole.code}, which the rulebook assesses: give {whole.code} or an earlier period",
        )  # fmt: skip
    if inside in (OWN, BEGUN) and not (whole.start <= asked.start and asked.end <= whole.end):
        return Problem(
            name, "period.outside", f"{asked.code} 不在本方案的考核期间 {whole.code} 之内，{zh}",
            f"{asked.code} lies outside {whole.code}, which the rulebook assesses; {en}",
        )  # fmt: skip
    if inside in (BEGUN, EARLIER) and asked.start > day:
        return Problem(
            name, "period.future", f"{asked.code} 自 {asked.start} 起，还没有开始，请填写已经开始的期间。",
            f"{asked.code} begins on {asked.start}: give a period that has begun",
        )  # fmt: skip
    return None


def _possible(whole: Period) -> tuple[str, str]:
    first = [next((one.code for one in whole.split(rhythm) if one != whole), "") for rhythm in RHYTHMS]  # fmt: skip
    held = [one for one in first if one]
    if not held:
        return f"请填写 {whole.code}。", f"give {whole.code}"
    return (f"请填写 {whole.code} 或其中的一期，如 {'、'.join(held)}。", f"give {whole.code} or a part of it, such as {', '.join(held)}")  # fmt: skip

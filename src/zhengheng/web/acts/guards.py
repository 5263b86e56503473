"""What no act may do, whatever it is: say a day that cannot be, or reach behind a final result.

Both guards stand where every act is done (`acts.services`), so that no form, address or job goes past them.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from pydantic import BaseModel

from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.organisation.succession import check_there
from zhengheng.workflow.machines import CLOSED

HORIZON = timedelta(days=3653)
"""How far ahead a day may lie: beyond ten years it is a slip of the pen [D]."""
PAST, AHEAD, ANY = "past", "ahead", "any"
"""What `ask` says of a day: it has been; it is still to come, today included; the act itself knows."""


class DayError(ZhenghengError):
    """A day lies where the act cannot be about it."""


class FinalError(ZhenghengError):
    """The year's result is final: nothing that it rests on changes any more."""


def check_days(given: BaseModel, day: date) -> None:
    """Raise DayError with every day that does not fit what its field is about; rows are looked into."""
    if found := list(_wrong(given, day, "")):
        raise DayError(found)


def _wrong(given: BaseModel, day: date, head: str) -> Iterator[Problem]:
    for name, info in type(given).model_fields.items():
        value, said = getattr(given, name), info.json_schema_extra
        if isinstance(value, list):
            for place, row in enumerate(value):
                if isinstance(row, BaseModel):
                    yield from _wrong(row, day, f"{head}{name}.{place}.")
        if not isinstance(value, date) or not isinstance(said, dict):
            continue
        asked = value.date() if isinstance(value, datetime) else value
        yield from _day(f"{head}{name}", said, asked, day)


def _day(where: str, said: dict[str, Any], asked: date, day: date) -> Iterator[Problem]:
    zh, en = said.get("zh", where), said.get("en", where)
    if said.get("when") == PAST and asked > day:
        yield Problem(where, "day.future", f"{zh}：{asked} 还没有到，请填写已经发生的日期。",
                      f"{en}: {asked} lies in the future; give a day that has been")  # fmt: skip
    if said.get("when") == AHEAD and asked < day:
        yield Problem(where, "day.past", f"{zh}：{asked} 早于办理之日 {day}，请填写今天或以后的日期。",
                      f"{en}: {asked} lies before the day of the act, {day}; give today or a later day")  # fmt: skip
    if said.get("when") == AHEAD and asked > day + HORIZON:
        yield Problem(where, "day.far", f"{zh}：{asked} 在十年以后，请核对年份。",
                      f"{en}: {asked} is more than ten years ahead; check the year")  # fmt: skip


def finals() -> frozenset[tuple[str, str]]:
    """Rulebook and period of every final result. By the name of the app alone: results stand on rulebooks."""
    held = apps.get_model("results.ResultRun")._default_manager
    found = held.filter(state__in=CLOSED).values_list("rulebook", "period")
    return frozenset(found.distinct())


def is_final(version: Any, known: frozenset[tuple[str, str]] | None = None) -> bool:
    """Whether a result of a rulebook's own period is final; `known` where many are asked about."""
    held = finals() if known is None else known
    return version is not None and (version.code, version.period) in held


def reaches_behind(
    kind: Kind, act: Act, obj: Any, known: frozenset[tuple[str, str]] | None = None
) -> bool:
    """Whether an act would change what a final result rests on."""
    return kind.year is not None and not act.after_final and is_final(kind.year(obj), known)


def check_living(kind: Kind, act: Act, obj: Any, day: date) -> None:
    """Raise UnitEndedError for an act for a unit that ended."""
    if is_gone(kind, act, obj, day):
        assert act.living is not None
        check_there(act.living(obj), day)


def is_gone(kind: Kind, act: Act, obj: Any, day: date) -> bool:
    """Whether an act is for a unit that ended before the day. A year through which it was there to the end is still
    finished, by whoever goes on for it."""
    unit = act.living(obj) if act.living is not None else None
    if unit is None or not ended_before(unit.valid_to, day):
        return False
    version = kind.year(obj) if kind.year is not None else getattr(obj, "rulebook", None)
    return version is None or ended_before(unit.valid_to, parse_period(version.period).end)


def check_year(kind: Kind, act: Act, obj: Any) -> None:
    """Raise FinalError for an act that reaches behind a final result; the lawful way there is to reopen it by decision."""
    if reaches_behind(kind, act, obj):
        raise FinalError.one(
            kind.name, "year.final", zh="本年度结果已经终定，所依据的事项不能再办理；确需更正的，须先由委员会决定重新开启。",
            en="the year's result is final, and nothing it rests on changes any more; where it must, the commission reopens the result first",
        )  # fmt: skip

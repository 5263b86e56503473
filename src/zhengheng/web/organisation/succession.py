"""Who goes on for a unit that ended: what is open there is the main heir's from the day of the case."""

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps

from zhengheng.domain.periods import ended_before
from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.organisation.models import Unit


class UnitEndedError(ZhenghengError):
    """The unit is gone: what would be opened or decided for it is its heir's."""


def check_there(unit: Unit, day: date, field: str = "unit") -> None:
    """Raise UnitEndedError for a unit that ended before a day, with the unit that goes on for it."""
    if ended_before(unit.valid_to, day):
        raise ended_words(unit, day, field)


def ended_words(unit: Unit, day: date, field: str = "unit") -> UnitEndedError:
    """That a unit ended, and who goes on for it."""
    heir = Unit.objects.filter(code=heirs(day).get(unit.code, "")).first()
    zh, en = f"{unit.name_zh}已于 {unit.valid_to} 撤销", f"{unit.name_en or unit.name_zh} ended on {unit.valid_to}"  # fmt: skip
    return UnitEndedError.one(
        field, "unit.ended",
        zh=f"{zh}，由{heir.name_zh}承继，请对{heir.name_zh}办理。" if heir else f"{zh}，不能再为其办理。",
        en=f"{en}; {heir.name_en or heir.name_zh} goes on for it: do this for that one" if heir else f"{en}, and nothing new is done for it",
    )  # fmt: skip


def ended(first: date, last: date) -> dict[str, date]:
    """Each unit that a reorganisation ended, with the first day on which it was gone, of days within these."""
    # By the name of the app alone: reorganisations stand on the organisation, not the other way round.
    held = apps.get_model("reorganisation.Reorganisation")._default_manager
    done = held.filter(state__in=("carried_out", "complete"), day__gt=first, day__lte=last)
    return {unit: day for units, day in done.order_by("day", "id").values_list("units", "day") for unit in units}  # fmt: skip


def heirs(day: date) -> dict[str, str]:
    """Each ended unit's main heir, the one with the greatest share, followed to the unit that is there now."""
    return {old: found[0] for old, found in all_heirs(day).items()}


def all_heirs(day: date) -> dict[str, tuple[str, ...]]:
    """Each ended unit's heirs, the main one first, each followed to the units that are there now."""
    # By the name of the app alone: reorganisations stand on the organisation, not the other way round.
    held = apps.get_model("reorganisation.Reorganisation")._default_manager
    done = held.filter(state__in=("carried_out", "complete"), day__lte=day).order_by("day", "id")
    after: dict[str, list[str]] = {}
    for units, found in done.values_list("units", "heirs"):
        after |= dict.fromkeys(units, _by_share(found))
    return {old: tuple(dict.fromkeys(_last(old, after, {old}))) for old in after}


def _by_share(found: list[dict[str, Any]]) -> list[str]:
    """The heirs of one case, the greatest share first; of equal ones the first that the case names."""
    return [str(one["code"]) for one in sorted(found, key=lambda one: -Decimal(str(one["share"])))]


def _last(unit: str, after: dict[str, list[str]], seen: set[str]) -> Iterator[str]:
    further = [one for one in after.get(unit, ()) if one not in seen]
    if not further:
        yield unit
    for one in further:
        yield from _last(one, after, seen | {one})


def all_before(units: Collection[str]) -> set[str]:
    """The ended units of which these hold at least a part."""
    return {old for old, found in all_heirs(date.max).items() if not {old, *found}.isdisjoint(units)}  # fmt: skip


def before(units: Collection[str], day: date) -> list[tuple[str, str]]:
    """Of these units, each with a unit before it for whose open matters it stands in."""
    return [(heir, old) for old, heir in heirs(day).items() if heir in units and old != heir]

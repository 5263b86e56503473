"""Reading the organisation. Units are no secret: everyone who signs in may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from zhengheng.domain.problems import Language, ZhenghengError
from zhengheng.web.organisation.models import Unit


def standing(first: date, last: date | None = None) -> QuerySet[Unit]:
    """Units that exist on a day, or on any day up to a last one."""
    begun = Q(valid_from=None) | Q(valid_from__lte=last or first)
    return Unit.objects.filter(begun, Q(valid_to=None) | Q(valid_to__gte=first))


def gone(day: date) -> QuerySet[Unit]:
    """Units that ended before a day."""
    return Unit.objects.filter(valid_to__lt=day)


def names_of(units: Iterable[str], language: Language) -> dict[str, str]:
    """What the organisation calls these units in English; in Chinese the rulebook's names serve."""
    if language == "zh":
        return {}
    held = Unit.objects.filter(code__in=list(units)).exclude(name_en="")
    return dict(held.values_list("code", "name_en"))


def in_full(unit: Unit) -> tuple[str, str]:
    """A unit by its name and that of what it belongs to: there is an office, with its head, in every body."""
    zh, en = unit.told()
    for above in unit.above():
        over_zh, over_en = above.told()
        zh = zh if zh.startswith(over_zh) else f"{over_zh}{zh}"
        en = en if en.startswith(over_en) else f"{en}, {over_en}"
    return zh, en


class UnitAbsentError(ZhenghengError):
    """There is no such unit."""


def unit_of(code: str, field: str = "unit") -> Unit:
    """The unit with this code, of whatever year. Raises UnitAbsentError at `field`."""
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise UnitAbsentError.one(field, "unit.absent", zh=f"没有单位 {code}", en=f"there is no unit {code}")  # fmt: skip
    return found


@dataclass
class Branch:
    """A unit with those below it."""

    unit: Unit
    below: list["Branch"] = field(default_factory=list)


def tree(day: date) -> list[tuple[str, list[Branch]]]:
    """Kinds in order, each with its top units; one query."""
    branches = {unit.pk: Branch(unit) for unit in standing(day)}
    kinds: dict[str, list[Branch]] = {}
    for branch in branches.values():
        above = branches.get(branch.unit.parent_id or 0)
        if above is not None:
            above.below.append(branch)
        else:
            kinds.setdefault(branch.unit.kind, []).append(branch)
    return list(kinds.items())

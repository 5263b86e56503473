"""What a reorganisation touches."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet

from zhengheng.domain.periods import parse_period
from zhengheng.scheme.procedure import Heir, Succession
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.acts.guards import finals, is_final
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.comments.models import Comment
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reporting.models import Item, Report, SelfReport, Tolerance
from zhengheng.web.reporting.services import assessed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import OPEN, adopted, book_of, replaced_by
from zhengheng.web.targets.models import TargetChange, TargetSheet
from zhengheng.workflow.machine import Machine
from zhengheng.workflow.machines import (
    APPEAL,
    CHANGE,
    COMMENT,
    COMMITMENT,
    ITEM,
    RECTIFICATION,
    SELF_REPORT,
    TARGET,
    TOLERANCE,
)

DAY = timedelta(1)


def named(case: Reorganisation) -> tuple[tuple[str, str], tuple[str, str]]:
    """Who ends and who follows, in names, Chinese and English."""
    held = {unit.code: unit for unit in Unit.objects.filter(code__in=case.units)}
    ends = [held[code] for code in case.units if code in held]
    olds = "、".join(unit.name_zh for unit in ends), ", ".join(unit.name_en or unit.name_zh for unit in ends)  # fmt: skip
    news = "、".join(one["name_zh"] for one in case.heirs), ", ".join(one.get("name_en") or one["name_zh"] for one in case.heirs)  # fmt: skip
    return olds, news


def books(effect: list[dict[str, Any]]) -> dict[int, tuple[str, str]]:
    """The names of the rulebooks that an effect table has by their numbers."""
    numbers = {number for row in effect for number in row["rulebooks"]}
    held = RulebookVersion.objects.filter(pk__in=numbers)
    return {one.pk: (f"{one.title_zh} {one.period}", f"{one.title_en or one.title_zh} {one.period}") for one in held}  # fmt: skip


def in_force_now(numbers: Iterable[int]) -> list[int]:
    """The versions that stand today in the place of these."""
    held = RulebookVersion.objects.in_bulk(numbers)
    return list(dict.fromkeys((replaced_by(held[one]) or held[one]).pk for one in numbers if one in held))  # fmt: skip


def effect(case: Reorganisation, day: date) -> list[dict[str, Any]]:
    """A row for each unit that ends: what hangs on it now, and what becomes of that."""
    return [_row(case, unit, day) for unit in Unit.objects.filter(code__in=case.units)]


def _row(case: Reorganisation, unit: Unit, day: date) -> dict[str, Any]:
    return {
        "unit": unit.code, "name": unit.name_zh, "last_day": (case.day - DAY).isoformat(),
        "accounts": standing(day).filter(unit=unit).values("account").distinct().count(),
        "below": unit.children.count(), **_matters([unit]),
        "rulebooks": [book.pk for book in concerned(case) if unit.code in _units(book)],
    }  # fmt: skip


OTHERS: tuple[tuple[type[Model], str, Machine], ...] = (
    (Item, "unit", ITEM), (Tolerance, "unit", TOLERANCE), (SelfReport, "unit", SELF_REPORT), (Commitment, "unit", COMMITMENT),
    (Comment, "unit", COMMENT), (TargetChange, "line__sheet__unit", CHANGE),
)  # fmt: skip
"""What else a unit may have open; the heir goes on with it."""


def _matters(units: list[Unit]) -> dict[str, int]:
    """How many matters are open at one of the units, each counted once."""
    return {
        "reports": due_reports(units).count(),
        "targets": TargetSheet.objects.filter(unit__in=units).exclude(state__in=TARGET.final).count(),
        "appeals": Appeal.objects.filter(unit__in=units).exclude(state__in=APPEAL.final).count(),
        "rectifications": Rectification.objects.filter(unit__in=units).exclude(state__in=RECTIFICATION.final).count(),
        "others": sum(_open(model, path, machine, units) for model, path, machine in OTHERS),
    }  # fmt: skip


def _open(model: type[Model], path: str, machine: Machine, units: list[Unit]) -> int:
    left = model._default_manager.filter(**{f"{path}__in": units}).exclude(state__in=machine.final)
    return left.exclude(state__in=("loaded", "settled")).count()


def after(case: Reorganisation, day: date) -> list[tuple[Unit, int, int]]:
    """Once it is carried out: each heir, how many people hold a role there, and how many matters are open at it or before it."""
    if case.state not in {"carried_out", "complete"}:
        return []
    held = heirs(day)
    found = []
    for unit in Unit.objects.filter(code__in=[heir["code"] for heir in case.heirs]):
        stands_for = [unit, *Unit.objects.filter(code__in=[old for old, heir in held.items() if heir == unit.code])]  # fmt: skip
        accounts = standing(day).filter(unit=unit).values("account").distinct().count()
        found.append((unit, accounts, sum(_matters(stands_for).values())))
    return found


def due_reports(units: Iterable[Unit]) -> QuerySet[Report]:
    """Reports that one of the units owes or that are owed about it, not handed in yet."""
    return Report.objects.filter(Q(supplier__in=units) | Q(unit__in=units), state="due")


def _units(version: RulebookVersion) -> set[str]:
    return {unit.code for unit in assessed(book_of(version))}


def concerned(case: Reorganisation) -> list[RulebookVersion]:
    """The rulebooks in force that assess one of the units, newest version of each."""
    held: dict[tuple[str, str], RulebookVersion] = {}
    closed = finals()
    for version in adopted().order_by("adopted_on", "id"):
        # A year that was over before the day, or whose result is final, stays with the units that it had.
        if parse_period(version.period).end >= case.day and not is_final(version, closed):
            held[version.code, version.period] = version
    return [version for version in held.values() if _units(version) & set(case.units)]


def to_draft(case: Reorganisation) -> list[RulebookVersion]:
    """The rulebooks in force that do not hold the succession yet, and of which no draft with it is on its way."""
    drafts = RulebookVersion.objects.filter(pk__in=case.drafts, state__in=OPEN)
    under_way = {one.base_id for one in drafts}
    return [version for version in concerned(case) if version.pk not in under_way and not _held(case, version)]  # fmt: skip


def _held(case: Reorganisation, version: RulebookVersion) -> bool:
    """Whether a rulebook says already what becomes of each unit that ends and that it assesses."""
    said = {(event.unit, event.date) for event in book_of(version).succession}
    return all((unit, case.day) in said for unit in _units(version) & set(case.units))


def successions(case: Reorganisation) -> tuple[Succession, ...]:
    """The reorganisation as a rulebook says it."""
    heirs = tuple(Heir(unit=h["code"], share=Decimal(h["share"])) for h in case.heirs)
    return tuple(
        Succession(date=case.day, kind=case.kind, unit=unit, heirs=heirs)  # type: ignore[arg-type]
        for unit in case.units
    )

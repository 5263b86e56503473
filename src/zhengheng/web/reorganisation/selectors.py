"""What a reorganisation touches."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhengheng.scheme.procedure import Heir, Succession
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import assessed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import adopted, book_of
from zhengheng.web.targets.models import TargetSheet
from zhengheng.workflow.machines import APPEAL, RECTIFICATION, TARGET

DAY = timedelta(1)


def effect(case: Reorganisation, day: date) -> list[dict[str, Any]]:
    """A row for each unit that ends: what hangs on it now, and what becomes of that."""
    return [_row(case, unit, day) for unit in Unit.objects.filter(code__in=case.units)]


def _row(case: Reorganisation, unit: Unit, day: date) -> dict[str, Any]:
    return {
        "unit": unit.code, "name": unit.name_zh, "last_day": (case.day - DAY).isoformat(),
        "accounts": standing(day).filter(unit=unit).values("account").distinct().count(),
        "below": unit.children.count(),
        "reports": due_reports(case, unit).count(),
        "targets": TargetSheet.objects.filter(unit=unit).exclude(state__in=TARGET.final).count(),
        "appeals": Appeal.objects.filter(unit=unit).exclude(state__in=APPEAL.final).count(),
        "rectifications": Rectification.objects.filter(unit=unit).exclude(state__in=RECTIFICATION.final).count(),
        "rulebooks": [book.pk for book in concerned(case) if unit.code in _units(book)],
    }  # fmt: skip


def due_reports(case: Reorganisation, unit: Unit) -> Any:
    """Reports that the unit owes or that are owed about it, not handed in yet."""
    owed = Report.objects.filter(state="due")
    return owed.filter(supplier=unit) | owed.filter(unit=unit)


def _units(version: RulebookVersion) -> set[str]:
    return {unit.code for unit in assessed(book_of(version))}


def concerned(case: Reorganisation) -> list[RulebookVersion]:
    """The rulebooks in force that assess one of the units, newest version of each."""
    held: dict[tuple[str, str], RulebookVersion] = {}
    for version in adopted().order_by("adopted_on", "id"):
        held[version.code, version.period] = version
    return [version for version in held.values() if _units(version) & set(case.units)]


def successions(case: Reorganisation) -> tuple[Succession, ...]:
    """The reorganisation as a rulebook says it."""
    heirs = tuple(Heir(unit=h["code"], share=Decimal(h["share"])) for h in case.heirs)
    return tuple(
        Succession(date=case.day, kind=case.kind, unit=unit, heirs=heirs)  # type: ignore[arg-type]
        for unit in case.units
    )

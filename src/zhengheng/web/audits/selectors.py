"""Reading samples: what an entry is about, which findings wait for the office, what came out."""

from typing import Any

from django.db.models import QuerySet

from zhengheng.web.audits.models import Audit, Entry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.selectors import of_year


def about(entry: Entry) -> tuple[Unit, str, str]:
    """Unit, indicator and period of a drawn value; older samples know them by the report alone."""
    if entry.unit is not None:
        return entry.unit, entry.indicator, entry.period
    assert entry.report is not None
    return entry.report.unit, entry.report.indicator, entry.report.period


def name_of(entry: Entry) -> str:
    """A drawn value as lists of what could be drawn name it."""
    unit, code, period = about(entry)
    return f"{unit.code}/{code}/{period}"


def could_be_drawn(audit: Audit) -> set[str]:
    """The names of all values that a sample was drawn from; older samples list the numbers of their reports."""
    names = {str(one) for one in audit.drawn_from}
    reports = [int(one) for one in names if one.isdecimal()]
    held = Report.objects.filter(pk__in=reports).select_related("unit")
    return {one for one in names if not one.isdecimal()} | {f"{one.unit.code}/{one.indicator}/{one.period}" for one in held}  # fmt: skip


def before(audit: Audit) -> list[Audit]:
    """The samples that were drawn of any of the same values before, the first first."""
    book, names = audit.rulebook, could_be_drawn(audit)
    held = Audit.objects.filter(purpose=audit.purpose, pk__lt=audit.pk, **of_year(book))  # fmt: skip
    return [one for one in held.order_by("pk") if could_be_drawn(one) & names]


def unanswered(audit: Audit) -> QuerySet[Entry]:
    """Findings that do not agree, and to which the office has not replied."""
    return Entry.objects.filter(audit=audit, finding__in=("differs", "absent"), reply="")


def counted(audit: Audit) -> dict[str, Any]:
    """How many entries came out how."""
    return {
        name: audit.entries.filter(finding=name).count() for name in ("agrees", "differs", "absent")
    }

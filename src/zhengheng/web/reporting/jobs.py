"""Work behind reporting: opening a period's reports, deadlines that pass, the way into the lake."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.web.acts.declare import Nothing
from zhengheng.web.acts.services import make_by_machine, perform_by_machine
from zhengheng.web.intake.services import load
from zhengheng.web.jobs.services import Work, job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.acts import REPORTS, BorrowGiven, OpenGiven
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.reporting.services import assessed, due_on, fits, period_of, same_fact, series
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, procedure_of


@job("open_reports")
def open_reports(work: Work) -> dict[str, Any]:
    """Ask for every value of a period that is not asked for yet; the same fact is asked once."""
    version = RulebookVersion.objects.get(pk=work.job.arguments["rulebook"])
    book, period = book_of(version), period_of(work.job.arguments["period"])
    held = {unit.code: unit for unit in Unit.objects.all()}
    made, reused, unknown = 0, 0, []
    units = assessed(book)
    for place, unit in enumerate(units):
        work.tell(unit.code, place, len(units))
        if unit.code not in held:
            unknown.append(unit.code)
            continue
        for indicator in series(book, unit):
            supplier = unit.code if indicator.supplier == "unit" else indicator.supplier
            if fits(indicator, period) and supplier in held:
                clock = procedure_of(version).within("report")
                owed = OpenGiven(
                    rulebook=version.pk, unit=unit.code, supplier=supplier, indicator=indicator.code, period=period.code,
                    minutes=indicator.burden_minutes or 0, due_on=due_on(indicator, period, clock, work.now.date()),
                )  # fmt: skip
                asked = _ask_once(version, owed, indicator, work)
                made += asked == "report.open"
                reused += asked == "report.borrow"
    return {"opened": made, "reused": reused, "unknown_units": unknown}


def _ask_once(version: RulebookVersion, owed: OpenGiven, indicator: Indicator, work: Work) -> str:
    """Ask, or take what another rulebook asks for; gives the act, none where it was done before."""
    same = Report.objects.filter(
        rulebook__code=version.code,
        unit__code=owed.unit,
        indicator=owed.indicator,
        period=owed.period,
    )
    with transaction.atomic():
        if same.exists():
            return ""
        first = _asked_elsewhere(version, owed, indicator)
        act = "report.borrow" if first else "report.open"
        given = BorrowGiven(rulebook=version.pk, report=first.pk) if first else owed
        make_by_machine(REPORTS, act, given=given, asked_by=work.job.asked_by, now=work.now)
    return act


def _asked_elsewhere(
    version: RulebookVersion, owed: OpenGiven, indicator: Indicator
) -> Report | None:
    held = Report.objects.filter(
        unit__code=owed.unit, supplier__code=owed.supplier, indicator=owed.indicator, period=owed.period, same_as=None
    ).exclude(rulebook__code=version.code)  # fmt: skip
    found = held.select_related("rulebook").order_by("pk")
    return next((one for one in found if same_fact(book_of(one.rulebook).indicator(one.indicator), indicator)), None)  # fmt: skip


def take_over(version: RulebookVersion, now: datetime) -> int:
    """What is confirmed under other rulebooks, and what was corrected there since, counts here too."""
    held = REPORTS.all().filter(
        rulebook__code=version.code, rulebook__period=version.period, state__in=("elsewhere", "loaded"),
        same_as__state__in=("confirmed", "loaded"),
    )  # fmt: skip
    count = 0
    for report in held.order_by("pk"):
        first = report.same_as
        if report.state == "elsewhere" or (report.value, report.status) != (first.value, first.status):  # fmt: skip
            perform_by_machine(REPORTS, "report.reuse", report, given=Nothing(), now=now)
            count += 1
    return count


def tick(now: datetime) -> int:
    """What follows from deadlines that have passed. Doing it twice changes nothing."""
    count = 0
    for kind, code, state in ((REPORTS, "report.confirm", "checking"), (ITEMS, "item.confirm", "entered")):  # fmt: skip
        for obj in kind.all().filter(state=state, due_on__lt=now.date()):
            perform_by_machine(kind, code, obj, given=Nothing(), now=now)
            count += 1
    return count


ITEM_LOADS = {"settled": "item.load", "waived": "item.revoke"}
REVOKED = {"settled": {}, "waived": {"revoked": "是"}}


def load_confirmed(work: Work, version: RulebookVersion) -> list[str]:
    """Bring what is confirmed into the lake: observations, corrections, approvals, items.

    Rows are given to a job first and for good, so that a second attempt, by it or by another job,
    loads the very same file, which the lake knows again.
    """
    book = book_of(version)
    take_over(version, work.now)
    mine = {"rulebook__code": version.code, "rulebook__period": version.period}
    Report.objects.filter(state="confirmed", batch=None, **mine).update(batch=work.job.pk)
    settled, taken_back = Q(state="settled"), Q(state="waived", times_loaded__gt=0)
    items = Item.objects.filter(settled | taken_back, **mine)
    items.filter(batch=None).update(batch=work.job.pk)
    found = [
        *Report.objects.filter(state="confirmed", **mine).values_list("batch", flat=True),
        *items.values_list("batch", flat=True),
    ]
    batches = sorted({batch for batch in found if batch is not None})
    return [name for batch in batches for name in _load_batch(work, book, batch)]


def _load_batch(work: Work, book: Rulebook, batch: int) -> list[str]:
    reports = list(REPORTS.all().filter(batch=batch, state="confirmed").order_by("pk"))
    items = list(ITEMS.all().filter(batch=batch, state__in=ITEM_LOADS).order_by("pk"))
    approvals = {
        (r.unit.code, r.indicator): {
            "unit": r.unit.code, "indicator": r.indicator, "approver": "绩效办", "document": f"report:{r.pk}",
        }
        for r in reports if r.status == "not_applicable"
    }  # fmt: skip
    rows = {
        "observation": [_observation(r) for r in reports if not r.times_loaded],
        "correction": [_observation(r) for r in reports if r.times_loaded],
        "approval": list(approvals.values()),
        "event": [
            {"unit": i.unit.code, "item": i.item, "points": i.points, "document": i.document,
             "decided_on": i.decided_on.isoformat()} | REVOKED[i.state]
            for i in items
        ],
    }  # fmt: skip
    files = [_load(work, book, role, held) for role, held in rows.items() if held]
    # All or none: of a batch that is marked in part, the rest would be another file to the lake.
    with transaction.atomic():
        for report in reports:
            perform_by_machine(REPORTS, "report.load", report, given=Nothing(), now=work.now)
        for item in items:
            perform_by_machine(ITEMS, ITEM_LOADS[item.state], item, given=Nothing(), now=work.now)
    return files


def _load(work: Work, book: Rulebook, role: str, rows: list[dict[str, str]]) -> str:
    work.tell(f"入库 loading {role}", 0, len(rows))
    return load(
        book, role, rows, purpose=f"office: {role}", loader=f"job:{work.job.pk}", at=work.now
    )


def _observation(report: Report) -> dict[str, str]:
    words = {"value": "正常", "not_applicable": "不适用", "missing": "缺报", "withheld": "不公开"}
    return {
        "unit": report.unit.code, "indicator": report.indicator, "period": report.period,
        "value": report.value, "status": words[report.status],
    }  # fmt: skip

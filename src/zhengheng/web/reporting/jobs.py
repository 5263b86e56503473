"""Work behind reporting: opening a period's reports, deadlines that pass, the way into the lake."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction

from zhengheng.domain.periods import ended_before
from zhengheng.domain.problems import VerifyError
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.accounts.services import StaleError
from zhengheng.web.acts.declare import Nothing, kind_named
from zhengheng.web.acts.guards import finals, is_final
from zhengheng.web.acts.services import make_by_machine, perform_by_machine
from zhengheng.web.intake.services import opened
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import Work, ask, job
from zhengheng.web.organisation.selectors import standing
from zhengheng.web.reporting.acts import REPORTS, BorrowGiven, OpenGiven
from zhengheng.web.reporting.items import ITEMS, is_bonus
from zhengheng.web.reporting.lake_check import compare_all
from zhengheng.web.reporting.lots import finish, write_down
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import assessed, due_on, fits, period_of, same_fact, series
from zhengheng.web.reporting.setting_aside import referred, set_aside
from zhengheng.web.reporting.suppliers import Suppliers
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, of_year, procedure_of
from zhengheng.workflow.machine import StateError
from zhengheng.workflow.machines import UNFILED


@job("open_reports", "发起数据填报", "Ask for reports")
def open_reports(work: Work) -> dict[str, Any]:
    """Ask for every value of a period that is not asked for yet; the same fact is asked once."""
    version = RulebookVersion.objects.get(pk=work.job.arguments["rulebook"])
    book, period = book_of(version), period_of(work.job.arguments["period"])
    # A unit that ended before the period, or begins after it, is asked for nothing.
    held = {unit.code: unit for unit in standing(period.start, period.end)}
    suppliers = Suppliers(work.now.date())
    made, reused = 0, 0
    units = assessed(book)
    codes = {unit.code for unit in units}
    for place, unit in enumerate(units):
        work.tell(("逐个单位", "unit by unit"), place, len(units))
        there = unit.code in held
        if there and ended_before(held[unit.code].valid_to, period.end):
            # The period ends without it: its value is that of the heirs, who are asked under the same rulebook.
            there = not codes & set(suppliers.heirs.get(unit.code, ()))
        if suppliers.passes(unit.code, unit.name, codes, there=there):
            continue
        for indicator in series(book, unit, period_of(version.period)):
            if not fits(indicator, period):
                continue
            supplier = suppliers.ask(indicator, unit.code, unit.name)
            if supplier is not None:
                clock = procedure_of(version).within("report")
                owed = OpenGiven(
                    rulebook=version.pk, unit=unit.code, supplier=supplier, indicator=indicator.code, period=period.code,
                    minutes=indicator.burden_minutes or 0, due_on=due_on(indicator, period, clock, work.now.date()),
                )  # fmt: skip
                asked = _ask_once(version, owed, indicator, work)
                made += asked == "report.open"
                reused += asked == "report.borrow"
    return {"opened": made, "reused": reused, "unasked": suppliers.unasked(), "unattended": suppliers.unattended()}  # fmt: skip


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
        **of_year(version), state__in=("elsewhere", "loaded"),
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
    """What follows from deadlines that have passed. Doing it twice changes nothing.

    Several workers go through the same list: what another one, or a person, did meanwhile is passed over.
    """
    count, known = _lapse(now), finals()
    for kind, code, state in ((REPORTS, "report.confirm", "checking"), (ITEMS, "item.confirm", "entered")):  # fmt: skip
        for obj in kind.all().filter(state=state, due_on__lt=now.date()):
            if is_final(obj.rulebook, known):
                continue
            with suppress(StaleError, StateError):
                if kind is not ITEMS:
                    perform_by_machine(kind, code, obj, given=Nothing(), now=now)
                elif not referred(obj, now):
                    act = "item.accept" if is_bonus(obj) else code
                    perform_by_machine(kind, act, obj, given=Nothing(), now=now)
                count += 1
    return count


def _lapse(now: datetime) -> int:
    """Appeals whose time to be filed is over are nobody's task any more."""
    appeals, count = kind_named("appeal"), 0
    for one in appeals.all().filter(state__in=UNFILED, due_on__lt=now.date()):
        with suppress(StaleError, StateError):
            perform_by_machine(appeals, "appeal.lapse", one, given=Nothing(), now=now)
            count += 1
    return count


CHECK_FROM_HOUR = 2
"""The lakes are compared with the reports at night, once a day."""


def ask_for_check(now: datetime) -> None:
    """Once a day, ask for the comparison of the reports with the lakes. Doing it twice changes nothing."""
    if now.hour < CHECK_FROM_HOUR or not Report.objects.filter(state="loaded").exists():
        return
    subject = f"lake.check:{now.date().isoformat()}"
    with transaction.atomic():
        if not Job.objects.filter(kind="lake.check", subject=subject).exists():
            ask(kind="lake.check", arguments={}, subject=subject, actor=None, now=now)


@job("lake.check", "检查数据湖", "Check the lake")
def check_lakes(work: Work) -> dict[str, Any]:
    """Compare what counts as loaded with the lakes. Raises VerifyError with every difference: the job then stands among the failed ones."""
    if found := compare_all():
        raise VerifyError(found)
    return {"reports": Report.objects.filter(state="loaded").count()}


def load_confirmed(work: Work, version: RulebookVersion) -> list[str]:
    """Bring what is confirmed into the lake: observations, corrections, approvals, items.

    Whoever else wants to load into the same lake waits, and then finds what is left. A lot is written down beside the
    lake before the lake is touched: a second attempt, by this job or another, loads the very same rows, which the lake
    knows again, and marks what was not marked yet.
    """
    book, lake = book_of(version), opened(version.code)
    if is_final(version):
        return []
    with lake.writing():
        files = finish(work, book, lake)
        take_over(version, work.now)
        set_aside(version, book, work.now)
        # Of version 0.1.0: what a job had chosen to load stays together, as the lake may know it already.
        chosen = Report.objects.filter(state="confirmed", **of_year(version))
        found = set(chosen.exclude(batch=None).values_list("batch", flat=True))
        batches = sorted(batch for batch in found if batch is not None)
        for batch in (*batches, None):
            if write_down(version, lake, batch):
                files += finish(work, book, lake)
    return files

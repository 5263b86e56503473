"""The clocks of a result: when a unit was served, until when it may ask for a review, who still has time."""

from datetime import date
from functools import lru_cache

from django.utils import timezone

from zhengheng.domain.periods import ended_before
from zhengheng.engines.rehearse import moves
from zhengheng.scheme.procedure import Clock, Procedure
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs
from zhengheng.web.results.models import ResultRun, Service
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.selectors import procedure_of


def procedure(run: ResultRun) -> Procedure:
    """The closing procedure of the run's rulebook; of a run from outside the office, the plain one."""
    return procedure_of(run.version) if run.version else loaded(folder_of(run.run)).rulebook.procedure or Procedure()  # fmt: skip


def approved_first(run: ResultRun) -> bool:
    """Whether the commission approves before the notice: the order of the steps is the rulebook's."""
    steps = [step.step for step in procedure(run).steps]
    if "notice" not in steps:
        return procedure(run).form == "statute"
    return "decision" in steps and "notice" in steps and steps.index("decision") < steps.index("notice")  # fmt: skip


def notice_clock(run: ResultRun) -> Clock:
    """How long the result is on public notice."""
    held = procedure(run)
    return held.clock("notice") or held.clock("review") or held.within("notice")


def notice_end(run: ResultRun) -> date | None:
    """The last day of its notice, also where that is long over; None where it never was on notice."""
    if run.published_at is None or run.due_on is not None:
        return run.due_on
    opened = run.reopenings.order_by("-on").first()
    start = timezone.localdate(run.published_at)
    clock = notice_clock(run)
    return working_calendar().after(max(start, opened.on) if opened else start, clock.length, clock.unit)  # fmt: skip


def own_clock(run: ResultRun) -> Clock | None:
    """The clock that runs for each unit from proven service on it; None where the notice runs for everybody."""
    return procedure(run).clock("review") or procedure(run).clock("objection")


def reapprove_by(run: ResultRun, day: date) -> date | None:
    """The day by which the commission approves a changed result again (performance regulation of Jinan 2018 [V]);
    None where the notice comes first or nothing was approved before."""
    if run.replaces_id is None or not approved_first(run):
        return None
    clock = procedure(run).within("reapproval")
    return working_calendar().after(day, clock.length, clock.unit)


def service_of(run: ResultRun, unit: Unit) -> Service | None:
    """The proof that the result was served on a unit: in this version, or in one that it replaces and that says the same of the unit."""
    held: ResultRun | None = run
    while held is not None:
        found = held.services.select_related("by").filter(unit=unit).first()
        if found is not None:
            return found
        before = held.replaces
        held = before if before and unit.code not in _moved(before.run, held.run) else None
    return None


def served_on(run: ResultRun, unit: Unit) -> date | None:
    """The day on which the result was served on a unit; None where it was not."""
    found = service_of(run, unit)
    return timezone.localdate(found.at) if found is not None else None


@lru_cache(maxsize=64)
def _moved(before: str, after: str) -> frozenset[str]:
    found = moves(loaded(folder_of(before)), loaded(folder_of(after)))
    return frozenset(entry["unit"] for entry in found if entry["moved"])


def last_day(run: ResultRun, unit: Unit) -> date | None:
    """The last day on which a unit may file; None while a review waits for its service, from which alone its time runs.

    Where the public notice speaks to all, everybody may file until it ends, and whoever was served while it ran has the time
    from then in full; nobody opens the time again by being served after it. A reopened result gives everybody the time anew.
    """
    clock, end = own_clock(run), notice_end(run)
    if clock is None:
        return run.due_on
    served = served_on(run, unit)
    by_notice = procedure(run).clock("review") is None
    if by_notice and (served is None or (end is not None and served > end)):
        return end
    if served is None:
        return None
    opened = run.reopenings.order_by("-on").first()
    start = max(served, opened.on) if opened else served
    own = working_calendar().after(start, clock.length, clock.unit)
    return max(own, end) if by_notice and end is not None else own


def concerned(run: ResultRun, day: date) -> list[Unit]:
    """The units that the result is about and that exist on a day. Of one that is gone its heir reads, and may ask for a review:
    by its own line where the result has one, else by that of the unit before it."""
    codes = {row["unit"] for row in loaded(folder_of(run.run)).results.rows("total_score")}
    held = Unit.objects.filter(code__in=codes).order_by("code")
    after = heirs(day)
    return [
        unit
        for unit in held
        if not ended_before(unit.valid_to, day) or after.get(unit.code, unit.code) not in codes
    ]


def unserved(run: ResultRun, day: date) -> list[Unit]:
    """Units on whom service is owed and not proven. Where a review is the procedure's own step, its time
    starts with receipt (performance regulations of Hangzhou and Jinan [V]), so that everybody is to be served; otherwise the public
    notice speaks to all."""
    if procedure(run).clock("review") is None:
        return []
    left, held, found = concerned(run, day), run, set()
    while left:
        served = set(held.services.values_list("unit__code", flat=True))
        left = [unit for unit in left if unit.code not in served]
        before = held.replaces
        moved = _moved(before.run, held.run) if before and left else {unit.code for unit in left}
        found |= {unit.code for unit in left} & moved
        left = [unit for unit in left if unit.code not in moved]
        held = before or held
    return [unit for unit in concerned(run, day) if unit.code in found]


def running(run: ResultRun, day: date) -> list[tuple[Unit, date]]:
    """Units whose own time to ask for a review is not over, each with its last day."""
    if own_clock(run) is None:
        return []
    held = [(unit, last_day(run, unit)) for unit in concerned(run, day)]
    return [(unit, last) for unit, last in held if last is not None and day <= last]

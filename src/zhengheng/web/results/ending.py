"""How a result becomes final and opens again: order, notice, service, decided grades, the commission's word."""

from datetime import date, datetime
from typing import Any

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.acts.declare import Change, Doing, Given, Nothing, ask, kind_named
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.decisions.models import Decision
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.jobs import services as jobs
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.reporting.items import LeaveOutGiven
from zhengheng.web.results import selectors
from zhengheng.web.results.barred import bars, year_of
from zhengheng.web.results.clocks import notice_clock
from zhengheng.web.results.closing import end_year
from zhengheng.web.results.kept import TABLES
from zhengheng.web.results.models import DecidedGrade, Reopening, ResultRun
from zhengheng.web.results.uncounted import newer_runs, reasons_owed, uncorrected, uncounted
from zhengheng.workflow.machines import UPCOMING


class ResultStateError(ZhenghengError):
    """A result cannot go on as asked for."""


def until(run: ResultRun, day: date) -> date:
    """The last day of a notice that begins on a day: every version of a result has its own days."""
    clock = notice_clock(run)
    return working_calendar().after(day, clock.length, clock.unit)


def spent(run: ResultRun) -> set[int]:
    """The decisions that carried something about the result's end before: each carries once."""
    held = {number for one in run.reopenings.all() for number in (one.decision_id, one.former_id)}
    return {number for number in held if number}


def fresh(run: ResultRun) -> list[tuple[str, str]]:
    """The decisions on the result that nothing rests on yet, to choose from."""
    used = {str(number) for number in spent(run)}
    return [one for one in decisions(f"result:{run.pk}") if one[0] not in used]


def to_reopen(run: ResultRun) -> list[tuple[str, str]]:
    """The decisions by which a closed result may be opened: none that made it final, opened it before or gave a grade, and
    none from before its end."""
    used = {str(run.decision_id), *map(str, run.decided_grades.values_list("decision_id", flat=True))}  # fmt: skip
    held = [one for one in fresh(run) if one[0] not in used]
    if not held:
        return []
    ends = LedgerEntry.objects.filter(subject=f"result:{run.pk}", act="result.finalise")
    last = ends.order_by("-sequence").values_list("at", flat=True).first()
    if last is None:
        return held
    later = Decision.objects.filter(pk__in=[one[0] for one in held], made_at__gte=datetime.fromisoformat(last))  # fmt: skip
    known = set(map(str, later.values_list("pk", flat=True)))
    return [one for one in held if one[0] in known]


def may_reopen(run: ResultRun, day: date) -> bool:
    """Whether the commission decided to open a closed result, and nobody did so yet."""
    return bool(to_reopen(run))


def overtaken(run: ResultRun) -> list[ResultRun]:
    """Earlier computations of the same period that never went on notice: after this one none of them can."""
    same = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__lt=run.pk)
    return list(same.filter(state__in=UPCOMING).order_by("pk"))


def set_aside(doing: Doing) -> Change:
    """Kept, and seen by those who are named; on nobody's desk any more."""
    return Change({"due_on": None}, {"run": doing.obj.run})


# -- decided grades --------------------------------------------------------------------------------


def computed_grades(run: ResultRun) -> dict[str, str]:
    """Unit → code of its computed grade."""
    return {row["unit"]: row["grade"] for row in selectors.loaded(selectors.folder_of(run.run)).results.rows("grading")}  # fmt: skip


def carry_grades(before: ResultRun, after: ResultRun) -> list[dict[str, Any]]:
    """Take decided grades over into a new version. Where the computed grade is another now, what was decided
    rests on something that is gone: it stays to be seen, and the commission is asked again."""
    computed, carried = computed_grades(after), []
    for one in before.decided_grades.all():
        now = computed.get(one.unit, "")
        again = one.asked or now != one.computed
        DecidedGrade.objects.update_or_create(
            run=after, unit=one.unit,
            defaults={"computed": now, "decided": one.decided, "reason": one.reason, "basis": one.basis,
                      "decision": one.decision, "carried_from": before, "asked": again},
        )  # fmt: skip
        carried.append(
            {"unit": one.unit, "computed": now, "decided": one.decided, "asked_again": again}
        )
    return carried


# -- final, and open again -------------------------------------------------------------------------


class LeftOutGiven(Given):
    left_out: str = ask(
        "已认定事项不计入本次结果、重新开启后不作更正的理由（公开；有此情形的填写）",
        "Why what is settled does not count here, or nothing is corrected after a reopening (public; where that is so)",
        "", form="text", public=True, why=True,
    )  # fmt: skip


def left_out(doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is settled and not counted, and why it stays out: as the result keeps it, and for the ledger.

    Raises ResultStateError where no reason is given.
    """
    matters, opened = uncounted(doing.obj), uncorrected(doing.obj)
    if not matters and opened is None:
        return {}, {}
    if not doing.given.left_out:
        raise ResultStateError(reasons_owed(doing.obj))
    named = [f"{one.kind.name}:{one.obj.pk}" for one in matters]
    held = {
        "reason": doing.given.left_out,
        "matters": named,
        "units": [one.unit for one in matters],
    }
    if opened is not None:
        held["reopened"] = opened.on.isoformat()
    return held, {"uncounted": named, "left_out": doing.given.left_out}


def _leave_out(run: ResultRun, doing: Doing) -> None:
    """The units read of what was settled for them that the final result does not count, and why."""
    items = kind_named("item")
    for one in uncounted(run):
        if one.kind is items and one.obj.state in ("settled", "loaded"):
            given = LeaveOutGiven(why=doing.given.left_out, on=doing.day)
            perform_by_machine(items, "item.leave_out", one.obj, given=given, now=doing.now)


class FinaliseGiven(LeftOutGiven):
    decision: int | None = ask(
        "委员会决定",
        "Decision of the commission",
        None,
    )


def finalise(doing: Doing) -> Change:
    """Final: the notice is over, everybody was served and has had the time, no appeal and no grade is open,
    the commission decided."""
    run: ResultRun = doing.obj
    if found := bars(run, doing.day):
        raise ResultStateError(found)
    kept, out = left_out(doing)
    decision: Decision | None = run.decision
    if decision is None or doing.given.decision:
        decision = carrying(doing.given.decision or 0, f"result:{run.pk}")
        _check_fresh(run, decision)
    tell_portal(run, doing)
    _leave_out(run, doing)
    for other in newer_runs(run):
        perform_by_machine(kind_named("result"), "result.set_aside", other, given=Nothing(), now=doing.now)  # fmt: skip
    return Change(
        {"decision": decision, "due_on": None, "left_out": kept},
        {"run": run.run, "decision": decision.pk, "not_counted": _end(run, doing.now), **out, TABLES: tables_of(run)},
    )  # fmt: skip


def tell_portal(run: ResultRun, doing: Doing) -> None:
    """Where the result is published in any version, the pages say from now how it stands: those of an older one name the newest."""
    same = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period)
    if same.filter(publications__state="released").exists():
        jobs.ask(kind="portal.write", arguments={}, subject=f"result:{run.pk}", actor=doing.actor, now=doing.now)  # fmt: skip


def tables_of(run: ResultRun) -> str:
    """The digest of what is published or made final."""
    return selectors.loaded(selectors.folder_of(run.run)).results.digest()


def _end(run: ResultRun, now: datetime) -> int:
    version = year_of(run)
    return end_year(version, now) if version else 0


def _check_fresh(run: ResultRun, decision: Decision) -> None:
    """A decision carries one end of a result, and after a reopening only a later one."""
    opened = run.reopenings.order_by("-on", "-pk").first()
    if decision.pk in spent(run) or (opened is not None and decision.held_on < opened.on):
        raise ResultStateError.one(
            "decision", "decision.spent", zh="这项决定是重新开启之前作出的，或者就是重新开启的决定。再次终定需要委员会在重新开启之后另行决定。",
            en="this decision was made before the reopening, or is the reopening's own; making it final again needs a later one",
        )  # fmt: skip


class ReopenGiven(Given):
    reason: str = ask(
        "重新开启的理由（公开）", "Why it is reopened (public)", form="text", public=True, why=True
    )
    decision: int = ask("委员会决定", "Decision of the commission")


def reopen(doing: Doing) -> Change:
    """A closed year opens by a decision of its own, with its reason, and goes on notice for its days anew;
    what was final and archived stays in ledger and package."""
    run: ResultRun = doing.obj
    decision = carrying(doing.given.decision, f"result:{run.pk}")
    if run.decision_id == decision.pk or decision.pk in spent(run):
        raise ResultStateError.one(
            "decision", "reopen.decision", zh="这项决定已经用于终定或以前的重新开启；重新开启需要另一项决定。",
            en="this decision made it final or opened it before; reopening needs one of its own",
        )  # fmt: skip
    end = until(run, doing.day)
    tell_portal(run, doing)
    Reopening.objects.create(
        run=run, on=doing.day, reason=doing.given.reason, decision=decision, former=run.decision
    )
    return Change(
        {"decision": None, "due_on": end},
        {"run": run.run, "reason": doing.given.reason, "decision": decision.pk, "former": run.decision_id, "until": end.isoformat()},
    )  # fmt: skip

"""How a result becomes final and opens again: order, notice, service, decided grades, the commission's word."""

from datetime import date, datetime
from typing import Any

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.acts.declare import Change, Doing, Given, ask
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.decisions.models import Decision
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.jobs import services as jobs
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results import selectors
from zhengheng.web.results.clocks import notice_clock, running, unserved
from zhengheng.web.results.closing import contested, end_year
from zhengheng.web.results.duties import open_appeals
from zhengheng.web.results.kept import TABLES
from zhengheng.web.results.models import DecidedGrade, Reopening, ResultRun
from zhengheng.web.results.uncounted import problems, uncounted
from zhengheng.web.rulebooks.models import RulebookVersion

MOST_NAMED = 12
"""Units that a refusal names; of more it says how many."""


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


def overtaken(run: ResultRun) -> list[ResultRun]:
    """Earlier computations of the same period that never went on notice: after this one none of them can."""
    same = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__lt=run.pk)
    return list(same.filter(state__in=("draft", "approved")).order_by("pk"))


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
        "已认定事项不计入本次结果的理由（公开；有未计入的事项时填）",
        "Why what is settled does not count here (public; where something is left out)",
        "", form="text", public=True,
    )  # fmt: skip


def left_out(doing: Doing) -> dict[str, Any]:
    """For the record, what is settled and not counted, and why it stays out. Raises ResultStateError where no reason is given."""
    matters = uncounted(doing.obj)
    if not matters:
        return {}
    if not doing.given.left_out:
        raise ResultStateError(problems(matters))
    return {"uncounted": [f"{one.kind.name}:{one.obj.pk}" for one in matters], "left_out": doing.given.left_out}  # fmt: skip


class FinaliseGiven(LeftOutGiven):
    decision: int | None = ask(
        "委员会决定（已先批准且未改变的不填）",
        "Decision (none needed where approved before and unchanged)",
        None,
    )


def finalise(doing: Doing) -> Change:
    """Final: the notice is over, everybody was served and has had the time, no appeal and no grade is open,
    the commission decided."""
    run: ResultRun = doing.obj
    if run.due_on and doing.day <= run.due_on:
        raise ResultStateError.one(
            "due_on", "notice.running", zh=f"公示至 {run.due_on}，尚未期满。", en=f"the notice runs until {run.due_on}"
        )  # fmt: skip
    _check_clocks(run, doing.day)
    _check_appeals(run)
    if waiting := [one.unit for one in run.decided_grades.filter(asked=True)]:
        raise ResultStateError.one(
            "grades", "grade.asked", zh=f"这些单位的计算等次已经改变，原决定等次须由委员会重新决定：{_named(waiting)}。请登记决定等次。",
            en=f"the computed grade of these units is another now, and the commission decides again: {_named(waiting)}; record the decided grade",
        )  # fmt: skip
    _check_settled(run)
    out = left_out(doing)
    decision: Decision | None = run.decision
    if decision is None or doing.given.decision:
        decision = carrying(doing.given.decision or 0, f"result:{run.pk}")
        _check_fresh(run, decision)
    tell_portal(run, doing)
    return Change(
        {"decision": decision, "due_on": None},
        {"run": run.run, "decision": decision.pk, "not_counted": _end(run, doing.now), **out, TABLES: tables_of(run)},
    )  # fmt: skip


def tell_portal(run: ResultRun, doing: Doing) -> None:
    """Where the result is published, its pages say from now how it stands."""
    if run.publications.filter(state="released").exists():
        jobs.ask(kind="portal.write", arguments={}, subject=f"result:{run.pk}", actor=doing.actor, now=doing.now)  # fmt: skip


def tables_of(run: ResultRun) -> str:
    """The digest of what is published or made final."""
    return selectors.loaded(selectors.folder_of(run.run)).results.digest()


def _year_of(run: ResultRun) -> RulebookVersion | None:
    """The rulebook whose whole period the result is of; None for a part of it."""
    return run.version if run.version is not None and run.version.period == run.period else None


def _end(run: ResultRun, now: datetime) -> int:
    version = _year_of(run)
    return end_year(version, now) if version else 0


def _check_settled(run: ResultRun) -> None:
    """Nothing that the result would rest on is still contested; values that never came end with the year."""
    version = _year_of(run)
    if version and (open_matters := contested(version)):
        raise ResultStateError(
            Problem(f"{kind.name}:{obj.pk}", "year.contested", f"{kind.title(obj)[0]}：{kind.state_of(obj)[0]}，办结后才能终定。",
                    f"{kind.title(obj)[1]}: {kind.state_of(obj)[1]}; it has to be settled before the result is final")
            for kind, obj in open_matters
        )  # fmt: skip


def _named(codes: list[str]) -> str:
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name_zh"))
    shown = "、".join(names.get(code, code) for code in codes[:MOST_NAMED])
    return shown if len(codes) <= MOST_NAMED else f"{shown}… ({len(codes)})"


def _check_clocks(run: ResultRun, day: date) -> None:
    if left := [unit.code for unit in unserved(run, day)]:
        raise ResultStateError.one(
            "served", "service.open", zh=f"还有 {len(left)} 个单位没有送达证明，复核申请期从送达起算：{_named(left)}。请先送达并登记。",
            en=f"{len(left)} units have no proof of service, with which their time for a review starts: {_named(left)}; serve them first",
        )  # fmt: skip
    if held := running(run, day):
        last = max(end for _, end in held)
        raise ResultStateError.one(
            "served", "review.running", zh=f"还有 {len(held)} 个单位的申请期没有届满，最晚到 {last}：{_named([unit.code for unit, _ in held])}。",
            en=f"{len(held)} units still have time to ask for a review, until {last} at the latest: {_named([unit.code for unit, _ in held])}",
        )  # fmt: skip


def _check_appeals(run: ResultRun) -> None:
    if left := open_appeals(run):
        raise ResultStateError.one(
            "appeals", "appeal.open", zh=f"还有 {left} 件申诉没有办结。", en=f"{left} appeals are not closed yet"
        )  # fmt: skip


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
        "重新开启的理由（公开）", "Why it is reopened (public)", form="text", public=True
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

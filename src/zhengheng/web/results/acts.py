"""What is done to a result."""

from datetime import date, datetime, time
from typing import Any

from django.apps import apps

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.scheme.procedure import Procedure
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Files,
    Given,
    Kind,
    Nothing,
    Standing,
    ask,
)
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.files.services import own_files
from zhengheng.web.jobs import services as jobs
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.results import selectors, services
from zhengheng.web.results.closing import contested, end_year
from zhengheng.web.results.kept import TABLES
from zhengheng.web.results.models import DecidedGrade, ResultRun
from zhengheng.web.rulebooks.selectors import procedure_of
from zhengheng.workflow.machines import APPEAL, RESULT


class ResultStateError(ZhenghengError):
    """A result cannot go on as asked for."""


def procedure(run: ResultRun) -> Procedure:
    """The closing procedure of the run's rulebook; of a run from outside the office, the plain one."""
    return procedure_of(run.version) if run.version else selectors.loaded(selectors.folder_of(run.run)).rulebook.procedure or Procedure()  # fmt: skip


def approved_first(run: ResultRun) -> bool:
    """Whether the commission approves before the notice: the order of the steps is the rulebook's."""
    steps = [step.step for step in procedure(run).steps]
    if "notice" not in steps:
        return procedure(run).form == "statute"
    return "decision" in steps and "notice" in steps and steps.index("decision") < steps.index("notice")  # fmt: skip


class DecisionGiven(Given):
    decision: int = ask("委员会决定", "Decision of the commission")


def approve(doing: Doing) -> Change:
    decision = carrying(doing.given.decision, f"result:{doing.obj.pk}")
    return Change({"decision": decision}, {"decision": decision.pk, "run": doing.obj.run})


def publish(doing: Doing) -> Change:
    """On public notice; what it replaces steps back, and stays to be read."""
    run: ResultRun = doing.obj
    if approved_first(run) != (run.state == "approved"):
        raise ResultStateError.one(
            "state", "result.order", zh="按本方案的程序, 须先经委员会批准再公示" if approved_first(run) else "按本方案的程序, 先公示、后报委员会",
            en="under this rulebook the commission approves before the notice" if approved_first(run)
            else "under this rulebook the notice comes before the commission",
        )  # fmt: skip
    clock = (
        procedure(run).clock("notice")
        or procedure(run).clock("review")
        or procedure(run).within("notice")
    )
    until = working_calendar().after(doing.day, clock.length, clock.unit)
    if run.replaces and run.replaces.state == "notice":
        until = max(run.replaces.due_on or doing.day, doing.day)
        perform_by_machine(RESULTS, "result.replace", run.replaces, given=Nothing(), now=doing.now)
    content = {"run": run.run, "until": until.isoformat(), TABLES: _tables(run)}
    return Change({"published_at": doing.now, "due_on": until}, content)


def _tables(run: ResultRun) -> str:
    """The digest of what is published or made final."""
    return selectors.loaded(selectors.folder_of(run.run)).results.digest()


def plainly(doing: Doing) -> Change:
    return Change()


NOON = time(12)
"""A receipt names a day; noon of it is that day in every time zone of the country and in UTC."""


class ServeGiven(Given):
    unit: str = ask("单位", "Unit", max_length=40)
    received_on: date = ask("签收日期", "Received on", when="past")
    receipt: Files = ask("签收回执扫描件", "Scan of the receipt", min_length=1)


def serve(doing: Doing) -> Change:
    """The paper route: handed over against a receipt, on the receipt's day; the unit's clocks run from there."""
    run: ResultRun = doing.obj
    given: ServeGiven = doing.given
    unit = unit_of(given.unit)
    if unit.code not in selectors.units_of(run):
        raise ResultStateError.one(
            "unit", "serve.unit", zh=f"{unit.name_zh} 不在本次核算结果中，无须送达。", en=f"{unit.name_en or unit.name_zh} is not in this result"
        )  # fmt: skip
    if run.services.filter(unit=unit).exists():
        raise ResultStateError.one(
            "unit", "serve.twice", zh=f"{unit.name_zh} 已经送达，送达时间以第一次为准。", en=f"{unit.name_en or unit.name_zh} was served already; the first service counts"
        )  # fmt: skip
    since = run.published_at
    if since and given.received_on < since.date():
        raise ResultStateError.one(
            "received_on", "serve.early", zh=f"签收日期 {given.received_on} 早于公示之日 {since.date()}，请核对回执。",
            en=f"the receipt of {given.received_on} lies before the notice of {since.date()}",
        )  # fmt: skip
    at = (
        doing.now
        if given.received_on == doing.day
        else datetime.combine(given.received_on, NOON, doing.now.tzinfo)
    )
    files = own_files(given.receipt, doing.actor)
    services.serve(run=run, unit=unit, how="paper", actor=doing.actor, now=doing.now, at=at)
    return Change(
        {"files": [*run.files, *(one.pk for one in files)]},
        {"unit": unit.code, "received_on": given.received_on.isoformat(), "receipt": [one.sha256 for one in files]},
    )  # fmt: skip


def _unserved(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    served = set(obj.services.values_list("unit__code", flat=True))
    left = Unit.objects.filter(code__in=selectors.units_of(obj) - served)
    return {"unit": [(unit.code, unit.name_zh) for unit in left]}


class GradeGiven(Given):
    unit: str = ask("单位", "Unit", max_length=40)
    grade: str = ask("决定的等次", "Decided grade", max_length=64)
    reason: str = ask("理由", "Reason", form="text")
    basis: str = ask("依据 (文件、条款)", "Basis (document, article)", max_length=200)
    decision: int = ask("委员会决定", "Decision of the commission")


def grade(doing: Doing) -> Change:
    """A decided grade beside the computed one, with reason and basis; never a score."""
    given: GradeGiven = doing.given
    run = selectors.loaded(selectors.folder_of(doing.obj.run))
    computed = {row["unit"]: row["grade"] for row in run.results.rows("grading")}
    grading = run.rulebook.grading
    known = {band.code for band in (*grading.bands, *grading.outside)} if grading else set()
    if given.unit not in computed or given.grade not in known:
        raise ResultStateError.one(
            "grade" if given.unit in computed else "unit", "grade.unknown",
            zh=f"没有这个单位的计算等次, 或方案没有此等次 (有: {'、'.join(sorted(known))})",
            en=f"the unit has no computed grade, or the rulebook no such grade (it has {', '.join(sorted(known))})",
        )  # fmt: skip
    decision = carrying(given.decision, f"result:{doing.obj.pk}")
    DecidedGrade.objects.update_or_create(
        run=doing.obj, unit=given.unit,
        defaults={"computed": computed[given.unit], "decided": given.grade, "reason": given.reason,
                  "basis": given.basis, "decision": decision},
    )  # fmt: skip
    return Change({}, {"unit": given.unit, "computed": computed[given.unit], "decided": given.grade,
                       "reason": given.reason, "basis": given.basis})  # fmt: skip


class FinaliseGiven(Given):
    decision: int | None = ask(
        "委员会决定 (已先批准且未改变的可空)",
        "Decision (none needed where approved before and unchanged)",
        None,
    )


def finalise(doing: Doing) -> Change:
    """Final: the notice is over, no appeal is open, the commission decided."""
    run: ResultRun = doing.obj
    if run.due_on and doing.day <= run.due_on:
        raise ResultStateError.one(
            "due_on", "notice.running", zh=f"公示至 {run.due_on}, 尚未期满", en=f"the notice runs until {run.due_on}"
        )  # fmt: skip
    line = [run.pk]
    while run.replaces_id and run.replaces:
        run = run.replaces
        line.append(run.pk)
    # By the name of the app alone: appeals stand on results, not the other way round.
    waiting = apps.get_model("appeals.Appeal")._default_manager.filter(run__in=line)
    left = waiting.exclude(state__in=[*APPEAL.final, "draft"]).count()
    if left:
        raise ResultStateError.one(
            "appeals", "appeal.open", zh=f"还有 {left} 件申诉没有办结", en=f"{left} appeals are not closed yet"
        )  # fmt: skip
    decision = doing.obj.decision
    if decision is None or doing.given.decision:
        decision = carrying(doing.given.decision or 0, f"result:{doing.obj.pk}")
    content = {
        "run": doing.obj.run,
        "decision": decision.pk,
        "not_counted": _end_year(doing),
        TABLES: _tables(doing.obj),
    }
    return Change({"decision": decision, "due_on": None}, content)


def _end_year(doing: Doing) -> int:
    """Nothing that the result would rest on is still contested; values that never came end with the year."""
    version = doing.obj.version
    if version is None or version.period != doing.obj.period:
        return 0
    if open_matters := contested(version):
        raise ResultStateError(
            Problem(f"{kind.name}:{obj.pk}", "year.contested", f"{kind.title(obj)[0]}：{kind.state_of(obj)[0]}，办结后才能终定。",
                    f"{kind.title(obj)[1]}: {kind.state_of(obj)[1]}; it has to be settled before the result is final")
            for kind, obj in open_matters
        )  # fmt: skip
    return end_year(version, doing.now)


def archive(doing: Doing) -> Change:
    jobs.ask(
        kind="archive", arguments={"result": doing.obj.pk}, subject=f"result:{doing.obj.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip
    return Change({}, {"run": doing.obj.run})


class ArchivedGiven(Given):
    package: str
    sha256: str


def archived(doing: Doing) -> Change:
    """The package stands; what it is, by its digest."""
    return Change({"package": doing.given.package}, doing.given.model_dump())


def trigger(doing: Doing) -> Change:
    """Improvement for every unit with a red light, at once: a case each, or joined to its open one."""
    jobs.ask(
        kind="trigger_rectification", arguments={"result": doing.obj.pk}, subject=f"result:{doing.obj.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip
    return Change({}, {"run": doing.obj.run})


class ReopenGiven(Given):
    reason: str = ask("重新开启的理由 (公开)", "Why it is reopened (public)", form="text")
    decision: int = ask("委员会决定", "Decision of the commission")


def reopen(doing: Doing) -> Change:
    """A closed year opens by decision alone; what was final and archived stays in ledger and package."""
    decision = carrying(doing.given.decision, f"result:{doing.obj.pk}")
    if doing.obj.decision_id == decision.pk:
        raise ResultStateError.one(
            "decision", "reopen.decision", zh="这是终定的决定; 重新开启需要另一项决定",
            en="this decision made it final; reopening needs one of its own",
        )  # fmt: skip
    return Change({"decision": None}, {"run": doing.obj.run, "reason": doing.given.reason, "decision": decision.pk})  # fmt: skip


def _standing(run: ResultRun, account: Account) -> Standing:
    return Standing(selectors.relations(run, account))


def _decisions(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {"decision": decisions(f"result:{obj.pk}")}


RESULTS = Kind(
    machine=RESULT, path="runs", words=("核算结果", "Results"), model=ResultRun,
    title=lambda r: (f"{r.title_zh} {r.period}", f"{r.title_en or r.title_zh} {r.period}"),
    standing=_standing, queryset=selectors.runs, page=lambda r: f"/office/results/{r.run}/", pages="/office/results/",
    acts=(
        Act("result.approve", ("按决定批准", "Approve by decision"), approve, DecisionGiven, choices=_decisions, when=approved_first),
        Act("result.publish", ("进入公示", "Put on public notice"), publish,
            when=lambda r: approved_first(r) == (r.state == "approved")),
        Act("result.replace", ("被新版代替", "Replaced"), plainly, by_machine=True),
        Act("result.serve", ("登记纸质送达", "Record service on paper"), serve, ServeGiven, choices=_unserved, optional=True),
        Act("result.grade", ("记录决定等次", "Record a decided grade"), grade, GradeGiven, choices=_decisions, optional=True),
        Act("result.finalise", ("终定", "Make final"), finalise, FinaliseGiven, choices=_decisions),
        Act("result.trigger", ("按红灯批量提出整改", "Propose improvement for all red lights"), trigger, optional=True),
        Act("result.archive", ("归档", "Archive"), archive, optional=True),
        Act("result.archived", ("已归档", "Archived"), archived, ArchivedGiven, by_machine=True),
        Act("result.reopen", ("按决定重新开启", "Reopen by decision"), reopen, ReopenGiven,
            ("已终定或已归档的年度只能凭委员会决定重新开启; 原结果和归档包保留。",
             "A closed year reopens only by decision; the former result and its package stay."), choices=_decisions, optional=True),
    ),
    columns=(
        Column(("方案", "Rulebook"), lambda r: (r.title_zh, r.title_en)), Column(("期间", "Period"), "period"),
        Column(("批次", "Run"), "run"),
    ),
    facts=(),
    out=lambda r: {"run": r.run, "rulebook": r.rulebook, "period": r.period,
                   "replaces": r.replaces_id},
)  # fmt: skip

"""What is done to a result."""

from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.utils.timezone import localdate, localtime

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import (
    Act,
    Carried,
    Change,
    Column,
    Doing,
    Files,
    Given,
    Kind,
    Matter,
    Nothing,
    Standing,
    Words,
    ask,
    kind_named,
)
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.decisions.services import carrying
from zhengheng.web.files.services import own_files
from zhengheng.web.jobs import services as jobs
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.results import duties, selectors, services
from zhengheng.web.results.again import goes_first
from zhengheng.web.results.barred import can_end, on_notice
from zhengheng.web.results.clocks import approved_first, last_day
from zhengheng.web.results.ending import (
    FinaliseGiven,
    LeftOutGiven,
    ReopenGiven,
    ResultStateError,
    carry_grades,
    computed_grades,
    finalise,
    fresh,
    left_out,
    may_reopen,
    overtaken,
    reopen,
    set_aside,
    tables_of,
    tell_portal,
    to_reopen,
    until,
)
from zhengheng.web.results.kept import TABLES
from zhengheng.web.results.models import DecidedGrade, ResultRun
from zhengheng.web.results.newer import state_words
from zhengheng.workflow.machines import CLOSED, RESULT, STANDING, UNFILED


class DecisionGiven(Given):
    decision: int = ask("委员会决定", "Decision of the commission")


def approve(doing: Doing) -> Change:
    _check_written(doing.obj)
    decision = carrying(doing.given.decision, f"result:{doing.obj.pk}")
    return Change({"decision": decision, "due_on": None}, {"decision": decision.pk, "run": doing.obj.run})  # fmt: skip


def publish(doing: Doing) -> Change:
    """On public notice for its own days; what it replaces steps back, and stays to be read.

    Decided grades and drafts of appeals go over to the new version.
    """
    run: ResultRun = doing.obj
    if approved_first(run) != (run.state == "approved"):
        raise ResultStateError.one(
            "state", "result.order", zh="按本方案的程序，须先经委员会批准再公示。" if approved_first(run) else "按本方案的程序，先公示、后报委员会。",
            en="under this rulebook the commission approves before the notice" if approved_first(run)
            else "under this rulebook the notice comes before the commission",
        )  # fmt: skip
    _check_written(run)
    before, end, carried = _before(run), until(run, doing.day), []
    kept, out = left_out(doing)
    if before is not None:
        perform_by_machine(RESULTS, "result.replace", before, given=Nothing(), now=doing.now)
        tell_portal(before, doing)
        carried = carry_grades(before, run)
        # By the name of the app alone: appeals stand on results, not the other way round.
        # Their clocks are those of a version on notice, and of what was served of the one before it.
        run.published_at, run.due_on, run.replaces = doing.now, end, before
        drafts = apps.get_model("appeals.Appeal")._default_manager.filter(
            run=before, state__in=UNFILED
        )
        for one in drafts:
            given = Carried(to=run.pk, until=last_day(run, one.unit))
            perform_by_machine(
                kind_named("appeal"), "appeal.carry", one, given=given, now=doing.now
            )
    for other in overtaken(run):
        perform_by_machine(RESULTS, "result.set_aside", other, given=Nothing(), now=doing.now)
    return Change(
        {"published_at": doing.now, "due_on": end, "replaces": before or run.replaces, "left_out": kept},
        {"run": run.run, "until": end.isoformat(), "grades": carried, **out, TABLES: tables_of(run)},
    )  # fmt: skip


def _check_written(run: ResultRun) -> None:
    """Raise ResultStateError for a run that scores units after they ended."""
    if gone := selectors.unwritten(run):
        zh, en = "、".join(one.name_zh for one in gone), ", ".join(one.name_en or one.name_zh for one in gone)  # fmt: skip
        raise ResultStateError.one(
            "run", "rulebook.unwritten", zh=f"{zh}已经撤销，而核算所用的方案没有写明由谁承继，本结果仍给已撤销的单位计分，只能用于平时监测。请先在“机构变动”中生成方案修订草案（已经生成的不再生成），按程序生效后重新核算，再公示新的结果。",
            en=f"{en} ended, and the rulebook of this run does not say who goes on for it: the run scores units that are gone and serves to watch the year by only. Draft the amended rulebook at the reorganisation where there is no draft yet, put it in force, compute again, and put that result on notice",
        )  # fmt: skip


def _before(run: ResultRun) -> ResultRun | None:
    """What this version replaces on notice. One that another overtook, or that comes behind a final result,
    is not published any more."""
    same = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period).exclude(pk=run.pk)
    held = list(same.filter(state__in=STANDING).order_by("-pk"))
    newer = next((one for one in held if one.state != "notice" or one.pk > run.pk), None)
    if newer is not None:
        raise ResultStateError.one(
            "run", "result.overtaken", zh=f"这一期已有更新的结果 {newer.run} 在公示，或者结果已经终定。请在更新的结果之上重新核算；已终定的须先由委员会决定重新开启。",
            en=f"a newer result of this period, {newer.run}, is on notice, or the result is final: run it again after that one, or have the final one reopened first",
        )  # fmt: skip
    return held[0] if held else None


def may_stand(run: ResultRun) -> bool:
    """Whether a version could still go on notice: none that came after it stands."""
    later = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__gt=run.pk)
    return not later.filter(state__in=STANDING).exists()


def may_go(run: ResultRun, day: date) -> bool:
    """Whether a version could still go on notice: none that is newer, and none that is final, stands in its place."""
    same = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period).exclude(pk=run.pk)
    return may_stand(run) and not same.filter(state__in=CLOSED).exists()


def goes_on(run: ResultRun, day: date) -> bool:
    """Whether the notice is this version's next step: it could go there, and no other computation comes before it."""
    return may_go(run, day) and not goes_first(run)


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
    since = localdate(run.published_at) if run.published_at else None
    if since and given.received_on < since:
        raise ResultStateError.one(
            "received_on", "serve.early", zh=f"签收日期 {given.received_on} 早于公示之日 {since}，请核对回执。",
            en=f"the receipt of {given.received_on} lies before the notice of {since}",
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


def _unserved(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, Words]]]:
    served = set(obj.services.values_list("unit__code", flat=True))
    left = Unit.objects.filter(code__in=selectors.units_of(obj) - served)
    return {"unit": [(unit.code, unit.told()) for unit in left]}


UNGRADED = (
    "本方案没有设等次，没有可以另行决定的。",
    "This rulebook has no grades, so none can be decided.",
)


class GradeGiven(Given):
    unit: str = ask("单位", "Unit", max_length=40, empty=UNGRADED)
    grade: str = ask("决定的等次", "Decided grade", max_length=64, empty=UNGRADED)
    reason: str = ask("理由（公开）", "Reason (public)", form="text", public=True, why=True)
    basis: str = ask("依据 (文件、条款)", "Basis (document, article)", max_length=200)
    decision: int = ask("委员会决定", "Decision of the commission")


def grade(doing: Doing) -> Change:
    """A decided grade beside the computed one, with reason and basis; never a score."""
    given: GradeGiven = doing.given
    run = selectors.loaded(selectors.folder_of(doing.obj.run))
    computed = computed_grades(doing.obj)
    grading = run.rulebook.grading
    known = {band.code: band.name for band in (*grading.bands, *grading.outside)} if grading else {}
    if given.unit not in computed or given.grade not in known:
        raise ResultStateError.one(
            "grade" if given.unit in computed else "unit", "grade.unknown",
            zh=f"没有这个单位的计算等次，或方案没有此等次（有：{'、'.join(name.zh for name in known.values())}）",
            en=f"the unit has no computed grade, or the rulebook no such grade (it has {', '.join(name.say('en') for name in known.values())})",
        )  # fmt: skip
    decision = carrying(given.decision, f"result:{doing.obj.pk}")
    DecidedGrade.objects.update_or_create(
        run=doing.obj, unit=given.unit,
        defaults={"computed": computed[given.unit], "decided": given.grade, "reason": given.reason,
                  "basis": given.basis, "decision": decision, "carried_from": None, "asked": False},
    )  # fmt: skip
    return Change({}, {"unit": given.unit, "computed": computed[given.unit], "decided": given.grade,
                       "reason": given.reason, "basis": given.basis})  # fmt: skip


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


def _standing(run: ResultRun, account: Account) -> Standing:
    return Standing(selectors.relations(run, account))


def _decisions(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {"decision": fresh(obj) if obj else []}


def _to_end(obj: Any, account: Account, day: date) -> dict[str, Any]:
    """What was approved before its notice, and is unchanged, ends without another decision."""
    return _decisions(obj, account, day) | {
        "decision.needed": bool(obj) and obj.decision_id is None
    }


def _openings(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {"decision": to_reopen(obj) if obj else []}


def _graded(obj: Any, account: Account, day: date) -> dict[str, Any]:
    """The units that have a computed grade, and the grades that the rulebook knows."""
    if obj is None:
        return {}
    grading = selectors.loaded(selectors.folder_of(obj.run)).rulebook.grading
    names = {unit.code: unit.told() for unit in Unit.objects.all()}
    return _decisions(obj, account, day) | {
        "unit": [(code, names.get(code, (code, code))) for code in sorted(computed_grades(obj))],
        "grade": [(band.code, (band.name.zh, band.name.say("en"))) for band in (*grading.bands, *grading.outside)] if grading else [],
    }  # fmt: skip


def _title(run: ResultRun) -> tuple[str, str]:
    """Rulebook and period; before its notice also the moment it was computed, since there may be several."""
    zh, en = f"{run.title_zh} {run.period}", f"{run.title_en or run.title_zh} {run.period}"
    if run.published_at is not None:
        return zh, en
    made = f"{localtime(run.made_at):%Y-%m-%d %H:%M}"
    return f"{zh}（{made} 核算）", f"{en} (computed {made})"


def _matter(run: ResultRun) -> Matter:
    """One computation: its tables never change, another computation is another result."""
    (zh, en), year = _title(run), run.period
    return Matter(
        {"run": run.run, "rulebook": run.rulebook, "period": year},
        (f"{zh}，核算批次 {run.run}", f"{en}, run {run.run}"),
    )


RESULTS = Kind(
    thread=True,
    machine=RESULT, path="runs", words=("核算结果", "Results"), model=ResultRun,
    title=_title, stands=state_words,
    standing=_standing, queryset=selectors.runs, matter=_matter, page=lambda r: f"/office/results/{r.run}/", pages="/office/results/",
    acts=(
        Act("result.approve", ("按决定批准", "Approve by decision"), approve, DecisionGiven, choices=_decisions, when=approved_first, waits=may_go),
        Act("result.publish", ("进入公示", "Put on public notice"), publish, LeftOutGiven,
            when=lambda r: approved_first(r) == (r.state == "approved"), waits=goes_on),
        Act("result.set_aside", ("不采用", "Do not use"), set_aside, help=("不进入公示的核算结果归为“未采用”，数据和过程保留，只有指定的人员可以查看。",
             "A result that will not go on notice is kept as not used; only those who are named see it."), optional=True),
        Act("result.take_up", ("恢复", "Take up again"), plainly, when=may_stand, optional=True),
        Act("result.replace", ("被新版代替", "Replaced"), plainly, by_machine=True),
        Act("result.serve", ("登记纸质送达", "Record service on paper"), serve, ServeGiven, choices=_unserved, waits=duties.owes_service),
        Act("result.grade", ("记录决定等次", "Record a decided grade"), grade, GradeGiven, concerning=lambda run, given: (given.unit,), choices=_graded, waits=duties.owes_grade),
        Act("result.finalise", ("终定", "Make final"), finalise, FinaliseGiven, choices=_to_end, waits=can_end, not_yet=on_notice),
        Act("result.trigger", ("按红灯批量提出整改", "Propose improvement for all red lights"), trigger, optional=True),
        Act("result.archive", ("归档", "Archive"), archive),
        Act("result.archived", ("已归档", "Archived"), archived, ArchivedGiven, by_machine=True),
        Act("result.reopen", ("按决定重新开启", "Reopen by decision"), reopen, ReopenGiven,
            ("已终定或已归档的年度只能凭委员会另行作出的决定重新开启，并重新公示；原结果和归档包保留。",
             "A closed year reopens only by decision; the former result and its package stay."), choices=_openings, optional=True, waits=may_reopen),
    ),
    columns=(
        Column(("方案", "Rulebook"), lambda r: (r.title_zh, r.title_en)), Column(("期间", "Period"), "period"),
        Column(("批次", "Run"), "run"),
    ),
    facts=(),
    due=duties.due, known=duties.known,
    out=lambda r: {"run": r.run, "rulebook": r.rulebook, "period": r.period,
                   "replaces": r.replaces_id},
)  # fmt: skip

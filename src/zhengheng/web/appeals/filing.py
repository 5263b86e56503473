"""Before the panel: drafted, filed, completed, accepted, withdrawn."""

from datetime import date
from typing import Any

from django.utils import timezone

from zhengheng.lake.cells import number_fault
from zhengheng.web.acts.declare import Change, Doing, Files, Given, Made, ask
from zhengheng.web.appeals import selectors
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.services import GROUNDS, AppealError, Ground
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.acts import procedure
from zhengheng.web.results.models import ResultRun


class SaveGiven(Given):
    ground: Ground = ask("理由类别", "Ground", names=GROUNDS)
    wanted: str = ask("应为 (数值)", "It should be (value)", "", max_length=40)
    statement: str = ask("事实与理由", "Facts and reasons", form="text")
    hearing_wanted: bool = ask("申请听证", "Ask for a hearing", False)
    evidence: Files = ask("证据", "Evidence", [])


class DraftGiven(SaveGiven):
    run: int = ask("公示中的结果", "Result on notice")
    unit: str = ask("申诉单位", "Appealing unit", max_length=40)
    indicator: str = ask("指标", "Indicator", max_length=64)
    series: str = ask(
        "有争议的填报项 (空: 指标本身)",
        "Contested series (empty: the indicator itself)",
        "",
        max_length=64,
    )
    value_period: str = ask(
        "数据期间 (空: 考核期间)",
        "Period of the value (empty: the assessed one)",
        "",
        max_length=16,
    )


def draft(doing: Doing) -> Made:
    given: DraftGiven = doing.given
    run = ResultRun.objects.select_related("version").filter(pk=given.run, state="notice").first()
    unit = Unit.objects.filter(code=given.unit).first()
    if run is None or run.version is None or unit is None:
        raise AppealError.one(
            "run" if unit else "unit", "appeal.run", zh="没有这个单位, 或结果不在公示中", en="there is no such unit, or the result is not on notice"
        )  # fmt: skip
    appeal = Appeal(
        run=run, unit=unit, indicator=given.indicator, series=given.series or given.indicator,
        value_period=given.value_period or run.period, **_said(doing),
    )  # fmt: skip
    _check_series(appeal)
    appeal.due_on = _last_day(appeal)
    return Made(appeal, {"run": run.run, "unit": unit.code, "indicator": given.indicator})  # fmt: skip


def _said(doing: Doing) -> dict[str, Any]:
    given: SaveGiven = doing.given
    kept = [file.pk for file in own_files(given.evidence, doing.actor)]
    before = doing.obj.files if doing.obj else []
    return {
        "ground": given.ground, "wanted": given.wanted, "statement": given.statement,
        "hearing_wanted": given.hearing_wanted, "files": [*before, *kept],
    }  # fmt: skip


def _check_series(appeal: Appeal) -> None:
    known = {
        indicator.code: indicator for indicator in selectors.run_of(appeal).rulebook.indicators
    }
    for field in ("indicator", "series"):
        if getattr(appeal, field) not in known:
            raise AppealError.one(
                field, "indicator.unknown", zh="方案中没有这个指标", en="the rulebook has no such indicator"
            )  # fmt: skip
    if appeal.wanted and (fault := number_fault(appeal.wanted, known[appeal.series].decimals)):
        raise AppealError.one("wanted", "number", zh=fault[0], en=fault[1])


def _last_day(appeal: Appeal) -> date | None:
    """The last day to file. A clock of the procedure starts with proven service on this unit; the
    notice runs for everybody."""
    clock = procedure(appeal.run).clock("review") or procedure(appeal.run).clock("objection")
    if clock is None:
        return appeal.run.due_on
    served = appeal.run.services.filter(unit=appeal.unit).first()
    if served is None:
        return None
    return working_calendar().after(timezone.localtime(served.at).date(), clock.length, clock.unit)


def save(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    fields = _said(doing)
    appeal.wanted = fields["wanted"]
    _check_series(appeal)
    return Change(fields)


def file(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    last = _last_day(appeal)
    if last is not None and doing.day > last:
        raise AppealError.one(
            "due_on", "appeal.late", zh=f"申诉期已于 {last} 届满", en=f"the time to appeal ended on {last}"
        )  # fmt: skip
    if appeal.run.state != "notice":
        raise AppealError.one("run", "appeal.run", zh="结果已不在公示中", en="the result is not on notice any more")  # fmt: skip
    return Change({"filed_on": doing.day, "due_on": None}, {"ground": appeal.ground, "wanted": appeal.wanted, "statement": appeal.statement})  # fmt: skip


def withdraw(doing: Doing) -> Change:
    return Change({"due_on": None})


class ReasonGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def send_back(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason, "due_on": _last_day(doing.obj)}, {"reason": doing.given.reason})  # fmt: skip


def accept(doing: Doing) -> Change:
    """Received: from here the decision's clock runs."""
    twin = Appeal.objects.filter(
        run__rulebook=doing.obj.run.rulebook, run__period=doing.obj.run.period, unit=doing.obj.unit,
        indicator=doing.obj.indicator, value_period=doing.obj.value_period,
        state__in=("accepted", "hearing", "heard", "decided", "applied", "closed"),
    ).first()  # fmt: skip
    if twin is not None:
        raise AppealError.one(
            "indicator", "appeal.twice", zh=f"同一事项已有第 {twin.pk} 号申诉", en=f"appeal {twin.pk} is about the same"
        )  # fmt: skip
    clock = procedure(doing.obj.run).within("appeal_decision")
    due = working_calendar().after(doing.obj.filed_on, clock.length, clock.unit)
    return Change({"accepted_on": doing.day, "due_on": due}, {"due": due.isoformat()})

"""The stories of the sample city that the office tells: appeals, improvement, targets, reports."""

from decimal import Decimal
from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.engines.rows import unit_rows
from zhengheng.sample.organisation import departments
from zhengheng.scheme.asked import target_of
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.appeals.selectors import pool
from zhengheng.web.jobs.models import Job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rectification.acts import RECTIFICATIONS, below_line, open_case
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.sample.desk import work
from zhengheng.web.sample.stage import Story, do, make, paper, until
from zhengheng.web.targets.acts import TARGETS

WRONGLY_LEFT_OUT = 20
"""School places, of a target of 1,000 with weight 30: 0.6 points."""
UNREGISTERED = Decimal("0.8")
"""Guests of December in houses that were not registered, in units of 10,000."""


def appeals() -> list[Story]:
    """Story 11: one appeal at every stage."""
    return [_school_places(), _rejected(), _hearing(), _withdrawn(), _returned(), _drafted()]


async def _on_notice(rulebook: str, when: str) -> ResultRun:
    """The year's result, from when it is on notice."""
    await until(when)
    return ResultRun.objects.get(rulebook=rulebook, period="2025", state="notice")


async def _withdrawn() -> None:
    run = await _on_notice("districts", "2026-03-03")
    filed = await _appeal(run, "Q08", "qingyu-ld", "D02", "2026-03-03", "仪器故障期间数据应剔除")
    await do(APPEALS, "withdraw", filed, "qingyu-ld", "2026-03-06")


async def _returned() -> None:
    run = await _on_notice("departments", "2026-03-06")
    filed = await _appeal(run, "D22", "gongan-ld", "E02", "2026-03-06", "抽样范围有误")
    await do(
        APPEALS, "return", filed, "shensu", "2026-03-09", reason="缺少证据材料, 请补齐抽样名单"
    )


async def _drafted() -> None:
    run = await _on_notice("districts", "2026-03-06")
    await make(APPEALS, "draft", "gaoxin-ld", "2026-03-06", run=run.pk, unit="Q07", indicator="B11",
               ground="force_majeure", statement="汛期停工 (草稿)", value_period="2025-12")  # fmt: skip


async def _appeal(run: Any, unit: str, who: str, indicator: str, when: str, statement: str, **more: Any) -> Any:  # fmt: skip
    book = loaded(folder_of(run.run)).rulebook
    last = list(parse_period(run.period).split(book.indicator(indicator).frequency))[-1].code
    said = {"ground": "data_error", "value_period": last, **more}
    made = await make(APPEALS, "draft", who, when, run=run.pk, unit=unit, indicator=indicator, statement=statement,
                evidence=[await paper(who, when, "申诉证据")], **said)  # fmt: skip
    return await do(APPEALS, "file", made, who, when)


async def _decided(
    appeal: Any, votes: tuple[str, str, str], value: str, days: tuple[str, str]
) -> None:
    accepted, signed = days
    await do(APPEALS, "accept", appeal, "shensu", accepted)
    await do(APPEALS, "draw", appeal, "shensu", accepted)
    seats = [seat.account.username for seat in appeal.seats.all()]
    for member, vote in zip(seats, votes, strict=True):
        await do(
            APPEALS, "vote", appeal, member, signed, vote=vote, reasons="依据双方提交的台账和验收单"
        )
    if value:
        await do(APPEALS, "preview", appeal, seats[0], signed, value=value)
    await do(
        APPEALS, "decide", appeal, seats[0], signed, value=value, reasons="评审组合议意见, 详见笔录"
    )


async def _school_places() -> None:
    """教育局 C02: places wrongly left out; upheld, the numbers run again, the new version waits."""
    run = await _on_notice("departments", "2026-03-05")
    wanted = str(_december(run, "D10", "C02") + WRONGLY_LEFT_OUT)
    appeal = await _appeal(
        run,
        "D10",
        "jiaoyu-ld",
        "C02",
        "2026-03-05",
        f"{WRONGLY_LEFT_OUT} 个改扩建学位被误排除",
        wanted=wanted,
    )
    await _decided(appeal, ("uphold", "uphold", "uphold"), wanted, ("2026-03-06", "2026-03-10"))
    await do(APPEALS, "apply", appeal, "shuju", "2026-03-10T15:00")
    work()


def _december(run: ResultRun, unit: str, indicator: str) -> Any:
    """The row of a unit that ends with the year."""
    made = loaded(folder_of(run.run))
    return next(
        row["value"] for row in unit_rows(made.facts, "observation", [unit])
        if row["indicator"] == indicator and row["period"].isoformat() == "2025-12-31"
    )  # fmt: skip


async def _rejected() -> None:
    """文旅局: rejected, with a minority opinion."""
    run = await _on_notice("departments", "2026-03-05")
    wanted = str(_december(run, "D06", "B14") + UNREGISTERED)
    appeal = await _appeal(
        run, "D06", "wenlv-ld", "B14", "2026-03-05", "民宿未纳入住宿登记", wanted=wanted
    )
    await _decided(appeal, ("reject", "uphold", "reject"), "", ("2026-03-06", "2026-03-11"))
    await do(APPEALS, "close", appeal, "shensu", "2026-03-11T15:00")


async def _hearing() -> None:
    """穗丰县 B13: received 03-03, hearing notified 03-06 for 03-18; the decision's clock stands still."""
    run = await _on_notice("districts", "2026-03-03")
    appeal = await _appeal(
        run,
        "Q11",
        "suifeng-ld",
        "B13",
        "2026-03-03",
        "一处监测点倒伏未按规程剔除",
        hearing_wanted=True,
    )
    await do(APPEALS, "accept", appeal, "shensu", "2026-03-03T16:00")
    assert pool(appeal)[0]
    await do(APPEALS, "draw", appeal, "shensu", "2026-03-04")
    await do(
        APPEALS,
        "call_hearing",
        appeal,
        "shensu",
        "2026-03-06",
        hearing_on="2026-03-18",
        place="09:30 市政务中心 3 号会议室",
    )


async def rectification() -> None:
    """After the year: a notice within 72 hours and a first visit of the mentor; a second unit's case is only proposed."""
    run = await _on_notice("departments", "2026-03-05T10:00")
    free = [u.code for u in departments() if open_case(u.code) is None]
    first = next((code for code in free if below_line(run, code)), None)
    if first is None:
        return
    case = await make(
        RECTIFICATIONS, "propose", "chengxu", "2026-03-05T10:00", run=run.pk, unit=first
    )
    await do(RECTIFICATIONS, "confirm", case, "zhuren", "2026-03-06T09:00")
    await do(RECTIFICATIONS, "serve", case, "chengxu", "2026-03-09T08:00", mentor="daoshi")
    await do(
        RECTIFICATIONS,
        "visit",
        case,
        "daoshi",
        "2026-03-11",
        on="2026-03-11",
        advice="合并两道审核, 先做并联审批",
    )
    second = next((code for code in free if code != first and below_line(run, code)), None)
    if second is not None:
        await make(RECTIFICATIONS, "propose", "chengxu", "2026-03-11", run=run.pk, unit=second)


LEADERS = {"D10": "jiaoyu-ld", "D06": "wenlv-ld", "D22": "gongan-ld", "D27": "guihua-ld"}
"""The leaders who have an account; the others' sheets were signed by the one all share."""


async def targets() -> None:
    """Story 12: 24 of 38 agreed, 9 in the second round, 3 before the commission, 2 overdue; everybody may read the drafts."""
    await until("2026-03-05T14:00")
    book = RulebookVersion.objects.get(code="departments", period="2026", state="adopted")
    known = {i.code: i for i in book_of(book).indicators}
    weights = book_of(book).weights[-1].table
    sheets = []
    for place, unit in enumerate(departments()):
        mine = [
            code for code, row in weights.items()
            if isinstance(row, dict) and unit.code in row and target_of(known[code].method) is not None
        ][:4]  # fmt: skip
        lines = [{"indicator": code, "value": str(target_of(known[code].method))} for code in mine]
        overdue = place >= 36
        sheet = await make(TARGETS, "propose", "zhibiao", "2026-03-05T14:00", rulebook=book.pk, unit=unit.code,
                     lines=lines, due_on="2026-03-06" if overdue else "2026-03-20")  # fmt: skip
        if not overdue:
            sheets.append((sheet, LEADERS.get(unit.code, "danwei-ld"), place, lines))
    await do(RULEBOOKS, "open_targets", book, "zhibiao", "2026-03-05T16:00")
    for sheet, leader, place, lines in sheets:
        if place not in {1, 2} and _counters(leader, place):
            await _counter(sheet, leader, lines)
    for sheet, leader, place, _ in sheets:
        await _negotiate(sheet, leader, place)
    work()


def _counters(leader: str, place: int) -> bool:
    return leader == "wenlv-ld" or (28 <= place < 36 and leader != "guihua-ld")


def _lower(line: dict[str, str]) -> dict[str, str]:
    """What a unit asks for instead of a proposed target."""
    return line | {"value": str(Decimal(line["value"]) - 1)}


async def _counter(sheet: Any, leader: str, lines: list[dict[str, str]]) -> None:
    await do(TARGETS, "counter", sheet, leader, "2026-03-10", opinion="汛期影响, 建议下调", lines=[_lower(lines[0])],
             consultation=[await paper(leader, "2026-03-10", "民主协商记录")])  # fmt: skip


async def _negotiate(sheet: Any, leader: str, place: int) -> None:
    if leader == "guihua-ld" or place in {1, 2}:
        await do(TARGETS, "escalate", sheet, "zhibiao", "2026-03-11", reason="协商未达成一致")
    elif _counters(leader, place):
        await do(TARGETS, "answer", sheet, "zhibiao", "2026-03-11", reply="维持, 可在汛后申请调整")
    else:
        record = await paper(leader, "2026-03-11", "职工代表会议记录")
        await do(TARGETS, "agree", sheet, leader, "2026-03-11", consultation=[record])


def _reported(indicator: Indicator, target: Decimal | None, place: int) -> tuple[str, str]:
    """A month's value near its target, no two neighbours alike, with its note; where nobody set a target, a plain growth rate."""
    away = Decimal(("0", "-0.6", "0.4", "-1.2", "0.9", "-0.3", "0.2", "-0.8")[place % 8])
    if target is None:
        return str((Decimal("4.2") + away).quantize(Decimal(1).scaleb(-indicator.decimals))), "春节错期, 两个月合并看"  # fmt: skip
    value = (target * (100 + away) / 100).quantize(Decimal(1).scaleb(-indicator.decimals))
    return str(value), "" if value == target else "部分事项跨月办理, 三月补齐"


async def reports() -> None:
    """Story 13: the February reports: most are in, some wait for the units' check, one asks for more time."""
    await until("2026-03-02")
    book = RulebookVersion.objects.get(code="departments", period="2026", state="adopted")
    await do(RULEBOOKS, "open_reports", book, "shuju", "2026-03-02", period="2026-02")
    work()
    assert Job.objects.filter(kind="open_reports", state="done").exists()
    supplied = {"D34": "tongji", "D13": "zhujian", "D35": "shujuju", "D31": "caizheng"}
    known = {i.code: i for i in book_of(book).indicators}
    held = {unit.pk: unit.code for unit in Unit.objects.all()}
    late, acts = 0, []
    for place, report in enumerate(Report.objects.filter(rulebook=book).order_by("pk")):
        who = supplied.get(held[report.supplier_id])
        if who is None or place % 9 == 8:
            continue
        if place % 31 == 7:
            acts.append(
                (
                    "2026-03-05",
                    "ask_time",
                    report,
                    who,
                    {"until": "2026-03-20", "reason": "系统升级"},
                )
            )
            continue
        indicator = known[report.indicator]
        target = target_of(indicator.method)
        when = "2026-03-11" if place % 13 == 5 and late < 3 else "2026-03-05"
        late += when == "2026-03-11"
        own = held[report.unit_id] == held[report.supplier_id]
        value, note = _reported(indicator, target, place)
        if when == "2026-03-11":
            note = "季度决算晚两日核定, 补报"
        acts.append(
            (
                when,
                "submit" if own else "supply",
                report,
                who,
                {"value": value, "note": note},
            )
        )
    for when, name, report, who, given in sorted(acts, key=lambda one: one[0]):
        await do(REPORTS, name, report, who, when, **given)

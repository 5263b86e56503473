"""The stories of the sample city that the office tells: appeals, improvement, targets, reports."""

from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.engines.passport import unit_rows
from zhengheng.sample.organisation import departments
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.appeals.selectors import pool
from zhengheng.web.jobs.models import Job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rectification.acts import RECTIFICATIONS, below_line, open_case
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.sample.desk import do, make, paper, work
from zhengheng.web.targets.acts import TARGETS

WRONGLY_LEFT_OUT = 20
"""School places, of a target of 1,000 with weight 30: 0.6 points."""


def appeals(results: dict[str, Any]) -> None:
    """Story 11: one appeal at every stage."""
    _school_places(results["departments"])
    _rejected(results["departments"])
    _hearing(results["districts"])
    withdrawn = _appeal(
        results["districts"], "Q08", "qingyu-ld", "D02", "2026-03-03", "仪器故障期间数据应剔除"
    )
    do(APPEALS, "withdraw", withdrawn, "qingyu-ld", "2026-03-06")
    returned = _appeal(
        results["departments"], "D22", "gongan-ld", "E02", "2026-03-06", "抽样范围有误"
    )
    do(APPEALS, "return", returned, "shensu", "2026-03-09", reason="缺少证据材料, 请补齐抽样名单")
    make(APPEALS, "draft", "gaoxin-ld", "2026-03-06", run=results["districts"].pk, unit="Q07", indicator="B11",
         ground="force_majeure", statement="汛期停工 (草稿)", value_period="2025-12")  # fmt: skip


def _appeal(run: Any, unit: str, who: str, indicator: str, when: str, statement: str, **more: Any) -> Any:  # fmt: skip
    book = loaded(folder_of(run.run)).rulebook
    last = list(parse_period(run.period).split(book.indicator(indicator).frequency))[-1].code
    said = {"ground": "data_error", "value_period": last, **more}
    made = make(APPEALS, "draft", who, when, run=run.pk, unit=unit, indicator=indicator, statement=statement,
                evidence=[paper(who, when, "申诉证据")], **said)  # fmt: skip
    return do(APPEALS, "file", made, who, when)


def _decided(appeal: Any, votes: tuple[str, str, str], value: str, days: tuple[str, str]) -> None:
    accepted, signed = days
    do(APPEALS, "accept", appeal, "shensu", accepted)
    do(APPEALS, "draw", appeal, "shensu", accepted, seats=3)
    seats = [seat.account.username for seat in appeal.seats.all()]
    for member, vote in zip(seats, votes, strict=True):
        do(APPEALS, "vote", appeal, member, signed, vote=vote, reasons="依据双方提交的台账和验收单")
    if value:
        do(APPEALS, "preview", appeal, seats[0], signed, value=value)
    do(APPEALS, "decide", appeal, seats[0], signed, value=value, reasons="评审组合议意见, 详见笔录")


def _school_places(run: Any) -> None:
    """教育局 C02: places wrongly left out; upheld, the numbers run again, the new version waits."""
    made = loaded(folder_of(run.run))
    held = next(
        row["value"] for row in unit_rows(made.facts, "observation", ["D10"])
        if row["indicator"] == "C02" and row["period"].isoformat() == "2025-12-31"
    )  # fmt: skip
    wanted = str(held + WRONGLY_LEFT_OUT)
    appeal = _appeal(
        run,
        "D10",
        "jiaoyu-ld",
        "C02",
        "2026-03-05",
        f"{WRONGLY_LEFT_OUT} 个改扩建学位被误排除",
        wanted=wanted,
    )
    _decided(appeal, ("uphold", "uphold", "uphold"), wanted, ("2026-03-06", "2026-03-10"))
    do(APPEALS, "apply", appeal, "shuju", "2026-03-10T15:00")
    work()


def _rejected(run: Any) -> None:
    """文旅局: rejected, with a minority opinion."""
    appeal = _appeal(run, "D06", "wenlv-ld", "B14", "2026-03-05", "民宿未纳入住宿登记")
    _decided(appeal, ("reject", "uphold", "reject"), "", ("2026-03-06", "2026-03-11"))
    do(APPEALS, "close", appeal, "shensu", "2026-03-11T15:00")


def _hearing(run: Any) -> None:
    """穗丰县 B13: received 03-03, hearing notified 03-06 for 03-18; the decision's clock stands still."""
    appeal = _appeal(
        run,
        "Q11",
        "suifeng-ld",
        "B13",
        "2026-03-03",
        "一处监测点倒伏未按规程剔除",
        hearing_wanted=True,
    )
    do(APPEALS, "accept", appeal, "shensu", "2026-03-03T16:00")
    assert pool(appeal)[0]
    do(APPEALS, "draw", appeal, "shensu", "2026-03-04", seats=3)
    do(
        APPEALS,
        "call_hearing",
        appeal,
        "shensu",
        "2026-03-06",
        hearing_on="2026-03-18",
        place="09:30 市政务中心 3 号会议室",
    )


def rectification(run: Any) -> None:
    """After the year: a notice within 72 hours and a first visit of the mentor; a second unit's case is only proposed."""
    free = [u.code for u in departments() if open_case(u.code) is None]
    first = next((code for code in free if below_line(run, code)), None)
    if first is None:
        return
    case = make(RECTIFICATIONS, "propose", "chengxu", "2026-03-05T10:00", run=run.pk, unit=first)
    do(RECTIFICATIONS, "confirm", case, "zhuren", "2026-03-06T09:00")
    do(RECTIFICATIONS, "serve", case, "chengxu", "2026-03-09T08:00", mentor="daoshi")
    do(
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
        make(RECTIFICATIONS, "propose", "chengxu", "2026-03-11", run=run.pk, unit=second)


LEADERS = {"D10": "jiaoyu-ld", "D06": "wenlv-ld", "D22": "gongan-ld", "D27": "guihua-ld"}
"""The leaders who have an account; the others' sheets were signed by the one all share."""


def targets(book: Any) -> None:
    """Story 12: 24 of 38 agreed, 9 in the second round, 3 before the commission, 2 overdue; everybody may read the drafts."""
    known = {i.code: i for i in book_of(book).indicators}
    weights = book_of(book).weights[-1].table
    sheets = []
    for place, unit in enumerate(departments()):
        mine = [
            code for code, row in weights.items()
            if isinstance(row, dict) and unit.code in row and getattr(known[code].method, "target", None) is not None
        ][:4]  # fmt: skip
        lines = [
            {"indicator": code, "value": str(getattr(known[code].method, "target", ""))}
            for code in mine
        ]
        overdue = place >= 36
        sheet = make(TARGETS, "propose", "zhibiao", "2026-03-05T14:00", rulebook=book.pk, unit=unit.code,
                     lines=lines, due_on="2026-03-06" if overdue else "2026-03-20")  # fmt: skip
        if not overdue:
            sheets.append((sheet, LEADERS.get(unit.code, "danwei-ld"), place, lines))
    do(RULEBOOKS, "open_targets", book, "zhibiao", "2026-03-05T16:00")
    for one in sheets:
        _negotiate(*one)
    work()


def _negotiate(sheet: Any, leader: str, place: int, lines: list[dict[str, str]]) -> None:
    if leader == "guihua-ld" or place in {1, 2}:
        do(TARGETS, "escalate", sheet, "zhibiao", "2026-03-11", reason="两轮未达成一致")
    elif leader == "wenlv-ld" or 28 <= place < 36:
        do(TARGETS, "counter", sheet, leader, "2026-03-10", opinion="汛期影响, 建议下调", lines=[lines[0]],
           consultation=[paper(leader, "2026-03-10", "民主协商记录")])  # fmt: skip
        do(TARGETS, "answer", sheet, "zhibiao", "2026-03-11", reply="维持, 可在汛后申请调整")
    else:
        do(
            TARGETS,
            "agree",
            sheet,
            leader,
            "2026-03-11",
            consultation=[paper(leader, "2026-03-11", "职工代表会议记录")],
        )


def reports(book: Any) -> None:
    """Story 13: the February reports: most are in, some wait for the units' check, one asks for more time."""
    do(RULEBOOKS, "open_reports", book, "shuju", "2026-03-02", period="2026-02")
    work()
    assert Job.objects.filter(kind="open_reports", state="done").exists()
    supplied = {"D34": "tongji", "D13": "zhujian", "D35": "shujuju", "D31": "caizheng"}
    known = {i.code: i for i in book_of(book).indicators}
    held = {unit.pk: unit.code for unit in Unit.objects.all()}
    late = 0
    for place, report in enumerate(Report.objects.filter(rulebook=book).order_by("pk")):
        who = supplied.get(held[report.supplier_id])
        if who is None or place % 9 == 8:
            continue
        if place % 31 == 7:
            do(
                REPORTS,
                "ask_time",
                report,
                who,
                "2026-03-05",
                until="2026-03-20",
                reason="系统升级",
            )
            continue
        method = known[report.indicator].method
        target = getattr(method, "target", None)
        value = str(target or 90)
        when = "2026-03-11" if place % 13 == 5 and late < 3 else "2026-03-05"
        late += when == "2026-03-11"
        own = held[report.unit_id] == held[report.supplier_id]
        note = (
            "季度决算晚两日核定, 补报"
            if when == "2026-03-11"
            else ""
            if target
            else "春节错期, 两个月合并看"
        )
        do(REPORTS, "submit" if own else "supply", report, who, when, value=value, note=note)

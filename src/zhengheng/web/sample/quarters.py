"""The quarters of 2025: red lights, notices served in time and late, mentors, plans, second measurements (stories 7 and 8)."""

from datetime import date
from pathlib import Path
from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.engines.archive import keep_run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.store import Lake
from zhengheng.scheme.model import Rulebook
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.services import register_run
from zhengheng.web.sample.desk import moment, person
from zhengheng.web.sample.stage import Story, do, make, paper, until

CONFIRMED = ("2025-04-22", "2025-07-22", "2025-10-22", "2026-01-22")
"""The day on which each quarter's run is confirmed: water tests are released twenty days after its end."""
PLANNING, WATER, CLEANING = "D27", "D17", "D26"


def improvement(home: Path, book: Rulebook) -> list[Story]:
    """The departments' year of improvement, quarter by quarter, and the cases that came of it."""
    return [_computed(home, book), _approvals(), _water(), _waste()]


async def _computed(home: Path, book: Rulebook) -> None:
    for place, day in enumerate(CONFIRMED, 1):
        when = f"{day}T08:00"
        await until(when)
        lake = Lake.open(home / "lakes" / book.code)
        period = parse_period(f"2025-Q{place}")
        made = make_run(book, lake.facts(), period, DuckEngine(), date.fromisoformat(day))
        keep_run(lake, made, moment(when))
        register_run(run=made.id, actor=person("shuju"), now=moment(when))


def _quarter(place: int) -> ResultRun:
    return ResultRun.objects.get(rulebook="departments", period=f"2025-Q{place}")


async def _opened(place: int, unit: str, served: str, mentor: str = "daoshi") -> Any:
    """Proposed from a quarter's red lights, confirmed at nine (T), served at the moment given."""
    day = CONFIRMED[place - 1]
    await until(f"{day}T08:30")
    run = _quarter(place)
    case = await make(RECTIFICATIONS, "propose", "chengxu", f"{day}T08:30", run=run.pk, unit=unit)
    await do(RECTIFICATIONS, "confirm", case, "zhuren", f"{day}T09:00")
    return await do(RECTIFICATIONS, "serve", case, "chengxu", served, mentor=mentor)


def _again(case: Any, code: str, value: str) -> list[dict[str, str]]:
    """Measured again: the value of the story's own indicator, and the target reached by what else was red; all stages done where it has none."""
    held = RECTIFICATIONS.all().get(pk=case.pk).indicators
    return [{"indicator": one["code"], "value": value if one["code"] == code else one["target"] or "100"} for one in held]  # fmt: skip


async def _approvals() -> None:
    """Story 7: served at T+71 h; four visits; the process designed anew; measured again and closed by somebody else."""
    case = await _opened(1, PLANNING, "2025-04-25T08:00")
    await do(
        RECTIFICATIONS, "answer", case, "guihua-ld", "2025-05-07",
        fact="一季度项目审批超时率 13.4%, 主要在初审和会审环节", cause="六个环节串联办理, 补正材料重新排队",
        measures="流程再造: 初审与会审并联, 补正不重新计时, 全程超时预警", owner="分管副局长", finish_on="2025-12-31", cost="12 万元",
        steps_before="受理 2 天; 初审 6 天; 会审 7 天; 审批 6 天; 合计 21 个工作日",
        steps_after="受理 1 天; 并联审查 5 天; 审批 3 天; 合计 9 个工作日",
    )  # fmt: skip
    for day, advice in (
        ("2025-05-09", "先梳理补正材料清单, 一次告知"), ("2025-05-20", "初审和会审改为并联, 先在产业项目试行"),
        ("2025-06-18", "试行有效, 扩大到全部项目; 增设超时预警"), ("2025-09-16", "超时率降到 2.4%, 固化为办事规程"),
    ):  # fmt: skip
        await do(RECTIFICATIONS, "visit", case, "daoshi", day, on=day, advice=advice)
    evidence = [await paper("guihua-ld", "2025-12-30", "并联审批规程")]
    await do(RECTIFICATIONS, "evidence", case, "guihua-ld", "2025-12-30", evidence=evidence)
    await do(RECTIFICATIONS, "accept", case, "zhibiao", "2026-01-26", measured=_again(case, "E08", "1.6"),
       answer="四季度超时率 1.6%, 流程由 21 个工作日压缩到 9 个, 同意销号")  # fmt: skip


async def _water() -> None:
    """Story 8: missed twice (the notice served a minute late), reached, missed again; and the late notice of story 7."""
    case = await _opened(1, WATER, "2025-04-25T09:01")
    await do(
        RECTIFICATIONS, "answer", case, "danwei-ld", "2025-05-08", fact="一季度水质合格率 91.2%", cause="两处农村水厂消毒设备老化",
        measures="更换消毒设备, 增加每周抽检", owner="供水科科长", finish_on="2025-09-30", cost="86 万元",
    )  # fmt: skip
    await until(CONFIRMED[1])
    await do(RECTIFICATIONS, "join", case, "chengxu", CONFIRMED[1], run=_quarter(2).pk)
    evidence = [await paper("danwei-ld", "2025-10-20", "三季度水质检测报告")]
    await do(RECTIFICATIONS, "evidence", case, "danwei-ld", "2025-10-20", evidence=evidence)
    await do(RECTIFICATIONS, "accept", case, "zhibiao", "2025-10-24", measured=_again(case, "C08", "98.4"), answer="三季度达标, 同意销号; 连续次数归零")  # fmt: skip
    again = await _opened(4, WATER, "2026-01-23T10:00")
    await do(
        RECTIFICATIONS, "answer", again, "danwei-ld", "2026-02-05", fact="四季度水质合格率 92.9%", cause="冬季低温, 一处水厂管网破损",
        measures="更换破损管网, 低温期加密巡查", owner="供水科科长", finish_on="2026-04-30", cost="40 万元",
    )  # fmt: skip


async def _waste() -> None:
    """Story 8: two misses in one case, whose plan ends on 27 March."""
    case = await _opened(3, CLEANING, "2025-10-24T16:00")
    await do(
        RECTIFICATIONS, "answer", case, "danwei-ld", "2025-11-05", fact="三季度生活垃圾回收利用率 31.6%",
        cause="两个分拣中心停产改造", measures="一季度恢复分拣, 可回收物点位进小区", owner="环卫处处长", finish_on="2026-03-27",
    )  # fmt: skip
    await until(CONFIRMED[3])
    await do(RECTIFICATIONS, "join", case, "chengxu", CONFIRMED[3], run=_quarter(4).pk)

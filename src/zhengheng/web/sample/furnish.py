"""Furnish the office: 2025 from its rulebooks to results on notice and appeals, 2026 just begun."""

from datetime import datetime
from pathlib import Path

from zhengheng.domain.problems import DataError
from zhengheng.lake.store import Lake
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.web.accounts.models import Account
from zhengheng.web.decisions.acts import DECISIONS
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.services import name_reader, register_run, serve
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.questions import PROPOSALS, QUESTIONS
from zhengheng.web.sample import cases, changes, quarters, stories
from zhengheng.web.sample.desk import moment, person, work
from zhengheng.web.sample.people import accounts, lead_streets, settle, welcome
from zhengheng.web.sample.reopened import corrected
from zhengheng.web.sample.road import (
    adopt,
    adopted,
    archived,
    as_of,
    concluded,
    meeting_of,
    release,
)
from zhengheng.web.sample.stage import Story, do, make, paper, play, until
from zhengheng.workflow.roles import Role

YEARLY = ("departments", "districts", "streets", "province")
PUBLISHED = (
    ("departments", "2026-03-05"),
    ("districts", "2026-03-02"),
    ("streets", ""),
    ("province", "2026-03-06"),
)
"""The results of 2025, and when each goes on notice; the streets' waits for the commission."""

OPINION = ("jiaoyu-ld", "C02", "建议学位按学年而不是自然年统计", "统计口径与省考一致, 维持自然年")
SERVED = {"departments": ("D10", "D06", "D22"), "districts": ("Q11", "Q08", "Q07")}
"""Units whom the result was served on by their leader's reading it."""


UNDER_WAY = "demo.part"
"""Lies in the folder while the demonstration is being made."""


def furnish_office(home: Path, now: datetime) -> list[tuple[str, str, str]]:
    """Make people, rulebooks, results and open cases, once. Gives user name, password and role of each account."""
    under_way = home / UNDER_WAY
    if under_way.exists():
        raise DataError.one(
            str(home), "demo.half", zh="示例没有做完就中断了，不能接着做。请删除这个文件夹后重新运行。",
            en="the demonstration broke off before it was whole and cannot be continued; remove the folder and run it again",
        )  # fmt: skip
    if not Account.objects.exists():
        under_way.touch()
        settle(moment("2022-12-05"))
        play(_stories(home, now))
        tick(now)
        work(pages=True)
        under_way.unlink()
    return accounts()


def _stories(home: Path, now: datetime) -> list[Story]:
    """All that happens, each story in its own time; what others rest on stands before them."""
    books = {name: load_rulebook(home / "rulebooks" / name)[0] for name in YEARLY}
    return [
        *(_year(home, books[name], year) for year in (2023, 2024) for name in YEARLY),
        *(_this_year(books[name]) for name in YEARLY), _next_year(books["departments"]), _guests(), _clock(now),
        *(_result(home, name, published) for name, published in PUBLISHED),
        cases.flood(), cases.split_street(), cases.tolerance(), cases.claims(), cases.next_claim(), cases.self_reports(),
        _answered(), _proposed(), _asked(), *quarters.improvement(home, books["departments"]), corrected(home),
        stories.reports(), stories.targets(), *stories.appeals(), stories.rectification(),
        cases.untrue_figure(), cases.decided_grade(), _streets(), _to_attest(), cases.audit(), cases.commitments(),
        cases.comments(home), cases.announced(), cases.released(),
    ]  # fmt: skip


async def _year(home: Path, book: Rulebook, year: int) -> None:
    """2023 and 2024 as they went: adopted, changed within the year, final, published, archived."""
    begun = changes.at_first(book, year) if book.code == "districts" else as_of(book, year)
    await adopted(begun, year)
    last = begun
    for turn in changes.turns(book, year) if book.code == "districts" else ():
        await changes.change(turn, str(year))
        last = turn.book
    run = await concluded(home, last, year)
    after = f"{year + 1}-04"
    if book.code != "province":
        shows = "grade" if book.code == "departments" else "score"
        await release(run, shows, (f"{after}-02", f"{after}-03", f"{after}-08"))
    await archived(run, f"{after}-28")


async def _this_year(book: Rulebook) -> None:
    """2025: adopted in February, and changed within the year where it was."""
    begun = changes.at_first(book, 2025) if book.code == "districts" else book
    days = ("2025-01-20", "2025-02-10", "2025-02-12", "2025-02-20")
    await adopt(begun, "2025", days, OPINION if book.code == "departments" else None)  # fmt: skip
    for turn in changes.turns(book, 2025) if book.code == "districts" else ():
        await changes.change(turn, "2025")


async def _next_year(book: Rulebook) -> None:
    """The departments' rulebook of 2026, adopted at the end of February and counting from January."""
    later = book.model_copy(update={"version": "2026", "effective_from": moment("2026-01-01").date(),
                                    "known_from": moment("2026-02-27").date()})  # fmt: skip
    days = ("2026-02-02", "2026-02-24", "2026-02-26", "2026-02-27")
    await adopt(later, "2026", days, OPINION)


async def _guests() -> None:
    """The external auditor comes."""
    await until("2026-03-11")
    welcome(moment("2026-03-11"))


async def _clock(now: datetime) -> None:
    """What follows from deadlines, morning by morning."""
    for day in range(3, now.day + 1):
        when = now.replace(day=day, hour=8)
        await until(when)
        tick(when)


async def _streets() -> None:
    """Every street has a leader from the new year on."""
    await until("2026-01-05")
    lead_streets(moment("2026-01-05"))


async def _answered() -> None:
    await until("2025-04-08")
    asked = await make(QUESTIONS, "ask", "jiaoyu", "2025-04-08", rulebook=_of_2025().pk, indicator="C02",
                       text="改扩建学校增加的学位是否计入？")  # fmt: skip
    await do(QUESTIONS, "answer", asked, "zhibiao", "2025-04-10", answer="计入，以验收单日期为准。")


async def _proposed() -> None:
    await make(PROPOSALS, "make", "zhujian", "2025-10-15", unit="D13", name="既有住宅加装电梯完成率",
               need="群众诉求集中", source="住建业务系统", minutes=15)  # fmt: skip


async def _asked() -> None:
    await until("2026-03-10")
    await make(QUESTIONS, "ask", "jiaoyu", "2026-03-10", rulebook=_of_2025().pk, indicator="A08",
               text="暂停办理的事项是否计入分母？")  # fmt: skip


def _of_2025() -> RulebookVersion:
    return RulebookVersion.objects.get(code="departments", period="2025", state="adopted")


async def _result(home: Path, name: str, published: str) -> None:
    """A result of 2025: on notice, or before the commission."""
    await until("2026-03-01")
    newest = next(
        r["run"] for r in Lake.open(home / "lakes" / name).runs() if r["period"] == "2025"
    )
    run = register_run(run=newest, actor=person("shuju"), now=moment("2026-03-01"))
    for reader in ("chengxu",) if published else ("chengxu", "mishu"):
        name_reader(run=run, account=person(reader), actor=person("zhuren"), now=moment("2026-03-01"))  # fmt: skip
    if not published:
        return
    await do(RESULTS, "publish", run, "chengxu", published)
    run.refresh_from_db()
    for unit in SERVED.get(name, ()):
        leader = Account.objects.get(grants__unit__code=unit, grants__role=Role.UNIT_LEADER)
        held = leader.grants.get(unit__code=unit).unit
        assert held is not None
        serve(run=run, unit=held, how="page", actor=leader, now=moment(published))


async def _to_attest() -> None:
    """The commission has met on the streets' result; the minutes wait for a member to attest them."""
    when = "2026-03-11"
    await until(when)
    streets = ResultRun.objects.get(rulebook="streets", period="2025")
    minutes = await paper("mishu", when, f"{meeting_of(when)} 会议纪要")
    await make(
        DECISIONS, "record", "mishu", when, subject=f"result:{streets.pk}", meeting=meeting_of(when), held_on=when, approved=True,
        attendees="主任委员及委员共十一人", wording="同意镇街考核结果进入公示。", minutes=[minutes],
    )  # fmt: skip

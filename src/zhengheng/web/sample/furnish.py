"""Furnish the office: 2025 from its rulebooks to results on notice and appeals, 2026 just begun."""

from datetime import datetime
from pathlib import Path
from typing import Any

from zhengheng.domain.problems import DataError
from zhengheng.lake.store import Lake
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.web.accounts.models import Account
from zhengheng.web.decisions.acts import DECISIONS
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.services import name_reader, register_run, serve
from zhengheng.web.rulebooks.questions import PROPOSALS, QUESTIONS
from zhengheng.web.sample import cases, changes, quarters
from zhengheng.web.sample.desk import do, make, moment, paper, person, work
from zhengheng.web.sample.people import accounts, lead_streets, settle
from zhengheng.web.sample.road import adopt, adopted, as_of, concluded, decided, meeting_of
from zhengheng.web.sample.stories import appeals, rectification, reports, targets
from zhengheng.workflow.roles import Role

YEARLY = ("departments", "districts", "streets", "province")

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
        settle(moment("2022-12-05"), now)
        _earlier(home)
        books = {name: _rulebook(home, name) for name in YEARLY}
        cases.split_street(decided)
        _changed(load_rulebook(home / "rulebooks" / "districts")[0], 2025)
        cases.tolerance(books["departments"], decided)
        cases.claims(books["departments"])
        cases.self_reports(books["departments"])
        _questions(books["departments"])
        results = _results(home)
        appeals(results)
        cases.untrue_figure(results["districts"])
        cases.decided_grade(results["departments"], decided)
        quarters.improvement(home, load_rulebook(home / "rulebooks" / "departments")[0])
        rectification(results["departments"])
        newer = _next_year(home)
        targets(newer)
        reports(newer)
        lead_streets(moment("2026-01-05"))
        _to_attest(results["streets"])
        tick(now)
        cases.audit(newer)
        cases.commitments()
        cases.comments(home)
        cases.published()
        work(pages=True)
        under_way.unlink()
    return accounts()


def _adopt(source: Rulebook, period: str, days: tuple[str, str, str, str]) -> Any:
    return adopt(source, period, days, OPINION if source.code == "departments" else None)


def _earlier(home: Path) -> None:
    """2023 and 2024 as they went, with the flood's targets."""
    books = {name: load_rulebook(home / "rulebooks" / name)[0] for name in YEARLY}
    for year in (2023, 2024):
        held = {name: as_of(book, year) for name, book in books.items()}
        held["districts"] = changes.at_first(books["districts"], year)
        versions = {name: adopted(book, year) for name, book in held.items()}
        if year == 2024:
            cases.flood(versions["districts"])
        held["districts"] = _changed(books["districts"], year) or held["districts"]
        for book in held.values():
            concluded(home, book, year)


def _changed(book: Rulebook, year: int) -> Rulebook | None:
    """The changes within a year, adopted one after the other; gives the rulebook as the last left it."""
    last = None
    for turn in changes.turns(book, year):
        changes.change(turn, str(year))
        last = turn.book
    return last


def _rulebook(home: Path, name: str) -> Any:
    days = ("2025-01-20", "2025-02-10", "2025-02-12", "2025-02-20")
    book, _ = load_rulebook(home / "rulebooks" / name)
    begun = changes.at_first(book, 2025) if name == "districts" else book
    return _adopt(begun, "2025", days)


def _questions(book: Any) -> None:
    asked = make(QUESTIONS, "ask", "jiaoyu", "2025-04-08", rulebook=book.pk, indicator="C02",
                 text="改扩建学校增加的学位是否计入?")  # fmt: skip
    do(QUESTIONS, "answer", asked, "zhibiao", "2025-04-10", answer="计入, 以验收单日期为准")
    make(QUESTIONS, "ask", "jiaoyu", "2026-03-10", rulebook=book.pk, indicator="A08", text="暂停办理的事项是否计入分母?")  # fmt: skip
    make(PROPOSALS, "make", "zhujian", "2025-10-15", unit="D13", name="既有住宅加装电梯完成率",
         need="群众诉求集中", source="住建业务系统", minutes=15)  # fmt: skip


def _results(home: Path) -> dict[str, Any]:
    """The yearly results: departments and districts on notice, streets before the commission."""
    found = {}
    for name, published in (
        ("departments", "2026-03-05"),
        ("districts", "2026-03-02"),
        ("streets", ""),
        ("province", "2026-03-06"),
    ):
        newest = next(
            r["run"] for r in Lake.open(home / "lakes" / name).runs() if r["period"] == "2025"
        )
        run = register_run(run=newest, actor=person("shuju"), now=moment("2026-03-01"))
        readers = ("chengxu",) if published else ("chengxu", "mishu")
        for reader in readers:
            name_reader(
                run=run, account=person(reader), actor=person("zhuren"), now=moment("2026-03-01")
            )
        if published:
            do(RESULTS, "publish", run, "chengxu", published)
            run.refresh_from_db()
            for unit in SERVED.get(name, ()):
                leader = Account.objects.get(grants__unit__code=unit, grants__role=Role.UNIT_LEADER)
                held = leader.grants.get(unit__code=unit).unit
                assert held is not None
                serve(run=run, unit=held, how="page", actor=leader, now=moment(published))
        found[name] = run
    return found


def _to_attest(streets: Any) -> None:
    """The commission has met on the streets' result; the minutes wait for a member to attest them."""
    when = "2026-03-11"
    meeting = meeting_of(when)
    make(
        DECISIONS, "record", "mishu", when, subject=f"result:{streets.pk}", meeting=meeting, held_on=when, approved=True,
        attendees="主任委员及委员共十一人", wording="同意镇街考核结果进入公示。", minutes=[paper("mishu", when, f"{meeting} 会议纪要")],
    )  # fmt: skip


def _next_year(home: Path) -> Any:
    """The departments' rulebook of 2026, adopted in March and counting from January."""
    book, _ = load_rulebook(home / "rulebooks" / "departments")
    later = book.model_copy(update={"version": "2026", "effective_from": moment("2026-01-01").date(),
                                    "known_from": moment("2026-03-05").date()})  # fmt: skip
    days = ("2026-02-02", "2026-02-24", "2026-02-26", "2026-03-05")
    return _adopt(later, "2026", days)

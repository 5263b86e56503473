"""A model of the year: random lawful and unlawful acts over a small office, and none that leaves it stuck.

Each stage of the year is played once by script; from there hypothesis plays on, example by example, and each example
ends with the office doing its work. What must never come: an object that nobody can bring to its end, or that stands
on nobody's desk; a final result while something of it runs; an act behind a final result or before its day; a ledger
that does not verify. `ZHENGHENG_YEARS` is the number of examples of each stage, where more is wanted than CI affords.
"""

import os
import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as office
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.e2e.test_year import adopt, agree_targets, board, change_target, deduct, report, run
from tests.web.conftest import People
from tests.web.test_other_paths import BONUS, OUT
from tests.web.town import BOOK, Town
from tests.web.year import Year
from zhengheng.domain.problems import ZhenghengError
from zhengheng.ledger.check import check
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.bound import disagreements, row_digest
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.ledger import selectors as ledger
from zhengheng.web.ledger.beside import disagreeing_rows
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Item, Report, Tolerance
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.targets.models import TargetChange

EXAMPLES = int(os.environ.get("ZHENGHENG_YEARS", "2"))
STEPS = int(os.environ.get("ZHENGHENG_STEPS", "16"))
STATUTE = {
    "form": "statute", "second_instance": True,
    "steps": [
        {"step": "decision", "name": {"zh": "审定", "en": "Decision"}, "clock": {"length": 5, "unit": "working_days"}},
        {"step": "review", "name": {"zh": "复核", "en": "Review"}, "clock": {"length": 15, "unit": "working_days"}},
    ],
}  # fmt: skip
ESSAY = {**BOOK["procedure"], "second_instance": True}
CLOSED = frozenset({"final", "archived"})
DAYS = {
    "appeal.sign_minutes": "hearing_on", "handover.carry_out": "day", "reorganisation.carry_out": "day", "publication.release": "embargo",
    "result.finalise": "due_on",
}  # fmt: skip
"""Act → the day on its object before which it cannot be done."""


# -- the stages of the year, by script -------------------------------------------------------------


def consulting(town: Town, procedure: dict[str, Any]) -> None:
    """The rulebook in force, nothing agreed yet."""
    adopt(town, adjustments=[BONUS, OUT], procedure=procedure)


def reporting(town: Town, procedure: dict[str, Any]) -> None:
    """Targets agreed and one eased; values on their way; a deduction before the unit."""
    book = adopt(town, adjustments=[BONUS, OUT], procedure=procedure)
    sheets = agree_targets(town, book)
    change_target(town, sheets["D10"])
    report(town, book)
    deduct(town, book)


def announced(town: Town, procedure: dict[str, Any]) -> None:
    """A result on public notice, after everybody's silence."""
    reporting(town, procedure)
    town.at("2026-04-08")
    tick(now())
    made = run(town, RulebookVersion.objects.get().pk)
    for reader in ("office_procedure", "commission_secretary"):
        town.post("office_director", f"results/{made['run']}/readers", 204, username=reader)
    if procedure["form"] == "statute":
        decision = town.decided(f"result:{made['result']}", "2026-3", "2026-04-08")
        town.post("commission_secretary", f"runs/{made['result']}/approve", decision=decision)
    town.post("office_procedure", f"runs/{made['result']}/publish")


def appealed(town: Town, procedure: dict[str, Any]) -> None:
    """An appeal before its panel, which was drawn."""
    announced(town, procedure)
    result = ResultRun.objects.get()
    assert board(town, "expert", result.run)
    made = town.post(
        "unit_leader-D10", "appeals/draft", run=result.pk, unit="D10", indicator="SEATS", ground="data_error", wanted="90", statement="漏计学位",
    )["id"]  # fmt: skip
    town.post("unit_leader-D10", f"appeals/{made}/file")
    town.post("appeals_clerk", f"appeals/{made}/accept")
    town.post("appeals_clerk", f"appeals/{made}/draw")


STAGES: dict[str, tuple[Callable[[Town, dict[str, Any]], None], dict[str, Any]]] = {
    "rulebook": (consulting, ESSAY), "reports": (reporting, ESSAY), "notice": (announced, ESSAY), "statute": (announced, STATUTE),
    "appeal": (appealed, ESSAY),
}  # fmt: skip


# -- what never comes ------------------------------------------------------------------------------


def runs_on(result: ResultRun, day: date) -> list[str]:
    """What of a final result still runs or is still open; read from the tables, not by the office's own guards."""
    same = {"run__rulebook": result.rulebook, "run__period": result.period}
    about = {"rulebook__code": result.rulebook, "rulebook__period": result.period}
    appeals = Appeal.objects.filter(**same).exclude(state__in=("draft", "lapsed", "applied", "closed", "withdrawn"))  # fmt: skip
    reports = Report.objects.filter(**about).exclude(state__in=("loaded", "lapsed"))
    items = Item.objects.filter(
        **about, state__in=("claimed", "entered", "checking", "disputed", "settled")
    )
    tolerance = Tolerance.objects.filter(**about, state="asked")
    changes = TargetChange.objects.filter(line__sheet__rulebook__code=result.rulebook, state="asked")  # fmt: skip
    found = [f"{type(one).__name__} {one.pk} {one.state}" for held in (appeals, reports, items, tolerance, changes) for one in held]  # fmt: skip
    newer = ResultRun.objects.filter(rulebook=result.rulebook, period=result.period, state="notice")
    return found + [f"result {one.pk} on notice" for one in newer]


def traces() -> int:
    """How many acts the ledger holds, but for files handed in: who fills in a form has them kept."""
    return LedgerEntry.objects.exclude(act__startswith="file.").count()


class Model(RuleBasedStateMachine):
    """The office after one stage of the year; each example begins there anew."""

    town: Town
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        # What the office writes for good before it touches a lake is undone with the rest, as Django's own tests do it.
        self.atomic._from_testcase = True
        self.atomic.__enter__()
        home = self.folder / "example"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.folder / "home", home)
        self.town.patch.setattr(office, "HOME", home)
        lots = random.Random(0)
        # The lots are drawn alike in every replay of an example.
        self.town.patch.setattr("secrets.token_hex", lambda size=32: lots.randbytes(size).hex())
        self.town.at(self.moment)
        self.year = Year(self.town, now())
        self.closed: dict[int, dict[str, str]] = {}

    moment = ""

    def pick(self, data: st.DataObject) -> Callable[..., Any]:
        """A choice among what is offered, however many there are."""
        return lambda offered: offered[data.draw(st.integers(0, 5039)) % len(offered)]

    @rule(data=st.data())
    def somebody_does_what_the_page_offers(self, data: st.DataObject) -> None:
        pick = self.pick(data)
        held = self.year.open_objects() if pick((0, 1, 1)) else list(self.year.objects())
        if not held:
            return
        kind, obj = pick(held)
        able = self.year.able(kind, obj)
        if able:
            by, act = pick(able)
            self.did(kind, act, obj, by, pick)

    @rule(data=st.data())
    def somebody_begins_something(self, data: st.DataObject) -> None:
        pick = self.pick(data)
        kind = pick([one for one in KINDS if one.makers])
        able = self.year.makers(kind)
        if able:
            by, act = pick(able)
            self.did(kind, act, None, by, pick)

    @rule(data=st.data())
    def somebody_tries_what_is_not_his(self, data: st.DataObject) -> None:
        """Any act, on any object, by anybody: refused without a trace, or it was lawful."""
        pick = self.pick(data)
        kind, obj = pick(list(self.year.objects()))
        act = pick([one for one in kind.acts if not one.by_machine and one not in kind.makers] or [None])  # fmt: skip
        if act is not None:
            self.did(kind, act, obj, pick(self.year.accounts), pick)

    @rule(data=st.data())
    def the_commission_decides(self, data: st.DataObject) -> None:
        pick = self.pick(data)
        kind, obj = pick(self.year.open_objects() or list(self.year.objects()))
        self.year.decide(f"{kind.name}:{obj.pk}", pick, approved=bool(pick((0, 1, 1, 1))))

    @rule(days=st.sampled_from([1, 1, 4, 9, 30]))
    def days_go_by(self, days: int) -> None:
        note(f"{days} days")
        self.year.wait(days)

    @rule()
    def the_machine_works(self) -> None:
        self.year.work()

    @rule()
    def everybody_does_a_little(self) -> None:
        """What the conscientious office would do next."""
        self.year.step()

    def did(self, kind: Kind, act: Act, obj: Any, by: Account, pick: Callable[..., Any]) -> None:
        before = traces()
        asked = getattr(obj, DAYS[act.code], None) if act.code in DAYS else None
        error = self.year.do(kind, act, obj, by, pick, kindly=not pick((0, 1, 1)))
        note(f"{by.username}: {act.code} {obj.pk if obj else ''} {error.problems if error else 'done'}")  # fmt: skip
        if isinstance(error, ZhenghengError):
            assert traces() == before, "what is refused leaves no trace"
        elif asked is not None:
            assert asked <= self.year.day, f"{act.code} before its day {asked}"

    @invariant()
    def nothing_of_a_final_result_runs_or_changes(self) -> None:
        final = {one.pk: one for one in ResultRun.objects.filter(state__in=CLOSED)}
        self.closed = {pk: held for pk, held in self.closed.items() if pk in final}
        for pk, result in final.items():
            assert runs_on(result, self.year.day) == []
            assert not result.due_on
            held = self.rests(result)
            before = self.closed.setdefault(pk, held)
            assert {key for key in before if held.get(key) != before[key]} == set()

    def rests(self, result: ResultRun) -> dict[str, str]:
        """The digest of every row that the result rests on."""
        return {
            f"{kind.name}:{obj.pk}": row_digest(obj)
            for kind in KINDS if kind.year is not None and kind.name != "rulebook"
            for obj in kind.all()
            if (version := kind.year(obj)) is not None and (version.code, version.period) == (result.rulebook, result.period)
        }  # fmt: skip

    def teardown(self) -> None:
        try:
            self.the_year_comes_to_its_end()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def the_year_comes_to_its_end(self) -> None:
        self.year.work()
        assert self.year.off_desk() == [], "on nobody's desk"
        assert self.year.finish() == [], "dead ends"
        self.nothing_of_a_final_result_runs_or_changes()
        assert check(list(ledger.entries()), ledger.leaves()) == []
        assert [one.zh for one in (*disagreements(KINDS), *disagreeing_rows())] == []


@pytest.mark.parametrize("stage", STAGES)
def test_no_sequence_of_acts_leaves_the_office_stuck(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: str
) -> None:
    monkeypatch.setattr(office, "HOME", tmp_path / "home")
    (tmp_path / "home").mkdir()
    town = Town(people, monkeypatch)
    road, procedure = STAGES[stage]
    road(town, procedure)
    played = type("Played", (Model,), {"town": town, "folder": tmp_path, "moment": office.FIXED_CLOCK})  # fmt: skip
    run_state_machine_as_test(
        played,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate,), report_multiple_bugs=False,
            print_blob=False,
        ),
    )  # fmt: skip

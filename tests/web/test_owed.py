"""Whatever waits for an act lies on the desk of somebody who may do it, in every state of every kind."""

from datetime import date

import pytest
from django.db import connection

from tests.web.conftest import NOW, People
from tests.web.test_acts import Objects
from tests.web.year import RESTING
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import Kind
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import open_acts, owed
from zhengheng.web.pages.desk import desk
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.roles import Role

MACHINE = {("publication", "releasing"), ("report", "elsewhere"), ("report", "confirmed"), ("item", "settled")}  # fmt: skip
"""States out of which the machine leads alone."""
SET: dict[tuple[str, str], list[dict[str, object]]] = {
    ("appeal", "decided"): [{"outcome": "uphold"}, {"outcome": "partly"}, {"outcome": "reject"}],
    ("result", "notice"): [{"due_on": None}, {"due_on": date(2026, 3, 11)}],
}
"""What an object in a state has besides, where its acts depend on it."""
CASES = [(kind, state) for kind in KINDS for state in kind.machine.names]
if connection.vendor == "postgresql":
    CASES = CASES[::4]


@pytest.mark.parametrize(("kind", "state"), CASES, ids=lambda one: getattr(one, "name", one))
def test_what_waits_is_on_a_desk(people: People, kind: Kind, state: str) -> None:
    """By the declarations alone: a state that a person's act leads out of rests for a named reason, or waits for somebody."""
    where = (kind.name, state)
    if state in kind.machine.final or where in RESTING or where in MACHINE:
        return
    if where == ("result", "approved"):
        return  # reached only where the commission approves before the notice: tests/e2e/test_owed.py
    held = Objects(people, "D10")
    everybody = [people[role.value] for role in Role]
    for fields in SET.get(where, [{}]):
        obj = held.put(kind.name, state)
        type(obj).objects.filter(pk=obj.pk).update(**fields)
        obj = kind.all().get(pk=obj.pk)
        day = NOW.date()
        able = [one for one in everybody if any(not act.optional or act.waits for act in open_acts(kind, obj, one, grants(one, day), day))]  # fmt: skip
        has = [one for one in everybody if any(found.pk == obj.pk for found, _ in owed(kind, one, day))]  # fmt: skip
        assert has, (where, fields, "waits for nobody")
        assert set(has) <= set(able), (where, "on the desk of somebody who can do nothing")
        for one in has:
            row = next(row for found, rows in desk(one, day) if found is kind for row in rows if row.object.pk == obj.pk)  # fmt: skip
            assert row.acts
            assert row.due or row.known or row.object.made_at, "a day stands beside it"


def test_what_rests_is_on_no_desk(people: People) -> None:
    """Nobody is asked for what need not be done."""
    held = Objects(people, "D10")
    for kind in KINDS:
        for state in kind.machine.final:
            obj = held.put(kind.name, state)
            for role in Role:
                mine = owed(kind, people[role.value], NOW.date())
                assert all(found.pk != obj.pk for found, _ in mine), (kind.name, state, role)


def test_the_end_waits_for_nobody_while_the_notice_runs_and_is_not_late_after_it(
    people: People,
) -> None:
    result = Objects(people, "D10").held["result"]

    def rows(who: str) -> list[tuple[date | None, int | None]]:
        found = desk(people[who], NOW.date())
        return [(row.due, row.left) for kind, rows in found if kind.name == "result" for row in rows if row.object.pk == result.pk]  # fmt: skip

    ResultRun.objects.update(due_on=date(2026, 3, 12))
    assert rows("commission_secretary") == []
    ResultRun.objects.update(due_on=date(2026, 3, 2))
    assert rows("commission_secretary") == [(None, None)]
    page = people.client("commission_secretary").get("/office/").content.decode()
    assert "公示期满" in page
    assert "已超期" not in page

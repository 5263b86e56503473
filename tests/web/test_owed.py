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
from zhengheng.web.decisions.models import Decision
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
    Decision.objects.update(state="recorded" if kind.name == "decision" else "withdrawn")
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
    Decision.objects.update(state="withdrawn")

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


@pytest.mark.parametrize(
    ("kind", "state", "act", "who"),
    [
        ("result", "notice", "finalise", "commission_secretary"),
        ("rulebook", "submitted", "adopt", "commission_secretary"),
        ("target", "commission", "decide", "commission_secretary"),
        ("tolerance", "asked", "grant", "commission_secretary"),
        ("appeal", "second", "rule", "commission_secretary"),
        ("reorganisation", "asked", "approve", "commission_secretary"),
        ("change", "asked", "approve", "office_director"),
    ],
)  # fmt: skip
def test_a_decision_that_waits_for_its_attestation_is_not_asked_for_again(
    people: People, kind: str, state: str, act: str, who: str
) -> None:
    """Until then what carries it out is on nobody's desk; who will do it reads where it stands, and records nothing twice."""
    held = next(one for one in KINDS if one.name == kind)
    obj = Objects(people, "D10").put(kind, state)
    more = {"rulebook": {"period": "2026"}, "change": {"route": "government"}}.get(kind, {})
    type(obj).objects.filter(pk=obj.pk).update(due_on=None, **more)
    obj.refresh_from_db()
    Decision.objects.update(subject=f"{kind}:{obj.pk}", seen={})
    told = f"委员会对这一事项的决定已记录（第 {Decision.objects.get().pk} 号，1），待另一名委员复核，不需要再次记录。"
    client, address = people.client(who), held.address(obj)

    def waits() -> bool:
        return any(one.pk == obj.pk for one, _ in owed(held, people[who], NOW.date()))

    def offered(page: str) -> bool:
        return f"/{held.path}/{obj.pk}/{act}/" in page

    home, page = client.get("/office/").content.decode(), client.get(address).content.decode()
    assert (waits(), told in home, told in page) == (False, True, True)
    assert not offered(page)
    assert f"/office/decisions/new/record/?subject={kind}" not in page
    assert "请先由委员会秘书记录决定" not in page
    for settled in ("attested", "withdrawn"):
        Decision.objects.update(state=settled)
        page = client.get(address).content.decode()
        assert (waits(), told in page) == (True, False), settled
        assert offered(page)

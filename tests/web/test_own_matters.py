"""Nobody deals as another with the matter of a unit in which he has a part himself: every act of every kind, page, desk and API."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.web.conftest import NOW, People
from tests.web.test_acts import BOTH, BY_STATE, TABLE, Objects, filled
from zhengheng.web.accounts.models import RoleGrant
from zhengheng.web.accounts.parts import parts_in
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import open_acts, owed
from zhengheng.web.audits.models import Audit, Entry
from zhengheng.web.decisions.models import Decision
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.workflow.permissions import BY_OTHERS
from zhengheng.workflow.roles import OF_A_UNIT, OFFICERS, Role

DAY = NOW.date()
OF_ONE_UNIT = {"proposal", "target", "change", "report", "item", "self_report", "tolerance", "appeal", "rectification", "commitment", "comment", "decision"}  # fmt: skip
SINGLE = {"audit.draw", "audit.find", "audit.correct", "audit.reply", "result.grade"}
FREE = {"appeal.recuse"}
WORKING = [role for role in Role if role not in OFFICERS | OF_A_UNIT]


def give(people: People, unit: str, since: date = DAY, until: date | None = None) -> None:
    """To everybody of the office, the commission and the panels, a post at a unit besides."""
    held = Unit.objects.get(code=unit)
    for role in WORKING:
        made = people.give(people[role.value], Role.POST_HOLDER, unit=held)
        RoleGrant.objects.filter(pk=made.pk).update(valid_from=since, valid_to=until)


def section_of_a_section(people: People) -> None:
    Unit.objects.create(code="D10-1-1", name_zh="主任科员", kind="岗位", parent=Unit.objects.get(code="D10-1"))  # fmt: skip
    give(people, "D10-1-1")


def taken_back(people: People) -> None:
    give(people, "D10")
    RoleGrant.objects.filter(role=Role.POST_HOLDER, account__username__in=[one.value for one in WORKING]).update(revoked_at=NOW)  # fmt: skip


def ended(people: People) -> None:
    give(people, "D10", date(2006, 1, 1), date(2007, 1, 1))


def at_the_heir(people: People) -> None:
    Reorganisation.objects.create(kind="merge", day=date(2026, 2, 1), units=["D10"], heirs=[{"code": "D13", "share": "1"}], basis="b", state="complete", made_at=NOW)  # fmt: skip
    give(people, "D13")


def its_section(people: People) -> None:
    give(people, "D10-1")


def by_others() -> Iterator[tuple[Kind, Act, str, set[Role]]]:
    """The acts of one unit's matter that are not its own, as the table written apart has them: with a state and who may."""
    for kind in KINDS:
        for act in kind.acts:
            if kind.name not in OF_ONE_UNIT or act.by_machine or act.code in FREE:
                continue
            for one in kind.machine.transitions:
                for state in one.sources if one.act == act.code else ():
                    own, other = TABLE.get(act.code) or (BY_STATE[act.code, state], BOTH)
                    if state and other == BOTH:
                        yield kind, act, state, set(own)


def objects(people: People, unit: str) -> Objects:
    """With a decision about the unit's tolerance: a decision is a unit's matter where it is about one."""
    held = Objects(people, unit)
    Decision.objects.update(subject=f"tolerance:{held.held['tolerance'].pk}")
    return held


def answers(people: People, held: Objects, unit: str, act: Act, kind: Kind, state: str, role: Role) -> tuple[bool, int, Any]:  # fmt: skip
    """Whether the act is offered, and what the API says of it."""
    # One that is recorded and waits for its attestation is waited for: that is the other test's.
    Decision.objects.update(state="withdrawn")
    obj = held.put(kind.name, state)
    account = people[role.value]
    obj = kind.all().get(pk=obj.pk)
    offered = act in open_acts(kind, obj, account, grants(account, DAY), DAY)
    body = filled(act.given, unit) | {"row_version": 99}
    answer = people.client(role.value).post(f"/api/v1/{kind.path}/{obj.pk}/{act.name}", json.dumps(body), content_type="application/json")  # fmt: skip
    return offered, answer.status_code, answer.json()


def test_the_declared_acts_are_those_of_the_table(people: People) -> None:
    made = {act for kind in KINDS if kind.name in OF_ONE_UNIT for one in kind.makers for act in [one.code] if TABLE[act][1] == BOTH}  # fmt: skip
    assert {act.code for _, act, _, _ in by_others()} | made | SINGLE == BY_OTHERS
    held, somebody = objects(people, "D10").held, people["mentor"]
    assert {kind.name for kind in KINDS if kind.standing(held[kind.name], somebody).units} == OF_ONE_UNIT - {"decision"}  # fmt: skip


@pytest.mark.parametrize("way", [its_section, taken_back], ids=["its section", "taken back since"])  # fmt: skip
def test_nobody_of_the_unit_does_what_others_do(
    people: People, way: Callable[[People], None]
) -> None:
    held = objects(people, "D10")
    way(people)
    tried = 0
    for kind, act, state, roles in by_others():
        for role in roles & set(WORKING):
            offered, status, said = answers(people, held, "D10", act, kind, state, role)
            assert not offered, (act.code, state, role)
            assert (status, said.get("type")) == (403, "unit.own"), (act.code, state, role, said)
            tried += 1
    assert tried > 60
    for kind in KINDS:
        if kind.name not in OF_ONE_UNIT:
            continue
        for state in kind.machine.names:
            obj = held.put(kind.name, state)
            for role in WORKING:
                found = [acts for one, acts in owed(kind, people[role.value], DAY) if one.pk == obj.pk]  # fmt: skip
                assert {act.code for acts in found for act in acts} <= FREE, (kind.name, state, role)  # fmt: skip


def test_people_of_another_unit_do_it_as_before(people: People) -> None:
    """Of a sister department, of one that goes on for nobody here, and whoever left before the assessed period."""
    held = objects(people, "D13")
    give(people, "D10")
    give(people, "D13", date(2006, 1, 1), date(2006, 12, 31))
    # What is no year's is asked for its own day.
    for kind, act, state, roles in by_others():
        for role in roles & set(WORKING):
            offered, status, said = answers(people, held, "D13", act, kind, state, role)
            obj = kind.all().get(pk=held.held[kind.name].pk)
            fits = act.when is None or act.when(obj)
            assert offered == fits, (act.code, state, role)
            assert status != 403, (act.code, state, role, said)


def test_the_unit_s_own_acts_are_its_people_s(people: People) -> None:
    held = Objects(people, "D10")
    for kind, name, state in (("target", "agree", "proposed"), ("report", "confirm", "checking"), ("item", "object", "entered"), ("appeal", "file", "draft")):  # fmt: skip
        found = next(one for one in KINDS if one.name == kind)
        obj, leader = held.put(kind, state), people["unit_leader"]
        acts = open_acts(found, found.all().get(pk=obj.pk), leader, grants(leader, DAY), DAY)
        assert name in {act.name for act in acts if act.code not in BY_OTHERS}


def test_the_refusal_says_why_and_whose_turn_it_is(people: People) -> None:
    """On the page too; and where nobody is left, whom to ask."""
    held = Objects(people, "D10")
    change = held.put("change", "asked")
    people.give(people["office_director"], Role.SECTION_HEAD, unit=Unit.objects.get(code="D10-1"))
    client = people.client("office_director")
    path = f"/office/changes/{change.pk}/"
    page = client.get(path).content.decode()
    assert f'action="{path}approve/"' not in page
    assert "您在教育局办公室任职，与这一事项所涉单位有任职关系" in page
    alone = client.get(f"{path}refuse/")
    assert alone.status_code == 403
    assert "您在教育局办公室任职" in alone.content.decode()
    assert "目前没有可以办理的绩效办主任，请安全保密管理员授予" in alone.content.decode()
    for officer in ("secrecy_officer", "office_director"):
        first = people.client(officer).get("/office/").content.decode()
        assert re.search(r"担任绩效办主任的人员与 \d+ 项待办事项所涉单位都有任职关系", first), (
            officer
        )
    other = people.make("zhou")
    people.give(other, Role.OFFICE_DIRECTOR)
    refuse = f"/api/v1/changes/{change.pk}/refuse"
    body = json.dumps({"row_version": 1, "answer": "依据不足，不予调整。"})
    said = client.post(refuse, body, content_type="application/json").json()
    assert "请由zhou（绩效办主任）办理。" in str(said)
    client.cookies["language"] = "en"
    said = client.post(refuse, body, content_type="application/json").json()
    assert "holds a role at" in str(said)
    assert "zhou (Performance office: director) does it" in str(said)
    answer = people.client("zhou").post(refuse, body, content_type="application/json")
    assert answer.status_code != 403
    assert "都有任职关系" not in people.client("secrecy_officer").get("/office/").content.decode()


def test_what_is_made_for_one_s_own_unit(people: People) -> None:
    """The object is not there before: its unit counts all the same."""
    people.give(people["commission_secretary"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D10"))
    client = people.client("commission_secretary")
    for unit, status in (("D10", 403), ("D13", 201)):
        body = {"unit": unit, "meeting": "2026 年第 3 次会议", "text": "年内完成三所学校的改扩建。", "until": "2026-06-30", "due_on": "2026-06-30"}  # fmt: skip
        act = next(one for kind in KINDS for one in kind.acts if one.code == "commitment.record")
        given = {name: value for name, value in body.items() if name in act.given.model_fields}
        answer = client.post("/api/v1/commitments/record", json.dumps(given), content_type="application/json")  # fmt: skip
        assert answer.status_code == status, answer.content.decode()


def test_single_units_of_what_is_about_many(people: People) -> None:
    """A finding of a sample, the reply to it, a decided grade."""
    held = Objects(people, "D10")
    audit = held.put("audit", "drawn")
    Audit.objects.filter(pk=audit.pk).update(made_by=people["office_data"])
    own, other = (
        Entry.objects.create(audit=audit, unit=Unit.objects.get(code=code), indicator="RESULTS", period="2007", reported="1").pk
        for code in ("D10", "D13")
    )  # fmt: skip
    people.give(people["office_data"], Role.POST_HOLDER, unit=Unit.objects.get(code="D10-1"))
    people.give(people["commission_secretary"], Role.UNIT_REPORTER)

    def said(who: str, path: str, **body: Any) -> tuple[int, str]:
        answer = people.client(who).post(f"/api/v1/{path}", json.dumps({"row_version": 1, **body}), content_type="application/json")  # fmt: skip
        return answer.status_code, str(answer.json())

    find = f"audits/{audit.pk}/find"
    status, text = said("office_data", find, entry=own, finding="agrees")
    assert (status, "unit.own" in text, "岗位交接" in text) == (403, True, True)
    assert said("office_data", find, entry=other, finding="agrees")[0] == 200
    Entry.objects.filter(pk=own).update(finding="absent", note="n")
    reply = {"entry": own, "follows": "keep", "reply": "另有依据"}
    for name in ("correct", "reply"):
        version = Audit.objects.get(pk=audit.pk).row_version
        body = reply if name == "reply" else {"entry": own, "finding": "agrees", "why": "记错了一行"}  # fmt: skip
        status, text = said("office_data", f"audits/{audit.pk}/{name}", **body, row_version=version)
        assert (status, "unit.own" in text) == (403, True), text
    assert (
        said("office_procedure", f"audits/{audit.pk}/reply", **reply, row_version=version)[0] == 200
    )
    run = held.put("result", "notice")
    body = {"grade": "x", "reason": "会议决定调整等次", "basis": "第 1 条", "decision": 99}
    assert said("commission_secretary", f"runs/{run.pk}/grade", unit="D10", **body)[0] == 403
    assert said("commission_secretary", f"runs/{run.pk}/grade", unit="D13", **body)[0] == 422


@pytest.mark.parametrize("way", [section_of_a_section, ended, at_the_heir], ids=["a post of the section", "on the first day of the year", "at the heir"])  # fmt: skip
def test_whose_part_it_is(people: People, way: Callable[[People], None]) -> None:
    objects(people, "D10")
    way(people)
    account = people["office_director"]
    first = date(2007, 1, 1)
    assert parts_in(account, {"D10"}, first)
    if way is ended:
        assert not parts_in(account, {"D10"}, first + timedelta(days=1)), (
            "who left before the assessed period has none"
        )


def test_a_sister_section_is_no_part(people: People) -> None:
    Unit.objects.create(code="D10-2", name_zh="基础教育科", kind="科室", parent=Unit.objects.get(code="D10"))  # fmt: skip
    give(people, "D10-2")
    account, first = people["office_director"], date(2025, 1, 1)
    assert parts_in(account, {"D10"}, first)
    assert not parts_in(account, {"D10-1"}, first)
    assert [one.told()[0] for one in parts_in(account, {"D10", "D13"}, first)] == [
        "在教育局基础教育科任职"
    ]

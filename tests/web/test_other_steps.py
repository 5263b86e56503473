"""A step that is another person's is taken by none of those who took the steps before it, whatever roles they were granted since."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.web.conftest import NOW, People
from tests.web.test_acts import BY_STATE, TABLE, Objects, filled
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import open_acts
from zhengheng.web.decisions.models import Decision
from zhengheng.web.ledger.services import append
from zhengheng.workflow.apart import EARLIER, FIRST_INSTANCE, SEATED, STEPS, Step
from zhengheng.workflow.machines import MACHINES
from zhengheng.workflow.roles import Role

DAY = NOW.date()
NAMED = {kind.name: kind for kind in KINDS}


def test_every_step_is_an_act_of_the_machines() -> None:
    acts = {one.act for machine in MACHINES for one in machine.transitions}
    took = {code for kind in KINDS for code in kind.took}
    assert {step.act for step in STEPS} <= acts
    assert acts | took >= EARLIER
    assert len({step.act for step in STEPS}) == len(STEPS), "one line an act"
    other = {(step.act, code) for step in STEPS for code in step.before if code.partition(".")[0] != step.act.partition(".")[0]}  # fmt: skip
    assert {act for act, _ in other} == {"decision.record", "decision.attest"}
    assert {code for _, code in other} == set(FIRST_INSTANCE)


@contextmanager
def undone() -> Iterator[None]:
    """What the ledger holds of one try is none of the next one's."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def does(account: Account, act: str, subject: str) -> None:
    append(act=act, subject=subject, actor=account.username, at=NOW, content={})


def post(people: People, who: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = people.client(who).post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")  # fmt: skip
    return answer.status_code, answer.json()


def offered(kind: Kind, act: Act, obj: Any, account: Account) -> bool:
    obj = kind.all().get(pk=obj.pk)
    return act in open_acts(kind, obj, account, grants(account, DAY), DAY)


def tries(held: Objects) -> Iterator[tuple[Step, Kind, Act, Any, str]]:
    """Each line with an object in a state in which it counts, and somebody whose role has the act."""
    for step in STEPS:
        kind = NAMED[step.act.partition(".")[0]]
        act = next(one for one in kind.acts if one.code == step.act)
        state = next(one for t in kind.machine.transitions if t.act == act.code for one in t.sources if not step.states or one in step.states)  # fmt: skip
        if state:
            roles = TABLE[act.code][0] if act.code in TABLE else BY_STATE[act.code, state]
            yield step, kind, act, held.put(kind.name, state), min(roles)


def test_nobody_takes_a_step_after_one_of_his_own(people: People) -> None:
    held = Objects(people, "D10")
    Decision.objects.update(subject=f"appeal:{held.held['appeal'].pk}")
    tried = 0
    for step, kind, act, obj, who in tries(held):
        before = sorted(step.before - {SEATED})
        was = offered(kind, act, obj, people[who])
        for code in before:
            of = code.partition(".")[0]
            with undone():
                does(people[who], code, f"{of}:{held.held[of].pk}")
                assert not offered(kind, act, obj, people[who]), (act.code, code)
                if code == before[-1]:
                    body = filled(act.given, "D10") | {"row_version": 99}
                    status, said = post(people, who, f"{kind.path}/{obj.pk}/{act.name}", **body)
                    assert (status, said.get("type")) == (403, "step.other"), (act.code, code, said)
                tried += 1
            with undone():
                does(people["expert"], code, f"{of}:{held.held[of].pk}")
                assert offered(kind, act, obj, people[who]) == was, "another's step is no hindrance"
    assert tried > 100


def test_whoever_wrote_a_value_does_not_verify_it_though_another_sent_it_off(people: People) -> None:  # fmt: skip
    """He changed to the office meanwhile; that of the assessing department no part in the unit keeps him away."""
    held = Objects(people, "D10")
    report, kind = held.put("report", "submitted"), NAMED["report"]
    for name in ("verify", "return"):
        act = next(one for one in kind.acts if one.name == name)
        assert offered(kind, act, report, people["office_data"])
        with undone():
            does(people["office_data"], "report.save", f"report:{report.pk}")
            assert not offered(kind, act, report, people["office_data"])


def test_what_a_machine_entered_counts_for_who_asked_for_it(people: People) -> None:
    """The object names its maker where the ledger names the machine."""
    held = Objects(people, "D10")
    change, kind = held.put("change", "asked"), NAMED["change"]
    act = next(one for one in kind.acts if one.code == "change.approve")
    assert offered(kind, act, change, people["office_director"])
    type(change).objects.filter(pk=change.pk).update(made_by=people["office_director"])
    assert not offered(kind, act, change, people["office_director"])


def test_one_who_reviewed_does_not_release_and_the_refusal_names_who_does(people: People) -> None:
    held = Objects(people, "D10")
    publication = held.put("publication", "reviewed")
    people.give(people["office_director"], Role.SECRECY_REVIEWER)
    does(people["office_director"], "publication.review", f"publication:{publication.pk}")
    path = f"publications/{publication.pk}"
    page = people.client("office_director").get(f"/office/{path}/").content.decode()
    assert "您在这一事项前面的环节中已经参与过（保密审查通过），“发布”须由另外的人办理。目前没有可以办理的绩效办主任，请安全保密管理员授予没有办理过前面环节的人员。" in page  # fmt: skip
    assert f'action="/office/{path}/release/"' not in page
    first = people.client("secrecy_officer").get("/office/").content.decode()
    assert "担任绩效办主任的人员都办理过 1 项待办事项的前面环节" in first
    people.give(people.make("zhou"), Role.OFFICE_DIRECTOR)
    status, said = post(people, "office_director", f"{path}/release", row_version=1)
    assert (status, said["type"]) == (403, "step.other")
    assert "请由zhou（绩效办主任）办理。" in str(said)
    assert "都办理过" not in people.client("secrecy_officer").get("/office/").content.decode()
    zhou = people["zhou"]
    act = next(one for one in NAMED["publication"].acts if one.name == "release")
    assert offered(NAMED["publication"], act, publication, zhou)


def test_whoever_sat_on_the_panel_has_no_part_in_the_second_instance(people: People) -> None:
    """Granted the commission's roles later, though he never voted: neither records nor attests, neither previews nor rules."""
    held = Objects(people, "D10")
    appeal, sat = held.put("appeal", "second"), people["panel_member"]
    type(appeal).objects.filter(pk=appeal.pk).update(outcome="reject", decided_on=DAY)
    people.give(sat, Role.COMMISSION_SECRETARY)
    people.give(sat, Role.COMMISSION_MEMBER)
    kind = NAMED["appeal"]
    for name in ("rule", "preview"):
        act = next(one for one in kind.acts if one.name == name)
        assert not offered(kind, act, appeal, sat)
        assert offered(kind, act, appeal, people["commission_secretary"])
        body = filled(act.given, "D10") | {"row_version": 1}
        status, said = post(people, "panel_member", f"appeals/{appeal.pk}/{name}", **body)
        assert (status, said["type"]) == (403, "step.other"), said
        assert "评审组成员" in str(said)
        assert "请由commission_secretary（委员会秘书）办理。" in str(said)
    given = {"subject": f"appeal:{appeal.pk}", "meeting": "2026 年第 9 次会议", "held_on": str(DAY), "attendees": "全体委员", "approved": True, "wording": "审议通过"}  # fmt: skip
    for who, status in (("panel_member", 403), ("commission_secretary", 201)):
        scan = SimpleUploadedFile("m.csv", b"a,b\n1,2\n", content_type="text/csv")
        number = people.client(who).post("/api/v1/files", {"file": scan}).json()["id"]
        answer = post(people, who, "decisions/record", minutes=[number], **given)
        assert answer[0] == status, answer
    made = answer[1]
    status, said = post(people, "panel_member", f"decisions/{made['id']}/attest", row_version=1)
    assert (status, said["type"]) == (403, "step.other")
    assert "请由commission_member（委员）办理。" in str(said)
    way = f"/office/decisions/new/record/?subject=appeal%3A{appeal.pk}"
    page = people.client("panel_member").get(f"/office/appeals/{appeal.pk}/").content.decode()
    assert way not in page
    decision = Decision.objects.get(pk=made["id"])
    attest = next(one for one in NAMED["decision"].acts if one.name == "attest")
    assert offered(NAMED["decision"], attest, decision, people["commission_member"])
    assert not offered(NAMED["decision"], attest, decision, sat)

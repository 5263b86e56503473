"""The paper of a signature shows what is signed: the facts, what the page has in a body of its own, and the files."""

from hashlib import sha256
from typing import Any

import pytest

from tests.web.conftest import NOW, People
from tests.web.test_acts import Objects
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.acts.forms import inputs
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.files.services import take_in
from zhengheng.web.pages.tags import say
from zhengheng.workflow.permissions import LED
from zhengheng.workflow.roles import Role

pytestmark = pytest.mark.one_database


def on_paper(kind: Kind) -> list[Act]:
    """Acts on an object that may be signed by hand."""
    return [act for act in kind.acts if act.on_paper and act not in kind.makers]


SIGNED = [kind for kind in KINDS if on_paper(kind)]


def cells(slip: dict[str, Any]) -> list[str]:
    tables = [table for section in slip["sections"] for table in section["tables"]]
    return [cell for table in tables for row in table["rows"] for cell in row]


def test_what_a_page_has_in_a_body_of_its_own_is_on_the_paper_too() -> None:
    assert {kind.name for kind in SIGNED if kind.body and not kind.printed} == set()


def test_every_act_of_a_leader_may_be_signed_by_hand() -> None:
    acts = {act.code: act for kind in KINDS for act in kind.acts}
    assert len(LED) > 10
    assert {code for code in LED if not acts[code].on_paper or acts[code].signer != Role.UNIT_LEADER} == set()  # fmt: skip


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: str(kind.name))
def test_a_paper_names_facts_and_files(people: People, kind: Kind) -> None:
    """Of every kind that is signed by hand, as each role that may read it, for each of its acts."""
    obj = Objects(people, "D10").held[kind.name]
    content = b"%PDF-1.4 " + kind.name.encode()
    file = take_in(name=f"{kind.name}证明.pdf", content=content, actor=people["mentor"], now=NOW)
    type(obj).objects.filter(pk=obj.pk).update(files=[file.pk])
    readers = 0
    for role in Role:
        client = people.client(role.value)
        if client.get(f"/api/v1/{kind.path}/{obj.pk}").status_code != 200:
            continue
        readers += 1
        for act in on_paper(kind):
            answer = client.get(f"/api/v1/{kind.path}/{obj.pk}/{act.name}/paper")
            assert answer.status_code == 200, (role, act.code)
            held = cells(answer.json())
            assert f"{kind.name}证明.pdf" in held
            assert sha256(content).hexdigest() in held
            for column in (*kind.columns, *kind.facts):
                if column.of(obj) not in (None, ""):
                    assert say(*column.words) in held, (act.code, column.words)
    assert readers


MAKERS = [(kind, act) for kind in KINDS for act in kind.makers if act.code in LED]


@pytest.mark.parametrize(
    ("kind", "act"), MAKERS, ids=lambda one: str(getattr(one, "code", one.name))
)
def test_what_a_leader_begins_has_an_empty_paper(people: People, kind: Kind, act: Act) -> None:
    """With every field that the form has, in both languages, as a file that is printed, for whoever reports for the unit."""
    client = people.client("unit_reporter")
    for tongue in (0, 1):
        client.cookies["language"] = ("zh-hans", "en")[tongue]
        held = cells(client.get(f"/api/v1/{kind.path}/{act.name}/paper").json())
        for one in inputs(act.given, {}, {}):
            assert one.name == "paper" or any(cell.startswith(one.words[tongue]) for cell in held), one.name  # fmt: skip
    for form, head in (("docx", b"PK"), ("pdf", b"%PDF")):
        printed = client.get(f"/office/{kind.path}/new/{act.name}/paper.{form}")
        assert printed.content.startswith(head)
    stranger = people.client("office_data")
    assert stranger.get(f"/office/{kind.path}/new/{act.name}/paper.pdf").status_code == 403

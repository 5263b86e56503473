"""A signature that comes when the last proof is old: the password is asked for there, and what was typed stands in the form again."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.conftest import PASSWORD, People
from tests.web.test_acts import Objects
from tests.web.test_officers import unproved
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.files.models import StoredFile

REGISTERED = {kind.name: kind for kind in KINDS}


def proved(client: Client, page: str) -> Any:
    """Give the password in the form that a page shows; gives the page that it leads to."""
    form = re.search(r'<form class="sheet" method="post" action="/office/prove/">.*?</form>', page, re.S)  # fmt: skip
    assert form, "the password is asked for here"
    back = re.search(r'name="next" value="([^"]+)"', form[0])
    assert back
    answer = client.post("/office/prove/", {"password": PASSWORD, "next": back[1]})
    assert (answer.status_code, answer.headers["Location"]) == (302, back[1])
    return client.get(back[1])


@pytest.mark.parametrize(
    ("kind", "state", "act", "typed"),
    [
        ("target", "proposed", "counter", {"lines.0.indicator": "RESULTS", "lines.0.value": "0.8", "opinion": "学位目标偏高，请按实际核定。"}),
        ("item", "entered", "object", {"objection": "文号有误，不是我单位。"}),
        ("commitment", "open", "report", {"report": "已完成验收，资料附后。"}),
        ("rectification", "served", "answer", {"fact": "超期两件", "cause": "人手不足", "measures": "增派人员，逐件销号", "owner": "王工", "finish_on": "2026-05-01"}),
    ],
)  # fmt: skip
def test_what_was_typed_on_an_objects_page_stands_in_the_form_after_the_proof(
    people: People, kind: str, state: str, act: str, typed: dict[str, str]
) -> None:
    obj = Objects(people, "D10").put(kind, state)
    address = f"/office/{REGISTERED[kind].path}/{obj.pk}/{act}/"
    client = unproved(people, "unit_leader")
    answer = client.post(address, {"row_version": 1, **typed})
    assert answer.status_code == 403
    assert "所填内容都还在" in answer.content.decode()
    type(obj).objects.filter(pk=obj.pk).update(row_version=7)
    form = proved(client, answer.content.decode())
    assert form.status_code == 200
    page = form.content.decode()
    assert [text for text in typed.values() if text not in page] == []
    assert 'name="row_version" value="1"' in page, "what he saw stays what he saw"
    again = client.get(address).content.decode()
    assert list(typed.values())[-1] not in again, "it is kept for one return"


def test_files_of_a_form_wait_too_and_the_second_try_is_taken(people: People) -> None:
    obj = Objects(people, "D10").put("item", "entered")
    address = f"/office/items/{obj.pk}/object/"
    client = unproved(people, "unit_leader")
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7 proof")
    answer = client.post(address, {"row_version": 1, "objection": "已整改到位", "evidence": file})
    page = proved(client, answer.content.decode()).content.decode()
    assert "a.pdf" in page
    kept = StoredFile.objects.get(name="a.pdf").pk
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page, re.S))  # fmt: skip
    assert fields["evidence-kept"] == str(kept)
    sent = client.post(address, {**fields, "objection": "已整改到位", "evidence-kept": kept})
    assert sent.status_code == 302
    obj.refresh_from_db()
    assert (obj.state, obj.objection, kept in obj.files) == ("disputed", "已整改到位", True)


def test_an_act_that_makes_something_comes_back_to_its_form(people: People) -> None:
    Objects(people, "D10")
    client = unproved(people, "unit_leader")
    address = "/office/items/new/claim/"
    given = {"rulebook": 1, "unit": "D10", "item": "X", "points": "0.5", "document": "省府证书 7 号", "decided_on": "2026-03-01", "reason": "获省级表彰"}  # fmt: skip
    file = SimpleUploadedFile("c.pdf", b"%PDF-1.7 proof")
    answer = client.post(address, given | {"evidence": file})
    assert answer.status_code == 403
    page = proved(client, answer.content.decode()).content.decode()
    assert all(text in page for text in ("省府证书 7 号", "获省级表彰", "c.pdf"))


@pytest.mark.parametrize(
    ("who", "sent_to", "given", "shown"),
    [
        ("secrecy_officer", "grants/", {"role": "expert", "valid_from": "2026-04-01", "valid_to": "2026-05-31"}, 'value="2026-05-31"'),
        ("system_administrator", "close/", {"row_version": 1, "reason": "调离本市工作"}, "调离本市工作"),
    ],
)  # fmt: skip
def test_forms_of_an_account_are_filled_in_again_on_the_account_s_page(
    people: People, who: str, sent_to: str, given: dict[str, Any], shown: str
) -> None:
    people.make("fresh")
    page = "/office/accounts/fresh/"
    client = unproved(people, who)
    answer = client.post(f"{page}{sent_to}", given, headers={"referer": f"http://testserver{page}"})  # fmt: skip
    assert answer.status_code == 403
    back = proved(client, answer.content.decode())
    assert back.request["PATH_INFO"] == page
    assert shown in back.content.decode()
    assert not people["fresh"].grants.exists()


def test_another_host_is_no_way_back_and_a_chosen_file_is_said_to_be_lost(people: People) -> None:
    client = unproved(people, "secrecy_officer")
    file = SimpleUploadedFile("t.csv", "账号,角色\nnew,专家\n".encode())
    answer = client.post("/office/grants/import/", {"file": file}, headers={"referer": "https://elsewhere/x"})  # fmt: skip
    page = answer.content.decode()
    assert 'name="next" value="/office/"' in page
    assert "所选的文件须重新选择" in page

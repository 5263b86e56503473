"""Names and codes of units: none hidden, none like another's, through every door that brings one in."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.conftest import NOW, People
from zhengheng.domain.names import code_faults, faults, name_faults, skeleton
from zhengheng.web.accounts.models import RoleGrant
from zhengheng.web.comments.acts import CommentError, check_answered
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.workflow.roles import Role

STRANGE = [
    "D1З", "Ｄ13", "D1\u200b3", "\u202eD13", "D1\ufe0f3", "D1\u034f3", "D\u31641", "Т91", "ΑΒ1", "D1٣", "D10‐1", "D10－1", "D1\u2028 3",
    "ꓓ13", "D10\u00b71", "DІ3",
]  # fmt: skip


def brought(people: People, what: str, text: str, who: str = "system_administrator") -> Any:
    file = SimpleUploadedFile("t.csv", text.encode())
    return people.client(who).post(f"/api/v1/{what}", {"file": file})


def asked(people: People, **changes: Any) -> Any:
    said = {"kind": "rename", "day": "2026-03-16", "units": [{"code": "D10"}], "heirs": [{"code": "D40", "name_zh": "民生服务局"}], "basis": "机构改革批复"} | changes  # fmt: skip
    return people.client("office_procedure").post(
        "/api/v1/reorganisations/ask", json.dumps(said), content_type="application/json"
    )


@pytest.mark.parametrize("code", STRANGE)
def test_no_unit_and_no_heir_has_a_code_that_is_read_for_another(people: People, code: str) -> None:
    assert code_faults(code)
    table = brought(people, "units-import", f"代码,名称,类别\n{code},新局,市直部门\n")
    assert (table.status_code, table.json()["type"]) == (422, "unit.name")
    heir = asked(people, heirs=[{"code": code, "name_zh": "民生服务局"}])
    assert heir.status_code == 422
    assert "unit.name" in {one["code"] for one in heir.json()["problems"]}
    assert not Reorganisation.objects.exists()
    assert not Unit.objects.filter(name_zh="新局").exists()


@pytest.mark.parametrize(
    "name", ["民生\u200b服务局", "ТАТ", "Ａ局", "民生\u202e服务局", "А局", "民生\ufe00局"]
)
def test_no_name_either_not_even_the_english_one(people: People, name: str) -> None:
    assert name_faults(name)
    for column, row in (("名称", f"T91,{name},x"), ("英文名称", f"T91,新局,{name}")):
        table = brought(people, "units-import", f"代码,名称,英文名称,类别\n{row},市直部门\n")
        problem = table.json()["problems"][0]
        assert (problem["code"], problem["where"]) == ("unit.name", "t.csv:2")
        assert problem["detail"].startswith(f"{column}：")
    for heir in ({"name_zh": name}, {"name_zh": "民生服务局", "name_en": name}):
        assert asked(people, heirs=[{"code": "D40", **heir}]).json()["type"] == "unit.name"


@pytest.mark.parametrize(
    ("code", "name"),
    [("D1O", "民生服务局"), ("Dl3", "民生服务局"), ("d13", "民生服务局"), ("D 13", "民生服务局"), ("D40", "教育 局"), ("D4l", "新一局")],
)  # fmt: skip
def test_no_heir_looks_like_a_unit_or_like_the_heir_of_another_open_case(
    people: People, code: str, name: str
) -> None:
    Unit.objects.create(code="D99", name_zh="甲局", kind="市直部门")
    first = asked(people, units=[{"code": "D99"}], heirs=[{"code": "D41", "name_zh": "乙局"}])
    assert first.status_code == 201
    said = asked(people, units=[{"code": "D13"}], heirs=[{"code": code, "name_zh": name}])
    assert said.status_code == 422
    assert "unit.alike" in {one["code"] for one in said.json()["problems"]}


def test_plain_names_are_taken_and_two_heirs_of_a_split_differ(people: People) -> None:
    heirs = [{"code": f"D4{n}", "name_zh": name, "share": "0.5"} for n, name in ((0, "民生服务局"), (2, "民生保障局"))]  # fmt: skip
    alike = [heirs[0], {**heirs[1], "code": "D4O"}]
    assert asked(people, kind="split", heirs=alike).json()["type"] == "unit.alike"
    assert asked(people, kind="split", heirs=heirs).status_code == 201


def test_the_row_of_a_look_alike_is_the_rows_own_number(people: People) -> None:
    table = "代码,名称,类别\n\n\nT90,新局,市直部门\n\n,,\nT9O,另局,市直部门\n"
    problems = brought(people, "units-import", table).json()["problems"]
    assert [(one["where"], one["code"]) for one in problems] == [("t.csv:7", "unit.alike")]


def test_no_unit_is_above_itself(people: People) -> None:
    """Neither straight nor around, nor together with units that are there."""
    around = "代码,名称,类别,上级代码\nD10,教育局,市直部门,T91\nT90,新局,市直部门,T90\nT91,甲局,市直部门,D10-1\nT92,乙局,市直部门,T91\n"
    problems = brought(people, "units-import", around).json()["problems"]
    assert [(one["where"], one["code"]) for one in problems] == [(f"t.csv:{row}", "unit.parent") for row in (2, 3, 4)]  # fmt: skip
    assert "“D10” → “T91” → “D10-1” → “D10”" in problems[0]["detail"]
    assert not Unit.objects.filter(code__startswith="T9").exists()
    freed = around.replace("D10,教育局,市直部门,T91", "D10-1,办公室,科室,").replace(",T90\n", ",\n")
    assert brought(people, "units-import", freed).status_code == 200


def test_whoever_climbs_a_circle_of_an_older_release_comes_to_an_end(people: People) -> None:
    one = Unit.objects.get(code="D13")
    two = Unit.objects.create(code="D13-1", name_zh="办公室", kind="科室", parent=one)
    Unit.objects.filter(pk=one.pk).update(parent=two)
    one.refresh_from_db()
    assert [unit.code for unit in one.above()] == ["D13-1"]
    with pytest.raises(CommentError) as refused:
        check_answered(one, NOW.date())
    assert "请转其他单位答复" in refused.value.problems[0].zh
    assert asked(people, units=[{"code": "D13"}]).status_code == 201
    RoleGrant.objects.create(account=people["mentor"], role=Role.UNIT_REPORTER, unit=one, valid_from=NOW.date(), given_by=people["secrecy_officer"])  # fmt: skip
    assert people.client("mentor").get("/office/handovers/new/prepare/").status_code == 200


def test_faults_of_tables_name_the_column_as_its_head_does(people: People) -> None:
    """In Chinese no key of a field, in whatever table."""
    tables = {
        "units-import": "代码,名称,类别,起\nT90,,市直部门,明天\n",
        "accounts-import": "账号,姓名\nа,\n",
        "grants-import": "账号,角色,单位代码,起\nmentor,专家,,明天\nmentor,单位填报,ZZ,\nnobody,x,,\n",
    }
    for what, text in tables.items():
        who = "secrecy_officer" if what == "grants-import" else "system_administrator"
        for one in brought(people, what, text, who).json()["problems"]:
            assert not set("abcdefghijklmnopqrstuvwxyz") & set(one["detail"]), one


def test_pasted_rows_part_where_a_keyboard_parts_them(people: People) -> None:
    """A separator of lines or paragraphs inside a cell is the cell's, and is refused as a hidden mark there."""
    client = people.client("office_procedure")
    said = {"kind": "split", "day": "2026-03-16", "units": "D10", "basis": "批复"}
    rows = "D40\t民生服务局\t0.5\r\nD42\t民生保障局\t0.5"
    for mark in ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"):
        page = client.post("/office/reorganisations/new/ask/", said | {"heirs": rows.replace("服务", f"服{mark}务")})  # fmt: skip
        assert page.status_code == 422
        assert "看不见的字符" in page.content.decode(), repr(mark)
    assert (
        client.post("/office/reorganisations/new/ask/", said | {"heirs": rows}).status_code == 302
    )
    assert [one["code"] for one in Reorganisation.objects.get().heirs] == ["D40", "D42"]


def test_hidden_marks_are_hidden_in_whatever_category() -> None:
    for mark in "\u200b\u202e\ufe0f\u034f\u115f\u3164\u2800\u00ad\ue000":
        assert faults(f"甲{mark}局"), repr(mark)
        assert skeleton(f"甲{mark}局") == skeleton("甲局")
    assert not faults("甲局（筹）") + name_faults("Bureau of Civil Affairs") + code_faults("D10-1")

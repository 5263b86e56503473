"""A form says all that is wrong with it at once: what the guards of every act find, and what the act itself does."""

import io
from typing import Any

import pytest

from tests.web.test_other_paths import book
from tests.web.town import Town

__all__ = ["book"]

pytestmark = pytest.mark.one_database

CLAIM = {"unit": "D10", "item": "PRAISE", "points": "1", "document": "证书一号", "decided_on": "2026-03-01", "reason": "获省级表彰"}  # fmt: skip
RECORD = {"meeting": "2026-1", "held_on": "2026-03-12", "attendees": "十一人", "wording": "同意", "approved": True}  # fmt: skip
ASKED = {"kind": "rename", "day": "2026-03-16", "units": [{"code": "D16"}], "heirs": [{"code": "D40", "name_zh": "民生服务局"}], "basis": "批复"}  # fmt: skip
STRAY = 987654
"""The number of a file that nobody handed in."""


def told(answer: Any) -> list[tuple[str, str]]:
    return sorted((one["where"], one["code"]) for one in answer["problems"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"item": "CIRCULAR", "points": "9", "decided_on": "2030-01-01"}, [("decided_on", "day.future"), ("item", "item.bonus"), ("points", "points.range")]),
        ({"item": "NONE", "decided_on": "2020-01-01", "evidence": [STRAY]}, [("decided_on", "item.year"), ("files", "file.absent"), ("item", "item.unknown")]),
        ({"unit": "D99", "points": "x", "decided_on": "2030-01-01"}, [("decided_on", "day.future"), ("points", "points.range"), ("unit", "unit.absent")]),
    ],
)  # fmt: skip
def test_a_claim(town: Town, book: int, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:  # fmt: skip
    kept = {"rulebook": book, "evidence": [town.file("unit_leader-D10")]}
    answer = town.post("unit_leader-D10", "items/claim", 422, **(CLAIM | kept | changes))
    assert told(answer) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"subject": "rulebook:9999", "held_on": "2030-01-01", "minutes": [STRAY]}, [("files", "file.absent"), ("held_on", "day.future"), ("subject", "decision.subject")]),
        ({"held_on": "2020-05-01", "minutes": [STRAY], "lines": [{"indicator": "ANSWERED", "value": "9"}, {"indicator": "ANSWERED", "value": "8"}]},
         [("files", "file.absent"), ("held_on", "decision.early"), ("lines", "decision.twice_stated")]),
    ],
)  # fmt: skip
def test_a_decision(town: Town, book: int, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:  # fmt: skip
    answer = town.post("commission_secretary", "decisions/record", 422, **({"subject": f"rulebook:{book}"} | RECORD | changes))  # fmt: skip
    assert told(answer) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"unit": "D99", "due_on": "2020-01-01"}, [("due_on", "day.past"), ("lines.0", "indicator.unknown"), ("lines.1", "number"), ("unit", "unit.absent")]),
        ({"rulebook": 9999, "unit": "D99"}, [("rulebook", "rulebook.absent"), ("unit", "unit.absent")]),
    ],
)  # fmt: skip
def test_targets(town: Town, book: int, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:  # fmt: skip
    lines = [{"indicator": "NONE", "value": "1"}, {"indicator": "ANSWERED", "value": "x"}]
    said = {"rulebook": book, "unit": "D10", "lines": lines} | changes
    assert told(town.post("office_indicators", "targets/propose", 422, **said)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"day": "2020-01-01", "heirs": [{"code": "D40", "name_zh": "民生服务局", "share": "x"}]}, [("day", "day.past"), ("heirs", "share.number")]),
        ({"day": "2062-01-01", "units": [{"code": "D99"}], "kind": "split"}, [("day", "day.far"), ("kind", "reorganisation.shape"), ("units", "unit.absent")]),
    ],
)  # fmt: skip
def test_a_reorganisation(town: Town, book: int, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:  # fmt: skip
    answer = town.post("office_procedure", "reorganisations/ask", 422, **(ASKED | changes))
    assert told(answer) == expected


@pytest.mark.parametrize(("period", "code"), [("2024", "roll_over.past"), ("明年", "period.unknown")])  # fmt: skip
def test_a_year_that_is_rolled_over(town: Town, book: int, period: str, code: str) -> None:
    held = town.get("office_indicators", f"rulebooks/{book}")["detail"]["version"]
    answer = town.post("office_indicators", f"rulebooks/{book}/roll_over", 422, period=period, version=held)  # fmt: skip
    assert told(answer) == [("period", code), ("version", "rulebook.version")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("D10,ANSWERED,1\nD10,NONE,1\n", [("targets.csv:3", "D10: 第 3 行：考核方案中没有指标“NONE”")]),
        ("D13,ANSWERED,1\nD10,ANSWERED,x\nD13,NONE,1\n", [("targets.csv:4", "D13: 第 4 行：考核方案中没有指标“NONE”"), ("targets.csv:3", "D10: 第 3 行“目标值”：")]),
    ],
)  # fmt: skip
def test_targets_of_a_table_stand_at_their_row(town: Town, book: int, rows: str, expected: list[tuple[str, str]]) -> None:  # fmt: skip
    held = io.BytesIO(f"单位代码,指标代码,目标值\n{rows}".encode())
    held.name = "targets.csv"
    answer = town.client("office_indicators").post(f"/api/v1/targets-import?rulebook={book}", {"file": held})  # fmt: skip
    found = answer.json()["problems"]
    assert [one["where"] for one in found] == [where for where, _ in expected]
    for one, (_, said) in zip(found, expected, strict=True):
        assert one["detail"].startswith(said)


def test_a_day_in_a_row_is_told_with_its_row(town: Town, book: int) -> None:
    steps = [{"until": day, "action": "补足学位"} for day in ("2026-05-01", "2020-01-01", "2062-01-01")]  # fmt: skip
    answer = town.post("unit_leader-D10", "self-reports/draft", 422, rulebook=book, unit="D10", steps=steps)  # fmt: skip
    assert [one["where"] for one in answer["problems"]] == ["steps.1.until", "steps.2.until"]
    for row, one in enumerate(answer["problems"], 2):
        assert f" 第 {row} 行“" in one["detail"]


@pytest.mark.parametrize(
    ("path", "typed", "fields"),
    [
        # A field left empty beside a day that has not been, and beside marks that nobody sees.
        ("items/new/claim", {**CLAIM, "document": "", "decided_on": "2030-01-01", "reason": "获省\u202e级表彰"}, ["document", "decided_on", "reason"]),
        # A day that is none, a reason for everybody that says nothing, a line of a table with a day that is over.
        ("items/new/claim", {**CLAIM, "points": "1" * 9999, "decided_on": "2030-01-01"}, ["points", "decided_on"]),
        ("changes/new/ask", {"line": "x", "value": "1", "basis": "", "reason": "获省\u202e级表彰"}, ["line", "reason"]),
    ],
)  # fmt: skip
def test_fields_that_cannot_be_read_hide_no_fault_of_the_others(town: Town, book: int, path: str, typed: dict[str, str], fields: list[str]) -> None:  # fmt: skip
    page = town.client("unit_leader-D10").post(f"/office/{path}/", {"rulebook": book, **typed})
    assert page.status_code == 422
    told = {one.where.split(".")[0] for one in page.context["problems"]}
    assert told >= set(fields)


@pytest.mark.parametrize(
    ("path", "typed", "expected"),
    [
        ("items/claim", {**CLAIM, "unit": 7, "decided_on": "2030-01-01", "reason": "获省\u202e级表彰"}, [("decided_on", "day.future"), ("reason", "text.unseen"), ("unit", "field.string_type")]),
        ("items/claim", {"decided_on": "gestern", "reason": "获省\u202e级表彰", "stray": 1}, None),
        ("reorganisations/ask", {**ASKED, "kind": "sale", "day": "2020-01-01"}, [("day", "day.past"), ("kind", "field.literal_error")]),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_hides_no_fault_of_its_other_fields(town: Town, book: int, path: str, typed: dict[str, Any], expected: list[tuple[str, str]] | None) -> None:  # fmt: skip
    """A program is told what a form would be, each fault at its field's own name."""
    who = "unit_leader-D10" if path.startswith("items") else "office_procedure"
    if path.startswith("items"):
        typed = {"rulebook": book, "evidence": [town.file(who)], **typed}
    answer = town.post(who, path, 422, **typed)
    if expected is not None:
        assert told(answer) == expected
    else:
        assert {one["where"] for one in answer["problems"]} >= {"unit", "item", "points", "document", "decided_on", "reason", "stray"}  # fmt: skip


def test_a_body_without_the_version_says_so_beside_the_rest(town: Town, book: int) -> None:
    made = town.post("unit_leader-D10", "items/claim", rulebook=book, evidence=[town.file("unit_leader-D10")], **CLAIM)  # fmt: skip
    given = {"objection": "获省\u202e级表彰", "evidence": "x", "stray": 1}
    answer = town.client("unit_leader-D10").post(f"/api/v1/items/{made['id']}/reopen", given, content_type="application/json").json()  # fmt: skip
    assert told(answer) == [("evidence", "field.list_type"), ("objection", "text.unseen"), ("row_version", "field.missing"), ("stray", "field.extra_forbidden")]  # fmt: skip
    assert any(one["detail"].startswith("stray: ") for one in answer["problems"])


def test_who_may_not_do_an_act_is_told_no_more_than_that_the_body_cannot_be_read(town: Town, book: int) -> None:  # fmt: skip
    given = {"reason": "获省\u202e级表彰", "decided_on": "2030-01-01"}
    answer = town.client("office_indicators").post("/api/v1/items/claim", given, content_type="application/json")  # fmt: skip
    assert answer.status_code == 422
    assert {one["code"] for one in answer.json()["problems"]} == {"field.missing"}

"""What a file says of nobody, twice, or under another name is told, and never lost without a word."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.test_intake import mapping, values
from tests.test_scheme import write
from zhengheng.domain.names import unknown
from zhengheng.domain.problems import DataError
from zhengheng.lake.facts import Facts
from zhengheng.lake.intake import read_files
from zhengheng.lake.roster import to_table
from zhengheng.lake.strangers import unknown_units
from zhengheng.scheme.lint import lint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook

UNITS = {"units": [{"code": c, "name": c, "category": "c", "group": "g"} for c in "ab"],
         "adjustments": [{"code": "praise", "name": "表彰", "kind": "bonus", "most": 5, "basis": [{"title": "办法"}]},
                         {"code": "fault", "name": "差错", "kind": "deduction", "most": 5, "basis": [{"title": "办法"}]}]}  # fmt: skip
ROLES: dict[str, dict[str, Any]] = {
    "observation": {"unit": "u", "indicator": {"constant": "A"}, "period": {"constant": "2025"}, "value": "n"},
    "target": {"unit": "u", "indicator": {"constant": "A"}, "period": {"constant": "2025"}, "value": "n"},
    "ruling": {"unit": "u", "indicator": {"constant": "A"}, "period": {"constant": "2025"}, "value": "n"},
    "event": {"unit": "u", "item": {"constant": "praise"}, "points": "n", "document": {"constant": "d"}, "decided_on": {"constant": "2025-03-01"}},
    "milestone": {"unit": "u", "indicator": {"constant": "A"}, "milestone": {"constant": "m"}, "due_on": {"constant": "2025-03-01"}, "share": {"constant": "100"}},
    "approval": {"unit": "u", "indicator": {"constant": "A"}, "approver": {"constant": "局"}},
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write(tmp_path / "book", UNITS))[0]


def read(book: Rulebook, folder: Path, text: str, role: str = "observation", file: str = "d.csv", **more: Any) -> Facts:  # fmt: skip
    (folder / file).write_text(text, encoding="utf-8")
    source = ROLES.get(role, {}) | {"file": file, "role": role, **more}
    return read_files(mapping({"purpose": "t", "sources": [source]}), book, folder)


@pytest.mark.parametrize("role", list(ROLES))
def test_a_unit_on_no_list_is_named_whatever_is_said_of_it(role: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    facts = read(book, tmp_path, "u,n\na,1\nzz,2\n", role)
    (said,) = (one for one in facts.warnings if one.code == "unit.unknown")
    assert "1 个单位不在名单中" in said.zh
    assert "zz（d.csv:3）" in said.zh
    assert "zz (d.csv:3)" in said.en
    assert not read(book, tmp_path, "u,n\na,1\nb,2\n", role).warnings


def test_each_unit_on_no_list_has_what_may_be_meant_beside_it(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    """The warning stands at the first of their rows, and those that are not told are counted."""
    facts = read(book, tmp_path, "u,n\nA,1\nzz,2\nt,1\nu,1\nv,1\nw,1\n")
    (said,) = (one for one in facts.warnings if one.code == "unit.unknown")
    assert said.where == "d.csv:2"
    assert "A（d.csv:2；相近的有：a（大小写也要一致），请核对）、t（d.csv:4）" in said.zh
    assert "A (d.csv:2; near it is a (small and capital letters differ): check which is meant), t (d.csv:4)" in said.en  # fmt: skip
    assert said.zh.endswith("，另有 1 个")
    assert "observation" not in said.zh + said.where


NOWHERE = {
    "a slip of the pen": ("event", {"item": {"constant": "prase"}}, "加减分事项“prase”；相近的有：praise，请核对", "near it is praise: check which is meant"),
    "small and capital letters": ("event", {"item": {"constant": "Fault"}}, "fault（大小写也要一致）", "fault (small and capital letters differ)"),
    "a name": ("event", {"item": {"constant": "表彰"}}, "这是 praise 的名称", "this is the name of praise"),
    "nothing near": ("event", {"item": {"constant": "xyz"}}, "只能是：praise、fault", "must be one of: praise, fault"),
    "an indicator": ("observation", {"indicator": {"column": "i"}}, "指标“zz”；只能是：A、B", "indicator 'zz'; it must be one of: A, B"),
    "a category": ("unit", {"category": {"constant": "C"}}, "类别“C”；相近的有：c（大小写也要一致）", "category 'C'; near it is c (small"),
    "a group": ("unit", {"group": {"constant": "zz"}}, "分组“zz”；只能是：g", "comparison group 'zz'; it must be one of: g"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOWHERE)
def test_a_code_that_the_rulebook_does_not_have_is_named_with_what_may_be_meant(case: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    role, change, zh, en = NOWHERE[case]
    listed = {"unit": "u", "category": {"constant": "c"}, "group": {"constant": "g"}}
    with pytest.raises(DataError) as caught:
        read(book, tmp_path, "u,n,i\na,1,zz\n", role, **(listed if role == "unit" else {}) | change)  # fmt: skip
    (said,) = caught.value.problems
    assert said.where == "d.csv:2"
    assert zh in said.zh
    assert en in said.en


@pytest.mark.parametrize(("code", "near", "size"), [("A11", "A1", False), ("a1", "A1", True), ("A1\u0430", None, False)])  # fmt: skip
def test_that_capital_letters_count_is_said_where_they_are_the_difference(code: str, near: str | None, size: bool) -> None:  # fmt: skip
    zh, en = unknown("indicator", code, {"A1": "甲", "B2": "乙"})
    assert (near is not None) == ("相近的有：A1" in zh) == ("near it is A1" in en)
    assert size == ("大小写" in zh) == ("capital letters" in en)


def test_that_capital_letters_count_is_said_of_rows_left_out_where_they_are_the_difference(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    more = {"indicator": "i", "only_known_indicators": True}
    for code, size in (("a", True), ("other", False)):
        facts = read(book, tmp_path, f"u,n,i\na,1,{code}\n", **more)
        (said,) = (one for one in facts.warnings if one.code == "indicator.left_out")
        assert size == ("大小写" in said.zh) == ("capital letters" in said.en)


OUTSIDE = [
    {"date": "2025-07-01", "kind": "merger", "unit": "b", "heirs": [{"unit": "d", "share": 1}]}
]
ROLLED = {"indicator": "A", "parent": "a", "mode": "own", "children": {"b": 1, "c": 2}, "roll_up": True}  # fmt: skip
LEAVES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], bool]] = {
    "an heir that is no child": ({}, OUTSIDE, True),
    "an heir that is a child": ({"children": {"b": 1, "c": 2, "d": 0}}, OUTSIDE, False),
    "nothing added up": ({"roll_up": False}, OUTSIDE, False),
    "nothing taken over": ({}, [OUTSIDE[0] | {"data": "anew"}], False),
    "another child": ({}, [OUTSIDE[0] | {"heirs": [{"unit": "c", "share": 1}]}], False),
    "an heir that goes over to a child in a later year": ({}, [*OUTSIDE, {"date": "2026-04-01", "kind": "merger", "unit": "d", "heirs": [{"unit": "c", "share": 1}]}], True),
    "shares": ({"mode": "shares", "children": {"b": "0.4", "c": "0.6"}}, OUTSIDE, True),
    "inherited": ({"mode": "inherit"}, OUTSIDE, True),
    "an heir that goes over to a child": ({}, [*OUTSIDE, {"date": "2025-10-01", "kind": "merger", "unit": "d", "heirs": [{"unit": "c", "share": 1}]}], False),
}  # fmt: skip


@pytest.mark.parametrize("case", LEAVES)
def test_an_heir_whose_figures_leave_the_sum_of_the_parent_is_named(case: str, tmp_path: Path) -> None:  # fmt: skip
    change, events, told = LEAVES[case]
    rules = {"cascade": [ROLLED | change], "succession": events}
    found = [one for one in lint(*load_rulebook(write(tmp_path, rules))) if one.code == "cascade.heir"]  # fmt: skip
    assert len(found) == told
    assert all(one.severity == "warning" and "（children）中写上 d" in one.zh and "write d among" in one.en for one in found)  # fmt: skip
    advice = {
        "shares": ("从 b 的份额中划出", "taken from that of b"),
        "inherit": ("照 b 的写", "same number as b"),
        "own": ("从 b 的目标中划出", "a target of its own"),
    }
    zh, en = advice[(ROLLED | change)["mode"]]
    assert all(zh in one.zh and en in one.en for one in found)


def test_units_of_a_cascade_and_of_a_succession_that_nobody_knows_are_named(tmp_path: Path) -> None:
    changed = UNITS | {
        "cascade": [{"indicator": "A", "parent": "a", "mode": "own", "children": {"b": 1, "y": 2}}],
        "succession": [{"date": "2025-03-01", "kind": "rename", "unit": "x", "heirs": [{"unit": "w", "share": 1}]},
                       {"date": "2025-03-01", "kind": "rename", "unit": "v", "heirs": [{"unit": "a", "share": 1}]}],
    }  # fmt: skip
    book, source = load_rulebook(write(tmp_path / "book", changed))
    found = unknown_units(book, source, read(book, tmp_path, "u,n\na,1\n"))
    assert [one.code for one in found] == ["unit.unknown"] * 2
    assert "“y”" in found[0].zh
    assert "“x”" in found[1].zh


@pytest.mark.parametrize("listed", ["rulebook", "files", "table"])
def test_an_heir_that_nobody_knows_and_a_day_that_the_list_contradicts_stop_a_score(listed: str, tmp_path: Path) -> None:  # fmt: skip
    """What is handed over would reach nobody, or be missed of the unit before."""
    event = {
        "date": "2025-07-01",
        "kind": "merger",
        "unit": "a",
        "heirs": [{"unit": "w", "share": 1}],
    }
    units = [
        {**unit, **({"valid_to": "2025-09-30"} if unit["code"] == "a" else {})}
        for unit in UNITS["units"]
    ]
    late = {**event, "heirs": [{"unit": "b", "share": 1}]}
    chain = {**event, "date": "2025-10-01", "unit": "w", "heirs": [{"unit": "b", "share": 1}]}
    for events, code in (
        ([event], "unit.unknown"),
        ([late], "succession.day"),
        ([event, chain], "succession.day"),
    ):
        held = UNITS | {"units": units, "succession": events}
        book, source = load_rulebook(write(tmp_path / f"{listed}{len(events)}{code}", held))
        facts = read(book, tmp_path, "u,n\na,1\n")
        if listed != "rulebook":
            facts.units, book = list(book.units), book.model_copy(update={"units": ()})
        if listed == "table":
            facts.roster, facts.units = to_table(facts.units), []
        found = unknown_units(book, source, facts)
        assert {one.code for one in found} == {code, "succession.day"}
        assert all(one.where.startswith("rulebook.yaml:") for one in found)
        assert any("“w”" in one.zh for one in found) == (code == "unit.unknown")
        assert "2025-06-30" in found[-1].zh
        assert "2025-09-30" in found[-1].en


def test_a_rulebook_that_lists_its_units_is_warned_of_strangers_in_a_change(tmp_path: Path) -> None:
    """A draft of the office lists those of the change alone, and the rest come from elsewhere."""
    ended = {**UNITS["units"][0], "valid_to": "2025-02-28"}
    for event, told in (
        ({"unit": "a", "heirs": [{"unit": "w", "share": 1}]}, ["“w”"]), ({"unit": "x", "heirs": [{"unit": "b", "share": 1}]}, ["“x”"]),
        ({"unit": "a", "heirs": [{"unit": "b", "share": 1}]}, []),
    ):  # fmt: skip
        held = {"units": [ended, *UNITS["units"][1:], {**ended, "code": "c", "valid_to": None}],
                "succession": [{"date": "2025-03-01", "kind": "merger", **event}]}  # fmt: skip
        folder = write(tmp_path / f"book{told}", held)
        found = [one for one in lint(*load_rulebook(folder)) if one.code == "unit.unknown"]
        assert [one.severity for one in found] == ["warning"] * len(told)
        assert all(word in one.zh for word, one in zip(told, found, strict=True))
    chain = [{"date": day, "kind": "merger", "unit": unit, "heirs": [{"unit": heir, "share": 1}]}
             for day, unit, heir in (("2025-03-01", "a", "w"), ("2025-07-01", "w", "b"))]  # fmt: skip
    handed_on = lint(*load_rulebook(write(tmp_path / "chain", UNITS | {"units": [ended, *UNITS["units"][1:], {**ended, "code": "c", "valid_to": None}], "succession": chain})))  # fmt: skip
    assert [one.zh for one in handed_on if one.code == "unit.unknown" and "承接单位“w”" in one.zh] == [], "it handed on what it took over"  # fmt: skip
    office = {
        "units": [ended],
        "succession": [
            {
                "date": "2025-03-01",
                "kind": "merger",
                "unit": "a",
                "heirs": [{"unit": "w", "share": 1}],
            }
        ],
    }
    assert not [
        one
        for one in lint(*load_rulebook(write(tmp_path / "office", office)))
        if one.code == "unit.unknown"
    ]


@pytest.mark.parametrize("item", ["praise", "fault"])
@pytest.mark.parametrize("points", ["-2", "－2", "-0.5"])
def test_points_have_no_sign(item: str, points: str, tmp_path: Path, book: Rulebook) -> None:
    with pytest.raises(DataError) as caught:
        read(book, tmp_path, f"u,n\na,{points}\n", "event", item={"constant": item})
    assert [(p.where, p.code) for p in caught.value.problems] == [("d.csv:2", "row.points.sign")]


@pytest.mark.parametrize(
    ("row", "code"),
    [("c,2025年7月,", "row.date"), ("c,,2025", "row.date"), ("c,2025-Q1,", "row.date"), ("c,2025-07-01,2025-03-01", "row.unit.dates")],
)  # fmt: skip
def test_a_unit_begins_and_ends_on_a_day(row: str, code: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    more = {
        "category": {"constant": "c"},
        "group": {"constant": "g"},
        "valid_from": "f",
        "valid_to": "t",
        "unit": "u",
    }
    with pytest.raises(DataError) as caught:
        read(book, tmp_path, f"u,f,t\n{row}\n", "unit", **more)
    assert [(p.where, p.code) for p in caught.value.problems] == [("d.csv:2", code)]
    held = read(
        book, tmp_path, "u,f,t\nc,2025年7月1日,20251231\nd,2025-07-01,2025-07-01\n", "unit", **more
    ).units
    assert [(str(one.valid_from), str(one.valid_to)) for one in held] == [("2025-07-01", "2025-12-31"), ("2025-07-01", "2025-07-01")]  # fmt: skip


def test_rows_of_indicators_that_are_left_out_are_counted_and_named(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    text = "u,i,n\na,A,1\nb,a,2\na,Z,3\nb,Z,3\n"
    facts = read(book, tmp_path, text, indicator="i", only_known_indicators=True)
    (said,) = (one for one in facts.warnings if one.code == "indicator.left_out")
    assert "3 行的指标不在考核方案中" in said.zh
    assert "Z（2 行）、a（1 行）" in said.zh
    assert "Z (2 rows), a (1 row)" in said.en


def test_lines_of_json_say_each_thing_once_and_by_its_name(tmp_path: Path, book: Rulebook) -> None:
    def lines(*held: str) -> list[tuple[str, str]]:
        with pytest.raises(DataError) as caught:
            read(book, tmp_path, "\n".join(held), file="d.jsonl")
        return [(p.where, p.code) for p in caught.value.problems]

    first = json.dumps({"u": "a", "n": 1})
    assert lines(first, '{"u":"b","n":1,"n":2}') == [("d.jsonl:2", "json.duplicate")]
    assert lines(first, '{"u":"b","N":3}') == [("d.jsonl:2", "row.row.key")]
    assert lines(first, '{"u":"b"}') == [("d.jsonl:2", "row.row.key")]
    broken = lines("garbage", first, "", '{"u":"b","n":1} {}', "[1]")
    assert broken == [("d.jsonl:1", "json.syntax"), ("d.jsonl:4", "json.syntax"), ("d.jsonl:5", "json.object")]  # fmt: skip
    good = read(book, tmp_path, f'{first}\n{{"u":"b","n":null,"note":"x"}}\n', file="d.jsonl")
    assert values(good) == {("a", "A"): 100, ("b", "A"): None}


def test_a_cascade_without_a_target_in_the_rulebook_says_why_it_lists_nothing(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    own = {"A": {"code": "A", "name": "甲", "owner": "o", "method": {"kind": "direct"}}}
    shares = {"indicator": "A", "parent": "a", "mode": "shares", "children": {"b": 60, "c": 40}}
    for name, rules, said in (("bare", {}, "没有目标分解"), ("shares", {"cascade": [shares]}, "目标行不从这里分解")):  # fmt: skip
        asked = zhengheng("scheme", "cascade", write(tmp_path / name, rules, **own))
        assert asked.returncode == 0, asked.stderr
        assert said in asked.stdout.replace("\n", "")


def test_an_empty_cell_beside_a_list_of_other_words_is_told_what_to_write(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    """`missing` of one's own takes the place of the empty cell: the message gives the list that has both."""
    with pytest.raises(DataError) as caught:
        read(book, tmp_path, "u,n\na,NA\nb,\n", missing=["NA"])
    (said,) = caught.value.problems
    assert said.where == "d.csv:3"
    assert 'missing: ["NA", ""]' in said.zh
    assert 'missing: ["NA", ""]' in said.en
    assert not read(book, tmp_path, "u,n\na,NA\nb,\n", missing=["NA", ""]).rejects
    with pytest.raises(DataError) as caught:
        read(book, tmp_path, "u,n,s\na,1,正常\nb,,正常\n", status="s")
    assert "状态写的是“正常”" in caught.value.problems[0].zh

"""Faults of a mapping: all at once, each at its line and field, with the data file; asked for before anything is scored."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.test_scheme import write
from zhengheng.domain.problems import DataError
from zhengheng.lake.filters import parse_filter
from zhengheng.lake.fitting import check_mapping, misfits
from zhengheng.lake.gathered import Gathered
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import Mapping, SourceFile, load_mapping
from zhengheng.scheme.load import load_rulebook

UNITS = "  - {file: v.csv, role: unit, unit: u, category: {constant: c}, group: {constant: g}}\n"
GOOD = f"""purpose: p
period: "2025"
sources:
{UNITS}  - file: v.csv
    layout: wide
    unit: u
    period: {{constant: "2025"}}
    indicators: {{A: a, B: b}}
"""


def problems(tmp_path: Path, text: str, data: str = "u,a,b\n甲,1,2\n乙,3,4\n") -> dict[str, str]:
    """Place → code of all that the first attempt tells."""
    book, _ = load_rulebook(write(tmp_path / "book"))
    (tmp_path / "v.csv").write_text(data)
    (tmp_path / "i.yaml").write_text(text)
    try:
        mapping = load_mapping(tmp_path / "i.yaml", lambda draft: check_mapping(draft, book, tmp_path))  # fmt: skip
        read_files(mapping, book, tmp_path)
    except DataError as error:
        return {f"{p.where} {p.code}": p.zh for p in error.problems}
    return {}


def test_all_faults_of_a_mapping_come_at_once_at_their_lines(tmp_path: Path) -> None:
    text = f"""purpose: p
period: "二五年"
sources:
{UNITS}  - file: v.csv
    layout: wide
    unit: u
    period: {{constant: "2025"}}
    scale: 三
    where: "t9 > 3 and t8 = 1"
    indicators:
      A: t11
      B: t22
      T99: a
  - {{file: w.csv, rolle: unit, unit: u, value: b, period: p, indicator: i}}
"""
    found = problems(tmp_path, text)
    assert set(found) == {
        "i.yaml:2 field.period", "i.yaml:9 field.number", "i.yaml:15 field.unknown", "i.yaml:10 filter.syntax", "i.yaml:12 column.absent",
        "i.yaml:13 column.absent", "i.yaml:14 indicator.unknown", "i.yaml:15 file.absent",
    }  # fmt: skip
    assert "t9" in found["i.yaml:10 filter.syntax"]
    assert "t8" in found["i.yaml:10 filter.syntax"]
    assert "sources（第 2 项）.indicators.A（v.csv）" in found["i.yaml:12 column.absent"]


ALONE: dict[str, tuple[tuple[str, str], str]] = {
    "a column": (("unit: u\n", "unit: v\n"), "i.yaml:7 column.absent"),
    "an encoding": (("    layout: wide", "    encoding: klingon"), "i.yaml:6 file.encoding"),
    "another encoding": (("    layout: wide", "    encoding: ascii"), "i.yaml:6 file.encoding"),
    "a sheet of a text": (("    layout: wide", "    sheet: 表一"), "i.yaml:6 mapping.idle"),
    "a file": (("file: v.csv\n", "file: v.docx\n"), "i.yaml:5 file.absent"),
    "a missing field": (('    period: {constant: "2025"}\n', ""), "i.yaml:5 mapping.field"),
    "a filter": (("    layout: wide", "    where: a >"), "i.yaml:6 filter.syntax"),
    "a misspelt row of the header": (("    layout: wide", "    heder: 2"), "i.yaml:6 field.unknown"),
    "a constant code": (("    indicators: {A: a, B: b}\n", "    indicator: {constant: Z}\n    value: a\n"), "i.yaml:9 indicator.unknown"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_a_fault_of_a_mapping_is_told_once_where_it_stands(name: str, tmp_path: Path) -> None:
    (old, new), wanted = ALONE[name]
    assert old in GOOD
    assert set(problems(tmp_path, GOOD.replace(old, new))) == {wanted}


def test_a_good_mapping_has_none_and_a_title_over_the_head_names_the_way_out(tmp_path: Path) -> None:  # fmt: skip
    assert not problems(tmp_path, GOOD)
    found = problems(tmp_path, GOOD, "云溪县2025年数据,,\nu,a,b\n甲,1,2\n")
    assert found
    assert all("header: 2" in zh for zh in found.values())


def ask(zhengheng: Command, tmp_path: Path, *more: Any) -> tuple[int, list[dict[str, str]]]:
    answer = zhengheng("scheme", "check", tmp_path / "book", *more, "--json")
    return answer.returncode, json.loads(answer.stdout)["problems"] if answer.stdout else []


def test_the_check_takes_a_mapping_and_its_files(tmp_path: Path, zhengheng: Command) -> None:
    files = ("--intake", tmp_path / "i.yaml", "--data", tmp_path)
    assert not problems(tmp_path, GOOD)
    assert ask(zhengheng, tmp_path, *files)[0] == 0
    (tmp_path / "i.yaml").write_text(GOOD.replace("A: a", "A: x"))
    code, found = ask(zhengheng, tmp_path, *files)
    assert (code, [(p["where"], p["code"]) for p in found if p["severity"] == "error"]) == (4, [("i.yaml:9", "column.absent")])  # fmt: skip
    (tmp_path / "i.yaml").write_text(GOOD)
    (tmp_path / "v.csv").write_text("u,a,b\n甲,1,二\n乙,,四\n")
    code, found = ask(zhengheng, tmp_path, *files)
    assert (code, {p["where"] for p in found if p["severity"] == "error"}) == (4, {"v.csv:2", "v.csv:3"})  # fmt: skip
    assert ask(zhengheng, tmp_path, "--intake", tmp_path / "i.yaml")[0] == 5


def test_a_filter_of_many_parts_is_read_and_one_too_long_refused() -> None:
    """Twenty thousand characters are a filter; what is longer is told its limit, and nothing is stacked up row by row."""
    many = parse_filter(" or ".join(["a = 1"] * 2000), frozenset({"a"}), "x")
    assert [many({"a": value}) for value in (1, 2)] == [True, False]
    values = ",".join(["'x1'"] * 50_000)
    with pytest.raises(DataError) as caught:
        parse_filter(f"a in ({values})", frozenset({"a"}), "x")
    assert [one.code for one in caught.value.problems] == ["filter.long"]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"~", b"42", b"a", b"[{}]", b"sources: []", b"sources: [[]]", b"sources: [1]", b"sources: {}", b"periods: {}", b"{}", b"[" * 100_000, b"[" * 900 + b"]" * 900, bytes(range(256)), b"\xff\xfe[\x00"],
    ids=["empty", "list", "null", "number", "text", "map in list", "no source", "list for source", "number for source", "map for sources", "map for periods", "bare", "deep", "deep and closed", "binary", "UTF-16"],
)  # fmt: skip
def test_a_file_that_is_no_mapping_is_told_in_words(content: bytes, tmp_path: Path) -> None:
    """With the check's own look for more faults, which reads what can be read of it."""
    path = tmp_path / "i.yaml"
    path.write_bytes(content)
    book = load_rulebook(write(tmp_path / "book"))[0]
    with pytest.raises(DataError) as caught:
        load_mapping(path, lambda draft: check_mapping(draft, book, tmp_path))
    assert {one.where.partition(":")[0] for one in caught.value.problems} == {"i.yaml"}
    assert all(one.zh and one.en for one in caught.value.problems)


ANY = ["file", "role", "sheet", "format", "encoding", "header", "header_rows", "where", "personal"]
NUMBERS = ["strip", "scale", "scientific"]
VALUES = ["unit", "indicator", "period", "value", "confirmation", "missing", "only_known_indicators", *NUMBERS]  # fmt: skip
OBSERVED = [*VALUES, "layout", "indicators", "status", "vintage", "published_on", "not_applicable", "withheld"]  # fmt: skip
READ_BY: dict[str, list[str]] = {
    "observation": OBSERVED, "correction": OBSERVED, "ruling": [*VALUES, "status", "not_applicable", "withheld"], "target": [*VALUES, "kinds"],
    "unit": ["unit", "name", "category", "group", "superior", "valid_from", "valid_to", "ranked", "distinct"],
    "milestone": ["unit", "indicator", "milestone", "due_on", "done_on", "share", "waived", *NUMBERS],
    "event": ["unit", "item", "points", "document", "decided_on", "period", "revoked"],
    "approval": ["unit", "indicator", "approver", "document", "distinct"],
    "fact": ["columns", "measures", "strip", "scientific"],
}  # fmt: skip
SOMETHING: dict[str, Any] = {
    "layout": "wide", "indicators": {"A": "a"}, "kinds": {"target": "a"}, "columns": {"u": {"column": "u"}}, "missing": ["无"],
    "measures": [{"indicator": "A", "unit": "u", "date": "u", "frequency": "year"}], "not_applicable": ["免"], "withheld": ["密"],
    "strip": "$", "scale": "100", "scientific": True, "distinct": True, "only_known_indicators": True,
}  # fmt: skip


@pytest.mark.parametrize("role", READ_BY)
def test_an_option_that_a_role_does_not_read_is_a_fault_of_the_mapping(role: str, tmp_path: Path) -> None:  # fmt: skip
    """Every role with every option; the table of what a role reads is written apart from the code's."""
    book, _ = load_rulebook(write(tmp_path / "book"))
    (tmp_path / "v.csv").write_text("u,a\n甲,1\n")
    fields = [name for name in SourceFile.model_fields if name not in ANY]
    sources = [{"file": "v.csv", "role": role, name: SOMETHING.get(name, "a")} for name in fields]
    plan = Mapping.model_validate_json(json.dumps({"purpose": "p", "sources": sources}))
    told = {
        name for name, source in zip(fields, plan.sources, strict=True)
        for one in misfits(Gathered(plan, book, tmp_path, b""), source, None) if one.code == "mapping.idle"
    }  # fmt: skip
    assert told == set(fields) - set(READ_BY[role])


def test_a_filter_with_two_signs_of_equality_is_told_to_write_one() -> None:
    with pytest.raises(DataError) as caught:
        parse_filter("a == '1'", frozenset("a"), "w")
    (said,) = caught.value.problems
    assert "只写一个等号 =" in said.zh
    assert said.en.endswith("write one: =")
    with pytest.raises(DataError, match="found the end"):
        parse_filter("a =", frozenset("a"), "w")


def test_of_an_unknown_role_nothing_is_told_but_that(tmp_path: Path) -> None:
    """What a source of it reads or lacks nobody can say."""
    events = "  - {file: v.csv, role: evnt, unit: u, item: {constant: X}, points: a, document: b, decided_on: {constant: '2025-05-01'}}\n"
    found = problems(tmp_path, GOOD + events)
    assert [where.split()[1] for where in found] == ["field.choice"], found
    assert "mapping.idle" in str(problems(tmp_path, GOOD + events.replace("evnt", "observation")))

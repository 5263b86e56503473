"""Intake: what offices send is read; what cannot be read is refused with its place, never half."""

import csv
import json
import struct
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.conftest import Command
from tests.test_mapping_faults import READ_BY
from tests.test_scheme import write
from zhengheng.domain.problems import DataError, ZhenghengError
from zhengheng.lake.facts import Facts
from zhengheng.lake.filters import parse_filter
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import Mapping, load_mapping
from zhengheng.lake.personal import protect
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import MISSING, NOT_APPLICABLE, NOT_DUE, VALUE, WITHHELD

WIDE = {
    "purpose": "test", "period": "2025",
    "sources": [
        {"file": "d.csv", "role": "unit", "unit": "u", "category": {"constant": "c"}, "group": {"constant": "g"}},
        {"file": "d.csv", "unit": "u", "period": {"constant": "2025"}, "indicators": {"A": "a", "B": "b"}},
    ],
}  # fmt: skip


def mapping(data: object = None, **changes: object) -> Mapping:
    plan = json.loads(json.dumps(data or WIDE))
    for source in plan["sources"]:
        # A list of units reads less than a table of values, and what it does not read is a fault: by the table that stands
        # apart from the code's.
        unread = (
            {*READ_BY["observation"]} - {*READ_BY["unit"]} if source.get("role") == "unit" else ()
        )
        source.update({key: value for key, value in changes.items() if key not in unread})
    return Mapping.model_validate_json(json.dumps(plan), strict=True)


@pytest.fixture
def book(tmp_path: Path):  # type: ignore[no-untyped-def]
    return load_rulebook(write(tmp_path / "book"))[0]


def values(facts) -> dict[tuple[str, str], int]:  # type: ignore[no-untyped-def]
    return {
        (r["unit"], r["indicator"]): r["value"] for r in facts.tables["observation"].to_pylist()
    }


TEXT = 'u,a,b\n甲,1.5,2\n乙,３,"1,234.5"\n'
EXPECTED = {("甲", "A"): 150, ("甲", "B"): 200, ("乙", "A"): 300, ("乙", "B"): 123450}


def old_excel(rows: list[list[str | float]]) -> bytes:
    """A worksheet as Excel 2.1 wrote it, which every .xls reader knows: records of an id, a length and content."""

    def record(number: int, content: bytes) -> bytes:
        return struct.pack("<HH", number, len(content)) + content

    made = record(0x0009, struct.pack("<HH", 0x0002, 0x0010)) + record(
        0x0042, struct.pack("<H", 936)
    )
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            head = struct.pack("<HH3x", place, column)
            if isinstance(value, str):
                text = value.encode("gbk")
                made += record(0x0004, head + bytes([len(text)]) + text)
            else:
                made += record(0x0003, head + struct.pack("<d", value))
    return made + record(0x000A, b"")


def test_an_old_excel_file(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    rows: list[list[str | float]] = [["u", "a", "b"], ["甲", 1.5, 2.0], ["乙", "３", "1,234.5"]]
    (tmp_path / "d.xls").write_bytes(old_excel(rows))
    assert values(read_files(mapping(file="d.xls"), book, tmp_path)) == EXPECTED


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("缺数据", MISSING), ("缺报", MISSING), ("missing", MISSING), ("不适用", NOT_APPLICABLE),
        ("not_applicable", NOT_APPLICABLE), ("不公开", WITHHELD), ("未到期", NOT_DUE), ("补值", None), ("缺", None), ("空缺", None),
    ],
)  # fmt: skip
def test_a_status_is_read_by_its_name_and_by_its_words(
    word: str, status: int | None, tmp_path: Path, book: Rulebook
) -> None:
    """缺数据 is the word, 缺报 the one of earlier files: both are missing. What nobody reports, and other words, are refused."""
    (tmp_path / "d.csv").write_text(f"u,i,v,s\n甲,A,,{word}\n乙,A,3,正常\n", encoding="utf-8")
    long = {
        "file": "d.csv", "unit": "u", "period": {"constant": "2025"}, "indicator": "i", "value": "v", "status": "s",
    }  # fmt: skip
    plan = mapping({**WIDE, "sources": [WIDE["sources"][0], long]})
    if status is None:
        with pytest.raises(DataError, match=f"d.csv:2: .*unknown status '{word}'"):
            read_files(plan, book, tmp_path)
        return
    rows = read_files(plan, book, tmp_path).tables["observation"].to_pylist()
    found = {(r["unit"], r["status"], r["value"]) for r in rows}
    assert found == {("甲", status, None), ("乙", VALUE, 300)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(encoding: str, tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "d.csv").write_bytes(TEXT.encode(encoding))
    assert values(read_files(mapping(), book, tmp_path)) == EXPECTED


def test_formats(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    rows = [["u", "a", "b"], ["甲", "1.5", "2"], ["乙", "３", "1,234.5"]]
    (tmp_path / "d.tsv").write_text("\n".join("\t".join(row) for row in rows))
    (tmp_path / "d.jsonl").write_text(
        "\n".join(json.dumps(dict(zip(rows[0], row, strict=True))) for row in rows[1:])
    )
    pq.write_table(
        pa.table({"u": ["甲", "乙"], "a": [1.5, 3.0], "b": ["2", "1,234.5"]}),
        tmp_path / "d.parquet",
    )
    workbook = Workbook()
    page = workbook.active
    assert page
    for row in rows:
        page.append(row)
    page["B2"] = 1.5
    workbook.save(tmp_path / "d.xlsx")
    for name in ("d.tsv", "d.jsonl", "d.parquet", "d.xlsx"):
        assert values(read_files(mapping(file=name), book, tmp_path)) == EXPECTED, name


def test_units_of_measure_and_signs(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1.2万,15%\n乙,0.5亿,$319\n")
    found = values(read_files(mapping(strip="$%"), book, tmp_path))
    assert found == {
        ("甲", "A"): 1200000,
        ("甲", "B"): 1500,
        ("乙", "A"): 5_000_000_000,
        ("乙", "B"): 31900,
    }
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1.2,2\n")
    assert values(read_files(mapping(scale="万"), book, tmp_path))["甲", "A"] == 1200000


def test_percent_cells_of_excel_are_read_as_people_see_them(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    workbook = Workbook()
    page = workbook.active
    assert page
    page.append(["u", "a", "b"])
    page.append(["甲", 0.15, 2])
    page["B2"].number_format = "0.00%"
    workbook.save(tmp_path / "d.xlsx")
    assert values(read_files(mapping(file="d.xlsx", strip="%"), book, tmp_path))["甲", "A"] == 1500


def test_merged_cells_repeat(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    workbook = Workbook()
    page = workbook.active
    assert page
    for row in (["u", "x", "v"], ["甲", "A", 1], [None, "B", 2], [], ["乙", "A", 3]):
        page.append(row)
    page.merge_cells("A2:A3")
    workbook.save(tmp_path / "d.xlsx")
    plan = {
        "purpose": "t",
        "sources": [
            {
                "file": "d.xlsx",
                "unit": "u",
                "indicator": "x",
                "value": "v",
                "period": {"constant": "2025"},
            }
        ],
    }
    assert values(read_files(mapping(plan), book, tmp_path)) == {
        ("甲", "A"): 100,
        ("甲", "B"): 200,
        ("乙", "A"): 300,
    }


def big_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)


def formula(path: Path) -> None:
    workbook = Workbook()
    page = workbook.active
    assert page
    for row in (["u", "a", "b"], ["甲", "=1+1", 2]):
        page.append(row)
    workbook.save(path)


def date_cell(path: Path) -> None:
    import datetime

    workbook = Workbook()
    page = workbook.active
    assert page
    page.append(["u", "a", "b"])
    page.append(["甲", datetime.date(2025, 1, 2), 2])
    workbook.save(path)


def parquet_cut(path: Path) -> None:
    pq.write_table(pa.table({"u": ["甲"] * 1000, "a": [1] * 1000, "b": [2] * 1000}), path)
    path.write_bytes(path.read_bytes()[:-40])


def long_line(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(b"u,a,b\n")
        stream.seek(1 << 30)
        stream.write(b"x\n")


Maker = Callable[[Path], object]
NASTY: dict[str, tuple[str, Maker | str | bytes]] = {
    "not a number": ("d.csv", "u,a,b\n甲,abc,2\n"), "NaN": ("d.csv", "u,a,b\n甲,NaN,2\n"),
    "infinity": ("d.csv", "u,a,b\n甲,inf,2\n"), "1e309": ("d.csv", "u,a,b\n甲,1e309,2\n"),
    "1e-999999": ("d.csv", "u,a,b\n甲,1e-999999,2\n"), "too large": ("d.csv", "u,a,b\n甲,99999999999999999,2\n"),
    "emoji": ("d.csv", "u,a,b\n甲,😀,2\n"), "two dots": ("d.csv", "u,a,b\n甲,1.2.3,2\n"),
    "bad grouping": ("d.csv", "u,a,b\n甲,\"12,34\",2\n"), "plus minus": ("d.csv", "u,a,b\n甲,+-1,2\n"),
    "hex": ("d.csv", "u,a,b\n甲,0x10,2\n"), "underscore": ("d.csv", "u,a,b\n甲,1_000,2\n"),
    "words": ("d.csv", "u,a,b\n甲,约三百,2\n"), "excel error": ("d.csv", "u,a,b\n甲,#DIV/0!,2\n"),
    "date as number": ("d.csv", "u,a,b\n甲,2025-01-02,2\n"), "duplicate unit": ("d.csv", "u,a,b\n甲,1,2\n甲,1,2\n"),
    "unit empty": ("d.csv", "u,a,b\n,1,2\n"), "too many cells": ("d.csv", "u,a,b\n甲,1,2,3,4\n"),
    "empty file": ("d.csv", ""), "only blank lines": ("d.csv", "\n\n\n"), "header only twice": ("d.csv", "u,a,a\n甲,1,2\n"),
    "no column": ("d.csv", "u,x,y\n甲,1,2\n"), "open quote": ("d.csv", "u,a,b\n\"甲,1,2\n"),
    "quote inside": ("d.csv", "u,a,b\n甲,\"1\"2,2\n"), "zero byte": ("d.csv", b"u,a,b\n\xe7\x94\xb2,1\x00,2\n"),
    "binary": ("d.csv", bytes(range(256)) * 20), "png as csv": ("d.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
    "broken utf-8": ("d.csv", b"u,a,b\n\xff\xff\xff,1,2\n"), "long line": ("d.csv", long_line),
    "text as xlsx": ("d.xlsx", "u,a,b\n甲,1,2\n"), "cut xlsx": ("d.xlsx", b"PK\x03\x04" + b"\x00" * 100),
    "zip bomb": ("d.xlsx", big_zip), "formula": ("d.xlsx", formula), "date cell": ("d.xlsx", date_cell),
    "text as xls": ("d.xls", "u,a,b"), "cut xls": ("d.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    "cut parquet": ("d.parquet", parquet_cut), "text as parquet": ("d.parquet", "u,a,b"),
    "broken json": ("d.jsonl", '{"u": "甲", "a": 1\n'), "json list": ("d.jsonl", "[1, 2]\n"),
    "deep json": ("d.jsonl", "[" * 100_000 + "\n"), "json NaN": ("d.jsonl", '{"u": "甲", "a": NaN, "b": 2}\n'),
    "unknown kind": ("d.pdf", "%PDF-1.7"), "absent": ("none.csv", lambda path: None),
    "folder": ("d.csv", lambda path: path.mkdir()), "outside": ("../d.csv", lambda path: None),
    "minus zero words": ("d.csv", "u,a,b\n甲,-零,2\n"), "carriage returns": ("d.csv", b"u,a,b\r\xe7\x94\xb2,x,2\r"),
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_nasty_files_are_refused_with_their_place(
    name: str, tmp_path: Path, zhengheng: Command
) -> None:
    assert len(NASTY) >= 40
    file, content = NASTY[name]
    data = tmp_path / "data"
    data.mkdir()
    if callable(content):
        content(data / file)
    else:
        (data / file).write_bytes(content.encode() if isinstance(content, str) else content)
    write(tmp_path / "book")
    plan = json.loads(json.dumps(WIDE))
    for source in plan["sources"]:
        source["file"] = file
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(plan, allow_unicode=True))
    done = zhengheng(
        "score",
        tmp_path / "book",
        "--intake",
        tmp_path / "m.yaml",
        "--data",
        data,
        "--out",
        tmp_path / "out",
    )
    assert done.returncode == 4, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    assert Path(file).name in done.stderr
    assert not (tmp_path / "out").exists()


def test_minus_zero_is_zero(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "d.csv").write_text("u,a,b\n甲,-0.00,2\n")
    assert values(read_files(mapping(), book, tmp_path))["甲", "A"] == 0


def test_rejected_rows_come_back_in_their_layout(tmp_path: Path, zhengheng: Command) -> None:
    (tmp_path / "d.csv").write_text("u,a,b,电话\n甲,x,2,000123\n乙,1,2,000124\n")
    write(tmp_path / "book")
    plan = json.loads(json.dumps(WIDE))
    plan["sources"][1]["personal"] = {"电话": "drop"}
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(plan, allow_unicode=True))
    done = zhengheng(
        "score",
        tmp_path / "book",
        "--intake",
        tmp_path / "m.yaml",
        "--data",
        tmp_path,
        "--out",
        tmp_path / "o",
        "--keep-rejects",
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "o" / "rejects" / "d.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["u", "a", "b", "错误 error"]
    assert rows[1][:3] == ["甲", "x", "2"]
    assert "不是数字" in rows[1][3]
    assert "000123" not in (tmp_path / "o" / "rejects" / "d.csv").read_text(encoding="utf-8-sig")


def test_personal_columns_are_hashed_or_gone() -> None:
    row = {"name": "林某甲", "phone": "000", "unit": "甲"}
    kept = protect(row, {"name": "drop", "phone": "hash"}, b"k")
    assert set(kept) == {"phone", "unit"}
    assert kept["phone"] != "000"
    assert kept == protect(row, {"name": "drop", "phone": "hash"}, b"k")
    assert kept["phone"] != protect(row, {"phone": "hash"}, b"other")["phone"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a = '1'", True), ("a = 1", True), ("a != '2' and n > 3", True), ("not (n <= 4)", True), ("n in (1, 5)", True),
     ("e is empty", True), ("a is not empty or n = 9", True), ("n < 5", False), ("a in ('x')", False)],
)  # fmt: skip
def test_filters(text: str, expected: bool) -> None:
    row = {"a": "1", "n": "5", "e": ""}
    assert parse_filter(text, frozenset(row), "f")(row) is expected


@pytest.mark.parametrize(
    "text",
    ["a", "a =", "x = 1", "a = 1 and", "(a = 1", "a ; 1", "__import__('os')", "a = b", "a = 1 2"],
)
def test_filters_refuse_everything_else(text: str) -> None:
    with pytest.raises(DataError):
        parse_filter(text, frozenset({"a", "b"}), "f")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_a_filter_never_does_anything_but_parse_or_refuse(text: str) -> None:
    try:
        parse_filter(text, frozenset({"a"}), "f")
    except ZhenghengError:
        return


@pytest.mark.parametrize(
    "text",
    [
        "purpose: x\n",
        "sources: []\n",
        "purpose: x\nsources: [{file: a, rolle: unit}]\n",
        "- 1\n",
        "purpose: [\n",
    ],
)
def test_a_bad_mapping_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(DataError) as caught:
        load_mapping(tmp_path / "m.yaml")
    assert all(problem.where.startswith("m.yaml") for problem in caught.value.problems)


def test_orders_become_rates_and_excluded_ones_leave_every_count(tmp_path: Path) -> None:
    counts = {
        c: {
            "code": c,
            "name": c,
            "decimals": 0,
            "frequency": "month",
            "absent": "zero",
            "absent_reason": "计数",
        }
        for c in ("N", "D")
    }
    rate = {"code": "A", "name": "率", "owner": "o", "method": {"kind": "ratio", "target": 100},
            "parts": {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100}}  # fmt: skip
    book, _ = load_rulebook(write(tmp_path / "b", None, A=rate, **counts))
    (tmp_path / "o.csv").write_text(
        "单位,日期,解决,剔除\n甲,2025-01-03,是,\n甲,2025-02-03,否,\n甲,2025-02-04,是,X1\n"
    )
    plan = {"purpose": "t", "sources": [{
        "file": "o.csv", "role": "fact",
        "columns": {"u": {"column": "单位"}, "d": {"column": "日期", "type": "date"}, "s": {"column": "解决"}, "x": {"column": "剔除"}},
        "measures": [
            {"indicator": "D", "unit": "u", "date": "d", "frequency": "month", "exclude": "x is not empty"},
            {"indicator": "N", "unit": "u", "date": "d", "frequency": "month", "where": "s = '是'", "exclude": "x is not empty"},
        ],
    }]}  # fmt: skip
    facts = read_files(mapping(plan), book, tmp_path)
    held = {
        (r["indicator"], str(r["period"])): r["value"]
        for r in facts.tables["observation"].to_pylist()
    }
    assert held == {("D", "2025-01-31"): 1, ("D", "2025-02-28"): 1, ("N", "2025-01-31"): 1}


READINGS = {"purpose": "t", "sources": [{
    "file": "r.csv", "role": "fact",
    "columns": {"u": {"constant": "甲"}, "d": {"column": "day", "type": "date"}, "v": {"column": "v", "type": "number"},
                "k": {"column": "k", "type": "integer"}, "t": {"column": "t"}},
    "measures": [
        {"indicator": "S", "unit": "u", "date": "d", "frequency": "month", "value": "sum", "of": "v"},
        {"indicator": "K", "unit": "u", "date": "d", "frequency": "month", "value": "sum", "of": "k"},
        {"indicator": "N", "unit": "u", "date": "d", "frequency": "month"},
    ],
}]}  # fmt: skip


def readings(folder: Path, rows: list[tuple[str, str, str]], change: str = "") -> Facts:
    """Readings of one unit taken in; `change` is one replacement in the mapping, written a → b."""
    parts = {code: {"code": code, "name": code, "decimals": digits, "frequency": "month"}
             for code, digits in (("S", 4), ("N", 0), ("K", 0))}  # fmt: skip
    book, _ = load_rulebook(write(folder / "b", **parts))
    lines = ["day,v,k,t", *(f"{day},{number},{whole},x" for day, number, whole in rows)]
    (folder / "r.csv").write_text("\n".join(lines))
    plan = json.dumps(READINGS, ensure_ascii=False)
    if change:
        old, new = change.split(" → ")
        assert old in plan
        plan = plan.replace(old, new)
    return read_files(mapping(json.loads(plan)), book, folder)


@given(st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_a_column_summed_keeps_every_digit(numbers: list[int]) -> None:
    with TemporaryDirectory() as folder:
        rows = [(f"2025-01-{place + 1:02}", str(Decimal(n).scaleb(-4)), str(n)) for place, n in enumerate(numbers)]  # fmt: skip
        held = values(readings(Path(folder), rows))
    assert held == {("甲", "S"): sum(numbers), ("甲", "K"): sum(numbers), ("甲", "N"): len(numbers)}


def test_digits_that_a_sum_cannot_keep_are_rounded_and_counted(tmp_path: Path) -> None:
    facts = readings(tmp_path, [("2025-01-01", "0.00005", "1"), ("2025-01-01", "0.1", "2")])
    assert values(facts)["甲", "S"] == 1001
    assert [warning.code for warning in facts.warnings].count("number.rounded") == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ('"of": "v" → "of": "t"', "measure.type"),
        ('"of": "v" → "of": "w"', "measure.column"),
        ('"of": "v" → "of": ""', "measure.column"),
        ('"date": "d" → "date": "t"', "measure.type"),
        ('"column": "t"} → "column": "t", "personal": "hash"}, "z": {}', ""),
        ('{"constant": "甲"} → {"column": "t", "personal": "hash"}', "measure.column"),
        ('"indicator": "N" → "indicator": "ABSENT"', "indicator.unknown"),
    ],
)
def test_a_measure_that_cannot_be_is_refused(tmp_path: Path, change: str, code: str) -> None:
    rows = [("2025-01-01", "0.5", "1")]
    if not code:
        assert values(readings(tmp_path, rows, change))
        return
    with pytest.raises(DataError) as caught:
        readings(tmp_path, rows, change)
    assert caught.value.problems[0].code == code


def test_measures_of_one_indicator_add_up(tmp_path: Path) -> None:
    facts = readings(tmp_path, [("2025-01-01", "1", "5")], '"indicator": "N" → "indicator": "K"')
    assert values(facts) == {("甲", "S"): 10000, ("甲", "K"): 6}


def test_a_fraction_is_no_whole_number_and_a_sum_has_bounds(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        readings(tmp_path, [("2025-01-01", "1", "1.5")])
    assert (caught.value.problems[0].where, caught.value.problems[0].code) == (
        "r.csv:2",
        "row.integer",
    )
    rows = [("2025-01-01", "1", "9" * 14)] * 20
    with pytest.raises(DataError) as caught:
        readings(tmp_path / "again", rows)
    assert caught.value.problems[0].code == "measure.number.range"
    assert "K" in caught.value.problems[0].en


def test_rows_of_other_indicators_are_left_out_by_the_map_too(
    tmp_path: Path, book: Rulebook
) -> None:
    (tmp_path / "d.csv").write_text("u,k,v\n甲,第一,1\n甲,别的,2\n")
    plan = {"purpose": "t", "sources": [
        {"file": "d.csv", "role": "observation", "unit": "u", "period": {"constant": "2025"}, "value": "v",
         "indicator": {"column": "k", "map": {"第一": "A"}}}]}  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_files(mapping(plan), book, tmp_path)
    assert [(one.where, one.code) for one in caught.value.problems] == [("d.csv:3", "row.map")]
    facts = read_files(mapping(plan, only_known_indicators=True), book, tmp_path)
    assert (values(facts), facts.files[0].skipped) == ({("甲", "A"): 100}, 1)


@pytest.mark.parametrize(("direction", "row", "taken"), [
    ("up", "甲,20,10", True), ("up", "甲,10,20", False), ("up", "甲,10,10", False), ("up", "甲,8,", False),
    ("down", "甲,10,20", True), ("down", "甲,20,10", False), ("down", "甲,,40", True),
])  # fmt: skip
def test_a_target_against_the_direction_is_no_target(
    direction: str, row: str, taken: bool, tmp_path: Path
) -> None:
    """The rulebook's own numbers stand in for what a row leaves out."""
    ends = {"base": 10, "target": 20} if direction == "up" else {"base": 20, "target": 10}
    a = {"code": "A", "name": "甲", "owner": "o", "direction": direction, "method": {"kind": "growth", **ends}}  # fmt: skip
    book = load_rulebook(write(tmp_path / "book", A=a))[0]
    (tmp_path / "d.csv").write_text("u\n甲\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text(f"u,t,b\n{row}\n", encoding="utf-8")
    target = {"file": "t.csv", "role": "target", "unit": "u", "indicator": {"constant": "A"},
              "period": {"constant": "2025"}, "kinds": {"target": "t", "base": "b"}}  # fmt: skip
    plan = mapping({**WIDE, "sources": [WIDE["sources"][0], target]})
    if taken:
        assert read_files(plan, book, tmp_path).tables["target"].num_rows
        return
    with pytest.raises(DataError) as refused:
        read_files(plan, book, tmp_path)
    assert [(one.where, one.code) for one in refused.value.problems] == [("t.csv:2", "row.target.direction")]  # fmt: skip

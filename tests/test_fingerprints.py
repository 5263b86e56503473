"""What the fingerprints of a rulebook say: the same rules are the same however they are listed, other rules are others."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.generate import PERIOD, facts_for, rulebooks
from tests.test_scheme import change, write
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.sample.rulebooks import department_rulebook
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.excel_read import read_workbook
from zhengheng.scheme.fingerprint import (
    MAPS,
    WORDS,
    data_fingerprint,
    former_fingerprint,
    wording_fingerprint,
)
from zhengheng.scheme.kinds import Shape, parts_of
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.register import check_register, publish, read_register
from zhengheng.scheme.save import save_folder


def test_wording_and_numbers_have_their_own_fingerprints(tmp_path: Path) -> None:
    book, _ = load_rulebook(write(tmp_path / "a"))
    renamed, _ = load_rulebook(write(tmp_path / "b", **change("A", name="改名")))
    retargeted, _ = load_rulebook(
        write(tmp_path / "c", **change("A", method={"kind": "ratio", "target": 11}))
    )
    assert data_fingerprint(book) == data_fingerprint(renamed) != data_fingerprint(retargeted)
    assert len({wording_fingerprint(b) for b in (book, renamed, retargeted)}) == 3


def test_the_kind_of_method_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    one, _ = load_rulebook(write(tmp_path / "a", **change("B", method={"kind": "min_max"})))
    two, _ = load_rulebook(write(tmp_path / "b", **change("B", method={"kind": "borda"})))
    assert data_fingerprint(one) != data_fingerprint(two)


def test_a_published_version_is_frozen(tmp_path: Path) -> None:
    book, _ = load_rulebook(write(tmp_path / "a"))
    register = tmp_path / "register.json"
    publish(book, register)
    assert list(check_register(book, read_register(register))) == []
    changed, _ = load_rulebook(write(tmp_path / "b", **change("A", name="改名")))
    assert [p.code for p in check_register(changed, read_register(register))] == [
        "register.changed"
    ]


def test_what_an_earlier_version_published_is_known_again(tmp_path: Path) -> None:
    book = department_rulebook()
    register = tmp_path / "register.json"
    entry = {"data": former_fingerprint(book), "wording": wording_fingerprint(book)}
    register.write_text(json.dumps({f"{book.code}@{book.version}": entry}))
    assert entry["data"] != data_fingerprint(book)
    assert list(check_register(book, read_register(register))) == []
    entry["data"] = "0" * 64
    register.write_text(json.dumps({f"{book.code}@{book.version}": entry}))
    assert [p.code for p in check_register(book, read_register(register))] == ["register.changed"]


SHEETS = ("指标", "类别", "分组", "单位", "权重")


@pytest.mark.parametrize("seed", range(3))
def test_rows_in_another_order_are_the_same_rules(seed: int, tmp_path: Path) -> None:
    """In a folder and in a workbook whose rows were sorted in some other way."""
    book = department_rulebook()
    save_folder(book, tmp_path / "yaml")
    file = tmp_path / "b.xlsx"
    write_workbook(book, file)
    workbook = load_workbook(file)
    for title in SHEETS:
        page = workbook[title]
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]
        Random(seed).shuffle(rows)
        for number, row in enumerate(rows, 3):
            for column, value in enumerate(row, 1):
                page.cell(number, column).value = value
    workbook.save(file)
    folder, turned = load_rulebook(tmp_path / "yaml")[0], read_workbook(file)[0]
    assert [one.code for one in turned.categories] != [one.code for one in folder.categories]
    assert data_fingerprint(turned) == data_fingerprint(folder) == data_fingerprint(book)
    assert wording_fingerprint(turned) != wording_fingerprint(book), (
        "people read them in their order"
    )


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_has_the_same_fingerprint_gives_the_same_results(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    facts = data.draw(facts_for(book))
    held = json.loads(book.model_dump_json(by_alias=True))
    for name in ("indicators", "categories", "adjustments"):
        held[name] = data.draw(st.permutations(held[name]))
    other = Rulebook.model_validate_json(json.dumps(held), strict=True)
    assert data_fingerprint(other) == data_fingerprint(book)
    one, two = (make_run(each, facts, PERIOD, OracleEngine()) for each in (book, other))
    assert one.id == two.id
    assert one.results.digest() == two.results.digest()


@pytest.mark.parametrize(
    "codes", [("budget", "procedure"), ("status", "home"), ("name", "reason"), ("topics", "cases")]
)
def test_codes_that_are_called_like_fields_count(codes: tuple[str, str], tmp_path: Path) -> None:
    """Weights, denominators and coefficients swapped between indicators whose codes are also words of the format."""
    one, two = codes

    def made(first: Any, second: Any, place: str) -> Rulebook:
        rules: dict[str, Any] = {
            "tree": {"code": "total", "name": "t", "children": ["A", "B", one, two], "weights": "relative"},
            "weights": [{"from": "2025-01-01", "table": {"A": 1, "B": 1, one: 1, two: 1}}],
        }  # fmt: skip
        held = {code: {"code": code, "name": code, "method": {"kind": "direct", "scale": 100}} for code in codes}  # fmt: skip
        if place == "weights":
            rules["weights"][0]["table"] |= {one: first, two: second}
        elif place == "parts":
            held |= change(
                "A", parts={"numerator": {"B": 1}, "denominator": {one: first, two: second}}
            )
        else:
            rules["coefficients"] = [{"of": "A", "units": {one: first, two: second}, "reason": "r"}]
        return load_rulebook(write(tmp_path / f"{place}{first}", rules, **held))[0]

    for place in ("weights", "parts", "coefficients"):
        assert data_fingerprint(made(1, 2, place)) != data_fingerprint(made(2, 1, place)), place


def test_the_fingerprint_knows_every_map_of_the_model() -> None:
    found: set[str] = set()

    def walk(name: str, shape: Shape | None, seen: tuple[Any, ...]) -> None:
        if shape is None or shape.model in seen:
            return
        if shape.kind == "map":
            found.add(name)
        for one in (shape.inner, *shape.members):
            walk(name, one, seen)
        for part, one in parts_of(shape.model).items() if shape.model else ():
            if part not in WORDS | {"defaults"}:
                walk(part, one, (*seen, shape.model))

    walk("", Shape("model", model=Rulebook), ())
    assert found == MAPS

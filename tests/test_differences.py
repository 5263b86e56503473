"""What two rulebooks differ in, said in words for every field that the model has."""

import json
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests import conftest
from tests.test_scheme import change, write
from zhengheng.sample.rulebooks import department_rulebook
from zhengheng.scheme.base import Text
from zhengheng.scheme.compare import differences
from zhengheng.scheme.excel_words import heading, worded
from zhengheng.scheme.kinds import Shape
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.sheets import sheets

ROOT = Shape("model", model=Rulebook)
TURNS = 24
"""As many books as the longest list of choices is long: each choice stands in one of them."""


def document(shape: Shape, turn: int, depth: int = 0) -> Any:
    """A value that a place admits, with everything said that can be said there; codes are K1, words 甲."""
    match shape.kind:
        case "model":
            return {name: document(part, turn, depth + 1) for name, part in shape.parts.items()}
        case "either":
            members = [one for one in shape.members if one.scalar or depth < 9]
            return document(members[turn % len(members)], turn, depth)
        case "list":
            assert shape.inner
            entries = shape.limits.get("min_length", 1)
            return [document(shape.inner, turn + more, depth + 1) for more in range(entries)]
        case "map":
            assert shape.inner
            assert shape.keys
            return {str(document(shape.keys, turn)): document(shape.inner, turn, depth + 1)}
        case "choice":
            return shape.choices[turn % len(shape.choices)]
        case "yes_no":
            return not shape.default
        case "day":
            return f"2026-01-{turn + 1:02}"
        case "number" | "integer":
            low = int(shape.limits.get("ge", shape.limits.get("gt", -1) + 1))
            most = int(shape.limits.get("le", 99))
            number = low + turn % (most - low + 1)
            return (
                number if shape.kind == "integer" else str(max(number, 1) if most == 1 else number)
            )
        case "nothing":
            return None
    pattern = shape.limits.get("pattern", "")
    if "\\d" in pattern:
        return f"01-{turn + 1:02}" if "{2}" in pattern else str(turn)
    return "K1" if {"pattern", "max_length"} & shape.limits.keys() else f"甲{turn}"


def book(turn: int) -> Rulebook:
    return Rulebook.model_validate_json(json.dumps(document(ROOT, turn)))


def least() -> Rulebook:
    held = {
        "code": "K1", "title": "甲", "effective_from": "2026-01-01", "categories": [{"code": "K2", "name": "乙"}],
        "tree": {"code": "K3", "name": "丙", "children": ["K4"]},
        "weights": [{"from": "2026-01-01", "table": {"K4": "1"}}],
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(held))


BOOKS = [book(turn) for turn in range(TURNS)]


@pytest.mark.parametrize(
    ("before", "after"), [*((least(), one) for one in BOOKS), *pairwise(BOOKS)]
)
def test_no_key_of_the_model_is_shown_as_it_is_written(before: Rulebook, after: Rulebook) -> None:
    for old, new in ((before, after), (after, before)):
        for line in differences(old, new, "zh"):
            assert not re.search(r"[a-z_]", line), line
        for line in differences(old, new, "en"):
            assert "_" not in line, line
            assert not re.search(r"[一-鿿]", re.sub(r"[甲乙丙]\d*", "", line)), line


def test_a_rulebook_differs_in_nothing_from_itself() -> None:
    for one in BOOKS:
        assert differences(one, one, "zh") == ["没有差别。"]
        assert differences(one, one, "en") == ["no difference"]


def test_a_worked_example_says_what_it_expects_in_words() -> None:
    held = json.loads(least().model_dump_json(by_alias=True))
    held["cases"] = [
        {"name": "例", "period": "2026", "expect": {"total": "90", "rank": "1", "light:K4": "met"}}
    ]
    after = Rulebook.model_validate_json(json.dumps(held))
    assert (
        "应得 › 总分：90；例 › 应得 › 名次：1；例 › 应得 › 亮灯：K4：绿灯"
        in differences(least(), after, "zh")[0]
    )
    assert "expect › total: 90; 例 › expect › rank: 1; 例 › expect › light: K4: met" in differences(least(), after, "en")[0]  # fmt: skip


def test_what_equals_the_usual_is_changed_and_does_not_come_from_nowhere(tmp_path: Path) -> None:
    """Settings left out hold as they usually do: a diff names both sides."""
    old, _ = load_rulebook(write(tmp_path / "a"))
    new, _ = load_rulebook(write(tmp_path / "b", **change("A", digits=3, frequency="month", method={"kind": "ratio", "target": 10, "cap": "1.2"})))  # fmt: skip
    told = differences(old, new, "zh")
    assert {line.rpartition("›")[2].strip() for line in told[:-1]} == {"频率：年 改为 月", "封顶：1 改为 1.2", "得分小数位：2 改为 3"}  # fmt: skip
    assert all(line.startswith("修改") for line in told[:-1])
    back = differences(new, old, "zh")
    assert not [line for line in back if line.startswith(("新增", "删除"))]
    assert "封顶：1.2 改为 1" in "".join(back)
    other, _ = load_rulebook(write(tmp_path / "c", **change("A", method={"kind": "direct", "scale": 50})))  # fmt: skip
    assert any(line.startswith("新增") and "scale" not in line for line in differences(old, other, "zh"))  # fmt: skip


def test_a_code_is_called_by_what_it_stands_for_at_its_place(tmp_path: Path) -> None:
    """An indicator may have the code of a unit; who is responsible is known to the organisation alone."""
    old, _ = load_rulebook(write(tmp_path / "a"))
    new, _ = load_rulebook(write(tmp_path / "b", **change("A", owner="D25")))
    name = next(one.name.zh for one in old.indicators if one.code == "A")
    told = differences(old, new, "zh", {"A": Text(zh="某局", en="A bureau"), "D25": Text(zh="水务局", en="Water")})  # fmt: skip
    assert f"A {name}" in told[0]
    assert "某局" not in told[0]
    assert told[0].endswith("D25 水务局")


def test_weights_are_of_indicators_and_by_categories_where_both_have_one_code(
    tmp_path: Path,
) -> None:
    """Every department may be a category of its own, with a code that an indicator has too."""
    old, _ = load_rulebook(write(tmp_path / "a"))
    category, indicator = old.categories[0], old.indicators[0]
    table = old.weights[0].model_copy(update={"table": {**old.weights[0].table, indicator.code: {category.code: Decimal(7)}}})  # fmt: skip
    both = old.model_copy(update={"categories": (*old.categories, category.model_copy(update={"code": indicator.code, "name": Text(zh="某局类")}))})  # fmt: skip
    told = differences(both, both.model_copy(update={"weights": (table,)}), "zh")
    (line,) = (one for one in told if "权重" in one and "：" in one and category.name.zh in one)
    assert f"{indicator.code} {indicator.name.zh}" in line
    assert "某局类" not in line


def test_a_split_of_a_unit_is_no_split_of_a_year(tmp_path: Path) -> None:
    old, _ = load_rulebook(write(tmp_path / "a"))
    event = {"date": date(2025, 7, 1), "kind": "split", "unit": "B05", "data": "anew", "heirs": ({"unit": "B07", "share": Decimal(1)},)}  # fmt: skip
    new = type(old).model_validate({**old.model_dump(by_alias=True), "succession": (event,)})
    told = " ".join(differences(old, new, "zh"))
    assert "分设" in told
    assert "分段计算" not in told


WORDS = {
    "indicators/#0/parts/minimum": "分母下限", "indicators/#0/fill/minimum": "最少单位数", "matrix/#0/minimum": "最少人数",
    "indicators/#0/method/knots/#0/share": "得分比例", "tree/coverage/share": "比例下限", "succession/#0/heirs/#0/share": "份额",
    "tree/coverage/below": "不足时", "grading/gates/#0/below": "低于", "indicators/#0/method/below": "低于最低档",
    "indicators/#0/method/steps/#0/at": "界值", "procedure/steps/#0/step": "环节", "warnings/#0/step": "阶梯", "succession/#0/years": "连续年数承继",
}  # fmt: skip


@pytest.mark.parametrize("path", WORDS)
def test_the_word_of_a_part_depends_on_what_it_is_part_of(path: str) -> None:
    assert heading(path, inside="rulebook").split("·")[-1] == WORDS[path]


def test_the_form_and_the_reference_say_the_same_words() -> None:
    """Every column of the form under the word that the reference page has for it."""
    page = (conftest.ROOT / "docs/reference/rulebook-fields.md").read_text(encoding="utf-8")
    methods = (conftest.ROOT / "docs/reference/scoring-methods.md").read_text(encoding="utf-8")
    for sheet in sheets():
        for key in sheet.keys:
            parts = [part for part in key.split("/") if not part.startswith(("#", "@"))]
            if len(parts) != 1 or sheet.shape(key) is None or key in {"indicator", "*", "child", "table"} or sheet.kind == "settings" or (sheet.kind, key) in {("tree", "parent"), ("tree", "kind")}:  # fmt: skip
                continue
            row = f"| `{parts[0]}` | {sheet.heading(key)} |"
            assert row in page or row in methods, (sheet.title, key, sheet.heading(key))


def test_a_new_version_of_the_same_rules_changes_no_rule() -> None:
    book = department_rulebook()
    table = book.weights[-1]
    later = book.model_copy(update={
        "version": "2030", "effective_from": date(2030, 1, 1), "weights": (table.model_copy(update={"from_": date(2030, 1, 1)}),),
    })  # fmt: skip
    assert differences(book, later, "zh")[-1] == "计分规则未变（只有版本、状态或日期不同）。"
    other = {**table.table, next(iter(table.table)): Decimal(1)}
    moved = later.model_copy(update={"weights": (later.weights[0].model_copy(update={"table": other}),)})  # fmt: skip
    assert differences(book, moved, "zh")[-1] == "计分口径有变化，得分可能变动。"


def test_a_table_of_weights_that_goes_is_one_short_line() -> None:
    book = department_rulebook()
    table = book.weights[-1]
    first = table.model_copy(update={"from_": date(2020, 1, 1)})
    middle = table.model_copy(update={"from_": date(2020, 7, 1)})
    before = book.model_copy(update={"weights": (first, middle)})
    after = book.model_copy(update={"weights": (first,)})
    gone = [line for line in differences(before, after, "zh") if line.startswith("删除")]
    assert gone == [f"删除 权重 › 2020-07-01：权重表，共 {len(table.table)} 项"]


def test_an_english_diff_has_english_words_for_every_key_and_quotes_what_is_chinese() -> None:
    """Keys of which an official would have to know what the program means by them have words of their own."""
    keys = {"known_from": "known since", "late": "share earned when late", "undefined": "where there is no result", "lag_days": "days until it is released"}  # fmt: skip
    assert {key: worded(key, "en") for key in keys} == keys
    before, after = least(), least()
    after = after.model_copy(update={"known_from": date(2025, 3, 1), "source": "市政府办公室通知"})  # fmt: skip
    said = differences(before, after, "en")
    assert any(line.startswith("added known since: 2025-03-01") for line in said), said
    assert any("“市政府办公室通知”" in line for line in said), said
    assert not any("“" in line for line in differences(before, after, "zh"))

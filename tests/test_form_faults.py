"""Faults of a rulebook's workbook or file in the words of those who write it, and drop-downs that offer all there is."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.test_scheme import change as change_of
from tests.test_scheme import write
from zhengheng.domain.problems import RulebookError
from zhengheng.sample.rulebooks import street_rulebook
from zhengheng.scheme.choice_words import words_of
from zhengheng.scheme.excel import write_form, write_workbook
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.kinds import parts_of
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Node
from zhengheng.scheme.yaml_source import parse_yaml
from zhengheng.scoring.check import check, load_checked


@pytest.fixture
def form(tmp_path: Path) -> Path:
    write_workbook(load_rulebook(write(tmp_path / "rules"))[0], tmp_path / "rules.xlsx")
    return tmp_path / "rules.xlsx"


def faults(form: Path, change: Any) -> list[tuple[str, str, str]]:
    held = load_workbook(form)
    change(held)
    held.save(form)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(form)
    return [(one.where.partition("!")[2], one.code, one.zh) for one in caught.value.problems]


def drop_down(book: Any, title: str, head: str) -> list[str]:
    page = book[title]
    letter = next(cell.column_letter for cell in page[1] if cell.value == head)
    rule = next(str(one.formula1) for one in page.data_validations.dataValidation if f"{letter}3" in one.sqref)  # fmt: skip
    if not rule.startswith("选项!"):
        return rule.strip('"').split(",")
    return [cell.value for (cell,) in book["选项"][rule.split("!")[1].replace("$", "")]]


def test_a_drop_down_offers_every_kind_of_what_can_be_several_things(tmp_path: Path) -> None:
    write_form(tmp_path / "form.xlsx")
    book = load_workbook(tmp_path / "form.xlsx")
    methods = [words_of("kind", one.parts["kind"].choices[0])[0] for one in parts_of(Indicator)["method"].members]  # fmt: skip
    assert len(methods) > 10
    for title in ("指标", "年中调整", "共用设定"):
        assert drop_down(book, title, "计分·类型") == methods, title
    rescale = [words_of("kind", one.parts["kind"].choices[0])[0] for one in parts_of(Node)["rescale"].members]  # fmt: skip
    head = next(cell.value for cell in book["指标树"][1] if str(cell.value).startswith("组内折算") and "类型" in str(cell.value))  # fmt: skip
    assert len(rescale) > 1
    assert drop_down(book, "指标树", head) == rescale


@pytest.mark.parametrize("title", ["基本信息", "指标", "类别", "指标树", "权重", "等次"])
def test_a_missing_sheet_is_the_one_fault(title: str, tmp_path: Path) -> None:
    """What the other sheets say of it is right, and no fault of theirs."""
    file = tmp_path / "b.xlsx"
    write_workbook(street_rulebook(), file)
    (found,) = faults(file, lambda book: book.__delitem__(title))
    assert found[:2] == (title, "sheet.absent")
    assert f"缺少工作表“{title}”" in found[2]


def test_a_sheet_without_its_head_is_the_one_fault(tmp_path: Path) -> None:
    file = tmp_path / "b.xlsx"
    write_workbook(street_rulebook(), file)
    (found,) = faults(file, lambda book: book["指标"].delete_rows(1, 2))
    assert found[:2] == ("指标", "sheet.header")


def test_beside_a_missing_sheet_independent_faults_are_told(tmp_path: Path) -> None:
    file = tmp_path / "b.xlsx"
    write_workbook(street_rulebook(), file)

    def change(book: Any) -> None:
        del book["指标树"]
        page = book["等次"]
        head = [cell.value for cell in page[2]].index("at_least") + 1
        page.cell(3, head).value = "九十"

    assert {code for _, code, _ in faults(file, change)} == {"sheet.absent", "field.number"}


BROKEN: dict[str, tuple[str, str, str]] = {
    "an open bracket": ("rulebook.yaml", "\nx: [\n", "yaml.syntax"),
    "an anchor": ("rulebook.yaml", "\nx: &a 1\n", "yaml.anchor"),
    "a key twice": ("rulebook.yaml", "\ncode: again\n", "yaml.duplicate"),
    "an indicator cut off": ("indicators/A.yaml", "\nx: [\n", "yaml.syntax"),
    "a key of an indicator twice": ("indicators/A.yaml", "\ncode: A\n", "yaml.duplicate"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_the_one_fault_beside_those_of_other_files(
    name: str, tmp_path: Path
) -> None:
    place, more, code = BROKEN[name]
    folder = write(tmp_path, **change_of("B", method={"kind": "ratio", "target": "x"}))
    (folder / place).write_text((folder / place).read_text(encoding="utf-8") + more)
    with pytest.raises(RulebookError) as caught:
        load_checked(folder)
    found = {(p.where.rpartition(":")[0], p.code) for p in caught.value.problems}
    assert found == {(place, code), ("indicators/B.yaml", "field.number")}


def test_an_empty_file_is_the_one_fault(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "indicators" / "A.yaml").write_text("# nothing\n")
    with pytest.raises(RulebookError) as caught:
        load_checked(folder)
    assert [(p.where, p.code) for p in caught.value.problems] == [
        ("indicators/A.yaml", "indicator.empty")
    ]


def test_a_deleted_row_of_keys_is_no_hidden_row_of_data(form: Path) -> None:
    found = faults(form, lambda book: book["指标"].delete_rows(2))
    assert ("指标!A2", "sheet.keys") in [one[:2] for one in found]
    assert "row.hidden" not in [code for _, code, _ in found]


def test_a_clock_that_is_none_is_answered_with_those_there_are(form: Path) -> None:
    def change(book: Any) -> None:
        page = book["时限"]
        heads = {cell.value: cell.column for cell in page[1]}
        page.cell(3, heads["事项"]).value = "nonsense"
        for head, value in (("时长", 5), ("单位", "工作日")):
            if head in heads:
                page.cell(3, heads[head]).value = value

    said = next(zh for where, _, zh in faults(form, change) if where == "时限!A3")
    assert "听证通知" in said
    assert "报送数据" in said


def test_what_is_no_method_is_called_by_its_own_word(form: Path) -> None:
    def change(book: Any) -> None:
        page = book["指标"]
        place = next(cell.column for cell in page[1] if cell.value == "计分·类型")
        page.cell(3, place).value = "随便法"

    said = [zh for _, _, zh in faults(form, change) if "不是计分方法" in zh]
    assert said
    assert "“随便法”" in said[0]


def test_an_unknown_code_among_the_weights_is_told_at_the_code(form: Path) -> None:
    def change(book: Any) -> None:
        page = book["权重"]
        place = next(cell.column for cell in page[1] if cell.value == "指标或维度")
        page.cell(4, place).value = "NOBODY"

    found = faults_of_weights(form, change)
    assert ("权重!C4", "weights.unknown") in found


def faults_of_weights(form: Path, change: Any) -> list[tuple[str, str]]:
    from zhengheng.scoring.check import check, load_checked

    held = load_workbook(form)
    change(held)
    held.save(form)
    return [(one.where.partition("!")[2], one.code) for one in check(*load_checked(form))]


@pytest.mark.parametrize(
    ("text", "word"),
    [("a: @b", "引号"), ("a: 1\n---\nb: 2", "---"), ("a: b: c", "冒号"), ("a:\n\tb: 1", "制表符"), ("a:\n  b: 1\n\tc: 2\n", "制表符"), ("a: 1\n \tb: 2\n", "制表符"), ("a:\n\t- x\n\t- y\n", "制表符"), ("a: [1", "括号"), ('a: "b', "引号")],
)  # fmt: skip
def test_a_slip_in_a_file_is_said_in_words(text: str, word: str) -> None:
    with pytest.raises(RulebookError) as caught:
        parse_yaml(text, "m.yaml")
    (problem,) = caught.value.problems
    assert word in problem.zh
    assert not problem.zh.isascii()
    assert "token" not in problem.zh + problem.en


def test_units_name_their_category_and_group_as_people_call_them(form: Path) -> None:
    held = load_workbook(form)
    keys = {title: {cell.value: cell.column for cell in held[title][2]} for title in ("类别", "分组", "单位")}  # fmt: skip
    for title, name in (("类别", "乡镇"), ("分组", "一组")):
        held[title].cell(3, keys[title]["name/zh"]).value = name
    page, at = held["单位"], keys["单位"]
    for column, text in (("code", "甲"), ("name/zh", "甲镇"), ("category", "乡镇"), ("group", "一组")):  # fmt: skip
        page.cell(3, at[column]).value = text
    held.save(form)
    (unit,) = load_rulebook(form)[0].units
    assert (unit.category, unit.group) == ("c", "g")


def test_a_row_of_totals_among_the_weights_is_one_fault(form: Path) -> None:
    def change(book: Any) -> None:
        page = book["权重"]
        at = {cell.value: cell.column for cell in page[2]}
        row = page.max_row + 1
        page.cell(row, at["table"]).value = "合计"
        page.cell(row, at["*"]).value = 100

    (told,) = faults(form, change)
    assert told[1] == "field.missing"
    assert "合计行请删去" in told[2]


@pytest.fixture
def street(tmp_path: Path) -> Path:
    write_workbook(street_rulebook(), tmp_path / "street.xlsx")
    return tmp_path / "street.xlsx"


@pytest.mark.parametrize(
    ("title", "meant"),
    [("等级", "等次"), ("加减分", "加减分与否决"), ("Sheet7", "类别"), ("指标·新", "指标")],
)
def test_a_sheet_of_another_name_is_named_with_the_one_it_may_be(title: str, meant: str, street: Path) -> None:  # fmt: skip
    def change(book: Any) -> None:
        book[meant].title = title

    (found,) = faults(street, change)
    assert found[:2] == (title, "sheet.unknown")
    assert f"“{meant}”" in found[2]


def test_a_sheet_of_notes_is_named(street: Path) -> None:
    (found,) = faults(street, lambda book: book.create_sheet("随手记").append(["待核对"]))
    assert found[:2] == ("随手记", "sheet.unknown")
    assert "填写说明" in found[2]


def test_blanks_around_a_title_and_empty_sheets_are_forgiven(street: Path) -> None:
    held = load_workbook(street)
    held["加减分与否决"].title = "加减分与否决 "
    held["等次"].title = "　等次"
    held.create_sheet("Sheet1")
    held.save(street)
    assert load_rulebook(street)[0] == street_rulebook()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize("title", ["等次", "加减分与否决", "类别"])
def test_a_hidden_sheet_is_not_taken(title: str, state: str, street: Path) -> None:
    def change(book: Any) -> None:
        book[title].sheet_state = state

    (found,) = faults(street, change)
    assert found[:2] == (title, "sheet.hidden")


def test_the_other_faults_of_a_renamed_or_hidden_sheet_are_told_with_it(street: Path) -> None:
    def change(book: Any) -> None:
        book["等次"].title = "等级"
        head = [cell.value for cell in book["等级"][2]]
        book["等级"].cell(3, head.index("share_at_most") + 1).value = "多"

    assert {code for _, code, _ in faults(street, change)} == {"sheet.unknown", "field.number"}


def test_a_weight_in_percent_is_told_the_number_that_works(form: Path) -> None:
    def change(book: Any) -> None:
        cell = book["权重"]["D3"]
        cell.value, cell.number_format = 0.15, "0%"

    found = [zh for where, code, zh in faults(form, change) if code == "cell.percent"]
    assert len(found) == 1
    assert "请填 15，" in found[0]
    assert "0.95" not in found[0]


def column(page: Any, key: str) -> int:
    return next(int(cell.column) for cell in page[2] if cell.value == key)


def rows(page: Any, key: str) -> dict[Any, int]:
    """Row by what stands in a column of the form."""
    return {page.cell(row, column(page, key)).value: row for row in range(3, page.max_row + 1)}


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A tree of dimensions, each with an indicator."""
    dimensions = [{"code": code, "name": code, "children": [leaf]} for code, leaf in (("D1", "A"), ("D2", "B"))]  # fmt: skip
    tree = {"code": "total", "name": "总分", "children": dimensions}
    folder = write(tmp_path / "rules", {"tree": tree}, A={"code": "A", "name": "甲", "owner": "o", "method": {"kind": "steps", "steps": [{"at": 1, "credit": 1}]}})  # fmt: skip
    write_workbook(load_rulebook(folder)[0], tmp_path / "rules.xlsx")
    return tmp_path / "rules.xlsx"


@pytest.mark.parametrize(
    ("parents", "code", "words"),
    [({"A": None}, "tree.parent", ["A 没有写明上级"]),
     ({"D1": "D9"}, "tree.parent", ["“D9”不是"]),
     ({"B": "民生"}, "tree.parent", ["“民生”不是"]),
     ({"D1": "D2", "D2": "D1"}, "tree.circle", ["D1、D2 互为上级"]),
     ({"D2": "D2"}, "tree.circle", ["上级是它自己"]),
     ({"A": None, "B": "D8"}, "tree.parent", ["A 没有写明上级", "“D8”不是"])],
)  # fmt: skip
def test_a_wrong_parent_is_told_at_its_cell_and_makes_no_weight_wrong(
    parents: dict[str, str | None], code: str, words: list[str], deep: Path
) -> None:
    def change(book: Any) -> None:
        page = book["指标树"]
        at, held = rows(page, "code"), column(page, "parent")
        for child, parent in parents.items():
            page.cell(at[child], held).value = parent

    found = faults(deep, change)
    assert [(where[:5], kind) for where, kind, _ in found] == [("指标树!B", code)] * len(words)
    for word, (_, _, zh) in zip(words, found, strict=True):
        assert word in zh


def test_a_wrong_parent_hides_no_other_fault(deep: Path) -> None:
    def change(book: Any) -> None:
        page = book["指标树"]
        at, held = rows(page, "code"), column(page, "parent")
        page.cell(at["D1"], held).value, page.cell(at["D2"], held).value = "D2", "D1"
        named = book["指标"]
        named.cell(3, column(named, "decimals")).value = "两位"

    assert {code for _, code, _ in faults(deep, change)} == {"tree.circle", "field.whole"}


def test_a_hidden_row_is_the_one_fault_and_what_names_it_is_right(deep: Path) -> None:
    def change(book: Any) -> None:
        page = book["指标"]
        page.row_dimensions[rows(page, "code")["A"]].hidden = True

    (found,) = faults(deep, change)
    assert found[1] == "row.hidden"


def test_a_hidden_column_is_one_fault(deep: Path) -> None:
    def change(book: Any) -> None:
        page = book["权重"]
        page.column_dimensions[page.cell(2, column(page, "*")).column_letter].hidden = True

    (found,) = faults(deep, change)
    assert found[1] == "column.hidden"
    page = load_workbook(deep)["权重"]
    there = column(page, "*")
    first = next(row for row in range(3, page.max_row + 1) if page.cell(row, there).value is not None)  # fmt: skip
    assert found[0] == f"权重!{page.cell(first, there).coordinate}", (
        "the first of its cells is named"
    )


def test_each_of_two_hidden_columns_is_named_by_its_first_cell_and_other_faults_stay(deep: Path) -> None:  # fmt: skip
    """Columns whose letters differ are different faults; what is wrong beside them is told as often as it is there."""
    places: dict[str, str] = {}

    def change(book: Any) -> None:
        for name, key in (("权重", "*"), ("指标", "owner")):
            page = book[name]
            at = column(page, key)
            held = [row for row in range(3, page.max_row + 1) if page.cell(row, at).value is not None]  # fmt: skip
            letter = page.cell(2, at).column_letter
            page.column_dimensions[letter].hidden = True
            places[name] = f"{name}!{letter}{held[0]}"

    found = faults(deep, change)
    assert sorted(one[0] for one in found if one[1] == "column.hidden") == sorted(places.values())


def test_a_number_that_is_missing_is_told_at_its_indicator_with_the_sheet_it_belongs_to(form: Path) -> None:  # fmt: skip
    def change(book: Any) -> None:
        page = book["指标"]
        page.cell(rows(page, "code")["B"], column(page, "method/kind")).value = "每差一点扣分法"

    found = next(one for one in faults(form, change) if one[1] == "field.missing")
    assert found[0].startswith("指标!")
    assert "法·每差一点扣分法" in found[2]


def place_of(book: Any, title: str, row: str, key: str) -> Any:
    """The cell of a key of the form: of a row by its code, on the sheet of settings by the key alone."""
    page = book[title]
    if title == "基本信息":
        return page.cell(next(cell.row for cell in page["C"] if cell.value == key), 2)
    named = {"权重": "child"}.get(title, "code")
    return page.cell(rows(page, named)[row], column(page, key))


LARGE = "9" * 30
AT_CELLS: list[tuple[str, str, str, Any, str]] = [
    ("基本信息", "", "known_from", "昨天", "field.date"), ("类别", "rural", "name/zh", None, "field.missing"),
    ("指标", "F01", "decimals", "两位", "field.whole"), ("指标树", "F03", "parent", "NONE", "tree.parent"),
    ("基本信息", "", "ranking/key", "NONE", "dimension.unknown"), ("权重", "F02", "weight/central", 99, "weights.total"),
    ("指标", "F04", "method/target", LARGE, "number.limit"), ("等次", "good", "at_least", LARGE, "number.limit"),
    ("基本信息", "", "bonus_cap", LARGE, "number.limit"), ("基本信息", "", "light/watch", 7, "light.numbers"),
    ("基本信息", "", "light/missed", 7, "light.numbers"), ("基本信息", "", "light/by", "时间进度", "light.numbers"),
    ("类别", "rural", "not_applicable_limit", 30, "share.range"),
]  # fmt: skip
"""Faults of either stage: what is no number or date, what does not hold together, what cannot be computed with."""


@pytest.mark.parametrize(("title", "row", "key", "value", "code"), AT_CELLS)
def test_each_fault_stands_at_its_very_cell(
    title: str, row: str, key: str, value: Any, code: str, street: Path
) -> None:
    wanted = []

    def change(book: Any) -> None:
        cell = place_of(book, title, row, key)
        cell.value = value
        wanted.append(f"{title}!{cell.coordinate}")

    held = load_workbook(street)
    change(held)
    held.save(street)
    found = checked(street)
    assert (wanted[0], code) in {(one.where.partition("!")[2], one.code) for one in found}, found


def checked(file: Path) -> list[Any]:
    """What `scheme check` tells of a file."""
    try:
        return check(*load_checked(file))
    except RulebookError as error:
        return list(error.problems)


def test_faults_of_both_stages_are_told_at_once_each_at_its_cell(street: Path) -> None:
    """Neither what cannot be read nor what does not hold together hides the other, be it in one sheet or in all."""
    apart = [one for one in AT_CELLS if one[2] not in {"parent", "light/missed", "light/by"}]
    wanted: set[tuple[str, str]] = set()
    held = load_workbook(street)
    for title, row, key, value, code in apart:
        cell = place_of(held, title, row, key)
        cell.value = value
        wanted.add((f"{title}!{cell.coordinate}", code))
    held.save(street)
    found = {(one.where.partition("!")[2], one.code) for one in checked(street)}
    assert wanted <= found, wanted - found


@pytest.mark.parametrize(
    ("changes", "title", "key", "code"),
    [
        ([("基本信息", "", "missing", "按其余折算"), ("基本信息", "", "missing_reason", "复现已发布的指数")], "基本信息", "missing", "missing.renormalise"),
        ([("指标树", "hotline", "missing", "按其余折算"), ("指标树", "hotline", "reason", "复现已发布的指数")], "指标树", "missing", "missing.renormalise"),
        ([("等次", "unqualified", "at_least", 20)], "等次", "at_least", "grade.gap"),
    ],
)  # fmt: skip
def test_a_warning_has_its_cell_too(
    changes: list[tuple[str, str, str, Any]], title: str, key: str, code: str, street: Path
) -> None:
    held = load_workbook(street)
    for one in changes:
        place_of(held, *one[:3]).value = one[3]
    wanted = next(place_of(held, *one[:3]).coordinate for one in changes if one[:3:2] == (title, key))  # fmt: skip
    held.save(street)
    found = [one for one in checked(street) if one.severity == "warning"]
    assert [(one.where.partition("!")[2], one.code) for one in found] == [(f"{title}!{wanted}", code)]  # fmt: skip


def test_full_width_digits_are_digits_in_files_as_in_workbooks(tmp_path: Path) -> None:
    """In numbers, whole or not; a text keeps the signs that it has."""
    wide = write(
        tmp_path / "wide", {"bonus_cap": "２.5", "title": "１２", "weights": [{"from": "2025-01-01", "table": {"A": "６０", "B": 40}}]},
        **change_of("A", method={"kind": "ratio", "target": "１０"}, lag_days="３０"),
    )  # fmt: skip
    book = load_rulebook(wide)[0]
    assert (str(book.bonus_cap), book.title.zh, str(book.weights[0].table["A"])) == (
        "2.5",
        "１２",
        "60",
    )
    assert (str(book.indicators[0].method.target), book.indicators[0].lag_days) == ("10", 30)  # type: ignore[union-attr]

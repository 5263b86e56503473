"""Heads of a rulebook's workbook: nothing is read under another word than the one that is seen, nothing that stands
twice, and what goes on as the form's own heads do is taken."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tests.test_form_faults import faults
from zhengheng.sample.rulebooks import street_rulebook
from zhengheng.scheme.excel import write_form, write_workbook
from zhengheng.scheme.load import load_rulebook


@pytest.fixture
def form(tmp_path: Path) -> Path:
    write_workbook(street_rulebook(), tmp_path / "b.xlsx")
    return tmp_path / "b.xlsx"


def column(page: Any, head: str) -> int:
    return next(int(cell.column) for cell in page[1] if cell.value == head)


def again(page: Any, head: str, *, keyed: bool, value: Any = None) -> tuple[str, str]:
    """A column of this head behind the last one; where it stands, and where it stood."""
    old, new = column(page, head), page.max_column + 1
    page.cell(1, new).value = head
    page.cell(2, new).value = page.cell(2, old).value if keyed else None
    page.cell(3, new).value = value
    return f"{page.title}!{get_column_letter(new)}1", f"{get_column_letter(old)}1"


TWICE = {
    "指标": "计分·目标值", "权重": "全部类别", "类别": "满分", "单位": "类别", "等次": "不低于", "指标树": "上级维度",
    "时限": "时长", "合理范围": "计量单位", "法·比率法": "封顶", "机构承继": "承继单位·1·份额", "基本信息": "值",
}  # fmt: skip


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("title", TWICE)
def test_a_head_that_stands_twice_is_refused_with_both_cells(title: str, keyed: bool, form: Path) -> None:  # fmt: skip
    seen: list[tuple[str, str]] = []
    found = faults(form, lambda book: seen.append(again(book[title], TWICE[title], keyed=keyed, value=9000)))  # fmt: skip
    ((where, first),) = seen
    (said,) = [zh for place, code, zh in found if (place, code) == (where, "sheet.twice")]
    assert f"“{TWICE[title]}”在 {first} 已经写过" in said
    assert {code for _, code, _ in found} == {"sheet.twice"}


def test_a_category_that_has_two_columns_of_weights_is_refused(form: Path) -> None:
    """By its code in one and by its name in the other."""
    book = street_rulebook()
    code, name = book.categories[0].code, book.categories[0].name.zh

    def change(held: Any) -> None:
        page = held["权重"]
        for word in (code, name):
            page.cell(1, page.max_column + 1).value = word

    assert "sheet.twice" in {one for _, one, _ in faults(form, change)}


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("word", ["加分上限", "考核周期"])
def test_a_setting_that_stands_twice_is_refused_with_both_cells(word: str, keyed: bool, form: Path) -> None:  # fmt: skip
    def change(held: Any) -> None:
        page = held["基本信息"]
        (old,) = [row for row in page.iter_rows(min_row=3) if row[0].value == word]
        page.append([word, 9 if word == "加分上限" else "月", old[2].value if keyed else None])
        cells.extend((old[0].row, page.max_row))

    cells: list[int] = []
    found = faults(form, change)
    first, second = cells
    assert [(where, code) for where, code, _ in found] == [(f"基本信息!A{second}", "sheet.twice")]
    assert f"“{word}”在 A{first} 已经写过" in found[0][2]


def test_one_table_of_weights_is_of_one_day(form: Path) -> None:
    def change(held: Any) -> None:
        page = held["权重"]
        page.cell(4, column(page, "生效日")).value = "2025-07-01"

    ((where, code, said),) = faults(form, change)
    assert (where, code) == ("权重!B4", "cell.twice")
    assert "B3" in said


def exchanged(title: str, one: str, other: str) -> Any:
    def change(held: Any) -> None:
        page = held[title]
        first, second = column(page, one), column(page, other)
        page.cell(1, first).value, page.cell(1, second).value = other, one

    return change


def relabelled(held: Any) -> None:
    page = held["基本信息"]
    (row,) = [row for row in page.iter_rows(min_row=3) if row[0].value == "扣分上限"]
    row[2].value = "bonus_cap"


@pytest.mark.parametrize(
    ("title", "one", "other"),
    [("法·比率法", "封顶", "最低"), ("等次", "不低于", "比例上限"), ("指标", "责任部门", "协办部门"), ("机构承继", "数据承继", "目标承继")],
)  # fmt: skip
def test_a_head_that_is_the_word_of_another_column_than_its_key_is_refused(title: str, one: str, other: str, form: Path) -> None:  # fmt: skip
    found = faults(form, exchanged(title, one, other))
    said = [zh for _, code, zh in found if code == "sheet.contrary"]
    assert len(said) == 2
    assert all(one in zh and other in zh for zh in said)


def test_a_setting_that_is_called_otherwise_than_its_key_is_refused(form: Path) -> None:
    (said,) = [zh for _, code, zh in faults(form, relabelled) if code == "sheet.contrary"]
    assert "“扣分上限”" in said
    assert "“加分上限”" in said


def test_a_remark_or_a_line_break_makes_no_other_word_of_a_head(form: Path) -> None:
    def change(held: Any) -> None:
        page = held["法·比率法"]
        low, cap = column(page, "最低"), column(page, "封顶")
        page.cell(1, low).value, page.cell(1, cap).value = "封\n顶", "最低（分）"

    assert [code for _, code, _ in faults(form, change)].count("sheet.contrary") == 2


def test_an_own_word_beside_its_key_is_taken(form: Path) -> None:
    held = load_workbook(form)
    page = held["法·比率法"]
    page.cell(1, column(page, "封顶")).value = "得分最多几倍"
    held["基本信息"].cell(4, 1).value = "我们的叫法"
    held.save(form)
    assert load_rulebook(form)[0] == street_rulebook()


def filled(form: Path, title: str, row: dict[str, Any]) -> None:
    """A row below the last of a sheet, by its heads; a head that the form does not have goes behind the last column."""
    held = load_workbook(form)
    page = held[title]
    heads = {cell.value: cell.column for cell in page[1]}
    number = page.max_row + 1
    for head, value in row.items():
        place = heads.setdefault(head, len(heads) + 1)
        page.cell(1, place).value = head
        page.cell(number, place).value = value
    held.save(form)


def test_the_form_has_room_for_a_split(tmp_path: Path) -> None:
    write_form(tmp_path / "form.xlsx")
    book = load_workbook(tmp_path / "form.xlsx")
    heads = [cell.value for cell in book["机构承继"][1]]
    one, two = [f"承继单位·{number}·{part}" for number in (1,) for part in ("单位", "份额")], [f"承继单位·2·{part}" for part in ("单位", "份额")]  # fmt: skip
    assert heads[heads.index(one[0]) :][:4] == one + two
    guide = "\n".join(str(cell.value or "") for (cell,) in book["填写说明"].iter_rows(max_col=1))
    assert "承继单位·3·单位" in guide
    assert "目标·指标代码" in guide


def test_a_split_into_three_is_entered_by_the_words_that_are_seen(form: Path) -> None:
    row = {"日期": "2025-07-01", "类型": "拆分", "单位": "S3"}
    for number, share in enumerate(("0.5", "0.3", "0.2"), 1):
        row |= {f"承继单位·{number}·单位": f"N{number}", f"承继单位·{number}·份额": share}
    filled(form, "机构承继", row)
    (event,) = [one for one in load_rulebook(form)[0].succession if one.unit == "S3"]
    assert [(heir.unit, str(heir.share)) for heir in event.heirs] == [("N1", "0.5"), ("N2", "0.3"), ("N3", "0.2")]  # fmt: skip


def test_a_second_basis_is_entered_by_the_words_that_are_seen(form: Path) -> None:
    held = load_workbook(form)
    page = held["指标"]
    new = page.max_column + 1
    page.cell(1, column(page, "依据·1·标题")).value = "依据·1·标题"
    for head, value in (
        ("依据·1·标题", "甲办法"),
        ("依据·2·标题", "乙办法"),
        ("依据·2·层级", "市级"),
    ):
        place = column(page, head) if head in [cell.value for cell in page[1]] else new
        new += place == new
        page.cell(1, place).value = head
        page.cell(3, place).value = value
    held.save(form)
    assert [one.title for one in load_rulebook(form)[0].indicators[0].basis] == ["甲办法", "乙办法"]


def test_an_example_takes_all_that_examples_can_say(form: Path) -> None:
    book = street_rulebook()
    one, other = book.indicators[0].code, book.indicators[1].code
    item = book.adjustments[0].code
    filled(form, "算例", {
        "名称": "全", "期间": "2025", "数值": f"{one}=5", "应得": "total=50", f"目标·{one}": "target=10", "其他单位·S9": f"{one}=4；{other}=5",
        f"里程碑·{other}·1": "due_on=2025-03-31；share=50", f"里程碑·{other}·2": "due_on=2025-06-30；share=50", "事件·1": f"item={item}；points=1",
    })  # fmt: skip
    case = load_rulebook(form)[0].cases[-1]
    assert case.targets == {one: {"target": "10"}}
    assert case.others == {"S9": {one: "4", other: "5"}}
    assert [node["due_on"] for node in case.milestones[other]] == ["2025-03-31", "2025-06-30"]
    assert case.events == [{"item": item, "points": "1"}]


@pytest.mark.parametrize("word", ["合计", "注：权重由考核办解释"])
def test_a_row_that_is_no_indicator_is_told_at_its_word(word: str, form: Path) -> None:
    def change(held: Any) -> None:
        page = held["权重"]
        row = page.max_row + 1
        page.cell(row, column(page, "指标或维度")).value = word
        page.cell(row, column(page, "全部类别")).value = 100
        cells.append(row)

    cells: list[int] = []
    ((where, code, said),) = faults(form, change)
    assert (where, code) == (f"权重!C{cells[0]}", "weights.code")
    assert word in said
    assert "删去" in said

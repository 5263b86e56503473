"""Settings that many indicators share: the same as written out, kept as written, faults at their own place."""
# ruff: noqa: PIE804 - a header such as 名称·中文 is written as it stands in the form

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generate import rulebooks
from tests.test_forms import Official
from tests.test_scheme import write
from zhengheng.domain.problems import RulebookError
from zhengheng.scheme.amend import amended
from zhengheng.scheme.compare import differences
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.excel_read import read_workbook
from zhengheng.scheme.fingerprint import data_fingerprint, wording_fingerprint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.methods import MinMax, Winsorise
from zhengheng.scheme.save import save_folder
from zhengheng.scheme.shared import OWN, Shared, taken
from zhengheng.scoring.upload import read_own
from zhengheng.web.rulebooks.cards import cards

SHARED: list[dict[str, Any]] = [
    {"carry": "exact", "digits": 4, "missing": "floor", "source": "统计局"},
    {"method": {"kind": "min_max", "undefined": "half", "winsorise": {"high": 2}, "at_best": 2}},
    {"indicators": ["B"], "method": {"kind": "rank"}, "digits": 2},
]
SAYING_LESS: dict[str, dict[str, Any]] = {
    # The own word counts before the shared one; an empty value says none; the later entry before the earlier.
    "A": {"code": "A", "name": "甲", "owner": "o", "missing": None, "method": {"kind": "min_max", "winsorise": None}},
    "B": {"code": "B", "name": "乙", "owner": "o"},
    "C": {"code": "C", "name": "丙", "carry": "rounded"},
}  # fmt: skip
SAYING_ALL: dict[str, dict[str, Any]] = {
    "A": {"code": "A", "name": "甲", "owner": "o", "digits": 4, "carry": "exact", "source": "统计局",
          "method": {"kind": "min_max", "undefined": "half", "at_best": 2}},
    "B": {"code": "B", "name": "乙", "owner": "o", "digits": 2, "carry": "exact", "source": "统计局", "missing": "floor",
          "method": {"kind": "rank"}},
    "C": {"code": "C", "name": "丙", "digits": 4, "source": "统计局", "missing": "floor"},
}  # fmt: skip


def test_settings_said_once_are_the_same_as_written_into_each_indicator(tmp_path: Path) -> None:
    less, _ = load_rulebook(write(tmp_path / "less", {"defaults": SHARED}, **SAYING_LESS))
    all_, _ = load_rulebook(write(tmp_path / "all", **SAYING_ALL))
    assert less.indicators == all_.indicators
    assert less.indicator("C").method is None, "an input of others is not scored by the way"
    assert data_fingerprint(less) == data_fingerprint(all_)
    assert wording_fingerprint(less) == wording_fingerprint(all_)
    assert differences(all_, less, "en") == ["no difference"]
    shown = {card.indicator.code: card.shared for card in cards(less)}
    assert set(taken(less.indicator("B"), less.defaults)) == {
        "source",
        "carry",
        "missing",
        "digits",
    }
    assert "method/undefined" in taken(less.indicator("A"), less.defaults)
    assert "得分小数位" in shown["A"][0]
    inline = write(tmp_path / "inline", {"defaults": SHARED, "indicators": list(SAYING_LESS.values())})  # fmt: skip
    for file in (inline / "indicators").glob("*.yaml"):
        file.unlink()
    assert load_rulebook(inline)[0] == less


def test_settings_said_once_are_kept_as_they_were_written(tmp_path: Path) -> None:
    book, _ = load_rulebook(write(tmp_path / "a", {"defaults": SHARED}, **SAYING_LESS))
    write_workbook(book, tmp_path / "b.xlsx")
    again, _ = read_workbook(tmp_path / "b.xlsx")
    assert again == book
    assert read_own(tmp_path / "b.xlsx", "b.xlsx", "xlsx")[0] == book, "a file that is uploaded"
    save_folder(again, tmp_path / "c")
    assert load_rulebook(tmp_path / "c")[0] == book
    text = (tmp_path / "c" / "indicators" / "B.yaml").read_text()
    assert "digits" not in text
    assert "carry" not in text
    assert (tmp_path / "c" / "rulebook.yaml").read_text().count("digits: 4") == 1
    # What is changed later keeps the shared settings and says its own beside them.
    changed = amended(book, "A", {"digits": "2", "missing": ""})
    save_folder(changed, tmp_path / "d")
    assert load_rulebook(tmp_path / "d")[0] == changed
    assert changed.defaults == book.defaults
    assert changed.indicator("A").digits == 2


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data())
def test_no_shared_setting_changes_an_indicator_by_being_written_and_read(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = data.draw(rulebooks())
    said = [json.loads(one.model_dump_json(by_alias=True, exclude_none=True)) for one in book.indicators]  # fmt: skip
    entries = []
    for one in data.draw(st.lists(st.sampled_from(said), min_size=1, max_size=3)):
        keys = sorted(one.keys() - OWN)
        entry = {key: one[key] for key in data.draw(st.sets(st.sampled_from(keys), min_size=1))}
        if data.draw(st.booleans()):
            entry["indicators"] = [held["code"] for held in data.draw(st.lists(st.sampled_from(said), min_size=1))]  # fmt: skip
        entries.append(Shared.model_validate_json(json.dumps(entry), strict=True))
    book = book.model_copy(update={
        "defaults": tuple(entries), "indicators": tuple(sorted(book.indicators, key=lambda one: one.code)),
    })  # fmt: skip
    folder = tmp_path_factory.mktemp("book")
    write_workbook(book, folder / "b.xlsx")
    assert read_workbook(folder / "b.xlsx")[0] == book
    save_folder(book, folder / "yaml")
    assert load_rulebook(folder / "yaml")[0] == book


def test_an_indicator_may_have_no_words_where_the_others_share_some(tmp_path: Path) -> None:
    shared = [{"limitation": "抽样调查", "source": "统计局", "fill": {"reason": "r"}}]
    own = SAYING_ALL["C"] | {"limitation": "", "source": "", "fill": None}
    book, _ = load_rulebook(write(tmp_path / "a", {"defaults": shared}, **SAYING_ALL | {"C": own}))
    held = book.indicator("C")
    assert (held.limitation, held.source.zh, held.fill) == ("", "", None)
    assert book.indicator("A").limitation == "抽样调查"
    write_workbook(book, tmp_path / "b.xlsx")
    assert read_workbook(tmp_path / "b.xlsx")[0] == book
    save_folder(book, tmp_path / "c")
    assert load_rulebook(tmp_path / "c")[0] == book


def test_the_form_says_shared_settings_in_chinese_words(tmp_path: Path) -> None:
    kept = {"A": {"code": "A", "name": "甲", "owner": "o", "method": {"kind": "min_max"}},
            "B": {"code": "B", "name": "乙", "owner": "o", "method": {"kind": "rank"}}}  # fmt: skip
    before, _ = load_rulebook(write(tmp_path / "a", {}, **kept))
    write_workbook(before, tmp_path / "b.xlsx")
    one = Official(tmp_path / "b.xlsx")
    one.row(
        "共用设定",
        第几条共用设定=1,
        得分小数位=4,
        传递="不舍入传递",
        局限="抽样调查",
        缺数据规则="取保底",
    )
    one.row("共用设定", 第几条共用设定=2, **{"计分·类型": "极差标准化法"})
    one.row("法·极差标准化法", 第几条共用设定=2, 算不出时="计一半", **{"缩尾·上限": 2})
    one.save()
    book, _ = read_workbook(tmp_path / "b.xlsx")
    a, b = book.indicator("A"), book.indicator("B")
    assert [(i.digits, i.carry, i.missing) for i in (a, b)] == [(4, "exact", "floor")] * 2
    assert a.method == MinMax(kind="min_max", undefined="half", winsorise=Winsorise(high=2))
    assert b.method == before.indicator("B").method
    # A number of a method that no row of shared settings stands for, and rows out of order, are told at their cells.
    one.row("共用设定", 第几条共用设定=7, 得分小数位=2)
    one.row("法·极差标准化法", 第几条共用设定=9, 指标="A", 算不出时="计零分")
    with pytest.raises(RulebookError) as caught:
        read_workbook(one.save())
    assert {(p.where.split("!")[1], p.code) for p in caught.value.problems} == {
        ("共用设定", "row.order"), ("法·极差标准化法", "row.both"),
    }  # fmt: skip


def test_an_indicator_without_a_method_takes_nothing_that_is_for_a_method(tmp_path: Path) -> None:
    # What an entry says of a kind is not for one that refuses the kind; a part that is all as usual is not none.
    shared = [
        {"frequency": "quarter"},
        {"indicators": ["B", "C"], "method": {"kind": "min_max"}, "frequency": "month"},
        {"method": {"kind": "min_max", "winsorise": {"high": 2}}},
    ]
    kept = {"A": SAYING_ALL["A"] | {"method": {"kind": "min_max", "winsorise": {}}},
            "B": {"code": "B", "name": "乙", "owner": "o"}, "C": {"code": "C", "name": "丙", "method": None}}  # fmt: skip
    book, _ = load_rulebook(write(tmp_path / "a", {"defaults": shared}, **kept))
    assert [one.frequency for one in book.indicators] == ["quarter", "month", "quarter"]
    assert book.indicator("A").method.winsorise is not None  # type: ignore[union-attr]
    write_workbook(book, tmp_path / "b.xlsx")
    assert read_workbook(tmp_path / "b.xlsx")[0] == book
    save_folder(book, tmp_path / "c")
    assert load_rulebook(tmp_path / "c")[0] == book


def test_a_fault_of_a_shared_setting_is_told_once_at_its_own_place(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    wrong = [{"digits": 99}, {"method": {"kind": "min_max", "cap": 3}}]
    scored = SAYING_LESS | {"B": SAYING_ALL["B"]}
    folder = write(tmp_path / "a", {"defaults": wrong}, **scored)
    lines = (folder / "rulebook.yaml").read_text().splitlines()
    places = [f"rulebook.yaml:{n}" for n, text in enumerate(lines, 1) if "digits: 99" in text or "cap: 3" in text]  # fmt: skip
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    assert [problem.where for problem in caught.value.problems] == places

    book, _ = load_rulebook(write(tmp_path / "b", {"defaults": SHARED}, **SAYING_LESS))
    file = tmp_path / "b.xlsx"
    write_workbook(book, file)
    workbook = load_workbook(file)
    page = workbook["共用设定"]
    column = [cell.value for cell in page[2]].index("digits") + 1
    page.cell(3, column).value = 99
    workbook.save(file)
    with pytest.raises(RulebookError) as caught:
        read_workbook(file)
    assert {problem.where for problem in caught.value.problems} == {
        f"b.xlsx!共用设定!{page.cell(3, column).coordinate}"
    }

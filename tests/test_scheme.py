"""The rulebook: every fault is found, at its place, in both languages; nothing is lost in conversion."""

import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT, Command
from tests.generate import rulebooks
from zhengheng.domain.problems import RulebookError
from zhengheng.sample.rulebooks import ADDED, department_rulebook, district_rulebook
from zhengheng.scheme.amend import amended, removed, weights_of
from zhengheng.scheme.compare import differences
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.excel_read import read_workbook
from zhengheng.scheme.fingerprint import wording_fingerprint
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.later import rolled_over
from zhengheng.scheme.lint import lint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.method_words import said
from zhengheng.scheme.methods import AnyMethod
from zhengheng.scheme.save import save_folder
from zhengheng.scheme.today import as_if_always

PACKS = ROOT / "src" / "zhengheng" / "scheme" / "packs"
BOOK: dict[str, Any] = {
    "code": "t", "title": "测试", "effective_from": "2025-01-01",
    "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
    "tree": {"code": "total", "name": "总分", "children": ["A", "B"]},
    "weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 40}}],
}  # fmt: skip
INDICATORS: dict[str, dict[str, Any]] = {
    "A": {"code": "A", "name": "甲", "owner": "o", "method": {"kind": "ratio", "target": 10}},
    "B": {"code": "B", "name": "乙", "owner": "o", "method": {"kind": "direct"}},
}


def write(folder: Path, book: dict[str, Any] | None = None, **indicators: dict[str, Any]) -> Path:
    (folder / "indicators").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook.yaml").write_text(
        yaml.safe_dump(BOOK | (book or {}), allow_unicode=True, sort_keys=False)
    )
    for code, data in (INDICATORS | indicators).items():
        (folder / "indicators" / f"{code}.yaml").write_text(
            yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        )
    return folder


def found(folder: Path) -> dict[str, str]:
    book, source = load_rulebook(folder)
    return {problem.code: problem.where for problem in lint(book, source)}


def test_a_good_rulebook_has_no_errors(tmp_path: Path) -> None:
    assert found(write(tmp_path)) == {}


def change(code: str, **fields: Any) -> dict[str, dict[str, Any]]:
    return {code: INDICATORS[code] | fields}


VETO = {
    "code": "v",
    "name": "v",
    "kind": "veto",
    "effect": {"grade": "x"},
    "basis": [{"title": "市里通知"}],
}
GRADING = {"bands": [{"code": "x", "name": "x"}]}
STEPS = [{"step": "notice", "name": "公示", "clock": {"length": 30, "unit": "working_days"}}]
FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "weights.total": ({"weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 39}}]}, {}),
    "weights.unknown": ({"weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 40, "X": 1}}]}, {}),
    "weights.category": ({"weights": [{"from": "2025-01-01", "table": {"A": {"z": 60}, "B": 100}}]}, {}),
    "veto.basis": ({"adjustments": [VETO], "grading": GRADING}, {}),
    "light.time_progress": ({}, change("A", measure_unit="%", light={"by": "time_progress", "watch": 10, "missed": 30})),
    "procedure.clocks": ({"procedure": {"starts_on": "2026-03-01", "ends_on": "2026-03-10", "steps": STEPS}}, {}),
    "barred.fines": ({}, change("A", name="罚没收入")),
    "barred.praise": ({}, change("A", name="领导批示数")),
    "barred.app": ({}, change("A", name="APP下载率")),
    "text.unseen": ({"title": "测试\u202e方案"}, {}),
    "tree.unknown": ({"tree": {"code": "total", "name": "总分", "children": ["A", "B", "Z"]}}, {}),
    "goals.unknown": ({"goals": [{"code": "g", "name": "目标", "from_year": 2023, "to_year": 2027, "indicators": ["Z"]}]}, {}),
    "topics.unknown": ({"topics": [{"code": "t", "name": "住", "indicators": ["A", "Z"]}]}, {}),
    "weights.absent": ({"tree": {"code": "total", "name": "总分", "aggregate": "arithmetic", "weights": "relative", "children": ["A", "B"]}, "weights": [{"from": "2025-01-01", "table": {"A": 60}}]}, {}),
    "dimension.unknown": ({"ranking": {"key": "nope"}}, {}),
    "indicator.unknown": ({"units": [{"code": "u", "name": "u", "category": "c", "group": "g", "exempt": ["Z"]}]}, {}),
    "category.unknown": ({"binding": {"alpha": "0.3", "categories": ["z"]}}, {}),
    "node.pair": ({"tree": {"code": "total", "name": "总分", "aggregate": "product", "children": ["A"]}}, {}),
    "node.numbers": ({"tree": {"code": "total", "name": "总分", "children": ["A", "B"], "coverage": {"indicators": 3}}}, {}),
    "defaults.unused": ({"defaults": [{"method": {"kind": "borda"}, "digits": 3}]}, {}),
    "defaults.empty": ({"defaults": [{"indicators": ["A"]}]}, {}),
    "coefficient.unknown": ({"coefficients": [{"of": "Z", "value": "1.2", "reason": "r"}]}, {}),
    "coefficient.empty": ({"coefficients": [{"of": "A", "reason": "r"}]}, {}),
    "fill.declared": ({}, change("A", fill={"reason": "r"})),
    "tree.twice": ({"tree": {"code": "total", "name": "总分", "children": ["A", "A", "B"]}}, {}),
    "method.absent": ({}, {"A": {"code": "A", "name": "甲"}}),
    "method.numbers": ({}, change("A", method={"kind": "interval"})),
    "grade.unknown": ({"adjustments": [VETO | {"effect": {"grade": "none"}}], "grading": GRADING}, {}),
    "grade.order": ({"grading": {"bands": [{"code": "a", "name": "a", "at_least": 60}, {"code": "b", "name": "b", "at_least": 90}]}}, {}),
    "missing.reason": ({"missing": "renormalise"}, {}),
    "absent.reason": ({}, change("A", absent="zero")),
    "parts.unknown": ({}, change("A", parts={"numerator": {"N": 1}})),
    "parts.circle": ({}, change("A", parts={"numerator": {"A": 1}})),
    "floor.absent": ({"missing": "floor"}, change("A", method={"kind": "z_score"})),
    "change.month": ({}, change("A", changes=[{"from": "2025-07-15", "kind": "split", "method": {"kind": "direct"}, "reason": "r", "basis": {"title": "b"}}])),
    "cascade.shares": ({"cascade": [{"indicator": "A", "parent": "u", "mode": "shares", "children": {"x": 50, "y": 30, "z": 25}}]}, {}),
    "unit.category": ({"units": [{"code": "u", "name": "u", "category": "nope", "group": "g"}]}, {}),
    "visibility.derived": (
        {},
        change("A", parts={"numerator": {"K": 1}, "denominator": {"L": 1}})
        | {code: {"code": code, "name": code} for code in "L"}
        | {"K": {"code": "K", "name": "K", "visibility": "internal"}},
    ),
    "visibility.parts": (
        {},
        change("A", visibility="internal", year_on_year={"of": "K"}) | {"K": {"code": "K", "name": "K"}},
    ),
    "visibility.restated": (
        {"weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 40}}, {"from": "2025-07-01", "kind": "restated", "table": {"A": 50, "B": 50}}]},
        change("A", visibility="internal"),
    ),
    "indicator.orphan": ({}, {"C": {"code": "C", "name": "丙", "method": {"kind": "direct"}}}),
}  # fmt: skip


MEAN = {"code": "m", "name": "m", "weights": "relative", "children": ["A", "B"]}
FORGOTTEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a row of a mean": ({**MEAN, "code": "total", "aggregate": "geometric"}, {"A": 60}),
    "a row of a sum that only compares": ({**MEAN, "code": "total"}, {"A": 60}),
    "a row deeper in the tree": ({"code": "total", "name": "t", "children": [MEAN]}, {"A": 100}),
    "a new table": ({**MEAN, "code": "total", "aggregate": "arithmetic"}, {"B": {"c": 1}}),
}


def test_a_dimension_with_a_full_mark_of_its_own_is_held_to_it(tmp_path: Path) -> None:
    """Weights that add to the category's 100 points, below a total of 50."""
    tree = {"code": "total", "name": "总分", "full_mark": 50, "children": ["A", "B"]}
    assert "weights.total" in found(write(tmp_path / "a", {"tree": tree}))
    half = [{"from": "2025-01-01", "table": {"A": 30, "B": 20}}]
    assert found(write(tmp_path / "b", {"tree": tree, "weights": half})) == {}


@pytest.mark.parametrize("mark", ["\u200b", "\u00ad", "\u202e", "\u2028"])
def test_a_text_that_hides_something_is_named_at_its_indicator(mark: str, tmp_path: Path) -> None:
    places = found(write(tmp_path, {}, **change("A", definition=f"来信{mark}件数")))
    assert places["text.unseen"].startswith("indicators/A.yaml")


@pytest.mark.parametrize("case", FORGOTTEN)
def test_an_indicator_of_the_tree_without_a_weight_is_refused_unless_it_says_zero(
    case: str, tmp_path: Path
) -> None:
    tree, table = FORGOTTEN[case]
    older = {"from": "2024-01-01", "table": {"A": 60, "B": 40}}
    tables = [older, {"from": "2025-01-01", "table": table}]
    places = found(write(tmp_path, {"tree": tree, "weights": tables}))
    line = next(n for n, text in enumerate((tmp_path / "rulebook.yaml").read_text().splitlines(), 1)
                if f"{next(iter(table))}:" in text and n > 10)  # fmt: skip
    assert places["weights.absent"].startswith("rulebook.yaml:")
    assert int(places["weights.absent"].split(":")[1]) > line - 3
    zero = {**table, **{code: 0 for code in ("A", "B") if code not in table}}
    again = found(write(tmp_path, {"tree": tree, "weights": [older, {"from": "2025-01-01", "table": zero}]}))  # fmt: skip
    assert "weights.absent" not in again


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_at_its_place(code: str, tmp_path: Path) -> None:
    book, indicators = FAULTS[code]
    places = found(write(tmp_path, book, **indicators))
    assert code in places
    assert ":" in places[code]
    assert places[code].split(":")[0].endswith(".yaml")


def test_shares_within_a_hundredth_pass(tmp_path: Path) -> None:
    shares = {"x": "33.33", "y": "33.33", "z": "33.34"}
    book = {"cascade": [{"indicator": "A", "parent": "u", "mode": "shares", "children": shares}]}
    assert found(write(tmp_path, book)) == {}


BROKEN = {
    "yaml.anchor": "a: &x 1\nb: *x\n", "yaml.tag": "a: !!python/object:os.system x\n",
    "yaml.duplicate": "code: t\ncode: u\n", "yaml.syntax": "a: [1, 2\n", "field.missing": "code: t\n",
    "field.unknown": "code: t\nwieght: 3\n",
}  # fmt: skip


@pytest.mark.parametrize("code", BROKEN)
def test_broken_yaml_is_refused_with_its_line(code: str, tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "rulebook.yaml").write_text(BROKEN[code])
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path)
    assert code in {problem.code for problem in caught.value.problems}
    assert all(problem.zh and problem.en for problem in caught.value.problems)
    assert any(problem.where.startswith("rulebook.yaml:") for problem in caught.value.problems)


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        A={"code": "A", "name": "甲", "digits": 99, "direction": "sideways"},
        B={"code": "X", "name": "乙"},
    )
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path)
    assert len(caught.value.problems) >= 3


def test_floats_and_exponents_are_no_rulebook_numbers(tmp_path: Path) -> None:
    write(tmp_path, A=INDICATORS["A"] | {"method": {"kind": "ratio", "target": "1e3"}})
    with pytest.raises(RulebookError, match="plain decimal"):
        load_rulebook(tmp_path)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_yaml_and_excel_lose_nothing(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = data.draw(rulebooks())
    folder = tmp_path_factory.mktemp("book")
    write_workbook(book, folder / "b.xlsx")
    again, _ = read_workbook(folder / "b.xlsx")
    assert again == book
    save_folder(again, folder / "yaml")
    third, _ = load_rulebook(folder / "yaml")
    key = {"indicators": tuple(sorted(book.indicators, key=lambda i: i.code))}
    assert third.model_copy(
        update={"indicators": tuple(sorted(third.indicators, key=lambda i: i.code))}
    ) == book.model_copy(update=key)
    assert wording_fingerprint(again) == wording_fingerprint(book)


def test_excel_forgives_what_offices_do(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book, _ = load_rulebook(write(tmp_path / "y"))
    file = tmp_path / "b.xlsx"
    write_workbook(book, file)
    workbook = load_workbook(file)
    page = workbook["权重"]
    page.insert_rows(4)
    for row in page.iter_rows(min_row=3):
        for cell in row:
            if cell.value == 60:
                cell.value = "６０"
    workbook.save(file)
    assert read_workbook(file)[0] == book


def test_excel_errors_name_sheet_and_cell(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book, _ = load_rulebook(write(tmp_path / "y"))
    file = tmp_path / "b.xlsx"
    write_workbook(book, file)
    workbook = load_workbook(file)
    page = workbook["指标"]
    column = [cell.value for cell in page[2]].index("direction") + 1
    page.cell(3, column).value = "sideways"
    workbook.save(file)
    with pytest.raises(RulebookError) as caught:
        read_workbook(file)
    assert f"b.xlsx!指标!{page.cell(3, column).coordinate}" in {
        p.where for p in caught.value.problems
    }


def test_a_difference_is_said_in_words(tmp_path: Path) -> None:
    old, _ = load_rulebook(write(tmp_path / "a"))
    new, _ = load_rulebook(
        write(tmp_path / "b", **change("A", method={"kind": "ratio", "target": 12}))
    )
    assert differences(old, new, "zh") == [
        "修改 指标 › A 甲 › 计分 › 目标值：10 改为 12",
        "计分口径有变化，得分可能变动。",
    ]
    assert differences(old, old, "en") == ["no difference"]


def test_a_difference_hides_no_number() -> None:
    """A weight of one category, a table of weights from a later day, a new indicator with all of its numbers."""
    old = department_rulebook()
    code = old.indicators[0].code
    weights = weights_of(old, code) | {"D07": "40"}
    name = old.indicators[0].name.zh
    day = old.weights[0].from_
    changed = amended(old, code, {}, weights=weights)
    said = f"权重 › {day} › {code} {name} › 国资委：47 改为 40"
    assert differences(old, changed, "zh")[0] == f"修改 {said}"
    assert differences(old, changed, "en")[0].startswith(f"changed weights › {day} › {code} ")
    later = changed.weights[0].model_copy(update={"from_": date(2025, 8, 1)})
    both = old.model_copy(update={"weights": (*old.weights, later)})
    assert differences(old, both, "zh")[0] == f"修改 {said.replace(str(day), '2025-08-01')}"
    rolled = rolled_over(both, "2027", date(2027, 1, 1), 1)
    assert not any(
        "47" in line and line.startswith("新增") for line in differences(both, rolled, "zh")
    )
    book = district_rulebook()
    added = book.indicator(ADDED)
    without = removed(book.model_copy(update={"weights": book.weights[:1]}), ADDED)
    lines = differences(without, book, "zh")
    assert f"新增 指标树 › 下级 › 安全与服务 › 下级 › {ADDED} {added.name.zh}" in lines
    line = next(one for one in lines if one.startswith(f"新增 指标 › {ADDED} {added.name.zh}："))
    for part in (
        "计分 › 类型：比率法",
        "计分 › 目标值：100",
        "亮灯 › 黄灯：0.85",
        "亮灯 › 红灯：0.6",
        "滞后天数：5",
    ):
        assert part in line
    shares = "；".join(f"{one.name.zh}：2" for one in book.categories)
    assert f"新增 权重 › 2025-08-01 › {ADDED} {added.name.zh}：{shares}" in lines  # fmt: skip
    assert "修改 权重 › 2025-08-01 › E01 生产安全事故死亡人数 › 城市主城区：5 改为 3" in lines


def test_red_list_and_innocent_names(tmp_path: Path) -> None:
    from zhengheng.scheme.barred import BARRED

    red = ["罚没收入", "罚款金额", "信访量排名", "高考升学率", "刑拘数", "破案率", "税收任务完成率", "招商签约额", "APP下载率",
           "小程序注册量", "信息报送篇数", "领导批示数", "会议次数", "点赞数", "网络投票得票", "学习时长", "打卡次数", "照片上传数",
           "公众号关注量", "微信投票", "在线时长", "心得体会篇数", "督查次数", "宣传稿件刊发数"]  # fmt: skip
    innocent = ["12345诉求人满意率", "预算执行率", "细颗粒物平均浓度", "城镇新增就业", "公交准点率", "一般公共预算收入增速",
                "项目审批超时率", "信访事项按期办结率", "建议提案按期办复率", "亿元以上签约项目开工率", "粮食产量", "森林覆盖率"]  # fmt: skip
    for name in red:
        assert any(b.pattern.search(name) for b in BARRED), name
    for name in innocent:
        assert not any(b.pattern.search(name) for b in BARRED), name


def test_check_speaks_both_languages_and_exits_with_its_code(
    tmp_path: Path, zhengheng: Command
) -> None:
    folder = write(
        tmp_path / "b", {"weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 39}}]}
    )
    zh, en = (
        zhengheng("scheme", "check", folder),
        zhengheng("scheme", "check", folder, "--lang", "en"),
    )
    assert (zh.returncode, en.returncode) == (3, 3)
    assert "合计 99" in zh.stderr
    assert "add to 99 instead of 100" in en.stderr
    assert "Traceback" not in zh.stderr + en.stderr


def test_packs_are_copied_and_pass(tmp_path: Path, zhengheng: Command) -> None:
    assert zhengheng("scheme", "new", "hotline", tmp_path / "h").returncode == 0
    assert zhengheng("scheme", "test", tmp_path / "h").returncode == 0
    assert zhengheng("scheme", "new", "nothing", tmp_path / "n").returncode == 5
    for words in (("convert", tmp_path / "h"), ("new", "hotline")):
        done = zhengheng("scheme", *words, tmp_path / "h.pdf")
        assert (done.returncode, (tmp_path / "h.pdf").exists()) == (4, False), (
            "no folder that looks like a document"
        )
        assert ".xlsx" in done.stdout + done.stderr


def test_a_wrong_case_fails(tmp_path: Path, zhengheng: Command) -> None:
    folder = write(tmp_path / "b")
    (folder / "cases").mkdir()
    (folder / "cases" / "c.yaml").write_text(
        "- {name: n, period: '2025', values: {A: '5', B: '50'}, expect: {A: '31'}}\n"
    )
    done = zhengheng("scheme", "test", folder)
    assert done.returncode == 8
    assert "30" in done.stdout


def test_every_method_is_said_in_words_with_its_own_numbers() -> None:
    """The pack of all methods: each kind has a sentence in both languages, and its numbers stand in it."""
    book, _ = load_rulebook(PACKS / "methods")
    kinds = set()
    for indicator in book.indicators:
        zh, en = said(indicator)
        if indicator.method is None:
            assert (zh, en) == ("", "")
            continue
        kinds.add(indicator.method.kind)
        assert re.search(r"[\u4e00-\u9fff]", zh)
        assert en.strip()
        target = getattr(indicator.method, "target", None)
        if target is not None:
            number = (
                f"{target:f}".rstrip("0").rstrip(".") if "." in f"{target:f}" else f"{target:f}"
            )
            assert number in zh
            assert number in en
    assert kinds == {
        get_args(one.model_fields["kind"].annotation)[0] for one in get_args(get_args(AnyMethod)[0])
    }


def test_a_credit_of_all_or_nothing_is_said_as_that() -> None:
    """Not “1 of the full mark”, which reads as one point."""
    book, _ = load_rulebook(PACKS / "methods")
    for code in ("STEPS", "ANSWER"):
        zh, en = said(book.indicator(code))
        assert not re.search(r"满分的 [01](?![./\d])", zh), zh
        assert not re.search(r"(?<![./\d])[01] of the full mark", en), en
        assert "得满分" in zh
        assert "得0 分" not in zh
        assert not re.search(r"满分的 0\.", zh), "a share is said in per cent, as elsewhere"
        assert not re.search(r"0\.\d+ of the full mark", en), en


def test_a_number_below_nought_has_the_minus_of_print_and_a_third_stays_one() -> None:
    steps = {"kind": "steps", "steps": [{"at": "-99", "credit": "1"}, {"at": "1", "credit": "0.5"}, {"at": "2", "credit": "1/3"}, {"at": "3", "credit": "0"}]}  # fmt: skip
    zh, en = said(Indicator.model_validate({"code": "A", "name": "甲", "method": steps}, strict=False))  # fmt: skip
    assert zh == "对照表，按数值：−99 起得满分、1 起得满分的 50%、2 起得满分的 1/3、3 起得 0 分"
    assert "50% of the full mark from 1" in en


@pytest.mark.parametrize("first", ["-99", "0"])
@pytest.mark.parametrize(
    ("decimals", "second", "zh", "en"), [(0, "1", "不高于 0 得满分", "the full mark up to 0"), (2, "2.01", "不高于 2 得满分", "the full mark up to 2")]
)  # fmt: skip
def test_a_table_in_which_less_is_better_begins_nowhere(
    first: str, decimals: int, second: str, zh: str, en: str
) -> None:
    """Whatever is below its first step is better still: no number at its head is said, in the rule as in the formula."""
    rows = [{"at": first, "credit": "1"}, {"at": second, "credit": "0.5"}, {"at": "9", "credit": "0"}]  # fmt: skip
    held = {"code": "A", "name": "甲", "decimals": decimals, "direction": "down", "method": {"kind": "steps", "steps": rows}}  # fmt: skip
    rule = said(Indicator.model_validate(held, strict=False))
    assert rule[0] == f"对照表，按数值：{zh}、{second} 起得满分的 50%、9 起得 0 分"
    assert rule[1] == f"a table by the value: {en}, 50% of the full mark from {second}, nothing from 9"  # fmt: skip
    only = held | {"method": {"kind": "steps", "steps": rows[:1]}}
    assert said(Indicator.model_validate(only, strict=False))[0].endswith("：无论多少都得满分")


@pytest.mark.parametrize(
    ("measure", "more", "zh", "en"),
    [
        ("%", {"per": "unit", "slope": "0.05", "cap": "1", "least": "0.6"},
         "达到目标 5 得满分；低于目标的，每低 1 个百分点扣满分的 5%，最低得满分的 60%", "5% of it less for each percentage point below, down to 60% of it"),
        ("人", {"per": "unit", "slope": "0.05", "cap": "1", "down": True}, "达到目标 5 得满分；超过目标的，每高 1 人 扣满分的 5%，扣完为止", "5% of it less for each 1 人 above, down to nothing"),
        ("吨", {"slope": "0.01", "cap": "0.8"}, "达到目标 5 从满分起算，低于目标的，每低目标值的 1% 扣满分的 1%，扣完为止，最高得满分的 80%", "at most 80% of it"),
        ("吨", {"slope": "0.01", "cap": "1.2"}, "达到目标 5 得满分；超过目标的，每高目标值的 1% 加满分的 1%，最高得满分的 120%；低于目标的，每低目标值的 1% 扣满分的 1%，扣完为止", "up to 120% of it"),
    ],
)  # fmt: skip
def test_a_rule_adds_nothing_in_words_that_its_cap_forbids(
    measure: str, more: dict[str, Any], zh: str, en: str
) -> None:
    down = more.pop("down", False)
    held = {"code": "A", "name": "甲", "measure_unit": {"zh": measure}, "direction": "down" if down else "up", "method": {"kind": "plus_minus", "target": "5", **more}}  # fmt: skip
    rule = said(Indicator.model_validate(held, strict=False))
    assert rule[0] == zh
    assert en in rule[1]
    assert ("加满分" in rule[0]) == ("more for each" in rule[1]) == (more["cap"] == "1.2")


@pytest.mark.parametrize(("unit", "said"), [("个", "2.00 个"), ("–", "2.00"), ("-", "2.00"), ("", "2.00")])  # fmt: skip
def test_a_dash_for_no_unit_of_measure_is_not_printed_beside_a_value(unit: str, said: str) -> None:
    held = Indicator.model_validate({"code": "A", "name": "甲", "measure_unit": {"zh": unit, "en": unit}}, strict=False)  # fmt: skip
    assert held.measured("2.00") == (said, said)
    assert held.unit_said.zh == ("个" if unit == "个" else "")


def test_a_rule_that_is_better_when_less_says_so() -> None:
    book, _ = load_rulebook(PACKS / "methods")
    known = {indicator.code: said(indicator)[1] for indicator in book.indicators}
    assert known["RATIO"].startswith("the share of the target 200 reached")
    assert known["REVERSE_A"].startswith("the target 30 divided by the value")
    assert known["REVERSE_B"].startswith("2 less the value over the target 30")


def test_rules_as_if_they_had_always_been_are_those_in_force_on_the_day(tmp_path: Path) -> None:
    later = {"from": "2025-01-01", "table": {"A": 70, "B": 30}}
    changed = {
        "from": "2024-07-01", "kind": "prospective", "method": {"kind": "ratio", "target": 20}, "reason": "r", "basis": {"title": "b"},
    }  # fmt: skip
    earlier = {"from": "2023-01-01", "table": {"A": 60, "B": 40}}
    folder = write(tmp_path, {"weights": [earlier, later]}, **change("A", changes=[changed]))
    book, _ = load_rulebook(folder)
    for day, weight, target in ((2023, 60, 10), (2024, 60, 20), (2025, 70, 20)):
        always = as_if_always(book, date(day, 12, 31))
        (table,) = always.weights
        assert (table.table["A"], always.indicator("A").method.target) == (weight, target)  # type: ignore[union-attr]
        assert table.from_ < date(2000, 1, 1)
        assert not always.indicator("A").changes


@pytest.mark.parametrize("coverage", [{"share": 50}, {"share": 0}, {"share": "半数"}])
def test_a_number_out_of_its_limits_draws_no_other_fault(tmp_path: Path, coverage: dict[str, Any]) -> None:  # fmt: skip
    """Written, and wrong: that it is not written is not said beside it."""
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(tmp_path, {"tree": {**BOOK["tree"], "coverage": coverage}}))
    (only,) = caught.value.problems
    assert "rulebook.yaml" in only.where
    assert only.code != "node.numbers"

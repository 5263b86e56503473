"""The Excel form of a rulebook: filled in by somebody who reads Chinese headers only, and back without loss."""
# ruff: noqa: PIE804 - a header such as 名称·中文 is written as it stands in the form

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pydantic import ValidationError

from tests.conftest import ROOT, Command, missing
from zhengheng.domain.problems import RulebookError
from zhengheng.sample.rulebooks import department_rulebook, district_rulebook
from zhengheng.scheme.base import Text
from zhengheng.scheme.choice_words import choices_of, meant, offered, words_of
from zhengheng.scheme.excel import write_form, write_workbook
from zhengheng.scheme.excel_read import read_workbook
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.faults import explain
from zhengheng.scheme.fingerprint import data_fingerprint, wording_fingerprint
from zhengheng.scheme.kinds import Shape, chooser, parts_of
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Node, Rulebook
from zhengheng.scheme.sheets import label, settings, sheets
from zhengheng.scheme.yaml_source import Document

PACKS = sorted((ROOT / "src/zhengheng/scheme/packs").glob("*/rulebook.yaml"))
EXAMPLES = sorted((ROOT / "examples").glob("*/rulebook/rulebook.yaml"))


class Official:
    """Fills in the form by what is to be seen: sheet titles, headers, labels. Everything is typed as text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = load_workbook(path)

    def setting(self, name: str, value: object) -> None:
        page = self.book["基本信息"]
        row = next(cell.row for cell in page["A"] if cell.value == name)
        page.cell(row, 2).value = str(value)

    def row(self, title: str, **cells: object) -> None:
        page = self.book[title]
        heads = {cell.value: cell.column for cell in page[1]}
        number = max((cell.row for cell in page["A"] if cell.value is not None), default=2)
        number = max(number, 2) + 1
        for head, value in cells.items():
            if value not in (None, "", ()):
                page.cell(number, heads[head]).value = str(value)

    def column(self, title: str, head: str) -> None:
        page = self.book[title]
        page.cell(1, page.max_column + 1).value = head

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


KINDS = {"ratio": "比率法", "efficacy": "功效系数法", "plus_minus": "加减分法", "rate_minus": "每差一点扣分法", "interval": "区间法",
         "three_point": "三点目标法", "growth": "增长法", "direct": "直接计分法", "threshold": "达标法", "steps": "阶梯法", "milestones": "里程碑法",
         "rank": "排名法"}  # fmt: skip
NUMBERS = {"at_stretch": "达挑战得", "base": "基础", "bottom": "不允许值", "cap": "封顶", "high": "上限", "high_limit": "上限极值", "least": "最低",
           "low": "下限", "low_limit": "下限极值", "slope": "每单位加减", "stretch": "挑战值", "points_per_unit": "每点扣分"}  # fmt: skip
CHOICES = {"of": ("对象", {"difference": "差额", "value": "数值"}), "per": ("单位口径", {"unit": "每个计量单位", "percent": "目标的百分之一"}),
           "reverse": ("逆向公式", {"mirror": "2 减比值", "inverse": "目标除以实绩"}),
           "undefined": ("算不出时", {"missing": "按缺数据", "zero": "计零分", "half": "计一半", "full": "计满分"})}  # fmt: skip
WAYS = {"up": "正向", "down": "逆向", "interval": "区间"}
TIMES = {"year": "年", "half": "半年", "quarter": "季", "month": "月", "day": "日"}
SUMS = {"sum": "合计", "mean": "平均", "last": "期末值", "rolling": "滚动"}
LIGHTS = {
    "time_progress": "时间进度",
    "plan": "月度计划",
    "level": "水平",
    "score": "得分率",
    "milestones": "里程碑",
    "ceiling": "上限",
}
REFERENCES = {"given": "给定目标", "previous": "上年", "group_median": "组内中位数", "unit": "全市"}
ORIGINS = {
    "province": "省定",
    "government_work_report": "政府工作报告",
    "livelihood_promise": "民生实事",
    "statute": "法定",
    "city": "市定",
}
ITEMS = {"bonus": "加分", "deduction": "扣分", "integrity": "诚信", "veto": "一票否决"}
MODES = {"shares": "按份额", "inherit": "沿用上级", "own": "各定目标"}
STEPS = {
    "notice": "公示",
    "objection": "申诉",
    "hearing": "听证",
    "decision": "审定",
    "compute": "计算",
    "review": "复核",
    "final": "定稿",
}
DAYS = {"calendar_days": "自然日", "working_days": "工作日", "clock_hours": "小时"}
STATES = {"draft": "草拟", "published": "已发布", "approved": "已批准", "retired": "停用"}
"""What the form's drop-downs say, as an official reads them there."""


def named(name: Text) -> dict[str, object]:
    return {"名称·中文": name.zh, "名称·英文": name.en}


def fill(book: Rulebook, one: Official) -> None:
    """A whole year, sheet by sheet, from the paper that the official has."""
    for name, value in {
        "代码": book.code, "版本": book.version, "标题·中文": book.title.zh, "标题·英文": book.title.en, "状态": STATES[book.status],
        "生效日": book.effective_from.strftime("%Y年%m月%d日"), "出处": book.source, "加分上限": book.bonus_cap,
    }.items():  # fmt: skip
        one.setting(name, value)
    assert book.organisation
    assert book.light
    assert book.grading
    assert book.procedure
    one.setting("考核机关·中文", book.organisation.zh)
    one.setting("考核机关·英文", book.organisation.en)
    one.setting("亮灯·规则", LIGHTS[book.light.by])
    one.setting("亮灯·黄灯", book.light.watch)
    one.setting("亮灯·红灯", book.light.missed)
    one.setting("等次·合并计名额", book.grading.pool_below)
    for category in book.categories:
        one.row("类别", 代码=category.code, **named(category.name))
        one.column("权重", category.name.zh)
    for group in book.groups:
        one.row("分组", 代码=group.code, **named(group.name))
    tree(one, book.tree, "")
    for table in book.weights:
        for child, held in table.table.items():
            names = {c.code: c.name.zh for c in book.categories}
            own = {names[c]: w for c, w in held.items()} if isinstance(held, dict) else {"全部类别": held}  # fmt: skip
            one.row("权重", 表=1, 生效日=table.from_, 指标或维度=child, **own)
    for indicator in book.indicators:
        measured(one, indicator)
    for item in book.adjustments:
        one.row("加减分与否决", 代码=item.code, 类型=ITEMS[item.kind], **named(item.name), 最低=item.least or None, 最高=item.most, 封顶=item.cap,
                **{"后果·最高可得等次": item.effect and item.effect.best_grade, "后果·等次": item.effect and item.effect.grade},
                **{"依据·1·标题": item.basis and item.basis[0].title, "依据·1·条款": item.basis and item.basis[0].article,
                   "依据·1·文号": item.basis and item.basis[0].document, "依据·1·链接": item.basis and item.basis[0].href,
                   "依据·1·层级": item.basis and item.basis[0].level, "依据·1·可信度": item.basis and item.basis[0].tag})  # fmt: skip
    for band in book.grading.bands:
        one.row("等次", 代码=band.code, **named(band.name), 不低于=band.at_least, 比例上限=band.share_at_most, 比例下限=band.share_at_least,
                算作完成="是" if band.performing else "否")  # fmt: skip
    for goal in book.goals:
        one.row("战略目标", 代码=goal.code, **named(goal.name), 责任部门=goal.owner, 起始年=goal.from_year, 终止年=goal.to_year,
                所含指标="、".join(goal.indicators))  # fmt: skip
    for topic in book.topics:
        about = topic.about or Text(zh="无")
        one.row("生活主题", 代码=topic.code, **named(topic.name), **{"说明·中文": about.zh, "说明·英文": about.en},
                所含指标="，".join(topic.indicators))  # fmt: skip
    for split in book.cascade:
        one.row("目标分解", 指标=split.indicator, 上级单位=split.parent, 方式=MODES[split.mode],
                下级份额或目标="；".join(f"{unit}={share:f}" for unit, share in split.children.items()))  # fmt: skip
    for rung in book.warnings:
        one.row("警示阶梯", 阶梯=rung.step, **named(rung.name), 整改天数=rung.rectification_days)
    for step in book.procedure.steps:
        one.row("办理程序", 环节=STEPS[step.step], **named(step.name),
                **{"时限·时长": step.clock and step.clock.length, "时限·单位": step.clock and DAYS[step.clock.unit]})  # fmt: skip
    one.setting("办理程序·开始日", book.procedure.starts_on)
    one.setting("办理程序·结束日", book.procedure.ends_on)
    assert book.procedure.targets_open
    one.setting("办理程序·目标草案公开·时长", book.procedure.targets_open.length)
    one.setting("办理程序·目标草案公开·单位", DAYS[book.procedure.targets_open.unit])


def tree(one: Official, node: Node, parent: str) -> None:
    if parent:
        one.row("指标树", 代码=node.code, 上级维度=parent, 类型="维度", **named(node.name))
    for child in node.children:
        if isinstance(child, str):
            one.row("指标树", 代码=child, 上级维度=node.code, 类型="指标")
        else:
            tree(one, child, node.code)


def measured(one: Official, i: Any) -> None:
    """An indicator's row, and the numbers of its method on the method's own sheet."""
    basis = i.basis[0] if i.basis else None
    one.row(
        "指标", 代码=i.code, **named(i.name), 状态=STATES[i.status], 任务来源=ORIGINS[i.origin], 责任部门=i.owner,
        数据来源方={"unit": "被考核单位", "system": "系统自动"}.get(i.supplier, i.supplier), 方向=WAYS[i.direction], 小数位=i.decimals,
        可靠性=i.reliability, 频率=TIMES[i.frequency], 滞后天数=i.lag_days, 不发布的月份="、".join(map(str, i.skip_months)),
        期内汇总=SUMS[i.combine], 无数据行时="视为零" if i.absent == "zero" else None, 无数据行的理由=i.absent_reason,
        计上年值="是" if i.score_previous_year else "否", 公开={"public": "公开", "internal": "内部"}[i.visibility],
        **{"计量单位·中文": i.measure_unit.zh, "计量单位·英文": i.measure_unit.en, "来源系统·中文": i.source.zh, "来源系统·英文": i.source.en,
           "依据·1·标题": basis and basis.title, "依据·1·可信度": basis and basis.tag,
           "合理范围·下限": i.sense and i.sense.low, "合理范围·上限": i.sense and i.sense.high,
           "数据版本·最迟公布日": i.vintage and i.vintage.published_by,
           "构成·分子": i.parts and "；".join(f"{c}={n:f}" for c, n in i.parts.numerator.items()),
           "构成·分母": i.parts and "；".join(f"{c}={n:f}" for c, n in i.parts.denominator.items()),
           "构成·倍数": i.parts and i.parts.scale,
           "亮灯·规则": i.light and LIGHTS[i.light.by], "亮灯·黄灯": i.light and i.light.watch, "亮灯·红灯": i.light and i.light.missed,
           "参照·参照对象": REFERENCES[i.reference.to], "参照·单位": i.reference.unit,
           "计分·类型": i.method and KINDS[i.method.kind], "计分·目标值": getattr(i.method, "target", None)},
    )  # fmt: skip
    if i.method is None:
        return
    held = i.method.model_dump(exclude_defaults=True)
    own = {NUMBERS[k]: v for k, v in held.items() if k in NUMBERS}
    own |= {CHOICES[k][0]: CHOICES[k][1][v] for k, v in held.items() if k in CHOICES}
    title = f"法·{KINDS[i.method.kind]}"
    steps = held.get("steps", ())
    for place, step in enumerate(steps):
        row = {"台阶·界值": step["at"], "台阶·得分比例": step["credit"]}
        one.row(title, 指标=i.code, **row, **(own if place == 0 else {}))
    if own and not steps:
        one.row(title, 指标=i.code, **own)


def test_an_official_fills_in_a_year_from_what_the_form_says(
    tmp_path: Path, zhengheng: Command
) -> None:
    form = tmp_path / "方案.xlsx"
    assert zhengheng("scheme", "new", "blank", form).returncode == 0
    book = department_rulebook()
    one = Official(form)
    fill(book, one)
    again, _ = load_rulebook(one.save())
    assert data_fingerprint(again) == data_fingerprint(book)
    assert wording_fingerprint(again) == wording_fingerprint(book)
    assert again == book


def same(path: Path, book: Rulebook) -> None:
    assert read_workbook(path)[0] == book


@pytest.mark.parametrize("main", [*PACKS, *EXAMPLES], ids=lambda p: p.parent.name + p.parent.parent.name)  # fmt: skip
def test_every_rulebook_of_the_repository_survives_its_workbook(main: Path, tmp_path: Path) -> None:
    book, _ = load_rulebook(main.parent)
    write_workbook(book, tmp_path / "b.xlsx")
    same(tmp_path / "b.xlsx", book)


def test_workbooks_survive_another_program(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        missing("LibreOffice")
    books = {"d": department_rulebook(), "b": district_rulebook(), "m": load_rulebook(ROOT / "src/zhengheng/scheme/packs/methods")[0]}  # fmt: skip
    for name, book in books.items():
        write_workbook(book, tmp_path / f"{name}.xlsx")
    files = [str(tmp_path / f"{name}.xlsx") for name in books]
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", tmp_path / "out", *files],
                   check=True, capture_output=True, timeout=240)  # fmt: skip
    for name, book in books.items():
        same(tmp_path / "out" / f"{name}.xlsx", book)


# -- every word is there ----------------------------------------------------------------------------


def shapes(model: Any = Rulebook, seen: set[Any] | None = None) -> Iterator[tuple[str, str, Shape]]:
    """Every part of every model of the format, with its name."""
    seen = seen if seen is not None else set()
    if model in seen:
        return
    seen.add(model)
    for name, shape in parts_of(model).items():
        inner = [shape]
        while inner:
            one = inner.pop()
            yield model.__name__, name, one
            inner += [x for x in (one.inner, one.keys, *one.members) if x is not None]
            if one.model:
                yield from shapes(one.model, seen)


def test_every_part_and_choice_has_a_chinese_word_and_each_is_read() -> None:
    for model, name, shape in shapes():
        assert not heading(name).isascii(), (model, name)
        found = chooser(shape) if shape.tag else shape
        part = "kind" if shape.tag else name
        words = [words_of(part, one)[0] for one in choices_of(found)]
        assert len(set(words)) == len(words), (model, name)
        for choice in choices_of(found):
            assert not words_of(part, choice)[0].isascii() or str(choice) in {"A", "B", "C", "D", "1"} or (part == "panel" and str(choice).isdecimal()), (model, name, choice)  # fmt: skip
            for word in (str(choice), words_of(part, choice)[0]):
                assert meant(part, found, word) == choice


def test_no_two_columns_of_a_sheet_and_no_two_settings_say_the_same(tmp_path: Path) -> None:
    for sheet in sheets():
        heads = [sheet.heading(key) for key in sheet.keys]
        assert len(set(heads)) == len(heads), sheet.title
    labels = [label(key) for rows in settings().values() for key, _ in rows]
    assert len(set(labels)) == len(labels)
    write_form(tmp_path / "f.xlsx")
    form = load_workbook(tmp_path / "f.xlsx")
    for page in form.worksheets:
        shown = [cell.value for row in page.iter_rows() for cell in row
                 if cell.value and not page.row_dimensions[cell.row].hidden and not page.column_dimensions[cell.column_letter].hidden]  # fmt: skip
        assert not [text for text in shown if "/" in str(text) and str(text).isascii()], page.title


def test_what_can_only_be_what_it_is_has_no_row_in_the_form() -> None:
    rows = [key for held in settings().values() for key, shape in held if len(shape.choices) == 1 and "/" not in key]  # fmt: skip
    assert rows == []


def test_every_choice_of_the_form_is_a_chinese_drop_down(tmp_path: Path) -> None:
    write_form(tmp_path / "f.xlsx")
    form = load_workbook(tmp_path / "f.xlsx")
    for sheet in sheets():
        page = form[sheet.title]
        lists = [(rule.formula1.strip('"'), str(rule.sqref)) for rule in page.data_validations.dataValidation if rule.type == "list"]  # fmt: skip
        for place, key in enumerate(sheet.keys, 1):
            shape = sheet.shape(key)
            part = key.split("/")[-1]
            if shape and sheet.kind != "settings" and key != "@key" and (words := offered(part, shape)):  # fmt: skip
                letter = page.cell(1, place).column_letter
                assert any(f"{letter}3:" in area for text, area in lists if text == ",".join(words)), (sheet.title, key)  # fmt: skip


# -- what offices do to a form ------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Workbook]:
    from tests.test_scheme import change, write

    book, _ = load_rulebook(write(tmp_path / "y", **change("A", measure_unit="%")))
    path = tmp_path / "b.xlsx"
    write_workbook(book, path)
    return path, load_workbook(path)


def cell(page: Any, head: str, row: int = 3) -> Any:
    column = next(c.column for line in page.iter_rows(max_row=5) for c in line if c.value == head)
    return page.cell(row, column)


def problems(path: Path, book: Workbook) -> dict[str, list[str]]:
    book.save(path)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    found: dict[str, list[str]] = {}
    for one in caught.value.problems:
        assert one.zh
        assert one.en
        found.setdefault(one.where, []).append(one.zh)
    return found


def test_titles_above_the_header_and_headers_alone_are_taken(small: tuple[Path, Workbook]) -> None:
    path, book = small
    before, _ = load_rulebook(path)
    for name in ("指标", "权重", "指标树", "类别", "基本信息"):
        page = book[name]
        page.insert_rows(1, 2)
        page.row_dimensions[2].hidden, page.row_dimensions[4].hidden = False, True
        page.cell(1, 1).value = "云衡市二〇二五年度考核方案"
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=page.max_column)
    book.save(path)
    assert load_rulebook(path)[0] == before
    for name in ("指标", "权重", "指标树", "类别"):
        book[name].delete_rows(4)
        book[name].row_dimensions[4].hidden = False
    book.save(path)
    assert load_rulebook(path)[0] == before


@pytest.mark.parametrize("said", ["比率法", "目标比率", "ratio", "完成率法"])
def test_a_choice_is_read_by_any_of_its_words(said: str, small: tuple[Path, Workbook]) -> None:
    path, book = small
    cell(book["指标"], "计分·类型").value = said
    cell(book["指标"], "方向").value = "正向"
    cell(book["指标"], "频率").value = "年"
    book.save(path)
    method = load_rulebook(path)[0].indicator("A").method
    assert method is not None
    assert method.kind == "ratio"  # type: ignore[union-attr]


def test_a_chinese_code_is_refused_with_its_reason(small: tuple[Path, Workbook]) -> None:
    path, book = small
    cell(book["类别"], "代码").value = "区县"
    found = problems(path, book)
    assert list(found) == ["b.xlsx!类别!A3"]
    assert "中文请写在名称里" in found["b.xlsx!类别!A3"][0]


def test_a_percent_is_refused_where_a_number_is_asked(small: tuple[Path, Workbook]) -> None:
    path, book = small
    where = cell(book["指标"], "计分·目标值")
    where.value, where.number_format = 0.95, "0%"
    found = problems(path, book)
    assert list(found) == [f"b.xlsx!指标!{where.coordinate}"]
    assert "95%" in found[f"b.xlsx!指标!{where.coordinate}"][0]


def test_a_weight_that_is_no_number_is_said_once_at_its_cell(small: tuple[Path, Workbook]) -> None:
    path, book = small
    cell(book["权重"], "全部类别").value = "50分"
    found = problems(path, book)
    assert list(found) == ["b.xlsx!权重!D3"]
    assert len(found["b.xlsx!权重!D3"]) == 1
    assert "“50分”不是数字" in found["b.xlsx!权重!D3"][0]


def test_a_missing_name_hides_no_weight(small: tuple[Path, Workbook]) -> None:
    path, book = small
    cell(book["类别"], "名称·中文").value = None
    cell(book["权重"], "全部类别", 4).value = 99
    cell(book["指标树"], "代码", 4).value = "Z"
    found = problems(path, book)
    assert {"b.xlsx!类别!B3", "b.xlsx!权重!D4", "b.xlsx!指标树!A4"} <= set(found)
    assert any("合计" in text for text in found["b.xlsx!权重!D4"])


def test_rows_that_belong_to_nobody_are_said(small: tuple[Path, Workbook]) -> None:
    path, book = small
    page = book["法·比率法"]
    page.cell(3, 1).value, cell(page, "封顶").value = "没有", "1.2"
    page.cell(4, 1).value, cell(page, "封顶", 4).value = "B", "1.2"
    book["年中调整"].cell(3, 1).value = "A"
    book["指标树"].cell(6, 1).value = "C"
    book["指标树"].cell(6, 2).value = "nowhere"
    book["指标"].cell(1, book["指标"].max_column + 1).value = "备注"
    book["指标"].cell(3, book["指标"].max_column).value = "某某"
    found = problems(path, book)
    for place in ("法·比率法!A3", "法·比率法!A4", "年中调整!E3", "指标树!B6"):
        assert f"b.xlsx!{place}" in found
    assert any("不认识的列" in text for texts in found.values() for text in texts)


# -- no word of the validation's own reaches people ---------------------------------------------------

WRONG: tuple[Any, ...] = ("sideways", "1e5", "", "12.5.1", -7, 10**20, True, None, [], ["x", {}], {}, {"nope": 1}, [[1]], "99%")  # fmt: skip
OWN = re.compile(r"function-|constrained|Input|input|pydantic|literal|tuple|\bdict|\bNone\b|\bTrue\b|_number|valid |union|\{[a-z_]+\}")  # fmt: skip


def whole(shape: Shape) -> Any:
    """The least that a part can be."""
    if shape.kind == "model":
        return {key: whole(one) for key, one in shape.parts.items() if one.required}
    if shape.kind == "either":
        return whole(next((one for one in shape.members if one.scalar), shape.members[0]))
    if shape.kind == "list":
        return [whole(shape.inner)] * (shape.limits.get("min_length", 0)) if shape.inner else []
    if shape.kind == "map":
        return {"a": whole(shape.inner)} if shape.inner else {}
    plain = {"number": "1", "integer": 1, "yes_no": True, "day": "2025-01-01", "text": "1"}
    return shape.choices[0] if shape.choices else plain.get(shape.kind)


def models() -> list[Any]:
    return list({one.model: None for _, _, one in shapes() if one.model} | {Rulebook: None})


@pytest.mark.parametrize("model", models(), ids=lambda m: m.__name__)
def test_every_part_says_in_the_trade_s_words_what_is_wrong_with_it(model: Any) -> None:
    root = Shape("model", model=model)
    for name in (*parts_of(model), "nonsense"):
        for wrong in WRONG:
            data = whole(root) | {name: wrong}
            try:
                model.model_validate_json(json.dumps(data), strict=True)
            except ValidationError as error:
                found = list(explain(error, Document(data, "r.yaml"), root, data))
                assert found, (name, wrong)
                for one in found:
                    said = one.en.split(": ", 1)[-1]
                    assert not OWN.search(one.zh.split("：", 1)[-1]), one.zh
                    assert not OWN.search(said), one.en

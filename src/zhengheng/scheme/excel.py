"""A rulebook as the Excel workbook that an official fills in; excel_read.py takes it back, without loss.

Every sheet has a row of Chinese headers and a hidden row of stable keys, so headers may be reworded. What can be
chosen is a drop-down of Chinese words; every column says in a note what belongs there and what holds where it is
empty. The empty form has every setting, every list and every number of every method.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from zhengheng.scheme.cells import ROOT, at, joined, part_of, spoken
from zhengheng.scheme.choice_words import offered
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.kinds import Shape
from zhengheng.scheme.limit_words import admitted
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.save import filed
from zhengheng.scheme.shared import NONE
from zhengheng.scheme.sheets import (
    BASICS,
    CHANGE,
    CHANGES,
    ENTRY,
    GUIDE,
    KEY,
    LISTS,
    SHARED,
    SHARES,
    TREE,
    WEIGHT,
    WEIGHTS,
    Sheet,
    label,
    methods,
    settings,
    sheets,
)

Cells = dict[str, Any]
ROWS = 2000
"""Rows that carry the drop-downs of their column."""
_NUMBER = re.compile(r"0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9]", re.ASCII)
_HEAD = PatternFill("solid", fgColor="F5F7F9")


def write_workbook(book: Rulebook, path: Path) -> None:
    """Write the workbook; reading it gives the same model."""
    data = filed(book)
    if book.senses:
        # What is usual is written out: whoever adds a row would not see that it goes.
        data["senses"] = {
            unit: sense.model_dump(mode="json", exclude_none=True)
            for unit, sense in book.senses.items()
        }
    _write(data, path)


def write_form(path: Path) -> None:
    """Write the empty form of a rulebook."""
    usual = ROOT.parts["senses"].default
    senses = {unit: one.model_dump(mode="json", exclude_none=True) for unit, one in usual.items()}
    root = {"code": "total", "name": {"zh": "总分", "en": "Total"}, "children": []}
    _write({"tree": root, "weights": [], "senses": senses}, path)


def _write(data: Cells, path: Path) -> None:
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    page.title = GUIDE
    for line in _GUIDE.strip().splitlines():
        page.append([line])
    page.column_dimensions["A"].width = 110
    rows = _rows(data)
    for sheet in sheets():
        _page(workbook, sheet, rows.get(sheet.title, []))
    workbook.save(path)


def _rows(data: Cells) -> dict[str, list[Cells]]:
    """The rows of every sheet; what no sheet holds becomes a setting."""
    found: dict[str, list[Cells]] = {}
    tree, weights = data.pop("tree"), data.pop("weights")
    found[TREE] = list(_tree_rows(tree, "", ROOT.parts["tree"]))
    found[WEIGHTS] = list(_weight_rows(weights))
    for indicator in data.get("indicators", []):
        _part(indicator, found)
    for number, entry in enumerate(data.get(SHARES[0], []), 1):
        if method := entry.get("method"):
            entry["method"] = _apart({SHARED: number}, method, found)
        found.setdefault(_title(SHARES), []).append({SHARED: number} | dict(_spoken(entry, _shape(SHARES).inner)))  # fmt: skip
    data.pop(SHARES[0], None)
    for sheet in sheets():
        if sheet.kind not in {"list", "map"}:
            continue
        *above, last = sheet.place
        holder = data
        for name in above:
            holder = holder.get(name, {})
        held = holder.get(last)
        shape = _shape(sheet.place)
        if held:
            say = _spoken if sheet.place == ("indicators",) else spoken
            pairs = held.items() if isinstance(held, dict) else ((None, one) for one in held)
            found[sheet.title] = [
                ({KEY: _key(shape, key)} if key is not None else {}) | dict(say(one, shape.inner)) for key, one in pairs
            ]  # fmt: skip
            del holder[last]
            if above and not holder:
                del data[above[0]]
    found[BASICS] = list(_setting_rows(dict(spoken(data, ROOT)) if data else {}))
    return found


def _shape(place: tuple[str, ...]) -> Shape:
    shape = ROOT
    for name in place:
        shape = shape.parts[name]
    return shape


def _key(shape: Shape, key: str) -> Any:
    return next(iter(spoken(key, shape.keys, "clocks")))[1] if shape.keys else key


def _setting_rows(held: Cells) -> Iterator[Cells]:
    for title, rows in settings().items():
        yield {"@label": title}
        for key, shape in rows:
            yield {"@label": label(key), "值": held.pop(key, None), "名称": key, "@note": admitted(key, shape)}  # fmt: skip
    for key, value in held.items():
        yield {"@label": label(key), "值": value, "名称": key}


def _part(indicator: Cells, found: dict[str, list[Cells]]) -> None:
    """Take an indicator's changes, and the numbers of its methods, to sheets of their own."""
    code = indicator["code"]
    if method := indicator.get("method"):
        indicator["method"] = _apart({"indicator": code}, method, found)
    for number, change in enumerate(indicator.pop("changes", []), 1):
        own = {"indicator": code, CHANGE: number}
        kept = _apart(own, change["method"], found)
        shape = ROOT.parts["indicators"].inner.parts["changes"].inner  # type: ignore[union-attr]
        found.setdefault(CHANGES, []).append(own | dict(spoken(change | {"method": kept}, shape)))


def _apart(own: Cells, method: Cells, found: dict[str, list[Cells]]) -> Cells:
    """Take the numbers of a method to its sheet; what stays is its kind and its target."""
    kept: Cells = {key: method.pop(key) for key in ("kind", "target") if key in method}
    _method_rows(own, kept["kind"], method, found)
    return kept


def _title(place: tuple[str, ...]) -> str:
    return next(sheet.title for sheet in sheets() if sheet.place == place)


def _spoken(value: Any, shape: Shape | None, path: str = "") -> Iterator[tuple[str, Any]]:
    """An entry's cells; what it has none of, against the shared settings, is said in a word."""
    for key, held in spoken(value, shape, path):
        yield key, NONE if held in (None, "", "[]", "{}") else held


def _method_rows(own: Cells, kind: str, numbers: Cells, found: dict[str, list[Cells]]) -> None:
    if not numbers:
        return
    shape = methods()[kind]
    rows: list[Cells] = [dict(own)]
    for name, value in numbers.items():
        part = shape.parts[name]
        if part.kind == "list" and part.inner and part.inner.model and value:
            for place, entry in enumerate(value):
                if place >= len(rows):
                    rows.append(dict(own))
                rows[place] |= dict(spoken(entry, part.inner, f"{name}/{ENTRY}"))
        else:
            rows[0] |= dict(_spoken(value, part, joined("", name)))
    title = next(sheet.title for sheet in sheets() if sheet.method == kind)
    found.setdefault(title, []).extend(rows)


def _tree_rows(node: Cells, parent: str, shape: Shape) -> Iterator[Cells]:
    own = {key: value for key, value in node.items() if key != "children"}
    yield {"parent": parent, "kind": "维度", **dict(spoken(own, shape))}
    for child in node["children"]:
        if isinstance(child, str):
            yield {"code": child, "parent": node["code"], "kind": "指标"}
        else:
            yield from _tree_rows(child, node["code"], shape)


def _weight_rows(weights: list[Cells]) -> Iterator[Cells]:
    shape = ROOT.parts["weights"].inner
    for number, table in enumerate(weights, 1):
        rest = {key: value for key, value in table.items() if key not in {"table", "from"}}
        for place, (child, entry) in enumerate(table["table"].items()):
            row: Cells = {"table": str(number), "from": table["from"], "child": child}
            if isinstance(entry, dict):
                row |= {f"={category}": weight for category, weight in entry.items()}
            else:
                row["*"] = entry
            yield row | (dict(spoken(rest, shape)) if place == 0 and rest else {})


def _page(workbook: Workbook, sheet: Sheet, rows: list[Cells]) -> None:
    page = workbook.create_sheet(sheet.title)
    extra = dict.fromkeys(key for row in rows for key in row)
    keys = [*sheet.keys, *(key for key in extra if key not in sheet.keys)]
    page.append([sheet.heading(key) for key in keys])
    # A key that began with = would be a formula to other programs.
    page.append([f"{WEIGHT}{key[1:]}" if key.startswith("=") else key for key in keys])
    page.row_dimensions[2].hidden = True
    page.freeze_panes = "B3" if sheet.kind == "settings" else "C3"
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row in rows:
        page.append([outgoing(row.get(key)) for key in keys])
    for place, key in enumerate(keys, 1):
        letter = get_column_letter(place)
        wide = "name" in key or key in {"@label", "值", "@note"}
        page.column_dimensions[letter].width = (50 if key == "@note" else 26) if wide else 14
        page.column_dimensions[letter].hidden = key == "名称"
        if sheet.kind != "settings" and (shape := sheet.shape(key)):
            part = "clocks" if key == KEY else part_of(key)
            _advise(workbook, page, f"{letter}3:{letter}{ROWS}", part, key, shape)
    if sheet.kind == "settings":
        for number, row in enumerate(rows, 3):
            if named := row.get("名称"):
                _advise(workbook, page, f"B{number}", part_of(named), named, at(named))
            else:
                page.cell(number, 1).font = Font(bold=True)


def _advise(
    workbook: Workbook, page: Any, area: str, part: str, key: str, shape: Shape | None
) -> None:
    """The drop-down of an area, and what belongs there as a note that shows when a cell is chosen."""
    if shape is None:
        return
    words = offered(part, shape)
    rule: str | None = None
    if words:
        rule = '"' + ",".join(words) + '"'
        if len(rule) > 255:
            rule = _listed(workbook, words)
    advice = DataValidation(type="list" if rule else None, formula1=rule, allow_blank=True)
    advice.showErrorMessage = bool(words) and shape.kind != "either"
    advice.promptTitle, advice.prompt = heading(key)[:32], admitted(key, shape)[:255]
    advice.showInputMessage = True
    page.add_data_validation(advice)
    advice.add(area)


def _listed(workbook: Workbook, words: tuple[str, ...]) -> str:
    """A drop-down too long to be written in its rule: its words in a column of a hidden sheet."""
    title = LISTS
    page = workbook[title] if title in workbook.sheetnames else workbook.create_sheet(title)
    page.sheet_state = "hidden"
    column = next(n for n in range(1, page.max_column + 2) if page.cell(1, n).value in {None, words[0]})  # fmt: skip
    for number, word in enumerate(words, 1):
        page.cell(number, column).value = word
    letter = get_column_letter(column)
    return f"{title}!${letter}$1:${letter}${len(words)}"


def outgoing(value: Any) -> Any:
    """Numbers go out as numbers where that loses nothing; everything else as text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        if _NUMBER.fullmatch(value) and len(value) <= 15:
            return int(value) if "." not in value else float(value)
        if value[:1] in {"=", "'"}:
            return "'" + value
    return value


_GUIDE = """
考核方案工作簿（政衡）
一、每张表第一行是中文表头，第二行隐藏，是系统使用的键，请勿删除；表头之上可以另加标题行。
二、按“基本信息、类别、分组、单位、指标、指标树、权重、等次、办理程序”的次序填写；不用的表留空。选中单元格时会提示应填的内容和留空时的默认值。
三、代码用字母、数字、下划线、点或连字符，如 A01；中文名称写在名称列。单位代码可以用中文。
四、“指标树”每行一个维度或指标，“上级维度”写维度代码；第一行的总分（total）不要改。
五、“权重”每行一个指标；各类别权重不同时，在“全部类别”右边加列，表头写类别代码或名称。权重可以为 0，不能漏填。
六、“指标”中选定计分方法和目标值；其他参数写在“法·方法名”那张表，一个指标一行；档位、台阶等逐行往下写，每行都写指标代码，或把代码格合并到这几行。
七、年中调整写在“年中调整”表；它的方法参数也写在“法·方法名”表，并注明第几次调整。
八、许多指标相同的设定可以在“共用设定”表写一次：限定指标或计分方法，不限定的适用于全部指标；参数写在“法·方法名”表，注明第几条共用设定。指标自己填写的优先；某指标不要共用的内容时，在该格填“（无）”。
九、下拉列表之外，数字直接填写（不带单位和百分号），日期写成 2025-01-31；一格写几项时用“、”隔开，“代码=数值”用“；”隔开。
十、表头带编号的列可以接着往右加：机构一分为三的，在“机构承继”加“承继单位·3·单位”“承继单位·3·份额”两列；第二个依据写“依据·2·标题”。只加中文表头，隐藏行留空。
十一、“算例”中有目标、其他单位、里程碑或加减分事项的，在右边加列：表头“目标·指标代码”，格内 target=100；表头“其他单位·单位代码”，格内 A01=95；表头“里程碑·指标代码·1”，格内 due_on=2025-03-31；share=50；表头“事件·1”，格内 item=事项代码；points=1。
十二、每个表头、每个项目只写一次；同一项写了两处，或看到的表头与隐藏的键不是同一项，都会退回。
十三、填好后运行：zhengheng scheme check 文件.xlsx，所有问题会连同工作表和单元格一次列出。

Rulebook workbook (Zhengheng). Row 1 holds Chinese headers, hidden row 2 the stable keys. Check it with:
zhengheng scheme check FILE.xlsx
"""

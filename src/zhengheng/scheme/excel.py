"""A rulebook as the Excel workbook an official fills in, and back, without loss.

Every sheet has a Chinese header row and a hidden row of stable keys, so headers may be reworded.
Lists become sheets (one row an entry), the tree and the weights have sheets of their own, all
other settings stand in 基本信息 as name and value. Reading forgives merged cells, full-width digits,
blank rows and numbers typed as text.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from pydantic import ValidationError

from zhengheng.domain.problems import DataError, Problem, RulebookError
from zhengheng.scheme.cells import CellKeyError, Place, flat, place_of, plain, put, validated
from zhengheng.scheme.excel_words import CHOICES, SHEETS, heading
from zhengheng.scheme.fingerprint import dump
from zhengheng.scheme.folder import Source, explain
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.yaml_source import Document
from zhengheng.workbooks.cell import Cell, shown
from zhengheng.workbooks.read import open_sheets
from zhengheng.workbooks.xlsx import Record

BASICS, TREE, WEIGHTS, GUIDE = "基本信息", "指标树", "权重", "填写说明"
Cells = dict[str, Any]
Sheets = dict[str, list[Record]]


# -- writing -----------------------------------------------------------------------------------------


def write_workbook(book: Rulebook, path: Path) -> None:
    """Write the workbook; reading it gives the same model."""
    data = dump(book)
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    page.title = GUIDE
    for line in _GUIDE.strip().splitlines():
        page.append([line])
    page.column_dimensions["A"].width = 100
    lists = {key: data.pop(key, []) for key in SHEETS}
    tree, weights = data.pop("tree"), data.pop("weights")
    _table(
        workbook,
        BASICS,
        [{"名称": k, "值": v} for k, v in flat(data)],
        ["名称", "值"],
        keyed=False,
    )
    _table(
        workbook, TREE, list(_tree_rows(tree, "")), ["code", "parent", "kind", "name/zh", "name/en"]
    )
    _table(workbook, WEIGHTS, list(_weight_rows(weights)), ["table", "from", "child", "*"])
    for key, rows in lists.items():
        common = SHEETS[key][1]
        if rows or key in {"categories", "groups", "units", "indicators", "adjustments"}:
            _table(workbook, SHEETS[key][0], [dict(flat(row)) for row in rows], common)
    workbook.save(path)


def _table(
    workbook: Workbook, title: str, rows: list[Cells], common: list[str], *, keyed: bool = True
) -> None:
    page = workbook.create_sheet(title)
    extra = dict.fromkeys(key for row in rows for key in row)
    keys = [*common, *(key for key in extra if key not in common)]
    page.append([heading(key) if keyed else key for key in keys])
    page.append(keys)
    page.row_dimensions[2].hidden = True
    page.freeze_panes = "B3"
    for cell in page[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="F5F7F9")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row in rows:
        page.append([_outgoing(row.get(key)) for key in keys])
    for place, key in enumerate(keys, 1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = 24 if "name" in key or key in {"名称", "值"} else 14
        if choices := CHOICES.get(key):
            listed = DataValidation(
                type="list", formula1='"' + ",".join(choices) + '"', allow_blank=True
            )
            page.add_data_validation(listed)
            listed.add(f"{letter}3:{letter}2000")


def _outgoing(value: Any) -> Any:
    """Numbers go out as numbers where that loses nothing; everything else as text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        try:
            if value == str(int(value)) and len(value) <= 15:
                return int(value)
            if repr(float(value)) == value and len(value) <= 15 and "e" not in value:
                return float(value)
        except ValueError:
            pass
        if value[:1] in {"=", "'"}:
            return "'" + value
    return value


def _tree_rows(node: Cells, parent: str) -> Iterator[Cells]:
    children = node["children"]
    own = {key: value for key, value in node.items() if key != "children"}
    yield {"parent": parent, "kind": "dimension", **dict(flat(own))}
    for child in children:
        if isinstance(child, str):
            yield {"code": child, "parent": node["code"], "kind": "indicator"}
        else:
            yield from _tree_rows(child, node["code"])


def _weight_rows(weights: list[Cells]) -> Iterator[Cells]:
    for number, table in enumerate(weights, 1):
        rest = {key: value for key, value in table.items() if key not in {"table", "from"}}
        for place, (child, entry) in enumerate(table["table"].items()):
            row: Cells = {"table": str(number), "from": table["from"], "child": child}
            if isinstance(entry, dict):
                row |= {f"={category}": weight for category, weight in entry.items()}
            else:
                row["*"] = entry
            yield row | (dict(flat(rest, "")) if place == 0 else {})


# -- reading -----------------------------------------------------------------------------------------


class _Sheets(Document):
    """The data of a workbook with the cell of each part."""

    def __init__(self, name: str) -> None:
        super().__init__({}, name)
        self.places: dict[Place, str] = {}

    def where(self, path: Place) -> str:
        for length in range(len(path), -1, -1):
            if place := self.places.get(path[:length]):
                return f"{self.name}!{place}"
        return self.name


def read_workbook(path: Path) -> tuple[Rulebook, Source]:
    """Read a workbook. Raises RulebookError with every problem at its sheet and cell."""
    try:
        workbook = dict(open_sheets(path, path.name, all_sheets=True))
    except DataError as error:
        raise RulebookError(error.problems) from error
    document = _Sheets(path.name)
    problems: list[Problem] = []
    try:
        document.data = _read_all(workbook, document, problems)
    except CellKeyError as error:
        raise RulebookError.one(
            path.name, "cell.key", zh=f"隐藏行中的键“{error}”不是方案中的位置, 请从新模板复制表头",
            en=f"the hidden key {error} names no place in a rulebook; copy the headers of a fresh workbook",
        ) from error  # fmt: skip
    document.lines = dict.fromkeys(document.places, 0)
    try:
        book = validated(document.data)
    except ValidationError as error:
        problems += explain(error, document)
    if problems:
        raise RulebookError(problems)
    source = Source(path)
    for number, indicator in enumerate(book.indicators):
        source.cells[indicator.code] = document.where(("indicators", number))
    for key in ("tree", "weights", "categories", "grading", "adjustments", "units"):
        source.cells[key] = document.where((key,))
    return book, source


def _read_all(workbook: Sheets, document: _Sheets, problems: list[Problem]) -> Cells:
    """The whole rulebook as nested data. Raises RulebookError where a sheet is missing, CellKeyError."""
    data: Cells = {}
    _read_lists(workbook, document, problems, data)
    for title in (TREE, WEIGHTS):
        if title not in workbook:
            problems.append(
                Problem(
                    document.name,
                    "sheet.absent",
                    f"缺少工作表“{title}”",
                    f"the sheet {title} is missing",
                )
            )
    if problems:
        raise RulebookError(problems)
    data["tree"] = _read_tree(
        [row for _, row in _rows(TREE, workbook[TREE], document, problems)], document, problems
    )
    data["weights"] = _read_weights(
        list(_rows(WEIGHTS, workbook[WEIGHTS], document, problems)), document
    )
    return {key: value for key, value in data.items() if value or key not in SHEETS}


def _read_lists(workbook: Sheets, document: _Sheets, problems: list[Problem], data: Cells) -> None:
    """The sheet of settings and one sheet a list, into nested data."""
    for title, key in [(BASICS, None), *((name, key) for key, (name, _) in SHEETS.items())]:
        if title not in workbook:
            continue
        rows = list(_rows(title, workbook[title], document, problems))
        if key is None:
            for place, row in rows:
                if row.get("名称"):
                    put(data, str(row["名称"]), row.get("值"))
                    document.places[place_of(str(row["名称"]))] = place["值"]
        else:
            data[key] = []
            for number, (place, row) in enumerate(rows):
                entry: Cells = {}
                for name, value in row.items():
                    put(entry, name, value)
                    document.places[(key, number, *place_of(name))] = place[name]
                document.places[(key, number)] = next(iter(place.values()))
                data[key].append(entry)


def _rows(
    title: str, records: list[Record], document: _Sheets, problems: list[Problem]
) -> Iterator[tuple[dict[str, str], Cells]]:
    """Each filled row with the cell of each value; merged cells repeat their first one."""
    held = dict(records)
    headers, second = held.get(1, []), held.get(2, [])
    hidden = any(isinstance(v, Cell) and v.of_row for v in second) or any(
        v in {"code", "child", "名称"} for v in second[:3]
    )
    words = {heading(key): key for _, common in SHEETS.values() for key in common}
    count = max(len(headers), len(second) if hidden else 0)
    keys = [
        str(second[i]) if hidden and i < len(second) and second[i]
        else words.get(headers[i], headers[i]) if i < len(headers) else ""
        for i in range(count)
    ]  # fmt: skip
    for number, cells in records:
        if number < (3 if hidden else 2):
            continue
        places, row = {}, {}
        for column, (key, cell) in enumerate(zip(keys, cells, strict=False), 1):
            place = f"{title}!{get_column_letter(column)}{number}"
            if fault := _fault(cell):
                problems.append(Problem(f"{document.name}!{place}", *fault))
            value = _incoming(cell)
            if key and value is not None:
                row[key] = value
                places[key] = place
        if row:
            yield places, row


def _fault(cell: str) -> tuple[str, str, str] | None:
    """Why a cell is no part of a rulebook: a formula, an error, hidden, or a percentage by its format alone."""
    if not isinstance(cell, Cell):
        return None
    if fault := cell.of_row or cell.fault or cell.text_fault:
        return fault.code, fault.zh, fault.en
    if cell.endswith("%") and cell.shown != "%":
        return "cell.percent", f"单元格显示为 {cell}，但存的是百分之一；请把格式改为常规，按计量单位填写数字（如 95 或 0.95）", f"this cell shows {cell} and holds a hundredth of it; set its format to General and type the number in its unit of measure (95, or 0.95)"  # fmt: skip
    return None


def _incoming(cell: str) -> str | None:
    """Any cell as text; numbers in their shortest exact form, codes as they are shown."""
    if not cell.strip():
        return None
    if cell in {"true", "false"}:
        return "是" if cell == "true" else "否"
    seen = shown(cell)
    return plain(seen if seen.isdigit() else str(cell))


def _read_tree(rows: list[Cells], document: _Sheets, problems: list[Problem]) -> Cells:
    nodes: dict[str, Cells] = {}
    root: Cells = {}
    for row in rows:
        code, parent = row.get("code", ""), row.get("parent", "")
        if row.get("kind", "indicator") == "indicator":
            entry: Any = code
        else:
            entry = {"children": []}
            for key, value in row.items():
                if key not in {"parent", "kind"}:
                    put(entry, key, value)
            nodes[code] = entry
        if parent in nodes:
            nodes[parent]["children"].append(entry)
        elif not root and isinstance(entry, dict):
            root = entry
        else:
            problems.append(
                Problem(f"{document.name}!{TREE}", "tree.parent", f"{code} 的上级 {parent or '(空)'} 不存在或写在它之后",
                        f"{code}: its parent {parent or '(empty)'} does not exist or stands below it")
            )  # fmt: skip
    return root


def _read_weights(rows: list[tuple[dict[str, str], Cells]], document: _Sheets) -> list[Cells]:
    tables: dict[str, Cells] = {}
    for places, row in rows:
        number = str(row.pop("table", "1"))
        table = tables.setdefault(number, {"table": {}})
        child = str(row.pop("child", ""))
        index = list(tables).index(number)
        document.places[("weights", index, "table", child)] = next(iter(places.values()))
        own = {key[1:]: row.pop(key) for key in [k for k in row if k.startswith("=")]}
        table["table"][child] = own or row.pop("*", None)
        for key, value in row.items():
            put(table, key, value)
    return list(tables.values())


_GUIDE = """
考核方案工作簿 (政衡)
一、每张表第一行是中文表头, 第二行隐藏, 是系统使用的键, 请勿删除。
二、“指标树”从上到下写维度和指标: 类型为 dimension 的是维度, indicator 的是指标, “上级”写维度代码。
三、“权重”每行一个指标, 列为类别; 同一类别合计须等于满分; “全部类别”列表示各类别相同; 允许为 0。
四、“指标”每行一个指标; 计分方法在 method/kind 列选择, 参数写在 method/ 开头的列。
五、小数直接填写; 日期写成 2025-01-31; 是否类填“是”或“否”。空行会被忽略。
六、填好后运行: zhengheng scheme check 文件.xlsx, 所有问题会连同工作表和单元格一次列出。

Rulebook workbook (Zhengheng). Row 1 holds Chinese headers, hidden row 2 the stable keys. Check it with:
zhengheng scheme check FILE.xlsx
"""

"""The two sheets of a workbook that are no lists of entries: the tree, and the weights."""

import re
from typing import Any

from zhengheng.scheme.base import CODE
from zhengheng.scheme.cells import CellKeyError, Place, at, got, place_of, put, typed
from zhengheng.scheme.choice_words import meant
from zhengheng.scheme.sheets import TREE, sheets
from zhengheng.scheme.tables import Book, Row
from zhengheng.workbooks.cell import shown

Cells = dict[str, Any]
CHILD = "@child"
"""Where the code of a row of weights stands, not its weight."""
CODED = re.compile(CODE)


def read_tree(rows: list[Row], book: Book) -> Cells:
    """The tree from its rows: a parent may stand below its children; whatever hangs nowhere is a fault."""
    sheet = next(one for one in sheets() if one.title == TREE)
    kinds = sheet.shape("kind")
    assert kinds
    nodes: dict[str, tuple[Cells, Row]] = {}
    below: dict[str, list[tuple[Any, Row]]] = {}
    for row in rows:
        code = shown(row.cells.get("code", "")).strip()
        said = shown(row.cells.get("kind", "指标"))
        kind = meant("kind", kinds, said)
        if kind is None:
            book.fault(row.place("kind"), "tree.kind", f"“{said}”应为“维度”或“指标”", f"{said!r} should be 维度 (dimension) or 指标 (indicator)")  # fmt: skip
        if not code:
            book.fault(row.place("code"), "field.missing", "请填写代码", "give the code")
            continue
        entry: Any = code
        if kind == "dimension":
            entry = {"code": row.cells["code"], "children": []}
            if code in nodes:
                book.fault(row.place("code"), "tree.twice", f"维度 {code} 写了两次", f"dimension {code} stands twice")  # fmt: skip
            nodes.setdefault(code, (entry, row))
        below.setdefault(shown(row.cells.get("parent", "")).strip(), []).append((entry, row))
    tops = below.pop("", [])
    roots = [one for one in tops if isinstance(one[0], dict)]
    homeless = [one for one in tops if one not in roots[:1]] if roots else []
    for entry, row in homeless:
        book.fault(row.place("parent"), "tree.parent", f"{_code(entry)} 没有写明上级；请填写所属维度的代码，只有总分没有上级。", f"{_code(entry)} has no parent; give the code of its dimension: the total alone has none")  # fmt: skip
    for parent in [parent for parent in below if parent not in nodes]:
        for entry, row in below.pop(parent):
            homeless.append((entry, row))
            book.fault(row.place("parent"), "tree.parent", f"{_code(entry)} 的上级“{parent}”不是这张表中的维度；请填写维度代码", f"{_code(entry)}: its parent {parent!r} is no dimension of this sheet")  # fmt: skip
    if not roots:
        book.fault(f"{TREE}", "tree.root", "没有总分：请保留上级为空的一行（total）", "there is no root: keep the row without a parent (total)")  # fmt: skip
        return {}
    root = _code(roots[0][0])
    homeless += _circles(root, homeless, nodes, below, book)
    # What hangs nowhere hangs where nothing is left, else on the total, until it is told where: all else that it
    # says is read as it stands, and no dimension is told to have nothing below it.
    bare = [code for code in nodes if not below.get(code) and all(code != _code(one) for one, _ in homeless)]  # fmt: skip
    for place, one in enumerate(homeless):
        below.setdefault(bare[place] if place < len(bare) else root, []).append(one)
    _hang(*roots[0], ("tree",), below, book, set())
    return dict(roots[0][0])


def _circles(
    root: str, homeless: list[tuple[Any, Row]], nodes: dict[str, tuple[Cells, Row]],
    below: dict[str, list[tuple[Any, Row]]], book: Book,
) -> list[tuple[Any, Row]]:  # fmt: skip
    """Dimensions that lead to each other and never to the total: each circle is told once, and cut at its first row."""
    cut: list[tuple[Any, Row]] = []
    reached: set[str] = set()

    def reach(code: str) -> None:
        waiting = [code]
        while waiting:
            if (one := waiting.pop()) not in reached:
                reached.add(one)
                waiting += [_code(entry) for entry, _ in below.get(one, []) if isinstance(entry, dict)]  # fmt: skip

    for code in (root, *(_code(entry) for entry, _ in homeless if isinstance(entry, dict))):
        reach(code)
    for code in nodes:
        trail: list[str] = []
        while code not in reached and code not in trail:
            trail.append(code)
            code = shown(nodes[code][1].cells.get("parent", "")).strip()
        if code in reached:
            continue
        circle = sorted(trail[trail.index(code) :], key=list(nodes).index)
        entry, row = nodes[circle[0]]
        said = "、".join(circle)
        book.fault(row.place("parent"), "tree.circle",
                   f"维度 {said} 互为上级，到不了总分；请改写其中一个的上级。" if len(circle) > 1 else f"维度 {said} 的上级是它自己；请改写它的上级。",
                   f"the dimensions {said} are each other's parents and never reach the total; change the parent of one" if len(circle) > 1 else f"dimension {said} is its own parent; change it")  # fmt: skip
        parent = shown(row.cells.get("parent", "")).strip()
        below[parent] = [one for one in below[parent] if one[0] is not entry]
        cut.append((entry, row))
        reach(circle[0])
    return cut


def _code(entry: Any) -> str:
    return shown(entry["code"]) if isinstance(entry, dict) else str(entry)


def _hang(
    entry: Any, row: Row, path: Place, below: dict[str, list[tuple[Any, Row]]], book: Book, seen: set[str]
) -> None:  # fmt: skip
    book.places[path] = row.place("code")
    if not isinstance(entry, dict):
        return
    code = _code(entry)
    for key, place in row.places.items():
        if key in {"parent", "kind"}:
            continue
        try:
            book.places[(*path, *place_of(key))] = place
            if key in row.cells:
                put(entry, key, row.cells[key])
        except CellKeyError as error:
            book.fault(place, "cell.key", f"隐藏行中的键“{error}”不是方案中的位置；请从空表复制表头", f"the hidden key {error} names no place in a rulebook; copy the headers of a fresh form")  # fmt: skip
    if code in seen:
        return
    seen.add(code)
    for number, (child, one) in enumerate(below.get(code, [])):
        entry["children"].append(child)
        _hang(child, one, (*path, "children", number), below, book, seen)


def read_weights(rows: list[Row], book: Book) -> list[Cells]:
    """The tables of weights: one weight for all, or one a category."""
    tables: dict[str, Cells] = {}
    for row in rows:
        child = shown(row.cells.get("child", "")).strip()
        if not child:
            book.fault(row.place("child"), "field.missing", "请填写指标或维度的代码；合计行请删去", "give the code of an indicator or dimension; delete a row of totals")  # fmt: skip
            continue
        if not CODED.fullmatch(child):
            book.fault(row.place("child"), "weights.code", f"“{child}”不是代码；这里填指标或维度的代码，合计行和说明请删去", f"{child!r} is no code; give that of an indicator or dimension, and delete rows of totals and notes")  # fmt: skip
            continue
        number = shown(row.cells.get("table", "1")).strip()
        table = tables.setdefault(number, {"table": {}})
        base: Place = ("weights", list(tables).index(number))
        if child in table["table"]:
            book.fault(row.place("child"), "weights.twice", f"{child} 在同一张权重表中写了两次", f"{child} stands twice in one table of weights")  # fmt: skip
            continue
        own = {key[1:]: text for key, text in row.cells.items() if key.startswith("=")}
        if own and "*" in row.cells:
            book.fault(row.place("*"), "weights.both", f"{child} 既有“全部类别”的权重，又有各类别的权重；请只填一种", f"{child} has one weight for all and weights by category; give one kind")  # fmt: skip
        table["table"][child] = own or row.cells.get("*")
        place = row.place("*" if not own else f"={next(iter(own))}")
        book.places[(*base, "table", child)] = place
        book.places[(*base, "table", child, CHILD)] = row.place("child")
        for key, cell in row.places.items():
            if key.startswith("="):
                book.places[(*base, "table", child, key[1:])] = cell
            elif key not in {"table", "child", "*"}:
                book.places.setdefault((*base, *place_of(key)), cell)
                if key not in row.cells:
                    continue
                held, said, shape = got(table, key), row.cells[key], at(f"weights/#0/{key}")
                if held is not None and typed(held, shape, {}) != typed(said, shape, {}):
                    other = book.places[(*base, *place_of(key))].rpartition("!")[2]
                    book.fault(cell, "cell.twice", f"同一张权重表在 {other} 写的是“{shown(held)}”，这里却是“{shown(said)}”；请改成一致，或另写一个表号", f"the same table of weights says {shown(held)!r} in {other}, and {shown(said)!r} here; make them the same, or give the rows the number of another table")  # fmt: skip
                    continue
                put(table, key, said)
                book.places[(*base, *place_of(key))] = cell
    return list(tables.values())

"""Which sheets the workbook of a rulebook has, which columns each, read off the model: what the format gains, they gain.

A sheet stands for the settings (one row each), the tree, the weights, a list or a map of entries (one row each), the
changes during the year, or the numbers of one method (one row an indicator, more where a method has a table).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Literal

from zhengheng.domain.script import narrow
from zhengheng.scheme.base import Model
from zhengheng.scheme.choice_words import words_of
from zhengheng.scheme.excel_words import SHEETS, heading
from zhengheng.scheme.indicator import Change, Indicator
from zhengheng.scheme.kinds import APART, Shape, leaves, one_cell, parts_of
from zhengheng.scheme.model import Node, Rulebook, WeightTable
from zhengheng.scheme.shared import Shared

GUIDE, BASICS, TREE, WEIGHTS, CHANGES = "填写说明", "基本信息", "指标树", "权重", "年中调整"
LISTS = "选项"
"""The hidden sheet of drop-downs that are too long for their rule; nothing is read from it."""
SHARES = ("defaults",)
WEIGHT = "weight/"
"""Before a category in the hidden keys of the weights; =category inside, and in older workbooks."""
KEY, CHANGE, SHARED, ENTRY = "@key", "@change", "@shared", "#"
"""Columns of their own: the key of a map's entry, which change of an indicator, which shared settings, the next entry
of a method's table."""
_TITLES = {
    ("grading", "bands"): "等次", ("grading", "outside"): "另设等次", ("grading", "gates"): "等次门槛",
    ("procedure", "steps"): "办理程序", ("procedure", "clocks"): "时限", ("senses",): "合理范围",
}  # fmt: skip
_HEADS = {"@label": "项目", "值": "值", "名称": "键", "@note": "说明"}
_KEYS = {("procedure", "clocks"): "事项", ("senses",): "计量单位"}
_ROOT = {"format", "rounding"}
"""Settings that can only be what they are: no row in the form."""
SECTIONS = {
    "方案": ("code", "version", "title", "status", "effective_from", "known_from", "period", "organisation", "home", "subject", "source"),
    "缺数据、不适用与部分年度": ("missing", "missing_reason", "not_applicable", "withheld", "part_year", "part_year_targets"),
    "加减分、排名、等次与亮灯": ("bonus_cap", "deduction_cap", "ranking", "grading", "light"),
    "办理程序": ("procedure",),
}  # fmt: skip
OTHERS = "其他"
_ELSEWHERE = APART | {"changes", "children", "table"}
"""Parts that have rows or a sheet of their own: no column of another goes on into them."""
_OFFERED: dict[tuple[str, ...], str] = {("succession",): "heirs"}
"""Lists of which the empty form has two entries, not one: a split is one into two at least."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the place of its entries in the rulebook, the keys of its columns in order."""

    title: str
    kind: Literal["settings", "tree", "weights", "list", "map", "changes", "method"]
    keys: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    method: str = ""

    def heading(self, key: str) -> str:
        """The Chinese header of a column."""
        if key == KEY:
            return _KEYS.get(self.place, heading(KEY))
        return _HEADS.get(key) or heading(key, inside=self.inside)

    @property
    def inside(self) -> str:
        """What the keys of the columns begin in."""
        if self.kind in {"list", "map"}:
            return self.place[-1]
        return self.method or self.kind

    def own_word(self, path: tuple[str | int, ...]) -> str | None:
        """What a column of this sheet calls a part of the rulebook, where it has a word of its own."""
        size = len(self.place)
        if not self.place or path[:size] != self.place or len(path) < size + 2:
            return None
        key = "/".join(f"#{part}" if isinstance(part, int) else part for part in path[size + 1 :])
        word = heading(key, inside=self.inside)
        return f"{self.title}·{word}" if word != heading(key) else None

    def shape(self, key: str) -> Shape | None:
        """What may stand in a column; None where the column is no place of the format."""
        return shape_of(self, key)

    def continued(self, title: str) -> str | None:
        """The key of a column that the form does not have and whose title goes on as its titles do: a further entry of a
        list, 承继单位·3·单位, or one of a map of several, 目标·A01. None where the title says nothing of the kind."""
        root = _root(self) if "·" in title else None
        if root is None or self.kind not in {"list", "map", "changes"}:
            return None
        found = {*_told(root, narrow(title).split("·"), self.inside)}
        return found.pop() if len(found) == 1 else None


@cache
def sheets() -> tuple[Sheet, ...]:
    """All sheets of the format, in the order of the workbook."""
    found = [
        Sheet(BASICS, "settings", ("@label", "值", "名称", "@note")),
        Sheet(TREE, "tree", ("code", "parent", "kind", *(k for k, _ in leaves(Node) if k != "code"))),
        Sheet(WEIGHTS, "weights", ("table", "from", "child", "*", *(k for k, _ in leaves(WeightTable) if k not in {"from", "table"}))),
    ]  # fmt: skip
    found += list(_entries())
    changes = (k for k, _ in leaves(Change) if k != "method/kind")
    found.append(Sheet(CHANGES, "changes", ("indicator", CHANGE, "method/kind", "method/target", *changes), ("indicators",)))  # fmt: skip
    for kind, shape in methods().items():
        found.append(Sheet(f"法·{words_of('kind', kind)[0]}", "method", ("indicator", CHANGE, SHARED, *_numbers(shape)), method=kind))  # fmt: skip
    return tuple(found)


def _entries() -> list[Sheet]:
    found: dict[tuple[str, ...], Sheet] = {}
    for name, shape in parts_of(Rulebook).items():
        inner = shape.parts.items() if shape.kind == "model" and name != "tree" else ()
        for path, one in [((name,), shape), *(((name, part), below) for part, below in inner)]:
            if one.kind in {"list", "map"} and one.inner and one.inner.model and path != ("weights",):  # fmt: skip
                found[path] = _sheet(path, one)
    order = [("categories",), ("groups",), ("units",), SHARES, ("indicators",)]
    return [found.pop(path) for path in order] + list(found.values())


def _sheet(path: tuple[str, ...], shape: Shape) -> Sheet:
    assert shape.inner
    assert shape.inner.model
    title, common = SHEETS.get("/".join(path), (_TITLES.get(path) or heading("/".join(path)), []))
    keys = [key for key, _ in leaves(shape.inner.model) if not key.startswith("changes/")]
    if shape.inner.model in {Indicator, Shared}:
        keys.append("method/target")
    held = [key for key in common if key in keys]
    key = (KEY,) if shape.kind == "map" else (SHARED,) if shape.inner.model is Shared else ()
    rest: list[str] = []
    for name, entries in groupby((k for k in keys if k not in held), lambda one: one.split("/")[0]):
        own = [*entries]
        rest += own
        if name == _OFFERED.get(path):
            rest += [one.replace("/#0/", "/#1/") for one in own]
    return Sheet(title, shape.kind, (*key, *held, *rest), path)  # type: ignore[arg-type]


@cache
def methods() -> dict[str, Shape]:
    """The methods by their word."""
    shape = parts_of(Indicator)["method"]
    return {str(one.parts[shape.tag].choices[0]): one for one in shape.members}


def _numbers(method: Shape) -> list[str]:
    """The columns of a method's sheet; of a table inside the method, those of its next entry."""
    assert method.model
    own = (key for key, shape in leaves(method.model) if shape.kind != "nothing" and key not in {"kind", "target"})  # fmt: skip
    return [key.replace("/#0/", f"/{ENTRY}/") for key in own]


def settings() -> dict[str, list[tuple[str, Shape]]]:
    """Every setting that has a row in the first sheet, by section."""
    where = {name: title for title, names in SECTIONS.items() for name in names}
    listed = {sheet.place for sheet in sheets() if sheet.kind in {"list", "map"}}
    found: dict[str, list[tuple[str, Shape]]] = {title: [] for title in (*SECTIONS, OTHERS)}
    for key, shape in leaves(Rulebook):
        parts = tuple(key.split("/"))
        if parts[0] in {"tree", "weights", *_ROOT} or any(parts[: len(p)] == p for p in listed):
            continue
        found[where.get(parts[0], OTHERS)].append((key, shape))
    order = {name: place for place, name in enumerate(where)}
    for rows in found.values():
        rows.sort(key=lambda row: order.get(row[0].split("/")[0], len(order)))
    return found


def label(key: str) -> str:
    """The Chinese label of a setting."""
    return heading(key, inside="rulebook")


_MODELS: dict[str, type[Model]] = {"tree": Node, "weights": WeightTable, "changes": Change}


@cache
def shape_of(sheet: Sheet, key: str) -> Shape | None:
    if sheet.kind == "settings":
        return Shape("text") if key in sheet.keys else None
    own = {
        "tree": {"parent": Shape("text"), "kind": Shape("choice", choices=("dimension", "indicator"))},
        "weights": {"table": Shape("text"), "child": Shape("text"), "*": Shape("number")},
        "changes": {"indicator": Shape("text"), CHANGE: Shape("integer")},
        "method": {"indicator": Shape("text"), CHANGE: Shape("integer"), SHARED: Shape("integer")},
    }.get(sheet.kind, {})  # fmt: skip
    if key == SHARED and sheet.place == SHARES:
        return Shape("integer")
    if key in own:
        return own[key]
    if sheet.kind == "weights" and key.startswith(("=", WEIGHT)):
        return Shape("number")
    if sheet.kind == "map" and key == KEY:
        return _at(Shape("model", model=Rulebook), sheet.place).keys  # type: ignore[union-attr]
    return _at(_root(sheet), tuple(key.split("/")))


def _root(sheet: Sheet) -> Shape | None:
    """What a row of a sheet stands for."""
    if sheet.kind in {"list", "map"}:
        return _at(Shape("model", model=Rulebook), sheet.place).inner  # type: ignore[union-attr]
    if sheet.kind == "method":
        return methods()[sheet.method]
    return Shape("model", model=_MODELS[sheet.kind]) if sheet.kind in _MODELS else None


def _told(shape: Shape, words: list[str], inside: str) -> Iterator[str]:
    """The keys that the words of a title lead to, from what `inside` is."""
    if not words or one_cell(shape):
        if not words and one_cell(shape):
            yield ""
        return
    word, rest = words[0].strip(), words[1:]
    steps: dict[str, tuple[Shape | None, str]] = {}
    if shape.kind == "list" and word.isdecimal() and int(word):
        steps[f"#{int(word) - 1}"] = (shape.inner, inside)
    elif shape.kind == "map" and word:
        steps[word.replace("%", "%25").replace("/", "%2F")] = (shape.inner, word)
    for one in shape.members or (shape,):
        for name, own in one.parts.items():
            if name not in _ELSEWHERE and heading(name, inside=inside) == word:
                steps[name] = (own, name)
    for step, (part, name) in steps.items():
        if part is not None:
            for key in _told(part, rest, name):
                yield f"{step}/{key}" if key else step


def _at(shape: Shape | None, path: tuple[str, ...]) -> Shape | None:
    for part in path:
        if shape is None:
            return None
        shape = shape.below(0 if part.startswith(ENTRY) else part)
    return shape

"""One indicator of a draft, changed in a form instead of a file: every cell that its row of the workbook has."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from zhengheng.domain.entries import dotted
from zhengheng.domain.names import unknown
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.cells import ROOT, CellKeyError, flat, plain, put, validated
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.fault_words import kind_of, worded
from zhengheng.scheme.faults import faults
from zhengheng.scheme.findings import names_of
from zhengheng.scheme.fingerprint import dump, with_shared
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook

Texts = Mapping[str, str]
YES = ("是", "否")
ALL = "*"
"""The column of a weight that holds for every category."""


@dataclass(frozen=True)
class Cell:
    """One cell of an indicator: its key, what stands in it, what may stand there if not anything may."""

    key: str
    value: str
    choices: tuple[str, ...] = ()
    usual: str = ""
    """What holds where the cell is empty."""


def cells(book: Rulebook, code: str, typed: Texts) -> list[Cell]:
    """Every cell an indicator has or may have, in the order of the format; lists with one entry more.

    `typed` stands over what the rulebook holds, and decides with its method/kind which numbers the method asks for.
    """
    held = _held(dump(book), code)
    texts = {key: _text(value) for key, value in flat(held) if value is not None} | dict(typed)
    shape: dict[str, Any] = {}
    for key, value in texts.items():
        put(shape, key, value)
    return [
        Cell(key, texts.get(key, ""), choices, usual)
        for key, choices, usual in _places(Indicator, shape, "")
    ]


def dimension_of(book: Rulebook, code: str) -> str:
    """The node of the tree right above an indicator; empty where it is not scored."""
    return next((node.code for node, _, _ in book.nodes() if code in node.children), "")


def weights_of(book: Rulebook, code: str) -> dict[str, str]:
    """Its weight in the newest table by column: a column a category or unit where others have one, or one for all."""
    table = max(dump(book)["weights"], key=lambda one: one["from"])["table"]
    row = table.get(code)
    if isinstance(row, str):
        return {ALL: row}
    known = dict.fromkeys(column for other in table.values() if isinstance(other, dict) for column in other)  # fmt: skip
    if not known:
        return {ALL: ""}
    return dict.fromkeys([c.code for c in book.categories if c.code in known] or known, "") | (row or {})  # fmt: skip


def amended(
    book: Rulebook, code: str, texts: Texts, *, dimension: str | None = None, weights: Texts | None = None
) -> Rulebook:  # fmt: skip
    """The rulebook with these cells of the indicator changed, an empty one removed; a new code makes a new indicator.

    `dimension` is the node under which it hangs (empty: none, an input of others), `weights` its row in the newest
    table by column; None leaves them as they are. Raises RulebookError with every cell that does not fit.
    """
    data = with_shared(book)
    held = _held(data, code)
    if (kind := texts.get("method/kind")) is not None and kind != held.get("method", {}).get("kind"):  # fmt: skip
        # The numbers of another method mean nothing under this one.
        held.pop("method", None)
    try:
        _write(held, texts)
    except CellKeyError as error:
        raise RulebookError.one(f"{code}!{error}", "cell.key", zh=f"指标没有“{error}”这一格", en=f"an indicator has no cell {error}") from error  # fmt: skip
    held["code"] = code
    if held not in data["indicators"]:
        data["indicators"].append(held)
    if dimension is not None:
        _hang(data["tree"], code, dimension)
    if weights is not None:
        _weigh(data, code, weights)
    try:
        return validated(data)
    except ValidationError as error:
        raise RulebookError(_problems(code, error, data)) from error  # fmt: skip


def removed(book: Rulebook, code: str) -> Rulebook:
    """The rulebook without an indicator, its weights and its place in the tree, goals and topics.

    Raises RulebookError where there is none.
    """
    data = with_shared(book)
    if not any(one["code"] == code for one in data["indicators"]):
        zh, en = unknown("indicator", code, names_of(book.indicators))
        raise RulebookError.one("indicator", "indicator.unknown", zh=zh, en=en)
    data["indicators"] = [one for one in data["indicators"] if one["code"] != code]
    _hang(data["tree"], code, "")
    for table in data["weights"]:
        table["table"].pop(code, None)
    for part in ("goals", "topics"):
        for one in data.get(part, ()):
            one["indicators"] = [known for known in one.get("indicators", ()) if known != code]
    # A shared setting for this indicator alone goes with it: without names it would cover all.
    data["defaults"] = [one for one in data.get("defaults", ()) if one.get("indicators") != [code]]
    for one in data["defaults"]:
        if code in one.get("indicators", ()):
            one["indicators"].remove(code)
    data["cascade"] = [one for one in data.get("cascade", ()) if one["indicator"] != code]
    try:
        return validated(data)
    except ValidationError as error:
        raise RulebookError(_problems(code, error, data)) from error  # fmt: skip


def _held(data: dict[str, Any], code: str) -> dict[str, Any]:
    return next((one for one in data.setdefault("indicators", []) if one["code"] == code), {"code": code})  # fmt: skip


def _text(value: Any) -> str:
    return YES[not value] if isinstance(value, bool) else str(value)


def _write(held: dict[str, Any], texts: Texts) -> None:
    """Set the cells; what is empty goes, with whatever held nothing else."""
    for key, text in texts.items():
        put(held, key, plain(text) if text.strip() else None)
    for key in list(held):
        held[key] = _pruned(held[key])
        if held[key] is None:
            del held[key]


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        value = {key: left for key, entry in value.items() if (left := _pruned(entry)) is not None}
        return value or None
    if isinstance(value, list):
        return [left for entry in value if (left := _pruned(entry)) is not None] or None
    return value


def _hang(node: dict[str, Any], code: str, dimension: str) -> None:
    """Take a leaf from where it hangs and hang it under a node, unless it is there already."""
    children, wanted = node["children"], node["code"] == dimension
    if code in children and not wanted:
        children.remove(code)
    elif code not in children and wanted:
        children.append(code)
    if not children:
        raise RulebookError.one(
            f"{code}!{node['code']}", "dimension.empty", zh=f"维度 {node['code']} 会没有指标, 请先在其下另写一个",
            en=f"dimension {node['code']} would be left without an indicator; write another one under it first",
        )  # fmt: skip
    for child in children:
        if isinstance(child, dict):
            _hang(child, code, dimension)


def _weigh(data: dict[str, Any], code: str, weights: Texts) -> None:
    table = max(data["weights"], key=lambda one: one["from"])["table"]
    row = {column: plain(text).strip() for column, text in weights.items() if text.strip()}
    if not row:
        table.pop(code, None)
    else:
        table[code] = row.get(ALL, row)


def _problems(code: str, error: ValidationError, data: Any) -> Iterator[Problem]:
    """The errors of the model at the cells of the form."""
    for fault in faults(error, ROOT, data):
        part = next((str(p) for p in reversed(fault.path) if isinstance(p, str)), "")
        zh, en = worded(fault.item, fault.shape, part, keys=False)
        key = "/".join(f"#{p}" if isinstance(p, int) else str(p) for p in fault.path[2:])
        where = f"{code}!{key}" if fault.path[:1] == ("indicators",) else dotted(fault.path)  # fmt: skip
        yield Problem(where, f"field.{kind_of(fault.item)}", f"{heading(key)}：{zh}", f"{heading(key, 'en')}: {en}")  # fmt: skip


Found = tuple[str, tuple[str, ...], str]
"""Key, choices, usual value of a cell."""


def _places(model: type[BaseModel], held: Any, path: str) -> Iterator[Found]:
    """The cells below a model, with their choices; lists are one entry longer than what is held."""
    known = held if isinstance(held, dict) else {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        usual = _text(info.default) if isinstance(info.default, str | int | Decimal) else ""
        yield from _below(info.annotation, known.get(key), f"{path}/{key}" if path else key, usual)


def _below(kind: Any, held: Any, path: str, usual: str = "") -> Iterator[Found]:
    kind = _bare(kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple:
        entries = held if isinstance(held, list) else []
        for place in range(len(entries) + 1):
            yield from _below(parts[0], entries[place] if place < len(entries) else None, f"{path}/#{place}")  # fmt: skip
    elif origin is dict:
        yield from ((f"{path}/{key}", (), "") for key in (held if isinstance(held, dict) else ()))
    elif origin is Literal:
        yield path, tuple(map(str, parts)), usual
    elif origin in {Union, types.UnionType} and all(_is_model(part) for part in parts):
        yield f"{path}/kind", tuple(METHODS), ""
        chosen = METHODS.get(held.get("kind", "") if isinstance(held, dict) else "")
        if chosen:
            found = _places(chosen, held, path)
            yield from (one for one in found if one[0] != f"{path}/kind")
    elif _is_model(kind):
        yield from _places(kind, held, path)
    else:
        yield path, YES if kind is bool else (), usual


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _bare(kind: Any) -> Any:
    """A type without its limits, and without the None that may stand for it."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        left = [part for part in get_args(kind) if part is not type(None)]
        return _bare(left[0]) if len(left) == 1 else kind
    return kind


METHODS: dict[str, type[BaseModel]] = {
    get_args(member.model_fields["kind"].annotation)[0]: member
    for member in get_args(_bare(Indicator.model_fields["method"].annotation))
}
"""The scoring methods by the word that a rulebook names them with."""

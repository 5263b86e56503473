"""A rulebook as if the rules in force on a day had always been: what an earlier year would look like under them."""

from collections.abc import Collection
from datetime import date
from typing import Any

from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Node, Rulebook

ALWAYS = date(1900, 1, 1)


def as_if_always(book: Rulebook, on: date) -> Rulebook:
    """The weights and methods in force on a day, from the beginning on; nothing else changes."""
    newest = max((one for one in book.weights if one.from_ <= on), key=lambda table: table.from_)
    return book.model_copy(update={
        "effective_from": ALWAYS, "known_from": None, "weights": (newest.model_copy(update={"from_": ALWAYS}),),
        "indicators": tuple(_in_force(indicator, on) for indicator in book.indicators),
    })  # fmt: skip


def _in_force(indicator: Indicator, on: date) -> Indicator:
    begun = [change for change in indicator.changes if change.from_ <= on]
    method = max(begun, key=lambda change: change.from_).method if begun else indicator.method
    return indicator.model_copy(update={"method": method, "changes": ()})


def leaves(book: Rulebook) -> set[str]:
    """The indicators that stand in the tree."""
    return {child for node, _, _ in book.nodes() for child in node.children if isinstance(child, str)}  # fmt: skip


def without(book: Rulebook, codes: Collection[str]) -> Rulebook:
    """The rulebook whose tree and weights lack some indicators; the others keep what they weigh. All of them cannot go."""
    tree = _pruned(book.tree, codes)
    if tree is None:
        raise ValueError("no indicator would be left")
    weights = tuple(
        table.model_copy(update={"table": {code: held for code, held in table.table.items() if code not in codes}})
        for table in book.weights
    )  # fmt: skip
    return book.model_copy(update={"tree": tree, "weights": weights})


def _pruned(node: Node, codes: Collection[str]) -> Node | None:
    kept = []
    for child in node.children:
        left = _pruned(child, codes) if isinstance(child, Node) else None if child in codes else child  # fmt: skip
        if left is not None:
            kept.append(left)
    return node.model_copy(update={"children": tuple(kept)}) if kept else None


def before_restated(book: Rulebook, first: date, last: date) -> Rulebook | None:
    """The rulebook without what was restated within a period; None where nothing was."""

    def within(change: Any) -> bool:
        return bool(change.kind == "restated" and first < change.from_ <= last)

    changed = any(within(change) for one in book.indicators for change in one.changes)
    if not changed and not any(map(within, book.weights)):
        return None
    return book.model_copy(update={
        "weights": tuple(table for table in book.weights if not within(table)),
        "indicators": tuple(
            one.model_copy(update={"changes": tuple(change for change in one.changes if not within(change))})
            for one in book.indicators
        ),
    })  # fmt: skip

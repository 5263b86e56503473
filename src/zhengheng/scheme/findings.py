"""What `scheme check` finds and how its rules are known: one function a rule."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Protocol

from zhengheng.domain.periods import Period
from zhengheng.domain.problems import Problem
from zhengheng.scheme.base import Text
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.methods import Method
from zhengheng.scheme.model import Node, Rulebook
from zhengheng.scheme.weights import weights_in_force

Finding = Iterator[Problem]
Rule = Callable[[Rulebook, Source], Finding]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Make a function one of the rules."""
    RULES.append(function)
    return function


def error(where: str, code: str, zh: str, en: str) -> Problem:
    return Problem(where, code, zh, en)


def warning(where: str, code: str, zh: str, en: str) -> Problem:
    return Problem(where, code, zh, en, "warning")


class Coded(Protocol):
    """What has a code and a name."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> Text: ...


def names_of(coded: Iterable[Coded]) -> dict[str, str]:
    """Code → name of what has both."""
    return {one.code: one.name.zh for one in coded}


def grades_of(book: Rulebook) -> dict[str, str]:
    """Code → name of the grades, also of those outside the order."""
    return names_of((*book.grading.bands, *book.grading.outside)) if book.grading else {}


def weight_of(
    book: Rulebook, child: str, category: str, period: Period | None = None
) -> Decimal | None:
    """The weight of a child in the table by which a period is scored, without one in the newest; None where the category does not have it."""
    table = weights_in_force(book, period) if period else max(book.weights, key=lambda w: w.from_).table  # fmt: skip
    held = table.get(child)
    return held.get(category) if isinstance(held, dict) else held


def tree_place(book: Rulebook, code: str, time: int = 1) -> tuple[str | int, ...]:
    """Where a node or a leaf stands in the tree, the first time or a later one."""

    def walk(node: Node, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
        if node.code == code:
            yield path
        for place, child in enumerate(node.children):
            below = (*path, "children", place)
            if child == code:
                yield below
            elif isinstance(child, Node):
                yield from walk(child, below)

    found = list(walk(book.tree, ("tree",)))
    return found[min(time, len(found)) - 1] if found else ("tree",)


def methods_of(indicator: Indicator) -> Iterator[tuple[tuple[str | int, ...], Method | None]]:
    """Each method of an indicator with its place: the one it begins with, and that of every change."""
    yield ("method",), indicator.method
    for place, change in enumerate(indicator.changes):
        yield ("changes", place, "method"), change.method


def plain(value: Decimal) -> str:
    """A number of the rulebook as people write it."""
    return f"{value.normalize():f}"

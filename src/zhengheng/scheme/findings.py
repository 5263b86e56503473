"""What `scheme check` finds and how its rules are known: one function a rule."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from zhengheng.domain.problems import Problem
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook

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


def weight_of(book: Rulebook, child: str, category: str) -> Decimal | None:
    """The weight of a child in the newest table; None where the category does not have it."""
    table = max(book.weights, key=lambda w: w.from_).table.get(child)
    return table.get(category) if isinstance(table, dict) else table

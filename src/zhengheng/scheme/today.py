"""A rulebook as if the rules in force on a day had always been: what an earlier year would look like under them."""

from datetime import date

from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook

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

"""Which weights hold: one answer for the plan, for what is asked for, and for what a reader is offered."""

from collections.abc import Mapping
from typing import Any

from zhengheng.domain.periods import Period
from zhengheng.scheme.model import Rulebook


def weights_in_force(book: Rulebook, period: Period) -> Mapping[str, Any]:
    """The table of weights by which a period is scored: the newest that holds when it begins, a restated one by its end."""
    found: Mapping[str, Any] = {}
    for table in sorted(book.weights, key=lambda w: w.from_):
        begun = period.end if table.kind == "restated" else period.start
        if table.from_ <= begun or not found:
            found = table.table
    return found

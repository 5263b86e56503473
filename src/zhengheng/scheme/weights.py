"""Which weights hold: one answer for the plan, for what is asked for, and for what a reader is offered."""

from collections.abc import Mapping
from typing import Any

from zhengheng.domain.periods import Period
from zhengheng.scheme.model import Rulebook, Unit


def weights_in_force(book: Rulebook, period: Period) -> Mapping[str, Any]:
    """The table of weights by which a period is scored: the newest that holds when it begins, a restated one by its end."""
    found: Mapping[str, Any] = {}
    for table in sorted(book.weights, key=lambda w: w.from_):
        begun = period.end if table.kind == "restated" else period.start
        if table.from_ <= begun or not found:
            found = table.table
    return found


def has_part(book: Rulebook, unit: Unit) -> set[str]:
    """The indicators that have any part in a unit's year: those that a table of the rulebook weighs for its category or that
    force its grade, all that they are made from, and what a cascade hands down from it or to it. What does not apply to the
    unit has one all the same: its target stands in the result."""
    found = [
        code for table in book.weights for code, weight in table.table.items()
        if (weight.get(unit.category) if isinstance(weight, Mapping) else weight) is not None
    ]  # fmt: skip
    found += [gate.indicator for gate in (book.grading.gates if book.grading else ())]
    found += [one.indicator for one in book.cascade if unit.code in {one.parent, *one.children}]
    known = {one.code: one for one in book.indicators}
    below = [known[code] for code in dict.fromkeys(found) if code in known]
    for indicator in below:
        parts = (
            (*indicator.parts.numerator, *indicator.parts.denominator) if indicator.parts else ()
        )
        of = (indicator.year_on_year.of,) if indicator.year_on_year else ()
        below += [known[code] for code in (*parts, *of) if known[code] not in below]
    return {one.code for one in below}

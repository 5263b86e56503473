"""Cascade 目标分解: city goal → unit → section → post [D].

Quantities are split by shares that add to 100 %; the parts add exactly to the parent's target (the
largest remainders take the last units of the last digit). Rates and milestones are inherited, or set
for each child.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from zhengheng.scheme.asked import target_of
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scheme.procedure import Cascade


def split(total: int, shares: Mapping[str, Decimal]) -> dict[str, int]:
    """An integer split by shares so that the parts add to it exactly."""
    whole = sum((Fraction(share) for share in shares.values()), Fraction(0))
    exact = {name: Fraction(share) / whole * total for name, share in shares.items()}
    parts = {name: part.numerator // part.denominator for name, part in exact.items()}
    left = total - sum(parts.values())
    by_remainder = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in by_remainder[:left]:
        parts[name] += 1
    return parts


def cascaded_targets(
    book: Rulebook, given: Mapping[tuple[str, str], int] | None = None
) -> dict[tuple[str, str], int]:
    """(unit, indicator) → target at the indicator's decimals, down every level.

    `given` holds targets agreed for units; a parent without one has the method's own target.
    """
    targets = dict(given or {})
    pending = list(book.cascade)
    while pending:
        # Parents first: a cascade waits while its parent is the child of another that waits.
        waiting = {(child, c.indicator) for c in pending for child in c.children}
        ready = [c for c in pending if (c.parent, c.indicator) not in waiting] or pending
        for cascade in ready:
            _hand_down(book, cascade, targets)
        pending = [c for c in pending if c not in ready]
    return targets


def _hand_down(book: Rulebook, cascade: Cascade, targets: dict[tuple[str, str], int]) -> None:
    indicator = book.indicator(cascade.indicator)
    scale = 10**indicator.decimals
    own = target_of(indicator.method)
    above = targets.get((cascade.parent, cascade.indicator))
    if above is None and own is not None:
        above = int(Fraction(own) * scale)
    if cascade.mode == "own":
        parts = {unit: int(Fraction(value) * scale) for unit, value in cascade.children.items()}
    elif above is None:
        return
    elif cascade.mode == "inherit":
        parts = dict.fromkeys(cascade.children, above)
    else:
        parts = split(above, cascade.children)
    for unit, target in parts.items():
        targets.setdefault((unit, cascade.indicator), target)


def rolled_up(book: Rulebook) -> set[tuple[str, str, str]]:
    """(parent, unit at the end of its branches, observed series) for what adds up from below."""
    below = {(c.parent, c.indicator): tuple(c.children) for c in book.cascade if c.roll_up}

    def ends(parent: str, code: str, trail: tuple[str, ...]) -> set[str]:
        found: set[str] = set()
        for child in below[parent, code]:
            if (child, code) in below and child not in trail:
                found |= ends(child, code, (*trail, child))
            else:
                found.add(child)
        return found

    return {
        (parent, child, series)
        for parent, code in below
        for child in ends(parent, code, (parent,))
        for series in _series(book, code)
    }


def _series(book: Rulebook, code: str) -> set[str]:
    """The observed series under an indicator: itself, or what its numerator and denominator hold."""
    indicator = book.indicator(code)
    if indicator.parts is None:
        return {code}
    parts = {*indicator.parts.numerator, *indicator.parts.denominator}
    return {series for part in parts for series in _series(book, part)}


@dataclass(frozen=True)
class Coverage:
    """Who has indicators and which goals are measured ("everyone has indicators")."""

    units: int
    covered: int
    bare_units: tuple[str, ...]
    goals: int
    bare_goals: tuple[str, ...]


def coverage(book: Rulebook, units: Iterable[Unit] = ()) -> Coverage:
    """Coverage of units, posts and goals, by weights and by the cascade; posts are what the cascade alone knows."""
    everyone = {unit.code: unit for unit in (*book.units, *units)}
    weighed: set[str] = set()
    codes = {indicator.code for indicator in book.indicators}
    for child, entry in max(book.weights, key=lambda w: w.from_).table.items():
        if child in codes:
            weighed |= set(entry) if isinstance(entry, dict) else {c.code for c in book.categories}
    reached = {child for cascade in book.cascade for child in cascade.children}
    bare = tuple(
        sorted(
            code
            for code, unit in everyone.items()
            if unit.category not in weighed and code not in reached
        )
    )
    goals = tuple(goal.code for goal in book.goals if not goal.indicators)
    count = len(everyone.keys() | reached)
    return Coverage(count, count - len(bare), bare, len(book.goals), goals)

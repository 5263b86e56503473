"""Cascade 目标分解: city goal → unit → section → post [D].

Quantities are split by shares that add to 100 %; the parts add exactly to the parent's target (the
largest remainders take the last units of the last digit). Rates and milestones are inherited, or set
for each child.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from zhengheng.domain.numbers import ratio
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


Heirs = Mapping[tuple[str, str], Sequence[tuple[str, Fraction | None]]]
"""(heir, indicator) → the units before it that owe the indicator, each with the share of its target that goes over; None where it is
no quantity, and goes over whole."""


def cascaded_targets(
    book: Rulebook, given: Mapping[tuple[str, str], int] | None = None, heirs: Heirs | None = None
) -> dict[tuple[str, str], int | None]:
    """(unit, indicator) → target at the indicator's decimals, down every level, and over to heirs.

    `given` holds targets agreed for units; a parent without one has what it took over, or else the method's own target. None
    stands where the units before an heir were asked in unlike ways, and for what such an heir would have handed down.
    """
    handed = _HandedDown(book, dict(given or {}), heirs or {})
    handed.down()
    handed.over()
    return handed.targets


@dataclass(frozen=True)
class _HandedDown:
    """Targets as they come down one level after the other."""

    book: Rulebook
    targets: dict[tuple[str, str], int | None]
    heirs: Heirs

    def down(self) -> None:
        pending = list(self.book.cascade)
        while pending:
            # Parents first: a cascade waits while its parent, or one before it, is the child of another that waits.
            waiting = {(child, c.indicator) for c in pending for child in c.children}
            ready = [
                c for c in pending if not self._lines(c.parent, c.indicator) & waiting
            ] or pending
            for cascade in ready:
                self._from(cascade)
            pending = [c for c in pending if c not in ready]

    def over(self) -> None:
        """Each heir without a target of its own takes over what those before it were asked."""
        taken = {key: self._taken(*key) for key in self.heirs if key not in self.targets}
        self.targets.update({key: one.number for key, one in taken.items() if one != NOTHING})

    def _lines(self, unit: str, code: str) -> set[tuple[str, str]]:
        """A unit and all before it."""
        return {(unit, code)}.union(
            *(self._lines(old, code) for old, _ in self.heirs.get((unit, code), ()))
        )

    def _from(self, cascade: Cascade) -> None:
        indicator = self.book.indicator(cascade.indicator)
        scale = 10**indicator.decimals
        own = target_of(indicator.method)
        above = self._taken(cascade.parent, cascade.indicator)
        if above == NOTHING and own is not None:
            above = _Taken(int(Fraction(own) * scale))
        parts: dict[str, int | None]
        if cascade.mode == "own":
            parts = {unit: int(Fraction(value) * scale) for unit, value in cascade.children.items()}
        elif above == NOTHING:
            return
        elif above.number is None or cascade.mode == "inherit":
            parts = dict.fromkeys(cascade.children, above.number)
        else:
            parts = {**split(above.number, cascade.children)}
        for unit, target in parts.items():
            self.targets.setdefault((unit, cascade.indicator), target)

    def _taken(self, unit: str, code: str) -> "_Taken":
        """A unit's target, or what it took over: the sum of the shares, rounded once, where each unit before it was asked a
        quantity, the one number that all were asked of anything else."""
        if (unit, code) in self.targets:
            number = self.targets[unit, code]
            return _Taken(number, unlike=number is None)
        parts = [(self._taken(old, code), share) for old, share in self.heirs.get((unit, code), ())]
        if all(part == NOTHING for part, _ in parts):
            return NOTHING
        numbers = [
            Fraction(part.number) * (1 if share is None else share)
            for part, share in parts
            if part.number is not None
        ]
        adds = all(share is not None for _, share in parts)
        if len(numbers) < len(parts) or not (adds or len(set(numbers)) == 1):
            return _Taken(unlike=True)
        whole = sum(numbers, Fraction(0)) if adds else numbers[0]
        return _Taken(ratio(whole.numerator, whole.denominator))


@dataclass(frozen=True)
class _Taken:
    """A target taken over: a number, nothing at all, or what no one number says."""

    number: int | None = None
    unlike: bool = False


NOTHING = _Taken()


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

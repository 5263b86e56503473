"""Whose figures a unit's value of a period is made of: its own, those of units before it, those of units below it.

Who owes what for whom is settled here, once (docs/decisions/0018); the steps and the oracle only ask whether each of these
figures came, and add them up. A unit of which nothing is said here owes its own figure of every period.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import prod

from zhengheng.domain.numbers import COEFFICIENT, ratio
from zhengheng.scheme.cascade import rolled_up
from zhengheng.scheme.model import Unit
from zhengheng.scheme.procedure import Succession
from zhengheng.scoring.cuts import sources
from zhengheng.scoring.plan_rows import PlanRows

ALL, SUMS, OTHERS = "all", "sums", "others"
"""Which series figures are of: of all, of quantities that add up, of the others alone."""


@dataclass(frozen=True)
class Figure:
    """Whose figures go into a value, at what share, of periods that end between two days.

    `through` is the unit below which they are added up, and whose own report stands in their place; it is the origin itself
    where nothing is added up.
    """

    through: str
    origin: str
    kind: str
    share: Fraction
    first: date
    last: date
    if_any: bool = False
    """Only where the origin reported a figure of this time at all: the list does not say whether it was there."""

    def within(self, first: date, last: date) -> "Figure":
        return replace(self, first=max(self.first, first), last=min(self.last, last))

    def taken_over(self, share: Fraction, last: date) -> "Figure":
        return replace(self, share=self.share * share, last=min(self.last, last))


class FigureRows(PlanRows):
    """Rows of the tables `figure` and `rollup`."""

    def _figures(self) -> None:
        below = self.below
        parents = {parent for parent, _ in below}
        for unit in self.tables["unit"]:
            code = unit["unit"]
            if code in parents or code in self.heirs or not self._always(code):
                for row in self.figures_of(code):
                    self._add("figure", unit=code, origin=row.origin, kind=row.kind, share=_micro(row.share), first=row.first, last=row.last, if_any=row.if_any)  # fmt: skip
        handed = {
            (heir, code) for heir in self.heirs.keys() & self.units.keys() for _, code in below
        }
        for parent, code in sorted(below.keys() | handed):
            for row in self.added_up(parent, code):
                self._add("rollup", unit=parent, through=row.through, origin=row.origin, indicator=code, share=_micro(row.share), first=row.first, last=row.last, if_any=row.if_any)  # fmt: skip

    def _owing(self) -> None:
        """Of units assessed, and of those whose figures others' values are made of: what they are exempt from, and what is not
        asked of them at all."""
        origins = {row["origin"] for name in ("figure", "rollup") for row in self.tables[name]}
        assessed = {row["unit"] for row in self.tables["unit"]}
        for code in sorted(code for code in {*assessed, *origins} if self.units[code].exempt):
            for series in self._exempt_of(self.units[code]):
                self._add("exemption", unit=code, indicator=series)
        asked = {(row["category"], row["indicator"]) for row in self.tables["series"]}
        added = {(one, series) for *ends, series in rolled_up(self.rulebook) for one in ends}
        observed = sorted({row["indicator"] for row in self.tables["series"] if row["combine"] != "derived"})  # fmt: skip
        for code in sorted(origins):
            for series in observed:
                if (self.units[code].category, series) not in asked and (code, series) not in added:
                    self._add("unasked", unit=code, indicator=series)

    def _exempt_of(self, unit: Unit) -> list[str]:
        """What a unit is exempt from, with what that is made from where nothing else that is asked of the unit needs it."""
        scored = {
            row["indicator"] for row in self.tables["rule"] if row["category"] == unit.category
        }
        gates = self.rulebook.grading.gates if self.rulebook.grading else ()
        needed = self._made_from((scored | {gate.indicator for gate in gates}) - {*unit.exempt})
        return sorted({*unit.exempt} | self._made_from(unit.exempt) - needed)

    def _made_from(self, codes: Iterable[str]) -> set[str]:
        """Indicators with everything that they are made from."""
        found: set[str] = set()
        ahead = [code for code in codes if code in self.by_code]
        while ahead:
            code = ahead.pop()
            if code not in found:
                found.add(code)
                ahead += sources(self.by_code[code])
        return found

    def _always(self, code: str) -> bool:
        """Whether a unit was there all the time that a run looks at."""
        first, last = self.life(code)
        return first <= self.horizon and last >= self.period.end

    @cached_property
    def below(self) -> dict[tuple[str, str], set[str]]:
        """By parent and series, the units at the ends of its branches."""
        found: dict[tuple[str, str], set[str]] = {}
        for parent, child, code in rolled_up(self.rulebook):
            if {parent, child} <= self.units.keys():
                found.setdefault((parent, code), set()).add(child)
        # Under another name a parent has the same children, whichever of the names the list has them under.
        names = [
            (event.unit, event.heirs[0].unit) for event in self.handovers if event.kind == "rename"
        ]
        for known, other in [*names, *((new, old) for old, new in reversed(names))]:
            for parent, code in list(found):
                if parent == known and other in self.units:
                    found.setdefault((other, code), found[parent, code])
        return found

    @cached_property
    def handovers(self) -> list[Succession]:
        """The events by which figures go over, up to the end of the period: what comes after it changes nothing in it."""
        return sorted(
            (one for one in self.rulebook.succession if one.data == "inherit" and one.date <= self.period.end),
            key=lambda one: one.date,
        )  # fmt: skip

    @cached_property
    def heirs(self) -> dict[str, list[tuple[Succession, Fraction]]]:
        """By heir, the events by which it took something over, with its share; of itself too, where it goes on with a part."""
        found: dict[str, list[tuple[Succession, Fraction]]] = {}
        for event in self.handovers:
            for heir in event.heirs if event.unit in self.units else ():
                found.setdefault(heir.unit, []).append((event, Fraction(heir.share)))
        return found

    def life(self, code: str) -> tuple[date, date]:
        """A unit's first and last day, those of all time where the list has none.

        The heir of a rename or a split begins with it, if nothing else is known; who took over another by a merger was there before.
        """
        unit: Unit = self.units[code]
        days = [
            event.date for event, _ in self.heirs.get(code, ())
            if event.kind in {"rename", "split"} and event.unit != code
        ]  # fmt: skip
        first = unit.valid_from or (days[0] if days else date.min)
        return first, unit.valid_to or date.max

    def figures_of(
        self, code: str, until: date = date.max, counted: Container[str] = ()
    ) -> list[Figure]:
        """A unit's own figures, and those that it took over by what happened before a day: quantities by share, of a unit that
        was only renamed everything. Of what it had when it gave a part away it has what it kept.

        `counted` are units whose figures are added beside it: what they handed over whole is theirs already.
        """
        found = list(self._own(code, until))
        for event, share in self._taken(code, until):
            if event.unit in counted and event.unit not in {heir.unit for heir in event.heirs}:
                continue
            last = event.date - timedelta(1)
            taken = [
                row.taken_over(Fraction(1) if event.kind == "rename" else share, last)
                for row in self.figures_of(event.unit, event.date, counted)
                if event.kind == "rename" or row.kind != OTHERS
            ]
            if event.kind != "rename":
                taken = [replace(row, kind=SUMS) for row in taken]
            kept = prod((part for day, part in self._kept(code, until) if day > event.date), start=Fraction(1))  # fmt: skip
            found += _less(taken, kept)
        return _joined([row for row in found if row.first <= row.last])

    def _kept(self, code: str, until: date) -> list[tuple[date, Fraction]]:
        """The days before one on which a unit gave a part of its own away, and what it kept."""
        return [
            (event.date, share)
            for event, share in self.heirs.get(code, ())
            if event.unit == code and event.date < until
        ]

    def _own(self, code: str, until: date) -> Iterator[Figure]:
        """A unit's own figures of its time; of quantities from before it gave a part away, what it kept."""
        first, last = self.life(code)
        taken = self.heirs.get(code, ())
        kept = self._kept(code, until)
        own = Figure(code, code, ALL, Fraction(1), first, last)
        if self.units[code].valid_from is None and any(
            event.kind == "split" and event.date == first for event, _ in taken
        ):
            # What a unit did can go to new ones, and to such as were there before.
            yield replace(own, first=date.min, last=first - timedelta(1), if_any=True)
        if not kept:
            yield own
            return
        yield replace(own, kind=OTHERS)
        share, end = Fraction(1), last
        for day, part in reversed(kept):
            yield replace(own, kind=SUMS, share=share, first=max(first, day), last=end)
            share, end = share * part, day - timedelta(1)
        yield replace(own, kind=SUMS, share=share, last=end)

    def _taken(self, code: str, until: date) -> Iterator[tuple[Succession, Fraction]]:
        """The events before a day by which a unit took over another, with its share."""
        for event, share in self.heirs.get(code, ()):
            if event.unit != code and event.date < until:
                yield event, share

    def added_up(self, parent: str, code: str, until: date = date.max) -> list[Figure]:
        """What is below a parent, each figure once: its children's own and what they took over of units that are not below it
        themselves, in its time; before that, what was below a parent that it took over: of a child that it has now all, of others its
        share."""
        listed = self.below.get((parent, code), set())
        first, last = self.life(parent)
        found: list[Figure] = []
        since: dict[str, date] = {}
        for event, share in self._taken(parent, until):
            end = event.date - timedelta(1)
            others = {
                one
                for heir in event.heirs
                if heir.unit != parent
                for one in self.below.get((heir.unit, code), ())
            }
            for row in self.added_up(event.unit, code, event.date):
                if row.origin in listed:
                    since[row.origin] = max(event.date, since.get(row.origin, event.date))
                    found.append(row.within(date.min, end))
                elif row.origin not in others:
                    found.append(row.taken_over(share, end))
        found += [
            row.within(max(first, since.get(row.origin, first)), last)
            for row in self._listed(parent, listed)
        ]
        return list(_once(_joined([row for row in found if row.first <= row.last])))

    def _listed(self, parent: str, listed: set[str]) -> Iterator[Figure]:
        """The figures of the units below a parent: their own, and what they took over but for what another of them has handed
        over whole."""
        for child in sorted(listed):
            for row in self.figures_of(child, counted=listed):
                if row.kind != OTHERS:
                    yield replace(row, through=parent, kind=SUMS)


def _less(rows: Iterable[Figure], kept: Fraction) -> Iterator[Figure]:
    """What a unit has of figures that it took over once it gave a part away: of quantities its share, of others everything."""
    for row in rows:
        if kept == 1 or row.kind == OTHERS:
            yield row
            continue
        if row.kind == ALL:
            yield replace(row, kind=OTHERS)
        yield replace(row, kind=SUMS, share=row.share * kept)


def _joined(rows: list[Figure]) -> list[Figure]:
    """The shares of one origin that several took over, added: two halves are the whole."""
    shares: dict[Figure, Fraction] = {}
    for row in rows:
        key = replace(row, share=Fraction(0))
        shares[key] = shares.get(key, Fraction(0)) + row.share
    return [replace(key, share=min(share, Fraction(1))) for key, share in shares.items()]


def _once(rows: list[Figure]) -> Iterator[Figure]:
    """The same figures with none of an origin in more than whole at any time, however many ways it came: the first way stands."""
    whole: dict[str, list[Figure]] = {}
    for row in rows:
        whole.setdefault(row.origin, []).append(row)
    for mine in whole.values():
        if len(mine) == 1:
            yield mine[0]
            continue
        days = sorted({day for row in mine for day in (row.first, row.last + timedelta(1) if row.last < date.max else date.max)})  # fmt: skip
        given: dict[int, list[Figure]] = {}
        for first, after in pairwise(days):
            last = after if after == date.max else after - timedelta(1)
            left = Fraction(1)
            for place, row in enumerate(mine):
                share = min(row.share, left) if row.first <= first and row.last >= last else Fraction(0)  # fmt: skip
                left -= share
                if not share:
                    continue
                held = given.setdefault(place, [])
                if held and held[-1].share == share and held[-1].last + timedelta(1) == first:
                    held[-1] = replace(held[-1], last=last)
                else:
                    held.append(replace(row, share=share, first=first, last=last))
        for place in sorted(given):
            yield from given[place]


def _micro(share: Fraction) -> int:
    made = ratio(share.numerator * COEFFICIENT, share.denominator)
    assert made is not None
    return made

"""Compile a rulebook for one period into the plan tables that the steps join.

Here dated things become definite: which version of a rule governs which part of the period, which
observed periods are due by `at`, what each child weighs in its parent. Scales: contracts.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from zhengheng.domain.numbers import COEFFICIENT, POINT, ratio
from zhengheng.domain.periods import MONTHS, Period, parse_period
from zhengheng.scheme.cascade import cascaded_targets, rolled_up
from zhengheng.scheme.model import Band, Rulebook, Unit
from zhengheng.scheme.procedure import Succession
from zhengheng.scoring.branches import BranchRows
from zhengheng.scoring.due import says_what_is_due
from zhengheng.scoring.limits import refuse_beyond
from zhengheng.scoring.plan_rows import NEWEST, Tables, leaves
from zhengheng.scoring.rules import (
    Row,
    node_rule,
    scaled,
)
from zhengheng.scoring.series import SeriesRows


@dataclass(frozen=True)
class Plan:
    """The rulebook made definite: plan tables by name, and what they were made for."""

    rulebook: str
    fingerprint: str
    period: Period
    at: date
    tables: Mapping[str, Sequence[Row]]


class Compiler(SeriesRows, BranchRows):
    """Collects the rows of all plan tables for one rulebook, period and day."""

    def compile(self) -> Tables:
        self._setting()
        self._units()
        self._nodes()
        self._coefficients()
        used: dict[str, set[str]] = {}
        for category in self.rulebook.categories:
            self._branches(category, used)
        self._series(used)
        self._adjustments()
        self._bands()
        self._lights()
        self._succession()
        self._cascade()
        return self.tables

    def _part_of(self) -> date | None:
        """The end of the whole period that the rulebook assesses, where this one is only a part of it."""
        rhythm = self.rulebook.period
        if MONTHS.get(self.period.frequency, 0) >= MONTHS.get(rhythm, 0):
            return None
        year = parse_period(str(self.period.start.year))
        return next(whole.end for whole in year.split(rhythm) if self.period.end <= whole.end)

    def _setting(self) -> None:
        book = self.rulebook
        grading = book.grading
        self._add(
            "setting",
            at=self.at,
            period_begin=None if self.former else self.period.start,
            period_end=self.period.end,
            known_by=self.at if self.known else None,
            as_covered=True if self.covers else None,
            part_of=None if self.former else self._part_of(),
            withheld=book.withheld,
            part_year=book.part_year,
            part_year_targets=book.part_year_targets,
            bonus_cap=scaled(book.bonus_cap, POINT, "rulebook", "bonus_cap"),
            deduction_cap=scaled(book.deduction_cap, POINT, "rulebook", "deduction_cap"),
            rank_on=book.ranking.on,
            rank_direction=book.ranking.direction,
            ties=book.ranking.ties,
            key_node=book.ranking.key,
            grade_on=grading.on if grading else "rounded",
            last_seat=grading.last_seat if grading else "all_out",
            vetoed_frees_seat=grading.vetoed_frees_seat if grading else True,
            pool_below=grading.pool_below if grading else 0,
            alpha=scaled(book.binding.alpha, COEFFICIENT, "rulebook", "binding", "alpha")
            if book.binding
            else None,
        )

    def _units(self) -> None:
        bound = self.rulebook.binding.categories if self.rulebook.binding else ()
        first, last = self.period.start, self.period.end
        # Hundreds of thousands of units pass here: one literal a unit, no call.
        held = self.tables["unit"]
        for unit in sorted(self.units.values(), key=attrgetter("code")):
            start = max(unit.valid_from, first) if unit.valid_from else first
            end = min(unit.valid_to, last) if unit.valid_to else last
            if start > end:
                self._gone_unit(unit)
                continue
            began = self._late(unit.valid_from)
            own_from = began or self._late(self._took_over(unit, "rename"))
            owes_from = own_from or self._late(self._took_over(unit, "split"))
            part = start != first or end != last
            held.append(
                {
                    "unit": unit.code, "category": unit.category, "comparison_group": unit.group,
                    "superior": unit.superior, "valid_from": start, "valid_to": end,
                    "part_year": part, "ranked": unit.ranked,
                    "bound": unit.category in bound and unit.superior is not None,
                    "began": began, "own_from": own_from, "owes_from": owes_from, "since": self._since(unit, own_from) if own_from else None,
                }
            )  # fmt: skip
            if part:
                self._part_unit(unit, start, end)
            for code in unit.exempt:
                self._add("exemption", unit=unit.code, indicator=code)

    def _part_unit(self, unit: Unit, start: date, end: date) -> None:
        reach = self._reach(unit, start)
        after = end + timedelta(1)
        before = Period(after, after, "day").previous_year().end - timedelta(1)
        self._add(
            "part_unit",
            unit=unit.code,
            valid_from=start,
            valid_to=end,
            days=(end - start).days + 1,
            period_days=self.period.days,
            reach_from=reach if self.covers else None,
            reach_days=(end - reach).days + 1 if self.covers else None,
            before_to=before if self.covers else None,
        )

    def _gone_unit(self, unit: Unit) -> None:
        ended = unit.valid_to
        if self.covers and ended and self.horizon <= ended < self.period.start:
            began = max(unit.valid_from or self.horizon, self.horizon)
            self._add("gone_unit", unit=unit.code, began=began, ended=ended)

    def _late(self, day: date | None) -> date | None:
        """A first day, where it lies after the first that the run looks at."""
        return day if self.covers and day and day > self.horizon else None

    def _reach(self, unit: Unit, start: date) -> date:
        """The first day in the period that a unit's sums reach: its own, or that of whom it began as the heir of."""
        first = self.period.start
        return min([start, *(max(since or first, first) for since in self._before(unit, start))])

    def _since(self, unit: Unit, own_from: date) -> date | None:
        """The first day that the figures of a unit reach with what it took over; None where they reach all that the run looks at."""
        begun = [since or date.min for since in self._before(unit, own_from)]
        return self._late(min([own_from, *begun]))

    def _took_over(self, unit: Unit, kind: str) -> date | None:
        """The day on which a unit without a first day on the list became the heir of another."""
        return None if unit.valid_from else self.took_over[kind].get(unit.code)

    def _before(self, unit: Unit, start: date) -> Iterator[date | None]:
        """The first days of the own figures of units that a unit took over when it began; None where one was there always."""
        for event in self.rulebook.succession:
            if (
                event.data == "inherit"
                and event.date == start
                and unit.code in {one.unit for one in event.heirs}
            ):
                old = self.units.get(event.unit)
                yield (
                    (
                        old.valid_from
                        or self._took_over(old, "rename")
                        or self._took_over(old, "split")
                    )
                    if old
                    else None
                )

    def _nodes(self) -> None:
        for node, _, depth in self.rulebook.nodes():
            self._add(
                "node",
                node=node.code,
                depth=depth,
                aggregate=node.aggregate,
                digits=node.digits,
                round_unit=10 ** (9 - node.digits),
                carry=node.carry,
                ranked=node.ranked,
                leaves=len(list(leaves(node))),
            )
            if (row := node_rule(node)) is not None:
                self._add("node_rule", node=node.code, **row)

    def _coefficients(self) -> None:
        for number, one in enumerate(self.rulebook.coefficients):
            place = ("rulebook", "coefficients", number)
            for category in self.rulebook.categories:
                factor = one.categories.get(category.code, one.value)
                if factor is None and not one.units:
                    continue
                self._add(
                    "coefficient",
                    category=category.code,
                    subject=one.of,
                    factor=scaled(Decimal(1) if factor is None else factor, COEFFICIENT, *place),
                    most=scaled(one.cap, COEFFICIENT, *place, "cap"),
                )
            for unit, factor in one.units.items():
                own = scaled(factor, COEFFICIENT, *place, "units", unit)
                self._add("unit_coefficient", unit=unit, subject=one.of, factor=own)

    def _adjustments(self) -> None:
        places = self._places()
        for item in self.rulebook.adjustments:
            effect = item.effect
            self._add(
                "item",
                item=item.code,
                kind=item.kind,
                cap=scaled(item.cap, POINT, "rulebook", "adjustments"),
                best_place=places.get(effect.best_grade or "") if effect else None,
                forced_place=places.get(effect.grade or "") if effect else None,
            )

    def _places(self) -> dict[str, int]:
        grading = self.rulebook.grading
        bands = (*grading.bands, *grading.outside) if grading else ()
        return {band.code: place for place, band in enumerate(bands, 1)}

    def _bands(self) -> None:
        grading = self.rulebook.grading
        if grading is None:
            return
        places = self._places()
        down = self.rulebook.ranking.direction == "down"
        for band in (*grading.bands, *grading.outside):
            self._add(
                "band",
                place=places[band.code],
                grade=band.code,
                at_least=scaled(_cut(band, down), POINT, "rulebook", "grading", "bands"),
                share_at_most=scaled(
                    band.share_at_most, COEFFICIENT, "rulebook", "grading", "bands"
                ),
                share_at_least=scaled(
                    band.share_at_least, COEFFICIENT, "rulebook", "grading", "bands"
                ),
                outside=band in grading.outside,
            )
        for gate in grading.gates:
            decimals = self.by_code[gate.indicator].decimals
            self._add(
                "gate",
                indicator=gate.indicator,
                segment=0 if len(self.cuts[gate.indicator].observed) > 1 else 1,
                below=scaled(gate.below, 10**decimals, "rulebook", "grading", "gates"),
                place=places[gate.grade],
            )

    def _lights(self) -> None:
        """The light rules that say something of this period: in a part of the year, those that compare with what is due."""
        part = self.part
        rules = [(i.code, True, i.light) for i in self.rulebook.indicators
                 if not part or says_what_is_due(i, self._grouped(i.code))]  # fmt: skip
        # Of a dimension only a part is due, and its light is by its share of the whole mark.
        rules += [
            (n.code, False, self.rulebook.light) for n, _, _ in self.rulebook.nodes() if not part
        ]
        for subject, leaf, light in rules:
            if light:
                place = ("indicator", subject, "light") if leaf else ("rulebook", "light")
                self._add(
                    "light_rule",
                    subject=subject,
                    leaf=leaf,
                    by=light.by,
                    watch=scaled(light.watch, COEFFICIENT, *place, "watch"),
                    missed=scaled(light.missed, COEFFICIENT, *place, "missed"),
                    watch_first=light.by in {"time_progress", "plan"},
                )

    def _cascade(self) -> None:
        handed = cascaded_targets(self.rulebook)
        if self.covers:
            handed |= self._taken_targets(handed)
        for (unit, indicator), target in sorted(handed.items()):
            self._add("cascade_target", unit=unit, indicator=indicator, target=target)
        below: dict[tuple[str, str], set[str]] = {}
        for parent, child, code in sorted(rolled_up(self.rulebook)):
            self._add("rollup", unit=parent, child=child, indicator=code)
            below.setdefault((parent, code), set()).add(child)
        for row in self.tables["succession"] if self.covers else ():
            for (parent, code), children in below.items():
                if parent == row["unit"] and children <= below.get((row["heir"], code), set()):
                    self._add("adopted", unit=parent, heir=row["heir"], indicator=code)

    def _taken_targets(self, handed: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
        """What heirs take over of targets handed down to units before them: quantities by share, a rate from one unit alone."""
        found: dict[tuple[str, str], int] = {}
        events = [one for one in self.rulebook.succession if one.targets == "inherit" and one.date <= self.period.end]  # fmt: skip
        for day in sorted({one.date for one in events}):
            known = {**handed, **found}
            parts: dict[tuple[str, str], list[Fraction]] = {}
            for event in (one for one in events if one.date == day):
                for heir in event.heirs:
                    for (unit, code), target in known.items():
                        if unit == event.unit and (heir.unit, code) not in known:
                            share = Fraction(heir.share) if self._adds_up(code) else Fraction(1)
                            parts.setdefault((heir.unit, code), []).append(target * share)
            for key, held in parts.items():
                held += self._asked_of_all(key, events, day, known)
                total = sum(held, Fraction(0))
                taken = ratio(total.numerator, total.denominator)
                if taken is not None and (len(held) == 1 or self._adds_up(key[1])):
                    found[key] = taken
        return found

    def _asked_of_all(
        self, heir: tuple[str, str], events: Iterable[Succession], day: date, known: Mapping[tuple[str, str], int]
    ) -> list[Fraction]:  # fmt: skip
        """What the rulebook asks of everybody, for those before an heir to whom nothing was handed down, where something was to others."""
        unit, code = heir
        target = getattr(self.by_code[code].method, "target", None)
        if target is None or not self._adds_up(code):
            return []
        return [
            Fraction(target) * 10 ** self.by_code[code].decimals * Fraction(one.share)
            for event in events if event.date == day and (event.unit, code) not in known
            for one in event.heirs if one.unit == unit
        ]  # fmt: skip

    def _succession(self) -> None:
        for event in self.rulebook.succession:
            # What happens after the period has nobody's figures go over in it.
            if "inherit" in {event.data, event.targets} and not (
                self.covers and event.date > self.period.end
            ):
                for heir in event.heirs:
                    self._add(
                        "succession",
                        unit=event.unit,
                        heir=heir.unit,
                        ends_on=event.date - timedelta(1),
                        share=scaled(heir.share, COEFFICIENT, "rulebook", "succession"),
                        renamed=event.kind == "rename",
                        data=event.data == "inherit",
                        targets=event.targets == "inherit",
                    )


def _cut(band: Band, down: bool) -> Decimal | None:
    """The least merit of a band; where a lower score is better, a merit is the score with its sign turned."""
    if not down:
        return band.at_least
    return None if band.at_most is None else -band.at_most


def compile_plan(
    rulebook: Rulebook,
    fingerprint: str,
    units: Iterable[Unit],
    period: Period,
    at: date,
    semantics: int = NEWEST,
) -> Plan:
    """Make the rulebook definite for one period as seen from one day; of a run of earlier `semantics` as these had it.

    Raises RulebookError where a number does not fit its declared decimals, or with every number that is too
    large to compute with.
    """
    tables = Compiler(rulebook, units, period, at, semantics).compile()
    refuse_beyond(tables)
    return Plan(rulebook.code, fingerprint, period, at, tables)

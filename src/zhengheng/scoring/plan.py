"""Compile a rulebook for one period into the plan tables that the steps join.

Here dated things become definite: which version of a rule governs which part of the period, which
observed periods are due by `at`, what each child weighs in its parent. Scales: contracts.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from zhengheng.domain.numbers import COEFFICIENT, POINT
from zhengheng.domain.periods import MONTHS, Period, parse_period
from zhengheng.scheme.cascade import cascaded_targets
from zhengheng.scheme.model import Band, Rulebook, Unit
from zhengheng.scoring.branches import BranchRows
from zhengheng.scoring.due import says_what_is_due
from zhengheng.scoring.figures import OTHERS
from zhengheng.scoring.limits import refuse_beyond
from zhengheng.scoring.plan_rows import Tables, leaves
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
        self._figures()
        self._nodes()
        self._coefficients()
        used: dict[str, set[str]] = {}
        for category in self.rulebook.categories:
            self._branches(category, used)
        self._series(used)
        self._adjustments()
        self._bands()
        self._lights()
        self._owing()
        self._succession()
        self._cascade()
        return self.tables

    def _part_of(self) -> date | None:
        """The end of the whole period that the rulebook assesses, where this one is only a part of it."""
        whole = self._whole()
        return None if whole == self.period else whole.end

    def _whole(self) -> Period:
        """The whole period that the rulebook assesses and this one is of."""
        rhythm = self.rulebook.period
        if MONTHS.get(self.period.frequency, 0) >= MONTHS.get(rhythm, 0):
            return self.period
        year = parse_period(str(self.period.start.year))
        return next(whole for whole in year.split(rhythm) if self.period.end <= whole.end)

    def _setting(self) -> None:
        book = self.rulebook
        grading = book.grading
        self._add(
            "setting",
            at=self.at,
            period_begin=self.period.start,
            period_end=self.period.end,
            before_end=self.period.previous_year().end,
            known_by=self.at,
            part_of=self._part_of(),
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
            begins = unit.valid_from or self._begins(unit)
            start = max(begins, first) if begins else first
            end = min(unit.valid_to, last) if unit.valid_to else last
            if start > end:
                continue
            part = start != first or end != last
            held.append(
                {
                    "unit": unit.code, "category": unit.category, "comparison_group": unit.group,
                    "superior": unit.superior, "valid_from": start, "valid_to": end,
                    "part_year": part, "ranked": unit.ranked,
                    "bound": unit.category in bound and unit.superior is not None,
                }
            )  # fmt: skip
            if part:
                self._part_unit(unit, start, end)

    def _part_unit(self, unit: Unit, start: date, end: date) -> None:
        reach = self._reach(unit, start)
        self._add(
            "part_unit",
            unit=unit.code,
            valid_from=start,
            valid_to=end,
            days=(end - start).days + 1,
            period_days=self.period.days,
            reach_from=reach,
            reach_days=(end - reach).days + 1,
        )

    def _begins(self, unit: Unit) -> date | None:
        """The first day of an heir that has none on the list: of what it took over, for it was that unit before."""
        first = self.life(unit.code)[0]
        if first == date.min:
            return None
        # One that the list has ended before it became an heir has no figures.
        return min(
            (row.first for row in self.figures_of(unit.code) if not row.if_any), default=first
        )

    def _reach(self, unit: Unit, start: date) -> date:
        """The first day in the period that a unit's sums reach: its own, or that of whom it took over."""
        first = min(
            (row.first for row in self.figures_of(unit.code) if row.kind != OTHERS), default=start
        )
        return max(min(first, start), self.period.start)

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
        listed = {(child, one.indicator) for one in self.rulebook.cascade for child in one.children}
        for (unit, indicator), target in sorted(self.handed_down().items()):
            self._add("cascade_target", unit=unit, indicator=indicator, target=target, own=(unit, indicator) in listed)  # fmt: skip

    def handed_down(
        self, agreed: Mapping[tuple[str, str], int] | None = None
    ) -> dict[tuple[str, str], int | None]:
        """Targets handed down, to heirs too; empty where those before an heir were asked in unlike ways."""
        heirs: dict[tuple[str, str], list[tuple[str, Fraction | None]]] = {}
        for row in self.tables["succession"]:
            for code in sorted({one.indicator for one in self.rulebook.cascade}):
                if self._owes(row["unit"], code):
                    share = Fraction(row["share"], COEFFICIENT) if self._adds_up(code) else None
                    heirs.setdefault((row["heir"], code), []).append((row["unit"], share))
        return cascaded_targets(self.rulebook, agreed, heirs)

    def _owes(self, unit: str, code: str) -> bool:
        """Whether an indicator is asked of a unit at all."""
        held = self.units[unit]
        return code not in held.exempt and any(
            (row["category"], row["indicator"]) == (held.category, code) for row in self.tables["series"]
        )  # fmt: skip

    def _succession(self) -> None:
        """Whose targets go over within the period, of those that were there in it: to a unit that began as the heir. One that was there
        before keeps its own, and so does whoever gives a part away and goes on."""
        begin, there = self._whole().start, {row["unit"] for row in self.tables["unit"]}
        given = [
            (event, heir) for event in sorted(self.rulebook.succession, key=attrgetter("date"))
            if event.targets == "inherit" and begin <= event.date <= self.period.end and event.unit in there
            for heir in event.heirs if heir.unit != event.unit and heir.unit in self.units
        ]  # fmt: skip
        since: dict[str, date] = {}
        for event, heir in given:
            since.setdefault(heir.unit, event.date)
        found = [(event.unit, heir) for event, heir in given if self.life(heir.unit)[0] >= since[heir.unit]]  # fmt: skip
        turns = generations((old, heir.unit) for old, heir in found)
        for old, heir in found:
            share = scaled(heir.share, COEFFICIENT, "rulebook", "succession")
            self._add("succession", unit=old, heir=heir.unit, share=share, generation=turns[heir.unit])  # fmt: skip


def generations(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Heirs by (unit before, heir) → their turn: 1 where nobody before one is an heir, otherwise one more than the last of those."""
    before: dict[str, set[str]] = {}
    for old, heir in pairs:
        before.setdefault(heir, set()).update({old} - {heir})
    found: dict[str, int] = {}
    while waiting := before.keys() - found.keys():
        ready = {heir for heir in waiting if not before[heir] & waiting} or waiting
        found |= {heir: 1 + max((found.get(old, 0) for old in before[heir]), default=0) for heir in sorted(ready)}  # fmt: skip
    return found


def _cut(band: Band, down: bool) -> Decimal | None:
    """The least merit of a band; where a lower score is better, a merit is the score with its sign turned."""
    if not down:
        return band.at_least
    return None if band.at_most is None else -band.at_most


def handed_down(
    rulebook: Rulebook,
    units: Iterable[Unit],
    period: Period,
    agreed: Mapping[tuple[str, str], int] | None = None,
) -> dict[tuple[str, str], int | None]:
    """(unit, indicator) → target handed down or taken over, at the indicator's decimals; a parent's is the one agreed, if any."""
    compiler = Compiler(rulebook, units, period, period.end)
    compiler.compile()
    return compiler.handed_down(agreed)


def compile_plan(
    rulebook: Rulebook,
    fingerprint: str,
    units: Iterable[Unit],
    period: Period,
    at: date,
) -> Plan:
    """Make the rulebook definite for one period as seen from one day.

    Raises RulebookError where a number does not fit its declared decimals, or with every number that is too
    large to compute with.
    """
    tables = Compiler(rulebook, units, period, at).compile()
    refuse_beyond(tables)
    return Plan(rulebook.code, fingerprint, period, at, tables)

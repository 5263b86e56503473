"""The series of the plan: which observed periods of an indicator count, in which vintage, and what it is derived from."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import gcd

from zhengheng.domain.numbers import COEFFICIENT
from zhengheng.domain.periods import Period
from zhengheng.scheme import methods as m
from zhengheng.scheme.indicator import Indicator
from zhengheng.scoring.cuts import Cut, sources
from zhengheng.scoring.due import due_periods, says_what_is_due
from zhengheng.scoring.figures import ALL, OTHERS, SUMS, FigureRows
from zhengheng.scoring.rules import (
    Row,
    exactly,
    method_rows,
    refuse,
    scaled,
    times,
)

SCALE_LIMIT = 10**9
"""What a `scale` times 10 to the power of the decimals stays below, in numerator and denominator: contract `derivation`."""


class SeriesRows(FigureRows):
    """Rows of series, of the periods that they use, and of what indicators are made from."""

    def _series(self, used: dict[str, set[str]]) -> None:
        """Everything that must be observed: scored indicators and what they are made from."""
        needed: dict[str, set[str]] = {}
        yearly: set[str] = set()

        def need(code: str, categories: set[str]) -> int:
            indicator = self.by_code[code]
            needed.setdefault(code, set()).update(categories)
            if indicator.reference.to == "previous":
                yearly.add(code)
            below = sources(indicator)
            if code in yearly or indicator.year_on_year:
                yearly.update(below)
            depth = max((need(source, categories) for source in below), default=-1) + 1
            self.depths[code] = max(depth, self.depths.get(code, 0))
            return depth

        every = {category.code for category in self.rulebook.categories}
        for gate in self.rulebook.grading.gates if self.rulebook.grading else ():
            used.setdefault(gate.indicator, every)
        for code, categories in sorted(used.items()):
            need(code, categories)
        for code, categories in sorted(needed.items()):
            self._series_rows(self.by_code[code], categories, code in yearly, set(used))
        for code in sorted(used):
            self._part_days(code)
            self._part_shares(self.cuts[code], code)

    def _part_days(self, code: str) -> None:
        """The days that a unit's figures of an indicator cover, where these are others than the days of its sums: it ends within a
        quarter, a unit before it owes nothing of it, or what is scored is the period before, of which it was there for a part."""
        if not self._adds_up(code):
            return
        lagged = self.by_code[code].score_previous_year
        asked = self.period.previous_year() if lagged else self.period
        for unit, reach in self._of_a_part:
            span = self._span(unit, code, asked)
            if span != (reach or (asked.start, asked.end)) or (reach and lagged):
                self._add(
                    "part_days", unit=unit["unit"], indicator=code, days=(span[1] - span[0]).days + 1, of=asked.days,
                )  # fmt: skip

    @cached_property
    def _of_a_part(self) -> list[tuple[Row, tuple[date, date] | None]]:
        """Units whose figures may cover a part of the time only, those of a part of the period with the days of their sums."""
        parts = {
            row["unit"]: (row["reach_from"], row["valid_to"]) for row in self.tables["part_unit"]
        }
        composed = {row["unit"] for row in self.tables["figure"]}
        return [(unit, parts.get(unit["unit"])) for unit in self.tables["unit"] if unit["unit"] in parts.keys() | composed]  # fmt: skip

    def _span(self, unit: Row, code: str, asked: Period) -> tuple[date, date]:
        """The first and the last day in a period that a unit's figures of an indicator cover; its own where none is due.

        Of one that is made from several, the first and the last that any of them covers.
        """
        if below := sources(self.by_code[code]):
            spans = [self._span(unit, source, asked) for source in below]
            return min(first for first, _ in spans), max(last for _, last in spans)
        kinds = {ALL, SUMS if self._adds_up(code) else OTHERS}
        rows = [
            row for row in self.figures_of(unit["unit"])
            if row.kind in kinds and not row.if_any and code not in self.units[row.origin].exempt
            if row.first <= asked.end and row.last >= asked.start
        ]  # fmt: skip
        first = max(
            min((row.first for row in rows), default=max(unit["valid_from"], asked.start)),
            asked.start,
        )
        last = min(max((row.last for row in rows), default=unit["valid_to"]), asked.end)
        return first, self._covered_to(code, first, last)

    def _covered_to(self, code: str, first: date, last: date) -> date:
        """The last day of a unit's time that its figures cover, of what adds up: those of a quarter that is not over are none."""
        if not self._adds_up(code):
            return last
        key = (code, first, last)
        if key not in self.covered:
            due = due_periods(self.by_code[code], self.period, date.max)
            self.covered[key] = max((one.end for one in due if first <= one.end <= last), default=last)  # fmt: skip
        return self.covered[key]

    def _part_shares(self, cut: Cut, code: str) -> None:
        """What the pieces of a year weigh for units that existed for part of it."""
        for unit in self.tables["part_unit"] if cut.divided else ():
            begins, ends = self._span(unit, code, self.period)
            if (begins, ends) == (self.period.start, self.period.end):
                continue  # With what it took over it has the whole period, and is joined as everybody is.
            for piece in cut.pieces:
                first, last = max(piece.start, begins), min(piece.end, ends)
                self._add(
                    "part_share",
                    unit=unit["unit"],
                    indicator=code,
                    segment=piece.place,
                    days=max((last - first).days + 1, 0),
                    of=(ends - begins).days + 1,
                )

    def _series_rows(
        self, indicator: Indicator, categories: set[str], yearly: bool, scored: set[str]
    ) -> None:
        cut = self.cuts[indicator.code]
        if isinstance(cut.pieces[0].method, m.Milestones):
            for piece in cut.pieces:
                assert isinstance(piece.method, m.Milestones)
                span = cut.year if piece.start <= self.at else piece
                self._add(
                    "milestone_rule",
                    indicator=indicator.code,
                    segment=piece.place,
                    late=scaled(
                        piece.method.late,
                        COEFFICIENT,
                        "indicator",
                        indicator.code,
                        "method",
                        "late",
                    ),
                    starts_on=span.start,
                    ends_on=span.end,
                )
            return
        derived = bool(sources(indicator))
        if derived:
            self._derivation(indicator)
        else:
            self._scoring_tables_vintage(indicator)
        due = due_periods(indicator, self.period, self.at)
        if (
            indicator.code in scored
            and self.part
            and not says_what_is_due(indicator, self._grouped(indicator.code))
        ):
            # Held against the year's target a part of the year earns next to nothing, whatever was done: it is not due yet.
            due = []
        for piece in cut.pieces if indicator.code in scored else ():
            key = {"indicator": indicator.code, "segment": piece.place}
            for table, row in method_rows(piece.method, key, 10**indicator.decimals):
                self._add(table, **row)
        for piece in [cut.year, *cut.observed] if len(cut.observed) > 1 else cut.observed:
            counted = [] if derived else cut.counted(indicator, due, piece)
            for observed in counted:
                self._use(indicator.code, piece.place, "value", observed)
                if yearly:
                    self._use(
                        indicator.code, piece.place, "previous", observed.previous_year(), observed
                    )
            for category in sorted(categories):
                self._add(
                    "series",
                    indicator=indicator.code,
                    segment=piece.place,
                    category=category,
                    combine="derived"
                    if derived
                    else "mean"
                    if indicator.combine == "mean"
                    else "sum",
                    absent=indicator.absent,
                    expected=len(counted),
                    additive=self._adds_up(indicator.code),
                )

    def _use(self, code: str, segment: int, purpose: str, period: Period, against: Period | None = None) -> None:  # fmt: skip
        self._add(
            "period_use", indicator=code, segment=segment, purpose=purpose, period=period.end,
            against=against.end if against else None, begins=period.start if against else None,
        )  # fmt: skip

    def _scoring_tables_vintage(self, indicator: Indicator) -> None:
        vintage = indicator.vintage
        if vintage is None:
            return
        for observed in due_periods(indicator, self.period, self.at):
            by = None
            if vintage.published_by:
                month, day = map(int, vintage.published_by.split("-"))
                by = date(observed.end.year, month, day)
                if by <= observed.end:
                    by = date(observed.end.year + 1, month, day)
            self._add(
                "vintage_rule",
                indicator=indicator.code,
                period=observed.end,
                vintage=None if vintage.kind == "latest" else vintage.kind,
                published_by=by,
            )

    def _derivation(self, indicator: Indicator) -> None:
        parts, change = indicator.parts, indicator.year_on_year
        place = ("indicator", indicator.code, "parts")
        scale = parts.scale if parts else Decimal(100 if change and change.as_ == "percent" else 1)
        made_of = {code: self.by_code[code] for code in sources(indicator)}
        finest = max(source.decimals for source in made_of.values())
        step = Fraction(scale) * 10**indicator.decimals
        if max(step.numerator, step.denominator) >= SCALE_LIMIT:
            at = (*place, "scale") if parts else ("indicator", indicator.code, "decimals")
            refuse(
                at, "number.limit",
                zh=f"倍数（scale）{scale:f} 乘以 10 的 {indicator.decimals} 次方（{indicator.decimals} 位小数）为 {exactly(step)}，分子、分母都应小于 {SCALE_LIMIT}；请减少小数位（decimals），或改小倍数。",
                en=f"the `scale` of {scale:f} times 10 to the power of {indicator.decimals} (its decimals) is {exactly(step)}, of which both sides must stay below {SCALE_LIMIT}; use fewer `decimals` or a smaller scale",
            )  # fmt: skip
            step = Fraction(1)
        whole = COEFFICIENT * 10**finest
        ratio_like = bool(parts and parts.denominator)
        constant = None if ratio_like or (change and change.as_ == "percent") else whole
        minimum = scaled(parts.minimum, whole, *place, "minimum") if parts else None
        rows = []
        for code, source in made_of.items():
            unit = 10 ** (finest - source.decimals)
            top = parts.numerator.get(code, Decimal(0)) if parts else Decimal(1)
            bottom = parts.denominator.get(code, Decimal(0)) if parts else Decimal(0)
            rows.append((code, times(top, *place, "numerator", code) * unit, times(bottom, *place, "denominator", code) * unit))  # fmt: skip
        # Both sides of a fraction alike: small multipliers leave room for large values.
        common = gcd(constant or 0, minimum or 0, *(n for _, *row in rows for n in row)) or 1
        self._add(
            "derivation",
            indicator=indicator.code,
            depth=self.depths[indicator.code],
            scale_n=step.numerator,
            scale_d=step.denominator,
            minimum=None if minimum is None else minimum // common,
            constant=None if constant is None else constant // common,
            previous=change is not None,
            percent=bool(change and change.as_ == "percent"),
        )
        for code, top, bottom in rows:
            self._add(
                "part",
                indicator=indicator.code,
                part=code,
                numerator=top // common,
                denominator=bottom // common,
            )

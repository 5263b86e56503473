"""Compile a rulebook for one period into the plan tables that the steps join.

Here dated things become definite: which version of a rule governs which part of the period, which
observed periods are due by `at`, what each child weighs in its parent. Scales: contracts.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import gcd
from operator import attrgetter
from typing import Any

from zhengheng.domain.numbers import COEFFICIENT, POINT, ratio
from zhengheng.domain.periods import MONTHS, Period, parse_period
from zhengheng.scheme import methods as m
from zhengheng.scheme.cascade import cascaded_targets, rolled_up
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import PAIRED, Band, Category, Node, Rulebook, Unit
from zhengheng.scheme.weights import weights_in_force
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.cuts import Cut, cuts, sources
from zhengheng.scoring.due import due_periods, is_part, says_what_is_due
from zhengheng.scoring.limits import refuse_beyond
from zhengheng.scoring.rules import (
    OF_THE_GROUP,
    Row,
    exactly,
    method_columns,
    method_rows,
    micro,
    node_rule,
    refuse,
    scaled,
)

Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Plan:
    """The rulebook made definite: plan tables by name, and what they were made for."""

    rulebook: str
    fingerprint: str
    period: Period
    at: date
    tables: Mapping[str, Sequence[Row]]


SCALE_LIMIT = 10**9
"""What a `scale` times 10 to the power of the decimals stays below, in numerator and denominator: contract `derivation`."""


class Compiler:
    """Collects the rows of all plan tables for one rulebook, period and day."""

    def __init__(
        self,
        rulebook: Rulebook,
        units: Iterable[Unit],
        period: Period,
        at: date,
        former: bool = False,
    ):
        self.rulebook, self.period, self.at, self.former = rulebook, period, at, former
        self.units = _succeed(rulebook, {u.code: u for u in (*rulebook.units, *units)}, period)
        self.by_code = {indicator.code: indicator for indicator in rulebook.indicators}
        self.tables: Tables = {c.name: [] for c in CONTRACTS.values() if c.role == "plan"}
        self.weights = weights_in_force(rulebook, period)
        self.depths: dict[str, int] = {}
        gates = rulebook.grading.gates if rulebook.grading else ()
        scored = dict.fromkeys([*leaves(rulebook.tree), *(gate.indicator for gate in gates)])
        self.cuts = cuts(self.by_code, scored, period, at)
        self.part = is_part(
            [self.by_code[code] for code in self.cuts if self.by_code[code].method], period
        )

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

    def _add(self, table: str, **row: Any) -> None:
        names = CONTRACTS[table].names
        assert row.keys() == set(names), (table, row.keys() ^ set(names))
        self.tables[table].append({name: row[name] for name in names})

    def _part_of(self) -> date | None:
        """The end of the whole period that the rulebook assesses, where this one is only a part of it."""
        rhythm = self.rulebook.period
        if MONTHS.get(self.period.frequency, 0) >= MONTHS.get(rhythm, 0):
            return None
        year = parse_period(str(self.period.start.year))
        return next(whole.end for whole in year.split(rhythm) if self.period.end <= whole.end)

    def weight(self, child: str, category: str) -> Decimal | None:
        entry = self.weights.get(child)
        return entry.get(category) if isinstance(entry, dict) else entry

    def _setting(self) -> None:
        book = self.rulebook
        grading = book.grading
        self._add(
            "setting",
            at=self.at,
            period_begin=None if self.former else self.period.start,
            period_end=self.period.end,
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
                self._add(
                    "part_unit",
                    unit=unit.code,
                    valid_from=start,
                    valid_to=end,
                    days=(end - start).days + 1,
                    period_days=self.period.days,
                )
            for code in unit.exempt:
                self._add("exemption", unit=unit.code, indicator=code)

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

    def _branches(self, category: Category, used: dict[str, set[str]]) -> None:
        self._add(
            "category",
            category=category.code,
            not_applicable_limit=scaled(
                category.not_applicable_limit, COEFFICIENT, "rulebook", "categories"
            ),
        )
        book = self.rulebook

        def full_of(child: Node | str, parent: Node | None) -> Fraction | None:
            if isinstance(child, str):
                weight = self.weight(child, category.code)
                if weight is None:
                    return None
                is_sum = parent is not None and parent.aggregate == "sum"
                if is_sum or parent is None:
                    return Fraction(weight)
                return Fraction(parent.full_mark or category.full_mark)
            parts = [(c, full_of(c, child)) for c in child.children]
            held = [(c, f) for c, f in parts if f is not None]
            if not held:
                return None
            if child.aggregate != "sum":
                return Fraction(child.full_mark or category.full_mark)
            total = Fraction(0)
            for part, full in held:
                total += self._weight_of(part, child, category.code, full) * full
            return total

        def walk(
            node: Node, depth: int, missing: str, absent: str, share: Fraction, idle: bool
        ) -> None:
            missing, absent = node.missing or missing, node.not_applicable or absent
            held = [(c, f) for c in node.children if (f := full_of(c, node)) is not None]
            weights = [self._weight_of(c, node, category.code, f) for c, f in held]
            mass = [
                w * f if node.aggregate == "sum" else w
                for w, (_, f) in zip(weights, held, strict=True)
            ]
            for place, ((child, full), weight, part) in enumerate(
                zip(held, weights, mass, strict=True), 1
            ):
                code = child if isinstance(child, str) else child.code
                # What counts for nothing (a weight of 0) stops no total where its data is not there.
                without = idle or (part == 0 and node.aggregate not in PAIRED)
                portion = share * part / sum(mass) if sum(mass) else Fraction(0)
                leaf = self.by_code[code] if isinstance(child, str) else None
                if leaf:
                    used.setdefault(code, set()).add(category.code)
                    self._rules(leaf, category.code, full, node)
                self._add(
                    "branch",
                    category=category.code,
                    parent=node.code,
                    child=code,
                    leaf=leaf is not None,
                    place=place,
                    depth=depth,
                    weight=micro(weight, "rulebook", "weights", code),
                    full=micro(full, "rulebook", "weights", code),
                    mass=micro(part, "rulebook", "weights", code) if node.aggregate == "sum" else 0,
                    missing="renormalise"
                    if without
                    else (leaf.missing if leaf else None) or missing,
                    not_applicable="renormalise"
                    if without
                    else (leaf.not_applicable if leaf else None) or absent,
                    leaves=1 if leaf else 0,
                    share=int(portion * COEFFICIENT) if leaf else 0,
                    lowest=self._lowest(leaf, full) if leaf else 0,
                )
                if isinstance(child, Node):
                    walk(child, depth + 1, missing, absent, portion, without)

        root = full_of(book.tree, None)
        for node, _, _ in book.nodes():
            if (full := full_of(node, None)) is not None:
                self._add(
                    "node_full",
                    category=category.code,
                    node=node.code,
                    full=micro(full, "rulebook", "tree", node.code),
                )
        if root is not None:
            walk(book.tree, 0, book.missing, book.not_applicable, Fraction(1), False)

    def _weight_of(
        self, child: Node | str, parent: Node, category: str, full: Fraction
    ) -> Fraction:
        """A child's factor in its parent: its weight in a mean; in a sum 1, or own weight over mark."""
        code = child if isinstance(child, str) else child.code
        weight = self.weight(code, category)
        if parent.aggregate != "sum":
            return Fraction(weight if weight is not None else 0)
        if isinstance(child, str) or weight is None:
            return Fraction(1)
        return Fraction(weight) / full if full else Fraction(1)

    def _lowest(self, leaf: Indicator, full: Fraction) -> int:
        least = getattr(leaf.method, "least", None) or Decimal(0)
        return min(0, int(Fraction(least) * full * POINT))

    def _rules(self, leaf: Indicator, category: str, full: Fraction, parent: Node) -> None:
        if leaf.fill:
            self._add(
                "filling",
                category=category,
                indicator=leaf.code,
                by_what=leaf.fill.by,
                pool=leaf.fill.over,
                counted=leaf.fill.counted,
                minimum=leaf.fill.minimum,
            )
        cut = self.cuts[leaf.code]
        last = max((p.end for p in due_periods(leaf, self.period, self.at)), default=None)
        shared = {
            "category": category, "indicator": leaf.code, "decimals": leaf.decimals,
            "unit_scale": 10**leaf.decimals, "digits": leaf.digits, "round_unit": 10 ** (9 - leaf.digits),
            "carry": leaf.carry, "full": micro(full, "rulebook", "weights", leaf.code), "sign": -1 if leaf.direction == "down" else 1,
            "reference": leaf.reference.to, "reference_unit": leaf.reference.unit,
            "additive": leaf.combine == "sum" and not leaf.parts,
            "elapsed_n": (min(last or self.at, self.period.end) - self.period.start).days + 1,
            "elapsed_d": self.period.days,
        }  # fmt: skip
        rows = []
        for piece in cut.pieces:
            assert piece.method is not None
            rows.append(
                {
                    "segment": piece.place, "share_n": piece.share, "share_d": piece.whole,
                    "undefined": piece.method.undefined, "latest": piece is cut.pieces[-1],
                    "carried": cut.flow and cut.divided, **method_columns(piece.method, leaf),
                }
            )  # fmt: skip
        if cut.divided:
            rows.insert(0, _year(rows, leaf.reference.to in OF_THE_GROUP))
        for row in rows:
            self._add("rule", **shared, **row)

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
            self._part_shares(self.cuts[code], code)

    def _part_shares(self, cut: Cut, code: str) -> None:
        """What the pieces of a year weigh for units that existed for part of it."""
        for unit in self.tables["part_unit"] if cut.divided else ():
            for piece in cut.pieces:
                first, last = max(piece.start, unit["valid_from"]), min(piece.end, unit["valid_to"])
                self._add(
                    "part_share",
                    unit=unit["unit"],
                    indicator=code,
                    segment=piece.place,
                    days=max((last - first).days + 1, 0),
                    of=unit["days"],
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
            and not self.former
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
                    self._use(indicator.code, piece.place, "previous", observed.previous_year())
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
                    additive=indicator.combine == "sum",
                )

    def _use(self, code: str, segment: int, purpose: str, observed: Period) -> None:
        self._add(
            "period_use", indicator=code, segment=segment, purpose=purpose, period=observed.end
        )

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
            rows.append((code, micro(Fraction(top), *place, "numerator") * unit, micro(Fraction(bottom), *place, "denominator") * unit))  # fmt: skip
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

    def _grouped(self, code: str) -> bool:
        """Whether an indicator's points compare its unit with the group."""
        return any(row["grouped"] for row in self.tables["rule"] if row["indicator"] == code)

    def _cascade(self) -> None:
        for (unit, indicator), target in sorted(cascaded_targets(self.rulebook).items()):
            self._add("cascade_target", unit=unit, indicator=indicator, target=target)
        for parent, child, code in sorted(rolled_up(self.rulebook)):
            self._add("rollup", unit=parent, child=child, indicator=code)

    def _succession(self) -> None:
        for event in self.rulebook.succession:
            if "inherit" in {event.data, event.targets}:
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


def _succeed(rulebook: Rulebook, units: dict[str, Unit], period: Period) -> dict[str, Unit]:
    """Close predecessors the day before; heirs without inherited data begin on the day.

    An heir that inherits is there for the whole of the period in which it begins, with what it inherits; in a period
    that is over before its day it is not there at all, and the unit before it stands for itself. The heir of a merger
    may have been there before; whether it was, its own first day says.
    """
    for event in rulebook.succession:
        old = units.get(event.unit)
        if old and old.valid_to is None:
            units[old.code] = old.model_copy(update={"valid_to": event.date - timedelta(1)})
        later = event.data == "anew" or event.date > period.end
        for heir in event.heirs:
            new = units.get(heir.unit)
            if new and later and event.kind != "merger" and new.valid_from is None:
                units[new.code] = new.model_copy(update={"valid_from": event.date})
    return units


def _cut(band: Band, down: bool) -> Decimal | None:
    """The least merit of a band; where a lower score is better, a merit is the score with its sign turned."""
    if not down:
        return band.at_least
    return None if band.at_most is None else -band.at_most


def leaves(node: Node) -> Iterator[str]:
    """Indicator codes below a node, in order."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from leaves(child)


def _year(rows: list[Row], grouped: bool) -> Row:
    """What is shown of a divided period: it earns no points, and has the targets of its pieces by their time."""
    whole = rows[-1]["share_d"]
    targets = [row["target"] for row in rows]
    joined = None
    if None not in targets:
        joined = ratio(sum(t * row["share_n"] for t, row in zip(targets, rows, strict=True)), whole)
    return dict.fromkeys(rows[-1]) | {
        "segment": 0, "share_n": whole, "share_d": whole, "undefined": "missing", "latest": False,
        "carried": False, "strict": False, "grouped": grouped, "method": "none", "target": joined,
        "sample": False, "treated": False,
    }  # fmt: skip


PARTS_OF_YEARS = 7
"""Semantics since which an event counts in its own period, and what nothing says the due part of is not due in a part of a year."""


def compile_plan(
    rulebook: Rulebook,
    fingerprint: str,
    units: Iterable[Unit],
    period: Period,
    at: date,
    semantics: int = PARTS_OF_YEARS,
) -> Plan:
    """Make the rulebook definite for one period as seen from one day; of a run of earlier `semantics` as these had it.

    Raises RulebookError where a number does not fit its declared decimals, or with every number that is too
    large to compute with.
    """
    tables = Compiler(rulebook, units, period, at, semantics < PARTS_OF_YEARS).compile()
    refuse_beyond(tables)
    return Plan(rulebook.code, fingerprint, period, at, tables)

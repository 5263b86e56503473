"""What the public parts of a bundle let a score be that rests on internal indicators, and is stated.

Nobody outside can recompute such a score. But each internal indicator earns points between the least and the
most of its method, and whatever the rulebook makes of points never falls where they rise: so the same
arithmetic, once with all of them at their least and once at their most, bounds what may be stated. Where a
dimension turns that round (a quotient, a mirror, a score rescaled over its group) its own ends are taken, and
where none is known the score is named as not bound.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from zhengheng.engines.oracle import (
    BEYOND,
    MICRO,
    VALUED,
    Drawn,
    Row,
    Tables,
    half_up,
    limits,
    rounded,
    upward,
)
from zhengheng.engines.public import PublicOracle, closed_nodes

Level = dict[str, dict[str, Row]]
Place = tuple[str, str]
"""A unit, and one of its indicators or dimensions."""
SCORED = {"value", "unranked", "filled"}
"""Statuses of a dimension that has a score."""
FORMED = {"sum", "arithmetic", "copeland"}
"""Ways to join points that have a result whatever the points are."""
PAIRED = {"product", "quotient"}
ENDS = (0, 1)
"""The least and the most."""


class StatedOracle(PublicOracle):
    """The public oracle that holds what is stated against what is public.

    `loose` names the places of which an end is not known: 0 the least, 1 the most.
    """

    def __init__(self, plan: Tables, given: Tables) -> None:
        super().__init__(plan, given)
        self.loose: dict[Place, set[int]] = defaultdict(set)
        self.bounds: dict[Place, tuple[Row, Row]] = {}
        self.settled: dict[Place, str] = {}
        """Statuses that rest on no point that is not shown."""
        self._loose_codes: dict[str, set[int]] = defaultdict(set)

    def astray(self) -> Iterator[str]:
        """What is stated and cannot be, one finding each; the oracle has computed its results."""
        self._bound()
        due = {
            place for place, (row, _) in self.bounds.items()
            if (row["category"], row["node"]) in self._closed
        }  # fmt: skip
        for place in sorted(due | self._stated.keys()):
            where = f"inputs/stated.csv {' '.join(place)}"
            if place not in self._stated:
                yield f"{where}: missing / 缺少"
            elif place not in due:
                yield f"{where}: it rests on nothing internal, and is recomputed / 不含内部指标，应由复算得出"
            else:
                yield from self._unfitting(where, place, self._stated[place])

    def _unfitting(self, where: str, place: Place, row: Row) -> Iterator[str]:
        low, high = self.bounds[place]
        made = low | {"status": self.settled.get(place, row["status"])}
        for name in ("category", "comparison_group", "used", "leaves", "status"):
            if row[name] != made[name]:
                yield f"{where}: {name} published {row[name]}, recomputed {made[name]} / 公布值与复算值不同"
        loose = self.loose[place]
        for name in _SCORES:
            value = row[name]
            if value is None:
                continue
            if row["status"] not in SCORED:
                yield f"{where}: {name} {value} beside the status {row['status']} / 这一状态不应有得分"
            elif (0 not in loose and value < low[name]) or (1 not in loose and value > high[name]):
                least, most = ("…" if end in loose else bound[name] for end, bound in zip(ENDS, (low, high), strict=True))  # fmt: skip
                yield (
                    f"{where}: {name} {value} is beyond what its public and internal parts can make together ({least} to {most}) / "
                    "超出其公开部分和内部指标合计可能的得分"
                )
        yield from self._unrounded(where, row)

    def _unrounded(self, where: str, row: Row) -> Iterator[str]:
        """The printed score of a dimension is the carried one, rounded."""
        score, printed = row["score"], row["printed"]
        plain = self.node_rules.get(row["node"], {}).get("plain")
        if not plain and not _rounds(score, printed, self.nodes[row["node"]]):
            yield f"{where}: printed {printed}, score {score}: not the same rounded / 公布得分不是得分修约的结果"

    def unbound(self) -> Iterator[str]:
        """Scores that are stated and of which an end is not known: a sentence for each dimension and end."""
        for node in sorted({row["node"] for row in self.given["stated"]}):
            rows = [
                row
                for row in self.given["stated"]
                if row["node"] == node and row["score"] is not None
            ]
            for end, (en, zh) in zip(ENDS, (("least", "下限"), ("most", "上限")), strict=True):
                units = sorted(row["unit"] for row in rows if end in self.loose[row["unit"], node])
                if units:
                    yield (
                        f"inputs/stated.csv: the score of {node} for {', '.join(units)}: the rules set it no {en} that follows from what is public / "
                        f"{node} 的得分由公开内容得不出{zh}"
                    )

    def overstated(self) -> Iterator[str]:
        """Of earlier bundles, whose internal cells bring their points: those that their method cannot give."""
        earned = {(row["unit"], row["indicator"]): row for row in self.internal}
        for cell in self.given["cell"]:
            place = (cell["unit"], cell["indicator"])
            points, printed = cell["points"], cell["printed"]
            where = f"inputs/cell.csv {' '.join(place)} {cell['segment']}: points {points}"
            if not cell["commitment"]:
                if points is not None or printed is not None:
                    yield f"{where} beside a value that is shown / 公开数值旁不应有得分"
                continue
            row = earned[place]
            low, high = self.reach(row, self._parts[place])
            if points != row["points"] or printed != row["printed"]:
                yield f"{where}, and {row['points']} in another part / 与其他时段所列得分不同"
            elif (points is None) == (row["status"] in VALUED):
                yield f"{where} beside the outcome {row['status']} / 与状态不符"
            elif points is None:
                continue
            elif (low is not None and points < low) or (high is not None and points > high):
                least, most = ("…" if end is None else end for end in (low, high))
                yield f"{where} is beyond what its method gives ({least} to {most}) / 超出计分方法可能的得分"
            elif not _rounds(points, printed, self._latest(self._parts[place])):
                yield f"{where}, printed {printed}: not the same rounded / 公布得分不是得分修约的结果"

    # -- points ----------------------------------------------------------------------------------

    @cached_property
    def _parts(self) -> dict[Place, list[Row]]:
        """The cells of each internal indicator of a unit, by their place in the year."""
        found: dict[Place, list[Row]] = defaultdict(list)
        for cell in self.given["cell"]:
            if cell["commitment"]:
                found[cell["unit"], cell["indicator"]].append(cell)
        return {
            place: sorted(cells, key=lambda one: int(one["segment"]))
            for place, cells in found.items()
        }

    def _latest(self, cells: Sequence[Row]) -> Row:
        """The rule that an indicator is rounded by."""
        last = cells[-1]
        return self.rules[last["category"], last["indicator"], last["segment"]]

    def _points(self) -> tuple[list[Row], list[Row]]:
        """All scores of indicators, the internal ones at their least and at their most."""
        ends: tuple[list[Row], list[Row]] = ([*self.scores], [*self.scores])
        for row in self.internal:
            place = (row["unit"], row["indicator"])
            reach = self.reach(row, self._parts[place]) if row["status"] in VALUED else (None, None)
            for end in ENDS:
                points = reach[end]
                if points is None and row["status"] in VALUED:
                    self.loose[place].add(end)
                    self._loose_codes[row["indicator"]].add(end)
                    points = 0
                ends[end].append({**row, "points": points, "printed": points})
        return ends

    def reach(self, unit: Row, cells: Sequence[Row]) -> tuple[int | None, int | None]:
        """The least and the most that an indicator's cells can bring a unit, as carried upward."""
        # The whole of a year that is cut earns nothing: its parts do.
        held = [cell for cell in cells if cell["segment"] != 0] or [*cells]
        rule = self._latest(cells)
        step, exact = int(rule["round_unit"]), rule["carry"] == "exact"
        found: list[tuple[int | None, int | None]] = []
        for cell in held:
            own = self.rules[cell["category"], cell["indicator"], cell["segment"]]
            time, _ = self._time(cell["unit"], own)
            if time or len(held) == 1:
                low, high = (
                    None if end is None else _earned(own, end, alone=len(held) == 1)
                    for end in limits(own, self.plan)
                )
                found.append((low, high))
        ends: list[int | None] = []
        for end, of in zip(ENDS, (min, max), strict=True):
            values = [pair[end] for pair in found]
            known = [value for value in values if value is not None]
            if not known or len(known) < len(values):
                ends.append(None)
                continue
            points = of(known) if exact else half_up(Fraction(of(known), step)) * step
            ends.append(self._multiplied(unit, rule, points))
        return ends[0], ends[1]

    def _multiplied(self, unit: Row, rule: Row, points: int) -> int:
        branch = self.branches[unit["category"]].get(rule["indicator"])
        full = int(branch["full"]) if branch else 0
        product = self.multiplied(unit, rule["indicator"], full, points)
        if product is None:
            return points
        step = int(rule["round_unit"])
        return half_up(product) if rule["carry"] == "exact" else half_up(product / step) * step

    # -- dimensions ------------------------------------------------------------------------------

    @cached_property
    def _closed(self) -> set[tuple[str, str]]:
        return set(closed_nodes(self.plan, {row["indicator"] for row in self.internal}))

    @cached_property
    def _stated(self) -> dict[Place, Row]:
        return {(row["unit"], row["node"]): row for row in self.given["stated"]}

    def _bound(self) -> None:
        """Bounds of every dimension, from the deepest to the root."""
        ends = self._points()
        rates = [self.group_rates(scores) for scores in ends]
        scores: list[Level] = [defaultdict(dict), defaultdict(dict)]
        for end in ENDS:
            for row in ends[end]:
                scores[end][row["unit"]][row["indicator"]] = row
        made: list[Level] = [defaultdict(dict), defaultdict(dict)]
        for node in sorted(self.nodes.values(), key=lambda one: -int(one["depth"])):
            parts = {
                unit: [self.composition(unit, node["node"], scores[end][unit], made[end][unit], rates[end]) for end in ENDS]
                for unit in self.units
            }  # fmt: skip
            self._level(node, {unit: both for unit, both in parts.items() if both[0]})
            for unit in self.units:
                if found := self.bounds.get((unit, node["node"])):
                    for end in ENDS:
                        made[end][unit][node["node"]] = found[end]

    def _level(self, node: Row, parts: dict[str, list[list[Row]]]) -> None:
        """Bounds of one dimension of all units, from the parts of each at their least and at their most."""
        code, paired = node["node"], node["aggregate"] in PAIRED
        rule = self.node_rules.get(code, {})
        mixes = [(0, 0), (0, 1), (1, 0), (1, 1)] if paired else [(0, 0), (1, 1)]
        drawn: list[dict[str, Drawn]] = [
            {
                unit: Drawn(self.units[unit], code, [
                    both[second if part["place"] == 2 else first][number] for number, part in enumerate(both[0])
                ], rule)
                for unit, both in parts.items()
            }
            for first, second in mixes
        ]  # fmt: skip
        corners = [{row["unit"]: row for row in self._finished(node, one)} for one in drawn]
        level = _Level(
            node, rule,
            {unit: [corner[unit] for corner in corners] for unit in parts},
            {unit: self._loose_below(unit, both[0]) for unit, both in parts.items()},
            {unit: [one[unit].held for one in drawn] for unit in parts},
        )  # fmt: skip
        for unit, rows in level.rows.items():
            place = (unit, code)
            if (self.units[unit]["category"], code) not in self._closed:
                self.bounds[place] = (rows[0], rows[0])
                continue
            if level.settles(unit):
                self.settled[place] = rows[0]["status"]
            held = self._stated.get(place, rows[0])["status"]
            low, high, loose = self._ends(level, unit, held)
            self.loose[place] = loose
            self.bounds[place] = (
                {**rows[0], "status": held, **low},
                {**rows[0], "status": held, **high},
            )

    def _loose_below(self, unit: str, parts: list[Row]) -> set[int]:
        """The ends that are not known of a part; what stands in for one hangs on the same indicator of others."""
        found: set[int] = set()
        for part in parts:
            found |= self.loose.get((unit, part["child"]), set())
            if part["outcome"] == "substitute":
                found |= self._loose_codes[part["child"]]
        return found

    def _ends(self, level: "_Level", unit: str, status: str) -> tuple[Row, Row, set[int]]:
        """Score and printed score at their least and at their most, and which of these ends is not known."""
        if status not in SCORED:
            nothing = dict.fromkeys(_SCORES)
            return nothing, nothing, set()
        rows, loose = level.rows[unit], level.loose(unit, status)
        ends: list[Row] = [
            {name: of(row[name] or 0 for row in rows) for name in _SCORES} for of in (min, max)
        ]
        if not level.ranged:
            return ends[0], ends[1], loose
        step, exact = int(level.node["round_unit"]), level.node["carry"] == "exact"
        plain, duels = level.rule.get("plain"), level.node["aggregate"] == "copeland"
        loose = loose if plain else set()
        # Of a rescaled score the one before may go up, and the share of duels won hangs on others itself.
        won = (0, 1000 * self.marks.get((self.units[unit]["category"], level.node["node"]), 0))
        for end, turned in zip(ENDS, self._range(level, unit), strict=True):
            if turned is None:
                loose = loose | {end}
                continue
            printed = half_up(Fraction(turned, step)) * step
            ends[end]["printed"] = printed
            if not plain:
                ends[end]["score"] = turned if exact else printed
            elif duels:
                ends[end]["score"] = won[end] if exact else half_up(Fraction(won[end], step)) * step
        return ends[0], ends[1], loose

    def _range(self, level: "_Level", unit: str) -> tuple[int | None, int | None]:
        """What a score that hangs on those of others can be at all: turned round and multiplied, before it is rounded."""
        row = self.units[unit]
        full = self.marks.get((row["category"], level.node["node"]), 0)
        ends = level.range(full, row["comparison_group"])
        if level.rule.get("mirror"):
            ends = [None if end is None else full * 1000 - end for end in reversed(ends)]
        low, high = (
            end if end is None or (product := self.multiplied(row, level.node["node"], full, end)) is None else half_up(product)
            for end in ends
        )  # fmt: skip
        return low, high


_SCORES = ("score", "printed")


@dataclass
class _Level:
    """One dimension of all units: the rows that the ends of its parts give, and what is known of these ends."""

    node: Row
    rule: Row
    rows: dict[str, list[Row]]
    below: dict[str, set[int]]
    """The ends that are not known of a unit's parts."""
    held: dict[str, list[int | None]]
    """Scores before they are rescaled."""

    @property
    def ranged(self) -> bool:
        """Whether a score hangs on those of others in a way that only its range is known of."""
        return bool(self.rule.get("rescale")) or self.node["aggregate"] == "copeland"

    def alike(self, unit: str) -> bool:
        """Whether a score is formed, or not, wherever its parts lie."""
        rows = self.rows[unit]
        near = all(abs(row["score"] or 0) < BEYOND for row in rows)
        sure = self.node["aggregate"] in FORMED or not self.below[unit]
        return near and sure and len({row["status"] for row in rows}) == 1

    @cached_property
    def firm(self) -> bool:
        """The same of all units: a gap is filled from the others."""
        return all(self.alike(unit) for unit in self.rows)

    def settles(self, unit: str) -> bool:
        """Whether a unit's status rests on no point that is not shown."""
        open_ended = self.rule.get("rescale") and self.rule["undefined"] == "missing"
        return not open_ended and (self.firm if self.rule.get("fill") else self.alike(unit))

    def loose(self, unit: str, status: str) -> set[int]:
        """Which ends of a unit's score are not known from its parts."""
        found = set(self.below[unit])
        if self.rule.get("fill"):
            if not self.firm:
                return set(ENDS)
            if status == "filled":
                found = found.union(*self.below.values())
        formed = all(row["score"] is not None for row in self.rows[unit])
        turned = self.rule.get("mirror") or self.node["aggregate"] in PAIRED
        return set(ENDS) if not formed or (found and turned) else found

    @cached_property
    def below_zero(self) -> set[str]:
        """Comparison groups in which a score may lie below zero before it is rescaled."""
        return {
            rows[0]["comparison_group"] for unit, rows in self.rows.items()
            if 0 in self.below[unit] or any(held is not None and held < 0 for held in self.held[unit])
        }  # fmt: skip

    def range(self, full: int, group: str) -> list[int | None]:
        """The least and the most of a score that hangs on others, whatever they are."""
        mark = full * 1000
        ends: list[int | None] = [None, None]
        match self.rule.get("rescale"):
            case None | "exponential_rank":
                ends = [0, mark]
            case "min_max":
                shares = (Fraction(int(self.rule[name]), MICRO) for name in ("first", "second"))
                ends = [*sorted(half_up(mark * share) for share in shares)]
            case "best" if self.rule["first"] is None:
                ends = [None if group in self.below_zero else 0, mark]
            case "best" if self.rule["first"] >= 0:
                ends = [0, mark]
        if self.rule.get("rescale") and self.rule["undefined"] != "missing":
            instead = full * {"zero": 0, "half": 500, "full": 1000}[self.rule["undefined"]]
            low, high = ends
            ends = [None if low is None else min(low, instead), None if high is None else max(high, instead)]  # fmt: skip
        return ends


def _rounds(points: int | None, printed: int | None, rule: Row) -> bool:
    """Whether the printed points can be the carried ones, rounded as an indicator or a dimension is."""
    if points is None or printed is None:
        return points is printed
    step = int(rule["round_unit"]) + 1 if rule["carry"] == "exact" else 0
    return 2 * abs(points - printed) <= step


def _earned(rule: Row, points: Fraction, *, alone: bool) -> int:
    """Points of one cell as they enter their indicator's."""
    fine, printed = rounded(points, 1), rounded(points, int(rule["round_unit"]))
    if alone:
        return upward(rule, fine, printed) if rule["carry"] == "exact" else printed
    return upward(rule, fine, printed)

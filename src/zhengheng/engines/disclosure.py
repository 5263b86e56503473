"""What of a run's results the public may see, so that no internal indicator can be worked out from the rest.

Whoever has the rule can turn points back into a value, and points left out come back by subtraction: a total
less its public points. So nothing that an internal indicator measured or earned is shown, no dimension with
one below it, and a total only where enough of them bear on it together and leave each other room. Where a
total stays in, so do the places of its comparison group (docs/decisions/0008). A further total of a period that
has one already is held against that one (engines/second_totals.py).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zhengheng.engines.portion import Portions
from zhengheng.engines.public import closed_nodes
from zhengheng.engines.run import Run
from zhengheng.engines.second_totals import apart, lit_otherwise, with_a_part
from zhengheng.scoring.contracts import VALUE

FEWEST = 3
"""Internal indicators with a value that must bear on a total together for it to be shown [D]."""
ROOM = Fraction(1, 10)
"""Of its range that each of them must be able to lie in, whoever knows total and rules [D]."""
_UNBOUNDED = {"z_score", "mads"}
_MICRO_TO_POINT = 1000
Row = dict[str, Any]


@dataclass(frozen=True)
class Disclosure:
    """The decision about one run.

    hidden    indicators that are not public
    closed    (category, node): dimensions with such an indicator below, the root among them
    withheld  units whose total is not shown
    silent    comparison groups whose places are not shown
    beside    of those withheld: they would be shown, were not another total of the period public
    dark      internal indicators whose light would be one more band beside a public one
    """

    hidden: frozenset[str]
    closed: frozenset[tuple[str, str]]
    withheld: frozenset[str]
    silent: frozenset[str]
    root: str
    beside: frozenset[str] = frozenset()
    dark: frozenset[str] = frozenset()

    def shows(self, row: Row) -> bool:
        """Whether a node's score is shown: all without an internal indicator below, the total as decided."""
        if (row["category"], row["node"]) not in self.closed:
            return True
        return row["node"] == self.root and row["unit"] not in self.withheld


def hidden_indicators(run: Run) -> set[str]:
    """Indicators whose values the public does not see."""
    return {i.code for i in run.rulebook.indicators if i.visibility != "public"}


def disclosure(run: Run, public: Sequence[Run] = ()) -> Disclosure:
    """Decide for a run; without internal indicators everything is shown.

    `public` are the runs of the same period that were published already: their totals stay public.
    """
    tables = run.plan.tables
    root = next(row["node"] for row in tables["node"] if not row["depth"])
    hidden = frozenset(hidden_indicators(run))
    # What no unit of this run is assessed on has nothing to hide, and whoever reads the bundle does not meet it.
    met = hidden & {row["indicator"] for row in run.results.rows("indicator_score")}
    closed = frozenset(closed_nodes(tables, met))
    withheld, silent, beside, dark = set[str](), set[str](), set[str](), frozenset[str]()
    if closed:
        groups = {row["unit"]: row["comparison_group"] for row in tables["unit"]}
        withheld = set(_withheld(run, hidden))
        beside, dark = _beside(run, public)
        beside -= withheld
        withheld |= beside
        silent = {groups[unit] for unit in withheld}
    return Disclosure(
        hidden, closed, frozenset(withheld), frozenset(silent), root, frozenset(beside), dark
    )


def totals_shown(run: Run, decided: Disclosure) -> set[str]:
    """The units whose total is shown."""
    return {row["unit"] for row in run.results.rows("total_score") if row["printed"] is not None} - decided.withheld  # fmt: skip


def _beside(run: Run, public: Sequence[Run]) -> tuple[set[str], frozenset[str]]:
    """Units whose total would be one equation more in internal indicators, and lights that would be one band more."""
    found: set[str] = set()
    dark: frozenset[str] = frozenset()
    for other in public:
        decided = disclosure(other)
        hidden = decided.hidden | hidden_indicators(run)
        # Where internal indicators have no part in the other one, it says nothing of them.
        told = totals_shown(other, decided) & with_a_part(other, hidden)
        found |= apart(other, run, hidden) & told
        met = {row["indicator"] for row in other.results.rows("indicator_score")}
        dark |= lit_otherwise(other, run, decided.hidden & met)
    return found, dark


def _withheld(run: Run, hidden: frozenset[str]) -> Iterator[str]:
    scores: dict[str, list[Row]] = defaultdict(list)
    for row in run.results.rows("indicator_score"):
        scores[row["unit"]].append(row)
    portions, ranges = Portions(run.plan.tables), _Ranges(run)
    formed = {r["unit"] for r in run.results.rows("total_score") if r["printed"] is not None}
    for unit, rows in scores.items():
        if unit not in formed:
            continue
        category = rows[0]["category"]
        weighed = portions.of(category, {row["indicator"]: row["status"] for row in rows})
        inside = [
            row for row in rows if row["indicator"] in hidden and weighed.get(row["indicator"])
        ]
        valued = [row for row in inside if row["status"] == VALUE]
        if inside and (len(valued) < FEWEST or not _has_room(valued, weighed, ranges)):
            yield unit


class _Ranges:
    """The points that a method can give, in points at nine decimals; None where they have no bound."""

    def __init__(self, run: Run) -> None:
        tables = run.plan.tables
        self.rules = {(r["category"], r["indicator"]): r for r in tables["rule"] if r["latest"]}
        self.shares: dict[str, set[Fraction]] = defaultdict(set)
        for row in tables["rule_knot"]:
            self.shares[row["indicator"]] |= {Fraction(row[name], 10**6) for name in ("share_low", "share_high")}  # fmt: skip
        self.steps: dict[str, set[Fraction]] = defaultdict(set)
        for row in tables["rule_step"]:
            self.steps[row["indicator"]].add(Fraction(row["credit_n"], row["credit_d"]))
        for code, credits in self.steps.items():
            self.shares[code] |= credits
        for row in tables["rank_share"]:
            self.shares[row["indicator"]].add(Fraction(row["share"], 10**6))

    def of(self, row: Row) -> tuple[Fraction, Fraction] | None:
        rule = self.rules[row["category"], row["indicator"]]
        if rule["method"] in _UNBOUNDED:
            return None
        full = Fraction(rule["full"] * _MICRO_TO_POINT)
        shares = self.shares.get(row["indicator"]) or {
            Fraction(rule["least"] or 0, 10**6),
            Fraction(10**6 if rule["most"] is None else rule["most"], 10**6),
        }
        points = row["points"]
        return min(min(shares) * full, points), max(max(shares) * full, points)

    def choices(self, row: Row) -> list[Fraction]:
        """The points that a method of a few steps can give; empty where it gives any."""
        rule = self.rules[row["category"], row["indicator"]]
        full = Fraction(rule["full"] * _MICRO_TO_POINT)
        return [share * full for share in self.steps.get(row["indicator"], ())]


def _has_room(valued: list[Row], weighed: dict[str, Fraction], ranges: _Ranges) -> bool:
    """Whether each could lie in a tenth of its range at least, given what they bring to the total together.

    One that is scored by steps could also stand on another step.
    """
    known = [(weighed[row["indicator"]], ranges.of(row), row["points"]) for row in valued]
    if any(limits is None for _, limits, _ in known):
        return True
    parts = [(w * limits[0], w * limits[1], w * points) for w, limits, points in known if limits]
    low, high, brought = (sum(column) for column in zip(*parts, strict=True))
    for row, (least, most, _) in zip(valued, parts, strict=True):
        above = min(most, brought - (low - least))
        below = max(least, brought - (high - most))
        if above - below < (most - least) * ROOM or most == least:
            return False
        steps = [weighed[row["indicator"]] * points for points in ranges.choices(row)]
        if steps and sum(below <= step <= above for step in steps) < 2:
            return False
    return True


def disclosed(run: Run, decided: Disclosure) -> dict[str, list[Row]]:
    """The result tables as the public sees them: what is not shown is empty or left out."""
    groups = {row["unit"]: row["comparison_group"] for row in run.plan.tables["unit"]}
    named = {row["node"] for row in run.plan.tables["node"]}
    nodes, shown, quiet = [], set(), {(group, decided.root) for group in decided.silent}
    for row in run.results.rows("node_score"):
        if decided.shows(row):
            shown.add((row["unit"], row["node"]))
            nodes.append(row)
        else:
            quiet.add((row["comparison_group"], row["node"]))
            nodes.append(row | dict.fromkeys(("score", "printed")))
    gone = ("value", "target", "points", "printed")
    return {
        "indicator_score": [
            row | dict.fromkeys(gone) if row["indicator"] in decided.hidden else row
            for row in run.results.rows("indicator_score")
        ],
        "node_score": nodes,
        "total_score": [
            row | dict.fromkeys(("composite", "score", "printed")) if row["unit"] in decided.withheld else row
            for row in run.results.rows("total_score")
        ],
        "ranking": [
            row for row in run.results.rows("ranking")
            if (groups[row["unit"]], row["node"]) not in quiet
        ],
        "grading": run.results.rows("grading"),
        "light": [
            row for row in run.results.rows("light")
            if row["subject"] not in decided.hidden
            and (row["subject"] not in named or (row["unit"], row["subject"]) in shown)
        ],
    }  # fmt: skip

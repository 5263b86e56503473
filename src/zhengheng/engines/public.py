"""The oracle from published indicator values upward: what a public bundle is recomputed by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from zhengheng.engines.oracle import VALUED, Agreed, Oracle, Row, Tables


class PublicOracle(Oracle):
    """Internal indicators enter by their status alone; dimensions above them are taken as stated.

    `given` holds the public inputs: cell, agreed, gate_value, event, unit_reference, planned, stated. Earlier
    bundles state no dimensions and bring the points of internal indicators with their cells. `asked` collects
    which rows of unit_reference and planned were looked at, by table and key. `scores` are those of public indicators, which results() makes.
    """

    def __init__(self, plan: Tables, given: Tables) -> None:
        nothing: Tables = {name: [] for name in ("observation", "revision", "target", "milestone", "approval")}  # fmt: skip
        super().__init__(plan, nothing | given)
        self.given = given
        self.asked: set[tuple[Any, ...]] = set()
        self.scores: list[Row] = []

    @cached_property
    def internal(self) -> list[Row]:
        """One row for each internal indicator of a unit, as indicator_score has them."""
        return list(_internal(self.given["cell"]))

    def results(self) -> Tables:
        given = self.given
        cells = {(row["unit"], row["indicator"], row["segment"]): row for row in given["cell"]}
        self.known = {key: dict(cell) for key, cell in cells.items()}
        segments = {gate["indicator"]: gate.get("segment", 1) for gate in self.plan["gate"]}
        for row in given["gate_value"]:
            self.known[row["unit"], row["indicator"], segments[row["indicator"]]] = row
        public = {key: cell for key, cell in cells.items() if not cell["commitment"]}
        scores = self.scores = self.indicator_scores(public, self.groups(public))
        internal = self.internal
        nodes = self._nodes(scores, internal)
        totals = self.totals(nodes, scores + internal)
        shown = self._comparable(totals)
        ranking = self.ranking(shown, self._placed(nodes))
        return {
            "indicator_score": scores + internal, "node_score": nodes, "total_score": totals,
            "ranking": ranking, "grading": self.grading(shown, ranking), "light": self.lights(scores, nodes),
        }  # fmt: skip

    def _placed(self, nodes: list[Row]) -> list[Row]:
        """Dimensions that the whole group shows; a tie may be broken by one of them."""
        stated = {id(row) for row in self.given.get("stated", ())}
        quiet = {(row["comparison_group"], row["node"]) for row in nodes if id(row) in stated}
        return [row for row in nodes if (row["comparison_group"], row["node"]) not in quiet]

    def _nodes(self, scores: list[Row], internal: list[Row]) -> list[Row]:
        if "stated" not in self.given:
            return self.node_scores(scores + internal)
        closed = set(closed_nodes(self.plan, {row["indicator"] for row in internal}))
        made = [
            row for row in self.node_scores(scores) if (row["category"], row["node"]) not in closed
        ]
        return made + self.given["stated"]

    def _comparable(self, totals: list[Row]) -> list[Row]:
        """Totals of groups that are shown whole: a place among totals that stay in cannot be recomputed."""
        silent = {
            row["comparison_group"] for row in totals
            if row["score"] is None and row["status"] in {"value", "unranked"}
        }  # fmt: skip
        return [row for row in totals if row["comparison_group"] not in silent]

    def agreed(self) -> Agreed:
        return {(r["unit"], r["indicator"], r["kind"]): r["value"] for r in self.given["agreed"]}

    def unit_value(self, rule: Row, code: str, segment: int) -> int | None:
        found: dict[tuple[str, int], int | None] = {
            (row["indicator"], row["segment"]): row["value"] for row in self.given["unit_reference"]
        }
        self.asked.add(("unit_reference", code, segment))
        return found[code, segment]

    def planned(self, score: Row) -> int | None:
        found = {(row["unit"], row["indicator"]): row["value"] for row in self.given["planned"]}
        self.asked.add(("planned", score["unit"], score["indicator"]))
        value: int | None = found.get((score["unit"], score["indicator"]))
        return value


def _internal(cells: Iterable[Row]) -> Iterator[Row]:
    last: dict[tuple[str, str], Row] = {}
    for cell in cells:
        if cell["commitment"]:
            last[cell["unit"], cell["indicator"]] = cell
    for cell in last.values():
        names = ("unit", "category", "comparison_group", "indicator", "value", "target")
        yield {name: cell[name] for name in names} | {
            "status": cell["outcome"], "points": cell.get("points"), "printed": cell.get("printed"),
        }  # fmt: skip


def unread(cell: Row, rule: Row) -> Iterator[str]:
    """The columns of a public cell that no rule looks at: of what has no value, and of another year's value."""
    valued = cell["status"] in VALUED
    if not valued:
        yield "value"
    if not valued or rule["reference"] != "previous":
        yield "previous"


def closed_nodes(
    plan: Mapping[str, Sequence[Row]], hidden: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Category and node of every dimension with an internal indicator below it, or measured against one that has.

    A dimension that owes its score to those of other units (filled, rescaled, in duels) is closed in every category
    as soon as it is in one.
    """
    above: dict[tuple[str, str], str] = {}
    below = defaultdict(list)
    for row in plan["branch"]:
        above[row["category"], row["child"]] = row["parent"]
        below[row["child"]].append(row["category"])
    shared = {row["node"] for row in plan.get("node_rule", ()) if row["rescale"] or row["fill"]}
    shared |= {row["node"] for row in plan["node"] if row["aggregate"] == "copeland"}
    found: set[tuple[str, str]] = set()
    waiting = [(category, above[category, code]) for code in hidden for category in below[code]]
    while waiting:
        category, node = place = waiting.pop()
        if place in found:
            continue
        found.add(place)
        if place in above:
            waiting.append((category, above[place]))
        if node in shared:
            waiting.extend((other, node) for (other, _), parent in above.items() if parent == node)
    yield from sorted(found)

"""Why a dimension or a total has no score, in one word: data were missing, or a formula had no result."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from zhengheng.scoring.contracts import MISSING, UNDEFINED, WITHHELD, status_name

Row = Mapping[str, Any]
APART = frozenset({"empty", "filled"})
"""Statuses of a dimension that is not made of its parts: without a score, or with one from other units."""


class Tables(Protocol):
    """Tables by name."""

    def __getitem__(self, table: str, /) -> Iterable[Row]: ...


class NodeStatuses:
    """The status of nodes and totals of one run as people read it.

    A node stopped by nothing but formulas without a result is `undefined`, as its indicators are; one that also
    lacks data is `missing`.
    """

    def __init__(self, plan: Tables, scores: Iterable[Row]) -> None:
        self.rules = {(r["category"], r["indicator"]): r for r in plan["rule"] if r["latest"]}
        self.withheld = next(iter(plan["setting"]))["withheld"]
        self.below: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for branch in plan["branch"]:
            self.below[branch["category"], branch["parent"]].append(branch)
        self.gaps: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        for row in scores:
            if row["status"] in {MISSING, UNDEFINED, WITHHELD}:
                self.gaps[row["unit"]][row["indicator"]] = row

    def of(self, unit: str, category: str, node: str, status: str) -> str:
        """The word for a node's (or, at the root, the total's) status."""
        if status not in {"missing", "empty"}:
            return status
        found = list(self._gaps(unit, category, node))
        stopping = {word for word, rule in found if rule == "block"} or {word for word, _ in found}
        # Of nothing that could be counted, or below its coverage: what stands above treats it as missing.
        return "undefined" if stopping == {"undefined"} else "missing"

    def entered(self, row: Row, nodes: Mapping[str, Row]) -> int:
        """How many of the indicators that have a value below a node entered its score, given all nodes of its unit."""
        if row["status"] in APART:
            return 0
        used: int = row["used"]
        for branch in self.below[row["category"], row["node"]]:
            if not branch["leaf"] and (child := nodes.get(branch["child"])):
                used -= child["used"] - self.entered(child, nodes)
        return used

    def _gaps(self, unit: str, category: str, node: str) -> Iterable[tuple[str, str]]:
        """Each gap below a node: its status by name, and what the rulebook does about it."""
        for branch in self.below[category, node]:
            if not branch["leaf"]:
                yield from self._gaps(unit, category, branch["child"])
            elif row := self.gaps[unit].get(branch["child"]):
                rule = self.withheld if row["status"] == WITHHELD else branch["missing"]
                yield status_name(row, self.rules[category, branch["child"]]), rule

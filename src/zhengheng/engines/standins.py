"""What a dimension is made of where indicators have no points of their own: what stands in their place, who carries their mark."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import Language
from zhengheng.engines.oracle import Oracle
from zhengheng.engines.origins import oracle_of
from zhengheng.engines.run import Run
from zhengheng.scheme.base import Text
from zhengheng.scoring.contracts import FILLED, NOT_APPLICABLE, NOT_DUE, VALUE
from zhengheng.scoring.statuses import APART

Row = dict[str, Any]
Pair = tuple[str, str]
_PLACES = 9


class StandIns:
    """Of one unit: what its tree shows of a dimension's parts, so that a reader who adds them finds its score."""

    def __init__(
        self, run: Run, oracle: Oracle, unit: str, scores: dict[str, Row], nodes: dict[str, Row]
    ) -> None:
        self.run, self.oracle, self.unit, self.scores, self.nodes = run, oracle, unit, scores, nodes
        excused = any(row["status"] == NOT_APPLICABLE for row in scores.values())
        self.rates: dict[tuple[str, str], Fraction] = {}
        if excused:
            self.rates = oracle.group_rates(run.results.rows("indicator_score"))
        category = next(iter(scores.values()))["category"] if scores else None
        self.digits = {r["indicator"]: r["digits"] for r in run.plan.tables["rule"] if r["latest"] and r["category"] == category}  # fmt: skip
        self.digits |= {row["node"]: row["digits"] for row in run.plan.tables["node"]}
        self.sums = {row["node"] for row in run.plan.tables["node"] if row["aggregate"] == "sum"}

    def parts(self, node: str) -> list[Row]:
        """The dimension's parts, as the oracle has them."""
        return self.oracle.composition(self.unit, node, self.scores, self.nodes, self.rates)

    def of(self, node: str) -> Mapping[str, Pair]:
        """By indicator without points of its own, or dimension without a score: what is counted in its place, or that its
        mark is shared out. Below a dimension that is not made of its parts, by indicator: that it does not count."""
        found = {}
        parts = self.parts(node)
        if words := self.apart(node):
            return {part["child"]: words for part in parts if part["child"] in self.scores}
        for part in parts:
            without = part["child"] in self.nodes and self.nodes[part["child"]]["status"] == "empty"
            if part["outcome"] in {"value", "filled", "not_due"} or not (without or part["child"] in self.scores):  # fmt: skip
                continue
            if part["score"] is None:
                found[part["child"]] = (
                    _NOT_COUNTED if part["outcome"] == "renormalise" else self._stops(node)
                )
                continue
            if part["outcome"] == "unranked":
                found[part["child"]] = _NO_RATE if self._reweighted(part) else _UNRANKED
                continue
            points = format_scaled(int(part["score"]), _PLACES, self.digits[part["child"]])
            zh, en = self._rate(part, parts) if part["outcome"] == "substitute" else _LOWEST
            found[part["child"]] = (zh.format(points), en.format(points))
        return found

    def apart(self, node: str) -> Pair | None:
        """That what stands below a dimension does not count, for it or one above it has no score, or one from elsewhere."""
        while node != self.run.rulebook.tree.code:
            if self.nodes[node]["status"] in APART:
                name = self._name(node)
                return f"“{name.zh}”没有按其下各项计分，这一项因此不计入", f"“{name.say('en')}” is not made of its parts, so that this does not count"  # fmt: skip
            node = self.oracle.branches[self.nodes[node]["category"]][node]["parent"]
        return None

    def _name(self, node: str) -> Text:
        return next(one.name for one, _, _ in self.run.rulebook.nodes() if one.code == node)

    def _reweighted(self, part: Row) -> bool:
        """Whether the rulebook gives an indicator that does not apply a rate from elsewhere."""
        if part["child"] not in self.scores:
            return False
        score = self.scores[part["child"]]
        branch = self.oracle.branches[score["category"]][part["child"]]
        return bool(score["status"] == NOT_APPLICABLE and branch["not_applicable"] == "reweight")

    def _rate(self, part: Row, parts: list[Row]) -> Pair:
        """Which of two rates stands for one that does not apply: the lower, or the one that there is."""
        score = self.scores[part["child"]]
        if (score["comparison_group"], score["indicator"]) not in self.rates:
            return _OWN_ALONE
        beside = (one for one in parts if one["child"] in self.scores and one["score"] is not None)
        own = any(self.scores[one["child"]]["status"] != NOT_APPLICABLE for one in beside)
        return _INSTEAD if own else _GROUP_ALONE

    def _stops(self, node: str) -> Pair:
        """What has no score for the sake of an indicator: the total, or the dimension above it by its name."""
        if node == self.run.rulebook.tree.code:
            return "总分因此没有得出", "for its sake there is no total"
        name = self._name(node)
        return f"“{name.zh}”因此没有得分", f"for its sake “{name.say('en')}” has no score"

    def shared(self, node: str) -> Pair | None:
        """Of a sum from which parts are absent that are due: the factor by which the others carry their mark."""
        parts = [part for part in self.parts(node) if part["outcome"] != "not_due"]
        due = sum(int(part["weight"] * part["full"]) for part in parts)
        present = sum(int(p["weight"] * p["full"]) for p in parts if p["score"] is not None)
        formed = self.nodes[node]["printed"] is not None
        if node not in self.sums or not formed or not present or present == due:
            return None
        said = f"{plain(due, 12)} / {plain(present, 12)}"
        return (
            f"未计入的部分由其余各项按比例分担：各项之和再乘 {said}",
            f"what is not counted is carried by the others: their sum times {said}",
        )


def stand_ins(run: Run, unit: str, language: Language) -> list[str]:
    """A sentence for each of a unit's indicators without points of its own, and each dimension that is scaled for it."""
    scores = {row["indicator"]: row for row in run.results.of_unit("indicator_score", unit)}
    nodes = {row["node"]: row for row in run.results.of_unit("node_score", unit)}
    apart = any(row["status"] in APART for row in nodes.values())
    if not apart and all(row["status"] in _OF_THEIR_OWN for row in scores.values()):
        return []
    held = StandIns(run, oracle_of(run, unit), unit, scores, nodes)
    names = {one.code: f"{one.code} {one.name.say(language)}" for one in run.rulebook.indicators}
    names |= {one.code: one.name.say(language) for one, _, _ in run.rulebook.nodes()}
    found, english = [], language == "en"
    for node, _, _ in run.rulebook.nodes():
        if node.code in nodes:
            told = {names[code]: words for code, words in held.of(node.code).items()}
            if shared := held.shared(node.code):
                told[node.name.say(language)] = shared
            found += [
                f"{name}{': ' if english else '：'}{words[english]}" for name, words in told.items()
            ]
    return found


_OF_THEIR_OWN = frozenset({VALUE, FILLED, NOT_DUE})
_INSTEAD = (
    "以 {} 分计入：本单位在同级其他指标上的得分率与同组在这一指标上的得分率中位数，取低者乘满分",
    "counted with {} points: the full mark times the lower of the unit's own rate on the other indicators here and its group's median rate on this one",
)
_OWN_ALONE = (
    "以 {} 分计入：同组没有单位在这一指标上有得分，按本单位在同级其他指标上的得分率乘满分",
    "counted with {} points: nobody in the group has a score on this indicator, so that it is the full mark times the unit's own rate on the other indicators here",
)
_GROUP_ALONE = (
    "以 {} 分计入：本单位在同级没有其他得分，按同组在这一指标上的得分率中位数乘满分",
    "counted with {} points: the unit has no other score here, so that it is the full mark times its group's median rate on this one",
)
_LOWEST = ("按 {} 分计入", "counted with {} points")
_NOT_COUNTED = ("不计入，满分由同级其余各项分担", "not counted; the others here carry its mark")
_UNRANKED = (
    "不计分，本单位因此不排名、没有总分",
    "not scored, and for its sake the unit is not ranked and has no total",
)
_NO_RATE = (
    "不适用，而本单位在同级没有其他得分，同组也没有单位在这一指标上有得分，无从折算；本单位因此不排名、没有总分",
    "not applicable, and neither has the unit another score here nor anybody in the group one on this indicator to reckon it from; for its sake the unit is not ranked and has no total",
)

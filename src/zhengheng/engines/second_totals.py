"""When a second total of one period may be shown beside one that is public, and when it stays in.

Two totals of a unit that are made of its internal indicators in two ways are two equations: what each of them hides,
both together give away, and every further one gives more. So a second total (a correction's, one under other rules,
one from before a restatement) is shown only where internal indicators have the very part in it that they have in the
one that is public: the same indicators with the same rules, worth the same on the same way up, and sums and
arithmetic means alone on that way. Such a total says of them what is said already, however many there are of them
(docs/decisions/0008).
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from zhengheng.engines.portion import Portions
from zhengheng.engines.run import Run

Row = dict[str, Any]
Part = tuple[Any, ...]
"""What internal indicators have in a unit's total: nothing, or what must be the same in another one."""
_LINEAR = {"sum", "arithmetic"}
_BY_SUBJECT = {"coefficient", "unit_coefficient"}
_OF_THE_SCORE = {
    "rule", "rule_knot", "rule_step", "rank_share", "treatment", "filling", "coefficient", "unit_coefficient", "milestone_rule",
}  # fmt: skip
"""What a rule makes of a value; of a part of a derived indicator only the value counts."""
_SETTING = ("withheld", "part_year", "part_year_targets")


class InternalParts:
    """What the internal indicators of a run, and others that `unknown` names, have in the totals of its units."""

    def __init__(self, run: Run, unknown: frozenset[str]) -> None:
        self.run = run
        self.unknown = unknown
        tables = run.plan.tables
        self.portions = Portions(tables)
        self.setting = tuple(tables["setting"][0][name] for name in _SETTING)
        self.above = {(row["category"], row["child"]): row for row in tables["branch"]}
        self.nodes = {row["node"]: row for row in tables["node"]}
        self.bent = {row["node"] for row in tables["node_rule"]} | {
            row["subject"] for name in _BY_SUBJECT for row in tables[name] if row["subject"] in self.nodes
        }  # fmt: skip
        self.totals = {row["unit"] for row in run.results.rows("total_score") if row["printed"] is not None}  # fmt: skip
        self.scores: dict[str, list[Row]] = defaultdict(list)
        for row in run.results.rows("indicator_score"):
            self.scores[row["unit"]].append(row)

    def of(self, unit: str) -> Part:
        """Their part in a unit's total; empty where they have none, and equal to no other where it is no plain sum."""
        rows = self.scores.get(unit, ())
        if unit not in self.totals or not rows:
            return ()
        category = rows[0]["category"]
        statuses = {row["indicator"]: row["status"] for row in rows}
        weighed = self.portions.of(category, statuses)
        return tuple(
            (code, statuses[code], weighed[code], self._rule(code, category, unit), self._way(code, category))
            for code in sorted(self.unknown & weighed.keys()) if weighed[code]
        )  # fmt: skip

    def points(self, unit: str) -> dict[str, Any]:
        """What they earned, which the same rule gives again where the data are the same."""
        return {row["indicator"]: row["points"] for row in self.scores.get(unit, ()) if row["indicator"] in self.unknown}  # fmt: skip

    def lit(self, code: str) -> frozenset[tuple[Any, ...]]:
        """All that the plan says of an indicator and of its light, whatever the unit."""
        rows = [
            ("light_rule", row)
            for row in self.run.plan.tables["light_rule"]
            if row["subject"] == code
        ]
        return _set(
            [
                *rows,
                *(row for one in self._made_from(code) for row in self._rows.get((one, None), ())),
            ]
        )

    def _way(self, code: str, category: str) -> Any:
        """The nodes up to the root, each a plain sum or mean; something that equals nothing else otherwise."""
        found = []
        while row := self.above.get((category, code)):
            node = self.nodes[row["parent"]]
            if node["node"] in self.bent or node["aggregate"] not in _LINEAR:
                return object()
            found.append((node["node"], node["aggregate"], node["digits"], node["carry"]))
            code = row["parent"]
        return tuple(found)

    def _rule(self, code: str, category: str, unit: str) -> tuple[Any, ...]:
        """All that the plan says of how its points are made, of the indicators too that it is made from."""
        own = [row for one in self._made_from(code) for row in self._rows.get((one, unit), ())]
        return (self.setting, self._general(code, category), _set(own))

    def _general(self, code: str, category: str) -> frozenset[tuple[Any, ...]]:
        """What the plan says of it for all units of a category."""
        if (code, category) not in self._known:
            rows = (
                (name, row) for one in self._made_from(code) for name, row in self._rows.get((one, None), ())
                if row.get("category", category) in (category, None) and (one == code or name not in _OF_THE_SCORE)
            )  # fmt: skip
            self._known[code, category] = _set(rows)
        return self._known[code, category]

    def _made_from(self, code: str) -> list[str]:
        """An indicator, and all that it is made from."""
        found = [code]
        for one in found:
            found += [
                row["part"] for name, row in self._rows.get((one, None), ())
                if name == "part" and row["part"] not in found
            ]  # fmt: skip
        return found

    @cached_property
    def _known(self) -> dict[tuple[str, str], frozenset[tuple[Any, ...]]]:
        return {}

    @cached_property
    def _rows(self) -> dict[tuple[str, str | None], list[tuple[str, Row]]]:
        """Every row of the plan that says something of an indicator, by its code and the unit that it is said of."""
        found: dict[tuple[str, str | None], list[tuple[str, Row]]] = defaultdict(list)
        for name, rows in self.run.plan.tables.items():
            column = "subject" if name in _BY_SUBJECT else "indicator"
            if name == "gate" or not rows or column not in rows[0]:
                continue
            for row in rows:
                found[row[column], row.get("unit")].append((name, row))
        return found


def with_a_part(run: Run, hidden: Iterable[str]) -> set[str]:
    """The units in whose total internal indicators have a part."""
    parts = InternalParts(run, frozenset(hidden))
    return {unit for unit in parts.totals if parts.of(unit)}


def apart(public: Run, other: Run, hidden: Iterable[str], *, same_data: bool = False) -> set[str]:
    """The units in whose total of `other` internal indicators have a part, and not the one that they have in `public`.

    `hidden` are the internal indicators of both. With `same_data` what they earn is the same too where the rules are.
    """
    unknown = frozenset(hidden)
    then, now = InternalParts(public, unknown), InternalParts(other, unknown)
    return {
        unit for unit in now.totals
        if (part := now.of(unit)) and (part != then.of(unit) or (same_data and now.points(unit) != then.points(unit)))
    }  # fmt: skip


def lit_otherwise(public: Run, other: Run, hidden: Iterable[str]) -> frozenset[str]:
    """Internal indicators whose light in `other` is another band of what they measured than the one in `public`."""
    unknown = frozenset(hidden)
    then, now = InternalParts(public, unknown), InternalParts(other, unknown)
    return frozenset(code for code in unknown if then.lit(code) != now.lit(code))


def gates_on(run: Run, hidden: Iterable[str]) -> frozenset[tuple[Any, ...]]:
    """The gates on internal indicators: each says on which side of it a value lies."""
    codes = frozenset(hidden)
    return frozenset(_plain(row) for row in run.plan.tables["gate"] if row["indicator"] in codes)


def _set(rows: Iterable[tuple[str, Row]]) -> frozenset[tuple[Any, ...]]:
    return frozenset((name, *_plain(row)) for name, row in rows)


def _plain(row: Row) -> tuple[Any, ...]:
    return tuple(sorted((name, str(value)) for name, value in row.items()))

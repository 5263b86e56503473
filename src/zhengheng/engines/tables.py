"""The tables that people read, from result and plan tables as plain rows: one source for files and verifier."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from zhengheng.domain.numbers import format_scaled
from zhengheng.engines.covered import covered, standings
from zhengheng.engines.portion import Tables
from zhengheng.scheme.model import TOTAL
from zhengheng.scoring.contracts import status_name
from zhengheng.scoring.formulas import MetLines
from zhengheng.scoring.statuses import NodeStatuses

Row = dict[str, Any]


SCORES = (
    "unit", "period", "node", "score", "rank", "group", "grade", "light", "status", "used", "due",
)  # fmt: skip
INDICATOR_SCORES = (
    "unit", "indicator", "period", "value", "target", "score", "status", "full", "light", "line", "line_of",
)  # fmt: skip


def score_rows(results: Tables, plan: Tables, period: str) -> Iterator[dict[str, str]]:
    """One row per unit and node; the root is `total`, with bonus and deduction beside it.

    The place and the grade of the total are those that pages have: of a part of the year by the share of what
    counts in it, and no grade where too little was due.
    """
    nodes = {row["node"]: row for row in plan["node"]}
    order = {code: place for place, code in enumerate(nodes)}
    root = next(iter(nodes))
    parts = covered(results, plan, period)
    ranks = {(r["unit"], r["node"]): r["place"] for r in results["ranking"]}
    ranks |= {(unit, root): place for unit, place in standings(results, plan, parts).items()}
    former = next(iter(plan["setting"])).get("period_begin") is None  # as it was written then
    grades = {r["unit"]: r["grade"] for r in results["grading"] if former or parts[r["unit"]].gradeable}  # fmt: skip
    lights = {(row["unit"], row["subject"]): row["light"] for row in results["light"]}
    adjusted = any(True for _ in plan["item"])
    totals = {row["unit"]: row for row in results["total_score"]}
    said = NodeStatuses(plan, results["indicator_score"])
    held: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in results["node_score"]:
        held[row["unit"]][row["node"]] = row
    for row in sorted(results["node_score"], key=lambda r: (r["unit"], order[r["node"]])):
        unit, node, digits = row["unit"], row["node"], nodes[row["node"]]["digits"]
        is_root = node == root
        total = totals[unit]
        status = total["status"] if is_root else row["status"]
        yield {
            "unit": unit,
            "period": period,
            "node": TOTAL if is_root else node,
            "score": node_score(row, total, digits, is_root=is_root),
            "rank": str(ranks.get((unit, node), "")),
            "group": row["comparison_group"],
            "grade": grades.get(unit, "") if is_root else "",
            "light": lights.get((unit, node), ""),
            "status": said.of(unit, row["category"], node, status),
            "used": str(said.entered(row, held[unit])),
            "due": str(row["leaves"]),
        }
        for kind in ("bonus", "deduction") if is_root and adjusted else ():
            yield {
                **dict.fromkeys(SCORES, ""),
                "unit": unit, "period": period, "node": kind, "group": row["comparison_group"],
                "score": format_scaled(total[kind], 9, digits), "status": "value",
            }  # fmt: skip


SCORED = {"value", "filled"}


def node_score(row: Row, total: Row, digits: int, *, is_root: bool) -> str:
    """The score of a node that stands; empty where it has none that may be read as one.

    What an unranked unit's parts add up to is not its score, whether data were missing or too much did not
    apply: the first is not whole, the second is measured by less than the others' and compared with nobody's.
    The points of its indicators stand in their own table.
    """
    held = total if is_root else row
    return format_scaled(held["printed"], 9, digits) if held["status"] in SCORED else ""


def indicator_rows(results: Tables, plan: Tables, period: str) -> Iterator[dict[str, str]]:
    """One row per unit and scored indicator."""
    rules = {(row["category"], row["indicator"]): row for row in plan["rule"] if row["latest"]}
    lights = {(row["unit"], row["subject"]): row["light"] for row in results["light"]}
    lines = MetLines(plan["light_rule"], results["light"])
    for row in results["indicator_score"]:
        rule = rules[row["category"], row["indicator"]]
        line = lines.of(row, rule)
        yield {
            "unit": row["unit"],
            "indicator": row["indicator"],
            "period": period,
            "value": format_scaled(row["value"], rule["decimals"]),
            "target": format_scaled(row["target"], rule["decimals"]),
            "score": format_scaled(row["printed"], 9, rule["digits"]),
            "status": status_name(row, rule),
            "full": format_scaled(rule["full"], 6, 4).rstrip("0").rstrip("."),
            "light": lights.get((row["unit"], row["indicator"]), ""),
            "line": f"{line.sign} {line.number}" if line else "",
            "line_of": line.of if line else "",
        }

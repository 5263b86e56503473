"""The tables that people read, from result and plan tables as plain rows: one source for files and verifier."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from zhengheng.domain.numbers import format_scaled
from zhengheng.scheme.model import TOTAL
from zhengheng.scoring.contracts import status_name

Row = dict[str, Any]


class Tables(Protocol):
    """Tables by name."""

    def __getitem__(self, table: str, /) -> Iterable[Row]: ...


SCORES = (
    "unit", "period", "node", "score", "rank", "group", "grade", "light", "status", "used", "due",
)  # fmt: skip
INDICATOR_SCORES = (
    "unit", "indicator", "period", "value", "target", "score", "status", "full", "light",
)  # fmt: skip


def score_rows(results: Tables, plan: Tables, period: str) -> Iterator[dict[str, str]]:
    """One row per unit and node; the root is `total`, with bonus and deduction beside it."""
    nodes = {row["node"]: row for row in plan["node"]}
    order = {code: place for place, code in enumerate(nodes)}
    root = next(iter(nodes))
    ranks = {(r["unit"], r["node"]): r["place"] for r in results["ranking"]}
    grades = {row["unit"]: row["grade"] for row in results["grading"]}
    lights = {(row["unit"], row["subject"]): row["light"] for row in results["light"]}
    adjusted = any(True for _ in plan["item"])
    totals = {row["unit"]: row for row in results["total_score"]}
    for row in sorted(results["node_score"], key=lambda r: (r["unit"], order[r["node"]])):
        unit, node, digits = row["unit"], row["node"], nodes[row["node"]]["digits"]
        is_root = node == root
        total = totals[unit]
        yield {
            "unit": unit,
            "period": period,
            "node": TOTAL if is_root else node,
            "score": format_scaled(total["printed"] if is_root else row["printed"], 9, digits),
            "rank": str(ranks.get((unit, node), "")),
            "group": row["comparison_group"],
            "grade": grades.get(unit, "") if is_root else "",
            "light": lights.get((unit, node), ""),
            "status": total["status"] if is_root else row["status"],
            "used": str(row["used"]),
            "due": str(row["leaves"]),
        }
        for kind in ("bonus", "deduction") if is_root and adjusted else ():
            yield {
                **dict.fromkeys(SCORES, ""),
                "unit": unit, "period": period, "node": kind, "group": row["comparison_group"],
                "score": format_scaled(total[kind], 9, digits), "status": "value",
            }  # fmt: skip


def indicator_rows(results: Tables, plan: Tables, period: str) -> Iterator[dict[str, str]]:
    """One row per unit and scored indicator."""
    rules = {(row["category"], row["indicator"]): row for row in plan["rule"] if row["latest"]}
    lights = {(row["unit"], row["subject"]): row["light"] for row in results["light"]}
    for row in results["indicator_score"]:
        rule = rules[row["category"], row["indicator"]]
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
        }

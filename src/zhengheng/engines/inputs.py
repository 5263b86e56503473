"""What the plan decides of a public bundle's inputs, so that no cell and no row stands there unread.

The results bind what they were computed from. A number that changes none of them (a stretch target beyond the
value, a status beside a commitment, a row that nothing asks for) is bound here: it follows from the rulebook and
from what was agreed, or it must be empty.
"""

from collections import defaultdict
from collections.abc import Container, Iterator
from typing import Any

from zhengheng.engines.bundled import HIDDEN, KEYS
from zhengheng.engines.oracle import AIMS, VALUE, Row, Tables
from zhengheng.engines.public import PublicOracle, unread

_FOLLOWS = "it follows from the rulebook and inputs/agreed.csv, or no rule reads it / 由方案和 inputs/agreed.csv 得出，或没有规则用到"
_UNASKED = "nothing in this run asks for this row / 这一批次没有用到这一行"


def misplaced(cells: list[Row], internal: Container[str]) -> Iterator[str]:
    """Commitments of indicators that the rulebook makes public, and open cells of those that it keeps `internal`."""
    for cell in cells:
        where = f"inputs/cell.csv {cell['unit']} {cell['indicator']} {cell['segment']}"
        if cell["commitment"] and cell["indicator"] not in internal:
            yield f"{where}: a commitment, and the rulebook makes the indicator public / 方案规定公开的指标不应只有承诺值"
        elif not cell["commitment"] and cell["indicator"] in internal:
            yield f"{where}: open, and the rulebook keeps the indicator internal / 方案规定的内部指标不应公开数值"


def strays(plan: Tables, given: Tables, oracle: PublicOracle) -> Iterator[str]:
    """What stands in the inputs and does not follow, one finding a cell; the oracle has computed its results."""
    yield from _cells(given["cell"], oracle)
    yield from _segments(plan, given["cell"])
    shown = {(row["unit"], row["indicator"]) for row in given["cell"] if not row["commitment"]}
    for row in given["agreed"]:
        if (row["unit"], row["indicator"]) not in shown or row["kind"] not in AIMS:
            yield f"inputs/agreed.csv {row['unit']} {row['indicator']} {row['kind']}: {_UNASKED}"
    for name in ("unit_reference", "planned"):
        for row in given[name]:
            key = tuple(row[column] for column in KEYS[name])
            if (name, *key) not in oracle.asked:
                yield f"inputs/{name}.csv {' '.join(map(str, key))}: {_UNASKED}"
    yield from _gates(plan, given, oracle)
    for event in given["event"]:
        if not oracle.counts(event):
            yield f"inputs/event.csv {event['unit']} {event['item']} {event['document']}: counts for nothing in this run / 与这一批次无关"


def _cells(cells: list[Row], oracle: PublicOracle) -> Iterator[str]:
    agreed = oracle.agreed()
    outcomes: dict[tuple[str, str], Any] = {}
    for cell in cells:
        pair = (cell["unit"], cell["indicator"])
        where = f"inputs/cell.csv {cell['unit']} {cell['indicator']} {cell['segment']}"
        unit = oracle.units.get(cell["unit"], {})
        rule = oracle.rules.get((cell["category"], cell["indicator"], cell["segment"]))
        if rule is None or any(unit.get(n) != cell[n] for n in ("category", "comparison_group")):
            yield f"{where}: no such cell in the plan / 计划中没有这一格"
            continue
        due: Row = {"outcome": None}
        if cell["commitment"]:
            due = dict.fromkeys((*HIDDEN, "status"))
            due["outcome"] = outcomes.setdefault(pair, cell["outcome"])
        else:
            due |= oracle.aims(cell["unit"], rule, agreed) | dict.fromkeys(unread(cell, rule))
        for name, value in due.items():
            if cell[name] != value:
                should = "empty / 空" if value is None else value
                yield f"{where}: {name} {cell[name]}, should be {should}: {_FOLLOWS}"


def _segments(plan: Tables, cells: list[Row]) -> Iterator[str]:
    """A unit has a cell for every segment of an indicator, or for none."""
    wanted, held = defaultdict(set), defaultdict(set)
    for rule in plan["rule"]:
        wanted[rule["category"], rule["indicator"]].add(rule["segment"])
    for cell in cells:
        held[cell["unit"], cell["category"], cell["indicator"]].add(cell["segment"])
    for (unit, category, indicator), found in held.items():
        for segment in sorted(wanted[category, indicator] - found):
            yield f"inputs/cell.csv {unit} {indicator} {segment}: missing / 缺少"


def _gates(plan: Tables, given: Tables, oracle: PublicOracle) -> Iterator[str]:
    """Of an indicator that forces a grade; of an internal one only the side of the limit is stated."""
    below = {gate["indicator"]: gate["below"] for gate in plan["gate"]}
    hidden = {cell["indicator"] for cell in given["cell"] if cell["commitment"]}
    for row in given["gate_value"]:
        where, limit = (
            f"inputs/gate_value.csv {row['unit']} {row['indicator']}",
            below.get(row["indicator"]),
        )
        if row["unit"] not in oracle.units or limit is None:
            yield f"{where}: {_UNASKED}"
        elif row["value"] is not None and row["status"] != VALUE:
            yield f"{where}: value {row['value']}, should be empty / 空: {_FOLLOWS}"
        elif row["indicator"] in hidden and row["value"] not in {None, limit, limit - 1}:
            yield f"{where}: more than the side of the limit / 内部指标只应写明是否低于界限"

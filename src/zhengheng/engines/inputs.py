"""What the plan decides of a public bundle's inputs, so that no cell and no row stands there unread.

The results bind what they were computed from. A number that changes none of them (a stretch target beyond the
value, a status beside a commitment, a row that nothing asks for) is bound here: it follows from the rulebook and
from what was agreed, or it must be empty.
"""

from collections import defaultdict
from collections.abc import Container, Iterator
from fractions import Fraction
from typing import Any

from zhengheng.domain.several import several
from zhengheng.engines.bundled import HIDDEN, KEYS
from zhengheng.engines.oracle import AIMS, VALUE, Row, Tables, half_up
from zhengheng.engines.public import PublicOracle, unread

_FOLLOWS = "it follows from the rulebook and inputs/agreed.csv, or no rule reads it / 由方案和 inputs/agreed.csv 得出，或没有规则用到"
_KINDS = {"target": "目标值", "base": "基期值", "stretch": "挑战值", "bottom": "底线值"}
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


def parts_of_years(plan: Tables, cells: list[Row]) -> tuple[list[str], list[str]]:
    """Of indicators of a cut year: parts that do not make the value which is shown, and what of them nothing holds.

    No result shows the value of a part, and beyond its full mark it earns no more. Parts of a sum add up to it, and
    those that look at the whole year all have its value.
    """
    held: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for cell in cells:
        if not cell["commitment"]:
            held[cell["unit"], cell["indicator"]][cell["segment"]] = cell
    year, found = _Year(plan), []
    free: dict[str, set[str]] = defaultdict(set)
    for (unit, indicator), parts in held.items():
        whole = parts.pop(0 if 0 in parts else max(parts))
        where = f"inputs/cell.csv {unit} {indicator}"
        if year.adds_up(whole, parts):
            if not year.made(whole, parts):
                numbers = ", ".join(str(number) for number in sorted(parts))
                found.append(
                    f"{where} {numbers}: value: they do not add up to the whole year's {whole['value']} / 各段数值合计与全年数值不符"
                )
            continue
        for number, cell in parts.items():
            if cell["value"] is None:
                continue
            if not year.same(whole, cell):
                free[indicator].add(unit)
            elif cell["value"] != whole["value"]:
                found.append(
                    f"{where} {number}: value {cell['value']}, should be the whole year's {whole['value']} / 应与全年数值相同"
                )
    listed = [
        f"inputs/cell.csv: the values of {indicator} in the parts of the cut year for {several(len(units), 'unit', 'units')}, which no result shows: "
        f"only what they earn is compared / {len(units)} 个单位的 {indicator} 在年度各段的数值（结果中不出现，只核对其得分）"
        for indicator, units in sorted(free.items())
    ]  # fmt: skip
    return found, listed


class _Year:
    """How the parts of a cut year stand to the whole of it, as the plan says."""

    def __init__(self, plan: Tables) -> None:
        self.rules = {(r["category"], r["indicator"], r["segment"]): r for r in plan["rule"]}
        self.summed = {
            (r["category"], r["indicator"]) for r in plan["series"] if r["combine"] == "sum"
        }
        self.sources = defaultdict(set)
        for row in plan["part"]:
            self.sources[row["indicator"]].add(row["part"])
        self.periods = defaultdict(set)
        for row in plan["period_use"]:
            self.periods[row["indicator"], row["segment"]].add((row["period"], row["purpose"]))
        self.shares = {
            (r["unit"], r["indicator"], r["segment"]): (r["days"], r["of"])
            for r in plan.get("part_share", ())
        }

    def same(self, whole: Row, part: Row) -> bool:
        """Whether a part has the value of the whole year: it looks at the same periods of all that it is made from."""
        valued = whole["status"] == part["status"] == VALUE
        return valued and self._alike(whole["indicator"], whole["segment"], part["segment"])

    def _alike(self, indicator: str, segment: int, other: int) -> bool:
        if below := self.sources.get(indicator):
            return all(self._alike(one, segment, other) for one in below)
        mine = self.periods.get((indicator, segment))
        return mine is not None and mine == self.periods.get((indicator, other))

    def adds_up(self, whole: Row, parts: dict[int, Row]) -> bool:
        """Whether the parts of an observed sum are all there, each with its value."""
        place = whole["category"], whole["indicator"]
        carried = all(self.rules[*place, number].get("carried") for number in parts)
        valued = all(
            cell["status"] == VALUE and cell["value"] is not None
            for cell in [whole, *parts.values()]
        )
        return bool(parts) and whole["segment"] == 0 and place in self.summed and carried and valued

    def made(self, whole: Row, parts: dict[int, Row]) -> bool:
        """Whether they make the whole: what each was before it was carried to the whole period, and that added up.

        What an appeal decided of the period stands in every part of it.
        """
        found = []
        for number, cell in parts.items():
            rule = self.rules[whole["category"], whole["indicator"], number]
            time, of = self.shares.get((whole["unit"], whole["indicator"], number)) or (
                rule["share_n"],
                rule["share_d"],
            )
            before = half_up(Fraction(cell["value"] * time, of))
            if half_up(Fraction(before * of, time)) != cell["value"]:
                return False  # No figure carried to the whole period has this value.
            found.append(before)
        return sum(found) == whole["value"] or set(found) == {whole["value"]}


def same_anyway(given: Tables, oracle: PublicOracle) -> Iterator[str]:
    """Agreed numbers that no cell holds to the digit, or to their unit: a sentence for each indicator and kind."""
    agreed = oracle.agreed()
    rules = defaultdict(list)
    for (category, indicator, _), rule in oracle.rules.items():
        rules[category, indicator].append(rule)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in given["agreed"]:
        key = (row["unit"], row["indicator"], row["kind"])
        others = [{one: value for one, value in agreed.items() if one != key}]
        others += [agreed | {key: row["value"] + step} for step in (-1, 1)]
        own = rules[oracle.units.get(row["unit"], {}).get("category"), row["indicator"]]
        made = [
            [oracle.aims(row["unit"], rule, held) for rule in own] for held in (agreed, *others)
        ]
        if made[0] in made[1:]:
            found[row["indicator"], row["kind"]].append(row["unit"])
    for (indicator, kind), units in sorted(found.items()):
        named = ", ".join(sorted(units))
        yield (
            f"inputs/agreed.csv: that {kind} of {indicator} was agreed with {named}, and to the digit: the rulebook gives the same, or only a share of it counts / "
            f"{named} 的 {indicator} {_KINDS.get(kind, kind)}是否确为商定、具体为多少（与方案所定相同，或只按比例采用）"
        )


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

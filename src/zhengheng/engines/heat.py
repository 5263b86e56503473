"""The heat map of a run: units by indicators, each cell a status in shape and word, its points and its value."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import format_scaled, parse_scaled, plain, ratio
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.lights import NOT_COUNTED, NOTHING_DUE, indicator_lights, not_lit_within
from zhengheng.engines.portion import Portions, worth
from zhengheng.engines.rules import year_before
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import STATUS_WORDS, status_name
from zhengheng.scoring.formulas import MetLine, MetLines

_SHAPES = {
    "not_applicable": "◇", "not_due": "○", "missing": "▨", "undefined": "⊘", "withheld": "□", "filled": "◍",
}  # fmt: skip
STATUSES = {
    "met": ("●", "达标", "met"), "watch": ("▲", "关注", "watch"), "missed": ("■", "未达标", "missed"),
    **{status: (shape, *STATUS_WORDS[status]) for status, shape in _SHAPES.items()},
    "unlit": ("–", "无灯", "no light"),
}  # fmt: skip
"""Shape, Chinese and English word of every status a cell can have."""
_LIGHTS = {"green": "met", "green_watch": "met", "yellow": "watch", "red": "missed"}


@dataclass(frozen=True)
class Column:
    """An indicator of the map, under the dimension it belongs to."""

    code: str
    name: str
    dimension: str
    measure_unit: str
    direction: str
    before: tuple[str, str] = ("", "")
    """Of one that is scored by the value of the year before: that it is, and of which year."""


@dataclass(frozen=True)
class Mark:
    """One unit's indicator: status, points of the full mark, value and target as people read them."""

    unit: str
    indicator: str
    status: str
    points: str = ""
    full: str = ""
    value: str = ""
    target: str = ""
    line: tuple[str, str] | None = None
    """The line from which it counts as met, in words, or why there is none within the year; None where it has no light rule."""
    level: str = ""
    """That line as a value of the indicator, where it is one."""
    lost: int = 0
    """What there is to gain, at nine decimals: in points of the total, and where the unit has none of the indicator's own."""

    @property
    def shape(self) -> str:
        return STATUSES[self.status][0]

    @property
    def words(self) -> tuple[str, str]:
        return STATUSES[self.status][1:]

    @property
    def weighed(self) -> bool:
        """Whether it counts: an indicator of weight zero is shown, and earns nothing."""
        return self.full != "0"


@dataclass(frozen=True)
class HeatMap:
    """Columns in the order of the rulebook's tree; marks by unit and indicator."""

    columns: tuple[Column, ...]
    marks: dict[str, dict[str, Mark]]

    def column(self, code: str) -> Column:
        """The column of an indicator. Raises NotFoundError."""
        found = next((column for column in self.columns if column.code == code), None)
        if found is None:
            raise NotFoundError.one(
                code, "indicator.absent", zh=f"这个批次没有指标 {code}", en=f"this run has no indicator {code}"
            )  # fmt: skip
        return found

    def mark(self, unit: str, code: str) -> Mark:
        """One unit's indicator. Raises NotFoundError."""
        found = self.marks.get(unit, {}).get(code)
        if found is None:
            raise NotFoundError.one(
                code, "indicator.absent", zh=f"{unit} 没有指标 {code}", en=f"{unit} has no indicator {code}"
            )  # fmt: skip
        return found

    def counted(self, unit: str) -> Counter[str]:
        """How many indicators of a unit have which status."""
        return Counter(mark.status for mark in self.marks.get(unit, {}).values())


def heat_map(run: Run, language: Language) -> HeatMap:
    """All marks of a run."""
    rules = {(r["category"], r["indicator"]): r for r in run.plan.tables["rule"] if r["latest"]}
    lit = run.results.rows("light")
    lights = indicator_lights(run)
    lines = MetLines(run.plan.tables["light_rule"], lit)
    dark = not_lit_within(run)
    scores: dict[str, dict[str, dict[str, Any]]] = {}
    for row in run.results.rows("indicator_score"):
        scores.setdefault(row["unit"], {})[row["indicator"]] = row
    portions = Portions(run.plan.tables)
    whole = {row["unit"] for row in run.results.rows("total_score") if row["status"] == "value"}
    marks: dict[str, dict[str, Mark]] = {}
    for unit, held in scores.items():
        category = next(iter(held.values()))["category"]
        share = portions.of(category, {code: row["status"] for code, row in held.items()})
        marks[unit] = {
            code: _mark(
                row,
                rules[category, code],
                lights.get((unit, code)),
                # Where there is no total nothing is added to it, and no other indicator's mark is carried.
                share.get(code, Fraction(0)) if unit in whole else Fraction(1),
                lines.of(row, rules[category, code]) if rules[category, code]["full"] else None,
                code in dark,
            )
            for code, row in held.items()
        }
    present = {code for held in marks.values() for code in held}
    return HeatMap(tuple(c for c in columns(run, language) if c.code in present), marks)


def falls_short(status: str, value: str, target: str, direction: str) -> bool:
    """Whether what is met by its line has not reached its target: the light and the target are two things."""
    if status != "met" or not value or not target or direction not in {"up", "down"}:
        return False
    ahead = Decimal(value) - Decimal(target)
    return ahead < 0 if direction == "up" else ahead > 0


def stopping(statuses: Mapping[str, str], total: str) -> list[str]:
    """Of a unit without a total, whose status `total` is, the indicators for whose sake there is none, by their own statuses. What is
    not due yet counts nowhere and stops nothing, but where nothing at all is due."""
    stops = {"not_due"} if total == "not_due" else {"missing", "undefined", "withheld"}
    return [code for code, status in statuses.items() if status in stops]


def columns(run: Run, language: Language) -> Iterator[Column]:
    """The scored indicators in the order of the tree, each with the dimension right under the total."""
    for dimension in run.rulebook.tree.children:
        title = run.rulebook.title if isinstance(dimension, str) else dimension.name
        for code in _leaves(dimension):
            indicator = run.rulebook.indicator(code)
            yield Column(
                code, indicator.name.say(language), title.say(language), indicator.unit_said.say(language), indicator.direction,
                year_before(indicator, run.plan.period),
            )  # fmt: skip


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    else:
        for child in node.children:
            yield from _leaves(child)


def _level(line: MetLine | None, row: dict[str, Any], decimals: int) -> str:
    """The value at which the line lies: of a line of progress the part of the target that is due by now; else empty."""
    if line is None or line.of not in {"value", "progress"}:
        return ""
    if line.of == "value":
        return line.number
    due, _ = parse_scaled(line.number, 6)
    return format_scaled(ratio(row["target"] * due, 10**8), decimals) if due > 0 else ""


def _mark(
    row: dict[str, Any], rule: dict[str, Any], light: str | None, share: Fraction, line: MetLine | None,
    dark: bool,
) -> Mark:  # fmt: skip
    status = status_name(row, rule)
    full = plain(int(rule["full"]), 6)
    if status not in {"value", "filled"}:
        return Mark(
            row["unit"],
            row["indicator"],
            status,
            full=full,
            line=NOT_COUNTED if status == "not_due" and dark and rule["full"] else None,
        )
    decimals = rule["decimals"]
    lost = worth(max(int(rule["full"]) * 1000 - row["printed"], 0), share)
    return Mark(
        row["unit"], row["indicator"],
        status if status == "filled" else _LIGHTS[light] if light else "unlit",
        format_scaled(row["printed"], 9, rule["digits"]), full,
        format_scaled(row["value"], decimals), format_scaled(row["target"], decimals),
        line.words if line else NOTHING_DUE if dark and rule["full"] else None, _level(line, row, decimals), lost,
    )  # fmt: skip

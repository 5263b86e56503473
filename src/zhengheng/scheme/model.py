"""The rulebook itself: categories, tree, weights, adjustments, grades."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from zhengheng.domain.periods import Frequency
from zhengheng.scheme.base import Basis, Code, Model, Number, UnitCode, Words
from zhengheng.scheme.indicator import Indicator, Light, MissingRule, NotApplicableRule, Sense
from zhengheng.scheme.procedure import (
    Binding,
    BudgetRule,
    Cascade,
    Compensation,
    Goal,
    Incentive,
    Innovation,
    Procedure,
    RaterGroup,
    Succession,
    Topic,
    WarningStep,
)
from zhengheng.scheme.relative import AnyRescale, Coefficient, Coverage, Fill
from zhengheng.scheme.shared import Shared

TOTAL = "total"
PAIRED = ("product", "quotient", "copeland")
"""Dimensions whose weights only say who takes part."""
MEANS = ("arithmetic", "geometric", "harmonic")
"""Dimensions that take their children's scores as they are: all are out of one full mark."""


class Category(Model):
    """Units of one kind: one full mark, one column of weights."""

    code: Code
    name: Words
    full_mark: Number = Decimal(100)
    not_applicable_limit: Number = Decimal("0.25")
    """Above this share of the weight not applicable, the unit is listed, not ranked."""


class Group(Model):
    """A comparison group: units are ranked only against each other."""

    code: Code
    name: Words


class Unit(Model):
    """An assessed unit. `superior` makes sections and posts part of their unit."""

    code: UnitCode
    name: Words
    category: Code
    group: Code
    superior: UnitCode | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    exempt: tuple[Code, ...] = ()
    """Indicators this unit is exempt from (免考), by the rulebook itself."""
    ranked: bool = True


class Node(Model):
    """A dimension. Children are dimensions or indicator codes."""

    code: Code
    name: Words
    aggregate: Literal[
        "sum", "arithmetic", "geometric", "harmonic", "product", "quotient", "copeland"
    ] = "sum"
    """product, quotient: of two children's shares of their full marks; copeland: by duels over all children."""
    weights: Literal["full_mark", "relative"] = "full_mark"
    """relative: weights only compare siblings; otherwise they must reach the full mark."""
    full_mark: Number | None = None
    """The scale of a mean's children, where it is not the category's full mark."""
    digits: int = Field(default=2, ge=0, le=9)
    carry: Literal["rounded", "exact"] = "rounded"
    missing: MissingRule | None = None
    not_applicable: NotApplicableRule | None = None
    reason: str = ""
    """Why missing or not-applicable parts may be left out (renormalise)."""
    coverage: Coverage | None = None
    fill: Fill | None = None
    """A dimension without a score takes the others'; then rescaled, then mirrored, then its coefficient."""
    rescale: AnyRescale | None = None
    mirror: bool = False
    """The full mark less the score: a gap or an inequality as its opposite."""
    ranked: bool = False
    children: tuple["Node | Code", ...] = Field(min_length=1)


class WeightTable(Model):
    """Weights from a day on: child code → one weight, or one per category; 0 is allowed."""

    from_: date = Field(alias="from")
    kind: Literal["prospective", "restated"] = "restated"
    basis: Basis | None = None
    table: dict[Code, Number | dict[Code, Number]]


class Effect(Model):
    """What a veto or integrity item does: the best grade left, or a forced one."""

    best_grade: Code | None = None
    grade: Code | None = None


class Adjustment(Model):
    """Bonus, deduction, integrity or veto item: enters only decided, with document and basis."""

    code: Code
    name: Words
    kind: Literal["bonus", "deduction", "integrity", "veto"]
    least: Number = Decimal(0)
    most: Number | None = None
    """Points one decided item may carry, at the least and at the most."""
    cap: Number | None = None
    """Points all items of this code may carry for one unit."""
    effect: Effect | None = None
    basis: tuple[Basis, ...] = ()


class Gate(Model):
    """A grade forced by one indicator's value, the score still shown (PART's RND)."""

    indicator: Code
    below: Number
    grade: Code


class Band(Model):
    """A grade: cut on the score and quota of seats."""

    code: Code
    name: Words
    at_least: Number | None = None
    at_most: Number | None = None
    """The cut where a lower total is better (`ranking.direction: down`), in the place of `at_least`."""
    share_at_most: Number | None = None
    share_at_least: Number | None = None
    performing: bool = True


class Grading(Model):
    """Bands from best to worst; quotas floor for "at most", ceil for "at least"."""

    on: Literal["rounded", "exact"] = "rounded"
    bands: tuple[Band, ...] = Field(min_length=1)
    last_seat: Literal["all_in", "all_out"] = "all_out"
    vetoed_frees_seat: bool = True
    pool_below: int = Field(default=0, ge=0)
    """Groups with fewer members share one pool of seats."""
    outside: tuple[Band, ...] = ()
    """Grades given only by gates and effects (e.g. Results Not Demonstrated)."""
    gates: tuple[Gate, ...] = ()


class Ranking(Model):
    """Rank in the comparison group."""

    on: Literal["rounded", "exact"] = "rounded"
    direction: Literal["up", "down"] = "up"
    """Of the total, of dimensions ranked beside it and of `key`: `down` where the lower score is the better one, as in an
    index of inequality or of penalty points; grades are then cut by `at_most`."""
    ties: Literal["skip", "dense"] = "skip"
    key: Code | None = None
    """A node whose score separates ties."""


class Case(Model):
    """A worked example beside the rules: inputs, and the numbers an official expects."""

    name: str
    period: str
    unit: dict[str, str] = {}
    values: dict[Code, str] = {}
    targets: dict[Code, dict[str, str]] = {}
    others: dict[UnitCode, dict[Code, str]] = {}
    """Values of other units of the same category and group, for rank methods."""
    milestones: dict[Code, list[dict[str, str]]] = {}
    events: list[dict[str, str]] = []
    expect: dict[str, str]
    """Indicator or node code → points; total, grade, rank, light:CODE."""
    source: str = ""


class Rulebook(Model):
    """One dated version of the rules by which one kind of unit is assessed."""

    format: Literal[1] = 1
    code: Code
    version: str = "1"
    title: Words
    status: Literal["draft", "published", "retired"] = "draft"
    effective_from: date
    known_from: date | None = None
    period: Frequency = "year"
    organisation: Words | None = None
    subject: Literal["unit", "programme"] = "unit"
    """What is assessed, as the public reads it: units 单位, or programmes 项目 that units run."""
    source: str = ""
    rounding: Literal["half_up"] = "half_up"
    missing: MissingRule = "block"
    not_applicable: NotApplicableRule = "reweight"
    withheld: Literal["unranked", "block", "floor"] = "unranked"
    missing_reason: str = ""
    part_year: Literal["scored", "no_grade"] = "no_grade"
    """Units that existed for part of the period: graded, or scored and left without grade."""
    part_year_targets: Literal["pro_rata", "as_filed"] = "pro_rata"
    categories: tuple[Category, ...] = Field(min_length=1)
    groups: tuple[Group, ...] = ()
    home: UnitCode | None = None
    """The unit that is this city itself, where somebody above assesses it together with its sisters."""
    units: tuple[Unit, ...] = ()
    tree: Node
    weights: Annotated[tuple[WeightTable, ...], Field(min_length=1)]
    defaults: tuple[Shared, ...] = ()
    """Settings that its files say once for many indicators; the indicators here hold them already."""
    indicators: tuple[Indicator, ...] = ()
    senses: dict[str, Sense] = {"%": Sense(low=Decimal(-100), high=Decimal(200))}
    """Unit of measure → the range of sense of its values; beyond it a value needs a confirmation [D]."""
    coefficients: tuple[Coefficient, ...] = ()
    bonus_cap: Number | None = None
    deduction_cap: Number | None = None
    adjustments: tuple[Adjustment, ...] = ()
    ranking: Ranking = Ranking()
    grading: Grading | None = None
    light: Light | None = None
    """The light of dimensions and of the total."""
    goals: tuple[Goal, ...] = ()
    topics: tuple[Topic, ...] = ()
    cascade: tuple[Cascade, ...] = ()
    succession: tuple[Succession, ...] = ()
    binding: Binding | None = None
    matrix: tuple[RaterGroup, ...] = ()
    innovation: Innovation | None = None
    incentives: tuple[Incentive, ...] = ()
    warnings: tuple[WarningStep, ...] = ()
    budget: tuple[BudgetRule, ...] = ()
    compensation: tuple[Compensation, ...] = ()
    procedure: Procedure | None = None
    cases: tuple[Case, ...] = ()

    def indicator(self, code: str) -> Indicator:
        """The indicator with this code; KeyError where there is none."""
        return self._by_code()[code]

    def _by_code(self) -> dict[str, Indicator]:
        return {indicator.code: indicator for indicator in self.indicators}

    def nodes(self) -> list[tuple[Node, Node | None, int]]:
        """Every dimension with its parent and its depth, the root first."""
        found: list[tuple[Node, Node | None, int]] = []

        def walk(node: Node, parent: Node | None, depth: int) -> None:
            found.append((node, parent, depth))
            for child in node.children:
                if isinstance(child, Node):
                    walk(child, node, depth + 1)

        walk(self.tree, None, 0)
        return found

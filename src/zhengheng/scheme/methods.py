"""The closed set of scoring methods 计分方法.

One class a method. A method says how a value becomes points out of a full mark; the formula
itself stands in `scoring/steps/3xx_<kind>.sql` and, written apart, in the oracle. All shares are of
the full mark (0.6 = 60 %), all thresholds are in the indicator's own unit of measure.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from zhengheng.scheme.base import Credit, Model, Number, Words

Undefined = Literal["missing", "zero", "half", "full"]
Ties = Literal["best", "mean", "worst"]
"""Equal values: all take the best of their places, the mean of them, or the worst."""
Among = Literal["due", "valued"]
"""Whom a place is counted among: every unit due to report, or those with a value."""
ONE, ZERO = Decimal(1), Decimal(0)


class Method(Model):
    """What all methods share."""

    undefined: Undefined = "missing"
    """What an indicator earns where the formula has no result: all units equal, only one unit, a target of 0 or none.

    missing: as if the value were missing; or no mark (zero), half of it or all of it.
    """


class Ratio(Method):
    """比率法: actual over target, capped. Reverse (a) target over actual, (b) 2 - actual/target."""

    kind: Literal["ratio"]
    reverse: Literal["inverse", "mirror"] = "inverse"
    cap: Number = ONE
    least: Number = ZERO
    target: Number | None = None


class Efficacy(Method):
    """功效系数法: base + span over the way from the unacceptable to the satisfactory value."""

    kind: Literal["efficacy"]
    bottom: Number | None = None
    target: Number | None = None
    base: Number = Decimal("0.6")
    span: Number = Decimal("0.4")
    least: Number | None = None
    cap: Number = ONE


class Knot(Model):
    """A point of a piecewise-linear scoring curve: value and share of the full mark."""

    at: Number
    share: Number


class Banded(Method):
    """五档功效系数: linear between bands 优 良 平均 较低 较差 (SASAC) [M]."""

    kind: Literal["banded"]
    knots: tuple[Knot, ...] = Field(min_length=2)
    below: Number | None = None
    """Share beyond the worst knot; default: the worst knot's own."""


class Rank(Method):
    """排名法: W·(n-r+1)/n, or a table of shares by rank; n counts every unit due to report."""

    kind: Literal["rank"]
    table: tuple[Number, ...] = ()
    ties: Ties = "best"
    among: Among = "due"


class PlusMinus(Method):
    """加减分法: full mark at target, `slope` per `per` (percent of target, or unit of measure)."""

    kind: Literal["plus_minus"]
    target: Number | None = None
    slope: Number = Decimal("0.01")
    per: Literal["percent", "unit"] = "percent"
    cap: Number = Decimal("1.2")
    least: Number = ZERO


class RateMinus(Method):
    """Rate minus points per percentage point: max(floor, min(W, W - k·(T - rate)))."""

    kind: Literal["rate_minus"]
    target: Number | None = None
    points_per_unit: Number
    floor_points: Number = ZERO


class Interval(Method):
    """区间法: full mark inside [low, high], falling to nothing at the limits."""

    kind: Literal["interval"]
    low: Number | None = None
    high: Number | None = None
    low_limit: Number | None = None
    high_limit: Number | None = None


class ThreePoint(Method):
    """base→60 %, target→100 %, stretch→120 %, straight between; beyond base the line goes on."""

    kind: Literal["three_point"]
    base: Number | None = None
    target: Number | None = None
    stretch: Number | None = None
    at_base: Number = Decimal("0.6")
    at_target: Number = ONE
    at_stretch: Number = Decimal("1.2")
    least: Number = ZERO


class Growth(Method):
    """增长法: the way gone from base to target."""

    kind: Literal["growth"]
    base: Number | None = None
    target: Number | None = None
    cap: Number = ONE
    least: Number = ZERO


class Direct(Method):
    """The value is the mark, on `scale`: imported scores, votes, 定性分档 percentages.

    Between nothing and the full mark, where `least` and `cap` say nothing else.
    """

    kind: Literal["direct"]
    scale: Number = Decimal(100)
    cap: Number = ONE
    least: Number = ZERO


class Tier(Model):
    """A qualitative tier 定性分档: its name and the percentages it admits."""

    name: Words
    low: Number
    high: Number


class Tiers(Method):
    """定性分档: a percentage inside a named tier, e.g. 100-80 / 80-60 / 60-0 (section 12)."""

    kind: Literal["tiers"]
    tiers: tuple[Tier, ...] = Field(min_length=1)


class Threshold(Method):
    """Met or not met: the full mark when the target is reached, otherwise nothing."""

    kind: Literal["threshold"]
    target: Number | None = None
    strict: bool = False
    """True: the target itself does not count as reached."""


class StepRow(Model):
    """From this value on (inclusive), this credit; credits may be fractions such as 2/3."""

    at: Number
    credit: Annotated[str, Credit, Field(pattern=r"^-?\d+(\.\d+)?(/[1-9]\d*)?$")]


class Steps(Method):
    """Table of credits by thresholds; `of: difference` compares value minus target."""

    kind: Literal["steps"]
    of: Literal["value", "difference"] = "value"
    target: Number | None = None
    steps: tuple[StepRow, ...] = Field(min_length=1)


class Answer(Model):
    """One answer of a questionnaire, its number in the data and its credit."""

    value: int
    name: Words
    credit: Annotated[str, Credit, Field(pattern=r"^\d+(\.\d+)?(/[1-9]\d*)?$")]


class Answers(Method):
    """Questionnaire: Yes/No or Yes, Large extent, Small extent, No, as the rating tool PART asks [V]."""

    kind: Literal["answers"]
    answers: tuple[Answer, ...] = Field(min_length=2)


class Milestones(Method):
    """里程碑: dated nodes with shares; late ones earn `late`; waived ones leave the sum."""

    kind: Literal["milestones"]
    late: Number = Decimal("0.5")


class Winsorise(Model):
    """缩尾: so many of the lowest and highest values take the next value; never past the middle."""

    low: int = Field(default=0, ge=0, le=100_000)
    high: int = Field(default=0, ge=0, le=100_000)


Logarithm = Literal["plain", "from_lowest"]
"""ln(x), or ln(x - lowest + one hundredth of the range): of the values, after winsorising."""


class MinMax(Method):
    """Position between the group's lowest and highest value, from `at_worst` to `at_best`."""

    kind: Literal["min_max"]
    at_worst: Number = ZERO
    at_best: Number = ONE
    winsorise: Winsorise | None = None
    log: Logarithm | None = None
    target: None = None


class ZScore(Method):
    """centre + scale · (value - mean) / standard deviation, in points.

    The deviation is the population's (over n) or a sample's (over n - 1).
    """

    kind: Literal["z_score"]
    centre: Number = ZERO
    scale: Number = ONE
    deviation: Literal["population", "sample"] = "population"
    winsorise: Winsorise | None = None
    log: Logarithm | None = None
    target: None = None


class Mads(Method):
    """centre + scale · (value - median) / median absolute deviation (no 1.4826), in points."""

    kind: Literal["mads"]
    centre: Number = ZERO
    scale: Number = ONE
    target: None = None


class PercentileRank(Method):
    """Share of the group below, ties counted half: W·(below + equal/2) / n.

    `ties`: best counts equal ones as below, worst does not.
    """

    kind: Literal["percentile"]
    ties: Ties = "mean"
    among: Among = "due"


class Borda(Method):
    """W·(units beaten, ties half) / (n - 1). `ties`: best counts equal ones as beaten, worst does not."""

    kind: Literal["borda"]
    ties: Ties = "mean"
    among: Among = "due"


class ExponentialRank(Method):
    """Rank to score, steep at the top: W·ln(1 - R·(1 - e^(-100/scale))) / ln(e^(-100/scale)).

    R = (n - place + 1) / n; with scale 23 the transformation of the English Indices of Deprivation.
    """

    kind: Literal["exponential_rank"]
    scale: Number = Field(default=Decimal(23), ge=4, le=1000)
    ties: Ties = "mean"
    among: Among = "valued"
    target: None = None


class Goalposts(Method):
    """Fixed goalposts, value capped to them; `log` compares logarithms (HDI). Lower is better: mirrored."""

    kind: Literal["goalposts"]
    low: Number
    high: Number
    log: bool = False


AnyMethod = Annotated[
    Ratio | Efficacy | Banded | Rank | PlusMinus | RateMinus | Interval | ThreePoint | Growth
    | Direct | Tiers | Threshold | Steps | Answers | Milestones | MinMax | ZScore | Mads
    | PercentileRank | Borda | ExponentialRank | Goalposts,
    Field(discriminator="kind"),
]  # fmt: skip

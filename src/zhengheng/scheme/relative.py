"""What a score owes to other units or to a factor: filled gaps, coverage, rescaling, coefficients."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from zhengheng.scheme.base import Code, Model, Number, UnitCode, Words
from zhengheng.scheme.methods import Undefined

ONE, ZERO = Decimal(1), Decimal(0)


class Fill(Model):
    """补值: a gap takes the mean or median of the other units; declared, with a reason, never silent."""

    by: Literal["mean", "median"] = "mean"
    over: Literal["group", "category"] = "group"
    """Of the units of the same comparison group, or of the same category."""
    counted: bool = False
    """Whether filled values enter the group's own statistics (lowest, mean, deviation, place)."""
    minimum: int = Field(default=1, ge=1, le=1_000_000)
    """With fewer units that have a value the gap stays."""
    reason: Words


class Coverage(Model):
    """At least so many indicators, or such a share of those due, measured: or else no score or no rank."""

    indicators: int | None = Field(default=None, ge=1, le=1_000_000)
    share: Number | None = Field(default=None, gt=0, le=1)
    below: Literal["unranked", "missing"] = "unranked"
    """unranked: shown, not ranked; missing: the dimension has no score."""

    def lacks(self, measured: int, due: int) -> bool:
        """Whether too few of those due are measured."""
        few = self.indicators is not None and measured < self.indicators
        return few or (self.share is not None and measured < self.share * due)


class Rescale(Model):
    """What all ways to rescale a dimension over its comparison group share."""

    undefined: Undefined = "missing"
    """When the formula divides by nothing (all equal, only one unit)."""
    upward: Literal["rescaled", "plain"] = "rescaled"
    """What the dimension above takes: the rescaled score, or the score before."""


class RescaleMinMax(Rescale):
    """Position between the group's lowest and highest score, in shares of the full mark."""

    kind: Literal["min_max"]
    at_worst: Number = ZERO
    at_best: Number = ONE


class RescaleBest(Rescale):
    """Share of the group's best score; `lowest_at` first moves all so that the lowest stands there."""

    kind: Literal["best"]
    lowest_at: Number | None = None


class RescaleMean(Rescale):
    """The score over the group's mean."""

    kind: Literal["mean"]


class RescaleZScore(Rescale):
    """centre + scale · (score - mean) / standard deviation, in points."""

    kind: Literal["z_score"]
    centre: Number = ZERO
    scale: Number = ONE
    deviation: Literal["population", "sample"] = "population"


class RescaleExponentialRank(Rescale):
    """Rank to score as in the method `exponential_rank`; equal scores take the mean of their places."""

    kind: Literal["exponential_rank"]
    scale: Number = Field(default=Decimal(23), ge=4, le=1000)


AnyRescale = Annotated[
    RescaleMinMax | RescaleBest | RescaleMean | RescaleZScore | RescaleExponentialRank,
    Field(discriminator="kind"),
]


class Coefficient(Model):
    """系数: what multiplies the score of an indicator, a dimension or the composite, from a document.

    A unit's own stands before its category's, that before `value`; without any of them it is 1.
    """

    of: Code
    """The indicator or dimension; `total` for the composite, before bonus and deduction."""
    value: Number | None = None
    categories: dict[Code, Number] = {}
    units: dict[UnitCode, Number] = {}
    cap: Number | None = None
    """The greatest share of the full mark that the product may reach."""
    reason: Words

"""One indicator 指标: one YAML file, file name = code."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from zhengheng.domain.numbers import with_unit
from zhengheng.domain.periods import Frequency
from zhengheng.scheme.base import Basis, Code, Label, Labels, Model, Number, UnitCode, Words
from zhengheng.scheme.methods import AnyMethod
from zhengheng.scheme.relative import Fill

MissingRule = Literal["floor", "block", "unranked", "renormalise"]
NO_UNIT = frozenset({"–", "—", "-", "－", "−"})
"""What a rulebook writes for an indicator that has no unit of measure, such as a ratio."""
NotApplicableRule = Literal["unranked", "reweight", "renormalise"]


class Parts(Model):
    """A value derived from other indicators: sum(times·part) / sum(part of `over`) · scale.

    numerator and denominator are summed over the period first, so a yearly rate comes from the
    year's own counts, not from twelve monthly rates.
    """

    numerator: dict[Code, Number] = Field(min_length=1)
    denominator: dict[Code, Number] = {}
    scale: Number = Decimal(1)
    minimum: Number | None = None
    """Below this denominator the value is not applicable (e.g. fewer than five cases)."""


class YearOnYear(Model):
    """Change of another indicator against the same period a year before."""

    of: Code
    as_: Literal["percent", "difference"] = Field(default="percent", alias="as")


class Vintage(Model):
    """Which release counts: preliminary, revised or final, as published by a month and day."""

    kind: Literal["preliminary", "revised", "final", "latest"] = "latest"
    published_by: Annotated[str, Field(pattern=r"^\d{2}-\d{2}$")] | None = None
    """Month and day after the period's end; later revisions are shown, not scored."""


class Reference(Model):
    """What takes the target's place: a fixed target, last year, the group, or the whole city."""

    to: Literal["given", "previous", "group_best", "group_mean", "group_median", "unit"] = "given"
    unit: UnitCode | None = None


class Sense(Model):
    """Range of sense 合理范围: beyond it a value is taken only with a confirmation that says why."""

    low: Number | None = None
    high: Number | None = None


class Light(Model):
    """Light rule 亮灯规则. Percentage points behind (time, plan) or share of the full mark."""

    by: Literal["time_progress", "plan", "level", "score", "milestones", "ceiling"]
    watch: Number
    """Yellow begins here: points behind, share of target missed, or share of full mark."""
    missed: Number
    """Red begins beyond this."""


class Change(Model):
    """A mid-year change of the method, lawful in one of three kinds."""

    from_: date = Field(alias="from")
    known_from: date | None = None
    kind: Literal["prospective", "split", "restated"]
    by: Literal["months", "days"] = "months"
    method: AnyMethod
    reason: Words
    basis: Basis


class Indicator(Model):
    """What is measured, by whom, how often, and how a value becomes points."""

    code: Code
    name: Words
    status: Literal["draft", "approved", "retired"] = "approved"
    origin: Literal[
        "province", "government_work_report", "livelihood_promise", "statute", "city"
    ] = "city"
    definition: Words | None = None
    owner: UnitCode | None = None
    deputy: UnitCode | None = None
    supplier: UnitCode | Literal["unit", "system"] = "unit"
    direction: Literal["up", "down", "interval"] = "up"
    measure_unit: Labels = Label()
    decimals: int = Field(default=2, ge=0, le=12)
    sense: Sense | None = None
    """None: that of its unit of measure, in the rulebook's `senses`."""
    source: Labels = Label()
    reliability: Literal["A", "B", "C", "D"] | None = None
    frequency: Frequency = "year"
    lag_days: int = Field(default=0, ge=0, le=730)
    skip_months: tuple[int, ...] = ()
    """Months without a release (January: statistics publish 1-2 月合并)."""
    combine: Literal["sum", "mean", "last", "rolling"] = "sum"
    """Flow (sum), level (mean), stock or year-to-date (last), or the last `window` periods."""
    window: int = Field(default=12, ge=1, le=60)
    absent: Literal["missing", "zero"] = "missing"
    """zero: counts for which no row means none happened; needs `absent_reason`."""
    absent_reason: str = ""
    score_previous_year: bool = False
    """Released so late that this year scores last year's value (R&D intensity)."""
    vintage: Vintage | None = None
    parts: Parts | None = None
    year_on_year: YearOnYear | None = None
    method: AnyMethod | None = None
    """None: an input of other indicators, not scored itself."""
    reference: Reference = Reference()
    changes: tuple[Change, ...] = ()
    light: Light | None = None
    digits: int = Field(default=2, ge=0, le=9)
    carry: Literal["rounded", "exact"] = "rounded"
    missing: MissingRule | None = None
    not_applicable: NotApplicableRule | None = None
    fill: Fill | None = None
    """A gap filled from other units: the value counts, and is shown everywhere as filled."""
    visibility: Literal["public", "internal", "not_held"] = "public"
    basis: tuple[Basis, ...] = ()
    verification: str = ""
    limitation: str = ""
    full_marks: Words | None = None
    """The full-marks standard in words."""
    burden_minutes: int | None = None
    evidence: str = ""

    @property
    def unit_said(self) -> Label:
        """The unit of measure as it stands beside a value: empty where the rulebook has a dash for none."""
        return Label() if self.measure_unit.zh in NO_UNIT else self.measure_unit

    def measured(self, value: str) -> tuple[str, str]:
        """A value with its unit of measure, in both languages."""
        unit = self.unit_said
        return with_unit(value, unit.zh), with_unit(value, unit.say("en"))

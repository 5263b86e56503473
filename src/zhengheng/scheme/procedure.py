"""What later stops of the road read from the rulebook; each has its place in the format now."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from zhengheng.scheme.base import Basis, Code, Model, Number, Text, UnitCode, Words

ClockUnit = Literal["calendar_days", "working_days", "clock_hours"]


class Clock(Model):
    """One deadline: length, unit, what starts it."""

    length: int = Field(gt=0)
    unit: ClockUnit
    starts: str = ""
    basis: Basis | None = None


ClockName = Literal[
    "report", "check", "objection", "notice", "appeal_decision", "second_instance", "hearing_notice",
    "improvement_notice", "improvement_answer", "reapproval", "completion", "finding",
]  # fmt: skip


class UsualClock(Model):
    """What holds where a rulebook says nothing, and what it rests on."""

    name: Words
    clock: Clock
    trust: Literal["V", "S", "D"]
    """Verified in a source, secondary, or a default of this program (trust tags of GLOSSARY.md)."""


def _usual(
    zh: str, en: str, length: int, unit: ClockUnit, starts: str, trust: Literal["V", "S", "D"]
) -> UsualClock:
    clock = Clock(length=length, unit=unit, starts=starts)
    return UsualClock(name=Text(zh=zh, en=en), clock=clock, trust=trust)


USUAL: dict[ClockName, UsualClock] = {
    "report": _usual("报送数据", "report a value", 5, "working_days", "期末", "D"),
    "check": _usual("单位核对数据", "a unit's check of what others supply", 3, "working_days", "提交", "V"),
    "objection": _usual("单位核对扣分事项", "a unit's check of a deduction", 5, "working_days", "提出", "D"),
    "notice": _usual("公示", "public notice", 7, "calendar_days", "公示", "S"),
    "appeal_decision": _usual("作出申诉决定", "decide an appeal", 10, "working_days", "收到", "V"),
    "second_instance": _usual("请求委员会复核", "ask the commission for review", 5, "working_days", "决定", "D"),
    "hearing_notice": _usual("听证通知", "notice of a hearing", 7, "working_days", "通知", "V"),
    "improvement_notice": _usual("送达改进通知单", "serve an improvement notice", 72, "clock_hours", "确认", "S"),
    "completion": _usual("补正申诉", "complete an appeal that was returned", 5, "working_days", "退回", "D"),
    "finding": _usual("处理核查不符的结果", "deal with a finding that does not agree", 5, "working_days", "登记", "D"),
    "reapproval": _usual("重新批准有变动的结果", "approve a changed result again", 5, "working_days", "决定", "V"),
    "improvement_answer": _usual("答复改进通知单", "answer an improvement notice", 10, "working_days", "送达", "V"),
}  # fmt: skip
"""V: performance regulations of Hangzhou 2015 and Jinan 2018; a city changes any of them in its rulebook (`procedure.clocks`)."""


class ClosingStep(Model):
    """A step of the closing procedure and how long it may take."""

    step: Literal[
        "compute", "notice", "objection", "review", "hearing", "decision", "final", "archive"
    ]
    name: Words
    clock: Clock | None = None


class Procedure(Model):
    """Order of the closing steps. The clocks must fit between `starts_on` and `ends_on`."""

    form: Literal["essay", "statute"] = "essay"
    steps: tuple[ClosingStep, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    freeze: Annotated[str, Field(pattern=r"^\d{2}-\d{2}$")] | None = None
    """Month and day from which the running year's rules change by the emergency route only."""
    clocks: dict[ClockName, Clock] = {}
    """The clocks that the city sets otherwise than usual."""
    targets_open: Clock | None = None
    """How long draft targets lie open to everybody before they are signed; absent: they do not."""
    second_instance: bool = False
    """Whether a decided appeal may be brought before the commission once more."""
    panel: Literal[3, 5, 7, 9, 11] = 3
    """How many members are drawn by lot for an appeal's panel: odd, so that two opinions always have a majority [D]."""

    def clock(self, step: str) -> Clock | None:
        """The clock of a step, where the procedure has the step and the step a clock."""
        return next((one.clock for one in self.steps if one.step == step), None)

    def within(self, name: ClockName) -> Clock:
        """How long something may take: by this rulebook, or as is usual."""
        return self.clocks.get(name) or USUAL[name].clock


class RaterGroup(Model):
    """One side of the evaluation matrix: who rates, on what, with what weight."""

    code: Code
    name: Words
    weight: Number
    indicators: tuple[Code, ...] = ()
    minimum: int = Field(default=3, ge=1)


class Innovation(Model):
    """创新创优: expert-scored applications, capped."""

    cap: Number
    minimum_experts: int = Field(default=5, ge=1)


class Incentive(Model):
    """A reward proposal by grade or by years in a row; a named human decides."""

    code: Code
    name: Words
    kind: Literal["material", "honour", "training", "promotion"]
    grades: tuple[Code, ...] = ()
    years_in_a_row: int = Field(default=1, ge=1)
    coefficient: Number | None = None


class WarningStep(Model):
    """A rung of the warning ladder 四阶警示制; each needs the one before."""

    step: int = Field(ge=1)
    name: Words
    action: str = ""
    rectification_days: int = Field(default=30, ge=0)


class BudgetRule(Model):
    """What a grade proposes for the next budget; improvement before cuts."""

    grade: Code
    change: Number
    plan_instead: bool = True


class Compensation(Model):
    """An ecological compensation formula between regions."""

    code: Code
    name: Words
    formula: Literal["water_p", "air_score"]
    parameters: dict[Code, Number]
    basis: tuple[Basis, ...] = ()


class Cascade(Model):
    """Decomposition of a goal: shares for quantities, inheritance for rates and milestones."""

    indicator: Code
    parent: UnitCode
    mode: Literal["shares", "inherit", "own"]
    children: dict[UnitCode, Number] = Field(min_length=1)
    """Shares adding to 100 % (±0.01), or each child's own target."""
    roll_up: bool = False
    """The parent's value, where it reports none of its own, from the children's sums: quantities
    add; a ratio is taken again from the sums of its numerators and denominators."""


class Goal(Model):
    """A strategic goal and the indicators that measure it."""

    code: Code
    name: Words
    owner: UnitCode | None = None
    from_year: int
    to_year: int
    indicators: tuple[Code, ...] = ()


class Topic(Model):
    """A topic of life 生活主题 under which people look for what concerns them: homes, schools, clean air."""

    code: Code
    name: Words
    about: Words | None = None
    """What it is about, in plain words for the public portal."""
    indicators: tuple[Code, ...] = Field(min_length=1)


class Heir(Model):
    """A unit that takes over a share."""

    unit: UnitCode
    share: Number


class Succession(Model):
    """Merger, split or rename of units, with the day and what follows (data, targets, years)."""

    date: date
    kind: Literal["merger", "split", "rename"]
    unit: UnitCode
    heirs: tuple[Heir, ...] = Field(min_length=1)
    data: Literal["inherit", "anew"] = "inherit"
    targets: Literal["inherit", "anew"] = "anew"
    years: Literal["inherit", "anew"] = "inherit"
    basis: Basis | None = None


class Binding(Model):
    """Persons bound to their unit: α·unit + (1-α)·own, a reference score (α default 0.3 [D])."""

    alpha: Number
    categories: tuple[Code, ...] = Field(min_length=1)

"""Acceptance 验收销号: what was measured again, indicator by indicator, beside the target that was missed."""

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from pydantic import field_validator

from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.engines.alone import light_alone
from zhengheng.engines.run import Run
from zhengheng.lake.cells import number_fault, value_fault
from zhengheng.scheme.indicator import Indicator
from zhengheng.scoring.formulas import MetLine, MetLines
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Change, Doing, Given, Words, ask, ask_why_right
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.rows import by_key, key, named, scored
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded


class AcceptError(ZhenghengError):
    """A case cannot be closed with what was measured again."""


class MeasuredGiven(Given):
    indicator: str = ask("指标（只有一项时不填）", "Indicator (left out where there is one)", "", max_length=64)  # fmt: skip
    value: str = ask("复测值", "Measured again", max_length=40)
    confirmation: str = ask_why_right()


class AcceptGiven(Given):
    measured: list[MeasuredGiven] = ask("复测值（每项红灯指标一行）", "Measured again (a line for each red indicator)", min_length=1)  # fmt: skip
    answer: str = ask("验收意见", "Finding", form="text")
    why_missed: str = ask("未达目标仍予销号的理由（未达目标、未到达标线，或者差于提出时的值，都须填写）", "Why it is closed all the same (where the target or the line is missed, or the value is worse than what was found)", "", form="text")  # fmt: skip

    @field_validator("measured", mode="before")
    @classmethod
    def _single(cls, value: Any) -> Any:
        """A value alone is that of the one red indicator."""
        return [{"value": value}] if isinstance(value, str) else value


def accept(doing: Doing) -> Change:
    """Closed by somebody else than who opened it, on a value for every red indicator.

    A value is a plain number of the indicator's unit of measure, beyond the range of sense only with a confirmation.
    One that misses its target, or the line of the indicator's own light where it has no target, or that is worse than
    what was found (by target and line of the unit that was scored), does not close a case by itself (整改不到位不销号): it needs its own reason, which stays on the case.
    [D: officials close on the target; the exception must be accountable.]
    """
    case, given = doing.obj, doing.given
    red = _Red(case)
    values: dict[str, MeasuredGiven] = {}
    found = list(_placed(red, given.measured, values))
    missed: list[Words] = []
    for place, row in enumerate(given.measured):
        of = next((one for one, held in values.items() if held is row), None)
        if of is None:
            continue
        known, (zh, en) = _known(case, red.rows[of]), red.names[of]
        if known is None:
            fault = number_fault(row.value, 12)
        else:
            fault = value_fault(known[0].rulebook, known[1], row.value, row.confirmation)
        if fault:
            found.append(Problem(f"measured.{place}.value", "number", f"{zh}的复测值：{fault[0]}", f"{en}, measured again: {fault[1]}"))  # fmt: skip
        elif known and (short := lacking(*known, scored(case, red.rows[of]), row.value, red.rows[of])):  # fmt: skip
            missed.append((
                f"{zh}复测值 {row.value} {red.rows[of]['unit']}，{short[0]}",
                f"{en} is {row.value} {red.rows[of]['unit_en']}, {short[1]}",
            ))  # fmt: skip
    if missed and not found and not given.why_missed:
        zh, en = ("；".join(one[0] for one in missed), "; ".join(one[1] for one in missed))
        found.append(Problem("why_missed", "rectification.missed", f"{zh}：整改没有到位。请退回继续整改；确需销号的，请写明未达目标仍予销号的理由。",
                             f"{en}: it is not put right. Send it back, or give the reason why it is closed all the same"))  # fmt: skip
    if found:
        raise AcceptError(found)
    said = "；".join(_said(red.names[of][0], row, len(red.rows) > 1) for of, row in values.items())
    why = given.why_missed if missed else ""
    return Change(
        {"measured": said, "answer": given.answer, "why_missed": why, "due_on": None},
        {"measured": said, "answer": given.answer, **({"why_missed": why} if why else {})},
    )


class _Red:
    """The rows of a case by their keys, with what people call each."""

    def __init__(self, case: Rectification) -> None:
        self.rows = by_key(case)
        self.names = dict(zip(self.rows, named(case, self.rows.values()), strict=True))

    def of(self, written: str) -> str | None:
        """The row that is meant: by its key, or by the indicator alone where one row has it; None where it is none."""
        if written in self.rows:
            return written
        same = [held for held, row in self.rows.items() if written in {row["code"], ""}]
        return same[0] if len(same) == 1 else None

    def say(self, keys: Iterable[str]) -> Words:
        """These rows in one line."""
        held = [self.names[one] for one in keys]
        return "、".join(zh for zh, _ in held), ", ".join(en for _, en in held)


def _placed(
    red: _Red, rows: list[MeasuredGiven], values: dict[str, MeasuredGiven]
) -> Iterator[Problem]:
    """Put each value to its row; every one has one value, and nothing else has."""
    all_zh, all_en = red.say(red.rows)
    for place, row in enumerate(rows):
        of = red.of(row.indicator)
        if of is None:
            yield Problem(f"measured.{place}.indicator", "rectification.indicator", f"请选择本事项的红灯指标：{all_zh}。",
                          f"choose a red indicator of this case: {all_en}")  # fmt: skip
        elif of in values:
            zh, en = red.names[of]
            yield Problem(f"measured.{place}.indicator", "rectification.twice", f"{zh}填了两个复测值，请只留一个。",
                          f"{en} has two values; leave one")  # fmt: skip
        else:
            values[of] = row
    if left := [one for one in red.rows if one not in values]:
        zh, en = red.say(left)
        yield Problem("measured", "rectification.unmeasured", f"还没有填复测值的指标：{zh}。",
                      f"not measured again yet: {en}")  # fmt: skip


def _said(name: str, row: MeasuredGiven, several: bool) -> str:
    why = f"（{row.confirmation}）" if row.confirmation else ""
    return f"{name} {row.value}{why}" if several else f"{row.value}{why}"


def _known(case: Rectification, held: dict[str, Any]) -> tuple[Run, Indicator] | None:
    """The indicator as the run has it that brought it into the case; None where no run of it is left."""
    brought = ResultRun.objects.filter(period=held.get("period", "")).exclude(pk=case.run_id)
    for run in (case.run, *brought.order_by("-pk")):
        made = loaded(folder_of(run.run))
        for one in made.rulebook.indicators:
            if one.code == held["code"]:
                return made, one
    return None


def line_of(run: Run, unit: str, code: str) -> MetLine | None:
    """The line from which a unit's indicator counts as met, by its own light; None where it has none."""
    row = next(
        (r for r in run.results.of_unit("indicator_score", unit) if r["indicator"] == code), None
    )
    if row is None:
        return None
    rule = next(r for r in run.plan.tables["rule"] if r["latest"] and (r["category"], r["indicator"]) == (row["category"], code))  # fmt: skip
    return MetLines(run.plan.tables["light_rule"], run.results.of_unit("light", unit)).of(row, rule)


def lines_of(case: Rectification) -> dict[str, Words]:
    """Of each row of a case (rows.key) the line from which it counts as met, in words, where it has one."""
    found: dict[str, Words] = {}
    for held in case.indicators:
        known = _known(case, held)
        line = line_of(known[0], scored(case, held), held["code"]) if known else None
        if line:
            found[key(held)] = line.words
    return found


def lacking(
    run: Run, indicator: Indicator, unit: str, value: str, held: dict[str, Any]
) -> Words | None:
    """Why a value does not put the indicator right, in both languages; None where it does."""
    short: list[Words] = []
    line = line_of(run, unit, indicator.code)
    if held["target"] and _misses(indicator, value, held["target"]):
        short.append((f"目标 {held['target']} {held['unit']}", f"the target {held['target']} {held['unit_en']}"))  # fmt: skip
    elif not held["target"] and line and _below(run, indicator, unit, value, line):
        short.append((f"达标线：{line.words[0]}", f"counted as met from: {line.words[1]}"))
    if held.get("value") and _misses(indicator, value, held["value"]):
        short.append((f"差于提出整改时的 {held['value']} {held['unit']}", f"worse than the {held['value']} {held['unit_en']} that was found"))  # fmt: skip
    return ("，".join(zh for zh, _ in short), ", ".join(en for _, en in short)) if short else None


def _below(run: Run, indicator: Indicator, unit: str, value: str, line: MetLine) -> bool:
    """Whether a value lies on the wrong side of the line; of points what the value would earn by itself."""
    if line.of in {"value", "nodes"}:
        got, wanted = Fraction(value), Fraction(line.number)
        return got > wanted if line.sign == "<=" else got < wanted
    seen = next(one for one in (*run.rulebook.units, *run.facts.units) if one.code == unit)
    light = light_alone(run.rulebook, seen, indicator.code, run.plan.period, run.plan.at, value, "")
    return light in {"yellow", "red"}


def _misses(indicator: Indicator, value: str, target: str) -> bool:
    """Whether a value lies on the wrong side of another; an interval tells nothing of a side."""
    if indicator.direction == "interval":
        return False
    got, wanted = (parse_scaled(one, indicator.decimals)[0] for one in (value, target))
    return got < wanted if indicator.direction == "up" else got > wanted


def choices(case: Any, account: Account, day: date) -> dict[str, list[tuple[str, Words]]]:
    """The case's own rows, each with what it must reach and what was found, in what it is measured in."""
    red, lines = _Red(case), lines_of(case)
    return {"indicator": [(one, _aim(red.names[one], row, lines.get(one))) for one, row in red.rows.items()]}  # fmt: skip


def _aim(name: Words, row: dict[str, Any], line: Words | None) -> Words:
    """A row with its target, or its line where it has none, and the value that was found: worse than that needs a reason too."""
    zh, en = [], []
    if row["target"]:
        zh.append(f"目标 {row['target']} {row['unit']}".strip())
        en.append(f"target {row['target']} {row['unit_en']}".strip())
    elif line:
        zh.append(f"达标线：{line[0]}")
        en.append(f"met from {line[1]}")
    if row.get("value"):
        zh.append(f"提出时 {row['value']} {row['unit']}".strip())
        en.append(f"found at {row['value']} {row['unit_en']}".strip())
    if not zh:
        return name
    return f"{name[0]}（{'；'.join(zh)}）", f"{name[1]} ({'; '.join(en)})"


def typed(case: Any) -> dict[str, Any]:
    """A line for each row stands in the form."""
    return {f"measured.{place}.indicator": one for place, one in enumerate(by_key(case))}

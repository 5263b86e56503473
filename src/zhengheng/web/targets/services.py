"""Checking and loading targets."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from zhengheng.domain.names import unknown
from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.lake.cells import number_fault, value_fault
from zhengheng.scheme.findings import names_of
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.lint_directions import given_fault
from zhengheng.scheme.model import Rulebook
from zhengheng.web.intake.services import confirmed, load, opened
from zhengheng.web.jobs.services import Work, job
from zhengheng.web.reporting.services import foreign
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.targets.models import TargetLine, TargetSheet


class TargetError(ZhenghengError):
    """Targets cannot be as given."""


def checked(book: Rulebook, lines: Iterable[Any], unit: str = "") -> dict[str, Any]:
    """Indicator → line. Raises TargetError with every line's problem; with `unit`, also where it is not assessed on an indicator."""
    known = {indicator.code: indicator for indicator in book.indicators}
    found: dict[str, Any] = {}
    problems = []
    for place, line in enumerate(lines, 1):
        where = f"lines.{place - 1}"  # as the form calls it, whose sentences count from 1
        if line.indicator not in known:
            zh, en = unknown("indicator", line.indicator, names_of(book.indicators))
            problems.append(
                Problem(where, "indicator.unknown", f"第 {place} 行：{zh}", f"line {place}: {en}")
            )
        elif line.indicator in found:
            problems.append(
                Problem(where, "indicator.twice", f"第 {place} 行: 指标 {line.indicator} 重复",
                        f"line {place}: {line.indicator} stands twice")
            )  # fmt: skip
        elif unit and (fault := foreign(book, unit, line.indicator)):
            problems.append(Problem(where, "target.foreign", f"第 {place} 行：{fault[0]}", f"line {place}: {fault[1]}"))  # fmt: skip
        else:
            found[line.indicator] = line
            for zh, en, text in (
                ("目标值", "target", line.value),
                ("基期值", "baseline", line.baseline),
            ):
                fault = value_fault(book, known[line.indicator], text, line.confirmation)
                if fault and (text or zh == "目标值"):
                    problems.append(
                        Problem(where, "number", f"第 {place} 行“{zh}”：{fault[0]}", f"line {place}, {en}: {fault[1]}")
                    )  # fmt: skip
            if wrong := wrong_way(known[line.indicator], line.value, line.baseline):
                problems.append(Problem(where, "target.direction", f"第 {place} 行：{wrong[0]}", f"line {place}: {wrong[1]}"))  # fmt: skip
    if not found and not problems:
        problems.append(
            Problem("lines", "lines.empty", "没有任何目标行", "there is no line with a target")
        )
    if problems:
        raise TargetError(problems)
    return found


def wrong_way(indicator: Indicator, value: str, baseline: str) -> tuple[str, str] | None:
    """Why these targets lead against the indicator's direction, in both languages; None if not, or unreadable."""
    given = {
        kind: Decimal(parse_scaled(text, indicator.decimals)[0]).scaleb(-indicator.decimals)
        for kind, text in (("target", value), ("base", baseline))
        if text and not number_fault(text, indicator.decimals, indicator.measure_unit.zh)
    }
    return given_fault(indicator, given)


def check_lines(book: Rulebook, lines: Iterable[TargetLine]) -> None:
    """Raise TargetError unless every target that is about to be signed can be taken in as it stands."""
    problems = []
    for line in lines:
        name = book.indicator(line.indicator).name
        zh, en = f"{line.indicator} {name.zh}", f"{line.indicator} {name.say('en')}"
        if fault := value_fault(book, book.indicator(line.indicator), line.settled, line.confirmation):  # fmt: skip
            problems.append(
                Problem("lines", "number", f"{zh}：{fault[0]}", f"{en}: {fault[1]}")
            )  # fmt: skip
        elif fault := wrong_way(book.indicator(line.indicator), line.settled, line.baseline):
            problems.append(
                Problem("lines", "target.direction", f"{zh}：{fault[0]}", f"{en}: {fault[1]}")
            )  # fmt: skip
    if problems:
        raise TargetError(problems)


def rows_of(sheet: TargetSheet, lines: Iterable[TargetLine]) -> list[Mapping[str, str]]:
    """The lines as rows of an intake."""
    return [
        {
            "unit": sheet.unit.code, "indicator": line.indicator, "period": sheet.rulebook.period,
            "target": line.current, **({"base": line.baseline} if line.baseline else {}),
            **confirmed(line.confirmation),
        }
        for line in lines
    ]  # fmt: skip


@job("load_targets", "载入年度目标", "Load the targets")
def load_targets(work: Work) -> dict[str, Any]:
    """Bring a signed sheet, or its changed lines, into the lake.

    The lines are read while nobody else writes to the lake: of two changes the later one is loaded last.
    """
    code = TargetSheet.objects.get(pk=work.job.arguments["sheet"]).rulebook.code
    lake = opened(code)
    with lake.writing():
        sheet = TargetSheet.objects.select_related("rulebook", "unit").get(
            pk=work.job.arguments["sheet"]
        )
        name = load(
            book_of(sheet.rulebook), "target", rows_of(sheet, sheet.lines.all()),
            purpose="agreed targets", loader=work.job.asked_by.username if work.job.asked_by else "system", at=work.now,
            lake=lake, mark=f"{sheet.pk}.{sheet.row_version}",
        )  # fmt: skip
    return {"file": name}

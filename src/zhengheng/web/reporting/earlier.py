"""What was reported before of the same fact: by it a value is seen to be far from the others, and whoever checks it reads it beside."""

import statistics
from datetime import date
from fractions import Fraction

import pyarrow.dataset as ds

from zhengheng.domain.numbers import parse_scaled, plain
from zhengheng.domain.periods import parse_period
from zhengheng.lake.cells import normal
from zhengheng.scheme.indicator import Indicator
from zhengheng.scoring.contracts import VALUE
from zhengheng.web.acts.declare import Words
from zhengheng.web.intake.services import lake_of, opened
from zhengheng.web.reporting.dated import columns_of
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.selectors import book_of

FEW = 3
FAR = 3
"""Standard deviations from earlier values beyond which a note is asked for [D]."""
SHOWN = 3


def confirmed(report: Report, indicator: Indicator) -> list[tuple[date, int]]:
    """The values of the same unit and indicator that the office has confirmed for other periods, each with its period's end."""
    held = Report.objects.filter(
        unit=report.unit, indicator=report.indicator, status="value", state__in=("confirmed", "loaded")
    ).exclude(value="").exclude(pk=report.pk)  # fmt: skip
    return [
        (parse_period(period).end, parse_scaled(text, indicator.decimals)[0])
        for period, text in held.values_list("period", "value")
    ]


def _earlier(report: Report, indicator: Indicator) -> list[tuple[date, int]]:
    """The values of periods before, the oldest first: those in the lake, whoever brought them there, and those confirmed."""
    end, found = parse_period(report.period).end, dict[date, int]()
    if (lake_of(report.rulebook.code) / "register.db").is_file():
        facts = opened(report.rulebook.code).facts()
        only = (ds.field("unit") == normal(report.unit.code)) & (ds.field("indicator") == normal(report.indicator))  # fmt: skip
        for name in ("observation", "revision"):
            for row in columns_of(facts, name, ["period", "status", "value"], only).to_pylist():
                if row["status"] == VALUE and row["period"] < end:
                    found[row["period"]] = row["value"]
    found |= {day: value for day, value in confirmed(report, indicator) if day < end}
    return sorted(found.items())


def far(indicator: Indicator, value: str, before: list[tuple[date, int]]) -> Words | None:
    """How far a value is from the earlier ones, in words; None where it is not, or where they are too few to say."""
    if len(before) < FEW:
        return None
    # In squares, so that no root and no float decides.
    exact = [Fraction(one) for _, one in before]
    mean = statistics.mean(exact)
    off = parse_scaled(value, indicator.decimals)[0] - mean
    if off**2 <= FAR**2 * max(statistics.variance(exact), Fraction(1)):
        return None
    zh, en = indicator.measured(plain(round(mean), indicator.decimals))
    return (
        f"与其他 {len(before)} 期的数值相差很大（平均 {zh}，相差超过标准差的 {FAR} 倍）",
        f"far from the values of {len(before)} other periods (mean {en}; off by more than {FAR} standard deviations)",
    )


def told(report: Report) -> Words | None:
    """The newest earlier values, for whoever checks one that was handed in; and that it is far from them, or of another sign."""
    if report.handed_in_at is None:
        return None
    indicator = book_of(report.rulebook).indicator(report.indicator)
    before = _earlier(report, indicator)
    if not before:
        return None
    said = [(day, indicator.measured(plain(value, indicator.decimals))) for day, value in before[-SHOWN:]]  # fmt: skip
    zh, en = "；".join(f"截至 {day} 为 {one[0]}" for day, one in said), "; ".join(f"{one[1]} up to {day}" for day, one in said)  # fmt: skip
    if report.status == "value" and report.value:
        if off := far(indicator, report.value, before):
            zh, en = f"{zh}。本期数值{off[0]}", f"{en}. The value is {off[1]}"
        now, last = parse_scaled(report.value, indicator.decimals)[0], before[-1][1]
        if now * last < 0:
            zh, en = f"{zh}。本期数值的正负号与上一期相反", f"{en}. The sign of this value is not that of the one before"  # fmt: skip
    return zh, en

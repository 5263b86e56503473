"""What is due when: which version of a method governs which part of a period, which observed periods count."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from zhengheng.domain.periods import MONTHS, Period, period_ending
from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.scheme import methods as m
from zhengheng.scheme.asked import target_of
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook


@dataclass(frozen=True)
class Segment:
    """Part of the period governed by one version of an indicator's method."""

    place: int
    start: date
    end: date
    share: int
    whole: int
    method: m.Method | None


def segments(indicator: Indicator, period: Period, at: date) -> list[Segment]:
    """The versions of a method that govern the period: restated, prospective, split."""
    pieces: list[tuple[date, m.Method | None, str]] = [(period.start, indicator.method, "months")]
    for change in sorted(indicator.changes, key=lambda c: c.from_):
        if (change.known_from or change.from_) > at or change.from_ > period.end:
            continue
        if change.kind == "restated" or change.from_ <= period.start:
            pieces = [(start, change.method, by) for start, _, by in pieces]
        elif change.kind == "split":
            pieces.append((change.from_, change.method, change.by))
    by_days = any(by == "days" for _, _, by in pieces[1:])
    found = []
    for place, (start, method, _) in enumerate(pieces, 1):
        end = pieces[place][0] - timedelta(1) if place < len(pieces) else period.end
        found.append(
            Segment(
                place,
                start,
                end,
                _length(start, end, by_days),
                _length(period.start, period.end, by_days),
                method,
            )  # fmt: skip
        )
    return found


def _length(start: date, end: date, by_days: bool) -> int:
    if by_days:
        return (end - start).days + 1
    return (end.year - start.year) * 12 + end.month - start.month + 1


def due_periods(indicator: Indicator, period: Period, at: date) -> list[Period]:
    """Observed periods of the indicator inside the assessed period whose release lag is over."""
    inside = period.previous_year() if indicator.score_previous_year else period
    return [
        observed
        for observed in inside.split(indicator.frequency)
        if observed.end.month not in indicator.skip_months
        and (at - observed.end).days >= indicator.lag_days
    ]


def is_part(scored: Iterable[Indicator], period: Period) -> bool:
    """Whether the period is a part of what the rulebook assesses: shorter than a year, and too short for some indicator.

    A rulebook that assesses months or quarters has none that is observed more rarely.
    """
    return period.frequency != "year" and any(not [*period.split(i.frequency)] for i in scored)


def says_what_is_due(indicator: Indicator, grouped: bool) -> bool:
    """Whether an indicator can be judged within the year: what it compares with is due by then.

    Where not, it has no light in a part of the year, and what its unit supplies is not due: it earns nothing and
    counts nowhere, be it as points or as a full mark.

    A constant target is that of the whole year. A mean, a rate made of counts and a change against the year before
    can be held against it at any time; what adds up over the year, or is known by its last value, cannot. For those
    the rulebook says what is due by a light by `plan` (with targets of the kind `plan`, of any day), by milestones,
    by agreed targets of the period itself, or by a comparison with others.
    """
    light, method = indicator.light, indicator.method
    if method is None or isinstance(method, m.Milestones):
        return True
    if light is not None and light.by in {"plan", "milestones"}:
        return True
    if grouped or indicator.reference.to != "given" or indicator.year_on_year:
        return True
    if indicator.combine in {"mean", "rolling"} or (indicator.parts and indicator.parts.denominator):  # fmt: skip
        return True
    return target_of(method) is None


def not_yet_due(rulebook: Rulebook, period: Period, at: date) -> Problem | None:
    """Say which indicators lack periods because their release lag is not over on the day `at`."""
    late = [
        i.code
        for i in rulebook.indicators
        if len(due_periods(i, period, at)) < len(due_periods(i, period, date.max))
    ]
    if not late:
        return None
    return Problem(
        f"{period.code} @ {at}", "period.not_due",
        f"{len(late)} 个指标在 {at} 还有未到发布期的数据，未计入：{'、'.join(late[:5])}{'等' if len(late) > 5 else ''}；用 --at 指定更晚的日期",
        f"{several(len(late), 'indicator has', 'indicators have')} periods not yet due on {at}, which do not count: {', '.join(late[:5])}{' and more' if len(late) > 5 else ''}; give a later --at",
        "warning",
    )  # fmt: skip


def counted_periods(indicator: Indicator, due: list[Period], piece: Segment) -> list[Period]:
    """The observed periods that count for a segment: all, the last, or a window that ends with the last."""
    shift = 1 if indicator.score_previous_year else 0
    inside = [p for p in due if piece.start <= moved(p.end, shift) <= piece.end]
    if indicator.combine == "last":
        return inside[-1:]
    if indicator.combine == "rolling" and inside:
        return _rolling(inside[-1], indicator.window)
    return inside


def moved(day: date, years: int) -> date:
    """The same day so many years on; the last days of a month become its 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28)) if years else day


def _rolling(last: Period, window: int) -> list[Period]:
    step = MONTHS[last.frequency]
    found, current = [], last
    for _ in range(window):
        found.append(current)
        month = current.end.year * 12 + current.end.month - 1 - step
        year, index = divmod(month, 12)
        current = period_ending(
            date(year, index + 1, monthrange(year, index + 1)[1]), last.frequency
        )
    return found

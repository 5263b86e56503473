"""Where split changes cut the period, and whether an indicator's figures can be cut there.

A sum or a mean of observed periods has parts: each part is scored on its own data, a part of a sum as
what it would be over the whole period (600 in six months count as 1,200 a year, against the year's
target). What has no parts is scored whole under every version, and the points are joined by time: a
yearly figure, a quarter with the day of change inside it, the last of several states, dated nodes,
answers, a rate made of sums over states.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from zhengheng.domain.periods import Period
from zhengheng.scheme import methods as m
from zhengheng.scheme.indicator import Indicator
from zhengheng.scoring.due import Segment, counted_periods, moved, segments

WITHOUT_PARTS = (m.Answers, m.Milestones)


@dataclass(frozen=True)
class Cut:
    """How one indicator is scored in a period: its pieces, and what a piece looks at."""

    pieces: list[Segment]
    """Its own, each with the version of the method that governs it."""
    observed: list[Segment]
    """Those of the indicator it is made for, where that is cut more often."""
    whole: bool
    """Every piece looks at the whole period's figure."""
    flow: bool
    """A piece's figure is a part of a sum: it is carried to the whole period before it is compared."""
    year: Segment
    """The whole period, whose figure is shown."""

    @property
    def divided(self) -> bool:
        return len(self.pieces) > 1

    def counted(self, indicator: Indicator, due: list[Period], piece: Segment) -> list[Period]:
        """The observed periods that a piece looks at."""
        if not self.whole:
            return counted_periods(indicator, due, piece)
        shift = 1 if indicator.score_previous_year else 0
        begun = any(moved(observed.end, shift) >= piece.start for observed in due)
        return counted_periods(indicator, due, self.year) if begun else []


def sources(indicator: Indicator) -> list[str]:
    """The indicators that this one is made from."""
    if indicator.year_on_year:
        return [indicator.year_on_year.of]
    if indicator.parts:
        return list(dict.fromkeys([*indicator.parts.numerator, *indicator.parts.denominator]))
    return []


def cuts(
    by_code: Mapping[str, Indicator], scored: Iterable[str], period: Period, at: date
) -> dict[str, Cut]:
    """How every scored indicator, and everything that it is made from, is cut.

    Indicators that share a source and are not cut alike are all looked at whole: the source can be
    cut in one way only.
    """
    own = {code: segments(by_code[code], period, at) for code in scored}
    found = {}
    for family in _families(by_code, own):
        pieces = [own[code] for code in family if code in own]
        longest = max(pieces, key=len)
        whole = len({tuple(piece.start for piece in held) for held in pieces}) > 1 or any(
            _has_no_parts(by_code, code, own[code], period) for code in family if code in own
        )
        year = Segment(0, period.start, period.end, longest[-1].whole, longest[-1].whole, None)
        for code in family:
            flow = not whole and nature(by_code, by_code[code]) == "flow"
            found[code] = Cut(own.get(code, longest), longest, whole, flow, year)
    return found


def _families(by_code: Mapping[str, Indicator], own: Iterable[str]) -> list[set[str]]:
    """Scored indicators with all their sources, those that share one together."""
    families: list[set[str]] = []
    for code in own:
        mine = _below(by_code, code)
        apart = []
        for family in families:
            if mine & family:
                mine |= family
            else:
                apart.append(family)
        families = [*apart, mine]
    return families


def _below(by_code: Mapping[str, Indicator], code: str) -> set[str]:
    return {code}.union(*(_below(by_code, source) for source in sources(by_code[code])))


def nature(by_code: Mapping[str, Indicator], indicator: Indicator) -> Literal["flow", "level", ""]:
    """Whether parts of a period add up (flow), or are as large as the whole (level); or neither."""
    kinds = {nature(by_code, by_code[code]) for code in sources(indicator)}
    if not kinds:
        return "flow" if indicator.combine == "sum" else "level" if indicator.combine == "mean" else ""  # fmt: skip
    if len(kinds) > 1 or "" in kinds:
        return ""
    change, parts = indicator.year_on_year, indicator.parts
    is_rate = (change and change.as_ == "percent") or (parts and parts.denominator)
    return "level" if is_rate else kinds.pop()


def _has_no_parts(
    by_code: Mapping[str, Indicator], code: str, pieces: list[Segment], period: Period
) -> bool:
    if len(pieces) == 1:
        return False
    if any(isinstance(piece.method, WITHOUT_PARTS) for piece in pieces):
        return True
    observed = [one for one in _below(by_code, code) if not sources(by_code[one])]
    return not nature(by_code, by_code[code]) or any(
        _divides(by_code[one], piece.start, period) for one in observed for piece in pieces[1:]
    )


def _divides(indicator: Indicator, day: date, period: Period) -> bool:
    """Whether the day of change lies inside one observed period; a skipped month belongs to the next."""
    inside = period
    if indicator.score_previous_year:
        inside, day = period.previous_year(), moved(day, -1)
    begun = inside.start
    for observed in inside.split(indicator.frequency):
        if observed.end.month in indicator.skip_months:
            continue
        if begun < day <= observed.end:
            return True
        begun = observed.end + timedelta(1)
    return False

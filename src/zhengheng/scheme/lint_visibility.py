"""Rules of `scheme check` about what is internal: what the rulebook's own formulas give away again.

Publications keep internal values back (docs/decisions/0008); against a formula that the rulebook itself prints
they cannot help: whoever knows it solves it for the one part that is missing.
"""

from datetime import date
from itertools import pairwise

from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Problem
from zhengheng.scheme.findings import Finding, rule, warning
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook


@rule
def formulas_do_not_give_away_what_is_internal(book: Rulebook, source: Source) -> Finding:
    public = {i.code for i in book.indicators if i.visibility == "public"}
    known = {i.code for i in book.indicators}
    for indicator in book.indicators:
        code, made_of = indicator.code, [one for one in _made_of(indicator) if one in known]
        kept = [one for one in made_of if one not in public]
        if code in public and kept:
            yield warning(source.indicator(code, "visibility"), "visibility.derived",
                          f"公开指标 {code} 由内部指标 {'、'.join(kept)} 计算得出，公布它就可能反推出内部数值；请把 {code} 也设为内部，或者公开 {'、'.join(kept)}。",
                          f"the public indicator {code} is made from internal ones ({', '.join(kept)}), which can be worked out from it; make it internal too, or them public")  # fmt: skip
        if code not in public and made_of and not kept:
            yield warning(source.indicator(code, "visibility"), "visibility.parts",
                          f"内部指标 {code} 完全由公开指标 {'、'.join(made_of)} 计算得出，任何人都能算出它的数值；请把其中一项也设为内部，或者公开 {code}。",
                          f"the internal indicator {code} is made from public ones alone ({', '.join(made_of)}), so anybody can work it out; make one of them internal too, or it public")  # fmt: skip


@rule
def a_restatement_shows_both_totals_only_of_what_is_public(
    book: Rulebook, source: Source
) -> Finding:
    internal = {i.code for i in book.indicators if i.visibility != "public"}
    for old, new in pairwise(sorted(book.weights, key=lambda one: one.from_)):
        moved = sorted(code for code in internal if old.table.get(code) != new.table.get(code))
        if moved and new.kind == "restated" and _within(book, new.from_):
            place = next(n for n, one in enumerate(book.weights) if one is new)
            yield _one_total(source.rulebook("weights", place, "from"), new.from_, "、".join(moved), ", ".join(moved))  # fmt: skip
    for indicator in book.indicators:
        for place, change in enumerate(indicator.changes):
            if (
                indicator.code in internal
                and change.kind == "restated"
                and _within(book, change.from_)
            ):
                yield _one_total(source.indicator(indicator.code, "changes", place, "from"), change.from_, indicator.code, indicator.code)  # fmt: skip


def _one_total(where: str, day: date, zh: str, en: str) -> Problem:
    return warning(
        where, "visibility.restated",
        f"自 {day} 起追溯调整了内部指标 {zh} 的权重或计分办法，调整前后两个总分相比就可以推算出它的数值，所以发布时不公布调整前的总分、名次和等次。要两个都公布，请公开这一指标，或者只调整公开指标。",
        f"from {day} on the weight or the method of the internal {en} is restated; it could be worked out from the totals before and after, so those before are not published, nor places and grades. To publish both, make it public, or restate public ones alone",
    )  # fmt: skip


def _within(book: Rulebook, day: date) -> bool:
    """Whether a day lies within a period, and not at its beginning."""
    return all(period.start != day for period in parse_period(str(day.year)).split(book.period))


def _made_of(indicator: Indicator) -> list[str]:
    """The indicators that stand in its formula, each once."""
    found = [indicator.year_on_year.of] if indicator.year_on_year else []
    if indicator.parts:
        found += [*indicator.parts.numerator, *indicator.parts.denominator]
    return list(dict.fromkeys(found))

"""The whole check of a rulebook: its rules, and a trial of its numbers for every day on which they differ.

What a run would refuse for a reason of the rulebook is found here first, all at once, each at its place.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from zhengheng.domain.periods import Frequency, Period, parse_period
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.folder import Source
from zhengheng.scheme.lint import lint
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.limits import beyond
from zhengheng.scoring.plan import Compiler
from zhengheng.scoring.rules import Place, gathering


def check(book: Rulebook, source: Source) -> list[Problem]:
    """All findings, errors first, in the order of their places."""
    found = lint(book, source)
    if not any(problem.severity == "error" for problem in found):
        # A tree or a formula that does not hold together cannot be tried.
        found += trial(book, source)
    return sorted(dict.fromkeys(found), key=lambda p: (p.severity != "error", p.where, p.code))


def trial(book: Rulebook, source: Source) -> Iterator[Problem]:
    """What a run of the rulebook would refuse in any of the periods in which its rules differ."""
    for period in _periods(book):
        try:
            with gathering() as found:
                tables = Compiler(book, (), period, date.max).compile()
        except RulebookError as error:
            yield from error.problems
            continue
        for place, problem in (*found, *beyond(tables)):
            yield Problem(_where(book, source, place), problem.code, problem.zh, problem.en)


def _periods(book: Rulebook) -> list[Period]:
    """The periods in which a version of anything begins."""
    days = {book.effective_from, *(table.from_ for table in book.weights)}
    days |= {change.from_ for indicator in book.indicators for change in indicator.changes}
    # What is prospective governs from the period after the one in which it begins.
    days |= {_containing(day, book.period).end + timedelta(1) for day in tuple(days)}
    return sorted({_containing(day, book.period) for day in days})


def _containing(day: date, frequency: Frequency) -> Period:
    year = parse_period(str(day.year))
    return next(period for period in year.split(frequency) if day <= period.end)


def _where(book: Rulebook, source: Source, place: Place) -> str:
    kind, *path = place
    if kind == "indicator":
        return source.indicator(*path)  # type: ignore[arg-type]
    if path[:1] == ["weights"] and len(path) > 1:
        newest = max(range(len(book.weights)), key=lambda n: book.weights[n].from_)
        path = ["weights", newest, "table", *path[1:]]
    return source.rulebook(*path)

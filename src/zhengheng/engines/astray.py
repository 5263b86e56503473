"""What a run was asked that its rulebook and its data do not answer: said when the run is made, never guessed."""

from collections.abc import Iterator

from zhengheng.domain.periods import MONTHS, Period
from zhengheng.domain.problems import DataError, Problem
from zhengheng.engines.run import Run
from zhengheng.scheme.model import Rulebook


def refuse_without_weights(book: Rulebook, period: Period) -> None:
    """Raise DataError where the rulebook is in force in the period and no weight table is.

    A rulebook that is not yet in force at all is only tried, with the weights that it will begin with.
    """
    first = min((table.from_ for table in book.weights), default=None)
    if first is not None and book.effective_from <= period.end < first:
        raise DataError.one(
            period.code, "weights.not_in_force",
            zh=f"最早的权重表从 {first} 起施行，{period.code} 期间还没有可用的权重；请补上当时施行的权重表，或改写权重表的施行日期",
            en=f"the first weight table begins on {first}, so {period.code} has no weights; add the table that was in force then, or change the day of the first",
        )  # fmt: skip


def astray(run: Run) -> Iterator[Problem]:
    """Warnings: a city of its own that is on no list, and a period longer than those assessed."""
    book = run.rulebook
    where = f"{run.plan.period.code} @ {run.plan.at}"
    if book.home and not any(row["unit"] == book.home for row in run.results.rows("total_score")):
        yield Problem(
            where, "home.absent",
            f"本市代码（home）“{book.home}”不在单位名单中；请核对代码",
            f"`home` is {book.home!r}, which is not on the list of units; look at the code", "warning",
        )  # fmt: skip
    length = {"day": 0, **MONTHS}
    if length[run.plan.period.frequency] > length[book.period]:
        yield Problem(
            where, "period.longer",
            f"考核期间 {run.plan.period.code} 比方案规定的考核周期（{book.period}）长，结果不是任何一期的；请核对考核期间或方案的 period",
            f"the period {run.plan.period.code} is longer than the rulebook assesses (`{book.period}`), so the result is of no such period; look at the period or at `period` of the rulebook",
            "warning",
        )  # fmt: skip

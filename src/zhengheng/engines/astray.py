"""What a run was asked that its rulebook and its data do not answer: said when the run is made, never guessed."""

from collections import defaultdict
from collections.abc import Iterator

from zhengheng.domain.numbers import plain
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
    """Warnings: a city of its own that is on no list, a period longer than those assessed, totals on two scales in one group."""
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
    yield from _scales(run, where)


def _scales(run: Run, where: str) -> Iterator[Problem]:
    """Comparison groups whose totals are out of unlike full marks: 85 out of 90 stands behind 86 out of 100."""
    marks = {row["category"]: row["full"] for row in run.plan.tables["node_full"] if row["node"] == run.rulebook.tree.code}  # fmt: skip
    groups: defaultdict[str, set[int]] = defaultdict(set)
    for row in run.plan.tables["unit"]:
        if row["ranked"]:
            groups[row["comparison_group"]].add(marks[row["category"]])
    for group, found in sorted(groups.items()):
        if len(found) > 1:
            said = [plain(mark, 6) for mark in sorted(found)]
            yield Problem(
                where, "group.scales",
                f"比较组“{group}”中各单位总分的满分不同（{'、'.join(said)} 分），名次直接比较得分，没有折算；请统一满分，或分组比较",
                f"totals in the comparison group {group!r} are out of unlike full marks ({', '.join(said)}), and places compare the points as they are; give them one full mark, or groups of their own",
                "warning",
            )  # fmt: skip

"""A year still running, carried to its end at the pace so far. A trial, never a result.

What is not due yet takes the mean of what was reported; a stock keeps its last value, and what is counted
from the year's beginning (it is lit by time progress) grows on at its pace. Milestones not due yet count as
reached on their day. What is overdue stays missing. All units are carried on alike, so that places and
medians compare like with like. What has no value even so lacks periods that are due, or is not due at all
yet: the two are told apart. (The rule is this program's default [D].)
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from zhengheng.domain.numbers import ratio
from zhengheng.domain.periods import Period
from zhengheng.domain.problems import DataError
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport_rows import Lack, SourceRows
from zhengheng.engines.results import Results
from zhengheng.engines.run import Run, make_plan, make_run
from zhengheng.lake.facts import DECIDED, Facts, schema
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import MISSING, VALUE
from zhengheng.scoring.due import due_periods
from zhengheng.scoring.influence import kin, made_of, met, taken
from zhengheng.scoring.plan import Plan

_SETTLED = timedelta(days=731)
"""After a period's end: by then the longest release lag a rulebook may name is over."""
Series = dict[date, int | None]


@dataclass(frozen=True)
class Gap:
    """Why an indicator has no value at the period's end: what is due and not there, and else what is not due yet."""

    due: tuple[Lack, ...]
    later: tuple[Lack, ...]

    @property
    def is_early(self) -> bool:
        """Nothing is owed: no period of it is due yet."""
        return bool(self.later) and not self.due


@dataclass(frozen=True)
class Projection:
    """The year as it would end, and by unit and indicator how many of its periods are reported, of how many."""

    run: Run
    reported: dict[tuple[str, str], tuple[int, int]]


def project(rulebook: Rulebook, facts: Facts, period: Period, today: date) -> Projection:
    """Carry every unit's indicators to the period's end. Raises DataError for facts too many to hold."""
    if facts.paths.get("observation"):
        raise DataError.one(
            rulebook.code, "projection.size", zh="数据太多, 不能在页面上预测", en="too much data to carry on in a page"
        )  # fmt: skip
    added, reported = [], {}
    for (unit, code), held in _held(facts).items():
        indicator = rulebook.indicator(code)
        inside = period.previous_year() if indicator.score_previous_year else period
        ends = [one.end for one in due_periods(indicator, period, date.max)]
        due = {one.end for one in due_periods(indicator, period, today)}
        open_ends = [end for end in ends if end not in due and held.get(end) is None]
        reported[unit, code] = (sum(held.get(end) is not None for end in ends), len(ends))
        added += list(_carried(unit, indicator, held, ends, open_ends, inside.start))
    tables = dict(facts.tables)
    more = pa.Table.from_pylist(added, schema=schema("observation"))
    tables["observation"] = pa.concat_tables([tables["observation"].cast(more.schema), more])
    tables["milestone"] = _reached(tables["milestone"], today)
    run = make_run(
        rulebook, replace(facts, tables=tables), period, DuckEngine(), period.end + _SETTLED
    )
    return Projection(run, reported)


def gaps(made: Projection, unit: str, today: date) -> dict[str, Gap]:
    """By indicator of a unit that has no value in a projection of `today`, what it lacks."""
    run = made.run
    bare = {row["indicator"] for row in run.results.of_unit("indicator_score", unit) if row["status"] == MISSING}  # fmt: skip
    if not bare:
        return {}
    rows, found = SourceRows(run, unit, "zh"), {}
    for code in bare:
        segments = {row["segment"] for row in run.plan.tables["rule"] if row["indicator"] == code and row["segment"]}  # fmt: skip
        lacks = dict.fromkeys(one for segment in sorted(segments) for one in rows.absent(code, segment))  # fmt: skip
        later = [one for one in lacks if _is_later(run, one, today)]
        found[code] = Gap(tuple(one for one in lacks if one not in later), tuple(later))
    return found


def _is_later(run: Run, lack: Lack, today: date) -> bool:
    """Whether a period of the running year is not due by today."""
    indicator = run.rulebook.indicator(lack.indicator)
    ends, due = (due_periods(indicator, run.plan.period, day) for day in (date.max, today))
    return lack.period in ends and lack.period not in due


def settled(rulebook: Rulebook, facts: Facts, period: Period) -> Plan:
    """The plan that `project` computes by."""
    return make_plan(rulebook, facts, period, period.end + _SETTLED)


def apart(plan: Plan, waiting: Mapping[str, Iterable[str]]) -> set[str]:
    """The units that need a computation of their own: what these report, by indicator, would reach the others'."""
    by, linked = met(plan), kin(plan)
    return {
        unit for unit, codes in waiting.items()
        if by is None or unit in linked or made_of(plan, codes) & by
    }  # fmt: skip


def reached(plan: Plan, results: Results, waiting: Mapping[str, Iterable[str]]) -> set[str]:
    """Of several units computed together: those to whom an indicator does not apply that another one of them reports.

    They take the group's rate on it, so that each of them needs a computation of its own as well.
    """
    moved = {unit: made_of(plan, codes) for unit, codes in waiting.items()}
    found = set()
    for unit in waiting:
        others = {code for other, codes in moved.items() if other != unit for code in codes}
        if taken(results.of_unit("indicator_score", unit)) & others:
            found.add(unit)
    return found


def _held(facts: Facts) -> dict[tuple[str, str], Series]:
    """Values by unit, indicator and period; a later revision stands."""
    found: defaultdict[tuple[str, str], Series] = defaultdict(dict)
    rows = facts.tables["observation"].to_pylist()
    later = [row for row in facts.tables["revision"].to_pylist() if row["vintage"] != DECIDED]
    rows += sorted(later, key=lambda row: row["sequence"])
    for row in rows:
        found[row["unit"], row["indicator"]][row["period"]] = row["value"]
    return found


def _carried(
    unit: str, indicator: Indicator, held: Series, ends: list[date], open_ends: list[date], start: date
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The rows of the periods that are still open; what is cumulative counts from `start`."""
    known = {end: value for end in ends if (value := held.get(end)) is not None}
    if not known:
        return
    last = max(known)
    for end in open_ends:
        if indicator.combine != "last":
            value = ratio(sum(known.values()), len(known))
        elif indicator.light is not None and indicator.light.by == "time_progress":
            value = ratio(known[last] * _months(start, end), _months(start, last))
        else:
            value = known[last]
        kind = indicator.vintage.kind if indicator.vintage else "latest"
        yield {
            "unit": unit, "indicator": indicator.code, "period": end, "value": value, "status": VALUE,
            "vintage": None if kind == "latest" else kind, "published_on": end, "file": 0, "row": 0,
        }  # fmt: skip


def _months(start: date, end: date) -> int:
    """Months from the beginning of the assessed period to this end."""
    return 12 * (end.year - start.year) + end.month - start.month + 1


def _reached(milestones: pa.Table, today: date) -> pa.Table:
    rows = milestones.to_pylist()
    for row in rows:
        if row["done_on"] is None and row["due_on"] > today:
            row["done_on"] = row["due_on"]
    return pa.Table.from_pylist(rows, schema=schema("milestone"))

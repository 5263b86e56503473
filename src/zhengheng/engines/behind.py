"""What stands behind one of a unit's scores: the rows that count, the value, points, total, rank and grade."""

from dataclasses import asdict, dataclass
from typing import Any

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.origins import oracle_of
from zhengheng.engines.rehearse import grade_names
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.engines.standing import places_of
from zhengheng.lake.facts import DECIDED
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import STATUS_NAMES, STATUS_WORDS


@dataclass(frozen=True)
class Behind:
    """One unit's place in one run, told for one indicator; all numbers as they are printed."""

    value: str
    """Of the series for the whole period; a status in words where there is none."""
    points: str
    full: str
    total: str
    rank: str
    grade: str
    rows: tuple[tuple[str, str], ...]
    """Data period and value of each row that counts, in order of time; none for what is made from parts."""
    decided: bool
    """Whether the decision of an appeal stands in the place of what the rows give."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def behind(run: Run, unit: str, indicator: str, series: str, language: Language) -> Behind:
    """What stands behind an indicator's score; `series` is it, or a part it is made from. Raises NotFoundError."""
    score = next((r for r in run.results.of_unit("indicator_score", unit) if r["indicator"] == indicator), None)  # fmt: skip
    if score is None:
        raise NotFoundError.one(
            indicator, "indicator.absent", zh=f"{unit} 不考核指标 {indicator}", en=f"{unit} is not scored on {indicator}"
        )  # fmt: skip
    book, oracle, decimals = run.rulebook, oracle_of(run, unit), run.rulebook.indicator(series).decimals  # fmt: skip
    known = oracle.measure()
    last = max((s for u, code, s in known if (u, code) == (unit, series)), default=1)
    entry = known.get((unit, series, last), {"status": 3, "value": None})
    category = next(r["category"] for r in run.plan.tables["unit"] if r["unit"] == unit)
    rule = next(r for r in run.plan.tables["rule"] if (r["category"], r["indicator"]) == (category, indicator) and r["latest"])  # fmt: skip
    root = book.tree
    total = next(iter(run.results.of_unit("total_score", unit)), None)
    place = next((r for r in run.results.of_unit("ranking", unit) if r["node"] == root.code), None)
    placed = places_of(run).get(unit) if place else None
    grade = next((r["grade"] for r in run.results.of_unit("grading", unit)), "")
    used = periods_used(run, series)
    rows = {
        row["period"]: format_scaled(row["value"], decimals) or _word(row["status"], language)
        for row in oracle.observations()
        if (row["unit"], row["indicator"]) == (unit, series) and row["period"] in used
    }
    ruled = [r for r in unit_rows(run.facts, "revision", [unit])
             if (r["indicator"], r["vintage"], r["period"]) == (series, DECIDED, run.plan.period.end)]  # fmt: skip
    return Behind(
        value=format_scaled(entry["value"], decimals) if entry["status"] == 1 else _word(entry["status"], language),
        points=format_scaled(score["printed"], 9, rule["digits"]) or _word(score["status"], language),
        full=plain(rule["full"], 6),
        total=format_scaled(total["printed"], 9, root.digits) if total and total["status"] == "value" else "",
        rank=f"{placed}/{place['members']}" if place else "",
        grade=grade_names(run, language).get(grade, grade),
        rows=tuple((used[day], rows[day]) for day in sorted(rows)), decided=bool(ruled),
    )  # fmt: skip


def periods_used(run: Run, series: str) -> dict[Any, str]:
    """The data periods of a series that count in the run's period: last day → code."""
    names = {p.end: p.code for p in run.plan.period.split(run.rulebook.indicator(series).frequency)}
    days = {u["period"] for u in run.plan.tables["period_use"] if (u["indicator"], u["purpose"]) == (series, "value")}  # fmt: skip
    return {day: names.get(day, day.isoformat()) for day in sorted(days)}


def made_from(book: Rulebook, indicator: str) -> list[str]:
    """The indicator and everything it is made from, at any depth."""
    found = [indicator]
    for code in found:
        parts = book.indicator(code).parts
        below = [*parts.numerator, *parts.denominator] if parts else []
        change = book.indicator(code).year_on_year
        below += [change.of] if change else []
        found += [part for part in below if part not in found]
    return found


def _word(status: int | str, language: Language) -> str:
    name = STATUS_NAMES[status] if isinstance(status, int) else status
    return STATUS_WORDS[name][language == "en"] if name in STATUS_WORDS else name

"""A row of a case: one indicator of one unit that was scored.

A case is put right by one unit; what was red in it may have been scored at units before it, whose lines, targets and
periods are their own. So a row is told by unit and indicator, never by the indicator alone.
"""

from collections.abc import Iterable
from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rectification.models import Rectification

Words = tuple[str, str]


def scored(case: Rectification, row: dict[str, Any]) -> str:
    """The unit at which a row was scored: that of the case, unless the row names one before it."""
    return str(row.get("of") or case.unit.code)


def key(row: dict[str, Any]) -> str:
    """A row within its case: the indicator's code, behind the unit before that it was scored at, where it was."""
    return f"{row['of']}/{row['code']}" if row.get("of") else str(row["code"])


def by_key(case: Rectification) -> dict[str, dict[str, Any]]:
    """The rows of a case by `key`, in their order."""
    return {key(row): row for row in case.indicators}


def period_of(case: Rectification, row: dict[str, Any]) -> str:
    """The period in which a row was found; cases of earlier releases knew one period alone."""
    return str(row.get("period") or case.run.period)


def periods(case: Rectification) -> list[str]:
    """The periods in which what is put right was found, the earliest first; a case takes in what later ones bring."""
    held = {period_of(case, row) for row in case.indicators} or {case.run.period}
    return sorted(held, key=lambda one: (parse_period(one).end, one))


def joining(case: Rectification, red: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Which red lights bring a case something: an indicator that it has not; of one that it has a later period, or another value
    or target of the same one. An earlier period, or a part of the one that it has, brings nothing."""
    held = by_key(case)
    return [one for one in red if key(one) not in held or _is_newer(case, held[key(one)], one)]


def _is_newer(case: Rectification, row: dict[str, Any], found: dict[str, str]) -> bool:
    known = period_of(case, row)
    if found["period"] == known:
        return any(row.get(name) != found[name] for name in ("value", "target"))
    was, now = parse_period(known), parse_period(found["period"])
    return (now.end, was.start) > (was.end, now.start)


def about(case: Rectification, unit: str) -> list[str]:
    """The indicators of a unit that a case puts right: all of them at the case's own unit, the rest where they were scored."""
    codes = [row["code"] for row in case.indicators if unit in {case.unit.code, scored(case, row)}]
    return list(dict.fromkeys(codes))


def units_of(case: Rectification) -> list[str]:
    """The units at which a case's rows were scored, in their order; a case without rows is its own unit's."""
    return list(dict.fromkeys(scored(case, row) for row in case.indicators)) or [case.unit.code]


def named(case: Rectification, rows: Iterable[dict[str, Any]]) -> list[Words]:
    """Each row by code and name of its indicator, and by the unit it was scored at where that is another."""
    held = list(rows)
    found = Unit.objects.filter(code__in={row["of"] for row in held if row.get("of")})
    names = {unit.code: (unit.name_zh, unit.name_en or unit.name_zh) for unit in found}
    return [_named(row, names.get(row.get("of", ""))) for row in held]


def _named(row: dict[str, Any], unit: Words | None) -> Words:
    zh, en = f"{row['code']} {row['zh']}", f"{row['code']} {row['en'] or row['zh']}"
    return (f"{zh}（{unit[0]}）", f"{en} ({unit[1]})") if unit else (zh, en)

"""A row of a case: one indicator of one unit that was scored.

A case is put right by one unit; what was red in it may have been scored at units before it, whose lines, targets and
periods are their own. So a row is told by unit and indicator, never by the indicator alone.
"""

from collections.abc import Iterable
from typing import Any

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


def adds(case: Rectification, red: Iterable[dict[str, str]]) -> bool:
    """Whether red lights bring a case anything: an indicator that it has not, or another value, target or period of one."""
    held = by_key(case)
    return any(held.get(key(one), {}).get(name) != one[name] for one in red for name in ("value", "target", "period"))  # fmt: skip


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

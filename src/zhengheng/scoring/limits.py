"""Numbers of a rulebook that are too large to compute with, refused before any step runs.

From these limits and those of values and points, tests/test_limits.py computes that no number of
any step reaches 37 digits (docs/decisions/0007).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import RulebookError
from zhengheng.scoring.contracts import CONTRACTS, Column, Contract

Rows = Sequence[Mapping[str, Any]]

GROUPS = {
    "part": ("indicator",),
    "branch": ("category", "parent"),
    "rule": ("category", "indicator"),
    "rollup": ("unit", "indicator"),
    "succession": ("heir",),
}
"""What the numbers and rows of a plan table are added up over."""
ROWS = {"rollup": 900, "succession": 90}
"""Children whose values add up to one parent's, predecessors of one heir: at most so many."""
LEAST_FULL = 1_000
"""A full mark is zero or at least a thousandth of a point (micro): rates on it are shares of it."""
_DECIMALS = {"micro": 6, "point": 9}


def refuse_beyond(tables: Mapping[str, Rows]) -> None:
    """Raise RulebookError for the first number, sum or count of the plan tables beyond its limit."""
    for name, rows in tables.items():
        contract = CONTRACTS[name]
        limited = [column for column in contract.columns if column.digits is not None]
        for column in limited if rows else ():
            _each(contract, column, rows)
            _together(contract, column, rows)
        if name in ROWS:
            _count(contract, rows)
    for row in tables["branch"]:
        if 0 < row["full"] < LEAST_FULL:
            raise RulebookError.one(
                _place(CONTRACTS["branch"].key, row), "number.full",
                zh=f"满分 {plain(row['full'], 6)} 过小, 应为 0 或不小于 {plain(LEAST_FULL, 6)} 分",
                en=f"a full mark of {plain(row['full'], 6)} is too small; it must be 0 or at least {plain(LEAST_FULL, 6)} points",
            )  # fmt: skip


def _each(contract: Contract, column: Column, rows: Rows) -> None:
    limit = 10 ** (column.digits or 0)
    for row in rows:
        value = row[column.name]
        if value is not None and abs(value) >= limit:
            _refuse(_place(contract.key, row), column, value, limit)


def _together(contract: Contract, column: Column, rows: Rows) -> None:
    if column.together is None:
        return
    limit = 10**column.together
    sums: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        sums[_group(contract, row)] += abs(row[column.name] or 0)
    for group, total in sums.items():
        if total >= limit:
            _refuse(" ".join(map(str, group)), column, total, limit)


def _count(contract: Contract, rows: Rows) -> None:
    most = ROWS[contract.name]
    for group, count in Counter(_group(contract, row) for row in rows).items():
        if count > most:
            raise RulebookError.one(
                " ".join(map(str, group)), "number.rows",
                zh=f"{contract.name} 有 {count} 行, 最多 {most} 行, 请增加一级单位",
                en=f"{contract.name} has {count} rows, at most {most} fit; add a level of units between",
            )  # fmt: skip


def _group(contract: Contract, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in GROUPS[contract.name])


def _place(key: tuple[str, ...], row: Mapping[str, Any]) -> str:
    return " ".join(str(row[name]) for name in key)


def _refuse(where: str, column: Column, value: int, limit: int) -> None:
    decimals = next((d for word, d in _DECIMALS.items() if word in column.meaning), 0)
    shown, most = plain(value, decimals), plain(limit, decimals)
    raise RulebookError.one(
        where, "number.limit",
        zh=f"{column.name} 为 {shown}, 应小于 {most}, 请换用更大的计量单位或更小的系数",
        en=f"{column.name} is {shown}, and must stay below {most}; use a larger unit of measure or a smaller number",
    )  # fmt: skip


def limited(name: str) -> Iterator[tuple[str, int]]:
    """Columns of a table with the limit that their numbers stay below."""
    for column in CONTRACTS[name].columns:
        if column.digits is not None:
            yield column.name, 10**column.digits

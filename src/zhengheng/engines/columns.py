"""How DuckDB keeps a contract's columns: types, and codes of few different words as numbers."""

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import pyarrow as pa

from zhengheng.scoring.contracts import CONTRACTS, Column

TYPES = {
    "text": "varchar",
    "date": "date",
    "bool": "boolean",
    "int": "bigint",
    "big": "decimal(38,0)",
}
CODES = {
    "indicator": "code", "node": "code", "parent": "code", "child": "code", "subject": "code",
    "category": "category", "comparison_group": "comparison_group",
}  # fmt: skip
"""Columns of a run's few codes and the enumerated type of each: compared and copied as numbers."""


def kind_of(column: Column) -> str:
    """The type of a contract's column."""
    return CODES.get(column.name, TYPES[column.type])


def declared(table: str, names: Iterable[str] = ()) -> str:
    """The columns of a contract's table as a `create table` declares them; all, or those named."""
    kinds = {column.name: kind_of(column) for column in CONTRACTS[table].columns}
    return ", ".join(f'"{name}" {kinds[name]}' for name in names or kinds)


def coded(table: str) -> str:
    """The columns of a fact or plan table as a `select` reads them; a word that no plan knows is null."""
    return ", ".join(
        f"try_cast({name} as {CODES[name]}) as {name}" if name in CODES else f'"{name}"'
        for name in CONTRACTS[table].names
    )


def as_known(by: date) -> str:
    """What a `select` from values adds, so that those published after a day are as if they were not there."""
    return f" where published_on is null or published_on <= date '{by.isoformat()}'"


def restored(table: str) -> str:
    """The columns of a table in files, back in the types of its contract; all as they are without one."""
    if table not in CONTRACTS:
        return "*"
    columns = CONTRACTS[table].columns
    return ", ".join(f"cast({c.name} as {kind_of(c)}) as {c.name}" for c in columns)


def halved(table: str) -> str:
    """The same on their way into a file, big numbers in 64 bits: half the bytes.

    Results are below 10**18 (scores below 10**9 points).
    """
    if table not in CONTRACTS:
        return "*"
    return ", ".join(
        f"cast(cast({c.name} as decimal(18, 0)) as bigint) as {c.name}"
        if c.type == "big"
        else c.name
        for c in CONTRACTS[table].columns
    )


def declare_codes(sql: duckdb.DuckDBPyConnection, plan: Mapping[str, pa.Table]) -> None:
    """Make the enumerated types from the words of the plan's tables, in the order of texts."""
    words: dict[str, set[str]] = {kind: set() for kind in CODES.values()}
    for table in plan.values():
        for name in set(table.column_names) & set(CODES):
            words[CODES[name]].update(table[name].unique().drop_null().to_pylist())
    for kind, found in words.items():
        listed = ", ".join(map(quote, sorted(found)))
        sql.execute(f"create type main.{kind} as enum ({listed})")


def quote(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"

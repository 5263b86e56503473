"""Facts in memory: Arrow tables that satisfy the contracts, the units, and where all came from."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from zhengheng.domain.problems import Problem
from zhengheng.lake.whole import whole
from zhengheng.scheme.model import Unit
from zhengheng.scoring.contracts import CONTRACTS, FACTS

INTAKE_SEMANTICS = "1"
DECIDED = "decided"
"""The vintage of a revision that is the value of the whole period, as the decision of an appeal has it."""
ADDED: dict[str, tuple[str, ...]] = {"event": ("period",)}
"""Columns of fact tables that files of version 0.1.0 do not have."""
PUBLISHED = ("observation", "revision")
"""Fact tables whose rows say when they became known."""
ARROW = {
    "text": pa.string(),
    "date": pa.date32(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "big": pa.decimal128(38, 0),
}


@dataclass(frozen=True)
class FileInfo:
    """A loaded file: number in the snapshot, name, digest, rows read and taken."""

    number: int
    name: str
    sha256: str
    sheet: str = ""
    rows: int = 0
    taken: int = 0
    rounded: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class Reject:
    """A row that was not taken, as it came in, and why."""

    file: str
    row: int
    problem: Problem
    header: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass
class Facts:
    """What a run reads: fact tables as Arrow (or as Parquet files of a snapshot), and units."""

    tables: dict[str, pa.Table]
    units: list[Unit] = field(default_factory=list)
    files: list[FileInfo] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    paths: dict[str, list[Path]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    """Row counts of tables that stay in files."""
    mapping: str = ""
    snapshots: dict[str, str] = field(default_factory=dict)
    roster: pa.Table | None = None
    """Very many units, as a table (lake/roster.py); `units` then holds none or few."""

    def rows(self, table: str) -> int:
        return self.counts.get(table, 0) + (
            self.tables[table].num_rows if table in self.tables else 0
        )

    def gaps(self) -> int:
        """Observations that are no value; files say so in their statistics."""
        if not self.paths.get("observation"):
            return sum(
                self.tables[name]["value"].null_count for name in ("observation", "revision")
            )
        # Without statistics nobody knows, so there may be gaps.
        return sum(
            1 if about is None else about.null_count for about, _ in self._statistics("value")
        )

    def decided(self) -> int:
        """How many values of whole periods decisions on appeals put in."""
        if not (paths := self.paths.get("revision")):
            table = self.tables.get("revision")
            return 0 if table is None else _decided(table.column("vintage"))
        with whole(lambda: paths):
            return sum(
                _decided(pq.read_table(path, columns=["vintage"])["vintage"]) for path in paths
            )

    def late(self, by: date | None) -> frozenset[str]:
        """The tables that hold, or may hold, values published after a day, which do not count on it; none without a day."""
        if by is None:
            return frozenset()
        return frozenset(name for name in PUBLISHED if self._may_be_late(name, by))

    def _may_be_late(self, table: str, by: date) -> bool:
        if not self.paths.get(table):
            held = self.tables.get(table)
            return held is not None and bool(
                pc.any(pc.greater(held["published_on"], pa.scalar(by, pa.date32()))).as_py()
            )
        # Without statistics nobody knows, so there may be some.
        return any(
            about is None or (about.max > by if about.has_min_max else about.null_count != rows)
            for about, rows in self._statistics("published_on", table)
        )

    def periods(self) -> frozenset[date] | None:
        """The periods of the observations; None where files do not say."""
        if not self.paths.get("observation"):
            held = self.tables["observation"]["period"].unique()
            return frozenset(day for day in held.to_pylist() if day is not None)
        found = [
            about.min if about is not None and about.min == about.max else None
            for about, _ in self._statistics("period")
        ]
        return None if None in found else frozenset(filter(None, found))

    def _statistics(self, column: str, table: str = "observation") -> Iterator[tuple[Any, int]]:
        """What the files of a table say of a column, by row group, and its rows; None where they are silent."""
        for path in self.paths[table]:
            with whole(partial(list, [path])):
                about = pq.read_metadata(path)
            place = about.schema.names.index(column)
            for group in range(about.num_row_groups):
                rows = about.row_group(group)
                held = rows.column(place)
                yield (held.statistics if held.is_stats_set else None), rows.num_rows

    def sizes(self) -> dict[str, int]:
        """Row counts of the fact tables and `gap`, which decide what optional steps run."""
        return {contract.name: self.rows(contract.name) for contract in FACTS} | {
            "gap": self.gaps(),
            "decided": self.decided(),
        }

    @property
    def digests(self) -> list[tuple[str, str]]:
        """What the run's id covers: each file's digest with the mapping's fingerprint."""
        return [(file.sha256, self.mapping) for file in self.files]


def read_facts(table: str, paths: Sequence[Path]) -> pa.Table:
    """The rows of a fact table's files, in all columns that the files have; a column that came with a later release
    than a file is empty there."""
    held = ds.dataset([str(path) for path in paths])
    there = held.schema
    for name in ADDED.get(table, ()):
        if name not in there.names:
            there = there.append(schema(table).field(name))
    return held.replace_schema(there).to_table()


def _decided(vintages: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.equal(vintages, DECIDED)).as_py() or 0)


def empty() -> dict[str, pa.Table]:
    return {contract.name: schema(contract.name).empty_table() for contract in FACTS}


def schema(table: str) -> pa.Schema:
    """The Arrow schema of a contract."""
    return pa.schema(
        [pa.field(c.name, ARROW[c.type], nullable=c.nullable) for c in CONTRACTS[table].columns]
    )


def to_arrow(table: str, columns: Mapping[str, list[Any]]) -> pa.Table:
    """Columns of plain values as a table sorted by its key, so that equal facts are equal bytes."""
    shape = schema(table)
    made = pa.table({f.name: pa.array(columns[f.name], f.type) for f in shape}, schema=shape)
    if not made.num_rows:
        return made
    order = pc.sort_indices(made, sort_keys=[(name, "ascending") for name in CONTRACTS[table].key])
    return made.take(order)


def file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

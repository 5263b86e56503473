"""The Iceberg tables of a lake and the catalogue that names them.

Readers are told which snapshot counts; the table's own pointer is the writer's alone. What an intake appended that
was never finished therefore is never read, and the next writer sets the pointer back before it appends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhengheng.domain.problems import DataError
from zhengheng.lake.facts import schema
from zhengheng.lake.paths import resolve
from zhengheng.scoring.contracts import FACTS

PROPERTIES = {
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "20",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "5",
    "write.parquet.row-group-limit": "131072",
    "write.parquet.compression-codec": "zstd",
}
TRIES = 5
"""Times that an append is made again where somebody else, whose lease was lost, appended in between."""
NAMESPACE = "fact"


@dataclass(frozen=True)
class DataFile:
    """A Parquet file of a snapshot, and its rows by the snapshot's own count."""

    path: Path
    rows: int


@dataclass(frozen=True)
class Tables:
    """The fact tables of one lake."""

    home: Path
    address: str | None
    """Of the catalogue, for SQLAlchemy; none: SQLite beside the data."""
    name: str

    @contextmanager
    def _catalogue(self) -> Iterator[Any]:
        """The catalogue; its connections end with its use."""
        from pyiceberg.catalog.sql import SqlCatalog

        held = SqlCatalog(
            self.name,
            **{
                "uri": self.address or f"sqlite:///{(self.home / 'catalog.db').resolve()}",
                "warehouse": "lake:/warehouse",
                "py-io-impl": "zhengheng.lake.files.LakeFileIO",
                "lake.root": str(self.home.resolve()),
            },
        )
        try:
            yield held
        finally:
            held.close()

    def all(self) -> dict[str, Any]:
        """Every table that is there, as it stands now."""
        from pyiceberg.exceptions import NoSuchTableError

        found = {}
        with self._catalogue() as catalogue:
            for contract in FACTS:
                try:
                    found[contract.name] = catalogue.load_table(f"{NAMESPACE}.{contract.name}")
                except NoSuchTableError:
                    continue
        return found

    def files(self, snapshots: dict[str, str], name: str, filter: Any = None) -> list[DataFile]:
        """The files of a table's snapshot; with a filter of Iceberg's, those that may hold such rows."""
        if name not in snapshots:
            return []
        return self.files_of(self.all()[name], snapshots[name], filter)

    def files_of(self, table: Any, snapshot: str, filter: Any = None) -> list[DataFile]:
        """The same of a table that was looked up already."""
        more = {} if filter is None else {"row_filter": filter}
        root = self.home.resolve()
        scan = table.scan(snapshot_id=int(snapshot), **more)
        return [
            DataFile(resolve(task.file.file_path, root), task.file.record_count)
            for task in scan.plan_files()
        ]

    def append(self, name: str, rows: pa.Table, base: str | None, intake: int) -> str:
        """Append to the snapshot that counts, whatever stands on top of it; gives the new snapshot.

        Raises DataError where somebody else keeps appending.
        """
        with self._catalogue() as catalogue:
            for _ in range(TRIES):
                table = _at(self._made(catalogue, name), base)
                before = table.metadata.current_snapshot_id
                table.append(rows, snapshot_properties={"zhengheng.intake": str(intake)})
                made = table.current_snapshot()
                if made.parent_snapshot_id == before:
                    return str(made.snapshot_id)
        raise DataError.one(
            name, "lake.contended", zh="另一个进程不断写入同一张表，没有写入任何内容，请稍后再试。",
            en="another process keeps writing to the same table; nothing was written, try again later",
        )  # fmt: skip

    def _made(self, catalogue: Any, name: str) -> Any:
        from pyiceberg.exceptions import NoSuchTableError

        try:
            held = catalogue.load_table(f"{NAMESPACE}.{name}")
            if set(with_intake(name).names) - {field.name for field in held.schema().fields}:
                with held.update_schema() as grown:  # a lake of an earlier release
                    grown.union_by_name(with_intake(name))
            return held
        except NoSuchTableError:
            catalogue.create_namespace_if_not_exists(NAMESPACE)
            return catalogue.create_table(
                f"{NAMESPACE}.{name}", with_intake(name), properties=PROPERTIES
            )

    def register(self, locations: dict[str, str]) -> None:
        """Give the catalogue tables that lie in the warehouse already."""
        with self._catalogue() as catalogue:
            catalogue.create_namespace_if_not_exists(NAMESPACE)
            for name, location in locations.items():
                catalogue.register_table(f"{NAMESPACE}.{name}", location)

    def named_files(self) -> set[str]:
        """Every file of the warehouse that some snapshot or the catalogue names, relative.

        Snapshots share most of their manifests: each is read once, however many name it.
        """
        found: set[str] = set()
        for table in self.all().values():
            found.add(table.metadata_location)
            found |= {entry.metadata_file for entry in table.metadata.metadata_log}
            for snapshot in table.metadata.snapshots:
                found.add(snapshot.manifest_list)
                for manifest in snapshot.manifests(table.io):
                    if manifest.manifest_path in found:
                        continue
                    found.add(manifest.manifest_path)
                    entries = manifest.fetch_manifest_entry(table.io, discard_deleted=False)
                    found |= {entry.data_file.file_path for entry in entries}
        root = self.home
        return {resolve(name, root).relative_to(root).as_posix() for name in found}


def with_intake(name: str) -> pa.Schema:
    """A table's columns as they are stored: those of the contract and the intake's number."""
    shape = schema(name).append(pa.field("intake", pa.int64()))
    return pa.schema([pa.field(f.name, f.type) for f in shape])


def near(codes: list[str], ends: list[Any], units: tuple[str, str]) -> Any:
    """A filter of Iceberg's: by their statistics, files that may hold these indicators in these periods, of units from one code to another."""
    from pyiceberg import expressions

    say: Any = expressions  # its classes are made at run time, which the type checker cannot follow
    within = say.And(
        say.GreaterThanOrEqual("period", min(ends)), say.LessThanOrEqual("period", max(ends))
    )
    among = say.And(say.GreaterThanOrEqual("unit", units[0]), say.LessThanOrEqual("unit", units[1]))  # fmt: skip
    return say.And(say.In("indicator", codes), within, among)


def line_of(table: Any, snapshot: str) -> set[str]:
    """A snapshot and all those that it stands on."""
    from pyiceberg.table.snapshots import ancestors_of

    found = table.snapshot_by_id(int(snapshot))
    return {str(one.snapshot_id) for one in ancestors_of(found, table.metadata)}


def _at(table: Any, base: str | None) -> Any:
    """The table with its pointer on the snapshot that counts, or without rows."""
    now = table.current_snapshot()
    if base is not None and (now is None or str(now.snapshot_id) != base):
        table.manage_snapshots().set_current_snapshot(int(base)).commit()
    elif base is None and now is not None and int(now.summary.additional_properties.get("total-records", 1)):  # fmt: skip
        table.delete()
    return table

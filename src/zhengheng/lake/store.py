"""The lake on disk: Iceberg tables with immutable snapshots, and the register of intakes.

    HOME/catalog.db    the Iceberg catalogue (SQLite; PostgreSQL by `catalog` setting)
    HOME/register.db   which files were loaded when, by whom, for what; what is not finished
    HOME/warehouse/    data and metadata, all paths relative (`lake:/…`)

An intake is visible when its register row says done. A crash leaves `writing`; the next opening takes
back what that intake had appended, so readers see the old state or the new one, never half.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from zhengheng.domain.problems import DataError, NotFoundError
from zhengheng.lake.facts import Facts, FileInfo, empty, schema
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.paths import resolve
from zhengheng.lake.roster import AS_OBJECTS, joined, to_table, to_units
from zhengheng.scoring.contracts import FACTS

_REGISTER = """
create table if not exists intake (
  id integer primary key, state text not null, purpose text not null, source text not null,
  loader text not null, loaded_at text not null, mapping text not null,
  snapshots text not null default '{}');
create table if not exists file (
  intake integer not null references intake(id), number integer not null, name text not null,
  sha256 text not null, sheet text not null, rows integer not null, taken integer not null,
  rounded integer not null, skipped integer not null, mapping text not null, role_place integer not null,
  unique (sha256, mapping, role_place));
create table if not exists setting (name text primary key, value text not null);
create table if not exists run (
  id text not null, created_at text not null, rulebook text not null, period text not null,
  engine text not null, folder text not null);
"""
FILES_PER_INTAKE = 1000
"""A row's `file` is its file's number in the intake plus this many times the intake's number."""
IN_MEMORY = 5_000_000
"""Observations up to this many are read into memory; more stay in their files."""
_PROPERTIES = {
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "20",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "5",
    "write.parquet.row-group-limit": "131072",
    "write.parquet.compression-codec": "zstd",
}


@dataclass
class Lake:
    """An opened lake. `catalog` is an SQLAlchemy address; default: SQLite beside the data."""

    home: Path
    catalog: str | None = None

    @classmethod
    def create(cls, home: Path, catalog: str | None = None) -> "Lake":
        """Make an empty lake; an existing one is opened. Raises DataError for the wrong catalogue."""
        home.mkdir(parents=True, exist_ok=True)
        lake = cls(home, catalog)
        with lake._register() as register:
            register.executescript(_REGISTER)
            if not register.execute("select 1 from setting").fetchone():
                register.execute("insert into setting values ('catalogue', ?)", (lake._named(),))
        lake._refuse_other_catalogue()
        return lake

    @classmethod
    def open(cls, home: Path, catalog: str | None = None) -> "Lake":
        """Open a lake and take back what a crash left unfinished. Raises NotFoundError."""
        if not (home / "register.db").is_file():
            raise NotFoundError.one(
                str(home), "lake.absent", zh=f"这里没有数据湖, 先运行 zhengheng init {home}",
                en=f"there is no lake here; run zhengheng init {home} first",
            )  # fmt: skip
        lake = cls(home, catalog)
        lake._refuse_other_catalogue()
        lake._recover()
        return lake

    def _named(self) -> str:
        """A new catalogue's name: a server holds those of many lakes."""
        return f"server {secrets.token_hex(8)}" if self.catalog else "beside"

    def _catalogue_name(self) -> str:
        return str(self._query("select value from setting where name = 'catalogue'")[0]["value"])

    def _refuse_other_catalogue(self) -> None:
        """A lake whose tables a server names looks empty without it: never open it so."""
        server = self._catalogue_name() != "beside"
        if server != bool(self.catalog):
            raise DataError.one(
                str(self.home), "lake.catalogue",
                zh="这个数据湖的目录在数据库服务器上, 请设置 ZHENGHENG_CATALOG" if server
                else "这个数据湖的目录就在文件夹里, 请去掉 ZHENGHENG_CATALOG",
                en="the catalogue of this lake is on a server; set ZHENGHENG_CATALOG" if server
                else "the catalogue of this lake lies beside it; unset ZHENGHENG_CATALOG",
            )  # fmt: skip

    # -- writing ---------------------------------------------------------------------------------

    def intake(self, facts: Facts, mapping: Mapping, *, loader: str, at: datetime) -> int:
        """Append one intake: all of it, or nothing. Raises DataError for files loaded before."""
        self._refuse_twice(facts, mapping)
        self._follow_on(facts)
        self._set_apart_known(facts, mapping)
        number = self._claim(facts, mapping, loader, at)
        if facts.units:
            self._roster(number).parent.mkdir(exist_ok=True)
            pq.write_table(to_table(facts.units), self._roster(number))
        snapshots = {}
        for contract in FACTS:
            table = facts.tables[contract.name]
            if table.num_rows:
                held = self._table(contract.name)
                shape = schema(contract.name).append(pa.field("intake", pa.int64()))
                column = pa.array([number] * table.num_rows, pa.int64())
                place = table.schema.get_field_index("file")
                files = pc.add(table["file"], number * FILES_PER_INTAKE)
                table = table.set_column(place, "file", files)
                full = pa.table(
                    [*table.columns, column],
                    schema=pa.schema([pa.field(f.name, f.type) for f in shape]),
                )
                held.append(full, snapshot_properties={"zhengheng.intake": str(number)})
                snapshots[contract.name] = str(held.current_snapshot().snapshot_id)
        with self._register() as register:
            register.execute(
                "update intake set state = 'done', snapshots = ? where id = ?",
                (json.dumps(snapshots), number),
            )
        return number

    def _claim(self, facts: Facts, mapping: Mapping, loader: str, at: datetime) -> int:
        try:
            with self._register() as register:
                number = register.execute(
                    "insert into intake (state, purpose, source, loader, loaded_at, mapping)"
                    " values ('writing', ?, ?, ?, ?, ?)",
                    (mapping.purpose, mapping.source, loader, at.isoformat(timespec="seconds"),
                     mapping.fingerprint),
                ).lastrowid  # fmt: skip
                assert number is not None
                for place, file in enumerate(facts.files):
                    register.execute(
                        "insert into file values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (number, file.number, file.name, file.sha256, file.sheet, file.rows, file.taken,
                         file.rounded, file.skipped, mapping.fingerprint, place),
                    )  # fmt: skip
                return number
        except sqlite3.IntegrityError as error:
            raise _loaded_before(facts.files[0].name) from error

    def _refuse_twice(self, facts: Facts, mapping: Mapping) -> None:
        for place, file in enumerate(facts.files):
            if self._query(
                "select 1 from file where sha256 = ? and mapping = ? and role_place = ?",
                file.sha256, mapping.fingerprint, place,
            ):  # fmt: skip
                raise _loaded_before(file.name)

    def _follow_on(self, facts: Facts) -> None:
        """Number the revisions that an intake brings after those that the lake holds."""
        fresh = facts.tables["revision"]
        if fresh.num_rows:
            place = fresh.schema.get_field_index("sequence")
            later = pc.add(fresh["sequence"], self.counts().get("revision", 0))
            facts.tables["revision"] = fresh.set_column(place, fresh.schema.field(place), later)

    def _set_apart_known(self, facts: Facts, mapping: Mapping) -> None:
        """Rows whose key stands in the lake already become revisions of it, if they say so."""
        paths = self.paths("observation")
        fresh = facts.tables["observation"]
        if not paths or not fresh.num_rows:
            return
        keys = ["unit", "indicator", "period"]
        codes = pc.unique(fresh["indicator"])
        known = ds.dataset([str(p) for p in paths]).to_table(
            columns=keys, filter=pc.field("indicator").isin(codes)
        )
        marked = fresh.append_column("place", pa.array(range(fresh.num_rows)))
        doubles = marked.join(known, keys, join_type="left semi")["place"].to_pylist()
        if not doubles:
            return
        corrections = {
            number
            for number, source in enumerate(mapping.sources, 1)
            if source.role == "correction"
        }
        rows = fresh.to_pylist()
        strangers = [
            rows[i]
            for i in doubles
            if not rows[i]["vintage"] and rows[i]["file"] not in corrections
        ]
        if strangers:
            first = strangers[0]
            raise DataError.one(
                f"{facts.files[first['file'] - 1].name}:{first['row']}", "row.known",
                zh=f"{len(strangers)} 行已在数据湖中 (如 {first['unit']} {first['indicator']} {first['period']}); 更正请用 role: correction",
                en=f"{len(strangers)} rows are in the lake already (such as {first['unit']} {first['indicator']} {first['period']}); to correct them use role: correction",
            )  # fmt: skip
        base = self.counts().get("revision", 0) + facts.tables["revision"].num_rows
        moved = [{**rows[i], "sequence": base + n} for n, i in enumerate(sorted(doubles), 1)]
        kept = pa.table({"keep": pa.array([i not in set(doubles) for i in range(len(rows))])})[
            "keep"
        ]
        facts.tables["observation"] = fresh.filter(kept)
        shape = schema("revision")
        extra = pa.table(
            {f.name: pa.array([r[f.name] for r in moved], f.type) for f in shape}, schema=shape
        )
        facts.tables["revision"] = pa.concat_tables([facts.tables["revision"], extra])

    def _roster(self, intake: int) -> Path:
        """The units that an intake brought; read only once its register row says done."""
        return self.home / "units" / f"{intake:06d}.parquet"

    # -- reading ---------------------------------------------------------------------------------

    def facts(self) -> Facts:
        """Everything loaded; very many observations stay in the files of the current snapshot."""
        files, mapping, rosters = [], [], []
        for row in self._query("select id, mapping from intake where state = 'done' order by id"):
            mapping.append(row["mapping"])
            if (roster := self._roster(row["id"])).is_file():
                rosters.append(pq.read_table(roster))
        roster = joined(rosters)
        few = roster.num_rows <= AS_OBJECTS
        for row in self._query(
            "select f.* from file f join intake i on i.id = f.intake where i.state = 'done' order by f.intake, f.number"
        ):
            files.append(
                FileInfo(row["number"] + FILES_PER_INTAKE * row["intake"], row["name"], row["sha256"], row["sheet"],
                         row["rows"], row["taken"], row["rounded"], row["skipped"])
            )  # fmt: skip
        tables = empty()
        held: dict[str, list[Path]] = {}
        counts: dict[str, int] = {}
        for contract in FACTS:
            paths = self.paths(contract.name)
            rows = sum(pq.read_metadata(path).num_rows for path in paths)
            if contract.name == "observation" and rows > IN_MEMORY:
                held[contract.name], counts[contract.name] = paths, rows
            elif paths:
                table = ds.dataset([str(p) for p in paths]).to_table()
                if contract.name not in {"observation", "revision"}:
                    table = _newest(table, contract.key)
                tables[contract.name] = table.select(contract.names).cast(
                    pa.schema([pa.field(f.name, f.type) for f in schema(contract.name)])
                )
        return Facts(
            tables, to_units(roster) if few else [], files, roster=None if few else roster,
            paths=held, counts=counts, mapping="+".join(dict.fromkeys(mapping)),
            snapshots=self.snapshots(),
        )  # fmt: skip

    def paths(self, table: str) -> list[Path]:
        """The Parquet files of a table's current snapshot."""
        held = self._table(table, make=False)
        if held is None or held.current_snapshot() is None:
            return []
        return [
            resolve(task.file.file_path, self.home.resolve()) for task in held.scan().plan_files()
        ]

    def snapshots(self) -> dict[str, str]:
        found = {}
        for contract in FACTS:
            held = self._table(contract.name, make=False)
            if held is not None and (snapshot := held.current_snapshot()) is not None:
                found[contract.name] = str(snapshot.snapshot_id)
        return found

    def counts(self) -> dict[str, int]:
        """Rows of each fact table."""
        return {
            contract.name: sum(
                pq.read_metadata(path).num_rows for path in self.paths(contract.name)
            )
            for contract in FACTS
        }

    def intakes(self) -> list[dict[str, Any]]:
        """The register, newest first."""
        rows = self._query(
            "select id, state, purpose, source, loader, loaded_at from intake order by id desc"
        )
        found = []
        for row in rows:
            files = self._query(
                "select name, sha256, rows, taken from file where intake = ?", row["id"]
            )
            found.append({**dict(row), "files": [dict(file) for file in files]})
        return found

    # -- runs ------------------------------------------------------------------------------------

    def add_run(
        self, run: str, created_at: datetime, rulebook: str, period: str, engine: str
    ) -> Path:
        """Register a run and give its folder; the same run made again keeps its first entry."""
        folder = self.home / "runs" / run
        with self._register() as register:
            known = register.execute("select 1 from run where id = ?", (run,)).fetchone()
            if not known:
                register.execute(
                    "insert into run values (?, ?, ?, ?, ?, ?)",
                    (
                        run,
                        created_at.isoformat(timespec="seconds"),
                        rulebook,
                        period,
                        engine,
                        folder.name,
                    ),
                )
        return folder

    def runs(self) -> list[dict[str, Any]]:
        """All runs, newest first."""
        rows = self._query(
            "select id as run, rulebook, period, engine, created_at from run order by created_at desc, rowid desc"
        )
        return [dict(row) for row in rows]

    def run_folder(self, run: str) -> Path:
        """The folder of a run, named whole or by a unique beginning. Raises NotFoundError."""
        found = [row["run"] for row in self.runs() if row["run"].startswith(run)]
        if len(set(found)) != 1:
            raise NotFoundError.one(
                run,
                "run.absent",
                zh="没有这个批次, 用 zhengheng runs 查看",
                en="there is no such run; see zhengheng runs",
            )
        return self.home / "runs" / str(found[0])

    # -- care ------------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes to the register meanwhile, so no intake begins or ends."""
        connection = sqlite3.connect(self.home / "register.db", timeout=30, isolation_level=None)
        try:
            connection.execute("begin immediate")
            yield
        finally:
            connection.close()

    def locations(self) -> dict[str, str]:
        """Where each table's current metadata lies."""
        held = ((c.name, self._table(c.name, make=False)) for c in FACTS)
        return {name: table.metadata_location for name, table in held if table is not None}

    def register_tables(self, locations: dict[str, str]) -> None:
        """Give a restored lake's catalogue its tables back."""
        with self._register() as register:
            register.execute(
                "update setting set value = ? where name = 'catalogue'", (self._named(),)
            )
        catalogue = self._catalogue()
        catalogue.create_namespace_if_not_exists("fact")
        for name, location in locations.items():
            catalogue.register_table(f"fact.{name}", location)

    def named_files(self) -> set[str]:
        """Every file of the warehouse that some snapshot or the catalogue names, relative."""
        found: set[str] = set()
        for contract in FACTS:
            table = self._table(contract.name, make=False)
            if table is None:
                continue
            found.add(table.metadata_location)
            found |= {entry.metadata_file for entry in table.metadata.metadata_log}
            for snapshot in table.metadata.snapshots:
                found.add(snapshot.manifest_list)
                for manifest in snapshot.manifests(table.io):
                    found.add(manifest.manifest_path)
                    entries = manifest.fetch_manifest_entry(table.io, discard_deleted=False)
                    found |= {entry.data_file.file_path for entry in entries}
        root = self.home
        return {resolve(name, root).relative_to(root).as_posix() for name in found}

    # -- inside ----------------------------------------------------------------------------------

    @contextmanager
    def _register(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.home / "register.db", timeout=30)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def _query(self, sql: str, *arguments: Any) -> list[sqlite3.Row]:
        with self._register() as register:
            return register.execute(sql, arguments).fetchall()

    def _catalogue(self) -> Any:
        from pyiceberg.catalog.sql import SqlCatalog

        address = self.catalog or f"sqlite:///{(self.home / 'catalog.db').resolve()}"
        return SqlCatalog(
            self._catalogue_name(),
            **{
                "uri": address,
                "warehouse": "lake:/warehouse",
                "py-io-impl": "zhengheng.lake.files.LakeFileIO",
                "lake.root": str(self.home.resolve()),
            },
        )

    def _table(self, name: str, *, make: bool = True) -> Any:
        from pyiceberg.exceptions import NoSuchTableError

        catalogue = self._catalogue()
        try:
            return catalogue.load_table(f"fact.{name}")
        except NoSuchTableError:
            if not make:
                return None
        catalogue.create_namespace_if_not_exists("fact")
        shape = schema(name).append(pa.field("intake", pa.int64()))
        shape = pa.schema([pa.field(f.name, f.type) for f in shape])
        return catalogue.create_table(f"fact.{name}", shape, properties=_PROPERTIES)

    def _recover(self) -> None:
        for row in self._query("select id from intake where state = 'writing'"):
            for contract in FACTS:
                held = self._table(contract.name, make=False)
                if held is not None:
                    _take_back(held, str(row["id"]))
            self._roster(row["id"]).unlink(missing_ok=True)
            with self._register() as register:
                register.execute("delete from file where intake = ?", (row["id"],))
                register.execute("delete from intake where id = ?", (row["id"],))


def _newest(table: pa.Table, key: tuple[str, ...]) -> pa.Table:
    """A target, milestone or decided item that came again stands as it came last; the lake keeps all."""
    last = table.group_by(list(key)).aggregate([("intake", "max")])
    if last.num_rows == table.num_rows:
        return table
    return table.join(
        last.rename_columns([*key, "intake"]), [*key, "intake"], join_type="left semi"
    )


def _loaded_before(name: str) -> DataError:
    return DataError.one(
        name, "file.loaded", zh="同样的文件已经用同样的映射入库, 没有重复写入",
        en="the same file was loaded with the same mapping before; nothing was written",
    )  # fmt: skip


def _take_back(table: Any, intake: str) -> None:
    """Undo the appends of one unfinished intake."""
    snapshot: Any = table.current_snapshot()
    if snapshot is None or snapshot.summary.additional_properties.get("zhengheng.intake") != intake:
        return
    if snapshot.parent_snapshot_id is not None:
        table.manage_snapshots().set_current_snapshot(snapshot.parent_snapshot_id).commit()
    else:
        table.delete(f"intake = {int(intake)}")

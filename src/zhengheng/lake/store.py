"""The lake on disk: Iceberg tables with immutable snapshots, and the register of intakes.

    HOME/catalog.db    the Iceberg catalogue (SQLite; PostgreSQL by `catalog` setting)
    HOME/register.db   which files were loaded when, by whom, for what; what is not finished
    HOME/warehouse/    data and metadata, all paths relative (`lake:/…`)

One process writes at a time (lake/lease.py). An intake is visible when its register row says done: the register
also says which snapshot of each table counts, and readers read that one, whatever a writer does meanwhile. What a
crash leaves `writing` counts as lost once its writer's lease is; its number is never given again.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from zhengheng.domain.kept import shown
from zhengheng.domain.problems import DataError, NotFoundError
from zhengheng.lake.facts import Facts, FileInfo, empty, read_facts, schema
from zhengheng.lake.known import ROW, set_apart
from zhengheng.lake.lease import PATIENCE, SILENCE, lease
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.register import SCHEMA, Register, give_up
from zhengheng.lake.roster import AS_OBJECTS, joined, to_table, to_units
from zhengheng.lake.tables import DataFile, Tables, near, with_intake
from zhengheng.lake.whole import OTHER_CATALOGUE, refuse_no_database
from zhengheng.scoring.contracts import FACTS

FILES_PER_INTAKE = 1000
"""A row's `file` is its file's number in the intake plus this many times the intake's number."""
IN_MEMORY = 5_000_000
"""Observations up to this many are read into memory; more stay in their files."""


@dataclass
class Lake(Register):
    """An opened lake. `catalog` is an SQLAlchemy address; default: SQLite beside the data."""

    catalog: str | None = None
    silence: float = SILENCE
    """Seconds after which a writer without a sign of life counts as dead."""
    _writing: bool = field(default=False, init=False, repr=False, compare=False)

    @classmethod
    def create(cls, home: Path, catalog: str | None = None) -> "Lake":
        """Make an empty lake; an existing one is opened. Raises DataError for the wrong catalogue."""
        home.mkdir(parents=True, exist_ok=True)
        lake = cls(home, catalog)
        with lake._register() as register:
            # As a whole: whoever comes in between sees no lake or a whole one.
            named = f"insert or ignore into setting values ('catalogue', '{lake._named()}')"
            register.executescript(f"begin immediate; {SCHEMA} {named}; commit;")
        lake._refuse_other_catalogue()
        return lake

    @classmethod
    def open(cls, home: Path, catalog: str | None = None) -> "Lake":
        """Open a lake. What a dead writer left unfinished is given up; a living writer is let alone.

        Raises NotFoundError; KeptError where its register or catalogue is damaged.
        """
        lake = cls(home, catalog)
        if (home / "register.db").exists():
            refuse_no_database(home / "register.db")
        if not (home / "register.db").is_file() or not lake._query(
            "select 1 from sqlite_master where name = 'setting'"
        ):
            raise NotFoundError.one(
                str(home), "lake.absent", zh=f"这里没有数据湖，请先运行 zhengheng init {home}。",
                en=f"there is no lake here; run zhengheng init {home} first",
            )  # fmt: skip
        lake._refuse_other_catalogue()
        # Without its catalogue a lake that was loaded would look empty.
        beside = home / "catalog.db"
        if not catalog and (beside.exists() or lake._query("select 1 from intake where state = 'done'")):  # fmt: skip
            refuse_no_database(beside)
        if lake._query("select 1 from intake where state = 'writing'"):
            with suppress(DataError), lake.writing(patience=0):
                pass
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
            lake = shown(self.home)
            raise DataError.one(
                lake, OTHER_CATALOGUE,
                zh=f"数据湖 {lake} 的登记写明其目录在数据库服务器上，请系统管理员设置 ZHENGHENG_CATALOG。" if server
                else f"数据湖 {lake} 的登记写明其目录就在文件夹里，请系统管理员去掉 ZHENGHENG_CATALOG。",
                en=f"the register of the lake {lake} says that its catalogue is on a server; set ZHENGHENG_CATALOG" if server
                else f"the register of the lake {lake} says that its catalogue lies beside it; unset ZHENGHENG_CATALOG",
            )  # fmt: skip

    # -- writing ---------------------------------------------------------------------------------

    @contextmanager
    def writing(self, *, patience: float = PATIENCE) -> Iterator[None]:
        """Nobody else writes to this lake meanwhile; whoever does is waited for, `patience` seconds at most.

        Raises DataError for a writer who outlives that. Inside, it may be asked for again.
        """
        if self._writing:
            yield
            return
        with lease(self.home / "register.db", give_up, silence=self.silence, patience=patience):
            self._writing = True
            try:
                yield
            finally:
                self._writing = False

    def intake(self, facts: Facts, mapping: Mapping, *, loader: str, at: datetime) -> int:
        """Append one intake: all of it, or nothing. Raises DataError for files loaded before."""
        with self.writing():
            self._refuse_twice(facts, mapping)
            self._set_apart_known(facts, mapping)
            number = self._claim(facts, mapping, loader, at)
            try:
                self._append(facts, number)
            except BaseException:
                with suppress(sqlite3.Error), self._register() as register:
                    give_up(register)
                raise
        return number

    def _append(self, facts: Facts, number: int) -> None:
        if facts.units:
            self.roster(number).parent.mkdir(exist_ok=True)
            pq.write_table(to_table(facts.units), self.roster(number))
        before, made = self.snapshots(), {}
        for contract in FACTS:
            table = facts.tables[contract.name]
            if table.num_rows:
                column = pa.array([number] * table.num_rows, pa.int64())
                place = table.schema.get_field_index("file")
                files = pc.add(table["file"], number * FILES_PER_INTAKE)
                table = table.set_column(place, "file", files)
                full = pa.table([*table.columns, column], schema=with_intake(contract.name))
                base = before.get(contract.name)
                made[contract.name] = self.tables().append(contract.name, full, base, number)
        with self._register() as register:
            finished = register.execute(
                "update intake set state = 'done', snapshots = ? where id = ? and state = 'writing'",
                (json.dumps(made), number),
            ).rowcount
            if finished != 1:
                raise DataError.one(
                    str(self.home), "intake.lost",
                    zh="写入停顿太久，数据湖已交给另一个进程，这次没有写入任何内容，请重新入库。",
                    en="the intake stood still too long and the lake went to another process; nothing was written, load it again",
                )  # fmt: skip
            register.execute(
                "insert or replace into setting values ('snapshots', ?)",
                (json.dumps(before | made),),
            )

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

    def _set_apart_known(self, facts: Facts, mapping: Mapping) -> None:
        """Rows whose fact stands in the lake already become revisions of it, if they say so."""
        fresh, known = facts.tables["observation"], None
        if fresh.num_rows:
            codes, ends = pc.unique(fresh["indicator"]), pc.unique(fresh["period"])
            units = pc.min_max(fresh["unit"]).as_py()
            found = self._files("observation", near(codes.to_pylist(), ends.to_pylist(), (units["min"], units["max"])))  # fmt: skip
            here = pc.field("indicator").isin(codes) & pc.field("period").isin(ends)
            if found:
                paths = [str(file.path) for file in found]
                known = ds.dataset(paths).to_table(columns=list(ROW), filter=here)
        set_apart(facts, mapping, known, sum(file.rows for file in self._files("revision")))

    def roster(self, intake: int) -> Path:
        """The units that an intake brought; read only once its register row says done."""
        return self.home / "units" / f"{intake:06d}.parquet"

    # -- reading ---------------------------------------------------------------------------------

    def facts(self) -> Facts:
        """Everything loaded; very many observations stay in the files of the current snapshot."""
        files, mapping, rosters = [], [], []
        with self._register() as register:
            register.execute("begin")  # the intakes and the snapshots of one moment
            snapshots = self._snapshots(register)
            intakes = register.execute(
                "select id, mapping from intake where state = 'done' order by id"
            ).fetchall()
            held_files = register.execute(
                "select f.* from file f join intake i on i.id = f.intake where i.state = 'done' order by f.intake, f.number"
            ).fetchall()
        for row in intakes:
            mapping.append(row["mapping"])
            if (roster := self.roster(row["id"])).is_file():
                rosters.append(pq.read_table(roster))
        roster = joined(rosters)
        few = roster.num_rows <= AS_OBJECTS
        for row in held_files:
            files.append(
                FileInfo(row["number"] + FILES_PER_INTAKE * row["intake"], row["name"], row["sha256"], row["sheet"],
                         row["rows"], row["taken"], row["rounded"], row["skipped"])
            )  # fmt: skip
        tables, there = empty(), self.tables().all() if snapshots else {}
        held: dict[str, list[Path]] = {}
        counts: dict[str, int] = {}
        for contract in FACTS:
            if contract.name not in snapshots:
                continue
            found = self.tables().files_of(there[contract.name], snapshots[contract.name])
            paths, rows = [file.path for file in found], sum(file.rows for file in found)
            if contract.name == "observation" and rows > IN_MEMORY:
                held[contract.name], counts[contract.name] = paths, rows
            elif paths:
                table = read_facts(contract.name, paths)
                if contract.name not in {"observation", "revision"}:
                    table = _newest(table, contract.key)
                tables[contract.name] = table.select(contract.names).cast(
                    pa.schema([pa.field(f.name, f.type) for f in schema(contract.name)])
                )
        return Facts(
            tables, to_units(roster) if few else [], files, roster=None if few else roster,
            paths=held, counts=counts, mapping="+".join(dict.fromkeys(mapping)),
            snapshots=snapshots,
        )  # fmt: skip

    def _files(self, table: str, filter: Any = None) -> list[DataFile]:
        return self.tables().files(self.snapshots(), table, filter)

    def paths(self, table: str) -> list[Path]:
        """The Parquet files of the snapshot of a table that counts."""
        return [file.path for file in self._files(table)]

    def snapshots(self) -> dict[str, str]:
        """The snapshot of each table that counts: with the rows of every finished intake, and no other."""
        with self._register() as register:
            return self._snapshots(register)

    def _snapshots(self, register: sqlite3.Connection) -> dict[str, str]:
        said = register.execute("select value from setting where name = 'snapshots'").fetchone()
        if said:
            known: dict[str, str] = json.loads(said["value"])
            return {c.name: known[c.name] for c in FACTS if c.name in known}
        # A lake of version 0.1.0: each intake names its own; the one furthest on holds the others.
        rows = register.execute("select snapshots from intake where state = 'done'").fetchall()
        named: dict[str, set[str]] = {}
        for row in rows:
            for name, snapshot in json.loads(row["snapshots"]).items():
                named.setdefault(name, set()).add(snapshot)
        tables = self.tables().all() if named else {}
        found = {}
        for name, table in tables.items():
            held = (
                s for s in table.metadata.snapshots if str(s.snapshot_id) in named.get(name, ())
            )
            if newest := max(held, key=lambda one: one.sequence_number, default=None):
                found[name] = str(newest.snapshot_id)
        return found

    def counts(self) -> dict[str, int]:
        """Rows of each fact table."""
        snapshots = self.snapshots()
        there = self.tables().all() if snapshots else {}
        return {
            contract.name: sum(
                file.rows
                for file in self.tables().files_of(there[contract.name], snapshots[contract.name])
            )
            if contract.name in snapshots
            else 0
            for contract in FACTS
        }

    # -- care ------------------------------------------------------------------------------------

    def locations(self) -> dict[str, str]:
        """Where each table's current metadata lies."""
        return {name: table.metadata_location for name, table in self.tables().all().items()}

    def register_tables(self, locations: dict[str, str]) -> None:
        """Give a restored lake's catalogue its tables back."""
        with self._register() as register:
            register.execute(
                "update setting set value = ? where name = 'catalogue'", (self._named(),)
            )
        self.tables().register(locations)

    def tables(self) -> Tables:
        """The tables and their catalogue."""
        return Tables(self.home, self.catalog, self._catalogue_name())


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

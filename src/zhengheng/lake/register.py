"""The register of a lake: which files were loaded when, by whom, for what; which runs were made from them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from zhengheng.domain.kept import damaged
from zhengheng.domain.problems import NotFoundError

SCHEMA = """
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


@dataclass
class Register:
    """The register of the lake in a folder."""

    home: Path

    def intakes(self) -> list[dict[str, Any]]:
        """The register, newest first."""
        rows = self._query(
            "select id, state, purpose, source, loader, loaded_at from intake where state <> 'lost' order by id desc"
        )
        found = []
        for row in rows:
            files = self._query(
                "select name, sha256, rows, taken from file where intake = ?", row["id"]
            )
            found.append({**dict(row), "files": [dict(file) for file in files]})
        return found

    def finished(self) -> list[tuple[int, str]]:
        """The number of each finished intake, and as JSON the snapshots that it made."""
        rows = self._query("select id, snapshots from intake where state = 'done' order by id")
        return [(row["id"], row["snapshots"]) for row in rows]

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
        """All runs, newest first, in whichever time zone each was made."""
        rows = self._query(
            "select id as run, rulebook, period, engine, created_at from run order by datetime(created_at) desc, rowid desc"
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

    @contextmanager
    def _register(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.home / "register.db", timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("pragma foreign_keys = on")
            with connection:
                yield connection
        except (sqlite3.OperationalError, sqlite3.IntegrityError):
            raise  # busy, full, or refused: not damaged
        except sqlite3.DatabaseError as error:
            raise damaged(self.home / "register.db") from error
        finally:
            connection.close()

    def _query(self, sql: str, *arguments: Any) -> list[sqlite3.Row]:
        with self._register() as register:
            return register.execute(sql, arguments).fetchall()


def give_up(register: sqlite3.Connection) -> None:
    """Intakes that are being written are lost; the files they brought may come again, their numbers never."""
    register.execute(
        "delete from file where intake in (select id from intake where state = 'writing')"
    )
    register.execute("update intake set state = 'lost' where state = 'writing'")

"""The whole installation in one file, and back: database, lakes, files, archive, publications; the keys are kept apart."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from django.conf import settings
from django.db import connection

from zhengheng.domain.problems import DataError
from zhengheng.lake.care import backup as backup_lake
from zhengheng.lake.care import restore as restore_lake
from zhengheng.lake.store import Lake
from zhengheng.lake.tarball import Tarball, unpack
from zhengheng.lake.whole import opened
from zhengheng.web.ledger.services import RESTORED
from zhengheng.web.portal.listed import alone

KEYS = ("ledger.key", "django.key", "secret.key", "inbox.key")
"""What somebody with the backup must not have."""
SESSIONS = "django_session"
"""Its rows open the running office to whoever has them, without password or second factor: none is copied, and whoever begins a
restored home signs in again."""
FOLDERS = ("files", "archive", "publications", "portal", "inbox")
ALONE = ("ledger.pub", "witnesses.txt", "portal.yaml", "portal-inbox.pub")
Tell = Callable[[str], None]


def backup(home: Path, out: Path, tell: Tell) -> int:
    """Write the installation to one tar file that proves itself; gives the number of its parts.

    Nobody writes to a lake while the database is copied: what counts as loaded there is in the lakes of the same backup.
    Nor does the portal change places with a new one while it is copied.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as held, Tarball(out) as tarball:
        lakes = [Lake.open(path.parent) for path in sorted((home / "lakes").glob("*/register.db"))]
        for lake in lakes:
            tell(lake.home.name)
            held.enter_context(lake.writing())
        tell("office")
        copy = Path(folder) / "office"
        if connection.vendor == "sqlite":
            _copy_sqlite(copy)
            tarball.add("office.db", copy)
        else:
            _run(
                "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--exclude-table-data={SESSIONS}", f"--file={copy}",
            )  # fmt: skip
            tarball.add("office.dump", copy)
        for lake in lakes:
            code = lake.home.name
            tell(code)
            kept = Path(folder) / f"{code}.tar"
            backup_lake(lake, kept)
            tarball.add(f"lakes/{code}.tar", kept)
        for name in ALONE:
            if (home / name).is_file():
                tarball.add(name, home / name)
        held.enter_context(alone(home))
        for name in FOLDERS:
            for path in sorted((home / name).rglob("*")):
                inside = path.relative_to(home)
                if (
                    path.is_file()
                    and path.name not in KEYS
                    and not any(part.endswith(".part") for part in inside.parts)
                ):
                    tarball.add(inside.as_posix(), path)
    return len(tarball.digests)


def restore(archive: Path, home: Path, tell: Tell) -> int:
    """Open a backup as a new home. Every file is checked first, and what fails leaves nothing behind. Raises DataError."""
    if home.exists() and any(path.name not in KEYS for path in home.iterdir()):
        raise DataError.one(
            str(home), "restore.taken", zh="目标文件夹不是空的（密钥除外），请换一个新的文件夹。",
            en="the folder is not empty (but for keys); give a new one",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        place = Path(folder)
        count = unpack(archive, place)
        _refuse_other_database(place)
        made = place / "made"
        for lake in sorted((place / "lakes").glob("*.tar")):
            tell(lake.stem)
            restore_lake(lake, made / "lakes" / lake.stem)
        if (dump := place / "office.dump").is_file():
            tell("office")
            _restore_postgres(dump, place / "list")
        home.mkdir(parents=True, exist_ok=True)
        if (place / "office.db").is_file():
            # A backup of an earlier release holds the sessions of its day.
            with closing(sqlite3.connect(place / "office.db")) as database:
                _end_sessions(database)
        if (made / "lakes").exists():
            (made / "lakes").rename(home / "lakes")
        for name in ("office.db", *ALONE, *FOLDERS):
            if (place / name).exists():
                shutil.move(place / name, home / name)
        # Whoever begins this home next has its ledger say that it came back from a backup.
        (home / RESTORED).touch()
    return count


def _refuse_other_database(place: Path) -> None:
    server = (place / "office.dump").is_file()
    if server == (connection.vendor == "postgresql"):
        return
    raise DataError.one(
        "DATABASE_URL", "restore.address",
        zh="这个备份来自 PostgreSQL，请先用 DATABASE_URL 给出一个空数据库的地址。" if server
        else "这个备份来自 SQLite，请去掉 DATABASE_URL 后再恢复。",
        en="this backup is of a PostgreSQL database; name an empty one in DATABASE_URL" if server
        else "this backup is of an SQLite database; unset DATABASE_URL and restore again",
    )  # fmt: skip


NOT_SAVED = (
    " EXTENSION ",
    " SCHEMA - public ",
    " COMMENT - EXTENSION ",
    " COMMENT - SCHEMA public ",
    f" TABLE DATA public {SESSIONS} ",
)
"""Entries of a dump that belong to the database server's administrator: the application uses none of them. And the sessions that
a backup of an earlier release holds."""


def _restore_postgres(dump: Path, listed: Path) -> None:
    """In one transaction, by the application's own role. Raises DataError, with the database as it was."""
    with connection.cursor() as cursor:
        if connection.introspection.table_names(cursor):
            raise DataError.one(
                "DATABASE_URL", "restore.taken", zh="目标数据库不是空的，请换一个空的数据库。",
                en="the database is not empty; give an empty one",
            )  # fmt: skip
    connection.close()
    lines = _run("pg_restore", "--list", str(dump)).splitlines()
    wanted = [line for line in lines if not any(part in f"{line} " for part in NOT_SAVED)]
    listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    _run(
        "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", f"--use-list={listed}",
        f"--dbname={settings.DATABASES['default']['NAME']}", str(dump),
    )  # fmt: skip


def _copy_sqlite(out: Path) -> None:
    source = opened(Path(settings.DATABASES["default"]["NAME"]))
    target = sqlite3.connect(out)
    try:
        source.backup(target)
        _end_sessions(target)
    finally:
        source.close()
        target.close()


def _end_sessions(database: sqlite3.Connection) -> None:
    """No session goes on; those that ended lay in free pages, so that the file is written anew."""
    named = database.execute("select 1 from sqlite_master where name = ?", (SESSIONS,)).fetchone()
    if named:
        database.execute(f"delete from {SESSIONS}")
        database.commit()
        database.execute("vacuum")


def _environment() -> dict[str, str]:
    """The database's address for PostgreSQL's own programs, which show their words to everybody on the machine.

    Of the address's options those that are the server's; what is Django's own stays away.
    """
    held = settings.DATABASES["default"]
    said = {
        "PGHOST": held["HOST"], "PGPORT": held["PORT"], "PGUSER": held["USER"],
        "PGPASSWORD": held["PASSWORD"], "PGDATABASE": held["NAME"],
    } | {name: held["OPTIONS"].get(option) for option, name in OPTIONS.items()}  # fmt: skip
    return dict(os.environ) | {name: str(value) for name, value in said.items() if value}


OPTIONS = {
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL", "options": "PGOPTIONS", "connect_timeout": "PGCONNECT_TIMEOUT",
    "service": "PGSERVICE", "passfile": "PGPASSFILE", "target_session_attrs": "PGTARGETSESSIONATTRS",
    "channel_binding": "PGCHANNELBINDING", "gssencmode": "PGGSSENCMODE", "application_name": "PGAPPNAME",
}  # fmt: skip
"""Option of an address → the variable in which libpq looks for it."""


def _run(*command: str) -> str:
    """One of PostgreSQL's own programs; gives what it wrote. Raises DataError with what it said."""
    try:
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=_environment()
        )
    except FileNotFoundError as error:
        raise DataError.one(
            command[0], "program.absent", zh=f"找不到 {command[0]}，请安装 PostgreSQL 客户端。",
            en=f"{command[0]} is not here; install PostgreSQL's client programs",
        ) from error  # fmt: skip
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stderr)  # the program's own words, as if it had been called by hand
        raise DataError.one(
            command[0], "program.failed", zh=f"{command[0]} 没有完成，请按它自己在上面打印的说明处理后再试。", en=f"{command[0]} failed; see what it printed above, and try again"
        ) from error  # fmt: skip
    return done.stdout

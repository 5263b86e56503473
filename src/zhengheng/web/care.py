"""The whole installation in one file, and back: database, lakes, files, archive, publications; the keys are kept apart."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from zhengheng.domain.problems import DataError
from zhengheng.lake.care import backup as backup_lake
from zhengheng.lake.care import restore as restore_lake
from zhengheng.lake.store import Lake
from zhengheng.lake.tarball import Tarball, unpack
from zhengheng.web.ledger.services import RESTORED

KEYS = ("ledger.key", "django.key", "secret.key")
"""What somebody with the backup must not have."""
FOLDERS = ("files", "archive", "publications")
ALONE = ("ledger.pub", "witnesses.txt", "portal.yaml", "portal-inbox.pub")
Tell = Callable[[str], None]


def backup(home: Path, out: Path, tell: Tell) -> int:
    """Write the installation to one tar file that proves itself; gives the number of its parts.

    The database is copied first: what the lakes got meanwhile is loaded again by its job, and known there.
    """
    with tempfile.TemporaryDirectory() as folder, Tarball(out) as tarball:
        tell("office")
        copy = Path(folder) / "office"
        if connection.vendor == "sqlite":
            _copy_sqlite(copy)
            tarball.add("office.db", copy)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={copy}", _address())
            tarball.add("office.dump", copy)
        for lake in sorted((home / "lakes").glob("*/register.db")):
            code = lake.parent.name
            tell(code)
            held = Path(folder) / f"{code}.tar"
            backup_lake(Lake.open(lake.parent), held)
            tarball.add(f"lakes/{code}.tar", held)
        for name in ALONE:
            if (home / name).is_file():
                tarball.add(name, home / name)
        for name in FOLDERS:
            for path in sorted((home / name).rglob("*")):
                inside = path.relative_to(home)
                if path.is_file() and not any(part.endswith(".part") for part in inside.parts):
                    tarball.add(inside.as_posix(), path)
    return len(tarball.digests)


def restore(archive: Path, home: Path, tell: Tell) -> int:
    """Open a backup as a new home. Every file is checked first. Raises DataError."""
    if home.exists() and any(path.name not in KEYS for path in home.iterdir()):
        raise DataError.one(
            str(home), "restore.taken", zh="目标文件夹不是空的 (密钥除外), 请换一个新的文件夹",
            en="the folder is not empty (but for keys); give a new one",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        place = Path(folder)
        count = unpack(archive, place)
        home.mkdir(parents=True, exist_ok=True)
        for lake in sorted((place / "lakes").glob("*.tar")):
            tell(lake.stem)
            restore_lake(lake, home / "lakes" / lake.stem)
        if (dump := place / "office.dump").is_file():
            _run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={_address()}", str(dump))
        for name in ("office.db", *ALONE, *FOLDERS):
            if (place / name).exists():
                shutil.move(place / name, home / name)
        # From its next checkpoint on the ledger says that it came back from a backup.
        (home / RESTORED).touch()
    return count


def _copy_sqlite(out: Path) -> None:
    source = sqlite3.connect(f"file:{settings.DATABASES['default']['NAME']}?mode=ro", uri=True)
    target = sqlite3.connect(out)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def _address() -> str:
    return os.environ["DATABASE_URL"]


def _run(*command: str) -> None:
    """One of PostgreSQL's own programs. Raises DataError with what it said."""
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise DataError.one(
            command[0], "program.absent", zh=f"找不到 {command[0]}, 请安装 PostgreSQL 客户端",
            en=f"{command[0]} is not here; install PostgreSQL's client programs",
        ) from error  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise DataError.one(command[0], "program.failed", zh=error.stderr[-400:], en=error.stderr[-400:]) from error  # fmt: skip

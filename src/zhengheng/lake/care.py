"""Care of a lake: a copy that proves itself, its return, and the removal of what nobody needs."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhengheng.domain.kept import kept_object
from zhengheng.domain.problems import DataError
from zhengheng.lake.store import Lake
from zhengheng.lake.tarball import Tarball, unpack

NOT_SAVED = ("secret.key", "catalog.db", "register.db", "reuse")
"""Not copied as they stand: the key belongs elsewhere, databases are copied by their own means."""


@dataclass(frozen=True)
class Tidied:
    """What was removed: files, and their bytes."""

    files: int
    size: int


def backup(lake: Lake, out: Path) -> int:
    """Write the lake to one tar file with a digest of every file in it; gives the number of files.

    Intakes wait meanwhile. The secret key is not in it: keep that apart (see docs/how-to).
    """
    with lake.writing(), Tarball(out) as tarball:
        tarball.put("register.db", _register_copy(lake))
        tarball.put("tables.json", json.dumps(lake.locations(), indent=1).encode())
        for path in _files(lake.home):
            tarball.add(path.relative_to(lake.home).as_posix(), path)
    return len(tarball.digests)


def restore(archive: Path, home: Path, catalog: str | None = None) -> int:
    """Open a backup as a new lake. Every file is checked first; a bad copy leaves nothing behind.

    Raises DataError where the place is taken, or a file of the backup is not what it was.
    """
    if home.exists() and any(home.iterdir()):
        raise DataError.one(
            str(home), "restore.taken", zh="目标文件夹不是空的, 请换一个新的文件夹",
            en="the folder is not empty; give a new one",
        )  # fmt: skip
    unfinished = home.with_name(home.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        count = unpack(archive, unfinished)
        home.mkdir(parents=True, exist_ok=True)
        home.rmdir()
        unfinished.rename(home)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    held = kept_object(home / "tables.json")
    (home / "tables.json").unlink()
    Lake(home, catalog).register_tables(held)
    return count


def tidy(lake: Lake) -> Tidied:
    """Remove reusable ranges, unfinished runs and data files that no snapshot names."""
    gone: list[Path] = []
    with lake.writing():
        gone += [path for path in (lake.home / "reuse").rglob("*") if path.is_file()]
        for run in (lake.home / "runs").glob("*"):
            if not (run / "run.json").is_file():
                gone += [path for path in run.rglob("*") if path.is_file()]
        named = lake.tables().named_files()
        for path in (lake.home / "warehouse").rglob("*"):
            if path.is_file() and path.relative_to(lake.home).as_posix() not in named:
                gone.append(path)
        size = sum(path.stat().st_size for path in gone)
        for path in gone:
            path.unlink()
        for folder in ("reuse", "runs"):
            _remove_empty(lake.home / folder)
    return Tidied(len(gone), size)


def _remove_empty(root: Path) -> None:
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _files(home: Path) -> Iterator[Path]:
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.relative_to(home).parts[0].split("-")[0] not in NOT_SAVED:
            yield path


def _register_copy(lake: Lake) -> bytes:
    held = sqlite3.connect(lake.home / "register.db")
    try:
        return held.serialize()
    finally:
        held.close()

"""Whether files of lakes and runs can be read: looked into once reading them has failed, so that the right one is named."""

import errno
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.avro.file import AvroFile

from zhengheng.domain.kept import KeptError, damaged, gone, kept_json, shown
from zhengheng.domain.problems import DataError, Problem, ZhenghengError
from zhengheng.lake.files import LakeFileIO

log = logging.getLogger(__name__)
FULL = (errno.ENOSPC, errno.EDQUOT)


def fault(path: Path) -> KeptError | None:
    """What is wrong with a file; None where all of it can be read."""
    if not path.is_file():
        return gone(path)
    try:
        if path.suffix == ".json":
            kept_json(path)
        elif path.suffix == ".parquet":
            with pq.ParquetFile(path) as held:
                for _ in held.iter_batches():
                    pass
        elif path.suffix == ".avro":
            _read_avro(path)
        elif path.suffix == ".db":
            with closing(opened(path)) as held:
                if held.execute("pragma quick_check").fetchone() != ("ok",):
                    return damaged(path)
    except KeptError as error:
        return error
    except (pa.ArrowException, sqlite3.DatabaseError, OSError, ValueError):
        return damaged(path)
    return None


def opened(path: Path) -> sqlite3.Connection:
    """An SQLite file, to be read: never made where there is none, and what a killed writer left half done is taken back.

    A journal that waits beside the file can only be rolled back by who may write; from a medium that cannot be written
    SQLite reads the file as it is.
    """
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=30)


def refuse_no_database(path: Path) -> None:
    """Raises KeptError where an SQLite file cannot be opened as one, or has no table; one that is busy is let alone."""
    if not path.exists():
        raise gone(path)
    try:
        with closing(opened(path)) as held:
            if not held.execute("select count(*) from sqlite_master").fetchone()[0]:
                raise damaged(path, ("其中没有任何表", "it has no table"))
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
            return
        raise damaged(path) from error


def _read_avro(path: Path) -> None:
    """Read a file of the tables' metadata to its end. Raises KeptError; its reader dies of damage in many ways."""
    try:
        folder = LakeFileIO({"lake.root": str(path.parent.resolve())})
        with AvroFile[Any](folder.new_input(f"lake:/{path.name}")) as held:
            for _ in held:
                pass
    except Exception as error:
        raise damaged(path) from error


@contextmanager
def whole(paths: Callable[[], Iterable[Path]]) -> Iterator[None]:
    """Read files here: where that fails and one of them is gone or damaged, KeptError names it instead."""
    try:
        yield
    except ZhenghengError:
        raise
    except Exception as error:
        found = next(filter(None, map(fault, paths())), None)
        if found is None:
            raise
        raise found from error


OTHER_CATALOGUE = "lake.catalogue"
"""The refusal of a lake whose register names another catalogue than the one it is opened with."""


@contextmanager
def parsing(path: Path) -> Iterator[None]:
    """Make something of a kept file's text here: where it does not fit, KeptError names the file."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise damaged(path) from error


@contextmanager
def naming(found: list[Problem], folder: Path) -> Iterator[None]:
    """Check a folder here: whatever damage stops the check becomes a finding, with the files that cannot be read.

    A full disk, a lack of memory, and refusals that speak of no file (a lake that somebody else writes) go on up; that a
    register names another catalogue is a finding about this lake alone.
    """
    try:
        yield
    except DataError as error:
        if any(problem.code != OTHER_CATALOGUE for problem in error.problems):
            raise
        found += error.problems
    except ZhenghengError as error:
        found += error.problems
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        found += unreadable(folder, error)


def unreadable(folder: Path, error: BaseException) -> list[Problem]:
    """What stopped a check of this folder: the file that the error names, those that cannot be read, or the folder itself."""
    paths = {path for path in folder.rglob("*.*") if path.is_file()}
    step: BaseException | None = error
    while step is not None:
        name = getattr(step, "filename", None)
        if isinstance(step, OSError) and isinstance(name, str | Path):
            paths.add(Path(name))
        step = step.__cause__ or step.__context__
    found = [p for wrong in map(fault, sorted(paths)) if wrong for p in wrong.problems]
    if found:
        return found
    log.warning("%s cannot be checked: %s: %s", shown(folder), type(error).__name__, error)
    return [
        Problem(shown(folder), "file.unreadable", "其中有内容读不出来，核对没有做完，原因另见日志。请系统管理员从备份中恢复这个文件夹。",
                "something in it cannot be read and the check did not finish; the log says why. The system administrator restores this folder from a backup")
    ]  # fmt: skip

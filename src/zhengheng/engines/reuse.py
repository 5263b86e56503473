"""Results of unit ranges kept by what they were computed from, so that a correction costs its range only.

A range's key covers the text of the steps that run on it and every row they read. Nothing is ever
looked up by date or name: a changed row, rule or step is another key.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from zhengheng.lake.facts import file_digest


@dataclass
class Reuse:
    """Finished ranges under one folder, one sub-folder a key."""

    folder: Path
    _files: dict[Path, str] = field(default_factory=dict)

    def key(self, parts: Iterable[str]) -> str:
        """The name of a range's results."""
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def file(self, path: Path) -> str:
        """A lake file's digest; such files are never changed, so one reading serves a run."""
        if path not in self._files:
            self._files[path] = file_digest(path)
        return self._files[path]

    def find(self, key: str) -> Path | None:
        """The folder of an earlier equal range, if one was finished."""
        held = self.folder / key
        return held if held.is_dir() else None

    def keep(self, key: str, tables: Mapping[str, Path]) -> None:
        """Take the files of a finished range in; visible at once and whole, or not at all."""
        unfinished = self.folder / f"{key}.{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for name, path in tables.items():
            link(path, unfinished / f"{name}.parquet")
        try:
            unfinished.rename(self.folder / key)
        except OSError:
            # Another run finished the same range meanwhile: the contents are equal by name.
            shutil.rmtree(unfinished, ignore_errors=True)


def digest(table: pa.Table) -> str:
    """The digest of a table's rows. Parquet holds nothing under a null; Arrow's buffers may."""
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), sink, compression="none")
    return hashlib.sha256(sink.getvalue()).hexdigest()


def link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system knows no links."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)

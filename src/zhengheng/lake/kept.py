"""The files of an intake, kept so that whoever may see a value can open the rows that it was made from.

    inbox/NAME                            files that the office itself writes and loads
    inbox/kept/SHA256.KIND                a file that was loaded, as it came
    inbox/kept/SHA256.rows.parquet        of a file with personal columns its rows without them: those never rest
    inbox/kept/FINGERPRINT.mapping.json   the mapping it was read by

A file is opened only where its digest is the one that the intake noted; of rows kept without their personal columns
the name alone says what they come from.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from zhengheng.domain.problems import DataError
from zhengheng.lake.cells import CellError, Values
from zhengheng.lake.facts import Facts, FileInfo, file_digest
from zhengheng.lake.filters import parse_filter
from zhengheng.lake.mapping import Mapping, SourceFile
from zhengheng.lake.measures import Entry, Orders, Units
from zhengheng.lake.personal import protect
from zhengheng.lake.readers import Table, of_source
from zhengheng.lake.store import FILES_PER_INTAKE
from zhengheng.workbooks.cell import shown

KEPT = "kept"
_ROWS = ".rows.parquet"
_AT_ONCE = 50_000
"""Rows of a file that are written together."""


def keep(inbox: Path, facts: Facts, mapping: Mapping, data: Path, key: bytes = b"") -> None:
    """Keep the files of an intake from folder `data`, and its mapping; `key` hashes personal columns as the intake did."""
    folder = inbox / KEPT
    folder.mkdir(parents=True, exist_ok=True)
    for file, source in zip(facts.files, mapping.sources, strict=True):
        path = data / source.file
        kind = _ROWS if source.personal else path.suffix.lower()
        with _new(folder / f"{file.sha256}{kind}") as target:
            if target is not None and source.personal:
                _write_rows(target, path, source, key)
            elif target is not None:
                shutil.copyfile(path, target)
    with _new(folder / f"{mapping.fingerprint}.mapping.json") as target:
        if target is not None:
            text = mapping.model_dump_json(by_alias=True, exclude_defaults=True)
            target.write_text(text, encoding="utf-8")


@contextmanager
def _new(target: Path) -> Iterator[Path | None]:
    """A file to be written, there as a whole or not at all, for the office alone; none where it is there already."""
    if target.is_file():
        yield None
        return
    unfinished = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    unfinished.touch(mode=0o600)
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_rows(target: Path, path: Path, source: SourceFile, key: bytes) -> None:
    table = of_source(path, source)
    names = [name for name in table.header if source.personal.get(name) != "drop"]
    shape = pa.schema([pa.field("", pa.int64()), *(pa.field(name, pa.string()) for name in names)])
    with pq.ParquetWriter(target, shape, compression="zstd") as writer:
        numbers: list[int] = []
        columns: list[list[str]] = [[] for _ in names]
        for number, cells in table.records:
            came = {n: shown(c) for n, c in zip(table.header, cells, strict=True)}
            held = protect(came, source.personal, key)
            numbers.append(number)
            for name, column in zip(names, columns, strict=True):
                column.append(held.get(name, ""))
            if len(numbers) == _AT_ONCE:
                writer.write_table(pa.table([numbers, *columns], schema=shape))
                numbers, columns = [], [[] for _ in names]
        writer.write_table(pa.table([numbers, *columns], schema=shape))


def source_of(inbox: Path, mappings: str, file: FileInfo) -> SourceFile | None:
    """How a file was read, where one of the lake's `mappings` (joined by +) is kept and says so."""
    place = file.number % FILES_PER_INTAKE - 1
    for fingerprint in mappings.split("+"):
        path = inbox / KEPT / f"{fingerprint}.mapping.json"
        if not fingerprint.isalnum() or not path.is_file():
            continue
        try:
            sources = Mapping.model_validate_json(
                path.read_text(encoding="utf-8"), strict=True
            ).sources
        except ValidationError:
            continue  # of an earlier release, by what this one refuses
        if place < len(sources) and sources[place].file == file.name:
            return sources[place]
    return None


def table_of(inbox: Path, file: FileInfo, source: SourceFile | None) -> Table | None:
    """The rows of a loaded file; None where it is not at hand, or is not the one that was loaded."""
    bare = source or SourceFile(file=file.name, sheet=file.sheet or None)
    own = inbox / file.name
    inside = own.resolve().is_relative_to(inbox.resolve())
    for path in (own, inbox / KEPT / f"{file.sha256}{Path(file.name).suffix.lower()}"):
        if (inside or path != own) and path.is_file() and file_digest(path) == file.sha256:
            return of_source(path, bare)
    rows = inbox / KEPT / f"{file.sha256}{_ROWS}"
    return _rows(rows) if rows.is_file() else None


def _rows(path: Path) -> Table:
    held = pq.ParquetFile(path)

    def records() -> Iterator[tuple[int, list[str]]]:
        for batch in held.iter_batches():
            for number, *cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):  # fmt: skip
                yield number, cells

    return Table(held.schema_arrow.names[1:], records())


def counted(
    source: SourceFile, table: Table, units: Units
) -> Iterator[tuple[int, list[str], frozenset[Entry]]]:
    """Each row of a fact file with what the intake counted it in: number, cells, entries; `units` of measure by indicator."""
    where = parse_filter(source.where, frozenset(table.header), source.file)
    orders = Orders(source, source.file, units)
    for number, cells in table.records:
        values: dict[str, str] = (Values if table.workbook else dict)(zip(table.header, cells, strict=True))  # fmt: skip
        try:
            found = frozenset(entry for entry, _ in orders.entries(values)) if where(values) else frozenset()  # fmt: skip
        except (CellError, DataError, KeyError):
            found = frozenset()
        yield number, cells, found

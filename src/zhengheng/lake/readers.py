"""Read rows of text from CSV, TSV, xlsx, xls, JSON lines and Parquet, whatever their encoding.

Every reader gives the same thing: a header and records (row number as the source's own program
counts, cells as text). Broken files end in a DataError that says where.
"""

import csv
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from zhengheng.domain.canonical import DEEPEST, read_json
from zhengheng.domain.problems import DataError, Problem
from zhengheng.domain.script import from_gb18030
from zhengheng.domain.several import several
from zhengheng.lake.mapping import SourceFile
from zhengheng.lake.titles import REPEATED, filled, joined, mentioned, read_titles, seen_title
from zhengheng.workbooks.cell import Cell, Fault, in_row
from zhengheng.workbooks.read import OLE, read_sheet
from zhengheng.workbooks.xlsx import MOST_HEADS, broken

LINE_LIMIT = 1_000_000
ROW_LIMIT = 5_000_000
COLUMN_LIMIT = 16_384
"""Columns that a worksheet can have; a text file has no more."""

MOST_FAULTS = 100
"""Lines of JSON that are named as faulty; a file with more is no file of JSON lines."""

Record = tuple[int, list[str]]


class RowsError(DataError):
    """Rows of a table that cannot be parted into its cells. Every other row of it was given before this is raised."""


@dataclass(frozen=True)
class Table:
    """A header and its records."""

    header: list[str]
    records: Iterable[Record]
    workbook: bool = False
    """Its cells may be more than text (workbooks/cell.py)."""
    sheet: str = ""
    """The sheet of a workbook that is read."""
    hidden: bool = False
    """Nobody sees that sheet."""
    twins: tuple[str, ...] = ()
    """Other visible sheets with the same head and something under it."""
    others: Mapping[str, list[str]] = field(default_factory=dict)
    """The titles of other visible sheets, as far as their first rows tell."""


def read_table(
    path: Path,
    kind: str | None,
    *,
    name: str,
    sheet: str | None = None,
    encoding: str | None = None,
    header: int = 1,
    header_rows: int = 1,
) -> Table:
    """Open a table. Raises DataError where the file is not what it claims to be."""
    if not path.is_file():
        raise DataError.one(
            name, "file.absent", zh="找不到数据文件", en="the data file does not exist"
        )
    kind = kind or _kind(path, name)
    try:
        if kind in {"csv", "tsv"}:
            rows = _delimited(path, name, encoding, "\t" if kind == "tsv" else ",")
            return _with_header(rows, name, header, header_rows, workbook=False)
        if kind in {"xlsx", "xls"}:
            return _of_workbook(path, name, sheet, header, header_rows)
        return _json_lines(path, name) if kind == "jsonl" else _parquet(path, name)
    except (OSError, zipfile.BadZipFile, KeyError, csv.Error) as error:
        raise broken(name) from error


def _of_workbook(path: Path, name: str, sheet: str | None, header: int, header_rows: int) -> Table:
    """The table of one sheet, and what of the other visible ones may be meant."""
    chosen = read_sheet(path, name, sheet, header, header_rows)
    heads = {title: [read_titles(row) for row in rows] for title, rows in chosen.heads.items()}  # fmt: skip
    own = heads.pop(chosen.title, None)
    others = {title: joined(rows[:header_rows]) for title, rows in heads.items() if rows}
    try:
        table = _with_header(chosen.records, name, header, header_rows, workbook=True)
    except DataError as error:
        if not others or {problem.code for problem in error.problems} != {"file.empty"}:
            raise
        raise DataError.one(
            name, "file.empty", zh=f"工作表“{chosen.title}”没有表头或没有内容；文件中另有工作表：{'、'.join(others)}。请删去或隐藏空的工作表，或在采集映射中用 sheet 写明要读的一张",
            en=f"the sheet {chosen.title!r} has no header or is empty; there are {', '.join(others)}. Delete or hide empty sheets, or name the one to read as `sheet` in the mapping",
        ) from error  # fmt: skip
    return replace(
        table, sheet=chosen.title, others=others,
        hidden=own is None and 0 < len(chosen.heads) < MOST_HEADS,  # of a very large .xls no other sheet was looked at
        twins=tuple(title for title, rows in heads.items() if own and rows[:header_rows] == own[:header_rows] and len(rows) > header_rows),
    )  # fmt: skip


def of_source(path: Path, source: SourceFile) -> Table:
    """The table of a source, its titles as its mapping writes them. Raises DataError."""
    table = read_table(
        path, source.format, name=source.file, sheet=source.sheet, encoding=source.encoding,
        header=source.header, header_rows=source.header_rows,
    )  # fmt: skip
    own = {seen_title(name): name for name in mentioned(source) if name not in table.header}
    return replace(table, header=[own.get(title, title) for title in table.header])


def one_sheet(table: Table, name: str) -> None:
    """Raise DataError where nothing says which of several sheets with one head is meant."""
    if table.twins:
        alike = (table.sheet, *table.twins)
        raise DataError.one(
            name, "sheet.several", zh=f"工作表“{'”“'.join(alike)}”的表头相同，看不出要读哪一张；请只留要读的一张（其余删去或隐藏），或在采集映射中用 sheet 逐张写明",
            en=f"the sheets {', '.join(map(repr, alike))} have the same header, and nobody can say which is meant; leave the one to read (delete or hide the others), or name each as `sheet` in the mapping",
        )  # fmt: skip


_KINDS = {".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".xlsx": "xlsx", ".xlsm": "xlsx",
          ".xls": "xls", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}  # fmt: skip


def kind_of(source: SourceFile) -> str | None:
    """The kind of a source's file: as the mapping says, or by its suffix; None where that is none we read."""
    return source.format or _KINDS.get(Path(source.file).suffix.lower())


def _kind(path: Path, name: str) -> str:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise DataError.one(
            name, "file.kind", zh=f"不支持的文件类型 {path.suffix}；请另存为 .xlsx 或 .csv",
            en=f"files of kind {path.suffix or 'without suffix'} are not read; save it as .xlsx or .csv",
        )  # fmt: skip
    return kind


def _with_header(
    rows: Iterator[Record], name: str, first: int, count: int, *, workbook: bool
) -> Table:
    heads: list[list[str]] = []
    for number, cells in rows:
        if number < first:
            continue
        heads.append(cells)
        if len(heads) == count:
            break
    if not heads or not any(any(row) for row in heads):
        if (below := next((number for number, cells in rows if any(cells)), None)) is not None:
            raise DataError.one(
                f"{name}:{first}", "header.blank", zh=f"表头所在的行是空的，内容从第 {below} 行开始；请删去上面的空行，或在映射中写明 header: {below}",
                en=f"the row of the header is blank, and what there is begins in row {below}; delete the blank rows, or say in the mapping header: {below}",
            )  # fmt: skip
        raise DataError.one(
            name, "file.empty", zh="文件没有表头或没有内容", en="the file has no header or is empty"
        )
    width = max(len(row) for row in heads)
    if width > COLUMN_LIMIT:
        raise _too_wide(name, width)
    titles = joined([read_titles(row) for row in heads])
    doubles = {title for title, count in Counter(titles).items() if title and count > 1}
    if doubles:
        raise DataError.one(
            f"{name}:{first}", "header.duplicate",
            zh=f"表头重复：{'、'.join(sorted(doubles))}；请改成不同的列名。如果这一行是标题，请在映射中写明表头所在的行，如 header: {first + 1}",
            en=f"duplicate column titles: {', '.join(sorted(doubles))}; make them different. If this row is a title, say in the mapping where the header is, such as header: {first + 1}",
        )  # fmt: skip
    first_row = "".join(heads[0])
    if len(titles) == 1 and (sign := next((s for s in "\t;|，、" if s in first_row), "")):
        word = {"\t": "制表符 (tab)"}.get(sign, sign)
        raise DataError.one(
            f"{name}:{first}", "file.separator", zh=f"各列不是用逗号分隔，而是用“{word}”；请另存为逗号分隔的 CSV 或 .xlsx（制表符分隔的可写 format: tsv）",
            en=f"the columns are separated by {word!r}, not by commas; save as CSV or .xlsx (format: tsv for tabs)",
        )  # fmt: skip
    return Table(titles, _guarded(rows, name, width, heads, whole=not workbook), workbook)


def _too_wide(name: str, width: int) -> DataError:
    return DataError.one(
        name, "file.columns", zh=f"表头有 {width} 列，超过 {COLUMN_LIMIT} 列；请只留需要的列，或把各列改成逐行填写",
        en=f"the header has {width} columns, more than {COLUMN_LIMIT}; leave only those needed, or write a row for each value",
    )  # fmt: skip


def _guarded(
    rows: Iterator[Record], name: str, width: int, heads: list[list[str]], *, whole: bool
) -> Iterator[Record]:
    """Rows as wide as the header. In a text file each has all its cells (`whole`): a shorter one was cut off.

    A row that repeats one of the header's is not taken: a table that was pasted under another, or a page that began anew.
    """
    known = [filled(head) for head in heads]
    faults: list[Problem] = []
    try:
        for count, (number, cells) in enumerate(rows):
            if count >= ROW_LIMIT:
                raise DataError.one(
                    f"{name}:{number}", "file.rows", zh=f"超过 {ROW_LIMIT} 行, 请拆分文件",
                    en=f"more than {ROW_LIMIT} rows; split the file",
                )  # fmt: skip
            # Cells of blanks and a row of cells without anything are the same to whoever looks at them.
            if not any(map(str.strip, cells)):
                continue
            if fault := _width_fault(cells, width, whole=whole):
                faults.append(Problem(f"{name}:{number}", "row.width", *fault))
                continue
            row = cells[:width] + [""] * (width - len(cells))
            again = any(head.get(0, "") == cells[0] for head in known) and filled(cells) in known
            yield number, [in_row(cell, REPEATED) for cell in row] if again and len(filled(cells)) > 1 else row  # fmt: skip
    except DataError as error:
        raise DataError((*faults, *error.problems)) from error
    except (csv.Error, OSError, zipfile.BadZipFile, EOFError) as error:
        raise DataError((*faults, *broken(name).problems)) from error
    if faults:
        raise RowsError(faults)


def _width_fault(cells: list[str], width: int, *, whole: bool) -> tuple[str, str] | None:
    """Why a row has too many or too few cells for the header."""
    if len(cells) > width and any(map(str.strip, cells[width:])):
        return (f"该行有 {len(cells)} 格，表头只有 {width} 列；请核对是不是多了分隔符，或者有一格里的逗号没有用引号括起来",
                f"this row has {several(len(cells), 'cell', 'cells')}, the header only {width}; look for a separator too many, or a comma in a cell without quotation marks")  # fmt: skip
    if whole and len(cells) < width:
        return (f"该行只有 {len(cells)} 格，表头有 {width} 列，可能被截断；没有内容的格也要留出分隔符，说明性的文字请删去",
                f"this row has only {several(len(cells), 'cell', 'cells')}, the header {width}; it may have been cut off. Keep the separators of empty cells, and delete notes")  # fmt: skip
    return None


def decode(path: Path, name: str, encoding: str | None) -> str:
    """The encoding of a text file: its mark, UTF-8 if it decodes, else GB18030. Refuses others."""
    if encoding:
        return encoding
    with path.open("rb") as stream:
        head = stream.read(8)
        if head.startswith((b"PK\x03\x04", OLE)):
            raise DataError.one(
                name, "file.workbook", zh="这是 Excel 工作簿，不是文本文件；请把扩展名改为 .xlsx 或 .xls，或在映射中写 format: xlsx",
                en="this is an Excel workbook, not a text file; call it .xlsx or .xls, or write format: xlsx in the mapping",
            )  # fmt: skip
        if head.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if b"\x00" in head:
            raise DataError.one(
                name, "file.binary", zh="这不是文本文件 (含有空字节)", en="this is not a text file"
            )
    for candidate in ("utf-8", "gb18030"):
        try:
            with path.open(encoding=candidate, newline="") as text:
                while text.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return candidate
    raise DataError.one(
        name, "file.encoding", zh="无法识别编码, 请另存为 UTF-8 或 GB18030",
        en="the encoding is neither UTF-8 nor GB18030; save the file as UTF-8",
    )  # fmt: skip


def _delimited(path: Path, name: str, encoding: str | None, delimiter: str) -> Iterator[Record]:
    csv.field_size_limit(LINE_LIMIT)
    try:
        with path.open(encoding=decode(path, name, encoding), newline="") as stream:
            reader = csv.reader(_lines(stream, name), delimiter=delimiter, strict=True)
            start = 1
            try:
                for cells in reader:
                    yield start, cells
                    start = reader.line_num + 1
            except csv.Error as error:
                raise DataError.one(
                    f"{name}:{start}", "row.quote", zh="从这一行起引号不成对，后面的内容无法分格；请补上或删去引号，一格之内的引号要写两个",
                    en="from this row on the quotation marks do not pair, so the rest cannot be parted into cells; add or delete one, and double those within a cell",
                ) from error  # fmt: skip
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError.one(
            name,
            "file.encoding",
            zh=f"不能按 {encoding} 解码",
            en=f"cannot be decoded as {encoding}",
        ) from error


def _is_gb18030(stream: IO[str]) -> bool:
    return getattr(stream, "encoding", "").lower().replace("-", "") in {"gb18030", "gbk", "gb2312"}


def _lines(stream: IO[str], name: str) -> Iterator[str]:
    number, gb18030 = 0, _is_gb18030(stream)
    while line := stream.readline(LINE_LIMIT + 1):
        number += 1
        if gb18030:
            line = from_gb18030(line)
        if len(line) > LINE_LIMIT:
            raise DataError.one(
                f"{name}:{number}", "line.length", zh="一行超过一百万字符, 文件可能已损坏",
                en="a line of over a million characters; the file is probably damaged",
            )  # fmt: skip
        if "\x00" in line:
            raise DataError.one(
                f"{name}:{number}", "file.binary", zh="行中含有空字节, 不是文本文件",
                en="a zero byte in this line; this is not a text file",
            )  # fmt: skip
        yield line


def _cell(value: Any) -> str:
    """A typed value as text: numbers by their shortest exact form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else value
        return f"{number:f}" if number.is_finite() else str(number)
    return str(value)


def _literal(text: str) -> str:
    """A number of JSON, which is one however it is written; beyond any use it stays as it is, to be refused."""
    exponent = text.lower().partition("e")[2]
    return f"{Decimal(text):f}" if exponent and abs(int(exponent)) < 100 else text


def _json_lines(path: Path, name: str) -> Table:
    header: dict[str, None] = {}
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[Problem] = []
    with path.open(encoding=decode(path, name, None)) as stream:
        for number, line in enumerate(_lines(stream, name), 1):
            if not line.strip():
                continue
            try:
                entry = _json_object(line, f"{name}:{number}")
            except DataError as error:
                faults += error.problems
                if len(faults) >= MOST_FAULTS:
                    raise DataError(faults) from error
                continue
            header.update(dict.fromkeys(entry))
            if len(header) > COLUMN_LIMIT:
                raise _too_wide(name, len(header))
            rows.append((number, entry))
    if faults and not rows:
        raise DataError(faults)
    titles = list(header)

    def records() -> Iterator[Record]:
        yield from ((n, [_of_key(row, title) for title in titles]) for n, row in rows)
        if faults:
            raise RowsError(faults)

    return Table(titles, records())


def _json_object(line: str, where: str) -> dict[str, Any]:
    """The object of a line. Raises DataError, also where a key stands twice: which of its values is meant?"""
    doubles: dict[str, None] = {}

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        doubles.update(dict.fromkeys(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))  # fmt: skip
        return dict(pairs)

    try:
        entry = json.loads(line, parse_float=_literal, parse_int=str, parse_constant=str, object_pairs_hook=once)  # fmt: skip
        if line.count("[") + line.count("{") > DEEPEST:
            read_json(line)  # lists in lists without end
    except (ValueError, RecursionError) as error:
        raise DataError.one(
            where, "json.syntax", zh="这一行不是合法的 JSON；每行写一个完整的对象。", en="this line is not valid JSON; write one whole object a line"
        ) from error  # fmt: skip
    if not isinstance(entry, dict):
        raise DataError.one(
            where, "json.object", zh="每行应为一个 JSON 对象", en="each line must be a JSON object"
        )
    if doubles:
        raise DataError.one(
            where, "json.duplicate", zh=f"键“{'”“'.join(doubles)}”出现了两次，不知以哪个值为准；请只留一个。",
            en=f"the key {', '.join(map(repr, doubles))} stands twice, and nobody can say which value is meant; leave one",
        )  # fmt: skip
    return entry


def _of_key(row: dict[str, Any], key: str) -> str:
    """A value as a cell. A key that other lines have and this one lacks is no empty cell: it may be misspelt here."""
    if key in row:
        return _cell(row[key])
    there = list(row)
    return Cell.refused(
        "", Fault("row.key", f"这一行没有“{key}”这个键（有 {'、'.join(there)[:200]}），可能写错了；没有内容的请写 null", f"this line has no key {key!r} (it has {', '.join(there)[:200]}), which may be misspelt; write null where there is nothing")
    )  # fmt: skip


def _parquet(path: Path, name: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise broken(name) from error

    if len(source.schema_arrow.names) > COLUMN_LIMIT:
        raise _too_wide(name, len(source.schema_arrow.names))

    def records() -> Iterator[Record]:
        number = 0
        try:
            for batch in source.iter_batches():
                columns = [column.to_pylist() for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, [_cell(cell) for cell in cells]
        except (pa.ArrowInvalid, OSError) as error:
            raise broken(name) from error

    return Table(list(source.schema_arrow.names), records())

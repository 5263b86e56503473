"""Read rows of text from CSV, TSV, xlsx, xls, JSON lines and Parquet, whatever their encoding.

Every reader gives the same thing: a header and records (row number as the source's own program
counts, cells as text). Broken files end in a DataError that says where.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from zhengheng.domain.problems import DataError

LINE_LIMIT = 1_000_000
UNPACKED_LIMIT = 512 * 1024 * 1024
ROW_LIMIT = 5_000_000

Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A header and its records."""

    header: list[str]
    records: Iterable[Record]


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
            rows: Iterator[Record] = _delimited(
                path, name, encoding, "\t" if kind == "tsv" else ","
            )
        elif kind == "xlsx":
            rows = _xlsx(path, name, sheet)
        elif kind == "xls":
            rows = _xls(path, name, sheet)
        elif kind == "jsonl":
            return _json_lines(path, name)
        else:
            return _parquet(path, name)
        return _with_header(rows, name, header, header_rows)
    except (OSError, zipfile.BadZipFile, KeyError, csv.Error) as error:
        raise _broken(name, error) from error


def _broken(name: str, error: Exception) -> DataError:
    return DataError.one(
        name, "file.broken", zh=f"文件已损坏或格式不符 ({type(error).__name__}), 请重新导出",
        en=f"the file is damaged or not of its kind ({type(error).__name__}); export it again",
    )  # fmt: skip


def _kind(path: Path, name: str) -> str:
    kinds = {".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".xlsx": "xlsx", ".xlsm": "xlsx",
             ".xls": "xls", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}  # fmt: skip
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise DataError.one(
            name, "file.kind", zh=f"不支持的文件类型 {path.suffix}",
            en=f"files of kind {path.suffix or 'without suffix'} are not read",
        )  # fmt: skip
    return kind


def _with_header(rows: Iterator[Record], name: str, first: int, count: int) -> Table:
    heads: list[list[str]] = []
    for number, cells in rows:
        if number < first:
            continue
        heads.append(cells)
        if len(heads) == count:
            break
    if not heads or not any(any(row) for row in heads):
        raise DataError.one(
            name, "file.empty", zh="文件没有表头或没有内容", en="the file has no header or is empty"
        )
    width = max(len(row) for row in heads)
    titles: list[str] = []
    for column in range(width):
        parts = [row[column].strip() if column < len(row) else "" for row in heads]
        titles.append("/".join(dict.fromkeys(part for part in parts if part)))
    doubles = {title for title in titles if title and titles.count(title) > 1}
    if doubles:
        raise DataError.one(
            f"{name}:{first}", "header.duplicate",
            zh=f"表头重复: {'、'.join(sorted(doubles))}, 请改成不同的列名",
            en=f"duplicate column titles: {', '.join(sorted(doubles))}; make them different",
        )  # fmt: skip
    return Table(titles, _guarded(rows, name, width))


def _guarded(rows: Iterator[Record], name: str, width: int) -> Iterator[Record]:
    try:
        for count, (number, cells) in enumerate(rows):
            if count >= ROW_LIMIT:
                raise DataError.one(
                    f"{name}:{number}", "file.rows", zh=f"超过 {ROW_LIMIT} 行, 请拆分文件",
                    en=f"more than {ROW_LIMIT} rows; split the file",
                )  # fmt: skip
            if not any(cells):
                continue
            if len(cells) > width and any(cells[width:]):
                raise DataError.one(
                    f"{name}:{number}", "row.width", zh=f"该行有 {len(cells)} 格, 表头只有 {width} 列",
                    en=f"this row has {len(cells)} cells, the header only {width}",
                )  # fmt: skip
            yield number, cells[:width] + [""] * (width - len(cells))
    except (csv.Error, OSError, zipfile.BadZipFile, EOFError) as error:
        raise _broken(name, error) from error


def decode(path: Path, name: str, encoding: str | None) -> str:
    """The encoding of a text file: its mark, UTF-8 if it decodes, else GB18030. Refuses others."""
    if encoding:
        return encoding
    with path.open("rb") as stream:
        head = stream.read(4)
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
            for cells in reader:
                yield start, cells
                start = reader.line_num + 1
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError.one(
            name,
            "file.encoding",
            zh=f"不能按 {encoding} 解码",
            en=f"cannot be decoded as {encoding}",
        ) from error


def _lines(stream: IO[str], name: str) -> Iterator[str]:
    number = 0
    while line := stream.readline(LINE_LIMIT + 1):
        number += 1
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


def check_archive(path: Path, name: str) -> None:
    """Refuse workbooks that unpack to far more than a workbook should (zip bombs)."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _broken(name, error) from error
    if size > UNPACKED_LIMIT or size > 200 * max(path.stat().st_size, 1 << 16):
        raise DataError.one(
            name, "file.bomb", zh="压缩包展开后异常巨大, 拒绝读取",
            en="the workbook unpacks to an absurd size; it is refused",
        )  # fmt: skip


def _xlsx(path: Path, name: str, sheet: str | None) -> Iterator[Record]:
    import openpyxl

    check_archive(path, name)
    try:
        book = openpyxl.load_workbook(path, data_only=False)
    except Exception as error:  # openpyxl raises whatever its XML parser meets
        raise _broken(name, error) from error
    if sheet is not None and sheet not in book.sheetnames:
        raise _no_sheet(name, sheet, book.sheetnames)
    page = book[sheet] if sheet else book[book.sheetnames[0]]
    merged = {
        (row, column): (area.min_row, area.min_col)
        for area in page.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    for number, row in enumerate(page.iter_rows(), 1):
        cells = []
        for column, cell in enumerate(row, 1):
            origin = merged.get((number, column))
            source = page.cell(*origin) if origin else cell
            if source.data_type == "f":
                raise DataError.one(
                    f"{name}!{page.title}!{cell.coordinate}", "cell.formula",
                    zh="单元格是公式, 请用“选择性粘贴-数值”后再上传",
                    en="this cell is a formula; paste it as a value first",
                )  # fmt: skip
            cells.append(_cell(source.value, source.number_format))
        yield number, cells


def _no_sheet(name: str, sheet: str, known: list[str]) -> DataError:
    return DataError.one(
        name, "sheet.absent", zh=f"没有工作表“{sheet}”, 只有: {'、'.join(known)}",
        en=f"no sheet {sheet!r}; there are: {', '.join(known)}",
    )  # fmt: skip


def _cell(value: Any, number_format: str = "") -> str:
    """A cell as text: numbers by their shortest exact form, percentages as people see them."""
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
        if number.is_finite() and "%" in (number_format or ""):
            return f"{number * 100:f}%"
        return f"{number:f}" if number.is_finite() else str(number)
    if isinstance(value, int) and "%" in (number_format or ""):
        return f"{value * 100}%"
    return str(value)


def _xls(path: Path, name: str, sheet: str | None) -> Iterator[Record]:
    import xlrd

    try:
        book = xlrd.open_workbook(str(path), on_demand=True, logfile=io.StringIO())
    except Exception as error:  # xlrd raises whatever it meets in a damaged file
        raise _broken(name, error) from error
    if sheet is not None and sheet not in book.sheet_names():
        raise _no_sheet(name, sheet, book.sheet_names())
    page = book.sheet_by_name(sheet) if sheet else book.sheet_by_index(0)
    for index in range(page.nrows):
        cells = []
        for cell in page.row(index):
            if cell.ctype == xlrd.XL_CELL_DATE:
                moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
                cells.append(_cell(moment))
            elif cell.ctype == xlrd.XL_CELL_NUMBER and cell.value == int(cell.value):
                cells.append(str(int(cell.value)))
            else:
                cells.append(_cell(cell.value))
        yield index + 1, cells


def _json_lines(path: Path, name: str) -> Table:
    header: dict[str, None] = {}
    rows: list[tuple[int, dict[str, Any]]] = []
    with path.open(encoding=decode(path, name, None)) as stream:
        for number, line in enumerate(_lines(stream, name), 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
            except (json.JSONDecodeError, RecursionError) as error:
                raise DataError.one(
                    f"{name}:{number}", "json.syntax", zh="不是合法的 JSON", en="not valid JSON"
                ) from error
            if not isinstance(entry, dict):
                raise DataError.one(
                    f"{name}:{number}", "json.object", zh="每行应为一个 JSON 对象",
                    en="each line must be a JSON object",
                )  # fmt: skip
            header.update(dict.fromkeys(entry))
            rows.append((number, entry))
    titles = list(header)
    return Table(titles, ((n, [_cell(row.get(title)) for title in titles]) for n, row in rows))


def _parquet(path: Path, name: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _broken(name, error) from error

    def records() -> Iterator[Record]:
        number = 0
        try:
            for batch in source.iter_batches():
                columns = [column.to_pylist() for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, [_cell(cell) for cell in cells]
        except (pa.ArrowInvalid, OSError) as error:
            raise _broken(name, error) from error

    return Table(list(source.schema_arrow.names), records())

"""An uploaded table (csv or Excel) as rows by column name, whichever language its header speaks."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from zhengheng.domain.problems import DataError, Problem
from zhengheng.lake.cells import CellError, take, take_whole
from zhengheng.lake.readers import RowsError, one_sheet, read_table

MOST_ROWS = 20_000
NUMBERS = frozenset({"value", "baseline", "original", "current"})
"""Columns that hold numbers, in whatever table; all others are words, codes and days as they are shown."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Row(dict[str, str]):
    """A row by column, and where it stands in its file."""

    number: int


def rows_of(name: str, content: bytes, columns: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows (`Row`) by column; `columns` maps each to its Chinese header. Raises DataError with place and reason."""
    kind = Path(name).suffix.lower().lstrip(".")
    if kind not in {"csv", "xlsx", "xls"}:
        raise DataError.one(name, "table.kind", zh="请上传 .xlsx、.xls 或 .csv", en="upload an .xlsx, .xls or .csv")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload.{kind}"
        path.write_bytes(content)
        table = read_table(path, kind, name=name)
        one_sheet(table, name)
        records: list[tuple[int, list[str]]] = []
        problems: list[Problem] = []
        try:
            for record in table.records:
                records.append(record)
                if len(records) > MOST_ROWS:
                    break
        except RowsError as error:
            problems += error.problems
    words = {zh: column for column, zh in columns.items()} | {column: column for column in columns}
    heads = [words.get(head.strip()) for head in table.header]
    if unknown := [
        head
        for head, known in zip(table.header, heads, strict=True)
        if known is None and head.strip()
    ]:
        problems.insert(0, Problem(
            f"{name}:1", "table.header", f"不认识的列: {'、'.join(unknown)}; 可用: {'、'.join(columns.values())}",
            f"unknown columns: {', '.join(unknown)}; known are {', '.join(columns)}",
        ))  # fmt: skip
    if not (records or problems) or len(records) > MOST_ROWS:
        raise DataError.one(
            name,
            "table.rows",
            zh=f"应有 1 至 {MOST_ROWS} 行数据",
            en=f"a table has 1 to {MOST_ROWS} rows",
        )
    rows: list[dict[str, str]] = []
    for number, values in records:
        row = Row()
        row.number = number
        for head, value in zip(heads, values, strict=True):
            if head:
                try:
                    row[head] = (take_whole if head in NUMBERS else take)(value).strip()
                except CellError as error:
                    said = f"{columns[head]}：{error.zh}", f"{head}: {error.en}"
                    problems.append(Problem(f"{name}:{number}", error.code, *said))
        rows.append(row)
    if problems:
        raise DataError(problems)
    return rows


def place_of(row: Mapping[str, str], count: int) -> int:
    """The row's number in its file; the count-th after a header where it came from no file."""
    return row.number if isinstance(row, Row) else count

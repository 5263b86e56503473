"""An uploaded table (csv or Excel) as rows by column name, whichever language its header speaks."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from zhengheng.domain.problems import DataError
from zhengheng.lake.readers import read_table

MOST_ROWS = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(name: str, content: bytes, columns: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows by column; `columns` maps each to its Chinese header. Raises DataError with place and reason."""
    kind = Path(name).suffix.lower().lstrip(".")
    if kind not in {"csv", "xlsx", "xls"}:
        raise DataError.one(name, "table.kind", zh="请上传 .xlsx、.xls 或 .csv", en="upload an .xlsx, .xls or .csv")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload.{kind}"
        path.write_bytes(content)
        table = read_table(path, kind, name=name)
        records = [values for _, values in table.records]
    words = {zh: column for column, zh in columns.items()} | {column: column for column in columns}
    heads = [words.get(head.strip()) for head in table.header]
    if unknown := [
        head
        for head, known in zip(table.header, heads, strict=True)
        if known is None and head.strip()
    ]:
        raise DataError.one(
            f"{name}:1", "table.header", zh=f"不认识的列: {'、'.join(unknown)}; 可用: {'、'.join(columns.values())}",
            en=f"unknown columns: {', '.join(unknown)}; known are {', '.join(columns)}",
        )  # fmt: skip
    if not records or len(records) > MOST_ROWS:
        raise DataError.one(
            name,
            "table.rows",
            zh=f"应有 1 至 {MOST_ROWS} 行数据",
            en=f"a table has 1 to {MOST_ROWS} rows",
        )
    return [
        {head: value.strip() for head, value in zip(heads, values, strict=True) if head}
        for values in records
    ]

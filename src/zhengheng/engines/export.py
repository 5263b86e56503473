"""Results in the formats people ask for; csv through the one writer, the others from the same rows."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pyarrow as pa
import pyarrow.parquet as pq

from zhengheng.domain.harmless import harmless
from zhengheng.domain.problems import ZhenghengError
from zhengheng.engines.outputs import MEASURED, measured_rows, score_rows, write_csv
from zhengheng.engines.run import Run
from zhengheng.engines.tables import SCORES

WORDS = frozenset({
    "unit", "node", "indicator", "period", "group", "category", "code", "grade", "light", "status", "name", "name_zh",
    "name_en", "parent", "superior", "version", "run", "sha256", "维度代码", "Unit code", "Dimension code", "Indicator code", "Period", "单位", "单位代码", "指标", "指标代码", "期间", "代码",
})  # fmt: skip
"""Columns of codes and periods, which stay text even where they look like numbers (0012, 2025)."""
DIGITS = 16
"""Signs of a number that a spreadsheet keeps to the last digit."""
WIDEST = 60
"""The width of a column that holds sentences."""
_EXACT = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)


def export_run(run: Run, out: Path, form: str, *, bom: bool = False) -> list[Path]:
    """Write scores and indicator scores; returns the files. Raises ZhenghengError for a format."""
    out.mkdir(parents=True, exist_ok=True)
    tables = {
        "scores": (SCORES, list(score_rows(run))),
        "indicator_scores": (MEASURED, list(measured_rows(run))),
    }
    written = []
    for name, (header, rows) in tables.items():
        path = out / f"{name}.{form}"
        if form == "csv":
            write_csv(path, header, rows, bom=bom)
        elif form == "json":
            path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        elif form == "parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        elif form == "xlsx":
            path.write_bytes(workbook(name, header, rows))
        else:
            raise ZhenghengError.one(
                "--format", "format.unknown", zh=f"没有格式 {form}: 可选 csv、xlsx、parquet、json",
                en=f"no format {form}: choose csv, xlsx, parquet or json",
            )  # fmt: skip
        written.append(path)
    return written


def workbook(title: str, header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """One sheet with its head and first column fixed, and columns as wide as what stands in them. No cell is a formula.

    Numbers are numbers with the decimals they are written with; codes and periods stay text.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    page.freeze_panes = "B2"
    rows = list(rows)
    for place, name in enumerate(header, 1):
        # Widths stand before the rows in the file.
        widest = max(map(_width, (name, *(row[name] for row in rows))))
        page.column_dimensions[get_column_letter(place)].width = min(widest + 2, WIDEST)
    page.append(list(header))
    for row in rows:
        cells: list[Any] = []
        for name in header:
            text = row[name]
            if name in WORDS or not _EXACT.fullmatch(text) or len(text) > DIGITS:
                cells.append(harmless(text))
                continue
            decimals = len(text.partition(".")[2])
            cell = WriteOnlyCell(page, float(text) if decimals else int(text))
            cell.number_format = "0." + "0" * decimals if decimals else "0"
            cells.append(cell)
        page.append(cells)
    held = io.BytesIO()
    book.save(held)
    return _timeless(held.getvalue())


def _width(text: str) -> int:
    """Columns of the screen that a text takes: a Chinese sign takes two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _timeless(content: bytes) -> bytes:
    """A workbook without the moment at which it was written: the same content has the same digest whenever it is made."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:  # fmt: skip
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", part)  # fmt: skip
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return held.getvalue()

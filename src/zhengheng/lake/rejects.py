"""Rejected rows go back in the layout they came in, with an error column (and Excel comments)."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from zhengheng.domain.harmless import harmless
from zhengheng.lake.facts import Reject

COLUMN = "错误 error"


def write_rejects(rejects: Sequence[Reject], folder: Path) -> list[Path]:
    """One file per source file: its own columns, then what is wrong. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    by_file: dict[str, list[Reject]] = defaultdict(list)
    for reject in rejects:
        by_file[reject.file].append(reject)
    written = []
    for name, rows in by_file.items():
        path = folder / Path(name).name
        written.append(
            _xlsx(path, rows) if path.suffix.lower() in {".xlsx", ".xls"} else _csv(path, rows)
        )
    return written


def _csv(path: Path, rows: Sequence[Reject]) -> Path:
    path = path.with_suffix(".csv")
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*map(harmless, rows[0].header), COLUMN])
        for row in rows:
            writer.writerow(
                [*map(harmless, row.cells), f"{row.row}: {row.problem.zh} / {row.problem.en}"]
            )
    return path


def _xlsx(path: Path, rows: Sequence[Reject]) -> Path:
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    path = path.with_suffix(".xlsx")
    book = Workbook()
    page = book.active
    assert page is not None
    page.append([*map(harmless, rows[0].header), COLUMN])
    for row in rows:
        page.append([*map(harmless, row.cells), f"{row.problem.zh} / {row.problem.en}"])
        cell = page.cell(page.max_row, 1)
        cell.comment = Comment(f"{row.row}: {row.problem.zh}", "政衡")
    book.save(path)
    return path

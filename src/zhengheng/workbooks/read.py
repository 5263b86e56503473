"""Workbooks as rows, .xlsx and .xls alike, by what they are and not by what they are called.

All parsing happens in a child process (domain/apart.py); what comes back are rows of cells.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zhengheng.domain.apart import apart, serve
from zhengheng.domain.problems import DataError
from zhengheng.workbooks import xls, xlsx
from zhengheng.workbooks.cell import from_plain, to_plain
from zhengheng.workbooks.xlsx import Record, Sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_rows(path: Path, name: str, sheet: str | None = None) -> Iterator[Record]:
    """The filled rows of a sheet, the first visible one where none is named. Raises DataError."""
    for number, cells in apart(rows, str(path), name, sheet, name=name):
        yield number, [from_plain(cell) for cell in cells]


def rows(path: str, name: str, sheet: str | None) -> Iterator[Any]:
    """What the child gives to `read_rows`."""
    for _, records in open_sheets(Path(path), name, sheet):
        for number, cells in records:
            yield number, [to_plain(cell) for cell in cells]


def open_sheets(
    path: Path, name: str, sheet: str | None = None, *, all_sheets: bool = False
) -> list[Sheet]:
    """Titles and rows, read in this very process. Raises DataError."""
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(b"PK"):
        return xlsx.read_sheets(path, name, sheet, all_sheets=all_sheets)
    if head.startswith(OLE) and ENCRYPTED in path.read_bytes():
        raise DataError.one(
            name, "file.encrypted", zh="工作簿设有打开密码，请去掉密码后另存",
            en="the workbook is locked by a password; save it without one",
        )  # fmt: skip
    if head.lstrip()[:1] == b"<":
        raise DataError.one(
            name, "file.page", zh="这是网页或 XML，不是 Excel 工作簿；请在 Excel 中打开，另存为 .xlsx",
            en="this is a web page or XML, not an Excel workbook; open it in Excel and save it as .xlsx",
        )  # fmt: skip
    if path.suffix.lower() in {".xlsx", ".xlsm"} and not head.startswith(OLE):
        raise DataError.one(
            name, "file.broken", zh="扩展名是 .xlsx，内容却不是 Excel 工作簿；如果是文本，请改用 .csv，否则请用 Excel 另存后再用",
            en="the file is called .xlsx and is no Excel workbook; if it is text call it .csv, else save it again with Excel",
        )  # fmt: skip
    return xls.read_sheets(path, name, sheet, all_sheets=all_sheets)


def hidden_sheets(path: Path) -> set[str]:
    """The hidden sheets of a workbook that `open_sheets` has read."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"PK"
    return xlsx.hidden_sheets(path) if packed else xls.hidden_sheets(path)


if __name__ == "__main__":
    serve(rows)

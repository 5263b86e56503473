"""Workbooks as rows, .xlsx and .xls alike, by what they are and not by what they are called.

All parsing happens in a child process (domain/apart.py); what comes back are rows of cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhengheng.domain.apart import apart, serve
from zhengheng.domain.problems import DataError
from zhengheng.workbooks import xls, xlsx
from zhengheng.workbooks.cell import from_plain, to_plain
from zhengheng.workbooks.xlsx import Record, Sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Chosen:
    """The sheet of a workbook that is read: its rows, and what stands in the first rows of every visible one.

    `heads` holds this sheet's own rows too; what is merged there is not repeated in them. A row more than the head shows
    whether a sheet holds anything under it.
    """

    title: str
    heads: dict[str, list[list[str]]]
    records: Iterator[Record]


def read_sheet(path: Path, name: str, sheet: str | None, header: int, header_rows: int) -> Chosen:
    """A sheet, the first visible one where none is named; the head begins at row `header`. Raises DataError."""
    found = apart(rows, str(path), name, sheet, header, header_rows + 1, name=name)
    title, heads = next(found)
    return Chosen(title, heads, ((n, [from_plain(cell) for cell in cells]) for n, cells in found))  # fmt: skip


def read_rows(path: Path, name: str, sheet: str | None = None) -> Iterator[Record]:
    """The filled rows of a sheet, the first visible one where none is named. Raises DataError."""
    return read_sheet(path, name, sheet, 1, 1).records


def rows(path: str, name: str, sheet: str | None, first: int, count: int) -> Iterator[Any]:
    """What the child gives to `read_sheet`: about the sheets, then the rows of the one that is read."""
    (title, records), *visible = open_sheets(Path(path), name, sheet, head=(first, count))
    heads = {one: [[str(cell) for cell in cells] for _, cells in cut] for one, cut in visible}
    yield title, heads
    for number, cells in records:
        yield number, [to_plain(cell) for cell in cells]


def open_sheets(
    path: Path, name: str, sheet: str | None = None, *, all_sheets: bool = False,
    head: tuple[int, int] | None = None,
) -> list[Sheet]:  # fmt: skip
    """Titles and rows, read in this very process; with `head` after the sheet that is read the first rows of every
    visible one, from that row on so many that are filled. Raises DataError."""
    with path.open("rb") as stream:
        begin = stream.read(512)
    if begin.startswith(b"PK"):
        return xlsx.read_sheets(path, name, sheet, all_sheets=all_sheets, head=head)
    if begin.startswith(OLE) and ENCRYPTED in path.read_bytes():
        raise DataError.one(
            name, "file.encrypted", zh="工作簿设有打开密码，请去掉密码后另存",
            en="the workbook is locked by a password; save it without one",
        )  # fmt: skip
    if begin.lstrip()[:1] == b"<":
        raise DataError.one(
            name, "file.page", zh="这是网页或 XML，不是 Excel 工作簿；请在 Excel 中打开，另存为 .xlsx",
            en="this is a web page or XML, not an Excel workbook; open it in Excel and save it as .xlsx",
        )  # fmt: skip
    if path.suffix.lower() in {".xlsx", ".xlsm"} and not begin.startswith(OLE):
        # Only what is read as one table may be text as well; what is read sheet by sheet must be a workbook.
        advice = (
            ("请用 Excel 另存为 .xlsx 后再用", "save it as .xlsx with Excel")
            if all_sheets
            else (
                "如果是文本，请改用 .csv，否则请用 Excel 另存后再用",
                "if it is text call it .csv, else save it again with Excel",
            )
        )
        raise DataError.one(
            name, "file.broken", zh=f"扩展名是 .xlsx，内容却不是 Excel 工作簿；{advice[0]}",
            en=f"the file is called .xlsx and is no Excel workbook; {advice[1]}",
        )  # fmt: skip
    return xls.read_sheets(path, name, sheet, all_sheets=all_sheets, head=head)


def hidden_sheets(path: Path) -> set[str]:
    """The hidden sheets of a workbook that `open_sheets` has read."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"PK"
    return xlsx.hidden_sheets(path) if packed else xls.hidden_sheets(path)


def may_be_workbook(content: bytes) -> bool:
    """Whether it begins as a workbook does, or as a web page, which a reader is told to save as one."""
    return content.startswith((b"PK", OLE)) or content.lstrip()[:1] == b"<"


if __name__ == "__main__":
    serve(rows)

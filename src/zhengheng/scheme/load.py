"""Open a rulebook in either of its two forms."""

from pathlib import Path

from zhengheng.scheme.excel import read_workbook
from zhengheng.scheme.folder import Source, read_folder
from zhengheng.scheme.model import Rulebook


def load_rulebook(path: Path) -> tuple[Rulebook, Source]:
    """Read a YAML folder or an .xlsx workbook.

    Raises RulebookError with all problems of all files, each with file:line or sheet!cell.
    """
    return read_workbook(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else read_folder(path)

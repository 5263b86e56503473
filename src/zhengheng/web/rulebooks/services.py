"""Taking rulebooks in: a workbook or a folder of YAML, checked like on the command line."""

import re
import tempfile
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from zhengheng.domain.canonical import canonical
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.excel import write_form, write_workbook
from zhengheng.scheme.fingerprint import data_fingerprint, with_shared, wording_fingerprint
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.save import save_folder
from zhengheng.scoring.upload import read_apart, read_own
from zhengheng.web.files.services import content_of, path_of
from zhengheng.web.rulebooks.naming import finding, without_measure_unit


def read_upload(number: int) -> tuple[Rulebook, list[Problem]]:
    """The rulebook in an uploaded file, and what the check warns of. Raises RulebookError, FileError."""
    book, found = read_draft(number)
    if errors := [problem for problem in found if problem.severity == "error"]:
        raise RulebookError(errors)
    return book, found


def read_draft(number: int, *, own: bool = False) -> tuple[Rulebook, list[Problem]]:
    """The same with what the check calls wrong among the findings: a draft may be unfinished.

    `own`: the office wrote the file itself.
    """
    file, _ = content_of(number)
    if file.kind not in {"xlsx", "zip"}:
        raise RulebookError.one(
            file.name, "rulebook.kind", zh="请上传 .xlsx, 或装有 YAML 文件夹的 .zip",
            en="upload an .xlsx, or a .zip with the folder of YAML files",
        )  # fmt: skip
    if not own:
        return read_apart(path_of(file.sha256), file.name, file.kind)
    book, found = read_own(path_of(file.sha256), file.name, file.kind)
    return book, [replace(one, where=_indicator_at(one.where)) for one in found]


def _indicator_at(where: str) -> str:
    """The indicator that a place is about; none of the rulebook as a whole. A line of a file that nobody wrote is no place."""
    return name[1] if (name := re.search(r"indicators/([^/]+)\.yaml", where)) else ""


def packed(book: Rulebook) -> bytes:
    """The rulebook as the ZIP of YAML files that an official could upload."""
    held = BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(held, "w") as archive:
        target = Path(folder) / book.code
        save_folder(book, target)
        for path in sorted(target.rglob("*.yaml")):
            archive.write(path, path.relative_to(folder))
    return held.getvalue()


def excel(book: Rulebook) -> bytes:
    """The rulebook as the workbook that an official fills in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rulebook.xlsx"
        write_workbook(book, path)
        return path.read_bytes()


def empty_form() -> bytes:
    """The empty workbook of a rulebook, in which an official writes a year's rules in Chinese words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rulebook.xlsx"
        write_form(path)
        return path.read_bytes()


def fields_of(book: Rulebook, findings: list[Problem], period: str) -> dict[str, object]:
    """What a version keeps of a rulebook; whom the organisation knows is asked when it is read (`naming.findings_of`)."""
    return {
        "code": book.code, "version": book.version, "title_zh": book.title.zh,
        "title_en": book.title.en or "", "effective_from": book.effective_from, "period": period,
        "text": canonical(with_shared(book)), "fingerprint": data_fingerprint(book),
        "wording": wording_fingerprint(book),
        "findings": [
            finding(p) for p in (*findings, *without_measure_unit(book))
        ],
    }  # fmt: skip

"""Taking rulebooks in: a workbook or a folder of YAML, checked like on the command line."""

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from zhengheng.domain.canonical import canonical
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.fingerprint import data_fingerprint, dump, wording_fingerprint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.save import save_folder
from zhengheng.scoring.check import check as check_rulebook
from zhengheng.web.files.services import content_of

MOST_FILES = 2000


def read_upload(number: int) -> tuple[Rulebook, list[Problem]]:
    """The rulebook in an uploaded file, and what the check warns of. Raises RulebookError, FileError."""
    book, found = read_draft(number)
    if errors := [problem for problem in found if problem.severity == "error"]:
        raise RulebookError(errors)
    return book, found


def read_draft(number: int) -> tuple[Rulebook, list[Problem]]:
    """The same with what the check calls wrong among the findings: a draft may be unfinished."""
    file, content = content_of(number)
    with tempfile.TemporaryDirectory() as folder:
        if file.kind == "xlsx":
            path = Path(folder) / "rulebook.xlsx"
            path.write_bytes(content)
        elif file.kind == "zip":
            path = _unpack(file.name, content, Path(folder))
        else:
            raise RulebookError.one(
                file.name, "rulebook.kind", zh="请上传 .xlsx, 或装有 YAML 文件夹的 .zip",
                en="upload an .xlsx, or a .zip with the folder of YAML files",
            )  # fmt: skip
        book, source = load_rulebook(path)
        return book, check_rulebook(book, source)


def _unpack(name: str, content: bytes, folder: Path) -> Path:
    """The folder of the YAML files; names that lead outside are refused."""
    root = folder / "rulebook"
    with zipfile.ZipFile(BytesIO(content)) as archive:
        held = [one for one in archive.infolist() if not one.is_dir()]
        if len(held) > MOST_FILES:
            raise RulebookError.one(
                name, "rulebook.files", zh="压缩文件中文件太多", en="too many files in the archive"
            )
        for one in held:
            target = (root / one.filename).resolve()
            if not target.is_relative_to(root.resolve()):
                raise RulebookError.one(
                    name, "rulebook.path", zh=f"不能使用的文件名 {one.filename}",
                    en=f"the file name {one.filename} leads outside",
                )  # fmt: skip
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(one))
    inner = list(root.iterdir()) if root.is_dir() else []
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else root


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


def fields_of(book: Rulebook, findings: list[Problem], period: str) -> dict[str, object]:
    """What a version keeps of a rulebook."""
    return {
        "code": book.code, "version": book.version, "title_zh": book.title.zh,
        "title_en": book.title.en or "", "effective_from": book.effective_from, "period": period,
        "text": canonical(dump(book)), "fingerprint": data_fingerprint(book),
        "wording": wording_fingerprint(book),
        "findings": [
            {"where": p.where, "code": p.code, "zh": p.zh, "en": p.en, "severity": p.severity} for p in findings
        ],
    }  # fmt: skip

"""Rulebooks from strangers: read, checked and judged in a child process, whatever they do to a parser."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from zhengheng.domain.apart import apart, serve
from zhengheng.domain.problems import Problem, RulebookError, ZhenghengError
from zhengheng.scheme.fingerprint import with_shared
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.check import check, load_checked

MOST_FILES = 2000
MOST_UNPACKED = 50 * 2**20


def read_apart(path: Path, name: str, kind: str) -> tuple[Rulebook, list[Problem]]:
    """The rulebook of an .xlsx, or of a .zip with the folder of YAML files, and what the check finds.

    Raises RulebookError with every problem, DataError where reading took too much.
    """
    return _given(apart(read, str(path), name, kind, name=name))


def read_own(path: Path, name: str, kind: str) -> tuple[Rulebook, list[Problem]]:
    """The same of a file that this program wrote itself, in this very process."""
    return _given(read(str(path), name, kind))


def _given(lines: Iterator[Any]) -> tuple[Rulebook, list[Problem]]:
    said, *findings = lines
    return Rulebook.model_validate_json(said), [Problem(*one) for one in findings]


def read(path: str, name: str, kind: str) -> Iterator[Any]:
    """What the child gives to `read_apart`: the rulebook, then each finding."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "xlsx":
            target = Path(folder) / "rulebook.xlsx"
            target.write_bytes(Path(path).read_bytes())
        else:
            target = _unpack(name, Path(path), Path(folder))
        try:
            book, source = load_checked(target)
        except ZhenghengError as error:
            raise type(error)(
                _uploaded(one, (target, Path(folder)), name) for one in error.problems
            ) from error
        yield json.dumps(with_shared(book))
        for one in check(book, source):
            yield one.where, one.code, one.zh, one.en, one.severity


def _uploaded(problem: Problem, places: tuple[Path, ...], name: str) -> Problem:
    """A problem at the file as it was uploaded: where it was unpacked is nobody's business and gone by then."""
    said = [problem.where, problem.zh, problem.en]
    for place in places:
        said = [text.replace(str(place), name) for text in said]
    where, zh, en = said
    return replace(problem, where=where, zh=zh, en=en)


def _unpack(name: str, packed: Path, folder: Path) -> Path:
    """The folder of the YAML files; names that lead outside are refused."""
    root = folder / "rulebook"
    with zipfile.ZipFile(packed) as archive:
        held = [one for one in archive.infolist() if not one.is_dir()]
        if len(held) > MOST_FILES or sum(one.file_size for one in held) > MOST_UNPACKED:
            raise RulebookError.one(
                name,
                "rulebook.files",
                zh="压缩文件中文件太多或太大",
                en="too many or too large files in the archive",
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


if __name__ == "__main__":
    serve(read)

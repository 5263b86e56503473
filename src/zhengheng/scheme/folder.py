"""Load a rulebook from a YAML folder into the one model; every error in words, at its line."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.fault_words import worded
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Case, Rulebook
from zhengheng.scheme.yaml_source import Document, read_yaml

MAIN = "rulebook.yaml"
MOST = 200
"""Faults of one document that are told at once."""


class Source:
    """Where each part of a rulebook stands, for messages about the model as a whole."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.main: Document | None = None
        self.indicators: dict[str, Document] = {}
        self.cells: dict[str, str] = {}

    def indicator(self, code: str, *path: str | int) -> str:
        if code in self.cells:
            return self.cells[code]
        document = self.indicators.get(code)
        return document.where(path) if document else f"indicators/{code}.yaml"

    def rulebook(self, *path: str | int) -> str:
        if self.main:
            return self.main.where(path)
        return self.cells.get(str(path[0]) if path else "", self.root.name)


def read_folder(path: Path) -> tuple[Rulebook, Source]:
    """Read a YAML folder.

    Raises RulebookError with all problems of all files, each with file:line.
    """
    if not (path / MAIN).is_file():
        raise RulebookError.one(
            str(path), "rulebook.absent", zh=f"找不到 {MAIN}: 请给出考核方案文件夹或 xlsx 工作簿",
            en=f"no {MAIN} here: name a rulebook folder or an .xlsx workbook",
        )  # fmt: skip
    source = Source(path)
    problems: list[Problem] = []
    data = _read(path / MAIN, MAIN, problems)
    source.main = data
    indicators, cases = [], []
    for file in sorted((path / "indicators").glob("*.yaml")):
        document = _read(file, f"indicators/{file.name}", problems)
        if document is None:
            continue
        found = validate(Indicator, document, problems)
        if found and found.code != file.stem:
            problems.append(
                Problem(document.where(("code",)), "indicator.file_name",
                        f"文件名应与指标代码一致: {found.code}.yaml",
                        f"the file name must be the code: {found.code}.yaml")
            )  # fmt: skip
        if found:
            source.indicators[found.code] = document
            indicators.append(found)
    for file in sorted((path / "cases").glob("*.yaml")):
        document = _read(file, f"cases/{file.name}", problems)
        for place, entry in enumerate(
            document.data if document and isinstance(document.data, list) else []
        ):
            part = Document(entry, document.name, document.lines) if document else None
            if part and (case := validate(Case, part, problems, (place,))):
                cases.append(case)
    book = None
    if data and isinstance(data.data, dict):
        data.data.setdefault("indicators", [])
        data.data.setdefault("cases", [])
        book = validate(Rulebook, data, problems)
    elif data:
        problems.append(Problem(MAIN, "rulebook.empty", "文件是空的", "the file is empty"))
    if problems or book is None or data is None:
        raise RulebookError(problems)
    for place, inline in enumerate(book.indicators):
        source.cells[inline.code] = data.where(("indicators", place))
    return (
        book.model_copy(
            update={
                "indicators": (*book.indicators, *indicators),
                "cases": (*book.cases, *cases),
            }
        ),
        source,
    )


def _read(file: Path, name: str, problems: list[Problem]) -> Document | None:
    try:
        return read_yaml(file, name)
    except RulebookError as error:
        problems += error.problems
        return None


M = TypeVar("M", bound=BaseModel)


def validate(
    model: type[M], document: Document, problems: list[Problem], base: tuple[str | int, ...] = ()
) -> M | None:
    """Validate plain data; translate every error to a place and words."""
    try:
        return model.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        problems += explain(error, document, base)
        return None


def explain(
    error: ValidationError, document: Document, base: tuple[str | int, ...] = ()
) -> Iterable[Problem]:
    """A pydantic error in the words of the rulebook, at its line."""
    known = {part for path in document.lines for part in path}
    for place, item in enumerate(error.errors(include_url=False)):
        if place == MOST:
            count = error.error_count() - MOST
            yield Problem(document.name, "field.more", f"另有 {count} 处问题，请先改正以上各处", f"{count} more; correct these first")  # fmt: skip
            return
        path = base + tuple(part for part in item["loc"] if isinstance(part, int) or part in known)
        name = ".".join(str(part) for part in item["loc"])
        zh, en = worded(item)
        yield Problem(
            document.where(path), f"field.{item['type']}", f"{name}: {zh}", f"{name}: {en}"
        )

"""Load a rulebook from a YAML folder into the one model; every error in words, at its line."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zhengheng.domain.entries import by_keys
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.cells import ROOT, thin, typed
from zhengheng.scheme.drafts import drafts
from zhengheng.scheme.faults import explain
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.shared import origins, spread
from zhengheng.scheme.yaml_source import Document, Path_, Room, read_yaml
from zhengheng.workbooks.cell import Fault
from zhengheng.workbooks.xlsx import HIDDEN_COLUMN

MAIN = "rulebook.yaml"


class Source:
    """Where each part of a rulebook stands, for messages about the model as a whole."""

    def __init__(self, root: Path, document: Document | None = None) -> None:
        self.root = root
        self.main = document
        self.numbers: dict[str, int] = {}
        """Indicators by code: their number in the rulebook."""

    def indicator(self, code: str, *path: str | int) -> str:
        if self.main and code in self.numbers:
            return self.main.where(("indicators", self.numbers[code], *path))
        return f"indicators/{code}.yaml"

    def rulebook(self, *path: str | int) -> str:
        return self.main.where(path) if self.main else self.root.name


class UnreadableError(RulebookError):
    """The rulebook does not have the format's shape; `drafts` are what it may have meant, and `silent` the kinds of
    findings that hang on what could not be read."""

    def __init__(self, problems: list[Problem], meant: list[Rulebook], source: Source, silent: Collection[str] = ()) -> None:  # fmt: skip
        super().__init__(problems)
        self.drafts, self.source, self.silent = meant, source, frozenset(silent)


class Folder(Document):
    """The data of a folder: the main file, one file an indicator, files of cases."""

    def __init__(self, main: Document) -> None:
        super().__init__(main.data, main.name, main.lines, twice=main.twice)
        self.parts: dict[Path_, tuple[Document, Path_]] = {}
        """Where another file takes over: which, and from what place in it."""

    def doubled(self) -> set[Path_]:
        """Parts that stand twice in their file: what they hold is not known. Of a code the first counts: others name it."""
        found = set(self.twice)
        for path, (document, base) in self.parts.items():
            found |= {(*path, *at[len(base):]) for at in document.twice if at[: len(base)] == base}  # fmt: skip
        return {path for path in found if path[-1] != "code"}

    def where(self, path: Path_) -> str:
        document, inner = self._part(path)
        return self.elsewhere_of(path) or (document.where(inner) if document else super().where(path))  # fmt: skip

    def named(self, path: Path_) -> tuple[str, str]:
        _, inner = self._part(path)
        return by_keys(inner)

    def _part(self, path: Path_) -> tuple[Document | None, Path_]:
        document, base = self.parts.get(path[:2], (None, ()))
        return document, (*base, *path[2:]) if document else path


def read_folder(path: Path) -> tuple[Rulebook, Source]:
    """Read a YAML folder.

    Raises RulebookError with all problems of all files, each with file:line.
    """
    if not (path / MAIN).is_file():
        raise RulebookError.one(
            str(path), "rulebook.absent", zh=f"找不到 {MAIN}：请给出考核方案文件夹或 xlsx 工作簿",
            en=f"no {MAIN} here: name a rulebook folder or an .xlsx workbook",
        )  # fmt: skip
    problems: list[Problem] = []
    room = Room()
    main = _read(path / MAIN, MAIN, problems, room)
    if main is not None and not isinstance(main.data, dict):
        zh, en = ("文件是空的", "the file is empty") if main.data is None else ("应为“键: 值”", "keys with values are expected (key: value)")  # fmt: skip
        problems.append(Problem(MAIN, "rulebook.empty", zh, en))
    # Without its main file the others are read all the same, for their own faults.
    known = main is not None and isinstance(main.data, dict)
    folder = Folder(main if main is not None and known else Document({}, MAIN))
    lost = _indicators(path, folder, problems, room)
    _cases(path, folder, problems, room)
    source = Source(path, folder)
    absent = () if known else [(name,) for name in ROOT.parts]
    doubled = folder.doubled()
    return found_in(folder.data, source, problems, lost=lost or not known, absent=absent, doubled=doubled), source  # fmt: skip


def _indicators(path: Path, folder: Folder, problems: list[Problem], room: Room) -> bool:
    """The files of indicators into the data; whether one of them could not be read at all."""
    held = folder.data.setdefault("indicators", [])
    lost = not isinstance(held, list)
    for file in sorted((path / "indicators").glob("*.yaml")):
        document = _read(file, f"indicators/{file.name}", problems, room)
        if document is not None and document.data is None:
            problems.append(Problem(document.name, "indicator.empty", "文件是空的；请写明指标，或删去这个文件。", "the file is empty; write the indicator, or delete the file"))  # fmt: skip
        if document is None or document.data is None or not isinstance(held, list):
            lost = True
            continue
        code = document.data.get("code") if isinstance(document.data, dict) else None
        if isinstance(code, str) and code != file.stem:
            problems.append(Problem(
                document.where(("code",)), "indicator.file_name",
                f"文件名应与指标代码一致：{code}.yaml", f"the file name must be the code: {code}.yaml",
            ))  # fmt: skip
        folder.parts["indicators", len(held)] = (document, ())
        held.append(document.data)
    return lost


def _cases(path: Path, folder: Folder, problems: list[Problem], room: Room) -> None:
    held = folder.data.setdefault("cases", [])
    for file in sorted((path / "cases").glob("*.yaml")):
        document = _read(file, f"cases/{file.name}", problems, room)
        if document is None or document.data is None or not isinstance(held, list):
            continue
        if not isinstance(document.data, list):
            problems.append(Problem(document.where(()), "cases.list", "算例文件应为列表：每个算例以 - 开头", "a file of cases is a list: each case begun with -"))  # fmt: skip
            continue
        for place, entry in enumerate(document.data):
            folder.parts["cases", len(held)] = (document, (place,))
            held.append(entry)


def _read(file: Path, name: str, problems: list[Problem], room: Room) -> Document | None:
    if room.left < 0:
        return None  # that there is too much was said where it began
    try:
        document = read_yaml(file, name, room, twice=True)
        problems += document.twice.values()
        return document
    except RulebookError as error:
        problems += error.problems
        return None


def found_in(
    data: Any, source: Source, problems: list[Problem], *, cells: bool = False, lost: bool = False,
    absent: Collection[Path_] = (), doubled: Collection[Path_] = (), silent: Collection[str] = (),
) -> Rulebook:  # fmt: skip
    """The rulebook in plain data; `cells`: its leaves are texts of a workbook.

    Raises UnreadableError with the problems found so far and those of the model; where parts are `lost`
    altogether it offers no drafts, and those that are `absent` are not told again as missing; of the drafts the findings
    of the kinds that are `silent` are not told.
    """
    document = source.main
    assert document is not None
    unread: dict[Path_, Fault] = {}
    if cells:
        data = typed(data, ROOT, unread)
        problems += _once_a_column([Problem(document.where(path), f.code, f.zh, f.en) for path, f in unread.items()])  # fmt: skip
    else:
        data = thin(data, ROOT)
    _share(data, document)
    book = None
    try:
        book = Rulebook.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        told = {problem.where for problem in problems if cells}
        problems += [p for p in explain(error, document, ROOT, data, keys=not cells, absent=absent) if p.where not in told]  # fmt: skip
    _number(source, data)
    if book is None or problems:
        meant = [] if lost else drafts(data, [*unread, *doubled])
        raise UnreadableError(problems, meant, source, silent)
    return book


def _once_a_column(problems: list[Problem]) -> list[Problem]:
    """A hidden column is one fault, however many cells it has."""
    first = {p.where.rstrip("0123456789"): p for p in reversed(problems) if p.code == HIDDEN_COLUMN.code}  # fmt: skip
    return [p for p in problems if p.code != HIDDEN_COLUMN.code or first[p.where.rstrip("0123456789")] is p]  # fmt: skip


def _share(data: Any, document: Document) -> None:
    """Spread the shared settings over the indicators; a fault of theirs is told at their own place."""
    held = data if isinstance(data, dict) else {}
    entries, indicators = held.get("defaults"), held.get("indicators")
    if not isinstance(entries, list) or not isinstance(indicators, list):
        return
    known = [path for path in document.known() if path[:1] == ("defaults",)]
    for number, one in enumerate(indicators):
        if isinstance(one, dict):
            for path, origin in origins(spread(one, entries), known):
                document.elsewhere["indicators", number, *path] = document.where(origin)


def _number(source: Source, data: Any) -> None:
    held = data.get("indicators") if isinstance(data, dict) else None
    for number, one in enumerate(held if isinstance(held, list) else []):
        if isinstance(one, dict) and isinstance(one.get("code"), str):
            source.numbers.setdefault(one["code"], number)

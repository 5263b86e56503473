"""The source row behind a number 来源行: the one row that a passport names, as it stood, and what was taken from it."""

from dataclasses import dataclass
from pathlib import Path

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.passport import (  # fmt: skip
    STATUS_WORDS,
    TARGET_WORDS,
    VINTAGE_WORDS,
    Row,
    sources_of,
    unit_rows,
)
from zhengheng.engines.run import Run
from zhengheng.lake.facts import DECIDED, FileInfo, file_digest
from zhengheng.lake.readers import read_table
from zhengheng.scoring.contracts import FACTS, STATUS_NAMES
from zhengheng.workbooks.cell import shown

KINDS = {
    "observation": ("观测", "observation"), "revision": ("修订", "revision"), "target": ("目标", "target"),
    "milestone": ("节点", "node"), "event": ("加减分项", "adjustment item"), "approval": ("不适用的批准", "approval that it does not apply"),
}  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """One fact that was taken from the row: kind, unit, code of what it is about, when, and its value in words."""

    kind: str
    unit: str
    code: str
    when: str
    value: str


@dataclass(frozen=True)
class SourceRow:
    """File and row; the facts taken; the cells by column, where the very file is at hand (empty where not)."""

    file: FileInfo
    row: int
    taken: tuple[Taken, ...]
    cells: tuple[tuple[str, str], ...]


def source_row(
    run: Run, unit: str, file: int, row: int, folder: Path, language: Language
) -> SourceRow:
    """The row that stands behind a unit's values; no other row can be asked for.

    `folder` is where files of this lake are kept. A file of the same name with another content is not opened.
    Raises NotFoundError where the unit's values, and those they come from, do not rest on the row.
    """
    origins = sources_of(run.plan.tables, unit)
    taken = tuple(
        _taken(run, contract.name, held, language)
        for contract in FACTS
        for held in unit_rows(run.facts, contract.name, origins)
        if (held["file"], held["row"]) == (file, row)
    )
    about = next((one for one in run.facts.files if one.number == file), None)
    if not taken or about is None:
        raise NotFoundError.one(
            f"{file}/{row}", "row.absent", zh=f"{unit} 的得分不以这一行为依据。", en=f"no value of {unit} rests on this row"
        )  # fmt: skip
    return SourceRow(about, row, taken, _cells(folder, about, row))


def _taken(run: Run, table: str, held: Row, language: Language) -> Taken:
    english = language == "en"
    kind = KINDS[table][english]
    code = held.get("indicator") or held["item"]
    when = held.get("period") or held.get("decided_on") or held.get("due_on") or ""
    value = ""
    if table in {"observation", "revision", "target"}:
        value = format_scaled(held["value"], run.rulebook.indicator(code).decimals)
        value = value or STATUS_WORDS[STATUS_NAMES[held["status"]]][english]
        if table == "target":
            kind = TARGET_WORDS[held["kind"]][english]
        elif held["vintage"] == DECIDED:
            kind = "decided on appeal" if english else "申诉决定"
        elif held["vintage"]:
            kind = VINTAGE_WORDS[held["vintage"]][english]
    elif table == "milestone":
        value = f"{held['milestone']} {plain(held['share'], 4)} %"
    elif table == "event":
        value = "" if held["points"] is None else plain(held["points"], 9)
    return Taken(kind, held["unit"], code, str(when), value)


def _cells(folder: Path, file: FileInfo, row: int) -> tuple[tuple[str, str], ...]:
    """The row as it stood; nothing where the file that was loaded is not at hand any more."""
    path = folder / file.name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return ()
    if file_digest(path) != file.sha256:
        return ()
    table = read_table(path, None, name=file.name, sheet=file.sheet or None)
    cells = next((cells for number, cells in table.records if number == row), [])
    return tuple((name, shown(cell)) for name, cell in zip(table.header, cells, strict=False))

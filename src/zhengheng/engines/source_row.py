"""The source row behind a number 来源行: a row that a passport rests on, as it stood, and what was taken from it.

A value that was counted from many rows names the first and the last; which of those between were counted is
found again in the file by the mapping of its intake, and nobody opens another.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.origins import sources_of
from zhengheng.engines.passport_rows import (  # fmt: skip
    TARGET_WORDS,
    VINTAGE_WORDS,
    Row,
)
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.lake.facts import DECIDED, FileInfo
from zhengheng.lake.kept import counted, source_of, table_of
from zhengheng.lake.mapping import SourceFile
from zhengheng.lake.measures import Entry, Units
from zhengheng.lake.readers import Table
from zhengheng.scoring.contracts import FACTS, STATUS_NAMES, STATUS_WORDS
from zhengheng.workbooks.cell import shown

MOST = 200
"""Rows counted together that are listed; the others are opened by their number."""
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
    """File and row; the facts taken; the cells by column, where the very file is at hand (empty where not).

    Of a row that was counted together with others: the first MOST of them all, this one among them, and their number.
    """

    file: FileInfo
    row: int
    taken: tuple[Taken, ...]
    cells: tuple[tuple[str, str], ...]
    among: tuple[int, ...] = ()
    rows: int = 0


def source_row(
    run: Run, unit: str, file: int, row: int, folder: Path | None, language: Language
) -> SourceRow:
    """The row that stands behind a unit's values; no other row can be asked for.

    `folder` is where files of this lake are kept (lake/kept.py); None where the row's own is not to be opened. A file with another content never is.
    Raises NotFoundError where the unit's values, and those they come from, do not rest on the row.
    """
    origins = sources_of(run.plan.tables, unit)
    about = next((one for one in run.facts.files if one.number == file), None)
    if about is None:
        raise _absent(unit, file, row)
    facts = {contract.name: unit_rows(run.facts, contract.name, origins) for contract in FACTS}
    spans = [
        one for one in facts.pop("counted")
        if one["file"] == file and one["first_row"] <= row <= one["row"]
    ]  # fmt: skip
    found = _Found()
    source = source_of(folder, run.facts.mapping, about) if folder else None
    units = {one.code: one.measure_unit.zh for one in run.rulebook.indicators}
    if folder and (table := table_of(folder, about, source)):
        found = _look(table, source, row, spans, units)
    counted = [one for one in spans if one["row"] == row or _entry(one) in found.entries]
    taken = tuple(
        _taken(run, name, held, language)
        for name, rows in facts.items() for held in rows
        if (held["file"], held["row"]) == (file, row)
        or (name == "observation" and held["file"] == file and any(_entry(held) == _entry(one) for one in counted))
    )  # fmt: skip
    if not taken:
        raise _absent(unit, file, row)
    most = max(counted, key=lambda one: int(one["rows"]), default=None)
    among = tuple(found.among.get(_entry(most), ())) if most else ()
    return SourceRow(about, row, taken, found.cells, among, most["rows"] if most else 0)


def _absent(unit: str, file: int, row: int) -> NotFoundError:
    return NotFoundError.one(
        f"{file}/{row}", "row.absent", zh=f"{unit} 的得分不以这一行为依据。", en=f"no value of {unit} rests on this row"
    )  # fmt: skip


def _entry(row: Row) -> Entry:
    return row["indicator"], row["unit"], row["period"]


@dataclass
class _Found:
    """What a file says: the row's cells, what it was counted in, and the rows that were counted with it."""

    cells: tuple[tuple[str, str], ...] = ()
    entries: frozenset[Entry] = frozenset()
    among: dict[Entry, list[int]] = field(default_factory=lambda: defaultdict(list))


def _look(table: Table, source: SourceFile | None, row: int, spans: list[Row], units: Units) -> _Found:  # fmt: skip
    """Read a file up to the last row that matters."""
    found, wanted = _Found(), {_entry(one) for one in spans}
    last = max([row, *(one["row"] for one in spans)])
    if source is not None and source.role == "fact" and spans:
        rows = counted(source, table, units)
    else:
        rows = ((number, cells, frozenset()) for number, cells in table.records)
    for number, cells, entries in rows:
        if number > last:
            break
        for entry in entries & wanted:
            if len(found.among[entry]) < MOST:
                found.among[entry].append(number)
        if number == row:
            found.entries = entries
            found.cells = tuple(
                (name, shown(cell)) for name, cell in zip(table.header, cells, strict=False)
            )
    return found


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

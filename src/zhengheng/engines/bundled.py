"""Reading what lies in an unpacked bundle: rows with their digests, plans, columns and their types."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from zhengheng.domain.canonical import canonical, read_json
from zhengheng.engines.oracle import Row, Tables
from zhengheng.scoring.contracts import CONTRACTS, Column

FORMAT = 3
"""Of the bundles that are written; those of format 2, and of release 0.1.0, which names none, are still read."""
HIDDEN = ("value", "previous", "target", "base", "stretch", "bottom")
COMMITTED = (*HIDDEN, "points", "printed")
"""What an internal cell's commitment covers, in this order of names."""
HEADERS: dict[str, tuple[str, ...]] = {
    "cell": (*CONTRACTS["cell"].names, "commitment", "outcome"),
    "gate_value": ("unit", "indicator", "status", "value"),
    "agreed": ("unit", "indicator", "kind", "value"),
    "unit_reference": ("indicator", "segment", "value"),
    "planned": ("unit", "indicator", "value"),
    "stated": CONTRACTS["node_score"].names,
    "unit": ("code", "category", "group", "superior", "valid_from", "valid_to", "exempt", "ranked"),
}
"""Columns of the inputs that are no fact tables."""
KEYS: dict[str, tuple[str, ...]] = {
    "cell": ("unit", "indicator", "segment"),
    "gate_value": ("unit", "indicator"),
    "agreed": ("unit", "indicator", "kind"),
    "unit_reference": ("indicator", "segment"),
    "planned": ("unit", "indicator"),
    "stated": CONTRACTS["node_score"].key,
    "unit": ("code",),
}
"""What tells their rows apart."""
PUBLIC = ("cell", "agreed", "gate_value", "event", "unit_reference", "planned", "stated", "unit")
SHOWN = ("indicator_score", "node_score", "total_score", "ranking", "grading", "light")
HUGE = 2**30
"""Characters of a document of a bundle, at most."""
OTHERS = ("plan.json", "rulebook.json", "run.json", "scores.csv", "indicator_scores.csv", "verify.py", "README.txt")  # fmt: skip
DOCUMENTS = ("manifest.json", "plan.json", "rulebook.json", "run.json")
ABOUT = {
    "format": int, "run": str, "kind": str, "period": str, "at": str, "rulebook": str, "fingerprint": dict,
    "intake": str, "semantics": str, "mapping": str, "files": list, "contents": dict, "seal": str,
}  # fmt: skip
"""What run.json holds, and nothing beside it."""
FINGERPRINT = {"data": str, "wording": str}
FILE = {
    "number": int, "name": str, "sha256": str, "sheet": str, "rows": int, "taken": int, "rounded": int, "skipped": int,
}  # fmt: skip
"""What it says of a source file."""
_TEXTS = {"commitment", "kind", "code", "group", "superior", "exempt", "category"}
_DATES = {
    "at", "period", "period_begin", "period_end", "before_end", "known_by", "part_of", "valid_from", "valid_to", "due_on", "done_on", "decided_on",
    "published_on", "published_by", "ends_on", "starts_on", "reach_from", "first", "last", "against", "begins",
}  # fmt: skip


class BundleError(Exception):
    """What is wrong, in one sentence per finding."""


def seal(about: dict[str, Any]) -> str:
    """The digest over everything else in run.json."""
    held = {name: value for name, value in about.items() if name != "seal"}
    return hashlib.sha256(canonical(held).encode()).hexdigest()


def strange(about: dict[str, Any]) -> Iterator[str]:
    """Where run.json holds more or less than a bundle of this format does, or something of another sort: a sentence each."""
    yield from _strange(about, ABOUT, "")
    fingerprint, files = about.get("fingerprint"), about.get("files")
    if isinstance(fingerprint, dict):
        yield from _strange(fingerprint, FINGERPRINT, " fingerprint")
    for number, file in enumerate(files if isinstance(files, list) else (), 1):
        if isinstance(file, dict):
            yield from _strange(file, FILE, f" files {number}")
        else:
            yield f"run.json files {number}: not a source file / 不是来源文件的说明"
    if about.get("kind") not in {"public", "audit"}:
        yield f"run.json kind: {about.get('kind')} is no kind of bundle / 不是复核包的种类"
    if not files and about.get("mapping"):
        yield "run.json mapping: of a run that was made from no file / 没有来源文件的批次不应有映射"


def _strange(held: dict[str, Any], wanted: Mapping[str, type], where: str) -> Iterator[str]:
    for name in sorted(held.keys() | wanted.keys()):
        place = f"run.json{where} {name}"
        if name not in wanted:
            yield f"{place}: nothing that belongs there / 不属于此处的内容"
        elif name not in held:
            yield f"{place}: missing / 缺少"
        elif type(held[name]) is not wanted[name]:
            yield f"{place}: not of its kind / 内容的类型不对"


def read_rows(path: Path, wanted: tuple[str, ...] = ()) -> list[Row]:
    """The rows of a bundle's csv, each checked against its own digest."""
    found, wrong = [], []
    columns = _columns(path)
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        if wanted and tuple(header) != (*wanted, "digest"):
            raise BundleError(
                f"{place_of(path)}:1: columns changed / 表头被改动: {', '.join(header)}"
            )
        for cells in reader:
            named = ", ".join(f"{n} {c}" for n, c in zip(header, cells, strict=False) if n in _NAMES and c)  # fmt: skip
            where = f"{place_of(path)}:{reader.line_num}: {named}"
            sound = len(cells) == len(header) and cells[-1] == row_digest(cells[:-1])
            try:
                row = {n: _typed(c, columns.get(n), n) for n, c in zip(header[:-1], cells, strict=False)}  # fmt: skip
            except ValueError:
                sound, row = False, {}
            if sound:
                found.append(row)
            else:
                wrong.append(where)
    if wrong:
        raise BundleError("changed cell / 被改动: " + "; ".join(wrong[:5]))
    return found


_NAMES = ("unit", "indicator", "node", "period", "item", "value", "code", "subject")


def row_digest(cells: Iterable[str]) -> str:
    """The digest at the end of a row."""
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:8]


def as_text(value: Any) -> str:
    """A cell as a bundle's csv has it; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def in_order(name: str, rows: Iterable[Row]) -> list[Row]:
    """The rows of a table by their key as text: the order in which a bundle has them since format 3."""
    key = KEYS.get(name) or CONTRACTS[name].key
    return sorted(rows, key=lambda row: [as_text(row[column]) for column in key])


def place_of(path: Path) -> str:
    """A file as findings name it."""
    return f"{path.parent.name}/{path.name}" if path.parent.name in {"inputs", "results"} else path.name  # fmt: skip


def _columns(path: Path) -> dict[str, Column]:
    name = "node_score" if path.stem == "stated" else path.stem
    if name not in CONTRACTS or (path.parent.name == "inputs" and name == "unit"):
        return {}
    return {column.name: column for column in CONTRACTS[name].columns}


def _typed(cell: str, column: Column | None, name: str) -> Any:
    if column is not None and column.type == "text":
        return cell if cell or not column.nullable else None
    if column is None and name in _TEXTS | {"unit", "indicator"}:
        return cell or None
    if cell == "":
        return None
    if cell in {"true", "false"}:
        return cell == "true"
    return date.fromisoformat(cell) if name in _DATES else int(cell)


def read_plan(path: Path) -> Tables:
    """The plan tables with their dates."""
    tables: Tables = read_json(path.read_text(encoding="utf-8"), HUGE)
    for rows in tables.values():
        for row in rows:
            for name, value in row.items():
                if name in _DATES and isinstance(value, str):
                    row[name] = date.fromisoformat(value)
    return tables


def rows_of(folder: Path, part: str = "inputs") -> Iterator[tuple[str, list[Row]]]:
    """The tables of an unpacked bundle by name."""
    for path in sorted((folder / part).glob("*.csv")):
        yield path.stem, read_rows(path)

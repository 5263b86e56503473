"""Loading rows into a rulebook's lake: one file, one atomic snapshot, known again when it comes twice."""

import csv
import hashlib
import hmac
import io
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from zhengheng.domain.problems import DataError
from zhengheng.domain.said import says_something
from zhengheng.lake.facts import Facts, schema
from zhengheng.lake.intake import Progress, read_files
from zhengheng.lake.kept import keep
from zhengheng.lake.mapping import Mapping as IntakeMapping
from zhengheng.lake.store import Lake
from zhengheng.lake.whole import whole
from zhengheng.scheme.model import Rulebook
from zhengheng.web.intake.committed import commit, expect, require_as_loaded

SHAPES: dict[str, dict[str, object]] = {
    "observation": {"unit": "unit", "indicator": "indicator", "period": "period", "value": "value", "status": "status", "confirmation": "confirmation"},
    "correction": {"unit": "unit", "indicator": "indicator", "period": "period", "value": "value", "status": "status", "confirmation": "confirmation"},
    "ruling": {"unit": "unit", "indicator": "indicator", "period": "period", "value": "value", "confirmation": "confirmation"},
    "target": {
        "unit": "unit", "indicator": "indicator", "period": "period", "confirmation": "confirmation",
        "kinds": {"target": "target", "base": "base", "stretch": "stretch", "bottom": "bottom"},
    },
    "event": {"unit": "unit", "item": "item", "points": "points", "document": "document", "decided_on": "decided_on", "period": "period", "revoked": "revoked"},
    "approval": {"unit": "unit", "indicator": "indicator", "approver": "approver", "document": "document"},
}  # fmt: skip
"""Role → the mapping of the office's own files: each column has the name of what it holds."""


def lake_of(code: str) -> Path:
    """Where the lake of a rulebook lies: facts and runs of one rulebook, and of no other."""
    return Path(settings.HOME) / "lakes" / code


def opened(code: str) -> Lake:
    """The lake of a rulebook, made at first use."""
    home = lake_of(code)
    return Lake.open(home) if (home / "register.db").is_file() else Lake.create(home)


def read_rows(
    book: Rulebook,
    role: str,
    rows: Iterable[Mapping[str, str]],
    purpose: str,
    folder: Path,
    mark: str = "",
) -> tuple[Facts, IntakeMapping, Path]:
    """Rows as an intake would read them, from a file in `folder`. Raises DataError with every refused row.

    The digest of a file is public, and that of a few rows is soon guessed: each row has a salt that only the office can make.
    """
    held = [dict(row) for row in rows]
    columns = [name for name in _columns(role) if any(name in row for row in held)]
    bare = _csv(columns, held)
    salt = hmac.new(settings.SECRET_KEY.encode(), f"{role}:{bare}".encode(), hashlib.sha256).hexdigest()  # fmt: skip
    content = _csv([*columns, "salt"], [row | {"salt": salt[:32]} for row in held]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    name = "-".join(filter(None, (role, salt[-16:], mark))) + ".csv"
    path = folder / name
    if not path.is_file() or path.read_bytes() != content:
        # What lies there under this name is these rows or was spoilt. Of two processes that write them, each has a name of
        # its own until the file is whole.
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}.part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
    shape = {k: v for k, v in SHAPES[role].items() if k == "kinds" or v in columns}
    if "kinds" in shape:
        kinds: dict[str, str] = shape["kinds"]  # type: ignore[assignment]
        shape["kinds"] = {kind: column for kind, column in kinds.items() if column in columns}
    said = {
        "purpose": purpose, "source": "office", "sources": [{"file": name, "role": role, **shape}],
    }  # fmt: skip
    mapping = IntakeMapping.model_validate_json(json.dumps(said))
    facts = read_files(mapping, book, folder, declared_units=True)
    if facts.rejects:
        raise DataError(reject.problem for reject in facts.rejects)
    return facts, mapping, path


def _csv(columns: list[str], rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def confirmed(reason: str) -> dict[str, str]:
    """Of a row: the reason that somebody gave for a value beyond its range of sense. Nobody else confirms one."""
    return {"confirmation": reason} if says_something(reason) else {}


def _columns(role: str) -> list[str]:
    found = []
    for value in SHAPES[role].values():
        found += list(value.values()) if isinstance(value, dict) else [str(value)]
    return found


def load(
    book: Rulebook, role: str, rows: Iterable[Mapping[str, str]], *, purpose: str, loader: str, at: datetime,
    lake: Lake | None = None, mark: str = "",
) -> str:  # fmt: skip
    """Load rows and give the file's name. Rows that were loaded before, to the letter, change nothing.

    Nothing is loaded into a lake that is not as the ledger has it. Whoever holds the lake already gives it. `mark` tells rows that come again for a reason of their own from the same
    rows sent twice: a value that was corrected to another one may be corrected back. Not within another transaction.
    Raises DataError with every refused row, KeptError with every part of the lake that is not as it was loaded.
    """
    facts, mapping, path = read_rows(book, role, rows, purpose, lake_of(book.code) / "inbox", mark)
    held = lake or opened(book.code)
    with held.writing():
        require_as_loaded(held)
        expect(held, ((file.sha256, mapping.fingerprint) for file in facts.files), at)
        try:
            held.intake(facts, mapping, loader=loader, at=at)
        except DataError as error:
            if {problem.code for problem in error.problems} != {"file.loaded"}:
                raise
        commit(held, at)
    return path.name


def load_files(
    book: Rulebook, mapping: IntakeMapping, data: Path, *, loader: str, at: datetime, keep_rejects: bool = False, progress: Progress | None = None
) -> Facts:  # fmt: skip
    """Load the files of a folder into the rulebook's lake, as the ledger then tells with who loaded them; gives what was read.

    Raises DataError with every fault of the files, also of files that were loaded before, KeptError with every part of
    the lake that is not as it was loaded.
    """
    held = opened(book.code)
    secret = held.home / "secret.key"
    key = secret.read_bytes() if secret.is_file() else b""
    facts = read_files(mapping, book, data, key=key, keep_rejects=keep_rejects, progress=progress)
    with held.writing():
        require_as_loaded(held)
        expect(held, ((file.sha256, mapping.fingerprint) for file in facts.files), at, loader)
        held.intake(facts, mapping, loader=loader, at=at)
        keep(held.home / "inbox", facts, mapping, data, key)
        commit(held, at, actor=loader)
    return facts


def corrected(facts: Facts, extra: Facts) -> Facts:
    """The facts as they would be with corrections and decisions on top; nothing is stored.

    What is known and what is new both come as revisions: the latest release of a value counts.
    """
    held = _read(facts, "revision")
    fresh = [*extra.tables["observation"].to_pylist(), *extra.tables["revision"].to_pylist()]
    rows = [row | {"sequence": held.num_rows + place} for place, row in enumerate(fresh, 1)]
    more = pa.Table.from_pylist(rows, schema=schema("revision"))
    return replace(
        facts, tables={**facts.tables, "revision": pa.concat_tables([held.cast(more.schema), more])},
        paths={name: paths for name, paths in facts.paths.items() if name != "revision"},
        counts={name: size for name, size in facts.counts.items() if name != "revision"},
        files=[*facts.files, *extra.files],
    )  # fmt: skip


def retargeted(facts: Facts, about: tuple[str, str, date], value: int) -> Facts | None:
    """The facts as they would be with another agreed target: `about` are unit, indicator and the last day of its period.

    None where there is no such target. Nothing is stored.
    """
    rows = _read(facts, "target").to_pylist()
    mine = [row for row in rows if row["kind"] == "target" and (row["unit"], row["indicator"], row["period"]) == about]  # fmt: skip
    if not mine:
        return None
    for row in mine:
        row["value"] = value
    return replace(
        facts, tables={**facts.tables, "target": pa.Table.from_pylist(rows, schema=schema("target"))},
        paths={name: paths for name, paths in facts.paths.items() if name != "target"},
        counts={name: size for name, size in facts.counts.items() if name != "target"},
    )  # fmt: skip


def _read(facts: Facts, table: str) -> pa.Table:
    """A table of facts in memory, wherever it is kept."""
    if paths := facts.paths.get(table):
        with whole(lambda: paths):
            return pa.concat_tables([pq.read_table(path) for path in paths])
    return facts.tables[table]

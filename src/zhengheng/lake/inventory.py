"""What a lake consists of, by part: what its register says of each intake, and the files that facts and pages come from.

intake/000003         SHA-256 over what the register says of a finished intake and its files
warehouse/….parquet   a data file of the snapshot that counts
units/000003.parquet  the units that an intake brought
inbox/…               a file that was loaded, where it is kept, and the mapping it was read by
runs/ID/…             a kept run, but for its results (engines/results.py has a digest of those)
"""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from zhengheng.domain.canonical import canonical
from zhengheng.lake.facts import file_digest
from zhengheng.lake.store import Lake

_INTAKES = "select id, purpose, source, loader, loaded_at, mapping, snapshots from intake where state = 'done' order by id"
_FILES = """
select number, name, sha256, sheet, rows, taken, rounded, skipped, mapping, role_place
from file where intake = ? order by number"""


def said_of_intakes(lake: Lake) -> dict[str, str]:
    """Of each finished intake the SHA-256 over its row of the register and those of its files."""
    found = {}
    with closing(sqlite3.connect(lake.home / "register.db", timeout=30)) as register:
        for row in register.execute(_INTAKES).fetchall():
            files = register.execute(_FILES, (row[0],)).fetchall()
            said = canonical([list(row), [list(file) for file in files]])
            found[f"intake/{row[0]:06d}"] = hashlib.sha256(said.encode()).hexdigest()
    return found


@dataclass(frozen=True)
class Brought:
    """What a finished intake brought, as people know it: by whom and when, from which files, and how many rows."""

    loader: str
    loaded_at: str
    names: tuple[str, ...]
    rows: int
    made_of: frozenset[tuple[str, str]]
    """Of each of its files the SHA-256, and the fingerprint of the mapping it was read by."""


def brought(lake: Lake) -> dict[str, Brought]:
    """Of each finished intake what it brought, by the name that `said_of_intakes` gives it."""
    found = {}
    with closing(sqlite3.connect(lake.home / "register.db", timeout=30)) as register:
        rows = register.execute(
            "select id, loader, loaded_at from intake where state = 'done' order by id"
        )
        for number, loader, loaded_at in rows.fetchall():
            files = register.execute(
                "select name, taken, sha256, mapping from file where intake = ? order by number",
                (number,),
            ).fetchall()
            found[f"intake/{number:06d}"] = Brought(
                str(loader), str(loaded_at), tuple(dict.fromkeys(str(name) for name, *_ in files)),
                sum(taken for _, taken, *_ in files if isinstance(taken, int)),
                frozenset((str(digest), str(mapping)) for *_, digest, mapping in files),
            )  # fmt: skip
    return found


def files_of_facts(lake: Lake) -> dict[str, Path]:
    """The files that its facts are read from: data files of the snapshot that counts, and rosters."""
    snapshots = lake.snapshots()
    tables = lake.tables().all() if snapshots else {}
    held = [
        file.path.resolve() for name, snapshot in snapshots.items()
        for file in lake.tables().files_of(tables[name], snapshot)
    ]  # fmt: skip
    held += [path.resolve() for number, _ in lake.finished() if (path := lake.roster(number)).is_file()]  # fmt: skip
    root = lake.home.resolve()
    return {path.relative_to(root).as_posix(): path for path in held}


def files_of_sources(lake: Lake) -> dict[str, Path]:
    """The files that were loaded, as far as they are kept and are those that were loaded, and their mappings."""
    inbox = lake.home / "inbox"
    kept, root = inbox / "kept", inbox.resolve()
    found: list[Path] = []
    with closing(sqlite3.connect(lake.home / "register.db", timeout=30)) as register:
        rows = register.execute("select f.name, f.sha256, f.mapping from file f join intake i on i.id = f.intake where i.state = 'done'").fetchall()  # fmt: skip
    for name, digest, mapping in rows:
        own = inbox / name
        whole = (kept / f"{digest}{Path(name).suffix.lower()}", *((own,) if own.resolve().is_relative_to(root) else ()))  # fmt: skip
        found += [path for path in whole if path.is_file() and file_digest(path) == digest]
        others = kept / f"{digest}.rows.parquet", kept / f"{mapping}.mapping.json"
        found += [path for path in others if path.is_file()]
    return {path.relative_to(lake.home).as_posix(): path for path in found}


def files_of_run(lake_home: Path, run: str) -> dict[str, Path]:
    """What a kept run was made from and says of itself: facts, plan, rulebook, units, its description."""
    folder = lake_home / "runs" / run
    held = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.relative_to(folder).parts[0] != "results"]  # fmt: skip
    return {path.relative_to(lake_home).as_posix(): path for path in held}

"""That lakes are as they were loaded: the ledger has the SHA-256 of every part of a lake, and of what a run was made from.

Before an intake of the office an entry says which files are coming, and after it one names the parts that no earlier
one named (lake/inventory.py): whatever dies between the two left an intake that the ledger expects. The first entry
that names a part counts. An intake that no entry names or expects was brought beside the office: it is a finding, and
nothing is loaded into such a lake or computed from it. What lay in the lakes before the office was founded is named
when the office is first begun, and one entry says that this was done.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import transaction

from zhengheng.domain.kept import KeptError, altered, gone, shown
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.domain.several import several
from zhengheng.lake.facts import file_digest
from zhengheng.lake.inventory import (
    Brought,
    brought,
    files_of_facts,
    files_of_run,
    files_of_sources,
    said_of_intakes,
)
from zhengheng.lake.store import Lake
from zhengheng.lake.whole import naming
from zhengheng.ledger.check import Finding
from zhengheng.ledger.entry import LOADED
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.selectors import entry
from zhengheng.web.ledger.services import append

PARTS = "parts"
"""Where an entry's content holds the digests, by part."""
COMING = "coming"
"""Where it holds the files of an intake that is about to be made: of each SHA-256 and fingerprint of its mapping."""
FOUNDED = "lakes:found"
"""What the entry is of that says that the lakes were taken as they were found, and which could not be read then."""
UNREAD = "unread"
Named = dict[str, tuple[int, str]]
"""Of each part of a lake the first entry that names it, and the digest that it states."""

SourceState = Literal["kept", "altered", "gone", "never"]

log = logging.getLogger(__name__)


def named(code: str, within: str = "") -> Named:
    """The parts of a lake that entries name, or those whose name begins so."""
    found: Named = {}
    rows = LedgerEntry.objects.filter(act=LOADED, subject=f"lake:{code}")
    if within:
        rows = rows.filter(content__contains=f'"{within}')
    for row in rows.order_by("sequence"):
        parts = (entry(row).content or {}).get(PARTS)
        for name, digest in parts.items() if isinstance(parts, dict) else ():
            if name.startswith(within):
                found.setdefault(name, (row.sequence, str(digest)))
    return found


def expected(code: str) -> set[tuple[str, str]]:
    """The files that entries said were coming, each by SHA-256 and fingerprint of its mapping."""
    found: set[tuple[str, str]] = set()
    for row in LedgerEntry.objects.filter(
        act=LOADED, subject=f"lake:{code}", content__contains=f'"{COMING}"'
    ):
        coming = (entry(row).content or {}).get(COMING)
        for file in coming if isinstance(coming, list) else ():
            if isinstance(file, list) and len(file) == 2:
                found.add((str(file[0]), str(file[1])))
    return found


def expect(
    lake: Lake, files: Iterable[tuple[str, str]], at: datetime, actor: str = "system"
) -> None:
    """Say which files are coming, as far as the lake has none of them and no entry said so, and who brings them where no act
    does. It is said for good before the lake is touched."""
    wanted, code = set(files), lake.home.name
    there = {file for one in brought(lake).values() for file in one.made_of}
    if not wanted <= there | expected(code):
        with transaction.atomic(durable=True):
            append(
                act=LOADED, subject=f"lake:{code}", actor=actor, at=at,
                content={COMING: [list(file) for file in sorted(wanted)]},
            )  # fmt: skip


def commit(lake: Lake, at: datetime, runs: Iterable[str] = (), actor: str = "system") -> None:
    """Name what the lake holds, and what these runs were made from, as far as no entry does. Call it while nobody else writes to the lake."""
    known = named(lake.home.name)
    files = {**files_of_facts(lake), **files_of_sources(lake)}
    for run in runs:
        files |= files_of_run(lake.home, run)
    fresh = {name: digest for name, digest in said_of_intakes(lake).items() if name not in known}
    fresh |= {name: file_digest(path) for name, path in files.items() if name not in known}
    if fresh:
        with transaction.atomic():
            append(
                act=LOADED, subject=f"lake:{lake.home.name}", actor=actor, at=at,
                content={PARTS: dict(sorted(fresh.items()))},
            )  # fmt: skip


def require_as_loaded(lake: Lake) -> None:
    """Before anything is computed from it. Raises KeptError with every part that is not as it was loaded."""
    if found := [problem for _, problem in _differences(lake, named(lake.home.name))]:
        raise KeptError(found)


def require_run(folder: Path) -> None:
    """Before a kept run is read: that what it was made from is as it was. Raises KeptError with every such file."""
    home = folder.parent.parent
    held = named(home.name, f"runs/{folder.name}/")
    if found := [problem for _, problem in _files(home, held)]:
        raise KeptError(found)


def source_state(folder: Path, name: str, digest: str) -> SourceState:
    """Whether the rows of a loaded file may be shown: it is kept as it came, was altered since, is gone, or was never kept."""
    home = folder.parent.parent
    known = named(home.name)
    whole = f"inbox/{name}", f"inbox/kept/{digest}{Path(name).suffix.lower()}"
    rows = f"inbox/kept/{digest}.rows.parquet"
    there = [place for place in (*whole, rows) if (home / place).is_file()]
    if any(_digest(home / place) == digest for place in there if place != rows):
        return "kept"
    if rows in there and (not known or _digest(home / rows) == known.get(rows, (0, ""))[1]):
        return "kept"
    if any(place in known or place != whole[0] for place in there):
        return "altered"
    return "gone" if any(place in known for place in (*whole, rows)) else "never"


def altered_lakes(home: Path) -> Iterator[Finding]:
    """Parts of lakes that are not as the ledger has them, intakes that it does not know, and files of facts that no act brought."""
    for lake_home in _lakes(home):
        known = named(lake_home.name)
        found: list[tuple[int, Problem]] = []
        stopped: list[Problem] = []
        with naming(stopped, lake_home):
            found += _differences(Lake.open(lake_home), known)
        found += [(0, problem) for problem in stopped]
        runs = {name: said for name, said in known.items() if name.startswith("runs/")}
        found += _files(lake_home, runs)
        yield from _findings(found)
    there = {path.name for path in _lakes(home)}
    rows = LedgerEntry.objects.filter(act=LOADED, subject__startswith="lake:").order_by("sequence")
    for subject, at in dict(rows.values_list("subject", "sequence")).items():
        if (code := subject.partition(":")[2]) not in there:
            yield from _findings([(at, gone(home / "lakes" / code / "register.db").problems[0])])


def take_as_found(at: datetime) -> None:
    """Name the lakes and runs that lay there before the office was founded, or that an earlier release kept without naming them: once.

    What cannot be read then is said to be that, and named when it can be read.
    """
    waits = _waits()
    unread = []
    for lake_home in _lakes(Path(settings.HOME)):
        code = lake_home.name
        if (waits is not None and code not in waits) or named(code):
            continue
        runs = [path.parent.name for path in sorted(lake_home.glob("runs/*/run.json"))]
        try:
            lake = Lake.open(lake_home)
            with lake.writing(patience=1):
                commit(lake, at, runs)
        except (ZhenghengError, OSError, ValueError) as error:
            log.warning("the lake %s is not named in the ledger yet: %s", code, error)
            unread.append(code)
    if waits is None:
        with transaction.atomic():
            append(act=LOADED, subject=FOUNDED, actor="system", at=at, content={UNREAD: unread})


def _waits() -> set[str] | None:
    """The lakes that could not be read when the lakes were taken as found; None where that was not done yet."""
    row = LedgerEntry.objects.filter(act=LOADED, subject=FOUNDED).order_by("sequence").first()
    if row is None:
        return None
    held = (entry(row).content or {}).get(UNREAD)
    return {str(code) for code in held} if isinstance(held, list) else set()


def _is_bound(code: str, known: Named) -> bool:
    """Whether every intake of a lake must have its entry: from its first one on, and from when the lakes were taken as found."""
    waits = _waits()
    return bool(known) or (waits is not None and code not in waits)


def _lakes(home: Path) -> list[Path]:
    return sorted(path.parent for path in (home / "lakes").glob("*/register.db"))


def _differences(lake: Lake, known: Named) -> Iterator[tuple[int, Problem]]:
    said, code = said_of_intakes(lake), lake.home.name
    for name, (at, digest) in known.items():
        if name.startswith("intake/") and said.get(name) != digest:
            yield at, _register(lake, _number(name), at, lost=name not in said)
    fresh = said.keys() - known.keys()
    if fresh and _is_bound(code, known):
        held, coming = brought(lake), expected(code)
        for name in sorted(fresh):
            # One that was said to be coming lost its process before it could be named; whoever loads next names it.
            if not held[name].made_of or not held[name].made_of <= coming:
                yield 0, _unrecorded(lake, _number(name), held[name])
    facts = files_of_facts(lake)
    parts = {name: one for name, one in known.items() if not name.startswith(("intake/", "runs/"))}
    yield from _files(lake.home, parts)
    for name, (at, _) in parts.items():
        if name.startswith("warehouse/") and name not in facts and (lake.home / name).is_file():
            yield at, _not_of(lake.home / name, f"存证日志第 {at} 条登记过的这个数据文件已不在数据湖现行的数据之中", f"entry {at} of the ledger names this data file, and the lake's present data leave it out")  # fmt: skip
    if known and not fresh:
        for name in sorted(set(facts) - set(known)):
            yield 0, _not_of(lake.home / name, "这个数据文件不属于存证日志登记过的任何一次入库", "no intake that the ledger tells of brought this data file")  # fmt: skip


def _files(home: Path, known: Mapping[str, tuple[int, str]]) -> Iterator[tuple[int, Problem]]:
    for name, (at, digest) in known.items():
        if name.startswith("intake/"):
            continue
        path = home / name
        if not path.is_file():
            yield at, gone(path).problems[0]
        elif _digest(path) != digest:
            yield at, altered(path, at).problems[0]


def _digest(path: Path) -> str:
    """A file's SHA-256, once for as long as the file system says that it is the same: its time of change cannot be set."""
    held = path.stat()
    return _digest_of(path, held.st_ino, held.st_size, held.st_mtime_ns, held.st_ctime_ns)


@lru_cache(maxsize=4096)
def _digest_of(path: Path, *_: int) -> str:
    return file_digest(path)


def _number(name: str) -> str:
    """Which intake a part is of."""
    return name.partition("/")[2].lstrip("0")


def _register(lake: Lake, intake: str, at: int, *, lost: bool) -> Problem:
    where = shown(lake.home / "register.db")
    if lost:
        return Problem(where, "intake.lost", f"存证日志第 {at} 条登记的第 {intake} 次入库在 {where} 中没有了：登记被删除，或者数据湖比数据库旧。请停止使用，由系统管理员用同一份备份恢复数据库和数据湖，并通知安全审计员。",
                       f"intake {intake}, which entry {at} of the ledger names, is not in {where}: it was removed, or the lake is older than the database. Stop using it; the system administrator restores database and lake from one and the same backup, and the security auditor is told")  # fmt: skip
    return Problem(where, "file.altered", f"{where} 中第 {intake} 次入库的登记被改动，与存证日志第 {at} 条不符。请停止使用，由系统管理员从备份中恢复，并通知安全审计员。",
                   f"what {where} says of intake {intake} was altered: it does not fit entry {at} of the ledger. Stop using it; the system administrator restores a backup, and the security auditor is told")  # fmt: skip


def _unrecorded(lake: Lake, intake: str, held: Brought) -> Problem:
    """An intake that the ledger does not know, so that people can find out where it came from."""
    where = shown(lake.home / "register.db")
    zh, en = "、".join(held.names) or "无文件", ", ".join(held.names) or "no file"
    day = held.loaded_at[:10]
    return Problem(where, "intake.unrecorded", f"{where} 中第 {intake} 次入库（{zh}，{day}，{held.rows} 行）在存证日志中没有登记：数据不是经办公端载入的，或者数据库比数据湖旧。请停止使用这个数据湖，由系统管理员用同一份备份恢复数据库和数据湖，并通知安全审计员；数据应在办公端填报。",
                   f"intake {intake} in {where} ({en}, {day}, {several(held.rows, 'row', 'rows')}) is in no entry of the ledger: it was not loaded by the office, or the database is older than the lake. Stop using this lake; the system administrator restores database and lake from one and the same backup, and the security auditor is told. Data are reported in the office")  # fmt: skip


def _not_of(path: Path, zh: str, en: str) -> Problem:
    return Problem(shown(path), "file.altered", f"{shown(path)}：{zh}。请停止使用，由系统管理员从备份中恢复，并通知安全审计员。",
                   f"{shown(path)}: {en}. Stop using it; the system administrator restores a backup, and the security auditor is told")  # fmt: skip


def _findings(found: Iterable[tuple[int, Problem]]) -> Iterator[Finding]:
    for at, problem in found:
        yield Finding("file", at, at, problem.zh.rstrip("。"), problem.en)

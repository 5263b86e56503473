"""That the portal's pages are those that this office wrote: the ledger has the digest of a list of all of them.

Each writing of the portal keeps the list beside the publications and enters its SHA-256. Pages are what people read, and
`witness.py` is what they check with: not the data files alone are compared.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhengheng.domain.canonical import canonical
from zhengheng.domain.kept import KeptError, altered, gone, kept_object, shown
from zhengheng.domain.problems import Problem
from zhengheng.lake.facts import file_digest
from zhengheng.lake.lease import lease
from zhengheng.ledger.check import Finding
from zhengheng.ledger.entry import PORTAL
from zhengheng.web.jobs.models import Job
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.selectors import entry
from zhengheng.web.ledger.services import append
from zhengheng.web.portal.snapshots import PROOF

LIST = "written.json"
"""Beside the publications: the SHA-256 of every file of the portal, and of what its pages are made from, by path from the home."""
SUBJECT = "portal:site"


def alone(home: Path) -> AbstractContextManager[None]:
    """Nobody else writes this installation's portal meanwhile; whoever does is waited for. Raises DataError."""
    return lease(home / "portal.db", lambda _: None, of=("公众门户", "the portal"))


def keep_list(home: Path, at: datetime, *, own: bool) -> None:
    """List what was written just now and enter the list. Call it while nobody else writes the portal.

    Pages that were written elsewhere (`own` is false) leave the office's own portal as it was listed: only what all
    pages are made from is listed anew.
    """
    said, place = _stated(), home / "publications" / LIST
    if own:
        held = {path.relative_to(home).as_posix(): file_digest(path) for path in _portal(home)}
    elif said is None or not place.is_file() or file_digest(place) != said[1]:
        return
    else:
        held = {name: one for name, one in kept_object(place).items() if name.startswith("portal/")}
    held |= {path.relative_to(home).as_posix(): file_digest(path) for path in _beside(home)}
    unfinished = place.with_name(f"{LIST}.part")
    unfinished.write_text(canonical(held), encoding="utf-8")
    unfinished.replace(place)
    digest = file_digest(place)
    if said is None or said[1] != digest:
        with transaction.atomic():
            append(act=PORTAL, subject=SUBJECT, actor="system", at=at, content={"list": digest, "files": len(held)})  # fmt: skip


def as_listed(home: Path, path: Path) -> bool:
    """Whether a file is the one that the last writing listed."""
    said = _stated()
    place = home / "publications" / LIST
    if said is None or not path.is_file() or not place.is_file() or file_digest(place) != said[1]:
        return False
    return bool(kept_object(place).get(path.relative_to(home).as_posix()) == file_digest(path))


def altered_portal(home: Path) -> Iterator[Finding]:
    """Files of the portal that are gone, altered, or not this office's."""
    writing = Job.objects.filter(kind="portal.write", state="running").exists()
    # Between the new pages and their entry nothing can be compared; nobody else has to be kept waiting for the check.
    with alone(home) if writing else nullcontext():
        if (said := _stated()) is not None:
            yield from _compared(home, *said)


def _compared(home: Path, at: int, digest: str) -> Iterator[Finding]:
    place = home / "publications" / LIST
    if not place.is_file() or file_digest(place) != digest:
        yield _finding(at, (altered(place, at) if place.is_file() else gone(place)).problems[0])
        return
    try:
        held = kept_object(place)
    except KeptError as error:
        yield _finding(at, error.problems[0])
        return
    for name, listed in held.items():
        path = home / name
        folder = home.joinpath(*Path(name).parts[:3])
        if name.startswith("portal/data/") and folder.is_dir():
            continue  # compared with the release's own entry
        if not path.is_file():
            yield _finding(at, gone(path).problems[0])
        elif file_digest(path) != listed:
            yield _finding(at, altered(path, at).problems[0])
    for path in _portal(home):
        if path.relative_to(home).as_posix() not in held:
            yield _finding(at, _foreign(path, at))


def _stated() -> tuple[int, str] | None:
    row = LedgerEntry.objects.filter(act=PORTAL).order_by("-sequence").first()
    content = (entry(row).content or {}) if row else {}
    return (row.sequence, str(content["list"])) if row and "list" in content else None


def _portal(home: Path) -> list[Path]:
    return [path for path in sorted((home / "portal").rglob("*")) if path.is_file()]


def _beside(home: Path) -> list[Path]:
    """What pages are made from beside the releases' own files; those stand in the entries of the releases."""
    folder = home / "publications"
    held = [*folder.glob("*.json"), *folder.glob(f"[0-9]*/{PROOF}"), *folder.glob("[0-9]*/digests.json")]  # fmt: skip
    return [path for path in sorted(held) if path.name != LIST]


def _foreign(path: Path, at: int) -> Problem:
    name = shown(path)
    return Problem(name, "file.foreign", f"文件 {name} 不是本平台写入的，存证日志第 {at} 条的清单中没有它。请系统管理员移除，并通知安全审计员。",
                   f"the file {name} was not written by this platform: the list of entry {at} of the ledger does not have it. The system administrator removes it, and the security auditor is told")  # fmt: skip


def _finding(at: int, problem: Problem) -> Finding:
    return Finding("file", at, at, problem.zh.rstrip("。"), problem.en)

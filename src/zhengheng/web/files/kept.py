"""That what is kept as files is what the ledger's rows and entries say: evidence, publications, the portal's open data, packages."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from zhengheng.ledger.check import Finding
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import path_of
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.selectors import entry

WRITTEN = "publication.written"
ARCHIVED = "result.archived"
Owners = Callable[[set[int]], dict[int, tuple[str, str]]]


def nobody(numbers: set[int]) -> dict[int, tuple[str, str]]:
    return {}


def altered_files(home: Path, owners: Owners = nobody) -> Iterator[Finding]:
    """Files that are gone or not those whose SHA-256 the ledger has, each with the entry that has it.

    owners  of files by their numbers, what each was handed in with
    """
    yield from _evidence(owners)
    yield from _published(home)
    yield from _packages(home)


def _evidence(owners: Owners) -> Iterator[Finding]:
    taken = dict(LedgerEntry.objects.filter(act="file.taken_in").values_list("subject", "sequence"))
    known: dict[str, str] = {}
    wrong: list[StoredFile] = []
    for held in StoredFile.objects.order_by("pk").iterator(chunk_size=2000):
        if held.sha256 not in known:
            known[held.sha256] = _state(path_of(held.sha256), held.sha256)
        if known[held.sha256]:
            wrong.append(held)
    of = owners({held.pk for held in wrong}) if wrong else {}
    for held in wrong:
        zh, en = of.get(held.pk, ("", ""))
        zh, en = (f"（{zh}）", f" ({en})") if zh else ("", "")
        yield _finding(
            f"附件“{held.name}”{zh}", f'the file "{held.name}"{en}', known[held.sha256], taken.get(f"file:{held.pk}", 0)
        )  # fmt: skip


def _published(home: Path) -> Iterator[Finding]:
    for row in LedgerEntry.objects.filter(act=WRITTEN).order_by("sequence"):
        number = row.subject.partition(":")[2]
        digests = (entry(row).content or {}).get("digests", {})
        if not isinstance(digests, dict):
            continue  # the entry was altered, and is named as that
        portal = (home / "portal" / "data" / number).is_dir()
        for name, digest in sorted(digests.items()):
            places = [home / "publications" / number / name]
            if portal and name.startswith("data/"):
                places.append(home / "portal" / "data" / number / name.removeprefix("data/"))
            for path in places:
                if state := _state(path, str(digest)):
                    inside = path.relative_to(home)
                    yield _finding(f"发布内容 {inside}", f"published {inside}", state, row.sequence)


def package_fault(home: Path, package: str) -> tuple[Literal["", "gone", "altered"], int]:
    """How the archive package of this name differs from the newest entry that tells of it, and that entry's number.

    A package of which no entry has the digest is nobody's: it counts as altered.
    """
    said = _archived().get(package, ("", 0))
    return _state(home / "archive" / package, said[0]), said[1]


def _packages(home: Path) -> Iterator[Finding]:
    for package, (digest, at) in sorted(_archived().items()):
        if state := _state(home / "archive" / package, digest):
            yield _finding(f"归档包 {package} ", f"the archive package {package}", state, at)


def _archived() -> dict[str, tuple[str, int]]:
    """Each archive package's SHA-256, and the newest entry that has it; contents erased since tell of none."""
    found = {}
    for row in LedgerEntry.objects.filter(act=ARCHIVED, content__isnull=False).order_by("sequence"):
        said = entry(row).content or {}
        if "package" in said and "sha256" in said:
            found[str(said["package"])] = (str(said["sha256"]), row.sequence)
    return found


def _state(path: Path, digest: str) -> Literal["", "gone", "altered"]:
    try:
        with path.open("rb") as stream:
            return "" if hashlib.file_digest(stream, "sha256").hexdigest() == digest else "altered"
    except OSError:
        return "gone"


_SAID = {"gone": ("不见了", "is gone"), "altered": ("内容被改动", "was altered")}


def _finding(zh: str, en: str, state: str, at: int) -> Finding:
    said = _SAID[state]
    return Finding(
        "file", at, at, f"{zh}{said[0]}，与存证日志第 {at} 条不符", f"{en} {said[1]}: it does not fit entry {at} of the ledger"
    )  # fmt: skip

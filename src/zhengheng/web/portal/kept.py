"""What need not be made again: the pages of a publication whose every source is as it was.

A note beside the publications says of each one from what its pages were made, as one digest, and the digest of
every page. A page is taken over only as the very bytes that were made; anything else is made anew.
"""

import filecmp
import hashlib
import os
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

import django

import zhengheng
from zhengheng.domain.canonical import canonical, read_json
from zhengheng.web.portal.snapshots import Site

Made = dict[str, Any]
"""`from`: the digest of what the pages were made from; `pages`: the SHA-256 of each by its path."""


@cache
def program() -> str:
    """The digest of this program: its code and the portal's templates, and what renders them."""
    held = hashlib.sha256(f"{sys.version} {django.get_version()}\n".encode())
    root = Path(zhengheng.__file__).parent
    for path in sorted((*root.rglob("*.py"), *(root / "web/templates/portal").rglob("*"))):
        if path.is_file():
            content = path.read_bytes()
            held.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return held.hexdigest()


def sources_of(site: Site, one: dict[str, Any], menu: dict[str, bool]) -> str:
    """The digest of all that the pages of a publication are made from: `Site.of`, and the menu."""
    said = {
        "program": program(), "slots": site.slots.model_dump(mode="json"), "menu": menu, "number": one["number"],
        "snapshots": {number: site.fingerprints[number] for number in (str(other["number"]) for other in site.of(one).publications)},
        "restated": [digest(path.read_bytes()) if path.is_file() else "" for path in site.restated(one)],
    }  # fmt: skip
    return digest(canonical(said).encode())


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_notes(path: Path | None) -> dict[str, Made]:
    """The notes of the last writing; none where they are missing or torn, and then everything is made anew."""
    try:
        held = read_json(path.read_bytes(), 2**30) if path else {}
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def taken_over(made: Made | None, sources: str, old: Path, new: Path) -> bool:
    """Whether all pages of a publication could be taken over from the old site into the new one."""
    if not made or made.get("from") != sources:
        return False
    pages: dict[str, str] = made["pages"]
    for path, held in pages.items():
        place = old / path
        if not place.is_file() or digest(place.read_bytes()) != held:
            return False
    for path in pages:
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        link(old / path, new / path)
    return True


def bring(source: Path, old: Path, new: Path) -> None:
    """Bring a folder of released files into the new site: those that the old one holds already are not copied again."""
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_dir():
            continue
        (new / inside).parent.mkdir(parents=True, exist_ok=True)
        if (old / inside).is_file() and filecmp.cmp(path, old / inside, shallow=False):
            link(old / inside, new / inside)
        else:
            shutil.copyfile(path, new / inside)


def link(old: Path, new: Path) -> None:
    """One file under two names, where the file system can; else a copy. The older name goes with the old site.

    A file that others may read less, or more, than what is written now is copied: whoever writes says who reads.
    """
    if old.stat().st_mode & 0o777 == new.parent.stat().st_mode & 0o666:
        try:
            os.link(old, new)
        except OSError:
            new.unlink(missing_ok=True)
        else:
            return
    shutil.copyfile(old, new)

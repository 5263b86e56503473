"""A folder replaced as a whole: whoever reads it meets the old one or the new one, never a missing or a half one."""

import ctypes
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HERE, _EXCHANGE = -100, 2
"""renameat2(2): names are seen from the working folder; the two names change places."""


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A new folder under a name of its own, which takes the target's place when the block ends well; else it goes."""
    new = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    new.mkdir(parents=True)
    try:
        yield new
        put_in_place(new, target)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def put_in_place(new: Path, target: Path) -> None:
    """Give a whole folder the target's name, in one step; what had the name is removed after.

    Linux changes the places of two folders in one step. Where the system or its file system does not, the target has
    no folder for the moment between two renamings.
    """
    if not target.exists():
        try:
            new.rename(target)
        except OSError:
            # Another writer was faster; its folder is replaced like any other.
            if not target.exists():
                raise
        else:
            return
    if not _exchanged(new, target):
        old = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
        target.rename(old)
        new.rename(target)
        new = old
    shutil.rmtree(new, ignore_errors=True)


def tidy(target: Path) -> None:
    """Remove what killed writers left beside the target. Whoever calls this knows that nobody is writing it."""
    left = re.compile(re.escape(target.name) + r"(\.[0-9a-f]{8})?\.part")
    for path in target.parent.iterdir() if target.parent.is_dir() else ():
        if left.fullmatch(path.name) and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the two changed places; False where this system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done: int = call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0

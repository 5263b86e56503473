"""Faults of the database that are no faults of the work: it is away, restarting, full, busy."""

import errno
import shutil

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

LITTLE = 2**20
"""Bytes left on a disk that counts as full."""


def passes(error: BaseException) -> bool:
    """Whether a fault goes by itself, so that the same thing may be tried again."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    if connection.vendor == "sqlite":
        return "locked" in str(error) or "busy" in str(error)
    state = getattr(error.__cause__, "sqlstate", None)
    # Of PostgreSQL: connection, resources, operator's intervention, deadlock; none: the connection itself broke.
    return state is None or state[:2] in {"08", "53", "57", "40"}


def is_full(error: BaseException) -> bool:
    """Whether the disk under the database, or under a file, is full."""
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None)
        return state == "53100" or "disk is full" in str(error) or _no_room_to_read(error)
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def _no_room_to_read(error: DatabaseError) -> bool:
    """Whether SQLite lacks the room for the small file beside its database by which even a reader goes."""
    if connection.vendor != "sqlite" or "disk I/O error" not in str(error):
        return False
    return shutil.disk_usage(settings.HOME).free < LITTLE

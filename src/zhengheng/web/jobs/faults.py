"""Faults of the database that are no faults of the work: it is away, restarting, full, busy."""

import errno

from django.db import DatabaseError, InterfaceError, OperationalError, connection


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
        return state == "53100" or "disk is full" in str(error)
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}

"""One writer at a time: a lease in a register (a lake's, the portal's), with an owner and a sign of life.

Whoever holds the lease lets its beat grow. Whoever wants it watches the beat by a clock that only runs forward:
no two machines' clocks are compared, and a clock that is set right takes nobody's lease. A lease is lost when its
process is known to be dead, or when its beat stood still for `SILENCE` seconds.
"""

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from zhengheng.domain.problems import DataError

SILENCE = 30.0
"""Seconds without a beat after which a lease is lost."""
PATIENCE = 3600.0
"""Seconds that somebody waits for a writer who lives; a backup of a large lake takes its time."""
POLL = 0.1
_TABLE = """create table if not exists lease (
  one integer primary key check (one = 1), owner text not null, process text not null, beat integer not null)"""
Take = Callable[[sqlite3.Connection], None]
LAKE = ("这个数据湖", "this lake")


@contextmanager
def lease(
    register: Path, take: Take, *, silence: float = SILENCE, patience: float = PATIENCE, of: tuple[str, str] = LAKE
) -> Iterator[None]:  # fmt: skip
    """Hold the lease. `take` runs in the transaction that takes it: what is unfinished then has lost its writer.

    `of` is what is written, in Chinese and English.
    Raises DataError where a living writer keeps it longer than `patience` seconds; with none left, at once.
    """
    owner = secrets.token_hex(16)
    _wait(register, owner, take, silence, patience, of)
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(silence / 6):
            # A register that is busy for a moment is no death; the next beat tells.
            with suppress(sqlite3.OperationalError), closing(connect(register)) as held:
                held.execute("update lease set beat = beat + 1 where owner = ?", (owner,))

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        with closing(connect(register)) as held:
            held.execute("delete from lease where owner = ?", (owner,))


def connect(register: Path) -> sqlite3.Connection:
    """The register, each statement its own transaction unless one is begun."""
    return sqlite3.connect(register, timeout=30, isolation_level=None)


def _wait(
    register: Path, owner: str, take: Take, silence: float, patience: float, of: tuple[str, str]
) -> None:
    begun = since = time.monotonic()
    seen: tuple[str, str, int] | None = None
    with closing(connect(register)) as held:
        held.execute(_TABLE)
        while True:
            found = held.execute("select owner, process, beat from lease").fetchone()
            now = time.monotonic()
            if found != seen:
                seen, since = found, now
            lost = found is None or now - since >= silence or _lives(found[1]) is False
            if lost and _taken(held, found, owner, take):
                return
            if now - begun >= patience:
                raise DataError.one(
                    str(register.parent), "lake.busy",
                    zh=f"另一个进程正在写入{of[0]}，请等它结束后再试。",
                    en=f"another process is writing to {of[1]}; try again when it is done",
                )  # fmt: skip
            time.sleep(POLL)


def _taken(
    held: sqlite3.Connection, found: tuple[str, str, int] | None, owner: str, take: Take
) -> bool:
    """Take the lease if it still is as it was found: of two who wait, one gets it."""
    try:
        held.execute("begin immediate")
    except sqlite3.OperationalError:
        return False  # somebody stands still in the middle of a statement; the wait goes on
    try:
        if held.execute("select owner, process, beat from lease").fetchone() != found:
            held.execute("rollback")
            return False
        held.execute("insert or replace into lease values (1, ?, ?, 0)", (owner, _process()))
        take(held)
        held.execute("commit")
    except BaseException:
        if held.in_transaction:
            held.execute("rollback")
        raise
    return True


def _process() -> str:
    """This process, so that another one of this machine can see whether it lives; empty where that cannot be seen."""
    room, started = _room(), _started(os.getpid())
    return f"{room} {os.getpid()} {started}" if room and started else ""


def _lives(process: str) -> bool | None:
    """Whether a process lives; None where nobody can tell from here."""
    room, _, rest = process.partition(" ")
    if not room or room != _room():
        return None
    number, _, started = rest.partition(" ")
    return _started(int(number)) == started


def _room() -> str:
    """Where process numbers mean the same: this start of this machine, this container."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{start}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _started(number: int) -> str:
    """When a process began, in the kernel's count; empty for one that is gone or only not yet buried."""
    try:
        words = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if words[0] in "ZX" else words[19]

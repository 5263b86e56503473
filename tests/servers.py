"""A PostgreSQL server of a test run's own, on loopback, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, if it is on this machine."""
    found = shutil.which("initdb") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )
    return Path(found).resolve().parent if found else None


class Address(str):
    """`user@host:port/database` of a server that can be started anew."""

    __slots__ = ("restart",)
    restart: Callable[[], None]


@contextmanager
def postgres_server(folder_of: Path, *, connections: int = 100) -> Iterator[Address]:
    """Start one and give its address."""
    folder = Path(tempfile.mkdtemp(prefix="zhengheng-pg-"))
    # PostgreSQL refuses to run as root, so root lends it to another account.
    account = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
    if account:
        shutil.chown(folder, "nobody")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def call(program: str, *words: str) -> None:
        done = subprocess.run(
            [*account, str(folder_of / program), *words], cwd=folder, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}"

    data = str(folder / "data")
    call("initdb", "-D", data, "-U", "zhengheng", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections={connections}"
    call("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        address = Address(f"zhengheng@127.0.0.1:{port}/postgres")
        address.restart = lambda: call(
            "pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-m", "fast", "-w", "restart"
        )  # fmt: skip
        yield address
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)

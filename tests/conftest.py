"""Shared fixtures: real data, the required parts, a runner of the command line."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REAL = Path(os.environ.get("ZHENGHENG_REAL_DATA", ROOT.parent / "shared" / "data"))
REQUIRED = os.environ.get("ZHENGHENG_REQUIRE") == "all"


def missing(what: str) -> None:
    """A part that is not here: skip with a plain word, or fail where everything is required."""
    if REQUIRED:
        pytest.fail(f"{what} is required here and is missing")
    pytest.skip(f"{what} is not on this machine")


@pytest.fixture(scope="session")
def real_data() -> Path:
    if not REAL.is_dir():
        missing("the folder of real data (ZHENGHENG_REAL_DATA)")
    return REAL


@pytest.fixture(scope="session")
def java() -> None:
    if shutil.which("java") is None:
        missing("Java")
    try:
        import pyspark  # noqa: F401
    except ImportError:
        missing("PySpark")


Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def zhengheng(tmp_path: Path) -> Command:
    """Run the command as a user would, in its own process and folder."""

    def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "zhengheng.cli.main", *map(str, words)],
            cwd=cwd or tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
            env={**os.environ, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of this test run's own, on loopback, gone afterwards."""
    found = shutil.which("initdb") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )
    if found is None:
        missing("PostgreSQL")
        return
    programs = Path(found).resolve().parent
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
            [*account, str(programs / program), *words], cwd=folder, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}"

    data = str(folder / "data")
    call("initdb", "-D", data, "-U", "zhengheng", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    call("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"zhengheng@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)

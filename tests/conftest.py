"""Shared fixtures: real data, the required parts, a runner of the command line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers import postgres_server, programs

ROOT = Path(__file__).resolve().parent.parent
REAL = Path(os.environ.get("ZHENGHENG_REAL_DATA", ROOT.parent / "shared" / "data"))
REQUIRED = os.environ.get("ZHENGHENG_REQUIRE") == "all"


settings.register_profile("same", derandomize=True)
settings.register_profile("anew")
settings.load_profile("same")
"""A run of CI draws the cases of the run before; `--hypothesis-profile=anew` draws others, for whoever looks for more."""


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
    """The address of a PostgreSQL server."""
    folder = programs()
    if folder is None:
        missing("PostgreSQL")
        return
    with postgres_server(folder) as address:
        yield address


LONG = (
    "tests/test_spark",
    "tests/e2e/test_city",
    "tests/test_starting",
    "tests/test_writers",
    "tests/e2e/test_city",
    "tests/e2e/test_faults",
    "tests/e2e/test_tour",
    "tests/e2e/test_browser",
    "tests/web/test_schema",
    "tests/test_cli",
    "tests/web/test_sample",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with long tests of its own: begun last, one of them would leave the others waiting.

    Workers take equal parts of the list, one after the other, and then steal from each other.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    parts: list[list[pytest.Item]] = [[] for _ in range(workers)]
    rest: list[pytest.Item] = []
    for item in items:
        place = next((n for n, name in enumerate(LONG) if item.nodeid.startswith(name)), None)
        (rest if place is None else parts[place % workers]).append(item)
    whole = len(items)
    for number, part in enumerate(parts):
        room = max(whole * (number + 1) // workers - whole * number // workers - len(part), 0)
        part += rest[:room]
        del rest[:room]
    items[:] = [item for part in parts for item in part] + rest

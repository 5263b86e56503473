"""Shared fixtures: real data, the required parts, a runner of the command line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import postgres_server, programs

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
    """The address of a PostgreSQL server."""
    folder = programs()
    if folder is None:
        missing("PostgreSQL")
        return
    with postgres_server(folder) as address:
        yield address


LONG = (
    "tests/test_spark",
    "tests/e2e/test_browser",
    "tests/e2e/test_tour",
    "tests/web/test_sample",
    "tests/web/test_schema",
    "tests/test_cli",
    "tests/e2e/test_faults",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: begun last, one of them would leave the other workers waiting."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))

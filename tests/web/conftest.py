"""The office under test: on SQLite, or on PostgreSQL where ZHENGHENG_TEST_DATABASE says so.

Django reads its settings once, so the choice is made here, before anything imports it.
"""

import atexit
import os
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.servers import postgres_server, programs
from zhengheng.domain.periods import parse_period
from zhengheng.engines.archive import keep_run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import load_mapping
from zhengheng.lake.store import Lake
from zhengheng.scheme.load import load_rulebook

HOME = Path(tempfile.mkdtemp(prefix="zhengheng-web-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["ZHENGHENG_HOME"] = str(HOME)
os.environ["ZHENGHENG_LOG"] = ""
os.environ["ZHENGHENG_CLOCK"] = "2026-03-12T09:00+08:00"
os.environ["DJANGO_SETTINGS_MODULE"] = "zhengheng.web.config.settings"
if os.environ.get("ZHENGHENG_TEST_DATABASE") == "postgres":
    found = programs()
    assert found is not None, (
        "ZHENGHENG_TEST_DATABASE=postgres, and PostgreSQL is not on this machine"
    )
    server = postgres_server(found)
    os.environ["DATABASE_URL"] = f"postgresql://{server.__enter__()}"
    atexit.register(server.__exit__, None, None, None)
else:
    os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

# A worker of a parallel run has read its settings before this file gave it a folder of its own.
settings.HOME = HOME

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402

# The same hasher with less work: these tests make thousands of accounts.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64
Argon2PasswordHasher.parallelism = 1

from tests.web.people import NOW, PASSWORD, People  # noqa: E402
from tests.web.town import Town  # noqa: E402

__all__ = ["NOW", "PASSWORD", "People", "Town"]


@cache
def _scored() -> Run:
    """The PART example, scored once for all tests of a worker."""
    return _score()


def _score(**changes: Any) -> Run:
    folder = ROOT / "examples" / "part"
    book = load_rulebook(folder / "rulebook")[0].model_copy(update=changes)
    mapping = load_mapping(folder / "intake.yaml")
    facts = read_files(mapping, book, folder / "data")
    return make_run(book, facts, parse_period("2007"), DuckEngine(threads=1))


def computed_run(**changes: Any) -> Run:
    """The PART example, scored and kept in the office's lake; `changes` to its rulebook."""
    made = _score(**changes) if changes else _scored()
    keep_run(
        Lake.create(Path(settings.HOME) / "lakes" / "part"), made, datetime(2026, 3, 1, tzinfo=UTC)
    )
    return made


@pytest.fixture
def people(db: None) -> People:
    return People()


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    """A town whose office works in a folder of the test's own."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)

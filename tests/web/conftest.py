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

from django.test import Client  # noqa: E402

from tests.web.beginnings import rows_of  # noqa: E402
from zhengheng.web.accounts.models import Account  # noqa: E402
from zhengheng.web.accounts.services import create_account, first_officers, give_role  # noqa: E402
from zhengheng.web.organisation.models import Unit  # noqa: E402
from zhengheng.web.organisation.services import import_units  # noqa: E402
from zhengheng.workflow.roles import ENDING, OF_A_UNIT, OFFICERS, Role  # noqa: E402

NOW = datetime.fromisoformat("2026-03-12T09:00+08:00")
PASSWORD = "Heng-2026-test"
ROWS = [
    {"code": "D10", "name_zh": "教育局", "name_en": "Education", "kind": "市直部门"},
    {"code": "D10-1", "name_zh": "办公室", "kind": "科室", "parent": "D10"},
    {"code": "D13", "name_zh": "住建局", "kind": "市直部门", "valid_from": "2024-07-01"},
]


class People:
    """One account a role, named after it, with every right it can have."""

    def __init__(self) -> None:
        rows_of("people", self._come)

    def _come(self) -> None:
        names = {role: (role.value, role.value, PASSWORD) for role in sorted(OFFICERS)}
        first_officers(accounts=names, now=NOW)
        import_units(rows=ROWS, actor="test", now=NOW, source="units.csv")
        for role in Role:
            if role not in OFFICERS:
                self.give(self.make(role.value), role)
        Account.objects.update(must_change_password=False)

    def __getitem__(self, name: str) -> Account:
        return Account.objects.get(username=name)

    def make(self, username: str) -> Account:
        return create_account(
            username=username, name=username, password=PASSWORD,
            actor=self["system_administrator"], now=NOW,
        )  # fmt: skip

    def give(self, account: Account, role: Role, **changes: Any) -> Any:
        held: dict[str, Any] = {
            "unit": Unit.objects.get(code="D10") if role in OF_A_UNIT else None,
            "valid_from": NOW.date(),
            "valid_to": NOW.date().replace(day=20) if role in ENDING else None,
        }
        return give_role(
            account=account, role=role, actor=self["secrecy_officer"], now=NOW, **(held | changes)
        )

    def client(self, name: str) -> Client:
        """A browser in which this account is signed in."""
        client = Client()
        client.force_login(self[name])
        return client


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
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A town whose office works in a folder of the test's own (tests/e2e/town.py, which builds on this file)."""
    from tests.e2e.town import Town

    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)

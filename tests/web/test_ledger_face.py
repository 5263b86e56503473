"""The ledger in the database: an act and its entry stand or fall together; a forger is named."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.web.conftest import NOW, People
from zhengheng.domain.problems import DataError
from zhengheng.ledger.check import check
from zhengheng.ledger.checkpoint import read
from zhengheng.ledger.tree import root, root_from_inclusion
from zhengheng.web.ledger import selectors, services
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.services import import_units

pytestmark = pytest.mark.django_db


def test_an_entry_without_its_act_cannot_be_written(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        services.append(act="x", subject="y", actor="z", at=NOW)


def test_an_act_that_fails_leaves_no_entry(people: People) -> None:
    before = LedgerEntry.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.append(act="x", subject="y", actor="z", at=NOW)
        raise ZeroDivisionError
    with pytest.raises(DataError) as caught:
        import_units(
            rows=[{"code": "N1", "name_zh": "新", "kind": "k"}, {"code": "", "name_zh": "", "kind": "k"},
                  {"code": "N2", "name_zh": "x", "kind": "k", "parent": "NO", "valid_from": "1月"}],
            actor="t", now=NOW, source="units.csv",
        )  # fmt: skip
    assert {p.where for p in caught.value.problems} == {"units.csv:3", "units.csv:4"}
    assert not Unit.objects.filter(code="N1").exists()
    assert LedgerEntry.objects.count() == before


def test_the_chain_is_gapless_and_every_proof_holds(people: People) -> None:
    leaves = selectors.leaves()
    assert check(list(selectors.entries()), leaves) == []
    for sequence in (0, 5, len(leaves) - 1):
        proof = [bytes.fromhex(step) for step in selectors.proof(sequence)]
        assert root_from_inclusion(leaves[sequence], sequence, len(leaves), proof) == root(leaves)


def forge(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("update ledger_ledgerentry set content = '{}' where sequence = 4", "altered"),
        ("update ledger_ledgerentry set actor = 'somebody' where sequence = 4", "altered"),
        ("delete from ledger_ledgerentry where sequence = 4", "removed"),
        ("delete from ledger_ledgerentry where sequence >= 4", "removed"),
    ],
)
def test_a_forger_in_the_database_is_named(people: People, sql: str, code: str) -> None:
    point = services.sign_checkpoint(home=settings.HOME, actor="t", now=NOW)
    forge(sql)
    public = services.signing_key(settings.HOME).public_key()
    found = check(list(selectors.entries()), selectors.leaves(), [read(point.text, public)])
    assert (found[0].code, found[0].first) == (code, 4)


def test_the_offline_check_needs_no_database(people: People, tmp_path: Path) -> None:
    """An export, a checkpoint and the public key: whoever has them can check."""
    point = services.sign_checkpoint(home=settings.HOME, actor="t", now=NOW)
    (tmp_path / "point.txt").write_text(point.text)
    export = tmp_path / "ledger.jsonl"
    export.write_bytes(people.client("security_auditor").get("/office/ledger/export/").content)
    (tmp_path / "ledger.pub").write_bytes((settings.HOME / "ledger.pub").read_bytes())

    def verify(file: Path) -> subprocess.CompletedProcess[str]:
        words = [
            "--export",
            str(file),
            "--checkpoint",
            "point.txt",
            "--key",
            "ledger.pub",
            "--json",
        ]
        return subprocess.run(
            [sys.executable, "-m", "zhengheng.cli.main", "ledger", "verify", *words], cwd=tmp_path,
            capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip

    assert verify(export).returncode == 0, verify(export).stderr
    lines = export.read_text().splitlines()
    entry = json.loads(lines[3])
    entry["actor"] = "somebody"
    (tmp_path / "forged.jsonl").write_text("\n".join([*lines[:3], json.dumps(entry), *lines[4:]]))
    done = verify(tmp_path / "forged.jsonl")
    assert done.returncode == 7
    assert json.loads(done.stdout)[0]["first"] == 3
    (tmp_path / "point.txt").write_text(point.text.replace("\n", " \n", 1))
    assert verify(export).returncode == 7

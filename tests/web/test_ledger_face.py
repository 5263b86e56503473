"""The ledger in the database: an act and its entry stand or fall together; a forger is named."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests.web.conftest import NOW, People
from zhengheng.domain.problems import DataError
from zhengheng.ledger.check import check
from zhengheng.ledger.checkpoint import read
from zhengheng.ledger.tree import root
from zhengheng.ledger.witness import is_consistent, leaf_hash, root_from_inclusion
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


def test_what_is_beyond_its_time_is_erased_by_two_and_every_proof_holds(people: People) -> None:
    long_ago = datetime(2010, 5, 4, 9, tzinfo=UTC)
    with transaction.atomic():
        services.append(act="x", subject="old:1", actor="z", at=long_ago, content={"name": "某人"})
        services.append(act="x", subject="new:1", actor="z", at=NOW, content={"name": "某人"})
        services.append(act="publication.written", subject="old:2", actor="z", at=long_ago, content={"digests": {}})  # fmt: skip
    point = services.sign_checkpoint(home=settings.HOME, actor="t", now=NOW)
    officer, director = people.client("secrecy_officer"), people.client("office_director")

    def post(who: Client, path: str, **body: object) -> Any:
        return who.post(f"/api/v1/erasures/{path}", json.dumps(body), content_type="application/json")  # fmt: skip

    early = post(officer, "ask", before="2020-01-01", basis="保管期限表").json()
    assert early["type"] == "erasure.early"
    asked = post(officer, "ask", before="2016-01-01", basis="保管期限表").json()
    page = director.get(f"/office/erasures/{asked['id']}/").content.decode()
    assert "<dd>1</dd>" in re.sub(r"\s+", "", page), "how many contents would go"
    done = post(director, f"{asked['id']}/carry_out", row_version=1).json()
    assert (done["state"], done["detail"]["entries"]) == ("done", 1)
    old = LedgerEntry.objects.get(subject="old:1")
    assert (old.content, old.salt) == (None, None)
    assert LedgerEntry.objects.get(subject="new:1").content is not None
    assert LedgerEntry.objects.get(subject="old:2").content is not None, (
        "what proves a release stays"
    )
    public = services.signing_key(settings.HOME).public_key()
    held = list(selectors.entries())
    assert check(held, selectors.leaves(), [read(point.text, public)]) == []


def test_a_later_ledger_proves_that_it_goes_on_from_an_earlier_one(people: People) -> None:
    auditor = people.client("security_auditor")
    size = len(selectors.leaves())
    found = auditor.get(f"/api/v1/ledger/consistency?old=3&new={size}").json()
    steps = [bytes.fromhex(step) for step in found["proof"]]
    before, now = bytes.fromhex(found["old_root"]), bytes.fromhex(found["root"])
    assert now == root(selectors.leaves()[:size])
    assert is_consistent(3, before, size, now, steps)
    assert not is_consistent(3, root([leaf_hash(b"forged")] * 3), size, now, steps)
    for old, new in ((0, size), (3, 10**9), (5, 4)):
        assert auditor.get(f"/api/v1/ledger/consistency?old={old}&new={new}").status_code == 404

"""The ledger in the database: an act and its entry stand or fall together; a forger is named."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests.conftest import ROOT
from tests.web.conftest import NOW, People
from zhengheng.domain.problems import DataError, VerifyError
from zhengheng.ledger.check import check
from zhengheng.ledger.checkpoint import read
from zhengheng.ledger.tree import root
from zhengheng.ledger.witness import (
    cosigned_at,
    is_consistent,
    leaf_hash,
    read_key,
    root_from_inclusion,
    stated,
)
from zhengheng.web.acts import told
from zhengheng.web.acts.bound import disagreements
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.jobs import worker
from zhengheng.web.jobs.models import Job
from zhengheng.web.ledger import jumped, keys, selectors, services
from zhengheng.web.ledger.acts import ERASURES
from zhengheng.web.ledger.models import Erasure, Head, LedgerEntry, Node, SignedCheckpoint
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.services import import_units
from zhengheng.web.portal.writing import ask_where_restored, publish

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
        proof = [bytes.fromhex(step) for step in (selectors.proof_of(sequence) or {})["proof"]]
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
        ("update ledger_ledgerentry set salt = null, content = null where sequence = 4", "altered"),
        ("update ledger_ledgerentry set salt = null where sequence = 4", "altered"),
        ("update ledger_ledgerentry set at = 'gestern' where sequence = 4", "altered"),
        ("update ledger_ledgerentry set content = '[' where sequence = 4", "altered"),
    ],
)
def test_a_forger_in_the_database_is_named(people: People, sql: str, code: str) -> None:
    point = services.sign_checkpoint(home=settings.HOME, actor="t", now=NOW)
    forge(sql)
    public = keys.public_key(settings.HOME).text()
    found = check(list(selectors.entries()), selectors.leaves(), [read(point.text, public)])
    assert (found[0].code, found[0].first) == (code, 4)


@pytest.mark.parametrize(
    "sql",
    [
        "update ledger_node set hash = (select leaf from ledger_ledgerentry where sequence = 0) where level = 1",
        "delete from ledger_node where level = 2",
        "update ledger_head set size = size + 1",
        "update ledger_head set size = size - 1",
        "delete from ledger_ledgerentry where sequence = (select max(sequence) from ledger_ledgerentry)",
    ],
)
def test_a_kept_tree_that_is_not_that_of_the_entries_is_found(people: People, sql: str) -> None:
    assert selectors.tree_findings() == []
    forge(sql)
    assert selectors.tree_findings()


def test_a_byte_that_is_no_text_names_its_entry(people: People) -> None:
    if connection.vendor == "sqlite":  # PostgreSQL refuses to keep such a text
        forge("update ledger_ledgerentry set content = cast(x'7bff' as text) where sequence = 3")
        selectors.damaged_text_too()
        found = check(list(selectors.entries()), selectors.leaves())
        connection.connection.text_factory = str
        assert [(f.code, f.first) for f in found] == [("altered", 3)]


def test_the_tree_of_a_ledger_that_kept_leaves_alone_is_made_once(people: People) -> None:
    """A home of version 0.1.0 comes up with the tree that it would have had."""
    edge = bytes(Head.objects.get().edge)
    kept = {(n.level, n.index): bytes(n.hash) for n in Node.objects.all()}
    Node.objects.all().delete()
    Head.objects.update(edge=b"")
    importlib.import_module("zhengheng.web.ledger.migrations.0003_stored_tree").keep_the_tree(apps, None)  # fmt: skip
    assert {(n.level, n.index): bytes(n.hash) for n in Node.objects.all()} == kept
    assert bytes(Head.objects.get().edge) == edge
    assert selectors.tree_findings() == []


def test_a_row_that_its_acts_do_not_explain_is_named(people: People) -> None:
    officer = people.client("secrecy_officer")
    body = {"before": "2010-01-01", "basis": "保管期限表"}
    officer.post("/api/v1/erasures/ask", json.dumps(body), content_type="application/json")
    assert list(disagreements([ERASURES])) == []
    for change in ({"state": "done"}, {"state": "asked", "basis": "另一依据"}):
        Erasure.objects.update(**change)
        (found,) = disagreements([ERASURES])
        assert "2010-01-01" in found.zh
    Erasure.objects.update(basis="保管期限表")
    assert list(disagreements([ERASURES])) == []
    Erasure.objects.create(before=NOW.date(), basis="无人申请", state="asked", made_at=NOW)
    assert len(list(disagreements([ERASURES]))) == 1, "made beside the acts"
    Erasure.objects.all().delete()
    (gone,) = disagreements([ERASURES])
    assert "Ask to erase" in gone.en
    assert "申请清除到期内容" in gone.zh


def test_checkpoints_are_signed_by_the_clock_and_say_that_a_home_was_restored(
    people: People,
) -> None:
    def tick(now: datetime = NOW) -> int:
        services.tick(home=settings.HOME, actor="system", now=now)
        return SignedCheckpoint.objects.count()

    later = NOW + timedelta(hours=2)
    SignedCheckpoint.objects.all().delete()
    assert [tick(), tick(), tick(later)] == [1, 1, 1], "nothing new, nothing to sign"
    with transaction.atomic():
        services.append(act="x", subject="y:1", actor="z", at=NOW)
    assert [tick(NOW + timedelta(minutes=30)), tick(later)] == [1, 2]
    key = keys.public_key(settings.HOME).text()
    assert read(SignedCheckpoint.objects.all()[0].text, key).more == ()
    (settings.HOME / services.RESTORED).touch()
    with transaction.atomic():
        services.append(act="x", subject="y:2", actor="z", at=later)
    size = selectors.size()
    assert tick(later) == 3
    assert read(SignedCheckpoint.objects.all()[0].text, key).more == (f"restored {size} {later.isoformat()}",)  # fmt: skip
    assert not (settings.HOME / services.RESTORED).exists()
    ahead = later + timedelta(days=40)
    for moment, signed in ((ahead, 4), (later, 5)):
        with transaction.atomic():
            services.append(act="x", subject="y:3", actor="system", at=moment)
        assert tick(moment) == signed, "what a clock that was ahead signed is waited for by nobody"
    found = check(list(selectors.entries()), selectors.leaves(), [read(p.text, key) for p in SignedCheckpoint.objects.all()])  # fmt: skip
    assert found == []


@pytest.mark.parametrize("by_api", [False, True])
@pytest.mark.parametrize("signed_first", [False, True])
def test_a_restored_home_says_so_to_everybody_until_an_officer_knows_and_a_checkpoint_speaks(
    people: People, by_api: bool, signed_first: bool
) -> None:
    home = Path(settings.HOME)
    portal, words = home / "portal", "从备份恢复的"

    def shown() -> tuple[bool, bool]:
        """On the page of whoever works here, and on the public's; what the watchman asks for is done."""
        ask_where_restored(NOW)
        waiting = Job.objects.filter(kind="portal.write", state="waiting")
        if waiting.exists():
            publish(portal, NOW.date())
            waiting.update(state="done")
        page = people.client("unit_reporter").get("/office/").content.decode()
        said = [(portal / name / "verify.html").read_text(encoding="utf-8") for name in ("", "en")]
        assert len({'id="restored"' in one for one in said}) == 1
        return words in page, 'id="restored"' in said[0]

    try:
        publish(portal, NOW.date())
        assert shown() == (False, False)
        assert not Job.objects.exists()
        (home / services.RESTORED).touch()
        if signed_first:
            services.tick(home=home, actor="system", now=NOW)
        for _ in range(2):
            services.sign_checkpoint(home=home, actor="system", now=NOW)
            assert shown() == (True, True), "a checkpoint alone settles nothing"
        for name, status in (("office_director", 403), ("unit_reporter", 403), ("secrecy_officer", 204)):  # fmt: skip
            client = people.client(name)
            assert ("确认知悉</button>" in client.get("/office/").content.decode()) == (status == 204)  # fmt: skip
            if by_api:
                assert client.post("/api/v1/ledger/restored/known").status_code == status
            else:
                answer = client.post("/office/ledger/restored/known/")
                assert answer.status_code == (302 if status == 204 else status)
        assert people.client("security_auditor").post("/api/v1/ledger/restored/known").status_code == 422  # fmt: skip
        assert shown() == (True, True), "until the next checkpoint"
        assert "下一个检查点签发后" in people.client("mentor").get("/office/").content.decode()
        services.sign_checkpoint(home=home, actor="system", now=NOW)
        assert shown() == (False, False)
        assert "restored " in SignedCheckpoint.objects.all()[0].text, "the checkpoints go on"
        (home / services.RESTORED).touch()
        assert shown() == (True, True), "once more"
    finally:
        (home / services.RESTORED).unlink(missing_ok=True)
        for one in (portal, home / "publications"):
            shutil.rmtree(one, ignore_errors=True)


def test_a_witness_cosigns_by_files_and_only_one_that_is_trusted_counts(
    people: People, tmp_path: Path
) -> None:
    """The office writes a request, a second installation cosigns it, the office takes the signature in."""
    home = Path(settings.HOME)
    services.sign_checkpoint(home=home, actor="t", now=NOW)
    log = tmp_path / "ledger.pub"
    log.write_text(keys.public_key(home).text())

    def cosigned(old: int) -> tuple[str, str]:
        point = SignedCheckpoint.objects.first()
        assert point is not None
        (tmp_path / "request.txt").write_text(services.request_to_cosign(point, old))
        words = ["request.txt", "signed.txt", "--log", str(log), "--name", "shenji.example"]
        done = subprocess.run(
            [sys.executable, "-m", "zhengheng.cli.main", "ledger", "cosign", *words], cwd=tmp_path,
            capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return (tmp_path / "signed.txt").read_text(), re.split("[:：]", done.stdout)[-1].strip()

    def take(text: str) -> list[str]:
        with transaction.atomic():
            return services.take_cosignature(text, home=home, actor="t", now=NOW)

    size = selectors.size() - 1
    text, key = cosigned(0)
    with pytest.raises(VerifyError, match=r"witnesses\.txt"):
        take(text)
    (home / "witnesses.txt").write_text(f"# 见证人\n{key}\n", encoding="utf-8")
    assert take(text) == ["shenji.example"]
    assert take(text) == ["shenji.example"], "twice changes nothing"
    assert LedgerEntry.objects.filter(act="ledger.cosigned").count() == 1
    held = stated(SignedCheckpoint.objects.get(size=size).text)
    assert cosigned_at(held, read_key(key)) is not None
    services.sign_checkpoint(home=home, actor="t", now=NOW)
    again = cosigned(size)[0]
    ours = again.splitlines()[-1]
    strange = ours.replace("shenji.example", "elsewhere.example")
    forged = ours[:-6] + ("A" if ours[-6] != "A" else "B") + ours[-5:]
    assert take(again.replace(ours, f"{strange}\n{forged}\n{ours}")) == ["shenji.example"]
    kept = SignedCheckpoint.objects.all()[0].text
    assert ours in kept
    assert strange not in kept
    assert forged not in kept, "a line under the witness's name that it did not sign"
    with pytest.raises(VerifyError):
        take(text.replace(f"\n{size}\n", f"\n{size + 1}\n", 1))
    (home / "witnesses.txt").unlink()


def test_a_witness_without_its_memory_cosigns_nothing_unless_it_begins_anew(
    people: People, tmp_path: Path
) -> None:
    home = Path(settings.HOME)
    point = services.sign_checkpoint(home=home, actor="t", now=NOW)
    (tmp_path / "ledger.pub").write_text(keys.public_key(home).text())
    (tmp_path / "request.txt").write_text(services.request_to_cosign(point, 0))

    def cosign(*more: str) -> subprocess.CompletedProcess[str]:
        words = ["request.txt", "signed.txt", "--log", "ledger.pub", "--name", "w.example", *more]
        return subprocess.run(
            [sys.executable, "-m", "zhengheng.cli.main", "ledger", "cosign", *words], cwd=tmp_path,
            capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip

    assert cosign().returncode == 0
    secret = (tmp_path / "witness/witness.key").read_text()
    (tmp_path / "witness/last.txt").unlink()
    (tmp_path / "signed.txt").unlink()
    refused = cosign()
    assert refused.returncode != 0
    assert "--anew" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "signed.txt").exists()
    assert not (tmp_path / "witness/last.txt").exists()
    assert cosign("--anew").returncode == 0
    assert (tmp_path / "witness/last.txt").exists()
    assert (tmp_path / "witness/witness.key").read_text() == secret


def test_an_act_that_no_kind_declares_is_named_in_words(people: People) -> None:
    with transaction.atomic():
        services.append(act="result.register", subject="result:77", actor="t", at=NOW)
    (kind,) = (one for one in KINDS if one.name == "result")
    (gone,) = disagreements([kind], told.act)
    assert "登记批次" in gone.zh
    assert "Register a run" in gone.en
    (gone,) = disagreements([kind])
    assert "result.register" not in gone.zh + gone.en


def test_a_clock_far_ahead_ends_nothing_until_somebody_says_that_it_is_right(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FIXED_CLOCK", "")
    monkeypatch.setattr(worker, "bury", lambda moment: None)
    home = Path(settings.HOME)
    clock = {"at": NOW}
    followed: list[datetime] = []
    for name in ("tick", "end_samples"):
        monkeypatch.setattr(worker, name, followed.append)
    monkeypatch.setattr(worker, "now", lambda: clock["at"])
    with transaction.atomic():
        services.append(act="account.signed_in", subject="account:1", actor="t", at=NOW)
    mark = home / jumped.HELD

    def told(role: str) -> bool:
        return "confirm-clock" in people.client(role).get("/office/").content.decode()

    worker.look_after()
    assert len(followed) == 2, "the day is that of the office's entries"
    clock["at"] = NOW + timedelta(days=29)
    worker.look_after()
    assert len(followed) == 4, "a long holiday holds nothing"
    clock["at"] = NOW + timedelta(days=900)
    assert jumped.problems(home, clock["at"]), "a check finds it before any worker does"
    assert not jumped.problems(home, NOW)
    for _ in range(2):  # what the machine signed meanwhile changes nothing
        worker.look_after()
        with transaction.atomic():
            services.append(act="ledger.checkpoint", subject="x:1", actor="system", at=clock["at"])
    with transaction.atomic():
        services.append(act="account.signed_in", subject="account:1", actor="t", at=clock["at"])
    worker.look_after()
    assert len(followed) == 4, "nobody's sign-in under that clock says that it is right"
    assert mark.exists()
    assert "confirm-clock" in jumped.problems(home, clock["at"])[0].zh
    assert told("system_administrator")
    assert not told("unit_reporter")
    clock["at"] = NOW + timedelta(days=1)
    worker.look_after()
    assert len(followed) == 6, "a clock that was set right goes on by itself"
    clock["at"] = NOW + timedelta(days=902)
    with transaction.atomic():
        services.append(act="ledger.checkpoint", subject="x:1", actor="system", at=clock["at"])
    worker.look_after()
    assert len(followed) == 6, (
        "what was entered under a wrong clock, or by the machine, is no measure for the next"
    )
    clock["at"] = NOW + timedelta(days=32)
    worker.look_after()
    assert len(followed) == 6, "31 days after it was seen right"
    clock["at"] = NOW + timedelta(days=31)
    worker.look_after()
    assert len(followed) == 8
    seen = len(followed)
    clock["at"] = NOW + timedelta(days=1800)
    with transaction.atomic():
        services.append(act="account.signed_in", subject="account:1", actor="t", at=clock["at"])
    worker.look_after()
    assert len(followed) == seen, "a sign-in before the worker looks does not speak for the clock"
    assert services.confirm_clock(home, "os:root", clock["at"])
    with transaction.atomic():
        services.append(act="account.signed_in", subject="account:1", actor="t", at=clock["at"])
    worker.look_after()
    assert len(followed) == seen + 2
    assert not services.confirm_clock(home, "os:root", clock["at"])
    assert LedgerEntry.objects.filter(act="clock.confirmed", actor="os:root").count() == 1
    for days, actor in ((1828, "t"), (1802, "system")):
        with transaction.atomic():
            services.append(act="account.signed_in", subject="account:1", actor=actor, at=NOW + timedelta(days=days))  # fmt: skip
    clock["at"] = NOW + timedelta(days=1855)
    worker.look_after()
    assert len(followed) == seen + 2, (
        "a sign-in four weeks ahead is no measure once the machine was earlier again"
    )


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
    lines[3] = lines[3].replace('"content":{', '"content":{"note":"\u2028\u0085",', 1)
    (tmp_path / "marks.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert [f["first"] for f in json.loads(verify(tmp_path / "marks.jsonl").stdout)] == [3], (
        "no mark ends a line"
    )
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
    public = keys.public_key(settings.HOME).text()
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


def test_every_act_that_can_be_noted_has_words() -> None:
    """Whatever the source notes, and whatever a kind's machine knows, is told in Chinese and English."""
    noted = set()
    for path in (ROOT / "src" / "zhengheng" / "web").rglob("*.py"):
        noted |= set(re.findall(r'\bact="([a-z]+\.[a-z_]+)"', path.read_text(encoding="utf-8")))
    noted |= {step.act for kind in KINDS for step in kind.machine.transitions}
    assert noted - told.acts().keys() == set()
    assert all(re.search(r"[\u4e00-\u9fff]", zh) and en for zh, en in told.acts().values())
    assert [en for _, en in told.acts().values() if not en[0].isupper()] == [], (
        "one list, one way to begin"
    )


def test_the_ledgers_page_names_people_and_acts(people: People) -> None:
    page = people.client("security_auditor").get("/office/ledger/?actor=secrecy_officer&act=grant.given").content.decode()  # fmt: skip
    table = page.split("<tbody>")[-1]
    assert "授予角色" in table
    assert "账号：" in table
    assert "grant.given" not in table
    assert "account:" not in table

"""The release gate and the portal: nothing internal passes, links hold under any path, anybody can verify."""

import errno
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn
from urllib.parse import unquote, urldefrag

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.web.conftest import NOW, People, computed_run
from zhengheng.domain.canonical import canonical
from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.problems import VerifyError
from zhengheng.engines.disclosure import hidden_indicators
from zhengheng.engines.heat import STATUSES
from zhengheng.engines.onefile import verifier_source
from zhengheng.engines.results import Results, from_rows
from zhengheng.engines.run import Run
from zhengheng.engines.snapshot import scan, snapshot
from zhengheng.ledger.checkpoint import cosign, public
from zhengheng.ledger.tree import grown
from zhengheng.ledger.witness import COSIGNED
from zhengheng.scheme.base import Basis, Text
from zhengheng.scheme.indicator import Change
from zhengheng.scheme.methods import Ratio
from zhengheng.scheme.model import Rulebook
from zhengheng.web.acts.declare import Nothing
from zhengheng.web.acts.services import make, perform
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import run_job, try_where_there_is_room
from zhengheng.web.ledger.committed_secrets import altered_secrets, unbound_secrets
from zhengheng.web.ledger.keys import public_key
from zhengheng.web.ledger.models import CommitmentSecret, Head, LedgerEntry, Node, SignedCheckpoint
from zhengheng.web.ledger.services import (
    append,
    request_to_cosign,
    sign_checkpoint,
    take_cosignature,
)
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.services import import_units
from zhengheng.web.pages.tags import no_total
from zhengheng.web.portal import writing as pages
from zhengheng.web.portal.writing import ask_once_over, publish
from zhengheng.web.publication import jobs as writing
from zhengheng.web.publication.acts import (
    PUBLICATIONS,
    SHOWS,
    OpenGiven,
    PrepareGiven,
    PublicationError,
    ReviewGiven,
    WithdrawGiven,
    document_of,
    scanned,
)
from zhengheng.web.publication.models import Publication
from zhengheng.web.publication.other_rules import write_restated
from zhengheng.web.publication.proof import keep_newest, proof
from zhengheng.web.publication.released import OpeningError, folder
from zhengheng.web.reporting.models import SelfReport
from zhengheng.web.results import newer, services
from zhengheng.web.results.kept import altered_runs, kept_as_written
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machine import StateError
from zhengheng.workflow.roles import Role

ACTS = {act.name: act for act in PUBLICATIONS.acts}


@pytest.fixture(scope="module")
def computed() -> Run:
    return computed_run()


def nothing_published() -> None:
    """Numbers begin anew with every test's database; the files of the last one would be taken for this one's."""
    for name in ("publications", "portal"):
        shutil.rmtree(Path(settings.HOME) / name, ignore_errors=True)


@pytest.fixture
def result(people: People, computed: Run) -> ResultRun:
    nothing_published()
    run = services.register_run(run=computed.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    return run


def prepare(people: People, result: ResultRun, **given: Any) -> Publication:
    made: Publication = make(
        PUBLICATIONS, ACTS["prepare"], actor=people["office_procedure"], now=NOW,
        given=PrepareGiven(run=result.pk, **({"shows": "score"} | given)),
    )  # fmt: skip
    return made


def do(people: People, name: str, who: str, held: Publication, given: Any, **changes: Any) -> None:
    obj = PUBLICATIONS.all().get(pk=held.pk)
    moment = {"now": NOW} | changes
    perform(PUBLICATIONS, ACTS[name], obj, given=given, row_version=obj.row_version, actor=people[who], **moment)  # fmt: skip


def release(people: People, result: ResultRun, **given: Any) -> Publication:
    held = prepare(people, result, **given)
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="公开的项目名称"))
    do(people, "release", "office_director", held, Nothing())
    write()
    held.refresh_from_db()
    return held


def write() -> None:
    """Do the writing that releases ask for."""
    for kind in ("publication.write", "publication.tidy", "portal.write"):
        for job in Job.objects.filter(kind=kind, state="waiting").order_by("pk"):
            run_job.call(job.pk)


def test_the_gate_has_its_order_and_its_day(people: People, result: ResultRun) -> None:
    day = NOW.date() + timedelta(3)
    held = prepare(people, result, embargo=day)
    with pytest.raises(StateError):
        do(people, "release", "office_director", held, Nothing())
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="已核"))
    with pytest.raises(PublicationError, match=str(day)):
        do(people, "release", "office_director", held, Nothing())
    assert not folder(held).exists()
    do(people, "release", "office_director", held, Nothing(), now=NOW + timedelta(3))
    held.refresh_from_db()
    assert (held.state, held.released_on) == ("releasing", None), (
        "not released before it is written"
    )
    write()
    held.refresh_from_db()
    assert (held.state, held.released_on) == ("released", day)
    entry = LedgerEntry.objects.get(act="publication.release")
    assert entry.subject == f"publication:{held.pk}"
    entry = LedgerEntry.objects.get(act="publication.written")
    assert entry.subject == f"publication:{held.pk}"
    assert json.loads(entry.content or "")["digests"] == held.digests


def test_a_writing_broken_off_goes_on_where_it_stopped(
    people: People, result: ResultRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the row: written anew. After it: only put in place, and no digest changes."""
    held = prepare(people, result)
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="已核"))
    do(people, "release", "office_director", held, Nothing())
    job = Job.objects.get(kind="publication.write")
    for broken, where in (("perform_by_machine", writing), ("ask", writing.jobs)):
        with monkeypatch.context() as patch:
            patch.setattr(where, broken, lambda *_, **__: 1 / 0)
            run_job.call(job.pk)
        job.refresh_from_db()
        assert job.state == "failed"
        held.refresh_from_db()
        assert held.state == ("releasing" if broken == "perform_by_machine" else "released")
        Job.objects.update(state="waiting")
    before = held.digests
    write()
    held.refresh_from_db()
    assert held.digests == before
    found = json.loads((folder(held) / "digests.json").read_text(encoding="utf-8"))
    assert found == before
    assert (Path(settings.HOME) / "portal" / "p" / str(held.pk) / "index.html").is_file()
    assert LedgerEntry.objects.filter(act="publication.written").count() == 1


@pytest.mark.parametrize(("kind", "broken"), [("publication.write", "write_files"), ("portal.write", "publish")])  # fmt: skip
def test_what_a_full_disk_kept_from_the_portal_is_said_and_tried_again(
    people: People, result: ResultRun, kind: str, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    """In the publication's first line, and on the desk of whoever released it and of who looks after the machine."""

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    held = prepare(people, result)
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="已核"))
    do(people, "release", "office_director", held, Nothing())

    def says(who: str, words: str, path: str = "") -> bool:
        return words in people.client(who).get(f"/office/{path}").content.decode()

    page, told = f"publications/{held.pk}/", "公众门户上还没有显示"
    assert says("office_director", f"{told}，正在生成", page)
    with monkeypatch.context() as patch:
        patch.setattr(writing, broken, full)
        write()
    job = Job.objects.get(kind=kind)
    assert (job.state, job.problems[0]["code"]) == ("failed", "job.full")
    assert not any(record.exc_info for record in caplog.records if record.name.startswith("zhengheng.web.jobs"))  # fmt: skip
    assert not list(folder(held).parent.glob("*.part")), "what is not whole does not keep it full"
    assert says("office_director", f"{told}：磁盘空间已满", page)
    for who in ("office_director", "system_administrator"):
        assert says(who, "没有完成："), who
        assert says(who, f"/office/jobs/{job.pk}/"), who
    assert not says("office_data", "没有完成：")
    assert try_where_there_is_room(timezone.now()) == 0, "not at once"
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**20))
        assert try_where_there_is_room(timezone.now() + timedelta(days=1)) == 0
    assert try_where_there_is_room(timezone.now() + timedelta(days=1)) == 1
    write()
    assert not says("office_director", told, page)
    for who in ("office_director", "system_administrator"):
        assert not says(who, "没有完成："), who
    assert (Path(settings.HOME) / "portal" / "p" / str(held.pk) / "index.html").is_file()


def test_only_what_is_on_notice_and_a_second_time_only_as_a_correction(
    people: People, result: ResultRun
) -> None:
    ResultRun.objects.update(state="draft")
    with pytest.raises(PublicationError) as refused:
        prepare(people, result)
    assert refused.value.problems[0].code == "publication.run"
    ResultRun.objects.update(state="final")
    first = release(people, result)
    with pytest.raises(PublicationError) as refused:
        prepare(people, result)
    assert refused.value.problems[0].code == "publication.reason"
    second = release(people, result, reason="单位名称有误")
    assert second.corrects == first
    site = Path(settings.HOME) / "portal"
    assert "单位名称有误" in (site / "corrections.html").read_text(encoding="utf-8")
    old = (site / "p" / str(first.pk) / "index.html").read_text(encoding="utf-8")
    assert f"p/{second.pk}/index.html" in old, "a reader of the old page is told"
    do(people, "withdraw", "office_director", prepare(people, result, reason="x"), WithdrawGiven(reason="不必"))  # fmt: skip


def test_the_scan_finds_what_is_personal_or_internal_and_the_reviewer_must_answer(
    people: People, result: ResultRun, computed: Run
) -> None:
    document = snapshot(computed, "score", {})
    said = {"电话 13800138000": "phone", "110101199003074514": "identity", "a.b@c.cn": "mail", "内部资料": "mark", "由林某甲负责": "person"}  # fmt: skip
    for text, kind in said.items():
        document["indicators"][0]["source"] = text
        found = scan(document, ["林某甲", "甲"])
        assert [(one.where, one.kind) for one in found] == [("/indicators/0/source", kind)]
    held = prepare(people, result)
    people["mentor"].__class__.objects.filter(username="mentor").update(name=result.title_zh)
    with pytest.raises(PublicationError) as refused:
        do(people, "review", "secrecy_reviewer", held, ReviewGiven())
    assert refused.value.problems[0].code == "publication.findings"
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="与方案名称同名"))
    held.refresh_from_db()
    assert held.findings
    page = people.client("secrecy_reviewer").get(f"/office/publications/{held.pk}/").content.decode()  # fmt: skip
    assert "含工作人员姓名" in page


def test_a_day_before_which_nothing_comes_out_is_announced(
    people: People, result: ResultRun
) -> None:
    day = NOW.date() + timedelta(5)
    held = prepare(people, result, embargo=day)
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="已核"))
    for job in Job.objects.filter(kind="portal.write", state="waiting"):
        run_job.call(job.pk)
    calendar = Path(settings.HOME) / "portal" / "calendar.html"
    assert str(day) in calendar.read_text(encoding="utf-8")
    assert not folder(held).exists()
    do(people, "withdraw", "office_director", held, WithdrawGiven(reason="推迟"))
    for job in Job.objects.filter(kind="portal.write", state="waiting"):
        run_job.call(job.pk)
    assert str(day) not in calendar.read_text(encoding="utf-8")


def hide(result: ResultRun, computed: Run, code: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same run with one indicator made internal."""
    indicators = tuple(
        i.model_copy(update={"visibility": "internal"}) if i.code == code else i
        for i in computed.rulebook.indicators
    )
    book = computed.rulebook.model_copy(update={"indicators": indicators})
    run = Run(computed.id, book, computed.plan, computed.facts, computed.results, computed.engine)
    monkeypatch.setattr("zhengheng.web.publication.acts.loaded", lambda path: run)
    return run


def test_no_file_holds_what_an_internal_indicator_measured(
    people: People, result: ResultRun, computed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = next(i.code for i in computed.rulebook.indicators if i.method)
    run = hide(result, computed, code, monkeypatch)
    assert hidden_indicators(run) == {code}
    held = release(people, result)
    document = json.loads((folder(held) / "snapshot.json").read_text(encoding="utf-8"))
    marks = [row[code] for row in document["marks"].values() if code in row]
    assert marks
    assert not any("value" in mark or "target" in mark for mark in marks)
    assert all(code not in rows for rows in document["ranges"].values())
    values = json.loads((folder(held) / "data" / "values.json").read_text(encoding="utf-8"))
    assert {row["value"] for row in values if row["indicator"] == code} == {""}
    assert any(row["value"] for row in values if row["indicator"] != code)


def test_what_does_not_verify_is_not_released_and_says_so(
    people: People, result: ResultRun, computed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A total that does not follow from its parts: back to where it was, with the reason in the ledger."""
    totals = computed.results.rows("total_score")
    totals[0]["printed"] += 10**9
    tables = computed.results.tables | {"total_score": from_rows("total_score", totals)}
    wrong = replace(computed, results=Results(tables))
    monkeypatch.setattr("zhengheng.web.publication.jobs.loaded", lambda path: wrong)
    held = release(people, result)
    assert (held.state, held.digests, held.released_on) == ("reviewed", {}, None)
    assert not folder(held).exists()
    said = Job.objects.filter(kind="publication.write").latest("pk")
    assert said.state == "failed"
    assert "复核包未通过自身的复核程序" in said.problems[0]["zh"]
    assert totals[0]["unit"] in said.problems[0]["en"]
    assert LedgerEntry.objects.filter(act="publication.unverified").count() == 1
    monkeypatch.undo()
    do(people, "release", "office_director", held, Nothing())
    write()
    held.refresh_from_db()
    assert held.state == "released"


def test_one_internal_indicator_is_opened_against_its_commitment(
    people: People,
    result: ResultRun,
    computed: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    code = next(i.code for i in computed.rulebook.indicators if i.method)
    run = hide(result, computed, code, monkeypatch)
    monkeypatch.setattr("zhengheng.web.publication.jobs.loaded", lambda path: run)
    held = release(people, result)
    unit = next(row["unit"] for row in run.results.rows("cell") if row["indicator"] == code)
    director = people.client("office_director")
    form = director.get(f"/office/publications/{held.pk}/").content.decode()
    offered = {
        name: set(re.findall(r'<option\s+value="([^"]+)"', form.split(f'name="{name}"')[1].split("</select>")[0]))
        for name in ("unit", "indicator")
    }  # fmt: skip
    assert offered == {"unit": {one.code for one in run.rulebook.units}, "indicator": {code}}
    with pytest.raises(PublicationError, match="no such internal indicator"):
        do(people, "open", "office_director", held, OpenGiven(unit=unit, indicator="NOTHING", reason="x"))  # fmt: skip
    do(people, "open", "office_director", held, OpenGiven(unit=unit, indicator=code, reason="依申请公开"))  # fmt: skip
    held.refresh_from_db()
    assert held.state == "released"
    with zipfile.ZipFile(folder(held) / "data" / "bundle.zip") as packed:
        packed.extractall(tmp_path / "b")
    (tmp_path / "opened.json").write_text(canonical(held.opened), encoding="utf-8")
    words = [sys.executable, "-I", "-S", "verify.py", "--open", str(tmp_path / "opened.json")]
    done = subprocess.run(words, cwd=tmp_path / "b", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("other", "publication.secret_differs"), ("gone", "publication.secret_gone"),
        ("bundle", "publication.bundle_altered"), ("no bundle", "publication.bundle_altered"),
    ],
)  # fmt: skip
def test_an_opening_that_does_not_fit_the_published_commitment_is_refused(
    people: People,
    result: ResultRun,
    computed: Run,
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
    code: str,
) -> None:
    """The secret altered or gone, the bundle altered or gone: said in words, nothing entered, no secret drawn anew."""
    hidden = next(i.code for i in computed.rulebook.indicators if i.method)
    run = hide(result, computed, hidden, monkeypatch)
    monkeypatch.setattr("zhengheng.web.publication.jobs.loaded", lambda path: run)
    held = release(people, result)
    unit = next(row["unit"] for row in run.results.rows("cell") if row["indicator"] == hidden)
    secrets, bundle = CommitmentSecret.objects.filter(subject=f"publication:{held.pk}"), folder(held) / "data" / "bundle.zip"  # fmt: skip
    if damage == "other":
        secrets.update(secret=b"0" * 32)
    elif damage == "gone":
        secrets.delete()
    elif damage == "bundle":
        bundle.write_bytes(bundle.read_bytes() + b"x")
    else:
        bundle.unlink()
    if damage in {"other", "gone"}:
        (found,) = altered_secrets()
        assert found.first == LedgerEntry.objects.get(act="publication.written").sequence
        assert any(found.zh in one.zh for one in kept_as_written(Path(settings.HOME)))
    else:
        assert list(altered_secrets()) == []
    kept = list(secrets.values_list("secret", flat=True))
    with pytest.raises(OpeningError) as refused:
        do(people, "open", "office_director", held, OpenGiven(unit=unit, indicator=hidden, reason="依申请公开"))  # fmt: skip
    assert [one.code for one in refused.value.problems] == [code]
    held.refresh_from_db()
    assert held.opened == []
    assert not LedgerEntry.objects.filter(act="publication.open").exists()
    assert list(secrets.values_list("secret", flat=True)) == kept


def test_a_release_that_has_no_digest_of_its_secret_is_said_once_and_is_no_finding(
    people: People, result: ResultRun, computed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an earlier release: the secret is compared with the published commitment alone."""
    hidden = next(i.code for i in computed.rulebook.indicators if i.method)
    run = hide(result, computed, hidden, monkeypatch)
    monkeypatch.setattr("zhengheng.web.publication.jobs.loaded", lambda path: run)
    held = release(people, result)
    assert list(unbound_secrets()) == []
    row = LedgerEntry.objects.get(act="publication.written")
    content = json.loads(row.content or "{}")
    digest = hashlib.sha256(bytes(CommitmentSecret.objects.get(subject=f"publication:{held.pk}").secret)).hexdigest()  # fmt: skip
    assert content.pop("secret") == digest
    LedgerEntry.objects.filter(pk=row.pk).update(content=canonical(content))
    CommitmentSecret.objects.update(secret=b"0" * 32)
    assert list(altered_secrets()) == []
    (note,) = unbound_secrets()
    assert f"第 {row.sequence} 条" in note.zh
    unit = next(row["unit"] for row in run.results.rows("cell") if row["indicator"] == hidden)
    with pytest.raises(OpeningError) as refused:
        do(people, "open", "office_director", held, OpenGiven(unit=unit, indicator=hidden, reason="依申请公开"))  # fmt: skip
    assert [one.code for one in refused.value.problems] == ["publication.opening_differs"]


@pytest.mark.parametrize(("first", "then"), [("grade", "score"), ("score", "grade"), ("status", "score")])  # fmt: skip
def test_a_period_goes_out_in_one_form_of_display(
    people: People,
    result: ResultRun,
    computed: Run,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    then: str,
) -> None:
    """Where anything internal is in it: two forms together give it away. Also what was prepared before the other went out."""
    waiting = prepare(people, result, shows=then)
    hide(result, computed, next(i.code for i in computed.rulebook.indicators if i.method), monkeypatch)  # fmt: skip
    release(people, result, shows=first, reason="首次公布")
    with pytest.raises(PublicationError) as refused:
        prepare(people, result, shows=then, reason="更正")
    assert [one.code for one in refused.value.problems] == ["publication.display"]
    assert SHOWS[first][0] in refused.value.problems[0].zh
    with pytest.raises(PublicationError, match=SHOWS[first][1]):
        do(people, "review", "secrecy_reviewer", waiting, ReviewGiven(cleared="已核"))
    Publication.objects.filter(pk=waiting.pk).update(state="reviewed")
    with pytest.raises(PublicationError, match=SHOWS[first][1]):
        do(people, "release", "office_director", waiting, Nothing())
    assert prepare(people, result, shows=first, reason="更正").state == "prepared"


def test_without_anything_internal_a_period_may_go_out_in_another_form(
    people: People, result: ResultRun, computed: Run
) -> None:
    assert not hidden_indicators(computed)
    release(people, result, shows="grade")
    assert release(people, result, shows="score", reason="公布得分").state == "released"


def test_where_grades_are_shown_no_score_passes(people: People, result: ResultRun) -> None:
    held = release(people, result, shows="grade")
    data = folder(held) / "data"
    assert not (data / "bundle.zip").exists()
    assert {row["score"] for row in json.loads((data / "units.json").read_text())} == {""}
    assert {row["points"] for row in json.loads((data / "values.json").read_text())} == {""}
    site = Path(settings.HOME) / "portal"
    assert "得分" not in next((site / "p" / str(held.pk) / "units").iterdir()).read_text().split("footer")[0]  # fmt: skip


def test_every_link_holds_under_any_path_and_leads_nowhere_else(
    people: People, result: ResultRun, tmp_path: Path
) -> None:
    release(people, result)
    target = tmp_path / "somewhere" / "below"
    target.parent.mkdir()
    count = publish(target, NOW.date())
    pages = list(target.rglob("*.html"))
    assert len(pages) == count
    assert {"index.html", "en"} <= {path.name for path in target.iterdir()}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), f"{page} asks another host"  # fmt: skip
        for link in re.findall(r"(?:src|href)=\"([^\"]+)\"", text):
            if link.startswith(("#", "data:")):
                continue
            assert not link.startswith("/"), f"{page}: {link} holds at one path only"
            place = (page.parent / unquote(urldefrag(link)[0])).resolve()
            assert place.is_file(), f"{page}: {link}"
            assert place.is_relative_to(target.resolve())
    chinese = re.compile(r"[\u4e00-\u9fff]")
    english = (target / "en" / "verify.html").read_text(encoding="utf-8")
    words = re.sub(r"<[^>]+>", " ", english).replace("中文", "")
    assert not chinese.search(words.split("Publications that")[0].split("bundle.zip")[0])


def test_anybody_verifies_what_was_published_and_one_altered_digit_fails(
    people: People, result: ResultRun, tmp_path: Path
) -> None:
    held = release(people, result)
    with zipfile.ZipFile(folder(held) / "data" / "bundle.zip") as packed:
        packed.extractall(tmp_path)
    words = [sys.executable, "-I", "-S", "verify.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cells = tmp_path / "inputs" / "cell.csv"
    lines = cells.read_text(encoding="utf-8").splitlines()
    digit = next(n for n, one in enumerate(lines[1]) if one.isdigit() and one != "9" and n > len(lines[1]) // 3)  # fmt: skip
    lines[1] = lines[1][:digit] + str(int(lines[1][digit]) + 1) + lines[1][digit + 1 :]
    cells.write_text("\n".join(lines) + "\n", encoding="utf-8")
    failed = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert failed.returncode != 0
    assert "cell.csv" in failed.stdout + failed.stderr


def witnessed(site: Path, *files: Path | str, key: str = "") -> subprocess.CompletedProcess[str]:
    pinned = key or public_key(Path(settings.HOME)).text()
    words = [
        sys.executable,
        "-I",
        "-S",
        "witness.py",
        "proofs.json",
        "--key",
        pinned,
        *map(str, files),
    ]
    return subprocess.run(words, cwd=site, capture_output=True, text=True, check=False)


def test_anybody_proves_that_the_files_are_those_that_entered_the_ledger(
    people: People, result: ResultRun, tmp_path: Path
) -> None:
    first = release(people, result)
    with transaction.atomic():
        append(act="x", subject="y:1", actor="z", at=NOW)
    second = release(people, result, reason="更正")
    site = Path(settings.HOME) / "portal"
    data = site / "data" / str(second.pk) / "values.csv"
    done = witnessed(site, data, site / "data" / str(first.pk) / "bundle.zip")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"= {second.pk} data/values.csv" in done.stdout
    altered = tmp_path / "values.csv"
    altered.write_bytes(data.read_bytes()[:-2] + b"9\n")
    with zipfile.ZipFile(site / "data" / str(first.pk) / "bundle.zip") as packed:
        verifier = Path(packed.extract("verify.py", tmp_path))
    assert verifier.read_text(encoding="utf-8") == verifier_source(), "anybody makes it himself"
    stated = hashlib.sha256(verifier.read_bytes()).hexdigest()
    for name in ("verify.html", "en/verify.html"):
        assert stated in (site / name).read_text(encoding="utf-8")
    assert re.search(r"= \d+ data/bundle\.zip verify\.py\n", witnessed(site, verifier).stdout)
    verifier.write_text(verifier.read_text(encoding="utf-8").replace("exit", "quit", 1))
    assert witnessed(site, verifier).returncode == 1, "another verifier in the bundle's place"
    failed = witnessed(site, altered)
    assert failed.returncode == 1
    assert f"■ {altered}" in failed.stdout
    assert "不是发布过的数据文件：可核对的是" in failed.stdout
    page_of = witnessed(site, "index.html")
    assert (page_of.returncode, "index.html 是网页，不能直接核对" in page_of.stdout) == (1, True)
    page = (site / "verify.html").read_text(encoding="utf-8")
    held = json.loads((site / "proofs.json").read_text(encoding="utf-8"))["publications"]
    older, newer = held[str(first.pk)], held[str(second.pk)]
    assert newer["code"] in page
    assert "网页（HTML）由这些数据生成，不在其中" in page
    assert newer["follows"] == str(first.pk)
    forgeries = {
        "the content": {"content": newer["content"].replace("a", "b", 1)},
        "the entry's place": {"leaf": newer["leaf"].replace('"sequence":', '"sequence":1')},
        "another's proof": {"proof": older["proof"]},
        "the checkpoint": {"checkpoint": newer["checkpoint"].replace(f"\n{newer['size']}\n", f"\n{newer['size'] + 1}\n")},
        "another ledger": {"consistency": newer["consistency"][:-1]},
        "the code in print": {"code": older["code"]},
        "the time": {"at": older["at"][:-6] + "+00:00"},
        "the number of entries": {"size": newer["size"] + 1},
        "itself": {"follows": str(second.pk)},
        "nobody": {"follows": "99"},
        "a second beginning": {"follows": None},
        "another's entry": {name: older[name] for name in ("leaf", "salt", "content", "proof", "checkpoint")} | {"consistency": []},
    }  # fmt: skip
    for what, change in forgeries.items():
        forged = {"publications": {str(first.pk): older, str(second.pk): newer | change}}
        (site / "proofs.json").write_text(json.dumps(forged), encoding="utf-8")
        assert witnessed(site).returncode == 1, what
    seen = tmp_path / "seen.json"
    whole = {"publications": {str(first.pk): older, str(second.pk): newer}}
    cut = {"publications": {str(first.pk): older}}
    for said, code in ((whole, 0), (whole, 0), (cut, 1), (whole, 0)):
        (site / "proofs.json").write_text(json.dumps(said), encoding="utf-8")
        done = witnessed(site, "--memory", seen)
        assert done.returncode == code, done.stdout
    other = public("another", Ed25519PrivateKey.from_private_bytes(bytes(32))).text()
    assert witnessed(site, key=other).returncode == 1, "the key that the reader kept decides"
    unpinned = [sys.executable, "-I", "-S", "witness.py", "proofs.json"]
    asked = subprocess.run(unpinned, cwd=site, capture_output=True, text=True, check=False)
    assert (asked.returncode, public_key(Path(settings.HOME)).text() in asked.stdout) == (2, True)
    assert witnessed(site, "--need", "1").returncode == 1, "no witness cosigned"
    (site / "proofs.json").write_text("{}", encoding="utf-8")
    unreadable = witnessed(site)
    assert (unreadable.returncode, unreadable.stderr) == (2, ""), "said, not thrown"


def test_as_many_witnesses_as_a_reader_asks_for_have_cosigned(
    people: People, result: ResultRun
) -> None:
    """Two of three: each counts once, and only for the keys that the reader has from elsewhere."""
    release(people, result)
    home, site = Path(settings.HOME), Path(settings.HOME) / "portal"
    log, keys = public_key(home).text(), {}
    point = sign_checkpoint(home=home, actor="t", now=NOW)
    try:
        for place, name in enumerate(("shenji.example", "tongji.example", "baoshe.example"), 1):
            key = Ed25519PrivateKey.from_private_bytes(bytes([place]) * 32)
            keys[name] = public(name, key, COSIGNED).text()
            (home / "witnesses.txt").write_text("\n".join(keys.values()) + "\n", encoding="utf-8")
            if place < 3:
                asked = request_to_cosign(point, 0)
                line = cosign(asked, log, None, name=name, key=key, at=NOW)
                text = asked.partition("\n\n")[2] + line
                assert take_cosignature(text, home=home, actor="t", now=NOW) == [name]
    finally:
        (home / "witnesses.txt").unlink()
    keep_newest(home)
    publish(site, NOW.date())
    first, second, third = (("--witness", key) for key in keys.values())
    for words, need, status in (
        ((*first, *second), 2, 0),
        ((*first, *second, *third), 2, 0),
        ((*second, *third), 1, 0),
        ((*first, *second, *third), 3, 1),
        ((*first, *first), 2, 1),
        (third, 1, 1),
        ((), 1, 1),
    ):
        done = witnessed(site, *words, "--need", str(need))
        assert done.returncode == status, (words, need, done.stdout)
    assert "见证人已联署 / cosigned by shenji.example" in witnessed(site, *first).stdout


def test_a_ledger_of_the_office_forged_anew_is_found_by_whoever_came_before(
    people: People, result: ResultRun, tmp_path: Path
) -> None:
    """The owner of the key rewrites an old entry, and every hash and signature after it."""
    held = release(people, result)
    site, seen = Path(settings.HOME) / "portal", tmp_path / "seen.json"
    assert witnessed(site, "--memory", seen).returncode == 0
    newest = json.loads((site / "proofs.json").read_text(encoding="utf-8"))["latest"]
    assert newest["follows"] == str(held.pk)
    LedgerEntry.objects.filter(sequence=2).update(leaf=bytes(32))
    edge: list[bytes] = []
    for count, leaf in enumerate(LedgerEntry.objects.values_list("leaf", flat=True)):
        edge, completed = grown(edge, count, bytes(leaf))
        for level, made in enumerate(completed, 1):
            Node.objects.filter(level=level, index=count >> level).update(hash=made)
    Head.objects.update(edge=b"".join(edge))
    SignedCheckpoint.objects.all().delete()
    where = Path(settings.HOME) / "publications" / str(held.pk) / "proof.json"
    where.unlink()
    where.write_text(canonical(proof(held, home=Path(settings.HOME), now=NOW)), encoding="utf-8")
    keep_newest(Path(settings.HOME))
    publish(site, NOW.date())
    assert witnessed(site).returncode == 0, "in itself it holds"
    done = witnessed(site, "--memory", seen)
    assert done.returncode == 1
    assert "at your last visit" in done.stdout


def test_results_that_are_not_those_of_the_ledger_are_refused_and_found(
    people: People, computed: Run
) -> None:
    run = services.register_run(run=computed.id, actor=people["office_data"], now=NOW)
    where, lakes = folder_of(run.run), Path(settings.HOME) / "lakes"
    path = where / "results" / "total_score.parquet"
    before = path.read_bytes()
    assert list(altered_runs(lakes)) == []
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[0]["printed"] += 1
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    try:
        with pytest.raises(VerifyError, match=run.run):
            loaded(where)
        assert [f.code for f in altered_runs(lakes)] == ["results"]
        page = people.client("office_data").get(f"/office/results/{run.run}/")
        assert page.status_code < 500
        assert "存证日志" in page.content.decode()
    finally:
        path.write_bytes(before)
    assert loaded(where).id == run.run


def test_the_portal_is_everybodys_and_the_office_is_not(people: People, result: ResultRun) -> None:
    anybody = Client()
    assert anybody.get("/").status_code == 302, "without a site the address leads to the office"
    held = release(people, result)
    assert anybody.get("/").status_code == 200
    assert anybody.get(f"/p/{held.pk}/index.html").status_code == 200
    data = anybody.get(f"/data/{held.pk}/values.csv")
    assert data.status_code == 200
    again = anybody.get(f"/data/{held.pk}/values.csv", headers={"If-None-Match": data["ETag"]})
    assert again.status_code == 304, "whoever has it already is told so"
    assert anybody.get("/..%2foffice.db").status_code in {400, 404}
    assert anybody.get("/nothing.html").status_code == 404
    for address in ("/../office.db", "/p/../../office.db", "/%2e%2e/office.db", "/django.key"):
        assert anybody.get(address).status_code in {400, 404}, address
    assert anybody.get("/office/").status_code == 302
    assert anybody.get("/office/publications/").status_code == 302
    assert anybody.get("/api/v1/publications").status_code == 401
    assert anybody.post("/index.html").status_code == 405
    for address in ("/api/v1/nothing//here", "/api/v1/accounts///close", "/static/nothing.css"):
        assert anybody.post(address).status_code == 404, (
            "not among the portal's pages, whatever is asked"
        )


def test_a_programme_says_why_and_what_it_improves_once_the_office_has_read_it(
    people: People, result: ResultRun
) -> None:
    units = {row["unit"] for row in loaded(folder_of(result.run)).results.rows("total_score")}
    first, second = sorted(units)[:2]
    rows = [{"code": code, "name_zh": code, "kind": "项目"} for code in (first, second)]
    import_units(rows=rows, actor="test", now=NOW, source="programmes.csv")
    book = RulebookVersion.objects.create(
        code="part", version="x", title_zh="项目", effective_from=NOW.date(), period="2007", fingerprint="f", wording="w",
        text="{}", state="adopted", made_at=NOW,
    )  # fmt: skip
    about = {"rulebook": book, "made_at": NOW}
    told = SelfReport.objects.create(
        unit=Unit.objects.get(code=first), state="filed", public_text="长期目标已重新设定", **about
    )
    assert "长期目标" not in str(document_of(prepare(people, result)))
    SelfReport.objects.update(state="accepted", public_text="长期目标已重新设定, 问 13800138000")
    found = {finding["text"] for finding in scanned(Publication.objects.get())}
    assert "13800138000" in found, "what a unit writes for everybody passes the same gate"
    SelfReport.objects.filter(pk=told.pk).update(
        public_text="长期目标已重新设定",
        reasons=[{"indicator": "PLANNING", "text": "目标文件见年度预算说明第 12 页"}],
        steps=[{"until": "2008-06-30", "action": "独立评估完成"}],
    )
    held = Publication.objects.get()
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="公开的项目名称"))
    do(people, "release", "office_director", held, Nothing())
    write()
    pages = Path(settings.HOME) / "portal" / "en" / "p" / str(held.pk)
    said, silent = (
        (pages / "units" / f"{code}.html").read_text(encoding="utf-8") for code in (first, second)
    )
    assert "What those who run it say" in said
    assert "长期目标已重新设定" in said
    assert "目标文件见年度预算说明第 12 页" in said, "why a question was answered so, at its row"
    plain = " ".join(re.sub(r"<[^>]*>", "", said).split())
    assert "2008-06-30 独立评估完成" in plain, "its improvement plan"
    assert "目标文件见年度预算说明第 12 页" in (pages / "indicators" / "PLANNING.html").read_text(encoding="utf-8")  # fmt: skip
    assert "What those who run it say" not in silent
    assert "This programme has no improvement plan yet." in silent
    index = (pages / "index.html").read_text(encoding="utf-8")
    assert "8 programmes." in index
    assert "Moderately Effective 4, Adequate 3, Results Not Demonstrated 1" in " ".join(
        index.split()
    )


def restated(computed: Run) -> Run:
    """The example with one method restated within its year: everybody's points for it are halved, and only then."""
    book = computed.rulebook
    direct = next(
        one for one in book.indicators if one.method is not None and one.method.kind == "direct"
    )
    change = {"from": date(2007, 7, 1), "kind": "restated", "method": Ratio(kind="ratio", target=Decimal(200)),
              "reason": Text(zh="分母更正", en="denominator corrected"), "basis": Basis(title="通知")}  # fmt: skip
    changed = direct.model_copy(update={"changes": (Change.model_validate(change),)})
    return computed_run(indicators=tuple(changed if one.code == direct.code else one for one in book.indicators))  # fmt: skip


def test_a_restated_period_is_published_both_ways_with_its_reason(
    people: People, computed: Run
) -> None:
    """The old result beside the new one, the reason on both, and the method page with the change in force."""
    nothing_published()
    made = restated(computed)
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    held = release(people, run)
    assert "restated/before.json" in held.digests
    old = {row["unit"]: row["printed"] for row in computed.results.rows("total_score")}
    new = {row["unit"]: row["printed"] for row in made.results.rows("total_score")}
    unit = next(code for code in old if old[code] != new[code])
    anybody = Client()
    page = anybody.get(f"/p/{held.pk}/before.html").getvalue().decode()
    digits = made.rulebook.tree.digits
    assert format_scaled(old[unit], 9, digits) in page
    assert format_scaled(new[unit], 9, digits) in page
    for path in ("before.html", "index.html", "method.html"):
        assert "分母更正" in anybody.get(f"/p/{held.pk}/{path}").getvalue().decode(), path
    method = anybody.get(f"/p/{held.pk}/method.html").getvalue().decode()
    assert "实绩占目标 200 的比例乘满分" in method, "the rule in force, not the one before"
    assert "2007-07-01 追溯调整" in method
    english = anybody.get(f"/en/p/{held.pk}/before.html").getvalue().decode()
    assert "Before the restatement" in english


SECOND_TOTAL = (
    "所以这一总分和随之得出的名次、等次都不公布",
    "the office shows them to those who may see them",
)


def with_inside(book: Rulebook, open_one: str) -> dict[str, Any]:
    """All of the example's scored indicators internal but one: three bear on each total."""
    return {"indicators": tuple(
        one.model_copy(update={"visibility": "internal"}) if one.method is not None and one.code != open_one else one
        for one in book.indicators
    )}  # fmt: skip


@pytest.mark.parametrize(("code", "shown"), [("RESULTS", True), ("PURPOSE", False)])
def test_a_total_from_before_a_restatement_stays_in_where_internal_values_follow_from_the_two(
    people: People, computed: Run, code: str, shown: bool
) -> None:
    """The rule of a public indicator restated: both totals. Of an internal one: no total, place, grade, and the reason."""
    nothing_published()
    change = {"from": date(2007, 7, 1), "kind": "restated", "method": Ratio(kind="ratio", target=Decimal(200)),
              "reason": Text(zh="分母更正", en="denominator corrected"), "basis": Basis(title="通知")}  # fmt: skip
    inside = with_inside(computed.rulebook, "RESULTS")["indicators"]
    made = computed_run(indicators=tuple(
        one.model_copy(update={"changes": (Change.model_validate(change),)}) if one.code == code else one for one in inside
    ))  # fmt: skip
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    held = release(people, run)
    document = json.loads((folder(held) / "restated" / "before.json").read_text(encoding="utf-8"))
    as_published = json.loads((folder(held) / "snapshot.json").read_text(encoding="utf-8"))
    assert any(unit.get("score") for group in as_published["groups"] for unit in group["units"])
    units = [unit for group in document["groups"] for unit in group["units"]]
    assert any(unit.get("score") for unit in units) == shown
    if not shown:
        assert not any(unit.keys() & {"score", "place", "grade", "members", "lacks"} for unit in units)  # fmt: skip
    for base, words in zip(("", "en/"), SECOND_TOTAL, strict=True):
        page = " ".join(Client().get(f"/{base}p/{held.pk}/before.html").getvalue().decode().split())
        assert (words in page) == (not all(unit.get("score") for unit in units)), base


def test_no_number_of_later_rules_gives_an_internal_value_away(people: People, computed: Run) -> None:  # fmt: skip
    """Each newer version writes the earlier year anew: none of these totals is another equation in internal points."""
    nothing_published()
    inside = with_inside(computed.rulebook, "RESULTS")
    made = computed_run(**inside)
    first = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    then = release(people, first)
    weights = made.rulebook.weights[-1]
    for number, (code, weight) in enumerate(
        (("PURPOSE", 30), ("PLANNING", 25), ("MANAGEMENT", 35))
    ):
        table = weights.model_copy(update={"table": weights.table | {code: Decimal(weight)}})
        other = computed_run(**inside, weights=(table,))
        later = services.register_run(run=other.id, actor=people["office_data"], now=NOW)
        ResultRun.objects.update(state="notice", published_at=NOW)
        now = prepare(people, later, reason="权重调整")
        path = Path(settings.HOME) / "restated-test" / str(number)
        assert list(write_restated(now, [then], path, "2026-03-12")) == [f"restated/{then.pk}.json"]
        document = json.loads((path / f"{then.pk}.json").read_text(encoding="utf-8"))
        units = [unit for group in document["groups"] for unit in group["units"]]
        assert {unit.get("kept_back") for unit in units} == {"beside"}
        assert not any(unit.keys() & {"score", "place", "grade", "members"} for unit in units)
        held = document_of(now)
        corrected = [unit for group in held["groups"] for unit in group["units"]]
        assert not any(unit.get("score") for unit in corrected), "nor is it shown as a correction"
        paper = people.client("secrecy_reviewer").get(f"/api/v1/publications/{now.pk}/review/paper")
        assert "两个总分相比就可以推算出不公开指标的数值" in json.dumps(
            paper.json(), ensure_ascii=False
        )


def test_a_period_without_a_restatement_has_one_result(people: People, result: ResultRun) -> None:
    held = release(people, result)
    assert Client().get(f"/p/{held.pk}/before.html").status_code == 404


def test_under_later_rules_an_added_indicator_is_left_out_by_name(
    people: People, computed: Run
) -> None:
    """Totals are there; the indicator that nobody was asked for is named with its weight, and there is no grade."""
    nothing_published()
    book = computed.rulebook
    first = services.register_run(run=computed.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    then = release(people, first)
    added = book.indicators[0].model_copy(update={"code": "NEW", "name": Text(zh="后来的指标"), "parts": None,
                                                  "method": Ratio(kind="ratio", target=Decimal(5))})  # fmt: skip
    tree = book.tree.model_copy(update={"children": (*book.tree.children, "NEW")})
    table = book.weights[-1].model_copy(
        update={"table": book.weights[-1].table | {"NEW": Decimal(7)}}
    )
    made = computed_run(
        indicators=(*book.indicators, added), tree=tree, weights=(*book.weights[:-1], table)
    )
    later = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    now = prepare(people, later, reason="方案增加指标")
    path = Path(settings.HOME) / "restated-test"
    assert list(write_restated(now, [then], path, "2026-03-12")) == [f"restated/{then.pk}.json"]
    document = json.loads((path / f"{then.pk}.json").read_text(encoding="utf-8"))
    assert [(one["code"], one["weights"]) for one in document["left_out"]] == [("NEW", ["7"])]
    units = [unit for group in document["groups"] for unit in group["units"]]
    published = {row["unit"]: row["printed"] for row in computed.results.rows("total_score")}
    assert any(unit.get("score") for unit in units)
    for unit in units:
        if unit.get("score"):
            assert unit["score"] == format_scaled(published[unit["code"]], 9, book.tree.digits)
        assert "grade" not in unit


def test_the_paper_to_be_signed_holds_what_the_public_will_see(
    people: People, result: ResultRun
) -> None:
    held = prepare(people, result)
    path = f"/api/v1/publications/{held.pk}/review/paper"
    said = json.dumps(people.client("secrecy_reviewer").get(path).json(), ensure_ascii=False)
    document = document_of(held)
    units = [unit for group in document["groups"] for unit in group["units"]]
    assert units
    for unit in units:
        assert unit["name"]["zh"] in said
        none = no_total(unit["status"]) if unit["status"] != "value" else "不公开"
        assert none
        assert unit.get("score", none) in said
        if unit.get("place"):
            assert f"{unit['place']} / {unit['members']}" in said
    told = said.split("指标状态", 1)[1]
    assert "组内名次" in said
    assert f"对外发布第 {held.pk} 号 · 第 {held.row_version} 版" in said
    assert f"publication:{held.pk}" not in said
    order = [words[1] for words in STATUSES.values()]
    for states in re.findall(r'"((?:[^"、 ]+ \d+、)+[^"、 ]+ \d+)"', told):
        places = [order.index(one.split()[0]) for one in states.split("、")]
        assert places == sorted(places), states


@pytest.mark.parametrize("shows", SHOWS)
def test_a_form_of_display_is_named_by_all_that_goes_out(
    people: People, result: ResultRun, shows: str
) -> None:
    """Who reviews and who releases sign for its words."""
    document = document_of(prepare(people, result, shows=shows))
    units = [unit for group in document["groups"] for unit in group["units"]]
    out = {word for word, key in (("得分", "score"), ("名次", "place"), ("等次", "grade")) if any(unit.get(key) for unit in units)}  # fmt: skip
    assert {word for word in ("得分", "名次", "等次") if word in SHOWS[shows][0]} == out
    assert any(document["marks"].values())
    assert "各项指标状态" in SHOWS[shows][0]


def test_only_who_reviews_and_who_releases_read_exactly_what_will_be_published(
    people: People, result: ResultRun
) -> None:
    """Pages, files, sizes and digests of the preview are those of the release, byte by byte; each reading is recorded."""
    held = prepare(people, result)
    base = f"/office/publications/{held.pk}/preview/"
    for role in Role:
        answer = people.client(role.value).get(base)
        may = role in {Role.SECRECY_REVIEWER, Role.OFFICE_DIRECTOR}
        assert (answer.status_code == 200) == may, role
        if may:
            assert "尚未对外发布" in answer.content.decode()
        assert answer.status_code in {200, 403, 404}
        for address in ("p/{0}/index.html", "data/{0}/bundle.zip", "snapshot.json", "index.html"):
            got = people.client(role.value).get(base + address.format(held.pk)).status_code
            assert (got == 200) == may, (role, address)
    reader = people.client("secrecy_reviewer")
    assert f'href="{base}"' in reader.get(f"/office/publications/{held.pk}/").content.decode()
    clerk = people.client("office_procedure").get(f"/office/publications/{held.pk}/").content.decode()  # fmt: skip
    assert base not in clerk
    listed = reader.get(base).content.decode()
    pages = {}
    unit = document_of(held)["groups"][0]["units"][0]["code"]
    for prefix in ("", "en/"):
        address = f"{prefix}p/{held.pk}/units/{unit}.html"
        pages[address] = reader.get(base + address).content.decode()
    assert "尚未对外发布" in pages[f"p/{held.pk}/units/{unit}.html"]
    assert "not published yet" in pages[f"en/p/{held.pk}/units/{unit}.html"]
    seen = LedgerEntry.objects.filter(act="publication.viewed", actor="secrecy_reviewer")
    assert f"en/p/{held.pk}/units/{unit}.html" in "".join(one.content or "" for one in seen)
    assert "查阅发布预览" in reader.get(f"/office/publications/{held.pk}/").content.decode()
    files = {name: b"".join(reader.get(base + name).streaming_content) for name in re.findall(r'<th scope="row"><a href="([^"]+)"', listed)}  # fmt: skip
    assert reader.get(f"{base}p/{held.pk}/units/NOBODY.html").status_code == 404
    assert reader.get(f"{base}../../../office.db").status_code == 404
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="公开的项目名称"))
    do(people, "release", "office_director", held, Nothing())
    write()
    held.refresh_from_db()
    assert files.keys() == held.digests.keys()
    for name, content in files.items():
        assert (folder(held) / name).read_bytes() == content, name
        assert held.digests[name] in listed
        assert f">{len(content)}<" in listed
    for address, text in pages.items():
        written = (Path(settings.HOME) / "portal" / address).read_text(encoding="utf-8")
        bar = re.compile(r'\n    <p class="notice measure" role="note">.*?</p>')
        assert bar.sub("", text) == written
    over = reader.get(base)
    assert (over.status_code, "请在公众门户查看" in over.content.decode()) == (404, True)
    assert not (Path(settings.HOME) / "previews" / str(held.pk)).exists()


def test_a_preview_says_of_the_notice_what_the_released_page_says_and_takes_no_comment(
    people: People, result: ResultRun
) -> None:
    """That it is over; a form that the public fills in later is shut."""
    ResultRun.objects.filter(pk=result.pk).update(state="notice", due_on=date(2026, 3, 9))
    (Path(settings.HOME) / "portal.yaml").write_text("comments: true\n", encoding="utf-8")
    held = prepare(people, result)
    reader, base = people.client("secrecy_reviewer"), f"/office/publications/{held.pk}/preview/"
    for address in ("index.html", f"p/{held.pk}/index.html"):
        text = reader.get(base + address).content.decode()
        assert "公示已于 2026-03-09 期满，尚未终定" in " ".join(text.split()), address
        assert "公示中: 结果尚未终定" not in text, address
    for prefix, words in (
        ("", "预览中不能填写和发送。"),
        ("en/", "In the preview nothing can be sent."),
    ):
        text = reader.get(f"{base}{prefix}comments.html").content.decode()
        assert words in text
        assert re.search(r'<fieldset disabled>.*<textarea.*<button.*</fieldset></form>', text, re.DOTALL)  # fmt: skip
    (Path(settings.HOME) / "portal.yaml").unlink()


def test_the_portal_is_written_again_on_the_day_after_a_notice(
    people: People, result: ResultRun
) -> None:
    held = prepare(people, result)
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="公开的项目名称"))
    do(people, "release", "office_director", held, Nothing())
    ResultRun.objects.filter(pk=result.pk).update(due_on=NOW.date())
    write()
    asked = Job.objects.filter(subject="portal:day")
    for hours, count in ((1, 0), (24, 1), (25, 1)):
        ask_once_over(NOW + timedelta(hours=hours))
        assert asked.count() == count, hours


def test_a_preview_follows_what_changes_before_the_release(
    people: People, result: ResultRun
) -> None:
    held = prepare(people, result)
    address = f"/office/publications/{held.pk}/preview/snapshot.json"
    reader = people.client("secrecy_reviewer")
    first = b"".join(reader.get(address).streaming_content).decode()
    code = document_of(held)["groups"][0]["units"][0]["code"]
    Unit.objects.update_or_create(
        code=code, defaults={"name_zh": "改了名称的单位", "kind": "市直部门", "valid_from": "2000-01-01"}
    )  # fmt: skip
    then = b"".join(reader.get(address).streaming_content).decode()
    assert "改了名称的单位" not in first
    assert "改了名称的单位" in then


def test_a_preview_leads_to_the_data_of_what_is_out_already(
    people: People, result: ResultRun
) -> None:
    """Its pages name earlier publications: their files open from there as from the portal, and no others do."""
    first = release(people, result)
    held = prepare(people, result, reason="更正")
    reader, base = people.client("secrecy_reviewer"), f"/office/publications/{held.pk}/preview/"
    page = reader.get(f"{base}data.html").content.decode()
    linked = re.findall(rf'href="(data/{first.pk}/[^"]+)"', page)
    assert len(linked) > 5
    for address in linked:
        answer = reader.get(base + address)
        assert answer.status_code == 200, address
        assert b"".join(answer.streaming_content) == (Path(settings.HOME) / "portal" / address).read_bytes()  # fmt: skip
    assert reader.get(f"{base}data/{first.pk}/../snapshot.json").status_code == 404
    assert reader.get(f"{base}data/{held.pk + 1}/values.csv").status_code == 404


def test_a_preview_is_of_the_first_day_on_which_a_release_is_possible(
    people: People, result: ResultRun
) -> None:
    """Not of today where it may not come out yet; and what is shown as released is no longer to come."""
    day = NOW.date() + timedelta(15)
    held = prepare(people, result, embargo=day)
    do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="公开的项目名称"))
    write()
    reader, base = people.client("office_director"), f"/office/publications/{held.pk}/preview/"
    listed = reader.get(base).content.decode()
    assert f"发布日期： {day}" in " ".join(listed.split())
    snapshot_ = json.loads(b"".join(reader.get(f"{base}snapshot.json").streaming_content))
    assert snapshot_["released_on"] == str(day)
    calendar = reader.get(f"{base}calendar.html").content.decode()
    assert "不早于" not in calendar
    assert f'<th scope="row">{day}</th>' in calendar
    assert f"{day}" in (Path(settings.HOME) / "portal" / "calendar.html").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("state", ["prepared", "reviewed"])
def test_what_is_withdrawn_leaves_no_preview(people: People, result: ResultRun, state: str) -> None:
    """Neither its own nor one that an earlier version left; whoever asks for it is told, and nobody else learns more."""
    held = prepare(people, result)
    base = f"/office/publications/{held.pk}/preview/"
    reader, place = people.client("secrecy_reviewer"), Path(settings.HOME) / "previews"
    assert reader.get(base).status_code == 200
    (place / "4711" / "2026-03-01-aa").mkdir(parents=True)
    assert any((place / str(held.pk)).rglob("bundle.zip"))
    if state == "reviewed":
        do(people, "review", "secrecy_reviewer", held, ReviewGiven(cleared="公开的项目名称"))
    do(people, "withdraw", "office_director", held, WithdrawGiven(reason="数据有误"))
    for address in ("", f"p/{held.pk}/index.html", f"data/{held.pk}/bundle.zip"):
        over = reader.get(base + address)
        assert (over.status_code, "这次发布已经撤回，预览已删除" in over.content.decode()) == (
            404,
            True,
        ), address
    assert people.client("office_procedure").get(base).status_code == 403
    write()
    assert list(place.iterdir()) == []
    assert reader.get(base).status_code == 404
    assert list(place.iterdir()) == []


def test_who_prepared_a_publication_gets_no_preview_by_a_second_role(
    people: People, result: ResultRun
) -> None:
    held = prepare(people, result)
    people.give(people["office_procedure"], Role.OFFICE_DIRECTOR)
    base = f"/office/publications/{held.pk}/preview/"
    assert people.client("office_procedure").get(base).status_code == 403


def test_the_pages_say_how_a_result_stands_today(people: People, result: ResultRun) -> None:
    """On notice when it was released; final, or replaced by another, since: the snapshot stays, the page follows."""
    ResultRun.objects.update(due_on=NOW.date())
    held = release(people, result)
    page = Path(settings.HOME) / "portal" / "p" / str(held.pk) / "index.html"
    home = Path(settings.HOME) / "portal" / "index.html"
    before = (folder(held) / "snapshot.json").read_bytes()
    assert "公示期至" in page.read_text(encoding="utf-8")
    for state, stands in (("final", True), ("archived", True), ("replaced", False)):
        ResultRun.objects.update(state=state)
        publish(Path(settings.HOME) / "portal", NOW.date())
        assert ("不再有效" in home.read_text(encoding="utf-8")) != stands, state
        for one in (page, home):
            assert "公示期至" not in one.read_text(encoding="utf-8"), state
        assert ("不再有效" in page.read_text(encoding="utf-8")) != stands, state
    assert (folder(held) / "snapshot.json").read_bytes() == before


def test_the_page_of_a_replaced_result_follows_the_notice_of_the_new_one(
    people: People, result: ResultRun
) -> None:
    """The version in its place is published later: its days are told here, and told as over when they are."""
    held = release(people, result)
    ResultRun.objects.update(state="replaced")
    ResultRun.objects.create(run="f" * 16, rulebook=result.rulebook, period=result.period, title_zh="新版", state="notice", due_on=NOW.date(), made_at=NOW)  # fmt: skip
    portal = Path(settings.HOME) / "portal"
    page = portal / "p" / str(held.pk) / "index.html"
    publish(portal, NOW.date())
    assert "新的结果公示期至" in page.read_text(encoding="utf-8")
    Job.objects.all().delete()
    ask_once_over(NOW)
    assert not Job.objects.exists()
    ask_once_over(NOW + timedelta(days=1))
    assert [one.kind for one in Job.objects.all()] == ["portal.write"]
    publish(portal, NOW.date() + timedelta(days=1))
    told = " ".join(page.read_text(encoding="utf-8").split())
    assert "新的结果公示已于 2026-03-12 期满，尚未终定" in told
    assert "公示期至" not in told


def test_the_scan_takes_no_digest_for_a_telephone() -> None:
    """Digits in a row inside a digest are chance; the same digits anywhere else are found as before."""
    digest = "ab17707555713" + "c" * 51
    assert scan({"fingerprint": {"wording": digest}, "run": "a13800138000bcde"}, []) == []
    for text in (f"{digest}。", digest[:-1], "tel13800138000", "13800138000", "1" * 17 + "X"):
        assert len(scan({"text": text}, [])) == 1, text


def test_what_any_published_version_keeps_inside_no_decided_appeal_tells(people: People) -> None:
    """An indicator that the correction makes internal, and an internal part of a public one, are told on no page of either."""
    said = ("值", "value")
    first = computed_run()
    public, inside, part = [one.code for one in first.rulebook.indicators if one.visibility == "public"][:3]  # fmt: skip
    closed = tuple(one.model_copy(update={"visibility": "internal"}) if one.code in {inside, part} else one for one in first.rulebook.indicators)  # fmt: skip
    second = computed_run(indicators=closed, bonus_cap=Decimal(3))
    assert second.id != first.id
    for run, state in ((first.id, "replaced"), (second.id, "notice")):
        ResultRun.objects.create(run=run, rulebook="part", period="2007", title_zh="x", state=state, made_at=NOW)  # fmt: skip

    def decided(indicator: str, series: str) -> newer.Redecided:
        return newer.Redecided("U1", said, indicator, series, said, said, said, "", said)

    held = [decided(public, public), decided(public, part), decided(inside, inside)]
    for version in ResultRun.objects.filter(run__in=(first.id, second.id)):
        told = pages._appeals(held, version)
        assert [one["indicator"] for one in told] == [public]

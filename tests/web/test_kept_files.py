"""What is kept as files follows from the ledger too, and cells that hold no text or bytes stop no check."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from tests.web.conftest import NOW, People, computed_run
from tests.web.test_sense import asked, book, computed
from tests.web.town import Town
from zhengheng.engines.archive import load_run
from zhengheng.engines.plain import fact_rows
from zhengheng.ledger.check import check
from zhengheng.web.acts.bound import disagreements
from zhengheng.web.acts.owners import entry_words, file_owners
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.files.kept import altered_files
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import FileError, content_of, path_of, take_in
from zhengheng.web.jobs.services import ask, job, run_job
from zhengheng.web.ledger import selectors, services
from zhengheng.web.ledger.beside import disagreeing_rows
from zhengheng.web.ledger.models import SignedCheckpoint
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.reporting.lake_check import compare_all
from zhengheng.web.results.kept import kept_as_written
from zhengheng.web.results.selectors import folder_of
from zhengheng.web.results.services import register_run

__all__ = ["book"]

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def test_a_file_that_is_gone_or_altered_is_named(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(settings, "HOME", tmp_path)
    actor = people["office_director"]
    first, second = (
        take_in(name=f"证明{n}.txt", content=f"证明材料{n}".encode(), actor=actor, now=NOW) for n in (1, 2)
    )  # fmt: skip
    assert list(altered_files(tmp_path)) == []
    path_of(first.sha256).write_bytes("证明材料九".encode())
    path_of(second.sha256).unlink()
    altered, gone = altered_files(tmp_path)
    assert "证明1.txt”内容被改动" in altered.zh
    assert "证明2.txt”不见了" in gone.zh
    for held, said in ((first, "摘要不符"), (second, "不见了")):
        with pytest.raises(FileError) as caught:
            content_of(held.pk)
        assert said in caught.value.problems[0].zh


def held_file(people: People, number: int) -> StoredFile:
    """A file that a unit handed in with a promise that it keeps."""
    secretary, leader = people.client("commission_secretary"), people["unit_leader"]
    file = take_in(
        name=f"验收单{number}.txt", content=f"验收{number}".encode(), actor=leader, now=NOW
    )
    said = {
        "unit": "D10",
        "text": f"完成第{number}所学校验收",
        "meeting": "2026年3月调度会",
        "due_on": "2026-03-20",
    }
    made = secretary.post("/api/v1/commitments/record", json.dumps(said), content_type="application/json").json()  # fmt: skip
    given = {"row_version": made["row_version"], "report": "已验收", "evidence": [file.pk]}
    done = people.client("unit_leader").post(f"/api/v1/commitments/{made['id']}/report", json.dumps(given), content_type="application/json")  # fmt: skip
    assert done.status_code == 200, done.content
    return file


@pytest.mark.parametrize("way", ["altered", "cut", "removed", "another's"])
def test_a_file_is_named_with_what_it_was_handed_in_with(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    first, second = (held_file(people, number) for number in (1, 2))
    path, other = path_of(first.sha256), path_of(second.sha256)
    assert list(altered_files(tmp_path, file_owners)) == []
    if way == "removed":
        path.unlink()
    elif way == "another's":
        path.write_bytes(other.read_bytes())
    else:
        path.write_bytes(path.read_bytes()[:-1] + (b"x" if way == "altered" else b""))
    (found,) = altered_files(tmp_path, file_owners)
    for word in (
        "验收单1.txt",
        "会议承诺",
        "教育局",
        "完成第1所学校验收",
        "不见了" if way == "removed" else "被改动",
    ):
        assert word in found.zh, found.zh
    assert "第2所" not in found.zh


def test_the_row_of_a_file_is_held_to_the_ledger_too(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name altered, its content swapped for another's, both rows exchanged, the row and its file gone."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    first, second = (held_file(people, number) for number in (1, 2))
    rows = QuerySet(StoredFile)  # beside the acts: nothing notes what is written
    rows.filter(pk=first.pk).update(name="另一份.txt")
    (found,) = disagreeing_rows(entry_words)
    assert "附件“另一份.txt”" in found.zh
    rows.filter(pk=first.pk).update(name=first.name, sha256=second.sha256, size=second.size)
    (found,) = disagreeing_rows(entry_words)
    assert "附件“验收单1.txt”" in found.zh
    rows.filter(pk=second.pk).update(sha256=first.sha256, size=first.size)
    assert len(list(disagreeing_rows(entry_words))) == 2
    rows.filter(pk=second.pk).update(sha256=second.sha256, size=second.size)
    rows.filter(pk=first.pk)._raw_delete("default")  # type: ignore[attr-defined]
    path_of(first.sha256).unlink()
    (found,) = disagreeing_rows(entry_words)
    assert "附件“验收单1.txt”在数据库中不见了" in found.zh, "it has its name from the entry"
    assert f"第 {first.pk} 号" not in found.zh


def test_a_file_is_named_when_what_it_belonged_to_is_gone(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    file = held_file(people, 1)
    QuerySet(Commitment).all()._raw_delete("default")  # type: ignore[attr-defined]
    path_of(file.sha256).unlink()
    (found,) = altered_files(tmp_path, file_owners)
    assert "附件“验收单1.txt”不见了" in found.zh
    (gone,) = disagreements(KINDS)
    assert "会议承诺在数据库中不见了" in gone.zh


def test_a_published_file_is_held_to_its_entry_where_it_lies_and_where_it_is_served(
    people: People, tmp_path: Path
) -> None:
    digests = {"data/units.csv": "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"}
    with transaction.atomic():
        services.append(
            act="publication.written", subject="publication:7", actor="system", at=NOW, content={"digests": digests}
        )  # fmt: skip
    places = [tmp_path / "publications/7/data/units.csv", tmp_path / "portal/data/7/units.csv"]
    for place in places:
        place.parent.mkdir(parents=True)
        place.write_text("12345")
    assert list(altered_files(tmp_path)) == []
    for place in places:
        place.write_text("12346")
        (found,) = altered_files(tmp_path)
        assert str(place.relative_to(tmp_path)) in found.en
        place.write_text("12345")


BROKEN = (
    "update ledger_ledgerentry set at = '2020-01-01 00:00:00' where sequence = 2",
    "update ledger_ledgerentry set digest = x'00ff' where sequence = 2",
    "update ledger_ledgerentry set act = x'00ff' where sequence = 2",
    "update ledger_ledgerentry set leaf = 'text' where sequence = 2",
    "update ledger_ledgerentry set salt = 7 where sequence = 2",
    "update ledger_ledgerentry set content = 7 where sequence = 2",
)


@pytest.mark.parametrize("sql", BROKEN)
def test_a_cell_of_another_kind_names_its_entry(people: People, sql: str) -> None:
    if connection.vendor != "sqlite" and "at =" not in sql:
        return  # PostgreSQL keeps no value of another kind in a column
    with connection.cursor() as cursor:
        cursor.execute(sql)
    found = check(list(selectors.entries()), selectors.leaves())
    assert {(one.code, one.first) for one in found} == {("altered", 2)}
    json.dumps([vars(one) for one in found])
    assert list(selectors.export_lines())


def test_a_signed_checkpoint_that_is_gone_is_named(people: People) -> None:
    point = services.sign_checkpoint(home=settings.HOME, actor="system", now=NOW)
    assert list(selectors.unsigned()) == []
    beside: list[Callable[[], object]] = [
        lambda: SignedCheckpoint.objects.filter(pk=point.pk).update(size=1),
        lambda: SignedCheckpoint.objects.filter(pk=point.pk).delete(),
    ]
    for change in beside:
        change()
        (found,) = selectors.unsigned()
        assert str(found.first) in found.zh


def broken_into(path: Path, way: str) -> None:
    if way == "gone":
        path.unlink()
    elif way == "brackets":
        path.write_text("[" * 100_000)
    else:
        held = bytearray(path.read_bytes())
        middle = slice(4, 24) if path.suffix == ".parquet" else slice(0, 20)
        held[middle] = bytes(255 for _ in range(20))
        path.write_bytes(bytes(held) if way == "flipped" else bytes(held[: len(held) // 2]))


DAMAGE = [
    *((f"facts/{name}.parquet", way) for name, way in (("observation", "flipped"), ("observation", "cut"), ("target", "cut"))),
    ("results/total_score.parquet", "gone"), ("results/indicator_score.parquet", "flipped"), ("units.parquet", "cut"), ("plan/unit.parquet", "gone"),
    *((f"{name}.json", way) for name in ("rulebook", "plan", "facts/lake") for way in ("gone", "flipped", "brackets")), ("run.json", "brackets"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "way"), DAMAGE)
def test_a_damaged_file_of_a_run_is_named_with_the_way_out(people: People, name: str, way: str) -> None:  # fmt: skip
    made = computed_run()
    run = register_run(run=made.id, actor=people["office_data"], now=NOW)
    folder = folder_of(run.run)
    path = folder / name
    if not path.is_file():  # rows that came by a lake's file are not copied
        path = next(iter(load_run(folder).facts.paths[Path(name).stem]))
    before, client = path.read_bytes(), people.client("office_data")
    unit = made.results.rows("total_score")[0]["unit"]
    broken_into(path, way)
    try:
        page = client.get(f"/office/results/{run.run}/units/{unit}/")
        answer = client.get(f"/api/v1/results/{run.run}/units/{unit}")
        found = [problem.zh for problem in kept_as_written(Path(settings.HOME))]
        found += [problem.where + problem.zh for problem in compare_all()]
    finally:
        path.write_bytes(before)
    assert (page.status_code, answer.status_code) == (503, 503)
    for text in (page.content.decode(), answer.json()["problems"][0]["detail"]):
        assert "从备份中恢复" in text
        assert "没有改变" not in text
    assert answer.json()["problems"][0]["where"].endswith(path.name)
    assert path.name in page.content.decode()
    assert any(path.name in one for one in found), found
    assert client.get(f"/office/results/{run.run}/units/{unit}/").status_code == 200


@pytest.mark.parametrize("way", ["gone", "flipped", "cut"])
def test_a_job_that_meets_a_damaged_file_names_it(people: People, way: str) -> None:
    made = computed_run()
    lake = next(folder_of(made.id).parent.parent.glob("warehouse/**/*.parquet"), None)
    path = lake or folder_of(made.id) / "units.parquet"
    before = path.read_bytes()
    function = "a.test"
    job(function)(lambda work: {"rows": len(fact_rows(load_run(folder_of(made.id)).facts))})
    asked = ask(kind=function, arguments={}, subject="", actor=None, now=NOW)
    broken_into(path, way)
    try:
        run_job.call(asked.pk)
    finally:
        path.write_bytes(before)
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert asked.problems[0]["where"].endswith(path.name)
    assert "从备份中恢复" in asked.problems[0]["zh"]


WRONG = [
    ("runs/*/run.json", b'"rounded"', b'"rouoded"'), ("runs/*/run.json", b'"period": "20', b'"period": "2x'), ("runs/*/rulebook.json", b'"title"', b'"titlf"'),
    ("runs/*/plan.json", b"[", b"7"), ("runs/*/facts/lake.json", b'{"paths": {', b'{"paths": 7,'),
    ("units/*.parquet", b"", b""), ("warehouse/**/*-m0.avro", b"", b""), ("warehouse/**/snap-*.avro", b"", b""),
    ("warehouse/**/snap-*.avro", b"", None), ("warehouse/**/*-m0.avro", b"", None), ("warehouse/**/*.metadata.json", b"", None), ("warehouse/**/*.metadata.json", b'"', b"'"),
    ("catalog.db", b"", b""), ("register.db", b"", b""),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "held", "instead"), WRONG)
def test_the_check_names_what_it_would_die_of(
    town: Town, book: int, pattern: str, held: bytes, instead: bytes | None
) -> None:
    """One wrong byte or name anywhere in a lake, or a file that is gone: the check names it and looks at all the rest."""
    asked(book, "D10", "confirmed", value="97")
    made = computed(town, book)
    home = Path(settings.HOME)
    kept = take_in(name="证明.txt", content="证明材料".encode(), actor=town.people["office_director"], now=NOW)  # fmt: skip
    path_of(kept.sha256).unlink()
    lake = home / "lakes" / "town"
    if pattern.startswith("units") and not list(lake.glob(pattern)):
        (lake / "units").mkdir(exist_ok=True)
        (lake / "units" / "000001.parquet").write_bytes((lake / "runs" / made.run / "units.parquet").read_bytes())  # fmt: skip
    files = [path for path in lake.glob(pattern) if held in path.read_bytes()]
    assert files, pattern
    for path in files:
        if instead is None:
            path.unlink()
        elif held:
            path.write_bytes(path.read_bytes().replace(held, instead))
        else:
            broken_into(path, "cut" if path.suffix == ".parquet" else "flipped")
    found = [one.where + one.zh for one in [*compare_all(), *kept_as_written(home)]]
    assert any(path.name in one for path in files for one in found), found
    assert any("证明.txt" in one for one in found), "the rest is checked"

"""What is kept as files follows from the ledger too, and cells that hold no text or bytes stop no check."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.web.conftest import NOW, People
from zhengheng.ledger.check import check
from zhengheng.web.files.kept import altered_files
from zhengheng.web.files.services import FileError, content_of, path_of, take_in
from zhengheng.web.ledger import selectors, services
from zhengheng.web.ledger.models import SignedCheckpoint

pytestmark = pytest.mark.django_db


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

"""Between the source file and the published number nothing can be altered unseen: files loaded, rows of the lake, a run's facts."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings

from tests.e2e.town import Town
from tests.web.conftest import NOW
from tests.web.test_sense import asked, book, computed, town
from zhengheng.web.intake.committed import altered_lakes, take_as_found
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.results.kept import kept_as_written
from zhengheng.web.results.models import ResultRun

__all__ = ["book", "town"]


def lake() -> Path:
    return Path(settings.HOME) / "lakes" / "town"


def raised(path: Path) -> None:
    """One number of a table raised by one, the file otherwise as good as new."""
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[0]["value"] += 1
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)


def found() -> list[str]:
    """What the office's check and the ledger's say, which is the same."""
    home = Path(settings.HOME)
    said = [one.zh for one in altered_lakes(home)]
    assert all(any(one in problem.zh for problem in kept_as_written(home)) for one in said)
    return said


def scored(town: Town, book: int) -> ResultRun:
    asked(book, "D10", "confirmed", value="97.5")
    asked(book, "D13", "confirmed", value="96")
    made = computed(town, book)
    ResultRun.objects.filter(pk=made.pk).update(state="notice", published_at=NOW)
    return made


@pytest.mark.parametrize(
    "pattern", ["runs/*/facts/observation.parquet", "warehouse/fact/observation/data/*.parquet", "inbox/observation-*.csv"]
)  # fmt: skip
def test_each_file_between_source_and_score_is_compared_with_the_ledger(
    town: Town, book: int, pattern: str
) -> None:
    scored(town, book)
    assert found() == []
    (path,) = lake().glob(pattern)
    before = path.read_bytes()
    if path.suffix == ".csv":
        path.write_bytes(before.replace(b"97.5", b"98.5"))
    else:
        raised(path)
    (said,) = found()
    assert path.name in said
    assert "改动" in said
    path.unlink()
    (said,) = found()
    assert path.name in said
    assert "不见了" in said
    path.write_bytes(before)
    assert found() == []


def test_nothing_is_computed_from_rows_that_were_altered(town: Town, book: int) -> None:
    first = scored(town, book)
    (path,) = lake().glob("warehouse/fact/observation/data/*.parquet")
    before = path.read_bytes()
    raised(path)
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-02")
    with pytest.raises(AssertionError, match=path.name):  # a worker's round in which a job fails
        town.work()
    assert [one.pk for one in ResultRun.objects.all()] == [first.pk]
    path.write_bytes(before)
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-02")
    assert town.work()[-1].kind == "compute"


def test_a_register_that_was_altered_is_named(town: Town, book: int) -> None:
    scored(town, book)
    with closing(sqlite3.connect(lake() / "register.db")) as register:
        register.execute("update file set sha256 = ?", ("0" * 64,))
        register.commit()
    assert any("register.db 中第 1 次入库" in one for one in found())
    with closing(sqlite3.connect(lake() / "register.db")) as register:
        register.execute("update intake set state = 'lost'")
        register.commit()
    assert any("register.db 中第 1 次入库" in one for one in found())


def test_rows_that_are_left_out_of_the_lake_are_named(town: Town, book: int) -> None:
    """The file is there as it was; the lake's register only counts an earlier state of it."""
    scored(town, book)
    with closing(sqlite3.connect(lake() / "register.db")) as register:
        register.execute("update setting set value = '{}' where name = 'snapshots'")
        register.commit()
    assert any("现行的数据" in one for one in found())


def test_a_page_shows_no_row_that_was_altered(town: Town, book: int) -> None:
    made = scored(town, book)
    client = town.client("office_data")
    unit = f"/office/results/{made.run}/units/D10/"
    link = re.findall(rf"{unit}source/\d+/\d+/", client.get(unit).content.decode())[0]
    api = "/api/v1" + link.removeprefix("/office").replace("/source/", "/sources/").rstrip("/")
    assert client.get(api).json()["kept"] == "kept"
    (facts,) = lake().glob("runs/*/facts/observation.parquet")
    before = facts.read_bytes()
    raised(facts)
    for address in (unit, link, api):
        answer = client.get(address)
        assert answer.status_code == 503, address
        assert "与存证日志第" in answer.content.decode() or "与存证日志第" in str(answer.json())
    facts.write_bytes(before)
    (source,) = lake().glob("inbox/observation-*.csv")
    source.write_bytes(source.read_bytes().replace(b"97.5", b"98.5"))
    page = client.get(link).content.decode()
    assert "98.5" not in page
    assert "已被改动" in page
    assert client.get(api).json()["kept"] == "altered"
    source.unlink()
    assert "本平台保存过的原文件不见了" in client.get(link).content.decode()
    assert client.get(api).json()["kept"] == "gone"


def test_a_home_of_an_earlier_release_is_named_once(town: Town, book: int) -> None:
    scored(town, book)
    LedgerEntry.objects.filter(act="lake.loaded").update(act="earlier.release")
    take_as_found(NOW)
    take_as_found(NOW)
    assert LedgerEntry.objects.filter(act="lake.loaded").count() == 1
    assert found() == []
    (path,) = lake().glob("runs/*/facts/observation.parquet")
    raised(path)
    (said,) = found()
    assert path.name in said
    take_as_found(NOW)
    assert found() == [said], "what is named once is compared with that for ever"

"""Between the source file and the published number nothing can be altered unseen: files loaded, rows of the lake, a run's facts."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings

from tests.web.conftest import NOW
from tests.web.test_sense import asked, book, computed
from tests.web.town import Town
from zhengheng.domain.kept import KeptError
from zhengheng.domain.problems import DataError
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.store import Lake
from zhengheng.web.intake.committed import altered_lakes, expect, named, take_as_found
from zhengheng.web.intake.services import load, load_files, read_rows
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.results.kept import kept_as_written
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.trials import later
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

pytestmark = pytest.mark.one_database

__all__ = ["book"]


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


def test_no_rehearsal_trial_or_outlook_is_made_from_them_either(town: Town, book: int) -> None:
    """With nothing published the rehearsal reads the lake; what came since a result and where the year goes do always."""
    asked(book, "D10", "confirmed", value="97.5")
    made = computed(town, book)
    town.post("office_indicators", f"rulebooks/{book}/roll_over", period="2026", version="2026-1")
    draft = RulebookVersion.objects.get(period="2026").pk
    (path,) = lake().glob("warehouse/fact/observation/data/*.parquet")
    before = path.read_bytes()
    raised(path)
    town.post("office_director", f"rulebooks/{draft}/rehearse", period="2025")
    with pytest.raises(AssertionError, match=path.name):  # a worker's round in which a job fails
        town.work()
    with pytest.raises(KeptError, match=path.name):
        later(made, "zh")
    town.at("2025-12-15")
    outlook = town.client("unit_leader-D10").get("/office/reports/projection/")
    assert outlook.status_code == 503
    assert path.name in outlook.content.decode()
    path.write_bytes(before)
    assert later(made, "zh").files == ()
    assert town.client("unit_leader-D10").get("/office/reports/projection/").status_code == 200
    town.at("2026-03-13")
    town.post("office_director", f"rulebooks/{draft}/rehearse", period="2025")
    assert town.work()[-1].kind == "rehearse"


def test_files_that_an_administrator_loads_are_told_and_come_into_no_altered_lake(town: Town, book: int, tmp_path: Path) -> None:  # fmt: skip
    rules = book_of(RulebookVersion.objects.get(pk=book))
    data = tmp_path / "data"
    data.mkdir()
    source = {"file": "d.csv", "unit": "u", "indicator": {"constant": "ANSWERED"}, "period": {"constant": "2025"}, "value": "v"}  # fmt: skip
    plan = Mapping.model_validate_json(json.dumps({"purpose": "t", "sources": [source]}), strict=True)  # fmt: skip

    def taken(text: str, **more: Any) -> int:
        (data / "d.csv").write_text(text, encoding="utf-8")
        return load_files(rules, plan, data, loader="os:x", at=NOW, **more).tables["observation"].num_rows  # fmt: skip

    with pytest.raises(DataError):
        taken("u,v\nD10,97\nD13,九十\n")
    assert taken("u,v\nD10,97\nD13,九十\n", keep_rejects=True) == 1
    assert found() == []
    assert "intake/000001" in named("town")
    held = Lake.open(lake()).finished()
    (path,) = lake().glob("warehouse/fact/observation/data/*.parquet")
    raised(path)
    with pytest.raises(KeptError, match=path.name):
        taken("u,v\nD13,96\n")
    assert Lake.open(lake()).finished() == held


def test_a_register_that_was_altered_is_named(town: Town, book: int) -> None:
    scored(town, book)
    with closing(sqlite3.connect(lake() / "register.db")) as register:
        register.execute("update file set sha256 = ?", ("0" * 64,))
        register.commit()
    assert any("register.db 中第 1 次入库" in one for one in found())
    with closing(sqlite3.connect(lake() / "register.db")) as register:
        register.execute("update intake set state = 'lost'")
        register.commit()
    assert any("第 1 次入库" in one and "中没有了" in one for one in found())


def test_a_register_that_names_another_catalogue_is_a_finding_and_hides_no_other(town: Town, book: int) -> None:  # fmt: skip
    scored(town, book)
    take_as_found(NOW)
    shutil.copytree(lake(), lake().parent / "zz")
    with closing(sqlite3.connect(lake() / "register.db")) as register, register:
        register.execute("update setting set value = 'server 1' where name = 'catalogue'")
    said = found()
    assert any("lakes/town 的登记写明其目录在数据库服务器上" in one for one in said)
    assert any("lakes/zz/register.db 中第 1 次入库" in one for one in said), (
        "the lake beside it was looked at too"
    )


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
    subjects = LedgerEntry.objects.filter(act="lake.loaded").values_list("subject", flat=True)
    assert sorted(subjects) == ["lake:town", "lakes:found"]
    assert found() == []
    (path,) = lake().glob("runs/*/facts/observation.parquet")
    raised(path)
    (said,) = found()
    assert path.name in said
    take_as_found(NOW)
    assert found() == [said], "what is named once is compared with that for ever"


def beside(book: int, value: str, code: str = "town", role: str = "correction", unit: str = "D10") -> Path:  # fmt: skip
    """Rows that somebody puts into a lake past the office; gives the file that they came in."""
    home = Path(settings.HOME) / "lakes" / code
    row = {"unit": unit, "indicator": "ANSWERED", "period": "2025", "value": value}
    rules = book_of(RulebookVersion.objects.get(pk=book))
    facts, mapping, path = read_rows(rules, role, [row], "p", home / "inbox")
    Lake.create(home).intake(facts, mapping, loader="root", at=NOW)
    return path


@pytest.mark.parametrize("spoilt", [b"", b"98.5"])
def test_what_lies_spoilt_in_the_inbox_is_written_anew(
    town: Town, book: int, spoilt: bytes
) -> None:
    """A file that was cut short, or altered, under the name of the rows that are loaded."""
    rules, folder = book_of(RulebookVersion.objects.get(pk=book)), lake() / "inbox"
    row = {
        "unit": "D10",
        "indicator": "ANSWERED",
        "period": "2025",
        "value": "97.5",
        "status": "正常",
    }
    first, _, path = read_rows(rules, "observation", [row], "p", folder)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"97.5", spoilt) if spoilt else whole[: len(whole) // 2])
    again, _, same = read_rows(rules, "observation", [row], "p", folder)
    assert (same, path.read_bytes()) == (path, whole)
    assert again.tables["observation"] == first.tables["observation"]


@pytest.mark.parametrize(
    ("role", "unit"), [("observation", "D20"), ("correction", "D10"), ("ruling", "D10")]
)
def test_what_was_loaded_past_the_office_is_named_and_nothing_comes_of_it(
    town: Town, book: int, role: str, unit: str
) -> None:
    first = scored(town, book)
    name = beside(book, "99.9", role=role, unit=unit).name
    (said,) = found()
    for word in ("没有登记", name, f"{NOW:%Y-%m-%d}", "1 行"):
        assert word in said
    before = Lake.open(lake()).finished()
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-02")
    with pytest.raises(AssertionError, match=name):  # a worker's round in which a job fails
        town.work()
    with pytest.raises(KeptError, match="in no entry of the ledger"):
        load(book_of(RulebookVersion.objects.get(pk=book)), "correction", [{"unit": "D13", "indicator": "ANSWERED", "period": "2025", "value": "91"}],
             purpose="p", loader="job:1", at=NOW)  # fmt: skip
    take_as_found(NOW)
    assert found() == [said], "neither a start nor a load names what the office did not bring"
    assert Lake.open(lake()).finished() == before
    assert [one.pk for one in ResultRun.objects.all()] == [first.pk]


def test_each_half_of_a_restore_is_named(town: Town, book: int, tmp_path: Path) -> None:
    """An older lake beside a newer database, and the reverse."""
    scored(town, book)
    shutil.copytree(lake(), tmp_path / "older")
    rules = book_of(RulebookVersion.objects.get(pk=book))
    row = {"unit": "D13", "indicator": "ANSWERED", "period": "2025", "value": "95"}
    size = LedgerEntry.objects.count()
    name = load(rules, "correction", [row], purpose="p", loader="job:1", at=NOW)
    assert found() == []
    shutil.move(lake(), tmp_path / "newer")
    shutil.copytree(tmp_path / "older", lake())
    said = found()
    assert any("次入库在" in one and "中没有了" in one for one in said), said
    shutil.rmtree(lake())
    shutil.move(tmp_path / "newer", lake())
    assert found() == []
    LedgerEntry.objects.filter(sequence__gte=size).delete()
    (said,) = found()
    assert name in said
    assert "数据库比数据湖旧" in said


def test_an_intake_without_its_files_was_said_to_be_coming_by_nobody(town: Town, book: int) -> None:
    scored(town, book)
    beside(book, "99.9")
    with closing(sqlite3.connect(lake() / "register.db")) as register, register:
        register.execute("delete from file where intake = (select max(id) from intake)")
    assert any("没有登记" in one and "无文件" in one for one in found()), found()


def test_a_load_that_died_before_its_entry_is_no_finding_and_is_named_by_the_next(
    town: Town, book: int
) -> None:
    scored(town, book)
    rules = book_of(RulebookVersion.objects.get(pk=book))
    rows = [{"unit": unit, "indicator": "ANSWERED", "period": "2025", "value": "95"} for unit in ("D10", "D13")]  # fmt: skip
    facts, mapping, _ = read_rows(rules, "correction", rows[:1], "p", lake() / "inbox")
    held = Lake.open(lake())
    expect(held, ((file.sha256, mapping.fingerprint) for file in facts.files), NOW)
    held.intake(facts, mapping, loader="job:1", at=NOW)
    number = f"intake/{held.finished()[-1][0]:06d}"
    assert found() == []
    assert number not in named("town")
    load(rules, "correction", rows[1:], purpose="p", loader="job:2", at=NOW)
    assert number in named("town")
    again = LedgerEntry.objects.count()
    load(rules, "correction", rows[1:], purpose="p", loader="job:2", at=NOW)
    assert LedgerEntry.objects.count() == again, "what comes again is said once"


def test_a_lake_that_appears_after_the_office_was_founded_is_named(town: Town, book: int) -> None:
    take_as_found(NOW)
    assert found() == []
    name = beside(book, "99.9", code="other").name
    for _ in range(2):
        (said,) = found()
        assert name in said
        take_as_found(NOW)

"""Backup, restore and tidy; the catalogue on a server instead of beside the data."""

import resource
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.test_lake import load, plan
from tests.test_scheme import write
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import DataError
from zhengheng.engines.archive import keep_run, load_run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.care import backup, restore, tidy
from zhengheng.lake.store import Lake
from zhengheng.lake.tarball import Tarball
from zhengheng.scheme.load import load_rulebook

AT = datetime(2026, 3, 12, tzinfo=UTC)


def filled(home: Path, data: Path, catalog: str | None = None) -> Lake:
    """A lake with two intakes."""
    lake = Lake.create(home, catalog)
    data.mkdir(exist_ok=True)
    (data / "one.csv").write_text("u,a,b\nx,1,2\ny,3,4\n")
    (data / "two.csv").write_text("u,a,b\nz,5,6\n")
    for name in ("one.csv", "two.csv"):
        load(home, data, plan(name), catalog)
    return lake


def run(lake: Lake, data: Path) -> Run:
    book, _ = load_rulebook(write(data / "book"))
    return make_run(book, lake.facts(), parse_period("2025"), DuckEngine(threads=1))


def test_a_restored_lake_gives_the_same_run_and_the_same_bits(tmp_path: Path) -> None:
    data = tmp_path / "data"
    lake = filled(tmp_path / "lake", data)
    (lake.home / "secret.key").write_bytes(b"never in a backup")
    made = run(lake, data)
    keep_run(lake, made, AT)
    assert backup(lake, tmp_path / "copy.tar") > 5
    assert b"never in a backup" not in (tmp_path / "copy.tar").read_bytes()
    restore(tmp_path / "copy.tar", tmp_path / "again")
    again = Lake.open(tmp_path / "again")
    second = run(again, data)
    assert second.id == made.id
    assert second.results.rows("node_score") == made.results.rows("node_score")
    kept = load_run(again.run_folder(made.id))
    assert kept.results.rows("total_score") == made.results.rows("total_score")
    load(again.home, data, plan(_third(data)))
    assert again.facts().rows("observation") == 8


def _third(data: Path) -> str:
    (data / "three.csv").write_text("u,a,b\nw,7,8\n")
    return "three.csv"


def test_one_changed_byte_of_a_backup_restores_nothing(tmp_path: Path) -> None:
    lake = filled(tmp_path / "lake", tmp_path / "data")
    backup(lake, tmp_path / "copy.tar")
    content = bytearray((tmp_path / "copy.tar").read_bytes())
    place = content.index(b"PAR1") + 40
    content[place] ^= 1
    (tmp_path / "copy.tar").write_bytes(content)
    with pytest.raises(DataError) as caught:
        restore(tmp_path / "copy.tar", tmp_path / "again")
    assert ".parquet" in caught.value.problems[0].where
    assert not (tmp_path / "again").exists()
    (tmp_path / "copy.tar").write_bytes(content[: len(content) // 3])
    with pytest.raises(DataError):
        restore(tmp_path / "copy.tar", tmp_path / "again")
    with pytest.raises(DataError):
        restore(tmp_path / "copy.tar", tmp_path / "lake")
    assert Lake.open(tmp_path / "lake").facts().rows("observation") == 6


def test_tidy_removes_what_nobody_names_and_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "data"
    lake = filled(tmp_path / "lake", data)
    keep_run(lake, made := run(lake, data), AT)
    stray = lake.home / "warehouse" / "fact" / "observation" / "data" / "stray.parquet"
    stray.parent.mkdir(parents=True, exist_ok=True)
    for path in (stray, lake.home / "reuse" / "k" / "t.parquet", lake.home / "runs" / "half" / "x"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1234")
    done = tidy(lake)
    assert (done.files, done.size) == (3, 12)
    assert not stray.exists()
    assert not (lake.home / "runs" / "half").exists()
    again = Lake.open(lake.home)
    assert run(again, data).id == made.id
    assert load_run(again.run_folder(made.id)).results.rows("total_score")
    assert tidy(again).files == 0


def test_the_catalogue_may_stand_on_a_server(tmp_path: Path, postgres: str) -> None:
    data, address = tmp_path / "data", f"postgresql+psycopg://{postgres}"
    lake = filled(tmp_path / "lake", data, address)
    assert not (lake.home / "catalog.db").exists()
    here = filled(tmp_path / "here", data)
    assert run(Lake.open(lake.home, address), data).id == run(here, data).id
    with pytest.raises(DataError) as caught:
        Lake.open(lake.home)
    assert caught.value.problems[0].code == "lake.catalogue"
    backup(Lake.open(lake.home, address), tmp_path / "copy.tar")
    restore(tmp_path / "copy.tar", tmp_path / "second", address)
    load(tmp_path / "second", data, plan(_third(data)), address)
    assert Lake.open(lake.home, address).facts().rows("observation") == 6, "each lake its own"
    restore(tmp_path / "copy.tar", tmp_path / "beside")
    assert run(Lake.open(tmp_path / "beside"), data).id == run(here, data).id


def test_tidy_reads_no_manifest_twice(tmp_path: Path) -> None:
    """Each intake's snapshot names the manifests of those before it; the work grows with the intakes, not their square."""
    data = tmp_path / "data"
    lake = filled(tmp_path / "lake", data)
    for number in range(6):
        (data / f"more{number}.csv").write_text(f"u,a,b\nm{number},7,8\n")
        load(lake.home, data, plan(f"more{number}.csv"))
    opened: Counter[str] = Counter()
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).endswith(".avro"):
            opened[str(arguments[0])] += 1

    sys.addaudithook(watch)
    assert tidy(lake).files == 0
    watching = False
    assert len(opened) >= 16, "a list and a manifest of each of eight intakes"
    assert set(opened.values()) == {1}


def test_a_copy_for_which_there_is_no_room_does_not_stay(tmp_path: Path) -> None:
    """The end of the file cannot be written either where the system takes no more: the rest goes all the same."""
    (tmp_path / "large").write_bytes(b"x" * 2**20)
    out, held = tmp_path / "copy.tar", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**15, held[1]))
    try:
        with pytest.raises(OSError, match="too large"), Tarball(out) as tarball:
            tarball.add("large", tmp_path / "large")
        with pytest.raises(OSError, match="too large"), Tarball(out) as tarball:
            for number in range(40):
                tarball.put(str(number), b"y" * 600)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, held)
    assert [path.name for path in tmp_path.iterdir()] == ["large"]

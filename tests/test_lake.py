"""The lake: atomic intakes, corrections as revisions, crashes that leave old or new, moved folders."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.conftest import Command
from tests.test_scheme import write
from zhengheng.domain.problems import DataError, Problem
from zhengheng.lake.check import check_lake
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.store import Lake
from zhengheng.lake.whole import fault, naming
from zhengheng.scheme.load import load_rulebook

AT = datetime(2026, 3, 12, tzinfo=UTC)


def plan(file: str, role: str = "observation", units: bool = True) -> Mapping:
    sources = [
        {
            "file": file,
            "role": "unit",
            "unit": "u",
            "category": {"constant": "c"},
            "group": {"constant": "g"},
        }
    ]
    sources = sources if units else []
    sources.append(
        {
            "file": file,
            "role": role,
            "unit": "u",
            "period": {"constant": "2025"},
            "indicators": {"A": "a", "B": "b"},
        }
    )  # type: ignore[dict-item]
    return Mapping.model_validate_json(
        json.dumps({"purpose": "t", "sources": sources}), strict=True
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Lake.create(tmp_path / "lake")
    return tmp_path / "lake"


def load(home: Path, data: Path, mapping: Mapping, catalog: str | None = None) -> int:
    book, _ = load_rulebook(write(data / "book"))
    return Lake.open(home, catalog).intake(
        read_files(mapping, book, data), mapping, loader="t", at=AT
    )


def test_the_same_file_is_not_loaded_twice(home: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n")
    assert load(home, tmp_path, plan("d.csv")) == 1
    with pytest.raises(DataError, match="loaded with the same mapping"):
        load(home, tmp_path, plan("d.csv"))
    assert Lake.open(home).counts()["observation"] == 2


def test_a_known_row_is_refused_unless_it_is_a_correction(home: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n")
    (tmp_path / "e.csv").write_text("u,a,b\n甲,5,2\n")
    load(home, tmp_path, plan("d.csv"))
    with pytest.raises(DataError, match="correction"):
        load(home, tmp_path, plan("e.csv"))
    assert Lake.open(home).counts()["observation"] == 2
    load(home, tmp_path, plan("e.csv", "correction", units=False))
    counts = Lake.open(home).counts()
    assert (counts["observation"], counts["revision"]) == (2, 2)


def test_a_correction_makes_another_run_and_the_first_stays(
    tmp_path: Path, zhengheng: Command
) -> None:
    book = write(tmp_path / "book")
    (tmp_path / "d.csv").write_text("u,a,b\n甲,5,50\n乙,10,50\n")
    (tmp_path / "e.csv").write_text("u,a,b\n甲,9,50\n")
    for name, mapping in (("d", plan("d.csv")), ("e", plan("e.csv", "correction", units=False))):
        (tmp_path / f"{name}.yaml").write_text(
            yaml.safe_dump(json.loads(mapping.model_dump_json(exclude_defaults=True)))
        )
    lake = ("--home", tmp_path / "lake")
    zhengheng("init", tmp_path / "lake")
    runs = []
    for name in ("d", "e"):
        done = zhengheng(
            "intake", book, "--mapping", tmp_path / f"{name}.yaml", "--data", tmp_path, *lake
        )
        assert done.returncode == 0, done.stderr
        done = zhengheng("run", book, "--period", "2025", *lake, "--json")
        assert done.returncode == 0, done.stderr
        runs.append(json.loads(done.stdout)["run"])
    assert runs[0] != runs[1]
    listed = json.loads(zhengheng("runs", *lake, "--json").stdout)
    assert [entry["run"] for entry in listed] == runs[::-1]
    assert set(listed[0]) >= {"run", "rulebook", "period", "engine", "created_at"}
    points = [
        json.loads(zhengheng("explain", run, "甲", "A", *lake, "--json").stdout)["score"]
        for run in runs
    ]
    assert points == ["30.00", "54.00"]
    moved = json.loads(zhengheng("runs", "diff", *runs, *lake, "--json").stdout)
    assert {m["unit"]: m["score"] for m in moved if m["moved"]} == {"甲": ["50.00", "74.00"]}
    again = json.loads(zhengheng("run", book, "--period", "2025", *lake, "--json").stdout)["run"]
    assert again == runs[1]


def test_runs_are_listed_by_their_moment_and_told_in_one_zone(home: Path, zhengheng: Command) -> None:  # fmt: skip
    """Each was written with the offset of where it was made."""
    made = {"late": "2026-03-11T02:00:00+00:00", "early": "2026-03-11T08:30:00+08:00"}
    for name, at in made.items():
        Lake.open(home).add_run(name, datetime.fromisoformat(at), "b", "2025", "duckdb")
    assert [one["run"] for one in Lake.open(home).runs()] == ["late", "early"]
    told = zhengheng("runs", "--home", home).stdout
    assert "T0" not in told
    times = [
        datetime.fromisoformat(f"{day} {hour}")
        for day, hour in re.findall(r"(2026-\S+) (\d\d:\d\d)", told)
    ]
    assert times[0] - times[1] == timedelta(hours=1, minutes=30)


def test_a_moved_lake_still_opens(home: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n")
    load(home, tmp_path, plan("d.csv"))
    shutil.move(home, tmp_path / "elsewhere")
    assert Lake.open(tmp_path / "elsewhere").facts().tables["observation"].num_rows == 2


WRITER = """
import sys
from pathlib import Path
from tests.test_lake import load, plan
print("go", flush=True)
load(Path(sys.argv[1]), Path(sys.argv[2]), plan("e.csv", units=False))
"""


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 2.0])
def test_a_killed_intake_leaves_the_old_state_or_the_new(
    wait: float, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n")
    load(home, tmp_path, plan("d.csv"))
    (tmp_path / "e.csv").write_text("u,a,b\n" + "".join(f"u{n},1,2\n" for n in range(500)))
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(home), str(tmp_path)], stdout=subprocess.PIPE,
                               env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)})  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    lake = Lake.open(home)
    rows = lake.facts().tables["observation"].num_rows
    assert rows == sum(lake.counts()[name] for name in ("observation",))
    assert rows in {2, 1002}
    assert (rows == 1002) == (len(lake.intakes()) == 2)
    if rows == 2:
        load(home, tmp_path, plan("e.csv", units=False))
        assert Lake.open(home).counts()["observation"] == 1002


@pytest.mark.parametrize("name", ["register.db", "catalog.db"])
def test_what_a_killed_writer_left_in_a_database_is_taken_back(name: str, home: Path, tmp_path: Path) -> None:  # fmt: skip
    """Killed while its pages were being written: the journal beside the file says how it was before."""
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n")
    load(home, tmp_path, plan("d.csv"))
    left = tmp_path / "left"
    with closing(sqlite3.connect(home / name)) as writer:
        table = writer.execute("select name from sqlite_master where type = 'table'").fetchone()[0]
        writer.execute("pragma cache_size = 1")
        writer.execute("create table half (words text)")
        writer.executemany("insert into half values (?)", [("x" * 4000,)] * 50)
        writer.execute(f"delete from {table}")
        shutil.copytree(home, left)
        writer.rollback()
    assert (left / f"{name}-journal").stat().st_size
    again = shutil.copytree(left, tmp_path / "again")
    assert fault(left / name) is None
    assert Lake.open(again).facts().tables["observation"].num_rows == 2
    assert check_lake(Lake.open(again)) == []


def test_an_absent_lake_is_said(tmp_path: Path, zhengheng: Command) -> None:
    done = zhengheng("runs", "--home", tmp_path / "none")
    assert done.returncode == 5
    assert "Traceback" not in done.stderr


def test_the_very_first_intake_is_taken_back_too(home: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n")
    load(home, tmp_path, plan("d.csv"))
    with sqlite3.connect(home / "register.db") as register:
        register.execute("update intake set state = 'writing'")
        register.execute("delete from setting where name = 'snapshots'")
    register.close()
    lake = Lake.open(home)
    assert lake.facts().tables["observation"].num_rows == 0
    assert lake.intakes() == []
    load(home, tmp_path, plan("d.csv"))
    assert Lake.open(home).counts()["observation"] == 2


def test_a_lake_that_somebody_writes_is_no_finding_of_a_check() -> None:
    """It says nothing of the files: whoever checks is told so instead, and asks again."""
    found: list[Problem] = []
    with pytest.raises(DataError, match="busy"), naming(found, Path("lakes/town")):
        raise DataError.one("lakes/town", "lake.busy", zh="正在写入", en="busy")
    assert found == []

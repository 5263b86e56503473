"""Several processes on one lake: readers, writers, a backup, a writer that stands still. Nothing done is lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from tests.conftest import ROOT, Command
from tests.test_care import filled
from tests.test_lake import AT, load, plan
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import DataError
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.care import backup, restore
from zhengheng.lake.check import check_lake
from zhengheng.lake.facts import schema
from zhengheng.lake.intake import read_files
from zhengheng.lake.store import Lake
from zhengheng.scheme.load import load_rulebook

EACH = 6
"""Intakes of each writer."""


def actor(word: str, home: Path, data: Path, catalog: str | None, *more: str) -> subprocess.Popen[str]:  # fmt: skip
    """A process of its own that does one thing to the lake."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.test_writers", word, str(home), str(data), catalog or "", *more],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def said(process: subprocess.Popen[str]) -> list[str]:
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err[-3000:]
    return out.split()


@pytest.fixture(params=["beside", "server"])
def catalog(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "beside":
        yield None
    else:
        yield f"postgresql+psycopg://{request.getfixturevalue('postgres')}"


def test_nothing_confirmed_is_lost_while_others_read_write_and_back_up(
    tmp_path: Path, catalog: str | None
) -> None:
    home, data = tmp_path / "lake", tmp_path / "data"
    filled(home, data, catalog)
    names = {w: [f"{w}{n}.csv" for n in range(EACH)] for w in ("p", "q")}
    for name in (n for held in names.values() for n in held):
        (data / name).write_text("u,a,b\n" + "".join(f"{name}-{i},{i},2\n" for i in range(40)))
    readers = [actor("read", home, data, catalog) for _ in range(2)]
    triers = [actor("try", home, data, catalog, str(tmp_path / f"trial{n}.csv")) for n in range(2)]
    keeper = actor("keep", home, data, catalog, str(tmp_path))
    writers = [actor("write", home, data, catalog, *held) for held in names.values()]
    done = [int(n) for writer in writers for n in said(writer)]
    for one in (*readers, *triers, keeper):
        one.send_signal(signal.SIGTERM)
    seen = [[int(n) for n in said(one)] for one in (*readers, *triers)]
    copies = [Path(name) for name in said(keeper)]
    assert len(done) == len(set(done)) == 2 * EACH, "each intake has a number of its own"
    lake = Lake.open(home, catalog)
    held = lake.facts().tables["observation"].to_pylist()
    assert len(held) == 6 + 2 * EACH * 80, "all that was said to be loaded is there, once"
    assert len({(row["unit"], row["indicator"]) for row in held}) == len(held)
    assert check_lake(lake) == []
    assert [row["value"] for row in held if row["unit"] == "x"] == [100, 200], (
        "no trial value is there"
    )
    assert all(seen), "readers and trials did read meanwhile"
    for counts in seen:
        assert all((n - 6) % 80 == 0 for n in counts), "never half an intake"
        assert counts == sorted(counts), "what was there stays"
    assert copies, "a backup was written meanwhile"
    restore(copies[-1], tmp_path / "again", catalog)
    again = Lake.open(tmp_path / "again", catalog)
    assert check_lake(again) == []
    assert (again.counts()["observation"] - 6) % 80 == 0


def test_two_writers_of_the_same_file_load_it_once(tmp_path: Path, catalog: str | None) -> None:
    home, data = tmp_path / "lake", tmp_path / "data"
    filled(home, data, catalog)
    (data / "d.csv").write_text("u,a,b\n" + "".join(f"d{n},{n},2\n" for n in range(300)))
    writers = [actor("write", home, data, catalog, "d.csv") for _ in range(3)]
    done = [words for words in map(said, writers) if words]
    assert len(done) == 1
    assert Lake.open(home, catalog).counts()["observation"] == 606


def test_a_writer_that_stood_still_too_long_writes_nothing(
    tmp_path: Path, catalog: str | None
) -> None:
    """Its lake goes to the next; when it wakes, it is told, and nothing of it is ever read."""
    home, data = tmp_path / "lake", tmp_path / "data"
    filled(home, data, catalog)
    for name in "abc":
        text = "".join(f"{name}{n},1,2\n" for n in range(20000))
        (data / f"{name}.csv").write_text("u,a,b\n" + text)
    pick = random.Random(7)
    for name, after in (("a", "b"), ("c", "")):
        sleeper = actor("slow", home, data, catalog, f"{name}.csv")
        assert sleeper.stdout is not None
        assert sleeper.stdout.readline() == "reading\n"
        while not any(i["state"] == "writing" for i in Lake(home, catalog).intakes()):
            time.sleep(0.002)
        time.sleep(pick.uniform(0, 0.05))
        sleeper.send_signal(signal.SIGSTOP)
        begun = next(i["state"] for i in Lake(home, catalog).intakes())
        if after:
            (data / "v.csv").write_text("u,a,b\nv,1,2\n")
            quick(home, data, "v.csv", catalog)
        sleeper.send_signal(signal.SIGCONT)
        out, _ = sleeper.communicate(timeout=120)
        if after and begun == "writing":
            assert out.split()[-1] == "intake.lost"
        lake = Lake.open(home, catalog)
        rows = lake.facts().tables["observation"].to_pylist()
        kept = {row["unit"][0] for row in rows}
        assert (name in kept) == (out.split()[-1] == "done")
        assert not after or "v" in kept
        assert check_lake(lake) == []
    quick(home, data, "b.csv", catalog)
    assert check_lake(Lake.open(home, catalog)) == []


def quick(home: Path, data: Path, name: str, catalog: str | None) -> int:
    """An intake that waits a second only for a writer without a sign of life."""
    lake, mapping = Lake(home, catalog, silence=1.0), plan(name, units=False)
    book, _ = load_rulebook(data / "book")
    return lake.intake(read_files(mapping, book, data), mapping, loader="t", at=AT)


def test_numbers_are_never_given_again(tmp_path: Path) -> None:
    home, data = tmp_path / "lake", tmp_path / "data"
    lake = filled(home, data)
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home / "register.db")) as register, register:
        register.execute(
            "insert into intake (state, purpose, source, loader, loaded_at, mapping) values ('writing', '', '', '', '', '')"
        )
    lake = Lake.open(home)
    assert [i["id"] for i in lake.intakes()] == [2, 1], "what a dead writer left is given up"
    (data / "three.csv").write_text("u,a,b\nw,7,8\n")
    assert load(home, data, plan("three.csv")) == 4


def test_a_busy_lake_says_so(tmp_path: Path) -> None:
    lake = filled(tmp_path / "lake", tmp_path / "data")
    with lake.writing():
        with lake.writing():
            pass
        with pytest.raises(DataError) as caught, Lake.open(lake.home).writing(patience=0.2):
            pass
    assert caught.value.problems[0].code == "lake.busy"


def test_rows_said_twice_in_one_file_and_known_before_keep_their_order(tmp_path: Path) -> None:
    """The row further down is the newer one, in the first file as in the tenth."""
    home, data = tmp_path / "lake", tmp_path / "data"
    filled(home, data)
    for name, values in (("e", (5, 6)), ("f", (7, 8))):
        (data / f"{name}.csv").write_text("u,a,b\n" + "".join(f"x,{v},2\n" for v in values))
        load(home, data, plan(f"{name}.csv", "correction", units=False))
    rows = Lake.open(home).facts().tables["revision"].to_pylist()
    newest = max((r for r in rows if r["indicator"] == "A"), key=lambda r: r["sequence"])
    assert newest["value"] == 800
    assert len({r["sequence"] for r in rows}) == len(rows)


def test_the_check_names_what_is_gone_and_what_stands_twice(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    home, data = tmp_path / "lake", tmp_path / "data"
    lake = filled(home, data)
    assert zhengheng("lake", "check", "--home", home).returncode == 0
    paths = lake.paths("observation")
    held = paths[0].read_bytes()
    paths[0].unlink()
    done = zhengheng("lake", "check", "--home", home, "--json")
    assert (done.returncode, [p["code"] for p in json.loads(done.stdout)]) == (7, ["file.gone"])
    for torn in (held[: len(held) // 2], held[:4] + b"\xff" * 40 + held[44:]):
        paths[0].write_bytes(torn)
        done = zhengheng("lake", "check", "--home", home, "--json")
        assert (done.returncode, [p["code"] for p in json.loads(done.stdout)]) == (
            7,
            ["file.damaged"],
        )
        assert paths[0].name in json.loads(done.stdout)[0]["where"]
    paths[0].write_bytes(held)
    table = lake.tables().all()["observation"]
    table.manage_snapshots().set_current_snapshot(int(lake.snapshots()["observation"])).commit()
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home / "register.db")) as register, register:
        first = json.loads(
            register.execute("select snapshots from intake where id = 1").fetchone()[0]
        )
        register.execute("update setting set value = ? where name = 'snapshots'", (json.dumps(first),))  # fmt: skip
    done = zhengheng("lake", "check", "--home", home)
    assert done.returncode == 7
    assert "intake 2" in done.stderr
    assert "Traceback" not in done.stderr


def _main(word: str, home: Path, data: Path, catalog: str | None, more: list[str]) -> None:
    over: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: over.append(1))
    if word == "read":
        while not over:
            print(Lake.open(home, catalog).facts().tables["observation"].num_rows, flush=True)
    elif word == "try":
        book, _ = load_rulebook(data / "book")
        Path(more[0]).write_text("u,a,b\nx,7,8\n")
        while not over:
            # What an appeal's page does: all that counts, one row of it replaced, computed, and kept nowhere.
            facts = Lake.open(home, catalog).facts()
            trial = read_files(plan(Path(more[0]).name, "correction", units=False), book, Path(more[0]).parent)  # fmt: skip
            held, rows = facts.tables["revision"], trial.tables["observation"].to_pylist()
            rows = [row | {"sequence": held.num_rows + place} for place, row in enumerate(rows, 1)]
            more_ = pa.Table.from_pylist(rows, schema=schema("revision"))
            tables = facts.tables | {"revision": pa.concat_tables([held.cast(more_.schema), more_])}
            made = make_run(book, replace(facts, tables=tables), parse_period("2025"), DuckEngine(threads=1))  # fmt: skip
            assert made.results.rows("total_score")
            print(facts.tables["observation"].num_rows, flush=True)
    elif word == "keep":
        for number in range(100):
            if over:
                break
            out = Path(more[0]) / f"copy{number}.tar"
            backup(Lake.open(home, catalog), out)
            print(out, flush=True)
            time.sleep(0.3)
    elif word == "write":
        for name in more:
            mapping = plan(name, units=False)
            book, _ = load_rulebook(data / "book")
            facts = read_files(mapping, book, data)
            try:
                print(Lake.open(home, catalog).intake(facts, mapping, loader="t", at=AT), flush=True)  # fmt: skip
            except DataError as error:
                if error.problems[0].code != "file.loaded":
                    raise
    elif word == "slow":
        mapping = plan(more[0], units=False)
        book, _ = load_rulebook(data / "book")
        facts = read_files(mapping, book, data)
        print("reading", flush=True)
        try:
            Lake.open(home, catalog).intake(facts, mapping, loader="t", at=AT)
            print("done")
        except DataError as error:
            print(error.problems[0].code)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] or None, sys.argv[5:])

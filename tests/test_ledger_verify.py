"""`zhengheng ledger verify` over an office whose database somebody altered with all care, or that came back from an older copy."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.test_ledger_damaged import PLAIN, signed
from zhengheng.ledger.tree import grown

__all__ = ["signed"]

ACT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zhengheng.web.starting import begin
home, word, hour = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
begin(home)
from django.db import transaction
from zhengheng.web.ledger.services import append, sign_checkpoint
now = datetime(2026, 3, 12, hour, tzinfo=UTC)
with transaction.atomic():
    append(act="x", subject=f"{word}:1", actor="z", at=now, content={"word": word})
print(sign_checkpoint(home=home, actor="t", now=now).text)
"""
FORGED_ERASURE = "update ledger_ledgerentry set act = 'erasure.carry_out' where sequence = 4"
NO_ERASURE = 'update ledger_ledgerentry set content = \'{"retention": "x", "entries": 1}\' where sequence = 4'


@pytest.fixture
def home(signed: Path, tmp_path: Path) -> Path:
    shutil.copytree(signed, tmp_path / "home")
    return tmp_path / "home"


def acted(home: Path, word: str, hour: int, kept: Path) -> None:
    """Somebody acts, and a checkpoint is signed, of which a copy is kept elsewhere."""
    done = subprocess.run([sys.executable, "-c", ACT, home, word, str(hour)], check=True, capture_output=True, encoding="utf-8", env=PLAIN)  # fmt: skip
    kept.write_text(done.stdout.removesuffix("\n"), encoding="utf-8")


def forged(home: Path, *sql: str) -> None:
    with closing(sqlite3.connect(home / "office.db")) as held, held:
        for one in sql:
            held.execute(one)


def mended(home: Path) -> int:
    """The kept tree made anew over the entries that are left, as who has the database can do; gives their number."""
    with closing(sqlite3.connect(home / "office.db")) as held, held:
        held.execute("delete from ledger_node")
        edge: list[bytes] = []
        number = 0
        for number, (leaf,) in enumerate(held.execute("select leaf from ledger_ledgerentry order by sequence").fetchall(), 1):  # fmt: skip
            edge, completed = grown(edge, number - 1, leaf)
            for level, made in enumerate(completed, 1):
                held.execute('insert into ledger_node(level, "index", hash) values (?, ?, ?)', (level, (number - 1) >> level, made))  # fmt: skip
        held.execute("update ledger_head set size = ?, edge = ?", (number, b"".join(edge)))
        return number


def size_of(home: Path) -> int:
    with closing(sqlite3.connect(home / "office.db")) as held:
        return int(held.execute("select size from ledger_head").fetchone()[0])


def found_by(zhengheng: Command, home: Path, *kept: Path) -> list[dict[str, object]]:
    more = [word for one in kept for word in ("--checkpoint", one)]
    done = zhengheng("ledger", "verify", "--home", home, "--json", *more)
    assert "Traceback" not in done.stderr
    held: list[dict[str, object]] = json.loads(done.stdout)
    assert done.returncode == (7 if held else 0), done.stderr
    for language in ("zh", "en") if held else ("zh",):
        said = zhengheng("--lang", language, "ledger", "verify", "--home", home, *more)
        assert said.returncode == done.returncode
        words = "".join(said.stdout.split())  # a long line is broken
        assert all("".join(str(one[language]).split()) in words for one in held)
    return held


@pytest.mark.parametrize(
    ("sql", "gone"),
    [
        (("update ledger_ledgerentry set content = null, salt = null where sequence = 2",), {2}),
        (("update ledger_ledgerentry set content = null where sequence = 2",), {2}),
        (("update ledger_ledgerentry set salt = null where sequence = 2",), {2}),
        (("update ledger_ledgerentry set content = null, salt = null where sequence in (1, 3)",), {1, 3}),
        (("update ledger_ledgerentry set content = null, salt = null where sequence = 2", FORGED_ERASURE), {2, 4}),
        (("update ledger_ledgerentry set content = null, salt = null where sequence = 2", FORGED_ERASURE, NO_ERASURE), {2, 4}),
        (("update ledger_ledgerentry set content = null, salt = null where act = 'ledger.checkpoint'",), set()),
        (("update ledger_ledgerentry set content = null, salt = null",), {0, 1, 2, 3, 4}),
    ],
)  # fmt: skip
def test_contents_that_were_emptied_without_an_erasure_are_named(
    home: Path, zhengheng: Command, sql: tuple[str, ...], gone: set[int]
) -> None:
    assert found_by(zhengheng, home) == []
    forged(home, *sql)
    found = found_by(zhengheng, home)
    named = {one["first"] for one in found if one["code"] == "altered"}
    assert named >= gone
    assert named, "what proves a checkpoint for ever is named too"
    if gone and max(gone) < 4:
        assert named == gone, "and no other entry is"


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("also", ["", "tree", "checkpoints"])
def test_the_newest_entries_are_not_cut_unseen(
    home: Path, zhengheng: Command, tmp_path: Path, count: int, also: str
) -> None:
    """Without any checkpoint being named: by the count, by the office's own checkpoints, by what a publication proves."""
    kept = tmp_path / "kept.txt"
    acted(home, "last", 12, kept)
    before = size_of(home)
    first = before - count
    proof = home / "publications" / "1" / "proof.json"
    proof.parent.mkdir(parents=True)
    forged(home, f"delete from ledger_ledgerentry where sequence >= {first}")
    if also:
        assert mended(home) == first
    if also == "checkpoints":
        forged(home, f"delete from ledger_signedcheckpoint where size >= {first}")
        if count == 1:  # the entry of the newest signing alone: no checkpoint speaks of it
            return
        assert found_by(zhengheng, home) == [], "nothing in this database speaks of them any more"
        (gone,) = found_by(zhengheng, home, kept)
        assert (gone["code"], gone["first"]) == ("removed", first)
        proof.write_text(json.dumps({"checkpoint": kept.read_text(encoding="utf-8"), "size": 1}), encoding="utf-8")  # fmt: skip
    elif also == "tree" and count == 1:
        return
    (first_found, *_) = found_by(zhengheng, home)
    assert (first_found["code"], first_found["first"]) == ("removed", first)


@pytest.mark.parametrize("by", ["restore", "copy"])
def test_an_older_home_that_signs_a_size_again_is_found_and_says_that_it_was_restored(
    home: Path, zhengheng: Command, tmp_path: Path, by: str
) -> None:
    """By the command, whose checkpoints say so ever after; and by hand, which a checkpoint kept elsewhere shows."""
    again, tar, kept, other = (tmp_path / name for name in ("again", "all.tar", "kept.txt", "other.txt"))  # fmt: skip
    before = size_of(home)
    if by == "restore":
        assert zhengheng("backup", tar, "--home", home).returncode == 0
        assert zhengheng("restore", tar, again).returncode == 0
        shutil.copy(home / "ledger.key", again / "ledger.key")
    else:
        shutil.copytree(home, again)
    acted(home, "true", 12, kept)
    acted(again, "other", 13, other)
    assert f"\nrestored {before} " in other.read_text(encoding="utf-8") or by == "copy"
    assert "restored" not in kept.read_text(encoding="utf-8")
    assert found_by(zhengheng, home) == []
    assert found_by(zhengheng, again) == [], "it is sound by itself"
    (found,) = found_by(zhengheng, again, kept)
    assert found["code"] == "rewritten"
    assert isinstance(found["last"], int)
    assert found["last"] >= before
    acted(again, "later", 14, other)
    assert f"\nrestored {before} " in other.read_text(encoding="utf-8") or by == "copy"

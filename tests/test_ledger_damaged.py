"""One damaged cell, row or table of the office stops no check of the ledger: it is named, and so is all the rest."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Command

PLAIN = {"PATH": os.environ["PATH"], "ZHENGHENG_LOG": ""}
SIGN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zhengheng.web.starting import begin
home = Path(sys.argv[1])
begin(home)
from zhengheng.web.ledger.services import sign_checkpoint
for hour in (9, 10):
    sign_checkpoint(home=home, actor="t", now=datetime(2026, 3, 12, hour, tzinfo=UTC))
"""


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with its officers and two checkpoints."""
    home = tmp_path_factory.mktemp("ledger") / "home"
    made = [
        sys.executable,
        "-m",
        "zhengheng.cli.main",
        "office",
        "officers",
        "--new",
        "--home",
        home,
    ]
    subprocess.run(made, check=True, capture_output=True, env=PLAIN)
    subprocess.run([sys.executable, "-c", SIGN, home], check=True, env=PLAIN)
    return home


HAN = re.compile(r"[\u3400-\u9fff]")
ENGLISH = re.compile(r"\b(OK|note|entries|files|keep|of the|witness:|connections)\b")
POINT = "update ledger_signedcheckpoint set text = {} where id = 1"


CELL = "update ledger_ledgerentry set {} where sequence = 1"
CELLS = (
    "at = '0001-01-01'", "at = '0001-01-01T00:00:00+08:00'", "at = '9999-12-31T23:59:59-08:00'", "at = 'x'", "at = x'ff'", "at = ''",
    "act = x'ff'", "subject = x'ff'", "subject = 'account:99999999999999999999999'", "actor = 7", "digest = x'00'", "salt = 'x'", "leaf = 3",
    "content = x'00ff'", "content = '[]'", r"""content = '{"rows":[],"a":"\ud800"}'""", """content = '{"rows":[]}'""",
)  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ((POINT.format("replace(text, '=', '')"),), ["检查点无效"]),
        ((POINT.format("x'00ff'"),), ["检查点无效"]),
        ((POINT.format("''"),), ["检查点无效"]),
        (("update ledger_signedcheckpoint set code = x'ff' where id = 1",), ["检查点不见了，或被改动"]),
        (("update ledger_signedcheckpoint set size = 'abc' where id = 1",), ["签发的检查点"]),
        (("drop table ledger_signedcheckpoint",), ["签发的检查点没有核对完"]),
        (("drop table results_decidedgrade",), ["没有核对完：所需的表不见了"]),
        (("alter table results_resultrun rename column state to other",), ["没有核对完：所需的表不见了"]),
        (("drop table ledger_node",), ["存证日志的哈希树没有核对完"]),
        (("drop table ledger_ledgerentry",), ["存证日志的条目没有核对完"]),
        (("delete from ledger_head",), ["条数的那一行不见了"]),
        (("update ledger_head set size = 'abc'",), ["哈希树"]),
        (("update ledger_signedcheckpoint set at = '2020-01-01 00:00:00' where id = 1",), ["检查点不见了，或被改动"]),
        (("update ledger_signedcheckpoint set at = 'x' where id = 1",), ["检查点不见了，或被改动"]),
        (("update accounts_account set created_at = '2026-13-45 00:00:00' where id = 2",), ["内容已损坏，读不出来"]),
        *(((CELL.format(cell),), ["第 1 条（"]) for cell in CELLS),
        ((CELL.format("sequence = 'x'"),), ["序号被改动"]),
        ((POINT.format("'x'"), "drop table results_decidedgrade", "delete from ledger_head"), ["检查点无效", "没有核对完", "条数的那一行不见了"]),
    ],
)  # fmt: skip
def test_what_is_broken_is_named_and_the_rest_is_checked(
    signed: Path, tmp_path: Path, zhengheng: Command, sql: Iterable[str], words: list[str]
) -> None:
    home = tmp_path / "home"
    shutil.copytree(signed, home)
    with closing(sqlite3.connect(home / "office.db")) as held, held:
        held.execute("pragma foreign_keys = off")
        held.execute("pragma legacy_alter_table = on")
        if "drop table ledger_ledgerentry" not in sql:
            held.execute("update ledger_ledgerentry set actor = 'x' where sequence = 2")
        held.execute("update accounts_account set name = 'y' where id = 1")
        for one in sql:
            held.execute(one)
    done = zhengheng("ledger", "verify", "--home", home, "--json")
    assert done.returncode == 7, done.stderr
    assert "Traceback" not in done.stderr
    found = [one["zh"] for one in json.loads(done.stdout)]
    for word in words:
        assert any(word in one for one in found), found
    if "drop table ledger_ledgerentry" not in sql:
        assert any("第 2 条" in one and "被改动" in one for one in found), found
        assert any(one.startswith("账号") for one in found), found
    text = "".join(found)
    for foreign in ("ledger_", "results_", "b'", "Error", "no such"):
        assert foreign not in text
    said = zhengheng("ledger", "verify", "--home", home)
    assert said.returncode == 7
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_commands_of_the_office_answer_in_the_language_asked_for(
    signed: Path, tmp_path: Path, lang: str
) -> None:
    """Also what they note and what they find, and the names of roles: no line says it twice, in the other language too."""
    home, still = tmp_path / "home", tmp_path / "still"
    shutil.copytree(signed, home)
    shutil.copytree(signed, still)
    with closing(sqlite3.connect(home / "office.db")) as held, held:
        held.execute(POINT.format("''"))
    # Nobody has done anything in that home for long: the clock is doubted until somebody says that it is right.
    asked = [
        (7, "ledger", "verify", "--home", home),
        (0, "ledger", "verify", "--home", signed),
        (0, "ledger", "request", tmp_path / "ask.txt", "--home", signed),
        (0, "ledger", "cosign", tmp_path / "ask.txt", tmp_path / "signed.txt", "--log", signed / "ledger.pub", "--name", "w", "--folder", tmp_path / "w"),
        (7, "office", "check", "--home", still),
        (0, "office", "confirm-clock", "--home", still),
        (0, "office", "check", "--home", still),
        (0, "office", "officers", "--new", "--home", tmp_path / "new"),
        (0, "backup", tmp_path / "b.tar", "--home", signed),
        (0, "restore", tmp_path / "b.tar", tmp_path / "again"),
    ]  # fmt: skip
    for code, *words in asked:
        done = subprocess.run(
            [sys.executable, "-m", "zhengheng.cli.main", "--lang", lang, *words], capture_output=True, text=True, check=False, env=PLAIN
        )  # fmt: skip
        assert done.returncode == code, (words, done.stdout, done.stderr)
        assert done.stdout.strip(), words
        for line in done.stdout.splitlines():
            assert bool(HAN.search(line)) == (lang == "zh"), line
            assert " / " not in line
            assert lang == "en" or not ENGLISH.search(
                line.replace(str(tmp_path), "").replace(str(signed), "")
            ), line

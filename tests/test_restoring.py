"""Backup and restore on PostgreSQL by the application's own role; no password in sight; a failure leaves nothing."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.servers import programs
from zhengheng.lake.tarball import Tarball

PLAIN = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "ZHENGHENG_HOME"}}
WORD = "geheim-7"


@pytest.fixture(scope="module")
def server(postgres: str) -> str:
    """The server, with a role that owns three databases and nothing else."""
    with psycopg.connect(f"postgresql://{postgres}", autocommit=True) as held:
        held.execute(f"create role app login password '{WORD}'")  # type: ignore[arg-type]
        for name in ("first", "second", "closed"):
            held.execute(f"create database {name} owner {'app' if name != 'closed' else 'zhengheng'}")  # type: ignore[arg-type] # fmt: skip
    with psycopg.connect(f"postgresql://{postgres.removesuffix('postgres')}first", autocommit=True) as held:  # fmt: skip
        # Such as administrators put into every database; only a superuser may make this one.
        held.execute("create extension pageinspect")
    return postgres.removeprefix("zhengheng@").removesuffix("postgres")


def address(server: str, name: str) -> str:
    return f"postgresql://app:{WORD}@{server}{name}?sslmode=prefer&application_name=kaohe&conn_max_age=60"


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """PostgreSQL's programs under their own names, each of which notes the words it was called with."""
    found = programs()
    assert found is not None
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "$0 $*" >> {tmp_path}/called\nexec {found / name} "$@"\n')
        path.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def run(env: dict[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "zhengheng.cli.main", *map(str, words)], cwd=ROOT, env=PLAIN | env,
        capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr[-3000:]
    assert WORD not in done.stdout + done.stderr
    return done


def entries(tar: Path, tmp_path: Path) -> str:
    """What a backup's dump says that it holds."""
    found = programs()
    assert found is not None
    with tarfile.open(tar) as held:
        held.extract("office.dump", tmp_path, filter="data")
    return subprocess.run([found / "pg_restore", "--list", tmp_path / "office.dump"], capture_output=True, text=True, check=True).stdout  # fmt: skip


def test_the_application_restores_its_backup_by_itself(
    server: str, watched: dict[str, str], tmp_path: Path
) -> None:
    home, copy, tar = tmp_path / "home", tmp_path / "copy", tmp_path / "all.tar"
    first = watched | {"DATABASE_URL": address(server, "first")}
    assert run(first, "office", "officers", "--new", "--home", home).returncode == 0
    with psycopg.connect(f"postgresql://app@{server}first") as held:
        held.execute("insert into django_session values ('session-goes-on', 'data', '2030-01-01')")
    done = run(first, "backup", tar, "--home", home)
    assert done.returncode == 0, done.stderr
    listed = entries(tar, tmp_path)
    assert "TABLE public django_session" in listed
    assert "TABLE DATA public django_session" not in listed, "its rows open the running office"
    for env, word in (
        (watched, "这个备份来自 PostgreSQL"),
        (first, "不是空的"),
        (watched | {"DATABASE_URL": address(server, "closed")}, "pg_restore 没有完成"),
        (watched | {"DATABASE_URL": address(server, "absent")}, "数据库没有应答"),
    ):
        done = run(env, "restore", tar, copy)
        assert done.returncode not in {0, 1}
        assert word in done.stderr + done.stdout
        assert not copy.exists(), "what fails leaves nothing behind"
    second = watched | {"DATABASE_URL": address(server, "second")}
    done = run(second, "restore", tar, copy)
    assert done.returncode == 0, done.stderr
    assert run(second, "ledger", "verify", "--home", copy).returncode == 0
    with psycopg.connect(f"postgresql://app@{server}second") as held:
        assert held.execute("select count(*) from accounts_account").fetchone() == (3,)
        said = held.execute("select sequence, content from ledger_ledgerentry where act = 'ledger.restored'").fetchall()  # fmt: skip
    # The number is that of the backup, said before the home was begun; without the mark it stands all the same.
    assert [json.loads(content)["size"] for _, content in said] == [said[0][0]]
    called = (tmp_path / "called").read_text()
    assert "pg_dump" in called
    assert "pg_restore" in called
    assert WORD not in called
    with psycopg.connect(f"postgresql://app@{server}second") as held:
        assert held.execute("select count(*) from django_session").fetchone() == (0,)
    shutil.rmtree(copy)
    assert "不是空的" in run(second, "restore", tar, copy).stderr


def test_the_sessions_of_an_earlier_release_s_backup_do_not_come_back(
    server: str, watched: dict[str, str], tmp_path: Path
) -> None:
    found = programs()
    assert found is not None
    for name in ("third", "fourth"):
        with psycopg.connect(f"postgresql://zhengheng@{server}postgres", autocommit=True) as held:
            held.execute(f"create database {name} owner app")  # type: ignore[arg-type]
    third, home = watched | {"DATABASE_URL": address(server, "third")}, tmp_path / "home"
    assert run(third, "office", "officers", "--new", "--home", home).returncode == 0
    with psycopg.connect(f"postgresql://app@{server}third") as held:
        held.execute("insert into django_session values ('session-goes-on', 'data', '2030-01-01')")
    dump = tmp_path / "office.dump"
    subprocess.run([found / "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}", f"--dbname=postgresql://app@{server}third"], check=True)  # fmt: skip
    with Tarball(tmp_path / "all.tar") as tarball:
        tarball.add("office.dump", dump)
    fourth = watched | {"DATABASE_URL": address(server, "fourth")}
    done = run(fourth, "restore", tmp_path / "all.tar", tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(f"postgresql://app@{server}fourth") as held:
        assert held.execute("select count(*) from django_session").fetchone() == (0,)
        assert held.execute("select count(*) from accounts_account").fetchone() == (3,)

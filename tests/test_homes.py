"""The folder of an office belongs to its account alone, its backup is whole, and what is not installed is said."""

import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_starting import PLAIN, said
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import VerifyError
from zhengheng.engines.bundle import write_bundle
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import load_mapping
from zhengheng.lake.tarball import Tarball
from zhengheng.scheme.load import load_rulebook

OPEN_TO_OTHERS = 0o077


def run(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A command as an account with the usual umask starts it, which lets everybody read what it writes."""
    return subprocess.run(
        [sys.executable, "-m", "zhengheng.cli.main", *map(str, words)], cwd=ROOT, env=PLAIN | env,
        capture_output=True, text=True, check=False, timeout=120, umask=0o022,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded office."""
    place = tmp_path_factory.mktemp("office") / "home"
    done = run("office", "officers", "--new", "--home", place)
    assert done.returncode == 0, done.stderr
    return place


def modes(folder: Path) -> dict[str, str]:
    """What anybody else on the machine may do with a folder's files: name → mode, where that is anything at all."""
    return {
        path.relative_to(folder.parent).as_posix(): oct(path.stat().st_mode & 0o777)
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & OPEN_TO_OTHERS
    }


def test_nobody_else_reads_an_office_or_its_backup(home: Path, tmp_path: Path) -> None:
    """Database, keys, lakes, backup and what is restored of it; a folder that others could enter is closed."""
    assert (home / "office.db").is_file()
    assert modes(home) == {}
    home.chmod(0o755)
    copy = tmp_path / "all.tar"
    assert run("backup", copy, "--home", home).returncode == 0
    assert modes(home) == {}, "closed again by whatever command comes first"
    assert oct(copy.stat().st_mode & 0o777) == "0o600"
    assert run("restore", copy, tmp_path / "again").returncode == 0
    assert (tmp_path / "again" / "office.db").is_file()
    assert modes(tmp_path / "again") == {}


def test_a_backup_holds_inbox_and_portal_and_no_key(home: Path, tmp_path: Path) -> None:
    """Comments that nobody took in yet and the written portal come back byte by byte; half-written files and keys do not."""
    kept = {
        "inbox/letters/1.json": '{"text": "第一条留言"}', "inbox/1.json": '{"text": "另一条"}', "portal/index.html": "<p>门户</p>",
        "portal/data/1/values.csv": "unit,value\n", "archive/a.zip": "PK", "files/ab/cd": "file", "portal-inbox.pub": "key+1", "witnesses.txt": "w",
    }  # fmt: skip
    left = {"inbox/inbox.key": "secret", "portal/2.part/index.html": "half"}
    for name, text in (kept | left).items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    copy = tmp_path / "all.tar"
    assert run("backup", copy, "--home", home).returncode == 0
    with tarfile.open(copy) as held:
        names = set(held.getnames())
    assert names >= {"office.db", *kept}
    assert not names & {*left, "ledger.key", "django.key", "secret.key"}
    assert run("restore", copy, tmp_path / "again").returncode == 0
    for name, text in kept.items():
        assert (tmp_path / "again" / name).read_text(encoding="utf-8") == text
    assert not any((tmp_path / "again" / name).exists() for name in left)


def sessions(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as held:
        return [key for (key,) in held.execute("select session_key from django_session")]


def put_sessions(database: Path) -> None:
    """One that goes on and one that ended: what was deleted lies in the file until it is written over."""
    with closing(sqlite3.connect(database)) as held:
        for key in ("goes-on", "ended"):
            held.execute("insert into django_session values (?, ?, '2030-01-01 00:00:00')", (f"session-{key}", "data" * 500))  # fmt: skip
        held.commit()
        held.execute("delete from django_session where session_key = 'session-ended'")
        held.commit()


def test_no_session_is_in_a_backup_or_in_what_comes_of_one(home: Path, tmp_path: Path) -> None:
    """Its key would open the running office without password or second factor; also where an earlier release copied it."""
    put_sessions(home / "office.db")
    assert run("backup", tmp_path / "all.tar", "--home", home).returncode == 0
    assert sessions(home / "office.db") == ["session-goes-on"], "nobody is signed out by a backup"
    assert b"session-goes-on" not in (tmp_path / "all.tar").read_bytes()
    assert b"session-ended" not in (tmp_path / "all.tar").read_bytes()
    with tarfile.open(tmp_path / "all.tar") as held:
        held.extractall(tmp_path / "parts", filter="data")
    (tmp_path / "parts" / "manifest.json").unlink()
    put_sessions(tmp_path / "parts" / "office.db")
    with Tarball(tmp_path / "earlier.tar") as tarball:
        for path in (tmp_path / "parts").rglob("*"):
            if path.is_file():
                tarball.add(path.relative_to(tmp_path / "parts").as_posix(), path)
    for name in ("all", "earlier"):
        assert run("restore", tmp_path / f"{name}.tar", tmp_path / name).returncode == 0
        assert sessions(tmp_path / name / "office.db") == []
        assert b"session-" not in (tmp_path / name / "office.db").read_bytes()


def without_the_driver(folder: Path) -> str:
    """A place on the path where PostgreSQL's driver is not to be had, whatever this machine has installed."""
    for name in ("psycopg", "psycopg2"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')\n")  # fmt: skip
    return str(folder)


@pytest.mark.parametrize("words", [("serve",), ("worker", "--batch"), ("backup", "never.tar"), ("ledger", "verify")])  # fmt: skip
def test_without_the_driver_of_the_database_that_is_said(
    words: tuple[str, ...], home: Path, tmp_path: Path
) -> None:
    done = run(*words, "--home", home, PYTHONPATH=without_the_driver(tmp_path / "path"), DATABASE_URL="postgres://u:secret@127.0.0.1:9/d")  # fmt: skip
    text = said(done, "没有安装 PostgreSQL 的驱动程序")
    assert "zhengheng[postgres]" in text
    assert "secret" not in text


def test_without_styles_and_scripts_no_page_is_served(home: Path, tmp_path: Path) -> None:
    """The sources as they come from a repository, where nothing was built: said before the first page, not by it."""
    sources = ROOT / "src" / "zhengheng"
    shutil.copytree(sources, tmp_path / "zhengheng", ignore=shutil.ignore_patterns("built", "node_modules", "__pycache__"))  # fmt: skip
    done = run("serve", "--home", home, "--port", "1", PYTHONPATH=str(tmp_path))
    text = said(done, "没有网页所需的样式和脚本")
    assert "make .venv/.assets" in text
    # What serves no page needs none.
    done = run("worker", "--batch", "--home", home, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr


def rewritten(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(bundle) as held:
        parts = {one: held.read(one) for one in held.namelist()}
    with zipfile.ZipFile(bundle, "w") as held:
        for one, content in parts.items():
            held.writestr(one, change(content) if one == name else content)


def test_a_demonstration_whose_bundle_does_not_verify_ends_with_an_error(home: Path) -> None:
    """Each bundle that fails is named, and nobody is served what does not verify."""
    book, _ = load_rulebook(ROOT / "examples/part/rulebook")
    facts = read_files(load_mapping(ROOT / "examples/part/intake.yaml"), book, ROOT / "examples/part/data")  # fmt: skip
    made = make_run(book, facts, parse_period("2007"), DuckEngine(threads=1))
    places = [home / f"publications/{number}/data/bundle.zip" for number in (1, 2, 3)]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bundle(made, place, "public", b"salt")
    words = ("office", "demo", "--home", home, "--only-fill")
    done = run(*words)
    assert done.returncode == 0, done.stderr
    assert "3 个复核包中，3 个通过" in done.stdout
    rewritten(places[1], "scores.csv", lambda text: re.sub(rb"\d(?=,)", lambda one: b"3" if one[0] != b"3" else b"4", text, count=1))  # fmt: skip
    places[2].write_bytes(places[2].read_bytes()[:-200])
    text = said(run(*words), "3 个复核包中，1 个通过")
    assert str(places[0]) not in text
    assert "scores.csv" in text
    assert str(places[1]) in text
    assert str(places[2]) in text
    served = run("office", "demo", "--home", home, "--port", "1")
    assert served.returncode == VerifyError.exit_code, "said instead of served"

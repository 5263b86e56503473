"""Killing the worker at random moments: nothing half-done, nothing lost, nothing twice."""

import hashlib
import http.client
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT
from tests.e2e.faults import OVERDUE

pytestmark = pytest.mark.one_database

KILLS = int(os.environ.get("ZHENGHENG_KILLS", "12"))
"""Of each process; a long run sets it higher."""
ENV = {
    "ZHENGHENG_JOB_SILENCE": "1",
    "ZHENGHENG_JOB_ATTEMPTS": "1000",
    "ZHENGHENG_CLOCK": "2026-04-08T09:00+08:00",
}


def script(home: Path, word: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.faults", str(home), word], cwd=ROOT, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "ZHENGHENG_TEST_DATABASE"}},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def look(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(script(home, "look"))
    return found


def taken_up(home: Path) -> tuple[int, int]:
    """How often jobs were begun, and how many are not done."""
    with closing(sqlite3.connect(home / "office.db", timeout=30)) as held:
        found: tuple[int, int] = held.execute(
            "select coalesce(sum(attempts), 0), coalesce(sum(state <> 'done'), 0) from jobs_job"
        ).fetchone()
    return found


def test_a_worker_killed_at_random_moments_finishes_its_work_once(tmp_path: Path) -> None:
    script(tmp_path, "prepare")
    before = look(tmp_path)
    assert (before["state"], before["runs"], before["observations"]) == ("waiting", [], 0)
    pick = random.Random(12)
    command = [sys.executable, "-m", "zhengheng.cli.main", "worker", "--home", str(tmp_path)]
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | ENV
    for number in range(KILLS):
        begun, _ = taken_up(tmp_path)
        worker = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        # Every other death waits for the work to begin, however slow the machine is.
        for _ in range(600 if number % 2 else 0):
            now, left = taken_up(tmp_path)
            if now > begun or not left:
                break
            time.sleep(0.05)
        time.sleep(pick.uniform(0, 0.5 if number % 2 else 4))
        worker.kill()
        worker.wait()
    worker = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(60):
            after = look(tmp_path)
            if after["state"] in {"done", "failed"}:
                break
            time.sleep(0.5)
    finally:
        worker.terminate()
        worker.wait()
    assert after["state"] == "done", after
    assert after["attempts"] > 1, "at least one death was in the middle of the work"
    assert len(after["runs"]) == 1
    assert after["reports"] == ["loaded"]
    assert after["items"] == ["loaded"]
    assert after["observations"] == 12, "each value once"
    assert len(after["files"]) == len(set(after["files"]))
    assert after["ledger"] == []


def test_two_computations_of_one_rulebook_at_once_are_both_done(tmp_path: Path) -> None:
    """Two workers, one rulebook, one period: the second waits for the first instead of failing, and nothing is there twice."""
    script(tmp_path, "prepare_twice")
    command = [sys.executable, "-m", "zhengheng.cli.main", "worker", "--batch", "--home", str(tmp_path)]  # fmt: skip
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | ENV
    workers = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)
    ]  # fmt: skip
    for one in workers:
        said, _ = one.communicate(timeout=300)
        assert one.returncode == 0, said
    after = look(tmp_path)
    assert after["states"] == ["done", "done"], after
    assert len(after["runs"]) == 1
    assert (after["reports"], after["items"], after["observations"]) == (["loaded"], ["loaded"], 12)
    assert len(after["files"]) == len(set(after["files"]))
    assert after["ledger"] == []


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_workers_that_meet_many_overdue_reports_settle_each_once(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    """Started together, each reads the same list: what another was quicker with is passed over, and none of them ends for it."""
    away = {"DATABASE_URL", "ZHENGHENG_TEST_DATABASE"}
    plain, address = {k: v for k, v in os.environ.items() if k not in away}, ""
    if database == "postgres":
        server = f"postgresql://{request.getfixturevalue('postgres')}"
        with psycopg.connect(server, autocommit=True) as held:
            held.execute("create database overdue")
        address = server.removesuffix("postgres") + "overdue"

    def told(word: str) -> Any:
        env = plain | ({"ZHENGHENG_FAULTS_DATABASE": address} if address else {})
        done = subprocess.run([sys.executable, "-m", "tests.e2e.faults", str(tmp_path), word], cwd=ROOT, capture_output=True, text=True, check=False, env=env)  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    told("prepare_overdue")
    command = [sys.executable, "-m", "zhengheng.cli.main", "worker", "--batch", "--home", str(tmp_path)]  # fmt: skip
    env = plain | ENV | ({"DATABASE_URL": address} if address else {})
    workers = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(3)
    ]  # fmt: skip
    for one in workers:
        said, _ = one.communicate(timeout=300)
        assert one.returncode == 0, said
        assert "Traceback" not in said
        assert "stale" not in said.lower()
    after = told("look_overdue")
    assert after == {"states": {"confirmed": OVERDUE}, "told": OVERDUE, "most": 1, "ledger": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """The web process, started again whenever it is dead."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.command = [
            sys.executable,
            "-m",
            "zhengheng.cli.main",
            "serve",
            "--home",
            str(home),
            "--port",
            str(self.port),
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | ENV
        self.process = subprocess.Popen(
            self.command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(1200):
            try:
                urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port}/office/sign-in/", timeout=5
                ).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def post(self, path: str, token: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """One request with its key. Raises OSError where the process dies meanwhile."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{path}", json.dumps(body).encode(), method="POST",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found


def test_a_web_process_killed_at_random_moments_does_each_act_once(tmp_path: Path) -> None:
    """Whoever got no answer sends the same request again, with its key; nothing is lost, nothing twice."""
    made = json.loads(script(tmp_path, "prepare_web"))
    server, pick = Server(tmp_path), random.Random(100)
    units = list(made["tokens"])
    asked = [
        (made["tokens"][units[n % len(units)]], {"rulebook": made["book"], "indicator": "SEATS", "text": f"问题 {n:04d}"})
        for n in range(12 * KILLS)
    ]  # fmt: skip
    done = deaths = 0
    server.start()
    while done < len(asked):
        stop = threading.Timer(pick.uniform(0.0, 0.4), server.kill) if deaths < KILLS else None
        if stop:
            stop.start()
        try:
            while done < len(asked):
                token, body = asked[done]
                server.post("questions/ask", token, f"q{done}", body)
                done += 1
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read()) from error
        except (OSError, http.client.HTTPException):
            deaths += 1
        if stop:
            stop.join()
        if done < len(asked):
            server.start()
    server.kill()
    after = json.loads(script(tmp_path, "look_web"))
    assert deaths >= KILLS / 2, "the process did die in the middle of requests"
    assert after["questions"] == [body["text"] for _, body in asked], "each question once"
    assert len(after["asked"]) == len(set(after["asked"])) == len(asked)
    assert after["ledger"] == []


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | ENV
    return subprocess.run(
        [sys.executable, "-m", "zhengheng.cli.main", *map(str, words)], env=env, capture_output=True, text=True, check=False
    )  # fmt: skip


def digests(home: Path) -> dict[str, str]:
    """Every file of the kept runs and of what was handed in."""
    held = [*home.glob("lakes/*/runs/**/*"), *home.glob("files/**/*")]
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in held
        if path.is_file()
    }


def test_a_restored_installation_is_the_same(tmp_path: Path) -> None:
    """The same ledger root, the same bits of every run; a changed backup leaves nothing behind."""
    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    script(home, "prepare")
    assert run("worker", "--home", home, "--batch").returncode == 0
    for name in ("1/data/values.csv", "2.part/data/values.csv"):
        (home / "publications" / name).parent.mkdir(parents=True)
        (home / "publications" / name).write_text("unit,value\n", encoding="utf-8")
    (home / "portal.yaml").write_text("name_zh: 云衡市\n", encoding="utf-8")
    done = run("backup", tmp_path / "all.tar", "--home", home)
    assert done.returncode == 0, done.stderr
    done = run("restore", tmp_path / "all.tar", copy)
    assert done.returncode == 0, done.stderr
    assert digests(copy) == digests(home)
    here, there = look(home), look(copy)
    assert there.pop("leaves")[:-1] == here.pop("leaves"), "what was entered, and that it came back"
    assert there == here
    assert there["state"] == "done"
    assert (copy / "publications/1/data/values.csv").read_text() == "unit,value\n"
    assert not (copy / "publications/2.part").exists(), "what was not finished is not kept"
    assert (copy / "portal.yaml").is_file()
    again = run("restore", tmp_path / "all.tar", copy)
    assert (again.returncode, "不是空的" in again.stderr + again.stdout) == (4, True)
    broken = bytearray((tmp_path / "all.tar").read_bytes())
    broken[len(broken) // 2] ^= 1
    (tmp_path / "all.tar").write_bytes(broken)
    assert run("restore", tmp_path / "all.tar", tmp_path / "third").returncode == 4
    assert not list((tmp_path / "third").glob("lakes/*"))

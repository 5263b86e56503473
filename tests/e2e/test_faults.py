"""Killing the worker at random moments: nothing half-done, nothing lost, nothing twice."""

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

KILLS = 12
ENV = {"ZHENGHENG_JOB_SILENCE": "1", "ZHENGHENG_CLOCK": "2026-04-08T09:00+08:00"}


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


def test_a_worker_killed_at_random_moments_finishes_its_work_once(tmp_path: Path) -> None:
    script(tmp_path, "prepare")
    before = look(tmp_path)
    assert (before["state"], before["runs"], before["observations"]) == ("waiting", [], 0)
    pick = random.Random(12)
    command = [sys.executable, "-m", "zhengheng.cli.main", "worker", "--home", str(tmp_path)]
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | ENV
    for _ in range(KILLS):
        worker = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        time.sleep(pick.uniform(0.5, 4.0))
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
    done = run("backup", tmp_path / "all.tar", "--home", home)
    assert done.returncode == 0, done.stderr
    done = run("restore", tmp_path / "all.tar", copy)
    assert done.returncode == 0, done.stderr
    assert digests(copy) == digests(home)
    assert look(copy) == look(home)
    assert look(copy)["state"] == "done"
    again = run("restore", tmp_path / "all.tar", copy)
    assert (again.returncode, "restore.taken" in again.stderr + again.stdout) == (4, True)
    broken = bytearray((tmp_path / "all.tar").read_bytes())
    broken[len(broken) // 2] ^= 1
    (tmp_path / "all.tar").write_bytes(broken)
    assert run("restore", tmp_path / "all.tar", tmp_path / "third").returncode == 4
    assert not list((tmp_path / "third").glob("lakes/*"))

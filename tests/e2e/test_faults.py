"""Killing the worker at random moments: nothing half-done, nothing lost, nothing twice."""

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

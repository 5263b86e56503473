"""Times in the ledger run forward however many write at once; a clock that was turned back is still to be seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Command

PLAIN = {"PATH": os.environ["PATH"], "ZHENGHENG_LOG": "", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}  # fmt: skip
WRITE = """
import random, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from zhengheng.web.starting import begin
begin(Path(sys.argv[1]))
from django.db import transaction
from django.utils import timezone
from zhengheng.web.ledger.services import append
for back in sys.argv[2].split(","):
    now = timezone.localtime(timezone.now() - timedelta(seconds=float(back or 0)))
    if not back:
        time.sleep(random.random() / 20)
    with transaction.atomic():
        append(act="x", subject="y:1", actor="z", at=now)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An office with nobody in it yet."""
    command = [sys.executable, "-m", "zhengheng.cli.main", "office", "officers", "--new", "--home"]
    subprocess.run([*command, tmp_path / "home"], check=True, capture_output=True, env=PLAIN)
    return tmp_path / "home"


def written(home: Path, *backs: str) -> None:
    """Processes at one time, each writing entries; how many seconds back each of them lies, empty for one that waits a moment."""
    words = [sys.executable, "-c", WRITE, home]
    held = [subprocess.Popen([*words, back], env=PLAIN) for back in backs]
    assert [one.wait(timeout=120) for one in held] == [0] * len(held)


def test_writers_at_one_time_turn_no_time_back(home: Path, zhengheng: Command) -> None:
    written(home, *["," * 19] * 4)
    done = zhengheng("ledger", "verify", "--home", home)
    assert done.returncode == 0, done.stdout
    assert "注意：" not in done.stdout
    times = subprocess.run([sys.executable, "-c", TIMES, home], check=True, capture_output=True, text=True, env=PLAIN).stdout.split()  # fmt: skip
    assert len(times) >= 80
    assert times == sorted(times)


TIMES = """
import sys
from pathlib import Path
from zhengheng.web.starting import begin
begin(Path(sys.argv[1]), look_only=True)
from datetime import UTC
from zhengheng.web.ledger.selectors import entries
print(*(one.at.astimezone(UTC).isoformat(timespec="microseconds") for one in entries()))
"""


@pytest.mark.parametrize(("backs", "noted"), [("0,30,90", 0), ("0,3600", 1), ("0,86400,86400,0", 1)])  # fmt: skip
def test_a_clock_that_was_turned_back_is_noted(
    home: Path, zhengheng: Command, backs: str, noted: int
) -> None:
    written(home, backs)
    done = zhengheng("ledger", "verify", "--home", home)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("注意：") == noted

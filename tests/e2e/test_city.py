"""A city's form: PostgreSQL, three web processes, two workers, while everything dies in turn and people go on working.

What somebody was told is done stands there once; no job is stuck; whoever asks meanwhile gets his page or a 503 in words.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT, missing
from tests.e2e.test_faults import ENV, KILLS, free_port
from tests.servers import Address, postgres_server, programs

pytestmark = pytest.mark.one_database

ASKED = 5 * KILLS
PLAIN = {
    k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "ZHENGHENG_TEST_DATABASE"}
}


class City:
    """The processes of an installation, and what may happen to them."""

    def __init__(self, home: Path, address: Address) -> None:
        self.home, self.address, self.port = home, address, free_port()
        self.env = PLAIN | ENV | {"DATABASE_URL": f"postgresql://{address}"}
        self.over = threading.Event()
        self.number = int(os.environ.get("ZHENGHENG_LOT") or time.time_ns() % 10**6)
        """What makes the same processes die again; it stands in every failure."""
        self.lot = random.Random(self.number)
        self.seen: Counter[int] = Counter()
        self.server = self.start("serve", "--port", str(self.port), "--processes", "3")
        self.workers = [self.start("worker") for _ in range(2)]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self.home.parent / "log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", "zhengheng.cli.main", *words, "--home", str(self.home)],
            env=self.env, stdout=log, stderr=log, cwd=ROOT,
        )  # fmt: skip

    def ask(self, path: str, token: str, body: dict[str, Any] | None = None, key: str = "") -> int:
        """One request; gives the status, 0 where nobody answered."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (OSError, http.client.HTTPException):
            return 0

    def read(self, token: str) -> None:
        """Somebody who looks at everything all the time."""
        while not self.over.is_set():
            for path in ("/api/v1/reports", "/api/v1/rulebooks", "/api/v1/me", "/office/sign-in/"):
                self.seen[self.ask(path, token)] += 1

    def kill_a_web_process(self) -> None:
        with suppress(OSError, IndexError):
            found = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
            os.kill(int(self.lot.choice(found.split())), signal.SIGKILL)

    def kill_a_worker(self) -> None:
        dead = self.workers.pop(0)
        dead.kill()
        dead.wait()
        self.workers.append(self.start("worker"))

    def fill_the_connections(self) -> None:
        with ExitStack() as held:
            with suppress(psycopg.OperationalError):
                while True:
                    held.enter_context(psycopg.connect(f"postgresql://app@{self.address.split('@')[1]}", connect_timeout=2))  # fmt: skip
            time.sleep(2)

    def back_up(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "zhengheng.cli.main", "backup", str(self.home.parent / "all.tar"), "--home", str(self.home)],
            env=self.env, capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr

    def end(self) -> None:
        self.over.set()
        for one in (self.server, *self.workers):
            one.terminate()
        for one in (self.server, *self.workers):
            one.wait()


def script(home: Path, word: str, address: Address) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.faults", str(home), word], cwd=ROOT, capture_output=True, text=True, check=False,
        env=PLAIN | {"ZHENGHENG_FAULTS_DATABASE": f"postgresql://{address}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_a_city_goes_on_whatever_dies(tmp_path: Path) -> None:
    folder = programs()
    if folder is None:
        missing("PostgreSQL")
        return
    with postgres_server(folder, connections=24) as address:
        with psycopg.connect(f"postgresql://{address}", autocommit=True) as held:
            held.execute("create role app login")
        home = tmp_path / "home"
        home.mkdir()
        made = script(home, "prepare_city", address)
        tokens = list(made["tokens"].values())
        city = City(home, address)
        try:
            for _ in range(600):
                if city.ask("/office/sign-in/", "") == 200:
                    break
                time.sleep(0.1)
            reader = threading.Thread(target=city.read, args=(tokens[0],))
            reader.start()
            blows = [
                city.kill_a_web_process, city.kill_a_worker, address.restart, city.kill_a_worker, city.back_up,
                city.fill_the_connections, city.kill_a_web_process, city.kill_a_worker,
            ]  # fmt: skip
            dealt = islice(cycle(blows), KILLS)
            fate = threading.Thread(target=lambda: [(blow(), time.sleep(1.5)) for blow in dealt])
            fate.start()
            texts: list[str] = []
            while len(texts) < ASKED or fate.is_alive():
                number, text = len(texts), f"问题 {len(texts):04d}"
                texts.append(text)
                body = {"rulebook": made["book"], "indicator": "SEATS", "text": text}
                for _ in range(600):
                    status = city.ask("/api/v1/questions/ask", tokens[number % 4], body, f"q{number}")  # fmt: skip
                    if status in {200, 201}:
                        break
                    assert status in {0, 503}, (status, text, f"ZHENGHENG_LOT={city.number}")
                    time.sleep(0.1)
                else:
                    pytest.fail(f"nobody answers any more, ZHENGHENG_LOT={city.number}")
                time.sleep(0.05)
            fate.join()
            for _ in range(240):
                after = script(home, "look_city", address)
                if not after["open"]:
                    break
                time.sleep(0.5)
        finally:
            city.end()
        reader.join()
        log = (tmp_path / "log").read_text(encoding="utf-8")
        told = (f"ZHENGHENG_LOT={city.number}", after, log[-3000:])
        assert after["open"] == [], told
        assert after["compute"] == "done", told
        assert after["questions"] == texts, ("each question once", told)
        assert (after["reports"], after["observations"]) == (["loaded"], 12), told
        assert after["lost"] == [], told
        assert after["ledger"] == [], told
        assert set(city.seen) <= {0, 200, 503}, (city.seen, told)
        assert city.seen[200] > 20

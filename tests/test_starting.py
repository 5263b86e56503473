"""Starting with the wrong place, address or port: a sentence, no traceback, and nothing founded by mistake."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.conftest import ROOT, missing
from tests.servers import postgres_server, programs
from zhengheng.web.starting import unreachable

PLAIN = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "ZHENGHENG_HOME"}}


def run(*words: str | Path, address: str | None = None) -> subprocess.CompletedProcess[str]:
    env = PLAIN | ({"DATABASE_URL": address} if address else {})
    return subprocess.run(
        [sys.executable, "-m", "zhengheng.cli.main", *map(str, words)], cwd=ROOT, env=env,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str], words: str) -> str:
    text = done.stdout + done.stderr
    assert done.returncode not in {0, 1}, text
    assert "Traceback" not in text
    assert words in text
    return text


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded office."""
    place = tmp_path_factory.mktemp("office") / "home"
    assert run("office", "officers", "--new", "--home", place).returncode == 0
    return place


def test_units_come_in_at_the_terminal_as_on_the_page(home: Path, tmp_path: Path) -> None:
    """Chinese heads, the encoding of a Chinese spreadsheet, a workbook; faults in words, nothing half."""
    table = tmp_path / "units.csv"
    table.write_bytes("代码,名称,类别,起\nT90,甲局,市直部门,2025年1月1日\n".encode("gb18030"))
    done = run("office", "import-units", table, "--home", home)
    assert (done.returncode, "1 个单位" in done.stdout) == (0, True), done.stderr
    book = Workbook()
    assert book.active
    for row in (("code", "name_zh", "kind"), ("T91", "乙局", "市直部门")):
        book.active.append(row)
    book.save(tmp_path / "units.xlsx")
    assert run("office", "import-units", tmp_path / "units.xlsx", "--home", home).returncode == 0
    table.write_bytes(b"\xff\xfe\x00")
    assert "Traceback" not in run("office", "import-units", table, "--home", home).stderr
    table.write_text("代码,名称,类别\nT92,丙局,市直部门\nT9Z,,市直部门\n")
    said(run("office", "import-units", table, "--home", home), "units.csv:3")
    table.write_text("代码,部门\nT92,丙局\n")
    said(run("office", "import-units", table, "--home", home), "不认识的列")
    said(run("office", "import-units", tmp_path / "none.csv", "--home", home), "找不到")


@pytest.mark.parametrize(
    "words", [("serve",), ("worker", "--batch"), ("office", "officers"), ("office", "check"), ("backup", "b.tar"), ("ledger", "verify")]
)  # fmt: skip
def test_a_mistyped_folder_founds_no_office(words: tuple[str, ...], tmp_path: Path) -> None:
    said(run(*words, "--home", tmp_path / "nowhere"), "没有办公端的数据")
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    said(run(*words, "--home", tmp_path / "other"), "没有办公端的数据")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_a_demonstration_without_its_city_founds_no_office(tmp_path: Path) -> None:
    said(run("office", "demo", "--only-fill", "--home", tmp_path / "d"), "请先运行 zhengheng demo")
    assert not list(tmp_path.rglob("*.db"))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgres://u:secret@127.0.0.1:9/d", "数据库没有应答"),
        ("mongo://u:secret@127.0.0.1/d", "环境变量的设置有误"),
        ("nonsense", "环境变量的设置有误"),
    ],
)
@pytest.mark.parametrize(
    "words", [("serve",), ("worker", "--batch"), ("backup", "never.tar"), ("office", "check")]
)
def test_a_wrong_address_is_said_without_its_password(
    words: tuple[str, ...], address: str, sentence: str, home: Path
) -> None:
    text = said(run(*words, "--home", home, address=address), sentence)
    assert "secret" not in text


def test_a_port_that_is_taken_is_said(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        said(run("serve", "--home", home, "--port", str(port)), "端口已被另一个程序占用")


def test_a_server_process_that_is_killed_is_replaced(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "zhengheng.cli.main", "serve", "--home", str(home), "--port", str(port), "--processes", "2"]  # fmt: skip
    server = subprocess.Popen(command, env=PLAIN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        assert answers(port)
        first = children(server.pid)
        assert len(first) == 2
        for one in first:
            os.kill(one, signal.SIGKILL)
        for _ in range(200):
            now = children(server.pid)
            if len(now) == 2 and not set(now) & set(first):
                break
            time.sleep(0.05)
        assert len(now) == 2
        assert not set(now) & set(first)
        assert answers(port)
    finally:
        server.terminate()
        server.wait()
    for _ in range(100):
        if not any(Path(f"/proc/{one}").exists() for one in now):
            break
        time.sleep(0.05)
    assert not any(Path(f"/proc/{one}").exists() for one in now), "they end with the first"


def test_a_worker_beside_the_server_that_is_killed_is_replaced() -> None:
    """As `office demo` and `office show` start it: killed again and again, there is one; it ends with the server."""
    begun = "import sys, time; from zhengheng.web.config.serving import kept_alive\n"
    command = (
        "with kept_alive([sys.executable, '-c', 'import time; time.sleep(600)']): sys.stdin.read()"
    )
    server = subprocess.Popen([sys.executable, "-c", begun + command], env=PLAIN, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)  # fmt: skip
    seen: set[int] = set()
    try:
        for _ in range(3):
            for _ in range(400):
                if fresh := set(children(server.pid)) - seen:
                    break
                time.sleep(0.05)
            (one,) = fresh
            seen.add(one)
            os.kill(one, signal.SIGKILL)
    finally:
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(timeout=20) == 0
    assert len(seen) == 3
    assert not any(Path(f"/proc/{one}").exists() for one in seen)


def children(pid: int) -> list[int]:
    """Of every thread of a process."""
    held = [one.read_text().split() for one in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(number) for numbers in held for number in numbers]


def answers(port: int) -> bool:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/office/sign-in/", timeout=5) as answer:  # fmt: skip
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.05)
    return False


@pytest.mark.parametrize("server", [False, True])
def test_three_processes_found_one_office(
    server: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each brings the tables up to date; one at a time."""
    env = dict(PLAIN)
    if server:
        import psycopg

        address = f"postgresql://{request.getfixturevalue('postgres')}"
        with psycopg.connect(address, autocommit=True) as held:
            held.execute("create database founding")
        env["DATABASE_URL"] = address.removesuffix("postgres") + "founding"
    command = [sys.executable, "-m", "zhengheng.cli.main", "worker", "--batch", "--new", "--home", str(tmp_path / "home")]  # fmt: skip
    started = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3)
    ]  # fmt: skip
    for one in started:
        out, _ = one.communicate(timeout=180)
        assert one.returncode == 0, out
        assert "Traceback" not in out


def test_all_servers_and_workers_of_a_database_keep_within_its_connections(tmp_path: Path) -> None:
    """Whoever would be one too many says so and does not start; all the others answer everybody, whatever comes."""
    import psycopg

    folder = programs()
    if folder is None:
        missing("PostgreSQL")
        return
    with postgres_server(folder, connections=24) as address, ExitStack() as ended:
        owner = f"postgresql://{address}"
        with psycopg.connect(owner, autocommit=True) as held:
            held.execute("create role app login")
            held.execute("create database office owner app")
        url = f"postgresql://app@{address.split('@')[1].removesuffix('postgres')}office"
        home = tmp_path / "home"
        assert run("office", "officers", "--new", "--home", home, address=url).returncode == 0

        def names() -> Counter[str]:
            with psycopg.connect(owner, autocommit=True) as held:
                rows = held.execute("select application_name from pg_stat_activity where usename = 'app'").fetchall()  # fmt: skip
            return Counter(" ".join(name.split()[:3]) for (name,) in rows)

        def begun(wanted: int, *words: str) -> subprocess.Popen[str]:
            before = names()
            one = subprocess.Popen(
                [sys.executable, "-m", "zhengheng.cli.main", *words, "--home", str(home)], cwd=ROOT, text=True,
                env=PLAIN | {"DATABASE_URL": url}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            ended.callback(one.wait)
            ended.callback(one.terminate)
            for _ in range(600):
                if (names() - before)[f"zhengheng {words[0]} {wanted}"]:
                    return one
                assert one.poll() is None, one.stdout and one.stdout.read()
                time.sleep(0.05)
            raise AssertionError(names())

        ports = [free_port(), free_port()]
        for port in ports:
            begun(6, "serve", "--port", str(port), "--processes", "3")
        for _ in range(2):
            begun(3, "worker")
        assert all(answers(port) for port in ports)
        text = said(run("serve", "--home", home, "--port", str(free_port()), "--processes", "1", "--threads", "3", address=url), "个数据库连接")  # fmt: skip
        assert "18" in text
        assert "21" in text
        said(run("worker", "--home", home, address=url), "个数据库连接")
        found: list[int] = []

        def ask(port: int) -> None:
            for _ in range(10):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/office/sign-in/", timeout=60) as answer:  # fmt: skip
                        found.append(answer.status)
                except urllib.error.HTTPError as error:
                    found.append(error.code)

        many = [threading.Thread(target=ask, args=(port,)) for port in ports * 12]
        for one in many:
            one.start()
        while any(one.is_alive() for one in many):
            assert sum(names().values()) <= 18
            time.sleep(0.1)
        assert Counter(found) == {200: 240}
        ended.close()
        with psycopg.connect(owner, autocommit=True) as held:
            held.execute("alter role app connection limit 4")
        text = said(run("serve", "--home", home, "--port", str(free_port()), "--processes", "2", address=url), "个数据库连接")  # fmt: skip
        assert "4" in text


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ('connection failed: FATAL:  password authentication failed for user "u"', "账号或密码不对"),
        ('connection failed: FATAL:  database "d" does not exist', "没有这个数据库或账号"),
        ("connection to server failed: Connection refused\n\tIs the server running?", "服务器拒绝连接"),
        ("unable to open database file", "数据库文件打不开"),
        ("file is not a database", "从备份恢复"),
        ("Etwas ganz anderes", "请检查地址、账号和服务器是否运行"),
    ],
)  # fmt: skip
def test_a_database_that_is_away_is_said_in_our_words(text: str, zh: str) -> None:
    (problem,) = unreachable(Exception(text)).problems
    assert problem.zh.startswith("数据库没有应答：")
    assert zh in problem.zh
    assert not set(text.split()) & set(problem.zh.split())


@pytest.mark.parametrize(
    ("name", "value", "zh"),
    [
        ("ZHENGHENG_PROXIES", "not-a-net", "用逗号隔开的地址或网段"),
        ("ZHENGHENG_LOG", "paper", "只能是 stdout、syslog"),
        ("ZHENGHENG_WEBHOOK", "http://example.org/x", "网关地址必须是 https://"),
        ("ZHENGHENG_SMS_BODY", "{", "发送格式不是 JSON"),
    ],
)
def test_a_wrong_setting_is_named_in_our_words(name: str, value: str, zh: str, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zhengheng.cli.main", "worker", "--batch", "--home", home], cwd=ROOT,
        env=PLAIN | {name: value}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    text = done.stdout + done.stderr
    assert done.returncode not in {0, 1}
    assert f"环境变量的设置有误：{name} " in text
    assert zh in text
    assert not re.search("Traceback|Error|Expecting|does not appear", text)

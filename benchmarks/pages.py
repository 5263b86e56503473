"""Pages under load, on loopback, against the servers as they run in production: a city of 1,000 units and 5 years.

`python benchmarks/pages.py [UNITS] [SECONDS]` makes the city, writes its portal, and asks in turn for an empty
Django page, a portal page and the overview, with 20 readers at once. Client and servers share the machine. Then
Chromium opens pages with an empty cache, and one unit's passport is read out of a kept run of 20,000.
"""

import http.client
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

UNITS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 8
READERS, INDICATORS, YEARS = 20, 20, range(2021, 2026)
WARM = 4.0
"""Seconds before the clock counts: every process of a server reads the runs once."""
NOW = datetime(2026, 3, 12, tzinfo=UTC)
EMPTY = """
from django.conf import settings
settings.configure(DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", SECRET_KEY="bench")
import django
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse(""))]
import sys, waitress
waitress.serve(get_wsgi_application(), host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


def rulebook(units: int = UNITS) -> Any:
    """Twenty ratios in four dimensions; units in four groups."""
    from zhengheng.scheme.model import Rulebook

    codes = [f"I{n:02d}" for n in range(INDICATORS)]
    light = {"by": "score", "watch": "0.9", "missed": "0.7"}
    data = {
        "code": "big", "title": "Big city", "effective_from": "2020-01-01", "status": "published", "known_from": "2020-01-01",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": f"g{n}", "name": f"Group {n}"} for n in range(4)],
        "units": [{"code": f"U{n:04d}", "name": f"Unit {n}", "category": "c", "group": f"g{n % 4}"} for n in range(units)],
        "tree": {"code": "total", "name": "Total", "children": [
            {"code": f"N{n}", "name": f"Dimension {n}", "children": codes[5 * n : 5 * n + 5]} for n in range(4)
        ]},
        "weights": [{"from": "2020-01-01", "table": dict.fromkeys(codes, 5)}],
        "indicators": [{"code": code, "name": f"Indicator {code}", "light": light, "method": {"kind": "ratio", "target": 100}} for code in codes],
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


def facts(year: int, units: int = UNITS) -> Any:
    """A value for every unit and indicator of a year."""
    import pyarrow as pa

    from zhengheng.domain.periods import parse_period
    from zhengheng.lake.facts import Facts, empty, schema

    draw, end, tables = random.Random(year), parse_period(str(year)).end, empty()
    rows = [
        {"unit": f"U{unit:04d}", "indicator": f"I{code:02d}", "period": end, "value": draw.randint(5000, 11000), "status": 1,
         "vintage": None, "published_on": None, "file": 1, "row": unit}
        for unit in range(units) for code in range(INDICATORS)
    ]  # fmt: skip
    tables["observation"] = pa.Table.from_pylist(rows, schema=schema("observation"))
    return Facts(tables, [], [])


def furnish(home: Path) -> tuple[str, str]:
    """The city's results, final and published; gives the newest run and a session of somebody who may see it."""
    os.environ |= {
        "ZHENGHENG_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "zhengheng.web.config.settings",
    }
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from zhengheng.domain.periods import parse_period
    from zhengheng.engines.archive import keep_run
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.run import make_run
    from zhengheng.lake.store import Lake
    from zhengheng.web.accounts.models import Account, RoleGrant
    from zhengheng.web.portal.writing import publish
    from zhengheng.web.publication.jobs import folder, write_publication
    from zhengheng.web.publication.models import Publication
    from zhengheng.web.results.models import ResultRun
    from zhengheng.workflow.roles import Role

    call_command("migrate", verbosity=0, interactive=False)
    lake, book, name = Lake.create(home / "lakes" / "big"), rulebook(), ""
    account = Account.objects.create(username="reader", name="Reader", created_at=NOW, must_change_password=False)  # fmt: skip
    RoleGrant.objects.create(account=account, role=Role.COMMISSION_MEMBER, valid_from="2020-01-01")  # fmt: skip
    for year in YEARS:
        made = make_run(book, facts(year), parse_period(str(year)), DuckEngine())
        keep_run(lake, made, NOW)
        run = ResultRun.objects.create(
            run=made.id, rulebook="big", period=str(year), title_zh="大城市", title_en="Big city", state="final",
            made_by=account, made_at=NOW, published_at=NOW,
        )  # fmt: skip
        held = Publication.objects.create(run=run, shows="score", state="released", made_by=account, made_at=NOW)  # fmt: skip
        write_publication(held, folder(held), NOW.date().isoformat())
        name = made.id
    publish(home / "portal")
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(account.pk), account.get_session_auth_hash()  # fmt: skip
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.save()
    return name, f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def ask(port: int, path: str, cookie: str, seconds: float) -> list[float]:
    """Readers ask for a page one after another, each time of another unit and group; the seconds of every answer."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    def read() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < until:
            start = time.perf_counter()
            asked = path.format(unit=f"U{random.randrange(UNITS):04d}", group=random.randrange(4))
            line.request("GET", asked, headers={"Cookie": cookie} if cookie else {})
            answer = line.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{asked}: {answer.status} {body[:200]!r}")
            took.append(time.perf_counter() - start)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    return took


def wait(port: int) -> None:
    for _ in range(120):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("a server does not answer")


def paint(port: int, path: str, cookie: str) -> tuple[float, int]:
    """Seconds to the first paint of a page in Chromium with an empty cache, and bytes of its styles and scripts but the charts'."""
    from playwright.sync_api import sync_playwright

    timing = """() => [
        performance.getEntriesByName('first-contentful-paint')[0].startTime,
        performance.getEntriesByType('resource').filter(one => !one.name.includes('charts')).reduce((sum, one) => sum + one.transferSize, 0)]"""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])  # fmt: skip
        context = browser.new_context()
        if cookie:
            name, value = cookie.split("=", 1)
            context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
        first, size = page.evaluate(timing)
        browser.close()
    return first / 1000, int(size)


def passport_seconds(home: Path, units: int = 20_000) -> float:
    """One unit's passport out of a kept run of so many units, as the page opens it."""
    from zhengheng.domain.periods import parse_period
    from zhengheng.engines.archive import keep_run, load_run
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.passport import passport
    from zhengheng.engines.run import make_run
    from zhengheng.lake.store import Lake

    lake = Lake.create(home)
    made = make_run(rulebook(units), facts(2025, units), parse_period("2025"), DuckEngine())
    kept, unit = keep_run(lake, made, NOW), f"U{units // 2:04d}"
    start = time.perf_counter()
    passport(load_run(kept, unit), unit, None, "en")
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        start = time.perf_counter()
        run, cookie = furnish(home)
        print(f"{UNITS} units, {len(YEARS)} years made, released and written in {time.perf_counter() - start:.0f} s")  # fmt: skip
        ports = {name: free_port() for name in ("empty", "portal", "office")}
        tool = [sys.executable, "-m", "zhengheng.cli.main"]
        commands = {
            "empty": [sys.executable, "-c", EMPTY, str(ports["empty"])],
            "portal": [*tool, "portal", "serve", str(home / "portal"), "--port", str(ports["portal"])],
            "office": [*tool, "serve", "--home", str(home), "--port", str(ports["office"])],
        }  # fmt: skip
        base = f"/office/overview/{run}/"
        pages = [
            ("an empty Django page", "empty", "/", ""), ("portal: a unit", "portal", f"/p/{len(YEARS)}/units/{{unit}}.html", ""),
            ("portal: home", "portal", "/", ""), ("overview: table", "office", f"{base}?group={{group}}", cookie),
            ("overview: a unit", "office", f"{base}units/{{unit}}/", cookie),
            ("overview: an indicator of a unit", "office", f"{base}indicators/I03/?unit={{unit}}", cookie),
        ]  # fmt: skip
        painted: dict[str, tuple[float, int]] = {}
        print(f"{'page':34} {'per second':>10} {'median ms':>10} {'p95 ms':>8} {'kB':>6}")
        for said, server, path, held in pages:
            process = subprocess.Popen(commands[server], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            try:
                wait(ports[server])
                line = http.client.HTTPConnection("127.0.0.1", ports[server], timeout=120)
                first = path.format(unit="U0000", group=0)
                line.request("GET", first, headers={"Cookie": held} if held else {})
                size = len(line.getresponse().read())
                ask(ports[server], path, held, WARM)
                took = sorted(ask(ports[server], path, held, SECONDS))
                if server != "empty" and shutil.which("chromium"):
                    painted[said] = paint(ports[server], first, held)
            finally:
                process.terminate()
                process.wait()
            p95 = took[int(len(took) * 0.95)]
            print(f"{said:34} {len(took) / SECONDS:10.0f} {statistics.median(took) * 1000:10.0f} {p95 * 1000:8.0f} {size / 1000:6.0f}")  # fmt: skip
        for said, (seconds, held_bytes) in painted.items():
            print(
                f"{said:34} first paint {seconds:.2f} s, {held_bytes / 1000:.0f} kB of styles and scripts but the charts'"
            )
        print(f"passport of one of 20,000 units: {passport_seconds(home / 'many'):.2f} s")


if __name__ == "__main__":
    main()

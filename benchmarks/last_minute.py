"""200 units hand in their reports in the last minute: on PostgreSQL, through the served office.

`python benchmarks/last_minute.py [UNITS] [REPORTS] [SECONDS]` starts a database server and a web server of
its own, lets every unit send its reports one after another from a random moment of the minute on (0 seconds:
all at once), and prints how long an answer took. It then counts what arrived:
a missing or doubled report ends it with an error.
"""

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
UNITS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
REPORTS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 60


def prepare() -> list[tuple[str, int, int]]:
    """Units with an account, a token and reports that are owed: token, report, version."""
    import django

    django.setup()
    from django.core.management import call_command

    from zhengheng.domain.canonical import canonical
    from zhengheng.sample.rulebooks import department_rulebook
    from zhengheng.scheme.fingerprint import dump
    from zhengheng.web.accounts.models import Account, RoleGrant
    from zhengheng.web.accounts.tokens import make_token
    from zhengheng.web.organisation.models import Unit
    from zhengheng.web.pages.clock import now
    from zhengheng.web.reporting.models import Report
    from zhengheng.web.rulebooks.models import RulebookVersion
    from zhengheng.workflow.roles import Role

    call_command("migrate", verbosity=0, interactive=False)
    book = department_rulebook()
    moment, areas = now(), ["read", "reports"]
    version = RulebookVersion.objects.create(
        code=book.code, version=book.version, title_zh=book.title.zh, effective_from=book.effective_from, period="2026",
        text=canonical(dump(book)), fingerprint="f", wording="w", state="adopted", made_at=moment,
    )  # fmt: skip
    owed = []
    for number in range(UNITS):
        unit = Unit.objects.create(code=f"U{number:03}", name_zh=f"单位{number}", kind="市直部门")
        account = Account.objects.create(username=f"u{number}", name=f"填报 {number}", created_at=moment, must_change_password=False)  # fmt: skip
        RoleGrant.objects.create(
            account=account, role=Role.UNIT_REPORTER, unit=unit, valid_from=date(2024, 1, 1)
        )
        _, token = make_token(
            account=account,
            name="bench",
            scopes=areas,
            known=areas,
            ends_on=date(2026, 12, 31),
            now=moment,
        )
        for month in range(1, REPORTS + 1):
            report = Report.objects.create(
                rulebook=version, unit=unit, supplier=unit, indicator="C02", period=f"2026-{month:02}", state="due",
                due_on=moment.date(), made_at=moment,
            )  # fmt: skip
            owed.append((token, report.pk, report.row_version))
    return owed


def hand_in(
    port: int, mine: list[tuple[str, int, int]], gate: threading.Event, took: list[float]
) -> None:
    """One unit's last minute: from its moment on its reports one after another, as fast as answers come."""
    gate.wait()
    time.sleep(random.Random(mine[0][1]).uniform(0, SECONDS))
    for token, report, version in mine:
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        body = json.dumps({"value": "90", "row_version": version})
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"r{report}",
        }
        connection.request("POST", f"/api/v1/reports/{report}/submit", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {said.decode()}")
        took.append(time.perf_counter() - begun)


def main() -> None:
    from tests.servers import postgres_server, programs

    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is not on this machine")
    with tempfile.TemporaryDirectory() as folder, postgres_server(found) as address:
        os.environ |= {
            "ZHENGHENG_HOME": folder, "DATABASE_URL": f"postgresql://{address}", "ZHENGHENG_CLOCK": "2026-03-12T09:00+08:00",
            "DJANGO_SETTINGS_MODULE": "zhengheng.web.config.settings",
        }  # fmt: skip
        owed = prepare()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "zhengheng.cli.main",
                "serve",
                "--home",
                folder,
                "--port",
                str(port),
            ]
        )
        try:
            _ready(port)
            took: list[float] = []
            gate = threading.Event()
            units = [owed[start : start + REPORTS] for start in range(0, len(owed), REPORTS)]
            threads = [
                threading.Thread(target=hand_in, args=(port, mine, gate, took)) for mine in units
            ]
            for thread in threads:
                thread.start()
            begun = time.perf_counter()
            gate.set()
            for thread in threads:
                thread.join()
            whole = time.perf_counter() - begun
        finally:
            server.terminate()
            server.wait()
        _present(len(owed))
    took.sort()
    print(f"{UNITS} units, {len(took)} reports within {SECONDS:.0f} s, all answered after {whole:.1f} s ({len(took) / whole:.0f} a second); "
          f"median {statistics.median(took):.2f} s, p95 {took[int(len(took) * 0.95)]:.2f} s, longest {took[-1]:.2f} s")  # fmt: skip


def _ready(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/office/sign-in/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def _present(expected: int) -> None:
    from zhengheng.ledger.check import check
    from zhengheng.web.ledger import selectors as ledger
    from zhengheng.web.ledger.models import LedgerEntry
    from zhengheng.web.reporting.models import Report

    arrived = Report.objects.filter(state="submitted").count()
    entries = LedgerEntry.objects.filter(act="report.submit").values("subject").distinct().count()
    found = check(list(ledger.entries()), ledger.leaves())
    if arrived != expected or entries != expected or found:
        raise SystemExit(
            f"of {expected} reports {arrived} arrived, {entries} are in the ledger; findings: {found}"
        )


if __name__ == "__main__":
    main()

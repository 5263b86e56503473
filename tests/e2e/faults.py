"""A home of its own for the tests that kill processes: `python -m tests.e2e.faults HOME prepare|look|prepare_web|look_web`."""

import json
import os
import sys
from pathlib import Path
from typing import Any


class Patch:
    """Sets the clock as pytest's monkeypatch would."""

    def setattr(self, target: object, name: str, value: object) -> None:
        setattr(target, name, value)


def prepare(home: Path) -> None:
    """The scripted year up to the moment when a run is asked for: everything is confirmed, nothing loaded."""
    from django.conf import settings
    from django.core.management import call_command

    from tests.e2e.test_year import adopt, agree_targets, deduct, report
    from tests.web.conftest import People
    from tests.web.town import Town

    settings.HOME = home
    call_command("migrate", verbosity=0, interactive=False)
    town = Town(People(), Patch())
    book = adopt(town)
    agree_targets(town, book)
    report(town, book)
    deduct(town, book)
    from zhengheng.web.pages.clock import now
    from zhengheng.web.reporting.jobs import tick

    town.at("2026-04-08")
    tick(now())
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-04-01")


def prepare_twice(home: Path) -> None:
    """The same run is asked for by two, of the same rulebook and period."""
    prepare(home)
    from zhengheng.web.jobs.models import Job
    from zhengheng.web.jobs.services import ask
    from zhengheng.web.pages.clock import now

    first = Job.objects.get(kind="compute")
    ask(kind="compute", arguments=first.arguments, subject=first.subject, actor=first.asked_by, now=now())  # fmt: skip


OVERDUE = 144


def prepare_overdue(home: Path) -> None:
    """Values about units of which the days to object are over for all at once, as after a weekend without a worker."""
    from datetime import date

    from django.conf import settings
    from django.core.management import call_command

    from tests.e2e.test_year import adopt
    from tests.web.conftest import NOW, People
    from tests.web.town import STATISTICS, UNITS, Town
    from zhengheng.web.organisation.models import Unit
    from zhengheng.web.reporting.models import Report

    settings.HOME = home
    call_command("migrate", verbosity=0, interactive=False)
    book, units = adopt(Town(People(), Patch())), {unit.code: unit for unit in Unit.objects.all()}
    Report.objects.bulk_create(
        Report(rulebook_id=book, unit=units[unit], supplier=units[STATISTICS], indicator=indicator, period=f"2025-{month:02d}", value="90",
               state="checking", due_on=date(2026, 4, 1), made_at=NOW)
        for unit in UNITS for indicator in ("SEATS", "GROWTH", "ANSWERED") for month in range(1, OVERDUE // 12 + 1)
    )  # fmt: skip


def look_overdue(home: Path) -> dict[str, Any]:
    """How many reports stand in which state, and how often the ledger tells of each."""
    from collections import Counter

    from zhengheng.ledger.check import check
    from zhengheng.web.ledger import selectors as ledger
    from zhengheng.web.ledger.models import LedgerEntry
    from zhengheng.web.reporting.models import Report

    told = Counter(LedgerEntry.objects.filter(act="report.confirm").values_list("subject", flat=True))  # fmt: skip
    return {
        "states": Counter(Report.objects.values_list("state", flat=True)), "told": len(told), "most": max(told.values(), default=0),
        "ledger": [vars(f) for f in check(list(ledger.entries()), ledger.leaves())],
    }  # fmt: skip


def prepare_web(home: Path) -> dict[str, Any]:
    """The scripted year up to the rulebook in force; tokens for who will ask about it."""
    from datetime import date

    from django.conf import settings
    from django.core.management import call_command

    from tests.e2e.test_year import adopt
    from tests.web.conftest import NOW, People
    from tests.web.town import UNITS, Town
    from zhengheng.web.accounts.models import Account
    from zhengheng.web.accounts.tokens import make_token

    settings.HOME = home
    call_command("migrate", verbosity=0, interactive=False)
    town = Town(People(), Patch())
    book = adopt(town)
    areas = ["read", "questions"]
    tokens = {
        unit: make_token(account=Account.objects.get(username=f"unit_reporter-{unit}"), name="faults", scopes=areas,
                         known=areas, ends_on=date(2026, 12, 31), now=NOW)[1]
        for unit in UNITS
    }  # fmt: skip
    return {"book": book, "tokens": tokens}


def prepare_city(home: Path) -> dict[str, Any]:
    """The year up to the run that was asked for, and tokens for those who go on asking meanwhile."""
    from datetime import date

    from tests.web.conftest import NOW
    from tests.web.town import UNITS
    from zhengheng.web.accounts.models import Account
    from zhengheng.web.accounts.tokens import make_token
    from zhengheng.web.rulebooks.models import RulebookVersion

    prepare(home)
    areas = ["read", "questions"]
    tokens = {
        unit: make_token(account=Account.objects.get(username=f"unit_reporter-{unit}"), name="city", scopes=areas,
                         known=areas, ends_on=date(2026, 12, 31), now=NOW)[1]
        for unit in UNITS
    }  # fmt: skip
    return {"book": RulebookVersion.objects.get(state="adopted").pk, "tokens": tokens}


def look_city(home: Path) -> dict[str, Any]:
    """What stands in the home, and whether lakes and reports agree."""
    from zhengheng.web.jobs.models import Job
    from zhengheng.web.reporting.lake_check import compare_all

    left = Job.objects.exclude(state="done").values_list("kind", "state", "problems")
    compute = Job.objects.filter(kind="compute").get()
    found = {"open": list(left), "compute": compute.state, "lost": [vars(p) for p in compare_all()]}
    return look(home) | look_web(home) | found


def look_web(home: Path) -> dict[str, Any]:
    """What the web process wrote: each act once, and the ledger whole."""
    from zhengheng.ledger.check import check
    from zhengheng.web.ledger import selectors as ledger
    from zhengheng.web.ledger.models import LedgerEntry
    from zhengheng.web.rulebooks.models import Question

    return {
        "questions": sorted(Question.objects.values_list("text", flat=True)), "asked": list(LedgerEntry.objects.filter(act="question.ask").values_list("subject", flat=True)),
        "ledger": [vars(f) for f in check(list(ledger.entries()), ledger.leaves())],
    }  # fmt: skip


def look(home: Path) -> dict[str, Any]:
    """What stands in the home: the job, its run, the lake, the ledger."""
    from zhengheng.lake.store import Lake
    from zhengheng.ledger.check import check
    from zhengheng.web.jobs.models import Job
    from zhengheng.web.ledger import selectors as ledger
    from zhengheng.web.reporting.models import Item, Report
    from zhengheng.web.results.models import ResultRun

    jobs = list(Job.objects.filter(kind="compute").order_by("pk"))
    job = jobs[0]
    lake = Lake.open(home / "lakes" / "town")
    return {
        "state": job.state, "states": [one.state for one in jobs], "attempts": job.attempts, "problems": job.problems,
        "runs": list(ResultRun.objects.values_list("run", flat=True)),
        "reports": sorted(set(Report.objects.values_list("state", flat=True))),
        "items": sorted(set(Item.objects.values_list("state", flat=True))),
        "files": sorted(file["name"] for intake in lake.intakes() for file in intake["files"]),
        "observations": lake.counts()["observation"], "leaves": [leaf.hex() for leaf in ledger.leaves()], "ledger": [vars(f) for f in check(list(ledger.entries()), ledger.leaves())],
    }  # fmt: skip


if __name__ == "__main__":
    place = Path(sys.argv[1])
    os.environ |= {"ZHENGHENG_HOSTS": "testserver"}
    # This module of the tests reads Django's settings with a home of its own, which is then replaced.
    from django.conf import settings
    from django.db import connections

    import tests.web.conftest  # noqa: F401

    settings.HOME = place
    if address := os.environ.get("ZHENGHENG_FAULTS_DATABASE"):
        import dj_database_url

        del connections["default"]
        parsed = connections.configure_settings({"default": dj_database_url.parse(address)})
        connections.databases["default"] = parsed["default"]
    else:
        connections.databases["default"]["NAME"] = str(place / "office.db")
        connections["default"].settings_dict["NAME"] = str(place / "office.db")
    words = {
        "prepare": prepare, "look": look, "prepare_web": prepare_web, "look_web": look_web,
        "prepare_twice": prepare_twice, "prepare_city": prepare_city, "look_city": look_city,
        "prepare_overdue": prepare_overdue, "look_overdue": look_overdue,
    }  # fmt: skip
    said = words[sys.argv[2]](place)
    print(json.dumps(said, default=str))

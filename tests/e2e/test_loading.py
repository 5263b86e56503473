"""What is confirmed reaches the lake: once, whatever happens meanwhile, and a check says where it did not."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests.e2e.test_year import adopt, agree_targets, deduct, report, run
from tests.web.conftest import People
from tests.web.town import Town
from zhengheng.lake.store import Lake
from zhengheng.web.jobs import services, worker
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import Work, ask, job, run_job
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import ask_for_check, tick
from zhengheng.web.reporting.lake_check import compare_all
from zhengheng.web.reporting.models import Item, Report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def loaded(town: Town) -> tuple[int, Lake]:
    """The scripted year up to its first run."""
    book = adopt(town)
    agree_targets(town, book)
    report(town, book)
    deduct(town, book)
    town.at("2026-04-08")
    tick(now())
    run(town, book)
    return book, Lake.open(Path(settings.HOME) / "lakes" / "town")


def correct(town: Town, number: int, value: str) -> None:
    town.post("unit_reporter-D10", f"reports/{number}/ask_correction", wanted=value, reason="复核")
    town.post("office_data", f"reports/{number}/correct", reason="属实")


def newest(lake: Lake) -> int | None:
    rows = lake.facts().tables["revision"].to_pylist()
    held = [r for r in rows if (r["unit"], r["indicator"]) == ("D10", "SEATS")]
    value: int | None = max(held, key=lambda r: r["sequence"])["value"]
    return value


def test_a_value_corrected_back_and_forth_counts_as_it_was_corrected_last(town: Town) -> None:
    book, lake = loaded(town)
    assert compare_all() == []
    number = Report.objects.get(unit__code="D10", indicator="SEATS").pk
    for value in ("90", "82", "90", "82", "90"):
        correct(town, number, value)
        run(town, book)
        assert newest(lake) == int(value)
    assert compare_all() == []


@pytest.mark.beside_the_acts
def test_an_attempt_that_died_between_lake_and_office_is_taken_up(town: Town) -> None:
    """The lake has the rows and the office does not know yet; one item was reopened meanwhile."""
    book, lake = loaded(town)
    number = Report.objects.get(unit__code="D10", indicator="SEATS").pk
    correct(town, number, "90")
    from zhengheng.web.intake.services import load
    from zhengheng.web.reporting.lots import UNDER_WAY, write_down
    from zhengheng.web.rulebooks.models import RulebookVersion
    from zhengheng.web.rulebooks.selectors import book_of

    version = RulebookVersion.objects.get(pk=book)
    Item.objects.update(state="settled", times_loaded=0)
    assert write_down(version, lake, None)
    lot = json.loads((lake.home / UNDER_WAY).read_text())
    for role, rows in lot["rows"].items():
        load(book_of(version), role, rows, purpose="t", loader="t", at=now(), mark=lot["mark"])
    Item.objects.update(state="disputed")
    before = lake.counts()
    run(town, book)
    assert lake.counts() == before, "the rows were known again"
    assert Report.objects.get(pk=number).state == "loaded"
    assert Item.objects.get().times_loaded == 1, "it stands in the lake and can be taken back there"
    assert not (lake.home / UNDER_WAY).exists()


def test_what_counts_as_loaded_and_is_not_in_the_lake_is_named(town: Town) -> None:
    book, lake = loaded(town)
    number = Report.objects.get(unit__code="D10", indicator="SEATS").pk
    correct(town, number, "90")
    kept = lake.snapshots()
    run(town, book)
    with closing(sqlite3.connect(lake.home / "register.db")) as register, register:
        register.execute("update setting set value = ? where name = 'snapshots'", (json.dumps(kept),))  # fmt: skip
    codes = {problem.code for problem in compare_all()}
    assert codes == {"intake.gone", "report.lost"}
    ask_for_check(now())
    ask_for_check(now())
    asked = Job.objects.get(kind="lake.check")
    run_job.call(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert any("90" in problem["zh"] for problem in asked.problems)


@job("test.broken")
def _broken(work: Work) -> dict[str, object]:
    return {"never": 1 // work.job.arguments["divisor"]}


def test_an_unexpected_error_ends_the_job_at_once_with_a_sentence(people: People) -> None:
    asked = ask(kind="test.broken", arguments={"divisor": 0}, subject="", actor=None, now=now())
    run_job.call(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert asked.problems[0]["code"] == "job.failed"
    assert "ZeroDivision" not in json.dumps(asked.problems)
    page = people.client("system_administrator").get(f"/office/jobs/{asked.pk}/").content.decode()
    assert "请系统管理员在运行日志中查找作业" in page


def test_a_worker_that_stood_still_too_long_leaves_no_trace(people: People) -> None:
    """Another one has its job by now: neither its result nor its failure counts."""

    @job("test.slow")
    def slow(work: Work) -> dict[str, object]:
        Job.objects.filter(pk=work.job.pk).update(attempts=2)
        return {"old": True}

    asked = ask(kind="test.slow", arguments={}, subject="", actor=None, now=now())
    run_job.call(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.result) == ("running", None)


def test_entries_of_dead_workers_do_not_stay_running(people: People) -> None:
    asked = ask(kind="test.broken", arguments={"divisor": 1}, subject="", actor=None, now=now())
    long_ago = timezone.now() - timedelta(days=1)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=long_ago)
    Job.objects.filter(pk=asked.pk).update(state="running", seen_at=long_ago)
    assert services.bury(timezone.now()) == 0, "nobody took its job up yet"
    assert services.take_up_again(timezone.now()) == 1
    assert services.bury(timezone.now()) == 1
    assert not DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).exists()


def test_a_round_of_another_worker_leaves_nothing_of_a_killed_one_running(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever became of the other turns of that round."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    asked = ask(kind="test.broken", arguments={"divisor": 1}, subject="", actor=None, now=now())
    long_ago = timezone.now() - timedelta(days=1)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=long_ago)
    Job.objects.filter(pk=asked.pk).update(state="running", seen_at=long_ago)

    def broken(moment: datetime) -> None:
        raise RuntimeError(moment)

    for turn in ("tick", "end_samples", "take_comments", "remind", "ask_for_check", "ask_once_over", "ask_where_restored", "sign"):  # fmt: skip
        monkeypatch.setattr(worker, turn, broken)
    worker.look_after()
    asked.refresh_from_db()
    assert asked.state == "waiting"
    assert not DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).exists()
    assert DBTaskResult.objects.filter(status=TaskResultStatus.READY).count() == 1, "queued once"


def test_where_no_worker_lives_the_pages_of_jobs_say_so(people: People) -> None:
    asked = ask(kind="test.slow", arguments={}, subject="", actor=None, now=now())
    pages = (f"/office/jobs/{asked.pk}/", "/office/jobs/")

    def said() -> list[bool]:
        reader = people.client("system_administrator")
        return ["没有工作进程在运行" in reader.get(page).content.decode() for page in pages]

    assert said() == [False, False], "a moment ago is no reason"
    long_ago = timezone.now() - timedelta(days=1)
    Job.objects.filter(pk=asked.pk).update(seen_at=long_ago)
    assert said() == [True, True]
    Job.objects.filter(pk=asked.pk).update(state="running")
    assert said() == [True, True]
    other = ask(kind="test.slow", arguments={}, subject="", actor=None, now=now())
    Job.objects.filter(pk=other.pk).update(state="running")
    assert said() == [False, False], "its worker has a long job before it"


def test_a_deadline_that_somebody_else_settled_meanwhile_is_passed_over(town: Town) -> None:
    """The list was read; before its turn one report changed. The others follow all the same."""
    book = adopt(town)
    agree_targets(town, book)
    report(town, book)
    town.at("2026-04-08")
    from zhengheng.web.reporting.acts import REPORTS

    first = REPORTS.all().filter(state="checking", due_on__lt=now().date()).first()
    assert first is not None

    class Quicker:
        """As the second worker sees it: the row of the first one in the list changes under its hands."""

        def __init__(self) -> None:
            self.done = False

        def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
            if not self.done and sql.startswith("UPDATE") and "reporting_report" in sql:
                self.done = True
                Report.objects.filter(pk=first.pk).update(row_version=99)
            return execute(sql, params, many, context)

    from django.db import connection

    with connection.execute_wrapper(Quicker()):
        assert tick(now()) == 3
    assert tick(now()) == 1

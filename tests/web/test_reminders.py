"""Reminders: off until somebody asks, once a working day, and nothing in them but a number and a link."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import override_settings

from tests.conftest import ROOT
from tests.web.conftest import NOW, People
from zhengheng.scheme.load import load_rulebook
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import run_job
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.reminders.jobs import tasks_of, tick
from zhengheng.web.reminders.models import Channel, Reminder
from zhengheng.web.rulebooks.models import Question, RulebookVersion

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = "https://kaohe.example.test"
BODY = '{"msgtype": "text", "text": {"content": "{text}", "mentioned": ["{address}"]}}'
ASKER = "office_indicators"


class Gateway(BaseHTTPRequestHandler):
    """A messenger's gateway on loopback; it remembers what it was sent and answers as it is told."""

    answer = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.headers["Authorization"], json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Gateway)
    server.seen, server.answer = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held = {"url": f"http://127.0.0.1:{server.server_port}/send", "secret": "s3", "body": BODY}
    nothing = {"url": "", "secret": "", "body": "{}"}
    with override_settings(
        OFFICE_ADDRESS=OFFICE, EMAIL_HOST="127.0.0.1", REMINDER_GATEWAYS={"sms": held, "webhook": nothing}
    ):  # fmt: skip
        yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def asked(people: People) -> None:
    """A question that waits for the office's answer."""
    rules, _ = load_rulebook(ROOT / "examples" / "part" / "rulebook")
    book = RulebookVersion.objects.create(
        code="b", version="1", title_zh="规则", effective_from=NOW.date(), period="2026", fingerprint="f", wording="w",
        text=rules.model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True), state="adopted", made_at=NOW,
    )  # fmt: skip
    Question.objects.create(rulebook=book, indicator="C09", text="教育局的口径?", state="asked", made_at=NOW)  # fmt: skip


def opened(people: People, way: str, address: str = "", who: str = ASKER) -> Any:
    body = json.dumps({"way": way, "address": address})
    return people.client(who).post("/api/v1/channels/open", body, content_type="application/json")


def work(moment: datetime = NOW) -> None:
    """A worker's look at the clock, then its queue until it is empty."""
    tick(moment)
    while found := list(Job.objects.filter(state="waiting")):
        for one in found:
            run_job.call(one.pk)


def test_nobody_is_reminded_who_did_not_ask(people: People, asked: None, gateway: Any) -> None:
    work()
    assert not Reminder.objects.exists()
    assert not Job.objects.exists()


def test_a_message_holds_a_number_and_a_link_and_comes_once_a_day(
    people: People, asked: None, gateway: Any
) -> None:
    assert opened(people, "sms", "13800000000").status_code == 201
    assert opened(people, "email", "wang@city.test").status_code == 201
    waiting = tasks_of(people[ASKER], NOW.date())
    assert waiting > 0
    for _ in range(3):
        work()
    said = f"您有 {waiting} 项任务待办 / {waiting} task{'s' if waiting > 1 else ''} waiting: {OFFICE}/office/"
    assert gateway.seen == [
        ("Bearer s3", {"msgtype": "text", "text": {"content": said, "mentioned": ["13800000000"]}})
    ]
    assert [(m.body, m.to) for m in mail.outbox] == [(said, ["wang@city.test"])]
    for name in ("教育局", "C09", people[ASKER].name):
        assert name not in mail.outbox[0].body + mail.outbox[0].subject
    work(NOW + timedelta(1))
    assert len(gateway.seen) == 2, "the next working day"
    work(NOW + timedelta(2))
    assert len(gateway.seen) == 2, "not on a Saturday"


def test_before_office_hours_and_without_tasks_nothing_is_sent(
    people: People, asked: None, gateway: Any
) -> None:
    opened(people, "sms", "13800000000")
    opened(people, "sms", "13900000000", who="mentor")
    assert tasks_of(people["mentor"], NOW.date()) == 0
    work(NOW - timedelta(hours=1))
    assert gateway.seen == []
    work()
    assert [body["text"]["mentioned"] for _, body in gateway.seen] == [["13800000000"]]


def test_a_gateway_that_refuses_is_told_and_tried_again(
    people: People, asked: None, gateway: Any
) -> None:
    opened(people, "sms", "13800000000")
    gateway.answer = 503
    work()
    failed = Job.objects.get(kind="reminder.send")
    assert failed.state == "failed"
    assert "503" in failed.problems[0]["zh"]
    assert Reminder.objects.get().sent_at is None
    gateway.answer = 200
    Job.objects.filter(pk=failed.pk).update(state="waiting")
    work()
    assert Reminder.objects.get().sent_at is not None
    assert len(gateway.seen) == 2


def test_yesterdays_reminder_is_not_brought_after_todays(
    people: People, asked: None, gateway: Any
) -> None:
    opened(people, "sms", "13800000000")
    gateway.answer = 503
    work()
    gateway.answer = 200
    work(NOW + timedelta(1))
    Job.objects.filter(state="failed").update(state="waiting")
    work(NOW + timedelta(1))
    assert len(gateway.seen) == 2, "the refused one, and the next day's"
    assert [one.sent_at is None for one in Reminder.objects.order_by("day")] == [True, False]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"ZHENGHENG_SMS": "https://sms.example.test/send"}, ""),
        ({"ZHENGHENG_SMS": "http://127.0.0.1:8081/send"}, ""),
        ({"ZHENGHENG_SMS": "http://sms.example.test/send"}, "https"),
        ({"ZHENGHENG_SMS": "http://127.0.0.1.example.test/send"}, "https"),
        ({"ZHENGHENG_WEBHOOK_BODY": "{text}"}, "JSON"),
    ],
)
def test_a_gateway_is_reached_through_https_or_on_this_machine(
    said: dict[str, str], refused: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import zhengheng.web.config.settings"], capture_output=True, text=True,
        env={**os.environ, **said, "ZHENGHENG_HOME": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode == 0) == (not refused), done.stderr
    assert refused in done.stderr


def test_what_is_not_set_up_or_no_address_is_refused(people: People, gateway: Any) -> None:
    for way, address, code in (
        ("webhook", "wang", "channel.way"), ("email", "nobody", "channel.address"),
        ("sms", "１３８", "channel.address"), ("page", "x", "channel.address"),
    ):  # fmt: skip
        answer = opened(people, way, address)
        assert (answer.status_code, answer.json()["type"]) == (422, code), way
    with override_settings(OFFICE_ADDRESS=""):
        assert opened(people, "email", "wang@city.test").json()["type"] == "channel.way"


def test_an_address_is_its_owners_alone_and_goes_with_the_channel(
    people: People, gateway: Any
) -> None:
    number = opened(people, "email", "wang@city.test").json()["id"]
    assert opened(people, "email", "li@city.test").json()["type"] == "channel.open"
    for who in ("office_director", "system_administrator", "security_auditor"):
        assert people.client(who).get(f"/api/v1/channels/{number}").status_code == 404
    kept = LedgerEntry.objects.get(act="channel.open")
    assert "wang" not in json.dumps(kept.content, ensure_ascii=False)
    client = people.client(ASKER)
    assert "wang@city.test" in client.get(f"/office/channels/{number}/").content.decode()
    assert client.post(f"/office/channels/{number}/close/", {"row_version": 1}).status_code == 302
    assert Channel.objects.get().address == ""


def test_the_owner_can_try_a_way_at_once(people: People, gateway: Any) -> None:
    number = opened(people, "sms", "13800000000").json()["id"]
    people.client(ASKER).post(f"/office/channels/{number}/try/", {"row_version": 1})
    work(NOW - timedelta(hours=2))
    assert len(gateway.seen) == 1


def test_the_reminder_in_the_office_stands_on_every_page(people: People, asked: None) -> None:
    client = people.client(ASKER)
    assert "今日提醒" not in client.get("/office/rulebooks/").content.decode()
    opened(people, "page")
    work()
    count = Reminder.objects.get().tasks
    assert f"今日提醒: {count} 项待办" in client.get("/office/rulebooks/").content.decode()
    client.post("/office/language/", {"language": "en", "next": "/office/"})
    assert f"Today: {count} to do" in client.get("/office/rulebooks/").content.decode()

"""The first page: of all that waits the day that is known, what was decided on one's own appeal, a closed year's archive."""

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.web.conftest import NOW, People
from tests.web.test_acts import Objects
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.audits.models import Entry
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.services import append
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.jobs import tick

REGISTERED = {kind.name: kind for kind in KINDS}


def home(people: People, who: str) -> str:
    page = people.client(who).get("/office/")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


@pytest.mark.parametrize(
    ("kind", "state", "fields", "who", "said"),
    [
        ("publication", "prepared", {"embargo": date(2026, 3, 27)}, "secrecy_reviewer", "不早于 2026-03-27"),
        ("decision", "recorded", {}, "commission_member", "会议日期 2026-03-12"),
        ("appeal", "filed", {"due_on": None}, "appeals_clerk", "决定期限 2026-03-26"),
        ("report", "submitted", {}, "office_data", "等待办理，自 2026-03-12"),
        ("change", "asked", {}, "office_director", "等待办理，自 2026-03-12"),
        ("rectification", "proposed", {}, "office_director", "等待办理，自 2026-03-12"),
        ("result", "final", {}, "office_procedure", "归档"),
    ],
)  # fmt: skip
def test_what_waits_says_its_day(
    people: People, kind: str, state: str, fields: dict[str, object], who: str, said: str
) -> None:
    obj = Objects(people, "D10").held[kind]
    type(obj).objects.filter(pk=obj.pk).update(state=state, **fields)
    assert said in home(people, who)
    # What a page says, a program reads: the same things, with the same days.
    told = people.client(who).get("/api/v1/desk").json()["waiting"]
    mine = next(
        one
        for one in told
        if one["kind"].startswith("runs" if kind == "result" else kind) and one["id"] == obj.pk
    )
    day = mine["due_on"] or mine["known_on"] or mine["since"]
    assert said == "归档" or day in said
    assert mine["acts"]
    assert (mine["left"] is None) == (mine["due_on"] is None)


@pytest.mark.parametrize(
    ("kind", "state", "fields", "who", "act", "said"),
    [
        ("publication", "reviewed", {"embargo": date(2026, 3, 27)}, "office_director", "release", "自 2026-03-27 起可以发布。"),
        ("handover", "taken", {"day": date(2026, 3, 30)}, "secrecy_officer", "carry_out", "交接日是 2026-03-30，自当日起可以调整权限。"),
        ("appeal", "hearing", {"due_on": None, "hearing_on": date(2026, 3, 25)}, "appeals_clerk", "sign_minutes", "听证定于 2026-03-25 举行，自当日起可以登记笔录。"),
        ("reorganisation", "approved", {"day": date(2026, 4, 1)}, "office_procedure", "carry_out", "自 2026-04-01 起生效，当日起可以执行。"),
        ("rulebook", "consultation", {"due_on": date(2026, 3, 20), "period": "2026"}, "office_director", "submit", "征求意见到 2026-03-20 截止，自 2026-03-21 起可以提请审议。"),
    ],
)  # fmt: skip
def test_what_has_a_first_day_waits_for_nobody_before(
    people: People, kind: str, state: str, fields: dict[str, object], who: str, act: str, said: str
) -> None:
    """It is read on the first page and not counted, and its page offers no button that leads to a refusal."""
    held = REGISTERED[kind]
    obj = Objects(people, "D10").held[kind]
    type(obj).objects.filter(pk=obj.pk).update(state=state, **fields)
    client, address = people.client(who), held.address(obj)
    told = client.get("/api/v1/desk").json()
    assert [one for one in told["waiting"] if (one["kind"], one["id"]) == (held.path, obj.pk)] == []
    assert any(one["why"]["zh"].startswith(said) for one in told["reading"] if one["address"] == address)  # fmt: skip
    assert said in home(people, who)
    page = client.get(address).content.decode()
    assert said in page
    assert f'action="{address}{act}/"' not in page
    refused = client.get(f"{address}{act}/")
    assert refused.status_code == 409
    assert said in refused.content.decode()


@pytest.mark.parametrize(
    ("kind", "state", "owes", "other"),
    [
        ("report", "due", "unit_reporter", "office_data"),
        ("target", "proposed", "unit_leader", "office_indicators"),
        ("target", "countered", "", "office_indicators"),
        ("commitment", "open", "unit_leader", ""),
        ("commitment", "reported", "", "commission_secretary"),
        ("rectification", "answered", "unit_reporter", ""),
        ("rectification", "checking", "", "office_indicators"),
        ("audit", "drawn", "office_data", "external_auditor"),
    ],
)  # fmt: skip
def test_a_clock_is_that_of_whoever_owes_the_act(
    people: People, kind: str, state: str, owes: str, other: str
) -> None:
    """Nobody is late by another's day, neither while it runs nor once that one has acted."""
    obj = Objects(people, "D10").held[kind]
    fields = {"more_time": date(2026, 3, 20)} if kind == "report" else {}
    type(obj).objects.filter(pk=obj.pk).update(state=state, due_on=date(2026, 3, 6), **fields)
    if kind == "audit":
        about = {"audit": obj, "unit": Unit.objects.get(code="D10"), "indicator": "RESULTS", "period": "2025", "reported": "1"}  # fmt: skip
        Entry.objects.create(**about, finding="absent", found_on=date(2026, 1, 5))
        Entry.objects.create(**about)
    for who, late in ((owes, True), (other, False)):
        if not who:
            continue
        told = people.client(who).get("/api/v1/desk").json()["waiting"]
        (row,) = [
            one for one in told if (one["kind"], one["id"]) == (REGISTERED[kind].path, obj.pk)
        ]
        assert (row["left"] is not None and row["left"] < 0) is late, who
        assert ("■" in home(people, who)) is late, who


def test_the_api_counts_what_is_overdue(people: People) -> None:
    appeal = Objects(people, "D10").held["appeal"]
    type(appeal).objects.filter(pk=appeal.pk).update(state="filed", due_on=date(2026, 3, 10))
    client = people.client("appeals_clerk")
    told = client.get("/api/v1/desk").json()
    late = [one for one in told["waiting"] if one["left"] is not None and one["left"] < 0]
    assert told["overdue"] == len(late) >= 1
    assert next(one for one in late if one["kind"] == "appeals")["left"] == -2


@pytest.mark.parametrize(
    ("kind", "state", "who", "arrived", "beside"),
    [
        ("report", "submitted", "office_data", "report.submit", "audit.viewed"),
        ("change", "asked", "office_director", "change.ask", "reminder.sent"),
        ("rectification", "proposed", "office_director", "rectification.propose", "rectification.join"),
    ],
)  # fmt: skip
def test_what_only_reads_moves_nobodys_clock(
    people: People, kind: str, state: str, who: str, arrived: str, beside: str
) -> None:
    """Since when it waits is said by the act that brought it into its state: not by a reader, a reminder, an addition."""
    obj = Objects(people, "D10").held[kind]
    early = NOW - timedelta(9)
    type(obj).objects.filter(pk=obj.pk).update(state=state, due_on=None, made_at=early)
    subject = f"{kind}:{obj.pk}"
    append(act=arrived, subject=subject, actor="test", at=early + timedelta(2), content={})
    append(act=beside, subject=subject, actor="external_auditor", at=NOW, content={})
    assert "等待办理，自 2026-03-05" in home(people, who)
    people.client("external_auditor").get(f"/office/{REGISTERED[kind].path}/{obj.pk}/")
    assert LedgerEntry.objects.filter(act="audit.viewed", subject=subject).exists()
    assert "等待办理，自 2026-03-05" in home(people, who)


def test_the_appellant_reads_at_home_what_was_decided(people: People) -> None:
    appeal = Objects(people, "D10").held["appeal"]
    type(appeal).objects.update(
        state="decided", outcome="partly", decided_on=NOW.date(), due_on=None
    )
    for who in ("unit_leader", "unit_reporter"):
        page = home(people, who)
        assert "请您查阅" in page
        assert "申诉决定" in page
        assert "已于 2026-03-12 作出决定：部分支持。" in page
    assert "申诉决定" not in home(people, "mentor")
    type(appeal).objects.update(decided_on=date(2026, 1, 5))
    assert "申诉决定" not in home(people, "unit_leader"), "what is long decided is no news"


def test_the_archive_is_taken_by_those_who_keep_it_and_each_time_on_the_record(
    people: People,
) -> None:
    result = Objects(people, "D10").held["result"]
    type(result).objects.update(state="archived", package="part-2007.zip")
    path = f"/office/results/{result.run}/package/"
    keeper = people.client("office_procedure")
    assert keeper.get(path).status_code == 503, "no file, no download"
    package = Path(settings.HOME) / "archive" / "part-2007.zip"
    package.parent.mkdir(exist_ok=True)
    package.write_bytes(b"PK whole year")
    kept = {"package": package.name, "sha256": hashlib.sha256(package.read_bytes()).hexdigest()}
    append(
        act="result.archived", subject=f"result:{result.pk}", actor="system", at=NOW, content=kept
    )
    try:
        for who in ("unit_leader", "panel_member", "external_auditor", "office_data", "mentor"):
            assert people.client(who).get(path).status_code == 403
            assert path not in people.client(who).get(f"/office/results/{result.run}/").content.decode()  # fmt: skip
        assert path in keeper.get(f"/office/results/{result.run}/").content.decode()
        answer = keeper.get(path)
        assert b"".join(answer.streaming_content) == b"PK whole year"
        assert "part-2007.zip" in answer["Content-Disposition"]
        by_program = keeper.get(f"/api/v1/results/{result.run}/package")
        assert b"".join(by_program.streaming_content) == b"PK whole year"
        assert (
            people.client("mentor").get(f"/api/v1/results/{result.run}/package").status_code == 403
        )
        assert LedgerEntry.objects.filter(act="result.package", actor="office_procedure").count() == 2  # fmt: skip
    finally:
        package.unlink()


def test_a_hearing_past_its_day_is_late(people: People) -> None:
    """Until its minutes are filed: on the first page with its day, and counted among what is overdue."""
    appeal = Objects(people, "D10").held["appeal"]
    said = {"state": "hearing", "due_on": None}
    type(appeal).objects.filter(pk=appeal.pk).update(hearing_on=date(2026, 3, 10), **said)
    assert "■ −2" in home(people, "appeals_clerk")
    type(appeal).objects.filter(pk=appeal.pk).update(hearing_on=date(2026, 3, 12), **said)
    assert "■" not in home(people, "appeals_clerk")


@pytest.mark.parametrize(
    ("kind", "state", "fields", "act", "deemed", "done"),
    [
        ("report", "checking", {"value": "1"}, "confirm", "期满未提异议，视为确认", "核对无误"),
        ("item", "settled", {}, "confirm", "期满未提异议，视为确认", "无异议"),
        ("item", "checking", {}, "accept", "期满未提异议，转绩效办审核", "对登记的加分无异议"),
    ],
)  # fmt: skip
def test_silence_is_not_called_a_check(
    people: People, kind: str, state: str, fields: dict[str, str], act: str, deemed: str, done: str
) -> None:
    """The record of the object, the ledger and the city's page say that nobody looked; what somebody did is called by its name."""
    held, obj = REGISTERED[kind], Objects(people, "D10").held[kind]
    type(obj).objects.filter(pk=obj.pk).update(state=state, due_on=date(2026, 3, 10), **fields)
    if kind == "report":
        assert tick(NOW) == 1
    else:
        append(act=f"{kind}.{act}", subject=f"{kind}:{obj.pk}", actor="system", at=NOW, content={})
    office = people.client("office_director")
    record = re.findall(r"<li.*?</li>|<tr.*?</tr>", office.get(held.address(obj)).content.decode(), re.DOTALL)  # fmt: skip
    assert any(deemed in row and "系统" in row for row in record)
    assert deemed in people.client("security_auditor").get("/office/ledger/").content.decode()
    city = " ".join(office.get("/office/overview/city/").content.decode().split())
    assert f"{held.words[0]} · {deemed}" in city
    assert f"{held.words[0]} · {done}" not in city
    append(act=f"{kind}.{act}", subject=f"{kind}:{obj.pk}", actor="unit_leader", at=NOW, content={})
    assert f"{held.words[0]} · {done}" in " ".join(office.get("/office/overview/city/").content.decode().split())  # fmt: skip


def test_a_list_says_what_is_past_its_day(people: People) -> None:
    """By the clock of whoever owes it: what was answered in time is not late in anybody's hands."""
    held = Objects(people, "D10").held
    client = people.client("office_director")
    for kind, state, late in (
        ("report", "due", True),
        ("rectification", "answered", True),
        ("rectification", "checking", False),
        ("rectification", "closed", False),
    ):
        type(held[kind]).objects.update(state=state, due_on=date(2026, 3, 6))
        page = client.get(f"/office/{REGISTERED[kind].path}/").content.decode()
        assert ("已超期" in page) is late, (kind, state)

"""Working days: a later notice changes the clocks that begin after it; an unknown year is warned about."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.web.conftest import People
from zhengheng.web.days.selectors import working_calendar

NOTICE = {"years": {"2028": {"off": ["2028-01-03"], "work": ["2028-01-08"]}}}


def load(client: Client, content: bytes) -> Any:
    import io

    held = io.BytesIO(content)
    held.name = "2028.json"
    number = client.post("/api/v1/files", {"file": held}).json()["id"]
    body = json.dumps({"file": number, "source": "国办通知"})
    return client.post("/api/v1/calendars/load", body, content_type="application/json")


def test_a_later_notice_changes_the_clocks(people: People) -> None:
    day = date(2027, 12, 31)
    assert not working_calendar().is_known(date(2028, 1, 3))
    assert working_calendar().after(day, 1, "working_days") == date(2028, 1, 3)
    client = people.client("office_procedure")
    made = load(client, json.dumps(NOTICE).encode())
    assert made.status_code == 201, made.content
    assert working_calendar().is_known(date(2028, 1, 3))
    assert working_calendar().after(day, 1, "working_days") == date(2028, 1, 4)
    assert working_calendar().is_working(date(2028, 1, 8))
    body = json.dumps({"row_version": 1})
    path = f"/api/v1/calendars/{made.json()['id']}/withdraw"
    assert client.post(path, body, content_type="application/json").status_code == 200
    assert not working_calendar().is_known(date(2028, 1, 3))


@pytest.mark.parametrize(
    "content", [b"{}", b"not json", b'{"years": {"2028": {"work": ["2028-01-04"]}}}']
)
def test_a_file_that_is_no_calendar_is_refused(people: People, content: bytes) -> None:
    answer = load(people.client("office_procedure"), content)
    assert answer.status_code == 422
    assert answer.json()["type"] == "calendar.unreadable"

"""Working days: a later notice changes the clocks that begin after it; an unknown year is warned about."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.web.conftest import People
from zhengheng.domain.calendar import official
from zhengheng.web.accounts.models import Account
from zhengheng.web.days.models import LoadedCalendar
from zhengheng.web.days.selectors import working_calendar
from zhengheng.workflow.roles import Role

pytestmark = pytest.mark.one_database

NOTICE = {"years": {"2028": {"off": ["2028-01-03"], "work": ["2028-01-08"]}}}


def load(client: Client, content: bytes) -> Any:
    import io

    held = io.BytesIO(content)
    held.name = "2028.json"
    number = client.post("/api/v1/files", {"file": held}).json()["id"]
    body = json.dumps({"file": number, "source": "国办通知"})
    return client.post("/api/v1/calendars/load", body, content_type="application/json")


def confirm(people: People, number: int, who: str = "office_director") -> int:
    body = json.dumps({"row_version": 1})
    path = f"/api/v1/calendars/{number}/confirm"
    answer = people.client(who).post(path, body, content_type="application/json")
    return int(answer.status_code)


def test_whoever_loads_a_notice_does_not_confirm_it(people: People) -> None:
    both = people.make("both")
    for role in (Role.OFFICE_PROCEDURE, Role.OFFICE_DIRECTOR):
        people.give(both, role)
    Account.objects.update(must_change_password=False)
    made = load(people.client("both"), json.dumps(NOTICE).encode())
    assert confirm(people, made.json()["id"], "both") == 403
    assert confirm(people, made.json()["id"]) == 200


@pytest.mark.parametrize(("content", "named"), [
    ({"years": {}}, "年份"), ({"years": {"2027": {"off": [], "work": []}}}, "2027"),
    ({"years": {"2026": {"off": [], "work": ["2026-01-10"]}, "2027": {"off": ["2027-01-01"], "work": []}}}, "2026"),
])  # fmt: skip
def test_a_year_without_a_day_off_is_no_notice(
    people: People, content: dict[str, Any], named: str
) -> None:
    answer = load(people.client("office_procedure"), json.dumps(content).encode())
    assert answer.status_code == 422
    assert answer.json()["type"] == "calendar.empty"
    said = str(answer.json())
    assert named in said
    assert "2027 年没有" not in said or named == "2027"
    assert not LoadedCalendar.objects.exists()


def test_a_later_notice_changes_the_clocks(people: People) -> None:
    day = date(2027, 12, 31)
    assert not working_calendar().is_known(date(2028, 1, 3))
    assert working_calendar().after(day, 1, "working_days") == date(2028, 1, 3)
    client = people.client("office_procedure")
    made = load(client, json.dumps(NOTICE).encode())
    assert made.status_code == 201, made.content
    assert not working_calendar().is_known(date(2028, 1, 3)), (
        "one official alone puts nothing in force"
    )
    page = re.sub(
        r"(<[^>]+>|\s)+",
        " ",
        people.client("office_director")
        .get(f"/office/calendars/{made.json()['id']}/")
        .content.decode(),
    )
    assert "2028 此前没有载入 2028-01-03 2028-01-08 260 → 260" in page
    confirm(people, made.json()["id"])
    assert working_calendar().is_known(date(2028, 1, 3))
    assert working_calendar().after(day, 1, "working_days") == date(2028, 1, 4)
    assert working_calendar().is_working(date(2028, 1, 8))
    body = json.dumps({"row_version": 2})
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


@pytest.mark.parametrize("role", ["office_director", "mentor", "commission_member"])
def test_the_list_says_which_years_came_with_the_release(people: People, role: str) -> None:
    """Whoever may see no notice reads all the same by which calendar deadlines run."""
    text = people.client(role).get("/office/calendars/").content.decode()
    years = sorted(official().years)
    assert f"随软件提供的放假安排有：{'、'.join(map(str, years))} 年" in text

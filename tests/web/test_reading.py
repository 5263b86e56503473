"""The first page names what concerns a person though nothing waits for his act."""

import re
from datetime import timedelta

from tests.web.conftest import NOW, People, computed_run
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.results import services
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.permissions import anywhere
from zhengheng.workflow.roles import OFFICERS, Role


def links(people: People, role: Role) -> list[str]:
    page = people.client(role.value).get("/office/").content.decode()
    listed = re.search(r'<ul class="reading">(.*?)</ul>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)"', listed.group(1)) if listed else []


def test_a_result_on_notice_is_for_everybody_to_read_and_registers_for_the_officers(
    people: People,
) -> None:
    run = services.register_run(run=computed_run().id, actor=people["office_data"], now=NOW)
    for role in Role:
        named = f"/office/results/{run.run}/" in links(people, role)
        assert named == (role is Role.OFFICE_DIRECTOR), "nobody is told of what he may not see"
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=NOW.date())
    for role in Role:
        found = links(people, role)
        assert (f"/office/results/{run.run}/" in found) == (role not in OFFICERS), role
        city = ["/office/overview/city/"] if anywhere(grants(people[role.value], NOW.date()), "city.read") else []  # fmt: skip
        assert len(found) == 1 + len(city), "one line each, and nothing else"
        assert set(city) <= set(found)
        for link in found:
            assert people.client(role.value).get(link).status_code == 200, (role, link)
    assert (
        "期间可以查阅和提出异议"
        in people.client(Role.EXPERT.value).get("/office/").content.decode()
    )
    ResultRun.objects.update(due_on=NOW.date() - timedelta(1))
    over = people.client(Role.EXPERT.value).get("/office/").content.decode()
    assert "期满，等待终定" in over
    assert "提出异议" not in over, "nobody is told that he may object when the days are over"
    ResultRun.objects.update(state="final")
    assert not links(people, Role.EXPERT)


def test_a_mentor_reads_of_his_open_cases_with_their_next_day(people: People) -> None:
    """From the service to the end, and of nobody else's; by his name, or the login of an earlier release."""
    run = services.register_run(run=computed_run().id, actor=people["office_data"], now=NOW)
    mentor, day = people["mentor"], NOW.date()
    units = {unit.code: unit for unit in Unit.objects.all()}
    cases = [
        Rectification.objects.create(run=run, unit=units[code], indicators=[], state=state, mentor=named, due_on=day, finish_on=day, made_at=NOW)
        for code, state, named in (
            ("D10", "served", mentor.name), ("D13", "answered", mentor.username), ("D13", "checking", mentor.name), ("D10", "closed", mentor.name),
            ("D13", "served", "某专家"),
        )
    ]  # fmt: skip
    assert links(people, Role.MENTOR) == [f"/office/rectification/{one.pk}/" for one in cases[:3]]
    page = people.client("mentor").get("/office/").content.decode()
    for words in (
        f"单位应于 {day} 前答复",
        f"单位承诺 {day} 完成整改",
        "等待绩效办验收",
        "已登记到访 0 次",
    ):
        assert words in page, words
    assert not links(people, Role.EXPERT)

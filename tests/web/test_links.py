"""Where pages lead: for every role each link opens, and each form goes to an address that there is."""

import html
import re
from collections import deque

import pytest
from django.urls import Resolver404, resolve

from tests.web.conftest import People
from tests.web.test_acts import Objects
from tests.web.walks import SHAPE
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.organisation.models import Unit
from zhengheng.workflow.roles import Role

pytestmark = pytest.mark.one_database

HREF = re.compile(r'<a\b[^>]*?href="([^"#]*)', re.DOTALL)
ACTION = re.compile(r'<form\b[^>]*?action="([^"]*)"', re.DOTALL)
EACH = 4
"""Addresses of one shape that a role opens."""


def whole(link: str, address: str) -> str:
    """A link as an address of the office; empty where it leads elsewhere."""
    link = html.unescape(link)
    if link.startswith("?"):
        link = address.partition("?")[0] + link
    return link if link.startswith("/office/") else ""


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_every_page_that_a_role_is_led_to_opens(people: People, role: Role) -> None:
    Objects(people, "D10")
    # The run of these objects is about other units than the office's; an appeal is about one that is scored.
    scored = Unit.objects.create(code="Bioenergy", name_zh="Bioenergy", kind="项目")
    Appeal.objects.update(unit=scored)
    client, seen, shapes = people.client(role.value), {"/office/"}, dict[str, int]()
    queue, wrong = deque([("/office/", "")]), list[str]()
    while queue:
        address, source = queue.popleft()
        answer = client.get(address)
        if answer.status_code != 200:
            wrong.append(f"{source} leads to {address}: {answer.status_code}")
            continue
        if "html" not in answer["Content-Type"]:
            continue
        page = answer.content.decode()
        for action in ACTION.findall(page):
            if target := whole(action, address):
                try:
                    resolve(target.partition("?")[0])
                except Resolver404:
                    wrong.append(f"{address}: a form goes to {target}, which is nowhere")
        for link in filter(None, (whole(one, address) for one in HREF.findall(page))):
            shape = SHAPE.sub("*", link)
            if link not in seen and shapes.setdefault(shape, 0) < EACH:
                shapes[shape] += 1
                seen.add(link)
                queue.append((link, address))
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 10

"""Every address × every role: what is not in this table is refused. Written apart from permissions.py."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.conftest import People
from zhengheng.web.acts.registry import KINDS
from zhengheng.workflow.permissions import ACTS, RULES, may
from zhengheng.workflow.roles import OF_A_UNIT, OFFICERS, Role

EVERYONE = set(Role)
NOBODY: set[Role] = set()
OFFICE = {Role.OFFICE_DIRECTOR, Role.OFFICE_INDICATORS, Role.OFFICE_DATA, Role.OFFICE_PROCEDURE}
TABLE: dict[tuple[str, str], set[Role]] = {
    ("GET", "/office/"): EVERYONE,
    ("GET", "/office/password/"): EVERYONE,
    ("GET", "/office/tokens/"): EVERYONE,
    ("POST", "/office/tokens/99/revoke/"): NOBODY,
    ("GET", "/office/second-factor/"): EVERYONE,
    ("POST", "/office/second-factor/confirm/"): EVERYONE,
    ("GET", "/office/second-factor/code/"): EVERYONE,
    ("POST", "/office/accounts/mentor/second-factor/"): {Role.SYSTEM_ADMINISTRATOR},
    ("GET", "/office/renewals/"): OFFICERS | {Role.OFFICE_DIRECTOR},
    ("POST", "/office/renewals/99/confirm/"): NOBODY,
    ("POST", "/office/renewals/99/drop/"): NOBODY,
    ("GET", "/office/prove/"): EVERYONE,
    ("GET", "/office/organisation/"): EVERYONE,
    ("GET", "/office/organisation/D10/"): EVERYONE,
    ("GET", "/office/organisation/import/"): {Role.SYSTEM_ADMINISTRATOR},
    ("GET", "/office/accounts/import/"): {Role.SYSTEM_ADMINISTRATOR},
    ("GET", "/office/grants/import/"): {Role.SECRECY_OFFICER},
    ("GET", "/office/checklist/"): set(OFFICE),
    ("GET", "/office/reports/chase/"): set(OFFICE),
    ("GET", "/office/reports/projection/"): set(OF_A_UNIT),
    ("GET", "/office/targets/cascade/"): EVERYONE - OFFICERS,
    ("GET", "/office/targets/import/"): {Role.OFFICE_INDICATORS},
    ("GET", "/office/targets/table/99/"): NOBODY,
    ("GET", "/office/tolerance/granted/"): EVERYONE - OFFICERS,
    ("GET", "/office/changes/eased/"): OFFICE | {Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY, Role.EXTERNAL_AUDITOR},
    ("GET", "/office/overview/"): EVERYONE,
    ("GET", "/office/overview/city/"): {
        Role.OFFICE_DIRECTOR, Role.OFFICE_INDICATORS, Role.OFFICE_DATA, Role.OFFICE_PROCEDURE,
        Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY,
    },
    ("GET", "/office/overview/none/"): NOBODY,
    ("GET", "/office/overview/none/file.csv"): NOBODY,
    ("GET", "/office/overview/none/strategy/"): NOBODY,
    ("GET", "/office/overview/none/strategy.docx"): NOBODY,
    ("GET", "/office/overview/none/units/D10/report.pdf"): NOBODY,
    ("GET", "/office/comments-import/"): {Role.OFFICE_PROCEDURE},
    ("GET", "/office/overview/none/indicators/A/"): NOBODY,
    ("GET", "/office/overview/none/units/D10/"): NOBODY,
    ("GET", "/office/results/"): EVERYONE,
    ("POST", "/office/results/register/"): {Role.OFFICE_DATA},
    ("GET", "/office/results/none/"): NOBODY,
    ("GET", "/office/results/none/units/D10/"): NOBODY,
    ("GET", "/office/results/none/units/D10/trial/"): NOBODY,
    ("GET", "/office/results/none/units/D10/source/0/2/"): NOBODY,
    ("POST", "/office/results/none/readers/"): NOBODY,
    ("GET", "/office/results/none/package/"): NOBODY,
    ("GET", "/office/jobs/"): OFFICE | {Role.SYSTEM_ADMINISTRATOR},
    ("GET", "/office/jobs/99/"): NOBODY,
    ("POST", "/office/jobs/99/retry/"): NOBODY,
    ("GET", "/office/accounts/"): set(OFFICERS),
    ("GET", "/office/accounts/new/"): {Role.SYSTEM_ADMINISTRATOR},
    ("GET", "/office/accounts/mentor/"): set(OFFICERS),
    ("POST", "/office/accounts/mentor/unlock/"): {Role.SYSTEM_ADMINISTRATOR},
    ("POST", "/office/accounts/mentor/password/"): {Role.SYSTEM_ADMINISTRATOR},
    ("POST", "/office/accounts/mentor/close/"): {Role.SYSTEM_ADMINISTRATOR},
    ("POST", "/office/accounts/mentor/open/"): {Role.SYSTEM_ADMINISTRATOR},
    ("POST", "/office/accounts/mentor/grants/"): {Role.SECRECY_OFFICER},
    ("POST", "/office/grants/{grant}/revoke/"): {Role.SECRECY_OFFICER},
    ("GET", "/office/ledger/"): {Role.SECURITY_AUDITOR},
    ("GET", "/office/ledger/0/"): {Role.SECURITY_AUDITOR},
    ("GET", "/office/ledger/export/"): {Role.SECURITY_AUDITOR},
    ("POST", "/office/ledger/restored/known/"): set(OFFICERS),
    ("POST", "/office/ledger/checkpoint/"): {Role.SECURITY_AUDITOR, Role.OFFICE_DIRECTOR},
}  # fmt: skip
OPEN = {
    "/",
    "/index.html",
    "/comments",
    "/office/clock/",
    "/office/doors/wecom/login/",
    "/office/doors/wecom/login/callback/",
    "/office/doors/oidc/city/login/",
    "/office/doors/oidc/city/login/callback/",
    "/office/sign-in/",
    "/office/sign-out/",
    "/office/language/",
}


KINDS_AT = tuple(f"/office/{kind.path}/" for kind in KINDS)


OWN = {"/office/ledger/checkpoint/", "/office/ledger/restored/known/", "/office/prove/", "/office/password/", "/office/tokens/",
       "/office/second-factor/confirm/", "/office/second-factor/code/"}  # fmt: skip
"""Where the auditor writes: a checkpoint, and what concerns his own account."""


def addresses(found: list[URLPattern | URLResolver], head: str = "/") -> list[str]:
    made: list[str] = []
    for one in found:
        path = head + str(one.pattern)
        made += addresses(one.url_patterns, path) if isinstance(one, URLResolver) else [path]
    return made


def test_the_table_holds_every_address() -> None:
    """A page that somebody adds fails here until its rights are written down."""
    patterns = [
        re.sub(r"<[^>]+>", "[^/]+", path) + "$"
        for path in addresses(get_resolver().url_patterns)
        # The API has a table of its own, in test_api.py; the kinds of objects have one in test_acts.py.
        if not path.startswith("/api/") and not path.startswith(KINDS_AT)
    ]
    known = [path for _, path in TABLE] + list(OPEN)
    for pattern in patterns:
        assert any(re.match(pattern, path) for path in known), pattern


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_each_role_at_each_address(people: People, method: str, path: str) -> None:
    """404 stands for objects whose existence is not told; a 422 or 409 got past the door."""
    allowed = TABLE[method, path]
    path = path.replace("{grant}", str(people["mentor"].grants.get().pk))
    for role in Role:
        people[role.value].__class__.objects.filter(username="mentor").update(
            row_version=1, is_active=True
        )
        client = people.client(role.value)
        status = (client.get if method == "GET" else client.post)(path).status_code
        # The run to register is absent in this test: that answer comes after the door.
        refused = status == 403 or (status == 404 and not path.endswith("/register/"))
        assert refused == (role not in allowed), (role, path, status)
    assert Client().get(path).status_code == 302, "nobody without an account"


def test_the_auditors_view_changes_nothing(people: People) -> None:
    """Every address with every method: only the signing of a checkpoint is open to the auditor."""
    client = people.client("security_auditor")
    for _, path in TABLE:
        status = client.post(path).status_code
        if path not in OWN:
            assert status in {403, 404, 405}, (path, status)


def test_an_unknown_act_is_an_error_and_never_a_permission() -> None:
    with pytest.raises(KeyError):
        may([], "result.raed")
    assert not any(may([], act) for act in ACTS)
    assert {rule.relation for rule in RULES} <= {
        "any",
        "named",
        "own",
        "supplying",
        "heir",
        "seated",
        "presiding",
        "second",
        "maker",
        "successor",
        "reader",
    }

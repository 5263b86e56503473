"""The API: the same rights as the pages, at every address; errors as problem+json; nothing breaks it."""

import io
import json
import re
from functools import cache
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import PASSWORD, People, computed_run
from zhengheng.ledger.witness import root_from_inclusion
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.api.routes import api
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.workflow.roles import OF_A_UNIT, OFFICE, OFFICERS, Role

HEAD = "/api/v1"
EVERYONE = set(Role)
ADMINISTRATOR, SECRECY = {Role.SYSTEM_ADMINISTRATOR}, {Role.SECRECY_OFFICER}
AUDITOR = {Role.SECURITY_AUDITOR}
NOBODY: set[Role] = set()
VERSION = {"row_version": 99}
QUERIES = {
    "trial": "?indicator=A&period=2007&value=1",
    "changes-eased": "?period=2025",
    "targets-cascade": "?rulebook=99",
    "targets-import": "?rulebook=99",
    "targets-table": "?rulebook=99",
    "consistency": "?old=1&new=2",
}
TABLE: dict[tuple[str, str], tuple[set[Role], dict[str, Any]]] = {
    ("get", "/me"): (EVERYONE, {}),
    ("get", "/desk"): (EVERYONE, {}),
    ("get", "/results/{run}/package"): (NOBODY, {}),
    ("get", "/units"): (EVERYONE, {}),
    ("get", "/units/{code}"): (EVERYONE, {}),
    ("get", "/accounts"): (set(OFFICERS), {}),
    ("post", "/accounts"): (ADMINISTRATOR, {"username": "x", "name": "x"}),
    ("post", "/accounts/{username}/close"): (ADMINISTRATOR, VERSION | {"reason": "调离"}),
    ("post", "/accounts/{username}/open"): (ADMINISTRATOR, VERSION | {"reason": "返聘"}),
    ("post", "/accounts/{username}/unlock"): (ADMINISTRATOR, VERSION),
    ("post", "/accounts/{username}/password"): (ADMINISTRATOR, VERSION),
    ("post", "/accounts/{username}/second-factor"): (ADMINISTRATOR, VERSION),
    ("get", "/accounts/renewals"): (set(OFFICERS), {}),
    ("post", "/accounts/renewals/{number}/confirm"): (NOBODY, VERSION),
    ("post", "/accounts/renewals/{number}/drop"): (NOBODY, {}),
    ("post", "/accounts/{username}/grants"): (SECRECY, {"role": "nothing"}),
    ("post", "/grants/{number}/revoke"): (SECRECY, VERSION),
    ("get", "/results"): (EVERYONE, {}),
    ("post", "/results"): ({Role.OFFICE_DATA}, {"run": "nothing"}),
    ("get", "/results/{run}"): (NOBODY, {}),
    ("get", "/results/{run}/units/{code}"): (NOBODY, {}),
    ("get", "/results/{run}/units/{code}/sources/{file}/{row}"): (NOBODY, {}),
    ("get", "/results/{run}/units/{code}/trial"): (NOBODY, {}),
    ("post", "/results/{run}/readers"): (NOBODY, {"username": "mentor"}),
    ("get", "/projection"): (set(OF_A_UNIT), {}),
    ("get", "/results/{run}/heat"): (NOBODY, {}),
    ("get", "/results/{run}/units/{code}/change"): (NOBODY, {}),
    ("get", "/results/{run}/units/{code}/streak"): (NOBODY, {}),
    ("get", "/results/{run}/indicators/{indicator}/units/{code}"): (NOBODY, {}),
    ("get", "/results/{run}/strategy"): (NOBODY, {}),
    ("get", "/results/{run}/units/{code}/report"): (NOBODY, {}),
    ("get", "/city"): (OFFICE | {Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY}, {}),
    ("post", "/files"): (EVERYONE, {}),
    ("get", "/checklist"): (set(OFFICE), {}),
    ("get", "/reports-chase"): (set(OFFICE), {}),
    ("get", "/changes-eased"): (OFFICE | {Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY, Role.EXTERNAL_AUDITOR}, {}),
    ("get", "/tolerance-granted"): (EVERYONE - OFFICERS, {}),
    ("get", "/targets-cascade"): (EVERYONE - OFFICERS, {}),
    ("post", "/targets-import"): ({Role.OFFICE_INDICATORS}, {}),
    ("get", "/targets-table"): ({Role.OFFICE_INDICATORS}, {}),
    ("get", "/rulebook-form"): ({Role.OFFICE_INDICATORS}, {}),
    ("post", "/comments-import"): ({Role.OFFICE_PROCEDURE}, {}),
    ("post", "/units-import"): (ADMINISTRATOR, {}),
    ("post", "/accounts-import"): (ADMINISTRATOR, {}),
    ("post", "/grants-import"): (SECRECY, {}),
    ("get", "/reports-sheet"): (EVERYONE, {}),
    ("post", "/reports-sheet"): (EVERYONE, {}),
    ("get", "/jobs/{number}"): (NOBODY, {}),
    ("post", "/jobs/{number}/retry"): (NOBODY, {}),
    ("get", "/ledger"): (AUDITOR, {}),
    ("get", "/ledger/{sequence}/proof"): (AUDITOR, {}),
    ("get", "/ledger/consistency"): (AUDITOR, {}),
    ("get", "/ledger/checkpoints"): (AUDITOR, {}),
    ("post", "/ledger/checkpoints"): (AUDITOR | {Role.OFFICE_DIRECTOR}, {}),
    ("post", "/ledger/restored/known"): (set(OFFICERS), {}),
}  # fmt: skip


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    if method == "get":
        return client.get(HEAD + path)
    if "-import" in path:
        held = io.BytesIO(b"x")
        held.name = "table.csv"
        return client.post(HEAD + path, {"file": held})
    return client.post(HEAD + path, json.dumps(body), content_type="application/json")


def filled(path: str, people: People) -> str:
    values = {"code": "D10", "username": "mentor", "run": "nothing", "indicator": "A", "sequence": "0", "file": "1", "row": "1",
              "number": str(people["mentor"].grants.get().pk)}  # fmt: skip
    return re.sub(r"{(\w+)}", lambda found: values[found[1]], path)


def documented() -> set[tuple[str, str]]:
    return {
        (method, path.removeprefix(HEAD)) for path, held in document().items() for method in held
    }


def of_kinds() -> set[tuple[str, str]]:
    """The addresses of kinds of objects and their acts; tests/web/test_acts.py tries each."""
    found: set[tuple[str, str]] = set()
    for kind in KINDS:
        found |= {("get", f"/{kind.path}"), ("get", f"/{kind.path}/{{number}}")}
        for act in kind.acts:
            if act in kind.makers:
                found.add(("post", f"/{kind.path}/{act.name}"))
            elif not act.by_machine:
                found.add(("post", f"/{kind.path}/{{number}}/{act.name}"))
            if act.on_paper and act in kind.makers:
                found.add(("get", f"/{kind.path}/{act.name}/paper"))
            elif act.on_paper:
                found.add(("get", f"/{kind.path}/{{number}}/{act.name}/paper"))
    return found


def test_the_table_holds_every_address() -> None:
    assert documented() == set(TABLE) | of_kinds()


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_each_role_at_each_address(people: People, method: str, path: str) -> None:
    allowed, body = TABLE[method, path]
    path = filled(path, people)
    path += QUERIES.get(path.rsplit("/", 1)[1], "")
    for role in Role:
        answer = call(people.client(role.value), method, path, body)
        absent = answer.status_code == 404 and not path.endswith("/results")
        assert (answer.status_code == 403 or absent) == (role not in allowed), (
            role,
            answer.content,
        )
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
            assert answer.json()["problems"][0]["code"] == answer.json()["type"]
    stranger = call(Client(), method, path, body)
    assert stranger.status_code == 401
    assert stranger.json()["type"] == "sign_in.needed"


def test_a_first_password_opens_no_door(people: People) -> None:
    people.make("fresh")
    assert call(people.client("fresh"), "get", "/me").status_code == 401


def test_writing_needs_the_token_of_the_session(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["security_auditor"])
    assert call(client, "get", "/ledger").status_code == 200
    assert call(client, "post", "/ledger/checkpoints").status_code == 403


def test_a_year_of_two_officers_and_a_result_through_the_api_alone(people: People) -> None:
    administrator, secrecy = people.client("system_administrator"), people.client("secrecy_officer")
    new = {"username": "linmou", "name": "林某甲"}
    chosen = call(administrator, "post", "/accounts", {**new, "password": PASSWORD})
    assert [one["where"] for one in chosen.json()["problems"]] == ["body.given.password"], (
        "passwords are drawn by lot"
    )
    assert call(administrator, "post", "/accounts", new).status_code == 201
    assert call(administrator, "post", "/accounts", new).json()["type"] == "account.taken"
    role = {"role": "unit_reporter", "unit": "D10"}
    given = call(secrecy, "post", "/accounts/linmou/grants", role)
    assert (given.status_code, given.json()["unit"]) == (201, "D10")
    stale = call(secrecy, "post", f"/grants/{given.json()['id']}/revoke", {"row_version": 7})
    assert (stale.status_code, stale.json()["type"]) == (409, "stale")
    run = computed_run().id
    data, director = people.client("office_data"), people.client("office_director")
    procedure = people.client("office_procedure")
    assert call(data, "post", "/results", {"run": run}).status_code == 201
    assert call(procedure, "get", f"/results/{run}").status_code == 404
    assert (
        call(
            director, "post", f"/results/{run}/readers", {"username": "office_procedure"}
        ).status_code
        == 204
    )
    board = call(procedure, "get", f"/results/{run}").json()
    assert board["units"] == sum(len(group["lines"]) for group in board["groups"])
    assert LedgerEntry.objects.filter(act="result.viewed", actor="office_procedure").count() == 1
    number = call(procedure, "get", "/runs").json()["items"][0]["id"]
    version = {"row_version": board["run"]["row_version"]}
    assert call(procedure, "post", f"/runs/{number}/publish", version).status_code == 200
    assert call(procedure, "post", f"/runs/{number}/publish", version).json()["type"] == "stale"
    newer = {"row_version": version["row_version"] + 1}
    assert call(procedure, "post", f"/runs/{number}/publish", newer).json()["type"] == "state.wrong"
    first = board["groups"][0]["lines"][0]
    passport = call(people.client("expert"), "get", f"/results/{run}/units/{first['unit']}").json()
    assert passport["score"] == first["score"]
    auditor = people.client("security_auditor")
    newest = call(auditor, "get", "/ledger?limit=1").json()["items"][0]
    proof = call(auditor, "get", f"/ledger/{newest['sequence']}/proof").json()
    steps = [bytes.fromhex(step) for step in proof["proof"]]
    leaf = bytes.fromhex(newest["leaf"])
    led_to = root_from_inclusion(leaf, proof["sequence"], proof["size"], steps)
    assert led_to == bytes.fromhex(proof["root"])
    assert call(auditor, "post", "/ledger/checkpoints").json()["size"] == proof["size"]


def test_the_character_zero_is_refused_in_words(people: People) -> None:
    """PostgreSQL cannot keep it; no database is to see it."""
    administrator = people.client("system_administrator")
    for text in ("a\0b", "\0"):
        answer = call(
            administrator,
            "post",
            "/accounts",
            {"username": text, "name": "x", "password": PASSWORD},
        )
        assert (answer.status_code, answer.json()["type"]) == (422, "text.null")
        page = administrator.post(
            "/office/accounts/new/", {"username": text, "name": "x", "password": PASSWORD}
        )
        assert page.status_code == 422
        assert (
            administrator.post("/office/sign-in/", {"username": text, "password": "x"}).status_code
            == 422
        )
    for path in ("/office/accounts/%00/", f"{HEAD}/units/a%00b", "/office/ledger/?act=%00"):
        assert administrator.get(path).status_code == 422, path


@cache
def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema()["paths"])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
fields = st.sampled_from(
    ["row_version", "username", "name", "password", "role", "unit", "valid_from", "valid_to", "run"]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(sorted(TABLE)),
    st.dictionaries(fields, anything, max_size=6) | anything,
    st.text(max_size=12),
)
def test_nothing_sent_breaks_it(
    people: People, place: tuple[str, str], body: Any, text: str
) -> None:
    """No 5xx and no status that the document does not name, whatever comes in."""
    from urllib.parse import quote

    method, path = place
    known = document()[HEAD + path][method]["responses"]
    odd = quote(text, safe="") or "x"
    concrete = re.sub(
        r"{\w+}", odd if "{number}" not in path and "{sequence}" not in path else "7", path
    )
    for name in ("system_administrator", "secrecy_officer", "security_auditor", "office_data"):
        answer = call(people.client(name), method, concrete, body)
        # A slash in the text makes another address, which Django answers itself.
        assert answer.status_code in {int(code) for code in known} | {404}, (place, answer.content)


@pytest.mark.parametrize(
    "odd", ["limit=7301650938720612777984", "offset=7301650938720612777984", "limit=0", "offset=-1"]
)
def test_a_page_beyond_all_counting_is_refused_in_words(people: People, odd: str) -> None:
    assert people.client("mentor").get(f"{HEAD}/units?{odd}").status_code == 422

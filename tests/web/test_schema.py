"""schemathesis over the API's own document: no 5xx, no status that the document does not name."""

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.web.conftest import NOW, People
from tests.web.test_acts import Objects
from zhengheng.web.accounts.tokens import make_token
from zhengheng.web.acts.registry import AREAS
from zhengheng.web.config.wsgi import application

pytestmark = pytest.mark.one_database

CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance)
ROLES = ("office_data", "unit_leader", "appeals_clerk")


def secret_of(people: People, name: str) -> str:
    scopes = ["read", *AREAS]
    _, secret = make_token(account=people[name], name="test", scopes=scopes, known=scopes,
                           ends_on=NOW.date().replace(month=6), now=NOW)  # fmt: skip
    return secret


@pytest.mark.parametrize("role", ROLES)
def test_every_address_of_the_document(people: People, role: str) -> None:
    """Each with an object of its kind to be found, by a role that may do much of it."""
    Objects(people, "D10")
    headers = {"Authorization": f"Bearer {secret_of(people, role)}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    me = schema["/api/v1/me"]["GET"].Case().call(headers=headers)
    assert (me.status_code, me.json()["username"]) == (200, role), "the door is open"
    count = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        count += 1

        @settings(
            max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        check()
    assert count > 100


def test_every_json_body_refuses_a_field_of_another_name(people: People) -> None:
    """In the document itself: a misspelt field must not pass as one that was left out."""
    document = Client().get("/api/v1/openapi.json").json()
    shapes = document["components"]["schemas"]
    asked = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                name = body["schema"].get("$ref", "").rpartition("/")[2]
                shape = shapes.get(name, body["schema"])
                asked.append((method, path, shape.get("additionalProperties")))
    assert len(asked) > 10, "the document has bodies"
    assert [one for one in asked if one[2] is not False] == []

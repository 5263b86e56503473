"""A list is narrowed by what there is, and anything else is said; a page's head is answered like the page."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.web.conftest import People


@pytest.mark.parametrize(
    ("path", "filters", "where", "possible"),
    [
        ("reports", "state=foo", "state", "due"), ("appeals", "state=Draft", "state", "draft"), ("rulebooks", "status=draft", "status", "state"),
        ("units", "kind=foo", "kind", "市直部门"), ("units", "parent=D10", "parent", "kind"), ("ledger", "who=x", "who", "actor"),
    ],
)  # fmt: skip
def test_a_filter_that_there_is_not_is_refused_with_what_is_possible(
    people: People, path: str, filters: str, where: str, possible: str
) -> None:
    who = people.client("security_auditor" if path == "ledger" else "office_director")
    answer = who.get(f"/api/v1/{path}?{filters}")
    assert answer.status_code == 422, answer.content.decode()
    said = answer.json()["problems"][0]
    assert said["where"] == where
    assert possible in str(said)
    assert who.get(f"/api/v1/{path}?limit=5&offset=0").status_code == 200


def test_the_head_of_a_page_of_the_portal_is_answered(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "index.html").write_text("<p>公示</p>", encoding="utf-8")
    for address in ("/", "/index.html"):
        answer = Client().head(address)
        assert answer.status_code == 200
        assert int(answer["Content-Length"]) > 0
    assert Client().post("/").status_code in {403, 405}

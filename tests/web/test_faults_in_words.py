"""A database that is locked, away or full: one kind of answer, with words; reading goes on; the public asks no database."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from tests.web.conftest import NOW, People
from zhengheng.domain.problems import DataError
from zhengheng.web.sample import furnish
from zhengheng.web.sample.furnish import furnish_office

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def failing(text: str, only: tuple[str, ...] = ()) -> Iterator[None]:
    """The database says this to every statement, or to those that begin so."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not only or sql.startswith(only):
            raise OperationalError(text)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def signed_in(people: People, name: str) -> Client:
    client = people.client(name)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("said", ["database is locked", "server closed the connection unexpectedly"])  # fmt: skip
def test_a_database_that_does_not_answer_is_said_in_words(people: People, said: str) -> None:
    client = signed_in(people, "office_data")
    if connection.vendor == "postgresql" or said == "database is locked":
        with failing(said):
            answer = client.get("/api/v1/me")
            page = client.get("/office/")
        assert (answer.status_code, page.status_code) == (503, 503)
        assert answer["Content-Type"] == "application/problem+json"
        body = json.loads(answer.content)
        assert (body["type"], body["status"]) == ("http.503", 503)
        assert "数据库暂时没有应答" in body["problems"][0]["detail"]
        assert answer["Retry-After"]
        assert "数据库暂时没有应答" in page.content.decode()
    assert client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/api/v1/nothing", 404), ("delete", "/api/v1/me", 405), ("get", "/api/", 404), ("post", "/api/v1/units", 405)],
)  # fmt: skip
def test_every_error_of_the_api_is_one_kind_of_document(
    people: People, method: str, path: str, status: int
) -> None:
    answer = getattr(signed_in(people, "office_data"), method)(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["problems"][0]["code"]


def test_reading_goes_on_where_nothing_can_be_saved(people: People) -> None:
    client = signed_in(people, "office_data")
    session = client.session
    session["seen"] = int(time.time()) - 3600
    session.save()
    with failing("database or disk is full", ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")):
        assert client.get("/office/rulebooks/").status_code == 200
        assert client.get("/api/v1/me").status_code == 200


def test_the_public_asks_no_database(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # fmt: skip
    monkeypatch.setattr(settings, "HOME", tmp_path)
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "index.html").write_text("<h1>公开</h1>")
    client = signed_in(people, "office_data")
    with failing("database is locked"):
        answer = client.get("/")
    assert answer.status_code == 200
    assert "公开" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_half_a_demonstration_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    (tmp_path / "demo.part").touch()
    with pytest.raises(DataError) as caught:
        furnish_office(tmp_path, NOW)
    assert caught.value.problems[0].code == "demo.half"


@pytest.mark.parametrize("place", ["settle", "play", "work"])
def test_a_demonstration_that_broke_off_is_never_gone_on_with(place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # fmt: skip
    """At its people, in its stories, at its last pages: the second start does nothing and says what to do; a whole one is kept."""
    done: list[str] = []

    def step(name: str) -> Any:
        def act(*_: Any, **__: Any) -> None:
            done.append(name)
            if name == place:
                raise KeyboardInterrupt

        return act

    for name in ("settle", "play", "tick", "work"):
        monkeypatch.setattr(furnish, name, step(name))
    monkeypatch.setattr(furnish, "_stories", lambda *_: [])
    with pytest.raises(KeyboardInterrupt):
        furnish_office(tmp_path, NOW)
    begun = list(done)
    assert begun[-1] == place
    with pytest.raises(DataError) as caught:
        furnish_office(tmp_path, NOW)
    (said,) = caught.value.problems
    assert (said.code, said.where) == ("demo.half", str(tmp_path))
    assert "删除这个文件夹" in said.zh
    assert done == begun, "nothing more was done"
    whole = tmp_path / "whole"
    whole.mkdir()
    place = ""
    assert furnish_office(whole, NOW) == []
    assert not list(whole.iterdir()), "of a whole one no mark is left"
    assert furnish_office(whole, NOW) == []

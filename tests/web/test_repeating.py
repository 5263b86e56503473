"""A request that is sent twice is done once; while its file is read nobody waits for it."""

import io
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.web.conftest import People
from tests.web.test_tables import UNITS, sheet
from tests.web.town import packed
from zhengheng.web.api.models import GivenAnswer
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit

WATCHING: list[tuple[int, bool]] = []
"""At each child process that reads a file: how deep in transactions, and whether the key is taken."""


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if (
        event == "subprocess.Popen"
        and WATCHING
        and {"zhengheng.scoring.upload", "zhengheng.workbooks.read"} & set(arguments[1])
    ):  # type: ignore[call-overload]
        WATCHING.append((len(connection.atomic_blocks), GivenAnswer.objects.exists()))


sys.addaudithook(watch)


def sent(client: Client, path: str, key: str, body: dict[str, Any], name: str = "", content: bytes = b"") -> Any:  # fmt: skip
    headers = {"Idempotency-Key": key}
    if not content:
        return client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers=headers
        )
    held = io.BytesIO(content)
    held.name = name
    return client.post(f"/api/v1/{path}", {"file": held}, headers=headers)


@pytest.fixture
def watched(db: None) -> Iterator[list[tuple[int, bool]]]:
    WATCHING[:] = [(len(connection.atomic_blocks), False)]
    yield WATCHING
    WATCHING.clear()


def test_a_table_is_read_before_anything_is_held(people: People, watched: list[Any]) -> None:
    client, content = people.client("system_administrator"), sheet(UNITS)
    before = LedgerEntry.objects.count()
    first, second = (sent(client, "units-import", "u1", {}, "u.xlsx", content) for _ in range(2))
    assert (first.status_code, first.json()) == (200, {"rows": 1})
    assert (second.content, second.headers["Idempotent-Replay"]) == (first.content, "true")
    assert watched == [watched[0]] * 2, "read once, outside of any transaction, with no key taken"
    assert Unit.objects.filter(code="T90").count() == 1
    assert LedgerEntry.objects.count() == before + 1
    torn = content[:300]
    refused, again = (sent(client, "units-import", "u2", {}, "u.xlsx", torn) for _ in range(2))
    assert (refused.status_code, again.status_code) == (422, 422)
    assert again.content == refused.content
    assert again.headers["Idempotent-Replay"] == "true"
    assert sent(client, "units-import", "u2", {}, "u.xlsx", content).json()["type"] == "key.reused"


def test_a_rulebook_is_read_before_anything_is_held(people: People, watched: list[Any]) -> None:
    client = people.client("office_indicators")
    number = sent(client, "files", "f1", {}, "town.zip", packed()).json()["id"]
    assert sent(client, "files", "f2", {}, "town.zip", packed()).status_code == 201
    GivenAnswer.objects.all().delete()
    given = {"file": number, "period": "2025"}
    first, second = (sent(client, "rulebooks/draft", "r1", given) for _ in range(2))
    assert first.status_code == 201, first.content.decode()
    assert second.json() == first.json()
    assert watched == [watched[0]] * 2
    assert LedgerEntry.objects.filter(act="rulebook.draft").count() == 1
    missing = {"file": 4711, "period": "2025"}
    refused, again = (sent(client, "rulebooks/draft", "r2", missing) for _ in range(2))
    assert (refused.status_code, again.json()) == (again.status_code, refused.json())
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_file_sent_again_is_the_same_request_and_another_address_another(people: People) -> None:
    """A client draws the boundary of its parts anew at each sending; what stands behind the question mark is asked for too."""
    client = people.client("office_data")

    def send(path: str, boundary: str, content: str = "你好") -> Any:
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n{content}\r\n--{boundary}--\r\n'  # fmt: skip
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post(f"/api/v1/{path}", body.encode(), content_type=kind, headers={"Idempotency-Key": "m"})  # fmt: skip

    first, again = send("files", "aaaa1111"), send("files", "bbbb2222")
    assert (first.status_code, again.status_code) == (201, 201), again.content.decode()
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    for other in (send("files", "cccc3333", "再见"), send("files?rulebook=2", "aaaa1111")):
        assert other.json()["type"] == "key.reused"


def test_work_that_breaks_leaves_neither_itself_nor_its_key(people: People) -> None:
    """What a table does not say by its second row undoes its first, and the key keeps the refusal."""
    client = people.client("system_administrator")
    rows = [*UNITS, ["T91", "", "市直部门", ""]]
    assert sent(client, "units-import", "b1", {}, "u.xlsx", sheet(rows)).status_code == 422
    assert not Unit.objects.filter(code="T90").exists()
    assert GivenAnswer.objects.get().status == 422

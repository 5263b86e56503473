"""The second factor and the tokens: doors of their own, each tried with what should not open it."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.test import Client

from tests.web.conftest import NOW, PASSWORD, People
from zhengheng.web.accounts.models import Account, ApiToken, Renewal
from zhengheng.web.ledger.models import LedgerEntry


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SECOND_FACTOR", True)


def sign_in(name: str) -> Client:
    client = Client()
    client.post("/office/sign-in/", {"username": name, "password": PASSWORD})
    return client


def code(secret: str, moment: datetime = NOW) -> str:
    return str(pyotp.TOTP(secret).at(moment))


def set_up(name: str) -> tuple[Client, str]:
    client = sign_in(name)
    client.get("/office/second-factor/")
    secret = client.session["second_factor_offered"]
    assert client.post("/office/second-factor/confirm/", {"code": code(secret)}).status_code == 302
    return client, secret


def test_a_privileged_role_works_only_with_a_second_factor(people: People, asked: None) -> None:
    client = sign_in("office_data")
    answer = client.get("/office/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/office/second-factor/")
    assert client.get("/api/v1/me").status_code == 401
    page = client.get("/office/second-factor/").content.decode()
    assert "<svg" in page
    assert client.session["second_factor_offered"] in page
    wrong = client.post("/office/second-factor/confirm/", {"code": "000000"})
    assert wrong.status_code == 422
    client, _ = set_up("office_data")
    assert client.get("/office/").status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    assert LedgerEntry.objects.filter(act="account.factor_kept").count() == 1


def test_others_are_not_asked(people: People, asked: None) -> None:
    assert sign_in("unit_reporter").get("/office/").status_code == 200


def test_at_the_next_sign_in_the_code_is_asked_and_opens_once(
    people: People, asked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = set_up("office_data")
    client = sign_in("office_data")
    assert client.get("/office/").headers["Location"] == "/office/second-factor/code/"
    # Whoever has the password cannot set a new factor up past the old one.
    offered = client.get("/office/second-factor/")
    assert offered.status_code == 200
    other = client.session["second_factor_offered"]
    assert client.post("/office/second-factor/confirm/", {"code": code(other)}).headers["Location"] == "/office/second-factor/code/"  # fmt: skip
    again = client.post("/office/second-factor/code/", {"code": code(secret)})
    assert again.status_code == 422, "the code that set it up was used"
    later = NOW + timedelta(minutes=1)
    monkeypatch.setattr(settings, "FIXED_CLOCK", later.isoformat())
    assert client.post("/office/second-factor/code/", {"code": code(secret, later)}).status_code == 302  # fmt: skip
    assert client.get("/office/").status_code == 200
    twin = sign_in("office_data")
    assert twin.post("/office/second-factor/code/", {"code": code(secret, later)}).status_code == 422  # fmt: skip


def test_wrong_codes_lock_the_account(people: People, asked: None) -> None:
    set_up("office_data")
    client = sign_in("office_data")
    for _ in range(settings.LOCK_AFTER):
        answer = client.post("/office/second-factor/code/", {"code": "000000"})
    assert answer.status_code == 302
    assert people["office_data"].locked_until is not None
    assert sign_in("office_data").get("/office/").status_code == 302


def test_a_lost_phone(people: People, asked: None) -> None:
    set_up("office_data")
    administrator, _ = set_up("system_administrator")
    body = {"row_version": people["office_data"].row_version}
    path = "/office/accounts/office_data/second-factor/"
    assert administrator.post(path, body).status_code == 200
    assert people["office_data"].factor, "whose word counts: a second officer carries it out"
    auditor, _ = set_up("security_auditor")
    assert auditor.post(f"/office/renewals/{Renewal.objects.get().pk}/confirm/").status_code == 200
    assert people["office_data"].factor == ""
    assert sign_in("office_data").get("/office/").headers["Location"] == "/office/second-factor/"
    client, _ = set_up("secrecy_officer")
    assert client.post(path, body).status_code == 403


def made(people: People, name: str, *scopes: str, **changes: str) -> str:
    client = people.client(name)
    given = {"name": "bi", "scopes": list(scopes), "ends_on": "2026-06-01"} | changes
    page = client.post("/office/tokens/", given)
    assert page.status_code == 200, page.content.decode()
    secret: str = page.context["secret"]
    return secret


def call(secret: str, path: str, body: Any = None) -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    client = Client(enforce_csrf_checks=True)
    if body is None:
        return client.get(f"/api/v1/{path}", headers=headers).status_code
    answer = client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)  # fmt: skip
    return answer.status_code


def test_a_token_opens_what_its_scopes_and_its_account_open(people: People) -> None:
    reading = made(people, "security_auditor", "read")
    assert call(reading, "ledger") == 200
    assert call(reading, "accounts") == 200
    assert call(reading, "decisions") == 403, "the account itself may not"
    assert call(reading, "ledger/checkpoints", {}) == 403, "the token may not write"
    writing = made(people, "security_auditor", "ledger")
    assert call(writing, "ledger/checkpoints", {}) == 201
    assert call(writing, "ledger") == 403, "nor read, unless it says so"
    assert call("zh_nothing", "ledger") == 401
    assert ApiToken.objects.filter(used_at__isnull=False).count() == 2
    assert not ApiToken.objects.filter(digest__contains=reading).exists()


def test_a_token_ends(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = made(people, "security_auditor", "read", ends_on="2026-03-13")
    assert call(secret, "ledger") == 200
    monkeypatch.setattr(settings, "FIXED_CLOCK", "2026-03-14T09:00+08:00")
    assert call(secret, "ledger") == 401
    monkeypatch.setattr(settings, "FIXED_CLOCK", NOW.isoformat())
    token = ApiToken.objects.get()
    assert people.client("expert").post(f"/office/tokens/{token.pk}/revoke/").status_code == 404
    people.client("security_auditor").post(f"/office/tokens/{token.pk}/revoke/")
    assert call(secret, "ledger") == 401
    assert LedgerEntry.objects.filter(act__startswith="token.").count() == 2


def test_a_closed_account_closes_its_tokens(people: People) -> None:
    secret = made(people, "expert", "read")
    Account.objects.filter(username="expert").update(is_active=False)
    assert call(secret, "me") == 401


@pytest.mark.parametrize("changes", [{"name": ""}, {"scopes": ["everything"]}, {"ends_on": "2028-01-01"}])  # fmt: skip
def test_a_token_that_cannot_be(people: People, changes: dict[str, Any]) -> None:
    given = {"name": "bi", "scopes": ["read"], "ends_on": "2026-06-01"} | changes
    page = people.client("expert").post("/office/tokens/", given)
    assert page.status_code == 422
    assert ApiToken.objects.count() == 0


def writing(client: Client, key: str, body: dict[str, Any], path: str = "proposals/make") -> Any:
    return client.post(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json",
        headers={"Idempotency-Key": key},
    )  # fmt: skip


WISH = {"unit": "D10", "name": "指标", "need": "n", "source": "s", "minutes": 5}


def test_a_request_that_is_sent_twice_is_done_once(people: People) -> None:
    client = people.client("unit_leader")
    first, second = writing(client, "k1", WISH), writing(client, "k1", WISH)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replay"] == "true"
    assert LedgerEntry.objects.filter(act="proposal.make").count() == 1
    other = writing(client, "k1", WISH | {"name": "另一个"})
    assert (other.status_code, other.json()["type"]) == (422, "key.reused")
    assert writing(client, "k2", WISH).status_code == 201
    assert writing(people.client("assessing_department"), "k1", WISH).status_code == 201, "a key is its account's"  # fmt: skip
    assert writing(client, "k" * 90, WISH).json()["type"] == "key.malformed"
    refused = writing(client, "k3", WISH | {"unit": "nowhere"})
    assert refused.status_code == 422
    assert writing(client, "k3", WISH | {"unit": "nowhere"}).json() == refused.json()


def test_a_reader_that_knows_the_version_gets_nothing_twice(people: People) -> None:
    client = people.client("unit_leader")
    made = writing(client, "k1", WISH).json()
    path = f"/api/v1/proposals/{made['id']}"
    answer = client.get(path)
    assert answer.headers["ETag"] == '"1"'
    again = client.get(path, headers={"If-None-Match": '"1"'})
    assert (again.status_code, again.content) == (304, b"")


def called(people: People, scopes: list[str], method: str, path: str, **headers: str) -> Any:
    secret = made(people, "office_procedure", *scopes)
    return Client(enforce_csrf_checks=True).generic(
        method, f"/api/v1/{path}", "{}", content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", **headers},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scopes", "method", "path", "lacking", "words"),
    [
        (["read"], "POST", "erasures/ask", "erasures", "写入：清除到期内容"),
        (["files"], "GET", "me", "read", "读取"),
        (["read", "files"], "POST", "grants/1/revoke", "grants", "写入：角色"),
    ],
)
def test_a_token_is_told_which_scope_it_lacks(
    people: People, scopes: list[str], method: str, path: str, lacking: str, words: str
) -> None:
    answer = called(people, scopes, method, path)
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["code"], problem["where"]) == (403, "token.scope", lacking)
    assert f"“{words}”（{lacking}）" in problem["detail"]
    english = called(people, scopes, method, path, Cookie="language=en").json()["problems"][0]
    assert 'has not the scope "' in english["detail"]
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english["detail"])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_token_that_is_none_is_told_so_and_is_no_browser(people: People, scheme: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["expert"])
    for method in ("GET", "POST"):
        answer = client.generic(
            method, "/api/v1/me" if method == "GET" else "/api/v1/files", "{}",
            content_type="application/json", headers={"Authorization": f"{scheme} zh_none"},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["type"]) == (401, "token.ended")
        assert "CSRF" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/office/sign-out/", "/office/sign-in/", "/office/tokens/", "/api/v1/accounts"])  # fmt: skip
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_form_from_nowhere_is_refused_in_our_words(people: People, path: str, language: str) -> None:  # fmt: skip
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["system_administrator"])
    client.cookies["language"] = language
    answer = client.post(path, {}, content_type="application/json")
    api = path.startswith("/api/")
    said = answer.json()["problems"][0]["detail"] if api else answer.content.decode()
    assert answer.status_code == 403
    words = "请返回上一页，刷新后再提交" if language == "zh-hans" else "Go back, reload the page"
    assert words in said
    assert not re.search("CSRF|DEBUG|Referer", said)
    if not api:
        assert 'class="masthead"' in said
        assert 'href="/office/"' in said

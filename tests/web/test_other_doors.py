"""Single sign-on, directory and messenger against servers of their own on loopback."""

import base64
import hashlib
import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings

from tests.web.conftest import NOW, PASSWORD, People
from zhengheng.web.accounts.models import Account
from zhengheng.web.ledger.models import LedgerEntry

pytestmark = pytest.mark.one_database


class City(BaseHTTPRequestHandler):
    """An OpenID provider and a WeCom in one: it knows one person and checks what it is given."""

    person = "unit_reporter"
    challenge = ""

    def log_message(self, *_: Any) -> None:
        pass

    def _say(self, said: Any, status: int = 200) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        place, asked = (
            urlsplit(self.path),
            {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()},
        )
        head = f"http://{self.headers['Host']}"
        if place.path == "/.well-known/openid-configuration":
            self._say({"issuer": head, "authorization_endpoint": f"{head}/authorize", "token_endpoint": f"{head}/token",
                       "userinfo_endpoint": f"{head}/userinfo", "jwks_uri": f"{head}/jwks"})  # fmt: skip
        elif place.path == "/userinfo":
            known = self.headers["Authorization"] == "Bearer city-token"
            self._say(
                {"sub": "7", "preferred_username": City.person} if known else {},
                200 if known else 401,
            )
        elif place.path == "/cgi-bin/gettoken":
            right = (asked["corpid"], asked["corpsecret"]) == ("corp", "wecom-secret")
            self._say(
                {"errcode": 0, "access_token": "w", "expires_in": 7200}
                if right
                else {"errcode": 40001, "errmsg": "invalid"}
            )
        elif place.path == "/cgi-bin/auth/getuserinfo":
            right = (asked["access_token"], asked["code"]) == ("w", "good-code")
            self._say(
                {"errcode": 0, "userid": City.person}
                if right
                else {"errcode": 40029, "errmsg": "invalid code"}
            )
        else:
            self._say({}, 404)

    def do_POST(self) -> None:
        given = {
            k: v[0]
            for k, v in parse_qs(
                self.rfile.read(int(self.headers["Content-Length"])).decode()
            ).items()
        }
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).decode().rstrip("=") == City.challenge
        right = proven and given["code"] == "good-code" and given["client_secret"] == "oidc-secret"
        self._say(
            {"access_token": "city-token", "token_type": "Bearer"}
            if right
            else {"error": "invalid_grant"},
            200 if right else 400,
        )


@pytest.fixture
def city() -> Iterator[str]:
    City.person, City.challenge = "unit_reporter", ""
    server = ThreadingHTTPServer(("127.0.0.1", 0), City)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    head = f"http://127.0.0.1:{server.server_port}"
    providers = {
        "openid_connect": {"APPS": [{
            "provider_id": "city", "name": "city", "client_id": "office", "secret": "oidc-secret",
            "settings": {"server_url": head, "uid_field": "preferred_username", "oauth_pkce_enabled": True,
                         "token_auth_method": "client_secret_post"}}]},
        "wecom": {"APPS": [{"client_id": "corp", "secret": "wecom-secret", "settings": {
            "agent": "1000002", "api_url": head, "authorize_url": f"{head}/wwlogin"}}]},
    }  # fmt: skip
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers):
        yield head
    server.shutdown()
    server.server_close()


OIDC, WECOM = "/office/doors/oidc/city/login/", "/office/doors/wecom/login/"
REFUSED = "统一身份认证没有通过"


def come(client: Client, door: str, code: str = "good-code") -> Any:
    """Leave by a door and come back with a code, as the browser would."""
    left = client.get(door)
    assert left.status_code == 302, left.content.decode()
    asked = {k: v[0] for k, v in parse_qs(urlsplit(left["Location"]).query).items()}
    City.challenge = asked.get("code_challenge", "")
    return client.get(f"{door}callback/", {"code": code, "state": asked["state"]})


@pytest.mark.parametrize("door", [OIDC, WECOM])
def test_another_system_vouches_for_an_account_that_is_there(
    people: People, city: str, door: str
) -> None:
    client = Client()
    # Nobody ever used the first password of this account, and nobody will.
    Account.objects.filter(username="unit_reporter").update(must_change_password=True)
    answer = come(client, door)
    assert (answer.status_code, answer["Location"]) == (302, "/office/")
    home = client.get("/office/")
    assert home.status_code == 200
    assert client.get("/api/v1/me").json()["username"] == "unit_reporter"
    assert LedgerEntry.objects.filter(act="account.signed_in", actor="unit_reporter").count() == 1


@pytest.mark.parametrize("door", [OIDC, WECOM])
def test_no_door_makes_an_account_or_opens_a_closed_one(
    people: People, city: str, door: str
) -> None:
    count = Account.objects.count()
    City.person = "stranger"
    assert REFUSED in come(Client(), door).content.decode()
    City.person = "mentor"
    Account.objects.filter(username="mentor").update(is_active=False)
    client = Client()
    assert REFUSED in come(client, door).content.decode()
    assert client.get("/office/").status_code == 302
    assert Account.objects.count() == count


@pytest.mark.parametrize("door", [OIDC, WECOM])
def test_a_wrong_code_or_state_opens_nothing(people: People, city: str, door: str) -> None:
    client = Client()
    assert REFUSED in come(client, door, code="stolen").content.decode()
    client.get(door)
    forged = client.get(f"{door}callback/", {"code": "good-code", "state": "forged"})
    assert REFUSED in forged.content.decode()
    assert client.get("/office/").status_code == 302


@override_settings(SOCIALACCOUNT_PROVIDERS={}, DOORS={})
def test_a_door_that_is_not_set_up_is_not_there(people: People) -> None:
    assert Client().get(OIDC).status_code == 404
    assert Client().get(WECOM).status_code == 404
    assert "doors" not in Client().get("/office/sign-in/").content.decode()


class Directory(socketserver.BaseRequestHandler):
    """A directory that knows one name and one password; it reads a simple bind (RFC 4511, 4.2) byte by byte."""

    def handle(self) -> None:
        asked = self.request.recv(4096)
        number = asked[4]
        assert asked[:1] + asked[2:4] + asked[5:6] == b"\x30\x02\x01\x60", (
            "a short message with a bind in it"
        )
        name, rest = self._text(asked[10:], 0x04)
        password, _ = self._text(rest, 0x80)
        known = (name, password) == (b"uid=unit_reporter,ou=people", b"Of-the-directory-1")
        code = 0 if known else 49
        self.request.sendall(
            bytes([0x30, 12, 0x02, 1, number, 0x61, 7, 0x0A, 1, code, 0x04, 0, 0x04, 0])
        )
        self.request.recv(4096)  # the unbind

    @staticmethod
    def _text(held: bytes, tag: int) -> tuple[bytes, bytes]:
        assert held[0] == tag
        return held[2 : 2 + held[1]], held[2 + held[1] :]


@pytest.fixture
def directory() -> Iterator[None]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Directory)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    backends = [
        "zhengheng.web.doors.ldap.LdapBackend",
        "zhengheng.web.accounts.backend.AccountBackend",
    ]
    url = f"ldap://127.0.0.1:{server.server_address[1]}"
    with override_settings(
        LDAP_URL=url, LDAP_DN="uid={},ou=people", AUTHENTICATION_BACKENDS=backends
    ):
        yield
    server.shutdown()
    server.server_close()


def sign_in(username: str, password: str) -> int:
    return (
        Client().post("/office/sign-in/", {"username": username, "password": password}).status_code
    )


def test_a_password_of_the_directory_opens_the_account_of_that_name(
    people: People, directory: None
) -> None:
    assert sign_in("unit_reporter", "Of-the-directory-1") == 302
    assert sign_in("unit_reporter", "wrong") == 422
    assert sign_in("unit_reporter", PASSWORD) == 302, "the local password still counts"
    assert sign_in("mentor", "Of-the-directory-1") == 422, "another's name"
    assert sign_in("unit_reporter", "") == 422, "an empty password proves nothing"
    assert sign_in("unit_reporter,ou=x", "Of-the-directory-1") == 422
    Account.objects.filter(username="unit_reporter").update(
        locked_until=NOW + timedelta(minutes=10)
    )
    assert sign_in("unit_reporter", "Of-the-directory-1") == 422, "a lock holds at every door"


def test_without_the_directory_local_passwords_open(people: People) -> None:
    backends = [
        "zhengheng.web.doors.ldap.LdapBackend",
        "zhengheng.web.accounts.backend.AccountBackend",
    ]
    with override_settings(
        LDAP_URL="ldap://127.0.0.1:1", LDAP_DN="uid={}", AUTHENTICATION_BACKENDS=backends
    ):
        assert sign_in("unit_reporter", PASSWORD) == 302

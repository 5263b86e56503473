"""The office behind a real proxy with TLS, as a city runs it: schemes, addresses, bounds of what is sent, the log."""

import http.client
import json
import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import missing
from zhengheng.web.config.bounds import COMMENT, FILES, FORM

pytestmark = pytest.mark.one_database

NAME = "kaohe.example"
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_max_body_size 0;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{tls} ssl; server_name {name};
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass http://127.0.0.1:{port}; proxy_request_buffering off;
      proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""


class House(NamedTuple):
    home: Path
    tls: int
    port: int
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def certificate(folder: Path) -> None:
    """A certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip


def await_port(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"nothing answers at {port}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        missing("nginx")
    folder = tmp_path_factory.mktemp("proxy")
    held = House(folder / "home", free_port(), free_port(), folder / "log")
    certificate(folder)
    conf = NGINX.format(folder=folder, tls=held.tls, port=held.port, name=NAME)
    (folder / "nginx.conf").write_text(conf)
    env = {
        k: v for k, v in os.environ.items() if not k.startswith(("ZHENGHENG", "DATABASE", "DJANGO"))
    }
    env |= {"ZHENGHENG_HTTPS": "1", "ZHENGHENG_HOSTS": NAME, "ZHENGHENG_LOG": "stdout"}
    command = [sys.executable, "-m", "zhengheng.cli.main"]
    words = ("office", "officers", "--new", "--home", str(held.home))
    subprocess.run([*command, *words], env=env, check=True, capture_output=True)
    with held.log.open("w") as log:
        office = subprocess.Popen(
            [*command, "serve", "--home", str(held.home), "--port", str(held.port), "--processes", "2"],
            env=env, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        proxy = subprocess.Popen([str(nginx), "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        try:
            await_port(held.port)
            await_port(held.tls)
            yield held
        finally:
            proxy.terminate()
            office.terminate()
            proxy.wait(20)
            office.wait(20)


def over_tls(house: House, source: str = "127.0.0.2") -> http.client.HTTPSConnection:
    """A browser at another address, which trusts the certificate of the test."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(
        "127.0.0.1", house.tls, context=trust, source_address=(source, 0), timeout=30
    )


def signing_in(house: House, source: str, forged: str) -> int:
    """A wrong password, with a lie about where it comes from."""
    browser = over_tls(house, source)
    browser.request("GET", "/office/sign-in/", headers={"Host": NAME})
    page = browser.getresponse()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token is not None
    cookie = str(page.headers["Set-Cookie"]).partition(";")[0]
    body = urlencode({"csrfmiddlewaretoken": token[1], "username": "sysadmin", "password": "wrong"})
    headers = {
        "Host": NAME, "Cookie": cookie, "Referer": f"https://{NAME}/office/sign-in/", "X-Forwarded-For": forged,
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    browser.request("POST", "/office/sign-in/", body, headers)
    return browser.getresponse().status


def test_behind_tls_pages_come_without_a_detour_and_cookies_are_safe(house: House) -> None:
    browser = over_tls(house)
    browser.request("GET", "/office/sign-in/", headers={"Host": NAME})
    answer = browser.getresponse()
    assert answer.status == 200, "not one redirect after the other"
    assert "Secure" in str(answer.headers["Set-Cookie"])
    assert "max-age=31536000" in str(answer.headers["Strict-Transport-Security"])
    plain = http.client.HTTPConnection("127.0.0.1", house.port, source_address=("127.0.0.3", 0))
    for told in ({}, {"X-Forwarded-Proto": "https"}):
        plain.request("GET", "/office/sign-in/", headers={"Host": NAME} | told)
        redirect = plain.getresponse()
        redirect.read()
        assert redirect.status == 301, "what is no declared proxy cannot say that it came by TLS"
        assert str(redirect.headers["Location"]).startswith("https://")


def test_an_address_is_the_readers_own_whatever_he_says(house: House) -> None:
    assert signing_in(house, "127.0.0.7", "10.9.9.9, 10.8.8.8") == 422
    with sqlite3.connect(house.home / "office.db") as database:
        addresses = {
            row[0] for row in database.execute("select address from accounts_failedsignin")
        }
    assert addresses == {"127.0.0.7"}


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_nobody_may_send_is_refused_before_it_is_read(
    house: House, chunked: bool
) -> None:
    """150 MB of somebody who has not signed in: the answer comes after a few hundred kilobytes at the most."""
    sent = 0
    with socket.create_connection(("127.0.0.1", house.port), timeout=30) as line:
        size = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {150 * 2**20}"
        line.sendall(
            f"POST /api/v1/reports-sheet HTTP/1.1\r\nHost: {NAME}\r\n{size}\r\n\r\n".encode()
        )
        block = b"a" * 65536
        line.settimeout(0.2)
        answer = b""
        while sent < 150 * 2**20 and not answer:
            try:
                answer = line.recv(4096)
            except TimeoutError:
                pass
            except ConnectionError:
                break
            if not answer:
                try:
                    line.sendall(b"10000\r\n" + block + b"\r\n" if chunked else block)
                except (ConnectionError, TimeoutError):
                    break
                sent += len(block)
    assert b" 413 " in answer.split(b"\r\n")[0], answer[:80]
    assert sent < 2 * 2**20


@pytest.mark.parametrize(
    ("path", "signed_in", "most"),
    [
        ("/office/sign-in/", "", FORM),
        ("/api/v1/reports-sheet", "", FORM),
        ("/api/v1/reports-sheet", "Cookie: sessionid=forged\r\n", FILES),
        ("/office/files/", "Authorization: Bearer forged\r\n", FILES),
        ("/comments", "Cookie: sessionid=forged\r\n", COMMENT),
        ("/index.html", "", COMMENT),
    ],
)
def test_each_kind_of_request_has_its_own_bound(house: House, path: str, signed_in: str, most: int) -> None:  # fmt: skip
    """What reaches its bound is refused on its head; one byte less is read, and answered by its own rules."""

    def asked(size: int, body: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", house.port), timeout=30) as line:
            head = f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\n{signed_in}Content-Length: {size}\r\nConnection: close\r\n\r\n"  # fmt: skip
            line.sendall(head.encode() + body)
            return line.recv(4096).split(b"\r\n")[0]

    assert b" 413 " in asked(most, b""), "before a byte of it came"
    size = min(most, FORM) - 1
    assert b" 413 " not in asked(size, b"a" * size)


def test_a_comment_that_is_not_read_is_refused_on_the_portals_page(house: House) -> None:
    """Not in a line of the server: the page of the form, in the language of the page that it stood on."""
    for folder, said in (("portal", "太长"), ("portal/en", "too long")):
        (house.home / folder).mkdir(exist_ok=True)
        (house.home / folder / "comments.html").write_text(f'<p id="said" data-large="{said}"></p>', encoding="utf-8")  # fmt: skip
    for came, said in (("/p/1/", "太长"), ("/en/comments.html", "too long")):
        with socket.create_connection(("127.0.0.1", house.port), timeout=30) as line:
            head = f"POST /comments HTTP/1.1\r\nHost: {NAME}\r\nReferer: https://{NAME}{came}\r\nContent-Length: {COMMENT}\r\n\r\n"  # fmt: skip
            line.sendall(head.encode())
            answer = b"".join(iter(lambda: line.recv(4096), b"")).decode()
        assert " 413 " in answer.splitlines()[0]
        assert answer.endswith(f'class="notice problem">{said}</p>')


def test_access_and_failed_sign_ins_are_told_line_by_line_without_secrets(house: House) -> None:
    assert signing_in(house, "127.0.0.8", "10.9.9.9") == 422
    time.sleep(0.5)
    lines = [
        json.loads(line) for line in house.log.read_text().splitlines() if line.startswith("{")
    ]
    mine = [line for line in lines if line.get("address") == "127.0.0.8"]
    assert [line["event"] for line in mine if "event" in line] == ["sign_in.failed"]
    asked = [(line["method"], line["path"], line["status"]) for line in mine if "method" in line]
    assert asked == [("GET", "/office/sign-in/", 200), ("POST", "/office/sign-in/", 422)]
    assert "wrong" not in house.log.read_text()

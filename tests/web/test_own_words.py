"""Faults that a library or the system found are said in sentences of ours, in both languages."""

import errno
import json
import re
import smtplib
from pathlib import Path
from typing import ClassVar

import pytest
import requests
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from tests.web.conftest import NOW, People
from zhengheng.domain.problems import VerifyError, ZhenghengError
from zhengheng.domain.reasons import UNKNOWN, why
from zhengheng.ledger.checkpoint import CheckpointError, read
from zhengheng.scheme.yaml_source import read_yaml
from zhengheng.web.jobs import worker
from zhengheng.web.ledger.keys import witnesses
from zhengheng.web.ledger.services import sign_checkpoint, take_cosignature
from zhengheng.web.portal.snapshots import slots_of
from zhengheng.web.reminders import ways

pytestmark = pytest.mark.one_database

LATIN = re.compile(r"[A-Za-z]{3,}")
HAN = re.compile(r"[\u4e00-\u9fff]")


def alone(zh: str, en: str, *names: str) -> None:
    """Each language by itself; names that people typed or must type stand as they are."""
    for name in names:
        zh = zh.replace(name, "")
    assert not LATIN.search(zh), zh
    assert not HAN.search(en), en


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("name_zh: 一市\nnmae_en: City\n", "portal.slots", "没有“nmae_en”这一项"),
        ("comments: perhaps\n", "portal.slots", "“comments”一项的内容不合要求"),
        ("reply_days: soon\nfoter: x\n", "portal.slots", "没有“foter”这一项"),
        ("name_zh: [一市\n", "portal.yaml", "这一处不是 YAML"),
        ("- 一市\n", "portal.slots", "这里应是“项目: 内容”的形式"),
    ],
)
def test_what_a_portals_settings_get_wrong(text: str, code: str, words: str, tmp_path: Path) -> None:  # fmt: skip
    path = tmp_path / "portal.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ZhenghengError) as caught:
        slots_of(path)
    problems = caught.value.problems
    assert {one.code for one in problems} == {code}
    assert any(words in one.zh for one in problems)
    for one in problems:
        assert not re.search("pydantic|Input should|expected|while parsing|extra_forbidden", one.zh + one.en)  # fmt: skip


def test_checkpoints_and_witnesses_speak_both_languages(people: People, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as caught:
        read("no checkpoint", "no key")
    alone(caught.value.zh, caught.value.en)
    home = Path(settings.HOME)
    point = sign_checkpoint(home=home, actor="t", now=NOW)
    for broken in ("— x\n", "— name !!!\n", "no line at all\n"):
        with pytest.raises(VerifyError) as refused:
            take_cosignature(point.text + broken, home=home, actor="t", now=NOW)
        (problem,) = refused.value.problems
        assert problem.code in {"witness.form", "witness.untrusted"}
        alone(problem.zh, problem.en, "cosign", "witnesses.txt")
    (tmp_path / "witnesses.txt").write_text("# 见证人\nabc\na+b\na+b+AAAA\n", encoding="utf-8")
    with pytest.raises(VerifyError) as wrong:
        witnesses(tmp_path)
    assert [one.where for one in wrong.value.problems] == [f"witnesses.txt:{n}" for n in (2, 3, 4)]


def test_fields_of_the_api_are_refused_in_the_readers_language(people: People) -> None:
    client = people.client("secrecy_officer")
    path, given = "/api/v1/accounts/mentor/grants", {"role": 5, "valid_from": "soon", "more": 1}
    for body in (given, {}, [], {"role": "expert", "valid_from": 7.5}):
        for language in ("zh-hans", "en"):
            client.cookies["language"] = language
            answer = client.post(path, json.dumps(body), content_type="application/json")
            assert answer.status_code == 422
            for one in answer.json()["problems"]:
                said = one["detail"].split("：" if language == "zh-hans" else ": ", 1)[-1]
                assert bool(HAN.search(said)) == (language == "zh-hans"), one
                assert not re.search("Input should|valid |Field required", said)


class Refusing(BaseEmailBackend):
    """A mail server at the other end of which something is wrong."""

    error: ClassVar[OSError] = OSError()

    def send_messages(self, messages: object) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "zh"),
    [
        (smtplib.SMTPAuthenticationError(535, b"bad"), "不接受账号或密码"),
        (smtplib.SMTPRecipientsRefused({}), "不接受收件地址"),
        (smtplib.SMTPServerDisconnected("gone"), "没有收下"),
        (ConnectionRefusedError(111, "Connection refused"), "对方拒绝连接"),
        (TimeoutError("timed out"), "等待超时"),
        (OSError("?"), "原因不明"),
    ],
)
def test_a_mail_that_was_not_taken(error: OSError, zh: str, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(settings, "EMAIL_HOST", "mail.example")
    monkeypatch.setattr(settings, "OFFICE_ADDRESS", "https://office.example")
    monkeypatch.setattr(settings, "EMAIL_BACKEND", f"{__name__}.{Refusing.__name__}")
    monkeypatch.setattr(Refusing, "error", error)
    with pytest.raises(ways.ReminderError) as caught:
        ways.send("email", "a@example.org", 2)
    (problem,) = caught.value.problems
    assert zh in problem.zh
    alone(problem.zh, problem.en)


def test_a_fault_that_we_have_no_words_for_is_the_system_s_by_its_number() -> None:
    assert why(OSError(errno.ENOTCONN, "x"))[0] == "磁盘或网络的连接已断开，请检查挂载"
    zh, en = why(OSError(errno.EDOM, "x"))
    assert f"系统报告第 {errno.EDOM} 号错误" in zh
    assert f"error {errno.EDOM}" in en


def test_a_worker_that_the_system_refuses_says_why_and_works_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[int] = []

    def refused(*_: object, **__: object) -> None:
        tried.append(1)
        if len(tried) < 3:
            raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(worker, "call_command", refused)
    monkeypatch.setattr(worker, "look_after", lambda: None)
    monkeypatch.setattr(worker, "FIRST_PAUSE", 0.01)
    worker.run()
    assert len(tried) == 3
    assert "网络磁盘上的文件已失效" in caplog.text


def test_a_fault_of_the_system_has_words(tmp_path: Path) -> None:
    for error in (FileNotFoundError(), PermissionError(), IsADirectoryError(), requests.ConnectionError()):  # fmt: skip
        alone(*why(error))
    assert why(KeyError("x")) == UNKNOWN
    with pytest.raises(ZhenghengError) as caught:
        read_yaml(tmp_path, "rulebook.yaml")
    (problem,) = caught.value.problems
    alone(problem.zh, problem.en)

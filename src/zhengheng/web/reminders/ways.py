"""The ways out: e-mail by SMTP, text messages and messengers by a gateway's HTTP address.

A message says how many tasks wait and where; no unit, no score, no name leaves the office.
"""

import json
import smtplib
import ssl
from typing import Any

import requests
from django.conf import settings
from django.core.mail import send_mail

from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.reasons import UNKNOWN, Words, why

SECONDS = 10
SUBJECT = "待办提醒 Tasks waiting"


class ReminderError(ZhenghengError):
    """A reminder could not be brought out."""


def offered() -> list[str]:
    """The ways that this deployment has; a message needs an address of the office to link to."""
    gateways = [way for way, held in settings.REMINDER_GATEWAYS.items() if held["url"]]
    mail = ["email"] if settings.EMAIL_HOST else []
    return ["page", *((*mail, *gateways) if settings.OFFICE_ADDRESS else ())]


def text(tasks: int) -> str:
    """The whole message."""
    one = "" if tasks == 1 else "s"
    return f"您有 {tasks} 项任务待办 / {tasks} task{one} waiting: {settings.OFFICE_ADDRESS}/office/"


def send(way: str, address: str, tasks: int) -> None:
    """Bring one message out. Raises ReminderError where the other side does not take it."""
    if way not in offered():
        raise _failed(way, ("这种提醒方式没有设置", "this way is not set up"))
    if way == "email":
        _by_mail(address, tasks)
    elif way != "page":
        _by_gateway(way, address, tasks)


def _by_mail(address: str, tasks: int) -> None:
    try:
        send_mail(SUBJECT, text(tasks), settings.DEFAULT_FROM_EMAIL, [address])
    except OSError as error:  # smtplib's errors are among them
        raise _failed("email", _by_post(error)) from error


def _by_gateway(way: str, address: str, tasks: int) -> None:
    gateway = settings.REMINDER_GATEWAYS[way]
    body = filled(json.loads(gateway["body"]), {"{address}": address, "{text}": text(tasks)})
    headers = {"Authorization": f"Bearer {gateway['secret']}"} if gateway["secret"] else {}
    try:
        answer = requests.post(
            gateway["url"], json=body, headers=headers, timeout=SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        raise _failed(way, _by_net(error)) from error
    if not answer.ok or answer.is_redirect:
        status = answer.status_code
        raise _failed(way, (f"对方返回状态 {status}", f"the other side answered with status {status}"))  # fmt: skip


def _by_post(error: OSError) -> Words:
    """What went wrong with a mail server."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return (
            "邮件服务器不接受账号或密码",
            "the mail server does not take the account or its password",
        )
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "邮件服务器不接受收件地址", "the mail server does not take the address"
    if isinstance(error, smtplib.SMTPException):
        return "邮件服务器没有收下", "the mail server did not take it"
    return why(error)


def _by_net(error: requests.RequestException) -> Words:
    """What went wrong with a gateway."""
    if isinstance(error, requests.exceptions.SSLError):
        return why(ssl.SSLError())
    if isinstance(error, requests.exceptions.Timeout):
        return why(TimeoutError())
    if isinstance(error, requests.exceptions.ConnectionError):
        return "连接没有建立", "no connection came about"
    return UNKNOWN


def filled(body: Any, words: dict[str, str]) -> Any:
    """The gateway's form with address and text in their places; nothing else is read from them."""
    if isinstance(body, dict):
        return {key: filled(value, words) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, words) for value in body]
    if isinstance(body, str):
        for place, word in words.items():
            if place in body:
                return body.replace(place, word)
    return body


def _failed(way: str, reason: Words) -> ReminderError:
    return ReminderError.one(
        way, "reminder.failed", zh=f"提醒没有送出（{reason[0]}），请检查发送设置后在作业页重试。",
        en=f"the reminder was not taken ({reason[1]}); check how it is sent, then try again on the jobs page",
    )  # fmt: skip

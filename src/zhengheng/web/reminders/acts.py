"""What is done about a channel: its owner opens it, tries it, closes it."""

import re
from datetime import date
from typing import Any, Literal

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Act, Change, Column, Doing, Given, Kind, Made, Standing, ask
from zhengheng.web.jobs.services import ask as ask_job
from zhengheng.web.reminders.models import WAYS, Channel
from zhengheng.web.reminders.ways import ReminderError, offered
from zhengheng.workflow.machines import CHANNEL

ADDRESSES = {
    "page": (r"", ("系统内提醒不用填写", "leave it empty for reminders in the office")),
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", ("电子邮箱, 如 wang@city.gov.cn", "an e-mail address such as wang@city.gov.cn")),
    "sms": (r"\+?\d{6,15}", ("手机号, 只含数字", "a phone number in digits")),
    "webhook": (r"\S{1,120}", ("在即时通讯里的账号", "the account in the messenger")),
}  # fmt: skip


class OpenGiven(Given):
    way: Literal["page", "email", "sms", "webhook"] = ask("提醒方式", "How", names=WAYS)
    address: str = ask("地址 (邮箱、手机号或即时通讯账号)", "Where (e-mail, phone or messenger account)", "", max_length=120)  # fmt: skip


def open_one(doing: Doing) -> Made:
    given: OpenGiven = doing.given
    pattern, (zh, en) = ADDRESSES[given.way]
    if given.way not in offered():
        raise ReminderError.one(
            "way", "channel.way", zh="这里没有设置这种提醒方式, 请系统管理员按运行手册设置",
            en="this way is not set up here; the system administrator's handbook says how",
        )  # fmt: skip
    if not re.fullmatch(pattern, given.address, re.ASCII):
        raise ReminderError.one("address", "channel.address", zh=f"地址应为: {zh}", en=f"the address should be: {en}")  # fmt: skip
    same = Channel.objects.filter(made_by=doing.actor, way=given.way, state="open")
    if same.exists():
        raise ReminderError.one(
            "way", "channel.open", zh="这种方式已经开通, 要改地址请先停用",
            en="this way is open already; close it first to change the address",
        )  # fmt: skip
    # The address is personal, so the ledger keeps the way only.
    return Made(Channel(way=given.way, address=given.address), {"way": given.way})


def close(doing: Doing) -> Change:
    """The address goes with the channel."""
    return Change({"address": ""}, {"way": doing.obj.way})


def try_it(doing: Doing) -> Change:
    channel: Channel = doing.obj
    ask_job(
        kind="reminder.try", arguments={"channel": channel.pk}, subject=f"channel:{channel.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip
    return Change({}, {"way": channel.way})


def _standing(channel: Channel, account: Account) -> Standing:
    return Standing(("maker",) if channel.made_by_id == account.pk else ())


def _ways(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    return {"way": [(way, WAYS[way]) for way in offered()]}


CHANNELS = Kind(
    machine=CHANNEL, path="channels", words=("提醒方式", "Reminders"), model=Channel,
    title=lambda c: WAYS[c.way], standing=_standing,
    acts=(
        Act("channel.open", ("开通提醒", "Open a way"), open_one, OpenGiven,
            ("工作日上班后, 有待办任务时提醒一次。内容只有任务数和链接, 不含单位、得分和姓名。",
             "Once on a working day, when tasks wait. A message holds their number and a link; no unit, no score, no name."), choices=_ways),
        Act("channel.try", ("发一条试试", "Send one now"), try_it, optional=True),
        Act("channel.close", ("停用", "Close"), close, help=("地址一并删除。", "The address is deleted with it."), optional=True),
    ),
    columns=(Column(("方式", "How"), lambda c: WAYS[c.way]), Column(("地址", "Where"), "address")),
    body="reminders/body.html",
    context=lambda c, request: {"reminders": c.reminders.all()[:31]},
    out=lambda c: {"way": c.way, "address": c.address,
                   "reminders": [{"day": r.day.isoformat(), "tasks": r.tasks, "sent": r.sent_at is not None} for r in c.reminders.all()[:31]]},
)  # fmt: skip

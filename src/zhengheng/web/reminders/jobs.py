"""The round of a working day: who has tasks and a channel is told once."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.known import kinds
from zhengheng.web.acts.selectors import owed
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import Work, ask, job
from zhengheng.web.reminders.models import Channel, Reminder
from zhengheng.web.reminders.ways import send

FROM_HOUR = 9
"""Nobody is reminded before the office opens."""


def tick(now: datetime) -> None:
    """On a working day, once the office is open, ask for the day's round. Doing it twice changes nothing."""
    day = now.date()
    if now.hour < FROM_HOUR or not working_calendar().is_working(day):
        return
    if not Channel.objects.filter(state="open").exists():
        return
    subject = f"reminders:{day.isoformat()}"
    with transaction.atomic():
        if not Job.objects.filter(kind="reminders.round", subject=subject).exists():
            ask(kind="reminders.round", arguments={}, subject=subject, actor=None, now=now)


def tasks_of(account: Account, day: date) -> int:
    """How many objects wait for an act of the account."""
    return sum(len(owed(kind, account, day)) for kind in kinds())


@job("reminders.round", "每日提醒", "The day's reminders")
def go_round(work: Work) -> dict[str, Any]:
    """One reminder for each open channel of whoever has tasks; each sent by a job of its own."""
    day, told = work.now.date(), 0
    counts: dict[int, int] = {}
    open_ones = list(Channel.objects.filter(state="open", made_by__is_active=True).select_related("made_by"))  # fmt: skip
    for place, channel in enumerate(open_ones):
        work.tell(("提醒", "reminders"), place, len(open_ones))
        account = channel.made_by
        assert account is not None  # a channel is opened by its owner
        if account.pk not in counts:
            counts[account.pk] = tasks_of(account, day)
        if counts[account.pk]:
            told += _tell(channel, counts[account.pk], work)
    return {"reminders": told}


def _tell(channel: Channel, tasks: int, work: Work) -> bool:
    with transaction.atomic():
        made, new = Reminder.objects.get_or_create(
            channel=channel, day=work.now.date(), defaults={"tasks": tasks}
        )
        if new:
            ask(kind="reminder.send", arguments={"reminder": made.pk}, subject=f"reminder:{made.pk}",
                actor=None, now=work.now)  # fmt: skip
    return new


@job("reminder.send", "发送提醒", "Send a reminder")
def bring(work: Work) -> dict[str, Any]:
    """Bring one reminder out, once; not where the channel was closed meanwhile or a later day's was made."""
    one = Reminder.objects.select_related("channel").get(pk=work.job.arguments["reminder"])
    late = one.channel.reminders.filter(day__gt=one.day).exists()
    if one.sent_at is None and one.channel.state == "open" and not late:
        send(one.channel.way, one.channel.address, one.tasks)
        Reminder.objects.filter(pk=one.pk).update(sent_at=work.now)
    return {"way": one.channel.way, "tasks": one.tasks}


@job("reminder.try", "试发提醒", "Try a reminder")
def bring_now(work: Work) -> dict[str, Any]:
    """What the owner asked for to see whether it arrives."""
    channel = Channel.objects.select_related("made_by").get(pk=work.job.arguments["channel"])
    account = channel.made_by
    assert account is not None  # a channel is opened by its owner
    tasks = tasks_of(account, work.now.date())
    send(channel.way, channel.address, tasks)
    return {"way": channel.way, "tasks": tasks}

"""A desk of the sample city: somebody does an act at a moment, as if by the page."""

from datetime import datetime
from typing import Any

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts import forms, services
from zhengheng.web.acts.declare import Kind
from zhengheng.web.files.services import take_in
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import run_job


def moment(text: str) -> datetime:
    """Nine in the morning of a day, or the time given."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T09:00").replace(
        tzinfo=datetime.fromisoformat("2026-03-12T09:00+08:00").tzinfo
    )


def person(username: str) -> Account:
    return Account.objects.get(username=username)


def make(kind: Kind, name: str, who: str, when: str, /, **given: Any) -> Any:
    """Make an object."""
    act = kind.act(name)
    assert act is not None, name
    return services.make(
        kind, act, given=forms.check(act.given, given), actor=person(who), now=moment(when)
    )


def do(kind: Kind, name: str, obj: Any, who: str, when: str, /, **given: Any) -> Any:
    """Do an act on an object as it stands."""
    act = kind.act(name)
    assert act is not None, name
    seen = kind.all().get(pk=obj.pk)
    return services.perform(
        kind, act, seen, given=forms.check(act.given, given), row_version=seen.row_version,
        actor=person(who), now=moment(when),
    )  # fmt: skip


def paper(who: str, when: str, title: str) -> int:
    """A paper handed in: plain text that says it is fictional."""
    content = f"{title}\n虚构示例 fictional example\n".encode()
    held = take_in(name=f"{title}.txt", content=content, actor=person(who), now=moment(when))
    return int(held.pk)


def work(*, pages: bool = False) -> None:
    """Do what is in the queue, here and now; the portal's `pages` are written once, when all is done.

    Raises AssertionError for a job that fails.
    """
    left = set() if pages else {"portal.write"}
    while waiting := list(
        Job.objects.filter(state="waiting").exclude(kind__in=left).order_by("pk")
    ):
        for job in waiting:
            run_job.call(job.pk)
            job.refresh_from_db()
            assert job.state == "done", job.problems

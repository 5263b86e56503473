"""Asking for a job, doing it, taking up again what a dead worker left."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.jobs.models import Job

SILENCE = timedelta(seconds=settings.JOB_SILENCE)
"""A running job without a sign of life for so long has lost its worker."""
BEAT = settings.JOB_SILENCE / 6
MOST_ATTEMPTS = settings.JOB_ATTEMPTS


@dataclass(frozen=True)
class Work:
    """What a job's function gets: the job, its moment, and a way to say how far it is."""

    job: Job

    @property
    def now(self) -> datetime:
        return self.job.clock

    def tell(self, step: str, done: int = 0, total: int = 0) -> None:
        """Say how far the work is; shown on the page."""
        Job.objects.filter(pk=self.job.pk).update(
            step=step[:120], done=done, total=total, seen_at=timezone.now()
        )


Function = Callable[[Work], dict[str, Any]]
FUNCTIONS: dict[str, Function] = {}


def job(kind: str) -> Callable[[Function], Function]:
    """Make a function the work of a kind of job. It must be idempotent."""

    def known(function: Function) -> Function:
        FUNCTIONS[kind] = function
        return function

    return known


def ask(
    *, kind: str, arguments: dict[str, Any], subject: str, actor: Account | None, now: datetime
) -> Job:
    """Put a job in the queue, in the transaction of the act that asks for it."""
    made = Job.objects.create(
        kind=kind, arguments=arguments, subject=subject, asked_by=actor, asked_at=now, clock=now,
        seen_at=timezone.now(),
    )  # fmt: skip
    run_job.enqueue(made.pk)
    return made


@task
def run_job(number: int) -> None:
    """Do a job, unless somebody is at it or it is done."""
    taken = Job.objects.filter(pk=number, state="waiting").update(
        state="running", seen_at=timezone.now(), attempts=F("attempts") + 1
    )
    if not taken:
        return
    held = Job.objects.get(pk=number)
    try:
        with _heartbeat(number):
            result = FUNCTIONS[held.kind](Work(held))
    except ZhenghengError as error:
        said = [{"where": p.where, "code": p.code, "zh": p.zh, "en": p.en} for p in error.problems]
        Job.objects.filter(pk=number).update(state="failed", problems=said)
    else:
        Job.objects.filter(pk=number).update(state="done", result=result, problems=[])


@contextmanager
def _heartbeat(number: int) -> Iterator[None]:
    """While the work goes on, the job says that its worker lives."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(BEAT):
                # A database that is busy for a moment is no death; the next beat tells.
                with suppress(OperationalError):
                    Job.objects.filter(pk=number).update(seen_at=timezone.now())
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def take_up_again(moment: datetime) -> int:
    """Put jobs of dead workers back into the queue; after too many attempts they count as failed."""
    silent = Job.objects.filter(seen_at__lt=moment - SILENCE, state__in=("waiting", "running"))
    return sum(_take_up(one) for one in silent)


def _take_up(one: Job) -> int:
    if one.state == "waiting" and _is_queued(one):
        return 0  # all workers are busy, and that is no death
    given_up = one.attempts >= MOST_ATTEMPTS
    with transaction.atomic():
        changed = Job.objects.filter(pk=one.pk, state=one.state, seen_at=one.seen_at).update(
            state="failed" if given_up else "waiting", seen_at=timezone.now(),
            problems=[_DIED] if given_up else [],
        )  # fmt: skip
        if changed and not given_up:
            run_job.enqueue(one.pk)
    return changed if not given_up else 0


_DIED = {
    "where": "worker", "code": "job.died", "zh": "工作进程多次中断, 请联系系统管理员",
    "en": "the worker died several times; ask the system administrator",
}  # fmt: skip


def _is_queued(one: Job) -> bool:
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    return waiting.filter(args_kwargs={"args": [one.pk], "kwargs": {}}).exists()


def retry(*, number: int) -> None:
    """Do a failed job again."""
    with transaction.atomic():
        again = Job.objects.filter(pk=number, state="failed")
        if again.update(state="waiting", attempts=0, seen_at=timezone.now()):
            run_job.enqueue(number)

"""Asking for a job, doing it, taking up again what a dead worker left."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.reasons import why
from zhengheng.web.accounts.models import Account
from zhengheng.web.jobs.faults import is_full, passes
from zhengheng.web.jobs.models import KINDS, Job

SILENCE = timedelta(seconds=settings.JOB_SILENCE)
"""A running job without a sign of life for so long has lost its worker."""
BEAT = settings.JOB_SILENCE / 6
MOST_ATTEMPTS = settings.JOB_ATTEMPTS
ROOM = 64 * 2**20
"""Bytes free on the disk with which a job that it had no room for is tried again."""
WHOLE = frozenset({"portal.write"})
"""Kinds that do everything anew each time, whatever they were asked for: a later one makes up for every earlier one."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """What a job's function gets: the job, its moment, and a way to say how far it is."""

    job: Job

    @property
    def now(self) -> datetime:
        """The moment of the order by the office's clock: what the database keeps is in UTC, and there it may still be yesterday."""
        return timezone.localtime(self.job.clock)

    def tell(self, step: tuple[str, str], done: int = 0, total: int = 0) -> None:
        """Say in Chinese and English how far the work is; shown on the page."""
        Job.objects.filter(pk=self.job.pk).update(
            step="\n".join(step)[:120], done=done, total=total, seen_at=timezone.now()
        )


Function = Callable[[Work], dict[str, Any]]
FUNCTIONS: dict[str, Function] = {}


def job(kind: str, *words: str) -> Callable[[Function], Function]:
    """Make a function the work of a kind of job, with its Chinese and English words. It must be idempotent."""

    def known(function: Function) -> Function:
        FUNCTIONS[kind] = function
        if words:
            KINDS[kind] = (words[0], words[1])
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
    """Do a job, unless somebody is at it or it is done.

    What goes wrong is said at once, in words; only where the database itself was away the job is done again, by the
    watchman's rule for the dead. A worker that stood still so long that another took its job leaves no trace.
    """
    taken = Job.objects.filter(pk=number, state="waiting").update(
        state="running", seen_at=timezone.now(), attempts=F("attempts") + 1
    )
    if not taken:
        return
    held = Job.objects.get(pk=number)
    mine = Job.objects.filter(pk=number, state="running", attempts=held.attempts)
    try:
        with _heartbeat(mine):
            result = FUNCTIONS[held.kind](Work(held))
    except ZhenghengError as error:
        said = [{"where": p.where, "code": p.code, "zh": p.zh, "en": p.en} for p in error.problems]
        mine.update(state="failed", problems=said)
    except Exception as error:
        if passes(error):
            log.warning("job %s: the database did not answer: %s", number, str(error).strip())
            connection.close()
            return
        if is_full(error):
            log.warning("job %s (%s): the disk is full; it is tried again once there is room", number, held.kind)  # fmt: skip
        else:
            log.exception("job %s (%s) failed", number, held.kind)
        mine.update(state="failed", problems=[_in_words(error, number)])
    else:
        mine.update(state="done", result=result, problems=[])


FULL = "job.full"
FAULTS = frozenset({FULL, "job.failed", "job.died"})
"""Faults of the machine, not of what was asked for: somebody looks after them."""


def _in_words(error: Exception, number: int) -> dict[str, str]:
    code = "job.failed"
    if is_full(error):
        code = FULL
        zh, en = "磁盘空间已满，作业没有完成。请系统管理员腾出空间，之后作业会自动重做，也可以在作业页面上重做。", "the disk is full and the job was not done; make room, and it is done again by itself, or from the job's page"  # fmt: skip
    elif isinstance(error, OSError):
        why_zh, why_en = why(error)
        zh = f"作业没有完成：{why_zh}。请系统管理员排除后重试（运行日志中的作业 {number}）。"
        en = f"the job was not done: {why_en}; mend that, then try again (job {number} in the log)"
    else:
        zh = f"作业因程序内部错误没有完成。请系统管理员在运行日志中查找作业 {number}，排除原因后重试。"
        en = f"the job was not done because of an error inside the program; look for job {number} in the log, then try again"
    return {"where": "job", "code": code, "zh": zh, "en": en}


@contextmanager
def _heartbeat(mine: QuerySet[Job]) -> Iterator[None]:
    """While the work goes on, the job says that its worker lives."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(BEAT):
                # A database that is busy for a moment is no death; the next beat tells.
                try:
                    mine.update(seen_at=timezone.now())
                except (OperationalError, InterfaceError):
                    connection.close()
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


def try_where_there_is_room(moment: datetime) -> int:
    """Do again what a full disk kept from being done, once there is room; not again at once where the room was too little."""
    if shutil.disk_usage(settings.HOME).free < ROOM:
        return 0
    held = Job.objects.filter(state="failed", seen_at__lt=moment - SILENCE).order_by("pk")
    full = [one.pk for one in held if any(said["code"] == FULL for said in one.problems)]
    for number in full:
        retry(number=number)
    return len(full)


def left_undone() -> list[Job]:
    """Jobs that a fault of the machine kept from being done, and that no later one of the same kind made up for."""
    found = []
    for one in Job.objects.filter(state="failed").order_by("pk"):
        if not any(said["code"] in FAULTS for said in one.problems):
            continue
        later = Job.objects.filter(kind=one.kind, state="done", pk__gt=one.pk)
        if not (later if one.kind in WHOLE else later.filter(subject=one.subject)).exists():
            found.append(one)
    return found


def nobody_works(moment: datetime) -> bool:
    """Whether jobs stand still because no worker lives: one would have begun them, or have put the dead one's back by now."""
    still = moment - 2 * SILENCE
    waiting = Job.objects.filter(state__in=("waiting", "running"))
    alive = Job.objects.filter(state="running", seen_at__gte=still)
    return waiting.filter(seen_at__lt=still).exists() and not alive.exists()


def bury(moment: datetime) -> int:
    """Entries of the queue whose worker died while it did them: their jobs go on under other entries, or have ended."""
    running = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=moment - SILENCE
    )
    count = 0
    for entry in running:
        job_of = Job.objects.filter(pk__in=entry.args_kwargs["args"]).first()
        # A job that lives beats; its newest entry is the one that is being worked on.
        newer = DBTaskResult.objects.filter(args_kwargs=entry.args_kwargs, enqueued_at__gt=entry.enqueued_at)  # fmt: skip
        if job_of is None or job_of.state in {"done", "failed"} or newer.exists():
            count += DBTaskResult.objects.filter(
                pk=entry.pk, status=TaskResultStatus.RUNNING
            ).update(  # fmt: skip
                status=TaskResultStatus.FAILED, finished_at=moment
            )
    return count


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
    "where": "worker", "code": "job.died", "zh": "工作进程多次中断，作业没有完成，请联系系统管理员。",
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

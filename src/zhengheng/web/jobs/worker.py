"""The worker: the library's loop over the queue, beside it a thread that looks after deadlines and the dead.

Neither ends because of a fault that passes: a database that restarts, a full connection table, another worker that
was quicker. What goes wrong is said in the log; the next round tries again.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.reasons import why
from zhengheng.web.acts.services import SYSTEM
from zhengheng.web.audits.jobs import tick as end_samples
from zhengheng.web.comments.bringing import tick as take_comments
from zhengheng.web.jobs.services import bury, take_up_again, try_where_there_is_room
from zhengheng.web.ledger.jumped import WORDS, is_held, look
from zhengheng.web.ledger.services import tick as sign
from zhengheng.web.pages.clock import now
from zhengheng.web.portal.writing import ask_once_over, ask_where_restored
from zhengheng.web.reminders.jobs import tick as remind
from zhengheng.web.reporting.jobs import ask_for_check, tick

EVERY_SECONDS = settings.JOB_SILENCE / 3
POLL_SECONDS = 0.5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds before the queue is looked at again after the database was away: doubled each time, up to the longest."""
log = logging.getLogger(__name__)


def look_after() -> None:
    """Jobs of dead workers go back into the queue; what follows from passed deadlines follows.

    Each has its own turn, whatever became of the others.
    """
    _turn(lambda moment: take_up_again(moment), timezone.now)
    _turn(lambda moment: bury(moment), timezone.now)
    _turn(lambda moment: try_where_there_is_room(moment), timezone.now)
    _turn(_look_at_clock, now)
    for follow in (
        *(() if is_held(settings.HOME) else (tick, end_samples)),
        take_comments,
        remind,
        ask_for_check,
        ask_once_over,
        _sign,
        ask_where_restored,
    ):
        _turn(follow, now)


def _look_at_clock(moment: datetime) -> None:
    look(settings.HOME, moment)
    if is_held(settings.HOME):
        log.warning("%s / %s", *WORDS)


def _sign(moment: datetime) -> None:
    sign(home=settings.HOME, actor=SYSTEM, now=moment)


def _turn(follow: Callable[[datetime], object], clock: Callable[[], datetime]) -> None:
    try:
        follow(clock())
    except ZhenghengError as error:
        log.warning("%s: %s", follow.__name__, error)
    except (DatabaseError, InterfaceError) as error:
        log.warning("the database did not answer: %s", str(error).strip())
        connection.close()
    except Exception:
        # A fault of ours in one turn must not take the others' turns away; it is in the log with its place.
        log.exception("%s failed", follow.__name__)


def run(*, batch: bool = False) -> None:
    """Work until told to stop; with `batch` until the queue is empty."""
    stop = threading.Event()

    def watch() -> None:
        try:
            while not stop.wait(EVERY_SECONDS):
                look_after()
        finally:
            connection.close()

    look_after()
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        _work(batch, stop)
    finally:
        stop.set()
        thread.join(timeout=5)


def _work(batch: bool, stop: threading.Event) -> None:
    pause = FIRST_PAUSE
    while True:
        try:
            call_command("db_worker", interval=POLL_SECONDS, batch=batch, startup_delay=False)
        except (OperationalError, InterfaceError) as error:
            log.warning("the database did not answer: %s; again in %s s", str(error).strip(), pause)
            connection.close()
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        except OSError as error:
            zh, en = why(error)
            log.warning("%s / the worker was refused: %s; again in %s s", zh, en, pause)
            if batch:
                raise
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return

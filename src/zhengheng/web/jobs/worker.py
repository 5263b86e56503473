"""The worker: the library's loop over the queue, beside it a thread that looks after deadlines and the dead."""

import threading

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from zhengheng.web.jobs.services import take_up_again
from zhengheng.web.pages.clock import now
from zhengheng.web.reminders.jobs import tick as remind
from zhengheng.web.reporting.jobs import tick

EVERY_SECONDS = settings.JOB_SILENCE / 3
POLL_SECONDS = 0.5


def look_after() -> None:
    """Jobs of dead workers go back into the queue; what follows from passed deadlines follows."""
    take_up_again(timezone.now())
    tick(now())
    remind(now())


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
        call_command("db_worker", interval=POLL_SECONDS, batch=batch, startup_delay=False)
    finally:
        stop.set()
        thread.join(timeout=5)

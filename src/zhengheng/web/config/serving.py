"""The production server: waitress, in as many processes as the machine has cores where it can fork."""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import WSGITask

MOST = 4
"""Processes that are started unasked; each keeps the runs it shows in its own memory."""


def usual_processes() -> int:
    """A process a core where the system can fork, else one."""
    return min(os.cpu_count() or 1, MOST) if hasattr(os, "fork") else 1


def serve_all(
    application: Callable[..., Any], host: str, port: int, threads: int, processes: int
) -> None:
    """Serve on one socket until interrupted or terminated; the helpers end with this process."""
    held = socket.create_server((host, port), backlog=1024)
    alive = os.pipe()
    helpers = [
        multiprocessing.get_context("fork").Process(target=_help, args=(application, held, threads, alive), daemon=True)
        for _ in range(processes - 1)
    ]  # fmt: skip
    for one in helpers:
        one.start()
    signal.signal(signal.SIGTERM, _leave)
    try:
        _serve(application, held, threads)
    finally:
        for one in helpers:
            one.terminate()


def _help(
    application: Callable[..., Any], held: socket.socket, threads: int, alive: tuple[int, int]
) -> None:
    """Serve as long as the first process lives: of the pipe that only it keeps open, its death is the end."""
    os.close(alive[1])

    def watch() -> None:
        os.read(alive[0], 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    _serve(application, held, threads)


def _serve(application: Callable[..., Any], held: socket.socket, threads: int) -> None:
    signal.signal(signal.SIGTERM, _leave)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # The runs in memory are many objects that never become garbage: looking through them is done seldom.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    server = create_server(
        application, sockets=[held], threads=threads, connection_limit=1000, asyncore_use_poll=True, ident=""
    )  # fmt: skip
    server.channel_class = OneRequest
    accepts, tasks = server.readable, server.task_dispatcher

    def idle() -> bool:
        """Whether to take one more: whoever comes waits where every process looks, not behind a busy one."""
        return len(server.answering) + len(tasks.queue) < threads and bool(accepts())

    server.answering, server.readable = set(), idle
    server.run()


class _LastTask(WSGITask):  # type: ignore[misc]
    def execute(self) -> None:
        self.set_close_on_finish()
        super().execute()


class OneRequest(HTTPChannel):  # type: ignore[misc]
    """A connection for one request: kept ones would stay with one process, however busy it is and idle the others.

    In front of browsers far away stands a proxy, which keeps theirs.
    """

    task_class = _LastTask

    def service(self) -> None:
        """Answer; then the loop looks again whether to take one more."""
        self.server.answering.add(self)
        try:
            super().service()
        finally:
            self.server.answering.discard(self)
            self.server.pull_trigger()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)

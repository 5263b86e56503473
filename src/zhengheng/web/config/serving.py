"""The production server: waitress, in as many processes as the machine has cores where it can fork."""

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from waitress import serve

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
    serve(
        application, sockets=[held], threads=threads, connection_limit=1000, asyncore_use_poll=True, ident="", _quiet=True
    )  # fmt: skip


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)

"""The production server: waitress, in as many processes as the machine has cores where it can fork."""

import errno
import gc
import logging
import multiprocessing
import multiprocessing.connection
import multiprocessing.process
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.reasons import why
from zhengheng.web.config.bounds import Bounded, TooLong, refusing

MOST = 4
"""Processes that are started unasked; each keeps the runs it shows in its own memory."""


READY = 10
"""Seconds that a thread waits for the others at the start."""
PAUSE, TRIES = 0.2, 10
"""Seconds before something is tried again, and how often."""
log = logging.getLogger(__name__)


class PortError(ZhenghengError):
    """Nothing can be served at this address."""


def usual_processes() -> int:
    """A process a core where the system can fork, else one."""
    return min(os.cpu_count() or 1, MOST) if hasattr(os, "fork") else 1


def serve_all(
    application: Callable[..., Any], host: str, port: int, threads: int, processes: int, ready: Callable[[], None], too_long: TooLong
) -> None:  # fmt: skip
    """Serve on one socket until interrupted or terminated; the helpers end with this process.

    Each thread does `ready` once before it answers anybody; `too_long` gives the portal's page for what is not read.

    With more than one process this one serves nobody: it starts the others, and another one for each that dies.
    """
    held = listening(host, port)
    signal.signal(signal.SIGTERM, _leave)
    if processes == 1:
        _serve(application, held, threads, ready, too_long)
        return
    alive = os.pipe()
    fork = multiprocessing.get_context("fork")

    def started() -> multiprocessing.process.BaseProcess:
        one = fork.Process(
            target=_help, args=(application, held, threads, alive, ready, too_long), daemon=True
        )
        one.start()
        return one

    helpers = [started() for _ in range(processes)]
    try:
        while True:
            multiprocessing.connection.wait([one.sentinel for one in helpers])
            for place, one in enumerate(helpers):
                if not one.is_alive():
                    log.warning("a server process ended (%s); another one takes its place", one.exitcode)  # fmt: skip
                    time.sleep(PAUSE)
                    helpers[place] = started()
    finally:
        for one in helpers:
            one.terminate()


@contextmanager
def kept_alive(command: list[str]) -> Iterator[None]:
    """A program beside this one: another one takes its place whenever it ends, and the last one ends with this one."""
    over = threading.Event()
    held = [subprocess.Popen(command)]

    def watch() -> None:
        while True:
            code = held[0].wait()
            if over.wait(PAUSE):
                return
            log.warning("a process beside the server ended (%s); another one takes its place", code)
            held[0] = subprocess.Popen(command)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        while watcher.is_alive():
            held[0].terminate()  # whichever stands there now
            watcher.join(PAUSE)


def listening(host: str, port: int) -> socket.socket:
    """The socket that all processes share. Raises PortError where somebody else has the port."""
    for left in range(TRIES, -1, -1):
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host, port), family=family, backlog=1024)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and left:
                time.sleep(PAUSE)  # a server that was just ended still lets go of it
                continue
            taken = error.errno == errno.EADDRINUSE
            zh = (
                "端口已被另一个程序占用，请用 --port 换一个。"
                if taken
                else f"不能在这个地址上提供服务：{why(error)[0]}。"
            )
            en = (
                "another program has this port; give another one with --port"
                if taken
                else f"cannot serve at this address: {why(error)[1]}"
            )
            raise PortError.one(f"{host}:{port}", "port.taken" if taken else "port.refused", zh=zh, en=en) from error  # fmt: skip
    raise AssertionError


def _help(
    application: Callable[..., Any], held: socket.socket, threads: int, alive: tuple[int, int], ready: Callable[[], None],
    too_long: TooLong,
) -> None:  # fmt: skip
    """Serve as long as the first process lives: of the pipe that only it keeps open, its death is the end."""
    os.close(alive[1])

    def watch() -> None:
        os.read(alive[0], 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    _serve(application, held, threads, ready, too_long)


def _serve(
    application: Callable[..., Any], held: socket.socket, threads: int, ready: Callable[[], None], too_long: TooLong
) -> None:  # fmt: skip
    signal.signal(signal.SIGTERM, _leave)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # The runs in memory are many objects that never become garbage: looking through them is done seldom.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    server = create_server(
        application, sockets=[held], threads=threads, connection_limit=1000, asyncore_use_poll=True, ident="",
        clear_untrusted_proxy_headers=False,  # zhengheng.web.config.proxies does, and knows networks
    )  # fmt: skip
    server.channel_class = refused_by(OneRequest, too_long)
    accepts, tasks = server.readable, server.task_dispatcher

    def idle() -> bool:
        """Whether to take one more: whoever comes waits where every process looks, not behind a busy one."""
        return len(server.answering) + len(tasks.queue) < threads and bool(accepts())

    server.answering, server.readable = set(), idle
    all_there = threading.Barrier(threads)
    for _ in range(threads):
        tasks.add_task(_Ready(ready, all_there))
    server.run()


class _Ready:
    """What one thread does before its first request; none takes a second one, since each waits for all."""

    def __init__(self, ready: Callable[[], None], all_there: threading.Barrier) -> None:
        self.ready, self.all_there = ready, all_there

    def service(self) -> None:
        """Called by the server's thread."""
        self.ready()
        with suppress(threading.BrokenBarrierError):
            self.all_there.wait(READY)

    def cancel(self) -> None:
        """Nothing to take back."""


class _LastTask(WSGITask):  # type: ignore[misc]
    def execute(self) -> None:
        self.set_close_on_finish()
        super().execute()


class OneRequest(HTTPChannel):  # type: ignore[misc]
    """A connection for one request: kept ones would stay with one process, however busy it is and idle the others.

    In front of browsers far away stands a proxy, which keeps theirs.
    """

    task_class = _LastTask
    parser_class = Bounded

    def service(self) -> None:
        """Answer; then the loop looks again whether to take one more."""
        self.server.answering.add(self)
        try:
            super().service()
        finally:
            self.server.answering.discard(self)
            self.server.pull_trigger()


def refused_by(channel: type[HTTPChannel], too_long: TooLong) -> type[HTTPChannel]:
    """A channel that answers in the site's words where a request is too long to be read."""
    return type(channel.__name__, (channel,), {"error_task_class": refusing(too_long)})


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)

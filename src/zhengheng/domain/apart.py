"""Work on files of strangers in a child process: with a bound on time and memory, and nothing to lose.

`apart` runs the module of a function in a fresh interpreter, where `serve` calls that function, and gives what it
yields, as JSON. Whatever the file does to its parser (a crash, gigabytes, an endless loop) ends the child alone.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import BoundedSemaphore
from typing import IO, Any

from zhengheng.domain import problems
from zhengheng.domain.canonical import read_json
from zhengheng.domain.problems import DataError, Problem, ZhenghengError

SECONDS = 20
"""Processor time, which does not pass while the machine does other work."""
PATIENT, HASTY = 15, 2
"""How many times as much may pass on the clock; little where the system knows no bound on processor time."""
MEMORY = 1 << 30
OUTPUT = 1 << 29
AT_ONCE = 1
PATIENCE = 1.0
"""Seconds to wait for a place: strangers' files may hold one hand of a server, never all of them."""
_REFUSED = 9
_PLACES = BoundedSemaphore(AT_ONCE)
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "TMPDIR", "COVERAGE_PROCESS_START")  # fmt: skip


Served = Callable[..., Iterator[Any]]
"""Takes and yields plain data. Its module ends with `if __name__ == "__main__": serve(it)`."""


def apart(call: Served, *arguments: Any, name: str, seconds: int = SECONDS) -> Iterator[Any]:
    """What a function yields for these arguments; `name` is the file in messages.

    Raises what the function raises of ZhenghengError, and DataError where the child did not live to the end.
    """
    if not _PLACES.acquire(timeout=PATIENCE):
        raise DataError.one(
            name, "file.busy", zh="系统正在读取其他文件，请稍后再上传一次",
            en="other files are being read now; upload again in a moment",
        )  # fmt: skip
    try:
        held = _run(call, arguments, name, seconds)
    finally:
        _PLACES.release()
    return _lines(held)


def _run(call: Served, arguments: tuple[Any, ...], name: str, seconds: int) -> IO[bytes]:
    held = tempfile.TemporaryFile()  # noqa: SIM115 - `_lines` closes it when all is read
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryFile() as said:
        try:
            done = subprocess.run(
                [sys.executable, "-m", call.__module__, str(seconds)],
                input=json.dumps(arguments).encode(), stdout=held, stderr=said, env=environment,
                timeout=(PATIENT if os.name == "posix" else HASTY) * seconds, check=False,
            )  # fmt: skip
            code = done.returncode
        except subprocess.TimeoutExpired:
            code = -1
        if code == 0:
            held.seek(0)
            return held
        held.close()
        if code == _REFUSED:
            said.seek(0)
            found = read_json(said.read().splitlines()[-1])
            raise getattr(problems, found["kind"])(Problem(*one) for one in found["problems"])
    raise DataError.one(
        name, "file.limits", zh=f"读取这个文件超出了处理器时间（{seconds} 秒）或内存的限度，或使读取程序中断；请删去多余的行、列和格式，另存后再上传",
        en=f"reading this file took more than the allowed processor time ({seconds} s) or memory, or broke the reader; remove needless rows, columns and formats, save it again",
    )  # fmt: skip


def _lines(held: IO[bytes]) -> Iterator[Any]:
    with held:
        for line in held:
            yield json.loads(line)


def _limit(seconds: int) -> None:
    """Bounds of this process, as far as its system knows any."""
    with suppress(ImportError):
        import resource

        for what, most in (
            (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, OUTPUT),
            (resource.RLIMIT_CORE, 0),
        ):  # fmt: skip
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))
        os.nice(10)


def serve(call: Served) -> None:
    """Be the child: call the function with what stands on standard input, and end this process."""
    _limit(int(sys.argv[1]))
    try:
        for one in call(*json.load(sys.stdin)):
            sys.stdout.write(json.dumps(one) + "\n")
    except ZhenghengError as error:
        said = [(p.where, p.code, p.zh, p.en, p.severity) for p in error.problems]
        sys.stderr.write("\n" + json.dumps({"kind": type(error).__name__, "problems": said}) + "\n")
        sys.exit(_REFUSED)
    sys.stdout.flush()

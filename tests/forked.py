"""The command line many times over: one process per language that has read the program, and forks for each command."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PATIENCE = 60
"""Seconds of work after which a command that has not ended counts as hanging; ten times as many by the clock."""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Line:
    """A command line in one language."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self.process, self.folder = process, folder

    def __call__(self, *words: str | Path, cwd: Path) -> Done:
        asked: dict[str, Any] = {"words": [str(word) for word in words], "cwd": str(cwd), "into": str(self.folder)}  # fmt: skip
        _pipe(self.process.stdin).write(json.dumps(asked) + "\n")
        _pipe(self.process.stdin).flush()
        code = int(_pipe(self.process.stdout).readline())
        out, err = ((self.folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))  # fmt: skip
        return Done(code, out, err)


def _pipe(held: IO[str] | None) -> IO[str]:
    assert held is not None
    return held


@contextmanager
def command_line(language: str, folder: Path) -> Iterator[Line]:
    """A command line that answers in a language; `folder` holds what it says last."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "ZHENGHENG_LANG": language, "COLUMNS": "400", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    try:
        yield Line(process, folder)
    finally:
        _pipe(process.stdin).close()
        process.wait()


def _answer() -> None:
    """Read commands, a line of JSON each; write how each ended."""
    import zhengheng.cli.main

    # Read once, not once a command.
    for name in (
        "cryptography.hazmat.primitives.asymmetric.ed25519",
        "django.core.management",
        "django.db.models",
        "duckdb",
        "openpyxl",
        "pyiceberg.catalog.sql",
    ):
        importlib.import_module(name)

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked, zhengheng.cli.main.main)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(asked: dict[str, Any], main: Any) -> None:
    import resource
    import signal
    import traceback

    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    signal.alarm(10 * PATIENCE)
    os.chdir(asked["cwd"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{asked['into']}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["zhengheng", *asked["words"]]
    code: Any = 0
    try:
        main()
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _answer()

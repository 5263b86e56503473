"""Printing: tables and trees for people, JSON for machines, progress on the error stream."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from zhengheng.cli.words import LANGUAGE
from zhengheng.domain.problems import Problem

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
LIGHTS = {"green": "●", "green_watch": "●", "yellow": "▲", "red": "■"}
COLOURS = {"green": "cyan", "green_watch": "cyan", "yellow": "yellow", "red": "red"}


def print_json(data: Any) -> None:
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_problems(problems: Iterable[Problem]) -> None:
    """Every finding on its own line, errors in red, on the error stream."""
    for problem in problems:
        mark = "[red]✗[/]" if problem.severity == "error" else "[yellow]![/]"
        err.print(f"{mark} ", end="")
        err.print(problem.say(LANGUAGE), markup=False, soft_wrap=True)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()
) -> None:
    """A plain table: hairlines, numbers to the right."""
    grid = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        grid.add_column(column, justify="right" if place in right else "left", no_wrap=place == 0)
    for row in rows:
        grid.add_row(*row)
    out.print(grid)


def light(name: str) -> str:
    """Shape and colour of a light, never colour alone."""
    return f"[{COLOURS[name]}]{LIGHTS[name]}[/]" if name in LIGHTS else ""


@contextmanager
def progress(title: str) -> Iterator[Any]:
    """A bar on the error stream while something long runs; gone when it ends."""
    bar = Progress(TextColumn(title), BarColumn(), TextColumn("{task.fields[note]}"), TimeElapsedColumn(),
                   console=err, transient=True)  # fmt: skip
    with bar:
        task = bar.add_task(title, total=None, note="")

        def advance(note: str, done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total, note=f"{note} {done:,}")

        yield advance

"""Printing: tables and trees for people, JSON for machines, progress on the error stream."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.domain.spoken import LANGUAGE, t

# Names of units, files and rules are printed as they are: nothing in them is markup, or the name of an emoji.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)
ALIKE = 10
WIDEST = 100_000
"""Columns that a table may take where no terminal bounds it."""
LIGHTS = {"green": "●", "green_watch": "●", "yellow": "▲", "red": "■"}
COLOURS = {"green": "cyan", "green_watch": "cyan", "yellow": "yellow", "red": "red"}


def print_json(data: Any) -> None:
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_problems(problems: Iterable[Problem], *, kept: bool = False, all_with: str = "--keep-rejects") -> None:  # fmt: skip
    """Every finding on its own line, errors in red, on the error stream. Of rows with faults of one kind the first are
    shown and the others counted, file by file: a wrong column must not bury the rest under a hundred thousand lines.
    `kept`: the rows lie in a file already; `all_with`: the option of the command that is run which gives all of them."""
    rows: Counter[tuple[str, str, str]] = Counter()
    for problem in problems:
        alike = problem.where.rpartition(":")[0], problem.code, problem.severity
        if problem.code.startswith("row."):
            rows[alike] += 1
        if rows[alike] <= ALIKE:
            mark = ("✗ ", "red") if problem.severity == "error" else ("! ", "yellow")
            err.print(Text.assemble(mark, problem.say(LANGUAGE)), soft_wrap=True)
    for (file, _, severity), count in rows.items():
        if count > ALIKE:
            more = t(f"  {file}: 另有 {count - ALIKE} 行有同类问题，没有逐行列出", f"  {file}: {several(count - ALIKE, 'more row with a fault', 'more rows with faults')} of this kind")  # fmt: skip
            # A row that was only warned of is taken, so nothing hands it back.
            told = not kept and (severity == "error" or all_with == "--json")
            hint = t(f"；加上 {all_with} 可得到全部", f"; {all_with} gives all of them") if told else ""  # fmt: skip
            err.print(more + hint, soft_wrap=True)


def print_rejects(problems: Sequence[Problem], files: Iterable[Path]) -> None:
    """The rows that were refused and kept aside: the first of each fault, how many in all, and where they lie."""
    print_problems(problems, kept=True)
    err.print(t(f"拒绝 {len(problems)} 行，均未采用。", several(len(problems), 'row was refused and is not taken', 'rows were refused and are not taken')))  # fmt: skip
    for path in files:
        err.print(t(f"被拒的行: {path}", f"rejected rows: {path}"), soft_wrap=True)


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    right: Sequence[int] = (),
) -> None:
    """A plain table: hairlines, numbers to the right. Nothing in it is cut: on a terminal long cells go on in the next line,
    Chinese ones, which have no spaces, too; in a file or a pipe a row is one line, however long."""
    grid = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        grid.add_column(column, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    with _wide_enough(grid):
        out.print(grid)


@contextmanager
def _wide_enough(grid: Table) -> Iterator[None]:
    """Where the output is no terminal nothing says how wide it is: then it is as wide as the table."""
    if out.is_terminal:
        yield
        return
    before = out.width
    needed = Measurement.get(out, out.options.update(max_width=WIDEST), grid).maximum
    out.width = max(before, needed)
    try:
        yield
    finally:
        out.width = before


def light(name: str) -> Text:
    """Shape and colour of a light, never colour alone."""
    return Text(LIGHTS.get(name, ""), COLOURS.get(name, ""))


@contextmanager
def progress(title: str) -> Iterator[Any]:
    """A bar on the error stream while something long runs; gone when it ends."""
    bar = Progress(TextColumn("{task.description}", markup=False), BarColumn(),
                   TextColumn("{task.fields[note]}", markup=False), TimeElapsedColumn(),
                   console=err, transient=True)  # fmt: skip
    with bar:
        task = bar.add_task(title, total=None, note="")

        def advance(note: str, done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total, note=f"{note} {done:,}")

        yield advance

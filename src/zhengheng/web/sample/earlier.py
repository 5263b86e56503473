"""The years before 2025, each from its adopted rulebook to its final result: what pages compare with."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.engines.archive import keep_run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.store import Lake
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.web.results.acts import RESULTS, approved_first
from zhengheng.web.results.services import name_reader, register_run
from zhengheng.web.sample.desk import do, moment, person

YEARS = (2023, 2024)
Adopt = Callable[[Rulebook, str, tuple[str, str, str, str], str], Any]
Decide = Callable[[str, str, str, str], int]


def as_of(home: Path, name: str, year: int) -> Rulebook:
    """A rulebook as it stood in an earlier year; its dated weights say what counted then."""
    book, _ = load_rulebook(home / "rulebooks" / name)
    return book.model_copy(update={"version": str(year), "effective_from": date(year, 1, 1), "known_from": date(year, 3, 1)})  # fmt: skip


def adopted(home: Path, name: str, year: int, adopt: Adopt) -> Any:
    """The rulebook's own procedure, early in its year."""
    days = (f"{year}-01-22", f"{year}-02-19", f"{year}-02-21", f"{year}-03-01")
    return adopt(as_of(home, name, year), str(year), days, f"{year}年第1次会议")


def concluded(home: Path, name: str, year: int, decide: Decide) -> Any:
    """Computed, on notice for its days, decided, final in the spring after."""
    lake, closing = Lake.open(home / "lakes" / name), f"{year + 1}-03-01"
    made = make_run(
        as_of(home, name, year), lake.facts(), parse_period(str(year)), DuckEngine(), date(year + 1, 3, 1)
    )  # fmt: skip
    keep_run(lake, made, moment(closing))
    run = register_run(run=made.id, actor=person("shuju"), now=moment(closing))
    for reader in ("chengxu", "mishu"):
        name_reader(run=run, account=person(reader), actor=person("zhuren"), now=moment(closing))
    meeting = (f"result:{run.pk}", f"{year + 1}年第2次会议")
    if approved_first(run):
        do(
            RESULTS,
            "approve",
            run,
            "mishu",
            closing,
            decision=decide(*meeting, closing, "同意公示"),
        )
        do(RESULTS, "publish", run, "chengxu", f"{year + 1}-03-04")
        return do(RESULTS, "finalise", run, "mishu", f"{year + 1}-03-28")
    do(RESULTS, "publish", run, "chengxu", f"{year + 1}-03-04")
    day = f"{year + 1}-03-28"
    return do(
        RESULTS, "finalise", run, "mishu", day, decision=decide(*meeting, day, "同意考核结果")
    )

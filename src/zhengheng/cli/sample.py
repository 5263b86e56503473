"""`zhengheng sample` and `zhengheng demo`: the sample city and its whole year."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from zhengheng.cli import console
from zhengheng.cli.lake import draw
from zhengheng.cli.score import periods_of
from zhengheng.cli.scoreboard import print_scoreboard
from zhengheng.domain.given import to_fill
from zhengheng.domain.spoken import LANGUAGE, t
from zhengheng.engines.run import Run

Folder = Annotated[Path, typer.Argument(help=t("新文件夹", "new folder"))]
Scale = Annotated[
    float,
    typer.Option(help=t("工单量倍数, 10 为真实规模", "times the order volume; 10 is real size")),
]


def sample(folder: Folder, seed: int = 2025, scale: Scale = 1.0) -> None:
    """Write the sample city: rulebooks, data files, mappings."""
    from zhengheng.sample.make import make_sample

    with console.progress(t("生成云衡市 (虚构示例)", "making Yunheng (fictional)")) as advance:
        make_sample(to_fill(folder), seed=seed, scale=scale, progress=advance)
    console.out.print(
        t(f"云衡市 (虚构示例) 已写入 {folder}", f"Yunheng, a fictional city, is in {folder}")
    )


NINE = time(9, tzinfo=timezone(timedelta(hours=8)))
"""When the office of the sample city begins its day."""


def year(folder: Path) -> Iterator[Run]:
    """Score the year: three years of monthly hotline bulletins first, since their results feed the others."""
    from zhengheng.engines.archive import keep_run
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.outputs import write_results
    from zhengheng.engines.run import make_run
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.kept import keep
    from zhengheng.lake.mapping import load_mapping
    from zhengheng.lake.store import Lake
    from zhengheng.scheme.load import load_rulebook

    for name in ("hotline", "province", "departments", "districts", "streets"):
        book, _ = load_rulebook(folder / "rulebooks" / name)
        mapping = load_mapping(folder / f"{name}.intake.yaml")
        assert mapping.at is not None, "the sample's files say of which day they are"
        # The city has a clock of its own: a run of today would stand as the newest for ever.
        created = datetime.combine(mapping.at, NINE)
        lake = Lake.create(folder / "lakes" / book.code)
        with console.progress(book.title.say(LANGUAGE)) as advance:
            if not lake.intakes():
                read = read_files(mapping, book, folder / "data", key=b"demo", progress=advance)
                lake.intake(read, mapping, loader="sample", at=created)
                keep(lake.home / "inbox", read, mapping, folder / "data", b"demo")
            facts = lake.facts()
            runs = []
            periods = periods_of(mapping, [])
            for place, period in enumerate(periods):
                advance(period.code, place, len(periods))
                runs.append(make_run(book, facts, period, DuckEngine(), mapping.at))
        write_results(runs, folder / "results" / name, created)
        for run in runs:
            keep_run(lake, run, created)
        if name == "hotline":
            write_results(runs, folder / "data" / "通报结果", created)
        yield runs[-1]


def demo(folder: Folder = Path("demo"), seed: int = 2025, scale: Scale = 1.0) -> None:
    """Make the sample city, score its year, show the scoreboard and one passport."""
    from zhengheng.engines.passport import passport

    sample(folder, seed, scale)
    last = None
    for run in year(folder):
        print_scoreboard(run, 8)
        if run.rulebook.code == "streets":
            last = run
    assert last is not None
    first = min(
        (row for row in last.results.rows("ranking") if row["node"] == "total"),
        key=lambda row: (row["place"], row["unit"]),
    )["unit"]
    console.out.print(
        Text(t("得分溯源单", "Score passport"), "bold"),
        t("(得分 → 规则 → 数据行)", "(score → rule → source row)"),
    )
    console.out.print(draw(passport(last, first, "F07", LANGUAGE)))
    console.out.print()
    console.out.print(t("接下来可以试试:", "What to try next:"))
    book = folder / "rulebooks" / "streets"
    for command in (
        f"zhengheng scheme check {book}",
        f"zhengheng score {book} --intake {folder / 'streets.intake.yaml'} --data {folder / 'data'} --out out",
        f"zhengheng init lake && zhengheng intake {book} --mapping {folder / 'streets.intake.yaml'} --data {folder / 'data'}",
        f"zhengheng run {book} --period 2025 --at 2026-03-12 && zhengheng explain latest {first}",
        "zhengheng bundle latest out.zip --audit",
    ):
        console.out.print(f"  .venv/bin/{command}", soft_wrap=True)

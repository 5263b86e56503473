"""`zhengheng score`: files in, result files out, one command."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from zhengheng.cli import console, engine
from zhengheng.cli.scoreboard import print_scoreboard
from zhengheng.domain.given import to_fill, to_look_into
from zhengheng.domain.periods import Period, parse_period
from zhengheng.domain.problems import RulebookError, ZhenghengError
from zhengheng.domain.spoken import t
from zhengheng.lake.facts import Facts
from zhengheng.lake.mapping import Mapping
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.check import check as check_rulebook
from zhengheng.scoring.check import load_checked
from zhengheng.scoring.due import not_yet_due


def checked_rulebook(path: Path) -> Rulebook:
    """Load and lint; warnings are printed, errors stop."""
    return checked(path)[0]


def refuse_strangers(book: Rulebook, source: Source, facts: Facts) -> None:
    """Stop before anything is computed where the rulebook names units of which the data do not know."""
    from zhengheng.lake.strangers import unknown_units

    if found := unknown_units(book, source, facts):
        raise RulebookError(found)


def refuse_nobody(book: Rulebook, facts: Facts, mapping: str) -> None:
    """Stop where neither the rulebook nor the data know a unit."""
    if not facts.units and not book.units:
        raise ZhenghengError.one(
            mapping, "unit.none", zh="没有读到任何单位，无法计分；请检查单位文件是否只有表头，或映射中是否有 role: unit",
            en="no unit was read, so nobody can be scored; look whether the file of units is a header only, and whether the mapping has a role: unit",
        )  # fmt: skip


def checked(path: Path) -> tuple[Rulebook, Source]:
    """The same, with the place of everything."""
    book, source = load_checked(path)
    found = check_rulebook(book, source)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise RulebookError(errors)
    console.print_problems(found)
    return book, source


def periods_of(mapping: Mapping, given: list[str]) -> list[Period]:
    """The assessed periods: from --period, else from the mapping."""
    texts = given or list(mapping.periods) or ([mapping.period] if mapping.period else [])
    if not texts:
        raise ZhenghengError.one(
            "--period", "period.absent", zh="请用 --period 给出考核期间, 如 2025 或 2025-Q1",
            en="say which period with --period, such as 2025 or 2025-Q1",
        )  # fmt: skip
    return [period(text) for text in texts]


def period(text: str) -> Period:
    try:
        return parse_period(text)
    except ValueError as error:
        raise ZhenghengError.one(
            "--period", "period", zh=f"“{text}”不是期间, 例: 2025、2025-Q1、2025-03",
            en=f"{text!r} is not a period; examples: 2025, 2025-Q1, 2025-03",
        ) from error  # fmt: skip


def day(text: str | None, where: str = "--at") -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ZhenghengError.one(
            where,
            "date",
            zh=f"“{text}”不是日期, 例: 2026-03-12",
            en=f"{text!r} is not a date; example: 2026-03-12",
        ) from error


def score(
    rulebook: Annotated[Path, typer.Argument(help=t("考核方案: YAML 文件夹或 xlsx", "rulebook: YAML folder or .xlsx"))],
    intake: Annotated[Path, typer.Option(help=t("采集映射 YAML", "intake mapping, YAML"))],
    data: Annotated[Path, typer.Option(help=t("数据文件夹", "folder of the data files"))],
    out: Annotated[Path, typer.Option(help=t("结果文件夹", "folder for the results"))],
    period_: Annotated[list[str] | None, typer.Option("--period", help=t("考核期间", "assessed period"))] = None,
    at: Annotated[str | None, typer.Option(help=t("以哪一天的情况计算, 默认期末", "day to look from; default: the period's end"))] = None,
    engine_: Annotated[str, typer.Option("--engine", help="duckdb | spark | oracle")] = "duckdb",
    master: Annotated[str, typer.Option(help="spark://…")] = "local[2]",
    threads: Annotated[int | None, typer.Option(help=t("线程数", "threads"))] = None,
    memory: Annotated[str | None, typer.Option(help=t("内存上限, 如 2GB", "memory limit, such as 2GB"))] = None,
    keep_rejects: Annotated[bool, typer.Option(help=t("保留被拒的行并继续", "keep rejected rows aside and go on"))] = False,
    bom: Annotated[bool, typer.Option(help=t("结果文件带 BOM, 便于 Excel 打开", "write a BOM for Excel"))] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:  # fmt: skip
    """Score files in one go: scores.csv, indicator_scores.csv, run.json."""
    from zhengheng.engines.astray import astray, refuse_without_weights
    from zhengheng.engines.left_out import COLUMNS, as_rows, in_none
    from zhengheng.engines.outputs import describe, write_csv, write_results
    from zhengheng.engines.run import make_run
    from zhengheng.engines.senseless import senseless_values
    from zhengheng.engines.uncounted import is_listed, uncounted
    from zhengheng.engines.undefined import undefined_values
    from zhengheng.lake.fitting import check_mapping
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.mapping import load_mapping
    from zhengheng.lake.rejects import write_rejects

    chosen = engine.choose(engine_, master=master, threads=threads, memory=memory)
    to_fill(out)
    book, source = checked(rulebook)
    to_look_into(data)
    mapping = load_mapping(intake, lambda draft: check_mapping(draft, book, data))
    with console.progress(t("读取", "reading")) as advance:
        facts = read_files(mapping, book, data, keep_rejects=keep_rejects, progress=advance)
    console.print_problems(facts.warnings)
    refuse_nobody(book, facts, intake.name)
    refuse_strangers(book, source, facts)
    moment = day(at) or mapping.at
    spans = periods_of(mapping, period_ or [])
    for span in spans:
        refuse_without_weights(book, span)
    runs = [make_run(book, facts, one, chosen, moment) for one in spans]
    console.print_problems(
        unripe for run in runs if (unripe := not_yet_due(book, run.plan.period, run.plan.at))
    )
    console.print_problems(problem for run in runs for problem in astray(run))
    console.print_problems(uncounted(runs))
    console.print_problems(empty for run in runs if (empty := undefined_values(run)))
    console.print_problems(far for run in runs for far in senseless_values(run))
    created = datetime.now(UTC)
    write_results(runs, out, created, bom=bom)
    (out / "left_out.csv").unlink(missing_ok=True)  # that of an earlier score is none of this one
    if is_listed(facts):
        write_csv(out / "left_out.csv", COLUMNS, as_rows(in_none(runs)), bom=bom)
    if facts.rejects:
        files = write_rejects(facts.rejects, out / "rejects")
        console.print_rejects([reject.problem for reject in facts.rejects], files)
    if json:
        console.print_json([describe(run, created) for run in runs])
        return
    for run in runs:
        print_scoreboard(run)
    console.out.print(t(f"结果已写入 {out}", f"results are in {out}"))

"""Commands over a lake: init, intake, run, runs, show, explain, export, bundle."""

import getpass
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.tree import Tree

from zhengheng.cli import console, engine
from zhengheng.cli.score import checked, checked_rulebook, day, period, refuse_strangers
from zhengheng.cli.scoreboard import print_moves, print_scoreboard
from zhengheng.domain.given import to_fill, to_look_into, to_write
from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import DataError, NotFoundError, VerifyError, ZhenghengError
from zhengheng.domain.several import several
from zhengheng.domain.spoken import LANGUAGE, t
from zhengheng.scoring.due import not_yet_due

Home = Annotated[
    Path,
    typer.Option("--home", envvar="ZHENGHENG_HOME", help=t("数据湖文件夹", "folder of the lake")),
]
Json = Annotated[bool, typer.Option("--json", help="JSON")]
RunName = Annotated[
    str, typer.Argument(help=t("批次号或其开头; latest 为最新", "run, or its beginning; latest"))
]
DEFAULT = Path("lake")
CATALOG = os.environ.get("ZHENGHENG_CATALOG")
"""Address of a PostgreSQL catalogue (postgresql+psycopg://…); unset: SQLite beside the data."""

FORMS = ("csv", "xlsx", "parquet", "json")
"""What results are exported as."""


def init(
    home: Annotated[
        Path, typer.Argument(help=t("新数据湖文件夹", "folder for the lake"))
    ] = DEFAULT,
) -> None:
    """Make an empty lake, with its secret for keyed hashes and commitments."""
    from zhengheng.lake.store import Lake

    Lake.create(to_fill(home), CATALOG)
    secret = home / "secret.key"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_bytes(secrets.token_bytes(32))
    console.out.print(t(f"数据湖已就绪: {home}", f"the lake is ready: {home}"))


def intake(
    rulebook: Annotated[Path, typer.Argument(help=t("考核方案", "rulebook"))],
    mapping: Annotated[Path, typer.Option(help=t("采集映射", "intake mapping"))],
    data: Annotated[Path, typer.Option(help=t("数据文件夹", "data folder"))],
    home: Home = DEFAULT,
    keep_rejects: Annotated[bool, typer.Option(help=t("保留被拒的行并继续", "keep rejected rows aside and go on"))] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Load files into the lake: one atomic snapshot, or nothing."""
    from zhengheng.lake.coverage import coverage
    from zhengheng.lake.fitting import check_mapping
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.kept import keep
    from zhengheng.lake.mapping import load_mapping
    from zhengheng.lake.rejects import write_rejects
    from zhengheng.lake.store import Lake

    _refuse_office(home)
    lake = Lake.open(home, CATALOG)
    book = checked_rulebook(rulebook)
    to_look_into(data)
    plan = load_mapping(mapping, lambda draft: check_mapping(draft, book, data))
    with console.progress(t("读取", "reading")) as advance:
        facts = read_files(
            plan, book, data, key=_secret(home), keep_rejects=keep_rejects, progress=advance
        )
    number = lake.intake(facts, plan, loader=getpass.getuser(), at=datetime.now(UTC))
    keep(home / "inbox", facts, plan, data, _secret(home))
    console.print_problems([*facts.warnings, *coverage(facts, book)])
    if facts.rejects:
        files = write_rejects(facts.rejects, home / "rejects" / str(number))
        console.print_rejects([reject.problem for reject in facts.rejects], files)
    about = {
        "intake": number,
        "files": [vars(f) for f in facts.files],
        "rejected": len(facts.rejects),
    }
    if json:
        console.print_json(about)
        return
    taken = sum(file.taken for file in facts.files)
    console.out.print(t(f"第 {number} 次入库: {len(facts.files)} 个来源, {taken} 行, 拒绝 {len(facts.rejects)} 行",
                        f"intake {number}: {several(len(facts.files), 'source', 'sources')}, {several(taken, 'row', 'rows')}, {len(facts.rejects)} rejected"))  # fmt: skip


OFFICE = ("office.db", "ledger.pub", "django.key")
"""One of these lies beside the lakes of an office that was founded, whatever its database."""


def _refuse_office(home: Path) -> None:
    """What is loaded into an office's lake at the terminal would be in no entry of its ledger. Raises DataError."""
    around = home.resolve().parent
    if around.name == "lakes" and any((around.parent / name).exists() for name in OFFICE):
        raise DataError.one(
            str(home), "intake.office",
            zh="这是办公端的数据湖。在这里载入的数据不会记入存证日志，之后的核对会报告它，办公端也不再用这个数据湖核算，所以没有载入。请用 zhengheng office load 载入文件，或者在办公端填报、导入；要单独试算，请用 zhengheng init 另建数据湖。",
            en="this lake belongs to an office. What is loaded here would be in no entry of its ledger, every check would name it, and the office would no longer compute from this lake; nothing was loaded. "
               "Load files with zhengheng office load, or report and import in the office; to try something out, make a lake of your own with zhengheng init",
        )  # fmt: skip


def measure(
    rulebook: Annotated[Path, typer.Argument(help=t("考核方案", "rulebook"))],
    mapping: Annotated[Path, typer.Option(help=t("采集映射", "intake mapping"))],
    data: Annotated[Path, typer.Option(help=t("数据文件夹", "data folder"))],
    home: Home = DEFAULT,
    limit: int = 40,
    json: Json = False,
) -> None:
    """Count the measures of fact files and show them; nothing is loaded."""
    from zhengheng.lake.fitting import check_mapping
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.mapping import load_mapping

    to_fill(home)
    book = checked_rulebook(rulebook)
    to_look_into(data)
    plan = load_mapping(mapping, lambda draft: check_mapping(draft, book, data))
    counted = tuple(source for source in plan.sources if source.role == "fact")
    if not counted:
        raise NotFoundError.one(
            mapping.name, "measure.absent", zh="映射中没有 role: fact 的来源",
            en="the mapping has no source with role: fact",
        )  # fmt: skip
    with console.progress(t("计数", "counting")) as advance:
        only = plan.model_copy(update={"sources": counted})
        facts = read_files(only, book, data, key=_secret(home), progress=advance)
    console.print_problems(facts.warnings)
    decimals = {indicator.code: indicator.decimals for indicator in book.indicators}
    rows = [
        (
            row["indicator"],
            row["unit"],
            row["period"].isoformat(),
            plain(row["value"], decimals[row["indicator"]]),
        )
        for row in facts.tables["observation"].to_pylist()
    ]
    if json:
        names = ("indicator", "unit", "period", "value")
        console.print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    heads = [t("指标", "indicator"), t("单位", "unit"), t("期末", "period end"), t("值", "value")]
    console.table(
        t(f"{len(rows)} 个值", several(len(rows), "value", "values")),
        heads,
        rows[:limit],
        right=(3,),
    )


def _secret(home: Path) -> bytes:
    path = home / "secret.key"
    return path.read_bytes() if path.is_file() else b""


def run(
    rulebook: Annotated[Path, typer.Argument(help=t("考核方案", "rulebook"))],
    period_: Annotated[str, typer.Option("--period", help=t("考核期间", "assessed period"))],
    at: Annotated[
        str | None, typer.Option(help=t("以哪一天的情况计算", "day to look from"))
    ] = None,
    home: Home = DEFAULT,
    engine_: Annotated[str, typer.Option("--engine", help="duckdb | spark | oracle")] = "duckdb",
    master: Annotated[str, typer.Option(help="spark://…")] = "local[2]",
    memory: Annotated[str | None, typer.Option(help=t("内存上限", "memory limit"))] = None,
    json: Json = False,
) -> None:
    """Compute a run over the lake and keep it for ever."""
    from zhengheng.engines.archive import keep_run
    from zhengheng.engines.astray import astray, refuse_without_weights
    from zhengheng.engines.outputs import describe
    from zhengheng.engines.run import make_run
    from zhengheng.engines.senseless import senseless_values
    from zhengheng.engines.uncounted import uncounted
    from zhengheng.engines.undefined import undefined_values
    from zhengheng.lake.store import Lake

    lake = Lake.open(home, CATALOG)
    chosen = engine.choose(engine_, master=master, memory=memory, home=home)
    (book, source), facts = checked(rulebook), lake.facts()
    refuse_strangers(book, source, facts)
    span = period(period_)
    refuse_without_weights(book, span)
    made = make_run(book, facts, span, chosen, day(at), home / "runs")
    if unripe := not_yet_due(made.rulebook, made.plan.period, made.plan.at):
        console.print_problems([unripe])
    console.print_problems([*astray(made), *uncounted([made])])
    if empty := undefined_values(made):
        console.print_problems([empty])
    console.print_problems(senseless_values(made))
    created = datetime.now(UTC)
    keep_run(lake, made, created)
    if json:
        console.print_json(describe(made, created))
    else:
        print_scoreboard(made)


def runs(
    action: Annotated[
        str,
        typer.Argument(
            help=t("留空列出批次, diff 比较两个批次", "nothing: list; diff: compare two")
        ),
    ] = "list",
    first: Annotated[str | None, typer.Argument(help=t("前一批次", "earlier run"))] = None,
    second: Annotated[str | None, typer.Argument(help=t("后一批次", "later run"))] = None,
    home: Home = DEFAULT,
    json: Json = False,
) -> None:
    """List runs, newest first; or say whose score, rank and grade moved between two."""
    from zhengheng.lake.store import Lake

    if action == "diff" and first and second:
        _difference(home, first, second, json)
        return
    if action != "list":
        raise NotFoundError.one(
            action, "runs.action", zh="用法: zhengheng runs, 或 zhengheng runs diff 批次 批次",
            en="use: zhengheng runs, or zhengheng runs diff RUN RUN",
        )  # fmt: skip
    found = Lake.open(home, CATALOG).runs()
    if json:
        console.print_json(found)
        return
    # Each was written with its own offset; beside one another they are told in one, the reader's.
    zone = datetime.now().astimezone().isoformat()[-6:]
    heads = [
        t("批次", "run"),
        t("方案", "rulebook"),
        t("期间", "period"),
        t("引擎", "engine"),
        t(f"时间（UTC{zone}）", f"made (UTC{zone})"),
    ]
    rows = [
        (*(str(row[name]) for name in ("run", "rulebook", "period", "engine")),
         f"{datetime.fromisoformat(str(row['created_at'])).astimezone():%Y-%m-%d %H:%M}")
        for row in found
    ]  # fmt: skip
    console.table("", heads, rows)


def _difference(home: Path, first: str, second: str, json: bool) -> None:
    from zhengheng.engines.rehearse import moves

    before, after = _load(home, first), _load(home, second)
    found = moves(before, after)
    if json:
        console.print_json(found)
        return
    print_moves(found, before, after)


def _load(home: Path, name: str, unit: str | None = None) -> Any:
    from zhengheng.engines.archive import load_run
    from zhengheng.lake.store import Lake

    lake = Lake.open(home, CATALOG)
    if name == "latest":
        known = lake.runs()
        if not known:
            raise NotFoundError.one(
                "latest", "run.absent", zh="还没有批次", en="there is no run yet"
            )
        name = str(known[0]["run"])
    return load_run(lake.run_folder(name), unit)


def show(run: RunName = "latest", home: Home = DEFAULT, limit: int = 50) -> None:
    """The scoreboard of a stored run."""
    from zhengheng.engines.left_out import left_out as all_of
    from zhengheng.engines.uncounted import is_listed

    made = _load(home, run)
    print_scoreboard(made, limit)
    if is_listed(made.facts):
        count = len(all_of(made))
        console.out.print(t(f"数据中有 {count} 行没有计入，逐行列出：zhengheng left-out {made.id}",
                            f"{several(count, 'row of the data does not count', 'rows of the data do not count')}; row by row: zhengheng left-out {made.id}"))  # fmt: skip


def left_out(
    run: RunName = "latest",
    unit: Annotated[str | None, typer.Option(help=t("只看一个单位", "of one unit alone"))] = None,
    home: Home = DEFAULT,
    json: Json = False,
) -> None:
    """Every row of its data that a stored run did not count, by file and row, and why."""
    from zhengheng.engines.left_out import left_out as all_of

    made = _load(home, run)
    found = all_of(made, unit)
    # Rows of a unit that is not on the roster are listed for that very reason.
    if unit is not None and not found and all(one["unit"] != unit for one in made.plan.tables["unit"]):  # fmt: skip
        raise NotFoundError.one(
            unit, "unit.absent", zh="这一批次没有这个单位", en="this run has no such unit"
        )
    if json:
        console.print_json([one.as_dict() for one in found])
        return
    heads = [t("文件", "file"), t("行", "row"), t("单位", "unit"), t("指标或事项", "indicator or item"), t("日期", "day"), t("没有计入的理由", "why it does not count")]  # fmt: skip
    rows = [(one.file, str(one.row), one.unit, one.code, one.when, t(*one.said)) for one in found]
    console.table(t(f"{len(rows)} 行没有计入", several(len(rows), 'row does not count', 'rows do not count')), heads, rows, right=(1,))  # fmt: skip


def explain(
    run: RunName,
    unit: Annotated[str, typer.Argument(help=t("单位代码", "unit code"))],
    indicator: Annotated[str | None, typer.Argument(help=t("指标代码", "indicator code"))] = None,
    home: Home = DEFAULT,
    json: Json = False,
) -> None:
    """The score passport: from the total down to file, sheet and row."""
    from zhengheng.engines.passport import passport

    entry = passport(_load(home, run, unit), unit, indicator, LANGUAGE)
    if json:
        console.print_json(entry.as_dict())
    else:
        console.out.print(draw(entry))


def draw(entry: Any, tree: Tree | None = None) -> Tree:
    """A passport as a tree of lines."""
    from rich.text import Text

    line = Text(entry.label)
    if entry.score:
        line.append("  ").append(entry.score, "bold")
    if entry.detail:
        line.append("  ").append(entry.detail, "dim")
    branch = Tree(line) if tree is None else tree.add(line)
    for part in entry.parts:
        draw(part, branch)
    return branch


def export(
    run: RunName,
    out: Annotated[Path, typer.Argument(help=t("输出文件夹", "folder"))],
    form: Annotated[str, typer.Option("--format", help=" | ".join(FORMS))] = "csv",
    home: Home = DEFAULT,
    bom: Annotated[bool, typer.Option(help=t("带 BOM", "with a BOM"))] = False,
) -> None:
    """Write a run's results as csv, xlsx, parquet or json."""
    from zhengheng.engines.export import export_run

    if (kind := out.suffix.removeprefix(".").lower()) in FORMS:
        raise ZhenghengError.one(
            str(out), "export.folder", zh=f"这里应写文件夹，每张表一个文件；要 {kind} 格式，请写：zhengheng export {run} {out.stem} --format {kind}",
            en=f"a folder is expected, for each table is a file of its own; for {kind} write: zhengheng export {run} {out.stem} --format {kind}",
        )  # fmt: skip
    to_fill(out)
    for path in export_run(_load(home, run), out, form, bom=bom):
        console.out.print(str(path))


def bundle(
    run: RunName,
    out: Annotated[Path, typer.Argument(help="out.zip")],
    public: Annotated[
        bool, typer.Option("--public/--audit", help=t("公开包 / 审计包", "public or audit bundle"))
    ] = True,
    home: Home = DEFAULT,
) -> None:
    """A zip that recomputes itself with `python verify.py`."""
    from zhengheng.engines.bundle import check_bundle, write_bundle

    to_write(out)
    write_bundle(_load(home, run), out, "public" if public else "audit", _secret(home))
    check_bundle(out)
    console.out.print(
        t(
            f"已写入 {out}，并已通过复核；解压后运行 python verify.py",
            f"wrote {out}, which verifies; unzip it and run python verify.py",
        )
    )


care = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@care.command(help=t("备份数据湖 (不含密钥)", "back the lake up, without its key"))
def backup(
    out: Annotated[Path, typer.Argument(help="out.tar")], home: Home = DEFAULT, json: Json = False
) -> None:
    """Copy the lake into one tar file that proves itself; the secret key is kept apart."""
    from zhengheng.lake.care import backup as write
    from zhengheng.lake.store import Lake

    count = write(Lake.open(home, CATALOG), to_write(out))
    if json:
        console.print_json({"files": count, "out": str(out)})
        return
    console.out.print(
        t(f"已备份 {count} 个文件到 {out}; 密钥 {home / 'secret.key'} 请另行保管",
          f"{several(count, 'file backed up', 'files backed up')} to {out}; keep the key {home / 'secret.key'} apart"),
    )  # fmt: skip


@care.command(help=t("从备份恢复", "restore a backup"))
def restore(
    archive: Annotated[Path, typer.Argument(help=t("备份文件", "backup"))],
    home: Annotated[Path, typer.Argument(help=t("新文件夹", "new folder"))],
    json: Json = False,
) -> None:
    """Open a backup as a new lake, after checking every file of it."""
    from zhengheng.lake.care import restore as read

    count = read(archive, to_fill(home), CATALOG)
    if json:
        console.print_json({"files": count, "home": str(home)})
        return
    console.out.print(
        t(f"已恢复 {count} 个文件到 {home}; 请放回密钥 secret.key",
          f"{several(count, 'file restored', 'files restored')} to {home}; put the key secret.key back"),
    )  # fmt: skip


@care.command(help=t("清理不再需要的文件", "remove what nobody needs"))
def tidy(home: Home = DEFAULT, json: Json = False) -> None:
    """Remove reusable ranges, unfinished runs and files that no snapshot names."""
    from zhengheng.lake.care import tidy as remove
    from zhengheng.lake.store import Lake

    done = remove(Lake.open(home, CATALOG))
    if json:
        console.print_json(vars(done))
        return
    console.out.print(
        t(f"清理了 {done.files} 个文件, {done.size / 2**20:.1f} MB",
          f"removed {several(done.files, 'file', 'files')}, {done.size / 2**20:.1f} MB")
    )  # fmt: skip


@care.command(help=t("核对数据湖与入库登记", "compare the lake with its register"))
def check(home: Home = DEFAULT, json: Json = False) -> None:
    """Look whether every finished intake's rows are there, once. Exit code 7 on findings."""
    from zhengheng.lake.check import check_lake
    from zhengheng.lake.store import Lake

    found = check_lake(Lake.open(home, CATALOG))
    if json:
        console.print_json([vars(problem) for problem in found])
    elif found:
        console.print_problems(found)
    else:
        console.out.print(
            t("通过：登记的每次入库都在数据湖中。", "OK: every registered intake is in the lake")
        )
    if found:
        raise typer.Exit(VerifyError.exit_code)

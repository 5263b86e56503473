"""Commands of the office. The command line finds them by the entry points in pyproject.toml."""

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from zhengheng.domain.given import given_bytes, to_fill, to_look_into, to_write
from zhengheng.domain.problems import DataError, NotFoundError, Problem, VerifyError
from zhengheng.domain.several import several
from zhengheng.domain.spoken import t
from zhengheng.web.starting import (
    DEMONSTRATION,
    SIGNS,
    WORKERS,
    begin,
    claim,
    has_assets,
    nothing_left,
)

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="ZHENGHENG_HOME", help="数据文件夹 / data folder")
]
NewOption = Annotated[
    bool, typer.Option("--new", help="在这个文件夹新建 / found an office in this folder")
]
HERE = Path("demo")
Done = TypeVar("Done", bound=Callable[..., None])
out = Console(highlight=False, markup=False, emoji=False)


@contextmanager
def out_status() -> Iterator[Callable[[str], None]]:
    """A line in the terminal that says what is being done."""
    with out.status("…") as status:
        yield lambda text: status.update(Text(text))


def out_line(text: str) -> None:
    """A line as it stands, however long: what reads it from a file or a pipe reads lines."""
    out.print(text, soft_wrap=True)


def described(words: str) -> Callable[[Done], Done]:
    """Give a command its help in both languages; the command line says the reader's."""

    def known(command: Done) -> Done:
        command.__dict__["described"] = words
        return command

    return known


office = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="办公端 / the office")


@described("以正式运行的方式提供办公端。 / Serve the office in production form.")
def serve(
    home: HomeOption = HERE,
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port")] = 8000,
    threads: Annotated[int, typer.Option(help="线程 / threads of each process")] = 2,
    processes: Annotated[int, typer.Option(help="进程, 0 为按内核数 / processes; 0: by the cores")] = 0,
    new: NewOption = False,
) -> None:  # fmt: skip
    """Serve the office in production form."""
    begin(home, new=new)
    has_assets()
    from django.db import DatabaseError, connection, connections

    from zhengheng.web.config.serving import serve_all, usual_processes
    from zhengheng.web.config.wsgi import application
    from zhengheng.web.portal.receiving import too_long

    number = processes or usual_processes()
    if said := claim("serve", number * threads):
        out.print(said)

    def ready() -> None:
        # Each thread takes its connection at once: whoever starts later counts it.
        with suppress(DatabaseError):
            connection.ensure_connection()

    # No process may go on with a connection that another one opened.
    connections.close_all()
    out_line(
        t(
            f"政衡：http://{host}:{port}/（按 Ctrl+C 结束）",
            f"Zhengheng: http://{host}:{port}/ (Ctrl+C ends it)",
        )
    )
    site = home.resolve() / "portal"
    serve_all(
        application, host, port, threads, number, ready, lambda came: too_long(site, came).page
    )


@described(
    "办理队列中的后台作业；可以同时运行多个。 / Do the jobs of the queue; several workers may run side by side."
)
def worker(
    home: HomeOption = HERE,
    batch: Annotated[bool, typer.Option(help="做完即止 / end when the queue is empty")] = False,
    new: NewOption = False,
) -> None:
    """Do the jobs of the queue; several workers may run side by side."""
    begin(home, new=new)
    from zhengheng.web.jobs.worker import run as work

    if said := claim("worker", WORKERS):
        out.print(said)
    out_line(t("政衡后台作业进程（按 Ctrl+C 结束）", "Zhengheng worker (Ctrl+C ends it)"))
    work(batch=batch)


@described(
    "把整套安装写成一个可自证完整的文件；密钥另行保管。 / Copy the whole installation into one file that proves itself; the keys are kept apart."
)
def backup(
    out: Annotated[
        Path,
        typer.Argument(help="要写的备份文件，如 out.tar / the backup to write, such as out.tar"),
    ],
    home: HomeOption = HERE,
) -> None:
    """Copy the whole installation into one file that proves itself; the keys are kept apart."""
    to_write(out)
    begin(home, look_only=True)
    from zhengheng.web.care import KEYS
    from zhengheng.web.care import backup as write

    with out_status() as tell:
        count = write(home, out, tell)
    out_line(
        t(
            f"{out}：{count} 个文件。请另行保管密钥：{'、'.join(KEYS)}",
            f"{out}: {several(count, 'file', 'files')}; keep the keys apart: {', '.join(KEYS)}",
        )
    )


@described(
    "把备份还原为一个新的数据文件夹；密钥须自行放回。 / Open a backup as a new home; put the keys back beside it."
)
def restore(
    archive: Annotated[
        Path, typer.Argument(help="备份文件，如 backup.tar / the backup, such as backup.tar")
    ],
    home: Annotated[Path, typer.Argument(help="新文件夹 / a new folder")],
) -> None:
    """Open a backup as a new home; put the keys back beside it."""
    to_fill(home)
    with nothing_left(home):
        begin(home, look_only=True, new=True)
        from zhengheng.web.care import restore as read

        with out_status() as tell:
            count = read(archive, home, tell)
        begin(home)  # the ledger says that it came back before anything else is entered
    out_line(t(f"{home}：{count} 个文件。", f"{home}: {several(count, 'file', 'files')}"))


@office.command(
    "officers",
    help="设立新办公端的三员；初始口令只显示一次。 / Make the three officers of a new installation; their first passwords are shown once.",
)
def officers(home: HomeOption = HERE, new: NewOption = False) -> None:
    """Make the three officers of a new installation; their first passwords are shown once."""
    begin(home, new=new)
    from zhengheng.web.accounts.services import first_officers
    from zhengheng.web.pages.clock import now
    from zhengheng.workflow.roles import NAMES, Role

    made = {
        Role.SYSTEM_ADMINISTRATOR: ("sysadmin", NAMES[Role.SYSTEM_ADMINISTRATOR][0], _password()),
        Role.SECRECY_OFFICER: ("secrecy", NAMES[Role.SECRECY_OFFICER][0], _password()),
        Role.SECURITY_AUDITOR: ("auditor", NAMES[Role.SECURITY_AUDITOR][0], _password()),
    }
    first_officers(accounts=made, now=now())
    for role, (username, _, password) in made.items():
        out_line(f"{username:10} {password}  {t(*NAMES[role])}")


def _password() -> str:
    return secrets.token_urlsafe(9)


@office.command(
    "check",
    help="核对登记为已入库的数据与数据湖是否一致，数据湖、核算结果、附件和发布内容的文件是否齐全、未改动；有发现时退出码为 7。 / Compare what counts as loaded with the lakes, and the files of lakes, runs, evidence and publications with what was kept. Exit code 7 on findings.",
)
def check(home: HomeOption = HERE, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False) -> None:  # fmt: skip
    """Compare what counts as loaded with the lakes, and kept files with what was kept. Exit code 7 on findings."""
    begin(home, look_only=True)
    from zhengheng.web.ledger.jumped import problems
    from zhengheng.web.pages.clock import now
    from zhengheng.web.reporting.lake_check import compare_all
    from zhengheng.web.results.kept import kept_as_written

    found = [*problems(home, now()), *compare_all(), *kept_as_written(home)]
    if as_json:
        typer.echo(json.dumps([vars(f) for f in found], ensure_ascii=False, indent=1))
    elif not found:
        out_line(
            t(
                "通过：登记为已入库的数据都在数据湖中，保存的文件齐全、未改动。",
                "OK: what counts as loaded is in the lakes, and kept files are as they were written",
            )
        )
    else:
        for finding in found:
            out_line(f"{finding.where}: {t(finding.zh, finding.en)}")
    if found:
        raise typer.Exit(VerifyError.exit_code)


@office.command(
    "confirm-clock",
    help="确认本机的时间无误：办公端 30 天以上无人办理后，到期自动办结的事项暂停，确认后继续。 / Say that the machine's clock is right: after 30 days in which nobody did anything, what follows from deadlines is held until then.",
)
def confirm_clock(home: HomeOption = HERE) -> None:
    """Say that the machine's clock is right: after 30 days in which nobody did anything, what follows from deadlines is held until then."""
    import getpass

    begin(home)
    from zhengheng.web.ledger.services import confirm_clock as confirm
    from zhengheng.web.pages.clock import now

    at = now()
    if confirm(home, f"os:{getpass.getuser()}", at):
        out_line(
            t(
                f"已确认本机时间 {at:%Y-%m-%d %H:%M}，到期事项继续办理。",
                f"the clock is right: {at:%Y-%m-%d %H:%M}; deadlines are followed again",
            )
        )
    else:
        out_line(
            t("到期事项没有暂停，不需要确认。", "nothing is held: there is nothing to confirm")
        )


@office.command(
    "import-units",
    help="从表格（.xlsx、.xls 或 .csv）导入单位，列名与办公端导入页面相同，可用中文。 / Bring units in from a table (.xlsx, .xls or .csv) with the columns of the office's own page, in Chinese or English.",
)
def import_units(
    file: Annotated[
        Path, typer.Argument(help="单位表，如 units.xlsx / the table of units, such as units.xlsx")
    ],
    home: HomeOption = HERE,
) -> None:
    """Bring units in from a table with the columns of the office's own page, in Chinese or English."""
    import getpass

    content = given_bytes(file)
    begin(home)
    from zhengheng.web.files.tables import rows_of
    from zhengheng.web.organisation import services
    from zhengheng.web.pages.clock import now

    rows = rows_of(file.name, content, services.COLUMNS)
    count = services.import_units(
        rows=rows, actor=f"os:{getpass.getuser()}", now=now(), source=file.name
    )
    out_line(t(f"{count} 个单位。", several(count, "unit", "units")))


@office.command(
    "load",
    help="把数据文件载入办公端的数据湖，并记入存证日志；按该期间生效的考核方案读取。 / Load data files into the office's lake, as an entry of its ledger then tells; read by the rulebook in force for the period.",
)
def load(
    rulebook: Annotated[str, typer.Argument(help="考核方案的代码，如 departments / the rulebook's code, such as departments")],
    period: Annotated[str, typer.Argument(help="考核期间，如 2025 / the assessed period, such as 2025")],
    mapping: Annotated[Path, typer.Option(help="采集映射 / the intake mapping")],
    data: Annotated[Path, typer.Option(help="数据文件夹 / folder of the data files")],
    home: HomeOption = HERE,
    keep_rejects: Annotated[bool, typer.Option(help="保留被拒的行并继续 / keep rejected rows aside and go on")] = False,
) -> None:  # fmt: skip
    """Load data files into the office's lake, as an entry of its ledger then tells; read by the rulebook in force for the period."""
    import getpass

    begin(home)
    from zhengheng.lake.coverage import coverage
    from zhengheng.lake.fitting import check_mapping
    from zhengheng.lake.mapping import load_mapping
    from zhengheng.lake.rejects import write_rejects
    from zhengheng.web.intake.services import lake_of, load_files
    from zhengheng.web.pages.clock import now
    from zhengheng.web.rulebooks.selectors import book_of, governing

    to_look_into(data)
    plan = load_mapping(mapping)
    version = governing(rulebook, period)
    if version is None:
        raise NotFoundError.one(
            rulebook, "rulebook.absent", zh=f"没有在 {period} 生效的考核方案 {rulebook}；请给出方案代码和考核期间，如 departments 2025",
            en=f"no rulebook {rulebook} is in force for {period}; give its code and the period, such as departments 2025",
        )  # fmt: skip
    book = book_of(version)
    if faults := check_mapping(plan, book, data):
        raise DataError(faults)
    with out_status() as said:
        facts = load_files(
            book, plan, data, loader=f"os:{getpass.getuser()}", at=now(), keep_rejects=keep_rejects,
            progress=lambda name, count: said(f"{name} {count:,}"),
        )  # fmt: skip
    for problem in (
        *facts.warnings,
        *coverage(facts, book),
        *(one.problem for one in facts.rejects),
    ):
        out_line(f"{problem.where}: {t(problem.zh, problem.en)}")
    if facts.rejects:
        write_rejects(facts.rejects, lake_of(book.code) / "rejects" / f"{now():%Y%m%d-%H%M%S}")
    taken = sum(file.taken for file in facts.files)
    out_line(
        t(
            f"{len(facts.files)} 个来源，{taken} 行，拒绝 {len(facts.rejects)} 行。",
            f"{several(len(facts.files), 'source', 'sources')}, {several(taken, 'row', 'rows')}, {len(facts.rejects)} rejected",
        )
    )


@office.command(
    "demo",
    help="用示例城市布置办公端，列出账号，以固定的时间提供服务。 / Furnish the office with the sample city, print its accounts, serve it with a fixed clock.",
)
def demo(
    home: HomeOption = HERE,
    at: Annotated[str, typer.Option(help="固定的时间 / the moment at which the clock stands")] = "2026-03-12T09:00+08:00",
    port: Annotated[int, typer.Option(help="端口 / port")] = 8000,
    only_fill: Annotated[bool, typer.Option(help="不启动服务 / do not serve")] = False,
) -> None:  # fmt: skip
    """Furnish the office with the sample city, print its accounts, serve it with a fixed clock."""
    to_fill(home)
    if not any((home / name).exists() for name in ("rulebooks", *SIGNS)):
        raise DataError.one(
            str(home), "demo.city", zh=f"这个文件夹里没有示例城市。请先运行 zhengheng demo {home}，再运行这条命令。",
            en=f"this folder holds no sample city: run zhengheng demo {home} first",
        )  # fmt: skip
    os.environ |= {"ZHENGHENG_CLOCK": at, "ZHENGHENG_FICTIONAL": "1"}
    begin(home, new=True)
    from zhengheng.engines.bundle import check_bundle
    from zhengheng.web.sample.furnish import furnish_office

    out_line(t("\n账号（虚构示例）：", "\naccounts (fictional):"))
    (home / DEMONSTRATION).write_text(f"{at}\n", encoding="utf-8")
    for username, password, role in furnish_office(home, datetime.fromisoformat(at)):
        out_line(f"  {username:12} {password:14} {role}")
    bundles = sorted(home.glob("publications/[0-9]*/data/bundle.zip"))
    failed: list[Problem] = []
    for bundle in bundles:
        try:
            check_bundle(bundle)
        except VerifyError as error:
            first = error.problems[0]
            failed.append(Problem(str(bundle), first.code, first.zh, first.en))
    out_line(
        t(
            f"\n已发布的 {len(bundles)} 个复核包中，{len(bundles) - len(failed)} 个通过自带的复核程序。",
            f"\n{len(bundles) - len(failed)} of {len(bundles)} published bundles pass their own verifier",
        )
    )
    if failed:
        raise VerifyError(failed)
    if not only_fill:
        _serve_with_worker(home, port)


@office.command(
    "show",
    help="把自己的方案和数据放进办公端和门户：由虚构人员逐年办到公布。 / Show rulebooks and files of one's own in the office and the portal: made-up people publish every year of them.",
)
def show(
    folders: Annotated[list[Path], typer.Argument(help="各含 rulebook 与 intake.yaml 的文件夹 / folders with a rulebook and an intake.yaml each")],
    data: Annotated[Path, typer.Option(help="数据文件夹 / data folder")],
    home: Annotated[Path, typer.Option(help="新的数据文件夹 / a new data folder")],
    port: Annotated[int, typer.Option(help="端口 / port")] = 8000,
    only_fill: Annotated[bool, typer.Option(help="不启动服务 / do not serve")] = False,
) -> None:  # fmt: skip
    """Show rulebooks and files of one's own in the office and the portal: made-up people publish every year of them."""
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.mapping import load_mapping
    from zhengheng.scheme.load import load_rulebook
    from zhengheng.web.sample.shown import clock, shown

    to_look_into(data)
    if (to_fill(home) / "office.db").exists():
        raise NotFoundError.one(
            str(home), "show.home", zh="这个文件夹已有办公端, 请给出一个新的",
            en="there is an office in this folder; name a new one",
        )  # fmt: skip
    brought = []
    for folder in folders:
        book, mapping = load_rulebook(folder / "rulebook")[0], load_mapping(folder / "intake.yaml")
        # Nobody keeps the key: what is hashed in a demonstration can be linked to nothing.
        brought.append(
            shown(book, mapping, read_files(mapping, book, data, key=secrets.token_bytes(32)))
        )
    at = os.environ["ZHENGHENG_CLOCK"] = clock(brought)
    begin(home, new=True)
    from zhengheng.web.sample.own import furnish_own

    with out_status() as tell:
        (home / DEMONSTRATION).write_text(f"{at}\n", encoding="utf-8")
        accounts = furnish_own(home, brought, datetime.fromisoformat(at), tell)
    out_line(t("\n账号（演示）：", "\naccounts (demonstration):"))
    for username, password, role in accounts:
        out_line(f"  {username:12} {password:14} {role}")
    if not only_fill:
        _serve_with_worker(home, port)


def _serve_with_worker(home: Path, port: int) -> None:
    """The worker is a process of its own, as in production; another one takes its place when it ends before this one."""
    from zhengheng.web.config.serving import kept_alive

    with kept_alive([sys.executable, "-m", "zhengheng.cli.main", "worker", "--home", str(home)]):
        serve(home, port=port)

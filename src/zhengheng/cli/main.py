"""The command line's entry: commands, the language switch, errors as sentences."""

import os
import sqlite3
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from zhengheng import __version__
from zhengheng.cli import console, lake, sample, scheme, score
from zhengheng.cli.usage import framed, refused
from zhengheng.domain.problems import DataError, ZhenghengError
from zhengheng.domain.reasons import number_of, why
from zhengheng.domain.spoken import t

app = typer.Typer(
    name="zhengheng",
    help=t(
        "政衡: 精确、可解释、人人可复算的绩效考核",
        "Zhengheng: exact, explained, recomputable performance assessment",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"zhengheng {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    lang: Annotated[str, typer.Option(help="zh | en")] = "zh",
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    pass


app.add_typer(scheme.app, name="scheme")
app.add_typer(
    lake.care, name="lake", help=t("数据湖的备份、恢复和清理", "back up, restore and tidy a lake")
)
app.command(
    "score", help=t("一次完成: 读文件、计分、写结果", "one shot: files in, result files out")
)(score.score)


for _command, _zh, _en in (
    (lake.init, "建立数据湖", "make a lake"),
    (lake.intake, "把文件载入数据湖", "load files into the lake"),
    (lake.measure, "从明细计数度量", "count measures from fact files"),
    (lake.run, "核算一个批次", "compute a run"),
    (lake.runs, "列出批次", "list the runs"),
    (lake.show, "显示成绩榜", "show a scoreboard"),
    (lake.left_out, "没有计入的行", "rows that do not count"),
    (lake.explain, "得分溯源单", "score passport"),
    (lake.export, "导出结果", "export results"),
    (lake.bundle, "复核包", "auditor's bundle"),
    (sample.sample, "生成示例城市", "make the sample city"),
    (sample.demo, "示例城市的一年", "a year of the sample city"),
):
    app.command(help=t(_zh, _en))(_command)


def _installed() -> None:
    """Commands that installed parts bring along (the office does), by their entry points."""
    for point in sorted(entry_points(group="zhengheng.commands"), key=lambda p: p.name):
        command = point.load()
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=point.name)
        else:
            app.command(point.name, help=getattr(command, "described", None))(command)


_installed()


def command_line() -> Any:
    """The command with its help in the reader's language: installed parts write both, “中文 / English”."""
    command = get_command(app)
    _in_one_language(command)
    return command


def _in_one_language(command: Any) -> None:
    command.help = _chosen(command.help)
    own = command.get_help
    command.get_help = lambda context: framed(own(context))
    for param in command.params:
        if isinstance(getattr(param, "help", None), str):
            param.help = _chosen(param.help)
    for below in getattr(command, "commands", {}).values():
        _in_one_language(below)


def _chosen(words: str | None) -> str | None:
    zh, between, en = (words or "").partition(" / ")
    return t(zh, en) if between and any("\u4e00" <= one <= "\u9fff" for one in zh) else words


def main() -> None:
    """Run the command line. Expected failures print every problem and a documented exit code."""
    try:
        code = command_line()(args=_without_lang(sys.argv[1:]), standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except typer.Abort:
        sys.exit(1)
    except TyperException as error:
        _end_usage(error)
    except ZhenghengError as error:
        _end(error)
    except OSError as error:
        _refused(error, error.filename)
    except Exception as error:
        if number_of(error) is not None:
            _refused(error)
        if not _is_of_a_database(error):
            raise
        # The variable with its address, or the folder in which its file lies.
        place = "DATABASE_URL" if os.environ.get("DATABASE_URL") else os.environ.get("ZHENGHENG_HOME", "DATABASE_URL")  # fmt: skip
        _end(DataError.one(
            place, "database.failed", zh="没有做完：数据库不能读写，可能是磁盘空间已满，或者数据库文件已损坏、没有权限。请检查磁盘和数据库后再试一次；仍不成功的，请从备份恢复。",
            en="not done: the database does not read or write. The disk may be full, its file damaged, or permission lacking. Look at the disk and the database and try again; if it fails still, restore a backup",
        ))  # fmt: skip


def _refused(error: Exception, name: Any = None) -> NoReturn:
    """What the system refuses, in words. What is closed unfinished after it would say the same again, in Python's."""
    sys.unraisablehook = lambda _: None
    zh, en = why(error)
    named = Path(str(name)).name if name else "disk"
    _end(DataError.one(named, "system.refused", zh=f"没有做完：{zh}。请排除后再试一次。", en=f"not done: {en}; mend that and try again"))  # fmt: skip


def _end_usage(error: TyperException) -> NoReturn:
    """A call that cannot be read; one that says nothing but the command is answered with its help."""
    if type(error).__name__ != "NoArgsIsHelpError":
        _end(refused(error))
    typer.echo(error.message, err=True)
    sys.exit(error.exit_code)


def _end(error: ZhenghengError) -> NoReturn:
    console.print_problems(error.problems)
    sys.exit(error.exit_code)


def _is_of_a_database(error: BaseException) -> bool:
    """Whether a database failed below an installed part; which parts there are is not known here."""
    found: BaseException | None = error
    while found is not None:
        roots = {
            one.__module__.partition(".")[0]
            for one in type(found).__mro__
            if one.__name__ == "Error"
        }
        if isinstance(found, sqlite3.Error) or "psycopg" in roots:
            return True
        found = found.__cause__
    return False


def _without_lang(words: list[str]) -> list[str]:
    """--lang may stand anywhere; it was read when the words were chosen."""
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word == "--lang":
            skip = True
        elif not word.startswith("--lang="):
            kept.append(word)
    return kept


if __name__ == "__main__":
    main()

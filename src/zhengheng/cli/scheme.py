"""`zhengheng scheme …`: write, check, test, compare, convert and rehearse rulebooks."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from zhengheng.cli import console
from zhengheng.domain.given import to_fill, to_look_into, to_write
from zhengheng.domain.problems import DataError, ExitCode, NotFoundError, Problem
from zhengheng.domain.several import several
from zhengheng.domain.spoken import LANGUAGE, t
from zhengheng.scheme.compare import differences
from zhengheng.scheme.fingerprint import data_fingerprint, wording_fingerprint
from zhengheng.scheme.folder import Source
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.register import check_register, publish, read_register
from zhengheng.scoring.check import check as check_rulebook
from zhengheng.scoring.check import load_checked

app = typer.Typer(
    help=t(
        "考核方案: 新建、检查、算例、比较、转换、试算",
        "rulebooks: new, check, test, diff, convert, rehearse",
    )
)
Book = Annotated[Path, typer.Argument(help=t("YAML 文件夹或 xlsx", "YAML folder or .xlsx"))]
Json = Annotated[bool, typer.Option("--json", help="JSON")]


def _target(path: Path) -> Path:
    """A workbook, or a folder; a name that ends like another kind of file is neither. Raises DataError."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return to_write(path)
    if suffix.removeprefix(".").isalpha() and not path.is_dir():
        raise DataError.one(
            str(path), "file.kind", zh=f"方案写成工作簿（.xlsx）或文件夹，不能写成 {suffix} 文件；要写成文件夹的，请换一个不带扩展名的名称。",
            en=f"a rulebook is written as a workbook (.xlsx) or as a folder, and not as a {suffix} file; name a folder without such an ending",
        )  # fmt: skip
    return to_fill(path)


@app.command(
    help=t(
        "从内置模板或空的 Excel 表（blank）新建方案。",
        "Start from a built-in pack, or from the empty Excel form (`blank`).",
    )
)
def new(
    pack: Annotated[
        str, typer.Argument(help=t("模板名, 用 list 查看", "pack name; `list` shows them"))
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(help=t("新文件夹，或新的 .xlsx 文件", "new folder, or a new .xlsx file")),
    ] = None,
) -> None:
    """Start from a built-in pack, or from the empty Excel form (`blank`)."""
    from zhengheng.scheme.packs import BLANK, copy_pack, packs

    if pack == "list" or folder is None:
        form = (BLANK, t("空表（Excel），逐项填写", "the empty form (Excel), to be filled in"))
        known = [form, *packs(LANGUAGE)]
        console.table("", [t("模板", "pack"), t("内容", "what it is")], known)
        if pack not in {"list", *(name for name, _ in known)}:
            raise NotFoundError.one(
                pack, "pack.unknown", zh="没有这个模板", en="there is no such pack"
            )
        return
    _target(folder)
    copy_pack(pack, folder)
    console.out.print(t(f"已建立 {folder}; 下一步: zhengheng scheme check {folder}",
                        f"made {folder}; next: zhengheng scheme check {folder}"))  # fmt: skip


@app.command(
    help=t("一次列出方案的全部错误及其位置。", "Find every fault at once, each with its place.")
)
def check(
    rulebook: Book,
    register: Annotated[
        Path | None, typer.Option(help=t("已发布方案登记簿", "register of published versions"))
    ] = None,
    enter: Annotated[
        bool, typer.Option("--publish", help=t("登记为已发布", "enter into the register"))
    ] = False,
    intake: Annotated[
        Path | None,
        typer.Option(help=t("同时检查的采集映射", "an intake mapping, checked with it")),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help=t("映射的数据文件夹", "folder of the mapping's files"))
    ] = None,
    json: Json = False,
) -> None:
    """Find every fault at once, each with its place; with a mapping also what would keep its files from being scored."""
    book, source = load_checked(rulebook)
    found = check_rulebook(book, source)
    wrong = any(problem.severity == "error" for problem in found)
    if intake or data:
        found += _files(book, source, intake, data, compute=not wrong)
    if register and not register.exists() and not enter:
        raise NotFoundError.one(
            str(register), "register.absent", zh="找不到这个登记簿，请检查路径；要新建登记簿并登记本版，请加上 --publish。",
            en="there is no such register; check its path, or add --publish to begin one with this version",
        )  # fmt: skip
    if register:
        found += list(check_register(book, read_register(register)))
    errors = [problem for problem in found if problem.severity == "error"]
    prints = {"data": data_fingerprint(book), "wording": wording_fingerprint(book)}
    if json:
        console.print_json(
            {"rulebook": book.code, "version": book.version, "fingerprint": prints,
             "problems": [{"where": p.where, "code": p.code, "severity": p.severity, "zh": p.zh, "en": p.en} for p in found]}
        )  # fmt: skip
    else:
        console.print_problems(found, all_with="--json")
        warned = len(found) - len(errors)
        console.out.print(
            t(f"{book.title.zh} {book.version}: {len(book.indicators)} 个指标, {len(errors)} 处错误, {warned} 处提醒",
              f"{book.title.say('en')} {book.version}: {several(len(book.indicators), 'indicator', 'indicators')}, {several(len(errors), 'error', 'errors')}, {several(warned, 'warning', 'warnings')}")
        )  # fmt: skip
        console.out.print(t(f"口径指纹 {prints['data'][:16]}  全文指纹 {prints['wording'][:16]}",
                            f"data fingerprint {prints['data'][:16]}, wording fingerprint {prints['wording'][:16]}"))  # fmt: skip
    if errors:
        raise typer.Exit(ExitCode.RULEBOOK if wrong or not (intake or data) else ExitCode.DATA)
    if enter and register:
        publish(book, register)


def _files(
    book: Rulebook, source: Source, intake: Path | None, data: Path | None, *, compute: bool
) -> list[Problem]:
    from zhengheng.cli.trial import tried

    if intake is None or data is None:
        raise NotFoundError.one(
            "--intake" if intake is None else "--data", "check.files", zh="检查映射要同时给出 --intake（采集映射）和 --data（数据文件夹）。",
            en="to check a mapping give both --intake (the mapping) and --data (the folder of its files)",
        )  # fmt: skip
    return tried(book, source, intake, to_look_into(data), compute=compute)


@app.command(help=t("运行规则所附的算例。", "Run the worked examples beside the rules."))
def test(rulebook: Book, json: Json = False) -> None:
    """Run the worked examples beside the rules."""
    from zhengheng.engines.cases import run_cases
    from zhengheng.engines.duck import DuckEngine

    book, source = load_rulebook(rulebook)
    every = list(run_cases(book, DuckEngine(threads=1), source))
    outcomes = [outcome for outcome in every if outcome.problem is None]
    failed = [outcome for outcome in outcomes if not outcome.passed]
    unread = {outcome.case for outcome in every if outcome.problem}
    if json:
        console.print_json([{**vars(o), "problem": vars(o.problem) if o.problem else None, "passed": o.passed} for o in every])  # fmt: skip
    else:
        for case in dict.fromkeys(outcome.case for outcome in every if outcome.problem):
            console.err.print(t(f"算例“{case}”无法运行：", f"case {case} cannot be run:"))
            console.print_problems(o.problem for o in every if o.problem and o.case == case)
        for outcome in outcomes:
            mark = ("✓", "cyan") if outcome.passed else ("✗", "red")
            text = Text.assemble(mark, f" {outcome.case}  {outcome.what} = {outcome.found or '—'}")
            if not outcome.passed:
                text.append(t(f"  应得 {outcome.expected}", f"  expected {outcome.expected}"))
            console.out.print(text)
        console.out.print(
            t(
                f"{len(outcomes)} 项, {len(failed)} 项不符" + (f", {len(unread)} 个算例无法运行" if unread else ""),
                f"{several(len(outcomes), 'expectation', 'expectations')}, {len(failed)} not met" + (f", {several(len(unread), 'case', 'cases')} could not be run" if unread else ""),
            )
        )  # fmt: skip
    if failed or unread:
        raise typer.Exit(ExitCode.CASE)


@app.command(
    help=t("用文字列出两个方案之间的不同。", "Say in words what changed between two rulebooks.")
)
def diff(before: Book, after: Book, json: Json = False) -> None:
    """Say in words what changed between two rulebooks."""
    lines = differences(load_rulebook(before)[0], load_rulebook(after)[0], LANGUAGE)
    if json:
        console.print_json(lines)
        return
    for line in lines:
        console.out.print(line)


@app.command(
    help=t(
        "在 YAML 文件夹和 Excel 工作簿之间转换，内容不变。",
        "Turn a YAML folder into an Excel workbook, or back, without loss.",
    )
)
def convert(source: Book, target: Path) -> None:
    """Turn a YAML folder into an Excel workbook, or back, without loss."""
    from zhengheng.scheme.excel import write_workbook
    from zhengheng.scheme.save import save_folder

    _target(target)
    book, _ = load_rulebook(source)
    if target.suffix.lower() == ".xlsx":
        write_workbook(book, target)
    else:
        save_folder(book, target)
    console.out.print(t(f"已写入 {target}", f"wrote {target}"))


@app.command(
    help=t(
        "从战略目标到岗位的目标分解，以及没有指标的单位。",
        "Targets handed down from goal to post, and who has no indicator yet.",
    )
)
def cascade(rulebook: Book, json: Json = False) -> None:
    """Targets handed down from goal to post, and who has no indicator yet."""
    from zhengheng.domain.numbers import plain
    from zhengheng.domain.periods import parse_period
    from zhengheng.scheme.cascade import coverage
    from zhengheng.scoring.plan import handed_down

    book, _ = load_rulebook(rulebook)
    last = max([book.effective_from, *(event.date for event in book.succession)])
    year = parse_period(str(last.year))
    decimals = {indicator.code: indicator.decimals for indicator in book.indicators}
    targets = [
        (unit, code, "" if target is None else plain(target, decimals[code]))
        for (unit, code), target in sorted(handed_down(book, book.units, year).items())
    ]
    found = coverage(book)
    if json:
        names = ("unit", "indicator", "target")
        rows = [dict(zip(names, row, strict=True)) for row in targets]
        console.print_json({"targets": rows, "coverage": vars(found)})
        return
    heads = [t("单位", "unit"), t("指标", "indicator"), t("目标", "target")]
    console.table(t("分解目标", "targets handed down"), heads, targets, right=(2,))
    if not targets:
        console.out.print(
            t("没有可列的目标：方案没有目标分解（cascade）。", "nothing to list: the rulebook has no `cascade`.") if not book.cascade
            else t("没有可列的目标：上级的目标不在方案中。目标分解从计分方法所定的目标（method.target）往下分；数据文件中的目标行不从这里分解，请在方法中写明目标，或用 mode: own 写明各下级的目标。",
                   "nothing to list: the rulebook has no target of the parents. A cascade hands down the method's own target (`method.target`); target rows of data files are not split here: give the method a target, or write each child's with `mode: own`.")
        )  # fmt: skip
    console.out.print(
        # Whom the data files or the office's register bring along is not known here, and the office's page counts them.
        t(f"方案自身写明的单位、岗位 {found.units} 个，其中有指标的 {found.covered} 个（数据文件和办公端登记的单位不在方案中，未计入）；目标 {found.goals} 个，其中没有指标衡量的 {len(found.bare_goals)} 个。",
          f"units and posts that the rulebook itself names: {found.units}, with indicators: {found.covered} (those of data files and of the office's register are not in it, and not counted here); goals: {found.goals}, without a measure: {len(found.bare_goals)}")
    )  # fmt: skip
    for code in (*found.bare_units, *found.bare_goals):
        console.out.print(f"  {code}")


@app.command(
    help=t(
        "用草案重算以往各期：哪些单位的得分、名次和等次会变。",
        "Score past periods under a draft: whose score, rank and grade moves, by how much.",
    )
)
def rehearse(
    draft: Book,
    current: Annotated[Path, typer.Option(help=t("现行方案", "the rulebook in force"))],
    intake: Annotated[Path, typer.Option(help=t("采集映射", "intake mapping"))],
    data: Annotated[Path, typer.Option(help=t("数据文件夹", "data folder"))],
    period: Annotated[
        list[str] | None, typer.Option(help=t("期间, 可重复", "period, repeatable"))
    ] = None,
    at: Annotated[
        str | None, typer.Option(help=t("以哪一天的情况计算", "day to look from"))
    ] = None,
    json: Json = False,
) -> None:
    """Score past periods under a draft: whose score, rank and grade moves, by how much."""
    from zhengheng.cli.score import checked_rulebook, day, periods_of
    from zhengheng.cli.scoreboard import print_moves
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.rehearse import moves
    from zhengheng.engines.run import make_run
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.mapping import load_mapping

    old, new_ = checked_rulebook(current), checked_rulebook(draft)
    to_look_into(data)
    mapping = load_mapping(intake)
    found = []
    for one in periods_of(mapping, period or []):
        runs = [
            make_run(
                book,
                read_files(mapping, book, data),
                one,
                DuckEngine(),
                day(at) or mapping.at or max(datetime.now(UTC).date(), one.end),
            )
            for book in (old, new_)
        ]
        found += moves(*runs)
    if json:
        console.print_json(found)
        return
    print_moves(found, *runs)

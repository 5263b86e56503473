"""Reports as a workbook: what one owes goes out, filled in it comes back; refused rows return in the same layout."""

import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from zhengheng.domain.problems import DataError, Problem, ZhenghengError, gathered, tell
from zhengheng.lake.cells import CellError, number_fault, take_whole, written
from zhengheng.lake.readers import one_sheet, read_table
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import forbidden, grants
from zhengheng.web.acts import selectors, services
from zhengheng.web.acts.forms import check
from zhengheng.web.acts.guards import finals
from zhengheng.web.reporting.acts import REPORTS, STATUS_WORDS, SubmitGiven, by_itself
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.workbooks.cell import shown
from zhengheng.workbooks.read import may_be_workbook
from zhengheng.workflow.permissions import anywhere

HEADER = (
    "编号",
    "版本",
    "单位",
    "指标",
    "期间",
    "计量单位",
    "期限",
    "数值",
    "状态",
    "说明",
    "确认理由",
    "错误",
)
LOCKED = 7
"""The first columns tell the row; only what follows is filled in."""
WORDS = (
    {zh: code for code, (zh, _) in STATUS_WORDS.items()}
    | {code: code for code in STATUS_WORDS}
    | {"缺报": "missing"}
)
"""What a status may be called in a workbook that comes back; 缺报 stands in those of version 0.1.0."""
HAND_IN = ("submit", "supply")


@dataclass(frozen=True)
class Outcome:
    """What came of a workbook: how many rows were handed in, which were not, how many were handed in just so before."""

    done: int
    again: int
    failed: tuple[tuple[int, dict[str, str], tuple[Problem, ...]], ...]
    """Row in the file, its cells, why."""


def owed(account: Account, now: datetime) -> list[Report]:
    """The reports that the account can hand in now."""
    day = now.date()
    held, known = grants(account, day), finals()
    return [
        report for report in selectors.within(REPORTS, held).filter(state="due")
        if any(act.name in HAND_IN for act in selectors.open_acts(REPORTS, report, account, held, day, known))
    ]  # fmt: skip


def workbook(reports: Iterable[Report]) -> bytes:
    """The workbook to fill in."""
    rows = [
        {
            "编号": str(report.pk), "版本": str(report.row_version), "单位": report.unit.name_zh,
            "指标": f"{report.indicator} {_indicator(report).name.zh}", "期间": report.period,
            "计量单位": _indicator(report).measure_unit.zh, "期限": str(report.due_on or ""),
            "数值": report.value, "状态": STATUS_WORDS["value"][0], "说明": report.note, "确认理由": "",
        }
        for report in reports
    ]  # fmt: skip
    return _written([(row, ()) for row in rows])


def _indicator(report: Report) -> Any:
    return book_of(report.rulebook).indicator(report.indicator)


def returned(outcome: Outcome) -> bytes:
    """The rows that were not taken, in the layout they came in, each with what is wrong."""
    return _written([(cells, problems) for _, cells, problems in outcome.failed])


def _written(rows: Sequence[tuple[dict[str, str], Sequence[Problem]]]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "填报"
    page.append(list(HEADER))
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E7ECF2")
    for cells, problems in rows:
        said = "; ".join(f"{p.zh} / {p.en}" for p in problems)
        page.append([cells.get(name, "") for name in HEADER[:-1]] + [said])
        for cell in page[page.max_row]:
            # Whatever it says, it is text: no spreadsheet program runs it.
            cell.data_type, cell.number_format = "s", "@"
            cell.protection = Protection(locked=(cell.column or 0) <= LOCKED)
        if said:
            page.cell(page.max_row, HEADER.index("数值") + 1).comment = Comment(said, "政衡")
    choices = ",".join(zh for zh, _ in STATUS_WORDS.values())
    drop = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
    page.add_data_validation(drop)
    drop.add(f"I2:I{max(page.max_row, 2)}")
    for letter, width in zip("ABCDEFGHIJKL", (8, 6, 18, 32, 10, 12, 12, 14, 10, 30, 30, 50), strict=True):  # fmt: skip
        page.column_dimensions[letter].width = width
    for letter in "AB":
        page.column_dimensions[letter].hidden = True
    page.freeze_panes = "C2"
    page.protection.sheet = True
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def label(cells: dict[str, str]) -> str:
    """What a row is about, in its own words."""
    return f"{cells['单位']} {cells['指标']} {cells['期间']}"


def take_back(name: str, content: bytes, *, actor: Account, now: datetime) -> Outcome:
    """Hand in every filled row. Raises ForbiddenError before it reads, DataError where the file is not the workbook that went out."""
    check_right(actor, now)
    rows = _rows(name, content)
    held = {report.pk: report for report in REPORTS.all().filter(pk__in=[n for _, n, _ in rows])}
    acts = {act: REPORTS.act(act) for act in HAND_IN}
    done, again, failed = 0, 0, []
    for row, number, cells in rows:
        try:
            report = held.get(number)
            if report is None:
                raise DataError.one(f"{name}:{row}", "report.absent", zh="没有这一行的填报任务", en="there is no such report")  # fmt: skip
            if _is_blank(cells) and _same_text(cells["说明"], report.note):
                continue  # the note stood in the workbook that went out, and nobody has filled the row in
            given = _given(cells, f"{name}:{row}", _indicator(report))
            if report.state != "due" and report.handed_in_by is not None:
                _check_mine(report, given, actor, f"{name}:{row}")
                again += 1
                continue
            act = acts["submit" if by_itself(report) else "supply"]
            assert act is not None
            services.perform(
                REPORTS, act, report, given=given, row_version=int(cells["版本"]), actor=actor, now=now
            )  # fmt: skip
            done += 1
        except ZhenghengError as error:
            failed.append((row, cells, error.problems))
    return Outcome(done, again, tuple(failed))


def _check_mine(report: Report, given: SubmitGiven, actor: Account, where: str) -> None:
    """Raise DataError where a row that is handed in already says something else now, or is another's."""
    by = report.handed_in_by
    assert by is not None
    on, (state, state_en) = localtime(report.handed_in_at), REPORTS.state_of(report)
    mine = by.pk == actor.pk
    if mine and (given.value, given.status, given.note) == (
        report.value,
        report.status,
        report.note,
    ):
        return
    who, who_en = ("您", "you") if mine else (by.name, by.name)
    raise DataError.one(
        where, "report.handed_in", zh=f"这一行已由{who}于 {on:%Y-%m-%d %H:%M} 提交，数值为 {report.value or '无'}，现在的状态是“{state}”，不能用工作簿再次提交。需要改动的，请联系绩效办退回；已入库的，请申请更正。",
        en=f"this row was handed in by {who_en} on {on:%Y-%m-%d %H:%M} with the value {report.value or 'none'} and is “{state_en}” now; to change it, have it sent back, or ask for a correction once it is in the lake",
    )  # fmt: skip


def check_right(actor: Account, now: datetime) -> None:
    """Raise ForbiddenError for whoever can hand in no report at all: asked before anything is read."""
    held = grants(actor, now.date())
    if not any(anywhere(held, f"report.{act}") for act in HAND_IN):
        raise forbidden(f"report.{HAND_IN[0]}")


def _value(text: str, where: str, indicator: Indicator) -> str:
    """The number that the sheet shows, in the indicator's unit of measure."""
    try:
        take_whole(text)
    except CellError as error:
        raise DataError.one(
            where, error.code, zh=f"数值：{error.zh}", en=f"value: {error.en}"
        ) from error
    unit = indicator.measure_unit.zh
    number = written(text, indicator.decimals, unit)
    if number.strip() and (
        fault := number_fault(number, indicator.decimals, unit, indicator.measure_unit.say("en"))
    ):
        raise DataError.one(where, "number", zh=f"数值：{fault[0]}", en=f"value: {fault[1]}")
    return number


def _is_blank(cells: dict[str, str]) -> bool:
    """Whether a row says neither a value nor why there is none."""
    return not cells["数值"] and WORDS.get(cells["状态"], "value") == "value"


def _same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for blanks and line ends, which a workbook writes in its own way."""
    return one.split() == other.split()


def _rows(name: str, content: bytes) -> list[tuple[int, int, dict[str, str]]]:
    """Filled rows: their place in the file, the report's number, the cells."""
    if not may_be_workbook(content):
        raise DataError.one(
            name, "sheet.kind", zh="批量填报只收下载的填报表（Excel 工作簿），上传的文件不是；请在下载的填报表中填写，以 .xlsx 格式保存后上传。",
            en="only the workbook that was downloaded is taken here, and this file is no workbook; fill in the downloaded one, save it as .xlsx and upload it",
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload.xlsx"
        path.write_bytes(content)
        table = read_table(path, "xlsx", name=name)
        one_sheet(table, name)
        records = list(table.records)
    if tuple(table.header[: len(HEADER) - 1]) != HEADER[:-1]:
        raise DataError.one(
            f"{name}:1", "sheet.header", zh=f"表头与下载的填报表不同; 应为 {'、'.join(HEADER[:-1])}",
            en="the header is not that of the workbook that went out; download it again",
        )  # fmt: skip
    found: list[tuple[int, int, dict[str, str]]] = []
    moved: list[Problem] = []
    for row, values in records:
        cells = {
            k: v if k == "数值" else shown(v).strip()
            for k, v in zip(table.header, values, strict=True)
        }
        empty = _is_blank(cells) and not cells["说明"]
        number = cells["编号"]
        if not number.isdigit() or not cells["版本"].isdigit() or len(number) > 18:
            moved.append(Problem(f"{name}:{row}", "sheet.key", f"第 {row} 行隐藏的编号列被改动，请重新下载填报表再填写。", f"row {row}: the hidden key was changed; download the workbook again"))  # fmt: skip
        elif not empty:
            found.append((row, int(number), cells))
    if moved:
        raise DataError(moved)
    return found


def _given(cells: dict[str, str], where: str, indicator: Indicator) -> SubmitGiven:
    """What a row hands in. Raises GivenError where a field cannot be so, DataError for its number and status."""
    status, value = cells["状态"] or STATUS_WORDS["value"][0], ""
    wrong: list[ZhenghengError] = []
    if status not in WORDS:
        wrong.append(DataError.one(where, "status", zh=f"不认识的状态“{status[:20]}”，请从列表中选择。", en=f"unknown status {status[:20]!r}; choose one of the list"))  # fmt: skip
    with gathered(wrong):
        value = _value(cells["数值"], where, indicator)
    tell(wrong)
    said = {"value": value, "status": WORDS[status], "note": cells["说明"], "confirmation": cells["确认理由"]}  # fmt: skip
    given = check(SubmitGiven, said)
    assert isinstance(given, SubmitGiven)
    return given

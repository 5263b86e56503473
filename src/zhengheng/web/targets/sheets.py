"""Targets as a table: all sheets of a rulebook go out, proposals for many units come in; all of them, or none."""

import io
import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from openpyxl import Workbook

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.lake.cells import written
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts import services
from zhengheng.web.acts.forms import check
from zhengheng.web.files.tables import place_of
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, of_year
from zhengheng.web.targets.acts import TARGETS, ProposeGiven
from zhengheng.web.targets.models import TargetSheet
from zhengheng.web.targets.services import TargetError

COLUMNS = {
    "unit": "单位代码", "unit_name": "单位", "indicator": "指标代码", "indicator_name": "指标", "measure_unit": "计量单位",
    "baseline": "基期值", "value": "目标值", "original": "原目标", "current": "现目标", "state": "状态",
    "confirmation": "确认理由",
}  # fmt: skip
"""Columns and their Chinese headers; unit, indicator, value and baseline count when the table comes back."""


def table(version: RulebookVersion) -> bytes:
    """Every line of every sheet of a rulebook's year, as a workbook that can come back with other units' targets."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(list(COLUMNS.values()))
    held = TargetSheet.objects.filter(**of_year(version)).select_related("unit", "rulebook")
    for sheet in held.order_by("unit__code", "pk"):
        names = {one.code: one for one in book_of(sheet.rulebook).indicators}
        for line in sheet.lines.all():
            indicator = names[line.indicator]
            page.append([
                sheet.unit.code, sheet.unit.name_zh, line.indicator, indicator.name.zh, indicator.measure_unit.zh,
                line.baseline, line.proposed, line.original, line.current, TARGETS.state_of(sheet)[0],
            ])  # fmt: skip
            for cell in page[page.max_row]:
                cell.data_type, cell.number_format = "s", "@"  # text, whatever it begins with
    page.freeze_panes = "A2"
    written_to = io.BytesIO()
    book.save(written_to)
    return written_to.getvalue()


def propose_all(
    version: RulebookVersion, rows: Iterable[dict[str, str]], *, source: str, actor: Account, now: datetime
) -> int:  # fmt: skip
    """A sheet for each unit of the table, as if proposed one by one. Raises TargetError with every unit's fault."""
    act = TARGETS.act("propose")
    assert act is not None
    known = {one.code: one for one in book_of(version).indicators}

    def number(row: dict[str, str], name: str) -> str:
        indicator, text = known.get(row.get("indicator", "")), row.get(name, "")
        return written(text, indicator.decimals, indicator.measure_unit.zh) if indicator else text

    units: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for count, row in enumerate(rows, 2):
        units.setdefault(row.get("unit", ""), []).append((place_of(row, count), row))
    problems: list[Problem] = []
    with transaction.atomic():
        for unit, held in units.items():
            lines = [
                {"indicator": row.get("indicator", ""), "value": number(row, "value"), "baseline": number(row, "baseline"),
                 "confirmation": row.get("confirmation", "")}
                for _, row in held
            ]  # fmt: skip
            try:
                given = check(ProposeGiven, {"rulebook": version.pk, "unit": unit, "lines": lines})
                with transaction.atomic():
                    services.make(TARGETS, act, given=given, actor=actor, now=now)
            except ZhenghengError as error:
                problems += [_in_file(one, source, unit, held) for one in error.problems]
        if problems:
            raise TargetError(problems)
    return len(units)


def _in_file(
    problem: Problem, source: str, unit: str, held: list[tuple[int, dict[str, str]]]
) -> Problem:
    """A problem of a unit's sheet at the row of the file that it lies in; at the unit's first row where it is about the unit."""
    name, _, rest = problem.where.partition(".")
    place, row, zh, en = rest.partition(".")[0], held[0][0], problem.zh, problem.en
    if name == "lines" and place.isdecimal() and int(place) < len(held):
        row, line = held[int(place)][0], int(place) + 1
        # Of a file its own row is told, and not the line of the form that nobody filled in.
        zh = zh.replace(f"第 {line} 行", f"第 {row} 行", 1)
        en = re.sub(rf"\b(line|row) {line}\b", rf"\g<1> {row}", en, count=1)
    return Problem(f"{source}:{row}", problem.code, f"{unit}: {zh}", f"{unit}: {en}")

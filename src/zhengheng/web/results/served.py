"""On whom a result was served: how, on which day and by whom; and on whom it was not yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from zhengheng.web.acts.declare import Words
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs
from zhengheng.web.results.clocks import service_of, unserved
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import units_of

HOW: dict[str, Words] = {
    "page": ("本单位人员打开结果页面", "its own people opened its page"),
    "paper": ("纸质送达，签收回执", "on paper, against a receipt"),
}


@dataclass(frozen=True)
class Line:
    """One unit of a result."""

    unit: Unit
    name: Words
    """Of a unit that is gone with the one that goes on for it, whose people are served."""
    day: date | None = None
    how: Words = ("", "")
    by: str = ""
    before: bool = False
    """Served in a version that this one replaces and that says the same of the unit."""
    owed: bool = False
    """Not served, and nothing is final before it is."""


def served(run: ResultRun, day: date, only: Collection[str] | None = None) -> list[Line]:
    """Every unit of a result that is or was on notice, or of these alone, in the order of their codes."""
    if run.published_at is None:
        return []
    owing = {unit.code for unit in unserved(run, day)} if run.state == "notice" else set()
    after = heirs(day)
    codes = units_of(run) if only is None else units_of(run) & set(only)
    held = {unit.code: unit for unit in Unit.objects.filter(code__in={*codes, *(after[c] for c in codes if c in after)})}  # fmt: skip
    return [_line(run, held[code], held.get(after.get(code, "")), code in owing) for code in sorted(codes & held.keys())]  # fmt: skip


def _line(run: ResultRun, unit: Unit, heir: Unit | None, owed: bool) -> Line:
    found = service_of(run, unit)
    zh, en = unit.name_zh, unit.name_en or unit.name_zh
    if heir is not None:
        zh, en = f"{zh}（已撤销，由{heir.name_zh}承继）", f"{en} (ended; {heir.name_en or heir.name_zh} goes on for it)"  # fmt: skip
    if found is None:
        return Line(unit, (zh, en), owed=owed)
    how = HOW.get(found.how, (found.how, found.how))
    return Line(unit, (zh, en), localdate(found.at), how, found.by.name, found.run_id != run.pk)

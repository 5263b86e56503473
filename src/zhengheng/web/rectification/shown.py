"""What a case's page and paper show: its rows, each with its own line and its own place on the ladder of warnings."""

from datetime import date
from typing import Any

from zhengheng.web.files.documents import Section, Table
from zhengheng.web.pages.tags import say
from zhengheng.web.rectification.closing import lines_of
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.rows import key, named
from zhengheng.web.rectification.selectors import rungs


def told(case: Rectification) -> dict[str, Any]:
    """The rows of a case, each with its name, its own line and its own place on the ladder."""
    lines, at = lines_of(case), rungs(case)
    names = named(case, case.indicators)
    rows = [
        (one, name, lines.get(key(one)), at.get(key(one)))
        for one, name in zip(case.indicators, names, strict=True)
    ]
    return {"rows": rows, "laddered": bool(at)}


def printed(case: Rectification, _day: date) -> list[Section]:
    """Each row as it was found, and what the mentor advised."""
    rows = []
    for one, name, line, held in told(case)["rows"]:
        warning = held.warning if held else None
        rows.append((
            say(*name), str(one.get("period") or case.run.period), one["value"] or "—", one["target"] or "—", say(one["unit"], one["unit_en"]),
            say(*line) if line else "—", say(warning.name.zh, warning.name.say("en")) if warning else "—",
        ))  # fmt: skip
    head = (
        say("指标", "Indicator"), say("期间", "Period"), say("实际值", "Actual"), say("目标", "Target"), say("计量单位", "Unit of measure"),
        say("达标线", "Counts as met from"), say("警示", "Warning"),
    )  # fmt: skip
    visits = tuple(f"{visit.on} {visit.by.name}{say('：', ': ')}{visit.advice}" for visit in case.visits.all())  # fmt: skip
    sections = [Section(say("红灯指标", "Red indicators"), tables=(Table(head, rows),))]
    return [*sections, Section(say("导师到访", "Visits of the mentor"), texts=visits)] if visits else sections  # fmt: skip

"""The overview's workbook as people read it: heads in words, names beside codes; csv and json keep the codes."""

from collections.abc import Mapping, Sequence

from zhengheng.engines.heat import STATUSES
from zhengheng.engines.lights import LIGHT_WORDS
from zhengheng.engines.run import Run
from zhengheng.scheme.model import TOTAL
from zhengheng.scoring.contracts import STATUS_WORDS
from zhengheng.web.organisation.selectors import names_of
from zhengheng.web.pages.tags import language, say

HEADS = {
    "unit": ("单位代码", "Unit code"), "period": ("期间", "Period"), "node": ("维度代码", "Dimension code"), "score": ("得分（分）", "Score (points)"), "rank": ("组内名次", "Place in group"),
    "group": ("分组", "Group"), "grade": ("等次", "Grade"), "light": ("亮灯", "Light"), "status": ("状态", "Status"), "used": ("计入的指标数", "Indicators counted"),
    "due": ("计入或应计入的指标数", "Indicators due"), "points_due": ("本期计入或已到期 / 满分（分）", "Due / full mark (points)"), "computed_grade": ("计算等次", "Computed grade"),
    "grade_reason": ("等次的理由", "Reason of the grade"), "indicator": ("指标代码", "Indicator code"), "value": ("实绩", "Actual"), "target": ("目标", "Target"),
    "full": ("满分（分）", "Full mark (points)"), "line": ("达标线", "Met from"), "line_of": ("达标线比的是", "What the line is of"),
    "measure_unit": ("计量单位", "Unit of measure"), "line_unit": ("达标线的计量单位", "Unit of the line"), "notice": ("说明", "Notice"),
}  # fmt: skip
NAMED = {
    "unit": ("单位", "Unit"),
    "node": ("维度", "Dimension"),
    "indicator": ("指标", "Indicator"),
}
"""Codes that have a name, which stands right after them."""
LINE_OF = {
    "points": ("得分", "points"), "value": ("实绩", "the actual value"), "progress": ("完成进度", "progress"), "nodes": ("节点完成率", "nodes done"),
}  # fmt: skip
Rows = list[dict[str, str]]


def named(run: Run, head: Sequence[str], rows: Sequence[Mapping[str, str]]) -> tuple[tuple[str, ...], Rows]:  # fmt: skip
    """Head and rows with names beside codes, statuses and grades in words, in the reader's language."""
    tongue, book = language(), run.rulebook
    units = {one.code: one.name.say(tongue) for one in (*book.units, *run.facts.units)}
    names = {
        "unit": units | names_of({row["unit"] for row in rows}, tongue),
        "node": {node.code: node.name.say(tongue) for node, _, _ in book.nodes()} | {TOTAL: say("总分", "Total"), "bonus": say("加分", "Bonus"), "deduction": say("扣分", "Deduction")},
        "indicator": {one.code: one.name.say(tongue) for one in book.indicators},
    }  # fmt: skip
    bands = (*book.grading.bands, *book.grading.outside) if book.grading else ()
    grades = {one.code: one.name.say(tongue) for one in bands}
    words = {
        "group": {one.code: one.name.say(tongue) for one in book.groups},
        "grade": grades, "computed_grade": grades,
        "status": {code: say(*pair) for code, pair in STATUS_WORDS.items()} | {"value": say("正常", "normal")} | {code: say(zh, en) for code, (_, zh, en) in STATUSES.items()},
        "light": {code: say(*pair) for code, pair in LIGHT_WORDS.items()},
        "line_of": {code: say(*pair) for code, pair in LINE_OF.items()},
    }  # fmt: skip
    head = [name for name in head if not name.endswith("_en")]
    written: list[str] = []
    for name in head:
        written += [say(*HEADS[name])] + ([say(*NAMED[name])] if name in NAMED else [])
    found = []
    for row in rows:
        cells: list[str] = []
        for name in head:
            text = row.get(f"{name}_en", row[name]) if tongue == "en" else row[name]
            cells.append(words.get(name, {}).get(text, text))
            if name in NAMED:
                cells.append(names[name].get(text, text))
        found.append(dict(zip(written, cells, strict=True)))
    return tuple(written), found

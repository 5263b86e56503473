"""Template words: both languages stand side by side, so none can be missing (docs/decisions/0005)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from zhengheng.domain.numbers import format_scaled, true_minus, with_unit
from zhengheng.domain.problems import Language, Problem
from zhengheng.domain.several import several
from zhengheng.engines.heat import falls_short
from zhengheng.engines.scoreboard import no_total as words_without_total
from zhengheng.scheme.base import Label, Text
from zhengheng.scheme.excel_words import heading

register = template.Library()


def language() -> Language:
    """The language of this request."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """The sentence in the reader's language."""
    return en if language() == "en" else zh


class _Said(template.Node):
    """`{% t "中文" "English" %}`: literal words are escaped once, when the template is read."""

    def __init__(
        self, zh: template.base.FilterExpression, en: template.base.FilterExpression
    ) -> None:
        self.words = (zh, en)
        self.literal = None if any(isinstance(one.var, template.Variable) or one.filters for one in self.words) else (
            conditional_escape(zh.var), conditional_escape(en.var or zh.var)
        )  # fmt: skip

    def render(self, context: template.Context) -> SafeString:
        if self.literal is not None:
            return self.literal[language() == "en"]
        zh, en = (one.resolve(context) for one in self.words)
        return conditional_escape(say(zh, en or zh))


@register.tag
def t(parser: template.base.Parser, token: template.base.Token) -> _Said:
    """The words in the reader's language; without English ones the Chinese."""
    _, zh, en = token.split_contents()
    return _Said(parser.compile_filter(zh), parser.compile_filter(en))


SUBJECTS: dict[str, dict[str, tuple[str, str]]] = {
    "unit": {
        "one": ("单位", "Unit"), "of": ("家单位中", "units, of which"), "failing": ("家有未达标指标。", "have an indicator not met."),
        "counted": ("家单位。", "units."), "over": ("各单位情况", "Over the units"), "says": ("单位的说明", "What the unit says"),
    },
    "programme": {
        "one": ("项目", "Programme"), "of": ("个项目中", "programmes, of which"), "failing": ("个有未达标指标。", "have an indicator not met."),
        "counted": ("个项目。", "programmes."), "over": ("各项目情况", "Over the programmes"), "says": ("项目单位的说明", "What those who run it say"),
    },
}  # fmt: skip
"""How the public reads of what a rulebook assesses (`Rulebook.subject`)."""


@register.simple_tag
def assessed(snapshot: dict[str, Any], form: str) -> str:
    """`{% assessed one "of" %}`: units, or programmes, in the words of a place on the page."""
    return say(*SUBJECTS[snapshot["subject"]][form])


@register.simple_tag
def counted(number: int, zh: str, one: str, many: str) -> str:
    """`{% counted n "项" "thing waits" "things wait" %}`: a number with its word, one or many."""
    return say(f"{number} {zh}", f"{number} {one if number == 1 else many}")


@register.filter
def said(problem: Problem) -> str:
    """A problem's sentence, without its place."""
    return say(problem.zh, problem.en)


PLACE = re.compile(r"\.(csv|xlsx?|ya?ml|txt|zip|docx|json)\b|!|[^\x00-\x7f]", re.IGNORECASE)
"""What a place has that people know: a file's name, a sheet's cell, words; others are paths within the program."""


LINE = re.compile(r"(?:^|/)[\w-]+\.ya?ml:(\d+)$")
"""A line of a rulebook as the program writes it down."""
ROW = re.compile(r"^([^:/]+\.(?:csv|txt|xlsx?)):(\d+)$", re.IGNORECASE)
"""A row of a table that somebody handed in."""
CELL = re.compile(r"^([\w.-]+)!([a-z_#][\w/#]*)$")
"""A cell of an indicator's form: its code, and the key of what stands there."""


@register.filter
def placed(where: str) -> str:
    """Where a problem lies, in brackets, if that is a place that people can go to; in words, not as the program calls it."""
    if line := LINE.search(where):
        return say(f"（方案文件第 {line[1]} 行）", f"(line {line[1]} of the rulebook's file)")
    if row := ROW.search(where):
        return say(f"（{row[1]} 第 {row[2]} 行）", f"({row[1]}, row {row[2]})")
    if cell := CELL.match(where):
        return say(f"（{cell[1]}：{heading(cell[2])}）", f"({cell[1]}: {heading(cell[2], 'en')})")
    return f"({where})" if PLACE.search(where) else ""


@register.filter
def minus(text: Any) -> str:
    """A text with the minus sign before numbers below zero, as all pages write them."""
    return true_minus(str(text))


@register.filter
def units(size: int, ended: int) -> str:
    """How many units there are, and how many of them ended within the period."""
    zh = f"{size} 家单位" + (f"（其中期内撤销 {ended} 家）" if ended else "")
    en = several(size, "unit", "units") + (
        f" (of these, ended within the period: {ended})" if ended else ""
    )
    return say(zh, en)


@register.filter
def measured(value: Any, unit: Any) -> str:
    """A value with its unit of measure as pages write both; nothing as a dash, which is of no unit."""
    if value in (None, "") or value == Label():
        return "—"
    return minus(with_unit(show(value), "" if unit in (None, "", Label()) else show(unit)))


@register.filter
def show(value: Any) -> str:
    """A value as pages write it: a pair in the reader's language, dates as ISO, nothing as a dash."""
    if value is None or value == "" or value == Label():
        return "—"
    if isinstance(value, Text):
        return minus(value.say(language()))
    if isinstance(value, Mapping) and "zh" in value:  # words as a document keeps them
        return say(value["zh"], value.get("en") or value["zh"]) or "—"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, tuple) and len(value) == 2:
        return minus(say(str(value[0]), str(value[1]) or str(value[0])))
    return minus(value)


_HAN = re.compile(r"[\u3400-\u9fff]")
_CITED = re.compile(r"“[^”]*[\u3400-\u9fff][^”]*”")


@register.filter
def quoted(value: Any) -> str:
    """What somebody wrote, as pages write a value; Chinese words on an English page in quotation marks, and marked as Chinese."""
    text = show(value)
    # Words kept in two languages are of the one in which they were written, where that is the only one.
    single = isinstance(value, Mapping) and value.get("en") in {None, "", value.get("zh")}
    if language() == "zh" or not (single or isinstance(value, str)) or not _HAN.search(text):
        return text
    return marked(f"“{text}”")


@register.filter
def marked(value: Any) -> str:
    """A sentence as pages write it; on an English page the Chinese words that it quotes are marked as Chinese for whoever has it read out."""
    text = conditional_escape(show(value))
    if language() == "zh":
        return text
    return SafeString(_CITED.sub(lambda found: f'<span lang="zh">{found[0]}</span>', text))


@register.filter
def show_value(value: Any) -> str:
    """A value as it stands in a field."""
    return "" if value in (None, "") else show(value).replace(" ", "T") if isinstance(value, datetime) else str(value)  # fmt: skip


@register.filter
def worded(label: str | Sequence[str]) -> str:
    """A label, where it is a pair in the reader's language."""
    return label if isinstance(label, str) else say(label[0], label[1])


KINDS = {
    "市": "City", "省": "Province", "市直部门": "Municipal department", "区县": "District or county", "区县(园区)": "District, county or zone",
    "镇街": "Street or town", "街道": "Street", "乡镇": "Town", "科室": "Section", "岗位": "Post", "项目": "Programme", "事业单位": "Public institution",
    "国有企业": "State-owned firm",
}  # fmt: skip
"""The usual kinds of units in English; a kind is a word of the city's own, and others stand as written."""


@register.filter
def kind(word: str) -> str:
    """A kind of units in the reader's language, where it is a usual one."""
    return say(word, KINDS.get(word, word))


@register.filter
def named(code: str, names: dict[str, tuple[str, str]]) -> str:
    """What a code stands for, where that is known."""
    return show(names.get(code, code))


@register.filter
def positive(value: int) -> int:
    """A number without its sign."""
    return abs(value)


@register.filter
def at(table: Any, key: Any) -> Any:
    """An entry of a table by its key; nothing where there is none."""
    return table.get(key) if table else None


@register.filter
def points(size: int | None) -> str:
    """Points at nine decimals, with two."""
    return "—" if size is None else format_scaled(size, 9, 2)


@register.filter
def signed(size: int | None) -> str:
    """A change in points with its sign; nothing as a dash."""
    if not size:
        return "—"
    return f"{'+' if size > 0 else '−'}{format_scaled(abs(size), 9, 2)}"


@register.filter
def no_total(status: str) -> str:
    """What stands in the place of a unit's total that is not there, by its status; one that was computed is kept back."""
    return say("□ 不公开", "□ withheld") if status == "value" else say(*words_without_total(status))


@register.filter
def earned(mark: Any) -> str:
    """The points of a mark of its full mark; an indicator of weight zero earns none."""
    return f"{mark.points or '—'} / {mark.full}" if mark.weighed else say("不计分", "not scored")


@register.filter
def short(mark: Any, indicator: Any) -> str:
    """What stands beside “met” where the target is not reached, of the office's marks as of published ones; else nothing."""

    def of(held: Any, name: str) -> str:
        return str((held.get(name) if isinstance(held, dict) else getattr(held, name, "")) or "")

    status, value, target = of(mark, "status"), of(mark, "value"), of(mark, "target")
    if not falls_short(status, value, target, of(indicator, "direction")):
        return ""
    if of(indicator, "method") == "efficacy":
        return say("未到满意值", "short of the satisfactory value")
    return say("未到目标", "short of the target")


@register.filter
def disputed(mark: Any, held: Any) -> bool:
    """Whether a heat map's mark is under dispute."""
    return (mark.unit, mark.indicator) in held

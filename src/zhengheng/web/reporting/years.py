"""Which unit a year assesses: acts about a unit in a year are about that one, and its heir's people do them."""

from collections.abc import Iterable, Iterator
from datetime import date

from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.domain.problems import Problem
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs
from zhengheng.web.reporting.services import assessed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of


def year_faults(version: RulebookVersion, unit: Unit) -> Iterator[Problem]:
    """What speaks against an act of a year about a unit: the year does not assess it. One rule for all such acts.

    A year that was over before a unit ended assesses that one, and its heir acts for it. A year in which the unit ended
    assesses the heir as soon as the rulebook says so; until then neither is acted on, and the amendment is the way out.
    """
    known, after = {one.code for one in assessed(book_of(version))}, heirs(date.max)
    year = parse_period(version.period)
    if not known or (unit.code in known and not _waits(unit, after, known, year.end)):
        return
    before = Unit.objects.filter(code__in=[code for code, heir in after.items() if heir == unit.code and code in known])  # fmt: skip
    olds = [
        one
        for one in before
        if one.valid_to is not None and not ended_before(one.valid_to, year.end)
    ]
    gone = [unit] if unit.code in known else [one for one in before if one not in olds]
    zh, en = _named(olds)
    name, english = unit.name_zh, unit.name_en or unit.name_zh
    if gone:
        heir = Unit.objects.filter(code=after.get(gone[0].code, "")).first() or unit
        (ended_zh, ended_en), (heir_zh, heir_en) = _named(gone), _named([heir])
        yield Problem("unit", "unit.unwritten", f"“{ended_zh}”已撤销，由“{heir_zh}”承继，但“{version.title_zh} {version.period}”还没有写明承继：修订后的方案生效以前，对这两个单位都不能办理。请绩效办在“机构变动”中生成方案修订草案（已经生成的，按程序办理生效）；方案生效后，请对“{heir_zh}”办理。",
                      f"{ended_en} ended and {heir_en} goes on for it, but the rulebook {version.title_en or version.title_zh} {version.period} does not say so yet: until its amendment is in force nothing is done for either. The office drafts it at the reorganisation, or puts the draft that there is in force; after that, do this for {heir_en}")  # fmt: skip
    elif olds:
        yield Problem("unit", "item.unit", f"{version.period} 年考核的是“{zh}”，“{name}”由其变动而来。请选择“{zh}”，由“{name}”的人员办理。",
                      f"{version.period} assesses {en}, for which {english} goes on: choose {en}; the people of {english} act for it")  # fmt: skip
    else:
        yield Problem("unit", "item.unit", f"本方案不考核“{name}”，请选择考核该单位的方案。",
                      f"this rulebook does not assess {english}; choose the one that does")  # fmt: skip


def _waits(unit: Unit, after: dict[str, str], known: set[str], end: date) -> bool:
    """Whether a unit ended within the year, and the year does not assess who goes on for it."""
    return ended_before(unit.valid_to, end) and unit.code in after and after[unit.code] not in known


def _named(units: Iterable[Unit]) -> tuple[str, str]:
    held = list(units)
    return "、".join(one.name_zh for one in held), ", ".join(one.name_en or one.name_zh for one in held)  # fmt: skip

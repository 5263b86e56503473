"""Sections and posts down the cascade: what each carries, under the light its unit has."""

from dataclasses import dataclass
from decimal import Decimal

from zhengheng.engines.heat import Column, Mark
from zhengheng.scheme.procedure import Cascade
from zhengheng.web.organisation.models import Unit
from zhengheng.web.overview.readings import Reading
from zhengheng.web.pages.tags import say


@dataclass(frozen=True)
class Borne:
    """One indicator that a section or post carries: its part, from whom, and how the unit above stands on it."""

    column: Column
    parent: str
    part: str
    unit: str
    mark: Mark


def borne(held: Reading, code: str) -> list[Borne]:
    """What was handed down to a section or post; nothing for whoever stands in no cascade."""
    found = []
    for one in held.run.rulebook.cascade:
        if code not in one.children:
            continue
        top = _top(held, one)
        mark = held.heat.marks.get(top, {}).get(one.indicator)
        if mark is not None:
            column = held.heat.column(one.indicator)
            found.append(Borne(column, one.parent, _part(one, code), top, mark))
    return found


def handed_down(held: Reading, code: str) -> list[tuple[Column, str, str]]:
    """What a unit, section or post hands down: the indicator, to whom, which part."""
    return [
        (held.heat.column(one.indicator), child, _part(one, child))
        for one in held.run.rulebook.cascade
        if one.parent == code and any(one.indicator == c.code for c in held.heat.columns)
        for child in one.children
    ]


def names(codes: set[str]) -> dict[str, str]:
    """What units, sections and posts are called."""
    rows = Unit.objects.filter(code__in=codes).values_list("code", "name_zh", "name_en")
    return {code: say(zh, en or zh) for code, zh, en in rows}


def _top(held: Reading, cascade: Cascade) -> str:
    """The assessed unit from which an indicator came down; each step has one parent."""
    code, seen = cascade.parent, {cascade.parent}
    while code not in held.line:
        above = next((c.parent for c in held.run.rulebook.cascade if c.indicator == cascade.indicator and code in c.children), "")  # fmt: skip
        if above == "" or above in seen:
            break
        seen.add(above)
        code = above
    return code


def _part(cascade: Cascade, child: str) -> str:
    size: Decimal = cascade.children[child]
    text = format(size, "f")
    match cascade.mode:
        case "shares":
            return say(f"份额 {text}%", f"{text}% of it")
        case "inherit":
            return say("同一目标", "the same target")
        case _:
            return say(f"自定目标 {text}", f"a target of its own: {text}")

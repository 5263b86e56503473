"""What the office asks of a rulebook beyond the check: that it names whom the organisation knows, and says what it counts."""

from collections.abc import Iterator
from datetime import date

from django.apps import apps

from zhengheng.domain.problems import Language, Problem
from zhengheng.scheme.base import Words
from zhengheng.scheme.choice_words import choice_word
from zhengheng.scheme.excel_words import in_words
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import standing
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

NAMING = {
    "owner": ("责任部门", "the owner"), "deputy": ("协办部门", "the deputy"), "supplier": ("数据来源方", "the supplier"),
}  # fmt: skip
"""Settings of an indicator that name a department."""
_NOBODY = ("unit", "system")
"""What a supplier may be beside a department: whoever is assessed, or a system; the first where nothing is said."""
Choice = tuple[str, tuple[str, str]]


def departments(key: str, held: str, day: date) -> list[Choice]:
    """What may be chosen where an indicator names a department: those of the day, for the supplier those without a code too, and
    what is written there already.

    Empty for every other key, and where the office knows no units.
    """
    if key not in NAMING:
        return []
    found = [
        (unit.code, (unit.name_zh, unit.name_en or unit.name_zh))
        for unit in standing(day).filter(parent=None)
    ]
    if not found:
        return []
    if key == "supplier":
        found = [(one, (choice_word(key, one, "zh"), choice_word(key, one, "en"))) for one in _NOBODY] + found  # fmt: skip
    if held and held not in {code for code, _ in found}:
        found.append((held, (f"{held}（不在机构名录中）", f"{held} (not in the organisation)")))
    return found


def finding(one: Problem) -> dict[str, str]:
    """A finding as a version keeps it and a page shows it."""
    return {
        "where": one.where,
        "code": one.code,
        "zh": one.zh,
        "en": one.en,
        "severity": one.severity,
    }


def findings_of(version: RulebookVersion) -> list[dict[str, str]]:
    """In the words of the forms, what the check found, and whom the organisation does not know today."""
    held = [*version.findings, *(finding(one) for one in strangers(book_of(version)))]
    return [one | {"zh": in_words(one["zh"]), "en": in_words(one["en"])} for one in held]


def strangers(book: Rulebook) -> list[Problem]:
    """A warning for each name that the organisation does not have, nor will have when a change of units is carried out; none where
    it has no units yet."""
    known = set(Unit.objects.values_list("code", flat=True))
    if not known:
        return []
    # By the name of the app alone: changes of units stand on rulebooks, not the other way round.
    ahead = apps.get_model("reorganisation.Reorganisation")._default_manager.filter(state__in=("asked", "approved"))  # fmt: skip
    known |= {heir["code"] for case in ahead for heir in case.heirs}
    named: dict[tuple[str, str], list[str]] = {}
    names = {one.code: one.name for one in book.indicators}
    for what, who, where in _named(book):
        if who not in known:
            named.setdefault((what, who), []).append(where)
    return [
        Problem(places[0], "unit.unknown",
                f"{_WHAT[what][0]}“{who}”不在机构名录中（{'、'.join(_called(one, names, 'zh') for one in places[:5])}{'等' if len(places) > 5 else ''}）；请改为名录中的单位代码，或先在机构名录中登记。",
                f"{_WHAT[what][1]} {who} is not in the organisation ({', '.join(_called(one, names, 'en') for one in places[:5])}{' and more' if len(places) > 5 else ''}); write the code of a unit there, or enter the unit first",
                "warning")
        for (what, who), places in named.items()
    ]  # fmt: skip


def _called(place: str, names: dict[str, Words], language: Language) -> str:
    """Where a name stands: an indicator by code and name."""
    return f"{place} {names[place].say(language)}" if place in names else place


_WHAT = NAMING | {"units": ("单位", "the unit"), "coefficients": ("系数中的单位", "a coefficient's unit")}  # fmt: skip


def without_measure_unit(book: Rulebook) -> list[Problem]:
    """A warning for indicators whose values are numbers of nobody knows what: no suffix can be read against them."""
    bare = [one for one in book.indicators if one.status != "retired" and not one.measure_unit and _measured(one)]  # fmt: skip
    return [
        Problem(one.code, "indicator.measure_unit",
                f"指标 {one.code}“{one.name.zh}”没有计量单位，填报时无从核对单位；请写明计量单位，没有单位的写“–”。",
                f"indicator {one.code} {one.name.say('en')} has no unit of measure, against which what is reported could be read; write it, or – where there is none",
                "warning")
        for one in bare
    ]  # fmt: skip


def _measured(one: Indicator) -> bool:
    """Whether its values are measured: answers, tiers and milestones are none."""
    return one.method is not None and one.method.kind not in {"answers", "tiers", "milestones"}


def _named(book: Rulebook) -> Iterator[tuple[str, str, str]]:
    """What names, whom, and where."""
    for one in book.indicators:
        for key in NAMING:
            if (who := getattr(one, key)) and who not in _NOBODY:
                yield key, who, one.code
    for unit in book.units:
        yield "units", unit.code, unit.name.zh
    for factor in book.coefficients:
        for who in factor.units:
            yield "coefficients", who, factor.of

"""What can be chosen for a field that refers to something 选择项: nobody types a code or a number that the office knows.

A field's name says what it refers to: `unit` is a unit, `decision` a decision, in every act. What an act itself lists
(`Act.choices`) stands before these.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.domain.problems import Language
from zhengheng.scheme.findings import weight_of
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.accounts.selectors import standing as standing_grants
from zhengheng.web.acts.declare import Act, Given, Words
from zhengheng.web.acts.forms import row_of
from zhengheng.web.acts.guards import finals, is_final
from zhengheng.web.acts.known import kinds
from zhengheng.web.acts.within import BEGUN, RHYTHMS
from zhengheng.web.decisions.matters import SUBJECTS, found, is_before, waiting_states
from zhengheng.web.organisation import selectors as organisation
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Item
from zhengheng.web.reporting.services import assessed
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import adopted, book_of
from zhengheng.web.targets.models import TargetLine, TargetSheet
from zhengheng.web.targets.selectors import is_over
from zhengheng.workflow.machines import UNNOTICED
from zhengheng.workflow.permissions import ACTS, OF_ITS_OWN
from zhengheng.workflow.roles import Role

Choices = list[tuple[str, Words]]
LANGUAGES: tuple[Language, Language] = ("zh", "en")


@dataclass(frozen=True)
class Asked:
    """Who fills in which form on which day; `obj` is None while an object is made."""

    act: Act
    obj: Any
    account: Account
    day: date
    typed: Mapping[str, Any] = field(default_factory=dict)
    """What stands in the form already, by the page that led here or by whoever fills it in."""


def _names(unit: Unit) -> Words:
    """A unit by name, a section or post behind the unit that it belongs to: every bureau has its 办公室."""
    told = [one.told() for one in reversed((unit, *unit.above()))]
    return " / ".join(zh for zh, _ in told), " / ".join(en for _, en in told)


def _own(asked: Asked) -> set[str]:
    """The units for which the account may do the act, where it may do it for its own ones only."""
    rules = ACTS.get(asked.act.code, ())
    if not rules or any(rule.relation not in OF_ITS_OWN for rule in rules):
        return set()
    roles = {role for rule in rules for role in rule.roles}
    return {one.unit for one in grants(asked.account, asked.day) if one.unit and one.role in roles}


OF_ASSESSED = frozenset({"commitment.record", "rectification.propose"})
"""Acts about a unit that some rulebook assesses; no section or post promises at a meeting, or is put right."""


OF_A_YEAR = frozenset({"item.claim", "item.enter", "tolerance.ask", "self_report.draft"})
"""Acts about a unit in the year of a rulebook: one that has ended since is still the one that this year assesses."""


def _still_assessed(day: date) -> set[str]:
    """Units that ended before a day, after a year that assesses them and that is not closed yet was over."""
    gone = {unit.code: unit.valid_to for unit in organisation.gone(day)}
    if not gone:
        return set()
    closed = finals()
    years = [(assessed(book_of(one)), parse_period(one.period).end) for one in adopted() if not is_final(one, closed)]  # fmt: skip
    return {unit.code for units, end in years for unit in units if unit.code in gone and not ended_before(gone[unit.code], end)}  # fmt: skip


def _units(asked: Asked) -> Choices:
    rules = ACTS.get(asked.act.code, ())
    held = organisation.standing(asked.day)
    if asked.act.code in OF_A_YEAR:
        held |= Unit.objects.filter(code__in=_still_assessed(asked.day))
    held = held.select_related("parent__parent")
    if rules and all(rule.relation == "own" for rule in rules):
        held = held.filter(code__in=_own(asked))
    if asked.act.code in OF_ASSESSED:
        assessed = {one.code for version in adopted() for one in book_of(version).units}
        held = held.filter(Q(parent=None) | Q(code__in=assessed))
    return [(one.code, _names(one)) for one in held]


def _suppliers(asked: Asked) -> Choices:
    own = _own(asked)
    held = organisation.standing(asked.day).select_related("parent__parent")
    return [(one.code, _names(one)) for one in (held.filter(code__in=own) if own else held)]


def _version(obj: Any) -> RulebookVersion | None:
    """The rulebook that an object stands under."""
    if obj is None or isinstance(obj, RulebookVersion):
        return obj
    for name in ("rulebook", "version"):
        if isinstance(held := getattr(obj, name, None), RulebookVersion):
            return held
    run = getattr(obj, "run", None)
    return run.version if isinstance(run, ResultRun) else None


def _versions(asked: Asked) -> list[RulebookVersion]:
    """The rulebook of the object, or the one that is chosen in the form; until one is, all in force."""
    if version := _version(asked.obj):
        return [version]
    held = list(adopted())
    return [one for one in held if str(one.pk) == str(asked.typed.get("rulebook", ""))] or held


def _books(asked: Asked) -> list[Rulebook]:
    return [book_of(one) for one in _versions(asked)]


def _rulebooks(asked: Asked) -> Choices:
    return [
        (str(one.pk), (f"{one.title_zh} {one.version}", f"{one.title_en or one.title_zh} {one.version}")) for one in adopted()
    ]  # fmt: skip


def _known(found: Iterable[tuple[str, Any]]) -> Choices:
    """Code and name of each; a code that several rulebooks have stands once, with every name that it has in one of them."""
    return _named((code, (name.zh, name.say("en"))) for code, name in found)


def _named(found: Iterable[tuple[str, Words]]) -> Choices:
    names: dict[str, list[Words]] = {}
    for code, words in found:
        names.setdefault(code, []).append(words)
    return [
        (code, (f"{code} {_each(zh for zh, _ in words)}", f"{code} {_each(en for _, en in words)}"))
        for code, words in names.items()
    ]


def _each(words: Iterable[str]) -> str:
    """Every name once."""
    return " / ".join(dict.fromkeys(words))


def _indicators(asked: Asked) -> Choices:
    """Those of the object's own lines or of its rulebook; while an object is made about units, those by which they are scored."""
    if asked.act.code == "decision.record":
        return _decidable(asked)
    if isinstance(asked.obj, TargetSheet):
        names = {one.code: one for one in book_of(asked.obj.rulebook).indicators}
        return [(line.indicator, _aim(names[line.indicator], line.proposed)) for line in asked.obj.lines.all()]  # fmt: skip
    unit = getattr(asked.obj, "unit", None)
    if asked.obj is not None and not (isinstance(unit, Unit) and _version(asked.obj)):
        return _known((one.code, one.name) for book in _books(asked) for one in book.indicators)
    return _scored(asked, {unit.code} if isinstance(unit, Unit) else _meant(asked))


def _meant(asked: Asked) -> Collection[str]:
    """The units that a form is about: the one that is chosen, else those of the account and what they are part of."""
    if chosen := asked.typed.get("unit"):
        return {str(chosen)}
    held = Unit.objects.filter(code__in={one.unit for one in grants(asked.account, asked.day) if one.unit})  # fmt: skip
    return {one.code for unit in held.select_related("parent__parent") for one in (unit, *unit.above())}  # fmt: skip


def _scored(asked: Asked, units: Collection[str]) -> Choices:
    """The indicators by which units are scored, of the newest rulebooks first; where none of them is, those of every
    assessed unit. What an indicator is only made of is none of them."""
    years = [(book_of(one), parse_period(one.period)) for one in _versions(asked)]
    by_year = [(book, year, assessed(book)) for book, year in years]
    mine = [(book, year, [unit for unit in held if unit.code in units]) for book, year, held in by_year]  # fmt: skip
    says = _with_measure if asked.act.code == "target.propose" else _plainly
    return sorted(_named(
        (one.code, says(one))
        for book, year, held in (mine if any(held for *_, held in mine) else by_year) for one in book.indicators
        if any(one.code not in unit.exempt and weight_of(book, one.code, unit.category, year) for unit in held)
    ))  # fmt: skip


def _decidable(asked: Asked) -> Choices:
    """The indicators of which a decision may state values: of what is chosen; until it is, of all that waits for one."""
    subject = asked.typed.get("subject")
    here = [found(str(subject))] if subject else [found(one) for one, _ in _subjects(asked)]
    return _named(line for one in here if one and one[0].stated for line in one[0].stated(one[1]))


def _plainly(indicator: Indicator) -> Words:
    return indicator.name.zh, indicator.name.say("en")


def _with_measure(indicator: Indicator) -> Words:
    """An indicator with what it is measured in."""
    zh, en = (indicator.unit_said.say(spoken) for spoken in LANGUAGES)
    return (
        indicator.name.zh + (f"（{zh}）" if zh else ""),
        indicator.name.say("en") + (f" ({en})" if en else ""),
    )


def _aim(indicator: Indicator, target: str) -> Words:
    """An indicator with the target that stands now."""
    zh, en = indicator.measured(target)
    return f"{indicator.code} {indicator.name.zh}（现为 {zh}）", f"{indicator.code} {indicator.name.say('en')} (now {en})"  # fmt: skip


def _items(asked: Asked) -> Choices:
    if asked.act.code == "tolerance.ask":
        held = Item.objects.filter(unit__code__in=_own(asked), state__in=("entered", "disputed")).select_related("unit", "rulebook")  # fmt: skip
        names = {
            one.code: one.name for version in adopted() for one in book_of(version).adjustments
        }
        return [
            (str(one.pk), (f"{one.unit.name_zh} {_word(names, one.item, 'zh')} {one.document}",
                           f"{one.unit.name_en or one.unit.name_zh} {_word(names, one.item, 'en')} {one.document}"))
            for one in held
        ]  # fmt: skip
    return _known((one.code, one.name) for book in _books(asked) for one in book.adjustments)


def _word(names: dict[str, Any], code: str, spoken: Any) -> str:
    return str(names[code].say(spoken)) if code in names else code


def _grades(asked: Asked) -> Choices:
    found = [
        (band.code, band.name) for book in _books(asked) if (held := book.grading) for band in (*held.bands, *held.outside)
    ]  # fmt: skip
    return [(code, (name.zh, name.say("en"))) for code, name in dict(found).items()]


def _results(asked: Asked) -> Choices:
    held = ResultRun.objects.exclude(state__in=(*UNNOTICED, "replaced"))
    return [
        (str(one.pk), (f"{one.title_zh} {one.period}", f"{one.title_en or one.title_zh} {one.period}")) for one in held
    ]  # fmt: skip


def _holders(role: Role) -> Callable[[Asked], Choices]:
    def listed(asked: Asked) -> Choices:
        names = standing_grants(asked.day).filter(role=role.value).values_list("account__name", flat=True)  # fmt: skip
        return [(name, (name, name)) for name in dict.fromkeys(names)]

    return listed


def _subjects(asked: Asked) -> Choices:
    """What was submitted and waits for a decision of the commission, or may come before it."""
    held: Choices = []
    for kind in kinds():
        if kind.name not in SUBJECTS:
            continue
        for obj in kind.all().filter(state__in=waiting_states(kind)):
            if is_before(kind, obj):
                (zh, en), state = kind.title(obj), kind.state_of(obj, asked.day)
                held.append((f"{kind.name}:{obj.pk}", (f"{kind.words[0]} · {zh}（{state[0]}）", f"{kind.words[1]} · {en} ({state[1]})")))  # fmt: skip
    return held


def _lines(asked: Asked) -> Choices:
    """Agreed lines of the units for which the account may ask."""
    held = TargetLine.objects.filter(sheet__state="agreed", sheet__unit__code__in=_own(asked))
    found: Choices = []
    for line in held.select_related("sheet__unit", "sheet__rulebook").order_by("-sheet_id", "pk"):
        if is_over(line.sheet, asked.day):
            continue
        aim = _aim(book_of(line.sheet.rulebook).indicator(line.indicator), line.current)
        zh, en = (f"{name} {line.sheet.rulebook.period} {word}" for name, word in zip(_names(line.sheet.unit), aim, strict=True))  # fmt: skip
        found.append((str(line.pk), (zh, en)))
    return found


PICKS: dict[str, Callable[[Asked], Choices]] = {
    "unit": _units, "supplier": _suppliers, "rulebook": _rulebooks, "indicator": _indicators, "series": _indicators, "item": _items, "grade": _grades,
    "run": _results, "mentor": _holders(Role.MENTOR), "subject": _subjects, "line": _lines,
    "units.code": _units,
}  # fmt: skip
"""Field → what may be chosen; a column of pasted rows is named after its field and a dot."""


def _clauses(asked: Asked) -> list[str]:
    return [label[0] for _, label in _indicators(asked)]


def _periods(asked: Asked) -> list[str]:
    """The rulebook's own period and its parts; while a draft is made, this year and the next."""
    version = _version(asked.obj)
    if version is None:
        return [str(asked.day.year), str(asked.day.year + 1)]
    year = version.period[:4]
    rhythms = {one.frequency for one in book_of(version).indicators}
    if asked.act.code == "rulebook.rehearse":
        return [str(int(year) - back) for back in range(4)]
    if asked.act.code == "rulebook.roll_over":
        return [str(int(year) + 1)]
    whole = parse_period(version.period)
    parts = [one.code for rhythm in RHYTHMS if rhythm in rhythms for one in whole.split(rhythm)]  # fmt: skip
    # A period that has not begun is not offered where the act refuses it.
    said = asked.act.given.model_fields.get("period")
    begun = said is not None and isinstance(said.json_schema_extra, dict) and said.json_schema_extra.get("inside") == BEGUN  # fmt: skip
    parts = [one for one in parts if not begun or parse_period(one).start <= asked.day]
    return list(dict.fromkeys([whole.code, *parts]))


SUGGESTED: dict[str, Callable[[Asked], list[str]]] = {
    "clause": _clauses, "period": _periods, "value_period": _periods,
}  # fmt: skip
"""Field → what is offered, where something else may stand as well."""


def picks(given: type[Given], asked: Asked, without: Collection[str] = ()) -> dict[str, Choices]:
    """What can be chosen for the fields of a form, rows' columns included, but for those that the act lists itself."""
    return {
        name: PICKS[name](asked) for name in fields(given) if name in PICKS and name not in without
    }


def suggestions(given: type[Given], asked: Asked) -> dict[str, list[str]]:
    """What is offered for the fields of a form that take any text."""
    return {name: SUGGESTED[name](asked) for name in given.model_fields if name in SUGGESTED}


def fields(given: type[Given]) -> list[str]:
    """The fields, and the columns of rows: under their own name, or after their field and a dot where a pick is so named."""
    found = []
    for name, info in given.model_fields.items():
        found.append(name)
        if (row := row_of(info)) is not None:
            found += [f"{name}.{one}" if f"{name}.{one}" in PICKS else one for one in row.model_fields]  # fmt: skip
    return found

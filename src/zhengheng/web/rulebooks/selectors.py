"""Reading rulebooks."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate

from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Language, ZhenghengError
from zhengheng.scheme.base import Text, Words
from zhengheng.scheme.compare import differences
from zhengheng.scheme.inherited import inherited
from zhengheng.scheme.later import to_revise
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.procedure import USUAL, ClosingStep, Procedure
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import kind_named
from zhengheng.web.intake.services import opened
from zhengheng.web.organisation import selectors as organisation
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import ended, heirs
from zhengheng.web.rulebooks.models import RulebookVersion


@lru_cache(maxsize=32)
def _parsed(fingerprint: str, text: str) -> Rulebook:
    return Rulebook.model_validate_json(text, strict=True)


def book_of(version: RulebookVersion) -> Rulebook:
    """The rulebook of a version."""
    return _parsed(version.wording, version.text)


def indicator_words(version: RulebookVersion, code: str) -> tuple[str, str]:
    """An indicator by code and name, as people read of it; an unknown code as it stands."""
    found = next((one.name for one in book_of(version).indicators if one.code == code), None)
    return (f"{code} {found.zh}", f"{code} {found.say('en')}") if found else (code, code)


def value_words(version: RulebookVersion, code: str, value: str) -> tuple[str, str]:
    """A value of an indicator: its code and name, then the value with its unit of measure."""
    zh, en = indicator_words(version, code)
    held = next((one for one in book_of(version).indicators if one.code == code), None)
    told = held.measured(value) if held is not None else (value, value)
    return f"{zh} {told[0]}", f"{en} {told[1]}"


def procedure_of(version: RulebookVersion) -> Procedure:
    """Its closing procedure; where the rulebook has none, the plain one."""
    return book_of(version).procedure or Procedure()


UNITS: dict[str, tuple[str, str]] = {"calendar_days": ("天", "days"), "working_days": ("个工作日", "working days"), "clock_hours": ("小时", "hours")}  # fmt: skip
SOURCES = {
    "V": ("通行规定, 方案可改", "as is usual; the rulebook may change it"),
    "S": ("常见做法, 方案可改", "often so; the rulebook may change it"),
    "D": ("系统默认, 方案可改", "this program's default; the rulebook may change it"),
}


STARTS: dict[str, tuple[str, str]] = {
    zh: (zh, en) for zh, en in (
        ("期末", "the end of the period"), ("提交", "handing in"), ("提出", "the finding"), ("公示", "the notice"), ("收到", "receipt"),
        ("决定", "the decision"), ("通知", "the call"), ("确认", "confirmation"), ("送达", "service"), ("退回", "the return"),
        ("登记", "the entry"),
    )
}  # fmt: skip
"""From what the usual clocks run; a rulebook's own words stand as written."""


def _starts(word: str) -> tuple[str, str]:
    return STARTS.get(word, (word, word))


def clocks(version: RulebookVersion) -> list[tuple[Words, int, tuple[str, str], tuple[str, str], tuple[str, str]]]:  # fmt: skip
    """Every clock of the year: what, how long, from when, and whether the rulebook or usage sets it."""
    procedure = procedure_of(version)
    return [
        (usual.name, held.length, UNITS[held.unit], _starts(held.starts or usual.clock.starts),
         ("本方案", "this rulebook") if name in procedure.clocks else SOURCES[usual.trust])
        for name, usual in USUAL.items() for held in (procedure.within(name),)
    ]  # fmt: skip


def steps(version: RulebookVersion) -> list[tuple[ClosingStep, tuple[str, str] | None]]:
    """The closing steps in their order, each with the unit its clock counts."""
    held = procedure_of(version).steps
    return [(step, UNITS[step.clock.unit] if step.clock else None) for step in held]


class RulebookAbsentError(ZhenghengError):
    """There is no such rulebook in force."""


def adopted() -> QuerySet[RulebookVersion]:
    """Every version in force, the newest year first: of a rulebook and a period the one adopted last."""
    # Until version 0.1.0 a version went on reading as in force after another of its period was adopted.
    same = RulebookVersion.objects.filter(state="adopted", code=OuterRef("code"), period=OuterRef("period"))  # fmt: skip
    newest = same.order_by("-adopted_on", "-id").values("pk")[:1]
    return RulebookVersion.objects.filter(state="adopted", pk=Subquery(newest)).order_by("-period", "code", "-id")  # fmt: skip


def of_year(version: RulebookVersion, path: str = "rulebook") -> dict[str, str]:
    """The condition for what stands on a rulebook's year: whatever version it was made under, a newer one within the period takes it on."""
    return {f"{path}__code": version.code, f"{path}__period": version.period}


def samples_of(version: RulebookVersion) -> str:
    """What the secrets of sample checks are sealed for: every version of a rulebook's year has the same."""
    return f"samples:{version.code}/{version.period}"


def adopted_version(number: int | str) -> RulebookVersion:
    """The version in force with this number. Raises RulebookAbsentError at `rulebook`."""
    asked = str(number)
    found = adopted().filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    if found is None:
        old = RulebookVersion.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None  # fmt: skip
        now = replaced_by(old) if old is not None else None
        if now is not None:
            raise RulebookAbsentError.one(
                "rulebook", "rulebook.superseded", zh=f"这一方案版本已被新版代替，现行版本是“{now.title_zh} {now.version}”，请按现行版本办理。",
                en=f'this version was replaced; "{now.title_en or now.title_zh} {now.version}" is in force: do this under that one',
            )  # fmt: skip
        raise RulebookAbsentError.one(
            "rulebook", "rulebook.absent", zh="没有这个生效的方案", en="there is no such rulebook in force"
        )  # fmt: skip
    return found


def adopted_choices(
    obj: Any, account: Account, day: date
) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    """The versions in force, for the field `rulebook` of an act's form."""
    return {
        "rulebook": [
            (
                str(one.pk),
                (f"{one.title_zh} {one.version}", f"{one.title_en or one.title_zh} {one.version}"),
            )
            for one in adopted()
        ]
    }


def in_force(code: str, period: str) -> RulebookVersion | None:
    """The version in force for a period, the newest adopted one."""
    found = RulebookVersion.objects.filter(code=code, period=period, state="adopted")
    return found.order_by("-adopted_on", "-id").first()


def governing(code: str, period: str) -> RulebookVersion | None:
    """The version by which a period is computed: its own, or that of the year it is a part of."""
    return in_force(code, period) or in_force(code, period[:4])


def applies_from(version: RulebookVersion) -> date:
    """The first day of its period on which a version's rules hold; rules that are older hold from the period's start."""
    return max(version.effective_from, parse_period(version.period).start)


def stands(version: RulebookVersion) -> bool:
    """Whether a version is the one in force for its period, and not replaced by a newer one."""
    return version.state == "adopted" and in_force(version.code, version.period) == version


def why_new(version: RulebookVersion | None) -> tuple[str, str] | None:
    """When a version came in force, and why it did: the reason of a change within the year, else that it is a year's own."""
    if version is None:
        return None
    day = version.adopted_on or localdate(version.made_at)
    if said := version.reason.rstrip("。."):
        return f"{day} 通过，理由：{said}", f"adopted on {day}: “{said}”"
    return f"{day} 通过", f"adopted on {day}"


def replaced_by(version: RulebookVersion) -> RulebookVersion | None:
    """The version now in force in place of this one, where it was replaced within its period."""
    now = in_force(version.code, version.period)
    return now if version.state in {"adopted", "superseded"} and now != version else None


OPEN = ("draft", "consultation", "submitted")
"""States of a draft that may still come in force."""


def outdated(version: RulebookVersion) -> RulebookVersion | None:
    """The version that came in force since a draft was begun, where there is one; None while it may still be adopted.

    Of a draft that was rolled over, too, one that replaced the version of the year before from which it was.
    """
    if version.state not in OPEN:
        return None
    now = in_force(version.code, version.period)
    if now is not None and now.pk != version.base_id:
        return now
    source = version.rolled_from
    after = in_force(source.code, source.period) if source is not None else None
    return after if after is not None and after.pk != version.rolled_from_id else None


def anew(version: RulebookVersion, now: RulebookVersion) -> tuple[str, str]:
    """What is to be done about a draft that another version overtook: the act by which it is drafted again, where there is one."""
    kind = kind_named("reorganisation")
    case = next((one for one in kind.all().order_by("pk") if version.pk in one.drafts), None)
    if case is None:
        zh, en = ("调整方案", f"change version {now.version}") if now.period == version.period else ("结转为下一年度草案", f"roll version {now.version} over")  # fmt: skip
        return (
            f"请在版本 {now.version} 上重新办理“{zh}”，并放弃本稿。",
            f"Do it anew: {en}, and give this draft up.",
        )
    title_zh, title_en = kind.title(case)
    mine = {(event.unit, event.date) for event in book_of(version).succession if event.unit in case.units and event.date == case.day}  # fmt: skip
    if mine <= {(event.unit, event.date) for event in book_of(now).succession}:
        return f"版本 {now.version} 已写明机构变动“{title_zh}”的承继，请放弃本稿。", f"Version {now.version} says the succession of the reorganisation “{title_en}” already: give this draft up."  # fmt: skip
    again = RulebookVersion.objects.filter(
        pk__in=case.drafts, state__in=OPEN, base_id=now.pk
    ).first()
    if again is not None:
        return f"机构变动“{title_zh}”已按版本 {now.version} 重新生成修订草案 {again.version}，请放弃本稿。", f"The reorganisation “{title_en}” is drafted anew already, as version {again.version}: give this draft up."  # fmt: skip
    return (
        f"请在机构变动“{title_zh}”中重新办理“生成方案修订草案”，并放弃本稿。",
        f"Draft the amended rulebooks anew at the reorganisation “{title_en}”, and give this draft up.",
    )


def before(version: RulebookVersion) -> RulebookVersion | None:
    """The version that this one would follow, or did: the one in force for its period, else the one before it."""
    waits = version.state in OPEN
    now = in_force(version.code, version.period) if waits else version.base or version.rolled_from
    if now is not None:
        return now
    if waits:
        # What the commission compares with is what holds now, not what held when the draft was begun.
        earlier = adopted().filter(code=version.code, period__lt=version.period).first()
        if earlier is not None:
            return earlier
    held = RulebookVersion.objects.filter(code=version.code, state__in=("adopted", "superseded", "retired"))  # fmt: skip
    return held.exclude(pk=version.pk).filter(pk__lt=version.pk).order_by("-id").first()


def changes(version: RulebookVersion, language: Language) -> list[str]:
    """In words, what changed against the version before it."""
    old = before(version)
    if old is None:
        return []
    units = Unit.objects.values_list("code", "name_zh", "name_en")
    bodies = {code: Text(zh=zh, en=en) for code, zh, en in units}
    # A draft is a draft, and what it follows is published: that tells nobody anything.
    book = book_of(version)
    return differences(
        book_of(old).model_copy(update={"status": book.status}), book, language, bodies
    )


def unwritten(version: RulebookVersion, at: date) -> list[Unit]:
    """Assessed units that a reorganisation ended within the period, up to a day, of whose succession the rulebook knows nothing."""
    whole = parse_period(version.period)
    gone = ended(whole.start, min(at, whole.end))
    if not gone:
        return []
    book = book_of(version)
    said = {event.unit for event in book.succession} | {unit.code for unit in book.units if unit.valid_to}  # fmt: skip
    named = {unit.code for unit in book.units}
    known = named | {unit.code for unit in opened(version.code).facts().units}
    return list(Unit.objects.filter(code__in=(gone.keys() & known) - said))


def revise(version: RulebookVersion) -> list[tuple[str, str]]:
    """What a draft for a new year still holds of the year before, for whoever revises it."""
    old = before(version)
    if version.state != "draft" or old is None or old.period >= version.period:
        return []
    return [*_gone(version), *to_revise(book_of(old), book_of(version), int(version.period[:4]))]


def weights_of_heirs(version: RulebookVersion) -> list[tuple[str, str]]:
    """What a draft makes of the weights of units that go over into others, for whoever speaks to it or decides about it."""
    book = book_of(version)
    if version.state not in OPEN or not book.succession:
        return []
    held = {unit.code: (unit.name.zh, unit.name.say("en")) for unit in book.units}
    known = {code: (zh, en or zh) for code, zh, en in Unit.objects.filter(code__in=held).values_list("code", "name_zh", "name_en")}  # fmt: skip
    return inherited(book, held | known)


def _gone(version: RulebookVersion) -> Iterator[tuple[str, str]]:
    """What the draft still says of units that ended before it applies, and heirs of whom it says nothing."""
    yield from departed(version)
    book, start = book_of(version), applies_from(version)
    gone = {unit.code for unit in organisation.gone(start)}
    after, named = heirs(start), {unit.code for unit in book.units}
    for code in sorted({after[code] for code in gone & named & after.keys()} - named):
        if heir := Unit.objects.filter(code=code).first():
            yield (f"承继单位 {heir.name_zh}（{code}）还没有列入方案，请补充单位、类别和权重。",
                   f"The heir {heir.name_en or heir.name_zh} ({code}) does not stand in the rulebook yet: give it unit, category and weights.")  # fmt: skip


def departed(version: RulebookVersion) -> Iterator[tuple[str, str]]:
    """Assessed units and departments named in the rulebook that are gone on the day from which it applies, each with
    its heir. A unit whose own end or succession the rulebook knows is none of them: it is scored no more after that day."""
    book, day = book_of(version), applies_from(version)
    gone = {unit.code: unit for unit in organisation.gone(day)}
    if not gone:
        return
    said = {event.unit for event in book.succession} | {unit.code for unit in book.units if unit.valid_to}  # fmt: skip
    after = heirs(day)
    names = {unit.code: unit for unit in Unit.objects.filter(code__in=after.values())}
    assessed = [unit.code for unit in book.units or opened(version.code).facts().units if not unit.valid_to]  # fmt: skip
    for code in assessed:
        if code in gone and code not in said:
            old, (zh, en) = gone[code], _heir_words(names.get(after.get(code, "")))
            yield (f"被考核单位{old.name_zh}（{code}）已于 {old.valid_to} 撤销，{zh}请在方案中改为承继的单位，或写明其终止日期。",
                   f"The assessed unit {old.name_en or old.name_zh} ({code}) ended on {old.valid_to}; {en}name its heir in the rulebook, or say when it ended.")  # fmt: skip
    for one in book.indicators:
        for role, zh, en in (("owner", "责任单位", "owner"), ("deputy", "协办单位", "deputy"), ("supplier", "数据提供单位", "supplier")):  # fmt: skip
            left = gone.get(getattr(one, role) or "")
            if left is not None:
                zh_heir, en_heir = _heir_words(names.get(after.get(left.code, "")))
                yield (f"指标 {one.code} {one.name.zh} 的{zh}{left.name_zh}已于 {left.valid_to} 撤销，{zh_heir}请改为承继的单位。",
                       f"The {en} of indicator {one.code} {one.name.say('en')}, {left.name_en or left.name_zh}, ended on {left.valid_to}; {en_heir}name its heir.")  # fmt: skip


def _heir_words(heir: Unit | None) -> tuple[str, str]:
    return (f"由{heir.name_zh}（{heir.code}）承继，", f"{heir.name_en or heir.name_zh} ({heir.code}) goes on for it: ") if heir else ("", "")  # fmt: skip


def frozen(version: RulebookVersion, day: date) -> bool:
    """Whether the year's rules may be changed by the emergency route only."""
    freeze = procedure_of(version).freeze
    return freeze is not None and (day.month, day.day) >= tuple(map(int, freeze.split("-")))

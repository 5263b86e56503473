"""What no act may do, whatever it is: say a day that cannot be, reach behind a final result, be done to one's own unit's
matter by whoever acts for others, or be done by whoever took a step before it that is another person's.

The guards stand where every act is done (`acts.services`), so that no form, address or job goes past them.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.utils.timezone import localdate
from pydantic import BaseModel

from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.parts import Part, parts, parts_in
from zhengheng.web.accounts.selectors import ForbiddenError, grants, standing
from zhengheng.web.acts.declare import Act, Kind, Words, kind_named
from zhengheng.web.acts.earlier import earlier_step
from zhengheng.web.organisation.succession import check_there
from zhengheng.workflow.machine import StateError
from zhengheng.workflow.machines import CLOSED
from zhengheng.workflow.permissions import ACTS, BY_OTHERS, may
from zhengheng.workflow.roles import NAMES

HORIZON = timedelta(days=3653)
"""How far ahead a day may lie: beyond ten years it is a slip of the pen [D]."""
MOST = 3
"""How many people a refusal names who could do the act instead."""
PAST, AHEAD, LATER, ANY = "past", "ahead", "later", "any"
"""What `ask` says of a day: it has been; it is still to come, today included, or from tomorrow on; the act itself knows."""


class DayError(ZhenghengError):
    """A day lies where the act cannot be about it."""


class FinalError(ZhenghengError):
    """The year's result is final: nothing that it rests on changes any more."""


def check_days(given: BaseModel, day: date) -> None:
    """Raise DayError with every day that does not fit what its field is about; rows are looked into."""
    if found := list(_wrong(given, day, "", ("", ""))):
        raise DayError(found)


def _wrong(given: BaseModel, day: date, head: str, row: Words) -> Iterator[Problem]:
    for name, info in type(given).model_fields.items():
        value, said = getattr(given, name), info.json_schema_extra
        if isinstance(value, list):
            table = said if isinstance(said, dict) else {}
            for place, line in enumerate(value):
                if isinstance(line, BaseModel):
                    words = (
                        f"{table.get('zh', '')} 第 {place + 1} 行",
                        f"{table.get('en', '')}, row {place + 1}",
                    )
                    yield from _wrong(line, day, f"{head}{name}.{place}.", words)
        if not isinstance(value, date) or not isinstance(said, dict):
            continue
        asked = value.date() if isinstance(value, datetime) else value
        yield from _day(f"{head}{name}", said, asked, day, row)


def _day(where: str, said: dict[str, Any], asked: date, day: date, row: Words) -> Iterator[Problem]:
    zh, en = said.get("zh", where), said.get("en", where)
    if row[0]:
        zh, en = f"{row[0]}“{zh}”", f"{row[1]}, “{en}”"
    if said.get("when") == PAST and asked > day:
        yield Problem(where, "day.future", f"{zh}：{asked} 还没有到，请填写已经发生的日期。",
                      f"{en}: {asked} lies in the future; give a day that has been")  # fmt: skip
    if said.get("when") == AHEAD and asked < day:
        yield Problem(where, "day.past", f"{zh}：{asked} 早于办理之日 {day}，请填写今天或以后的日期。",
                      f"{en}: {asked} lies before the day of the act, {day}; give today or a later day")  # fmt: skip
    if said.get("when") == LATER and asked <= day:
        yield Problem(where, "day.past", f"{zh}：{asked} 不晚于办理之日 {day}，请填写明天或以后的日期。",
                      f"{en}: {asked} does not lie after the day of the act, {day}; give tomorrow or a later day")  # fmt: skip
    if said.get("when") in {AHEAD, LATER} and asked > day + HORIZON:
        yield Problem(where, "day.far", f"{zh}：{asked} 在十年以后，请核对年份。",
                      f"{en}: {asked} is more than ten years ahead; check the year")  # fmt: skip


def finals() -> frozenset[tuple[str, str]]:
    """Rulebook and period of every final result. By the name of the app alone: results stand on rulebooks."""
    held = apps.get_model("results.ResultRun")._default_manager
    found = held.filter(state__in=CLOSED).values_list("rulebook", "period")
    return frozenset(found.distinct())


def is_final(version: Any, known: frozenset[tuple[str, str]] | None = None) -> bool:
    """Whether a result of a rulebook's own period is final; `known` where many are asked about."""
    held = finals() if known is None else known
    return version is not None and (version.code, version.period) in held


def reaches_behind(
    kind: Kind, act: Act, obj: Any, known: frozenset[tuple[str, str]] | None = None
) -> bool:
    """Whether an act would change what a final result rests on."""
    return kind.year is not None and not act.after_final and is_final(kind.year(obj), known)


def check_living(kind: Kind, act: Act, obj: Any, day: date) -> None:
    """Raise UnitEndedError for an act for a unit that ended."""
    if is_gone(kind, act, obj, day):
        assert act.living is not None
        check_there(act.living(obj), day)


def is_gone(kind: Kind, act: Act, obj: Any, day: date) -> bool:
    """Whether an act is for a unit that ended before the day. A year through which it was there to the end is still
    finished, by whoever goes on for it."""
    unit = act.living(obj) if act.living is not None else None
    if unit is None or not ended_before(unit.valid_to, day):
        return False
    version = kind.year(obj) if kind.year is not None else getattr(obj, "rulebook", None)
    return version is None or ended_before(unit.valid_to, parse_period(version.period).end)


def check_year(kind: Kind, act: Act, obj: Any) -> None:
    """Raise FinalError for an act that reaches behind a final result; the lawful way there is to reopen it by decision."""
    if reaches_behind(kind, act, obj):
        raise FinalError.one(
            kind.name, "year.final", zh="本年度结果已经终定，所依据的事项不能再办理；确需更正的，须先由委员会决定重新开启。",
            en="the year's result is final, and nothing it rests on changes any more; where it must, the commission reopens the result first",
        )  # fmt: skip


class OwnMatterError(ForbiddenError):
    """It is the matter of a unit in which the actor has a part himself."""


class EarlierStepError(ForbiddenError):
    """The actor took an earlier step of the matter, and this one is another person's."""


def check_apart(kind: Kind, act: Act, obj: Any, given: Any, actor: Account, day: date) -> None:
    """Raise OwnMatterError for what others than the unit do, where the actor has a part in the unit; EarlierStepError for what others
    do than whoever took the steps before it, where he took one."""
    if own_part(kind, act, obj, actor, day, given) is not None:
        zh, en = kept_from(kind, act, obj, given, actor, day) or ("", "")
        raise OwnMatterError.one(act.code, "unit.own", zh=zh, en=en)
    if step := earlier_step(kind, act, obj, actor, anew=True):
        zh, en = _other_person(kind, act, obj, given, step, day)
        raise EarlierStepError.one(act.code, "step.other", zh=zh, en=en)


def check_yet(kind: Kind, act: Act, obj: Any, account: Account, day: date) -> None:
    """Raise StateError for an act before which somebody else has to act, or a day to pass."""
    if told := not_yet(kind, act, obj, account, day):
        raise StateError.one(act.code, "act.not_yet", zh=told[0], en=told[1])


def not_yet(kind: Kind, act: Act, obj: Any, account: Account, day: date) -> Words | None:
    """Why an act cannot be done on a day though it is the account's: a day has to come, somebody else acts first, or the
    decision that it carries out is recorded and not attested; None where it can."""
    if act.not_yet is not None and (told := act.not_yet(obj, day)):
        return told
    return _unattested(kind, act, obj, account, day) if act.by_decision else None


def _unattested(kind: Kind, act: Act, obj: Any, account: Account, day: date) -> Words | None:
    """That the decision is on its way: whoever recorded it would record it once more if he were asked for one."""
    decisions = kind_named("decision")
    told = decisions.under_way(f"{kind.name}:{obj.pk}") if decisions.under_way else None
    if told is None:
        return None
    listed = act.choices(obj, account, day) if act.choices else {}
    if listed.get("decision") or not listed.get("decision.needed", True):
        return None
    return (
        f"{told[0]}复核以后可以办理“{act.words[0]}”。",
        f"{told[1]} Then “{act.words[1]}” can be done.",
    )


def free(kind: Kind, act: Act, obj: Any, account: Account, day: date, given: Any = None) -> bool:
    """Whether neither a part in the unit nor an earlier step keeps an account from an act."""
    return own_part(kind, act, obj, account, day, given) is None and earlier_step(kind, act, obj, account) is None  # fmt: skip


def kept_from(
    kind: Kind, act: Act, obj: Any, given: Any, account: Account, day: date
) -> Words | None:
    """Why an act is not this account's, as it has a part in the unit whose matter it is, or took an earlier step, and whose turn it
    is; None where nothing keeps it."""
    if (held := own_part(kind, act, obj, account, day, given)) is None:
        step = earlier_step(kind, act, obj, account)
        return _other_person(kind, act, obj, given, step, day) if step else None
    (zh, en), (next_zh, next_en) = held.told(), _turn(kind, act, obj, given, day, _OUTSIDE)
    return (
        f"您{zh}，与这一事项所涉单位有任职关系，不能由您办理。{next_zh}",
        f"you have a part in the unit whose matter this is ({en}), and nobody does this in a matter of his own unit. {next_en}",
    )


_OUTSIDE = ("与该单位没有任职关系", "without a part in the unit")
_NEW = ("没有办理过前面环节", "who took none of the earlier steps")


def _other_person(kind: Kind, act: Act, obj: Any, given: Any, step: Words, day: date) -> Words:
    zh, en = _turn(kind, act, obj, given, day, _NEW)
    return (
        f"您在这一事项前面的环节中已经参与过（{step[0]}），“{act.words[0]}”须由另外的人办理。{zh}",
        f"you had a part in an earlier step of this matter ({step[1]}), and “{act.words[1]}” is another person's. {en}",
    )


def own_part(
    kind: Kind, act: Act, obj: Any, account: Account, day: date, given: Any = None
) -> Part | None:
    """The role by which an account has a part in the unit whose matter it is, for an act that is then another's; else None."""
    if act.code not in BY_OTHERS or not parts(account):
        return None
    units, since = _matter(kind, act, obj, account, given, day)
    return next(iter(parts_in(account, units, since)), None)


def _matter(
    kind: Kind, act: Act | None, obj: Any, account: Account, given: Any, day: date
) -> tuple[Collection[str], date]:
    """The units whose matter it is, and the first day of the period that is assessed in it; where none is, of the matter itself."""
    if kind.about is not None:
        here = kind.about(obj)
        return _matter(here[0], None, here[1], account, given, day) if here else ((), day)
    if act is not None and act.concerning is not None:
        units = act.concerning(obj, given) if given is not None else ()
    elif kind.parties is not None:
        units = kind.parties(obj)
    else:
        units = {unit for held in kind.standing(obj, account).units.values() for unit in held}
    version = kind.year(obj) if kind.year is not None else None
    of = (version, getattr(obj, "rulebook", None), getattr(obj, "run", None), obj)
    if period := next((found for held in of if (found := getattr(held, "period", ""))), ""):
        return units, parse_period(period).start
    made = getattr(obj, "made_at", None)
    return units, localdate(made) if made else day


def _turn(kind: Kind, act: Act, obj: Any, given: Any, day: date, wanted: Words) -> Words:
    """Who does an act in the place of somebody who is kept from it, and what whoever is to be found must be."""
    rules = [one for one in ACTS[act.code] if not one.states or obj.state in one.states]
    relations = {one.relation for one in rules}
    if relations & {"seated", "presiding"}:
        return "请申请回避，由申诉经办补抽席位。", "Step back, and the clerk draws the seat again"
    if "maker" in relations and obj.pk is not None:
        return (
            "请通过岗位交接，移交给与该单位没有任职关系的人员。",
            "Hand it over with your post to somebody who has no part in the unit",
        )
    roles = frozenset(role for one in rules for role in one.roles)
    held = standing(day).filter(role__in=roles, account__is_active=True).select_related("account")
    able = []
    for account in sorted({one.account for one in held}, key=lambda one: one.username):
        stands = kind.standing(obj, account)
        if may(grants(account, day), act.code, relations={*stands.relations, "maker"}, units=stands.units, state=obj.state) \
                and free(kind, act, obj, account, day, given):  # fmt: skip
            able.append(account.name)
    zh, en = ("、".join(NAMES[role][0] for role in sorted(roles)), " or ".join(NAMES[role][1] for role in sorted(roles)))  # fmt: skip
    if not able:
        return (
            f"目前没有可以办理的{zh}，请安全保密管理员授予{wanted[0]}的人员。",
            f"There is nobody else to do it now: the secrecy officer gives the role ({en}) to somebody {wanted[1]}",
        )
    return f"请由{'、'.join(able[:MOST])}（{zh}）办理。", f"{', '.join(able[:MOST])} ({en}) does it"

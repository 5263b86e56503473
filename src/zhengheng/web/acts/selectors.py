"""Which objects an account sees, and what it can do to one now."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from zhengheng.domain.problems import NotFoundError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants, standing
from zhengheng.web.acts.declare import Act, Kind, Words
from zhengheng.web.acts.guards import finals, free, is_gone, kept_from, not_yet, reaches_behind
from zhengheng.web.organisation.succession import all_before
from zhengheng.workflow.permissions import anywhere, may, reach
from zhengheng.workflow.roles import Grant, Role

MOST = 2**63


def visible(kind: Kind, account: Account, day: date) -> list[Any]:
    """The objects of a kind that an account may see, as the kind orders them."""
    held = grants(account, day)
    return [obj for obj in within(kind, held) if sees(kind, obj, account, held)]


def within(kind: Kind, held: Collection[Grant], *acts: str) -> QuerySet[Any]:
    """The objects among which are all that someone with these grants may see, or do one of some acts to; of a kind with
    `reach` not many more."""
    wanted = Q(pk__in=())
    for act in acts or (kind.read,):
        units = reach(held, act)
        if units is None or not units.keys() <= kind.reach.keys():
            return kind.all()
        for relation, codes in units.items():
            named = all_before(codes) if relation == "heir" else codes
            for one in kind.reach[relation]:
                wanted |= Q(**{f"{one}__code__in": named})
    return kind.all().filter(wanted)


def sees(kind: Kind, obj: Any, account: Account, held: Collection[Grant]) -> bool:
    """Whether an account with these grants may read an object."""
    stands = kind.standing(obj, account)
    relations = (*stands.relations, *(["reader"] if _reads_about(kind, obj, account, held) else []))
    return may(held, kind.read, relations=relations, units=stands.units, state=obj.state)


def _reads_about(kind: Kind, obj: Any, account: Account, held: Collection[Grant]) -> bool:
    """Whether the account may read what the object is about; what is about nothing, or about what is gone, has no such reader."""
    here = kind.about(obj) if kind.about is not None else None
    return here is not None and sees(*here, account, held)


def find(kind: Kind, number: int, account: Account, day: date) -> Any:
    """An object that the account may see. One that it may not is as absent as one that is not there."""
    obj = kind.all().filter(pk=number).first() if number < MOST else None
    if obj is None or not sees(kind, obj, account, grants(account, day)):
        raise NotFoundError.one(
            f"{kind.name}:{number}", f"{kind.name}.absent", zh=f"“{kind.words[0]}”中没有这一项，或者您不能查看。",
            en=f"there is nothing of this number under “{kind.words[1]}”, or you may not see it",
        )  # fmt: skip
    return obj


def open_acts(
    kind: Kind, obj: Any, account: Account, held: Collection[Grant], day: date, known: frozenset[tuple[str, str]] | None = None
) -> list[Act]:  # fmt: skip
    """What the account can do to the object as it stands on a day; `known` are the final years, where many objects are asked about."""
    return [
        act for act in _lawful(kind, obj, account, held, day, known)
        if not_yet(kind, act, obj, account, day) is None
    ]  # fmt: skip


def _lawful(
    kind: Kind, obj: Any, account: Account, held: Collection[Grant], day: date, known: frozenset[tuple[str, str]] | None = None
) -> list[Act]:  # fmt: skip
    """What is the account's to do, some of it perhaps not yet."""
    acts = [
        act for act in _rightful(kind, obj, account, held, day)
        if free(kind, act, obj, account, day)
    ]  # fmt: skip
    if acts and kind.year is not None:
        known = finals() if known is None else known
        return [act for act in acts if not reaches_behind(kind, act, obj, known)]
    return acts


def _rightful(
    kind: Kind, obj: Any, account: Account, held: Collection[Grant], day: date
) -> Iterator[Act]:
    """What the table of rights lets the account do to the object as it stands."""
    stands = kind.standing(obj, account)
    for act in kind.acts:
        if (
            not act.by_machine and kind.machine.leads(obj.state, act.code)
            and (act.when is None or act.when(obj))
            and may(held, act.code, relations=stands.relations, units=stands.units, state=obj.state)
            and not is_gone(kind, act, obj, day)
        ):  # fmt: skip
            yield act


def withheld(
    kind: Kind, obj: Any, account: Account, held: Collection[Grant], day: date
) -> Words | None:
    """Why an act for which the object waits is not offered: to somebody of its own unit, or who took an earlier step, and whose turn
    it is; to anybody, what has to come first."""
    told = (
        (None if act.optional else kept_from(kind, act, obj, None, account, day)) or not_yet(kind, act, obj, account, day)
        for act in _rightful(kind, obj, account, held, day)
    )  # fmt: skip
    return next((one for one in told if one), None)


def makers(kind: Kind, held: Collection[Grant]) -> list[Act]:
    """The acts by which the account could make an object of the kind."""
    return [act for act in kind.makers if anywhere(held, act.code)]


@dataclass(frozen=True)
class Expected:
    """An object that an act of an account is expected of, now or later."""

    obj: Any
    acts: list[Act]
    """What the account can do to it now."""
    now: bool
    """Whether an act that it waits for can be done now; before, the account is asked for nothing."""
    clock: bool
    """Whether the object's day is that of an act it waits for: what is done while another's time runs has none."""
    not_yet: Words | None
    """Why an act that it waits for cannot be done yet."""


def owed(kind: Kind, account: Account, day: date) -> list[tuple[Any, list[Act]]]:
    """Objects that wait for an act of this account."""
    return [(one.obj, one.acts) for one in expected(kind, account, day) if one.now]


def expected(kind: Kind, account: Account, day: date) -> list[Expected]:
    """Objects that wait for an act of this account, or will once a day has come or somebody else has acted."""
    held = grants(account, day)
    mine = [
        act
        for act in kind.acts
        if not act.by_machine and (not act.optional or act.waits) and anywhere(held, act.code)
    ]
    states = {
        state for state in kind.machine.names for act in mine if kind.machine.leads(state, act.code)
    }
    if not states:
        return []
    led = _led(held, day) if any(act.signer for act in mine) else frozenset()
    found, known = [], finals() if kind.year is not None else frozenset()
    for obj in within(kind, held, *(act.code for act in mine)).filter(state__in=states):
        lawful = _lawful(kind, obj, account, held, day, known)
        waiting = [
            act
            for act in lawful
            if (not act.optional or act.waits) and _waits(kind, act, obj, account, led, day)
        ]
        if waiting and sees(kind, obj, account, held):
            found.append(_expected(kind, obj, lawful, waiting, account, day))
    return found


def _expected(
    kind: Kind, obj: Any, lawful: list[Act], waiting: list[Act], account: Account, day: date
) -> Expected:
    later = {act.code: told for act in lawful if (told := not_yet(kind, act, obj, account, day))}
    now = [act for act in waiting if act.code not in later]
    return Expected(
        obj, [act for act in lawful if act.code not in later], bool(now), any(act.clock for act in now),
        next((later[act.code] for act in waiting if act.code in later), None),
    )  # fmt: skip


def _led(held: Collection[Grant], day: date) -> frozenset[str]:
    """Of the account's units those that have a leader, who signs himself, and whom the account is not."""
    own = {one.unit for one in held if one.unit and one.role is Role.UNIT_LEADER}
    units = {one.unit for one in held if one.unit} - own
    led = standing(day).filter(role=Role.UNIT_LEADER, unit__code__in=units)
    return frozenset(led.values_list("unit__code", flat=True))


def _waits(
    kind: Kind, act: Act, obj: Any, account: Account, led: Collection[str], day: date
) -> bool:
    """Whether the act waits for this account: not before it is owed, not once the account has done its part, and a
    leader's signature waits for whoever reports only where no leader can give it."""
    if act.waits is not None and not act.waits(obj, day):
        return False
    if act.whose is not None and not act.whose(obj, account):
        return False
    if act.signer is None or not led:
        return True
    return not set(led) & {unit for held in kind.standing(obj, account).units.values() for unit in held}  # fmt: skip

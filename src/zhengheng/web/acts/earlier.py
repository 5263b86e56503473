"""Who took an earlier step of a matter, of which the next one is another person's (`workflow/apart.py`)."""

from collections.abc import Collection, Iterator
from typing import Any

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Act, Kind, Words
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.workflow.apart import EARLIER, apart_from

Steps = dict[str, set[str]]
_KEPT = "_earlier_steps"
_NAMELESS: Words = ("提出或登记这一事项", "brought it up or entered it")
"""Of a step that has no act on a page."""


def earlier_step(
    kind: Kind, act: Act, obj: Any, account: Account, *, anew: bool = False
) -> Words | None:
    """The step by which an account is kept from an act, in words; None where it took none. `anew` where the act is about to be done:
    where it is offered, an account read for a request asks the ledger once."""
    before = apart_from(act.code, obj.state)
    if not before:
        return None
    for held_kind, held, acts in _where(kind, obj, before):
        for code, (words, took) in held_kind.took.items():
            if code in acts and took(held, account):
                return words
        taken = _entered(held_kind, held, acts, account, anew=anew)
        made = held.made_by_id == account.pk
        for code in sorted(acts):
            if code in taken or (made and held_kind.machine.leads("", code)):
                return next((one.words for one in held_kind.acts if one.code == code), _NAMELESS)
    return None


def forget(account: Account) -> None:
    """What was asked of the ledger: the account has done an act since."""
    account.__dict__.pop(_KEPT, None)


def _where(kind: Kind, obj: Any, before: Collection[str]) -> Iterator[tuple[Kind, Any, set[str]]]:
    """The objects on which the earlier steps were taken: this one, and the one that it is about."""
    own = {code for code in before if code.partition(".")[0] == kind.name}
    if own and obj.pk is not None:
        yield kind, obj, own
    here = kind.about(obj) if kind.about is not None and own != set(before) else None
    if here is not None:
        yield *here, {code for code in before if code.partition(".")[0] == here[0].name}


def _entered(
    kind: Kind, obj: Any, acts: Collection[str], account: Account, *, anew: bool
) -> set[str]:
    """Which of some acts the ledger has the account do to an object."""
    subject = f"{kind.name}:{obj.pk}"
    mine = LedgerEntry.objects.filter(actor=account.username)
    if anew:
        return set(mine.filter(subject=subject, act__in=acts).values_list("act", flat=True))
    held: Steps | None = account.__dict__.get(_KEPT)
    if held is None:
        held = account.__dict__[_KEPT] = {}
        for of, act in mine.filter(act__in=EARLIER).values_list("subject", "act"):
            held.setdefault(of, set()).add(act)
    return held.get(subject, set()) & set(acts)

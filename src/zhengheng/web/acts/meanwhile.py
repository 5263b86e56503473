"""An act that comes too late is told what was done before it: the second click of one person, the first of another."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import ForbiddenError
from zhengheng.web.accounts.services import StaleError
from zhengheng.web.acts import told
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.workflow.machine import StateError


@contextmanager
def said_who(kind: Kind, act: Act, obj: Any, seen: int, actor: Account) -> Iterator[None]:
    """Do an act within; where the object is not as the actor saw it, he reads who did what to it, and when.

    Raises StaleError with that, else what the act itself raises.
    """
    try:
        yield
    except (StaleError, StateError, ForbiddenError) as error:
        now = kind.all().filter(pk=obj.pk).first()
        if now is None or not seen or now.row_version == seen:
            raise
        if (told_so := _told(kind, act, now, now.row_version - seen, actor, error)) is None:
            raise
        raise told_so from error


def _told(kind: Kind, act: Act, obj: Any, steps: int, actor: Account, error: ZhenghengError) -> StaleError | None:  # fmt: skip
    """What was done in the steps since the actor saw the object: the same act in an earlier round is none of them, and no
    reading is one, though the ledger has it."""
    subject = f"{kind.name}:{obj.pk}"
    moves = {transition.act for transition in kind.machine.transitions}
    entries = LedgerEntry.objects.filter(subject=subject, act__in=moves)
    since = list(entries.order_by("-sequence")[: max(steps, 1)])
    last = since[0] if since else None
    same = next((one for one in since if one.act == act.code), None)
    done = same is not None and (
        same.actor == actor.username or not kind.machine.leads(obj.state, act.code)
    )
    if same is not None and done:
        (zh, en), at = told.people([same.actor])[same.actor], _at(same)
        # The object may have gone on since: what was done is no word of how it stands.
        then_zh, then_en = _then(last) if last is not None and last.act != act.code else ("", "")
        return StaleError.one(
            subject, "stale", zh=f"“{act.words[0]}”已由{zh}于 {at} 办理{then_zh}，这次没有重复办理。请返回查看办理情况。",
            en=f"“{act.words[1]}” was done already by {en} on {at}{then_en}; it was not done twice. Go back to see how it stands",
        )  # fmt: skip
    if last is None or isinstance(error, ForbiddenError):
        return None
    (zh, en), at, what = (
        told.people([last.actor])[last.actor],
        _at(last),
        told.act(last.act, last.actor),
    )
    return StaleError.one(
        subject, "stale", zh=f"您打开页面之后，{zh}已于 {at} 办理“{what[0]}”，您的办理没有生效。请看清现在的情况后再办。",
        en=f"after you opened the page, {en} did “{what[1]}” on {at}; yours had no effect. See how it stands, then try again",
    )  # fmt: skip


def _then(last: LedgerEntry) -> tuple[str, str]:
    """What was done to the object last, behind what was done before it."""
    (zh, en), at, what = (
        told.people([last.actor])[last.actor],
        _at(last),
        told.act(last.act, last.actor),
    )
    return f"，此后{zh}于 {at} 办理了“{what[0]}”", f", and after it {en} did “{what[1]}” on {at}"


def _at(entry: LedgerEntry) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(entry.at)):%Y-%m-%d %H:%M}"

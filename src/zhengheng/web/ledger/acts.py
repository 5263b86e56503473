"""Erasing what the ledger holds beyond its time: the leaves and every proof stay as they are."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from zhengheng.domain.problems import ZhenghengError
from zhengheng.ledger.entry import ERASE, KEPT
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Act, Change, Column, Doing, Given, Kind, Made, Standing, ask
from zhengheng.web.ledger.beside import newest_digests
from zhengheng.web.ledger.models import Erasure, LedgerEntry
from zhengheng.web.ledger.rows import ROWS
from zhengheng.workflow.machines import ERASURE


class ErasureError(ZhenghengError):
    """These contents are not to be erased yet."""


def erasable(before: date) -> QuerySet[LedgerEntry]:
    """Entries of days before a day that still have their content, and need not keep it."""
    held = LedgerEntry.objects.filter(at__lt=before.isoformat(), content__isnull=False)
    return held.exclude(act__in=KEPT)


def last_day(day: date) -> date:
    """The day before which contents may be erased."""
    # The first of the month: no year lacks it.
    return day.replace(year=day.year - settings.RETENTION, day=1)


def _check(before: date, day: date) -> None:
    if before > last_day(day):
        raise ErasureError.one(
            "before", "erasure.early", zh=f"保存期为 {settings.RETENTION} 年, 只能清除 {last_day(day)} 以前的内容",
            en=f"contents are kept for {settings.RETENTION} years: only those before {last_day(day)} may go",
        )  # fmt: skip


class AskGiven(Given):
    before: date = ask("清除此日以前的内容", "Erase contents of days before", when="past")
    basis: str = ask("依据 (保管期限表、文号)", "Basis (retention schedule, document)", form="text")


def ask_for(doing: Doing) -> Made:
    given: AskGiven = doing.given
    _check(given.before, doing.day)
    made = Erasure(before=given.before, basis=given.basis)
    return Made(made, {"before": given.before.isoformat(), "basis": given.basis})


def carry_out(doing: Doing) -> Change:
    """Contents and salts go; digests, leaves and so all proofs stay."""
    _check(doing.obj.before, doing.day)
    gone = erasable(doing.obj.before)
    numbers = set(gone.values_list("sequence", flat=True))
    # What only these entries say of rows that still stand, this entry says on.
    rows = {name: left for name, (at, left) in newest_digests().items() if at in numbers and left is not None}  # fmt: skip
    count = gone.update(content=None, salt=None)
    content = {
        **({ROWS: rows} if rows else {}),
        "before": doing.obj.before.isoformat(),
        "entries": count,
        "retention": settings.RETENTION,
    }
    return Change({"entries": count}, content)


class RefuseGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def refuse(doing: Doing) -> Change:
    return Change({}, {"reason": doing.given.reason})


def _standing(held: Erasure, account: Account) -> Standing:
    return Standing(("second",) if held.made_by_id != account.pk else ())


def _waiting(held: Erasure) -> Any:
    return erasable(held.before).count() if held.state == "asked" else held.entries


ERASURES = Kind(
    machine=ERASURE, path="erasures", words=("清除到期内容", "Erasures"), model=Erasure,
    title=lambda e: (f"清除 {e.before} 以前的存证内容", f"Contents of entries before {e.before}"),
    standing=_standing,
    acts=(
        Act("erasure.ask", ("申请清除到期内容", "Ask to erase what is beyond its time"), ask_for, AskGiven,
            ("只清除存证条目的内容和盐; 条目、摘要和全部证明不变。须由绩效办主任批准。",
             "Only contents and salts of entries go; entries, digests and all proofs stay. The director approves.")),
        Act(ERASE, ("批准并清除", "Approve and erase"), carry_out),
        Act("erasure.refuse", ("不批准", "Refuse"), refuse, RefuseGiven, optional=True),
    ),
    columns=(
        Column(("此日以前", "Days before"), "before"), Column(("条数", "Entries"), _waiting, True),
    ),
    facts=(Column(("依据", "Basis"), "basis"),),
    out=lambda e: {"before": e.before.isoformat(), "basis": e.basis, "entries": e.entries},
)  # fmt: skip

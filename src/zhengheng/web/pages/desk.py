"""What waits for an account, kind by kind, the most urgent first: the same for the first page and for the API."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.timezone import localdate

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Act, Kind, Words
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import expected
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.ledger.models import LedgerEntry


@dataclass
class Waiting:
    """An object that waits: what can be done to it, until when, or since when."""

    kind: Kind
    object: Any
    title: Words
    address: str
    state: Words
    acts: list[Act]
    due: date | None
    """By when the act is owed; None where no clock runs for whoever has it."""
    left: int | None
    """Working days until its day; negative when it is past, None where no clock runs."""
    known: tuple[Words, date] | None
    """A day that the object itself knows where no clock runs, with its words."""
    now: bool = True
    """Whether an act that it waits for can be done now."""
    not_yet: Words | None = None
    """Why an act that it waits for cannot be done yet: what comes first, by whom or until when."""
    since: date | None = None
    """Where neither a clock nor the object knows a day: since when it waits."""


def desk(account: Account, day: date) -> list[tuple[Kind, list[Waiting]]]:
    """Each kind of which something waits for an act of the account."""
    return parted(expected_of(account, day))[0]


def expected_of(account: Account, day: date) -> list[tuple[Kind, list[Waiting]]]:
    """Each kind of which something waits for an act of the account, or will."""
    found = [(kind, _of(kind, account, day)) for kind in KINDS]
    return [(kind, rows) for kind, rows in found if rows]


def parted(expected: list[tuple[Kind, list[Waiting]]]) -> tuple[list[tuple[Kind, list[Waiting]]], list[Waiting]]:  # fmt: skip
    """What waits now, kind by kind; and what a day has to come for first, or somebody else to act."""
    now = [(kind, [row for row in rows if row.now]) for kind, rows in expected]
    later = [row for _, rows in expected for row in rows if not row.now]
    return [(kind, rows) for kind, rows in now if rows], later


def _of(kind: Kind, account: Account, day: date) -> list[Waiting]:
    calendar = working_calendar()
    found = []
    for one in expected(kind, account, day):
        obj = one.obj
        due = (kind.due(obj, day) if kind.due else obj.due_on) if one.clock else None
        known = kind.known(obj) if kind.known and (one.clock or not kind.counted) else None
        by = due or (known[1] if known and kind.counted else None)
        left = calendar.between(day, by) if by else None
        found.append(Waiting(kind, obj, kind.title(obj), kind.address(obj), kind.state_of(obj), one.acts, due, left, known, one.now, one.not_yet))  # fmt: skip
    far = date.max
    return sorted(found, key=lambda row: (row.left is None, row.left or 0, row.known[1] if row.known else far))  # fmt: skip


def note_since(rows: list[Waiting]) -> None:
    """Where neither a clock nor the object knows a day: since when it has been waiting, which the act says that led
    into its state. Who read it, was reminded of it or added to it since moves nothing."""
    subjects = {f"{row.kind.name}:{row.object.pk}": row for row in rows if not row.due and not row.known}  # fmt: skip
    for row in subjects.values():
        row.since = localdate(row.object.made_at)
    held = LedgerEntry.objects.filter(subject__in=subjects).values_list("subject", "act").annotate(Max("at"))  # fmt: skip
    for subject, act, at in held:
        row, on = subjects[subject], datetime.fromisoformat(at).date()
        if row.since is not None and act in row.kind.machine.arrivals(row.object.state):
            row.since = max(row.since, on)

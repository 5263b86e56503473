"""A home that came back from a backup: everybody is told so until an officer has said that he knows, and a checkpoint speaks for that."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhengheng.domain.problems import ZhenghengError
from zhengheng.ledger.entry import KNOWN
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import require
from zhengheng.web.ledger import selectors
from zhengheng.web.ledger.models import LedgerEntry, SignedCheckpoint
from zhengheng.web.ledger.services import NOTED, RESTORED, append, sign_checkpoint


class RestoredError(ZhenghengError):
    """There is no restored backup that somebody has to know of."""


@dataclass(frozen=True)
class Restored:
    """size  entries that the ledger had when it came back
    at    when the ledger says so; None: it does not yet
    known  an officer has said that he knows; the next checkpoint ends it"""

    size: int
    at: datetime | None
    known: bool

    def as_dict(self) -> dict[str, object]:
        return {
            "size": self.size,
            "at": self.at.isoformat() if self.at else "",
            "known": self.known,
        }


def restored(home: Path) -> Restored | None:
    """What readers of this home must be told; None where it never came back from a backup, or that is settled."""
    mark = home / RESTORED
    if mark.exists() and mark.read_text(encoding="utf-8") != NOTED:
        return Restored(selectors.size(), None, False)
    row = _newest("ledger.restored")
    if row is None:
        return None
    known = _newest(KNOWN)
    if known is not None and known.sequence > row.sequence:
        if SignedCheckpoint.objects.filter(size__gt=known.sequence).exists():
            return None
    else:
        known = None
    size = json.loads(row.content or "{}")["size"]
    return Restored(size, datetime.fromisoformat(row.at), known is not None)


def _newest(act: str) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(act=act).order_by("-sequence").first()


def acknowledge(*, home: Path, actor: Account, now: datetime) -> None:
    """An officer says that he knows of the restored backup. Raises ForbiddenError, RestoredError."""
    require(actor, "ledger.acknowledge", now.date())
    found = restored(home)
    if found is None or found.known:
        raise RestoredError.one("ledger", "restored.none", zh="没有待确认的备份恢复。", en="no restored backup waits for somebody to know of it")  # fmt: skip
    if found.at is None:  # the ledger says itself first that it came back
        sign_checkpoint(home=home, actor=actor.username, now=now)
    with transaction.atomic():
        append(act=KNOWN, subject="ledger:restored", actor=actor.username, at=now, content={"size": found.size})  # fmt: skip

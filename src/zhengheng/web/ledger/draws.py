"""Draws by lot: the secret of each is drawn before anybody knows among whom, and the ledger holds its SHA-256 from then on.

An object that is drawn for (an appeal, the samples of a rulebook's year) has one sealed secret at a time. The draw opens it and
seals the one of the next draw; no other can be used. Whoever reads the secret afterwards computes the same SHA-256, and the same draw.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhengheng.domain.problems import ZhenghengError
from zhengheng.ledger.entry import SEALED, Entry
from zhengheng.web.ledger.models import CommitmentSecret, Head, LedgerEntry
from zhengheng.web.ledger.selectors import entry
from zhengheng.web.ledger.services import append


class SealError(ZhenghengError):
    """There is no sealed secret for this draw, or it is not the one that was sealed."""


@dataclass(frozen=True)
class Sealed:
    """A secret by the entry that sealed it: its place in the ledger, the SHA-256, and when."""

    sequence: int
    sha256: str
    at: datetime


def fits(seed: str, sha256: str) -> bool:
    """Whether a secret is the one that was sealed."""
    return hashlib.sha256(seed.encode()).hexdigest() == sha256


def sealed(of: str) -> Sealed | None:
    """The secret of the next draw for this object: the one that was sealed last."""
    row = LedgerEntry.objects.filter(act=SEALED, subject=f"draw:{of}").order_by("-sequence").first()
    return _read(entry(row)) if row is not None else None


def sealed_in(sequence: int) -> Sealed | None:
    """What an entry sealed; None where it is another act's."""
    row = LedgerEntry.objects.filter(act=SEALED, sequence=sequence).first()
    return _read(entry(row)) if row is not None else None


def _read(held: Entry) -> Sealed:
    return Sealed(held.sequence, str((held.content or {}).get("sha256", "")), held.at)


def kept_seed(of: str, held: Sealed) -> str | None:
    """The secret that is kept for an object's sealed draw; None where it is gone."""
    row = CommitmentSecret.objects.filter(subject=_place(of, held.sequence)).first()
    return bytes(row.secret).decode(errors="replace") if row is not None else None


def _place(of: str, sequence: int) -> str:
    return f"draw:{of}#{sequence}"


def seal(of: str, *, actor: str, now: datetime) -> None:
    """Seal the secret of an object's first draw; where one is sealed, nothing is done."""
    with transaction.atomic():
        _in_line()
        if sealed(of) is None:
            _seal(of, actor=actor, now=now)


def unseal(of: str, *, actor: str, now: datetime) -> tuple[str, Sealed]:
    """The secret of this draw, and what sealed it; the secret of the next draw is sealed instead. Raises SealError.

    It stands in the transaction of the draw, before that writes any row.
    """
    _in_line()
    held = sealed(of)
    if held is None:
        raise SealError.one(
            "draw", "draw.unsealed", zh="这次抽签没有事先封存的种子，不能抽签。请系统管理员重新启动办公端，启动时会为待抽签的事项封存种子，之后再抽签。",
            en="no secret was sealed for this draw beforehand, and nothing is drawn without; the system administrator restarts the office, which seals one for all that waits for a draw",
        )  # fmt: skip
    seed = kept_seed(of, held)
    if seed is None or not fits(seed, held.sha256):
        zh, en = (
            ("不见了", "is gone")
            if seed is None
            else ("与封存的摘要不符", "is not the one that was sealed")
        )
        raise SealError.one(
            "draw", "draw.secret", zh=f"这次抽签的种子{zh}（存证日志第 {held.sequence} 条），不能抽签，也不能换用别的种子。请通知安全审计员，由系统管理员从备份中恢复。",
            en=f"the secret of this draw {en} (entry {held.sequence} of the ledger); nothing is drawn, with no other secret either. Tell the security auditor; the system administrator restores a backup",
        )  # fmt: skip
    _seal(of, actor=actor, now=now)
    return seed, held


def _in_line() -> None:
    """Two draws at once must not open the same secret: each waits for the ledger's head."""
    Head.objects.select_for_update().get_or_create(id=1)


def _seal(of: str, *, actor: str, now: datetime) -> None:
    seed = secrets.token_hex(16)
    content = {"sha256": hashlib.sha256(seed.encode()).hexdigest()}
    made = append(act=SEALED, subject=f"draw:{of}", actor=actor, at=now, content=content)
    CommitmentSecret.objects.create(subject=_place(of, made.sequence), secret=seed.encode())

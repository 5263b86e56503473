"""Writing acts and signing checkpoints."""

import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from zhengheng.domain.canonical import canonical
from zhengheng.ledger.checkpoint import Checkpoint
from zhengheng.ledger.entry import SALT_BYTES, Entry
from zhengheng.ledger.tree import root
from zhengheng.web.ledger.models import Head, LedgerEntry, SignedCheckpoint
from zhengheng.web.ledger.selectors import leaves

ORIGIN = "zhengheng"


def append(
    *, act: str, subject: str, actor: str, at: datetime, content: dict[str, Any] | None = None
) -> Entry:
    """Write an act. It must stand in the transaction of what it tells, so that neither is without the other."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{act} is written outside the transaction of its act")
    head, _ = Head.objects.select_for_update().get_or_create(id=1)
    made = Entry.make(
        sequence=head.size, act=act, subject=subject, actor=actor, at=at, content=content or {},
        salt=secrets.token_bytes(SALT_BYTES),
    )  # fmt: skip
    LedgerEntry.objects.create(
        sequence=made.sequence, act=act, subject=subject, actor=actor, at=at.isoformat(),
        digest=made.digest, salt=made.salt, content=canonical(made.content), leaf=made.leaf(),
    )  # fmt: skip
    head.size += 1
    head.save(update_fields=["size"])
    return made


def checkpoint_over(sequence: int, *, home: Path, actor: str, now: datetime) -> SignedCheckpoint:
    """The first checkpoint that speaks for an entry; signed now where there is none."""
    found = SignedCheckpoint.objects.filter(size__gt=sequence).order_by("size", "pk").first()
    return found or sign_checkpoint(home=home, actor=actor, now=now)


def sign_checkpoint(*, home: Path, actor: str, now: datetime) -> SignedCheckpoint:
    """State the ledger's size and root, signed; the signing itself is an entry that follows it."""
    with transaction.atomic():
        head, _ = Head.objects.select_for_update().get_or_create(id=1)
        point = Checkpoint(ORIGIN, head.size, root(leaves()), now)
        held = SignedCheckpoint.objects.create(
            size=point.size, code=point.code, text=point.sign(signing_key(home)), at=now
        )
        append(
            act="ledger.checkpoint", subject=f"checkpoint:{held.pk}", actor=actor, at=now,
            content={"size": point.size, "root": point.root.hex(), "code": point.code},
        )  # fmt: skip
    return held


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The key outside the database, made at first use, readable by this account only."""
    path = home / "ledger.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    key = Ed25519PrivateKey.generate()
    with os.fdopen(handle, "w") as stream:
        stream.write(key.private_bytes_raw().hex() + "\n")
    (home / "ledger.pub").write_text(key.public_key().public_bytes_raw().hex() + "\n")
    return key

"""Reading the ledger."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from zhengheng.ledger.entry import Entry
from zhengheng.ledger.tree import consistency_proof, inclusion_proof, root
from zhengheng.web.ledger.models import LedgerEntry


def leaves() -> list[bytes]:
    """All stored leaf hashes in order."""
    return [bytes(leaf) for leaf in LedgerEntry.objects.values_list("leaf", flat=True)]


def entry(row: LedgerEntry) -> Entry:
    """A row as the entry it holds."""
    return Entry(
        row.sequence, row.act, row.subject, row.actor, datetime.fromisoformat(row.at), row.digest,
        bytes(row.salt) if row.salt is not None else None,
        json.loads(row.content) if row.content is not None else None,
    )  # fmt: skip


def entries() -> Iterator[Entry]:
    """All entries in order."""
    return map(entry, LedgerEntry.objects.iterator(chunk_size=2000))


def search(*, act: str = "", subject: str = "", actor: str = "") -> QuerySet[LedgerEntry]:
    """Entries by the beginning of their act, a part of their subject, their actor; newest first."""
    found = LedgerEntry.objects.order_by("-sequence")
    if act:
        found = found.filter(act__startswith=act)
    if subject:
        found = found.filter(subject__contains=subject)
    if actor:
        found = found.filter(actor=actor)
    return found


def proof(sequence: int) -> list[str]:
    """The inclusion proof of an entry in the whole ledger, as hexadecimal. Raises IndexError."""
    return [step.hex() for step in inclusion_proof(leaves(), sequence)]


def proof_of(sequence: int, size: int | None = None) -> dict[str, Any] | None:
    """An entry's inclusion proof in the first `size` entries, or in all, with the root; None where it is not among them."""
    held = leaves()[:size]
    if not 0 <= sequence < len(held):
        return None
    return {
        "sequence": sequence, "size": len(held), "leaf": held[sequence].hex(),
        "root": root(held).hex(), "proof": [step.hex() for step in inclusion_proof(held, sequence)],
    }  # fmt: skip


def consistency(old: int, new: int) -> dict[str, Any] | None:
    """The proof that the first `old` entries are the beginning of the first `new`, with both roots; None where they cannot be."""
    held = leaves()
    if not 0 < old <= new <= len(held):
        return None
    return {
        "old_size": old, "old_root": root(held[:old]).hex(), "size": new, "root": root(held[:new]).hex(),
        "proof": [step.hex() for step in consistency_proof(held[:new], old)],
    }  # fmt: skip


def export_lines() -> Iterator[str]:
    """The ledger as JSON lines, for the offline check and for copies elsewhere."""
    for row in LedgerEntry.objects.iterator(chunk_size=2000):
        data = {**entry(row).as_dict(), "leaf": bytes(row.leaf).hex()}
        yield json.dumps(data, ensure_ascii=False) + "\n"

"""Reading the ledger."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from zhengheng.domain.canonical import canonical, json_line, read_json
from zhengheng.ledger.check import Finding, torn_off
from zhengheng.ledger.entry import Entry
from zhengheng.ledger.tree import (
    Place,
    consistency_proof,
    grown,
    inclusion_proof,
    root_of,
)
from zhengheng.ledger.witness import stated
from zhengheng.web.accounts.models import Account
from zhengheng.web.ledger.models import Head, LedgerEntry, Node, SignedCheckpoint
from zhengheng.web.ledger.rows import ROWS

UNREADABLE = datetime.min.replace(tzinfo=UTC)


def leaves() -> list[bytes]:
    """All stored leaf hashes in order."""
    return [bytes(leaf) for leaf in LedgerEntry.objects.values_list("leaf", flat=True)]


def entry(row: LedgerEntry) -> Entry:
    """A row as the entry it holds; what of it cannot be read does not fit its digest, or its leaf hash."""
    # A row that was made in this process and not read has a memory where the database has bytes.
    return Entry(
        row.sequence, row.act, row.subject, row.actor, _moment(row.at), row.digest,
        bytes(row.salt) if row.salt is not None else None,
        _content(row.content) if row.content is not None else None,
    )  # fmt: skip


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return UNREADABLE
    return found if found.tzinfo is not None else UNREADABLE


def _content(text: str) -> dict[str, Any]:
    try:
        held = read_json(text)
        if "\\u" in text:
            canonical(held).encode()  # half a character has no digest
    except ValueError:
        held = None
    return held if isinstance(held, dict) else {"unreadable": text}


def damaged_text_too() -> None:
    """Let SQLite hand out text with broken bytes, so that a check can name the entry that holds it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.text_factory = lambda held: held.decode(errors="replace")


def entries() -> Iterator[Entry]:
    """All entries in order."""
    return map(entry, LedgerEntry.objects.iterator(chunk_size=2000))


def search(*, act: str = "", subject: str = "", actor: str = "") -> QuerySet[LedgerEntry]:
    """Entries by the beginning of their act, a part of their subject, their actor's login or name; newest first."""
    found = LedgerEntry.objects.order_by("-sequence")
    if act:
        found = found.filter(act__startswith=act)
    if subject:
        found = found.filter(subject__contains=subject)
    if actor:
        named = Account.objects.filter(name__contains=actor).values_list("username", flat=True)
        found = found.filter(Q(actor=actor) | Q(actor__in=named))
    return found


def naming_rows() -> QuerySet[LedgerEntry]:
    """The entries that name rows kept beside objects (web/ledger/rows.py), in order."""
    return LedgerEntry.objects.filter(content__contains=f'"{ROWS}"').order_by("sequence")


def size() -> int:
    """How many entries there are."""
    return Head.objects.values_list("size", flat=True).first() or 0


def subtrees(places: Sequence[Place]) -> list[bytes]:
    """The hashes of complete subtrees, in two queries however many they are."""
    wanted = Q()
    for level, index in places:
        wanted |= Q(level=level, index=index) if level else Q()
    held = {(n.level, n.index): n.hash for n in Node.objects.filter(wanted)} if wanted else {}
    alone = [index for level, index in places if level == 0]
    if alone:
        rows = LedgerEntry.objects.filter(sequence__in=alone).values_list("sequence", "leaf")
        held |= {(0, sequence): leaf for sequence, leaf in rows}
    return [held[place] for place in places]


def root(size: int) -> bytes:
    """The root of the first entries."""
    return root_of(size, subtrees)


def proof_of(sequence: int, among: int | None = None) -> dict[str, Any] | None:
    """An entry's inclusion proof in the first entries, or in all, with the root; None where it is not among them."""
    there = size()
    count = there if among is None else min(among, there)
    if not 0 <= sequence < count:
        return None
    return {
        "sequence": sequence, "size": count, "leaf": subtrees([(0, sequence)])[0].hex(),
        "root": root(count).hex(), "proof": [step.hex() for step in inclusion_proof(count, sequence, subtrees)],
    }  # fmt: skip


def consistency(old: int, new: int) -> dict[str, Any] | None:
    """The proof that the first `old` entries are the beginning of the first `new`, with both roots; None where they cannot be."""
    if not 0 < old <= new <= size():
        return None
    return {
        "old_size": old, "old_root": root(old).hex(), "size": new, "root": root(new).hex(),
        "proof": [step.hex() for step in consistency_proof(new, old, subtrees)],
    }  # fmt: skip


def checkpoint_texts() -> dict[str, str]:
    """The office's own checkpoints, each under what a person calls it; a cell that holds no text fits no signature."""
    held = SignedCheckpoint.objects.values_list("pk", "size", "code", "text")
    return {
        f"{code if isinstance(code, str) else number} ({size})": text
        for number, size, code, text in held
    }


def unsigned() -> Iterator[Finding]:
    """Checkpoints of which the ledger tells that they were signed, and that are gone or say something else."""
    points = SignedCheckpoint.objects.defer("at")  # whatever stands there, the others are read
    held = {f"checkpoint:{one.pk}": one for one in points}
    for row in LedgerEntry.objects.filter(act="ledger.checkpoint", content__isnull=False):
        said, point = entry(row).content or {}, held.get(row.subject)
        kept = (point.size, point.code) if point is not None else None
        if kept != (said.get("size"), said.get("code")) or (point is not None and not _is_dated(point)):  # fmt: skip
            yield Finding(
                "checkpoint", row.sequence, row.sequence, f"第 {row.sequence} 条签发的检查点不见了，或被改动",
                f"the checkpoint that entry {row.sequence} signed is gone, or was altered",
            )  # fmt: skip


def _is_dated(point: SignedCheckpoint) -> bool:
    """Whether a checkpoint is kept under the moment that was signed; a text that is no checkpoint is a finding by itself."""
    try:
        lines = stated(point.text).more
        at = next(line for line in lines if line.startswith("time ")).removeprefix("time ")
        return SignedCheckpoint.objects.filter(pk=point.pk, at=datetime.fromisoformat(at)).exists()
    except (ValueError, IndexError, StopIteration):
        return True


def tree_findings() -> list[Finding]:
    """Where the kept tree is not that of the kept leaves: the count, the edge, a subtree."""
    head = Head.objects.filter(pk=1).first()
    held = {(n.level, n.index): n.hash for n in Node.objects.iterator(chunk_size=2000)}
    found: list[Finding] = []
    edge: list[bytes] = []
    count = 0
    for count, leaf in enumerate(leaves(), 1):
        edge, completed = grown(edge, count - 1, leaf)
        for level, made in enumerate(completed, 1):
            index = (count - 1) >> level
            if held.pop((level, index), None) != made:
                first, last = index << level, ((index + 1) << level) - 1
                found.append(_wrong_tree(first, last))
    if head is None and count:
        found.append(
            Finding("tree", 0, count - 1, "登记存证日志条数的那一行不见了", "the row that counts the ledger's entries is gone")
        )  # fmt: skip
    if head is not None and head.size > count:
        found.append(torn_off(count, head.size - 1))
    elif held or (head is not None and (head.size, head.edge) != (count, b"".join(edge))):
        found.append(_wrong_tree(0, max(count - 1, 0)))
    return found


def _wrong_tree(first: int, last: int) -> Finding:
    return Finding(
        "tree", first, last, f"第 {first} 至 {last} 条的哈希树与条目不符",
        f"the kept tree over entries {first} to {last} does not fit them",
    )  # fmt: skip


def export_lines() -> Iterator[str]:
    """The ledger as JSON lines, for the offline check and for copies elsewhere."""
    for row in LedgerEntry.objects.iterator(chunk_size=2000):
        yield json_line({**entry(row).as_dict(), "leaf": bytes(row.leaf).hex()})

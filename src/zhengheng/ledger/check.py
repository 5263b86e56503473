"""Checking a ledger offline: its entries, an earlier list of leaf hashes, signed checkpoints.

An altered entry shows against its own digest or its stored leaf hash. Whoever alters everything,
leaf hashes too, is found by a checkpoint kept elsewhere: its root no longer fits the first entries.
A list of leaf hashes kept with a checkpoint names the entry; without one, two checkpoints name the range.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from zhengheng.ledger.checkpoint import Checkpoint
from zhengheng.ledger.entry import Entry
from zhengheng.ledger.tree import root


@dataclass(frozen=True)
class Finding:
    """What is wrong, with the sequence numbers it is about (first and last)."""

    code: str
    first: int
    last: int
    zh: str
    en: str


def check(
    entries: Sequence[Entry],
    leaves: Sequence[bytes],
    checkpoints: Sequence[Checkpoint] = (),
    witnessed: Sequence[bytes] = (),
) -> list[Finding]:
    """All findings, in order. `leaves` are the stored hashes, `witnessed` those kept elsewhere."""
    found = _sequence(entries)
    hashes = [entry.leaf() for entry in entries]
    for entry, stored, made in zip(entries, leaves, hashes, strict=False):
        if not entry.is_intact():
            found.append(_altered(entry, "内容与摘要不符", "its content does not fit its digest"))
        elif stored != made:
            found.append(
                _altered(entry, "与存储的叶哈希不符", "it does not fit its stored leaf hash")
            )
    found += _against_witness(entries, hashes, witnessed)
    return found + _against_checkpoints(hashes, checkpoints, found)


def _altered(entry: Entry, zh: str, en: str) -> Finding:
    what = f"{entry.act} {entry.subject}"
    return Finding(
        "altered", entry.sequence, entry.sequence, f"第 {entry.sequence} 条 ({what}) 被改动: {zh}",
        f"entry {entry.sequence} ({what}) was altered: {en}",
    )  # fmt: skip


def _sequence(entries: Sequence[Entry]) -> list[Finding]:
    """Entries that are missing from the row of numbers, or stand in the wrong place."""
    found = []
    expected = 0
    for entry in entries:
        if entry.sequence > expected:
            last = entry.sequence - 1
            found.append(
                Finding("removed", expected, last, f"第 {expected} 至 {last} 条被删除",
                        f"entries {expected} to {last} were removed")
            )  # fmt: skip
        elif entry.sequence < expected:
            found.append(
                Finding("reordered", entry.sequence, entry.sequence, f"第 {entry.sequence} 条重复或次序不对",
                        f"entry {entry.sequence} stands twice or out of order")
            )  # fmt: skip
        expected = max(expected, entry.sequence + 1)
    return found


def _against_witness(
    entries: Sequence[Entry], hashes: Sequence[bytes], witnessed: Sequence[bytes]
) -> list[Finding]:
    found = [
        _altered(entry, "与另存的叶哈希不符", "it does not fit the leaf hash kept elsewhere")
        for entry, made, kept in zip(entries, hashes, witnessed, strict=False)
        if made != kept
    ]
    if len(witnessed) > len(hashes):
        first, last = len(hashes), len(witnessed) - 1
        found.append(_cut(first, last))
    return found


def _cut(first: int, last: int) -> Finding:
    return Finding(
        "removed", first, last, f"最新的第 {first} 至 {last} 条被删除",
        f"the newest entries, {first} to {last}, were removed",
    )  # fmt: skip


def _against_checkpoints(
    hashes: Sequence[bytes], checkpoints: Sequence[Checkpoint], known: Sequence[Finding]
) -> list[Finding]:
    found: list[Finding] = []
    good = 0
    for point in sorted(checkpoints, key=lambda c: c.size):
        if point.size > len(hashes):
            cut = _cut(len(hashes), point.size - 1)
            if cut not in known and cut not in found:
                found.append(cut)
        elif root(hashes[: point.size]) == point.root:
            good = point.size
        elif not known and not found:
            first, last = good, point.size - 1
            found.append(
                Finding("rewritten", first, last, f"第 {first} 至 {last} 条之间被改写: 根与 {point.at:%Y-%m-%d %H:%M} 的检查点 {point.code} 不符",
                        f"something between entries {first} and {last} was rewritten: the root does not fit the checkpoint {point.code} of {point.at:%Y-%m-%d %H:%M}")
            )  # fmt: skip
    return found

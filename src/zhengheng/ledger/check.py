"""Checking a ledger offline: its entries, an earlier list of leaf hashes, signed checkpoints.

An altered entry shows against its own digest or its stored leaf hash; a content that is gone against the erasures that
the ledger itself tells of. Whoever alters everything, leaf hashes too, is found by a checkpoint kept elsewhere: its root no
longer fits the first entries. A list of leaf hashes kept with a checkpoint names the entry; without one, two checkpoints
name the range.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from zhengheng.ledger.checkpoint import Checkpoint
from zhengheng.ledger.entry import ERASE, KEPT, Entry
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
            found.append(altered(entry, "内容与摘要不符", "its content does not fit its digest"))
        elif stored != made:
            found.append(
                altered(entry, "与存储的叶哈希不符", "it does not fit its stored leaf hash")
            )
    found += _erasures(entries)
    found += _against_witness(entries, hashes, witnessed)
    return found + _against_checkpoints(hashes, checkpoints, found)


AT_ONE_TIME = timedelta(minutes=5)
"""By how much the times of writers at one time may lie apart: each had its moment before it waited for the others."""


def turned_back(entries: Iterable[Entry]) -> list[Finding]:
    """Entries whose time lies before that of entries before them by more than writers at one time explain: worth a question, and no proof of anything."""
    found, latest = [], None
    for entry in entries:
        if latest is not None and latest.at - entry.at > AT_ONE_TIME:
            found.append(
                Finding("clock", entry.sequence, entry.sequence, f"第 {entry.sequence} 条的时间早于此前的第 {latest.sequence} 条（{entry.at:%Y-%m-%d %H:%M}，第 {latest.sequence} 条 {latest.at:%Y-%m-%d %H:%M}）",
                        f"the time of entry {entry.sequence} is before that of entry {latest.sequence} ({entry.at:%Y-%m-%d %H:%M} after {latest.at:%Y-%m-%d %H:%M})")
            )  # fmt: skip
            latest = entry
        elif latest is None or entry.at > latest.at:
            latest = entry
    return found


def altered(entry: Entry, zh: str, en: str) -> Finding:
    """An entry that is not what it was."""
    what = f"{entry.act} {entry.subject}"
    return Finding(
        "altered", entry.sequence, entry.sequence, f"第 {entry.sequence} 条（{what}）被改动：{zh}",
        f"entry {entry.sequence} ({what}) was altered: {en}",
    )  # fmt: skip


def altered_number(entry: Entry) -> Finding:
    """An entry that does not say which one it is."""
    what = f"{entry.act} {entry.subject}"
    return Finding(
        "altered", 0, 0, f"有一条（{what}）的序号被改动，读不出来", f"the number of an entry ({what}) was altered and cannot be read"
    )  # fmt: skip


def _sequence(entries: Sequence[Entry]) -> list[Finding]:
    """Entries that are missing from the row of numbers, or stand in the wrong place."""
    found = []
    expected = 0
    for entry in entries:
        if entry.sequence < 0:
            found.append(altered_number(entry))
        elif entry.sequence > expected:
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


def _erasures(entries: Sequence[Entry]) -> list[Finding]:
    """Contents that are gone without an erasure that covers them, and erasures that do not count up."""
    acts = [entry for entry in entries if entry.act == ERASE and entry.content]
    found, counts = [], Counter[int]()
    for entry in entries:
        if entry.content is not None and entry.salt is not None:
            continue
        covering = (act for act in acts if act.sequence > entry.sequence and entry.at.isoformat() < _before(act))  # fmt: skip
        act = next(covering, None)
        if act is None or entry.act in KEPT:
            found.append(altered(entry, "内容缺失，没有清除记录说明", "its content is gone, and no erasure accounts for it"))  # fmt: skip
        else:
            counts[act.sequence] += 1
    for act in acts:
        said = act.content or {}
        if said.get("entries") != counts[act.sequence]:
            found.append(altered(act, f"称清除 {said.get('entries')} 条，实有 {counts[act.sequence]} 条", f"it tells of {said.get('entries')} contents erased, and there are {counts[act.sequence]}"))  # fmt: skip
        if _is_early(act):
            found.append(altered(act, "清除了保存期内的内容", "it erased contents within their retention period"))  # fmt: skip
    return found


def _before(act: Entry) -> str:
    """The day before which an erasure erased; one that names none erased nothing."""
    day = (act.content or {}).get("before")
    return day if isinstance(day, str) else ""


def _is_early(act: Entry) -> bool:
    """Whether an erasure reached into the retention period that it names itself, or names what is none."""
    said = act.content or {}
    if "retention" not in said:
        return False  # version 0.1.0 did not name it
    try:
        limit = date(act.at.year - int(said["retention"]), act.at.month, 1)
        return date.fromisoformat(_before(act)) > limit
    except (ValueError, TypeError, KeyError, OverflowError):
        return True  # whatever it says, it names no retention that it kept to


def _against_witness(
    entries: Sequence[Entry], hashes: Sequence[bytes], witnessed: Sequence[bytes]
) -> list[Finding]:
    found = [
        altered(entry, "与另存的叶哈希不符", "it does not fit the leaf hash kept elsewhere")
        for entry, made, kept in zip(entries, hashes, witnessed, strict=False)
        if made != kept
    ]
    if len(witnessed) > len(hashes):
        found.append(torn_off(len(hashes), len(witnessed) - 1))
    return found


def torn_off(first: int, last: int) -> Finding:
    """The newest entries are not there any more."""
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
            gone = torn_off(len(hashes), point.size - 1)
            if gone not in known and gone not in found:
                found.append(gone)
        elif root(hashes[: point.size]) == point.root:
            good = point.size
        elif not known and not found:
            first, last = good, point.size - 1
            found.append(
                Finding("rewritten", first, last, f"第 {first} 至 {last} 条之间被改写：根与 {point.at:%Y-%m-%d %H:%M} 的检查点 {point.code} 不符",
                        f"something between entries {first} and {last} was rewritten: the root does not fit the checkpoint {point.code} of {point.at:%Y-%m-%d %H:%M}")
            )  # fmt: skip
    return found

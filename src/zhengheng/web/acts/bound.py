"""The ledger and the rows of the office: each act commits to the object's row as it left it, and a check compares."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from zhengheng.domain.problems import ZhenghengError
from zhengheng.ledger.check import Finding
from zhengheng.web.acts.declare import Kind, Words
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.rows import digest
from zhengheng.web.ledger.selectors import entry
from zhengheng.web.ledger.unread import rows
from zhengheng.workflow.machine import StateError

ROW = "row"
"""Where an entry's content holds the digest of the row; entries of version 0.1.0 hold none."""

UNKNOWN_ACT: Words = ("其他办理", "another act")
"""An act that this release does not know: of an earlier or later one, or of nobody."""


def row_digest(obj: Any) -> str:
    """The digest of an object's row as the database has it: an act answers for every column."""
    return digest(obj, ())


def _unknown(code: str) -> Words:
    return UNKNOWN_ACT


def disagreements(kinds: Iterable[Kind], words: Callable[[str], Words] = _unknown) -> Iterator[Finding]:  # fmt: skip
    """Objects whose state or row does not follow from the acts that the ledger has of them.

    words  of acts that no kind declares
    """
    for kind in kinds:
        acts = _acts(kind)
        for number, obj in rows(kind.model._default_manager.all()):
            of_it = acts.pop(str(number), [])
            yield from _object(kind, obj, of_it) if obj is not None else [_unread(kind, of_it)]
        for entries in acts.values():
            at, code, _ = entries[-1]
            done = next((act.words for act in kind.acts if act.code == code), None) or words(code)
            yield Finding(
                "row", at, at, f"存证日志第 {at} 条（{done[0]}）所办理的一项{kind.words[0]}在数据库中不见了",
                f"{kind.words[1]}: what entry {at} of the ledger did ({done[1]}) was done to something that is gone from the database",
            )  # fmt: skip


def _acts(kind: Kind) -> dict[str, list[tuple[int, str, str | None]]]:
    """Of each object its acts in order: place in the ledger, act, digest of the row."""
    known = {transition.act for transition in kind.machine.transitions}
    found: dict[str, list[tuple[int, str, str | None]]] = defaultdict(list)
    rows = LedgerEntry.objects.filter(subject__startswith=f"{kind.name}:", act__in=known)
    for row in rows.order_by("sequence").iterator(chunk_size=2000):
        held = entry(row)
        content = held.content if isinstance(held.content, dict) else {}
        found[held.subject.partition(":")[2]].append((held.sequence, held.act, content.get(ROW)))
    return found


def _object(kind: Kind, obj: Any, acts: list[tuple[int, str, str | None]]) -> Iterator[Finding]:
    state, at = "", acts[-1][0] if acts else 0
    for place, done, _ in acts:
        try:
            state = kind.machine.after(state, done)
        except StateError:
            yield _wrong(kind, obj, place, "这一步不合程序", "this act was not possible then")
            return
    if not acts:
        yield _wrong(kind, obj, at, "没有任何记录", "the ledger has no act of it")
    elif state != obj.state:
        was, now = (kind.machine.names.get(s, (s, s)) for s in (state, obj.state))
        yield _wrong(
            kind, obj, at, f"数据库中是“{now[0]}”，按记录应为“{was[0]}”",
            f'the database says "{now[1]}", by its acts it is "{was[1]}"',
        )  # fmt: skip
    elif acts[-1][2] is not None and acts[-1][2] != row_digest(obj):
        yield _wrong(kind, obj, at, "内容与最后一次办理时不同", "it is not as its last act left it")


def _unread(kind: Kind, acts: list[tuple[int, str, str | None]]) -> Finding:
    """An object of which a column holds what it cannot hold."""
    at = acts[-1][0] if acts else 0
    return Finding(
        "row", at, at, f"{kind.words[0]}“存证日志第 {at} 条所办理的”与存证日志不符：内容已损坏，读不出来",
        f'{kind.words[1]} "that of entry {at}" disagrees with the ledger: it is damaged and cannot be read',
    )  # fmt: skip


def _wrong(kind: Kind, obj: Any, at: int, zh: str, en: str) -> Finding:
    called = _title(kind, obj, at)
    return Finding(
        "row", at, at, f"{kind.words[0]}“{called[0]}”与存证日志不符：{zh}",
        f'{kind.words[1]} "{called[1]}" disagrees with the ledger: {en}',
    )  # fmt: skip


def title(kind: Kind, obj: Any) -> Words | None:
    """What an object is called; None where an altered row no longer leads to what its name is made of."""
    try:
        return kind.title(obj)
    except (LookupError, TypeError, ValueError, AttributeError, OSError, StopIteration, ObjectDoesNotExist, ZhenghengError):  # fmt: skip
        return None


def _title(kind: Kind, obj: Any, at: int) -> Words:
    return title(kind, obj) or (f"存证日志第 {at} 条所办理的", f"that of entry {at}")

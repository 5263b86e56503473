"""The check of rows that are kept beside objects: each is as the newest entry that names it left it."""

from collections.abc import Callable, Iterator
from functools import partial

from django.core.exceptions import ObjectDoesNotExist

from zhengheng.ledger.check import Finding
from zhengheng.web.ledger.models import Head, LedgerEntry
from zhengheng.web.ledger.rows import FOUND, ROWS, KeptRow, digest, kept_models
from zhengheng.web.ledger.selectors import entry, naming_rows
from zhengheng.web.ledger.unread import looked, rows

WordsOf = Callable[[LedgerEntry], tuple[str, str]]


def _no_words(row: LedgerEntry) -> tuple[str, str]:
    return "", ""


def disagreeing_rows(words_of: WordsOf = _no_words) -> Iterator[Finding]:
    """Rows that are not as the ledger has them: altered, made beside every act, gone.

    words_of  what an entry tells of, for rows that are gone
    """
    named = newest_digests()
    if not named:  # a home of version 0.1.0 that was not begun since
        return
    yield from _taken_again()
    words = {}
    for model in kept_models():
        words[model.named("")] = model.words
        found = looked(model.words, partial(_of_model, model, named))
        yield from found
        if any(one.code == "unread" for one in found):
            # Its rows were not all looked at: none of them counts as gone.
            named = {name: held for name, held in named.items() if not name.startswith(model.named(""))}  # fmt: skip
    for name, (at, left) in named.items():
        table, colon, number = name.partition(":")
        if left is not None:
            yield _gone(words.get(table + colon, ELSE), number, at, words_of)


def _of_model(model: type[KeptRow], named: dict[str, tuple[int, str | None]]) -> Iterator[Finding]:
    """One table's rows against what entries say of them; each that was looked at is taken out of `named`."""
    for number, obj in rows(model.objects.all()):
        at, left = named.pop(model.named(number), (0, None))
        if obj is None:
            yield _unread(model.words, at)
        elif left is None:
            yield _wrong(obj, at, "没有任何记录", "the ledger has no act of it")
        elif left != digest(obj, model.unbound):
            yield _wrong(obj, at, f"内容与第 {at} 条记录的不同", f"it is not as entry {at} left it")  # fmt: skip


def newest_digests() -> dict[str, tuple[int, str | None]]:
    """Of each row that entries name: the newest of them, and the digest it states.

    Rows that are taken as they are found, though entries named rows before, are compared with those all the same.
    """
    named: dict[str, tuple[int, str | None]] = {}
    for row in naming_rows().iterator(chunk_size=500):
        if row.act == FOUND and named:
            continue
        content = entry(row).content
        held = content.get(ROWS) if isinstance(content, dict) else None
        if isinstance(held, dict):
            named |= {name: (row.sequence, left) for name, left in held.items()}
    return named


def _taken_again() -> Iterator[Finding]:
    """Rows are taken as they are found once, before the first entry that names any."""
    first = naming_rows().values_list("sequence", flat=True)[0]
    if Head.objects.filter(rows_named=False).exists():
        yield Finding(
            "row", first, first, f"有人标记为存证日志还没有登记过数据库中的记录，而第 {first} 条起已有登记",
            f"a mark says that the ledger names no rows yet, though entries from {first} on do",
        )  # fmt: skip
    again = LedgerEntry.objects.filter(act=FOUND, sequence__gt=first)
    for at in again.values_list("sequence", flat=True):
        yield Finding(
            "row", at, at, f"第 {at} 条把数据库中的记录当作原有记录登记，而此前已有登记",
            f"entry {at} takes the rows as it found them, though entries before it name rows",
        )  # fmt: skip


ELSE = ("其他记录", "Row")
"""A row of a table that this release does not know."""


def _wrong(obj: KeptRow, at: int, zh: str, en: str) -> Finding:
    told = _told(obj, at)
    return Finding(
        "row", at, at, f"{obj.words[0]}“{told[0]}”与存证日志不符：{zh}",
        f'{obj.words[1]} "{told[1]}" disagrees with the ledger: {en}',
    )  # fmt: skip


def _unread(words: tuple[str, str], at: int) -> Finding:
    """A row of which a column holds what it cannot hold."""
    return Finding(
        "row", at, at, f"{words[0]}“存证日志第 {at} 条所登记的”与存证日志不符：内容已损坏，读不出来",
        f'{words[1]} "as entered by entry {at}" disagrees with the ledger: it is damaged and cannot be read',
    )  # fmt: skip


def _told(obj: KeptRow, at: int) -> tuple[str, str]:
    """What a row is called; an altered one may no longer lead to what its name is made of."""
    try:
        return obj.told()
    except (LookupError, TypeError, ValueError, AttributeError, ObjectDoesNotExist):
        return f"存证日志第 {at} 条所登记的", f"as entered by entry {at}"


def _gone(words: tuple[str, str], number: str, at: int, words_of: WordsOf) -> Finding:
    """A row that is not there any more: its name is gone with it, and the entry says at what act it was written."""
    row = LedgerEntry.objects.filter(sequence=at).first() or LedgerEntry()
    done = words_of(row)
    content = entry(row).content or {}
    name = content.get("name")
    # Where the entry is about this row itself, it has the name that the row had.
    own = isinstance(name, str) and str(row.subject).partition(":")[2] == number
    zh, en = (f"“{name}”", f' "{name}"') if own else ("", "")
    return Finding(
        "row", at, at, f"存证日志第 {at} 条{done[0] and f'（{done[0]}）'}登记的{words[0]}{zh}在数据库中不见了",
        f"{words[1]}{en}, entered by entry {at} of the ledger{done[1] and f' ({done[1]})'}, is gone from the database",
    )  # fmt: skip

"""The check of rows that are kept beside objects: each is as the newest entry that names it left it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from zhengheng.ledger.check import Finding
from zhengheng.web.ledger.models import Head, LedgerEntry
from zhengheng.web.ledger.rows import FOUND, ROWS, KeptRow, digest, kept_models
from zhengheng.web.ledger.selectors import entry, naming_rows
from zhengheng.web.ledger.unread import looked


def disagreeing_rows() -> Iterator[Finding]:
    """Rows that are not as the ledger has them: altered, made beside every act, gone."""
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
            yield _wrong(
                words.get(table + colon, (table, table)), number, at,
                f"数据库中不见了，存证日志第 {at} 条还有", f"it is gone from the database; entry {at} tells of it",
            )  # fmt: skip


def _of_model(model: type[KeptRow], named: dict[str, tuple[int, str | None]]) -> Iterator[Finding]:
    """One table's rows against what entries say of them; each that was looked at is taken out of `named`."""
    for obj in model.objects.order_by("pk").iterator(chunk_size=2000):
        at, left = named.pop(model.named(obj.pk), (0, None))
        if left is None:
            yield _wrong(model.words, obj.pk, at, "没有任何记录", "the ledger has no act of it")
        elif left != digest(obj, model.unbound):
            yield _wrong(model.words, obj.pk, at, f"内容与第 {at} 条记录的不同", f"it is not as entry {at} left it")  # fmt: skip


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


def _wrong(words: tuple[str, str], number: Any, at: int, zh: str, en: str) -> Finding:
    return Finding(
        "row", at, at, f"{words[0]}第 {number} 号与存证日志不符：{zh}",
        f"{words[1]} no. {number} disagrees with the ledger: {en}",
    )  # fmt: skip

"""What of the office's database cannot be read is a finding like others: it ends one part of a check, and not the check."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.db import DatabaseError
from django.db.models import Model, QuerySet

from zhengheng.domain.problems import ZhenghengError
from zhengheng.ledger.check import Finding
from zhengheng.web.jobs.faults import is_full, passes

log = logging.getLogger(__name__)

M = TypeVar("M", bound=Model)
AT_ONCE = 500
"""Rows that are read together, as long as all of them can be."""


def looked(words: tuple[str, str], look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """The findings of one part of a check, called by `words`; where something stops it, that is one of them.

    A full disk, a database that is away or locked, and refusals in words of their own go on up.
    """
    found: list[Finding] = []
    try:
        # One by one: what was found before the part was stopped is told too.
        for one in look():
            found.append(one)  # noqa: PERF402
    except ZhenghengError:
        raise
    except Exception as error:
        if is_full(error) or passes(error):
            raise
        log.warning("%s cannot be checked: %s: %s", words[1], type(error).__name__, error)
        zh, en = (
            ("所需的表不见了、缺少列，或者已损坏", "a table that it needs is gone, lacks a column, or is damaged")
            if isinstance(error, DatabaseError)
            else ("其中有读不出来的内容", "something in it cannot be read")
        )  # fmt: skip
        found.append(
            Finding("unread", 0, 0, f"{words[0]}没有核对完：{zh}。请系统管理员从备份中恢复。",
                    f"{words[1]}: the check did not finish, {en}; the system administrator restores a backup")
        )  # fmt: skip
    return found


def rows(held: QuerySet[M]) -> Iterator[tuple[Any, M | None]]:
    """The rows of a query by their numbers, in order; of one that cannot be read the number alone.

    A table that is gone, or lacks a column, has no rows to go through: DatabaseError.
    """
    numbers = list(held.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        read = held.filter(pk__in=part)
        try:
            there = {one.pk: one for one in read}
        except (ValueError, TypeError, AttributeError, OverflowError, ArithmeticError):
            there = {number: one for number in part if (one := _alone(held, number)) is not None}
        for number in part:
            yield number, there.get(number)


def _alone(held: QuerySet[M], number: Any) -> M | None:
    try:
        return held.filter(pk=number).first()
    except (ValueError, TypeError, AttributeError, OverflowError, ArithmeticError) as error:
        log.warning("row %s of %s cannot be read: %s", number, held.model.__name__, error)
        return None

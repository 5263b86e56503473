"""Rows that an act writes beside its object (a vote, a proof of service, a grant): the next entry commits to them.

Each row is noted as it is written, and `append` names what was noted, with its digest, in the entry. What no entry of
the same transaction names stays as the ledger last had it, so that the check finds it (web/ledger/beside.py).
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.db import models, transaction

from zhengheng.domain.canonical import canonical

ROWS = "rows"
"""Where an entry's content holds the digests of rows by table and number; null is a row that is gone."""
FOUND = "ledger.rows"
"""The act that names all rows of a home that an earlier release kept without naming them."""

M = TypeVar("M", bound=models.Model)
_HERE = threading.local()


class KeptRows(models.QuerySet[M]):
    """Writes of many rows at once are noted too."""

    def update(self, **changes: Any) -> int:
        numbers = list(self.values_list("pk", flat=True))
        changed = super().update(**changes)
        _note(self.model, numbers)
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        numbers = list(self.values_list("pk", flat=True))
        gone = super().delete()
        _note(self.model, numbers)
        return gone

    def bulk_create(self, objs: Iterable[M], *args: Any, **options: Any) -> list[M]:
        made = super().bulk_create(objs, *args, **options)
        _note(self.model, [one.pk for one in made])
        return made


class KeptRow(models.Model):
    """A row that the ledger commits to by its entries' `rows`."""

    words: ClassVar[tuple[str, str]]
    """What such a row is called."""
    unbound: ClassVar[tuple[str, ...]] = ()
    """Columns that no act answers for, such as the time of the last sign-in."""

    objects = KeptRows.as_manager()

    class Meta:
        abstract = True

    def told(self) -> tuple[str, str]:
        """This row as people call it: whose, of what, for when. No number of the database, no name of a table."""
        raise NotImplementedError

    @classmethod
    def named(cls, number: Any) -> str:
        """A row's name in an entry: its table and number."""
        return f"{cls._meta.label_lower}:{number}"

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        _note(type(self), [self.pk])

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        number = self.pk
        gone = super().delete(*args, **options)
        _note(type(self), [number])
        return gone


def kept_models() -> list[type[KeptRow]]:
    """Every table of such rows."""
    return [one for one in apps.get_models() if issubclass(one, KeptRow)]


def digest(obj: models.Model, unbound: Iterable[str]) -> str:
    """SHA-256 over all columns of a row as the database has them, but those that no act answers for.

    A column at its default is left out, so that one which a later release adds leaves earlier digests as they are.
    """
    held = {
        field.attname: None if field.value_from_object(obj) is None else field.value_to_string(obj)
        for field in obj._meta.concrete_fields  # noqa: SLF001 (Django names it so, for everybody)
        if field.attname not in unbound and field.value_from_object(obj) != field.get_default()
    }
    return hashlib.sha256(canonical(held).encode()).hexdigest()


def note_all() -> None:
    """Note every row there is."""
    for model in kept_models():
        _note(model, list(model.objects.values_list("pk", flat=True)))


def noted() -> dict[str, str | None]:
    """The digests of the rows noted since the last entry, read from the database; they count as named from here on."""
    waiting = _waiting()
    numbers = defaultdict(list)
    for model, number in waiting:
        numbers[model].append(number)
    waiting.clear()
    found: dict[str, str | None] = {}
    for model, wanted in numbers.items():
        held = model.objects.in_bulk(wanted)
        found |= {
            model.named(number): digest(held[number], model.unbound) if number in held else None
            for number in wanted
        }
    return dict(sorted(found.items()))


def _note(model: Any, numbers: Iterable[Any]) -> None:
    waiting = _waiting()
    waiting.update((model, number) for number in numbers)
    # Whatever its transaction ends without an entry for was no act: nothing later may vouch for it.
    transaction.on_commit(waiting.clear)


def _waiting() -> set[tuple[type[KeptRow], Any]]:
    if not hasattr(_HERE, "waiting"):
        _HERE.waiting = set()
    held: set[tuple[type[KeptRow], Any]] = _HERE.waiting
    return held

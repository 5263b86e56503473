"""The ledger's rows. Nothing in the code base changes or deletes one; an erasure empties its content."""

from typing import Any

from django.db import models

from zhengheng.web.acts.models import Lived

DAMAGED = "\ufffd"
"""What a text reads as where the column holds none; no act, no subject and no digest is it."""


class _Damaged(models.Field[Any, Any]):
    """A column that a check reads whatever somebody put there: SQLite hands out a text for a number, and bytes for a text.

    What is of another kind reads as something of the right one that fits no digest.
    """

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, words, named = super().deconstruct()
        return name, f"django.db.models.{type(self).__mro__[2].__name__}", words, named


class _Text(_Damaged, models.CharField[Any, Any]):
    def from_db_value(self, held: object, *_: object) -> str | None:
        return held if isinstance(held, str) or held is None else DAMAGED


class _Content(_Damaged, models.TextField[Any, Any]):
    def from_db_value(self, held: object, *_: object) -> str | None:
        return held if isinstance(held, str) or held is None else DAMAGED


class _Octets(_Damaged, models.BinaryField[Any, Any]):
    def from_db_value(self, held: object, *_: object) -> bytes | None:
        if isinstance(held, bytes | bytearray | memoryview) or held is None:
            return bytes(held) if held is not None else None
        return DAMAGED.encode()


NO_NUMBER = -1
"""What a number reads as where the column holds none: no entry has it."""


class _Number(_Damaged, models.PositiveBigIntegerField[Any, Any]):
    def from_db_value(self, held: object, *_: object) -> int:
        return held if isinstance(held, int) and held >= 0 else NO_NUMBER


class Head(models.Model):
    """One row: how many entries there are, and the tree's edge. Its lock puts writers in line."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = _Number(default=0)
    edge = _Octets(default=b"")
    """The hashes of the complete subtrees that stand side by side, larger ones first (zhengheng.ledger.tree)."""
    rows_named = models.BooleanField(default=True)
    """Whether the entries name every row kept beside objects; not so in a home of version 0.1.0, until it is begun."""


class Node(models.Model):
    """A complete subtree above the leaves; written once, when its last leaf is."""

    level = models.PositiveSmallIntegerField()
    index = _Number()
    hash = _Octets()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("level", "index"), name="one_hash_a_node"),)


class LedgerEntry(models.Model):
    """An act, as in zhengheng.ledger.entry; `leaf` is its stored leaf hash."""

    sequence = _Number(primary_key=True)
    act = _Text(max_length=64, db_index=True)
    subject = _Text(max_length=160, db_index=True)
    actor = _Text(max_length=150, db_index=True)
    at = _Text(max_length=40)
    digest = _Text(max_length=64)
    salt = _Octets(null=True)
    content = _Content(null=True)
    leaf = _Octets()

    class Meta:
        ordering = ("sequence",)


class SignedCheckpoint(models.Model):
    """A checkpoint that was signed; the copies that matter lie outside this database."""

    size = _Number()
    code = _Text(max_length=24)
    text = _Content()
    at = models.DateTimeField()

    class Meta:
        ordering = ("-size", "-id")


class CommitmentSecret(models.Model):
    """From it every internal cell of one bundle has a salt of its own; whoever has it can open them all."""

    subject = _Text(max_length=160, unique=True)
    """What the bundle is of, such as `publication:7`."""
    secret = _Octets()


class Erasure(Lived):
    """Contents of entries that are beyond their time 清除到期内容: asked for by one, approved by another."""

    before = models.DateField()
    """Entries of earlier days."""
    basis = models.TextField()
    entries = models.PositiveIntegerField(null=True)
    """How many contents were erased."""

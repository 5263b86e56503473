"""The ledger's rows. Nothing in the code base changes or deletes one; an erasure empties its content."""

from django.db import models

from zhengheng.web.acts.models import Lived


class Head(models.Model):
    """One row: how many entries there are, and the tree's edge. Its lock puts writers in line."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.PositiveBigIntegerField(default=0)
    edge = models.BinaryField(default=b"")
    """The hashes of the complete subtrees that stand side by side, larger ones first (zhengheng.ledger.tree)."""
    rows_named = models.BooleanField(default=True)
    """Whether the entries name every row kept beside objects; not so in a home of version 0.1.0, until it is begun."""


class Node(models.Model):
    """A complete subtree above the leaves; written once, when its last leaf is."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("level", "index"), name="one_hash_a_node"),)


class LedgerEntry(models.Model):
    """An act, as in zhengheng.ledger.entry; `leaf` is its stored leaf hash."""

    sequence = models.PositiveBigIntegerField(primary_key=True)
    act = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=160, db_index=True)
    actor = models.CharField(max_length=150, db_index=True)
    at = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    salt = models.BinaryField(null=True)
    content = models.TextField(null=True)
    leaf = models.BinaryField()

    class Meta:
        ordering = ("sequence",)


class SignedCheckpoint(models.Model):
    """A checkpoint that was signed; the copies that matter lie outside this database."""

    size = models.PositiveBigIntegerField()
    code = models.CharField(max_length=24)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("-size", "-id")


class CommitmentSecret(models.Model):
    """From it every internal cell of one bundle has a salt of its own; whoever has it can open them all."""

    subject = models.CharField(max_length=160, unique=True)
    """What the bundle is of, such as `publication:7`."""
    secret = models.BinaryField()


class Erasure(Lived):
    """Contents of entries that are beyond their time 清除到期内容: asked for by one, approved by another."""

    before = models.DateField()
    """Entries of earlier days."""
    basis = models.TextField()
    entries = models.PositiveIntegerField(null=True)
    """How many contents were erased."""

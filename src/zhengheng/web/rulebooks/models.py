"""Versions of rulebooks, opinions on them, questions about them, proposals for the next."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit


class RulebookVersion(Lived):
    """One version of one rulebook. `text` is the rulebook as canonical JSON; adopted, it never changes."""

    code = models.CharField(max_length=64, db_index=True)
    version = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    effective_from = models.DateField()
    period = models.CharField(max_length=16)
    """The period assessed under it, such as 2026."""
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    wording = models.CharField(max_length=64)
    findings = models.JSONField(default=list)
    change_kind = models.CharField(max_length=16, blank=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The version in force when the draft was begun: it is put in force only while that one still is."""
    changes_from = models.DateField(null=True)
    """The day from which a change within the year holds."""
    reason = models.TextField(blank=True)
    basis = models.CharField(max_length=200, blank=True)
    """The document that a change within the year rests on."""
    emergency = models.BooleanField(default=False)
    public = models.BooleanField(default=False)
    """Whether the public is asked too: then the portal shows the draft, and what people said with its replies."""
    targets_until = models.DateField(null=True)
    """The last day on which the public may speak to the draft targets under it."""
    adopted_on = models.DateField(null=True)
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")

    retired_by = models.ForeignKey(
        "decisions.Decision", models.PROTECT, null=True, related_name="+"
    )
    retired_for = models.TextField(blank=True)
    """Why the commission retired it."""
    rolled_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The version of an earlier period from which a draft was rolled over: it is put in force only while that one still is."""

    class Meta(Lived.Meta):
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="version_once"),
        ]


class Opinion(KeptRow):
    """What somebody says to a clause of a draft, and what the office answers."""

    words = ("征求意见", "Opinion")

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="opinions")
    clause = models.CharField(max_length=80)
    text = models.TextField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reference = models.CharField(max_length=16, blank=True)
    """The citizen's comment that it was; `by` then is whoever attached it. Empty: the opinion of `by`."""
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)

    def told(self) -> tuple[str, str]:
        book, said = self.rulebook, self.text[:30]
        return (
            f"{book.title_zh} {book.period} {self.clause}：{said}",
            f"{book.title_en or book.title_zh} {book.period} {self.clause}: {said}",
        )


class Question(Lived):
    """A question about an indicator 口径答疑; the dated answer joins the rule card."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="questions")
    indicator = models.CharField(max_length=64)
    text = models.TextField()
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True)


class Proposal(Lived):
    """A department's wish for next year's indicators."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    need = models.TextField()
    source = models.CharField(max_length=200)
    minutes = models.PositiveIntegerField()
    answer = models.TextField(blank=True)

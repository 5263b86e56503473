"""Reports of values, and items of bonus, deduction and veto."""

from typing import ClassVar

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rulebooks.models import RulebookVersion


class Report(Lived):
    """One value: a unit's, of an indicator, in a period; owed by `supplier` until `due_on`."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="reports")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=64)
    period = models.CharField(max_length=16)
    supplier = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField(default=0)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="reused")
    """The same fact as another rulebook asks for it: nobody reports it again, what is confirmed there counts here."""
    value = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=16, default="value")
    note = models.TextField(blank=True)
    confirmation = models.TextField(blank=True)
    """Why the value is right though it is beyond its range of sense, as somebody wrote it; it goes into the lake with it."""
    objection = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    wanted = models.CharField(max_length=40, blank=True)
    """The value that a correction or an objection asks for."""
    wanted_confirmation = models.TextField(blank=True)
    """The same of the wanted value, until it becomes the value."""
    more_time = models.DateField(null=True)
    """The day until which more time was asked for."""
    handed_in_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    handed_in_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)
    batch = models.PositiveBigIntegerField(null=True)
    """The job that takes it to the lake, chosen before the lake is touched."""
    times_loaded = models.PositiveSmallIntegerField(default=0)

    class Meta(Lived.Meta):
        ordering: ClassVar[tuple[str, ...]] = ("due_on", "unit__code", "indicator")
        constraints = [
            models.UniqueConstraint(
                fields=["rulebook", "unit", "indicator", "period"], name="asked_once"
            ),
        ]


class Item(Lived):
    """A decided bonus, deduction or veto of one unit, with its document 加减分与否决事项."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="items")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    item = models.CharField(max_length=64)
    points = models.CharField(max_length=20, blank=True)
    document = models.CharField(max_length=80)
    decided_on = models.DateField()
    reason = models.TextField()
    objection = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    batch = models.PositiveBigIntegerField(null=True)
    times_loaded = models.PositiveIntegerField(default=0)
    reopened = models.BooleanField(default=False)
    """Whether it was reopened on new facts: once, and no more."""

    class Meta(Lived.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["rulebook", "unit", "item", "document"], name="document_once"
            ),
        ]


class SelfReport(Lived):
    """A unit's account of its own year 自评报告 (what it must state: performance regulation of Hangzhou 2015)."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="self_reports")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    achievement = models.TextField(blank=True)
    unmet = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    public_text = models.TextField(blank=True)
    """What everybody may read of it beside the result."""
    reasons = models.JSONField(default=list)
    """Of single indicators, `indicator` and `text`: why it came out so, and what that rests on; for everybody."""
    steps = models.JSONField(default=list)
    """What is done next, `until` and `action`; for everybody."""
    answer = models.TextField(blank=True)

    class Meta(Lived.Meta):
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "unit"], name="one_self_report_a_unit"),
        ]


class Tolerance(Lived):
    """A unit's wish that an honest failure is not held against it 容错, about one deduction or none yet."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="tolerances")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="tolerances")
    ground = models.CharField(max_length=24)
    facts = models.TextField()
    answer = models.TextField(blank=True)
    public_text = models.TextField(blank=True)
    """What everybody may read of it: no unit, no names."""
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")

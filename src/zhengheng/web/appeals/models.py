"""Appeals and the seats of their panels."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.models import ResultRun


class Appeal(Lived):
    """One unit's appeal against one indicator of one result. `due_on` is the day of the decision."""

    run = models.ForeignKey(ResultRun, models.PROTECT, related_name="appeals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=64)
    series = models.CharField(max_length=64)
    """The reported indicator whose value is contested: the indicator itself, or a part of it."""
    value_period = models.CharField(max_length=16)
    """The data period of the contested row; the assessed period itself: the period's value as such."""
    ground = models.CharField(max_length=24)
    wanted = models.CharField(max_length=40, blank=True)
    confirmation = models.TextField(blank=True)
    """Why the wanted value is right though it is beyond its range of sense, as the unit wrote it."""
    statement = models.TextField()
    hearing_wanted = models.BooleanField(default=False)
    filed_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    answer = models.TextField(blank=True)
    asked_effect = models.JSONField(null=True)
    """What the value that the unit asks for would do, computed when the appeal was accepted."""
    voted_on = models.DateField(null=True)
    """The day of the first vote: from then on the appeal is not withdrawn."""
    draws = models.JSONField(default=list)
    """Every draw of the panel: day, seats, seed and what sealed it, pool, drawn, excluded with reasons, why it was drawn again; of a panel that
    goes on from an earlier appeal on the same matter, who was kept and that appeal's number."""
    seed = models.CharField(max_length=64, blank=True)
    excluded = models.JSONField(default=list)
    hearing_called_on = models.DateField(null=True)
    hearing_on = models.DateField(null=True)
    hearing_place = models.CharField(max_length=120, blank=True)
    closed_reason = models.CharField(max_length=200, blank=True)
    """Why the hearing is not public; empty: it is."""
    clock_left = models.PositiveIntegerField(null=True)
    """Days that the decision's clock has left while it stands still, from the call of a hearing to its minutes."""
    minutes_on = models.DateField(null=True)
    outcome = models.CharField(max_length=8, blank=True)
    decided_value = models.CharField(max_length=40, blank=True)
    reasons = models.TextField(blank=True)
    decided_on = models.DateField(null=True)
    second_asked_on = models.DateField(null=True)
    second_reasons = models.TextField(blank=True)
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")
    """The commission's ruling, where it was asked."""
    effect = models.JSONField(null=True)
    """Whose score, rank and grade would move, computed before the decision is signed."""


class Objection(Lived):
    """A named objection or report by any person, about anything published 实名异议."""

    run = models.ForeignKey(ResultRun, models.PROTECT, null=True, related_name="objections")
    about = models.CharField(max_length=160)
    text = models.TextField()
    fraud = models.BooleanField(default=False)
    answer = models.TextField(blank=True)


class Conflict(Lived):
    """A panel member's interest in a unit, declared before any draw 利益关系申报."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    reason = models.TextField()


class PanelSeat(KeptRow):
    """A drawn panel member, and the vote. The first seat presides."""

    words = ("评议席位", "Panel seat")

    appeal = models.ForeignKey(Appeal, models.CASCADE, related_name="seats")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    recused = models.TextField(blank=True)
    vote = models.CharField(max_length=8, blank=True)
    value = models.CharField(max_length=40, blank=True)
    """The value that the vote is for; of a vote that an earlier release took, empty: what was asked for, of a support."""
    confirmation = models.TextField(blank=True)
    """Why that value is right though it is beyond its range of sense."""
    reasons = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["appeal", "account"], name="one_seat")]

    def told(self) -> tuple[str, str]:
        (zh, en), appeal = self.appeal.unit.told(), self.appeal
        about = f"{appeal.run.period} {appeal.indicator}"
        return (
            f"{zh} {about} 申诉的评审组：{self.account.name}",
            f"{en} {about} appeal, panel: {self.account.name}",
        )

"""Runs known to the office, who may see one before its notice, service on units, decided grades."""

from typing import ClassVar

from django.db import models
from django.utils.timezone import localtime

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machines import RESULT


class ResultRun(Lived):
    """A run 核算批次 of a lake that was brought into the procedure; on notice `due_on` is the last day."""

    run = models.CharField(max_length=16, unique=True)
    rulebook = models.CharField(max_length=64)
    version = models.ForeignKey(RulebookVersion, models.PROTECT, null=True, related_name="results")
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    period = models.CharField(max_length=16)
    state = models.CharField(max_length=16, default=RESULT.initial)
    published_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")
    left_out = models.JSONField(default=dict, blank=True)
    """What was settled and does not count in it, with the public reason, as its notice or its end left it; empty: nothing."""
    package = models.CharField(max_length=200, blank=True)
    """The archive package, once there is one."""

    class Meta(Lived.Meta):
        ordering: ClassVar[tuple[str, ...]] = ("-made_at", "-id")

    def called(self) -> tuple[str, str]:
        """A result by its rulebook's title and its period."""
        return f"{self.title_zh} {self.period}", f"{self.title_en or self.title_zh} {self.period}"

    def noticed_words(self) -> tuple[str, str]:
        """What is said before that day: a notice that is over does not go on since it."""
        return ("公示始于", "on notice since") if self.state == "notice" else ("公示于", "put on notice on")  # fmt: skip

    def noticed(self) -> str:
        """When its notice began: of one that is on notice again since it was reopened, on the day of that; empty before its notice."""
        opened = self.reopenings.last()
        if opened is not None and self.state == "notice":
            return str(opened.on)
        return f"{localtime(self.published_at):%Y-%m-%d %H:%M}" if self.published_at else ""


class NamedReader(KeptRow):
    """A person who may see an unpublished run; every view of his is in the ledger."""

    words = ("查阅人", "Named reader")

    run = models.ForeignKey(ResultRun, models.CASCADE, related_name="readers")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    named_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="named_once")]

    def told(self) -> tuple[str, str]:
        zh, en = self.run.called()
        return f"{zh}：{self.account.name}", f"{en}: {self.account.name}"


class Service(KeptRow):
    """Proven service 送达 of a result on a unit: it opened its own page, or was handed the paper."""

    words = ("送达记录", "Proof of service")

    run = models.ForeignKey(ResultRun, models.PROTECT, related_name="services")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    how = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "unit"], name="served_once")]

    def told(self) -> tuple[str, str]:
        (zh, en), unit = self.run.called(), self.unit.told()
        return f"{zh}：{unit[0]}", f"{en}: {unit[1]}"


class DecidedGrade(KeptRow):
    """A grade that the commission decided otherwise than computed; the score stays as it is."""

    words = ("认定等次", "Decided grade")

    run = models.ForeignKey(ResultRun, models.PROTECT, related_name="decided_grades")
    unit = models.CharField(max_length=40)
    computed = models.CharField(max_length=64)
    decided = models.CharField(max_length=64)
    reason = models.TextField()
    basis = models.CharField(max_length=200)
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, related_name="+")
    carried_from = models.ForeignKey(ResultRun, models.PROTECT, null=True, related_name="+")
    """The version of the result for which it was decided, where this one replaced that."""
    asked = models.BooleanField(default=False)
    """Whether the computed grade is another since, so that the commission decides again."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "unit"], name="decided_once")]

    def told(self) -> tuple[str, str]:
        (zh, en), unit = self.run.called(), Unit.objects.filter(code=self.unit).first()
        named = unit.told() if unit is not None else (self.unit, self.unit)
        return f"{zh}：{named[0]}", f"{en}: {named[1]}"


class Reopening(KeptRow):
    """A closed result opened again: when, why, by which decision, and what had made it final."""

    words = ("重新打开记录", "Reopening")

    run = models.ForeignKey(ResultRun, models.PROTECT, related_name="reopenings")
    on = models.DateField()
    reason = models.TextField()
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, related_name="+")
    former = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("on", "id")

    def told(self) -> tuple[str, str]:
        zh, en = self.run.called()
        return f"{zh}（{self.on}）", f"{en} ({self.on})"

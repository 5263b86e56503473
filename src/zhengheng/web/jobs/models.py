"""A job and how far it is."""

from django.db import models

from zhengheng.web.accounts.models import Account

STATES = {
    "waiting": ("排队中", "waiting"), "running": ("运行中", "running"), "done": ("完成", "done"),
    "failed": ("未完成", "failed"),
}  # fmt: skip
KINDS: dict[str, tuple[str, str]] = {}
"""What each kind of job does, in words; filled where its function is declared."""


class Job(models.Model):
    """One piece of work. Its function is idempotent: a job that died half-way is simply done again."""

    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    subject = models.CharField(max_length=160, blank=True, db_index=True)
    state = models.CharField(max_length=8, default="waiting")
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    clock = models.DateTimeField()
    """The moment that the work takes for now: a demonstration's clock stands still."""
    step = models.CharField(max_length=120, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    """Last sign of life of its worker, by the machine's clock."""
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ("-id",)

    @property
    def what(self) -> tuple[str, str]:
        """What it does, in words."""
        return KINDS.get(self.kind, ("作业", "Job"))

    @property
    def told(self) -> tuple[str, str]:
        """The step that it is at, in Chinese and English; none once it is done, when what came of it is told instead."""
        if self.state == "done":
            return "", ""
        zh, _, en = self.step.partition("\n")
        return zh, en or zh

    @property
    def left_over(self) -> list[dict[str, str]]:
        """What it could not do, or did for nobody yet, in sentences: each says what is to be done about it."""
        held = self.result or {}
        return [*held.get("unasked", ()), *held.get("unattended", ())]

    @property
    def words(self) -> tuple[str, str]:
        return STATES[self.state]

    @property
    def percent(self) -> int:
        if self.state == "done":
            return 100
        return self.done * 100 // self.total if self.total else 0

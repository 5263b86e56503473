"""A sample, its entries, and questions asked about it."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion


class Audit(Lived):
    """A sample of reported values drawn by lot; whoever reads seed and list draws the same one."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="audits")
    purpose = models.CharField(max_length=8)
    period = models.CharField(max_length=16, blank=True)
    seed = models.CharField(max_length=64)
    sealed_in = models.PositiveBigIntegerField(null=True)
    """The ledger's entry that sealed the seed beforehand; none of samples before seeds were sealed."""
    drawn_from = models.JSONField(default=list)
    """The values there were to draw from, `unit/indicator/period` each (numbers of reports in older samples);
    the draw is `domain.lots.draw` of them and the seed."""
    reason = models.TextField(blank=True)
    """Why there is another sample of the same values; empty for the first."""
    run = models.ForeignKey(ResultRun, models.PROTECT, null=True, related_name="+")
    """The published result whose values were drawn from, beside those reported in the office."""
    holder = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    """Who checks it now: whoever drew it, or his successor in the post."""


FINDINGS = {
    "agrees": ("相符", "agrees"), "differs": ("不符", "differs"), "absent": ("无法提供依据", "no evidence"),
}  # fmt: skip
FOLLOWS = {
    "correct": ("更正填报的数值", "the reported value is corrected"),
    "keep": ("不更正填报的数值", "the reported value stays"),
}
"""What the office does about a finding that does not agree."""
PURPOSES = {"site": ("实地核查", "site check"), "external": ("外部审计", "external audit")}


class Entry(KeptRow):
    """One drawn value and what was found of it."""

    words = ("抽查记录", "Audited value")

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="entries")
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="findings")
    """Where the value was reported in the office; none for one that came from a source system's files."""
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    indicator = models.CharField(max_length=64, blank=True)
    period = models.CharField(max_length=16, blank=True)
    reported = models.CharField(max_length=40, blank=True)
    finding = models.CharField(max_length=8, blank=True)
    found_value = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    found_on = models.DateField(null=True)
    """When it was found; of older findings not kept."""
    earlier = models.JSONField(default=list)
    """Findings that were corrected: finding, value, note, reply, and why."""
    reply = models.TextField(blank=True)
    follows = models.CharField(max_length=8, blank=True)
    """What the office does about it; empty: nothing is owed, it is open, or an earlier release took a reply without it."""
    replied_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["audit", "report"], name="drawn_once")]

    def told(self) -> tuple[str, str]:
        said = self.report or self
        zh, en = ("—", "—") if said.unit is None else said.unit.told()
        return f"{zh} {said.indicator} {said.period}", f"{en} {said.indicator} {said.period}"

    @property
    def head(self) -> str:
        """How the reason of a correction begins that this finding leads to."""
        return f"{PURPOSES[self.audit.purpose][0]}第 {self.audit_id} 号："

    def leads_to(self, reason: str) -> bool:
        """Whether a correction asked for with this reason is the one that this finding led to."""
        return self.follows == "correct" and reason.startswith(self.head)

    def found_words(self, unit_of_measure: tuple[str, str]) -> tuple[str, str]:
        """The finding and what follows from it, for the page of the report that it is about."""
        return self._in_chinese(unit_of_measure[0]), self._in_english(unit_of_measure[1])

    def _in_chinese(self, measure: str) -> str:
        value = f"，核实为 {self.found_value} {measure}".rstrip() if self.found_value else ""
        note = f"，{self.note}" if self.note else ""
        text = f"{self.head}{FINDINGS[self.finding][0]}{value}{note}"  # fmt: skip
        if self.finding == "agrees":
            return text
        done = f"{FOLLOWS.get(self.follows, ('已答复',))[0]}，{self.reply}" if self.reply else "尚未答复"  # fmt: skip
        return f"{text}；绩效办：{done}"

    def _in_english(self, measure: str) -> str:
        value = f", found: {self.found_value} {measure}".rstrip() if self.found_value else ""
        note = f", {self.note}" if self.note else ""
        text = f"{PURPOSES[self.audit.purpose][1]} no. {self.audit_id}: {FINDINGS[self.finding][1]}{value}{note}"  # fmt: skip
        if self.finding == "agrees":
            return text
        done = f"{FOLLOWS.get(self.follows, ('', 'replied'))[1]}, {self.reply}" if self.reply else "no reply yet"  # fmt: skip
        return f"{text}; the office: {done}"


class AuditQuestion(KeptRow):
    """A question of the auditor, and the office's answer."""

    words = ("审计询问", "Auditor's question")

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="questions")
    text = models.TextField()
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)

    def told(self) -> tuple[str, str]:
        return self.text[:30], self.text[:30]

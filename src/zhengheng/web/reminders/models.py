"""Where a person wants to be reminded, and each reminder."""

from django.db import models

from zhengheng.web.acts.models import Lived

WAYS = {
    "page": ("系统内", "in the office"),
    "email": ("电子邮件", "e-mail"),
    "sms": ("短信", "text message"),
    "webhook": ("即时通讯 (webhook)", "messenger (webhook)"),
}


class Channel(Lived):
    """One way to reach the account that opened it. Without one nobody is reminded of anything."""

    way = models.CharField(max_length=8)
    address = models.CharField(max_length=120, blank=True)
    """Personal: shown to its owner only, never in the ledger."""


class Reminder(models.Model):
    """What one channel was told on one day."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="reminders")
    day = models.DateField()
    tasks = models.PositiveIntegerField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-day", "-id")
        constraints = [
            models.UniqueConstraint(fields=["channel", "day"], name="one_reminder_a_day"),
        ]

"""Answers that were given, so that a repeated request gets the same one."""

from django.db import models

from zhengheng.web.accounts.models import Account


class GivenAnswer(models.Model):
    """The answer to a writing request that named a key; kept for a day."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    request = models.CharField(max_length=64)
    """Digest of method, address and body: another request may not use the key."""
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    kind = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="key_once")]

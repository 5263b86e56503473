"""What all objects with a life of their own have in common."""

from typing import ClassVar

from django.db import models

from zhengheng.web.accounts.models import Account


class Lived(models.Model):
    """An object with a state. `due_on` is a stored fact: the day by which the next act is owed."""

    state = models.CharField(max_length=16)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    files = models.JSONField(default=list)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
        ordering: ClassVar[tuple[str, ...]] = ("-id",)

"""A handover 交接."""

from django.db import models

from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.acts.models import Lived


class Handover(Lived):
    """One role of one account, from a day on another's. Drafts and tasks belong to the post, not to the person."""

    grant = models.ForeignKey(RoleGrant, models.PROTECT, related_name="handovers")
    successor = models.ForeignKey(Account, models.PROTECT, related_name="+")
    day = models.DateField()
    notes = models.TextField()
    open_matters = models.JSONField(default=list)
    """What waited for the post when the handover was prepared: title and address."""

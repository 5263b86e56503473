"""A reorganisation 机构变动."""

from django.db import models

from zhengheng.web.acts.models import Lived


class Reorganisation(Lived):
    """Units that end on a day and the heirs that go on for them."""

    kind = models.CharField(max_length=8)
    day = models.DateField()
    units = models.JSONField()
    """Codes of the units that end."""
    heirs = models.JSONField()
    """Code, name_zh, name_en and share of each heir."""
    basis = models.CharField(max_length=200)
    answer = models.TextField(blank=True)
    effect = models.JSONField(null=True)
    """What it touched, as counted when it was approved."""
    drafts = models.JSONField(default=list)
    """Numbers of the rulebook drafts that follow from it."""
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")

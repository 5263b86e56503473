"""A citizen's comment, as it came from the portal."""

from django.db import models

from zhengheng.web.acts.models import Lived
from zhengheng.web.organisation.models import Unit


class Comment(Lived):
    """A comment 公众留言. Nothing is known of who wrote it, and nothing of it is ever scored."""

    reference = models.CharField(max_length=16, unique=True)
    """What the writer was told, and by which a second import knows it again."""
    page = models.CharField(max_length=200, blank=True)
    """The portal's page it is about."""
    text = models.TextField()
    received_on = models.DateField()
    shown = models.TextField(blank=True)
    """What the portal shows: the text without what is personal."""
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    """Why it is not shown, where it was handed over to, or why a reply was sent back."""
    reply = models.TextField(blank=True)
    answered_on = models.DateField(null=True)

"""The demonstration's clock."""

from django.db import models


class DemoClock(models.Model):
    """One row: where the clock of a demonstration stands now. Never read where the clock is real."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    moment = models.DateTimeField()

"""What was handed in."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.ledger.rows import KeptRow


class StoredFile(KeptRow):
    """One upload. The content lies at HOME/files under its SHA-256; two equal uploads share it."""

    words = ("附件", "File")

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    given_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def told(self) -> tuple[str, str]:
        return self.name, self.name

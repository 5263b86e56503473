"""Each draft knows the version in force when it was begun."""

from datetime import datetime
from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _begun_from(apps: Any, schema: Any) -> None:
    """Of open drafts: by the ledger, the version of their period that was adopted last before they were made."""
    versions = apps.get_model("rulebooks", "RulebookVersion").objects
    entries = apps.get_model("ledger", "LedgerEntry").objects.filter(act="rulebook.adopt")
    adopted = [(datetime.fromisoformat(at), int(subject.partition(":")[2])) for subject, at in entries.order_by("sequence").values_list("subject", "at")]  # fmt: skip
    known = {one.pk: (one.code, one.period) for one in versions.all()}
    for draft in versions.filter(state__in=("draft", "consultation", "submitted")):
        same = [number for at, number in adopted if at <= draft.made_at and known.get(number) == (draft.code, draft.period)]  # fmt: skip
        if same:
            versions.filter(pk=draft.pk).update(base_id=same[-1])


class Migration(migrations.Migration):
    dependencies = [("rulebooks", "0004_changes_from"), ("ledger", "0004_commitmentsecret")]
    operations = [
        migrations.AddField(
            "rulebookversion",
            "base",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="rulebooks.rulebookversion",
            ),
        ),
        migrations.RunPython(_begun_from, migrations.RunPython.noop),
    ]

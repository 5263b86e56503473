"""A retired rulebook knows decision and reason; a draft that was rolled over knows from which version.

Of what is there already neither is known: rows and their digests stay as they are.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rulebooks", "0005_base"), ("decisions", "0002_what_was_seen")]
    operations = [
        migrations.AddField(
            "rulebookversion", "retired_by",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="decisions.decision"),
        ),
        migrations.AddField("rulebookversion", "retired_for", models.TextField(blank=True)),
        migrations.AddField(
            "rulebookversion", "rolled_from",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rulebooks.rulebookversion"),
        ),
    ]  # fmt: skip

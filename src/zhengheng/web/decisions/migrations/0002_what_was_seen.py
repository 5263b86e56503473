"""A decision knows what was before the commission.

Decisions that are there already stay as they are: what their meetings saw was not recorded, so nothing is made up
for them, their rows and digests do not change, and they go on carrying the acts that they carried.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]
    operations = [
        migrations.AddField("decision", "seen", models.JSONField(default=dict)),
        migrations.AddField("decision", "lines", models.JSONField(default=list)),
    ]

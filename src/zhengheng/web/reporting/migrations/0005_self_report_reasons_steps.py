"""Why each indicator came out as it did, and what is done next, for everybody to read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0004_report_same_as")]
    operations = [
        migrations.AddField("selfreport", "reasons", models.JSONField(default=list)),
        migrations.AddField("selfreport", "steps", models.JSONField(default=list)),
    ]

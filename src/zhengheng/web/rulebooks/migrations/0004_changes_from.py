"""The day from which a change within the year holds, and what it rests on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rulebooks", "0003_targets_until")]
    operations = [
        migrations.AddField("rulebookversion", "changes_from", models.DateField(null=True)),
        migrations.AddField(
            "rulebookversion",
            "basis",
            models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
    ]

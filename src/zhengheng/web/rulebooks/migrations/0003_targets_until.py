"""The last day on which the public may speak to a rulebook's draft targets."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rulebooks", "0002_public_consultation")]
    operations = [
        migrations.AddField("rulebookversion", "targets_until", models.DateField(null=True)),
    ]

"""A value for each red indicator, and why a case is closed though a target is missed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rectification", "0001_initial")]

    operations = [
        migrations.AlterField("rectification", "measured", models.TextField(blank=True)),
        migrations.AddField(
            "rectification", "why_missed", models.TextField(blank=True, default="")
        ),
    ]

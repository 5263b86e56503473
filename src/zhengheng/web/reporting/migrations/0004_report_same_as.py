"""A value that another rulebook asks for already is taken from there."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_self_report_public_text")]
    operations = [
        migrations.AddField(
            "report",
            "same_as",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reused",
                to="reporting.report",
            ),
        ),
    ]

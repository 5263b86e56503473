import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0004_sealed_seeds"),
        ("reporting", "0008_confirmation"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="found_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="follows",
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AlterField(
            model_name="entry",
            name="report",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="reporting.report",
            ),
        ),
    ]

"""The entry that sealed a sample's seed beforehand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0003_published_replies")]

    operations = [
        migrations.AddField(
            model_name="audit",
            name="sealed_in",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]

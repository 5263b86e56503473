from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0004_reopenings"),
    ]

    operations = [
        migrations.AddField(
            model_name="resultrun",
            name="left_out",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]

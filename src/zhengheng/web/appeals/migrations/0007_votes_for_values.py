from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0006_confirmation"),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="voted_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="panelseat",
            name="value",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="panelseat",
            name="confirmation",
            field=models.TextField(blank=True),
        ),
    ]

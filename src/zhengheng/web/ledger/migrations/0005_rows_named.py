from typing import Any

from django.db import migrations, models


def not_yet(apps: Any, schema_editor: Any) -> None:
    """No entry of version 0.1.0 names the rows beside objects."""
    apps.get_model("ledger", "Head").objects.update(rows_named=False)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_commitmentsecret"),
    ]

    operations = [
        migrations.AddField(
            model_name="head",
            name="rows_named",
            field=models.BooleanField(default=True),
        ),
        migrations.RunPython(not_yet, migrations.RunPython.noop),
    ]

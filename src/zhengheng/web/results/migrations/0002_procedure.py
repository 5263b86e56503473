from django.db import migrations


class Migration(migrations.Migration):
    """The day of registration takes the name that all objects have for it."""

    dependencies = [("results", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(name="resultrun", options={"ordering": ("-made_at", "-id")}),
        migrations.RenameField("resultrun", "registered_at", "made_at"),
    ]

"""Appeals whose hearing was called under an earlier release: what the clock has left, instead of a day that passes."""

from typing import Any

from django.db import migrations

from zhengheng.domain.calendar import official


def stand(apps: Any, schema_editor: Any) -> None:
    calendar = official()
    for appeal in apps.get_model("appeals", "Appeal").objects.filter(
        state="hearing", clock_left=None
    ):
        if appeal.due_on and appeal.hearing_called_on:
            appeal.clock_left = max(calendar.between(appeal.hearing_called_on, appeal.due_on), 0)
            appeal.due_on = None
            appeal.save(update_fields=["clock_left", "due_on"])


class Migration(migrations.Migration):
    dependencies = (("appeals", "0004_draws"),)
    operations = (migrations.RunPython(stand, migrations.RunPython.noop),)

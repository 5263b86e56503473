"""What waits for a draw by lot since before secrets were sealed: it gets one when the office is begun."""

from datetime import datetime

from zhengheng.web.appeals.models import Appeal
from zhengheng.web.ledger.draws import seal
from zhengheng.web.rulebooks.selectors import adopted, samples_of
from zhengheng.workflow.machines import APPEAL

DRAWABLE = next(one.sources for one in APPEAL.transitions if one.act == "appeal.draw")


def seal_what_waits(now: datetime) -> None:
    """Seal a secret for every accepted appeal and every rulebook in force that has none; twice changes nothing."""
    for number in Appeal.objects.filter(state__in=DRAWABLE).order_by("pk").values_list("pk", flat=True):  # fmt: skip
        seal(f"appeal:{number}", actor="system", now=now)
    for version in adopted().only("code", "period"):
        seal(samples_of(version), actor="system", now=now)

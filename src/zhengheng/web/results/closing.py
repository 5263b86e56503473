"""What a year holds when its result becomes final: what must be settled before, and what ends with it."""

from datetime import datetime
from typing import Any

from zhengheng.web.acts.declare import Kind, Nothing
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.tolerance import TOLERANCES
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import of_year
from zhengheng.web.targets.changes import CHANGES
from zhengheng.workflow.machines import REPORT

CONTESTED: tuple[tuple[Kind, tuple[str, ...], str], ...] = (
    (ITEMS, ("claimed", "entered", "checking", "disputed"), "rulebook"),
    (REPORTS, ("disputed", "correcting"), "rulebook"),
    (TOLERANCES, ("asked",), "rulebook"),
    (CHANGES, ("asked",), "line__sheet__rulebook"),
)
"""States in which somebody waits for a decision that the result would rest on."""


def contested(version: RulebookVersion) -> list[tuple[Kind, Any]]:
    """What is still open between a unit and the office, and would count in the year's result."""
    found = [
        (kind, obj)
        for kind, states, path in CONTESTED
        for obj in kind.all().filter(state__in=states, **of_year(version, path))
    ]
    # A value that counts already and whose correction the unit checks has a decision before it, as one in dispute has.
    checked = REPORTS.all().filter(state="checking", times_loaded__gt=0, **of_year(version))
    return [*found, *((REPORTS, one) for one in checked)]


def end_year(version: RulebookVersion, now: datetime) -> int:
    """Values that never got into the lake end with the year: nobody waits for them, and each says that it did not count."""
    sources = next(t.sources for t in REPORT.transitions if t.act == "report.lapse")
    held = REPORTS.all().filter(state__in=sources, **of_year(version))
    left = list(held)
    for report in left:
        perform_by_machine(REPORTS, "report.lapse", report, given=Nothing(), now=now)
    return len(left)

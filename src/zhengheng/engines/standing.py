"""A run's units as people read them: what was due of each, and its place (engines/covered.py), in one call."""

from collections.abc import Mapping

from zhengheng.engines.covered import Covered, covered, standings
from zhengheng.engines.run import Run


def parts_of(run: Run) -> dict[str, Covered]:
    """What was due of every unit of a run that has a weighed indicator."""
    return covered(run.results, run.plan.tables, run.plan.period.code)


def places_of(run: Run, parts: Mapping[str, Covered]) -> dict[str, int]:
    """Unit → its place in its comparison group by the total; `parts` is what `parts_of` gives."""
    return standings(run.results, run.plan.tables, parts)

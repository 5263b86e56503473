"""A run's units as people read them: what was due of each, and its place (engines/covered.py), in one call."""

from collections.abc import Mapping

from zhengheng.engines.covered import Covered, by_shares, covered, standings
from zhengheng.engines.run import Run


def parts_of(run: Run) -> dict[str, Covered]:
    """What was due of every unit of a run that has a weighed indicator."""
    return covered(run.results, run.plan.tables, run.plan.period.code)


def tie_words(run: Run, parts: Mapping[str, Covered]) -> tuple[str, str]:
    """How units of one score are placed: by the rulebook's own key, which is not asked where shares of unlike parts are compared."""
    key = run.rulebook.ranking.key
    if key is None:
        return "同分并列。", "Equal scores share a place."
    name = next(node.name for node, _, _ in run.rulebook.nodes() if node.code == key)
    if by_shares(run.results, run.plan.tables, parts):
        return (
            f"方案规定同分时比较“{name.zh}”的得分；本期各单位计入的满分不同，按得分率排名，得分率相同的并列，不比较这一项。",
            f"The rulebook parts equal scores by “{name.say('en')}”. In this period unlike parts of the full mark count, so that units are placed by their share; equal shares share a place, and that score is not asked.",
        )
    return (
        f"同分时比较“{name.zh}”的得分，仍然相同的并列。",
        f"Equal scores are parted by “{name.say('en')}”; where that is equal too, they share a place.",
    )


def places_of(run: Run, parts: Mapping[str, Covered]) -> dict[str, int]:
    """Unit → its place in its comparison group by the total; `parts` is what `parts_of` gives."""
    return standings(run.results, run.plan.tables, parts)

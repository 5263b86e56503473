"""The places of a run's units, and how units of one score are placed, as people read them (engines/covered.py)."""

from zhengheng.engines.covered import by_shares, standings
from zhengheng.engines.run import Run


def tie_words(run: Run) -> tuple[str, str]:
    """How units of one score are placed: by the rulebook's own key, which is not asked where shares of unlike parts are compared."""
    key = run.rulebook.ranking.key
    if key is None:
        return "同分并列。", "Equal scores share a place."
    name = next(node.name for node, _, _ in run.rulebook.nodes() if node.code == key)
    if by_shares(run.results, run.plan.tables, run.parts):
        return (
            f"方案规定同分时比较“{name.zh}”的得分；本期各单位计入的满分不同，按得分率排名，得分率相同的并列，不比较这一项。",
            f"The rulebook parts equal scores by “{name.say('en')}”. In this period unlike parts of the full mark count, so that units are placed by their share; equal shares share a place, and that score is not asked.",
        )
    return (
        f"同分时比较“{name.zh}”的得分，仍然相同的并列。",
        f"Equal scores are parted by “{name.say('en')}”; where that is equal too, they share a place.",
    )


def places_of(run: Run) -> dict[str, int]:
    """Unit → its place in its comparison group by the total."""
    return standings(run.results, run.plan.tables, run.parts)

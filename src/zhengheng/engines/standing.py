"""The places that people read: within the year by the share of what was due, where unlike parts were due.

The table of ranks (`ranking`) holds places by points, which are right where everybody's total is of the same whole.
In a quarter one unit's indicators may be worth 34 points and another's 69: by points the first could never lead.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

from zhengheng.engines.covered import Covered, unlike
from zhengheng.engines.run import Run


def places_of(run: Run, parts: Mapping[str, Covered]) -> dict[str, int]:
    """Unit → its place in its comparison group by the total; `parts` is what `covered` gives.

    Equal shares share a place, as the rulebook has it for equal points. Its own key that parts equal scores is one
    of points, and is not asked here.
    """
    root, setting = run.rulebook.tree.code, run.plan.tables["setting"][0]
    found = {r["unit"]: r["place"] for r in run.results.rows("ranking") if r["node"] == root}
    groups: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for row in run.results.rows("total_score"):
        part = parts[row["unit"]]
        held = row["score"] if setting["rank_on"] == "exact" else row["printed"]
        share = part.share(root, held) if part.within else None
        if row["unit"] in found and share is not None:
            groups[row["comparison_group"]][row["unit"]] = share
    for shares in groups.values():
        if unlike((parts[unit] for unit in shares), root):
            found |= _placed(
                shares, down=setting["rank_direction"] == "down", dense=setting["ties"] == "dense"
            )
    return found


def _placed(shares: Mapping[str, Fraction], *, down: bool, dense: bool) -> dict[str, int]:
    order = sorted(shares.values(), reverse=not down)
    steps = sorted(set(order), reverse=not down) if dense else order
    return {unit: steps.index(share) + 1 for unit, share in shares.items()}

"""What a run could not compute: values whose formula has no result, said when the run is made."""

from collections import defaultdict

from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import status_name

SHOWN = 5


def undefined_values(run: Run) -> Problem | None:
    """A warning that names the indicators, and for how many units; None where every value earned something."""
    rules = {(r["category"], r["indicator"]): r for r in run.plan.tables["rule"] if r["latest"]}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in run.results.rows("indicator_score"):
        rule = rules[row["category"], row["indicator"]]
        if status_name(row, rule) == "undefined":
            found[row["indicator"]].append(row["unit"])
    if not found:
        return None
    named = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))[:SHOWN]
    zh = "、".join(f"{code}（{len(units)} 个单位）" for code, units in named)
    en = ", ".join(f"{code} ({several(len(units), 'unit', 'units')})" for code, units in named)
    return Problem(
        f"{run.plan.period.code} @ {run.plan.at}", "value.undefined",
        f"{len(found)} 个指标有数据，但计分公式算不出得分，按缺数据处理：{zh}。全组的值都相同、只有一个单位有值、没有目标值、目标值为 0 或负数、同比的上年数为 0 或负数、比率的分母合计为负数时会这样；请补上或改正目标值，同比可改为取差额（difference），也可在这些指标的计分方法中规定“算不出时”（undefined）的得分。",
        f"{several(len(found), 'indicator has data for which its formula has no result; it counts as missing', 'indicators have data for which their formula has no result; they count as missing')}: {en}. So it is where all values of the group are equal, where one unit alone has a value, where there is no target or it is 0 or less, where the year before of a rate of growth is 0 or less, or where the denominator of a rate adds up to less than 0; give or correct the targets, take the difference instead of the percentage, or say in their methods what this earns (`undefined`)",
        "warning",
    )  # fmt: skip

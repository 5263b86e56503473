"""After an intake: what is thin, and what jumped as if its unit of measure had changed."""

from collections import defaultdict
from collections.abc import Iterator

from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.lake.facts import Facts
from zhengheng.scheme.model import Rulebook

JUMP = 50


def coverage(facts: Facts, rulebook: Rulebook) -> Iterator[Problem]:
    """Warn where units lack periods that most others have, and where values jump by orders.

    No unit lacks a period in which nothing happened (`absent: zero`), or that the rulebook does not look at.
    """
    loose = {one.code for one in rulebook.indicators if one.absent == "zero" or one.combine == "last"}  # fmt: skip
    table = facts.tables["observation"]
    periods: dict[str, set[object]] = defaultdict(set)
    held: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    last: dict[tuple[str, str], int] = {}
    jumps: dict[str, list[str]] = defaultdict(list)
    columns = (table[name].to_pylist() for name in ("unit", "indicator", "period", "value"))
    for unit, indicator, period, value in zip(*columns, strict=True):
        periods[indicator].add(period)
        held[indicator][unit] += 1
        if value:
            before = last.get((unit, indicator))
            if before and not 1 / JUMP < abs(value / before) < JUMP:
                jumps[indicator].append(f"{unit} {period}")
            last[unit, indicator] = value
    for indicator, units in sorted(held.items()):
        thin = [unit for unit, count in units.items() if count < len(periods[indicator])]
        if thin and indicator not in loose:
            yield Problem(
                indicator, "coverage.thin", f"{len(thin)} 个单位的期数少于 {len(periods[indicator])}: {'、'.join(thin[:3])}{'等' if len(thin) > 3 else ''}",
                f"{several(len(thin), 'unit has fewer than', 'units have fewer than')} {len(periods[indicator])} periods: {', '.join(thin[:3])}{' and more' if len(thin) > 3 else ''}", "warning",
            )  # fmt: skip
    for indicator, places in sorted(jumps.items()):
        yield Problem(
            indicator, "value.jump", f"{len(places)} 处数值跳变超过 {JUMP} 倍, 请核对计量单位: {'、'.join(places[:3])}{'等' if len(places) > 3 else ''}",
            f"{several(len(places), 'value jumps by', 'values jump by')} more than {JUMP} times; check the unit of measure: {', '.join(places[:3])}{' and more' if len(places) > 3 else ''}",
            "warning",
        )  # fmt: skip

"""Values made from others that lie beyond their range of sense: nobody filed them, so that nobody was asked to confirm them."""

from collections.abc import Iterator

import pyarrow.compute as pc

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.engines.run import Run
from zhengheng.scheme.sense import beyond, sense_of
from zhengheng.scoring.contracts import VALUE

SHOWN = 5


def senseless_values(run: Run) -> Iterator[Problem]:
    """A warning for each indicator, with the first units and their values; observed values were asked when they were read."""
    book = run.rulebook
    made = [one for one in book.indicators if one.parts or one.year_on_year]
    made = [one for one in made if (held := sense_of(book, one)).low is not None or held.high is not None]  # fmt: skip
    if not made:
        return
    scored = {row["indicator"] for row in run.plan.tables["rule"]}
    for one in made:
        if one.code not in scored:
            continue
        table = run.results.where("indicator_score", "indicator", one.code)
        rows = table.filter(pc.field("status") == VALUE).select(["unit", "value"]).to_pylist()
        values = {row["unit"]: int(row["value"]) for row in rows if row["value"] is not None}
        far = sorted(unit for unit, value in values.items() if beyond(book, one, value))
        if not far:
            continue
        held = sense_of(book, one)
        low = "" if held.low is None else f"{held.low:f}"
        high = "" if held.high is None else f"{held.high:f}"
        said = [(name, *one.measured(plain(values[name], one.decimals))) for name in far[:SHOWN]]
        named = "、".join(f"{name}（{value}）" for name, value, _ in said)
        english = ", ".join(f"{name} ({value})" for name, _, value in said)
        yield Problem(
            f"{run.plan.period.code} @ {run.plan.at}", "value.sense",
            f"{one.code}“{one.name.zh}”由其他指标计算，{len(far)} 个单位的数值超出合理范围（{low or '不限'} 至 {high or '不限'}）：{named}{' 等' if len(far) > SHOWN else ''}；请核对计算所用的数据、系数和倍数，数值无误的，请改写合理范围（sense）。",
            f"{one.code} {one.name.say('en')} is made from others, and {several(len(far), 'unit has a value', 'units have values')} beyond its range of sense ({low or 'any'} to {high or 'any'}): {english}{' and more' if len(far) > SHOWN else ''}; check the data, coefficients and scale that it is made from, or change its `sense` where the value is right",
            "warning",
        )  # fmt: skip

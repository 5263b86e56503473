"""What was decided before on other appeals: no units, no names."""

from collections.abc import Mapping
from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.engines.rules import rule_in
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.acts.declare import Words
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.rulebooks.selectors import book_of, indicator_words


def precedents(appeal: Appeal) -> list[dict[str, Any]]:
    """By indicator and ground, with the rule and the value found, asked for and decided: all three of one thing, a row of data or the
    whole period. What a decided row made of the period's value stands apart."""
    held = Appeal.objects.filter(state__in=("applied", "closed")).exclude(outcome="").exclude(pk=appeal.pk)  # fmt: skip
    return [
        {"indicator": one.indicator, "about": indicator_words(one.run.version, one.indicator) if one.run.version else one.indicator,
         "ground": one.ground, "wanted": one.wanted, "decided": one.decided_value, **_compared(one),
         "unit": _unit(one, one.series), "whole": _unit(one, one.indicator), "rule": _rule(one), "outcome": one.outcome, "reasons": one.reasons, "decided_on": one.decided_on}
        for one in held.select_related("run__version")
    ]  # fmt: skip


def _compared(appeal: Appeal) -> dict[str, Any]:
    """Of what the values are, the one that was published of it, and for a row the period's value before and after."""
    effect: Mapping[str, Any] = appeal.effect or appeal.asked_effect or {}
    # Computed by a release that did not keep the rows: what was published is not known any more.
    told: Mapping[str, Any] = effect.get("zh", {})
    before, after = (told.get(name, {}).get("value", "") for name in ("before", "after"))
    if effect.get("ruling", appeal.series == appeal.indicator and appeal.value_period == appeal.run.period):  # fmt: skip
        return {"of": _whole(appeal.value_period), "published": before, "period": None}
    rows: dict[str, Mapping[str, Any]] = {one["period"]: one for one in told.get("rows", ())}
    row = rows.get(appeal.value_period, {})
    moved = bool(appeal.decided_value and appeal.effect and before and after)
    return {"of": _row(appeal.value_period), "published": row.get("before", ""), "period": (before, after) if moved else None}  # fmt: skip


def _whole(period: str) -> Words:
    return f"整个考核期（{period}）的数值", f"the value of the whole period ({period})"


def _row(period: str) -> Words:
    return f"{period} 的一行数据", f"the row for {period}"


def _indicator(appeal: Appeal, code: str) -> Indicator | None:
    """An indicator by the rulebook that the value was scored by; none where that is not known any more."""
    known = book_of(appeal.run.version).indicators if appeal.run.version else ()
    return next((one for one in known if one.code == code), None)


def _unit(appeal: Appeal, code: str) -> Words:
    """What a value of the indicator is measured in."""
    held = _indicator(appeal, code)
    return (held.unit_said.zh, held.unit_said.say("en")) if held else ("", "")


def _rule(appeal: Appeal) -> tuple[str, str]:
    """The rule by which the value was scored, in words; none where the rulebook is not known any more."""
    held = _indicator(appeal, appeal.indicator)
    period = parse_period(appeal.run.period)
    return (
        rule_in(held, period, period.end)
        if held is not None and held.method is not None
        else ("", "")
    )

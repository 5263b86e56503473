"""The range of sense 合理范围 of an indicator's values: its own, or that of its unit of measure."""

import re
from decimal import Decimal

from zhengheng.domain.numbers import plain
from zhengheng.scheme.indicator import Indicator, Sense
from zhengheng.scheme.model import Rulebook

_PERCENT = {"%", "％", "‰", "百分比"}
_SHARE = re.compile(r"(率|占比|比例|比率|比重)$")
_CHANGE = re.compile(
    r"(增长|增加|上升|下降|降低|提升|提高|减少|升降|涨跌|变动|变化|递增|递减)(率|比例|比率)$|(增速|增幅|降幅|涨幅)(率|占比|比例|比率|比重)?$"
)
_TAIL = re.compile(r"\s*[（(【\[][^（）()【】\[\]]*[）)】\]]\s*$")
"""What stands in brackets at the end of a name: 满意率（%）, 增长率（同比）."""


def sense_of(book: Rulebook, indicator: Indicator) -> Sense:
    """The indicator's range of sense; without bounds where neither it nor its unit of measure has one."""
    return indicator.sense or book.senses.get(indicator.measure_unit.zh) or Sense()


def is_percentage(indicator: Indicator) -> bool:
    """Whether an indicator is measured in per cent or per mille: a share or a growth, no quantity that adds up."""
    return indicator.measure_unit.zh in _PERCENT


def is_share(indicator: Indicator) -> bool:
    """Whether a percentage is a share of a whole, which can be neither negative nor without end; growth is none.

    Seen by what it is made from (counts over counts), else by its name: a rate or share, but not of growth or decline.
    """
    if not is_percentage(indicator) or indicator.year_on_year:
        return False
    name = indicator.name.zh
    while (shorter := _TAIL.sub("", name)) != name:
        name = shorter
    if _CHANGE.search(name):
        return False
    parts = indicator.parts
    if parts and parts.denominator:
        return all(times >= 0 for times in (*parts.numerator.values(), *parts.denominator.values()))
    return bool(_SHARE.search(name))


WITH_A_REASON = ("如数值无误，请写明理由予以确认", "if it is right, confirm it with a reason")


def beyond(
    book: Rulebook, indicator: Indicator, value: int, confirm: tuple[str, str] = WITH_A_REASON
) -> tuple[str, str] | None:
    """Why a value (at the indicator's decimals) needs a confirmation, and how the form at hand takes one (`confirm`), in
    both languages; None where it needs none."""
    held = sense_of(book, indicator)
    number = Decimal(value).scaleb(-indicator.decimals)
    if (held.low is None or number >= held.low) and (held.high is None or number <= held.high):
        return None
    said, unit = plain(value, indicator.decimals), indicator.unit_said
    low = "" if held.low is None else f"{held.low:f}"
    high = "" if held.high is None else f"{held.high:f}"
    return (
        f"{said} {unit.zh} 超出合理范围（{low or '不限'} 至 {high or '不限'}）；{confirm[0]}",
        f"{said} {unit.say('en')} is beyond the range of sense ({low or 'any'} to {high or 'any'}); {confirm[1]}",
    )

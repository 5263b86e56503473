"""The range of sense 合理范围 of an indicator's values: its own, or that of its unit of measure."""

from decimal import Decimal

from zhengheng.domain.numbers import plain
from zhengheng.scheme.indicator import Indicator, Sense
from zhengheng.scheme.model import Rulebook


def sense_of(book: Rulebook, indicator: Indicator) -> Sense:
    """The indicator's range of sense; without bounds where neither it nor its unit of measure has one."""
    return indicator.sense or book.senses.get(indicator.measure_unit.zh) or Sense()


def beyond(book: Rulebook, indicator: Indicator, value: int) -> tuple[str, str] | None:
    """Why a value (at the indicator's decimals) needs a confirmation, in both languages; None where it needs none."""
    held = sense_of(book, indicator)
    number = Decimal(value).scaleb(-indicator.decimals)
    if (held.low is None or number >= held.low) and (held.high is None or number <= held.high):
        return None
    said, unit = plain(value, indicator.decimals), indicator.measure_unit
    low = "" if held.low is None else f"{held.low:f}"
    high = "" if held.high is None else f"{held.high:f}"
    return (
        f"{said} {unit.zh} 超出合理范围（{low or '不限'} 至 {high or '不限'}）；如数值无误，请写明理由予以确认",
        f"{said} {unit.say('en')} is beyond the range of sense ({low or 'any'} to {high or 'any'}); if it is right, confirm it with a reason",
    )

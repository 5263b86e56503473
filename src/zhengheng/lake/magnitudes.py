"""Amounts that may stand in another unit of measure: 13,812,000 among values of 1,380, or for a target of 1,800.

No number says that it is wrong, so nothing is refused: what lies far from the unit's own other periods, or from its own
target, is asked about. How far is a factor that the mapping may set; who writes an indicator's range of sense has said
it better, and is not asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_low

import pyarrow as pa
import pyarrow.compute as pc

from zhengheng.domain.numbers import plain
from zhengheng.domain.periods import MONTHS
from zhengheng.domain.problems import Problem
from zhengheng.lake.facts import Facts
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.sense import sense_of
from zhengheng.scoring.contracts import VALUE

FEWEST = 3
"""Other periods below which there is nothing to be far from."""
NAMED = 5
"""Units that are named one by one."""


@dataclass(frozen=True)
class _Odd:
    """A number far from what it is compared with: its unit, its row in the observations, what that is, in both languages."""

    unit: str
    place: int
    number: int
    beside: int
    zh: str
    en: str


def odd_sizes(facts: Facts, book: Rulebook, factor: int) -> Iterator[Problem]:
    """A warning for each indicator without a range of sense where numbers lie `factor` times apart."""
    table = facts.tables["observation"]
    targets = _targets(facts, book)
    for one in book.indicators:
        if sense_of(book, one).high is not None:
            continue
        held = table.filter(pc.equal(table["indicator"], one.code))
        held = held.filter(pc.and_(pc.equal(held["status"], VALUE), pc.not_equal(held["value"], 0)))
        found = list(_of_units(one, book, held, targets, factor)) if held.num_rows else []
        if found:
            yield _asked(facts, one, held, found, factor)


def _of_units(one: Indicator, book: Rulebook, held: pa.Table, targets: dict[tuple[str, str], int], factor: int) -> Iterator[_Odd]:  # fmt: skip
    places: dict[str, list[tuple[int, int]]] = {}
    for place, (unit, value) in enumerate(zip(held["unit"].to_pylist(), held["value"].to_pylist(), strict=True)):  # fmt: skip
        places.setdefault(unit, []).append((place, int(value)))
    for unit, numbers in places.items():
        usual = median_low([abs(number) for _, number in numbers])
        far = [(place, number) for place, number in numbers if _apart(number, usual, factor)]
        if len(numbers) > FEWEST and far:
            yield _Odd(unit, *far[0], usual, "其余各期一般为", "its other periods are about")
            continue
        target = targets.get((unit, one.code), targets.get(("", one.code), 0))
        if target and _apart(usual * _periods(one, book), target, factor):
            yield _Odd(unit, *numbers[0], target, "目标为", "its target is")


def _apart(number: int, other: int, factor: int) -> bool:
    low, high = sorted((abs(number), abs(other)))
    return high >= factor * low


def _periods(one: Indicator, book: Rulebook) -> int:
    """How many of an indicator's periods add up to the assessed one."""
    if one.combine != "sum" or one.frequency not in MONTHS or book.period not in MONTHS:
        return 1
    return max(MONTHS[book.period] // MONTHS[one.frequency], 1)


def _targets(facts: Facts, book: Rulebook) -> dict[tuple[str, str], int]:
    """The largest target of each unit and indicator; that of the rulebook under no unit."""
    found: dict[tuple[str, str], int] = {}
    for one in book.indicators:
        target = getattr(one.method, "target", None)
        if target is not None:
            found["", one.code] = int(target.scaleb(one.decimals))
    rows = facts.tables["target"]
    for row in rows.filter(pc.equal(rows["kind"], "target")).to_pylist():
        key = row["unit"], row["indicator"]
        found[key] = max(found.get(key, 0), abs(int(row["value"])))
    return found


def _asked(facts: Facts, one: Indicator, held: pa.Table, found: list[_Odd], factor: int) -> Problem:
    rows = held.take([odd.place for odd in found[:NAMED]]).to_pylist()
    files = {file.number: file.name for file in facts.files}
    places = [f"{files.get(row['file'], '')}:{row['row']}" for row in rows]
    zh, en = [], []
    for odd, where in zip(found, places, strict=False):
        number, beside = plain(odd.number, one.decimals), plain(odd.beside, one.decimals)
        zh.append(f"{odd.unit[:40]} 为 {number}，{odd.zh} {beside}（{where}）")
        en.append(f"{odd.unit[:40]} has {number}, {odd.en} {beside} ({where})")
    more = len(found) > NAMED
    unit = one.unit_said
    return Problem(
        places[0], "number.apart",
        f"{one.code} 的数值相差 {factor} 倍以上，可能写错了计量单位（应为“{unit.zh}”）：{'；'.join(zh)}{'等' if more else ''}。请核对；确实如此的，可以给指标写明合理范围（sense），或在映射中改写倍数（far）。",
        f"numbers of {one.code} lie {factor} times and more apart, and may be of another unit of measure than {unit.say('en')!r}: {'; '.join(en)}{', and more' if more else ''}. Check them; if they are right, give the indicator a range of sense (`sense`), or another factor (`far`) in the mapping",
        "warning",
    )  # fmt: skip

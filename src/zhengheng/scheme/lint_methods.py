"""Rules of `scheme check` about the numbers of methods and lights: whoever does better never gets less.

Each formula rises with the better value exactly when the numbers named here
stand in the order given here, and stays within what its numbers declare.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from zhengheng.scheme import methods as m
from zhengheng.scheme import relative as r
from zhengheng.scheme.asked import target_of
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.findings import Finding, error, methods_of, plain, rule, tree_place
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator, Light
from zhengheng.scheme.model import Rulebook

Said = Iterator[tuple[str, str, str]]
"""The number that is wrong, and why, in both languages."""
DIVIDES = (m.Ratio, m.PlusMinus)
"""Methods that divide by the target."""


@rule
def better_values_earn_more(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        for path, method in methods_of(indicator):
            for name, zh, en in _faults(indicator, method):
                yield error(source.indicator(indicator.code, *path, *_keys(name)), "method.numbers",
                            f"{indicator.code}：{zh}", f"{indicator.code}: {en}")  # fmt: skip
    for node, _, _ in book.nodes():
        if isinstance(node.rescale, r.RescaleZScore):
            for _, zh, en in _above(node.rescale, "scale"):
                yield error(source.rulebook(*tree_place(book, node.code), "rescale"), "node.numbers",
                            f"维度 {node.code}：{zh}", f"dimension {node.code}: {en}")  # fmt: skip


def _keys(name: str) -> Iterator[str | int]:
    return (int(part) if part.isdecimal() else part for part in name.split("/"))


def _faults(indicator: Indicator, method: m.Method | None) -> Said:
    match method:
        case m.Ratio() | m.Growth() | m.Direct() | m.PlusMinus():
            yield from _room(method.least, "cap", method.cap)
        case m.Efficacy(base=base, least=least, cap=cap):
            yield from _room(base if least is None else least, "cap", cap, "least" if least is not None else "base")  # fmt: skip
            yield from _above(method, "span")
        case m.ThreePoint(at_base=first, at_target=second, at_stretch=third, least=least):
            if not first <= second <= third or first == third:
                yield ("at_stretch", f"三点的得分必须由起点到挑战值逐步提高，现为 {plain(first)}、{plain(second)}、{plain(third)}；否则实绩更好的反而少得分。",
                       f"the marks must grow from base to stretch, and are {plain(first)}, {plain(second)}, {plain(third)}; a better value would earn less")  # fmt: skip
            yield from _room(least, "at_stretch", third)
        case m.RateMinus():
            yield from _above(method, "points_per_unit")
        case m.ZScore() | m.Mads():
            yield from _above(method, "scale")
        case m.Banded(knots=knots, below=below):
            shares = [k.share for k in sorted(knots, key=lambda k: k.at)]
            if below is not None and below > min(shares[0], shares[-1]):
                yield ("below", f"低于最低档的得分（below）{plain(below)} 高于最低档的 {plain(min(shares[0], shares[-1]))}；否则最差的反而多得分。",
                       f"`below` is {plain(below)}, more than the {plain(min(shares[0], shares[-1]))} of the worst knot; the worst would earn more")  # fmt: skip
        case m.Milestones(late=late) if not 0 <= late <= 1:
            yield ("late", f"逾期完成的得分比例（late）应在 0 到 1 之间，现为 {plain(late)}。",
                   f"`late` is a share between 0 and 1, not {plain(late)}")  # fmt: skip
        case m.Tiers(tiers=tiers):
            yield from _tiers(tiers)
        case _:
            pass
    yield from _tables(method)
    if isinstance(method, m.Direct):
        yield from _above(method, "scale")
    if isinstance(method, m.PlusMinus):
        yield from _above(method, "slope")
    divides = isinstance(method, DIVIDES) and getattr(method, "per", "percent") == "percent"
    target = target_of(method)
    if divides and target is not None and target <= 0 and indicator.reference.to == "given":
        yield ("target", f"这种计分方法以目标值作除数，目标值必须大于零，现为 {plain(target)}；请改写目标值，或改用三点法、增长法等其他计分方法。",
               f"this method divides by the target, which must be above zero, not {plain(target)}; rewrite it, or use another method such as three_point or growth")  # fmt: skip


def _tables(method: m.Method | None) -> Said:
    match method:
        case m.Banded(knots=knots):
            yield from _whole("knots", "share", [knot.share for knot in knots])
        case m.Rank(table=table):
            yield from _whole("table", "", list(table))
        case m.Steps(steps=steps):
            yield from _whole("steps", "credit", [Fraction(one.credit) for one in steps])
        case m.Answers(answers=answers):
            yield from _whole("answers", "credit", [Fraction(one.credit) for one in answers])
        case _:
            pass


def _whole(name: str, part: str, shares: Sequence[Decimal | Fraction]) -> Said:
    """Shares of the full mark in a table end at all of it: these methods have no cap that would declare more."""
    for place, share in enumerate(shares):
        if share > 1:
            said = plain(share) if isinstance(share, Decimal) else str(share)
            key = "/".join(str(one) for one in (name, place, part) if one != "")
            yield (key, f"第 {place + 1} 项的得分比例为 {said}，不得大于 1（1 即满分；60 分写作 0.6）；超额完成要加分的，请改用可另定封顶（cap）的比率法、可定挑战值得分的三点目标法，或另设加分事项。",
                   f"entry {place + 1} gives a share of {said} of the full mark; 1 is all of it (60 of 100 is 0.6). What earns more than the full mark needs a method with a `cap` (ratio), a stretch (three_point) or a bonus item")  # fmt: skip


def _above(held: m.Method | r.Rescale, name: str) -> Said:
    value: Decimal = getattr(held, name)
    kind = str(getattr(held, "kind", ""))
    zh, en = heading(name, "zh", kind), heading(name, "en", kind)
    if value <= 0:
        yield (name, f"{zh}（{name}）必须大于零，现为 {plain(value)}；否则实绩更好的不会多得分，甚至少得分。",
               f"{en} ({name}) must be above zero, not {plain(value)}; a better value would earn no more, or less")  # fmt: skip


def _room(least: Decimal, name: str, most: Decimal, floor: str = "least") -> Said:
    """The greatest mark lies above nothing and above the least."""
    if most <= max(least, Decimal(0)):
        yield (name, f"最高得分比例（{name}）为 {plain(most)}，必须大于零，也必须大于最低得分比例（{floor}）{plain(least)}。",
               f"the greatest share ({name}) is {plain(most)}; it must be above zero and above the least ({floor}), which is {plain(least)}")  # fmt: skip


def _tiers(tiers: tuple[m.Tier, ...]) -> Said:
    for place, tier in enumerate(tiers):
        name, low, high = tier.name, plain(tier.low), plain(tier.high)
        if not 0 <= tier.low < tier.high <= 100:
            yield ("tiers", f"第 {place + 1} 档“{name.zh}”从 {low} 到 {high}：应是 0 到 100 之间的百分比，且下限小于上限。",
                   f"tier {place + 1} ({name.say('en')}) runs from {low} to {high}; these are percentages from 0 to 100, the lower one first")  # fmt: skip
            continue
        for other in tiers[:place]:
            if other.low < tier.high and tier.low < other.high:
                yield ("tiers", f"“{other.name.zh}”与“{name.zh}”两档重叠，同一个百分比会属于两档；请改写上下限。",
                       f"the tiers {other.name.say('en')} and {name.say('en')} overlap, so that a percentage belongs to both; rewrite their ends")  # fmt: skip


@rule
def lights_turn_from_green_to_red(book: Rulebook, source: Source) -> Finding:
    held = [(i.light, i.code) for i in book.indicators if i.light]
    for light, code in held:
        for key, zh, en in _light_faults(light):
            yield error(source.indicator(code, "light", key), "light.numbers", f"{code}：{zh}", f"{code}: {en}")  # fmt: skip
    if book.light:
        if book.light.by != "score":
            yield error(source.rulebook("light", "by"), "light.numbers", f"维度和总分只能按得分亮灯（by: score），现为 {book.light.by}。",
                        f"dimensions and the total are lit by score alone, not by {book.light.by}")  # fmt: skip
        for key, zh, en in _light_faults(book.light):
            yield error(source.rulebook("light", key), "light.numbers", f"total：{zh}", f"total: {en}")  # fmt: skip


def _light_faults(light: Light) -> Iterator[tuple[str, str, str]]:
    """The key of the number that is wrong, and why, in Chinese and English."""
    watch, missed = plain(light.watch), plain(light.missed)
    if light.by in {"time_progress", "plan"}:
        most, zh, en = 100, "落后的百分点，应在 0 到 100 之间", "points behind, between 0 and 100"
    else:
        most, zh, en = 1, "比例，应在 0 到 1 之间（60% 写作 0.6）", "shares between 0 and 1 (60 % is 0.6)"  # fmt: skip
    if not (0 <= light.watch <= most and 0 <= light.missed <= most):
        yield ("watch" if not 0 <= light.watch <= most else "missed",
               f"这种亮灯规则的黄灯线（watch）和红灯线（missed）是{zh}，现为 {watch} 和 {missed}。",
               f"`watch` and `missed` of this light are {en}; they are {watch} and {missed}")  # fmt: skip
    if light.by == "score" and light.missed > light.watch:
        yield ("missed",
               f"按得分亮灯时，红灯线（missed）{missed} 不得高于黄灯线（watch）{watch}。",
               f"by score, red (`missed`, {missed}) must not begin above yellow (`watch`, {watch})")  # fmt: skip
    if light.by != "score" and light.missed < light.watch:
        yield ("missed",
               f"红灯线（missed）{missed} 不得小于黄灯线（watch）{watch}：落后或超出得更多才是红灯。",
               f"red (`missed`, {missed}) must not begin before yellow (`watch`, {watch}): it means further behind or beyond")  # fmt: skip

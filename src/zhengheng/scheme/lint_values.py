"""Rules of `scheme check` about constants: a day that no year has, a share of more than all, an upper end below the lower."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from zhengheng.domain.periods import MONTHS
from zhengheng.scheme import methods as m
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.findings import (
    Finding,
    error,
    methods_of,
    plain,
    rule,
    tree_place,
    warning,
)
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator, Sense
from zhengheng.scheme.model import Band, Rulebook
from zhengheng.scheme.sense import is_percentage, is_share, sense_of

Path = tuple[str | int, ...]
LEAP = 2024
"""A year in which every day of the calendar occurs."""
ON_THE_WAY = ("bottom", "base", "target", "stretch")


@rule
def days_of_the_year_exist(book: Rulebook, source: Source) -> Finding:
    held: list[tuple[str | None, str]] = []
    if book.procedure:
        held.append((book.procedure.freeze, source.rulebook("procedure", "freeze")))
    for one in book.indicators:
        if one.vintage:
            held.append((one.vintage.published_by, source.indicator(one.code, "vintage", "published_by")))  # fmt: skip
        for month in one.skip_months:
            if not 1 <= month <= 12:
                yield error(source.indicator(one.code, "skip_months"), "day.none", f"{one.code}：没有 {month} 月；不发布数据的月份应在 1 到 12 之间。",
                            f"{one.code}: there is no month {month}; months without a release are 1 to 12")  # fmt: skip
    for day, where in held:
        if day is not None and not _exists(day):
            yield error(where, "day.none", f"没有 {day} 这一天；请写成月-日，如 10-31。", f"there is no day {day}; write month and day, such as 10-31")  # fmt: skip


def _exists(day: str) -> bool:
    try:
        return bool(date.fromisoformat(f"{LEAP}-{day}"))
    except ValueError:
        return False


@rule
def ends_follow_beginnings(book: Rulebook, source: Source) -> Finding:
    for place, unit in enumerate(book.units):
        if unit.valid_from and unit.valid_to and unit.valid_from > unit.valid_to:
            yield error(source.rulebook("units", place, "valid_to"), "unit.days", f"单位 {unit.code} 的停用日期 {unit.valid_to} 早于启用日期 {unit.valid_from}。",
                        f"unit {unit.code} ends on {unit.valid_to}, before it begins on {unit.valid_from}")  # fmt: skip
    for place, goal in enumerate(book.goals):
        if goal.from_year > goal.to_year:
            yield error(source.rulebook("goals", place, "to_year"), "goal.years", f"目标“{goal.name.zh}”的截止年份 {goal.to_year} 早于起始年份 {goal.from_year}。",
                        f"the goal {goal.name.say('en')} ends in {goal.to_year}, before it begins in {goal.from_year}")  # fmt: skip
    for place, item in enumerate(book.adjustments):
        if item.most is not None and item.least > item.most >= 0:
            yield error(source.rulebook("adjustments", place, "most"), "adjustment.range", f"“{item.name.zh}”的最低分值 {plain(item.least)} 高于最高分值 {plain(item.most)}。",
                        f"{item.name.say('en')}: the least ({plain(item.least)}) is above the most ({plain(item.most)})")  # fmt: skip
        if item.cap is not None and 0 <= item.cap < item.least:
            yield error(source.rulebook("adjustments", place, "cap"), "adjustment.range", f"“{item.name.zh}”的累计上限 {plain(item.cap)} 低于单项最低分值 {plain(item.least)}。",
                        f"{item.name.say('en')}: the cap ({plain(item.cap)}) is below the least of one item ({plain(item.least)})")  # fmt: skip


@rule
def shares_are_parts_of_a_whole(book: Rulebook, source: Source) -> Finding:
    held: list[tuple[Path, str, Decimal | None]] = []
    for place, category in enumerate(book.categories):
        held.append((("categories", place, "not_applicable_limit"), "not_applicable_limit", category.not_applicable_limit))  # fmt: skip
    if book.binding:
        held.append((("binding", "alpha"), "alpha", book.binding.alpha))
    for path, band in _bands(book):
        for name in ("share_at_most", "share_at_least"):
            held.append(((*path, name), name, getattr(band, name)))
        low, high = band.share_at_least, band.share_at_most
        if low is not None and high is not None and low > high:
            yield error(source.rulebook(*path), "share.range", f"等次“{band.name.zh}”的比例下限 {plain(low)} 高于比例上限 {plain(high)}。",
                        f"grade {band.name.say('en')}: at least {plain(low)} is more than at most {plain(high)}")  # fmt: skip
    for where, name, share in held:
        if share is not None and not 0 <= share <= 1:
            yield error(source.rulebook(*where), "share.range", f"{heading(name)}（{name}）是比例，应在 0 到 1 之间（30% 写作 0.3），现为 {plain(share)}。",
                        f"{name} is a share between 0 and 1 (30 % is 0.3), not {plain(share)}")  # fmt: skip


def _bands(book: Rulebook) -> Iterator[tuple[Path, Band]]:
    if book.grading:
        for name in ("bands", "outside"):
            for place, band in enumerate(getattr(book.grading, name)):
                yield ("grading", name, place), band


@rule
def full_marks_are_above_nothing(book: Rulebook, source: Source) -> Finding:
    held: list[tuple[Path, Decimal | None]] = [
        (("categories", place, "full_mark"), one.full_mark) for place, one in enumerate(book.categories)
    ]  # fmt: skip
    held += [((*tree_place(book, node.code), "full_mark"), node.full_mark) for node, _, _ in book.nodes()]  # fmt: skip
    for path, mark in held:
        if mark is not None and mark <= 0:
            yield error(source.rulebook(*path), "full_mark.none", f"满分必须大于零，现为 {plain(mark)}。", f"the full mark must be above zero, not {plain(mark)}")  # fmt: skip


@rule
def targets_are_within_sense(book: Rulebook, source: Source) -> Finding:
    """A range upside down, and a target whose being reached would be refused as a mistake."""
    for unit, sense in book.senses.items():
        yield from _upside_down(sense, source.rulebook("senses", unit), unit)
    for one in book.indicators:
        if one.sense:
            yield from _upside_down(one.sense, source.indicator(one.code, "sense"), one.code)
        sense = sense_of(book, one)
        if sense.low is not None and sense.high is not None and sense.low > sense.high:
            continue
        yield from _outside(one, sense, source)


def _upside_down(sense: Sense, where: str, of: str) -> Finding:
    if sense.low is not None and sense.high is not None and sense.low > sense.high:
        yield error(where, "sense.range", f"{of}：合理范围的下限 {plain(sense.low)} 高于上限 {plain(sense.high)}，任何数值都会被拒收。",
                    f"{of}: the range of sense runs from {plain(sense.low)} to {plain(sense.high)}; every value would be refused")  # fmt: skip


def _outside(one: Indicator, sense: Sense, source: Source) -> Finding:
    for path, method in methods_of(one):
        if method is None or (method.kind == "efficacy"):  # type: ignore[attr-defined]
            names: tuple[str, ...] = ("bottom", "target")  # its base is a share
        else:
            names = ON_THE_WAY
        for name in names:
            value = getattr(method, name, None)
            if value is None:
                continue
            if (sense.low is not None and value < sense.low) or (sense.high is not None and value > sense.high):  # fmt: skip
                low = "不限" if sense.low is None else plain(sense.low)
                high = "不限" if sense.high is None else plain(sense.high)
                yield error(source.indicator(one.code, *path, name), "sense.target", f"{one.code}：{name} 为 {plain(value)}，超出合理范围（{low} 至 {high}），达到它的数值会被拒收；请改写其中之一。",
                            f"{one.code}: {name} is {plain(value)}, beyond the range of sense ({low.replace('不限', 'any')} to {high.replace('不限', 'any')}): a value that reaches it would be refused; change one of them")  # fmt: skip


@rule
def shares_have_ends(book: Rulebook, source: Source) -> Finding:
    """What is usual for percentages also fits growth: it lets a satisfaction of 150 % pass, and one of -20 %."""
    for one in book.indicators:
        held = sense_of(book, one)
        if one.sense or one.status == "retired" or not is_share(one) or (held.low is not None and held.low >= 0 and held.high is not None):  # fmt: skip
            continue
        yield warning(source.indicator(one.code, "sense"), "sense.share",
                      f"{one.code}“{one.name.zh}”是比率，却没有自己的合理范围，明显填错的数（如 -20% 或 150%）也会照收；请写明合理范围（sense），一般为 0 至 100，可能超过 100% 的完成率、执行率请另定上限。",
                      f"{one.code} {one.name.say('en')} is a share without a range of sense of its own, so that plain mistakes such as -20 % or 150 % would be taken; declare its `sense`, 0 to 100 as a rule, or a higher end where more than 100 % can be true (completion, execution)")  # fmt: skip


@rule
def percentages_are_not_added_up(book: Rulebook, source: Source) -> Finding:
    """Twelve months of 95 % are 95 %. Said only where something is added or divided: one value a year is the same either way."""
    for one in book.indicators:
        made = one.parts or one.year_on_year
        methods = [method for _, method in methods_of(one) if method]
        if methods and all(isinstance(method, m.Milestones) for method in methods):
            continue  # nodes are scored, and no value is added up
        if made or one.combine != "sum" or one.status == "retired" or not is_percentage(one):
            continue
        follows = list(_of_sums(book, one))
        if follows:
            zh, en = "；".join(zh for zh, _ in follows), "; ".join(en for _, en in follows)
            yield warning(source.indicator(one.code, "combine"), "percent.summed",
                          f"{one.code}“{one.name.zh}”以“{one.unit_said.zh}”计，却按数量逐期相加（combine: sum，不写时即是）：{zh}。请写明取各期平均（combine: mean）；各期相加本来就有意义的，可以不改。",
                          f"{one.code} {one.name.say('en')} is measured in {one.unit_said.say('en')} and is added up like a quantity (`combine: sum`, as where nothing is written): {en}. Write `combine: mean`; where its sum does mean something, leave it")  # fmt: skip


def _of_sums(book: Rulebook, one: Indicator) -> Iterator[tuple[str, str]]:
    """What a rulebook does to an indicator as to a quantity, in both languages."""
    if MONTHS.get(one.frequency, 0) < MONTHS.get(book.period, 0):
        yield "考核期内各期的数值会加在一起，如各期都是 95，就成了几百", "the values of all periods within the assessed one are added together, so that 95 in each becomes hundreds"  # fmt: skip
    if book.part_year == "scored" and book.part_year_targets == "pro_rata":
        yield "只存续一部分时间的单位，目标会按时间折减", "the target of a unit that was there for a part of the time is cut"  # fmt: skip
    if any(item.indicator == one.code and (item.roll_up or item.mode == "shares") for item in book.cascade):  # fmt: skip
        yield "分解时会按份额分给下级，或由下级的数值相加得出", "it is shared out among the children of a cascade, or added up from them"  # fmt: skip
    if any("inherit" in {event.data, event.targets} for event in book.succession):
        yield "单位变动时，数值或目标会按份额分给承接单位或相加", "at a change of units its values or targets are shared out among the heirs, or added together"  # fmt: skip


@rule
def exact_needs_an_exact_total(book: Rulebook, source: Source) -> Finding:
    """The total's own rounding comes first: what is rounded away cannot be compared any more."""
    held = [("ranking", book.ranking.on), ("grading", book.grading.on if book.grading else "rounded")]  # fmt: skip
    for part, on in held:
        if on == "exact" and book.tree.carry != "exact":
            yield error(source.rulebook(part, "on"), f"{part}.exact", "按未舍入的得分比较（on: exact），总分却按舍入后的得分结转，因此不起作用；请在指标树中把总分的传递（carry: exact）写为“不舍入传递”，或删去这一设定（on）。",
                        "`on: exact` compares what is not rounded, but the total carries its rounded score, so that it has no effect; write `carry: exact` in `tree`, or leave `on` out")  # fmt: skip

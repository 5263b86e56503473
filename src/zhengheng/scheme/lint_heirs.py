"""Rules of `scheme check` about units that go over into others: nothing falls out of the heir's score unseen."""

from collections.abc import Container
from datetime import date

from zhengheng.domain.periods import MONTHS
from zhengheng.scheme.findings import Finding, error, plain, rule, warning
from zhengheng.scheme.folder import Source
from zhengheng.scheme.inherited import lost, misfits, whole
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.procedure import Succession

ROLES = {"owner": ("责任单位", "owner"), "supplier": ("数据提供单位", "supplier")}


@rule
def an_heir_is_weighed_on_what_it_answers_for(book: Rulebook, source: Source) -> Finding:
    for one in lost(book):
        code = one.indicator.code
        roles = [name for name in ROLES if getattr(one.indicator, name) == one.heir]
        if roles:
            zh, en = "、".join(ROLES[name][0] for name in roles), " and ".join(ROLES[name][1] for name in roles)  # fmt: skip
            yield warning(source.indicator(code, roles[0]), "heir.weight",
                          f"{code}：{zh}是 {one.heir}，它承继的 {one.unit} 在这一指标上的权重为 {plain(one.weight)}，而 {one.heir} 没有权重，这一指标不再计入得分；需要考核的，请在权重表中补写。",
                          f"{code}: its {en} is {one.heir}, which goes on for {one.unit}; that one has the weight {plain(one.weight)} here and {one.heir} has none, so that the indicator leaves the score. Give it a weight where it is to count")  # fmt: skip


@rule
def the_days_of_units_fit_the_change(book: Rulebook, source: Source) -> Finding:
    """What a unit reports after the day of the change reaches nobody, and would be missed all the same."""
    for place, zh, en in misfits(book, book.units):
        yield error(source.rulebook("succession", place, "date"), "succession.day", zh, en)


@rule
def changes_of_units_come_one_after_the_other(book: Rulebook, source: Source) -> Finding:
    """What goes over on a day is what was there before it: nothing goes on from heir to heir on one day, and nobody comes back."""
    whole = {event.unit: event.date for event in book.succession if _is_whole(event)}
    for place, event in enumerate(book.succession):
        for number, heir in enumerate(event.heirs):
            at = source.rulebook("succession", place, "heirs", number)
            ended = whole.get(heir.unit)
            if heir.unit == event.unit:
                continue
            if any(one.unit == heir.unit and one.date == event.date for one in book.succession):
                yield error(at, "succession.day", f"{heir.unit} 在 {event.date} 既承接 {event.unit}，自己又变动为其他单位；同一天的变动不能首尾相接，{event.unit} 的数不会随之转到最后的承接单位。请把 {event.unit} 直接写成变动为最后的承接单位，或者把后一次变动写在次日。",
                            f"on {event.date} {heir.unit} takes over {event.unit} and itself goes over into others: changes of one day do not chain, and what {event.unit} had would not go on. Let {event.unit} go over into the last heir at once, or write the later change a day later")  # fmt: skip
            elif ended is not None and ended < event.date:
                yield error(at, "succession.again", f"{heir.unit} 已于 {ended} 变动为其他单位，不能在 {event.date} 又承接 {event.unit}：一个单位代码只能存续一段时间。恢复原名的，请使用新的单位代码。",
                            f"{heir.unit} went over into others on {ended} and cannot take over {event.unit} on {event.date}: a unit's code stands for one time. Give it another code where the old name comes back")  # fmt: skip


@rule
def a_unit_gives_what_it_has_once(book: Rulebook, source: Source) -> Finding:
    """Shares add to 1 within an entry; over all entries of a unit nothing of it is handed out a second time."""
    for place, event in enumerate(book.succession):
        at = source.rulebook("succession", place, "unit")
        gone = [
            one.date
            for one in book.succession
            if one.unit == event.unit and one.date < event.date and _is_whole(one)
        ]
        if any(
            one.unit == event.unit and one.date == event.date for one in book.succession[:place]
        ):
            yield error(at, "succession.twice", f"{event.unit} 在 {event.date} 的变动写了不止一条，它的数会被重复承接。同一单位同一天的变动只写一条：有几个承接单位的，写成一条分立（kind: split），列出全部承接单位，份额合计为 1。",
                        f"{event.unit} goes over on {event.date} by more than one entry, so that its figures would be handed out more than once: write one entry for a unit and a day, where it has several heirs one `kind: split` with all of them, whose shares add to 1")  # fmt: skip
        elif gone:
            yield error(at, "succession.again", f"{event.unit} 已于 {min(gone)} 整体变动为其他单位，不能在 {event.date} 再次变动，否则它的数会被重复承接。后一次变动属于承接单位的，请把变动单位（unit）写成承接单位；前一次只划出一部分的，请写成分立（kind: split），把 {event.unit} 也列为承接单位。",
                        f"{event.unit} went over wholly on {min(gone)} and cannot go over again on {event.date}, or its figures would be handed out more than once: where the later change is one of its heir, write the heir as `unit`; where it gave away only a part before, write that as `kind: split` with {event.unit} among the heirs")  # fmt: skip


def _is_whole(event: Succession) -> bool:
    """Whether nothing stays with the unit."""
    return event.unit not in {heir.unit for heir in event.heirs}


@rule
def the_kind_of_a_change_is_what_happens(book: Rulebook, source: Source) -> Finding:
    """By its kind an entry says what is handed on: after a rename everything, to one unit that begins with it."""
    for place, event in enumerate(book.succession):
        heirs, at = (
            [heir.unit for heir in event.heirs],
            source.rulebook("succession", place, "kind"),
        )
        if event.kind != "split" and event.unit in heirs:
            zh, en = ("合并", "merged") if event.kind == "merger" else ("更名", "renamed")
            yield error(at, "succession.itself", f"{event.unit} 在 {event.date} {zh}，承接单位中却有它自己。划出一部分后继续存在的，请写成分立（kind: split）；没有变动的，请删去这一条。",
                        f"{event.unit} is {en} on {event.date} and is among its own heirs: where it gives a part away and goes on, write `kind: split`; where nothing changes, delete the entry")  # fmt: skip
        elif event.kind == "rename" and len(heirs) != 1:
            yield error(at, "succession.rename", f"{event.unit} 在 {event.date} 更名，却有 {len(heirs)} 个承接单位：更名后全部的数原样转到一个单位，不能分给几个。请写成分立（kind: split）并写明份额。",
                        f"{event.unit} is renamed on {event.date} and has {len(heirs)} heirs: a rename hands everything on to one unit, and nothing is shared out. Write `kind: split` with the share of each")  # fmt: skip
        elif event.kind == "rename" and (others := _there_by(book, place)):
            zh, en = "、".join(str(one) for one in others), " and ".join(str(one) for one in others)
            yield error(at, "succession.rename", f"{event.unit} 在 {event.date} 更名为 {heirs[0]}，而按 {zh} 的另一条变动，{heirs[0]} 不是由这次更名新设的。并入已有单位，或者几个单位并为一个的，请写成合并（kind: merger）；确为更名的，请使用新的单位代码。",
                        f"{event.unit} is renamed to {heirs[0]} on {event.date}, while by another entry, of {en}, {heirs[0]} does not begin by this rename: where a unit goes into one that is there, or several become one, write `kind: merger`; where it is a rename, use a new unit code")  # fmt: skip


def _there_by(book: Rulebook, place: int) -> list[date]:
    """The days of other entries by which the heir of a rename is more than the new name of its one unit."""
    event = book.succession[place]
    heir = event.heirs[0].unit
    taken = {
        one.date for one in book.succession
        if one.unit not in {event.unit, heir} and one.date <= event.date and heir in {each.unit for each in one.heirs}
    }  # fmt: skip
    given = {one.date for one in book.succession if one.unit == heir and one.date < event.date and not _is_whole(one)}  # fmt: skip
    return sorted(taken | given)


@rule
def what_a_unit_that_goes_on_is_asked_is_said(book: Rulebook, source: Source) -> Finding:
    """Of what it gave away the quantity goes, and its own target stays until another is agreed."""
    for place, event in enumerate(book.succession):
        if event.targets == "inherit" and any(heir.unit == event.unit for heir in event.heirs):
            yield warning(source.rulebook("succession", place, "targets"), "succession.kept", f"{event.unit} 从 {event.date} 起划出一部分后继续存在：划出的数量不再是它的，它自己的目标却不随之减少；应当减少的，请另行调整它的目标。",
                          f"{event.unit} gives a part away on {event.date} and goes on: the quantities go with it, while its own target is not cut; where it should be, change its target")  # fmt: skip


@rule
def since_when_the_heir_of_a_split_is_there_is_said(book: Rulebook, source: Source) -> Finding:
    """Without a first day it counts as new: it takes over targets, though it may have had its own all the time."""
    listed = {unit.code: place for place, unit in enumerate(book.units) if unit.valid_from is None}
    for event in book.succession:
        if event.kind != "split" or event.targets != "inherit":
            continue
        for heir in event.heirs:
            if heir.unit in listed and heir.unit != event.unit:
                yield warning(source.rulebook("units", listed[heir.unit], "valid_from"), "succession.since",
                              f"{heir.unit} 从 {event.date} 起承接 {event.unit} 的一部分，名单中没有写它的起始日（valid_from），按当日新设的单位处理，目标从 {event.unit} 承接；原来就有这个单位的，请写上它的起始日。",
                              f"{heir.unit} takes over a part of {event.unit} on {event.date} and has no first day (valid_from) on the list, so that it counts as new on that day and takes over targets of {event.unit}; where it was there before, write its first day")  # fmt: skip


@rule
def an_heir_of_a_child_that_is_added_up_is_a_child_too(book: Rulebook, source: Source) -> Finding:
    """What went over to a unit that is no child of the same parent leaves the parent's sum from the day of the change on."""
    hands_over = [event for event in book.succession if event.data == "inherit"]
    for place, one in enumerate(book.cascade):
        for event in hands_over if one.roll_up else ():
            if event.unit not in one.children:
                continue
            outside = [
                heir.unit for heir in event.heirs
                if heir.unit not in one.children and heir.unit != one.parent and not _goes_back(_within(book, hands_over, event.date), heir.unit, one.children)
            ]  # fmt: skip
            if outside:
                zh, en, written = "、".join(outside), " and ".join(outside), _WRITTEN[one.mode]
                yield warning(source.rulebook("cascade", place, "children", event.unit), "cascade.heir",
                              f"{one.indicator}：{event.unit} 从 {event.date} 起由 {zh} 承接，而 {zh} 不是 {one.parent} 的下级，它自己的数不汇入 {one.parent}；应当汇入的，请在下级份额或目标（children）中写上 {zh}，{written[0].format(event.unit)}。",
                              f"{one.indicator}: {event.unit} goes over to {en} on {event.date}, which is no child of {one.parent}, so that what it reports itself is not added to {one.parent}; where it should be, write {en} among the `children`, {written[1].format(event.unit)}")  # fmt: skip


_WRITTEN = {
    "shares": ("并写明它的份额，从 {} 的份额中划出，合计仍为 100%（份额为 0 的，分到的目标也是 0）", "with a share of its own, taken from that of {}, so that all still add up to 100 % (a share of 0 is a target of 0)"),
    "own": ("并写明它自己的目标，从 {} 的目标中划出", "with a target of its own, taken from that of {}"),
    "inherit": ("目标照上级承接，后面的数照 {} 的写", "with the same number as {}, for it takes over the parent's target as it is"),
}  # fmt: skip
"""What goes with a child that is added, by how the cascade hands targets down."""


def _within(book: Rulebook, events: list[Succession], day: date) -> list[Succession]:
    """The changes in the assessed period of a day: a later one does not bring back what is lost before it."""
    length = MONTHS.get(book.period, 12)
    own = day.year, (day.month - 1) // length
    return [one for one in events if (one.date.year, (one.date.month - 1) // length) == own]


def _goes_back(events: list[Succession], unit: str, children: Container[str]) -> bool:
    """Whether what a unit took over went on to a child, at once or after more changes."""
    seen, ahead = set[str](), [unit]
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        ahead += [heir.unit for event in events if event.unit == here for heir in event.heirs]
    return any(one in children for one in seen)


@rule
def who_takes_part_in_a_change_is_listed(book: Rulebook, source: Source) -> Finding:
    """Where the rulebook lists units itself; a draft of the office lists those of the change alone, and the data bring the rest."""
    party = {event.unit for event in book.succession}
    party |= {heir.unit for event in book.succession for heir in event.heirs}
    listed = {unit.code for unit in book.units}
    if not listed - party:
        return
    for place, event in enumerate(book.succession):
        for number, heir in enumerate(event.heirs):
            # Who is gone by now may have handed on what it once took over.
            if heir.unit not in listed and not any(
                one.unit == heir.unit for one in book.succession
            ):
                yield warning(source.rulebook("succession", place, "heirs", number), "unit.unknown",
                              f"承接单位“{heir.unit}”不在方案的单位名单中；采集的名单中也没有它的，核算时会被拒绝，请核对单位代码。",
                              f"the heir {heir.unit!r} is not among the units that this rulebook lists; where the data do not bring it either, scoring refuses it: check its code")  # fmt: skip
        if event.unit not in listed and "inherit" in {event.data, event.targets}:
            yield warning(source.rulebook("succession", place, "unit"), "unit.unknown",
                          f"单位变动中的“{event.unit}”不在方案的单位名单中；请核对单位代码，写错的，承接单位承继不到它的数据和目标。",
                          f"the change of units names {event.unit!r}, which is not among the units that this rulebook lists; check its code, for under a wrong one nothing of it is taken over")  # fmt: skip


@rule
def what_is_not_shared_is_said(book: Rulebook, source: Source) -> Finding:
    """An amount known by its last figure is asked of each heir whole, though it looks like one that is shared."""
    names = "、".join(one.code for one in whole(book)), ", ".join(one.code for one in whole(book))
    for place, event in enumerate(book.succession):
        if names[0] and event.targets == "inherit" and any(heir.share != 1 for heir in event.heirs):
            yield warning(source.rulebook("succession", place, "targets"), "succession.whole",
                          f"{names[0]} 只取最后一期的数（combine: last 或 rolling），不是逐期相加的数量：{event.unit} 的目标不按份额分，每个承接单位都原样承接；应当分的，请给各承接单位填报自己的目标。",
                          f"{names[1]}: known by the last figures (`combine: last` or `rolling`) and no quantity that adds up, so that the target of {event.unit} is not shared out, and each heir takes it over whole; where it is to be shared, file a target of its own for each heir")  # fmt: skip

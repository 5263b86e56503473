"""What a rulebook makes of the weights of units that go over into an heir: from whom the heir's come, which have none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from zhengheng.domain.periods import ended_before
from zhengheng.scheme.findings import plain, weight_of
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook, Unit


@dataclass(frozen=True)
class Lost:
    """An indicator on which a unit was weighed and its heir is not."""

    indicator: Indicator
    unit: str
    weight: Decimal
    heir: str


def categories(book: Rulebook) -> dict[str, str]:
    """Each unit that the rulebook names → the category of its weights; a category that stands for one unit is that unit's."""
    return {one.code: one.code for one in book.categories} | {
        one.code: one.category for one in book.units
    }


def predecessors(book: Rulebook) -> dict[str, list[str]]:
    """Each heir → the units that go over into it, in the order of the rulebook."""
    found: dict[str, list[str]] = {}
    for event in book.succession:
        for heir in event.heirs:
            found.setdefault(heir.unit, []).append(event.unit)
    return found


def misfits(book: Rulebook, units: Iterable[Unit]) -> Iterator[tuple[int, str, str]]:
    """The places of changes that the days of their units contradict, with both days in words.

    The unit before ends on the day before the change; an heir is there on its day.
    """
    known = {unit.code: unit for unit in units}
    for place, event in enumerate(book.succession):
        last, old = event.date - timedelta(1), known.get(event.unit)
        if old and old.valid_to not in {None, last} and event.unit not in {one.unit for one in event.heirs}:  # fmt: skip
            yield (
                place,
                f"{event.unit} 的变动日是 {event.date}，它的最后一日应为 {last}，名单中的截止日（valid_to）却是 {old.valid_to}；请改正其中一个日期。",
                f"{event.unit} goes over on {event.date}, so that its last day is {last}, while its valid_to on the list is {old.valid_to}; correct one of the days",
            )
        for heir in event.heirs:
            new = known.get(heir.unit)
            if new and new.valid_from and new.valid_from > event.date:
                yield (
                    place,
                    f"{event.unit} 的变动日是 {event.date}，承接单位 {heir.unit} 在名单中的起始日（valid_from）却是 {new.valid_from}，当日还不存在；请改正其中一个日期。",
                    f"{event.unit} goes over on {event.date}, while its heir {heir.unit} is there from {new.valid_from} (valid_from) only; correct one of the days",
                )
            if new and event.kind == "rename" and ended_before(new.valid_from, event.date):
                yield (
                    place,
                    f"{event.unit} 在 {event.date} 更名为 {heir.unit}，而 {heir.unit} 在名单中的起始日（valid_from）是 {new.valid_from}，更名之前已经存在。并入已有单位的，请写成合并（kind: merger）；确为更名的，请把起始日改为 {event.date}。",
                    f"{event.unit} is renamed to {heir.unit} on {event.date}, while {heir.unit} is there from {new.valid_from} (valid_from), before it: where it goes into a unit that is there, write `kind: merger`; where it is a rename, let valid_from be {event.date}",
                )
            if new and ended_before(new.valid_to, event.date):
                yield (
                    place,
                    f"{event.unit} 的变动日是 {event.date}，承接单位 {heir.unit} 在名单中的截止日（valid_to）却是 {new.valid_to}，当日已经不存在；请改正其中一个日期。",
                    f"{event.unit} goes over on {event.date}, while its heir {heir.unit} ended on {new.valid_to} (valid_to); correct one of the days",
                )


def lost(book: Rulebook) -> Iterator[Lost]:
    """Every indicator of a unit before an heir that the heir is not weighed on, by the newest weights."""
    of = categories(book)
    for heir, olds in predecessors(book).items():
        for old in olds:
            for one in book.indicators:
                before = weight_of(book, one.code, of.get(old, old))
                if before and heir in of and not weight_of(book, one.code, of[heir]):
                    yield Lost(one, old, before, heir)


def inherited(book: Rulebook, names: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """In words, of each heir of several units: whose weights it has, and on what it is not weighed; and what becomes of
    targets that are taken over. `names` are the units' names."""
    found, of = [], categories(book)
    for heir, olds in predecessors(book).items():
        sources = [old for old in olds if old in of and heir in of and _column(book, of[old]) == _column(book, of[heir])]  # fmt: skip
        others = [old for old in olds if old not in sources]
        (zh, en), (from_zh, from_en), (not_zh, not_en) = _named([heir], names), _named(sources, names), _named(others, names)  # fmt: skip
        if sources and others:
            found.append((
                f"{zh}的指标权重取自{from_zh}，没有取自{not_zh}；请核对各项权重。",
                f"The weights of {en} are those of {from_en}, and none come from {not_en}; check each of them.",
            ))  # fmt: skip
        elif others and len(olds) > 1:
            found.append((
                f"{zh}的指标权重是另行编写的，与{not_zh}原来的都不相同。",
                f"The weights of {en} were written anew: they are those of neither {not_en}.",
            ))  # fmt: skip
    return [*found, *(_told(one, names) for one in lost(book)), *_targets(book, names)]


def whole(book: Rulebook) -> list[Indicator]:
    """Scored amounts whose figures do not add up over the periods (`combine: last`, `rolling`): they are no quantities that a share
    is taken of, in a figure or in a target."""
    return [
        one for one in book.indicators
        if one.combine in {"last", "rolling"} and one.method is not None and not (one.parts or one.year_on_year) and one.measure_unit.zh not in {"%", "‰"}
    ]  # fmt: skip


def _targets(book: Rulebook, names: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What becomes of the targets of a unit that goes over: an heir's own one is not added to."""
    for event in book.succession:
        if event.targets == "inherit":
            (old_zh, old_en), (heir_zh, heir_en) = _named([event.unit], names), _named([one.unit for one in event.heirs], names)  # fmt: skip
            takes = "takes" if len(event.heirs) == 1 else "take"
            yield (
                f"{heir_zh}承接{old_zh}的目标：逐期相加的数量，目标按份额分给；比率、平均数，以及只取最后一期的数（如年初累计数），目标原样承接，不按份额；承接单位自己有目标的，以自己的为准，不相加。",
                f"{heir_en} {takes} over the targets of {old_en}: of quantities that add up over the periods by share; of a rate, a mean, and what is known by its last figure (such as a year-to-date amount) whole; an heir's own target stands alone, and nothing is added to it.",
            )  # fmt: skip


def _told(one: Lost, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    (heir_zh, heir_en), (old_zh, old_en) = _named([one.heir], names), _named([one.unit], names)
    code, name = one.indicator.code, one.indicator.name
    return (
        f"指标 {code} {name.zh}：{old_zh}的权重为 {plain(one.weight)}，{heir_zh}没有权重，这一指标不计入{heir_zh}的得分；需要考核的，请补写权重。",
        f"Indicator {code} {name.say('en')}: {old_en} has the weight {plain(one.weight)}, {heir_en} has none and is not scored on it; give it a weight where it is to be.",
    )  # fmt: skip


def _column(book: Rulebook, category: str) -> dict[str, Decimal]:
    """What a category weighs, by the newest weights."""
    held = {one.code: weight_of(book, one.code, category) for one in book.indicators}
    return {code: weight for code, weight in held.items() if weight}


def _named(codes: list[str], names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    held = [names.get(code, (code, code)) for code in codes]
    return "、".join(zh for zh, _ in held), " and ".join(en or zh for zh, en in held)

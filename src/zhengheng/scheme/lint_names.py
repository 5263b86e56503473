"""Rules of `scheme check` about codes and texts: what is named exists, what stands in the tree has a weight, what is written is seen."""

from collections.abc import Iterator
from typing import Any

from zhengheng.domain.names import unknown
from zhengheng.domain.unseen import named as by_code
from zhengheng.domain.unseen import unseen
from zhengheng.scheme.findings import Finding, error, grades_of, names_of, rule, warning, weight_of
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.shared import covers, spoken


@rule
def goals_and_topics_name_known_indicators(book: Rulebook, source: Source) -> Finding:
    known = names_of(book.indicators)
    named = [("goals", place, one.name, one.indicators) for place, one in enumerate(book.goals)]
    named += [("topics", place, one.name, one.indicators) for place, one in enumerate(book.topics)]
    for part, place, name, codes in named:
        for code in codes:
            if code not in known:
                zh, en = unknown("indicator", code, known)
                yield error(source.rulebook(part, place), f"{part}.unknown", f"{name.zh}：{zh}", f"{name.say('en')}: {en}")  # fmt: skip


@rule
def shared_settings_are_shared(book: Rulebook, source: Source) -> Finding:
    """What covers nobody was meant for somebody."""
    known, named = {i.code: i.method.kind if i.method else None for i in book.indicators}, names_of(book.indicators)  # fmt: skip
    for place, entry in enumerate(book.defaults):
        where, said = source.rulebook("defaults", place), spoken(entry)
        for code in entry.indicators:
            if code not in known:
                zh, en = unknown("indicator", code, named)
                yield error(
                    where, "indicator.unknown", f"共用设定：{zh}", f"the shared settings: {en}"
                )
        if not any(covers(said, code, kind) for code, kind in known.items()):
            yield error(where, "defaults.unused", "没有指标适用这一条共用设定；请核对其中的指标代码和计分方法，或者删去这一条。",
                        "no indicator is covered by these shared settings; check the codes and the method they name, or delete them")  # fmt: skip
        if not set(said) - {"indicators"}:
            yield error(where, "defaults.empty", "这一条共用设定没有写任何设定；请写明各指标共用什么，或者删去这一条。",
                        "these shared settings say nothing; say what the indicators share, or delete them")  # fmt: skip


@rule
def the_tree_has_weights(book: Rulebook, source: Source) -> Finding:
    """What weighs nothing says so with a zero; a row that was forgotten is no zero."""
    where = source.rulebook("weights", newest(book), "table")
    for node, _, _ in book.nodes():
        for child in node.children:
            code = child if isinstance(child, str) else child.code
            if any(weight_of(book, code, c.code) is not None for c in book.categories):
                continue
            if isinstance(child, str):
                yield error(where, "weights.absent", f"指标 {code} 在指标树中，但权重表中没有它；请写明权重，不计分的写 0。",
                            f"indicator {code} stands in the tree but has no weight; give it one, or 0 where it is not to count")  # fmt: skip
            elif node.aggregate != "sum":
                yield error(where, "weights.absent", f"维度 {code} 没有权重；请在权重表中写明，不计分的写 0。",
                            f"dimension {code} has no weight; give it one, or 0 where it is not to count")  # fmt: skip


@rule
def what_is_named_exists(book: Rulebook, source: Source) -> Finding:
    """A code that names nothing would silently do nothing."""
    known = {
        "indicator": names_of(book.indicators),
        "dimension": names_of(node for node, _, _ in book.nodes()),
        "category": names_of(book.categories),
        "grade": grades_of(book),
        "unit": names_of(book.units),
    }
    for path, kind, code in _named(book):
        if code not in known[kind]:
            yield error(source.rulebook(*path), f"{kind}.unknown", *unknown(kind, code, known[kind]))  # fmt: skip


@rule
def what_is_written_is_seen(book: Rulebook, source: Source) -> Finding:
    """The public reads a rulebook's texts: a mark that nobody sees may turn them round, or hide what stands there."""
    for path, text in _texts(book.model_dump(mode="json", by_alias=True), ()):
        if marks := unseen(text):
            part, *rest = path
            where = (
                source.indicator(book.indicators[int(rest[0])].code, *rest[1:])
                if part == "indicators"
                else source.rulebook(*path)
            )
            yield error(where, "text.unseen", f"文字中有看不见的字符（{by_code(marks)}），请删去。",
                        f"the text holds characters that nobody sees ({', '.join(by_code([mark]) for mark in marks)}); take them out")  # fmt: skip


def _texts(held: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(held, str):
        yield path, held
    elif isinstance(held, dict | list):
        for name, value in held.items() if isinstance(held, dict) else enumerate(held):
            yield from _texts(value, (*path, name))


@rule
def coefficients_are_for_somebody(book: Rulebook, source: Source) -> Finding:
    """Where the rulebook lists units itself; those that the data bring are looked for once they are read."""
    listed = {unit.code for unit in book.units}
    listed |= {heir.unit for event in book.succession for heir in event.heirs}
    for place, one in enumerate(book.coefficients):
        for unit in one.units:
            if book.units and unit not in listed:
                yield warning(source.rulebook("coefficients", place, "units", unit), "unit.unknown",
                              f"系数中的单位“{unit}”不在方案的单位名单中；采集的名单中也没有它的，核算时会被拒绝，请核对单位代码。",
                              f"a coefficient names the unit {unit!r}, which this rulebook does not list; where the data do not bring it, scoring refuses it: check its code")  # fmt: skip


def _named(book: Rulebook) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Every place that names something by its code, what kind of thing, and the code."""
    if book.ranking.key is not None:
        yield ("ranking", "key"), "dimension", book.ranking.key
    for place, unit in enumerate(book.units):
        for number, code in enumerate(unit.exempt):
            yield ("units", place, "exempt", number), "indicator", code
        if unit.superior is not None:
            yield ("units", place, "superior"), "unit", unit.superior
    for place, rater in enumerate(book.matrix):
        for number, code in enumerate(rater.indicators):
            yield ("matrix", place, "indicators", number), "indicator", code
    for place, reward in enumerate(book.incentives):
        for number, code in enumerate(reward.grades):
            yield ("incentives", place, "grades", number), "grade", code
    for place, rule_ in enumerate(book.budget):
        yield ("budget", place, "grade"), "grade", rule_.grade
    for place, cascade in enumerate(book.cascade):
        yield ("cascade", place, "indicator"), "indicator", cascade.indicator
    for number, code in enumerate(book.binding.categories if book.binding else ()):
        yield ("binding", "categories", number), "category", code


def newest(book: Rulebook) -> int:
    """The place of the weights in the newest table."""
    return max(range(len(book.weights)), key=lambda place: book.weights[place].from_)

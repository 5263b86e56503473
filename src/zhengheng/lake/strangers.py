"""Units that a rulebook names and that nobody knows: neither its own list, nor the data's, nor any observation."""

import pyarrow.compute as pc
import pyarrow.dataset as ds

from zhengheng.domain.problems import Problem
from zhengheng.lake.facts import Facts
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.procedure import Succession


def unknown_units(book: Rulebook, source: Source, facts: Facts) -> list[Problem]:
    """What would silently do nothing, all at once and each at its place: a coefficient for a unit that is not on the
    list, a target that is the value of a unit of which there is no value while others have theirs."""
    listed = {unit.code for unit in (*book.units, *facts.units)}
    listed |= {heir.unit for event in book.succession for heir in event.heirs}
    if facts.roster is not None:
        listed |= set(facts.roster["code"].to_pylist())
    found = [
        Problem(source.rulebook("coefficients", place, "units", unit), "unit.unknown",
                f"系数中的单位“{unit}”不在单位名单中，这个系数对谁都不起作用；请改为名单中的单位代码，或删去它。",
                f"a coefficient names the unit {unit!r}, which is on no list of units, so that it would do nothing; name one on the list, or delete it")
        for place, one in enumerate(book.coefficients) for unit in one.units if unit not in listed
    ]  # fmt: skip
    found += [
        Problem(source.rulebook("cascade", place, "children", unit), "unit.unknown",
                f"目标分解中的单位“{unit}”不在单位名单中，分给它的目标谁也不承担；请改为名单中的单位代码，或删去它。",
                f"a goal is decomposed to the unit {unit!r}, which is on no list of units, so that nobody has that target; name one on the list, or delete it")
        for place, one in enumerate(book.cascade) for unit in one.children if unit not in listed
    ]  # fmt: skip
    found += [
        Problem(source.rulebook("succession", place, "heirs"), "unit.unknown",
                f"单位变动中的“{event.unit}”和承接单位 {'、'.join(heir.unit for heir in event.heirs)} 都不在单位名单中，也没有数据，这一条不起作用；请核对单位代码。",
                f"{event.unit!r} and its heirs {', '.join(heir.unit for heir in event.heirs)} are on no list of units and have no data, so that this change of units would do nothing; check their codes")
        for place, event in enumerate(book.succession) if not _known(facts, book, event)
    ]  # fmt: skip
    named = [(one.code, one.reference.unit) for one in book.indicators if one.reference.to == "unit"]  # fmt: skip
    unknown = {unit for _, unit in named if unit and unit not in listed and not _rows(facts, unit=unit)}  # fmt: skip
    found += [
        Problem(source.indicator(code, "reference", "unit"), "unit.unknown",
                f"{code} 以单位“{unit}”的数值为参照，但名单和数据中都没有这个单位；请核对单位代码。",
                f"{code} takes its target from the unit {unit!r}, of which neither the list nor the data knows; check its code")
        for code, unit in named if unit in unknown and _rows(facts, indicator=code)
    ]  # fmt: skip
    return found


def _known(facts: Facts, book: Rulebook, event: Succession) -> bool:
    """Whether anybody knows one of the units of a change: a list of units, or a value."""
    own = {event.unit, *(heir.unit for heir in event.heirs)}
    if own & {unit.code for unit in (*book.units, *facts.units)}:
        return True
    if facts.roster is not None and own & set(facts.roster["code"].to_pylist()):
        return True
    return any(_rows(facts, unit=unit) for unit in own)


def _rows(facts: Facts, **where: str) -> int:
    """How many observations there are of a unit or an indicator."""
    held = [str(path) for path in facts.paths.get("observation", ())] or facts.tables["observation"]
    ((column, wanted),) = where.items()
    return int(ds.dataset(held).count_rows(filter=pc.field(column) == wanted))

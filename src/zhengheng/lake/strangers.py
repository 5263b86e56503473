"""Units that a rulebook names and that nobody knows: neither its own list, nor the data's, nor any observation."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from zhengheng.domain.problems import Problem
from zhengheng.lake.facts import Facts
from zhengheng.lake.roster import to_units
from zhengheng.scheme.folder import Source
from zhengheng.scheme.inherited import misfits
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scheme.procedure import Succession


def unknown_units(book: Rulebook, source: Source, facts: Facts) -> list[Problem]:
    """What would silently do nothing, all at once and each at its place: a coefficient for a unit that is not on the
    list, a target that is the value of a unit of which there is no value while others have theirs, a change of units
    into an heir that nobody knows or on a day that the list contradicts."""
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
    units = _units_of_changes(book, facts)
    found += [
        Problem(source.rulebook("succession", place, "heirs", number), "unit.unknown",
                f"承接单位“{heir.unit}”不在单位名单中，{event.unit} 的数据和目标没有单位承接；请核对单位代码，或把它列入名单。",
                f"the heir {heir.unit!r} is on no list of units, so that what {event.unit} hands over would reach nobody; check its code, or put it on the list")
        for place, event in enumerate(book.succession) if _known(facts, book, event)
        for number, heir in enumerate(event.heirs) if _reaches_nobody(book, units, event, heir.unit)
    ]  # fmt: skip
    found += [
        Problem(source.rulebook("succession", place, "date"), "succession.day", zh, en)
        for place, zh, en in misfits(book, units.values())
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


def _units_of_changes(book: Rulebook, facts: Facts) -> dict[str, Unit]:
    """Those that take part in changes, as they stand on the lists; the data's own word counts before the rulebook's."""
    party = {event.unit for event in book.succession}
    party |= {heir.unit for event in book.succession for heir in event.heirs}
    listed = [*book.units, *facts.units]
    if facts.roster is not None:
        listed += to_units(facts.roster.filter(pc.is_in(facts.roster["code"], pa.array(sorted(party), pa.string()))))  # fmt: skip
    return {unit.code: unit for unit in listed if unit.code in party}


def _reaches_nobody(book: Rulebook, units: dict[str, Unit], event: Succession, heir: str) -> bool:
    """Whether what is handed over is lost; an heir that is gone by now may have handed it on."""
    hands = "inherit" in {event.data, event.targets}
    return hands and heir not in units and not any(one.unit == heir for one in book.succession)


def _rows(facts: Facts, **where: str) -> int:
    """How many observations there are of a unit or an indicator."""
    held = [str(path) for path in facts.paths.get("observation", ())] or facts.tables["observation"]
    ((column, wanted),) = where.items()
    return int(ds.dataset(held).count_rows(filter=pc.field(column) == wanted))

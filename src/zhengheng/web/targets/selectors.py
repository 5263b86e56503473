"""Reading targets: how they come down from goal to post, and who eased his."""

from datetime import date
from typing import Any

from django.utils.timezone import localdate

from zhengheng.domain.numbers import parse_scaled, plain
from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.scheme.asked import target_of
from zhengheng.scheme.cascade import Coverage, coverage
from zhengheng.scheme.indicator import Indicator
from zhengheng.scoring.plan import handed_down
from zhengheng.web.acts.declare import Words
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.services import assessed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import adopted, book_of, of_year
from zhengheng.web.targets.models import TargetChange, TargetLine, TargetSheet


def cascades(
    version: RulebookVersion,
) -> tuple[list[dict[str, Any]], Coverage, tuple[list[Words], list[Words]]]:
    """Every cascade with its parent, its children and their targets; then how much is covered; and by name the units and goals that are not."""
    book = book_of(version)
    units, known = assessed(book), {one.code for one in book.indicators}
    names = {
        code: (zh, en or zh)
        for code, zh, en in Unit.objects.values_list("code", "name_zh", "name_en")
    }
    agreed = {
        (line.sheet.unit.code, line.indicator): parse_scaled(line.current, book.indicator(line.indicator).decimals)[0]
        for line in TargetLine.objects.filter(sheet__state="agreed", **of_year(version, "sheet__rulebook")).select_related("sheet__unit")
        if line.indicator in known
    }  # fmt: skip
    period = parse_period(version.period)
    targets, scored = handed_down(book, units, period, agreed), handed_down(book, units, period)
    # Who is assessed and agreed on nothing is scored by what the rulebook hands down, whatever was agreed with the parent.
    by_rule = {
        key
        for key in scored.keys() - agreed.keys()
        if key[0] in {unit.code for unit in units} and scored[key] != targets[key]
    }
    targets |= {key: scored[key] for key in by_rule}
    found = [
        {
            "indicator": indicator, "mode": one.mode, "roll_up": one.roll_up,
            "parent": _end(one.parent, indicator, targets, names),
            "children": [
                _end(child, indicator, targets, names)
                | {"share": str(share) if one.mode == "shares" else "", "by_rulebook": (child, one.indicator) in by_rule}
                for child, share in one.children.items()
            ],
        }
        for one in book.cascade for indicator in (book.indicator(one.indicator),)
    ]  # fmt: skip
    said = coverage(book, units)
    named = {one.code: (one.name.zh, one.name.say("en")) for one in (*book.units, *units)} | names
    goals = {one.code: (one.name.zh, one.name.say("en")) for one in book.goals}
    bare = (
        [named.get(code, (code, code)) for code in said.bare_units],
        [goals[code] for code in said.bare_goals],
    )
    return found, said, bare


def _end(unit: str, indicator: Indicator, targets: dict[tuple[str, str], int | None], names: Any) -> dict[str, Any]:  # fmt: skip
    held = targets.get((unit, indicator.code))
    zh, en = names.get(unit, ("", ""))
    own = target_of(indicator.method)
    if (unit, indicator.code) not in targets and own is not None:
        held = parse_scaled(str(own), indicator.decimals)[0]
    text = plain(held, indicator.decimals) if held is not None else None
    return {"unit": unit, "zh": zh, "en": en, "target": text}  # fmt: skip


def is_over(sheet: TargetSheet, day: date) -> bool:
    """Whether the unit ended within the year of a sheet: its lines stay to be read, and none is changed any more."""
    return ended_before(sheet.unit.valid_to, min(day, parse_period(sheet.rulebook.period).end))


def bare_heirs(day: date) -> list[tuple[RulebookVersion, Unit, list[Unit]]]:
    """Heirs in years still running that have no sheet of their own, though a unit before them has or had one.

    Each with the rulebook that names it as heir, and the units before it.
    """
    found = []
    for version in adopted():
        if parse_period(version.period).end < day:
            continue
        olds: dict[str, list[str]] = {}
        for event in book_of(version).succession:
            for heir in event.heirs if event.date <= day else ():
                olds.setdefault(heir.unit, []).append(event.unit)
        same = TargetSheet.objects.filter(**of_year(version))
        aimed = set(same.values_list("unit__code", flat=True)) if olds else set()
        wanted = {heir: held for heir, held in olds.items() if heir not in aimed and aimed & set(held)}  # fmt: skip
        known = Unit.objects.in_bulk({*wanted, *(one for held in wanted.values() for one in held)}, field_name="code")  # fmt: skip
        found += [(version, known[heir], [known[one] for one in held if one in known]) for heir, held in wanted.items() if heir in known]  # fmt: skip
    return found


def unfiled(day: date) -> list[TargetSheet]:
    """Sheets whose answer is overdue."""
    held = TargetSheet.objects.filter(state="proposed", due_on__lt=day)
    return list(held.select_related("unit", "rulebook"))


def eased(period: str) -> list[dict[str, Any]]:
    """Approved changes that made a target easier, unit by unit: who, how often, by how much, how late."""
    found: dict[str, dict[str, Any]] = {}
    held = TargetChange.objects.filter(state="approved", line__sheet__rulebook__period=period)
    for change in held.select_related("line__sheet__unit", "line__sheet__rulebook").order_by("pk"):
        sheet = change.line.sheet
        indicator = book_of(sheet.rulebook).indicator(change.line.indicator)
        before, after = (
            parse_scaled(text, indicator.decimals)[0] for text in (change.before, change.value)
        )
        # For an interval neither side is the easy one: every change is told.
        if indicator.direction != "interval" and not (after < before if indicator.direction == "up" else after > before):  # fmt: skip
            continue
        unit = sheet.unit
        entry = found.setdefault(unit.code, {"unit": unit.code, "zh": unit.name_zh, "en": unit.name_en or unit.name_zh, "changes": []})  # fmt: skip
        entry["changes"].append(
            {"id": change.pk, "indicator": indicator.code, "zh": indicator.name.zh, "en": indicator.name.en or indicator.name.zh,
             "measure_unit": indicator.measure_unit.zh, "measure_unit_en": indicator.measure_unit.say("en"), "original": change.line.original, "before": change.before, "after": change.value,
             "ground": change.ground, "asked_on": localdate(change.made_at)}
        )  # fmt: skip
    return sorted(found.values(), key=lambda entry: (-len(entry["changes"]), entry["unit"]))

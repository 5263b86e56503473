"""What a correction moved: the old and the new of every number that the public read, from the two snapshots alone."""

from typing import Any

from zhengheng.engines.heat import STATUSES
from zhengheng.web.pages.tags import say, show
from zhengheng.web.portal.snapshots import Site

Snapshot = dict[str, Any]
Pair = dict[str, str]
_UNIT = {"score": ("得分", "score"), "place": ("组内名次", "place"), "grade": ("等次", "grade")}
_MARK = {
    "value": ("实绩", "actual"), "target": ("目标", "target"), "line": ("达标线", "met from"), "status": ("状态", "status"),
    "points": ("得分", "points"), "full": ("满分", "full mark"),
}  # fmt: skip


def corrected(site: Site, one: Snapshot) -> Snapshot | None:
    """The publication that this one corrects, if it is at hand."""
    return next((other for other in site.publications if other["number"] == one["corrects"]), None)


def moved(before: Snapshot, one: Snapshot) -> list[dict[str, Any]]:
    """Of each unit with a difference: what of its line moved, and what of which indicator.

    What one of the two does not show has not moved, and of an indicator that is withheld now nothing former is said.
    """
    other = before["shows"] != one["shows"]
    inside = {indicator["code"] for indicator in one["indicators"] if not indicator["public"]}
    old = {unit["code"]: unit for group in before["groups"] for unit in group["units"]}
    names = {indicator["code"]: indicator["name"] for indicator in one["indicators"]}
    measures = {indicator["code"]: show(indicator["measure_unit"]) if indicator["measure_unit"]["zh"] else "" for indicator in one["indicators"]}  # fmt: skip
    # A unit's quarters and months have values too, and a correction of one moves another one here.
    actual = {"value": (f"{one['period']} 实绩", f"{one['period']} actual")}
    found = []
    for group in one["groups"]:
        for unit in group["units"]:
            earlier = old.get(unit["code"])
            if earlier is None:
                continue
            line = _pairs(earlier, unit, _UNIT, both=other)
            marks, now = before["marks"].get(unit["code"], {}), one["marks"].get(unit["code"], {})
            rows = [
                (code, names[code], pairs) for code, mark in now.items()
                if not _withheld(marks.get(code, {}), mark, other)
                and (pairs := _pairs(marks.get(code, {}), mark, _MARK | actual, both=other or code in inside, measure=measures[code]))
            ]  # fmt: skip
            if line or rows:
                found.append({"unit": unit, "line": line, "marks": rows})
    return found


def outdated(before: Snapshot | None, one: Snapshot, changes: list[dict[str, Any]]) -> set[str]:
    """Units whose numbers moved while their own words are still those from before the correction."""
    if before is None:
        return set()
    said = {account["unit"]: account for account in before["accounts"]}
    units = {change["unit"]["code"] for change in changes}
    return {
        account["unit"] for account in one["accounts"]
        if account["unit"] in units and said.get(account["unit"]) == account
    }  # fmt: skip


def _withheld(old: dict[str, Any], new: dict[str, Any], other: bool) -> bool:
    """Whether nothing may be said of a mark's move: it is withheld now, or was, under another form of display."""
    return new["status"] == "withheld" or (other and old.get("status") == "withheld")


def _pairs(
    old: dict[str, Any],
    new: dict[str, Any],
    names: dict[str, tuple[str, str]],
    *,
    both: bool,
    measure: str = "",
) -> list[Pair]:
    """What differs; with `both`, only of what both hold."""
    return [
        {"name": say(*names[name]), "old": _word(name, old.get(name)), "new": _word(name, new.get(name)), "unit": _unit(name, measure) if new.get(name) else ""}
        for name in names
        if ((name in old and name in new) if both else (name in old or name in new)) and old.get(name) != new.get(name)
    ]  # fmt: skip


def _unit(name: str, measure: str) -> str:
    """What a number is counted in: points, or the indicator's unit of measure."""
    if name in {"score", "points", "full"}:
        return say("分", "points")
    return measure if name in {"value", "target"} else ""


def _word(name: str, held: Any) -> str:
    if held is None or held == "":
        return "—"
    if name == "status":
        shape, zh, en = STATUSES[held]
        return f"{shape} {say(zh, en)}"
    if isinstance(held, dict):
        return say(held["zh"], held.get("en") or held["zh"])
    return str(held)

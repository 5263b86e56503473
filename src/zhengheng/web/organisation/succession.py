"""Who goes on for a unit that ended: what is open there is the main heir's from the day of the case."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps


def heirs(day: date) -> dict[str, str]:
    """Each ended unit's main heir, the one with the greatest share, followed to the unit that is there now."""
    # By the name of the app alone: reorganisations stand on the organisation, not the other way round.
    held = apps.get_model("reorganisation.Reorganisation")._default_manager
    done = held.filter(state__in=("carried_out", "complete"), day__lte=day).order_by("day", "id")
    main: dict[str, str] = {}
    for units, found in done.values_list("units", "heirs"):
        main |= dict.fromkeys(units, _greatest(found))
    return {old: _last(old, main) for old in main}


def _greatest(found: list[dict[str, Any]]) -> str:
    best = max(found, key=lambda one: Decimal(str(one["share"])))
    return str(best["code"])


def _last(unit: str, main: dict[str, str]) -> str:
    seen = {unit}
    while (after := main.get(unit)) is not None and after not in seen:
        seen.add(after)
        unit = after
    return unit


def before(units: Collection[str], day: date) -> list[tuple[str, str]]:
    """Of these units, each with a unit before it for whose open matters it stands in."""
    return [(heir, old) for old, heir in heirs(day).items() if heir in units and old != heir]

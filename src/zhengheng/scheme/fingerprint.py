"""Two fingerprints: one over what can change a number, one over everything including wording.

What can change a number says nothing of the order in which people list units, indicators or weights: the same rules
are the same from a folder and from a workbook whose rows stand in another order. The wording knows the order, which
is how people read them.
"""

import hashlib
import json
from typing import Any

from zhengheng.domain.canonical import canonical
from zhengheng.scheme.model import Rulebook

WORDS = {
    "name", "title", "definition", "source", "basis", "verification", "limitation", "full_marks",
    "reason", "missing_reason", "absent_reason", "evidence", "burden_minutes", "owner", "deputy",
    "origin", "reliability", "measure_unit", "organisation", "cases", "goals", "topics", "matrix",
    "innovation", "incentives", "warnings", "budget", "compensation", "procedure", "supplier",
    "status", "home", "visibility", "performing", "subject",
}  # fmt: skip

"""Fields of the model that change no number; a code of the same name in a map is no field and counts."""
MAPS = {"table", "categories", "units", "children", "numerator", "denominator", "senses"}
"""Fields whose keys are codes that people chose (where they hold keys at all)."""
_UNORDERED = {
    "indicators", "categories", "groups", "units", "adjustments", "gates", "exempt", "skip_months",
}  # fmt: skip
"""Lists of which the order says nothing. That of the tree says where a child stands, that of grades which is better, that
of a cascade whose target reaches a unit first."""


def digest(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def dump(rulebook: Rulebook) -> dict[str, Any]:
    """The rulebook as plain data, what is usual left out, in the order people write it.

    Written out: shared settings stand in every indicator, so that saying them once changes no fingerprint.
    """
    return {key: value for key, value in with_shared(rulebook).items() if key != "defaults"}


def with_shared(rulebook: Rulebook) -> dict[str, Any]:
    """The same with the shared settings beside the indicators that hold them: all of the model."""
    data: dict[str, Any] = json.loads(
        rulebook.model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True)
    )
    return data


def data_fingerprint(rulebook: Rulebook) -> str:
    """Changes exactly when a number could change."""
    return digest(_counting(dump(rulebook), ""))


def former_fingerprint(rulebook: Rulebook) -> str:
    """The data fingerprint as version 0.1.0 took it: by it what that version published is known again."""
    return digest(_without_words(dump(rulebook)))


def wording_fingerprint(rulebook: Rulebook) -> str:
    """Changes with any change at all."""
    return digest(dump(rulebook))


def _counting(value: Any, name: str) -> Any:
    """What counts of the value of a field, its lists in an order of their own where order says nothing."""
    if isinstance(value, dict):
        coded = name in MAPS
        return {k: _counting(v, name if coded else k) for k, v in value.items() if coded or k not in WORDS}  # fmt: skip
    if isinstance(value, list):
        held = [_counting(entry, "") for entry in value]
        if name in _UNORDERED:
            return sorted(held, key=canonical)
        # Tables of weights follow one another by their days, wherever they stand.
        return sorted(held, key=lambda table: table["from"]) if name == "weights" else held
    return value


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_words(v) for k, v in value.items() if k not in WORDS}
    if isinstance(value, list):
        return [_without_words(entry) for entry in value]
    return value

"""Two fingerprints: one over what can change a number, one over everything including wording."""

import hashlib
import json
from typing import Any

from zhengheng.domain.canonical import canonical
from zhengheng.scheme.model import Rulebook

_WORDS = {
    "name", "title", "definition", "source", "basis", "verification", "limitation", "full_marks",
    "reason", "missing_reason", "absent_reason", "evidence", "burden_minutes", "owner", "deputy",
    "origin", "reliability", "measure_unit", "organisation", "cases", "goals", "topics", "matrix",
    "innovation", "incentives", "warnings", "budget", "compensation", "procedure", "supplier",
    "status", "home", "visibility", "performing", "subject",
}  # fmt: skip


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
    return digest(_without_words(dump(rulebook)))


def wording_fingerprint(rulebook: Rulebook) -> str:
    """Changes with any change at all."""
    return digest(dump(rulebook))


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_words(v) for k, v in value.items() if k not in _WORDS}
    if isinstance(value, list):
        return [_without_words(entry) for entry in value]
    return value

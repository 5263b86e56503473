"""Canonical JSON: the one spelling of a value over which fingerprints and digests are taken."""

import json
from typing import Any


def canonical(value: Any) -> str:
    """Sorted keys, no spaces, plain text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

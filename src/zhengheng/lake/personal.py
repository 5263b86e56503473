"""Personal columns never rest: dropped or keyed-hashed before anything is stored or shown."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Literal


def protect(
    values: Mapping[str, str], rules: Mapping[str, Literal["drop", "hash"]], key: bytes
) -> dict[str, str]:
    """A row without its personal cells: dropped columns are gone, hashed ones are 16 hex digits."""
    kept = {}
    for name, value in values.items():
        rule = rules.get(name)
        if rule is None:
            kept[name] = value
        elif rule == "hash" and value:
            kept[name] = hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:16]
    return kept

"""Canonical JSON: the one spelling of a value over which fingerprints and digests are taken."""

import json
from typing import Any


def canonical(value: Any) -> str:
    """Sorted keys, no spaces, plain text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def json_line(value: Any) -> str:
    """A value as one line of a JSON Lines file, also for readers that end a line at U+2028, U+2029 or U+0085."""
    text = canonical(value)
    for mark in "\u0085\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text + "\n"


def json_lines(text: str) -> list[str]:
    """The lines of a JSON Lines file. Only a line feed ends one: a value may hold other marks that look like ends."""
    return text.removesuffix("\n").split("\n") if text else []

"""Paths of a lake are relative, so a moved folder still opens."""

from pathlib import Path

PREFIX = "lake:/"


def resolve(location: str, root: Path) -> Path:
    """The file that a `lake:/` path names below this root."""
    if not location.startswith(PREFIX):
        raise ValueError(f"not a path of this lake: {location}")
    return root / location.removeprefix(PREFIX).lstrip("/")

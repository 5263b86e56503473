"""The way to a place by its keys, for messages: entries of a list are counted as people count them, from 1."""

from collections.abc import Iterable


def by_keys(path: Iterable[str | int]) -> tuple[str, str]:
    """`units（第 1 项）.valid_to`, in Chinese and English."""
    zh = en = ""
    for part in path:
        if isinstance(part, int):
            zh, en = f"{zh}（第 {part + 1} 项）", f"{en} (entry {part + 1})"
        else:
            zh, en = (f"{said}.{part}" if said else part for said in (zh, en))
    return zh, en.strip()


def dotted(path: Iterable[str | int]) -> str:
    """The same as a place: `units.1.valid_to`."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)

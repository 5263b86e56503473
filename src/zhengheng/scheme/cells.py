"""A rulebook's parts as cells: a key such as method/knots/#0/at, and a text. Workbooks and forms speak it."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from zhengheng.domain.script import narrow
from zhengheng.scheme.model import Rulebook

Place = tuple[str | int, ...]
MOST = 1000
"""Entries of one list: a key beyond it is a slip of the pen."""


class CellKeyError(ValueError):
    """A key that names no place in a rulebook."""


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested data: a/b for keys, a/#0 for list places."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from flat(entry, _join(path, key.replace("%", "%25").replace("/", "%2F")))
    elif isinstance(value, list) and value:
        for place, entry in enumerate(value):
            yield from flat(entry, _join(path, f"#{place}"))
    else:
        yield path, json.dumps(value) if isinstance(value, dict | list) else value


def _join(path: str, key: str) -> str:
    return f"{path}/{key}" if path else key


def place_of(path: str) -> Place:
    """The keys and list places of a path. Raises CellKeyError for a list place that is none."""
    return tuple(
        _number(part) if part.startswith("#") else part.replace("%2F", "/").replace("%25", "%")
        for part in path.split("/")
    )


def _number(part: str) -> int:
    if not part[1:].isdecimal() or len(part) > 5 or int(part[1:]) >= MOST:
        raise CellKeyError(part)
    return int(part[1:])


def put(data: Any, path: str, value: Any) -> None:
    """Set a leaf in nested data, making dicts and lists as the path asks. Raises CellKeyError."""
    keys = place_of(path)
    if value in {"[]", "{}"}:
        value = json.loads(value)
    for place, key in enumerate(keys[:-1]):
        following: Any = [] if isinstance(keys[place + 1], int) else {}
        data = _below(data, key, following, path)
    _below(data, keys[-1], value, path)
    data[keys[-1]] = value


def _below(data: Any, key: str | int, following: Any, path: str) -> Any:
    """What stands at a key, `following` where nothing does yet."""
    if isinstance(key, int) and isinstance(data, list):
        data += [None] * (key + 1 - len(data))
    elif not isinstance(key, str) or not isinstance(data, dict):
        raise CellKeyError(path)
    held: Any = data
    if (isinstance(key, str) and key not in held) or held[key] is None:
        held[key] = following
    return held[key]


def plain(text: str) -> str:
    """A cell's text; the apostrophe that keeps it from being a formula goes, full-width digits become plain ones."""
    text = text.removeprefix("'")
    thin = narrow(text)
    return thin if thin.isascii() and thin.replace(".", "").replace("-", "").isdigit() else text


def validated(data: dict[str, Any]) -> Rulebook:
    """The rulebook. Cells are text; where the model asks for an integer or yes/no, the text is read as one.

    Raises ValidationError.
    """
    while True:
        try:
            return Rulebook.model_validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            # Every part is repaired in one go, so this must not stop at the first.
            repaired = [_repair(data, item) for item in error.errors(include_url=False)]
            if not any(repaired):
                raise


def _repair(data: Any, item: Any) -> bool:
    path = list(item["loc"])
    holder, last = data, None
    for part in path:
        if (isinstance(holder, dict) and part in holder) or (
            isinstance(holder, list) and isinstance(part, int) and part < len(holder)
        ):
            parent, last = holder, part
            holder = holder[part]
        # Other parts of the path only name the member of a union that was tried.
    if last is None or not isinstance(holder, str):
        return False
    if item["type"] in {"int_type", "int_parsing"} and holder.removeprefix("-").isdecimal():
        parent[last] = int(holder)
        return True
    if item["type"] in {"bool_type", "bool_parsing"} and holder in {"是", "否"}:
        parent[last] = holder == "是"
        return True
    return False

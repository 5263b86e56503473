"""A rulebook with holes, made readable, so that faults of meaning show beside faults of shape.

What the model refuses is replaced by something that it takes, in several ways that differ from each other; what the
check finds in all of them holds whatever belongs there, and only that is said. (A weight that cannot be read changes
every sum with it, so its sums are not said to be wrong; a weight of 99 elsewhere is.)
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from zhengheng.scheme.faults import MOST, faults
from zhengheng.scheme.kinds import Shape
from zhengheng.scheme.model import Rulebook

Path_ = tuple[str | int, ...]
WAYS = 2
_ROUNDS = 12
UNSAID = "（未填）"
_ROOT = Shape("model", model=Rulebook)


def drafts(data: Any, unread: Iterable[Path_] = ()) -> list[Rulebook]:
    """The rulebooks that this data may have meant; none where too little of it can be read."""
    try:
        found = [_mended(json.loads(json.dumps(data)), list(unread), way) for way in range(WAYS)]
    except RecursionError:  # nested far beyond any rulebook
        return []
    return [book for book in found if book is not None] if None not in found else []


def _mended(data: Any, unread: list[Path_], way: int) -> Rulebook | None:
    for path in unread:
        _mend(data, path, _at(path, data), way, drop=False)
    tried: dict[Path_, int] = {}
    for _ in range(_ROUNDS):
        try:
            return Rulebook.model_validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            if error.error_count() > MOST:
                return None
            for fault in sorted(faults(error, _ROOT, data), key=lambda f: _order(f.path), reverse=True):  # fmt: skip
                count = tried[fault.path] = tried.get(fault.path, 0) + 1
                kind, held = fault.item["type"], fault.item["input"]
                # What does not help where it is wrong is tried one step further up.
                path = fault.path[: max(1, len(fault.path) - max(0, count - 2))]
                if kind == "string_pattern_mismatch" and isinstance(held, str) and count == 1:
                    data = _renamed(data, held, f"_{way}_{len(tried)}")
                    continue
                shape = fault.shape if path == fault.path else _at(path, data)
                _mend(data, path, shape, way, drop=kind == "extra_forbidden")
    return None


def _order(path: Path_) -> tuple[tuple[int, str], ...]:
    return tuple((part, "") if isinstance(part, int) else (-1, part) for part in path)


def _at(path: Path_, data: Any) -> Shape | None:
    shape: Shape | None = _ROOT
    held = data
    for part in path:
        shape = shape.below(part, held) if shape else None
        try:
            held = held[part]
        except (KeyError, IndexError, TypeError):
            held = None
    return shape


def _mend(data: Any, path: Path_, shape: Shape | None, way: int, *, drop: bool) -> None:
    """Put something in the place of what is wrong; what may be left out is, in one of the ways."""
    if not path:
        return
    holder = data
    for part in path[:-1]:
        try:
            holder = holder[part]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    try:
        if drop or shape is None or shape.kind == "nothing":
            del holder[last]
        elif way == 0 and isinstance(holder, dict) and (not shape.required or shape.optional):
            holder.pop(last, None)
        else:
            holder[last] = _something(shape, way)
    except (KeyError, IndexError, TypeError):
        return


def _renamed(data: Any, old: str, new: str) -> Any:
    """A code that is none, everywhere it stands: what it names is still what it names."""
    if isinstance(data, dict):
        return {new if key == old else key: _renamed(one, old, new) for key, one in data.items()}
    if isinstance(data, list):
        return [_renamed(one, old, new) for one in data]
    return new if data == old else data


def _something(shape: Shape, way: int) -> Any:
    if shape.kind == "either":
        if shape.tag:
            return {shape.tag: ("direct", "milestones")[way]}
        return _something(shape.members[0], way)
    if shape.kind == "choice":
        return shape.choices[-way]
    if shape.kind == "integer":
        return int(shape.limits.get("ge", shape.limits.get("gt", 0) + 1)) + way
    least = shape.limits.get("min_length", 0)
    if shape.kind == "list" and shape.inner:
        return [_something(shape.inner, way) for _ in range(least)]
    if shape.kind == "map" and shape.inner:
        return {f"_{way}": _something(shape.inner, way)} if least else {}
    text = _text(shape.limits.get("pattern", ""), way)
    return {"number": _number(shape.limits, way), "yes_no": bool(way), "day": ("2000-01-01", "2097-01-01")[way], "text": text}.get(shape.kind, {})  # fmt: skip


def _number(limits: Mapping[str, Any], way: int) -> str:
    """A number that may stand there: one that is refused again takes with it whatever it stands in."""
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    if high is None:
        return ("1", "7919")[way]
    least, most = Decimal(0 if low is None else low), Decimal(high)
    return f"{least + (most - least) * (way + 1) / 4:f}"


def _text(pattern: str, way: int) -> str:
    if pattern.startswith("^[A-Za-z"):
        return f"_{way}"
    if pattern.startswith(r"^\d{2}"):
        return ("01-01", "12-31")[way]
    return ("0", "1")[way] if pattern else UNSAID

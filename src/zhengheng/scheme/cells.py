"""A rulebook's parts as cells: a key such as method/knots/#0/at, and a text. Workbooks and forms speak it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from zhengheng.domain.canonical import read_json
from zhengheng.domain.numbers import plainly
from zhengheng.domain.script import narrow
from zhengheng.scheme.choice_words import choices_of, meant, words_of
from zhengheng.scheme.kinds import Shape, one_cell
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.shared import NONE
from zhengheng.workbooks.cell import Cell, Fault, refusal, shown

Place = tuple[str | int, ...]
MOST = 1000
"""Entries of one list: a key beyond it is a slip of the pen."""
ROOT = Shape("model", model=Rulebook)
_LISTED = re.compile(r"[、，,；;\n]")
_PAIRED = re.compile(r"[；;\n]")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
PERCENT = (
    "“{}”带有百分号；计量单位是 % 的请填 95 这样的数，份额请填 0.95 这样的小数，单元格格式请用常规",
    "“{}” has a percent sign; where the unit of measure is %, write 95; a share is written 0.95; format the cell as General",
)  # fmt: skip
_YES = {"是": True, "√": True, "true": True, "yes": True, "否": False, "×": False, "false": False, "no": False}  # fmt: skip


class CellKeyError(ValueError):
    """A key that names no place in a rulebook."""


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested data: a/b for keys, a/#0 for list places."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from flat(entry, joined(path, key))
    elif isinstance(value, list) and value:
        for place, entry in enumerate(value):
            yield from flat(entry, joined(path, place))
    else:
        yield path, json.dumps(value) if isinstance(value, dict | list) else value


def spoken(value: Any, shape: Shape | None, path: str = "") -> Iterator[tuple[str, Any]]:
    """The same in the words of the workbook: choices in Chinese, a list or map of scalars in one cell."""
    shape = shape.member(value) if shape else None
    text = _together(value, shape, path) if shape and one_cell(shape) else None
    if text is not None:
        yield path, text
    elif isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from spoken(entry, shape.below(key, value) if shape else None, joined(path, key))
    elif isinstance(value, list) and value:
        for place, entry in enumerate(value):
            yield from spoken(entry, shape.below(place) if shape else None, joined(path, place))
    elif isinstance(value, dict) and shape and shape.kind == "model" and shape.optional:
        # All as usual, and still not none: one of its parts is written out.
        key, part = next((k, p) for k, p in shape.parts.items() if p.scalar and p.default is not None)  # fmt: skip
        yield from spoken(
            json.loads(json.dumps(part.default, default=str)), part, joined(path, key)
        )
    elif isinstance(value, dict | list):
        yield path, json.dumps(value)
    else:
        yield path, _word(value, shape, path)


def _word(value: Any, shape: Shape | None, path: str) -> Any:
    if shape and not isinstance(value, bool) and value in choices_of(shape):
        return words_of(part_of(path), value, shape)[0]
    return value


def _together(value: Any, shape: Shape, path: str) -> str | None:
    """A list or a map of scalars as one text; None where the text could not be taken apart again."""
    if not value or shape.inner is None:
        return None
    if isinstance(value, list):
        texts = [str(_word(one, shape.inner, path)) for one in value]
        safe = all(text and text == text.strip() and not _LISTED.search(text) for text in texts)
        return "、".join(texts) if safe else None
    if isinstance(value, dict):
        pairs = {key: str(_word(one, shape.inner, path)) for key, one in value.items()}
        parts = (*pairs, *pairs.values())
        safe = all(part and part == part.strip() and not _PAIRED.search(part) for part in parts)
        safe = safe and not any(sign in key for key in pairs for sign in "=＝")
        return "；".join(f"{key}={one}" for key, one in pairs.items()) if safe else None
    return None


def at(path: str) -> Shape | None:
    """What may stand at a path of the rulebook; None where it names no place of the format."""
    shape: Shape | None = ROOT
    for key in place_of(path):
        shape = shape.below(key) if shape else None
    return shape


def part_of(path: str) -> str:
    """The last name of a path: what its choices are called after."""
    return next((part for part in reversed(path.split("/")) if not part.startswith("#")), "")


def joined(path: str, key: str | int) -> str:
    """A path one step further."""
    step = f"#{key}" if isinstance(key, int) else key.replace("%", "%25").replace("/", "%2F")
    return f"{path}/{step}" if path else step


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
        value = read_json(value)
    for place, key in enumerate(keys[:-1]):
        following: Any = [] if isinstance(keys[place + 1], int) else {}
        data = _below(data, key, following, path)
    _below(data, keys[-1], value, path)
    data[keys[-1]] = value


def got(data: Any, path: str) -> Any:
    """What nested data hold at a leaf; None where they hold nothing there, or the path is none."""
    try:
        for key in place_of(path):
            data = data[key]
    except (CellKeyError, LookupError, TypeError):
        return None
    return data


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


def typed(value: Any, shape: Shape | None, faults: dict[Place, Fault], path: Place = ()) -> Any:
    """Data whose leaves are texts as the model wants them: whole numbers, yes and no, days, choices by their key.

    What cannot be read stays as it is, for the model to refuse; a cell that may not be taken at all goes
    into `faults`.
    """
    if shape is not None and isinstance(value, dict):
        if shape.tag and isinstance(said := value.get(shape.tag), str):
            found = {meant("kind", one.parts[shape.tag], str(said)) for one in shape.members} - {None}  # fmt: skip
            value = value | {shape.tag: found.pop()} if found else value
        return {key: typed(one, shape.below(key, value), faults, (*path, key)) for key, one in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [typed(one, shape.below(n) if shape else None, faults, (*path, n)) for n, one in enumerate(value)]  # fmt: skip
    if not isinstance(value, str):
        return value
    if shape is not None and path[:1] in {("indicators",), ("defaults",)} and value.strip() == NONE:
        return _nothing(shape, shared=path[0] == "defaults")
    # Where a code or one of some words may stand, the words are known to the whole alone.
    shape = shape.member(value) if shape and not choices_of(shape) else shape
    # A list or map of numbers in one cell is numbers too.
    inner = shape.inner if shape and shape.kind in {"list", "map"} else shape
    if fault := refusal(value, number=inner is not None and inner.kind in {"number", "integer"}):
        faults[path] = fault
    elif (
        inner is not None
        and inner.kind in {"number", "integer"}
        and isinstance(value, Cell)
        and value.rounds
    ):
        faults[path] = Fault(
            "cell.shown", f"单元格里是 {value}，显示的却是 {value.rounds}，不知以哪一个为准；请按要用的数填写，并让它完整显示",
            f"this cell holds {value} but shows {value.rounds}, and nobody knows which is meant; type the number that counts and let all of it be seen",
        )  # fmt: skip
    elif shape and shape.kind in {"number", "integer"} and value.strip().endswith(("%", "％")):
        faults[path] = Fault("cell.percent", *percent(str(value), weight=path[:1] == ("weights",)))
    if shape is None:
        return str(value)
    if shape.kind in {"list", "map"} and shape.inner and one_cell(shape):
        return _apart(shown(value), shape, faults, path)
    return _leaf(value, shape, next((str(p) for p in reversed(path) if isinstance(p, str)), ""))


def thin(value: Any, shape: Shape | None) -> Any:
    """Plain data in which the digits of numbers have their plain width, as cells of workbooks have; texts stay as they are."""
    shape = shape.member(value) if shape else None
    if isinstance(value, dict):
        return {key: thin(one, shape.below(key, value) if shape else None) for key, one in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [thin(one, shape.below(n) if shape else None) for n, one in enumerate(value)]
    if not isinstance(value, str) or value.isascii() or shape is None:
        return value
    if shape.kind not in {"number", "integer"}:
        return value
    text = narrow(value)
    whole = shape.kind == "integer" and re.fullmatch(r"-?\d{1,15}", text, re.ASCII)
    return int(text) if whole else text


def _nothing(shape: Shape, *, shared: bool) -> Any:
    """None of something, or no words; to shared settings null says no more than silence."""
    if shape.optional and not shared:
        return None
    return {"list": [], "map": {}, "model": {}, "text": ""}.get(shape.kind, NONE)


def percent(text: str, *, weight: bool = False) -> tuple[str, str]:
    """Why a percentage is no number of a rulebook: nobody knows which of two it means; a weight of 15% means 15."""
    if weight:
        number = text.strip().rstrip("%％").strip()
        return f"“{text}”带有百分号；权重请填 {number}，不带百分号，单元格格式请用常规", f"“{text}” has a percent sign; write the weight as {number}, without the sign, and format the cell as General"  # fmt: skip
    return PERCENT[0].format(text), PERCENT[1].format(text)


def _apart(text: str, shape: Shape, faults: dict[Place, Fault], path: Place) -> Any:
    if shape.kind == "list":
        texts = [one.strip() for one in _LISTED.split(text) if one.strip()]
        return [typed(plain(one), shape.inner, faults, (*path, n)) for n, one in enumerate(texts)]
    found: dict[str, Any] = {}
    for pair in _PAIRED.split(text):
        key, sign, one = re.sub("＝", "=", pair, count=1).partition("=")
        if not pair.strip():
            continue
        key = key.strip()
        if not sign or key in found:
            faults[path] = Fault(
                "cell.pairs", f"“{pair.strip()}”应写成“代码=数值”，各项用“；”隔开，代码不得重复",
                f"{pair.strip()!r} should be `code=number`, entries parted by semicolons, no code twice",
            )  # fmt: skip
        found[key] = typed(plain(one.strip()), shape.inner, faults, (*path, key))
    return found


def _leaf(value: str, shape: Shape, part: str) -> Any:
    text = plain(str(value)).strip()
    if shape.kind in {"number", "integer"}:
        text = plainly(narrow(text)) or text
    if shape.kind == "number":
        return text
    if shape.kind == "integer":
        return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else text
    if shape.kind == "yes_no":
        return _YES.get(text.lower(), text)
    if shape.kind == "day":
        day = _DAY.fullmatch(text)
        return f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}" if day else text
    if choices_of(shape):
        found = meant(part, shape, text)
        return found if found is not None else str(shown(value))
    return plain(str(shown(value)))


def validated(data: dict[str, Any]) -> Rulebook:
    """The rulebook of a form's cells: each text is read as what its place asks for. Raises ValidationError."""
    return Rulebook.model_validate_json(json.dumps(typed(data, ROOT, {})), strict=True)

"""`scheme diff`: what changed between two rulebooks, in words an official would use."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from zhengheng.domain.problems import Language
from zhengheng.domain.several import several
from zhengheng.scheme.base import Words
from zhengheng.scheme.choice_words import choice_word
from zhengheng.scheme.excel_words import worded
from zhengheng.scheme.fingerprint import data_fingerprint, dump, wording_fingerprint
from zhengheng.scheme.kinds import Shape
from zhengheng.scheme.model import Rulebook

_TABLE = "table"
"""Holds the weights of a day; in a place it is not said."""
_KEYS = ("code", "from", "indicator", "grade", "item", "step", "name", "date")
_EXPECTED = {"total": ("总分", "total"), "rank": ("名次", "rank"), "points": ("得分", "points"), "light": ("亮灯", "light"),
             "item": ("事项", "item"), "date": ("日期", "date")}  # fmt: skip
"""What worked examples call by words that are no keys of the model."""
_LIGHTS = {"met": ("绿灯", "met"), "watch": ("黄灯", "watch"), "missed": ("红灯", "missed")}
_BODIES = frozenset(
    {"units", "unit", "owner", "deputy", "supplier", "home", "superior", "parent", "heir"}
)
"""Keys under which a code is that of a unit, which may be an indicator's as well."""
_KINDS = frozenset({"category", "categories", "group", "groups"})
"""Keys under which a code is that of a category or a group: where every department is one, it may be an indicator's too."""
_VERSION = frozenset({"version", "status", "effective_from", "known_from"})
"""What a new version of the same rules has otherwise."""
Found = tuple[tuple[str, ...], Any, Any]


@dataclass(frozen=True)
class Names:
    """What codes stand for: things of the rulebook, its categories and groups, and units, its own and those of the organisation."""

    things: Mapping[str, Words]
    kinds: Mapping[str, Words]
    bodies: Mapping[str, Words]
    coded: Mapping[str, Words]
    """Those of which the code is told with the name: indicators and units."""

    def of(self, code: str, key: str) -> Words | None:
        """What a code means under a key of the model; None where nothing is known by it."""
        order = [self.things, self.kinds, self.bodies]
        # Sorting keeps the order of the others.
        order.sort(key=lambda one: one is not (self.bodies if key in _BODIES else self.kinds if key in _KINDS else self.things))  # fmt: skip
        return next((one[code] for one in order if code in one), None)

    def said(self, code: str, name: Words, language: Language) -> str:
        """A code with its name: of what people know by its code that too; a dimension, group, grade or item has only a name."""
        return (
            f"{code} {name.say(language)}"
            if code in self.coded and self.coded[code] == name
            else name.say(language)
        )


def differences(
    before: Rulebook, after: Rulebook, language: Language, bodies: Mapping[str, Words] | None = None
) -> list[str]:
    """One line a change; the last line says whether any number can change. Of the same rulebook: that nothing differs.

    `bodies` are the names of the organisation's units, of which a rulebook knows no more than the codes.
    """
    units = {one.code: one.name for book in (before, after) for one in book.units}
    kinds: dict[str, Words] = {
        one.code: one.name for book in (before, after) for held in (book.categories, book.groups) for one in held
    }  # fmt: skip
    coded = {one.code: one.name for book in (before, after) for one in book.indicators}
    held = {**(bodies or {}), **units}
    names = Names(_names(before) | _names(after), kinds, held, {**held, **coded})
    old, new = dump(before), dump(after)
    weights = _weights(old.pop("weights"), new.pop("weights"))
    found = [*_walk(old, new, (), _RULEBOOK), *weights]
    # A category may have the code of a dimension; the weights of a child are by category.
    categories = Names({**names.things, **kinds}, {}, names.bodies, names.coded)
    lines = [_line(path, was, now, language, names, categories if path[0] == "weights" else names) for path, was, now in found]  # fmt: skip
    if not lines and wording_fingerprint(before) == wording_fingerprint(after):
        return ["没有差别。" if language == "zh" else "no difference"]
    what = ("只改了文字", "wording only")
    if not lines:
        lines = ["各项内容相同，只有先后次序不同。" if language == "zh" else "all entries are the same; only their order differs"]  # fmt: skip
        what = ("只改了次序", "order only")
    if found and all(_names_it(path) for path, _, _ in found):
        return [*lines, "计分规则未变（只有版本、状态或日期不同）。" if language == "zh" else "no rule of scoring changes (version, status or dates only)"]  # fmt: skip
    same = data_fingerprint(before) == data_fingerprint(after)
    zh = f"计分口径未变（{what[0]}）。" if same else "计分口径有变化，得分可能变动。"
    en = f"no number can change ({what[1]})" if same else "numbers may change"
    return [*lines, zh if language == "zh" else en]


def _names_it(path: tuple[str, ...]) -> bool:
    """Whether a place only says which version a rulebook is, and from when it holds."""
    return path[0] in _VERSION or (path[0] == "weights" and path[-1] == "from")


def _walk(old: Any, new: Any, path: tuple[str, ...], shape: Shape | None = None) -> Iterator[Found]:  # fmt: skip
    old, new = _keyed(old), _keyed(new)
    if isinstance(old, dict) and isinstance(new, dict):
        # Of another kind of method the numbers are others: what it would have by default never stood there.
        alike = old.get("kind") == new.get("kind")
        for key in dict.fromkeys([*old, *new]):
            below = _inner(shape, str(key), new)
            # What is left out holds as it usually does: 2 becomes 3, it does not come from nowhere.
            usual = _usual(below) if below and alike else None
            yield from _walk(old.get(key, usual), new.get(key, usual), (*path, str(key)), below)
    elif _listed(old) and _listed(new) and set(old) != set(new):
        yield from (((*path, one), None, one) for one in new if one not in old)
        yield from (((*path, one), one, None) for one in old if one not in new)
    elif old != new:
        yield path, old, new


def _inner(shape: Shape | None, key: str, held: dict[str, Any]) -> Shape | None:
    """What may stand under a key, or as an entry of a list that is told apart by names."""
    if shape is None:
        return None
    return shape.inner if shape.kind == "list" else shape.below(key, held)


def _keyed(value: Any) -> Any:
    """Lists of named things compare by name, so that moving one is not a change of all; leaves of the tree are their own name."""
    if isinstance(value, list) and value and any(isinstance(entry, dict) for entry in value):
        for key in _KEYS:
            names = [entry.get(key) if isinstance(entry, dict) else entry for entry in value]
            if all(isinstance(n, str) for n in names) and len(set(names)) == len(names):
                return dict(zip(names, value, strict=True))
    return value


def _listed(value: Any) -> bool:
    """Whether it is a list of words of which none stands twice: what comes and goes is said one by one."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value) and len(set(value)) == len(value)  # fmt: skip


def _weights(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Found]:
    """Weights day by day: a new table against the one that it follows, so that each weight is said with what it was."""
    known = {str(table["from"]): table for table in old}
    days = {str(table["from"]) for table in new}
    followed = set()
    for table in new:
        day = str(table["from"])
        was = max((one for one in known if one <= day), default=min(known))
        followed.add(was)
        path = ("weights", day)
        yield from _walk(known[was]["table"], table["table"], (*path, _TABLE))
        if was == day or was not in days:
            old_rest, rest = (
                {key: value for key, value in one.items() if key != "table"}
                for one in (known[was], table)
            )
            yield from _walk(old_rest, rest, path)
    for day in sorted(known.keys() - followed - days):
        yield ("weights", day), known[day]["table"], None


def _names(book: Rulebook) -> dict[str, Words]:
    """What codes stand for: indicators, dimensions, grades and items by their names."""
    held: list[Any] = [*book.indicators, *book.adjustments]
    held += [node for node, _, _ in book.nodes()]
    held += (*book.grading.bands, *book.grading.outside) if book.grading else ()
    return {one.code: one.name for one in held}


def _line(path: tuple[str, ...], old: Any, new: Any, language: Language, names: Names, inner: Names) -> str:  # fmt: skip
    chinese = language == "zh"
    *_, (shape, part) = stations = list(_stations(_RULEBOOK, path))
    place = " › ".join(
        _place(station, step, language, names if depth < 4 else inner, key)
        for depth, ((station, key), step) in enumerate(
            zip([(_RULEBOOK, "rulebook"), *stations], path, strict=False)
        )
        if not (step == _TABLE and path[0] == "weights")
    )
    was, now = (_whole(one, shape, part, language, inner) for one in (old, new))
    if old is None or new is None:
        zh, en = ("新增", "added") if old is None else ("删除", "removed")
        value = new if old is None else old
        if path[0] == "weights" and len(path) == 2:
            # A table that nothing follows: its weights are many, and stand in the version before.
            return (
                f"{zh} {place}：权重表，共 {len(value)} 项"
                if chinese
                else f"{en} {place}: table of {several(len(value), 'weight', 'weights')}"
            )
        # A word that comes into a list is its own place.
        said = (
            "" if value == path[-1] else f"{'：' if chinese else ': '}{was if new is None else now}"
        )
        return f"{zh if chinese else en} {place}{said}"
    return f"修改 {place}：{was} 改为 {now}" if chinese else f"changed {place}: {was} to {now}"


def _usual(shape: Shape) -> Any:
    """What holds at a place where nothing is written; None where nothing does, or more than one word of it."""
    default = shape.default
    if shape.required or (isinstance(default, str) and not default):
        return None
    if isinstance(default, Decimal):
        return f"{default:f}"
    return default if isinstance(default, str | int) else None


def _stations(shape: Shape, path: tuple[str, ...]) -> Iterator[tuple[Shape, str]]:
    """What stands after each step of a way, and the key of the model that holds it: names keep the key before them."""
    key = ""
    for step in path:
        held, is_key = _below(shape, step)
        key = step if is_key else key
        shape = held
        yield shape, key


def _below(shape: Shape, step: str) -> tuple[Shape, bool]:
    """What stands under a step, and whether the step is a key of the model, not a name that a city gave."""
    held = [one.parts[step] for one in (shape, *shape.members) if step in one.parts]
    if held:
        # The kinds of a method or the like: what any of them may say there.
        choices = dict.fromkeys(choice for one in held for choice in one.choices)
        return replace(held[0], choices=tuple(choices)), True
    for one in (shape, *shape.members):
        if one.kind in {"list", "map"} and one.inner:
            return one.inner, False
    return Shape("text"), False


def _place(shape: Shape, step: str, language: Language, names: Names, inside: str = "") -> str:
    """A step of the way there, from what it starts at: a key in words; a choice by its word; a code with what it stands for."""
    if _below(shape, step)[1]:
        return worded(step, language, inside)
    for choices, part in _named_by(shape):
        if step in choices:
            return choice_word(part, step, language)
    if known := names.of(step, inside):
        return names.said(step, known, language)
    return _free(step, language, names)


def _named_by(shape: Shape) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Choices of the model that stand as names: keys of a map, or what tells the entries of a list apart."""
    for one in (shape, *shape.members):
        if one.kind == "map" and one.keys:
            yield one.keys.choices, "clocks"
        elif one.kind == "list" and one.inner:
            yield from (
                (one.inner.parts[key].choices, key) for key in _KEYS if key in one.inner.parts
            )


def _free(step: str, language: Language, names: Names) -> str:
    """A word of a worked example: "light:CODE" and the like; what a city wrote stays as it is."""
    word, _, code = step.partition(":")
    if code and word in _EXPECTED:
        colon = "：" if language == "zh" else ": "
        return f"{_free(word, language, names)}{colon}{code}"
    return _EXPECTED[step][language == "en"] if step in _EXPECTED else worded(step, language)


def _whole(value: Any, shape: Shape, part: str, language: Language, names: Names) -> str:
    """All of a value: its name first, then every entry with its number."""
    if not isinstance(value, dict | list):
        return _one(value, shape, part, language, names)
    parts = []
    for path, entry in _leaves(value):
        if path[-1] in {"zh", "en"} and path[-1] != language and _said(value, path, language):
            continue
        stations = list(_stations(shape, path))
        words = [
            _place(before, step, language, names, key)
            for (before, key), step in zip([(shape, part), *stations], path, strict=False)
            if step not in {"zh", "en"}
        ]
        last, key = stations[-1]
        said = _one(entry, last, key or part, language, names)
        place = " › ".join(words)
        parts.append((": " if language == "en" else "：").join(one for one in (place, said) if one))
    return ("；" if language == "zh" else "; ").join(parts)


def _said(value: Any, path: tuple[str, ...], language: Language) -> bool:
    """Whether the words at a place are there in the reader's language as well."""
    for part in path[:-1]:
        value = value[int(part) - 1] if isinstance(value, list) else value[part]
    return bool(value.get(language))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _leaves(entry, (*path, str(key)))
    elif isinstance(value, list):
        for place, entry in enumerate(value, 1):
            yield from _leaves(entry, (*path, str(place)))
    else:
        yield path, value


def _one(value: Any, shape: Shape, part: str, language: Language, names: Names) -> str:
    """A number as a number, a choice by its word, a code with what it stands for."""
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if isinstance(value, str):
        if chosen := next((one for one in (shape, *shape.members) if value in one.choices), None):
            return choice_word(part, value, language, chosen)
        if part == "expect" and value in _LIGHTS:
            return _LIGHTS[value][language == "en"]
        coded = any(
            {"pattern", "max_length"} & one.limits.keys() for one in (shape, *shape.members)
        )
        if coded and part != "code" and (known := names.of(value, part)):
            return names.said(value, known, language)
        if language == "en" and _HAN.search(value):
            return f"“{value}”"  # words of the city's own, which nobody translates
    return str(value)


_RULEBOOK = Shape("model", model=Rulebook)
_HAN = re.compile(r"[\u3400-\u9fff]")

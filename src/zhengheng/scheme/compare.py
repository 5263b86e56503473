"""`scheme diff`: what changed between two rulebooks, in words an official would use."""

from collections.abc import Iterator, Mapping
from typing import Any

from zhengheng.domain.problems import Language
from zhengheng.scheme.base import Words
from zhengheng.scheme.excel_words import VALUES, worded
from zhengheng.scheme.fingerprint import data_fingerprint, dump, wording_fingerprint
from zhengheng.scheme.model import Rulebook

_KEYS = ("code", "from", "indicator", "grade", "item", "step", "name", "date")
Found = tuple[tuple[str, ...], Any, Any]


def differences(before: Rulebook, after: Rulebook, language: Language) -> list[str]:
    """One line a change; the last line says whether any number can change. Of the same rulebook: that nothing differs."""
    names = _names(before) | _names(after)
    old, new = dump(before), dump(after)
    weights = _weights(old.pop("weights"), new.pop("weights"))
    found = [*_walk(old, new, ()), *weights]
    lines = [_line(path, was, now, language, names) for path, was, now in found]
    if not lines and wording_fingerprint(before) == wording_fingerprint(after):
        return ["没有差别。" if language == "zh" else "no difference"]
    if not lines:
        lines = ["各项内容相同，只有先后次序不同。" if language == "zh" else "all entries are the same; only their order differs"]  # fmt: skip
    same = data_fingerprint(before) == data_fingerprint(after)
    zh = "计分口径未变 (只改了文字)" if same else "计分口径有变化, 得分可能变动"
    en = "no number can change (wording only)" if same else "numbers may change"
    return [*lines, zh if language == "zh" else en]


def _walk(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Found]:
    old, new = _keyed(old), _keyed(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _walk(old.get(key), new.get(key), (*path, str(key)))
    elif _listed(old) and _listed(new) and set(old) != set(new):
        yield from (((*path, one), None, one) for one in new if one not in old)
        yield from (((*path, one), one, None) for one in old if one not in new)
    elif old != new:
        yield path, old, new


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
        yield from _walk(known[was]["table"], table["table"], path)
        if was == day or was not in days:
            old_rest, rest = (
                {key: value for key, value in one.items() if key != "table"}
                for one in (known[was], table)
            )
            yield from _walk(old_rest, rest, path)
    for day in sorted(known.keys() - followed - days):
        yield ("weights", day), known[day]["table"], None


def _names(book: Rulebook) -> dict[str, Words]:
    """What codes stand for: indicators, dimensions, categories, grades and items by their names."""
    held: list[Any] = [
        *book.indicators,
        *book.categories,
        *book.groups,
        *book.units,
        *book.adjustments,
    ]
    held += [node for node, _, _ in book.nodes()]
    held += (*book.grading.bands, *book.grading.outside) if book.grading else ()
    return {one.code: one.name for one in held}


def _line(
    path: tuple[str, ...], old: Any, new: Any, language: Language, names: Mapping[str, Words]
) -> str:
    place = " › ".join(_place(part, language, names) for part in path)
    was, now = _whole(old, language), _whole(new, language)
    if old is None or new is None:
        zh, en = ("新增", "added") if old is None else ("删除", "removed")
        value = was if new is None else now
        # A word that comes into a list is its own place.
        return f"{zh if language == 'zh' else en} {place}" + (f": {value}" if value != path[-1] else "")  # fmt: skip
    word, to = ("修改", "改为") if language == "zh" else ("changed", "to")
    return f"{word} {place}: {was} {to} {now}"


def _place(part: str, language: Language, names: Mapping[str, Words]) -> str:
    """A step of the way there: a key in words; a code with what it stands for."""
    if part in names:
        return f"{part} {names[part].say(language)}"
    return worded(part, language)


def _whole(value: Any, language: Language) -> str:
    """All of a value: its name first, then every entry with its number."""
    if not isinstance(value, dict | list):
        return _one(value, language)
    stop, colon = ("；", " ") if language == "zh" else ("; ", " ")
    parts = []
    for path, entry in _leaves(value):
        words = [_place(part, language, {}) for part in path if part not in {"zh", "en"}]
        if path and path[-1] in {"zh", "en"} and path[-1] != language and len(path) > 1 and _said(value, path, language):  # fmt: skip
            continue
        key = "·".join(words)
        parts.append(f"{key}{colon}{_one(entry, language)}".strip())
    return stop.join(parts)


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


def _one(value: Any, language: Language) -> str:
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    return str(VALUES.get(value, (value, value))[language == "en"]) if isinstance(value, str) else str(value)  # fmt: skip

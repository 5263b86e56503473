"""`scheme diff`: what changed between two rulebooks, in words an official would use."""

from collections.abc import Iterator
from typing import Any

from zhengheng.domain.problems import Language
from zhengheng.scheme.excel_words import VALUES, worded
from zhengheng.scheme.fingerprint import data_fingerprint, dump
from zhengheng.scheme.model import Rulebook

_KEYS = ("code", "from", "indicator", "grade", "item", "step", "name", "date")


def differences(before: Rulebook, after: Rulebook, language: Language) -> list[str]:
    """One line a change; the last line says whether any number can change."""
    lines = [
        _line(path, old, new, language) for path, old, new in _walk(dump(before), dump(after), ())
    ]
    same = data_fingerprint(before) == data_fingerprint(after)
    zh = "计分口径未变 (只改了文字)" if same else "计分口径有变化, 得分可能变动"
    en = "no number can change (wording only)" if same else "numbers may change"
    return [*lines, zh if language == "zh" else en]


def _walk(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    old, new = _keyed(old), _keyed(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _walk(old.get(key), new.get(key), (*path, str(key)))
    elif old != new:
        yield path, old, new


def _keyed(value: Any) -> Any:
    """Lists of named things compare by name, so that moving one is not a change of all."""
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        for key in _KEYS:
            names = [entry.get(key) for entry in value]
            if all(isinstance(n, str) for n in names) and len(set(names)) == len(names):
                return dict(zip(names, value, strict=True))
    return value


def _line(path: tuple[str, ...], old: Any, new: Any, language: Language) -> str:
    place = " › ".join(worded(part, language) for part in path)
    was, now = _short(old, language), _short(new, language)
    if old is None:
        return f"{'新增' if language == 'zh' else 'added'} {place}: {now}"
    if new is None:
        return f"{'删除' if language == 'zh' else 'removed'} {place}: {was}"
    word, to = ("修改", "改为") if language == "zh" else ("changed", "to")
    return f"{word} {place}: {was} {to} {now}"


def _short(value: Any, language: Language) -> str:
    """A value in a few words: its name, its kind, or what it has."""
    if isinstance(value, dict):
        name = value.get("name", {})
        if isinstance(name, dict) and name.get("zh"):
            return str(name["zh"] if language == "zh" else name.get("en") or name["zh"])
        parts = ", ".join(_part(key, entry, language) for key, entry in list(value.items())[:6])
        return f"{parts}{' …' if len(value) > 6 else ''}"
    return str(VALUES.get(value, (value, value))[language == "en"]) if isinstance(value, str) else str(value)  # fmt: skip


def _part(key: str, entry: Any, language: Language) -> str:
    word = worded(str(key), language)
    if isinstance(entry, dict) and isinstance(entry.get("kind"), str):
        return f"{word} {_short(entry['kind'], language)}"
    return word if isinstance(entry, dict | list) else f"{word} {_short(entry, language)}"

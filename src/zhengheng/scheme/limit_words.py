"""What may stand at a place, in words: kind, limits, what holds where it is left out. For forms and reference pages."""

import json
from typing import Any

from zhengheng.domain.problems import Language
from zhengheng.scheme.base import Model
from zhengheng.scheme.cells import part_of
from zhengheng.scheme.choice_words import choices_of, words_of
from zhengheng.scheme.kinds import Shape

_KINDS = {
    "number": ("数字", "number"), "integer": ("整数", "whole number"), "yes_no": ("是或否", "yes or no"),
    "day": ("日期，如 2025-01-31", "day, such as 2025-01-31"), "text": ("文字", "text"), "nothing": ("不填", "nothing"),
    "model": ("若干项", "parts"), "either": ("文字", "text"),
}  # fmt: skip
PATTERNS = {
    r"^[A-Za-z0-9_]": (
        "代码：字母、数字、下划线、点或连字符，最长 64 位，以字母、数字或下划线开头；中文请写在名称里",
        "a code: letters, digits, _, . and -, 64 at most, begun with a letter, digit or _; Chinese belongs in the name",
    ),
    r"^\d{2}-\d{2}$": ("月和日，如 04-30", "month and day, such as 04-30"),
    r"^-?\d": ("小数或分数，如 0.5 或 2/3", "a decimal or a fraction, such as 0.5 or 2/3"),
    r"^\d+": ("小数或分数，如 0.5 或 2/3，不为负", "a decimal or a fraction, such as 0.5 or 2/3, not negative"),
}  # fmt: skip
_BOUNDS = {
    "ge": ("不小于 {}", "at least {}"), "gt": ("大于 {}", "above {}"), "le": ("不大于 {}", "at most {}"), "lt": ("小于 {}", "below {}"),
}  # fmt: skip


def pattern(text: str) -> tuple[str, str]:
    """What a pattern of the format asks for, in both languages."""
    return next((words for start, words in PATTERNS.items() if text.startswith(start)), ("规定的形式", "the given form"))  # fmt: skip


def kind(path: str, shape: Shape, language: Language = "zh") -> str:
    """What belongs at a place, with its limits."""
    zh = language == "zh"
    if found := choices_of(shape):
        one = "、".join(words_of(part_of(path), c, shape)[0] for c in found) if zh else ", ".join(map(str, found))  # fmt: skip
        other = ("（或代码）" if zh else " (or a code)") if shape.kind == "either" else ""
        return (f"选择：{one}" if zh else f"one of {one}") + other
    if shape.kind in {"list", "map"} and shape.inner:
        inner = kind(path, shape.inner, language)
        least = shape.limits.get("min_length", 0)
        if shape.kind == "map":
            said = f"代码=数值，用“；”隔开（{inner}）" if zh else f"key to {inner}"
        else:
            said = f"一项或几项，用“、”隔开（{inner}）" if zh else f"list of {inner}"
        return said + (((f"，至少 {least} 项") if zh else f", {least} at least") if least else "")
    if "pattern" in shape.limits:
        return pattern(shape.limits["pattern"])[not zh]
    said = _KINDS.get(shape.kind, ("", ""))[not zh]
    bounds = [words[not zh].format(shape.limits[name]) for name, words in _BOUNDS.items() if name in shape.limits]  # fmt: skip
    return ("，" if zh else ", ").join([said, *bounds])


def usual(path: str, shape: Shape, language: Language = "zh") -> str:
    """What holds where a place is left empty; empty where nothing does or it must be filled."""
    default: Any = shape.default
    if shape.required or default is None or default in ("", (), {}) or isinstance(default, Model):
        return ""
    if isinstance(default, dict):
        pairs = {key: one.model_dump(mode="json", exclude_none=True) if isinstance(one, Model) else one for key, one in default.items()}  # fmt: skip
        return json.dumps(pairs, ensure_ascii=False)
    if isinstance(default, bool):
        return ("是" if default else "否") if language == "zh" else str(default).lower()
    if default in choices_of(shape):
        return words_of(part_of(path), default, shape)[0] if language == "zh" else str(default)
    return f"{default:f}" if hasattr(default, "as_tuple") else str(default)


def admitted(path: str, shape: Shape) -> str:
    """One sentence for the form."""
    held = usual(path, shape)
    rest = f"；留空为{held}" if held else ""
    return f"{kind(path, shape)}{rest}。"

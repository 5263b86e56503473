"""What the model refuses, in the words of those who write rulebooks and mappings: what, and what to do.

No word of the validation's own comes through: every kind of error has its sentence, in both languages.
"""

from typing import Any

from zhengheng.scheme.cells import percent
from zhengheng.scheme.choice_words import choices_of, words_of
from zhengheng.scheme.kinds import Shape, chooser
from zhengheng.scheme.limit_words import pattern

Pair = tuple[str, str]
_WORDS: dict[str, Pair] = {
    "missing": ("缺少此项，请补上", "this field is required; add it"),
    "extra_forbidden": ("不认识的字段，请检查拼写", "unknown field; check the spelling"),
    "invalid_key": ("字段名应为文字", "the field's name must be text"),
    "union_tag_invalid": ("“{shown}”不是计分方法，只能是：{choices}", "{shown} is no scoring method; it must be one of: {choices}"),
    "union_tag_not_found": ("请写明计分方法，可选：{choices}", "say which method (kind): {choices}"),
    "literal_error": ("“{shown}”不可选，只能是：{choices}", "{shown} cannot be chosen; it must be one of: {choices}"),
    "string_pattern_mismatch": ("“{shown}”不符，这里应填{pattern}", "{shown} does not fit; needed here: {pattern}"),
    "string_type": ("应为文字；形似数字或日期的请加引号", "text is expected; put what looks like a number in quotation marks"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("太长，最多 {max_length} 字", "too long: {max_length} characters at most"),
    "date_type": ("“{shown}”不是日期，请写成 2025-01-31", "{shown} is no day; write it like 2025-01-31"),
    "value_error": ("“{shown}”不是数字；请填普通小数，如 0.5 或 12", "{shown} is not a number; a plain decimal number is expected, such as 0.5 or 12"),
    "int_type": ("“{shown}”不是整数，请填整数，如 3", "{shown} is no whole number; a whole number is expected, such as 3"),
    "int_parsing_size": ("数字太大", "the number is too large"),
    "bool_type": ("“{shown}”不可选，只能填：{yes}", "{shown} cannot be chosen; it must be true or false"),
    "tuple_type": ("应为列表：每项一行，以 - 开头，或写成 [甲, 乙]", "a list is expected: a line each, begun with -, or [a, b]"),
    "too_short": ("至少要有 {min_length} 项", "needs {min_length} at least"),
    "too_long": ("最多 {max_length} 项", "{max_length} at most"),
    "dict_type": ("应为“键: 值”", "keys with values are expected (key: value)"),
    "none_required": ("这里不填；请删去", "nothing belongs here; leave it out"),
    "greater_than": ("“{shown}”应大于 {gt}", "{shown} must be above {gt}"),
    "greater_than_equal": ("“{shown}”不得小于 {ge}", "{shown} must be at least {ge}"),
    "less_than": ("“{shown}”应小于 {lt}", "{shown} must be below {lt}"),
    "less_than_equal": ("“{shown}”不得大于 {le}", "{shown} must be at most {le}"),
    "strip": ("“{shown}”中有属于数值的字符（数字、正负号、括号、小数点、千分号、万亿等），去掉后会读成另一个数；请只写数值旁边的符号", "{shown} holds what is part of a number (digits, sign, brackets, point, comma, power), and without it another number would be read; give only what stands beside numbers"),
    "period": ("“{shown}”不是期间，请写成 2025、2025-H1、2025-Q1 或 2025-03", "{shown} is no period; write it like 2025, 2025-H1, 2025-Q1 or 2025-03"),
    "scale": ("“{shown}”不是倍数，请写大于零的数，或千、万、百万、亿之一", "{shown} is no factor; write a number above 0, or 千, 万, 百万 or 亿"),
    "other": ("“{shown}”不能用在这里；请对照说明改写", "{shown} cannot stand here; see the reference and rewrite it"),
}  # fmt: skip
_ALIKE = {
    "date_parsing": "date_type", "date_from_datetime_parsing": "date_type", "datetime_type": "date_type", "date_from_datetime_inexact": "date_type",
    "model_type": "dict_type", "model_attributes_type": "dict_type", "list_type": "tuple_type", "int_parsing": "int_type", "int_from_float": "int_type",
    "bool_parsing": "bool_type", "decimal_parsing": "value_error", "decimal_type": "value_error", "finite_number": "value_error",
    "is_instance_of": "value_error", "recursion_loop": "other", "string_unicode": "string_type",
}  # fmt: skip
_CODES = {
    "missing": "missing", "extra_forbidden": "unknown", "invalid_key": "key", "union_tag_invalid": "method", "union_tag_not_found": "method",
    "literal_error": "choice", "string_pattern_mismatch": "form", "string_type": "text", "string_too_short": "empty", "string_too_long": "long",
    "date_type": "date", "value_error": "number", "scale": "number", "int_type": "whole", "int_parsing_size": "large", "bool_type": "yes_no", "tuple_type": "list",
    "too_short": "few", "too_long": "many", "dict_type": "pairs", "none_required": "nothing", "greater_than": "range", "greater_than_equal": "range",
    "less_than": "range", "less_than_equal": "range", "period": "period",
}  # fmt: skip
"""What programs know the kinds of faults by (JSON): words of this format, not of the library that checks it."""


def kind_of(item: Any) -> str:
    """The kind of an error of the model, by a word of the format's own."""
    return _CODES.get(_kind(item), "other")


def _kind(item: Any) -> str:
    kind: str = _ALIKE.get(item["type"], item["type"])
    if item["input"] is None and kind not in {"none_required", "extra_forbidden"}:
        return "missing"
    return kind


def worded(
    item: Any,
    shape: Shape | None = None,
    part: str = "",
    *,
    keys: bool = True,
    weight: bool = False,
) -> Pair:
    """An error of the model, in Chinese and English. `keys`: whether the reader writes keys or Chinese words; `weight`:
    whether a weight is wrong, of which 15% means 15 and not 0.15."""
    kind, held = _kind(item), item["input"]
    if kind == "value_error" and isinstance(held, str) and held.strip().endswith(("%", "％")):
        return percent(held, weight=weight)
    zh, en = _WORDS.get(kind, _WORDS["other"])
    context = item.get("ctx", {})
    if kind == "union_tag_invalid":
        held = context.get("tag", held)
    limits = {name: context.get(name, "") for name in ("gt", "ge", "lt", "le", "min_length", "max_length")}  # fmt: skip
    said = [_choices(shape, part, keys), ", ".join(map(str, _held(shape)))]
    form = pattern(context.get("pattern", ""))
    yes = "true（是）、false（否）" if keys else "是、否"
    return (
        zh.format(shown=_shown(held, "zh"), choices=said[0], pattern=form[0], yes=yes, **limits),
        en.format(shown=_shown(held, "en"), choices=said[1], pattern=form[1], **limits),
    )


def _held(shape: Shape | None) -> tuple[str | int, ...]:
    if shape is None:
        return ()
    return choices_of(chooser(shape) if shape.tag else shape)


def _choices(shape: Shape | None, part: str, keys: bool) -> str:
    part = "kind" if shape and shape.tag else part
    words = ((str(one), words_of(part, one, shape)[0]) for one in _held(shape))
    return "、".join(f"{key}（{word}）" if keys and word != key else word for key, word in words)


def _shown(held: Any, language: str) -> str:
    """What stands there, as people would say it."""
    if isinstance(held, dict | list):
        return "一组内容" if language == "zh" else "a group of values"
    if isinstance(held, bool):
        return str(held).lower()
    text = str(held)
    text = text if len(text) <= 60 else text[:60] + "…"
    return text if language == "zh" else f"“{text}”"

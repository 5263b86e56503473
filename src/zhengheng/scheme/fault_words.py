"""What pydantic finds wrong, in the words of those who write rulebooks and mappings: what, and what to do."""

from typing import Any

_WORDS = {
    "missing": ("缺少此项, 请补上", "this field is required; add it"),
    "extra_forbidden": ("不认识的字段, 请检查拼写", "unknown field; check the spelling"),
    "union_tag_invalid": ("计分方法 kind 应为其一: {expected_tags}", "method kind must be one of {expected_tags}"),
    "union_tag_not_found": ("请写明计分方法 kind", "say which method: kind"),
    "literal_error": ("只能是 {expected}", "must be {expected}"),
    "string_pattern_mismatch": ("格式不符: {input!r}", "does not have the right form: {input!r}"),
    "string_type": ("应为文字; 形似数字或日期的请加引号", "text is expected; put what looks like a number in quotation marks"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("太长, 最多 {max_length} 字", "too long: {max_length} characters at most"),
    "date_type": ("应为日期, 如 2025-01-31", "a date is expected, such as 2025-01-31"),
    "value_error": ("应为普通小数, 如 0.5 或 12", "a plain decimal number is expected, such as 0.5 or 12"),
    "int_type": ("应为整数, 如 3", "a whole number is expected, such as 3"),
    "int_parsing_size": ("数字太大", "the number is too large"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "tuple_type": ("应为列表: 每项一行, 以 - 开头, 或写成 [甲, 乙]", "a list is expected: a line each, begun with -, or [a, b]"),
    "too_short": ("至少要有 {min_length} 项", "needs {min_length} at least"),
    "too_long": ("最多 {max_length} 项", "{max_length} at most"),
    "dict_type": ("应为 键: 值", "keys with values are expected (key: value)"),
    "model_type": ("应为 键: 值", "keys with values are expected (key: value)"),
    "greater_than": ("应大于 {gt}", "must be above {gt}"),
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "less_than": ("应小于 {lt}", "must be below {lt}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
}  # fmt: skip
_ALIKE = {"date_parsing": "date_type", "date_from_datetime_parsing": "date_type", "datetime_type": "date_type"}  # fmt: skip


def worded(item: Any) -> tuple[str, str]:
    """An error of the model, in Chinese and English."""
    kind = _ALIKE.get(item["type"], item["type"])
    if kind not in _WORDS:
        return f"取值不正确 ({item['msg']})", item["msg"][0].lower() + item["msg"][1:]
    zh, en = _WORDS[kind]
    given = {**item.get("ctx", {}), "input": item["input"]}
    return zh.format(**given), en.format(**given)

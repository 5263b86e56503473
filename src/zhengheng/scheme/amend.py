"""One field of one indicator of a draft, changed in a form instead of a file."""

import json
from typing import Any, Literal

from pydantic import ValidationError

from zhengheng.domain.problems import RulebookError
from zhengheng.scheme.fingerprint import dump
from zhengheng.scheme.model import Rulebook

Field = Literal["name_zh", "name_en", "measure_unit", "measure_unit_en", "source", "source_en", "supplier", "burden_minutes", "target", "weight"]  # fmt: skip
FIELDS: dict[Field, tuple[str, str]] = {
    "name_zh": ("名称", "name"), "name_en": ("英文名称", "English name"), "measure_unit": ("计量单位", "unit of measure"),
    "measure_unit_en": ("英文计量单位", "English unit of measure"), "source_en": ("英文数据来源", "English source"),
    "source": ("数据来源", "source"), "supplier": ("数据提供", "supplied by"), "burden_minutes": ("填报用时 (分钟)", "minutes to report"),
    "target": ("目标值", "target"), "weight": ("权重", "weight"),
}  # fmt: skip

WORDED: dict[str, tuple[str, str]] = {
    "name_zh": ("name", "zh"), "name_en": ("name", "en"), "measure_unit": ("measure_unit", "zh"),
    "measure_unit_en": ("measure_unit", "en"), "source": ("source", "zh"), "source_en": ("source", "en"),
}  # fmt: skip
"""Fields that are words in one of the two languages."""


def amended(book: Rulebook, indicator: str, field: Field, value: str, column: str = "") -> Rulebook:
    """The rulebook with the field changed. `column` is the category or unit of a weight that has several.

    Raises RulebookError naming indicator and field where the value does not fit.
    """
    data = dump(book)
    where = f"{indicator}.{field}"
    found = next((one for one in data.get("indicators", ()) if one["code"] == indicator), None)
    if found is None:
        raise RulebookError.one(where, "indicator.unknown", zh=f"方案中没有指标 {indicator}", en=f"the rulebook has no indicator {indicator}")  # fmt: skip
    if field == "weight":
        _weigh(data, indicator, value, column)
    elif field == "target":
        if "method" not in found:
            raise RulebookError.one(where, "method.absent", zh="该指标不单独计分, 没有目标值", en="this indicator is not scored and has no target")  # fmt: skip
        found["method"]["target"] = value
    elif field in WORDED:
        key, language = WORDED[field]
        if language == "zh" and key != "name":
            # The English of the old word would be wrong now; without one the Chinese is shown.
            found[key] = {}
        found.setdefault(key, {})[language] = value
    else:
        found[field] = int(value) if field == "burden_minutes" and value.isdigit() else value
    try:
        return Rulebook.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise RulebookError.one(where, "field.unfit", zh=f"{FIELDS[field][0]}不符合要求: {said}", en=f"{FIELDS[field][1]}: {said}") from error  # fmt: skip


def _weigh(data: dict[str, Any], indicator: str, value: str, column: str) -> None:
    table = max(data["weights"], key=lambda one: one["from"])["table"]
    row = table.get(indicator)
    if isinstance(row, dict) and column not in row:
        raise RulebookError.one(
            f"{indicator}.weight", "weight.column", zh=f"请指明类别或单位: {'、'.join(row)}", en=f"name the category or unit: {', '.join(row)}"
        )  # fmt: skip
    if isinstance(row, dict):
        row[column] = value
    else:
        table[indicator] = value

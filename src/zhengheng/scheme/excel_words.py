"""Chinese headers of the Excel workbook, and the choices of its drop-downs."""

SHEETS: dict[str, tuple[str, list[str]]] = {
    "categories": ("类别", ["code", "name/zh", "name/en", "full_mark", "not_applicable_limit"]),
    "groups": ("分组", ["code", "name/zh", "name/en"]),
    "units": ("单位", ["code", "name/zh", "category", "group", "superior", "valid_from", "valid_to"]),
    "indicators": ("指标", [
        "code", "name/zh", "name/en", "owner", "deputy", "supplier", "direction", "measure_unit/zh", "measure_unit/en",
        "decimals", "source/zh", "source/en", "frequency", "lag_days", "combine", "method/kind", "method/target", "method/cap", "digits",
        "carry", "visibility",
    ]),
    "adjustments": ("加减分与否决", ["code", "name/zh", "kind", "least", "most", "cap", "basis/#0/title",
                               "basis/#0/level", "effect/best_grade", "effect/grade"]),
    "goals": ("战略目标", ["code", "name/zh", "owner", "from_year", "to_year"]),
    "topics": ("生活主题", ["code", "name/zh", "name/en", "about/zh"]),
    "cascade": ("目标分解", ["indicator", "parent", "mode"]),
    "succession": ("机构承继", ["date", "kind", "unit", "data", "targets", "years"]),
    "matrix": ("评价矩阵", ["code", "name/zh", "weight", "minimum"]),
    "incentives": ("激励", ["code", "name/zh", "kind", "years_in_a_row", "coefficient"]),
    "warnings": ("警示阶梯", ["step", "name/zh", "action", "rectification_days"]),
    "budget": ("预算挂钩", ["grade", "change", "plan_instead"]),
    "compensation": ("生态补偿", ["code", "name/zh", "formula"]),
    "cases": ("算例", ["name", "period", "source"]),
}  # fmt: skip

CHOICES = {
    "method/kind": ("ratio", "efficacy", "banded", "rank", "plus_minus", "rate_minus", "interval", "three_point",
                    "growth", "direct", "tiers", "threshold", "steps", "answers", "milestones", "min_max",
                    "z_score", "mads", "percentile", "borda", "goalposts"),
    "direction": ("up", "down", "interval"),
    "frequency": ("year", "half", "quarter", "month", "day"),
    "combine": ("sum", "mean", "last", "rolling"),
    "visibility": ("public", "internal", "not_held"),
    "carry": ("rounded", "exact"),
    "aggregate": ("sum", "arithmetic", "geometric", "harmonic"),
    "missing": ("floor", "block", "unranked", "renormalise"),
    "not_applicable": ("unranked", "reweight", "renormalise"),
    "kind": ("dimension", "indicator", "bonus", "deduction", "integrity", "veto"),
}  # fmt: skip

_WORDS = {
    "code": "代码", "name": "名称", "zh": "中文", "en": "英文", "full_mark": "满分", "category": "类别", "group": "分组",
    "not_applicable_limit": "不适用上限", "superior": "上级", "valid_from": "起始日", "valid_to": "终止日",
    "owner": "责任部门", "deputy": "协办部门", "supplier": "数据来源方", "direction": "方向", "measure_unit": "计量单位",
    "decimals": "小数位", "source": "来源系统", "frequency": "频率", "lag_days": "滞后天数", "combine": "期内汇总",
    "method": "计分", "kind": "类型", "target": "目标值", "cap": "封顶", "digits": "得分小数位", "carry": "传递",
    "visibility": "公开", "parent": "上级维度", "aggregate": "汇总方式", "missing": "缺数据规则",
    "not_applicable": "不适用规则", "child": "指标或维度", "from": "生效日", "table": "权重表", "*": "全部类别",
    "least": "最低", "most": "最高", "basis": "依据", "title": "标题", "level": "层级", "effect": "后果",
    "best_grade": "最高可得等次", "grade": "等次", "period": "期间", "expect": "应得", "values": "数值",
    "targets": "目标", "reason": "理由", "weight": "权重", "step": "阶梯", "light": "亮灯", "watch": "黄灯",
    "missed": "红灯", "by": "规则", "parts": "构成", "numerator": "分子", "denominator": "分母",
}  # fmt: skip


def heading(key: str) -> str:
    """The header of a column key: 计分·目标值 for method/target; a category column shows its code."""
    if key.startswith("="):
        return key[1:]
    parts = [part[1:] if part.startswith("#") else part for part in key.split("/")]
    return "·".join(_WORDS.get(part, part) for part in parts)

"""Chinese headers of the Excel workbook and the words of choices in forms and pages."""

import re

from zhengheng.domain.problems import Language

SHEETS: dict[str, tuple[str, list[str]]] = {
    "categories": ("类别", ["code", "name/zh", "name/en", "full_mark", "not_applicable_limit"]),
    "groups": ("分组", ["code", "name/zh", "name/en"]),
    "units": ("单位", ["code", "name/zh", "category", "group", "superior", "valid_from", "valid_to"]),
    "defaults": ("共用设定", ["indicators", "method/kind", "method/target", "direction", "decimals", "frequency", "combine", "digits", "carry",
                           "missing", "not_applicable", "visibility"]),
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
    "coefficients": ("系数", ["of", "value", "cap", "reason/zh"]),
    "cases": ("算例", ["name", "period", "source"]),
}  # fmt: skip


_WORDS = {
    "code": "代码", "name": "名称", "zh": "中文", "en": "英文", "full_mark": "满分", "category": "类别", "group": "分组",
    "not_applicable_limit": "不适用上限", "superior": "上级", "valid_from": "起始日", "valid_to": "终止日",
    "owner": "责任部门", "deputy": "协办部门", "supplier": "数据来源方", "direction": "方向", "measure_unit": "计量单位",
    "decimals": "小数位", "frequency": "频率", "lag_days": "滞后天数", "combine": "期内汇总",
    "method": "计分", "kind": "类型", "target": "目标值", "cap": "封顶", "digits": "得分小数位", "carry": "传递",
    "visibility": "公开", "parent": "上级维度", "aggregate": "汇总方式", "missing": "缺数据规则",
    "not_applicable": "不适用规则", "child": "指标或维度", "from": "生效日", "*": "全部类别",
    "least": "最低", "most": "最高", "basis": "依据", "title": "标题", "level": "层级", "effect": "后果",
    "best_grade": "最高可得等次", "grade": "等次", "period": "期间", "expect": "应得", "values": "数值",
    "targets": "目标", "reason": "理由", "weight": "权重", "step": "阶梯", "light": "亮灯", "watch": "黄灯",
    "missed": "红灯", "by": "规则", "parts": "构成", "numerator": "分子", "denominator": "分母",
    "status": "状态", "origin": "任务来源", "definition": "定义", "reliability": "可靠性", "skip_months": "不发布的月份",
    "window": "滚动期数", "absent": "无数据行时", "absent_reason": "无数据行的理由", "score_previous_year": "计上年值",
    "vintage": "数据版本", "published_by": "最迟公布日", "scale": "倍数", "minimum": "最少个数", "year_on_year": "同比",
    "of": "对象", "as": "形式", "undefined": "算不出时", "late": "迟完成得分比例", "reference": "参照", "to": "参照对象", "unit": "单位",
    "changes": "年中调整", "known_from": "公布日", "article": "条款", "document": "文号", "href": "链接", "tag": "可信度",
    "verification": "核验方法", "limitation": "局限", "full_marks": "满分标准", "burden_minutes": "填报分钟", "evidence": "证明材料",
    "reverse": "逆向公式", "bottom": "不允许值", "base": "基础", "span": "区间", "knots": "档位", "at": "界值", "share": "得分比例",
    "below": "低于最低档", "slope": "每单位加减", "per": "单位口径", "points_per_unit": "每点扣分", "floor_points": "保底分",
    "low": "下限", "high": "上限", "low_limit": "下限极值", "high_limit": "上限极值", "stretch": "挑战值", "at_base": "达基础得", "at_target": "达目标得",
    "at_stretch": "达挑战得", "tiers": "档次", "strict": "须严格超过", "steps": "台阶", "credit": "得分比例", "answers": "答案", "value": "数值",
    "centre": "中心", "log": "取对数", "indicators": "指标", "full": "满分", "items": "事项", "about": "说明", "action": "措施",
    "rectification_days": "整改天数", "change": "增减", "plan_instead": "以改进方案代替", "formula": "公式", "date": "日期", "data": "数据承继",
    "years": "连续年数承继", "mode": "方式", "from_year": "起始年", "to_year": "终止年", "source": "来源系统", "coefficient": "系数", "years_in_a_row": "连续年数",
    "best": "最好", "indicator": "指标", "table": "表", "version": "版本", "weights": "权重", "tree": "指标树", "children": "下级",
    "grading": "等次", "bands": "等次线", "adjustments": "加减分与否决", "succession": "机构承继", "procedure": "办理程序", "starts_on": "开始日",
    "ends_on": "结束日", "effective_from": "生效日", "topics": "生活主题", "goals": "战略目标", "categories": "类别", "groups": "分组", "units": "单位",
    "cascade": "目标分解", "warnings": "警示阶梯", "incentives": "激励", "form": "程序类型", "clocks": "时限", "freeze": "冻结日",
    "targets_open": "目标草案公开", "second_instance": "委员会复核", "panel": "评审组人数", "clock": "时限", "length": "时长", "organisation": "组织", "bonus_cap": "加分上限",
    "fill": "补值", "over": "取自", "counted": "计入统计", "coverage": "覆盖率", "rescale": "组内折算", "mirror": "满分减得分", "lowest_at": "最低移到",
    "upward": "向上传递", "at_worst": "最差得", "at_best": "最好得", "winsorise": "缩尾", "deviation": "标准差", "ties": "同分名次", "among": "计入单位",
    "coefficients": "系数", "at_least": "不低于", "at_most": "不高于", "share_at_most": "比例上限", "share_at_least": "比例下限", "pool_below": "合并计名额", "cases": "算例", "matrix": "评价矩阵",
    "performing": "算作完成", "alpha": "单位得分占比", "roll_up": "由下级汇总", "events": "事件", "milestones": "里程碑", "others": "其他单位", "starts": "起算",
    "parameters": "参数", "gates": "门槛", "last_seat": "名额末位同分", "on": "依据的得分", "outside": "另设等次", "vetoed_frees_seat": "被否决者让出名额",
    "grades": "适用等次", "sense": "合理范围", "senses": "合理范围", "minimum_experts": "专家人数下限", "ranked": "参与排名", "key": "同分时比较",
    "binding": "个人与单位挂钩", "budget": "预算挂钩", "compensation": "生态补偿", "deduction_cap": "扣分上限", "format": "格式版本", "home": "本市代码",
    "innovation": "创新创优", "missing_reason": "重新归一理由", "part_year": "部分年度单位", "part_year_targets": "部分年度目标", "ranking": "排名",
    "rounding": "进位方式", "subject": "考核对象", "withheld": "保密数据规则", "heirs": "承继单位", "exempt": "免考指标",
    "@key": "名称", "@change": "第几次调整", "@shared": "第几条共用设定", "defaults": "共用设定",
}  # fmt: skip
_INSIDE = {
    "parts/minimum": "分母下限", "fill/minimum": "最少单位数", "matrix/minimum": "最少人数", "innovation/minimum_experts": "专家人数下限",
    "coverage/share": "比例下限", "coverage/indicators": "指标数下限", "heirs/share": "份额", "milestones/share": "份额", "gates/below": "低于",
    "coverage/below": "不足时", "procedure/steps": "办理环节", "steps/step": "环节", "closing/steps": "环节", "succession/targets": "目标承继",
    "cascade/parent": "上级单位", "cascade/children": "下级份额或目标", "tree/weights": "权重规则", "children/weights": "权重规则", "weights/kind": "适用方式",
    "rulebook/source": "出处", "rulebook/period": "考核周期", "rulebook/organisation": "考核机关", "cases/source": "出处",
    "topics/indicators": "所含指标", "goals/indicators": "所含指标", "direct/scale": "满分刻度", "z_score/scale": "每个标准差", "mads/scale": "每个离差",
    "rate_minus/points_per_unit": "每点扣分",
}  # fmt: skip
"""Parts of which the word depends on what they are parts of: that of the part above them, before a slash."""


_TONGUES = {
    "zh": "in Chinese", "en": "in English", "lag_days": "days until it is released", "carry": "passed up", "digits": "decimals of points", "decimals": "decimals of the value",
    "known_from": "known since", "effective_from": "in force from", "starts_on": "first day", "ends_on": "last day", "targets_open": "draft targets open to the public", "late": "share earned when late",
    "undefined": "where there is no result", "reverse": "formula where lower is better", "tag": "trust tag", "href": "link", "article": "clause", "as": "form of the change", "of": "what it is about",
    "to": "reference", "by": "rule", "from": "in force from", "bottom": "unacceptable value", "base": "base value", "span": "stretch of points", "stretch": "stretch value", "knots": "points of the curve",
    "at": "from the value", "below": "below", "slope": "change for each step", "per": "for each unit", "points_per_unit": "points off for each point", "floor_points": "points at the least",
    "low": "lower end", "high": "upper end", "low_limit": "outer lower end", "high_limit": "outer upper end", "at_base": "earned at the base", "at_target": "earned at the target", "at_stretch": "earned at the stretch value",
    "at_worst": "earned by the worst", "at_best": "earned by the best", "strict": "has to be exceeded", "credit": "share earned", "log": "by logarithm", "cap": "most", "least": "at the least", "most": "at the most",
    "alpha": "the unit's part of a person's score", "binding": "persons bound to the unit", "roll_up": "added up from below", "lowest_at": "the lowest moved to", "winsorise": "trimmed at the ends",
    "part_year": "units there for a part of the year", "part_year_targets": "their targets", "pool_below": "groups pooled below", "vetoed_frees_seat": "a vetoed unit frees its seat", "last_seat": "ties at the last seat",
    "share_at_most": "seats at the most", "share_at_least": "seats at the least", "at_least": "from the score", "at_most": "up to the score", "skip_months": "months without release", "score_previous_year": "the year before is scored",
    "absent": "where no row is there", "absent_reason": "why that is so", "missing_reason": "why it is spread over the others", "burden_minutes": "minutes to report", "plan_instead": "a plan in its stead", "superior": "person over it",
    "key": "parts equal scores by", "ties": "equal places", "on": "the score it rests on", "among": "units counted", "over": "taken from", "counted": "counts in statistics", "sense": "range of sense", "senses": "range of sense",
    "home": "code of this city", "form": "kind of procedure", "freeze": "frozen from", "parts": "made from", "year_on_year": "rate against the year before", "published_by": "released by", "window": "periods rolled together",
    "years": "years in a row that go over", "years_in_a_row": "years in a row", "full_marks": "what earns the full mark", "step": "step of the ladder or procedure", "fill": "filling of gaps",
}  # fmt: skip
"""Keys of which the English word is not the key with blanks for its strokes."""

VALUES: dict[str, tuple[str, str]] = {
    "ratio": ("目标比率", "ratio to the target"), "efficacy": ("功效系数", "efficacy"), "banded": ("分档功效系数", "efficacy by bands"),
    "rank": ("名次", "by rank"), "plus_minus": ("加减分", "plus and minus"), "rate_minus": ("每差一点扣分", "points off per point"),
    "interval": ("区间", "interval"), "three_point": ("三点目标", "three-point target"), "growth": ("增幅", "growth"), "direct": ("直接计分", "direct"),
    "tiers": ("档次", "tiers"), "threshold": ("达到即得", "threshold"), "steps": ("台阶", "steps"), "answers": ("问答", "answers"),
    "milestones": ("节点", "milestones"), "min_max": ("极差标准化", "min-max"), "z_score": ("Z 分数", "z-score"), "mads": ("中位数偏差", "distance to the median in MADs"),
    "percentile": ("百分位", "percentile rank"), "borda": ("波达计数", "Borda"), "exponential_rank": ("名次指数变换", "exponential rank"), "goalposts": ("固定标杆", "fixed goalposts"),
    "up": ("越高越好", "higher is better"), "down": ("越低越好", "lower is better"),
    "year": ("年", "year"), "half": ("半年", "half"), "quarter": ("季", "quarter"), "month": ("月", "month"), "day": ("日", "day"),
    "sum": ("合计", "sum"), "mean": ("平均", "mean"), "last": ("期末值", "last"), "rolling": ("滚动", "rolling"),
    "public": ("公开", "public"), "internal": ("内部", "internal"), "not_held": ("不存于此", "not held here"),
    "rounded": ("舍入后传递", "rounded"), "exact": ("不舍入传递", "exact"), "draft": ("草拟", "draft"), "published": ("已发布", "published"), "approved": ("已批准", "approved"), "retired": ("停用", "retired"),
    "province": ("省定", "province"), "government_work_report": ("政府工作报告", "government work report"), "livelihood_promise": ("民生实事", "livelihood promise"),
    "statute": ("法定", "statute"), "city": ("市定", "city"), "missing": ("缺报", "missing"), "zero": ("计零", "zero"),
    "full": ("满分", "full mark"), "floor": ("取保底", "floor"), "block": ("不出分", "no score"), "unranked": ("不排名", "unranked"), "renormalise": ("按其余折算", "renormalise"),
    "reweight": ("权重转移", "reweight"), "preliminary": ("初步数", "preliminary"), "revised": ("修订数", "revised"), "final": ("最终数", "final"), "latest": ("最新数", "latest"),
    "percent": ("百分比", "percent"), "difference": ("差额", "difference"), "unit": ("按单位", "unit"), "inverse": ("目标除以实绩", "target over value"), "mirror": ("2 减比值", "mirror"),
    "given": ("给定目标", "given target"), "previous": ("上年", "the year before"), "group_median": ("组内中位数", "median of the group"), "group_best": ("组内最好值", "best of the group"), "group_mean": ("组内均值", "mean of the group"),
    "median": ("中位数", "median"), "group": ("同组单位", "same group"), "category": ("同类单位", "same category"), "best": ("取最好名次", "best place"), "worst": ("取最后名次", "worst place"),
    "due": ("应报单位", "units due"), "valued": ("有数值的单位", "units with a value"), "population": ("总体", "population"), "sample": ("样本", "sample"), "plain": ("直接取对数", "plain logarithm"), "from_lowest": ("自最低值起取对数", "logarithm from the lowest"), "value": ("数值", "value"),
    "time_progress": ("时间进度", "time progress"), "plan": ("月度计划", "plan"), "level": ("水平", "level"), "score": ("得分率", "score"), "ceiling": ("上限", "ceiling"),
    "prospective": ("未来适用", "prospective"), "split": ("分段计算", "split"), "restated": ("追溯调整", "restated"), "months": ("按月", "months"), "days": ("按日", "days"),
    "是": ("是", "yes"), "否": ("否", "no"),
}  # fmt: skip
"""The words of the choices of an indicator's form."""


def _word(key: str, inside: str) -> str:
    return _INSIDE.get(f"{inside}/{key}") or _WORDS.get(key, key)


def worded(key: str, language: Language, inside: str = "") -> str:
    """One key in the reader's language, as a part of `inside`; a name or code that is no key stays as it is."""
    if language == "en":
        return _TONGUES.get(key, key.replace("_", " ")) if key in _WORDS else key
    return _word(key, inside)


BEHIND = re.compile(r"(?:（| \()([a-z_./]+)(?:: [a-z_]+)?[）)]")
"""A key in brackets behind its word."""


def in_words(sentence: str) -> str:
    """A sentence of the check for whoever works in forms, where a setting has its word alone: without the keys behind the words."""
    return BEHIND.sub(lambda m: "" if set(m[1].split(".")) <= {*_WORDS, *VALUES} else m[0], sentence)  # fmt: skip


def heading(key: str, language: Language = "zh", inside: str = "") -> str:
    """The header of a column key: 计分·目标值 for method/target; a category column shows its code.

    `inside` is what the key begins in: the name of the list, of the method, or `rulebook`.
    """
    if key.startswith("="):
        return key[1:]
    said = []
    for part in key.split("/"):
        if part == "#":
            continue
        if part.startswith("#"):
            said.append(str(int(part[1:]) + 1))
            continue
        said.append(_TONGUES.get(part, part.replace("_", " ")) if language == "en" else _word(part, inside))  # fmt: skip
        inside = part
    return (" · " if language == "en" else "·").join(said)

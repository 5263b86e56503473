"""The Chinese words of every choice in the workbook: the first is offered in drop-downs, all are read, and the key."""

from zhengheng.domain.problems import Language
from zhengheng.scheme.excel_words import VALUES
from zhengheng.scheme.kinds import Shape

_WORDS: dict[str, tuple[str, ...]] = {
    "ratio": ("比率法", "完成率法"), "efficacy": ("功效系数法",), "banded": ("五档功效系数法", "分档功效系数法"),
    "rank": ("排名法", "名次法"), "plus_minus": ("加减分法",), "rate_minus": ("每差一点扣分法", "扣分法"), "interval": ("区间法",),
    "three_point": ("三点目标法",), "growth": ("增长法", "增幅法"), "direct": ("直接计分法",), "tiers": ("定性分档法",),
    "threshold": ("达标法", "达到即得"), "steps": ("阶梯法", "台阶法"), "answers": ("问答法",), "milestones": ("里程碑法", "节点法"),
    "min_max": ("极差标准化法",), "z_score": ("标准分法", "Z 分数法", "Z分数"), "mads": ("中位数偏差法",), "percentile": ("百分位法",),
    "borda": ("波达计数法", "博达计数法"), "goalposts": ("固定标杆法",),
    "direction.up": ("正向",), "direction.down": ("逆向", "反向"), "direction.interval": ("区间", "适度"),
    "half": ("半年", "半年 / 一半"), "quarter": ("季", "季度"), "month": ("月", "月度"), "year": ("年", "年度"), "day": ("日",),
    "undefined.half": ("计一半", "一半", "半年 / 一半"), "undefined.full": ("计满分",), "undefined.missing": ("按缺数据",), "absent.missing": ("视为缺数据",),
    "absent.zero": ("视为零",), "undefined.zero": ("计零分",),
    "supplier.unit": ("被考核单位", "本单位"), "supplier.system": ("系统自动", "系统"), "to.unit": ("指定单位", "全市"), "per.unit": ("每个计量单位",),
    "per.percent": ("目标的百分之一",), "subject.unit": ("单位",), "subject.programme": ("项目",),
    "half_up": ("四舍五入",), "aggregate.sum": ("分数相加", "合计"), "arithmetic": ("算术平均",), "geometric": ("几何平均",), "harmonic": ("调和平均",),
    "weights.full_mark": ("须合计为满分",), "relative": ("只在同级间比较",), "scored": ("计分并定等次",), "no_grade": ("计分不定等次",),
    "part_year_targets.pro_rata": ("按天数折算", "按月份折算"), "part_year_targets.as_filed": ("按填报目标",),
    "on.rounded": ("舍入后的得分",), "on.exact": ("未舍入的得分",),
    "bonus": ("加分",), "deduction": ("扣分",), "integrity": ("诚信",), "veto": ("一票否决",),
    "ties.skip": ("占位并列（1、2、2、4）", "占位并列"), "ties.dense": ("不占位并列（1、2、2、3）", "不占位并列"),
    "all_in": ("同分全部进入",), "all_out": ("同分全部不进入",),
    "shares": ("按份额",), "mode.inherit": ("沿用上级",), "own": ("各定目标",), "inherit": ("承继",), "anew": ("重新开始",),
    "merger": ("合并",), "kind.split": ("分段计算", "拆分"), "succession.split": ("分设", "拆分", "分段计算"), "rename": ("更名",),
    "material": ("物质奖励",), "honour": ("荣誉",), "training": ("培训",), "promotion": ("晋升",),
    "water_p": ("水质补偿",), "air_score": ("空气质量补偿",), "essay": ("通行做法",), "form.statute": ("条例规定",),
    "compute": ("计算",), "notice": ("公示",), "step.objection": ("申诉",), "review": ("复核",), "hearing": ("听证",), "decision": ("审定",),
    "step.final": ("定稿",), "archive": ("归档",), "clocks.objection": ("核对扣分事项",),
    "calendar_days": ("自然日", "日历日"), "working_days": ("工作日",), "clock_hours": ("小时",),
    "clocks.report": ("报送数据",), "clocks.check": ("单位核对数据",), "appeal_decision": ("作出申诉决定",), "clocks.second_instance": ("请求委员会复核",),
    "hearing_notice": ("听证通知",), "improvement_notice": ("送达改进通知单",), "improvement_answer": ("答复改进通知单",), "reapproval": ("重新批准有变动的结果",), "completion": ("补正申诉",), "finding": ("处理核查不符的结果",),
    "product": ("乘积",), "quotient": ("商",), "copeland": ("两两比较",), "aggregate.mean": ("平均",), "exponential_rank": ("名次指数变换法",),
    "kind.best": ("与最好值之比",), "kind.mean": ("与均值之比",), "by.mean": ("均值",), "upward.rescaled": ("折算后的得分",), "upward.plain": ("折算前的得分",),
    "below.missing": ("不计分",), "below.unranked": ("只计分不排名",), "ties.mean": ("取平均名次",), "log.no": ("不取对数",), "log.none": ("不取对数",),
    "by.milestones": ("里程碑",), "dimension": ("维度",), "indicator": ("指标",),
}  # fmt: skip


def words_of(part: str, choice: str | int, shape: Shape | None = None) -> tuple[str, ...]:
    """Chinese words of a choice of a part; the key itself where it has none.

    The choices of its `shape` tell parts of one name apart: an organisation is split otherwise than a year.
    """
    key = str(choice)
    if part == "kind" and shape and "merger" in choices_of(shape):
        part = "succession"
    own = _WORDS.get(f"{part}.{key}") or _WORDS.get(key, ())
    usual = VALUES[key][0] if key in VALUES else ""
    found = dict.fromkeys((*own, *([usual, *usual.split(" / ")] if usual else ())))
    return tuple(found) or (key,)


_ENGLISH = {
    "water_p": "water quality", "air_score": "air quality", "essay": "usual practice", "no_grade": "scored without a grade",
    "skip": "equal places leave places out", "dense": "equal places leave none out", "all_in": "all who are equal come in",
    "all_out": "none who are equal comes in", "upward.plain": "the score before", "kind.best": "share of the best", "below.missing": "no score",
    "supplier.unit": "the assessed unit", "to.unit": "a given unit",
}  # fmt: skip


def choice_word(
    part: str, choice: str | int, language: Language, shape: Shape | None = None
) -> str:
    """The word of a choice of a part in the reader's language."""
    if language == "zh":
        return words_of(part, choice, shape)[0]
    key = str(choice)
    own = _ENGLISH.get(f"{part}.{key}") or _ENGLISH.get(key)
    return own or (VALUES[key][1] if key in VALUES else key.replace("_", " "))


def offered(part: str, shape: Shape) -> tuple[str, ...]:
    """What a drop-down offers for a part: nothing where anything may be written."""
    if shape.kind == "yes_no":
        return ("是", "否")
    return tuple(words_of(part, choice, shape)[0] for choice in choices_of(shape))


def choices_of(shape: Shape) -> tuple[str | int, ...]:
    """The keys that may stand at a place."""
    return shape.choices or tuple(c for one in shape.members for c in one.choices)


def meant(part: str, shape: Shape, text: str) -> str | int | None:
    """The choice that a text names, by its key or one of its words; None where it names none."""
    said = text.strip()
    keys = choices_of(shape)
    for choice in keys:
        if said.casefold() == str(choice).casefold() or said == words_of(part, choice, shape)[0]:
            return choice
    found = {choice for choice in keys if said in words_of(part, choice, shape)}
    return found.pop() if len(found) == 1 else None

"""Rules of `scheme check` about what is written and then counts for nothing, or more than was meant."""

from zhengheng.scheme.findings import Finding, error, plain, rule, tree_place, warning, weight_of
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import PAIRED, Rulebook

USUAL_WINDOW = 12
"""The window of a rolling value where none is written: a year of months."""


@rule
def a_value_has_one_source(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        if indicator.parts and indicator.year_on_year:
            yield error(source.indicator(indicator.code, "year_on_year"), "value.twice",
                        f"{indicator.code}：既由其他指标计算（parts），又取同比（year_on_year），无法确定以哪一个为准；请只留一个，同比可另设一个指标。",
                        f"{indicator.code}: it is made from parts and is a change on the year before, and nothing says which; keep one, and make the change an indicator of its own")  # fmt: skip
        long = indicator.window == USUAL_WINDOW and indicator.frequency in {
            "year",
            "half",
            "quarter",
        }
        if indicator.combine == "rolling" and long and not indicator.year_on_year:
            word = {
                "year": ("年", "years"),
                "half": ("个半年", "half-years"),
                "quarter": ("个季度", "quarters"),
            }[indicator.frequency]
            yield warning(source.indicator(indicator.code, "combine"), "rolling.window",
                          f"{indicator.code}：滚动计算要用 {indicator.window} {word[0]}的数值，缺一期就按缺数据处理；若不需要这么多期，请写明期数（window）。",
                          f"{indicator.code}: the rolling value needs {indicator.window} {word[1]} of values and is missing where one lacks; write `window` where fewer are meant")  # fmt: skip


@rule
def points_can_be_earned(book: Rulebook, source: Source) -> Finding:
    for category in book.categories:
        for node, _, _ in book.nodes():
            if node.weights != "relative" or node.aggregate in PAIRED:
                continue
            below = [
                weight_of(book, c if isinstance(c, str) else c.code, category.code)
                for c in node.children
            ]
            own = weight_of(book, node.code, category.code)
            held = [weight for weight in below if weight is not None]
            if held and not any(held) and (own is None or own > 0):
                yield error(source.rulebook(*tree_place(book, node.code)), "weights.nothing",
                            f"“{node.name.zh}”下各项的权重都是 0，类别 {category.name.zh} 的单位在这里得不到分；请改写权重。",
                            f"all weights below {node.code} are 0, so that units of category {category.code} earn nothing here; change the weights")  # fmt: skip


@rule
def only_bonuses_and_deductions_have_points(book: Rulebook, source: Source) -> Finding:
    """A veto or integrity item bears on the grade alone [D]: a fraud is punished by the grade, outside the caps of points."""
    for place, item in enumerate(book.adjustments):
        if item.kind in {"bonus", "deduction"}:
            continue
        word, en = ("一票否决事项", "a veto") if item.kind == "veto" else ("诚信事项", "an integrity item")  # fmt: skip
        for key, amount in (("least", item.least or None), ("most", item.most), ("cap", item.cap)):
            if amount is not None:
                yield error(source.rulebook("adjustments", place, key), "adjustment.points", f"“{item.name.zh}”是{word}，只限定等次，不加分也不扣分，这里写的 {key}: {plain(amount)} 不起作用；请删去。既要扣分又要限定等次的，请改为扣分事项（deduction）并写明后果（effect）。",
                            f"{item.name.say('en')} is {en}, which bears on the grade alone and neither adds nor takes points, so that `{key}: {plain(amount)}` does nothing; leave it out. Where points are to be taken as well, make it a deduction with an `effect`")  # fmt: skip
        effect = item.effect
        if item.kind == "integrity" and not (effect and (effect.best_grade or effect.grade)):
            yield warning(source.rulebook("adjustments", place), "integrity.effect", f"诚信事项“{item.name.zh}”没有写明后果（effect），认定后只作记录，不影响得分和等次；要起作用的，请写明等次最高为哪一等（best_grade），或定为哪一等（grade）。",
                          f"the integrity item {item.name.say('en')} says no `effect`: once decided it is on record and changes neither points nor grade; give the best grade that it leaves (`best_grade`) or the one that it forces (`grade`)")  # fmt: skip

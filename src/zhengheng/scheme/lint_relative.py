"""Rules of `scheme check` about what a score owes to other units: fills, rescaling, coverage, coefficients."""

from collections.abc import Iterator

from zhengheng.domain.names import unknown
from zhengheng.domain.several import several
from zhengheng.scheme import methods as m
from zhengheng.scheme import relative as r
from zhengheng.scheme.findings import Finding, error, names_of, rule, tree_place, warning
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Node, Rulebook

PLACED = (m.Rank, m.Borda, m.PercentileRank, m.ExponentialRank)
Said = Iterator[tuple[str, str]]


@rule
def pairs_have_two_parts(book: Rulebook, source: Source) -> Finding:
    for node, _, _ in book.nodes():
        if node.aggregate in {"product", "quotient"} and len(node.children) != 2:
            yield error(source.rulebook(*tree_place(book, node.code)), "node.pair",
                        f"维度 {node.code} 按乘积或商汇总，必须恰有两个下级，现有 {len(node.children)} 个；多于两个的请分层。",
                        f"dimension {node.code}: a product or quotient has exactly two parts, not {len(node.children)}; nest it for more")  # fmt: skip


@rule
def dimensions_look_at_others_as_they_can(book: Rulebook, source: Source) -> Finding:
    for node, parent, _ in book.nodes():
        for zh, en in _node_faults(node, parent is None):
            yield error(source.rulebook(*tree_place(book, node.code)), "node.numbers", f"维度 {node.code}：{zh}。", f"dimension {node.code}: {en}")  # fmt: skip
        if node.fill:
            yield warning(source.rulebook(*tree_place(book, node.code)), "fill.declared", f"维度 {node.code} 缺得分时以其他单位补上，可能抬高得分；各处都会标明“补值”。",
                          f"dimension {node.code} is filled from other units where it has no score, which can raise one; it is shown as filled")  # fmt: skip


def _node_faults(node: Node, root: bool) -> Said:
    least, rescale = node.coverage, node.rescale
    if least:
        if least.indicators is None and least.share is None:
            yield (
                "覆盖率（coverage）没有写明指标数或比例",
                "coverage names neither a number of indicators nor a share",
            )
        below = sum(1 for _ in _leaves(node))
        if least.indicators is not None and least.indicators > below:
            yield (f"要求实测 {least.indicators} 项，但其下只有 {below} 项指标",
                   f"coverage asks for {several(least.indicators, 'indicator, only', 'indicators, only')} {below} stand below")  # fmt: skip
    if node.fill and root:
        yield "总分不能补值", "the total cannot be filled"
    if isinstance(rescale, r.RescaleMinMax) and rescale.at_worst >= rescale.at_best:
        yield (
            "最差得（at_worst）必须小于最好得（at_best）",
            "what the worst earns (at_worst) must be below what the best earns (at_best)",
        )
    if isinstance(rescale, r.RescaleBest) and rescale.lowest_at is not None and rescale.lowest_at <= 0:  # fmt: skip
        yield (
            "最低移到（lowest_at）必须大于零",
            "the lowest moved to (lowest_at) must be above zero",
        )


def _leaves(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _leaves(child)


@rule
def methods_look_at_others_as_they_can(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        for method in (indicator.method, *(change.method for change in indicator.changes)):
            for zh, en in _method_faults(indicator, method):
                yield error(source.indicator(indicator.code, "method"), "method.numbers",
                            f"{indicator.code}：{zh}。", f"{indicator.code}: {en}")  # fmt: skip
        if indicator.fill:
            yield warning(source.indicator(indicator.code, "fill"), "fill.declared",
                          f"{indicator.code} 缺数据时以其他单位补上，可能抬高得分；各处都会标明“补值”。",
                          f"{indicator.code} is filled from other units where its value is missing, which can raise a score; it is shown as filled")  # fmt: skip


def _method_faults(indicator: Indicator, method: m.Method | None) -> Said:
    cut = getattr(method, "winsorise", None)
    if cut and not (cut.low or cut.high):
        yield (
            "缩尾（winsorise）的两端都是 0，没有作用，请删去",
            "winsorise cuts nothing at either end; leave it out",
        )
    treated = bool(cut or (isinstance(method, m.MinMax | m.ZScore) and method.log))
    if treated and indicator.reference.to.startswith("group_"):
        yield "缩尾或取对数的方法不用目标，不能再参照组内数值", "a method that winsorises or takes logarithms has no target; it cannot refer to the group"  # fmt: skip
    if isinstance(method, m.MinMax) and method.at_worst >= method.at_best:
        yield (
            "最差得（at_worst）必须小于最好得（at_best）",
            "what the worst earns (at_worst) must be below what the best earns (at_best)",
        )
    if isinstance(method, m.Rank) and method.table and method.ties == "mean":
        yield (
            "名次对照表不能用平均名次（ties: mean）",
            "a table of ranks has no share for the mean of places (ties: mean)",
        )
    if isinstance(method, PLACED) and indicator.fill and not indicator.fill.counted:
        yield "按名次计分时，补上的值必须计入统计（fill.counted: true），否则没有名次", "a method by rank needs filled values among those counted (fill.counted: true), or they have no place"  # fmt: skip


@rule
def coefficients_multiply_what_exists(book: Rulebook, source: Source) -> Finding:
    leaves, nodes = set(_leaves(book.tree)), {node.code for node, _, _ in book.nodes()}
    categories, seen = names_of(book.categories), set()
    for place, one in enumerate(book.coefficients):
        where = source.rulebook("coefficients", place)
        factors = [one.value, *one.categories.values(), *one.units.values()]
        given = [factor for factor in factors if factor is not None]
        if one.of not in leaves | nodes:
            yield error(where, "coefficient.unknown", f"系数所乘的 {one.of} 不在指标树中。", f"the coefficient multiplies {one.of}, which is not in the tree")  # fmt: skip
        if one.of in seen:
            yield error(where, "coefficient.twice", f"{one.of} 有两条系数，请合为一条。", f"{one.of} has two coefficients; make them one")  # fmt: skip
        seen.add(one.of)
        if not given:
            yield error(where, "coefficient.empty", f"{one.of} 的系数没有写明数值。", f"the coefficient of {one.of} gives no number")  # fmt: skip
        for category in one.categories:
            if category not in categories:
                yield error(
                    where, "coefficient.category", *unknown("category", category, categories)
                )

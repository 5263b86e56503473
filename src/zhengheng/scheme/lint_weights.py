"""Rules of `scheme check` about weights: they name what exists, and reach the full mark."""

from decimal import Decimal

from zhengheng.scheme.findings import Finding, error, plain, rule, weight_of
from zhengheng.scheme.folder import Source
from zhengheng.scheme.lint_names import newest
from zhengheng.scheme.model import Category, Node, Rulebook

PAIRED = {"product", "quotient", "copeland"}
"""Dimensions whose weights only say who takes part."""


@rule
def weights_name_what_exists(book: Rulebook, source: Source) -> Finding:
    known = {i.code for i in book.indicators} | {n.code for n, _, _ in book.nodes()}
    categories = {c.code for c in book.categories}
    for place, table in enumerate(book.weights):
        for code, entry in table.table.items():
            where = source.rulebook("weights", place, "table", code)
            if code not in known:
                yield error(
                    where,
                    "weights.unknown",
                    f"权重表中的 {code} 不存在",
                    f"the weight table names {code}, which does not exist",
                )
            for category in entry if isinstance(entry, dict) else ():
                if category not in categories:
                    yield error(source.rulebook("weights", place, "table", code, category), "weights.category", f"权重表中的类别 {category} 不存在",
                                f"the weight table names category {category}, which does not exist")  # fmt: skip
            for column, weight in entry.items() if isinstance(entry, dict) else ((None, entry),):
                if weight < 0:
                    yield error(
                        source.rulebook("weights", place, "table", code, column)
                        if column
                        else where,
                        "weights.negative",
                        f"{code} 的权重为负",
                        f"the weight of {code} is negative",
                    )


@rule
def weights_reach_the_full_mark(book: Rulebook, source: Source) -> Finding:
    for category in book.categories:
        for node, parent, _ in book.nodes():
            if node.weights == "relative" or node.aggregate in PAIRED:
                continue
            total = _weight_below(book, node, category)
            wanted = node.full_mark or category.full_mark
            if parent is not None and node.aggregate == "sum":
                wanted_own = weight_of(book, node.code, category.code)
                if wanted_own is None or total == 0:
                    continue
                wanted = wanted_own
            if total is not None and total != wanted and not (parent is not None and total == 0):
                place = newest(book)
                yield error(
                    source.rulebook("weights", place, "table", *_heaviest(book, node, category)), "weights.total",
                    f"类别 {category.name.zh} 在“{node.name.zh}”下的权重合计 {plain(total)}, 应为 {plain(wanted)}",
                    f"the weights of category {category.code} below {node.code} add to {plain(total)} instead of {plain(wanted)}",
                )  # fmt: skip


def _weight_below(book: Rulebook, node: Node, category: Category) -> Decimal | None:
    if node.aggregate != "sum":
        weights = [
            weight_of(book, c if isinstance(c, str) else c.code, category.code)
            for c in node.children
        ]
        return sum((w for w in weights if w is not None), Decimal(0))
    total = Decimal(0)
    for child in node.children:
        own = weight_of(book, child if isinstance(child, str) else child.code, category.code)
        if own is not None:
            total += own
        elif isinstance(child, Node):
            total += _weight_below(book, child, category) or Decimal(0)
    return total


def _heaviest(book: Rulebook, node: Node, category: Category) -> tuple[str, ...]:
    """Where to look first when a sum of weights is wrong: the greatest of them."""
    below = [c if isinstance(c, str) else c.code for c in node.children]
    if node.aggregate == "sum":
        for child in node.children:
            if isinstance(child, Node) and weight_of(book, child.code, category.code) is None:
                below += _heaviest(book, child, category)[:1]
    held = {code: weight for code in below if (weight := weight_of(book, code, category.code)) is not None}  # fmt: skip
    return (max(held, key=lambda code: held[code]), category.code) if held else ()

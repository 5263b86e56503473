"""Rules of `scheme check` about weights: they name what exists, and reach the full mark."""

from datetime import date
from decimal import Decimal

from zhengheng.domain.names import unknown
from zhengheng.domain.periods import Frequency, parse_period
from zhengheng.scheme.excel_tree import CHILD
from zhengheng.scheme.findings import Finding, error, names_of, plain, rule, weight_of
from zhengheng.scheme.folder import Source
from zhengheng.scheme.lint_names import newest
from zhengheng.scheme.model import PAIRED, Category, Node, Rulebook


@rule
def weights_name_what_exists(book: Rulebook, source: Source) -> Finding:
    known = names_of(book.indicators) | names_of(node for node, _, _ in book.nodes())
    categories = names_of(book.categories)
    for place, table in enumerate(book.weights):
        for code, entry in table.table.items():
            where = source.rulebook("weights", place, "table", code)
            if code not in known:
                yield error(
                    source.rulebook("weights", place, "table", code, CHILD),
                    "weights.unknown",
                    *unknown("weighed", code, known),
                )
            for category in entry if isinstance(entry, dict) else ():
                if category not in categories:
                    yield error(source.rulebook("weights", place, "table", code, category), "weights.category", *unknown("category", category, categories))  # fmt: skip
            for column, weight in entry.items() if isinstance(entry, dict) else ((None, entry),):
                if weight < 0:
                    yield error(
                        source.rulebook("weights", place, "table", code, column)
                        if column
                        else where,
                        "weights.negative",
                        f"{code} 的权重 {plain(weight)} 小于 0；请改为 0 或大于 0 的数，不计分的写 0",
                        f"the weight of {code} is {plain(weight)}, below 0; write 0 or more, and 0 where it is not to count",
                    )


@rule
def weights_are_in_force_from_the_beginning(book: Rulebook, source: Source) -> Finding:
    days = [table.from_ for table in book.weights]
    for place, day in enumerate(days):
        if day in days[:place]:
            yield error(source.rulebook("weights", place, "from"), "weights.twice", f"有两张权重表都从 {day} 起施行，无法确定以哪一张为准；请删去一张，或改写施行日期。",
                        f"two weight tables begin on {day}, and nothing says which one holds; delete one or change its day")  # fmt: skip
    place = days.index(min(days))
    first, begins = book.weights[place], book.effective_from
    # What is prospective waits for the next period; a rulebook that begins within one brings its first weights along.
    latest = _end(begins, book.period) if first.kind == "restated" else begins
    if first.from_ > latest:
        yield error(source.rulebook("weights", place, "from"), "weights.late", f"方案从 {begins} 起施行，最早的权重表却从 {first.from_} 起施行，其间没有权重；请改写权重表或方案的施行日期。",
                    f"the rulebook is in force from {begins}, its first weight table only from {first.from_}: there are no weights between; change one of the days")  # fmt: skip


def _end(day: date, frequency: Frequency) -> date:
    """The last day of the period that a day lies in."""
    return next(p.end for p in parse_period(str(day.year)).split(frequency) if day <= p.end)


@rule
def weights_reach_the_full_mark(book: Rulebook, source: Source) -> Finding:
    for category in book.categories:
        for node, parent, _ in book.nodes():
            if node.weights == "relative" or node.aggregate in PAIRED:
                continue
            total = _weight_below(book, node, category)
            wanted = node.full_mark or category.full_mark
            if wanted <= 0:
                continue  # has a fault of its own
            if parent is not None and node.aggregate == "sum":
                if parent.aggregate != "sum":
                    # Its weight there is no full mark. In a mean its scale is tried with every table (scoring/check.py).
                    continue
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


def _weight_below(book: Rulebook, node: Node, category: Category) -> Decimal:
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
            below = _weight_below(book, child, category)
            # What is no sum brings points out of its own full mark, whatever is weighed in it.
            total += (
                below
                if child.aggregate == "sum" or not below
                else child.full_mark or category.full_mark
            )
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

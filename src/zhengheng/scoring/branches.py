"""The tree of the plan: what each child weighs in its parent, and the rule of each indicator in each category."""

from decimal import Decimal
from fractions import Fraction

from zhengheng.domain.numbers import COEFFICIENT, POINT, ratio
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import PAIRED, Category, Node
from zhengheng.scoring.due import due_periods
from zhengheng.scoring.plan_rows import PlanRows
from zhengheng.scoring.rules import (
    OF_THE_GROUP,
    Row,
    method_columns,
    micro,
    scaled,
)


class BranchRows(PlanRows):
    """Rows of branches, and of the rules of their leaves."""

    def _branches(self, category: Category, used: dict[str, set[str]]) -> None:
        self._add(
            "category",
            category=category.code,
            not_applicable_limit=scaled(
                category.not_applicable_limit, COEFFICIENT, "rulebook", "categories"
            ),
        )
        book = self.rulebook

        def full_of(child: Node | str, parent: Node | None) -> Fraction | None:
            if isinstance(child, str):
                weight = self.weight(child, category.code)
                if weight is None:
                    return None
                is_sum = parent is not None and parent.aggregate == "sum"
                if is_sum or parent is None:
                    return Fraction(weight)
                return Fraction(parent.full_mark or category.full_mark)
            parts = [(c, full_of(c, child)) for c in child.children]
            held = [(c, f) for c, f in parts if f is not None]
            if not held:
                return None
            if child.aggregate != "sum":
                return Fraction(child.full_mark or category.full_mark)
            total = Fraction(0)
            for part, full in held:
                total += self._weight_of(part, child, category.code, full) * full
            return total

        def walk(
            node: Node, depth: int, missing: str, absent: str, share: Fraction, idle: bool
        ) -> None:
            missing, absent = node.missing or missing, node.not_applicable or absent
            held = [(c, f) for c in node.children if (f := full_of(c, node)) is not None]
            weights = [self._weight_of(c, node, category.code, f) for c, f in held]
            mass = [
                w * f if node.aggregate == "sum" else w
                for w, (_, f) in zip(weights, held, strict=True)
            ]
            for place, ((child, full), weight, part) in enumerate(
                zip(held, weights, mass, strict=True), 1
            ):
                code = child if isinstance(child, str) else child.code
                # What counts for nothing (a weight of 0) stops no total where its data is not there.
                without = idle or (part == 0 and node.aggregate not in PAIRED)
                portion = share * part / sum(mass) if sum(mass) else Fraction(0)
                leaf = self.by_code[code] if isinstance(child, str) else None
                if leaf:
                    used.setdefault(code, set()).add(category.code)
                    self._rules(leaf, category.code, full, node)
                self._add(
                    "branch",
                    category=category.code,
                    parent=node.code,
                    child=code,
                    leaf=leaf is not None,
                    place=place,
                    depth=depth,
                    weight=micro(weight, "rulebook", "weights", code),
                    full=micro(full, "rulebook", "weights", code),
                    mass=micro(part, "rulebook", "weights", code) if node.aggregate == "sum" else 0,
                    missing="renormalise"
                    if without
                    else (leaf.missing if leaf else None) or missing,
                    not_applicable="renormalise"
                    if without
                    else (leaf.not_applicable if leaf else None) or absent,
                    leaves=1 if leaf else 0,
                    share=int(portion * COEFFICIENT) if leaf else 0,
                    lowest=self._lowest(leaf, full) if leaf else 0,
                )
                if isinstance(child, Node):
                    walk(child, depth + 1, missing, absent, portion, without)

        root = full_of(book.tree, None)
        for node, _, _ in book.nodes():
            if (full := full_of(node, None)) is not None:
                self._add(
                    "node_full",
                    category=category.code,
                    node=node.code,
                    full=micro(full, "rulebook", "tree", node.code),
                )
        if root is not None:
            walk(book.tree, 0, book.missing, book.not_applicable, Fraction(1), False)

    def _weight_of(
        self, child: Node | str, parent: Node, category: str, full: Fraction
    ) -> Fraction:
        """A child's factor in its parent: its weight in a mean; in a sum 1, or own weight over mark."""
        code = child if isinstance(child, str) else child.code
        weight = self.weight(code, category)
        if parent.aggregate != "sum":
            return Fraction(weight if weight is not None else 0)
        if isinstance(child, str) or weight is None:
            return Fraction(1)
        return Fraction(weight) / full if full else Fraction(1)

    def _lowest(self, leaf: Indicator, full: Fraction) -> int:
        least = getattr(leaf.method, "least", None) or Decimal(0)
        return min(0, int(Fraction(least) * full * POINT))

    def _rules(self, leaf: Indicator, category: str, full: Fraction, parent: Node) -> None:
        if leaf.fill:
            self._add(
                "filling",
                category=category,
                indicator=leaf.code,
                by_what=leaf.fill.by,
                pool=leaf.fill.over,
                counted=leaf.fill.counted,
                minimum=leaf.fill.minimum,
            )
        cut = self.cuts[leaf.code]
        last = max((p.end for p in due_periods(leaf, self.period, self.at)), default=None)
        shared = {
            "category": category, "indicator": leaf.code, "decimals": leaf.decimals,
            "unit_scale": 10**leaf.decimals, "digits": leaf.digits, "round_unit": 10 ** (9 - leaf.digits),
            "carry": leaf.carry, "full": micro(full, "rulebook", "weights", leaf.code), "sign": -1 if leaf.direction == "down" else 1,
            "reference": leaf.reference.to, "reference_unit": leaf.reference.unit,
            "additive": self._adds_up(leaf.code),
            "elapsed_n": (min(last or self.at, self.period.end) - self.period.start).days + 1,
            "elapsed_d": self.period.days,
        }  # fmt: skip
        rows = []
        for piece in cut.pieces:
            assert piece.method is not None
            rows.append(
                {
                    "segment": piece.place, "share_n": piece.share, "share_d": piece.whole,
                    "undefined": piece.method.undefined, "latest": piece is cut.pieces[-1],
                    "carried": cut.flow and cut.divided, **method_columns(piece.method, leaf),
                }
            )  # fmt: skip
        if cut.divided:
            rows.insert(0, _year(rows, leaf.reference.to in OF_THE_GROUP))
        for row in rows:
            self._add("rule", **shared, **row)


def _year(rows: list[Row], grouped: bool) -> Row:
    """What is shown of a divided period: it earns no points, and has the targets of its pieces by their time."""
    whole = rows[-1]["share_d"]
    targets = [row["target"] for row in rows]
    joined = None
    if None not in targets:
        joined = ratio(sum(t * row["share_n"] for t, row in zip(targets, rows, strict=True)), whole)
    return dict.fromkeys(rows[-1]) | {
        "segment": 0, "share_n": whole, "share_d": whole, "undefined": "missing", "latest": False,
        "carried": False, "strict": False, "grouped": grouped, "method": "none", "target": joined,
        "sample": False, "treated": False,
    }  # fmt: skip

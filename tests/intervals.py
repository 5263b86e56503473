"""How large every number of every scoring step can become, from the limits of what the steps read.

Sizes only: a number's bound is the largest that its absolute value can be. A sum has a million rows
at most, unless its column says what may be added up of it. Whatever the structure of one expression
cannot show is said in `KNOWN`, each with its reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isqrt

import sqlglot
from sqlglot import exp

from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.limits import LEAST_FULL, ROWS
from zhengheng.scoring.pipeline import REPEATED, Step, reads, steps

MANY = 10**9
"""Units and rows that may be counted."""
TERMS = 10**6
"""Rows that are added up, where nothing else is said."""
TERMS_OF = {
    "022_owed_figure.sql": 366,
    "025_inherited_target.sql": ROWS["figure"],
    "030_gathered_value.sql": ROWS["rollup"] + ROWS["figure"],
    "235_unit_reference.sql": 10**4,
}
"""Predecessors of an heir, children of a parent (refused beyond that), days of a period."""
VALUE, POINTS = 10**15, 10**14
INHERITED = (VALUE + 1) * ROWS["figure"]
"""What an heir takes over of the targets of all before it, each time rounded."""
KNOWN = {
    ("022_owed_figure.sql", "value"): (VALUE + 1, "a share of one value: two sums that differ by it, each rounded"),
    ("025_inherited_target.sql", "RATIO(SUM(h.part), CAST(1000000 AS DECIMAL(38, 0)))"): (INHERITED, "of one target all shares together are no more than it, however often it goes on"),
    ("110_series_value.sql", "value"): (VALUE, "step 108 has refused more"),
    ("110_series_value.sql", "previous"): (VALUE, "step 108 has refused more"),
    ("125_milestone_value.sql", "value"): (VALUE, "step 126 refuses more"),
    ("210_group_centre.sql", "median_2"): (2 * VALUE, "two of the summed cases at most are not zero"),
    ("220_group_deviation.sql", "mad_4"): (8 * VALUE, "two of the summed cases at most are not zero"),
    ("220_group_deviation.sql", "total"): (VALUE, "step 215 has refused groups beyond"),
    ("220_group_deviation.sql", "squares"): (VALUE**2, "no more than the square of values times range"),
    ("230_group_statistic.sql", "c.valued * d.squares"): (VALUE**2, "the square of values times range"),
    ("230_group_statistic.sql", "d.total * d.total"): (VALUE**2, "the square of values times range"),
    ("230_group_statistic.sql", "root"): (VALUE * 10**6, "the root of it, with six decimals"),
    ("235_unit_reference.sql", "value"): (VALUE, "step 236 refuses more"),
    ("240_measured.sql", "target"): (VALUE, "a median is no larger than the largest; steps 108 and 236 have refused more"),
    ("132_peer_value.sql", "median_2"): (2 * VALUE, "two of the summed cases at most are not zero"),
    ("135_cell.sql", "value"): (VALUE, "a mean or median is no larger than the largest"),
    ("205_treated_value.sql", "value"): (VALUE, "a value, or a logarithm with nine decimals"),
    ("215_beyond_spread.sql", "c.valued * c.valued * (c.highest - c.lowest)"): (MANY * 2 * VALUE * 10**6, "a million values of a group at most"),
    ("230_group_statistic.sql", "(c.valued * d.squares - d.total * d.total) * (c.valued * (c.valued - 1))"): (VALUE**2 * 10**6, "step 215 has refused samples beyond: n squared times the range is below 10**18"),
    ("240_measured.sql", "measure"): (VALUE, "a value, or a logarithm with nine decimals"),
    ("325_method_z_score.sql", "g.valued * (m.measure - g.lowest)"): (VALUE, "step 215 has refused groups beyond"),
    ("511_node_score.sql", "fine"): (POINTS, "what follows looks only at those below"),
    ("512_node_score.sql", "sound"): (POINTS, "only those below are looked at"),
    ("512_node_score.sql", "held"): (POINTS, "only those below, their mean or their median"),
    ("512_node_score.sql", "mean"): (POINTS, "a mean is no larger than the largest"),
    ("512_node_score.sql", "amount"): (POINTS * TERMS, "scores are added up"),
    ("512_node_score.sql", "median_2"): (2 * POINTS, "two of the summed cases at most are not zero"),
    ("512_node_score.sql", "bounded"): (POINTS, "between the lowest and the highest"),
    ("511_node_score.sql", "turned"): (POINTS + 10**13, "the full mark less a score"),
    ("512_node_score.sql", "turned"): (POINTS * 10, "rescaled: refused after this step where beyond"),
    ("400_points.sql", "exact"): (POINTS, "steps 405 and 415 refuse more"),
    ("400_points.sql", "printed"): (POINTS, "steps 405 and 415 refuse more"),
    ("420_group_rate.sql", "rate"): (POINTS * 10**12 // LEAST_FULL, "a median is no larger than the largest"),
    ("430_substitute.sql", "points"): (POINTS, "step 435 refuses more"),
    ("430_substitute.sql", "rate"): (POINTS * 10**12 // LEAST_FULL, "a mediant is no larger than the largest of its fractions"),
    ("511_node_score.sql", "EXPONENTIAL(RATIO(s.logs, s.weight))"): (POINTS, "a mean is no larger than the largest"),
}  # fmt: skip
"""By step, and column or expression: the largest size and why it cannot be larger."""
AT_LEAST = {
    ("420_group_rate.sql", "b.full"): LEAST_FULL,
    ("511_node_score.sql", "s.first_full"): LEAST_FULL,
    ("512_node_score.sql", "s.first_full"): LEAST_FULL,
}
EXACT = {"sign": 1, "round_unit": 10**9, "unit_scale": 10**12}
"""Columns that hold nothing larger than this."""
"""Divisors that are no smaller than this where they are not zero."""


Table = dict[str, int]
Tables = dict[str, Table]


@dataclass
class Found:
    """The sizes of one step: of its columns, and the largest of any number in it."""

    columns: dict[str, int] = field(default_factory=dict)
    largest: int = 0
    where: str = ""

    def beside(self, other: "Found") -> "Found":
        """Of two queries of one step the larger sizes."""
        widest = max(self, other, key=lambda found: found.largest)
        return Found(largest(self.columns, other.columns), widest.largest, widest.where)


def limits_of(name: str) -> dict[str, int]:
    """The numbers of a table with a contract; those without a limit are not in it."""
    columns = CONTRACTS[name].columns
    return {c.name: EXACT.get(c.name, 10**c.digits) for c in columns if c.digits is not None}


def measure() -> Iterator[tuple[Step, Found]]:
    """The sizes of every step in turn, each reading what the earlier ones can have made."""
    tables: Tables = {name: limits_of(name) for name in CONTRACTS}
    tables["inherited_target"] = {"value": INHERITED}
    tables["derived_value"] = {"value": VALUE, "previous": VALUE, "segment": 10**3, "status": 10}
    family = [step.table for step in steps() if step.table.startswith("method_")]
    apart: Tables = {}
    for step in steps():
        text = step.sql.replace(":place", "999")
        found = Found()
        # One method's numerator never meets another's divisor: what follows is computed for each alone.
        for one in family if step.each or "fraction" in reads(text) else [""]:
            given = tables | ({"fraction": apart[one]} if one in apart else {})
            reader = Reader(step.file, dict(given))
            columns = reader.query(sqlglot.parse_one(text.replace(":each", one), read="duckdb"))
            if step.each:
                apart[one] = columns
            found = found.beside(Found(columns, reader.largest, reader.where))
        yield step, found
        if not step.refuse and step.table not in REPEATED:
            known = limits_of(step.table) if step.table in CONTRACTS else {}
            tables[step.table] = largest(tables.get(step.table, {}), found.columns) | known


def largest(one: Table, other: Table) -> Table:
    """The larger of two tables' sizes, column by column."""
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {**one, **other}}


class Reader:
    """Walks one step's query; `largest` is the largest size that any number in it can have."""

    def __init__(self, file: str, tables: Tables) -> None:
        self.file, self.tables = file, tables
        self.largest, self.where = 0, ""

    def query(self, tree: exp.Expression) -> dict[str, int]:
        """The sizes of a query's columns."""
        for cte in tree.ctes if isinstance(tree, exp.Query) else ():
            self.tables[cte.alias] = self.query(cte.this)
        if isinstance(tree, exp.SetOperation):
            left, right = self.query(tree.left), self.query(tree.right)
            names = list(left)
            return {n: max(left[n], right[m]) for n, m in zip(names, right, strict=True)}
        assert isinstance(tree, exp.Select), tree
        return self._select(tree)

    def _select(self, tree: exp.Select) -> dict[str, int]:
        outer, self.sources = getattr(self, "sources", {}), dict(getattr(self, "sources", {}))
        source = tree.args.get("from_") or tree.args.get("from")
        for place in [source, *tree.args.get("joins", [])]:
            table = place.this
            assert isinstance(table, exp.Table), table
            self.sources[table.alias_or_name] = self.tables[table.name]
        columns = {one.alias_or_name: self.size(one) for one in tree.selects}
        rest = [tree.args.get("where"), tree.args.get("having"), tree.args.get("group")]
        rest += [join.args.get("on") for join in tree.args.get("joins", [])]
        for part in rest:
            if part is not None:
                self.size(part)
        self.sources = outer
        return {n: min(s, KNOWN.get((self.file, n), (s, ""))[0]) for n, s in columns.items()}

    def size(self, node: exp.Expression) -> int:
        """The largest absolute value of an expression; 0 for what is no number."""
        found = self._size(node)
        found = min(found, KNOWN.get((self.file, _text(node)), (found, ""))[0])
        if found > self.largest:
            self.largest, self.where = found, _text(node)
        return found

    def _size(self, node: exp.Expression) -> int:
        match node:
            case exp.Literal():
                return 0 if node.is_string else abs(int(node.this))
            case exp.Column():
                return self.sources.get(node.table, {}).get(node.name, 0)
            case exp.Alias() | exp.Paren() | exp.Neg() | exp.Abs() | exp.Max() | exp.Min():
                return self.size(node.this)
            case exp.Add() | exp.Sub():
                return self.size(node.left) + self.size(node.right)
            case exp.Mul():
                return self._product(node)
            case exp.Cast():
                return self._cast(node)
            case exp.Case():
                for branch in node.args["ifs"]:
                    self.size(branch.this)
                if node.this is not None:
                    self.size(node.this)
                return max(self.size(one) for one in _branches(node))
            case exp.Coalesce() | exp.Least() | exp.Greatest():
                return max(self.size(one) for one in (node.this, *node.expressions))
            case exp.Sum():
                self.size(node.this)
                return self._sum(node.this)
            case exp.Window():
                for part in (*node.args.get("partition_by", ()), node.args.get("order")):
                    if part is not None:
                        self.size(part)
                inner = self.size(node.this)
                counts = isinstance(node.this, exp.Count | exp.RowNumber | exp.Rank | exp.Anonymous)
                return MANY if counts or not inner else inner
            case exp.Count():
                return MANY
            case exp.Exists() | exp.Subquery():
                self.query(node.this)
                return 0
            case exp.In():
                self.size(node.this)
                if node.args.get("query"):
                    self.query(node.args["query"].this)
                return 0
            case exp.Anonymous():
                return self._function(node)
        for child in node.iter_expressions():
            self.size(child)
        return 0

    def _cast(self, node: exp.Cast) -> int:
        inner = self.size(node.this)
        if node.to.sql().lower() == "bigint":
            assert inner < 2**63, f"{self.file}: {node.sql()} can be {inner:.1e}"
        return inner

    def _product(self, node: exp.Mul) -> int:
        """Rounding to a multiple, ratio(n, d * u) * u, is about n / d, not a u-fold of it."""
        left, right = node.left, node.right
        if isinstance(left, exp.Anonymous) and left.name == "ratio":
            below = left.expressions[1]
            if isinstance(below, exp.Mul) and below.right == right:
                self.size(left)
                return self.size(left.expressions[0]) // self._least(below.left) + self.size(right)
            if below == right:
                self.size(left)
                return self.size(left.expressions[0]) + self.size(right)
        return self.size(left) * self.size(right)

    def _function(self, node: exp.Anonymous) -> int:
        sizes = [self.size(one) for one in node.expressions]
        match node.name:
            case "ratio":
                twice = 2 * sizes[0] + sizes[1]
                if twice > self.largest:
                    self.largest, self.where = twice, f"inside {_text(node)}"
                return sizes[0] // self._least(node.expressions[1]) + 1
            case "quotient":
                return sizes[0] // self._least(node.expressions[1]) + 1
            case "integer_root":
                return (isqrt(sizes[0]) + 1) * 10**6
            case "logarithm":
                return 10**14  # of a number of 38 digits: 88 at 12 decimals
            case "exponential":
                return sizes[0]
        raise AssertionError(f"{self.file}: {node.name} is not known here")

    def _least(self, node: exp.Expression) -> int:
        """The smallest that a divisor can be where it is not zero: they are whole numbers."""
        known = AT_LEAST.get((self.file, _text(node)))
        match node:
            case exp.Literal():
                return int(node.this)
            case exp.Cast() | exp.Paren():
                return self._least(node.this)
            case exp.Mul():
                return self._least(node.left) * self._least(node.right)
            case exp.Greatest():
                return max(self._least(one) for one in (node.this, *node.expressions))
        return known or 1

    def _sum(self, node: exp.Expression) -> int:
        """Of a column that says what is added up of it, that; times what it is multiplied with."""
        match node:
            case exp.Case():
                return max(self._sum(one) for one in _branches(node))
            case exp.Paren():
                return self._sum(node.this)
            case exp.Mul():
                for one, other in ((node.left, node.right), (node.right, node.left)):
                    if (together := _together(one)) is not None:
                        return together * self.size(other)
            case exp.Column():
                if (together := _together(node)) is not None:
                    return together
            case exp.Null():
                return 0
            case exp.Anonymous() if node.name == "ratio":
                above, below = node.expressions
                return self._sum(above) // self._least(below) + TERMS
        return self.size(node) * TERMS_OF.get(self.file, TERMS)


def _text(node: exp.Expression) -> str:
    return node.sql(dialect="duckdb").replace('"', "")


def _branches(node: exp.Case) -> list[exp.Expression]:
    last = node.args.get("default")
    return [branch.args["true"] for branch in node.args["ifs"]] + ([last] if last else [])


TOGETHER = {
    column.name: 10**column.together
    for contract in CONTRACTS.values()
    for column in contract.columns
    if column.together is not None
}


def _together(node: exp.Expression) -> int | None:
    return TOGETHER.get(node.name) if isinstance(node, exp.Column) else None

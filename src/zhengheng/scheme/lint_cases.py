"""Rules of `scheme check` about worked examples: they can be set up, and expect what there is."""

from collections.abc import Iterator

from zhengheng.domain.periods import parse_period
from zhengheng.scheme.findings import Finding, error, rule
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import TOTAL, Case, Rulebook

OUTCOMES = {TOTAL, "grade", "rank", "status", "reference"}
"""What an example may expect beside the points of an indicator or a dimension."""
LIGHT = "light:"


@rule
def examples_can_be_run(book: Rulebook, source: Source) -> Finding:
    known = {one.code for one in book.indicators}
    nodes = {node.code for node, _, _ in book.nodes()}
    items = {one.code for one in book.adjustments}
    for place, case in enumerate(book.cases):
        try:
            parse_period(case.period)
        except ValueError:
            yield error(source.rulebook("cases", place, "period"), "case.period", f"算例“{case.name}”：“{case.period}”不是期间，请写成 2025、2025-Q1 或 2025-03。",
                        f"case {case.name}: {case.period} is no period; write it like 2025, 2025-Q1 or 2025-03")  # fmt: skip
        for path, code in _indicators(case):
            if code not in known:
                yield error(source.rulebook("cases", place, *path), "case.unknown", f"算例“{case.name}”中的指标 {code} 不存在；请改为方案中已有的指标代码。",
                            f"case {case.name} names {code}, which is no indicator; name one of this rulebook")  # fmt: skip
        for what in case.expect:
            code = what.removeprefix(LIGHT)
            if code not in known | nodes and (what not in OUTCOMES):
                yield error(source.rulebook("cases", place, "expect", what), "case.unknown", f"算例“{case.name}”期望的 {what} 不存在；可写指标或维度代码、total、grade、rank、status、reference 或 light:代码。",
                            f"case {case.name} expects {what}, which does not exist; it may be the code of an indicator or dimension, total, grade, rank, status, reference or light:CODE")  # fmt: skip
        for number, event in enumerate(case.events):
            if event.get("item") not in items:
                yield error(source.rulebook("cases", place, "events", number), "case.unknown", f"算例“{case.name}”的第 {number + 1} 个事项没有写明已有的加减分项（item）。",
                            f"case {case.name}: event {number + 1} names no item of this rulebook")  # fmt: skip


def _indicators(case: Case) -> Iterator[tuple[tuple[str, ...], str]]:
    for part in ("values", "targets", "milestones"):
        for code in getattr(case, part):
            yield (part, code), code
    for unit, values in case.others.items():
        for code in values:
            yield ("others", unit, code), code

"""The light that one value would get by itself, if the whole period went on like it."""

from datetime import date

from zhengheng.domain.periods import Period
from zhengheng.engines.cases import case_facts
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.scheme.model import Case, Rulebook, Unit

PARTS = ("sum", "rolling")
"""Ways to combine of which one value of several is only a part, and says nothing alone."""


def light_alone(
    book: Rulebook, unit: Unit, code: str, period: Period, at: date, value: str, target: str
) -> str:
    """green, yellow or red as seen on a day; empty where the indicator has no light, or one value cannot tell:
    a part of a sum, a method that looks at the group or at another value, a target that nobody gave.

    `target` is the unit's own, empty where the rulebook gives it. Raises CaseError for what is no number.
    """
    indicator = book.indicator(code)
    part = indicator.combine in PARTS and indicator.frequency != period.frequency
    # A method that has no target asks for none.
    aimless = not target and getattr(indicator.method, "target", 0) is None
    if indicator.method is None or part or aimless or indicator.reference.to != "given":
        return ""
    case = Case(
        name=code, period=period.code, unit={"category": unit.category, "group": unit.group},
        values={code: value}, targets={code: {"target": target}} if target else {}, expect={},
    )  # fmt: skip
    lean = _only(book, code)
    run = make_run(lean, case_facts(lean, case), period, OracleEngine(), at)
    if any(rule["grouped"] for rule in run.plan.tables["rule"]):
        return ""
    return next((row["light"] for row in run.results.rows("light") if row["subject"] == code), "")


def _only(book: Rulebook, code: str) -> Rulebook:
    """The rulebook as if it had this indicator alone: nothing else bears on its light."""
    weights = tuple(
        held.model_copy(update={"table": {one: cell for one, cell in held.table.items() if one == code}})
        for held in book.weights
    )  # fmt: skip
    return book.model_copy(
        update={
            "tree": book.tree.model_copy(update={"children": (code,)}), "weights": weights,
            "indicators": (book.indicator(code),), "units": (), "adjustments": (), "goals": (), "topics": (),
            "cascade": (), "succession": (), "binding": None, "matrix": (), "cases": (), "grading": None,
        }
    )  # fmt: skip

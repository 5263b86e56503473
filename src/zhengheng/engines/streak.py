"""Years on end 连续年数: since when a unit has held its grade, through mergers, splits and renames."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhengheng.engines.run import Run


@dataclass(frozen=True)
class Streak:
    """A grade, in how many assessed periods on end it was held, and the first of them."""

    grade: str
    periods: int
    since: str


def streak(
    runs: Iterable[Run], unit: str, decided: Mapping[str, Mapping[str, str]] | None = None
) -> Streak | None:
    """Of the first of `runs`, which are of one rulebook, newest first; None where that one gives no grade.

    Earlier ones are taken as far as they are needed. `decided` holds the grades that were decided otherwise
    than computed: run → unit → grade.

    A period without a grade neither counts nor breaks [D]. Years follow a succession
    where the rulebook says so (`years: inherit`): after a merger only as far back as every part held the
    same grade, after a split every heir takes them along.
    """
    found: Streak | None = None
    names = {unit}
    for run in runs:
        held = (decided or {}).get(run.id, {})
        grades = {held.get(name, row["grade"]) for name in names for row in run.results.of_unit("grading", name)}  # fmt: skip
        if found is None and not grades:
            return None
        if grades:
            if len(grades) > 1 or (found and grades != {found.grade}):
                break
            count = found.periods + 1 if found else 1
            found = Streak(grades.pop(), count, run.plan.period.code)
        for event in sorted(run.rulebook.succession, key=lambda one: one.date, reverse=True):
            if event.years == "inherit" and names & {heir.unit for heir in event.heirs}:
                names.add(event.unit)
    return found

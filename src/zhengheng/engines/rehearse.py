"""What moves between two runs over the same units: score, rank, grade."""

from typing import Any

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.problems import Language
from zhengheng.engines.run import Run
from zhengheng.engines.standing import places_of


def moves(before: Run, after: Run) -> list[dict[str, Any]]:
    """One entry a unit: (old, new) of score, rank and grade, and whether anything moved."""
    old, new = _table(before), _table(after)
    found = []
    for unit in sorted(old.keys() | new.keys()):
        first, second = old.get(unit, ("", "", "")), new.get(unit, ("", "", ""))
        pairs = {
            name: [first[place], second[place]]
            for place, name in enumerate(("score", "rank", "grade"))
        }
        found.append(
            {"unit": unit, "period": after.plan.period.code, **pairs, "moved": first != second}
        )
    return found


def grade_names(run: Run, language: Language) -> dict[str, str]:
    """The code of each grade → its name."""
    grading = run.rulebook.grading
    bands = (*grading.bands, *grading.outside) if grading else ()
    return {band.code: band.name.say(language) for band in bands}


def _table(run: Run) -> dict[str, tuple[str, str, str]]:
    digits = run.rulebook.tree.digits
    ranks = {unit: str(place) for unit, place in places_of(run).items()}
    grades = {row["unit"]: row["grade"] for row in run.results.rows("grading")}
    return {
        row["unit"]: (
            format_scaled(row["printed"], 9, digits),
            ranks.get(row["unit"], ""),
            grades.get(row["unit"], ""),
        )
        for row in run.results.rows("total_score")
    }

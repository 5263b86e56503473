"""Decided grades beside the computed ones, wherever a grade is read: both, and the reason."""

from dataclasses import dataclass, replace
from typing import Any

from zhengheng.domain.problems import Language
from zhengheng.engines.bound import said as with_reason
from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.scoreboard import Line, Scoreboard
from zhengheng.web.results.models import DecidedGrade, ResultRun
from zhengheng.web.results.selectors import (
    folder_of,
    loaded,
    moved_between,
    newest,
    outcome,
    unit_names,
    unit_passport,
)
from zhengheng.workflow.machines import UNNOTICED

Words = tuple[str, str]


@dataclass(frozen=True)
class Decided:
    """One unit's grade by the commission's decision; names in Chinese and English."""

    unit: str
    decided: Words
    computed: Words
    reason: str
    basis: str
    meeting: str
    asked: bool
    """The computed grade is another since, and the commission has not decided again."""
    coming: bool = False
    """It was decided for the version on notice, and this one takes it over only with its own notice."""

    def said(self, language: Language) -> str:
        """Both grades and the reason in one phrase."""
        place = 0 if language == "zh" else 1
        decided, computed = self.decided[place], self.computed[place] or "—"
        if self.coming:
            return self._to_come(decided, computed, language)
        if self.asked:
            return (
                f"{computed}（计算等次；此前决定为{decided}，计算等次已变，待委员会重新决定）" if language == "zh"
                else f"{computed} (computed; decided as {decided} before, to be decided again as the computed grade is another now)"
            )  # fmt: skip
        return (
            f"{decided}（委员会决定，计算等次为{computed}；理由：{self.reason}）" if language == "zh"
            else f"{decided} (decided by the commission, computed {computed}; reason: “{self.reason}”)"
        )  # fmt: skip

    def _to_come(self, decided: str, computed: str, language: Language) -> str:
        if self.asked:
            return (
                f"{computed}（计算等次；现行结果由委员会决定为{decided}，计算等次已变，公示后须由委员会重新决定）" if language == "zh"
                else f"{computed} (computed; the present result was decided as {decided}, and the commission decides again after the notice)"
            )  # fmt: skip
        return (
            f"{computed}（计算等次；现行结果由委员会决定为{decided}，公示时随之转入；理由：{self.reason}）" if language == "zh"
            else f"{computed} (computed; decided as {decided} for the present result, and taken over with the notice; reason: “{self.reason}”)"
        )  # fmt: skip

    def fields(self, language: Language) -> dict[str, str]:
        """The grade that counts, the computed one and the reason, each by itself."""
        place = 0 if language == "zh" else 1
        now = self.computed if self.asked or self.coming else self.decided
        return {"grade": now[place], "computed_grade": self.computed[place], "grade_reason": self.reason}  # fmt: skip


def decided_of(result: ResultRun) -> dict[str, Decided]:
    """The decided grades of a result by unit."""
    return _told(result, [(one, one.computed, one.asked) for one in _rows(result)])


def _rows(result: ResultRun) -> list[DecidedGrade]:
    return list(result.decided_grades.select_related("decision").order_by("unit"))


def _told(result: ResultRun, held: list[tuple[DecidedGrade, str, bool]], *, coming: bool = False) -> dict[str, Decided]:  # fmt: skip
    """Decided grades in words, each with the computed grade beside it and whether the commission is asked again."""
    if not held:
        return {}
    grading = loaded(folder_of(result.run)).rulebook.grading
    bands = (*grading.bands, *grading.outside) if grading else ()
    names = {band.code: (band.name.zh, band.name.say("en")) for band in bands}
    return {
        one.unit: Decided(
            one.unit, names.get(one.decided, (one.decided, one.decided)), names.get(computed, (computed, computed)),
            one.reason, one.basis, one.decision.meeting, asked, coming,
        )
        for one, computed, asked in held
    }  # fmt: skip


def graded(line: Line, decided: dict[str, Decided], language: Language) -> Line:
    """A scoreboard's line with the decided grade in it, beside the computed one."""
    held = decided.get(line.unit)
    if held is None:
        return line
    grade = held.said(language)
    return replace(line, grade=grade, told=with_reason(grade, (line.bound, line.bound), language))


def with_decided(board: Scoreboard, result: ResultRun, language: Language) -> Scoreboard:
    """A scoreboard with the decided grades in it, those to come with the notice as what they are."""
    decided = shown_of(result)
    if not decided:
        return board
    groups = tuple(
        replace(group, lines=tuple(graded(line, decided, language) for line in group.lines))
        for group in board.groups
    )
    return replace(board, groups=groups)


def passport_of(result: ResultRun, unit: str, language: Language) -> tuple[Entry, Decided | None]:
    """A unit's score passport that says the decided grade beside the computed one, and that decision."""
    held = shown_of(result).get(unit)
    return unit_passport(result.run, unit, language, held.said(language) if held else ""), held


def of_before(result: ResultRun) -> dict[str, Decided]:
    """Grades decided for the version on notice, which a new version takes over only with its own notice.

    Each is judged against the grade that the new version computes: where that is another, the commission is asked again.
    """
    if result.state not in UNNOTICED:
        return {}
    held = newest(result.rulebook, result.period)
    if held is None:
        return {}
    rows = loaded(folder_of(result.run)).results.rows("grading")
    computed = {row["unit"]: row["grade"] for row in rows}
    now = [(one, computed.get(one.unit, "")) for one in _rows(held)]
    return _told(result, [(one, grade, one.asked or grade != one.computed) for one, grade in now], coming=True)  # fmt: skip


def shown_of(result: ResultRun) -> dict[str, Decided]:
    """The decided grades that stand beside the computed ones of a result, and those that come with its notice."""
    return decided_of(result) | of_before(result)


def moved(result: ResultRun, language: Language) -> list[dict[str, Any]]:
    """What moved against the version that this run replaces or would replace, decided grades included.

    A unit whose grade was decided is named even where nothing else of it moved.
    """
    before = result.replaces or (newest(result.rulebook, result.period) if result.state in UNNOTICED else None)  # fmt: skip
    if before is None:
        return []
    old, new = loaded(folder_of(before.run)), loaded(folder_of(result.run))
    found = {one["unit"]: one for one in moved_between(old, new, language)}
    then, now = decided_of(before), shown_of(result)
    names = unit_names(new, language)
    for unit in sorted(then.keys() | now.keys()):
        one = found.get(unit) or {
            **outcome(old, new, unit, language),
            "name": names.get(unit, unit),
        }
        grades = list(one["grade"])
        for place, held in enumerate((then.get(unit), now.get(unit))):
            grades[place] = held.said(language) if held else grades[place]
        found[unit] = {**one, "grade": grades}
    return sorted(found.values(), key=lambda one: one["unit"])

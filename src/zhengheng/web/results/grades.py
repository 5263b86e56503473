"""Decided grades beside the computed ones, wherever a grade is read: both, and the reason."""

from dataclasses import dataclass, replace

from zhengheng.domain.problems import Language
from zhengheng.engines.passport import Entry
from zhengheng.engines.scoreboard import Line, Scoreboard
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded, newest, unit_passport
from zhengheng.web.results.services import UNPUBLISHED

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

    def said(self, language: Language) -> str:
        """Both grades and the reason in one phrase."""
        place = 0 if language == "zh" else 1
        decided, computed = self.decided[place], self.computed[place] or "—"
        if self.asked:
            return (
                f"{computed}（计算等次；此前决定为{decided}，计算等次已变，待委员会重新决定）" if language == "zh"
                else f"{computed} (computed; decided as {decided} before, to be decided again as the computed grade is another now)"
            )  # fmt: skip
        return (
            f"{decided}（委员会决定，计算等次为{computed}；理由：{self.reason}）" if language == "zh"
            else f"{decided} (decided by the commission, computed {computed}; reason: {self.reason})"
        )  # fmt: skip

    def fields(self, language: Language) -> dict[str, str]:
        """The grade that counts, the computed one and the reason, each by itself."""
        place = 0 if language == "zh" else 1
        now = self.computed if self.asked else self.decided
        return {"grade": now[place], "computed_grade": self.computed[place], "grade_reason": self.reason}  # fmt: skip


def decided_of(result: ResultRun) -> dict[str, Decided]:
    """The decided grades of a result by unit."""
    held = result.decided_grades.select_related("decision")
    if not held:
        return {}
    grading = loaded(folder_of(result.run)).rulebook.grading
    bands = (*grading.bands, *grading.outside) if grading else ()
    names = {band.code: (band.name.zh, band.name.say("en")) for band in bands}
    return {
        one.unit: Decided(
            one.unit, names.get(one.decided, (one.decided, one.decided)), names.get(one.computed, (one.computed, one.computed)),
            one.reason, one.basis, one.decision.meeting, one.asked,
        )
        for one in held
    }  # fmt: skip


def graded(line: Line, decided: dict[str, Decided], language: Language) -> Line:
    """A scoreboard's line with the decided grade in it, beside the computed one."""
    held = decided.get(line.unit)
    return replace(line, grade=held.said(language)) if held else line


def with_decided(board: Scoreboard, result: ResultRun, language: Language) -> Scoreboard:
    """A scoreboard with the decided grades in it."""
    decided = decided_of(result)
    if not decided:
        return board
    groups = tuple(
        replace(group, lines=tuple(graded(line, decided, language) for line in group.lines))
        for group in board.groups
    )
    return replace(board, groups=groups)


def passport_of(result: ResultRun, unit: str, language: Language) -> tuple[Entry, Decided | None]:
    """A unit's score passport that says the decided grade beside the computed one, and that decision."""
    held = decided_of(result).get(unit)
    return unit_passport(result.run, unit, language, held.said(language) if held else ""), held


def of_before(result: ResultRun) -> dict[str, Decided]:
    """Grades decided for the version on notice, which a new version takes over only with its own notice."""
    if result.state not in UNPUBLISHED:
        return {}
    held = newest(result.rulebook, result.period)
    return decided_of(held) if held is not None else {}

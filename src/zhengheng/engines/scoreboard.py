"""The scoreboard 成绩榜 of a run as people read it: one for the terminal and the pages.

A unit without a ranked result shows no score here: what its indicators add up to is not a total, and
its passport says why. A total of which only a part was due says of how many points, and has no grade where
the bands of the whole do not fit it (engines/covered.py). Equal places are marked, never broken by the alphabet.
"""

from collections import Counter
from dataclasses import dataclass

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.problems import Language
from zhengheng.engines.bound import bound
from zhengheng.engines.bound import said as with_reason
from zhengheng.engines.lights import indicator_lights
from zhengheng.engines.lives import ended
from zhengheng.engines.run import Run
from zhengheng.engines.standing import places_of
from zhengheng.scoring.statuses import NodeStatuses

NO_TOTAL = {
    "missing": ("▨ 没有总分（缺数据）", "▨ no total (data missing)"), "undefined": ("⊘ 没有总分（无法计算）", "⊘ no total (not computable)"),
    "not_due": ("○ 没有总分（未到期）", "○ no total (not due)"), "unranked": ("◇ 没有总分（按方案不排名）", "◇ no total (not ranked by the rulebook)"),
}  # fmt: skip
"""What stands in the place of a total, wherever there would be one, by the status of the unit."""


def no_total(status: str) -> tuple[str, str]:
    """The words of a unit without a total."""
    return NO_TOTAL.get(status, ("▨ 没有总分", "▨ no total"))


def no_score(status: str) -> tuple[str, str]:
    """The words of a dimension without a score."""
    zh, en = no_total(status)
    return zh.replace("没有总分", "没有得分"), en.replace("no total", "no score")


@dataclass(frozen=True)
class Line:
    """One unit in its comparison group; `score` in points, empty where there is no total."""

    unit: str
    name: str
    place: int | None
    tied: bool
    score: str
    grade: str
    status: str
    lights: tuple[tuple[str, int], ...]
    due: str = ""
    """Points that were due, of the full mark, where these were not all."""
    part: tuple[str, str] = ("", "")
    """What these are called."""
    rate: str = ""
    """The score in per cent of the points that were due, where these were not all."""
    bound: str = ""
    """What binds the grade whatever the score is, named by its document (engines/bound.py)."""
    told: str = ""
    """The grade as people read it, with what binds it."""
    ended: str = ""
    """The last day of a unit that ended before the period did: what was due of it is what was due until then."""

    @property
    def absent(self) -> tuple[str, str]:
        """What stands in the place of the total where there is none."""
        return ("", "") if self.score else no_total(self.status)


@dataclass(frozen=True)
class Group:
    """A comparison group, best first; those without a rank last."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Scoreboard:
    """All groups, how many units, how many of them ranked, and the lights of all indicators."""

    groups: tuple[Group, ...]
    units: int
    ranked: int
    lights: Counter[str]

    @property
    def ended(self) -> int:
        """How many of the units were there no more at the period's end."""
        return sum(bool(line.ended) for group in self.groups for line in group.lines)


def scoreboard(run: Run, language: Language) -> Scoreboard:
    """Ranks, scores, grades and lights, group by group."""
    book, results = run.rulebook, run.results
    root, digits = book.tree.code, book.tree.digits
    grades = {row["unit"]: row["grade"] for row in results.rows("grading")}
    bands = [*book.grading.bands, *book.grading.outside] if book.grading else []
    words = {band.code: band.name.say(language) for band in bands}
    lights = _lights(run)
    names = {unit.code: unit.name.say(language) for unit in (*book.units, *run.facts.units)}
    totals = results.rows("total_score")
    parts, reasons, gone = run.parts, bound(run), ended(run)
    places = places_of(run)
    held = Counter((t["comparison_group"], places.get(t["unit"])) for t in totals)
    said = NodeStatuses(run.plan.tables, results.rows("indicator_score"))
    lines: dict[str, list[Line]] = {}
    for total in totals:
        unit, group = total["unit"], total["comparison_group"]
        place, mine, part = places.get(unit), lights.get(unit, Counter()), parts[unit]
        grade = words.get(grades.get(unit, ""), "") if part.gradeable else ""
        reason = reasons.get(unit, ("", "")) if grade else ("", "")
        score = format_scaled(total["printed"], 9, digits) if total["status"] == "value" else ""
        lines.setdefault(group, []).append(
            Line(unit, names.get(unit, unit), place, place is not None and held[group, place] > 1,
                 score, grade, said.of(unit, total["category"], root, total["status"]),
                 tuple((light, mine[light]) for light in ("green", "yellow", "red") if mine[light]), part.said,
                 part.words, part.rate(root, total["printed"]) if part.part and score else "", reason[language == "en"], with_reason(grade, reason, language), gone.get(unit, ""))
        )  # fmt: skip
    titles = {group.code: group.name.say(language) for group in book.groups}
    order = [code for code in titles if code in lines] + sorted(lines.keys() - titles.keys())
    groups = tuple(
        Group(
            titles.get(code, code),
            tuple(sorted(lines[code], key=lambda line: (line.place or 10**9, line.unit))),
        )
        for code in order
    )
    counted = sum(lights.values(), Counter[str]())
    return Scoreboard(groups, len(totals), len(places), counted)


def _lights(run: Run) -> dict[str, Counter[str]]:
    """How many indicators of each unit have which light; those to watch while green count as green."""
    found: dict[str, Counter[str]] = {}
    for (unit, _), light in indicator_lights(run).items():
        found.setdefault(unit, Counter())[light.removesuffix("_watch")] += 1
    return found

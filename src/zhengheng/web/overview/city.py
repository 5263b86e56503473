"""The city on one screen: who holds the reds, how the goals stand, what was done in the last week."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count

from zhengheng.domain.problems import Language
from zhengheng.engines.heat import STATUSES, Column, Mark
from zhengheng.engines.places import Place
from zhengheng.engines.scoreboard import Line
from zhengheng.scheme.procedure import Goal
from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.services import SYSTEM
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.overview import selectors
from zhengheng.web.overview.readings import reading
from zhengheng.web.results.grades import graded, shown_of
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.machines import STANDING

WEEK = timedelta(7)
MOST = 12
"""Units with reds that the one screen names; the overview has them all."""


@dataclass
class Reds:
    """What one unit has not met, in whichever result."""

    unit: str
    name: str
    marks: list[tuple[ResultRun, Column, Mark]] = field(default_factory=list)
    cases: int = 0


@dataclass
class Aim:
    """A strategic goal with the statuses of the indicators that measure it, over all units."""

    goal: Goal
    result: ResultRun
    names: dict[str, str]
    """Of the indicators that measure it, by code."""
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def status(self) -> str:
        """One status that more than half of its indicators have, else to watch [D]."""
        known = {name: self.counted[name] for name in ("met", "watch", "missed")}
        for name in ("missed", "watch", "met"):
            if 2 * known[name] > sum(known.values()):
                return name
        if sum(known.values()):
            return "watch"
        # What was not due yet, or has no light, is no gap in the data.
        return next((name for name in ("missing", "undefined", "withheld", "not_due") if self.counted[name]), "unlit")  # fmt: skip

    @property
    def why(self) -> Words:
        """How many of the results with a light have the goal's status, of how many, and the rule that makes it that."""
        known = {name: self.counted[name] for name in ("met", "watch", "missed")}
        of = sum(known.values())
        if not of:
            return (
                "各单位的这些指标都没有灯，目标也没有灯。",
                "No result here has a light, so the goal has no light.",
            )
        counts = "，".join(f"{STATUSES[n][1]} {known[n]} 项次" for n in known), ", ".join(f"{known[n]} {STATUSES[n][2]}" for n in known)  # fmt: skip
        word = STATUSES[self.status]
        if 2 * known[self.status] > of:
            return (
                f"各单位这些指标有灯的共 {of} 项次：{counts[0]}；过半数为{word[1]}，目标即为{word[1]}（系统默认）。",
                f"{of} results of all units have a light: {counts[1]}; more than half are {word[2]}, and so the goal is (this program's default).",
            )
        return (
            f"各单位这些指标有灯的共 {of} 项次：{counts[0]}；没有一种状态过半数，目标即为{word[1]}（系统默认）。",
            f"{of} results of all units have a light: {counts[1]}; none of these has more than half, so that the goal is {word[2]} (this program's default).",
        )

    @property
    def share(self) -> Words:
        """The count beside the light: how many results are met, of all that have a light."""
        met, of = self.counted["met"], sum(self.counted[name] for name in ("met", "watch", "missed"))  # fmt: skip
        return (f"达标 {met} / {of}", f"{met} of {of} met") if of else ("", "")

    @property
    def said(self) -> tuple[str, str, str]:
        """The status in shape and words."""
        return STATUSES[self.status]


@dataclass(frozen=True)
class Rank:
    """Where this city stands among its sisters on one indicator, if it has a value, and stood the period before."""

    column: Column
    mark: Mark
    place: Place | None
    before: Place | None

    @property
    def moved(self) -> int:
        """Places won since the period before; negative: lost."""
        before, now = (one.place if one else 0 for one in (self.before, self.place))
        return before - now if before and now else 0

    @property
    def lost(self) -> int:
        return -self.moved


@dataclass(frozen=True)
class Above:
    """What somebody above found of this city and its sisters."""

    result: ResultRun
    line: Line
    ranks: tuple[Rank, ...]
    home: str
    members: int
    """Cities with a place in all."""
    since: str
    """The period that moves are counted from; empty for the first one."""

    @property
    def placed(self) -> list[Place]:
        return [rank.place for rank in self.ranks if rank.place and rank.place.place]

    @property
    def ahead(self) -> int:
        """Indicators on which this city is in the better half."""
        return sum(2 * place.place <= place.members for place in self.placed)

    @property
    def without(self) -> int:
        """Indicators on which this city has no place, because it has no value."""
        return len(self.ranks) - len(self.placed)


def above(held: list[ResultRun], known: list[ResultRun], language: Language) -> list[Above]:
    """This city among its sisters, of each result whose rulebook says which unit this city is."""
    found = []
    for result in held:
        now = reading(result, language)
        home = now.run.rulebook.home
        if home is None or home not in now.line:
            continue
        earlier = selectors.history(result, known)[-1:]
        before = reading(earlier[0], language).places if earlier else {}
        ranks = [
            Rank(column, mark, now.places.get((home, column.code)), before.get((home, column.code)))
            for column in now.heat.columns
            if (mark := now.heat.marks[home].get(column.code)) and mark.weighed
        ]
        group, line = now.line[home]
        line = graded(line, shown_of(result), language)
        members = sum(one.place is not None for held, one in now.line.values() if held == group)
        since = earlier[0].period if earlier else ""
        found.append(Above(result, line, tuple(ranks), home, members, since))
    return found


def ours(held: list[ResultRun], language: Language) -> list[ResultRun]:
    """Without those in which this city is itself the assessed: its sisters are not its units."""
    return [r for r in held if reading(r, language).run.rulebook.home is None]


def current(known: list[ResultRun]) -> list[ResultRun]:
    """Of each rulebook the newest result that is or was on notice."""
    found: dict[str, ResultRun] = {}
    for result in known:
        if result.state in STANDING:
            found.setdefault(result.rulebook, result)
    return list(found.values())


def reds(held: list[ResultRun], language: Language) -> list[Reds]:
    """Units with indicators not met, the most first."""
    found: dict[str, Reds] = {}
    cases = selectors.open_cases()
    for result in held:
        known = reading(result, language)
        names = selectors.names_of(known.red, language)
        for unit in known.red:
            missed = [(result, known.heat.column(mark.indicator), mark)
                      for mark in known.heat.marks[unit].values() if mark.status == "missed"]  # fmt: skip
            name = names.get(unit, known.line[unit][1].name)
            found.setdefault(unit, Reds(unit, name, cases=cases[unit])).marks += missed
    return sorted(found.values(), key=lambda one: (-len(one.marks), one.unit))


def aims(held: list[ResultRun], language: Language) -> list[Aim]:
    """The goals of the rulebooks, with how their indicators stand."""
    found = []
    for result in held:
        known = reading(result, language)
        for goal in known.run.rulebook.goals:
            marks = [row[code] for row in known.heat.marks.values() for code in goal.indicators if code in row]  # fmt: skip
            names = {code: known.run.rulebook.indicator(code).name.say(language) for code in goal.indicators}  # fmt: skip
            found.append(Aim(goal, result, names, Counter(mark.status for mark in marks)))
    return found


def done_lately(now: datetime) -> list[tuple[tuple[str, str], int]]:
    """What was done in the last seven days, by act and what it is done to: how often, and nothing of whom."""
    known = {act.code: (kind, act) for kind in KINDS for act in kind.acts}
    since = (now - WEEK).isoformat()
    done = LedgerEntry.objects.filter(act__in=known, at__gte=since, at__lte=now.isoformat())
    counted = Counter[tuple[str, str]]()
    for code, actor, count in done.order_by().values_list("act", "actor").annotate(Count("pk")):
        kind, act = known[code]
        zh, en = act.words_by(machine=actor == SYSTEM)
        counted[f"{kind.words[0]} · {zh}", f"{kind.words[1]} · {en}"] += count
    return counted.most_common(MOST)

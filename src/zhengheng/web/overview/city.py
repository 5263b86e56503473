"""The mayor's page: what is on track, who holds the reds, what changed, what waits, what was promised."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhengheng.engines.heat import Column, Mark
from zhengheng.scheme.procedure import Goal
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import owed, visible
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.meetings.acts import COMMITMENTS
from zhengheng.web.overview import selectors
from zhengheng.web.overview.views import column_of
from zhengheng.web.pages.tags import language
from zhengheng.web.results.models import ResultRun

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
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def status(self) -> str:
        """The goal is missed where more of its indicators are missed than met."""
        for name in ("missed", "watch", "met"):
            rest = sum(self.counted[other] for other in ("met", "watch", "missed") if other != name)
            if self.counted[name] > rest:
                return name
        return "watch" if sum(self.counted.values()) else "missing"


@require_GET
def city(request: OfficeRequest) -> HttpResponse:
    """One screen; in meeting mode without the frame around it."""
    day = request.now.date()
    require(request.user, "city.read", day)
    held = newest(request)
    found = reds(held)
    promised = [c for c in visible(COMMITMENTS, request.user, day) if c.state != "kept"]
    context: dict[str, Any] = {
        "results": held, "aims": aims(held), "reds": found[:MOST], "red_units": len(found),
        "units": sum(len(selectors.map_of(result, language()).marks) for result in held),
        "changed": _changed(request), "waiting": [(kind, len(rows)) for kind in KINDS if (rows := owed(kind, request.user, day))],
        "promised": [(c, COMMITMENTS.state_of(c), c.due_on is not None and c.due_on < day) for c in promised],
        "late": sum(c.due_on is not None and c.due_on < day for c in promised), "meeting": "meeting" in request.GET,
    }  # fmt: skip
    return render(request, "overview/city.html", context)


def newest(request: OfficeRequest) -> list[ResultRun]:
    """Of each rulebook the newest result that is or was on notice."""
    found: dict[str, ResultRun] = {}
    for result in selectors.newest(request.user, request.now.date()):
        if result.state in selectors.OPEN:
            found.setdefault(result.rulebook, result)
    return list(found.values())


def reds(held: list[ResultRun]) -> list[Reds]:
    """Units with indicators not met, the most first."""
    found: dict[str, Reds] = {}
    cases = selectors.open_cases()
    for result in held:
        heat = selectors.map_of(result, language())
        names = {one.unit: one.name for group in selectors.board_of(result, language()).groups for one in group.lines}  # fmt: skip
        for unit, marks in heat.marks.items():
            missed = [(result, column_of(heat, m.indicator), m) for m in marks.values() if m.status == "missed"]  # fmt: skip
            if missed:
                one = found.setdefault(unit, Reds(unit, names.get(unit, unit), cases=cases[unit]))
                one.marks += missed
    return sorted(found.values(), key=lambda one: (-len(one.marks), one.unit))


def aims(held: list[ResultRun]) -> list[Aim]:
    """The goals of the rulebooks, with how their indicators stand."""
    found = []
    for result in held:
        heat = selectors.map_of(result, language())
        for goal in selectors.run_of(result).rulebook.goals:
            marks = [m for row in heat.marks.values() for m in row.values() if m.indicator in goal.indicators]  # fmt: skip
            found.append(Aim(goal, result, Counter(mark.status for mark in marks)))
    return found


def _changed(request: OfficeRequest) -> list[tuple[tuple[str, str], int]]:
    """What was done in the last seven days, by act: how often, and nothing of whom."""
    words = {act.code: act.words for kind in KINDS for act in kind.acts}
    since = (request.now - WEEK).isoformat()
    done = LedgerEntry.objects.filter(act__in=words, at__gte=since, at__lte=request.now.isoformat())
    counted = Counter(done.values_list("act", flat=True))
    return [(words[act], count) for act, count in counted.most_common(MOST)]

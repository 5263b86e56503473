"""Reading rectification cases: on which rung of the ladder of warnings a unit stands."""

from dataclasses import dataclass

from django.db.models import QuerySet

from zhengheng.domain.periods import parse_period
from zhengheng.engines.lights import indicator_lights
from zhengheng.scheme.procedure import WarningStep
from zhengheng.web.accounts.models import Account
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.rows import key, scored
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.workflow.ladder import rung
from zhengheng.workflow.machines import STANDING

GUIDED = ("served", "answered", "checking")
"""States in which a mentor has a case: from its service to its end."""


@dataclass(frozen=True)
class Rung:
    """An indicator's misses in a row, period by period, and the warning that follows; None at the foot."""

    missed: tuple[tuple[str, bool], ...]
    warning: WarningStep | None


def guided_by(account: Account) -> QuerySet[Rectification]:
    """The open cases in which an account is named as mentor, by its name or, as of earlier releases, its login."""
    named = (account.name, account.username)
    return Rectification.objects.filter(state__in=GUIDED, mentor__in=named).order_by("due_on", "pk")


def rungs(case: Rectification) -> dict[str, Rung]:
    """Of each row of a case (rows.key), up to the newest run that brought it there; none where the rulebook has no ladder.

    Counted are the runs of the same rulebook for periods of the same length.
    """
    steps = sorted(loaded(folder_of(case.run.run)).rulebook.warnings, key=lambda one: one.step)
    if not steps:
        return {}
    runs = _runs(case)
    found = {}
    for one in case.indicators:
        last = one.get("period", case.run.period)
        missed = tuple((run.period, _red(run, scored(case, one), one["code"])) for run in runs if run.period <= last)  # fmt: skip
        at = rung((red for _, red in missed), len(steps))
        found[key(one)] = Rung(missed, steps[at - 1] if at else None)
    return found


def _runs(case: Rectification) -> list[ResultRun]:
    """The newest run of each period, the oldest period first: of those that were on notice where there is any.

    Monitoring within the year is never put on notice; a draft beside a published result warns and clears nobody.
    """
    rhythm = parse_period(case.run.period).frequency
    known = ResultRun.objects.filter(rulebook=case.run.rulebook).exclude(state="set_aside")
    held = {run.period: run for run in known.order_by("pk")}
    held |= {run.period: run for run in known.filter(state__in=STANDING).order_by("pk")}
    return [held[period] for period in sorted(held) if parse_period(period).frequency == rhythm]


def _red(run: ResultRun, unit: str, indicator: str) -> bool:
    held = indicator_lights(loaded(folder_of(run.run)), unit)
    return held.get((unit, indicator)) == "red"

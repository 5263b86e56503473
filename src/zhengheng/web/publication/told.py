"""What the public is told beside a result: what is being put right, which targets were changed, what units say themselves."""

from typing import Any

from zhengheng.engines.disclosure import hidden_indicators
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.rows import scored, units_of
from zhengheng.web.reporting.models import SelfReport
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.results.uncounted import changes_in
from zhengheng.web.targets.changes import GROUNDS
from zhengheng.workflow.machines import RECTIFICATION

UNDER_WAY = ("answered", "checking", "closed")
"""States of a rectification case in which its plan is agreed, and so may be read."""


def plans_of(run: ResultRun) -> list[dict[str, Any]]:
    """What is being put right after this result; measures once the plan is under way, and never a person."""
    # What its quarters or months brought to light belongs to a year.
    cases = Rectification.objects.filter(run__rulebook=run.rulebook, run__period__startswith=run.period)  # fmt: skip
    shown = cases.exclude(state__in=("proposed", "dropped")).select_related("unit").order_by("pk")
    words = RECTIFICATION.names
    return [
        {"unit": unit, "case": number, "indicators": [held["code"] for held in one.indicators if scored(one, held) == unit],
         "state": {"zh": words[one.state][0], "en": words[one.state][1]},
         "measures": one.measures if one.state in UNDER_WAY else "",
         "finish_on": one.finish_on.isoformat() if one.finish_on else ""}
        for number, one in enumerate(shown, 1) for unit in units_of(one)  # Told where it was scored: the heir may not be in this result.
    ]  # fmt: skip


def retargeted_of(run: ResultRun) -> list[dict[str, Any]]:
    """Targets that were changed within the year and count in the result, of indicators that are public: from what to what,
    on which ground.

    The ground is one of the rulebook's procedure and the program's list; what the unit wrote beside it stays inside.
    """
    hidden = hidden_indicators(loaded(folder_of(run.run)))
    return [
        {"unit": one.line.sheet.unit.code, "indicator": one.line.indicator, "from": one.line.original, "to": one.value,
         "ground": dict(zip(("zh", "en"), GROUNDS[one.ground], strict=True))}
        for one in changes_in(run) if one.line.indicator not in hidden
    ]  # fmt: skip


def accounts_of(run: ResultRun) -> list[dict[str, Any]]:
    """What units say of their own result to everybody: the public part of self-reports that the office accepted."""
    told = SelfReport.objects.filter(
        rulebook__code=run.rulebook, rulebook__period=run.period, state="accepted"
    )
    return [
        {"unit": one.unit.code, "text": one.public_text, "reasons": one.reasons, "steps": one.steps}
        for one in told.select_related("unit").order_by("unit__code")
        if one.public_text or one.reasons or one.steps
    ]  # fmt: skip

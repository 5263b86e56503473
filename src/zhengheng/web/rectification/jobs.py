"""Work behind improvement: a run's red lights, unit by unit."""

from typing import Any

from zhengheng.engines.lights import indicator_lights
from zhengheng.web.acts.services import make_by_machine, perform_by_machine
from zhengheng.web.jobs.services import Work, job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs
from zhengheng.web.rectification.acts import (
    RECTIFICATIONS,
    JoinGiven,
    ProposeGiven,
    open_case,
    reds_of,
)
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.rows import joining
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded


@job("trigger_rectification", "提出整改", "Propose rectification")
def trigger(work: Work) -> dict[str, Any]:
    """A case for each unit with red lights, or its open case with them; a second time nothing new.

    What is red at a unit that ended is put right by the unit that goes on for it.
    """
    result = ResultRun.objects.get(pk=work.job.arguments["result"])
    known = set(Unit.objects.values_list("code", flat=True))
    after = heirs(work.now.date())
    red_at = {unit for (unit, _), light in indicator_lights(loaded(folder_of(result.run))).items() if light == "red"}  # fmt: skip
    units = sorted({after.get(unit, unit) for unit in red_at})
    opened, joined = [], []
    for place, unit in enumerate(units):
        work.tell(("逐个单位", "unit by unit"), place, len(units))
        red = reds_of(result, unit, work.now.date()) if unit in known else []
        case = open_case(unit)
        if red and case is None and not Rectification.objects.filter(run=result, unit__code=unit).exists():  # fmt: skip
            given = ProposeGiven(run=result.pk, unit=unit)
            make_by_machine(RECTIFICATIONS, "rectification.propose", given=given, asked_by=work.job.asked_by, now=work.now)  # fmt: skip
            opened.append(unit)
        elif red and case is not None and joining(case, red):
            perform_by_machine(RECTIFICATIONS, "rectification.join", case, given=JoinGiven(run=result.pk), now=work.now)  # fmt: skip
            joined.append(unit)
    return {"opened": opened, "joined": joined}

"""What a change of a target would do to points, total and place: computed on a published result, kept with the decision.

The year whose target changes mostly has no result yet; then the last published year is asked what it would have been,
and says so.
"""

from functools import lru_cache
from typing import Any

from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.problems import Language, ZhenghengError
from zhengheng.engines.behind import behind
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.cells import number_fault
from zhengheng.web.acts.declare import Words
from zhengheng.web.intake.services import retargeted
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import moved_between
from zhengheng.web.results.trials import base_of
from zhengheng.web.targets.changes import told_by
from zhengheng.web.targets.models import TargetChange
from zhengheng.workflow.machines import STANDING

LANGUAGES: tuple[Language, ...] = ("zh", "en")
PLACES: tuple[tuple[str, Words], ...] = (
    ("points", ("指标得分（分）", "Points")), ("total", ("总分（分）", "Total (points)")), ("rank", ("名次", "Rank")), ("grade", ("计算等次", "Computed grade")),
)  # fmt: skip
"""What of a unit's place is told before and after a change."""
NOTHING: Words = (
    "本方案还没有公示过的年度结果，无从试算调整对得分、总分和名次的影响。",
    "No result of a year under this rulebook was published yet, so that points, total and place cannot be computed.",
)  # fmt: skip
FOREIGN: Words = (
    "当时最近公示的年度结果中，没有该单位这项指标的约定目标，无从试算调整的影响。",
    "The last result of a year that was published then holds no agreed target of the unit for this indicator, so that the effect cannot be computed.",
)  # fmt: skip
OTHERWISE: Words = (
    "当时最近公示的年度结果对这项指标的写法不同（小数位数或目标方向），无从试算调整的影响。",
    "The last result of a year that was published then writes this indicator otherwise (decimals or direction), so that the effect cannot be computed.",
)  # fmt: skip


def of_change(change: TargetChange) -> dict[str, Any]:
    """The effect of a change as it was decided on, else as it would be now; `why` alone where it cannot be computed."""
    if change.effect is not None:
        return dict(change.effect)
    if change.state != "asked":
        return {}
    return computed(change)


def computed(change: TargetChange) -> dict[str, Any]:
    """The unit before and after, and every unit that moves, on the newest published result of a whole year."""
    sheet = change.line.sheet
    result = _result(sheet.rulebook.code, sheet.rulebook.period)
    if result is None:
        return {"why": list(NOTHING)}
    same = result.period == sheet.rulebook.period
    what = (sheet.unit.code, change.line.indicator, change.before, change.value)
    return {"run": result.run, "period": result.period, "same": same, **_tried(result.run, *what)}


def _result(code: str, period: str) -> ResultRun | None:
    """The published result of the target's own year, else of the last year before it that has one."""
    held = ResultRun.objects.filter(rulebook=code, state__in=STANDING, period__lte=period)
    whole = [run for run in held.select_related("version").order_by("-period", "-pk") if run.version and run.version.period == run.period]  # fmt: skip
    return whole[0] if whole else None


@lru_cache(maxsize=32)
def _tried(run: str, unit: str, indicator: str, before: str, after: str) -> dict[str, Any]:
    result = ResultRun.objects.get(run=run)
    base = base_of(result)
    try:
        old, new = (_with(base, unit, indicator, text) for text in (before, after))
    except ZhenghengError:
        # The published year's wording does not take this target.
        return {"why": list(OTHERWISE)}
    if old is None or new is None:
        return {"why": list(FOREIGN)}
    found: dict[str, Any] = {}
    for language in LANGUAGES:
        one, other = (behind(held, unit, indicator, indicator, language).as_dict() for held in (old, new))  # fmt: skip
        found[language] = {"before": one, "after": other, "units": moved_between(old, new, language)}  # fmt: skip
    return found


def _with(base: Run, unit: str, indicator: str, text: str) -> Run | None:
    """The run with another target of one unit; None where the run scores the unit by no agreed target."""
    known = next((one for one in base.rulebook.indicators if one.code == indicator), None)
    scored = any(row["indicator"] == indicator for row in base.results.of_unit("indicator_score", unit))  # fmt: skip
    if known is None or not scored or number_fault(text, known.decimals):
        return None
    about = unit, indicator, base.plan.period.end
    facts = retargeted(base.facts, about, parse_scaled(text, known.decimals)[0])
    if facts is None:
        return None
    return make_run(base.rulebook, facts, base.plan.period, DuckEngine(), base.plan.at)


def title_of(run: str) -> Words:
    """The result that an effect was computed on, in words."""
    held = ResultRun.objects.filter(run=run).first()
    if held is None:
        return run, run
    return f"{held.title_zh} {held.period}", f"{held.title_en or held.title_zh} {held.period}"


def shown(change: TargetChange) -> dict[str, Any]:
    """What the page of a change needs: the effect, the result it was computed on, the words of its places."""
    found = of_change(change)
    return {"effect": found, "places": PLACES, "basis": title_of(found["run"]) if "run" in found else None}  # fmt: skip


told_by(shown)

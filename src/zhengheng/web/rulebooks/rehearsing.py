"""What a rehearsal can say anything about: periods that have data, and a change that reaches them."""

from zhengheng.domain.periods import Period, parse_period
from zhengheng.web.intake.services import opened
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machines import STANDING


def has_data(version: RulebookVersion, period: Period) -> bool:
    """Whether a period has a published result, or any value in the lake. Of milestones, and
    where its files do not say, it may have some."""
    if ResultRun.objects.filter(rulebook=version.code, period=period.code, state__in=STANDING).exists():  # fmt: skip
        return True
    facts = opened(version.code).facts()
    days = facts.periods()
    if days is None or facts.rows("milestone"):
        return True
    return any(period.start <= day <= period.end for day in days)


def has_any_data(version: RulebookVersion) -> bool:
    """Whether there is any period at all on which a draft can be rehearsed."""
    if ResultRun.objects.filter(rulebook=version.code, state__in=STANDING).exists():
        return True
    facts = opened(version.code).facts()
    return any(facts.rows(role) for role in ("observation", "milestone"))


def reaches(version: RulebookVersion, period: Period) -> bool:
    """Whether what a change within the year alters counts in a period: a prospective one only from a period on."""
    day = version.changes_from
    if not version.change_kind or day is None:
        return True
    return day <= (period.start if version.change_kind == "prospective" else period.end)


def unreached(version: RulebookVersion, period: str) -> str:
    """The day from which the change holds, where it comes too late for a period; empty where it reaches it."""
    return "" if reaches(version, parse_period(period)) else str(version.changes_from)

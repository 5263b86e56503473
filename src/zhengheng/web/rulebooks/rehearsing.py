"""What a rehearsal can say anything about: periods that have data, and a change that reaches them."""

from zhengheng.domain.periods import Period, parse_period
from zhengheng.scheme.midyear import advanced
from zhengheng.scheme.model import Rulebook
from zhengheng.web.intake.services import opened
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
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


def tried(version: RulebookVersion, period: Period) -> tuple[Rulebook, bool]:
    """The rulebook as a rehearsal computes it, and whether that is a what-if: a change of any kind that comes too late
    for the period is computed as if it held there from its first day, or nobody would see what it does."""
    book = book_of(version)
    if reaches(version, period) or version.changes_from is None:
        return book, False
    return advanced(book, version.changes_from, period.start), True


def rehearsable(version: RulebookVersion) -> str:
    """The period that a rehearsal is offered on: the last whole year with a result that stands; a change within the
    year, while there is none, on its own, else the year before."""
    held = ResultRun.objects.filter(rulebook=version.code, state__in=STANDING, version__isnull=False, period__lte=version.period)  # fmt: skip
    whole = [run.period for run in held.select_related("version").order_by("-period") if run.version and run.version.period == run.period]  # fmt: skip
    if whole:
        return whole[0]
    return version.period if version.change_kind else str(int(version.period[:4]) - 1)

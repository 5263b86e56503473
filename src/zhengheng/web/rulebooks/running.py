"""What a rulebook sets going, each a job: the reports of a period, a rehearsal of the draft, the scores."""

from datetime import date
from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Problem
from zhengheng.web.acts.declare import (
    Change,
    Doing,
    Given,
    ask,
)
from zhengheng.web.acts.within import BEGUN, EARLIER, OWN
from zhengheng.web.jobs import services as jobs
from zhengheng.web.rulebooks import selectors
from zhengheng.web.rulebooks.drafting import (
    RulebookStateError,
)
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.rehearsing import has_data


def sound(version: RulebookVersion) -> None:
    """Raise where the check still calls something in the draft wrong."""
    wrong = [one for one in version.findings if one.get("severity") == "error"]
    if wrong:
        raise RulebookStateError(
            Problem(one["where"], one["code"], one["zh"], one["en"]) for one in wrong
        )


class PeriodGiven(Given):
    period: str = ask("期间 (如 2026-02)", "Period (such as 2026-02)", max_length=16, inside=OWN)
    begins: date | None = ask(
        "确认提前布置：期间的开始日（已经开始的不填）", "To open it early, the day on which it begins (none where it has begun)",
        None, when="any",
    )  # fmt: skip


def open_reports(doing: Doing) -> Change:
    """Of a period that has begun; of one to come only where whoever does it says that he knows the day."""
    period = doing.given.period
    start = parse_period(period).start
    if doing.day < start and doing.given.begins != start:
        raise RulebookStateError.one(
            "begins", "reports.early",
            zh=f"{period} 自 {start} 起，今天还没有开始。确需提前布置填报的，请在“确认提前布置”中填写 {start}；否则请改选期间。",
            en=f"{period} begins on {start} and has not begun. To open its reports early all the same, give {start} to confirm it; else choose another period",
        )  # fmt: skip
    _ask("open_reports", doing, {"period": period})
    return Change({}, {"period": period})


class RehearseGiven(Given):
    period: str = ask(
        "用哪一期的数据 (如 2025)", "On the data of which period (such as 2025)", max_length=16, inside=EARLIER
    )  # fmt: skip


def rehearse(doing: Doing) -> Change:
    """What the draft would have done to everybody, before anybody signs it."""
    period = doing.given.period
    sound(doing.obj)
    if selectors.before(doing.obj) is None:
        raise RulebookStateError.one(
            "period", "rulebook.first", zh="没有以前的版本可比", en="there is no earlier version to compare with"
        )  # fmt: skip
    if not has_data(doing.obj, parse_period(period)):
        raise RulebookStateError.one(
            "period", "rehearse.no_data", zh=f"{period} 没有数据，无法试算；请填写有数据的期间。",
            en=f"{period} has no data, so nothing can be rehearsed on it: give a period that has some"
        )  # fmt: skip
    _ask("rehearse", doing, {"period": period})
    return Change({}, {"period": period})


class ComputeGiven(Given):
    at: date | None = ask("以哪一天的情况计算", "As things stood on", None, when="past")
    period: str = ask(
        "期间 (空: 方案的考核期间)", "Period (empty: the rulebook's own)", "", max_length=16, inside=BEGUN
    )  # fmt: skip


def compute(doing: Doing) -> Change:
    """Of a period that has begun by the day from which the run looks: before that there is nothing to count."""
    at, period = doing.given.at or doing.day, doing.given.period or doing.obj.period
    start = parse_period(period).start
    if at < start:
        raise RulebookStateError.one(
            "at" if doing.given.at else "period", "period.future", zh=f"{period} 自 {start} 起，到 {at} 还没有开始，不能核算。",
            en=f"{period} begins on {start}: on {at} there is nothing of it to compute",
        )  # fmt: skip
    said = {"at": at.isoformat(), "period": period}
    _ask("compute", doing, said)
    return Change({}, said)


def _ask(kind: str, doing: Doing, arguments: dict[str, Any]) -> None:
    jobs.ask(
        kind=kind, arguments={"rulebook": doing.obj.pk, **arguments}, subject=f"rulebook:{doing.obj.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip

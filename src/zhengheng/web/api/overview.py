"""Addresses of the overview: marks, changes told apart, one indicator of one unit, the city."""

from typing import Any

from ninja import Schema

from zhengheng.domain.problems import NotFoundError
from zhengheng.engines.change import EFFECTS
from zhengheng.engines.curve import curve
from zhengheng.engines.heat import Mark
from zhengheng.engines.streak import Streak
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.acts.selectors import visible
from zhengheng.web.api.repeat import Writing
from zhengheng.web.api.schemas import ErrorOut, ReportOut
from zhengheng.web.files.documents import Report
from zhengheng.web.overview import city as whole
from zhengheng.web.overview import selectors
from zhengheng.web.overview.readings import Reading, change_of, reading
from zhengheng.web.overview.reports import notices_of, of_unit
from zhengheng.web.overview.strategy import Told, strategy
from zhengheng.web.overview.tables import Notices
from zhengheng.web.pages.tags import language, show
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.reporting.self_reports import SELF_REPORTS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import find
from zhengheng.web.results.services import watched
from zhengheng.web.rulebooks.questions import PROPOSALS

ERRORS = dict.fromkeys((401, 403, 404, 409, 422), ErrorOut)
router = Writing()


def _seen(request: OfficeRequest, name: str, what: str) -> ResultRun:
    result = find(name, request.user, request.now.date())
    watched(run=result, what=f"api {what}", actor=request.user, now=request.now)
    return result


class MarkOut(Schema):
    """One unit's indicator: its status, points of the full mark, value and target as texts."""

    unit: str
    indicator: str
    status: str
    points: str
    full: str
    value: str
    target: str
    measure_unit: str
    """Of value and target; empty where there is none."""
    line: str
    """The line from which it counts as met, in the reader's language; empty where it has no light."""
    notice: str
    """What must be known of the value: not public yet, replaced, put right on appeal."""


def _told(mark: Mark, held: Reading, notices: Notices) -> dict[str, Any]:
    """A mark as it leaves the house: with its unit of measure and its notice, as in every file."""
    return vars(mark) | {
        "measure_unit": held.heat.column(mark.indicator).measure_unit,
        "line": show(mark.line) if mark.line else "",
        "notice": notices.about(mark.unit, [mark.indicator]),
    }


@router.get("/results/{run}/heat", response={200: list[MarkOut], **ERRORS})
def result_heat(request: OfficeRequest, run: str) -> list[Any]:
    """Every unit's every indicator with its status."""
    result = _seen(request, run, "heat")
    held, notices = reading(result, language()), notices_of(result, request.now.date())
    return [_told(mark, held, notices) for row in held.heat.marks.values() for mark in row.values()]


class StepOut(Schema):
    """One indicator's part of a change; points at nine decimals, by effect."""

    indicator: str
    name: str
    effects: dict[str, int]


class ChangeOut(Schema):
    """A total before and after, at nine decimals, and what moved it; the effects add up to the difference. `corrected` is
    what the total before was put right to since it was published."""

    earlier: str
    before: int
    corrected: int | None
    after: int
    effects: dict[str, int]
    steps: list[StepOut]


@router.get("/results/{run}/units/{code}/change", response={200: ChangeOut, **ERRORS})
def result_change(request: OfficeRequest, run: str, code: str) -> dict[str, Any]:
    """Why the unit's total moved since the period before: real change, other units, target, definition, weight, revision."""
    result = _seen(request, run, f"change {code}")
    earlier = selectors.history(result, selectors.newest(request.user, request.now.date()))
    known = code in reading(result, language()).line
    moved = change_of(earlier[-1], result, code, language()) if earlier and known else None  # fmt: skip
    if moved is None:
        raise NotFoundError.one(
            code, "change.absent", zh="没有可比较的上一期总分", en="there is no total of an earlier period to compare"
        )  # fmt: skip
    return {"earlier": earlier[-1].run, "before": moved.before, "corrected": moved.stands if moved.is_revised else None, "after": moved.after,
            "effects": {name: moved.effects[name] for name in EFFECTS}, "steps": moved.steps}  # fmt: skip


class StreakOut(Schema):
    """A grade, in how many assessed periods on end it was held, and the first of them."""

    grade: str
    periods: int
    since: str


@router.get("/results/{run}/units/{code}/streak", response={200: StreakOut, **ERRORS})
def result_streak(request: OfficeRequest, run: str, code: str) -> Streak:
    """Since when the unit has held its grade, through mergers, splits and renames."""
    result = _seen(request, run, f"streak {code}")
    known = selectors.newest(request.user, request.now.date())
    found = selectors.on_end(result, known, code, language())
    if found is None:
        raise NotFoundError.one(code, "grade.absent", zh="这个批次没有给该单位定等次", en="this run gives the unit no grade")  # fmt: skip
    return found


class YearOut(Schema):
    """The indicator in one period."""

    period: str
    mark: MarkOut


class PointOut(Schema):
    """A value and what it would earn."""

    value: str
    points: str


class DetailOut(Schema):
    """One indicator of one unit: now, over the years, and its scoring curve."""

    mark: MarkOut
    years: list[YearOut]
    curve: list[PointOut]


@router.get("/results/{run}/indicators/{indicator}/units/{code}", response={200: DetailOut, **ERRORS})  # fmt: skip
def result_indicator(request: OfficeRequest, run: str, indicator: str, code: str) -> dict[str, Any]:
    """One indicator of one unit; its passport has an address of its own."""
    result = _seen(request, run, f"indicator {indicator} {code}")
    held = reading(result, language())
    mark = held.heat.mark(code, indicator)
    known = selectors.newest(request.user, request.now.date())
    found = selectors.years(result, known, code, indicator, language())
    day = request.now.date()
    return {
        "mark": _told(mark, held, notices_of(result, day)),
        "years": [
            {"period": one["result"].period, "mark": _told(one["mark"], reading(one["result"], language()), notices_of(one["result"], day))}
            for one in found
        ],
        "curve": curve(held.run, code, indicator),
    }  # fmt: skip


@router.get("/results/{run}/strategy", response={200: ReportOut, **ERRORS})
def result_strategy(request: OfficeRequest, run: str) -> Report:
    """The report on the strategic goals, as its page and its files have it."""
    result = _seen(request, run, "strategy")
    day = request.now.date()
    known = selectors.newest(request.user, day)
    told = Told(*(visible(kind, request.user, day) for kind in (RECTIFICATIONS, SELF_REPORTS, PROPOSALS)))  # fmt: skip
    return strategy(result, known, whole.aims([result], language()), told, language(), day)


@router.get("/results/{run}/units/{code}/report", response={200: ReportOut, **ERRORS})
def result_unit_report(request: OfficeRequest, run: str, code: str) -> Report:
    """One unit's performance report."""
    result = _seen(request, run, f"unit {code} report")
    if code not in reading(result, language()).line:
        raise NotFoundError.one(code, "unit.absent", zh="这个批次里没有该单位", en="this unit is not in the run")  # fmt: skip
    earlier = selectors.history(result, selectors.newest(request.user, request.now.date()))
    return of_unit(result, earlier[-1] if earlier else None, code, language(), request.now.date())


class RedsOut(Schema):
    """A unit with indicators not met."""

    unit: str
    indicators: list[str]
    cases: int


class RankOut(Schema):
    """This city's place among its sisters on one indicator, none without a value; places won since `since`."""

    rulebook: str
    period: str
    indicator: str
    status: str
    value: str
    place: int | None
    tied: bool
    members: int | None
    moved: int
    since: str


class CityOut(Schema):
    """The city on one screen: units with reds, the most first; goals by status; ranks among sister cities."""

    reds: list[RedsOut]
    goals: dict[str, str]
    ranks: list[RankOut]


@router.get("/city", response={200: CityOut, **ERRORS})
def city(request: OfficeRequest) -> dict[str, Any]:
    """Who holds the reds, which goals are on track."""
    require(request.user, "city.read", request.now.date())
    known = selectors.newest(request.user, request.now.date())
    everything = whole.current(known)
    held = whole.ours(everything, language())
    reds = [
        {"unit": one.unit, "indicators": [mark.indicator for _, _, mark in one.marks], "cases": one.cases}
        for one in whole.reds(held, language())
    ]  # fmt: skip
    return {
        "reds": reds,
        "goals": {aim.goal.code: aim.status for aim in whole.aims(held, language())},
        "ranks": [
            {
                "rulebook": one.result.rulebook,
                "period": one.result.period,
                "indicator": rank.column.code,
                "status": rank.mark.status,
                "value": rank.mark.value,
                "place": rank.place.place if rank.place else None,
                "tied": bool(rank.place and rank.place.tied),
                "members": rank.place.members if rank.place else None,
                "moved": rank.moved,
                "since": one.since,
            }
            for one in whole.above(everything, known, language())
            for rank in one.ranks
        ],
    }

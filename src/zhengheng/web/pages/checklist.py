"""The start of the year 年初准备: what is there, what is missing, and where to put it right."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.web.accounts.models import RoleGrant
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import grants, require, standing
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.jobs.models import Job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import gone
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import assessed, series
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import adopted, book_of, of_year
from zhengheng.web.targets.models import TargetSheet
from zhengheng.workflow.permissions import anywhere
from zhengheng.workflow.roles import NAMES, OFFICE, Role

PANEL_AT_LEAST = 3
NO_BOOK = ("本年度还没有生效的考核方案", "no rulebook of the year is in force yet")
ACCOUNTS = "/office/accounts/"
"""Not the office's to change: the system administrator makes accounts, the secrecy officer gives roles."""


@dataclass(frozen=True)
class Point:
    """One point: what it asks, whether it is met, what is missing, where to go."""

    zh: str
    en: str
    done: bool
    missing: tuple[tuple[str, str], ...]
    address: str


def checklist(day: date, year: int | None = None) -> list[Point]:
    """The points for a year (that of `day` where none is named) as things stand on `day`, in the order of the road."""
    year = year or day.year
    books = list(adopted().filter(period__startswith=str(year)))
    units = _units(books or _last(year), day, year)
    held = list(standing(day))
    # Nobody can be given an account of what is no more.
    there = set(units) - set(gone(day).values_list("code", flat=True))
    names = {
        code: (f"{code} {zh}", f"{code} {en or zh}")
        for code, zh, en in Unit.objects.values_list("code", "name_zh", "name_en")
    }
    points = [
        _point("本年度放假安排已载入", "this year's holidays are loaded", "/office/calendars/",
               () if working_calendar().is_known(date(year, 1, 1)) else (str(year),)),
        _point("本年度考核方案已生效", "this year's rulebooks are in force", "/office/rulebooks/", _not_in_force(books, year)),
        _point("被考核单位都已登记", "all assessed units are registered", "/office/organisation/",
               set(units) - set(Unit.objects.values_list("code", flat=True))),
        _point("每个单位都有负责人账号", "each unit has its leader's account", ACCOUNTS, _without(there, held, Role.UNIT_LEADER)),
        _point("每个单位都有填报账号", "each unit has a reporter's account", ACCOUNTS, _without(there, held, Role.UNIT_REPORTER)),
        _point("绩效办和委员会岗位都有人", "office and commission are staffed", ACCOUNTS,
               [NAMES[r] for r in (*sorted(OFFICE), Role.APPEALS_CLERK, Role.COMMISSION_SECRETARY, Role.COMMISSION_MEMBER)
                if not any(g.role == r for g in held)]),
        _point("评审组人选够抽取", "enough panel members to draw from", ACCOUNTS,
               () if sum(g.role == Role.PANEL_MEMBER for g in held) >= PANEL_AT_LEAST else (f"< {PANEL_AT_LEAST}",)),
        _point("目标表都已签订", "all target sheets are signed", "/office/targets/", _unsigned(books, units)),
        _point("已布置填报", "reports are opened", "/office/reports/",
               [_title(b) for b in books if _asks(b) and not Report.objects.filter(**of_year(b)).exists()] if books else [NO_BOOK]),
        _point("没有失败的后台作业", "no job has failed", "/office/jobs/",
               [str(n) for n in Job.objects.filter(state="failed").values_list("pk", flat=True)]),
    ]  # fmt: skip
    return [
        replace(point, missing=tuple(names.get(zh, (zh, en)) for zh, en in point.missing))
        for point in points
    ]


def _last(year: int) -> list[RulebookVersion]:
    """Of each rulebook that is not retired, the newest version of a year before."""
    found: dict[str, RulebookVersion] = {}
    for one in adopted().filter(period__lt=str(year)):
        found.setdefault(one.code, one)
    return list(found.values())


def _not_in_force(books: list[RulebookVersion], year: int) -> list[tuple[str, str]]:
    """The rulebooks of the year before that are not retired and have no version of this one in force; without any, the year itself."""
    there = {book.code for book in books}
    return [_title(one) for one in _last(year) if one.code not in there] or ([] if books else [(str(year), str(year))])  # fmt: skip


def _title(version: RulebookVersion) -> tuple[str, str]:
    return version.title_zh, version.title_en or version.title_zh


def _asks(version: RulebookVersion) -> bool:
    """Whether the rulebook has anything to be reported by anybody."""
    book, year = book_of(version), parse_period(version.period)
    return any(True for unit in assessed(book) for _ in series(book, unit, year))


def _units(books: list[RulebookVersion], day: date, year: int) -> list[str]:
    """The city's own units assessed under the rulebooks of the year: who has ended, before it or by the day within it, is not
    waited for, and of a rulebook by which somebody above assesses this city with its sisters, the city alone is its own."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    at = max(first, min(day, last))
    ended = set(gone(at).values_list("code", flat=True))
    found = {
        unit.code for version in books for book in (book_of(version),) for unit in assessed(book)
        if book.home in {None, unit.code} and not ended_before(unit.valid_to, at) and (unit.valid_from is None or unit.valid_from <= last)
    }  # fmt: skip
    return sorted(found - ended)


def _point(zh: str, en: str, address: str, missing: Iterable[str | tuple[str, str]]) -> Point:
    found = tuple(sorted((one, one) if isinstance(one, str) else one for one in missing))
    return Point(zh, en, not found, found, address)


def _without(units: set[str], held: list[RoleGrant], role: Role) -> set[str]:
    have = {g.unit.code for g in held if g.role == role and g.unit}
    return units - have


def _unsigned(books: list[RulebookVersion], units: list[str]) -> set[str]:
    agreed = (TargetSheet.objects.filter(state="agreed", **of_year(book)) for book in books)
    return set(units).difference(*(held.values_list("unit__code", flat=True) for held in agreed))


@require_safe
def page(request: OfficeRequest) -> HttpResponse:
    """What the year still lacks."""
    require(request.user, "year.checklist", request.now.date())
    asked = request.GET.get("year", "")
    year = int(asked) if re.fullmatch("20[0-9]{2}", asked) else request.now.year
    points = checklist(request.now.date(), year)
    own = anywhere(grants(request.user, request.now.date()), "account.list")
    context = {
        "points": [(point, own or point.address != ACCOUNTS) for point in points],
        "open": sum(not point.done for point in points),
        "year": year,
        "years": sorted({year, *range(request.now.year - 1, request.now.year + 2)}),
    }
    return render(request, "pages/checklist.html", context)

"""What is done to calendars."""

from zhengheng.domain.calendar import WorkCalendar, official
from zhengheng.domain.problems import DataError, Problem
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Act, Change, Column, Doing, Given, Kind, Made, Standing, ask
from zhengheng.web.days import selectors
from zhengheng.web.days.models import LoadedCalendar
from zhengheng.web.files.services import content_of, own_files
from zhengheng.workflow.machines import CALENDAR


class LoadGiven(Given):
    file: int = ask("日历文件 (JSON)", "Calendar file (JSON)", form="file")
    source: str = ask("依据的通知", "The notice it follows", max_length=200)


def load(doing: Doing) -> Made:
    """The file of the release shows the form: years → year → lists `off` and `work`."""
    own_files([doing.given.file], doing.by)
    file, content = content_of(doing.given.file)
    text = content.decode("utf-8-sig", errors="replace")
    held = WorkCalendar.load(text, file.name)
    _check_filled(held, file.name)
    years = ", ".join(map(str, sorted(held.years)))
    made = LoadedCalendar(years=years[:80], source=doing.given.source, text=text, files=[file.pk])
    return Made(made, {"years": years, "sha256": file.sha256})


def _check_filled(calendar: WorkCalendar, name: str) -> None:
    """A year without a day off is no notice, and a file without a year none either. Raises DataError for every such year."""
    empty = [
        year for year in sorted(calendar.years) if not any(day.year == year for day in calendar.off)
    ]
    problems = [
        Problem(f"{name}: {year}", "calendar.empty", f"{year} 年没有一个放假日，不能作为放假安排载入；请对照通知原文补全。",
                f"{year} has not one day off and is no notice; complete it from the notice itself")
        for year in empty
    ]  # fmt: skip
    if not calendar.years:
        problems.append(
            Problem(name, "calendar.empty", "文件中没有任何年份。", "the file names no year")
        )
    if problems:
        raise DataError(problems)


def confirm(doing: Doing) -> Change:
    """By a second person, who has the difference before him; clocks follow from now."""
    return Change({}, {"years": doing.obj.years})


def withdraw(doing: Doing) -> Change:
    return Change()


def _shipped() -> tuple[str, str]:
    """The years that ship with the release count without anybody having loaded them."""
    years = sorted(official().years)
    zh, en = "、".join(map(str, years)), ", ".join(map(str, years))
    return (
        f"随软件提供的放假安排有：{zh} 年，期限按它们推算。以后年度的通知由有权限的人员在这里载入，您可以查看的列在下面。",
        f"The release brings the days off of {en}, by which deadlines run. Notices of later years are loaded here by whoever may; those that you may see are listed below.",
    )


def _standing(obj: LoadedCalendar, account: Account) -> Standing:
    return Standing(("second",) if obj.made_by_id != account.pk else ())


CALENDARS = Kind(
    machine=CALENDAR, path="calendars", words=("工作日历", "Working days"), model=LoadedCalendar,
    note=_shipped,
    title=lambda c: (f"{c.years} 放假安排", f"days off {c.years}"), standing=_standing,
    acts=(
        Act("calendar.load", ("载入放假安排", "Load a notice"), load, LoadGiven,
            ("载入后由主任对照差异复核，复核后期限按新安排推算；已经存储的期限不变。",
             "The director confirms it with the difference in view; clocks follow it from then on, and stored deadlines stay as they are.")),
        Act("calendar.confirm", ("复核生效", "Confirm"), confirm),
        Act("calendar.withdraw", ("撤回", "Withdraw"), withdraw, optional=True),
    ),
    columns=(
        Column(("年份", "Years"), lambda c: c.years), Column(("依据", "Notice"), lambda c: c.source),
        Column(("载入时间", "Loaded"), lambda c: c.made_at),
    ),
    body="days/body.html", context=lambda calendar, request: {"years": selectors.difference(calendar)},
)  # fmt: skip

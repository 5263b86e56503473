"""What is done to calendars."""

from zhengheng.domain.calendar import WorkCalendar
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Act, Change, Column, Doing, Given, Kind, Made, Standing, ask
from zhengheng.web.days.models import LoadedCalendar
from zhengheng.web.files.services import content_of
from zhengheng.workflow.machines import CALENDAR


class LoadGiven(Given):
    file: int = ask("日历文件 (JSON)", "Calendar file (JSON)", form="file")
    source: str = ask("依据的通知", "The notice it follows", max_length=200)


def load(doing: Doing) -> Made:
    """The file of the release shows the form: years → year → lists `off` and `work`."""
    file, content = content_of(doing.given.file)
    text = content.decode("utf-8-sig", errors="replace")
    held = WorkCalendar.load(text, file.name)
    years = ", ".join(map(str, sorted(held.years)))
    made = LoadedCalendar(years=years[:80], source=doing.given.source, text=text, files=[file.pk])
    return Made(made, {"years": years, "sha256": file.sha256})


def withdraw(doing: Doing) -> Change:
    return Change()


def _everybody(obj: LoadedCalendar, account: Account) -> Standing:
    return Standing()


CALENDARS = Kind(
    machine=CALENDAR, path="calendars", words=("工作日历", "Working days"), model=LoadedCalendar,
    title=lambda c: (f"{c.years} 放假安排", f"days off {c.years}"), standing=_everybody,
    acts=(
        Act("calendar.load", ("载入放假安排", "Load a notice"), load, LoadGiven,
            ("载入后, 期限立即按新安排推算; 已经存储的期限不变。", "Clocks follow it at once; deadlines that are stored stay as they are.")),
        Act("calendar.withdraw", ("撤回", "Withdraw"), withdraw, optional=True),
    ),
    columns=(
        Column(("年份", "Years"), lambda c: c.years), Column(("依据", "Notice"), lambda c: c.source),
        Column(("载入时间", "Loaded"), lambda c: c.made_at),
    ),
)  # fmt: skip

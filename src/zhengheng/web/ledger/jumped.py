"""A clock that is far ahead of whatever people did last: nothing follows from deadlines until somebody says that it is right.

What a deadline ends (a right to appeal, a time to confirm) is ended for good, and a machine whose clock is wrong would end
all of them at once. The mark is a file, so that nothing that is entered under a wrong clock takes it away; and it is made
before anything that people do is entered, so that a first sign-in under a wrong clock does not speak for it.
"""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from zhengheng.domain.problems import Problem
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.selectors import entry, size

HELD = "clock.held"
"""A file in the home, with the moment of what people did last before the clock was ahead."""
SYSTEM = "system"
"""Who did what the machine does by itself: that says nothing for its clock."""
RIGHT = "clock.right"
"""A file in the home, of the last time that a doubted clock was set right: when that was seen, and how many entries there were.
What was entered under the wrong clock says nothing for a later one."""
LONGEST = timedelta(days=30)
"""How long an office may lie still, without anybody so much as signing in, before its clock is doubted."""
WORDS = (
    "本机的时间比办公端最近一次有人办理事项的时间晚了 30 天以上，凡到期自动办结的事项（申诉逾期、视为确认、抽查终止）已暂停。请系统管理员核对本机的日期和时间：不对的，改正后自动恢复；确实长期无人办理的，在终端运行 zhengheng office confirm-clock 确认，到期事项随即继续办理",
    "The clock of this machine is more than 30 days after what people did last in the office: whatever follows by itself from deadlines (appeals that lapse, values that count as confirmed, sample checks that end) is held. The system administrator looks at the date and time of the machine: a wrong one is set right, and all goes on by itself; where the office did lie still that long, zhengheng office confirm-clock at the terminal says so, and deadlines are followed again",
)
"""What is told of it wherever somebody can do something about it."""


def look(home: Path, now: datetime) -> None:
    """Hold what follows from deadlines where the clock is far ahead; let go where it was set right. Doing it twice changes nothing."""
    if settings.FIXED_CLOCK:
        return
    mark = home / HELD
    if mark.exists():
        before = _moment(mark)
        if before is not None and now - before <= LONGEST:
            (home / RIGHT).write_text(f"{now.isoformat()} {size()}", encoding="utf-8")
            mark.unlink(missing_ok=True)
    elif (last := _left_behind(home, now)) is not None:
        mark.write_text(last.isoformat(), encoding="utf-8")


def _left_behind(home: Path, now: datetime) -> datetime | None:
    """When people did something last under a clock that nobody doubted, where that is too long ago."""
    right, entries = _set_right(home)
    held = LedgerEntry.objects.filter(sequence__gte=entries).order_by("-sequence")
    row, newest = held.exclude(actor=SYSTEM).first(), held.first()
    # Where the machine was earlier after it than what they did last, their clock was ahead by less than is doubted.
    last = min(entry(row).at, entry(newest).at) if row is not None and newest is not None else right or now  # fmt: skip
    return last if now - last > LONGEST else None


def _set_right(home: Path) -> tuple[datetime | None, int]:
    moment = _moment(home / RIGHT)
    return (None, 0) if moment is None else (moment, int((home / RIGHT).read_text(encoding="utf-8").split()[-1]))  # fmt: skip


def _moment(path: Path) -> datetime | None:
    try:
        found = datetime.fromisoformat(path.read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return found if found.tzinfo is not None else None


def is_held(home: Path) -> bool:
    """Whether nothing follows from deadlines at present; a demonstration has a clock of its own."""
    return not settings.FIXED_CLOCK and (home / HELD).exists()


def problems(home: Path, now: datetime) -> list[Problem]:
    """What a check of the office says of it, at that moment, whether a worker has looked or not."""
    doubted = is_held(home) or (not settings.FIXED_CLOCK and _left_behind(home, now) is not None)
    return [Problem(HELD, "clock.held", *WORDS)] if doubted else []

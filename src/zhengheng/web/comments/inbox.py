"""What lies in the portal's inbox on this machine and is on nobody's desk yet: how much, and since when."""

from datetime import date
from pathlib import Path

from zhengheng.web.comments.bringing import day_of, waiting


def untaken(home: Path) -> tuple[int, date | None]:
    """How many comments wait to be taken in by the worker, and the day of the oldest; nothing where the portal is another machine's."""
    days = [day_of(one) for one in waiting(home)]
    return len(days), min(days, default=None)

"""What lies in the portal's inbox on this machine and is on nobody's desk yet: how much, and since when."""

from datetime import date, datetime
from pathlib import Path

from zhengheng.domain.canonical import read_json
from zhengheng.web.comments.bringing import TRUSTED
from zhengheng.web.comments.models import Comment


def untaken(home: Path) -> tuple[int, date | None]:
    """How many comments wait to be taken in by the worker, and the day of the oldest; nothing where the portal is another machine's.

    A line that is being written, or was torn, is counted once it is whole.
    """
    lines = home / "inbox" / "comments.jsonl"
    if (home / TRUSTED).is_file() or not lines.is_file():
        return 0, None
    came: dict[str, date] = {}
    for line in lines.read_bytes().split(b"\n"):
        try:
            held = read_json(line.decode())
            came[held["reference"]] = datetime.fromisoformat(held["at"]).date()
        except (ValueError, KeyError, TypeError):
            continue
    known = set(Comment.objects.filter(reference__in=came).values_list("reference", flat=True))
    left = [day for reference, day in came.items() if reference not in known]
    return len(left), min(left, default=None)

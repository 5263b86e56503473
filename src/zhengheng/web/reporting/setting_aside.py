"""What the lake would refuse goes back to a desk with the reason, so that one unit never stops the others' run."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from zhengheng.domain.problems import DataError
from zhengheng.lake.points import points_fault
from zhengheng.scheme.model import Rulebook
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.intake.services import read_rows
from zhengheng.web.reporting.acts import REPORTS, ReferGiven
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.items import ReferGiven as ItemReferGiven
from zhengheng.web.reporting.lots import event, observation
from zhengheng.web.reporting.models import Item
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, of_year


def referred(item: Item, now: datetime) -> bool:
    """Whether an item had to go to the director, because its points are none that the rulebook knows."""
    fault = points_fault(book_of(item.rulebook), item.item, item.points)
    if fault is not None and item.state in {"entered", "settled"}:
        perform_by_machine(ITEMS, "item.refer", item, given=ItemReferGiven(why="\n".join(fault)), now=now)  # fmt: skip
        return True
    return False


def set_aside(version: RulebookVersion, book: Rulebook, now: datetime) -> int:
    """Refer what is confirmed or settled and cannot be taken in as it stands; gives how many."""
    mine = of_year(version)
    reports = list(REPORTS.all().filter(state="confirmed", **mine).order_by("pk"))
    items = [
        one
        for one in ITEMS.all().filter(state="settled", **mine).order_by("pk")
        if not referred(one, now)
    ]
    count = 0
    if _refused(book, "observation", [observation(one) for one in reports]):
        for report in reports:
            if why := _refused(book, "observation", [observation(report)]):
                perform_by_machine(REPORTS, "report.refer", report, given=ReferGiven(why=why), now=now)  # fmt: skip
                count += 1
    if _refused(book, "event", [event(one) for one in items]):
        for item in items:
            if why := _refused(book, "event", [event(item)]):
                perform_by_machine(ITEMS, "item.refer", item, given=ItemReferGiven(why=why), now=now)  # fmt: skip
                count += 1
    return count


def _refused(book: Rulebook, role: str, rows: list[dict[str, str]]) -> str:
    """Why the lake would refuse rows; empty where it takes them."""
    if not rows:
        return ""
    with TemporaryDirectory() as folder:
        try:
            read_rows(book, role, rows, "office: check", Path(folder))
        except DataError as error:
            return "\n".join(f"{one.zh}\n{one.en}" for one in error.problems)
    return ""

"""A lot: what goes into a lake together, written down before the lake is touched, marked as loaded afterwards.

The file `loading.json` beside the lake is the lot under way; whoever holds the lake may write it, and its presence
means that the lot is not finished. Its rows never change, whatever happens to the reports and items meanwhile.
"""

import hashlib
import os
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhengheng.domain.canonical import canonical
from zhengheng.domain.kept import kept_object
from zhengheng.lake.store import Lake
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import STATUS_WORDS
from zhengheng.web.accounts.services import StaleError
from zhengheng.web.acts.declare import Nothing
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.intake.services import confirmed, load
from zhengheng.web.jobs.services import Work
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import of_year
from zhengheng.workflow.machine import StateError

UNDER_WAY = "loading.json"
AT_ONCE = 20
"""Reports marked in one transaction: about a third of a second, after which others have their turn."""
ITEM_LOADS = {"settled": "item.load", "waived": "item.revoke"}
REVOKED: dict[str, dict[str, str]] = {"settled": {}, "waived": {"revoked": "是"}}


def write_down(version: RulebookVersion, lake: Lake, batch: int | None) -> bool:
    """Write down what is confirmed and settled and not yet loaded; gives whether there is anything."""
    mine = {**of_year(version), "batch": batch}
    taken_back = Q(state="waived", times_loaded__gt=0)
    reports = list(REPORTS.all().filter(state="confirmed", **mine).order_by("pk"))
    items = list(ITEMS.all().filter(Q(state="settled") | taken_back, **mine).order_by("pk"))
    if not reports and not items:
        return False
    approvals = {
        (r.unit.code, r.indicator): {
            "unit": r.unit.code, "indicator": r.indicator, "approver": "绩效办", "document": f"report:{r.pk}",
        }
        for r in reports if r.status == "not_applicable"
    }  # fmt: skip
    rows = {
        "observation": [observation(r) for r in reports if not r.times_loaded],
        "correction": [observation(r) for r in reports if r.times_loaded],
        "approval": list(approvals.values()),
        "event": [event(i) for i in items],
    }  # fmt: skip
    lot: dict[str, Any] = {
        "reports": [[r.pk, r.times_loaded] for r in reports],
        "items": [[i.pk, i.times_loaded, i.state] for i in items],
        "rows": {role: held for role, held in rows.items() if held},
    }
    # The same value may be right a second time, after another one: as another lot it is another file to the lake.
    said = canonical({name: lot[name] for name in ("reports", "items")})
    lot["mark"] = "" if batch else hashlib.sha256(said.encode()).hexdigest()[:8]
    path = lake.home / UNDER_WAY
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as stream:
        stream.write(canonical(lot))
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
    return True


def finish(work: Work, book: Rulebook, lake: Lake) -> list[str]:
    """Load the lot under way, if there is one, and mark what is in it; gives the files' names."""
    path = lake.home / UNDER_WAY
    if not path.is_file():
        return []
    lot = kept_object(path, "rows", "reports", "items", "mark")
    files = []
    for role, rows in lot["rows"].items():
        work.tell(("入库", "loading"), 0, len(rows))
        name = load(
            book, role, rows, purpose=f"office: {role}", loader=f"job:{work.job.pk}", at=work.now,
            lake=lake, mark=lot["mark"],
        )  # fmt: skip
        files.append(name)
    for place in range(0, len(lot["reports"]), AT_ONCE):
        work.tell(("登记", "marking"), place, len(lot["reports"]))
        _mark_reports(work, lot["reports"][place : place + AT_ONCE])
    for place in range(0, len(lot["items"]), AT_ONCE):
        _mark_items(work, lot["items"][place : place + AT_ONCE])
    path.unlink()
    return files


def _mark_reports(work: Work, held: Sequence[tuple[int, int]]) -> None:
    with transaction.atomic():
        found = REPORTS.all().in_bulk([pk for pk, _ in held])
        for pk, times in held:
            report = found[pk]
            if (report.state, report.times_loaded) == ("confirmed", times):
                perform_by_machine(REPORTS, "report.load", report, given=Nothing(), now=work.now)


def _mark_items(work: Work, held: Sequence[tuple[int, int, str]]) -> None:
    """An item that was reopened meanwhile stands in the lake all the same: it will have to be taken back there."""
    with transaction.atomic():
        found = ITEMS.all().in_bulk([pk for pk, _, _ in held])
        for pk, times, state in held:
            item = found[pk]
            if item.times_loaded != times:
                continue
            try:
                if item.state == state:
                    perform_by_machine(ITEMS, ITEM_LOADS[state], item, given=Nothing(), now=work.now)  # fmt: skip
                    continue
            except (StaleError, StateError):
                pass
            if state == "settled":
                perform_by_machine(ITEMS, "item.count_load", ITEMS.all().get(pk=pk), given=Nothing(), now=work.now)  # fmt: skip


def event(item: Item) -> dict[str, str]:
    """An item as a row of the office's file."""
    return {
        "unit": item.unit.code, "item": item.item, "points": item.points, "document": item.document,
        "decided_on": item.decided_on.isoformat(), "period": item.rulebook.period,
    } | REVOKED[item.state]  # fmt: skip


def observation(report: Report) -> dict[str, str]:
    """A report as a row of the office's file."""
    return {
        "unit": report.unit.code, "indicator": report.indicator, "period": report.period,
        "value": report.value, "status": STATUS_WORDS[report.status][0], **confirmed(report.confirmation),
    }  # fmt: skip

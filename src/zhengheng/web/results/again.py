"""Which rulebooks wait for another computation of their year: since when, and because of what.

One answer for everybody whom it keeps waiting: whoever computes has it on the desk, and whoever puts on notice or makes
final has not, until it is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.timezone import localdate

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.acts.declare import Kind, Words, kind_named
from zhengheng.web.acts.guards import is_final
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.uncounted import Matter, newer_runs, uncorrected, uncounted
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machines import UPCOMING

AT_ONCE = 500
"""Objects of which the ledger is asked at once."""


@dataclass(frozen=True)
class Since:
    """What was done to an object that no computation has taken in: by which entry, on which day."""

    kind: Kind
    obj: Any
    sequence: int
    day: date


def again(version: RulebookVersion) -> list[Since]:
    """What was settled, confirmed or taken back and waits for a run, the longest waiting first.

    Nothing of a year that is final, of a version that a newer one replaced, and of what a run left out though it was
    there: that needs a reason, and not another run.
    """
    same = {"code": version.code, "period": version.period}
    newest = RulebookVersion.objects.filter(state="adopted", **same).order_by("-pk").first()
    if newest is None or newest.pk != version.pk or is_final(version):
        return []
    mine = {f"rulebook__{name}": value for name, value in same.items()}
    items = ITEMS.all().filter(**mine)
    loads: list[tuple[Kind, Any]] = [
        *((ITEMS, one) for one in items.filter(state="settled")),
        *((ITEMS, one) for one in items.filter(state="waived", times_loaded__gt=0)),
        *((REPORTS, one) for one in REPORTS.all().filter(state="confirmed", **mine)),
    ]
    found = _dated(loads)
    known = {(one.kind.name, one.obj.pk) for one in found}
    later = [one for one in _since_run(version) if (one.kind.name, one.obj.pk) not in known]
    return sorted([*found, *later], key=lambda one: (one.sequence, one.obj.pk))


def _since_run(version: RulebookVersion) -> list[Since]:
    """What the newest result does not follow because it happened after the last computation, be that one used or not."""
    runs = ResultRun.objects.filter(rulebook=version.code, period=version.period).order_by("-pk")
    run = runs.filter(state__in=(*UPCOMING, "notice")).first()
    if run is None:
        return []
    subjects = [f"result:{pk}" for pk in runs.values_list("pk", flat=True)]
    made = LedgerEntry.objects.filter(subject__in=subjects, act="result.register").aggregate(last=Max("sequence"))["last"]  # fmt: skip
    opened = run.reopenings.last()
    kind = kind_named("result")
    reopened = _dated([(kind, run)]) if run.state == "notice" and opened is not None else []
    later = [one for one in _dated([(m.kind, m.obj) for m in unfollowed(run)]) if made is not None and one.sequence > made]  # fmt: skip
    return [*reopened, *later]


def unfollowed(run: ResultRun) -> list[Matter]:
    """What a run does not follow of what was decided, for desks and first pages; of one whose files are damaged nothing:
    that one says so on its own pages and where it would be used, and must not take every desk with it."""
    try:
        return uncounted(run)
    except ZhenghengError:
        return []


def _dated(objects: Sequence[tuple[Kind, Any]]) -> list[Since]:
    """Each with the entry that brought it into its state; of one from before the ledger, the day it was made."""
    held: dict[str, tuple[int, str]] = {}
    for start in range(0, len(objects), AT_ONCE):
        part = objects[start : start + AT_ONCE]
        acts = {act for kind, obj in part for act in kind.machine.arrivals(obj.state)}
        entries = LedgerEntry.objects.filter(subject__in=[f"{kind.name}:{obj.pk}" for kind, obj in part], act__in=acts)  # fmt: skip
        held |= {subject: (number, at) for subject, number, at in entries.order_by("sequence").values_list("subject", "sequence", "at")}  # fmt: skip
    found = []
    for kind, obj in objects:
        number, at = held.get(f"{kind.name}:{obj.pk}", (0, ""))
        found.append(Since(kind, obj, number, datetime.fromisoformat(at).date() if at else localdate(obj.made_at)))  # fmt: skip
    return found


def known(version: RulebookVersion) -> tuple[Words, date] | None:
    """For the desk of whoever computes: because of what, and since when; None where nothing waits."""
    waiting = again(version) if version.state == "adopted" else []
    if not waiting:
        return None
    first, more = waiting[0], len(waiting) - 1
    (zh, en), (did_zh, did_en) = first.kind.title(first.obj), _did(first)
    left = (f"（另有 {more} 项）", f" ({more} more)") if more else ("", "")
    return (
        f"待核算：{first.kind.words[0]}“{zh}”{did_zh}{left[0]}，自",
        f"to be computed: {first.kind.words[1].lower()}, “{en}”, {did_en}{left[1]}, since",
    ), first.day


def _did(one: Since) -> Words:
    """What became of an object; of what was taken back also why."""
    zh, en = one.kind.state_of(one.obj)
    if one.kind is ITEMS and one.obj.state == "waived":
        return f"已撤回或不予认定，理由：{one.obj.answer}", f"taken back or waived, because: “{one.obj.answer}”"  # fmt: skip
    if one.kind.name == "result":
        reason = one.obj.reopenings.last().reason
        return f"已按决定重新开启，理由：{reason}", f"reopened by decision, because: “{reason}”"
    return zh, en


def goes_first(run: ResultRun) -> bool:
    """Whether another computation comes before this one goes on: one that is owed, or one that is there and newer."""
    if uncorrected(run) is not None:
        return True
    out = unfollowed(run)
    return bool(out) and run.version is not None and bool(newer_runs(run) or again(run.version))

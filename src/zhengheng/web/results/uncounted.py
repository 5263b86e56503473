"""What is settled for a result's period and not in it, or in it and taken back: named before it is published or final.

A run is made from what the lake held on its day. What was decided since, or before and never loaded, has no other owner.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.timezone import localtime

from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Problem
from zhengheng.scoring.contracts import VALUE
from zhengheng.web.acts.declare import Kind, Words, kind_named
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.dated import columns_of, key_of
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.lake_check import events_of, stored, values_of
from zhengheng.web.results.models import Reopening, ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.targets.acts import TARGETS
from zhengheng.web.targets.changes import CHANGES
from zhengheng.web.targets.models import TargetChange, TargetSheet
from zhengheng.workflow.machines import UPCOMING

MOST_NAMED = 12
"""Matters that a refusal names; of more it says how many."""
OUT: Words = ("已经认定，没有计入", "settled, and not counted")
IN: Words = ("已经撤销或不予认定，仍然计入", "taken back or waived, and counted all the same")
CONFIRMED: Words = ("已经确认，没有计入", "confirmed, and not counted")
APPROVED: Words = ("已经批准，没有计入", "approved, and not counted")
AGREED: Words = ("已经签订，没有计入", "signed, and not counted")
DECIDED: Words = ("已经裁定改算，没有计入", "decided on appeal, and not counted")


@dataclass(frozen=True)
class Matter:
    """One object that the office decided about and that the result does not follow."""

    kind: Kind
    obj: Any
    why: Words

    @property
    def unit(self) -> str:
        """The code of the unit that it concerns."""
        about = self.obj.line.sheet if self.kind is CHANGES else self.obj
        return str(about.unit.code)


def uncounted(run: ResultRun) -> list[Matter]:
    """What is decided for the rulebook's whole period and does not stand in the run; nothing for a part of the period."""
    version = run.version
    if version is None or version.period != run.period:
        return []
    mine = {"rulebook__code": run.rulebook, "rulebook__period": run.period}
    return [
        *_items(run, mine),
        *_reports(run, mine),
        *_sheets(run),
        *_changes(run),
        *appeals_left_out(run),
    ]


def problems(matters: list[Matter], later: list[ResultRun]) -> list[Problem]:
    """Each of them by name, at the field that takes the reason why it stays out; what was computed `later` may count it already."""
    counted = bool(later) and not {_key(one) for one in matters} & {_key(one) for one in uncounted(later[0])}  # fmt: skip
    zh, en = ("新的核算结果已计入，请办理新的结果", "The newer result counts it: take that one") if counted else ("请重新核算后再办理", "Compute again first")  # fmt: skip
    found = [
        Problem("left_out", "result.uncounted", f"{one.kind.words[0]} {one.kind.title(one.obj)[0]}：{one.why[0]}。{zh}；确应维持现状的，请写明理由。",
                f"{one.kind.words[1]} {one.kind.title(one.obj)[1]}: {one.why[1]}. {en}, or say why it stays as it is")
        for one in matters[:MOST_NAMED]
    ]  # fmt: skip
    if len(matters) > MOST_NAMED:
        more = len(matters) - MOST_NAMED
        found.append(Problem("left_out", "result.uncounted", f"另有 {more} 项，结果页面列出全部。", f"{more} more; the result's page lists all of them"))  # fmt: skip
    return found


def _key(matter: Matter) -> tuple[str, int]:
    return matter.kind.name, matter.obj.pk


def newer_runs(run: ResultRun) -> list[ResultRun]:
    """Later computations of the same period that never went on notice: once this one is final none of them can."""
    same = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__gt=run.pk)
    return list(same.filter(state__in=UPCOMING).order_by("-pk"))


def counted_later(run: ResultRun) -> list[Problem]:
    """The newer computation that could go on notice instead, by name."""
    return [
        Problem("left_out", "result.newer", f"{localtime(one.made_at):%Y-%m-%d %H:%M} 核算的新结果（批次 {one.run}）尚未公示，其中没有计入的事项有 {len(uncounted(one))} 项。请先办理这一结果；仍办理本结果的，请写明理由。",
                f"the newer result, computed at {localtime(one.made_at):%Y-%m-%d %H:%M} (run {one.run}), is not on notice yet and leaves out {len(uncounted(one))}; take that one first, or say why this one stands")
        for one in newer_runs(run)[:1]
    ]  # fmt: skip


def uncorrected(run: ResultRun) -> Reopening | None:
    """The reopening that nothing followed: another computation on notice would have replaced the run."""
    return run.reopenings.last() if run.state == "notice" else None


def reasons_owed(run: ResultRun) -> list[Problem]:
    """What wants a reason where the run goes on notice or becomes final all the same: each matter, the newer run, and
    what it was reopened for."""
    matters, opened = uncounted(run), uncorrected(run)
    found = [*problems(matters, newer_runs(run)), *counted_later(run)] if matters or opened else []
    if opened is not None:
        found.append(Problem(
            "left_out", "result.uncorrected", f"本结果于 {opened.on} 按决定重新开启，理由：{opened.reason}，此后没有公示更正的结果。请重新核算，公示更正后的结果；经核实无须更正的，请写明理由。",
            f"the result was reopened on {opened.on}, because: “{opened.reason}”, and no corrected result went on notice since. Compute again and put the corrected one on notice, or say why nothing is to be corrected",
        ))  # fmt: skip
    return found


@lru_cache(maxsize=8)
def _held(run: str) -> tuple[dict[Any, bool], dict[Any, set[tuple[int, int | None]]], set[Any]]:
    """Of a run, which never changes: its events and whether they count, every value of each fact, its targets."""
    held = loaded(folder_of(run))
    facts = held.facts
    rows = columns_of(facts, "target", ["unit", "indicator", "kind", "period", "value"]).to_pylist()
    targets = {tuple(row.values()) for row in rows}
    return events_of(held), values_of(facts), targets


def _items(run: ResultRun, mine: dict[str, str]) -> Iterator[Matter]:
    events, _, _ = _held(run.run)
    for item in ITEMS.all().filter(state__in=("settled", "loaded", "waived", "revoked"), **mine):
        counts = events.get(key_of(item), False)
        if counts != (item.state in {"settled", "loaded"}):
            yield Matter(ITEMS, item, IN if counts else OUT)


def _reports(run: ResultRun, mine: dict[str, str]) -> Iterator[Matter]:
    _, values, _ = _held(run.run)
    whole = parse_period(run.period)
    for report in REPORTS.all().filter(state__in=("confirmed", "loaded"), **mine):
        last = parse_period(report.period).end
        seen = values.get((report.unit.code, report.indicator, last), set())
        if whole.start <= last <= whole.end and stored(report, book_of(report.rulebook)) not in seen:  # fmt: skip
            yield Matter(REPORTS, report, CONFIRMED)


def _sheets(run: ResultRun) -> Iterator[Matter]:
    """Sheets with a line that the run's data do not have as it was signed; of what was changed since the change is told."""
    indicators = {one.code for one in loaded(folder_of(run.run)).rulebook.indicators}
    about = {"rulebook__code": run.rulebook, "rulebook__period": run.period}
    changed = {change.line_id for change in _approved(run)}
    for sheet in TARGETS.all().filter(state="agreed", **about).prefetch_related("lines"):
        lines = [
            line
            for line in sheet.lines.all()
            if line.pk not in changed and line.indicator in indicators
        ]
        if not all(
            _holds(run, sheet, line.indicator, target=line.current, base=line.baseline)
            for line in lines
        ):
            yield Matter(TARGETS, sheet, AGREED)


def _changes(run: ResultRun) -> Iterator[Matter]:
    for change in _approved(run):
        overtaken = change.line.current != change.value
        if not overtaken and not _aims_at(run, change):
            yield Matter(CHANGES, change, APPROVED)


def changes_in(run: ResultRun) -> list[TargetChange]:
    """The approved changes of targets that a run is held against: of each line the newest of them."""
    found = {change.line_id: change for change in _approved(run) if _aims_at(run, change)}
    return sorted(found.values(), key=lambda one: one.pk)


def _approved(run: ResultRun) -> QuerySet[TargetChange]:
    about = {"line__sheet__rulebook__code": run.rulebook, "line__sheet__rulebook__period": run.period}  # fmt: skip
    return CHANGES.all().filter(state="approved", **about).order_by("pk")


def _aims_at(run: ResultRun, change: TargetChange) -> bool:
    """Whether the target of the change is the one in the run's data."""
    return _holds(run, change.line.sheet, change.line.indicator, target=change.value)


def _holds(run: ResultRun, sheet: TargetSheet, indicator: str, **said: str) -> bool:
    """Whether these numbers of a unit, by their kind, are the ones in the run's data."""
    decimals = book_of(sheet.rulebook).indicator(indicator).decimals
    held, end = _held(run.run)[2], parse_period(run.period).end
    return all(
        (sheet.unit.code, indicator, kind, end, parse_scaled(number, decimals)[0]) in held
        for kind, number in said.items() if number
    )  # fmt: skip


def appeals_left_out(run: ResultRun) -> Iterator[Matter]:
    """The upheld appeals of its period whose value is not in the run.

    By the name of the app alone: appeals stand on results, not the other way round.
    """
    _, values, _ = _held(run.run)
    book = loaded(folder_of(run.run)).rulebook
    about = {"run__rulebook": run.rulebook, "run__period": run.period, "state": "applied"}
    held = apps.get_model("appeals.Appeal")._default_manager.filter(outcome__in=("uphold", "partly"), **about)  # fmt: skip
    for appeal in held.select_related("unit", "run"):
        last = parse_period(appeal.value_period).end
        value = VALUE, parse_scaled(appeal.decided_value, book.indicator(appeal.series).decimals)[0]
        if value not in values.get((appeal.unit.code, appeal.series, last), set()):
            yield Matter(kind_named("appeal"), appeal, DECIDED)

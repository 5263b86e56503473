"""Writing the portal's pages of this installation."""

import hashlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from zhengheng.domain.canonical import canonical
from zhengheng.engines.disclosure import hidden_indicators
from zhengheng.web.comments.selectors import shown
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import ask
from zhengheng.web.ledger.restored import restored
from zhengheng.web.pages.context import built
from zhengheng.web.portal.folders import tidy
from zhengheng.web.portal.listed import alone, as_listed, keep_list
from zhengheng.web.portal.site import write_json, write_site
from zhengheng.web.portal.snapshots import (
    COMMENTS,
    CONSULTATIONS,
    RESTORED,
    SINCE,
    STANDINGS,
    TARGETS,
    UPCOMING,
    read_beside,
    read_site,
    slots_of,
)
from zhengheng.web.publication.models import Publication
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.newer import (
    DECIDED_AGAINST,
    Redecided,
    counted,
    notice_over,
    redecided,
    successor,
)
from zhengheng.web.results.selectors import folder_of, loaded, reopenings
from zhengheng.web.rulebooks.consultations import consultations
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.targets.drafts import drafts

MADE = "pages.json"
"""Beside the publications: from what their pages were made, and as what."""


def publish(target: Path, day: date, at: datetime | None = None) -> int:
    """Write the site as of a day into a folder; gives how many pages. The old site stands until the new one is whole.

    One writer at a time: of two, the later one reads what is to be shown after the other has written, so that an
    older state never takes a newer one's place. With `at` the ledger learns what was written.
    """
    home = Path(settings.HOME)
    held = home / "publications"
    held.mkdir(parents=True, exist_ok=True)
    with alone(home):
        tidy(target)
        note_upcoming(held)
        beside = {
            COMMENTS: shown(), CONSULTATIONS: consultations(day), TARGETS: drafts(day), STANDINGS: states(), SINCE: since(day),
            RESTORED: _restored(home),
        }  # fmt: skip
        for name, said in beside.items():
            write_json(held / name, said)
        site = read_site(held, slots_of(home / "portal.yaml"))
        assets = {name: settings.WEB / built(name).lstrip("/") for name in ("portal.css", "portal.js")}  # fmt: skip
        # Pages are taken over by a note that says what they were: one that somebody else wrote is none.
        if at is not None and not as_listed(home, held / MADE):
            (held / MADE).unlink(missing_ok=True)
        count = write_site(site, target, assets, held / MADE)
        if at is not None:
            keep_list(home, at, own=target.resolve() == (home / "portal").resolve())
        return count


def note_upcoming(folder: Path) -> None:
    """What is prepared with a day before which it does not come out: the calendar says so, and no more."""
    write_json(folder / UPCOMING, announced())


def announced(but: int = 0) -> list[dict[str, Any]]:
    """What the calendar says is to come; `but` is the number of one that is taken for released."""
    held = Publication.objects.filter(state__in=("reviewed", "releasing"), embargo__isnull=False)
    return [
        {"title": {"zh": one.run.title_zh, "en": one.run.title_en or one.run.title_zh}, "period": one.run.period,
         "from": str(one.embargo)}
        for one in held.exclude(pk=but).select_related("run").order_by("embargo", "pk")
    ]  # fmt: skip


def states() -> dict[str, str]:
    """Where the result of each released publication stands today: on notice, final, or replaced by a newer one."""
    held = Publication.objects.filter(state="released").select_related("run")
    return {str(one.pk): standing_of(one.run) for one in held}


def standing_of(run: ResultRun) -> str:
    """Where a published result stands today, as the portal tells it."""
    return run.state if run.state in {"notice", "replaced"} else "final"


def since(day: date) -> dict[str, dict[str, Any]]:
    """Of each released publication what `since_of` its result is on a day."""
    held = Publication.objects.filter(state="released").select_related("run")
    found = {str(one.pk): since_of(one.run, day) for one in held}
    return {number: said for number, said in found.items() if said}


def since_of(run: ResultRun, day: date) -> dict[str, Any]:
    """Of a result that is on notice, was replaced, leaves out what was settled, or was put right by an appeal: until when and
    whether that is over, which version came in its place, which public values appeals put right since and which it counts, and why something does not
    count. Of another: nothing."""
    wrong, right = _appeals(redecided(run, day), run), _appeals(counted(run), run)
    if not (wrong or right or run.left_out or run.state in {"notice", "replaced"} or run.reopenings.exists()):  # fmt: skip
        return {}
    return {"until": str(run.due_on or ""), "over": notice_over(run, day), "redecided": wrong, "counted": right} | _newer(run, day) | _left_out(run) | _reopened(run)  # fmt: skip


def _left_out(run: ResultRun) -> dict[str, Any]:
    """How many settled matters of which units the result does not count, and the public reason."""
    held = run.left_out
    if not held:
        return {}
    return {"left_out": {"reason": held["reason"], "units": held["units"], "reopened": held.get("reopened", "")}}  # fmt: skip


def _reopened(run: ResultRun) -> dict[str, Any]:
    """Every reopening up to today, also those after the release."""
    return {"reopened": [{"on": one.on.isoformat(), "reason": one.reason} for one in reopenings(run)]}  # fmt: skip


def _newer(run: ResultRun, day: date) -> dict[str, Any]:
    """Where the version stands that came in the place of a replaced one, and whether its notice is over."""
    stands = successor(run)
    if stands is None:
        return {}
    return {"newer": {"standing": "notice" if stands.state == "notice" else "final", "until": str(stands.due_on or ""), "over": notice_over(stands, day)}}  # fmt: skip


def _appeals(held: list[Redecided], run: ResultRun) -> list[dict[str, Any]]:
    """What the public reads of decided appeals: no value of an indicator, or of a part of one, that is not public in every
    published version of the result: what a correction makes internal is not told on the pages of the former one."""
    if not held:
        return []
    versions = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period)
    public = {run.run, *versions.filter(state__in=DECIDED_AGAINST).values_list("run", flat=True)}
    hidden = {code for one in public for code in hidden_indicators(loaded(folder_of(one)))}
    return [
        {"unit": one.unit, "indicator": one.indicator}
        | {name: dict(zip(("zh", "en"), getattr(one, name), strict=True)) for name in ("name", "about", "before", "after", "fate")}
        for one in held if not {one.indicator, one.series} & hidden
    ]  # fmt: skip


def _restored(home: Path) -> dict[str, object]:
    """What readers must be told of a restored backup."""
    found = restored(home)
    return found.as_dict() if found else {}


def ask_where_restored(now: datetime) -> None:
    """Have the pages written anew where they do not say, or say still, that the data came back from a backup. Doing it twice changes nothing."""
    home = Path(settings.HOME)
    if not (home / "portal").is_dir():
        return
    said = _restored(home)
    if said == read_beside(home / "publications" / RESTORED, {}):
        return
    # One job for each state: a writing that fails is not asked for again and again.
    subject = f"portal:restored-{hashlib.sha256(canonical(said).encode()).hexdigest()[:12]}"
    with transaction.atomic():
        if not Job.objects.filter(kind="portal.write", subject=subject).exclude(state="done").exists():  # fmt: skip
            ask(kind="portal.write", arguments={}, subject=subject, actor=None, now=now)


def ask_once_over(now: datetime) -> None:
    """Have the pages written anew where a consultation they call open or a notice has ended since. Doing it twice changes nothing."""
    consulted = RulebookVersion.objects.filter(state="consultation", public=True).values_list("due_on", flat=True)  # fmt: skip
    targets = RulebookVersion.objects.values_list("targets_until", flat=True)
    # A version that came in the place of a published one is named there before it is published itself.
    named = Publication.objects.filter(state="released", run__rulebook=OuterRef("rulebook"), run__period=OuterRef("period"))  # fmt: skip
    noticed = ResultRun.objects.filter(Exists(named), state="notice").values_list("due_on", flat=True)  # fmt: skip
    ended = [until for until in (*consulted, *targets, *noticed) if until and until < now.date()]
    if not ended:
        return
    # Pages written on a later day than the last one say already that it is over.
    after = datetime.combine(max(ended) + timedelta(days=1), time(), now.tzinfo)
    with transaction.atomic():
        if not Job.objects.filter(kind="portal.write", clock__gte=after).exists():
            ask(kind="portal.write", arguments={}, subject="portal:day", actor=None, now=now)

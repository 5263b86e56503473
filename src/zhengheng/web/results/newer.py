"""What a result that stands does not say of itself: that its notice is over, that it was computed again, what an appeal changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Words
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded, visible
from zhengheng.workflow.machines import RESULT, STANDING


def state_words(run: ResultRun, day: date) -> Words:
    """The state with its clock: a notice runs until its last day, and is over after it."""
    if run.state == "notice" and run.due_on is not None:
        if day > run.due_on:
            return f"公示已于 {run.due_on} 期满，等待终定", f"notice ended on {run.due_on}, to be made final"  # fmt: skip
        return f"公示中，至 {run.due_on}", f"on public notice until {run.due_on}"
    return RESULT.names[run.state]


def pending(run: ResultRun) -> ResultRun | None:
    """The newest version that waits for its own notice behind a result that stands."""
    if run.state not in STANDING:
        return None
    later = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__gt=run.pk)
    return later.filter(state__in=("draft", "approved")).order_by("-pk").first()


@dataclass(frozen=True)
class Redecided:
    """A value that a decided appeal replaces and that this result still shows."""

    unit: str
    name: Words
    indicator: str
    about: Words
    before: str
    after: str
    total: str


def redecided(run: ResultRun) -> list[Redecided]:
    """What appeals upheld against this very result put right, in a version that is not on notice yet.

    By the name of the app alone: appeals stand on results, not the other way round.
    """
    if run.state not in STANDING:
        return []
    held = apps.get_model("appeals.Appeal")._default_manager.filter(run=run, state="applied")
    book = loaded(folder_of(run.run)).rulebook
    found = []
    for one in held.filter(outcome__in=("uphold", "partly")).select_related("unit").order_by("pk"):
        seen = (one.effect or {}).get("zh", {})
        name = book.indicator(one.indicator).name
        found.append(Redecided(
            one.unit.code, (one.unit.name_zh, one.unit.name_en or one.unit.name_zh), one.indicator,
            (f"{one.indicator} {name.zh}", f"{one.indicator} {name.say('en')}"),
            seen.get("before", {}).get("value", ""), seen.get("after", {}).get("value", one.decided_value), seen.get("after", {}).get("total", ""),
        ))  # fmt: skip
    return found


def context(account: Account, day: date, run: ResultRun, unit: str = "", indicator: str = "") -> dict[str, Any]:  # fmt: skip
    """What pages of a result show of it: the version that waits, whether the reader may open it, what was put right."""
    later = pending(run)
    return {
        # Of a version before its notice nobody learns who may not see it; what an appeal decided is no secret.
        "pending": later if later is not None and later in visible(account, day) else None,
        "redecided": [
            one for one in redecided(run) if (not unit or one.unit == unit) and (not indicator or one.indicator == indicator)
        ],
    }  # fmt: skip

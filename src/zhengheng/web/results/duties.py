"""Whom a result on notice waits for, and until when: proof of service, decided grades, its end."""

from datetime import date
from typing import Any

from zhengheng.web.acts.declare import Kind, Words, kind_named
from zhengheng.web.results.clocks import unserved
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.machines import APPEAL, OBJECTION


def line_of(run: ResultRun) -> list[int]:
    """The numbers of a version and of those that it replaced, the newest first."""
    found, held = [run.pk], run
    while held.replaces_id and held.replaces:
        held = held.replaces
        found.append(held.pk)
    return found


def open_appeals(run: ResultRun) -> list[tuple[Kind, Any]]:
    """The appeals on a result, or on one that it replaced, that are not at their end: one that was returned is, once its time
    is over; and the named objections about it that nobody answered."""
    # By the name of the app alone: appeals stand on results, not the other way round.
    appeals, objections = kind_named("appeal"), kind_named("objection")
    held = appeals.all().filter(run__in=line_of(run)).exclude(state__in=[*APPEAL.final, "draft"])
    about = objections.all().filter(run__in=line_of(run)).exclude(state__in=OBJECTION.final)
    return [
        *((appeals, one) for one in held.order_by("pk")),
        *((objections, one) for one in about.order_by("pk")),
    ]


def owes_service(run: ResultRun, day: date) -> bool:
    """Whether some unit's time has not begun because nobody has proof that it was served."""
    return run.state == "notice" and bool(unserved(run, day))


def owes_grade(run: ResultRun, day: date) -> bool:
    """Whether a decided grade came over from a version that said otherwise, so that the commission decides again."""
    return run.decided_grades.filter(asked=True).exists()


def due(run: ResultRun, day: date) -> date | None:
    """By when whoever has the result on the desk owes his act. Service and grades by the end of the notice; the end itself
    has no clock, and is not late because the notice is over."""
    if run.state != "notice" or owes_service(run, day) or owes_grade(run, day):
        return run.due_on
    return None


def known(run: ResultRun) -> tuple[Words, date] | None:
    """The day on which the notice was over, of a result that waits for its end."""
    return (("公示期满", "notice ended on"), run.due_on) if run.state == "notice" and run.due_on else None  # fmt: skip

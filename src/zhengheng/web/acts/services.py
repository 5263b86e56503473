"""Doing an act: right, state, version, change and ledger entry in one transaction."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from zhengheng.domain.problems import ZhenghengError, gathered, tell
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import forbidden, grants
from zhengheng.web.accounts.services import stale
from zhengheng.web.acts.beginning import begin
from zhengheng.web.acts.bound import ROW, row_digest
from zhengheng.web.acts.declare import Act, Change, Doing, Given, Kind, Made
from zhengheng.web.acts.earlier import forget
from zhengheng.web.acts.forms import GivenError
from zhengheng.web.acts.guards import check_apart, check_days, check_living, check_year
from zhengheng.web.acts.public import check_texts
from zhengheng.web.acts.within import check_periods
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import own_files
from zhengheng.web.ledger.services import append
from zhengheng.workflow.machine import StateError
from zhengheng.workflow.permissions import anywhere, may
from zhengheng.workflow.roles import NAMES, Role

SYSTEM = "system"
VIEWED = "publication.viewed"
"""Somebody read a publication before it was released."""


class PaperError(ZhenghengError):
    """A signature by somebody else needs the paper that was signed."""


def note_reading(subject: str, *, account: Account, now: datetime) -> None:
    """Whoever audits from outside leaves a trace of all that he reads."""
    if any(grant.role is Role.EXTERNAL_AUDITOR for grant in grants(account, now.date())):
        with transaction.atomic():
            append(act="audit.viewed", subject=subject, actor=account.username, at=now, content={})


def make(kind: Kind, act: Act, *, given: Given, actor: Account, now: datetime) -> Any:
    """Make an object. Raises ForbiddenError and what the act itself finds wrong."""
    held = grants(actor, now.date())
    if not anywhere(held, act.code):
        raise forbidden(act.code)
    wrong: list[ZhenghengError] = []
    given = _guarded(kind, None, given, now, wrong)
    if wrong:
        _say_all(act, Doing(None, given, actor, now), wrong)
    doing = _prepared(act, Doing(None, given, actor, now))
    begin()
    with transaction.atomic():
        new: Made = act.do(doing)
        stands = kind.standing(new.obj, actor)
        if not may(held, act.code, relations=stands.relations, units=stands.units):
            raise forbidden(act.code)
        check_apart(kind, act, new.obj, given, actor, now.date())
        check_year(kind, act, new.obj)
        check_living(kind, act, new.obj, now.date())
        papers = _papers(kind, act, Doing(new.obj, given, actor, now))
        if papers:
            new.obj.files = [*new.obj.files, *(one.pk for one in papers)]
            new.content["paper"] = [one.sha256 for one in papers]
        return _made(kind, act, new, actor, actor.username, now)


def _guarded(
    kind: Kind, obj: Any, given: Given, now: datetime, wrong: list[ZhenghengError]
) -> Given:
    """What was given, its periods as they are stored; `wrong` gathers what the guards of every act find."""
    with gathered(wrong):
        check_days(given, now.date())
    with gathered(wrong):
        check_texts(given)
    with gathered(wrong):
        return check_periods(kind, obj, given, now.date())
    return given


def say_also(kind: Kind, obj: Any, error: GivenError, now: datetime) -> None:
    """Raise that some fields of a form cannot be read, together with what the guards of every act find in the others."""
    wrong: list[ZhenghengError] = [error]
    if error.readable is not None:
        _guarded(kind, obj, error.readable, now, wrong)
    tell(wrong)


def _say_all(act: Act, doing: Doing, wrong: list[ZhenghengError]) -> None:
    """Raise what the guards found together with what the act itself would find next: who mends a form mends it once."""
    unread = any(problem.code == "period.unknown" for error in wrong for problem in error.problems)
    if not unread and act.prepare is None:
        begin()
        with transaction.atomic():
            with gathered(wrong):
                act.do(doing)
            transaction.set_rollback(True)
    tell(wrong)


def make_by_machine(kind: Kind, code: str, *, given: Given, asked_by: Account | None, now: datetime) -> Any:  # fmt: skip
    """Make an object that a job makes for whoever asked for the job and had the right to."""
    act = next(a for a in kind.acts if a.code == code)
    with transaction.atomic():
        new: Made = act.do(Doing(None, given, asked_by, now))
        check_living(kind, act, new.obj, now.date())
        return _made(kind, act, new, asked_by, SYSTEM, now)


def _made(kind: Kind, act: Act, new: Made, maker: Account | None, by: str, now: datetime) -> Any:
    made = new.obj
    made.state = kind.machine.after("", act.code)
    made.made_by, made.made_at = maker, now
    made.save()
    for child in new.children:
        child(made).save()
    made.refresh_from_db()
    _write(kind, act, made, by, now, new.content)
    if maker:
        forget(maker)
    return made


def perform(
    kind: Kind, act: Act, obj: Any, *, given: Given, row_version: int, actor: Account, now: datetime
) -> Any:
    """Do an act on an object. Raises ForbiddenError, StateError, StaleError and the act's own findings."""
    stands = kind.standing(obj, actor)
    held = grants(actor, now.date())
    if not may(held, act.code, relations=stands.relations, units=stands.units, state=obj.state):
        raise forbidden(act.code)
    check_apart(kind, act, obj, given, actor, now.date())
    if obj.row_version != row_version:
        raise stale(f"{kind.name}:{obj.pk}")
    return _do(kind, act, obj, Doing(obj, given, actor, now), row_version)


def perform_by_machine(kind: Kind, code: str, obj: Any, *, given: Given, now: datetime) -> Any:
    """Do an act that a clock or a job does; whoever started the job had the right to."""
    act = next(a for a in kind.acts if a.code == code)
    return _do(kind, act, obj, Doing(obj, given, None, now), obj.row_version)


def _do(kind: Kind, act: Act, obj: Any, doing: Doing, row_version: int) -> Any:
    state = kind.machine.after(obj.state, act.code)
    if act.when is not None and not act.when(obj):
        raise StateError.one(
            act.code, "act.other", zh="这一事项不走这一步, 请用页面上列出的办理方式",
            en="this object does not go this way; use what its page offers",
        )  # fmt: skip
    check_year(kind, act, obj)
    check_living(kind, act, obj, doing.day)
    if doing.by is not None:
        wrong: list[ZhenghengError] = []
        doing = replace(doing, given=_guarded(kind, obj, doing.given, doing.now, wrong))
        tell(wrong)
    doing = _prepared(act, doing)
    begin()
    with transaction.atomic():
        change = _with_paper(kind, act, doing, act.do(doing) or Change())
        found = kind.model._default_manager.filter(
            pk=obj.pk, row_version=row_version, state=obj.state
        )
        if not found.update(state=state, row_version=F("row_version") + 1, **change.fields):
            raise stale(f"{kind.name}:{obj.pk}")
        by = doing.by.username if doing.by else SYSTEM
        if doing.by:
            forget(doing.by)
        obj.refresh_from_db()
        _write(kind, act, obj, by, doing.now, change.content)
    return obj


def _prepared(act: Act, doing: Doing) -> Doing:
    return replace(doing, prepared=act.prepare(doing)) if act.prepare else doing


def _with_paper(kind: Kind, act: Act, doing: Doing, change: Change) -> Change:
    """The scan of a paper signed by hand stays with the object; its digest enters the ledger."""
    papers = _papers(kind, act, doing)
    if not papers:
        return change
    files = change.fields.get("files", doing.obj.files)
    fields = {**change.fields, "files": [*files, *(one.pk for one in papers)]}
    return Change(fields, {**change.content, "paper": [one.sha256 for one in papers]})


def _papers(kind: Kind, act: Act, doing: Doing) -> list[StoredFile]:
    """The signed papers. Raises PaperError where the signature is another's, and none is there."""
    papers = own_files(getattr(doing.given, "paper", ()), doing.by)
    if not papers and act.signer and doing.by is not None and not _signs(kind, act.signer, doing):
        zh, en = NAMES[act.signer]
        raise PaperError.one(
            "paper", "paper.missing", zh=f"由{zh}在纸上签字, 请附扫描件",
            en=f"the signature is the {en.lower()}'s: add the scan of the signed paper",
        )  # fmt: skip
    return papers


def _signs(kind: Kind, role: Role, doing: Doing) -> bool:
    """Whether the actor holds a role for a unit that the object concerns."""
    units = kind.standing(doing.obj, doing.actor).units.values()
    concerned = {unit for held in units for unit in held}
    return any(one.role is role and one.unit in concerned for one in grants(doing.actor, doing.day))


def _write(
    kind: Kind, act: Act, obj: Any, actor: str, now: datetime, content: dict[str, Any]
) -> None:
    content = content | {ROW: row_digest(obj)}
    append(act=act.code, subject=f"{kind.name}:{obj.pk}", actor=actor, at=now, content=content)

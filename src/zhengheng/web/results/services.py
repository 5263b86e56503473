"""Bringing runs into the procedure, naming readers, recording views and service."""

from datetime import date, datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction

from zhengheng.domain.kept import altered, gone, kept_object
from zhengheng.domain.problems import NotFoundError, ZhenghengError
from zhengheng.engines.archive import load_run
from zhengheng.engines.bundle import Kind, write_bundle
from zhengheng.lake.store import Lake
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import require, standing
from zhengheng.web.acts.bound import ROW, row_digest
from zhengheng.web.acts.declare import Carried, kind_named
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.files.kept import package_fault
from zhengheng.web.intake.committed import commit, require_as_loaded
from zhengheng.web.ledger.services import append, commitment_secret
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs
from zhengheng.web.results.clocks import last_day, reapprove_by
from zhengheng.web.results.kept import TABLES
from zhengheng.web.results.models import NamedReader, ResultRun, Service
from zhengheng.web.results.selectors import folder_of, loaded, newest, require_on
from zhengheng.web.rulebooks.selectors import governing
from zhengheng.workflow.machines import UNFILED, UNNOTICED
from zhengheng.workflow.permissions import ACTS
from zhengheng.workflow.roles import OF_A_UNIT, Role


class ResultError(ZhenghengError):
    """A result cannot be registered or named as asked for."""


def register_run(*, run: str, actor: Account, now: datetime) -> ResultRun:
    """Bring a computed run into the procedure.

    Its first readers are whoever does so and the office's directors, who name the others. A run that
    follows one on notice replaces it when it is published itself.
    """
    require(actor, "result.register", now.date())
    folder = folder_of(run)
    about = kept_object(folder / "run.json", "run", "rulebook", "period", "at")
    book = kept_object(folder / "rulebook.json", "title")
    title = book["title"] if isinstance(book["title"], dict) else {"zh": book["title"]}
    if about["at"] > now.date().isoformat():
        raise ResultError.one(
            about["at"], "run.ahead", zh=f"这个批次以 {about['at']} 的情况核算，那一天还没有到；请以今天或更早的日期重新核算。",
            en=f"this run is computed as of {about['at']}, a day that has not come; compute it as of today or an earlier day",
        )  # fmt: skip
    before = newest(about["rulebook"], about["period"])
    lake = Lake.open(folder.parent.parent)
    try:
        with lake.writing(), transaction.atomic():
            require_as_loaded(lake)
            commit(lake, now, [run])
            made = ResultRun.objects.create(
                run=about["run"], rulebook=about["rulebook"], period=about["period"],
                title_zh=title["zh"], title_en=title.get("en", ""), made_by=actor, made_at=now,
                version=governing(about["rulebook"], about["period"]),
                replaces=before if before and before.state == "notice" else None,
            )  # fmt: skip
            if due := reapprove_by(made, now.date()):
                ResultRun.objects.filter(pk=made.pk).update(due_on=due)
                made.due_on = due
            directors = standing(now.date()).filter(role=Role.OFFICE_DIRECTOR)
            for reader in {actor.pk, *directors.values_list("account_id", flat=True)}:
                NamedReader.objects.create(
                    run=made, account_id=reader, named_by=actor, named_at=now
                )
            made.refresh_from_db()
            append(
                act="result.register", subject=f"result:{made.pk}", actor=actor.username, at=now,
                content={"run": made.run, "rulebook": made.rulebook, "period": made.period,
                         "fingerprint": about["fingerprint"], TABLES: load_run(folder).results.digest(), ROW: row_digest(made)},
            )  # fmt: skip
    except IntegrityError as error:
        raise ResultError.one(
            run, "run.registered", zh="这个批次已经登记", en="this run is registered already"
        ) from error
    return made


def bundled(run: ResultRun, kind: Kind, target: Path) -> None:
    """Write the public or the audit bundle of a result."""
    secret = commitment_secret(f"result:{run.run}")
    write_bundle(loaded(folder_of(run.run)), target, kind, secret)


def nameable(day: date) -> list[Account]:
    """Who can be named on an unpublished result: people in office whose role reads results, which the three officers' does not."""
    roles = {
        role.value
        for rule in ACTS["result.read"]
        for role in rule.roles
        if rule.relation == "named"
    }
    held = Account.objects.filter(is_active=True, grants__in=standing(day).filter(role__in=roles))
    return list(held.distinct().order_by("name", "username"))


def name_reader(*, run: ResultRun, account: Account, actor: Account, now: datetime) -> None:
    """Let a person see an unpublished run. Raises ForbiddenError, ResultError."""
    require_on(run, "result.name", actor, now.date())
    if account not in nameable(now.date()):
        raise ResultError.one(
            account.username, "reader.business", zh=f"{account.name}没有可以查看核算结果的角色，不能指定为查看人。请选择承担考核工作的人员。",
            en=f"{account.name} holds no role that reads results and cannot be named; choose somebody who works on the assessment",
        )  # fmt: skip
    try:
        with transaction.atomic():
            NamedReader.objects.create(run=run, account=account, named_by=actor, named_at=now)
            append(
                act="result.name", subject=f"result:{run.pk}", actor=actor.username, at=now,
                content={"reader": account.username},
            )  # fmt: skip
    except IntegrityError as error:
        raise ResultError.one(
            account.username, "reader.named", zh="此人已在名单中", en="this person is named already"
        ) from error


def watched(*, run: ResultRun, what: str, actor: Account, now: datetime) -> bool:
    """Whether what is read carries a watermark; if so, reading it is an act too, and recorded."""
    if run.state not in UNNOTICED:
        return False
    with transaction.atomic():
        append(
            act="result.viewed", subject=f"result:{run.pk}", actor=actor.username, at=now,
            content={"page": what},
        )  # fmt: skip
    return True


def take_package(*, run: ResultRun, actor: Account, now: datetime) -> Path:
    """Where the archive package of a closed year lies, for those who keep it; who took it is in the ledger.

    Raises ForbiddenError, NotFoundError, and KeptError where the package is gone or is not what the ledger says.
    """
    require(actor, "result.package", now.date())
    home = Path(settings.HOME)
    path = home / "archive" / run.package
    if not run.package:
        raise NotFoundError.one(
            run.run, "package.absent", zh="这一结果还没有归档包，请先办理归档。",
            en="this result has no archive package yet; archive it first",
        )  # fmt: skip
    state, at = package_fault(home, run.package)
    if state == "gone":
        raise gone(path)
    if state == "altered":
        raise altered(path, at)
    with transaction.atomic():
        append(
            act="result.package", subject=f"result:{run.pk}", actor=actor.username, at=now, content={"package": run.package}
        )  # fmt: skip
    return path


def record_service(*, run: ResultRun, unit: str, actor: Account, now: datetime) -> None:
    """A unit's own people opened its page of a result on notice: from now its clocks run. Of a unit that is gone these are its heir's."""
    if run.state != "notice":
        return
    mine = {unit, heirs(now.date()).get(unit, unit)}
    own = standing(now.date()).filter(account=actor, unit__code__in=mine, role__in=OF_A_UNIT)
    if own.exists():
        serve(run=run, unit=Unit.objects.get(code=unit), how="page", actor=actor, now=now)


def serve(
    *, run: ResultRun, unit: Unit, how: str, actor: Account, now: datetime, at: datetime | None = None
) -> None:  # fmt: skip
    """Record that a unit was served; once, for good. `at` is the receipt's day, where it was served on paper before."""
    with transaction.atomic():
        _, fresh = Service.objects.get_or_create(
            run=run, unit=unit, defaults={"by": actor, "at": at or now, "how": how}
        )
        if fresh:
            _give_deadline(run, unit, now)
            append(
                act="result.served", subject=f"result:{run.pk}", actor=actor.username, at=now,
                content={"unit": unit.code, "how": how},
            )  # fmt: skip


def _give_deadline(run: ResultRun, unit: Unit, now: datetime) -> None:
    """Drafts of appeals that were begun before service have their last day from now."""
    # By the name of the app alone: appeals stand on results, not the other way round.
    drafts = apps.get_model("appeals.Appeal")._default_manager.filter(run=run, unit=unit, state__in=UNFILED)  # fmt: skip
    given = Carried(to=run.pk, until=last_day(run, unit))
    for one in drafts:
        perform_by_machine(kind_named("appeal"), "appeal.carry", one, given=given, now=now)

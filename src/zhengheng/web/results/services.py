"""Bringing runs into the procedure, naming readers, the public notice."""

import json
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from zhengheng.domain.problems import NotFoundError, ZhenghengError
from zhengheng.lake.store import Lake
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import require, standing
from zhengheng.web.accounts.services import stale
from zhengheng.web.ledger.services import append
from zhengheng.web.results.models import NamedReader, ResultRun
from zhengheng.web.results.selectors import require_on
from zhengheng.workflow.machine import RESULT
from zhengheng.workflow.roles import Role


class ResultError(ZhenghengError):
    """A result cannot be registered or named as asked for."""


def register_run(*, home: Path, run: str, actor: Account, now: datetime) -> ResultRun:
    """Bring a computed run of the lake into the procedure.

    Its first readers are whoever does so and the office's directors, who name the others.
    """
    require(actor, "result.register", now.date())
    folder = Lake.open(home).run_folder(run)
    if folder.name != run:
        raise NotFoundError.one(
            run, "run.absent", zh="请给出完整的批次号", en="give the whole name of the run"
        )
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    book = json.loads((folder / "rulebook.json").read_text(encoding="utf-8"))
    title = book["title"] if isinstance(book["title"], dict) else {"zh": book["title"]}
    try:
        with transaction.atomic():
            made = ResultRun.objects.create(
                run=about["run"], rulebook=about["rulebook"], period=about["period"],
                title_zh=title["zh"], title_en=title.get("en", ""), registered_at=now,
            )  # fmt: skip
            directors = standing(now.date()).filter(role=Role.OFFICE_DIRECTOR)
            for reader in {actor.pk, *directors.values_list("account_id", flat=True)}:
                NamedReader.objects.create(
                    run=made, account_id=reader, named_by=actor, named_at=now
                )
            append(
                act="result.registered", subject=f"run:{made.run}", actor=actor.username, at=now,
                content={"rulebook": made.rulebook, "period": made.period, "fingerprint": about["fingerprint"]},
            )  # fmt: skip
    except IntegrityError as error:
        raise ResultError.one(
            run, "run.registered", zh="这个批次已经登记", en="this run is registered already"
        ) from error
    return made


def name_reader(*, run: ResultRun, account: Account, actor: Account, now: datetime) -> None:
    """Let a person see an unpublished run. Raises ForbiddenError, ResultError."""
    require_on(run, "result.name", actor, now.date())
    try:
        with transaction.atomic():
            NamedReader.objects.create(run=run, account=account, named_by=actor, named_at=now)
            append(
                act="result.named", subject=f"run:{run.run}", actor=actor.username, at=now,
                content={"reader": account.username},
            )  # fmt: skip
    except IntegrityError as error:
        raise ResultError.one(
            account.username, "reader.named", zh="此人已在名单中", en="this person is named already"
        ) from error


@transaction.atomic
def publish(*, run: ResultRun, row_version: int, actor: Account, now: datetime) -> None:
    """Put a result on public notice 公示. Raises ForbiddenError, StateError, StaleError."""
    state = RESULT.after(run.state, "result.publish")
    require_on(run, "result.publish", actor, now.date())
    changed = ResultRun.objects.filter(pk=run.pk, row_version=row_version, state=run.state).update(
        state=state, published_at=now, row_version=F("row_version") + 1
    )
    if not changed:
        raise stale(f"run:{run.run}")
    append(act="result.published", subject=f"run:{run.run}", actor=actor.username, at=now)


@transaction.atomic
def record_view(*, run: ResultRun, what: str, actor: Account, now: datetime) -> None:
    """Reading an unpublished result is an act too."""
    append(
        act="result.viewed",
        subject=f"run:{run.run}",
        actor=actor.username,
        at=now,
        content={"page": what},
    )

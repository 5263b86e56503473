"""Writing a publication: its snapshot, its files, their digests; and the portal's pages anew."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from zhengheng.domain.canonical import canonical
from zhengheng.domain.problems import VerifyError
from zhengheng.engines.bundle import verifier_digest
from zhengheng.engines.opendata import digest, write_files
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.jobs import services as jobs
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import Work, job
from zhengheng.web.ledger.committed_secrets import secret_digest
from zhengheng.web.ledger.services import commitment_secret
from zhengheng.web.portal.folders import put_in_place
from zhengheng.web.portal.snapshots import PROOF
from zhengheng.web.portal.writing import publish
from zhengheng.web.publication.acts import (
    PUBLICATIONS,
    UnverifiedGiven,
    WrittenGiven,
    document_of,
    others_of_period,
)
from zhengheng.web.publication.models import Publication
from zhengheng.web.publication.other_rules import write_before, write_restated
from zhengheng.web.publication.proof import keep_newest, proof
from zhengheng.web.publication.released import folder
from zhengheng.web.results.selectors import folder_of, loaded

PREVIEWED = ("prepared", "reviewed", "releasing")
"""States in which there is something to read before everybody else does."""


def previews(held: Publication) -> Path:
    """Where its preview lies until it is released."""
    return Path(settings.HOME) / "previews" / str(held.pk)


@job("publication.write", "生成发布内容", "Write a publication")
def write(work: Work) -> dict[str, Any]:
    """Files first, then the row that names their digests, the proof of that, the folder in its place: broken off anywhere, it goes on."""
    held = PUBLICATIONS.all().get(pk=work.job.arguments["publication"])
    target = folder(held)
    unfinished = target.with_name(f"{target.name}.part")
    if held.state == "releasing":
        work.tell(("文件", "files"))
        try:
            digests = write_publication(held, unfinished, work.now.date().isoformat())
        except VerifyError as error:
            # Nothing of it may lie about as if it were on its way out.
            shutil.rmtree(unfinished, ignore_errors=True)
            refused = UnverifiedGiven(reason=error.problems[0].zh, reason_en=error.problems[0].en)
            perform_by_machine(
                PUBLICATIONS, "publication.unverified", held, given=refused, now=work.now
            )
            raise
        except OSError:
            # Where the disk is full, what is not whole does not keep it so; the next attempt begins anew.
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        secret = secret_digest(commitment_secret(f"publication:{held.pk}"))
        given = WrittenGiven(
            digests=digests, verifiers=verifiers(unfinished, digests), secret=secret
        )
        perform_by_machine(PUBLICATIONS, "publication.written", held, given=given, now=work.now)
    if unfinished.is_dir():
        made = proof(held, home=Path(settings.HOME), now=work.now)
        (unfinished / PROOF).write_text(canonical(made), encoding="utf-8")
        put_in_place(unfinished, target)
    drop_previews()
    jobs.ask(
        kind="portal.write", arguments={}, subject=work.job.subject, actor=work.job.asked_by, now=work.now
    )  # fmt: skip
    return {}


@job("publication.tidy", "清除发布预览", "Remove previews of publications")
def tidy(work: Work) -> dict[str, Any]:
    """Previews of what was withdrawn or is out; of any earlier one too, whatever left it behind."""
    drop_previews()
    return {}


def drop_previews() -> None:
    """Remove every preview that nobody may read any more."""
    base = Path(settings.HOME) / "previews"
    shown = set(PUBLICATIONS.all().filter(state__in=PREVIEWED).values_list("pk", flat=True))
    for path in base.iterdir() if base.is_dir() else ():
        if path.name not in map(str, shown):
            shutil.rmtree(path, ignore_errors=True)


@job("portal.write", "更新公众门户", "Write the portal")
def rewrite(work: Work) -> dict[str, Any]:
    """The portal's pages anew, as a whole; left to the last of those that wait, which writes the same."""
    if Job.objects.filter(kind="portal.write", state="waiting", pk__gt=work.job.pk).exists():
        work.tell(("由后面的同类作业一并更新", "left to a later job, which writes the same"))
        return {"pages": 0}
    work.tell(("网页", "pages"))
    keep_newest(Path(settings.HOME))
    written = publish(Path(settings.HOME) / "portal", work.now.date(), work.now)
    if _unreleased(work.job.subject):
        work.tell(
            (
                "只更新了发布日历，这一结果尚未发布",
                "the calendar of releases alone; this result is not out yet",
            )
        )
    return {"pages": written}


def _unreleased(subject: str) -> bool:
    """Whether a job is about a publication of which nothing is on the portal."""
    kind, _, number = subject.partition(":")
    return (
        kind == "publication" and Publication.objects.filter(pk=number, released_on=None).exists()
    )


def write_publication(held: Publication, target: Path, day: str) -> dict[str, str]:
    """Write the snapshot and its files; gives the SHA-256 of each."""
    shutil.rmtree(target, ignore_errors=True)
    document = document_of(held) | {"number": held.pk, "released_on": day, "corrects": held.corrects_id}  # fmt: skip
    salt = commitment_secret(f"publication:{held.pk}")
    digests = write_restated(held, earlier(held), target / "restated", day)
    digests |= write_before(held, target / "restated")
    run, public = loaded(folder_of(held.run.run)), others_of_period(held)
    found = write_files(document, run, target / "data", salt, public)
    (target / "snapshot.json").write_text(canonical(document), encoding="utf-8")
    digests |= {f"data/{name}": value for name, value in found.items()}
    digests["snapshot.json"] = digest(target / "snapshot.json")
    (target / "digests.json").write_text(json.dumps(digests, indent=1), encoding="utf-8")
    return digests


def verifiers(folder: Path, digests: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of verify.py in each bundle of a publication."""
    return {name: verifier_digest(folder / name) for name in digests if name.endswith("bundle.zip")}


def earlier(held: Publication) -> list[Publication]:
    """Of each earlier period of the rulebook the newest publication."""
    found = Publication.objects.filter(
        state="released", run__rulebook=held.run.rulebook, run__period__lt=held.run.period
    ).select_related("run")  # fmt: skip
    length = len(held.run.period)
    return list({one.run.period: one for one in found.order_by("pk") if len(one.run.period) == length}.values())  # fmt: skip

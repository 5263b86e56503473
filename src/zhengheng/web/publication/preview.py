"""What a publication would put out, written beside the portal for the two who answer for it, and never shown to others."""

import hashlib
import shutil
import tempfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhengheng.domain.canonical import canonical
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import allowed
from zhengheng.web.acts.services import VIEWED
from zhengheng.web.ledger.services import append
from zhengheng.web.portal.snapshots import Site, read_site, slots_of, snapshot_in
from zhengheng.web.publication.acts import PUBLICATIONS, document_of
from zhengheng.web.publication.jobs import previews, write_publication
from zhengheng.web.publication.models import Publication


def may_preview(held: Publication, account: Account, day: date) -> bool:
    """Whether the account reviews or releases it, and so reads it before everybody else."""
    stands = PUBLICATIONS.standing(held, account)
    return allowed(
        account, "publication.preview", day, relations=stands.relations, state=held.state
    )


def note_preview(held: Publication, what: str, *, account: Account, now: datetime) -> None:
    """Reading what nobody else may read yet is an act too."""
    with transaction.atomic():
        append(
            act=VIEWED, subject=f"publication:{held.pk}", actor=account.username, at=now, content={"page": what}
        )  # fmt: skip


def written(held: Publication, day: date) -> Path:
    """The folder that a release on `day` would put out, byte by byte; written once, and anew when anything in it changes.

    Raises VerifyError where the bundle does not pass its own verifier: then it would not be released either.
    """
    base = previews(held)
    mark = hashlib.sha256(canonical(document_of(held)).encode()).hexdigest()[:16]
    target = base / f"{day.isoformat()}-{mark}"
    if not target.is_dir():
        base.mkdir(parents=True, exist_ok=True)
        for older in base.iterdir():
            shutil.rmtree(older, ignore_errors=True)
        part = Path(tempfile.mkdtemp(dir=base))
        try:
            write_publication(held, part / str(held.pk), day.isoformat())
            part.rename(target)
        except OSError:
            # Another process was quicker, with the same bytes.
            if not target.is_dir():
                raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return target / str(held.pk)


def site_with(held: Publication, folder: Path) -> Site:
    """The portal as it would be with the publication on it."""
    home = Path(settings.HOME)
    site = read_site(home / "publications", slots_of(home / "portal.yaml"))
    return replace(
        site, publications=[snapshot_in(folder), *site.publications], unreleased={held.pk: folder.parent}
    )  # fmt: skip

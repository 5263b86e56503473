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
from zhengheng.domain.problems import NotFoundError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import allowed
from zhengheng.web.acts.services import VIEWED
from zhengheng.web.ledger.services import append
from zhengheng.web.portal.snapshots import Site, read_site, slots_of, snapshot_in
from zhengheng.web.portal.writing import announced, since_of, standing_of
from zhengheng.web.publication.acts import PUBLICATIONS, document_of
from zhengheng.web.publication.jobs import PREVIEWED, drop_previews, previews, write_publication
from zhengheng.web.publication.models import Publication


def may_preview(held: Publication, account: Account, day: date) -> bool:
    """Whether the account reviews or releases it, and so reads it before everybody else."""
    stands = PUBLICATIONS.standing(held, account)
    return allowed(
        account, "publication.preview", day, relations=stands.relations, state=held.state
    )


def may_have_previewed(held: Publication, account: Account, day: date) -> bool:
    """Whether the account would read the preview, if there still were one."""
    stands = PUBLICATIONS.standing(held, account)
    return any(
        allowed(account, "publication.preview", day, relations=stands.relations, state=state) for state in PREVIEWED
    )  # fmt: skip


def earliest(held: Publication, today: date) -> date:
    """The first day on which it may be released: today, or the day before which it does not come out."""
    return max(today, held.embargo) if held.embargo else today


def note_preview(held: Publication, what: str, *, account: Account, now: datetime) -> None:
    """Reading what nobody else may read yet is an act too."""
    with transaction.atomic():
        append(
            act=VIEWED, subject=f"publication:{held.pk}", actor=account.username, at=now, content={"page": what}
        )  # fmt: skip


def written(held: Publication, day: date) -> Path:
    """The folder that a release on `day` would put out, byte by byte; written once, and anew when anything in it changes.

    Raises VerifyError where the bundle does not pass its own verifier: then it would not be released either;
    NotFoundError where it was withdrawn or released meanwhile.
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
        # Whoever ended it removes what was there by then; what was written since is removed here.
        now = Publication.objects.get(pk=held.pk)
        if now.state not in PREVIEWED:
            drop_previews()
            raise over(now)
    return target / str(held.pk)


def over(held: Publication) -> NotFoundError:
    """Why there is no preview any more, and where to look instead."""
    if held.state == "released":
        zh, en = "这次发布已经对外公开，不再提供预览，请在公众门户查看。", "this publication is out; read it on the portal instead of its preview"  # fmt: skip
    else:
        zh, en = "这次发布已经撤回，预览已删除。如仍要发布，请重新准备一次发布。", "this publication was withdrawn and its preview removed; to publish all the same, prepare another one"  # fmt: skip
    return NotFoundError.one(f"publication:{held.pk}", "preview.over", zh=zh, en=en)


def site_with(held: Publication, folder: Path, day: date) -> Site:
    """The portal as it would be with the publication on it."""
    home = Path(settings.HOME)
    site = read_site(home / "publications", slots_of(home / "portal.yaml"))
    # Its notice may run, be over, or be of a version that was replaced meanwhile: as the released page would say it.
    own = snapshot_in(folder) | {
        "standing": standing_of(held.run),
        "since": since_of(held.run, day),
    }
    return replace(
        site, publications=[own, *site.publications], upcoming=announced(held.pk), unreleased={held.pk: folder.parent}
    )  # fmt: skip

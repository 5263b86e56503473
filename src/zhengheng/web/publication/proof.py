"""What lets anybody prove a release: its ledger entry under a signed checkpoint that goes on from the release before."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from zhengheng.domain.canonical import canonical
from zhengheng.domain.kept import kept_object
from zhengheng.web.acts.services import SYSTEM
from zhengheng.web.ledger.keys import public_key
from zhengheng.web.ledger.models import LedgerEntry, SignedCheckpoint
from zhengheng.web.ledger.selectors import consistency, entry, proof_of
from zhengheng.web.ledger.services import checkpoint_over
from zhengheng.web.portal.snapshots import NEWEST, PROOF
from zhengheng.web.publication.models import Publication


def proof(held: Publication, *, home: Path, now: datetime) -> dict[str, Any]:
    """A released publication's proof, as zhengheng.ledger.witness checks it."""
    row = LedgerEntry.objects.get(act="publication.written", subject=f"publication:{held.pk}")
    point = checkpoint_over(row.sequence, home=home, actor=SYSTEM, now=now)
    before, size = _before(home / "publications", point.size)
    made = entry(row)
    return {
        "key": public_key(home).text(),
        "code": point.code, "size": point.size, "at": timezone.localtime(point.at).isoformat(), "checkpoint": point.text,
        "leaf": made.committed(), "salt": bytes(row.salt or b"").hex(), "content": row.content,
        "proof": (proof_of(row.sequence, point.size) or {})["proof"],
        "follows": before, "consistency": (consistency(size, point.size) or {})["proof"] if before else [],
    }  # fmt: skip


def keep_newest(home: Path) -> None:
    """Beside the publications the ledger's newest checkpoint, with what witnesses cosigned, as going on from the last of them."""
    folder = home / "publications"
    point = SignedCheckpoint.objects.first()
    if point is None or not folder.is_dir():
        return
    number, size = _before(folder, point.size)
    if number is not None:
        steps = (consistency(size, point.size) or {})["proof"]
        held = {"checkpoint": point.text, "follows": number, "consistency": steps}
        (folder / NEWEST).write_text(canonical(held), encoding="utf-8")


def _before(folder: Path, size: int) -> tuple[str | None, int]:
    """The publication with the newest checkpoint up to a size, and that checkpoint's size."""
    held = [(kept_object(path, "size")["size"], path.parent.name) for path in folder.glob(f"[0-9]*/{PROOF}")]  # fmt: skip
    earlier = [(made, int(name)) for made, name in held if made <= size and name.isdecimal()]
    made, number = max(earlier, default=(0, 0))
    return str(number) if number else None, made

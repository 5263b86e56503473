"""What lets anybody prove a release: its ledger entry under a signed checkpoint that goes on from the release before."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from zhengheng.web.acts.services import SYSTEM
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.selectors import consistency, entry, proof_of
from zhengheng.web.ledger.services import checkpoint_over
from zhengheng.web.portal.snapshots import PROOF
from zhengheng.web.publication.models import Publication


def proof(held: Publication, *, home: Path, now: datetime) -> dict[str, Any]:
    """A released publication's proof, as zhengheng.ledger.witness checks it."""
    row = LedgerEntry.objects.get(act="publication.written", subject=f"publication:{held.pk}")
    point = checkpoint_over(row.sequence, home=home, actor=SYSTEM, now=now)
    before, size = _before(home / "publications", point.size)
    made = entry(row)
    return {
        "key": (home / "ledger.pub").read_text(encoding="utf-8").strip(),
        "code": point.code, "size": point.size, "at": timezone.localtime(point.at).isoformat(), "checkpoint": point.text,
        "leaf": made.committed(), "salt": bytes(row.salt or b"").hex(), "content": row.content,
        "proof": (proof_of(row.sequence, point.size) or {})["proof"],
        "follows": before, "consistency": (consistency(size, point.size) or {})["proof"] if before else [],
    }  # fmt: skip


def _before(folder: Path, size: int) -> tuple[str | None, int]:
    """The publication with the newest checkpoint up to a size, and that checkpoint's size."""
    held = [(json.loads(path.read_text(encoding="utf-8"))["size"], path.parent.name) for path in folder.glob(f"[0-9]*/{PROOF}")]  # fmt: skip
    earlier = [(made, name) for made, name in held if made <= size and name.isdecimal()]
    made, name = max(earlier, default=(0, ""))
    return name or None, made

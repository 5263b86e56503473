"""Writing acts, signing checkpoints, taking in what witnesses cosigned."""

import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from zhengheng.domain.canonical import canonical
from zhengheng.domain.problems import VerifyError
from zhengheng.domain.several import several
from zhengheng.ledger.check import AT_ONE_TIME
from zhengheng.ledger.checkpoint import Checkpoint, request
from zhengheng.ledger.entry import SALT_BYTES, Entry
from zhengheng.ledger.tree import folded, grown
from zhengheng.ledger.witness import Key, cosigned_at, stated
from zhengheng.web.ledger import jumped, rows, selectors
from zhengheng.web.ledger.keys import public_key, signing_key, witnesses
from zhengheng.web.ledger.models import CommitmentSecret, Head, LedgerEntry, Node, SignedCheckpoint

HASH = 32
EVERY = timedelta(hours=1)
"""How long entries wait for the clock to sign a checkpoint over them, at the longest."""
RESTORED = "restored"
"""A file in a home that came back from a backup, until a checkpoint says so."""
NOTED = "noted"
"""What it holds once the ledger has an entry of it."""


def append(
    *, act: str, subject: str, actor: str, at: datetime, content: dict[str, Any] | None = None
) -> Entry:
    """Write an act. It must stand in the transaction of what it tells, so that neither is without the other.

    Its content also names the rows that were written beside objects since the last entry (web/ledger/rows.py). Whoever
    waited for the ledger while another wrote comes after him: the time of an entry is taken in line.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{act} is written outside the transaction of its act")
    if actor != jumped.SYSTEM:
        jumped.look(Path(settings.HOME), at)
    head, _ = Head.objects.select_for_update().get_or_create(id=1)
    at = _in_line(head, at)
    content = dict(content or {})
    if beside := rows.noted():
        content[rows.ROWS] = {**content.get(rows.ROWS, {}), **beside}
    made = Entry.make(
        sequence=head.size, act=act, subject=subject, actor=actor, at=at, content=content,
        salt=secrets.token_bytes(SALT_BYTES),
    )  # fmt: skip
    leaf = made.leaf()
    LedgerEntry.objects.create(
        sequence=made.sequence, act=act, subject=subject, actor=actor, at=at.isoformat(),
        digest=made.digest, salt=made.salt, content=canonical(made.content), leaf=leaf,
    )  # fmt: skip
    edge, completed = grown(_edge(head), head.size, leaf)
    Node.objects.bulk_create(
        Node(level=level, index=head.size >> level, hash=held) for level, held in enumerate(completed, 1)
    )  # fmt: skip
    head.size, head.edge = head.size + 1, b"".join(edge)
    head.save(update_fields=["size", "edge"])
    return made


def _in_line(head: Head, at: datetime) -> datetime:
    """When an entry is made: not before the one before it, as far as writers at one time explain that.

    What lies further back stays as it is, for a clock that was turned back is to be seen.
    """
    last = LedgerEntry.objects.filter(sequence=head.size - 1).first()
    if last is None:
        return at
    before = selectors.entry(last).at
    return before.astimezone(at.tzinfo) if at < before <= at + AT_ONE_TIME else at


def confirm_clock(home: Path, actor: str, now: datetime) -> bool:
    """Somebody at the terminal says that the clock is right; gives whether anything was held."""
    if not jumped.is_held(home):
        return False
    with transaction.atomic():
        append(act="clock.confirmed", subject="clock:office", actor=actor, at=now)
    (home / jumped.HELD).unlink(missing_ok=True)
    return True


def name_all_rows(now: datetime) -> None:
    """Name the rows that a home of version 0.1.0 kept beside its objects, once, before anything else is done in it."""
    with transaction.atomic():
        head = Head.objects.select_for_update().filter(rows_named=False).first()
        # Where entries name rows already, whoever says that none does would have altered ones taken as they stand.
        if head is not None and not selectors.naming_rows().exists():
            rows.note_all()
            append(act=rows.FOUND, subject="ledger:rows", actor="system", at=now)
            Head.objects.update(rows_named=True)


def _edge(head: Head) -> list[bytes]:
    held = bytes(head.edge)
    return [held[n : n + HASH] for n in range(0, len(held), HASH)]


def commitment_secret(subject: str) -> bytes:
    """The secret behind the commitments of one bundle: random, made at first use, kept with the ledger."""
    held, _ = CommitmentSecret.objects.get_or_create(
        subject=subject, defaults={"secret": secrets.token_bytes(32)}
    )
    return bytes(held.secret)


def checkpoint_over(sequence: int, *, home: Path, actor: str, now: datetime) -> SignedCheckpoint:
    """The first checkpoint that speaks for an entry; signed now where there is none."""
    found = SignedCheckpoint.objects.filter(size__gt=sequence).order_by("size", "pk").first()
    return found or sign_checkpoint(home=home, actor=actor, now=now)


def sign_checkpoint(*, home: Path, actor: str, now: datetime) -> SignedCheckpoint:
    """State the ledger's size and root, signed; the signing itself is an entry that follows it."""
    with transaction.atomic():
        note_restored(home, now)
        head, _ = Head.objects.select_for_update().get_or_create(id=1)
        origin = public_key(home).name
        point = Checkpoint(origin, head.size, folded(_edge(head)), now, _restored())
        held = SignedCheckpoint.objects.create(
            size=point.size, code=point.code, text=point.sign(signing_key(home)), at=now
        )
        append(
            act="ledger.checkpoint", subject=f"checkpoint:{held.pk}", actor=actor, at=now,
            content={"size": point.size, "root": point.root.hex(), "code": point.code},
        )  # fmt: skip
    (home / RESTORED).unlink(missing_ok=True)
    return held


def tick(*, home: Path, actor: str, now: datetime) -> None:
    """Sign what waits: entries that no checkpoint speaks for, once an hour. Doing it twice changes nothing."""
    newest = SignedCheckpoint.objects.first()
    # The entry of the signing itself waits for the next act.
    waits = selectors.size() > (newest.size + 1 if newest else 0)
    # What was signed under a clock that was ahead is no reason to wait until that time.
    old = newest is None or not -AT_ONE_TIME <= now - newest.at < EVERY
    if waits and (old or (home / RESTORED).exists()):
        sign_checkpoint(home=home, actor=actor, now=now)


def note_restored(home: Path, now: datetime) -> None:
    """The ledger of a home that came back from a backup says so, and so does every checkpoint after that.

    The restoring itself does it, before anything else is entered: the number is the backup's own, and whoever takes
    the mark away hides nothing. A mark that is noted waits for the first checkpoint.
    """
    mark = home / RESTORED
    if mark.exists() and mark.read_text(encoding="utf-8") != NOTED:
        size = selectors.size()
        with transaction.atomic():
            append(act="ledger.restored", subject="ledger:restored", actor="system", at=now, content={"size": size})  # fmt: skip
        mark.write_text(NOTED, encoding="utf-8")


def _restored() -> tuple[str, ...]:
    row = LedgerEntry.objects.filter(act="ledger.restored").order_by("-sequence").first()
    return (f"restored {json.loads(row.content or '{}')['size']} {row.at}",) if row else ()


def request_to_cosign(point: SignedCheckpoint, old: int) -> str:
    """What a witness that cosigned `old` entries last (0: none yet) needs. Raises VerifyError."""
    found = selectors.consistency(old, point.size) if old else {"proof": []}
    if found is None:
        raise VerifyError.one(
            str(old), "witness.size", zh=f"检查点有 {point.size} 条，不能从 {old} 条开始证明",
            en=f"the checkpoint is over {several(point.size, 'entry', 'entries')}: nothing can be proved from {old}",
        )  # fmt: skip
    return request(point.text, old, [bytes.fromhex(step) for step in found["proof"]])


def take_cosignature(
    text: str, *, home: Path, actor: str, now: datetime, source: str = "checkpoint"
) -> list[str]:
    """Add a witness's signature to the checkpoint that it is for; gives the names of the witnesses. Raises VerifyError."""
    body, _, lines = text.partition("\n\n")
    keys = witnesses(home)
    with transaction.atomic():
        held = SignedCheckpoint.objects.select_for_update().filter(text__startswith=f"{body}\n\n").first()  # fmt: skip
        if held is None:
            raise VerifyError.one(source, "witness.unknown", zh="这不是本日志的检查点，请使用见证人用 cosign 写出的文件。", en="this is no checkpoint of this ledger; use the file that the witness wrote with cosign")  # fmt: skip
        try:
            point = stated(f"{body}\n\n{lines}")
            trusted = [key for key in keys if cosigned_at(point, key) is not None]
        except ValueError as error:
            raise VerifyError.one(source, "witness.form", zh="联署的签名行不完整，无法读取；请向见证人再要一次 cosign 写出的文件。", en="a line of the cosignature is damaged; ask the witness once more for the file that cosign wrote") from error  # fmt: skip
        known = stated(held.text)
        fresh = [key for key in trusted if cosigned_at(known, key) is None]
        if not trusted:
            raise VerifyError.one(
                "witnesses.txt", "witness.untrusted", zh="没有一个联署来自 witnesses.txt 中登记的见证人",
                en="no signature is by a witness that witnesses.txt names",
            )  # fmt: skip
        held.text += "".join(f"{line}\n" for key in fresh if (line := _line_of(key, body, lines)))
        held.save(update_fields=["text"])
        if fresh:
            append(
                act="ledger.cosigned", subject=f"checkpoint:{held.pk}", actor=actor, at=now,
                content={"size": held.size, "witnesses": [key.name for key in fresh]},
            )  # fmt: skip
    return [key.name for key in trusted]


def _line_of(key: Key, body: str, lines: str) -> str:
    """The line by which a witness cosigned a checkpoint: of all that bear its name, one that holds."""
    said = (line for line in lines.split("\n") if line)
    return next((line for line in said if cosigned_at(stated(f"{body}\n\n{line}\n"), key) is not None), "")  # fmt: skip

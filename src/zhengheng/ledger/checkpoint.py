"""Signed checkpoints: the size and root of the ledger at a moment, meant to be copied elsewhere.

A checkpoint is a signed note of C2SP (signed-note, tlog-checkpoint): origin of the ledger, number of entries, root in base64,
then lines of ours (`time`, and `restored` where the ledger once came back from a backup), then signatures.
Its code (the first 20 characters of the root in base32) is what a person reads out to compare. How notes are read and
signatures checked stands in zhengheng.ledger.witness; the kind of the signature names the suite, so that another
one (SM3 and SM2) gets a kind of its own.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhengheng.domain.several import several
from zhengheng.ledger.witness import (
    COSIGNED,
    DASH,
    SIGNED,
    Key,
    Stated,
    cosigned_message,
    follows,
    is_signed_by,
    read_key,
    stated,
)

__all__ = ["Checkpoint", "CheckpointError", "cosign", "public", "read", "read_request", "request"]


class CheckpointError(ValueError):
    """The text is no checkpoint, or its signature does not fit: said in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Checkpoint:
    """`size` entries have the root `root`, stated by `origin` at `at`.

    more  further lines: what a reader must know of this ledger, such as `restored 120 2026-03-12T09:00:00+08:00`
    """

    origin: str
    size: int
    root: bytes
    at: datetime
    more: tuple[str, ...] = ()

    def body(self) -> str:
        """The lines that are signed."""
        root = base64.b64encode(self.root).decode()
        lines = (self.origin, str(self.size), root, f"time {self.at.isoformat()}", *self.more)
        return "\n".join(lines) + "\n"

    @property
    def code(self) -> str:
        """Twenty characters in groups of four, for paper and telephone."""
        text = base64.b32encode(self.root).decode()[:20]
        return "-".join(text[n : n + 4] for n in range(0, 20, 4))

    def sign(self, key: Ed25519PrivateKey) -> str:
        """The checkpoint as text with its signature."""
        owner = public(self.origin, key)
        line = _line(owner, key.sign(self.body().encode()))
        return f"{self.body()}\n{line}"


def public(name: str, key: Ed25519PrivateKey, kind: int = SIGNED) -> Key:
    """The public key that belongs to a private one, under a name."""
    return Key(name, kind, key.public_key().public_bytes_raw())


def _line(key: Key, signature: bytes) -> str:
    return f"{DASH}{key.name} {base64.b64encode(key.ident() + signature).decode()}\n"


def read(text: str, key: str) -> Checkpoint:
    """A checkpoint from its text, signed with a public key (its line, see zhengheng.ledger.witness). Raises CheckpointError."""
    try:
        owner, found = read_key(key), stated(text)
        at = next(line for line in found.more if line.startswith("time ")).removeprefix("time ")
        more = tuple(line for line in found.more if not line.startswith("time "))
        made = Checkpoint(found.origin, found.size, found.root, datetime.fromisoformat(at), more)
    except (ValueError, IndexError, StopIteration) as error:
        raise CheckpointError("这段文字不是检查点", "this text is not a checkpoint") from error
    if not is_signed_by(found, owner):
        raise CheckpointError(
            "检查点的签名与公钥不符", "the signature does not fit this checkpoint"
        )
    return made


def request(text: str, old_size: int, proof: Sequence[bytes]) -> str:
    """What a witness needs to cosign (the body of C2SP tlog-witness): the size it saw last, the proof, the checkpoint."""
    steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
    return f"old {old_size}\n{steps}\n{text}"


def read_request(text: str) -> tuple[int, list[bytes], str]:
    """Old size, proof and checkpoint of a request. Raises CheckpointError."""
    head, _, checkpoint = text.partition("\n\n")
    word, *steps = head.split("\n")
    try:
        if not word.startswith("old "):
            raise ValueError(word)
        return int(word[4:]), [base64.b64decode(step, validate=True) for step in steps], checkpoint
    except ValueError as error:
        raise CheckpointError(
            "这段文字不是联署请求", "this text is not a request to cosign"
        ) from error


def cosign(
    text: str, log: str, seen: str | None, *, name: str, key: Ed25519PrivateKey, at: datetime
) -> str:
    """A witness's signature line for the checkpoint of a request, or CheckpointError.

    log   the ledger's public key, kept by the witness
    seen  the checkpoint that this witness cosigned last, None at first
    """
    old_size, proof, checkpoint = read_request(text)
    try:
        point, before = stated(checkpoint), stated(seen) if seen else None
        owner = read_key(log)
    except ValueError as error:
        raise CheckpointError("这段文字不是检查点", "this text is not a checkpoint") from error
    if not is_signed_by(point, owner):
        raise CheckpointError(
            "检查点的签名与公钥不符", "the signature does not fit this checkpoint"
        )
    if before is not None and (
        old_size != before.size or not follows(before, point, [step.hex() for step in proof])
    ):
        raise CheckpointError(
            f"这个检查点不是从上次联署的 {before.size} 条记录接续下来的",
            f"this checkpoint does not go on from the {several(before.size, 'entry that was', 'entries that were')} cosigned last",
        )
    return _cosigned(point, name, key, int(at.timestamp()))


def _cosigned(point: Stated, name: str, key: Ed25519PrivateKey, seconds: int) -> str:
    signature = key.sign(cosigned_message(point.body, seconds))
    return _line(public(name, key, COSIGNED), seconds.to_bytes(8, "big") + signature)

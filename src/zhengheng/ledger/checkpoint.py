"""Signed checkpoints: the size and root of the ledger at a moment, meant to be copied elsewhere.

The text form is short enough to print; its code (the first 20 characters of the root in base32) is what
a person reads out to compare. The suite `std` is SHA-256 with Ed25519; another suite gets another name.
"""

import base64
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SUITE = "std"
_HEAD = "zhengheng-ledger"


class CheckpointError(ValueError):
    """The text is no checkpoint, or its signature does not fit."""


@dataclass(frozen=True)
class Checkpoint:
    """`size` entries have the root `root`, stated by `origin` at `at`."""

    origin: str
    size: int
    root: bytes
    at: datetime
    suite: str = SUITE

    def body(self) -> str:
        """The lines that are signed."""
        lines = (
            f"{_HEAD} {self.suite}",
            self.origin,
            str(self.size),
            self.root.hex(),
            self.at.isoformat(),
        )
        return "\n".join(lines) + "\n"

    @property
    def code(self) -> str:
        """Twenty characters in groups of four, for paper and telephone."""
        text = base64.b32encode(self.root).decode()[:20]
        return "-".join(text[n : n + 4] for n in range(0, 20, 4))

    def sign(self, key: Ed25519PrivateKey) -> str:
        """The checkpoint as text with its signature."""
        signature = base64.b64encode(key.sign(self.body().encode())).decode()
        return f"{self.body()}\n{signature}\n"


def read(text: str, key: Ed25519PublicKey) -> Checkpoint:
    """A checkpoint from its text. Raises CheckpointError."""
    body, _, signature = text.partition("\n\n")
    try:
        head, origin, size, root, at = body.split("\n")
        name, suite = head.split(" ")
        found = Checkpoint(
            origin, int(size), bytes.fromhex(root), datetime.fromisoformat(at), suite
        )
    except ValueError as error:
        raise CheckpointError("this text is not a checkpoint") from error
    if (name, suite) != (_HEAD, SUITE):
        raise CheckpointError(f"unknown suite {suite}")
    try:
        key.verify(base64.b64decode(signature.strip(), validate=True), found.body().encode())
    except (InvalidSignature, ValueError) as error:
        raise CheckpointError("the signature does not fit this checkpoint") from error
    return found

"""One act as an entry: what is committed to for ever, and what may be erased when its time is over."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhengheng.domain.canonical import canonical
from zhengheng.ledger.witness import leaf_hash

SALT_BYTES = 16
ERASE = "erasure.carry_out"
"""The act that empties contents; its own content says before which day, and how many."""
KNOWN = "ledger.restored_known"
"""The act by which an officer says that he knows of a restored backup."""
LOADED = "lake.loaded"
"""The act that names the parts of a lake, and what a run was made from, with their digests."""
PORTAL = "portal.written"
"""The act that has the digest of a list of all files of the portal."""
SEALED = "draw.sealed"
"""The act that has the SHA-256 of the secret that the next draw by lot will use."""
KEPT = (
    "publication.written",
    "ledger.checkpoint",
    "ledger.restored",
    LOADED,
    PORTAL,
    KNOWN,
    SEALED,
    ERASE,
)
"""Acts whose content proves something to everybody for ever, and names no person."""


def content_digest(salt: bytes, content: dict[str, Any]) -> str:
    """What the leaf commits to: without the salt nobody can guess a content that was erased."""
    return hashlib.sha256(salt + canonical(content).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """An act on a subject by an actor at a time.

    sequence  place in the ledger, from 0, without gaps
    act       stable code, such as `rulebook.approved`
    subject   kind and identifier, such as `rulebook:12`
    actor     the account that acted, `system` for clocks
    digest    salted digest of the content
    salt, content  None once they were erased
    """

    sequence: int
    act: str
    subject: str
    actor: str
    at: datetime
    digest: str
    salt: bytes | None
    content: dict[str, Any] | None

    @classmethod
    def make(
        cls, *, sequence: int, act: str, subject: str, actor: str, at: datetime,
        content: dict[str, Any], salt: bytes,
    ) -> "Entry":  # fmt: skip
        """A new entry; the salt is the caller's, and random."""
        return cls(sequence, act, subject, actor, at, content_digest(salt, content), salt, content)

    def committed(self) -> str:
        """What the leaf is the hash of: everything but the erasable part, which stands by its digest."""
        return canonical({
            "sequence": self.sequence, "act": self.act, "subject": self.subject,
            "actor": self.actor, "at": self.at.isoformat(), "digest": self.digest,
        })  # fmt: skip

    def leaf(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.committed().encode())

    def is_intact(self) -> bool:
        """Whether the content is what the digest says, or was erased."""
        if self.salt is None or self.content is None:
            return self.salt is None and self.content is None
        return content_digest(self.salt, self.content) == self.digest

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for export files."""
        return {
            "sequence": self.sequence, "act": self.act, "subject": self.subject, "actor": self.actor,
            "at": self.at.isoformat(), "digest": self.digest,
            "salt": self.salt.hex() if self.salt is not None else None, "content": self.content,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Entry":
        """Read back from an export. Raises KeyError, TypeError or ValueError for other data."""
        salt, content, sequence = data["salt"], data["content"], data["sequence"]
        texts = [data[name] for name in ("act", "subject", "actor", "digest")]
        at = datetime.fromisoformat(data["at"])
        if type(sequence) is not int or any(type(text) is not str for text in texts):
            raise TypeError("a number or a text is another thing")
        if not (content is None or isinstance(content, dict)) or at.tzinfo is None:
            raise TypeError("the content is no object, or the time has no zone")
        # What no file can hold (half a character) has no digest either.
        canonical([texts, content]).encode()
        return cls(
            sequence, texts[0], texts[1], texts[2], at, texts[3],
            bytes.fromhex(salt) if salt is not None else None, content,
        )  # fmt: skip

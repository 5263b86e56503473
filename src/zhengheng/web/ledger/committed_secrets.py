"""The secrets behind published commitments are those that the ledger has a digest of: none is lost or exchanged unseen."""

import hashlib
from collections.abc import Iterator

from zhengheng.domain.several import several
from zhengheng.ledger.check import Finding
from zhengheng.web.ledger.models import CommitmentSecret, LedgerEntry
from zhengheng.web.ledger.selectors import entry

SECRET = "secret"
"""Where the entry of a release holds the SHA-256 of the secret behind its commitments; entries of earlier releases hold none."""
RELEASED = "publication.written"


def secret_digest(secret: bytes) -> str:
    """What the ledger tells of a secret: nobody works it out from that."""
    return hashlib.sha256(secret).hexdigest()


def kept_secret(subject: str) -> bytes | None:
    """The secret behind commitments that are published already: none is drawn where it is gone."""
    held = CommitmentSecret.objects.filter(subject=subject).first()
    return bytes(held.secret) if held is not None else None


def is_released(subject: str, secret: bytes) -> bool:
    """Whether a secret is the one that the release was made with, as far as its entry says."""
    stated = [said for _, of, said in _releases() if of == subject and said]
    return all(said == secret_digest(secret) for said in stated)


def altered_secrets() -> Iterator[Finding]:
    """Releases whose secret is gone, or is another one: of what they committed to nothing can be opened any more."""
    for at, subject, stated in _releases():
        secret = kept_secret(subject)
        if stated and secret is None:
            yield _wrong(at, "不见了", "is gone")
        elif stated and secret is not None and stated != secret_digest(secret):
            yield _wrong(at, "被换成另一个", "was exchanged for another one")


def unbound_secrets() -> Iterator[Finding]:
    """One note for all releases of earlier versions, whose entries say nothing of their secrets."""
    unbound = [at for at, _, stated in _releases() if not stated]
    if unbound:
        zh, en = "、".join(map(str, unbound)), ", ".join(map(str, unbound))
        yield Finding(
            "secret", unbound[0], unbound[-1],
            f"较早版本的 {len(unbound)} 次发布（第 {zh} 条）没有登记承诺密钥的摘要，这些密钥无法与存证日志核对",
            f"without a digest of the secret behind their commitments: {several(len(unbound), 'release of an earlier version', 'releases of earlier versions')} (entries {en}); these secrets cannot be compared with the ledger",
        )  # fmt: skip


def _releases() -> Iterator[tuple[int, str, str]]:
    """Of each release its entry, what it is of, and the digest of its secret that the entry states."""
    for row in LedgerEntry.objects.filter(act=RELEASED).order_by("sequence"):
        held = entry(row)
        content = held.content if isinstance(held.content, dict) else {}
        yield held.sequence, held.subject, str(content.get(SECRET) or "")


def _wrong(at: int, zh: str, en: str) -> Finding:
    return Finding(
        "secret", at, at, f"存证日志第 {at} 条的发布，其内部指标承诺所用的密钥{zh}，其中的内部指标已无法公开核对",
        f"the secret behind the commitments of the release in entry {at} {en}: none of its internal indicators can be opened",
    )  # fmt: skip

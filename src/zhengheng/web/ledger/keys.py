"""The ledger's keys: one to sign with, which is secret, its public half, and those of witnesses that are trusted here."""

import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from zhengheng.domain.problems import Problem, VerifyError
from zhengheng.ledger.checkpoint import public
from zhengheng.ledger.witness import Key, read_key

SECRET, PUBLIC, WITNESSES = "ledger.key", "ledger.pub", "witnesses.txt"


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The key outside the database, made at first use, readable by this account only."""
    path = home / SECRET
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    key = Ed25519PrivateKey.generate()
    with os.fdopen(handle, "w") as stream:
        stream.write(key.private_bytes_raw().hex() + "\n")
    _write_public(home, key)
    return key


def public_key(home: Path) -> Key:
    """The public half with the ledger's origin, as it is printed, published and kept by witnesses."""
    key = signing_key(home)
    path = home / PUBLIC
    # Version 0.1.0 wrote the bare key, without a name: every installation was of the same origin.
    if not path.is_file() or "+" not in path.read_text(encoding="utf-8"):
        _write_public(home, key)
    return read_key(path.read_text(encoding="utf-8"))


def _write_public(home: Path, key: Ed25519PrivateKey) -> None:
    raw = key.public_key().public_bytes_raw()
    origin = settings.LEDGER_ORIGIN or f"zhengheng-{hashlib.sha256(raw).hexdigest()[:12]}"
    (home / PUBLIC).write_text(public(origin, key).text() + "\n", encoding="utf-8")


def witnesses(home: Path) -> list[Key]:
    """The public keys of witnesses whose cosignatures count here, a line each. Raises VerifyError with every line that is none."""
    path = home / WITNESSES
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found, problems = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            found.append(read_key(line))
        except (ValueError, IndexError):
            problems.append(Problem(f"{WITNESSES}:{number}", "witness.key", "这一行不是见证人的公钥，请照 cosign 打印的那一行填写。", "this line is no public key of a witness; copy the line that cosign prints"))  # fmt: skip
    if problems:
        raise VerifyError(problems)
    return found

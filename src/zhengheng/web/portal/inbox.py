"""The portal's inbox: what citizens write, kept beside the pages and signed when it is carried to the office.

Office and internet are networks apart, so nothing here knows the office: one folder with a key pair, a file
for each comment, and an export whose signature the office verifies with the public key it was given once.
A comment is written aside and renamed: it is there whole or not at all, also on a full disk and with many writers.
"""

import json
import os
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from zhengheng.domain.canonical import JsonError, canonical, json_line, read_json
from zhengheng.domain.kept import damaged, gone
from zhengheng.domain.problems import DataError
from zhengheng.domain.reasons import why

KEY = "inbox.pub"
LETTERS = "letters"
FORMER = "comments.jsonl"
"""The one file of lines in which release 0.1.0 kept its comments."""
LONGEST = 2000
"""Characters of one comment."""


@dataclass(frozen=True)
class Letter:
    """One comment as it came: what its writer was told, when, about which page, the text. Nothing of who wrote it."""

    reference: str
    at: str
    page: str
    text: str


class Inbox:
    """A folder in which comments wait; it is made with its keys where it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # A key whose public half is there is lost, and is not made anew in silence: the office trusts the old one.
        if not (folder / "inbox.key").exists() and not (folder / KEY).exists():
            key = Ed25519PrivateKey.generate()
            held = os.open(folder / "inbox.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(held, "wb") as file:
                file.write(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
            public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            (folder / KEY).write_bytes(b64encode(public))

    def take(self, text: str, page: str, at: datetime) -> str:
        """Keep a comment; gives its reference. Raises DataError for none, and for one too long; OSError where the
        disk takes no more, with nothing kept."""
        text = (
            text.replace("\0", "").replace("\r\n", "\n").strip()
        )  # a form sends each end of line as two characters
        if not text or len(text) > LONGEST:
            raise DataError.one(
                "text", "comment.length", zh=f"请写 1 到 {LONGEST} 个字", en=f"write 1 to {LONGEST} characters"
            )  # fmt: skip
        letter = Letter(
            secrets.token_hex(6),
            at.isoformat(timespec="seconds"),
            page.replace("\0", "")[:200],
            text,
        )
        # Named by when it came, by the clock it is stamped with; the machine's own orders those of one second.
        name = f"{int(at.timestamp()):011}{time.time_ns():020}-{letter.reference}.json"
        place = self.folder / LETTERS / name
        aside = place.with_suffix(".part")
        try:
            place.parent.mkdir(exist_ok=True)
            held = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(held, "wb") as file:
                file.write(json_line(asdict(letter)).encode())
                file.flush()
                os.fsync(file.fileno())
            aside.rename(place)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        return letter.reference

    def letters(self, known: Collection[str] = ()) -> list[Letter]:
        """All that came, in order, but those whose references are `known`; what cannot be read is in `torn`."""
        return [one for _, one in self._read(known) if one is not None]

    def torn(self) -> list[str]:
        """Where something lies that is no whole comment: a file's name, with the line in it."""
        return [where for where, one in self._read(()) if one is None]

    def _read(self, known: Collection[str]) -> Iterator[tuple[str, Letter | None]]:
        former = self.folder / FORMER
        if former.exists() and not former.is_file():
            yield FORMER, None
        if former.is_file():
            for number, line in enumerate(former.read_bytes().removesuffix(b"\n").split(b"\n"), 1):
                one = _letter(line)
                if one is None or one.reference not in known:
                    yield f"{FORMER}:{number}", one
        for place in sorted((self.folder / LETTERS).glob("*.json")):
            if place.stem.partition("-")[2] not in known:
                yield f"{LETTERS}/{place.name}", _letter(place.read_bytes())

    def export(self, at: datetime) -> bytes:
        """All of it as one signed document."""
        secret = self.folder / "inbox.key"
        try:
            key = Ed25519PrivateKey.from_private_bytes(secret.read_bytes())
        except FileNotFoundError as error:
            raise gone(secret) from error
        except OSError as error:
            raise damaged(secret, why(error)) from error
        except ValueError as error:
            raise damaged(secret) from error
        body = {
            "comments": [asdict(one) for one in self.letters()],
            "exported_at": at.isoformat(timespec="seconds"),
        }
        signature = b64encode(key.sign(canonical(body).encode())).decode()
        return (
            json.dumps({**body, "signature": signature}, ensure_ascii=False, indent=1) + "\n"
        ).encode()


def _letter(content: bytes) -> Letter | None:
    """The comment that a line or file holds; None where it is not one, or not whole."""
    try:
        return Letter(**read_json(content.decode()))
    except (ValueError, TypeError):
        return None


def read_export(content: bytes, key: bytes, name: str) -> list[Letter]:
    """The comments of an export, its signature verified. Raises DataError and believes nothing otherwise."""
    try:
        held = read_json(content)
        signature = b64decode(held.pop("signature"), validate=True)
        Ed25519PublicKey.from_public_bytes(b64decode(key)).verify(
            signature, canonical(held).encode()
        )
        return [Letter(**one) for one in held["comments"]]
    except InvalidSignature as error:
        raise DataError.one(
            name, "inbox.signature", zh="签名不符: 文件不是可信门户写出的, 或者被改动过", en="the signature does not fit: not written by the trusted portal, or altered since"
        ) from error  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        zh, en = (f"：{error.zh}", f": {error.en}") if isinstance(error, JsonError) else ("", "")
        raise DataError.one(
            name, "inbox.form", zh=f"不是门户留言的导出文件{zh}，请使用门户原样写出的文件。",
            en=f"not an export of the portal's inbox{en}; use the file as the portal wrote it",
        ) from error  # fmt: skip

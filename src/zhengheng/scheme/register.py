"""The register of published fingerprints: a published version is frozen for ever."""

import json
from collections.abc import Iterator
from pathlib import Path

from zhengheng.domain.kept import damaged, kept_object
from zhengheng.domain.problems import Problem
from zhengheng.scheme.fingerprint import data_fingerprint, former_fingerprint, wording_fingerprint
from zhengheng.scheme.model import Rulebook

PRINTS = ("data", "wording")


def read_register(file: Path) -> dict[str, dict[str, str]]:
    """code@version → its two fingerprints; none where there is no register yet. Raises KeptError for a file that is none."""
    held = kept_object(file) if file.exists() else {}
    for entry in held.values():
        if not isinstance(entry, dict) or {type(entry.get(name)) for name in PRINTS} != {str}:
            raise damaged(file, ("不是已发布方案登记簿", "it is no register of published versions"))  # fmt: skip
    return held


def check_register(book: Rulebook, register: dict[str, dict[str, str]]) -> Iterator[Problem]:
    """A published version must still have the fingerprints it was published with."""
    known = register.get(f"{book.code}@{book.version}")
    if known is None:
        return
    same = known["data"] in {data_fingerprint(book), former_fingerprint(book)}
    if not same or known["wording"] != wording_fingerprint(book):
        yield Problem(
            "rulebook.yaml", "register.changed",
            f"{book.code} 第 {book.version} 版已发布, 内容不得再改; 请另立新版本并写明生效日期",
            f"{book.code} version {book.version} is published and frozen; make a new version with its own date",
        )  # fmt: skip


def publish(book: Rulebook, file: Path) -> None:
    """Enter a published version into the register; entering it again changes nothing."""
    register = read_register(file)
    key = f"{book.code}@{book.version}"
    entry = {"data": data_fingerprint(book), "wording": wording_fingerprint(book)}
    register.setdefault(key, entry)
    text = json.dumps(register, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    file.write_text(text, encoding="utf-8")

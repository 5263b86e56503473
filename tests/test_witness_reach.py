"""witness.py, run alone as anybody runs it: how far a proof reaches, and what is no proof of a publication at all."""

import base64
import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhengheng.domain.canonical import canonical
from zhengheng.ledger import witness
from zhengheng.ledger.checkpoint import Checkpoint, public
from zhengheng.ledger.entry import Entry
from zhengheng.ledger.tree import inclusion_proof, over, root

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PLACE, SIZE = 3, 7


def entries() -> list[Entry]:
    content: dict[str, Any] = {"digests": {"data/a.csv": "00" * 32, "data/b.csv": "11" * 32}}
    return [
        Entry.make(
            sequence=n, act="publication.written" if n == PLACE else "x", subject="publication:1" if n == PLACE else f"y:{n}", actor="system",
            at=NOW, content=content, salt=b"0" * 16,
        )
        for n in range(SIZE)
    ]  # fmt: skip


def proof(*, first: bool = False) -> dict[str, Any]:
    """The proof of one publication; `first`: with a checkpoint as version 0.1.0 signed it."""
    held = entries()
    leaves = [one.leaf() for one in held]
    point = Checkpoint("town", SIZE, root(leaves), NOW)
    text = point.sign(KEY)
    if first:
        body = f"{witness.FIRST_HEAD}\nzhengheng\n{SIZE}\n{point.root.hex()}\n{NOW.isoformat()}\n"
        text = f"{body}\n{base64.b64encode(KEY.sign(body.encode())).decode()}\n"
    one = held[PLACE]
    return {
        "key": "", "code": point.code, "size": SIZE, "at": NOW.isoformat(), "checkpoint": text, "leaf": one.committed(), "salt": (one.salt or b"").hex(),
        "content": canonical(one.content), "proof": [step.hex() for step in inclusion_proof(SIZE, PLACE, over(leaves))], "follows": None, "consistency": [],
    }  # fmt: skip


def looked(document: Any, folder: Path, key: str = "") -> tuple[int, str]:
    file = folder / "proofs.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")  # fmt: skip
    words = [sys.executable, "-I", "-S", witness.__file__, str(file), "--key", key or public("town", KEY).text()]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_what_holds_says_which_act_it_proves_and_among_how_many(tmp_path: Path) -> None:
    code, said = looked({"publications": {"1": proof()}}, tmp_path)
    assert code == 0, said
    for word in (
        f"前 {SIZE} 条中的第 {PLACE} 条",
        f"entry {PLACE} of the first {SIZE}",
        "2 个文件的摘要",
        "其余各条的内容不由本文件证明",
        "what the others say is not proved",
    ):
        assert word in said, said


def test_what_version_0_1_0_signed_holds_with_its_key_old_or_new_and_with_no_other(tmp_path: Path) -> None:  # fmt: skip
    raw = KEY.public_key().public_bytes_raw()
    for key in (raw.hex(), public("town", KEY).text()):
        code, said = looked({"publications": {"1": proof(first=True)}}, tmp_path, key)
        assert code == 0, said
        assert "0.1.0" in said
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw().hex()
    assert looked({"publications": {"1": proof(first=True)}}, tmp_path, other)[0] == 1
    short = proof(first=True)
    short["checkpoint"] = "\n".join(short["checkpoint"].split("\n")[:3]) + "\n\nAA==\n"
    code, said = looked({"publications": {"1": short}}, tmp_path)
    assert (code, "检查点不完整" in said) == (2, True), said


OTHERS: dict[str, tuple[Any, str]] = {
    "a consistency proof": ({"old_size": 1, "old_root": "00", "size": 2, "root": "11", "proof": []}, "接续证明"),
    "an entry's proof": ({"sequence": 3, "size": 7, "leaf": "00", "root": "11", "proof": []}, "存在证明"),
    "one publication's own proof": (proof(), "proofs.json"),
    "an export of comments": ({"comments": [], "signature": "x"}, "门户留言"),
    "another object": ({"a": 1}, "publications"), "a list": ([1], "不是发布的证明文件"), "a text": ("x", "不是 JSON"),
    "publications in a list": ({"publications": [proof()]}, "不是应有的形式"), "a publication that is a text": ({"publications": {"1": "x"}}, "不是应有的形式"),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS)
def test_a_file_of_another_kind_is_refused_with_what_it_is(what: str, tmp_path: Path) -> None:
    document, word = OTHERS[what]
    code, said = looked(document, tmp_path)
    assert code == 2, said
    assert word in said
    assert "●" not in said, "nothing of it passes"


@pytest.mark.parametrize("name", ["checkpoint", "leaf", "content", "salt", "proof", "consistency", "code", "at", "size", "follows"])  # fmt: skip
def test_a_proof_of_another_form_is_refused_by_the_name_of_what_is_amiss(name: str, tmp_path: Path) -> None:  # fmt: skip
    for change in ("lacking", "another kind"):
        held = proof()
        if change == "lacking":
            del held[name]
        elif name != "follows":
            held[name] = {"x": 1}
        else:
            continue
        code, said = looked({"publications": {"1": held}}, tmp_path)
        assert code == 2, said
        assert (name if name != "follows" else "接在哪次发布之后") in said
        assert "release" in said


def test_a_file_without_any_publication_proves_nothing(tmp_path: Path) -> None:
    code, said = looked({"publications": {}}, tmp_path)
    assert code == 1
    assert "没有可以证明的内容" in said


def test_a_digest_that_is_not_of_the_entry_does_not_pass(tmp_path: Path) -> None:
    held = proof()
    held["content"] = held["content"].replace("00" * 32, hashlib.sha256(b"x").hexdigest())
    assert looked({"publications": {"1": held}}, tmp_path)[0] == 1

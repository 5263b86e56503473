"""见证: 核对公众门户上的文件就是发布时记入存证日志的文件 / checks that a portal's files are those that entered the ledger.

    python -I -S witness.py proofs.json [FILE...]

Needs nothing but Python. `proofs.json` holds of every publication its ledger entry, the signed checkpoint
of that moment, the ledger's public key, the proof that the entry is among those the checkpoint speaks for,
and the proof that the ledger of the publication before is its beginning. Each FILE is looked up by its SHA-256.
Trees and proofs are those of RFC 6962 and RFC 9162, signatures those of RFC 8032 (Ed25519).
"""

import base64
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf's content. Leaves and nodes begin with different bytes: no node passes for a leaf."""
    return hashlib.sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a leaf hash and its proof lead to; None where the proof has the wrong length."""
    if not 0 <= index < size:
        return None
    place, last, held = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            held = node_hash(step, held)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            held = node_hash(held, step)
        place, last = place >> 1, last >> 1
    return held if last == 0 else None


def is_consistent(
    old_size: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the old tree is the beginning of the new one."""
    if old_size == size:
        return old_root == new_root and not proof
    if not 0 < old_size < size:
        return False
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


# The curve of RFC 8032, section 5.1: -x² + y² = 1 + d x² y² modulo P, points as (X, Y, Z, T) with T = XY / Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _sum(a: Point, b: Point) -> Point:
    down, up = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    twist, scale = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = up - down, scale - twist, scale + twist, up + down
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    made: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            made = _sum(made, point)
        point, number = _sum(point, point), number >> 1
    return made


def _point(text: bytes) -> Point | None:
    """The point that 32 bytes name; None where there is none."""
    held = int.from_bytes(text, "little")
    y, odd = held & (2**255 - 1), held >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    x = P - x if x & 1 != odd else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature of a message is by the owner of a public key."""
    if len(key) != 32 or len(signature) != 64:
        return False
    scalar, owner = int.from_bytes(signature[32:], "little"), _point(key)
    if scalar >= ORDER or owner is None or BASE is None:
        return False
    said = hashlib.sha512(signature[:32] + key + message).digest()
    against = (P - owner[0], owner[1], 1, P - owner[3])
    made = _sum(_times(scalar, BASE), _times(int.from_bytes(said, "little") % ORDER, against))
    inverse = pow(made[2], P - 2, P)
    x, y = made[0] * inverse % P, made[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def _checkpoint(text: str) -> tuple[int, bytes]:
    """Size and root that a checkpoint states."""
    lines = text.split("\n")
    return int(lines[2]), bytes.fromhex(lines[3])


def faults(number: str, held: dict[str, Any], before: dict[str, Any] | None) -> list[str]:
    """What does not hold of one publication's proof; `before` is the proof whose ledger it goes on from.

    Raises KeyError, ValueError or IndexError where it is no proof at all.
    """
    found = []
    body, _, signature = held["checkpoint"].partition("\n\n")
    size, root = _checkpoint(body)
    if not is_signed(bytes.fromhex(held["key"]), f"{body}\n".encode(), base64.b64decode(signature)):
        found.append("检查点的签名不符 / the checkpoint's signature does not fit")
    leaf = json.loads(held["leaf"])
    if (leaf["act"], leaf["subject"]) != ("publication.written", f"publication:{number}"):
        found.append("条目说的不是这次发布 / the entry is not about this publication")
    digest = hashlib.sha256(bytes.fromhex(held["salt"]) + held["content"].encode()).hexdigest()
    if digest != leaf["digest"]:
        found.append("内容与条目的摘要不符 / the content does not fit the entry's digest")
    steps = [bytes.fromhex(step) for step in held["proof"]]
    made = leaf_hash(held["leaf"].encode())
    if root_from_inclusion(made, leaf["sequence"], size, steps) != root:
        found.append(
            "条目不在检查点所说的日志里 / the entry is not in the ledger the checkpoint speaks for"
        )
    if before is not None:
        old_size, old_root = _checkpoint(before["checkpoint"])
        steps = [bytes.fromhex(step) for step in held["consistency"]]
        if not is_consistent(old_size, old_root, size, root, steps):
            found.append("上一次发布的日志不是它的开头: 日志被改写 / the ledger of the publication before is not its beginning: it was rewritten")  # fmt: skip
    return found


def main(words: Sequence[str]) -> int:
    """Print what holds; gives 0, 1 where anything does not, 2 where it cannot be read."""
    if not words:
        print(__doc__)
        return 2
    try:
        return _look(words)
    except (OSError, KeyError, ValueError, IndexError, TypeError) as error:
        print(f"✗ 无法读取 / cannot be read: {type(error).__name__} {error}")
        return 2


def _look(words: Sequence[str]) -> int:
    proofs = json.loads(Path(words[0]).read_text(encoding="utf-8"))["publications"]
    good, known = True, {}
    if [held["follows"] for held in proofs.values()].count(None) > 1:
        good = False
        print("■ 日志有不止一个开头 / the ledger has more than one beginning")
    for number, held in sorted(proofs.items(), key=lambda one: int(one[0])):
        found = faults(number, held, proofs[held["follows"]] if held["follows"] else None)
        good = good and not found
        for name, digest in json.loads(held["content"])["digests"].items():
            known[digest] = f"{number} {name}"
        for one in found or ["条目、检查点、签名相符 / entry, checkpoint and signature hold"]:
            print(f"{'■' if found else '●'} 发布 publication {number}: {one}")
    for key in sorted({held["key"] for held in proofs.values()}):
        print(
            f"公钥, 请与别处保存的比较 / public key, to compare with a copy kept elsewhere: {key}"
        )
    for path in words[1:]:
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        good = good and digest in known
        said = f"= {known[digest]}" if digest in known else "不是发布过的文件 / is no file that was published"  # fmt: skip
        print(f"{'●' if digest in known else '■'} {path} {said}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

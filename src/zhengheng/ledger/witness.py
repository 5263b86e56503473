"""见证：核对公众门户上的文件就是发布时记入存证日志的文件 / checks that a portal's files are those that entered the ledger.

    python -I -S witness.py proofs.json --key KEY [--memory FILE] [--witness KEY]... [--need N] [FILE...]

Needs nothing but Python. `proofs.json` holds of every publication its ledger entry, the signed checkpoint
of that moment, the proof that the entry is among those the checkpoint speaks for, and the proof that the
ledger of the publication before is its beginning. KEY is the ledger's public key (or a file that holds it), kept by you
since an earlier visit or taken from print: a key that only comes with the proofs proves nothing. `--memory FILE` keeps
what was seen, so that a ledger that was cut, exchanged or begun anew is found at the next visit. `--witness` names the
public key of somebody who cosigns checkpoints; `--need N` asks for N of them on the newest one. Each FILE is
looked up by its SHA-256: the data files and bundles of publications are covered, pages (HTML) are made from them and
are not. For every publication the output says how far its proof reaches: which act, as which entry, among how many. What
the ledger's other entries say is not proved by this file; that they are there, unchanged and in order is, up to the newest
checkpoint. A file of another kind, or one whose form is not known here, is refused with words and never passed; checkpoints
of version 0.1.0 hold as long as their key is the one you give. Trees and proofs are those of RFC 6962 and RFC 9162, signatures those of RFC 8032
(Ed25519), checkpoints and cosignatures those of C2SP (signed-note, tlog-checkpoint, tlog-cosignature).
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple


class UnfitError(ValueError):
    """What was given is not what is published; says so in both languages."""


def _amiss(error: Exception) -> str:
    """What cannot be read, in words of ours."""
    if isinstance(error, UnfitError):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行不是 JSON / line {error.lineno} is no JSON"
    if isinstance(error, OSError):
        return f"打不开 / cannot be opened: {error.filename}"
    if isinstance(error, KeyError) and error.args:
        return f"缺少 / missing: {error.args[0]}"
    return "内容不是发布时的形式 / it has not the form in which it is published"


def _json(text: str) -> Any:
    """A value of JSON. Raises ValueError for whatever is none, lists a thousand deep among it."""
    try:
        return json.loads(text)
    except RecursionError:
        raise UnfitError("嵌套太深 / nested too deep") from None


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


FIRST_HEAD = "zhengheng-ledger std"
"""How a checkpoint of version 0.1.0 begins."""
SIGNED, COSIGNED = 1, 4
"""Kinds of signatures of a signed note: of the ledger itself, of a witness with its time."""
DASH = "\u2014 "


class Key(NamedTuple):
    """A public key with the name it goes by; `kind` is SIGNED or COSIGNED."""

    name: str
    kind: int
    raw: bytes

    def ident(self) -> bytes:
        """The four bytes that a signature line names its key by."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.raw).digest()[
            :4
        ]

    def text(self) -> str:
        """The key in one line: name, identifier, key."""
        held = base64.b64encode(bytes([self.kind]) + self.raw).decode()
        return f"{self.name}+{self.ident().hex()}+{held}"


def read_key(text: str) -> Key:
    """A key from its line; also the 64 hexadecimal digits of version 0.1.0. Raises ValueError."""
    words = text.strip().split("+", 2)
    if len(words) == 1:
        made = Key("zhengheng", SIGNED, bytes.fromhex(words[0]))
    else:
        held = base64.b64decode(words[-1], validate=True)
        if len(words) < 3 or not held:
            raise UnfitError("这不是公钥 / this is no public key")
        made = Key(words[0], held[0], held[1:])
        if made.ident().hex() != words[1]:
            raise UnfitError("公钥不完整 / the key is damaged")
    if len(made.raw) != 32 or made.kind not in {SIGNED, COSIGNED}:
        raise UnfitError("这不是公钥 / this is no public key")
    return made


class Stated(NamedTuple):
    """What a checkpoint states, the text that was signed, and its signatures: name and bytes of each."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...]
    body: bytes
    signatures: tuple[tuple[str, bytes], ...]


def stated(text: str) -> Stated:
    """A checkpoint from its text, whoever signed it. Raises ValueError."""
    body, apart, after = text.partition("\n\n")
    lines = body.split("\n")
    if not apart or len(lines) < 3:
        raise UnfitError("这不是检查点 / this is no checkpoint")
    signed = f"{body}\n".encode()
    if lines[0] == FIRST_HEAD:
        if len(lines) < 5:
            raise UnfitError("检查点不完整 / the checkpoint is not whole")
        made = (("zhengheng", base64.b64decode(after.strip(), validate=True)),)
        return Stated(
            lines[1], int(lines[2]), bytes.fromhex(lines[3]), (f"time {lines[4]}",), signed, made
        )
    root = base64.b64decode(lines[2], validate=True)
    if not (lines[1].isdecimal() and lines[1].isascii()) or len(root) != 32 or not all(lines):
        raise UnfitError("这不是检查点 / this is no checkpoint")
    held = []
    for line in after.split("\n")[:-1]:
        name, _, what = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or not name or not what:
            raise UnfitError("检查点的签名行不完整 / a signature line of the checkpoint is damaged")
        held.append((name, base64.b64decode(what, validate=True)))
    return Stated(lines[0], int(lines[1]), root, tuple(lines[3:]), signed, tuple(held))


def is_signed_by(point: Stated, key: Key) -> bool:
    """Whether the ledger's own signature stands under a checkpoint, and it is this ledger's checkpoint."""
    if point.body.startswith(FIRST_HEAD.encode()):
        return is_signed(key.raw, point.body, point.signatures[0][1])
    return point.origin == key.name and any(
        name == key.name and held[:4] == key.ident() and is_signed(key.raw, point.body, held[4:])
        for name, held in point.signatures
    )


def cosigned_message(body: bytes, seconds: int) -> bytes:
    """What a witness signs: the checkpoint, and when it was seen."""
    return f"cosignature/v1\ntime {seconds}\n".encode() + body


def cosigned_at(point: Stated, key: Key) -> int | None:
    """When a witness cosigned a checkpoint, in seconds since 1970; None where it did not."""
    for name, held in point.signatures:
        if name == key.name and held[:4] == key.ident() and len(held) == 76:
            seconds = int.from_bytes(held[4:12], "big")
            if is_signed(key.raw, cosigned_message(point.body, seconds), held[12:]):
                return seconds
    return None


def follows(old: Stated, new: Stated, steps: Sequence[str]) -> bool:
    """Whether a proof shows that one checkpoint's ledger is the beginning of another's."""
    proof = [bytes.fromhex(step) for step in steps]
    return is_consistent(old.size, old.root, new.size, new.root, proof)


def code_of(root: bytes) -> str:
    """The short code of a root, as it stands in print: twenty characters of its base32 in groups of four."""
    text = base64.b32encode(root).decode()[:20]
    return "-".join(text[n : n + 4] for n in range(0, 20, 4))


def _unsigned(held: Mapping[str, Any], point: Stated) -> list[str]:
    """What stands beside a checkpoint for readers, and is not what was signed in it: its code, size and time."""
    found = []
    if held["code"] != code_of(point.root):
        found.append(f"短码 {held['code']} 与检查点的根不符，应为 {code_of(point.root)} / the short code is not that of the checkpoint's root")  # fmt: skip
    if held["size"] != point.size:
        found.append(f"条数 {held['size']} 与检查点不符 / the number of entries is not the checkpoint's")  # fmt: skip
    signed = next((line[5:] for line in point.more if line.startswith("time ")), "")
    try:
        same = datetime.fromisoformat(held["at"]) == datetime.fromisoformat(signed)
    except (ValueError, TypeError):
        same = False
    if not same:
        found.append(f"时间 {held['at']} 与检查点所签的时间 {signed} 不符 / the time is not the one that was signed")  # fmt: skip
    return found


def faults(number: str, held: dict[str, Any], before: dict[str, Any] | None, key: Key) -> list[str]:
    """What does not hold of one publication's proof; `before` is the proof whose ledger it goes on from.

    Raises KeyError, ValueError or IndexError where it is no proof at all.
    """
    found = []
    point = stated(held["checkpoint"])
    if not is_signed_by(point, key):
        found.append(
            "检查点不是用您给出的公钥签发的 / the checkpoint is not signed with the key you gave"
        )
    found += _unsigned(held, point)
    leaf = _json(held["leaf"])
    if (leaf["act"], leaf["subject"]) != ("publication.written", f"publication:{number}"):
        found.append("条目说的不是这次发布 / the entry is not about this publication")
    digest = hashlib.sha256(bytes.fromhex(held["salt"]) + held["content"].encode()).hexdigest()
    if digest != leaf["digest"]:
        found.append("内容与条目的摘要不符 / the content does not fit the entry's digest")
    steps = [bytes.fromhex(step) for step in held["proof"]]
    made = leaf_hash(held["leaf"].encode())
    if root_from_inclusion(made, leaf["sequence"], point.size, steps) != point.root:
        found.append(
            "条目不在检查点所说的日志里 / the entry is not in the ledger the checkpoint speaks for"
        )
    if before is not None and not follows(stated(before["checkpoint"]), point, held["consistency"]):
        found.append(
            "上一次发布的日志不是它的开头，日志被改写 / the ledger of the publication before is not its beginning: it was rewritten"
        )
    return found


def chain(proofs: Mapping[str, dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The publications in the order in which each follows the one before, and what breaks that order."""
    after: dict[str | None, list[str]] = {}
    for number, held in proofs.items():
        after.setdefault(held["follows"], []).append(number)
    found = [
        f"发布 {'、'.join(sorted(more))} 接在同一个开头之后 / publications {', '.join(sorted(more))} go on from the same beginning"
        for more in after.values() if len(more) > 1
    ]  # fmt: skip
    order: list[str] = []
    here = after.get(None, [])
    while here and here[0] not in order:
        order.append(here[0])
        here = after.get(here[0], [])
    lost = sorted(proofs.keys() - set(order))
    if lost and not found:
        found.append(
            f"发布 {'、'.join(lost)} 不在同一条链上 / publications {', '.join(lost)} are not in the one chain"
        )
    for number, held in sorted(proofs.items()):
        before = _json(held["content"]).get("after")
        if before is not None and before not in proofs:
            found.append(
                f"发布 {before} 不在文件里，发布 {number} 的条目说它在前 / publication {before} is not in the file, and the entry of publication {number} says it came before"
            )
    places = [_json(proofs[number]["leaf"])["sequence"] for number in order]
    if len(set(places)) < len(places):
        found.append("两次发布是同一条目 / two publications are the same entry")
    return order, found


def _since(memory: dict[str, Any], now: dict[str, Any], points: list[list[Any]]) -> list[str]:
    """What of an earlier visit is no longer so; `points` are size and root after each publication of today."""
    found = []
    if memory["key"] != now["key"]:
        found.append("公钥与上次不同 / the key is not that of your last visit")
    for number, leaf in sorted(memory["publications"].items()):
        if number not in now["publications"]:
            found.append(
                f"上次见过的发布 {number} 不见了 / publication {number}, which you saw, is gone"
            )
        elif now["publications"][number] != leaf:
            found.append(f"发布 {number} 的条目与上次不同 / the entry of publication {number} is not the one you saw")  # fmt: skip
    if [memory["size"], memory["root"]] not in points or now["latest"] < memory["latest"]:
        found.append(
            f"上次日志有 {memory['latest']} 条，现在的不是它的延续 / at your last visit the ledger had {memory['latest']} entries, and this one does not go on from it"
        )
    return found


def main(words: Sequence[str]) -> int:
    """Print what holds; gives 0, 1 where anything does not, 2 where it cannot be read."""
    reader = argparse.ArgumentParser(
        prog="witness.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("proofs", type=Path)
    reader.add_argument("files", type=Path, nargs="*")
    reader.add_argument("--key")
    reader.add_argument("--memory", type=Path)
    reader.add_argument("--witness", action="append", default=[])
    reader.add_argument("--need", type=int, default=0)
    given = reader.parse_intermixed_args(words)
    try:
        return _look(given)
    except (OSError, KeyError, ValueError, IndexError, TypeError, AttributeError, RecursionError) as error:  # fmt: skip
        print(f"✗ 无法读取 / cannot be read: {_amiss(error)}")
        return 2


def _key(text: str) -> Key:
    path = Path(text)
    return read_key(path.read_text(encoding="utf-8") if path.is_file() else text)


def _latest(held: dict[str, Any], newest: Stated, key: Key) -> tuple[Stated, list[str]]:
    """The newest checkpoint of all, which may speak for more than the publications, and what is wrong with it."""
    point = stated(held["checkpoint"])
    found = []
    if not is_signed_by(point, key):
        found.append("最新检查点不是用您给出的公钥签发的 / the newest checkpoint is not signed with the key you gave")  # fmt: skip
    if not follows(newest, point, held["consistency"]):
        found.append("最新检查点不是发布日志的延续 / the newest checkpoint does not go on from the publications")  # fmt: skip
    return point, found


def _grown(newest: Stated, before: Stated) -> list[str]:
    """The newest checkpoint of all must go on from the newest publication, not from an older one."""
    if before.size >= newest.size:
        return []
    return ["最新检查点没有接在最近一次发布之后 / the newest checkpoint does not go on from the newest publication"]  # fmt: skip


def _reach(held: dict[str, Any]) -> str:
    """How far a proof that holds reaches: which act it proves, among how many entries, signed when, for how many files."""
    point, leaf, content = stated(held["checkpoint"]), _json(held["leaf"]), _json(held["content"])
    count = len(content["digests"])
    first = " （0.1.0 版的检查点 / a checkpoint of version 0.1.0）" if point.body.startswith(FIRST_HEAD.encode()) else ""  # fmt: skip
    return (
        f"条目、检查点、签名相符：证明“写成发布内容”是前 {point.size} 条中的第 {leaf['sequence']} 条，含 {count} 个文件的摘要{first}"
        f" / entry, checkpoint and signature hold: it proves that the publication was written, as entry {leaf['sequence']} of the first {point.size}, with the digests of {count} files"
    )  # fmt: skip


OTHERS = (
    (("old_size", "old_root"), "这是两个检查点之间的接续证明，不是发布的证明 / this proves that one checkpoint goes on from another, and no publication"),
    (("sequence", "leaf", "proof", "root"), "这是一条记录的存在证明，不是发布的证明 / this proves that one entry is in the ledger, and no publication"),
    (("checkpoint", "leaf", "content"), "这是一次发布的 proof.json；请使用门户上的 proofs.json，其中有全部发布 / this is the proof.json of one publication; use the portal's proofs.json, which has all of them"),
    (("results", "rulebook"), "这是结果文件，不是证明 / this is a file of results and no proof"),
    (("comments", "signature"), "这是门户留言的导出文件，不是证明 / this is an export of comments and no proof"),
)  # fmt: skip
"""Files that somebody may take for the proofs, by names that they hold, and what they are."""
HELD = {
    "checkpoint": str,
    "leaf": str,
    "content": str,
    "salt": str,
    "proof": list,
    "consistency": list,
    "code": str,
    "at": str,
    "size": int,
}
"""What a publication's proof holds, and of which kind each is; `follows` besides, which may be null."""


def _proofs(document: Any) -> dict[str, dict[str, Any]]:
    """The proofs of a file that is one of ours. Raises UnfitError, which says what else it is, or what is not as it is published."""
    if not isinstance(document, dict):
        raise UnfitError("这不是发布的证明文件 / this is no file of publications' proofs")
    if "publications" not in document:
        for names, said in OTHERS:
            if all(name in document for name in names):
                raise UnfitError(said)
        raise UnfitError(
            "这不是发布的证明文件：缺少 publications / this is no file of publications' proofs: publications is missing"
        )
    held = document["publications"]
    if not isinstance(held, dict) or not all(isinstance(one, dict) for one in held.values()):
        raise UnfitError(
            "发布的证明不是应有的形式 / the proofs of publications have not the form in which they are published"
        )
    for number, one in held.items():
        for name, kind in HELD.items():
            if type(one.get(name)) is not kind:
                raise UnfitError(
                    f"发布 {number} 的证明缺少“{name}”，或者形式不对；可能出自更早或更新的版本，请向发布单位索取现行的证明文件 / the proof of publication {number} lacks {name}, or has it in another form: it may be of an older or newer release; ask the publisher for the present file"
                )
        if "follows" not in one:
            raise UnfitError(
                f"发布 {number} 的证明没有说接在哪次发布之后；可能出自更早的版本，请向发布单位索取现行的证明文件 / the proof of publication {number} does not say which one it follows: it may be of an older release; ask the publisher for the present file"
            )
    return held


def _look(given: argparse.Namespace) -> int:
    document = _json(given.proofs.read_text(encoding="utf-8"))
    proofs = _proofs(document)
    if not given.key:
        keys = "、".join(sorted({str(held["key"]) for held in proofs.values()}))
        print(f"✗ 请用 --key 给出从别处得到的公钥；文件自称的公钥是 / give the public key you have from elsewhere with --key; the files claim: {keys}")  # fmt: skip
        return 2
    key = _key(given.key)
    order, wrong = chain(proofs)
    known = {}
    for number in sorted(proofs, key=lambda one: (len(one), one)):
        held = proofs[number]
        found = faults(number, held, proofs.get(held["follows"]), key)
        wrong += found
        content = _json(held["content"])
        for name, digest in content["digests"].items():
            known[digest] = f"{number} {name}"
        for name, digest in content.get("verifiers", {}).items():
            known[digest] = f"{number} {name} verify.py"
        for one in found or [_reach(held)]:
            print(f"{'■' if found else '●'} 发布 publication {number}: {one}")
    point = stated(proofs[order[-1]]["checkpoint"]) if order else None
    last = document["latest"]["follows"] if document.get("latest") else None
    if last is not None and last not in proofs:
        wrong.append(f"发布 {last} 不在文件里，最新检查点接在它之后 / publication {last} is not in the file, and the newest checkpoint goes on from it")  # fmt: skip
    elif point is not None and last is not None:
        before = stated(proofs[last]["checkpoint"])
        wrong += _grown(point, before)
        point, found = _latest(document["latest"], before, key)
        wrong += found
    if point is not None:
        wrong += _witnessed(point, [_key(text) for text in given.witness], given.need)
        wrong += _remembered(given.memory, proofs, point, key, bool(wrong))
    for line in point.more if point is not None else ():
        if line.startswith("restored "):
            print(f"▲ 日志曾从备份恢复 / the ledger was restored from a backup: {line}")
    for one in dict.fromkeys(wrong):
        print(f"■ {one}")
    if point is not None and not wrong:
        print(
            f"● 证明到此为止：日志的前 {point.size} 条在检查点签发时就是如此，顺序未变；其中 {len(proofs)} 条是发布，其余各条的内容不由本文件证明"
            f" / this is how far it reaches: the first {point.size} entries of the ledger were so when the checkpoint was signed, in this order; {len(proofs)} of them are publications, and what the others say is not proved by this file"
        )  # fmt: skip
    if not proofs:
        print(
            "■ 文件里没有任何发布，没有可以证明的内容 / there is no publication in the file, and nothing to prove"
        )
        return 1
    return _files(given.files, known, good=not wrong)


def _witnessed(point: Stated, keys: Sequence[Key], need: int) -> list[str]:
    by = {key.name for key in keys if cosigned_at(point, key) is not None}
    for name in sorted(by):
        print(f"● 见证人已联署 / cosigned by {name}")
    if len(by) >= need:
        return []
    return [f"需要 {need} 个见证人联署，只有 {len(by)} 个 / {need} witnesses must have cosigned, {len(by)} did"]  # fmt: skip


def _remembered(
    memory: Path | None, proofs: Mapping[str, dict[str, Any]], point: Stated, key: Key, wrong: bool
) -> list[str]:
    """What speaks against the last visit; this visit is remembered where nothing at all is wrong."""
    if memory is None:
        return []
    leaves = {n: hashlib.sha256(held["leaf"].encode()).hexdigest() for n, held in proofs.items()}
    seen = [stated(held["checkpoint"]) for held in proofs.values()]
    points = sorted([one.size, one.root.hex()] for one in seen)
    now = {"key": key.raw.hex(), "size": points[-1][0], "root": points[-1][1], "latest": point.size,
           "publications": leaves}  # fmt: skip
    found = (
        _since(_json(memory.read_text(encoding="utf-8")), now, points) if memory.is_file() else []
    )
    if not found and not wrong:
        memory.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    return found


COVERED = (
    "可核对的是发布内容中“data”目录下的数据文件和复核包；网页（HTML）由这些数据生成，不在其中，请核对网页上可下载的数据",
    "covered are the data files and bundles below “data”; pages (HTML) are made from them and are not: check the data that a page offers",
)  # fmt: skip


def _unknown(path: Path) -> str:
    """Why a file is not among the published ones: a page never is."""
    if path.suffix.lower() in {".html", ".htm"}:
        return f"是网页，不能直接核对：{COVERED[0]} / is a page, and is not covered: {COVERED[1]}"
    return f"不是发布过的数据文件：{COVERED[0]} / is no data file that was published: {COVERED[1]}"


def _files(paths: Sequence[Path], known: Mapping[str, str], *, good: bool) -> int:
    for path in paths:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        good = good and digest in known
        said = f"= {known[digest]}" if digest in known else _unknown(path)
        print(f"{'●' if digest in known else '■'} {path} {said}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

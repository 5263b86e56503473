"""The ledger: every proof holds, every change is found and named, also when everything was rewritten."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengheng.ledger import tree, witness
from zhengheng.ledger.check import check, turned_back
from zhengheng.ledger.checkpoint import (
    Checkpoint,
    CheckpointError,
    cosign,
    public,
    read,
    request,
)
from zhengheng.ledger.entry import ERASE, Entry

AT = datetime(2026, 3, 12, 9, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def leaves(count: int) -> list[bytes]:
    return [witness.leaf_hash(str(n).encode()) for n in range(count)]


def plain_root(held: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word."""
    if len(held) < 2:
        return held[0] if held else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(held):
        split *= 2
    return witness.node_hash(plain_root(held[:split]), plain_root(held[split:]))


def test_the_empty_tree_and_the_first_leaf_are_as_published() -> None:
    """The two values RFC 6962 implementations test with."""
    assert tree.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.root([witness.leaf_hash(b"")]).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


@given(st.integers(0, 130))
def test_roots_are_those_of_the_definition(count: int) -> None:
    assert tree.root(leaves(count)) == plain_root(leaves(count))


@given(st.data())
def test_inclusion_proofs_hold_and_nothing_else_does(data: st.DataObject) -> None:
    held = leaves(data.draw(st.integers(1, 90)))
    index = data.draw(st.integers(0, len(held) - 1))
    proof = tree.inclusion_proof(len(held), index, tree.over(held))
    assert witness.root_from_inclusion(held[index], index, len(held), proof) == tree.root(held)
    other = (
        data.draw(st.integers(0, len(held) - 1).filter(lambda n: n != index))
        if len(held) > 1
        else None
    )
    if other is not None:
        assert witness.root_from_inclusion(held[other], index, len(held), proof) != tree.root(held)
        assert witness.root_from_inclusion(held[index], other, len(held), proof) != tree.root(held)
    longer = [*proof, held[0]]
    assert witness.root_from_inclusion(held[index], index, len(held), longer) != tree.root(held)


@given(st.data())
def test_consistency_proofs_hold_and_nothing_else_does(data: st.DataObject) -> None:
    held = leaves(data.draw(st.integers(1, 90)))
    old = data.draw(st.integers(1, len(held)))
    proof = tree.consistency_proof(len(held), old, tree.over(held))
    before, now = tree.root(held[:old]), tree.root(held)
    assert witness.is_consistent(old, before, len(held), now, proof)
    changed = [witness.leaf_hash(b"forged"), *held[1:]]
    assert not witness.is_consistent(old, tree.root(changed[:old]), len(held), now, proof)
    assert not witness.is_consistent(old, before, len(held), tree.root(changed), proof)


@pytest.mark.parametrize("old", [-1, 0, 6])
def test_a_tree_is_consistent_with_none_that_it_never_was(old: int) -> None:
    with pytest.raises(IndexError):
        tree.consistency_proof(5, old, tree.over(leaves(5)))


def bare(one: Entry) -> Entry:
    """An entry without its content; the tree stays as it was."""
    return replace(one, salt=None, content=None)


def ledger(count: int, prefix: str = "") -> list[Entry]:
    return [
        Entry.make(
            sequence=n, act="value.reported", subject=f"report:{n}", actor="林某甲", at=AT + timedelta(minutes=n),
            content={"值": f"{prefix}{n}"}, salt=n.to_bytes(16),
        ) for n in range(count)
    ]  # fmt: skip


def hashes(entries: list[Entry]) -> list[bytes]:
    return [entry.leaf() for entry in entries]


def point(entries: list[Entry]) -> Checkpoint:
    return Checkpoint("yunheng", len(entries), tree.root(hashes(entries)), AT)


def erasing(entries: list[Entry], before: str, count: int, **more: object) -> Entry:
    """An erasure, as the entry that follows some entries."""
    return Entry.make(
        sequence=len(entries), act=ERASE, subject="erasure:1", actor="director", at=AT + timedelta(days=4000),
        content={"before": before, "entries": count, **more}, salt=bytes(16),
    )  # fmt: skip


def test_an_untouched_ledger_has_no_findings_also_after_erasure() -> None:
    entries = [*ledger(20), erasing(ledger(20), "2026-03-13", 1, retention=10)]
    entries[7] = bare(entries[7])
    whole = [*hashes(ledger(20)), entries[20].leaf()]
    assert check(entries, whole, [point(ledger(12)), point(ledger(20))]) == []


@pytest.mark.parametrize("gone", [(7,), (7, 8), ()])
@pytest.mark.parametrize("act", [("2026-03-13", 1), ("2026-03-12", 1), ("2026-03-13", 2)])
def test_a_content_that_is_gone_must_be_covered_by_an_erasure_that_counts_up(
    gone: tuple[int, ...], act: tuple[str, int]
) -> None:
    held = ledger(20)
    entries = [bare(entry) if entry.sequence in gone else entry for entry in held]
    plain = {f.first for f in check(entries, hashes(held))}
    assert plain == set(gone), "no erasure is told of at all"
    told = [*entries, erasing(held, *act)]
    found = {f.first for f in check(told, [*hashes(held), told[-1].leaf()])}
    covers, count = act[0] > "2026-03-12", act[1]
    uncovered = set() if covers else set(gone)
    assert found == uncovered | ({20} if count != (len(gone) if covers else 0) else set())


def test_an_erasure_within_the_retention_it_names_is_found_and_so_is_half_an_erasure() -> None:
    held = ledger(3)
    entries = [bare(held[0]), *held[1:], erasing(held, "2036-01-01", 1, retention=10)]
    early = check(entries, [entry.leaf() for entry in entries])
    assert [f.first for f in early] == [3], "within ten years of the act"
    half = Entry(**{**vars(held[0]), "salt": None})
    assert [f.first for f in check([half, *held[1:]], hashes(held))][:1] == [0]
    kept = Entry.make(
        sequence=0, act="publication.written", subject="publication:1", actor="a", at=AT, content={"digests": {}}, salt=bytes(16)
    )  # fmt: skip
    proof = [bare(kept), erasing([kept], "2026-03-13", 1)]
    assert check(proof, [entry.leaf() for entry in proof])[0].first == 0, (
        "what proves a release stays"
    )


def test_a_time_that_goes_back_is_noted_and_is_no_finding() -> None:
    entries = ledger(5)
    entries[3] = Entry(**{**vars(entries[3]), "at": AT - timedelta(days=1)})
    assert [f.first for f in turned_back(entries)] == [3]
    assert check(entries, hashes(entries)) == []
    # Of those who write at one time each had its moment before it waited; many small steps are a large one.
    back = [Entry(**{**vars(one), "at": AT - timedelta(minutes=2 * place)}) for place, one in enumerate(entries)]  # fmt: skip
    assert turned_back(back[:3]) == []
    assert [f.first for f in turned_back(back)] == [3]


@given(st.integers(0, 70), st.data())
def test_roots_and_proofs_come_from_kept_subtrees_alone(count: int, data: st.DataObject) -> None:
    """What `grown` completes is all that any root or proof of any earlier size needs."""
    held, edge, kept = leaves(count), [], {}
    for number, leaf in enumerate(held):
        edge, completed = tree.grown(edge, number, leaf)
        kept |= {(level, number >> level): made for level, made in enumerate(completed, 1)}
    kept |= {(0, number): leaf for number, leaf in enumerate(held)}
    assert tree.folded(edge) == plain_root(held)
    size = data.draw(st.integers(0, count))
    asked: list[tree.Place] = []

    def get(places: Sequence[tree.Place]) -> list[bytes]:
        asked.extend(places)
        return [kept[place] for place in places]

    assert tree.root_of(size, get) == plain_root(held[:size])
    if size:
        index = data.draw(st.integers(0, size - 1))
        asked.clear()
        proof = tree.inclusion_proof(size, index, get)
        assert witness.root_from_inclusion(held[index], index, size, proof) == plain_root(held[:size])  # fmt: skip
        old = data.draw(st.integers(1, size))
        steps = tree.consistency_proof(size, old, get)
        assert witness.is_consistent(old, plain_root(held[:old]), size, plain_root(held[:size]), steps)  # fmt: skip
        assert len(asked) <= 4 * max(size.bit_length(), 1), "no walk over the leaves"


@pytest.mark.parametrize("place", [0, 7, 19])
def test_an_altered_entry_is_named(place: int) -> None:
    entries = ledger(20)
    forged = Entry(**{**vars(entries[place]), "content": {"值": "98"}})
    altered = [*entries[:place], forged, *entries[place + 1 :]]
    found = check(altered, hashes(entries))
    assert [(f.code, f.first) for f in found] == [("altered", place)]
    rewritten = Entry.make(**{k: v for k, v in vars(forged).items() if k != "digest"})
    again = [*entries[:place], rewritten, *entries[place + 1 :]]
    assert [f.first for f in check(again, hashes(entries))] == [place]
    # With every stored hash computed again only what was kept elsewhere can tell.
    assert check(again, hashes(again)) == []
    known = check(again, hashes(again), witnessed=hashes(entries))
    assert [(f.code, f.first) for f in known] == [("altered", place)]
    points = [point(entries[:5]), point(entries[:10]), point(entries)]
    ranges = check(again, hashes(again), points)
    assert len(ranges) == 1
    assert ranges[0].code == "rewritten"
    assert ranges[0].first <= place <= ranges[0].last


@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_removed_entry_is_named_also_the_newest(place: int) -> None:
    entries = ledger(20)
    left = [*entries[:place], *entries[place + 1 :]]
    found = check(left, hashes(left), [point(entries)])
    assert next((f.code, f.first, f.last) for f in found) == ("removed", place, place)
    renumbered = [Entry(**{**vars(e), "sequence": n}) for n, e in enumerate(left)]
    assert check(renumbered, hashes(renumbered), [point(entries)])


def test_reordered_entries_are_named() -> None:
    entries = ledger(20)
    mixed = [*entries[:3], entries[4], entries[3], *entries[5:]]
    assert {f.first for f in check(mixed, hashes(mixed))} >= {3}


OLD = "zhengheng-ledger std\nzhengheng\n20\n" + "ab" * 32 + "\n2026-03-12T09:00:00+00:00\n"
"""A checkpoint as version 0.1.0 wrote it."""


def test_a_checkpoint_is_a_signed_note_readable_and_short_on_paper() -> None:
    made = point(ledger(20))
    text, key = made.sign(KEY), public("yunheng", KEY).text()
    assert read(text, key) == made
    lines = text.split("\n")
    assert lines[:3] == ["yunheng", "20", base64.b64encode(made.root).decode()], "as C2SP has it"
    assert lines[5].startswith("\u2014 yunheng ")
    assert len(made.code) == 24
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for bad in (text.replace("\n20\n", "\n19\n"), "", "x", text[:-8], text.replace("yunheng", "other"), text.replace("time", "tide")):  # fmt: skip
        with pytest.raises(CheckpointError):
            read(bad, key)
    for wrong in (public("yunheng", other).text(), public("other", KEY).text()):
        with pytest.raises(CheckpointError):
            read(text, wrong)


def test_a_checkpoint_of_the_first_version_is_read_with_its_key_old_or_new() -> None:
    signature = base64.b64encode(KEY.sign(OLD.encode())).decode()
    text = f"{OLD}\n{signature}\n"
    for key in (KEY.public_key().public_bytes_raw().hex(), public("yunheng", KEY).text()):
        assert (read(text, key).size, read(text, key).root) == (20, bytes.fromhex("ab" * 32))
    with pytest.raises(CheckpointError):
        read(text.replace("\n20\n", "\n21\n"), KEY.public_key().public_bytes_raw().hex())


def test_the_example_of_the_signed_note_specification_holds() -> None:
    """The key and the note that golang.org/x/mod/sumdb/note prints in its documentation."""
    key = witness.read_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    body, _, line = text.partition("\n\n")
    name, blob = line.removeprefix(witness.DASH).split(" ")
    held = base64.b64decode(blob)
    assert (name, held[:4]) == (key.name, key.ident())
    assert witness.is_signed(key.raw, f"{body}\n".encode(), held[4:])


def test_a_witness_cosigns_what_goes_on_and_nothing_else() -> None:
    own, log = Ed25519PrivateKey.from_private_bytes(bytes(32)), public("yunheng", KEY).text()
    entries = ledger(20)
    held = hashes(entries)
    first, second = (Checkpoint("yunheng", n, tree.root(held[:n]), AT).sign(KEY) for n in (7, 20))
    proof = tree.consistency_proof(20, 7, tree.over(held))

    def signed(text: str, seen: str | None) -> str:
        return cosign(text, log, seen, name="audit-office", key=own, at=AT)

    line = signed(request(first, 0, []), None)
    key = public("audit-office", own, witness.COSIGNED)
    assert witness.cosigned_at(witness.stated(first + line), key) == int(AT.timestamp())
    assert witness.cosigned_at(witness.stated(second + line), key) is None
    assert signed(request(second, 7, proof), first)
    forged = Checkpoint("yunheng", 20, tree.root(hashes(ledger(20, "x"))), AT).sign(KEY)
    shorter = Checkpoint("yunheng", 5, tree.root(held[:5]), AT).sign(KEY)
    for text in (request(forged, 7, proof), request(shorter, 7, []), request(second, 0, []), request(second, 7, proof[:-1]), "x"):  # fmt: skip
        with pytest.raises(CheckpointError):
            signed(text, first)
    with pytest.raises(CheckpointError):
        cosign(request(first, 0, []), public("other", KEY).text(), None, name="a", key=own, at=AT)


def test_entries_survive_an_export() -> None:
    for entry in (ledger(3)[1], bare(ledger(3)[2])):
        assert Entry.from_dict(entry.as_dict()) == entry


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.data())
def test_the_witness_accepts_what_was_signed_and_nothing_else(
    secret: bytes, message: bytes, data: st.DataObject
) -> None:
    """Against the library that signs: the witness has its own arithmetic, so that it runs on bare Python."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert witness.is_signed(public, message, signature)
    assert not witness.is_signed(public, message + b"x", signature)
    place = data.draw(st.integers(0, 63))
    altered = bytearray(signature)
    altered[place] ^= 1 << data.draw(st.integers(0, 7))
    assert not witness.is_signed(public, message, bytes(altered))
    assert not witness.is_signed(public[:31], message, signature)

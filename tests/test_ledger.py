"""The ledger: every proof holds, every change is found and named, also when everything was rewritten."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengheng.ledger import tree, witness
from zhengheng.ledger.check import check
from zhengheng.ledger.checkpoint import Checkpoint, CheckpointError, read
from zhengheng.ledger.entry import Entry

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
    proof = tree.inclusion_proof(held, index)
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
    proof = tree.consistency_proof(held, old)
    before, now = tree.root(held[:old]), tree.root(held)
    assert witness.is_consistent(old, before, len(held), now, proof)
    changed = [witness.leaf_hash(b"forged"), *held[1:]]
    assert not witness.is_consistent(old, tree.root(changed[:old]), len(held), now, proof)
    assert not witness.is_consistent(old, before, len(held), tree.root(changed), proof)


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


def test_an_untouched_ledger_has_no_findings_also_after_erasure() -> None:
    entries = ledger(20)
    entries[7] = entries[7].erased()
    assert check(entries, hashes(ledger(20)), [point(ledger(12)), point(ledger(20))]) == []


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


def test_a_checkpoint_is_signed_readable_and_short_on_paper() -> None:
    made = point(ledger(20))
    text = made.sign(KEY)
    assert read(text, KEY.public_key()) == made
    assert len(made.code) == 24
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for bad in (text.replace("\n20\n", "\n19\n"), "", "x", text.replace("std", "sm"), text[:-8]):
        with pytest.raises(CheckpointError):
            read(bad, KEY.public_key())
    with pytest.raises(CheckpointError):
        read(text, other.public_key())


def test_entries_survive_an_export() -> None:
    for entry in (ledger(3)[1], ledger(3)[2].erased()):
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

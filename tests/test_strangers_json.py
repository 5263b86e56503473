"""JSON of strangers: nested, endless or broken, it is refused in words by whoever reads it."""

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.test_scheme import write
from zhengheng.domain.calendar import WorkCalendar
from zhengheng.domain.canonical import DEEPEST, JsonError, read_json
from zhengheng.domain.problems import DataError
from zhengheng.ledger import witness
from zhengheng.web.portal.inbox import read_export

DEEP = 100_000
BROKEN = [
    "[" * DEEP, '{"a":' * DEEP, "[" * DEEP + "]" * DEEP, "[" * 500 + "]" * 500, '{"a":' * 500 + "1" + "}" * 500,
    "[NaN]", "[-Infinity]", "[" + "9" * 5000 + "]", "{", "", "[1,]",
]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_the_one_reader_refuses_in_both_languages(text: str) -> None:
    for given in (text, text.encode()):
        with pytest.raises(JsonError) as caught:
            read_json(given)
        assert caught.value.zh
        assert caught.value.en
    with pytest.raises(JsonError):
        read_json(b"\xff\xfe[")
    with pytest.raises(JsonError):
        read_json("[1, 2, 3]", most=5)


def test_what_is_within_the_bounds_is_read_as_ever() -> None:
    within: tuple[Any, ...] = (
        [{}] * 5000,
        {"a": [[1], "[[[{"]},
        json.loads("[" * DEEPEST + "]" * DEEPEST),
    )
    for held in within:
        assert read_json(json.dumps(held)) == held


@pytest.mark.parametrize(
    "text", [*BROKEN, '{"years": {"2026": {"off": ["x"]}}}', '{"years": []}', "[]"]
)
def test_calendars_and_inboxes_say_so_in_words(text: str) -> None:
    for read in (
        lambda: WorkCalendar.load(text),
        lambda: read_export(text.encode(), b"", "x.json"),
    ):
        with pytest.raises(DataError) as caught:
            read()
        said = caught.value.problems[0].zh
        for word in ("Error", "object", "Expecting", "recursion", "char", "attribute", "invalid"):
            assert word not in said


@pytest.mark.parametrize(
    "text", ["[" * DEEP, "[" * 900 + "]" * 900, '{"publications": ' + "[" * DEEP]
)
def test_a_witness_says_that_it_cannot_read(text: str, tmp_path: Path) -> None:
    """The script alone, as anybody runs it."""
    proofs = tmp_path / "proofs.json"
    proofs.write_text(text)
    done = subprocess.run(
        [sys.executable, "-I", "-S", witness.__file__, proofs, "--key", "x"], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 2
    assert "无法读取" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["[" * DEEP, "[" * 500 + "]" * 500, '{"a":' * DEEP])
def test_files_on_the_command_line_are_refused_in_words(
    text: str, tmp_path: Path, zhengheng: Command
) -> None:
    (tmp_path / "d.jsonl").write_text(f'{{"u": "甲", "a": {text}}}\n')
    for name in ("r.json", "proofs.json", "manifest.json", "run.json"):
        (tmp_path / name).write_text(text)
    packed = tmp_path / "b.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("manifest.json", "run.json", "plan.json"):
            archive.writestr(name, text)
    copied = tmp_path / "b.tar"
    with tarfile.open(copied, "w") as tape:
        tape.add(tmp_path / "r.json", "manifest.json")
    write(tmp_path / "book")
    source = {"file": "d.jsonl", "unit": "u", "period": {"constant": "2025"}, "layout": "wide", "indicators": {"A": "a"}}  # fmt: skip
    (tmp_path / "m.yaml").write_text(json.dumps({"purpose": "t", "sources": [source]}))
    (tmp_path / "deep.yaml").write_text(text)
    home = tmp_path / "home"
    scored = ("score", tmp_path / "book", "--intake")
    for words in (
        ("scheme", "check", tmp_path / "book", "--register", tmp_path / "r.json"), ("ledger", "verify", tmp_path / "r.json"),
        ("verify", packed), ("restore", copied, home), ("lake", "restore", copied, home),
        (*scored, tmp_path / "m.yaml", "--data", tmp_path, "--out", tmp_path / "o"), (*scored, tmp_path / "deep.yaml", "--data", tmp_path, "--out", tmp_path / "o"),
    ):  # fmt: skip
        done = zhengheng(*words)
        assert done.returncode not in {0, 1}, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr + done.stdout, (words, done.stderr[-2000:])
        assert "RecursionError" not in done.stderr + done.stdout


def test_a_proof_that_is_no_json_is_named_by_the_ledgers_check(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    home = tmp_path / "home"
    assert zhengheng("office", "officers", "--home", home, "--new").returncode == 0
    proof = home / "publications" / "7" / "proof.json"
    proof.parent.mkdir(parents=True)
    for text in ("[" * DEEP, "{}", "[]", "", '{"checkpoint": '):
        proof.write_text(text)
        done = zhengheng("ledger", "verify", "--home", home)
        assert done.returncode == 7, (text[:9], done.stdout, done.stderr)
        assert "publications/7/proof.json" in done.stdout.replace("\n", "")
        assert "Traceback" not in done.stderr

"""JSON of strangers: nested, endless or broken, it is refused in words by whoever reads it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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

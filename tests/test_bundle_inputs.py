"""A public bundle holds no number that nothing reads: whoever makes all digests anew changes none of its inputs unseen."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from tests.drawn import drawn_on
from tests.test_bundles_generated import SLOWLY, findings, made, relist, runs
from zhengheng.domain.canonical import canonical
from zhengheng.domain.periods import parse_period
from zhengheng.engines.bundled import row_digest, seal
from zhengheng.engines.cases import case_facts
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.scheme.model import Case, Rulebook

Rows = list[list[str]]
NUMBERS = ("value", "previous", "target", "base", "stretch", "bottom")


def rows_of(folder: Path, name: str) -> Rows:
    return list(csv.reader(io.StringIO((folder / name).read_text(encoding="utf-8"))))


def rewritten(folder: Path, name: str, rows: Rows) -> None:
    """Written back with the digests of every row and list made anew."""
    stream = io.StringIO()
    digested = [[*cells[:-1], row_digest(cells[:-1])] for cells in rows[1:]]
    csv.writer(stream, lineterminator="\n").writerows([rows[0], *digested])
    (folder / name).write_text(stream.getvalue(), encoding="utf-8")
    relist(folder, name, sealed=True)


def test_no_input_is_changed_unseen() -> None:
    """Empty cells filled, targets moved, rows exchanged or added, in bundles of drawn rulebooks."""
    drawn_on(
        changing, {"fill": 6, "aim": 3, "order": 3, "row": 3}, settings(max_examples=40, **SLOWLY)
    )


def changing(data: st.DataObject, seen: Counter[str]) -> None:
    act = data.draw(st.sampled_from(["fill", "fill", "aim", "order", "row"]))
    with tempfile.TemporaryDirectory() as name:
        folder = made(data.draw(runs()), "public", Path(name))
        file = "inputs/cell.csv"
        if act == "order":
            files = [p.relative_to(folder).as_posix() for p in sorted(folder.glob("*/*.csv"))]
            file = data.draw(st.sampled_from([f for f in files if len(rows_of(folder, f)) > 2]))
        elif act == "row":
            file = f"inputs/{data.draw(st.sampled_from(['planned', 'unit_reference', 'agreed', 'gate_value']))}.csv"
        rows = rows_of(folder, file)
        if act == "order":
            place = data.draw(st.integers(1, len(rows) - 2))
            rows[place], rows[place + 1] = rows[place + 1], rows[place]
        elif act == "row":
            rows.append({"planned": ["u0", "Z99", "1", ""], "unit_reference": ["Z99", "1", "51", ""],
                         "agreed": ["u0", "Z99", "target", "1", ""], "gate_value": ["u0", "Z99", "1", "5", ""]}[Path(file).stem])  # fmt: skip
            rows[1:] = sorted(rows[1:])
        else:
            columns = NUMBERS[2:] if act == "aim" else (*NUMBERS, "outcome", "status")
            places = [
                (number, rows[0].index(column))
                for number in range(1, len(rows)) for column in columns
                if bool(rows[number][rows[0].index(column)]) == (act == "aim")
            ]  # fmt: skip
            if not places:
                return
            number, column = data.draw(st.sampled_from(places))
            rows[number][column] = str(int(rows[number][column] or 4) + 1)
        rewritten(folder, file, rows)
        assert findings(folder), (act, file)
        seen[act] += 1


BOOK = {
    "code": "n", "title": "n", "effective_from": "2023-01-01",
    "categories": [{"code": "c", "name": "c", "full_mark": 30}],
    "tree": {"code": "total", "name": "t", "children": ["W", "R", "G"]},
    "weights": [{"from": "2023-01-01", "table": {"W": 10, "R": 10, "G": 10}}],
    "indicators": [
        {"code": "W", "name": "森林覆盖率", "decimals": 2, "direction": "up",
         "method": {"kind": "three_point", "base": 38, "target": "41.2", "stretch": 44}},
        {"code": "R", "name": "投资完成额", "decimals": 0, "direction": "up", "method": {"kind": "ratio", "target": 50}},
        {"code": "G", "name": "公众安全感", "decimals": 0, "direction": "up", "visibility": "internal",
         "method": {"kind": "direct"}},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def run() -> Run:
    book = Rulebook.model_validate_json(json.dumps(BOOK))
    case = Case.model_validate({
        "name": "n", "period": "2024", "unit": {"category": "c"},
        "values": {"W": "39", "R": "60", "G": "88"}, "targets": {"R": {"target": "55"}}, "expect": {},
    })  # fmt: skip
    return make_run(book, case_facts(book, case), parse_period("2024"), DuckEngine(threads=1))


def changed(folder: Path, indicator: str, column: str, value: str) -> list[str]:
    rows = rows_of(folder, "inputs/cell.csv")
    row = next(row for row in rows if row[rows[0].index("indicator")] == indicator)
    assert row[rows[0].index(column)] != value
    row[rows[0].index(column)] = value
    rewritten(folder, "inputs/cell.csv", rows)
    return [line for line in findings(folder) if column in line or "no such cell" in line]


@pytest.mark.parametrize(
    ("indicator", "column", "value"),
    [
        ("W", "stretch", "4600"),  # the value lies below the target: no result looks at the stretch
        ("W", "bottom", "1"), ("R", "base", "3"), ("R", "previous", "50"), ("R", "outcome", "1"), ("R", "target", "50"),
        ("G", "value", "88"), ("G", "status", "1"), ("G", "segment", "2"),
    ],
)  # fmt: skip
def test_what_no_result_shows_is_bound_or_empty(
    run: Run, tmp_path: Path, indicator: str, column: str, value: str
) -> None:
    assert changed(made(run, "public", tmp_path), indicator, column, value)


def test_nothing_public_is_hidden_behind_a_commitment(run: Run, tmp_path: Path) -> None:
    """Whoever hides a bad indicator could state any total; in the older form of bundles too."""
    folder = made(run, "public", tmp_path)
    rows = rows_of(folder, "inputs/cell.csv")
    place = {name: number for number, name in enumerate(rows[0])}
    hidden = next(row for row in rows if row[place["indicator"]] == "R")
    for name in (*NUMBERS, "status"):
        hidden[place[name]] = ""
    hidden[place["commitment"]], hidden[place["outcome"]] = "5" * 64, "1"
    rewritten(folder, "inputs/cell.csv", rows)
    assert any(
        "R 1: a commitment, and the rulebook makes the indicator public" in line
        for line in findings(folder)
    )
    about: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "inputs" / "agreed.csv").unlink()
    (folder / "run.json").write_text(canonical(about | {"format": 2}), encoding="utf-8")
    relist(folder, "run.json", sealed=True)
    assert any("makes the indicator public" in line for line in findings(folder))


def test_an_internal_number_that_stands_open_is_named(run: Run, tmp_path: Path) -> None:
    folder = made(run, "public", tmp_path)
    rows = rows_of(folder, "inputs/cell.csv")
    place = {name: number for number, name in enumerate(rows[0])}
    opened = next(row for row in rows if row[place["indicator"]] == "G")
    (
        opened[place["commitment"]],
        opened[place["outcome"]],
        opened[place["status"]],
        opened[place["value"]],
    ) = "", "", "1", "88"
    rewritten(folder, "inputs/cell.csv", rows)
    assert any(
        "G 1: open, and the rulebook keeps the indicator internal" in line
        for line in findings(folder)
    )


@pytest.mark.parametrize("kind", ["targetx", "plan", "agreement"])
def test_an_agreed_number_of_a_kind_that_nothing_reads_is_named(
    run: Run, tmp_path: Path, kind: str
) -> None:
    folder = made(run, "public", tmp_path)
    head, agreed = rows_of(folder, "inputs/agreed.csv")
    rewritten(
        folder, "inputs/agreed.csv", [head, *sorted([agreed, [agreed[0], "R", kind, "9", ""]])]
    )
    assert any(f"R {kind}: " in line for line in findings(folder))


def test_a_target_that_was_agreed_stands_beside_the_cells(run: Run, tmp_path: Path) -> None:
    folder = made(run, "public", tmp_path)
    (agreed,) = rows_of(folder, "inputs/agreed.csv")[1:]
    assert agreed[1:4] == ["R", "target", "55"]
    agreed[3] = "54"
    rewritten(folder, "inputs/agreed.csv", [rows_of(folder, "inputs/agreed.csv")[0], agreed])
    assert any("inputs/cell.csv" in line and "target 55" in line for line in findings(folder))


def said_by(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", "verify.py", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", env={"PYTHONIOENCODING": "utf-8"}, check=False)  # fmt: skip


def test_a_bundle_of_the_format_before_verifies_and_says_that_less_is_bound(
    run: Run, tmp_path: Path
) -> None:
    folder = made(run, "public", tmp_path)
    assert "format 2" not in said_by(folder).stdout
    (folder / "inputs" / "agreed.csv").unlink()
    about: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(canonical(about | {"format": 2}), encoding="utf-8")
    relist(folder, "run.json", sealed=True)
    done = said_by(folder)
    assert done.returncode == 0, done.stdout
    assert "a bundle of format 2 binds less" in done.stdout
    (folder / "run.json").write_text(canonical(about | {"format": 9}), encoding="utf-8")
    relist(folder, "run.json", sealed=True)
    assert "format 9 is none that this verifier knows" in said_by(folder).stdout


@pytest.mark.parametrize("words", [["--help"], ["absent.zip"], ["--open", "absent.json"], ["--open", "run.json"], ["README.txt"], ["--no-such"]])  # fmt: skip
def test_the_verifier_answers_in_words(run: Run, tmp_path: Path, words: list[str]) -> None:
    done = said_by(made(run, "public", tmp_path), *words)
    assert done.returncode in ({0} if words == ["--help"] else {2, 7})
    assert "Traceback" not in done.stderr
    assert done.stdout + done.stderr


def reworded(folder: Path, name: str, text: str) -> list[str]:
    """A document written anew, and the digests of every list with it; what the verifier says of it."""
    (folder / name).write_text(text, encoding="utf-8")
    if name == "run.json":
        digests = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        digests[name] = hashlib.sha256(text.encode()).hexdigest()
        (folder / "manifest.json").write_text(canonical(digests), encoding="utf-8")
    elif name != "manifest.json":
        relist(folder, name, sealed=True)
    done = said_by(folder)
    assert done.returncode == (7 if "FAILED" in done.stdout else 0)
    return [line for line in done.stdout.splitlines() if line.startswith(name)]


FILE = {"number": 1, "name": "w.csv", "sha256": "0" * 64, "sheet": "", "rows": 1, "taken": 1, "rounded": 0, "skipped": 0}  # fmt: skip


@pytest.mark.parametrize(
    ("where", "change", "word"),
    [
        ((), {"note": "x"}, "note"), (("fingerprint",), {"x": "0" * 64}, "fingerprint x"),
        ((), {"files": [FILE | {"note": 1}]}, "files 1 note"), ((), {"files": [FILE | {"rows": "1"}]}, "files 1 rows"),
        ((), {"files": ["w.csv"]}, "files 1"), ((), {"kind": "published"}, "kind"), ((), {"mapping": "x"}, "mapping"),
        ((), {"format": 3.0}, "format"), (("contents",), {"more.json": "0" * 64}, "more.json"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["audit", "public"])
def test_run_json_holds_what_is_bound_and_no_more(
    run: Run, tmp_path: Path, kind: str, where: tuple[str, ...], change: dict[str, Any], word: str
) -> None:
    folder = made(run, kind, tmp_path)
    about: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    held = about
    for name in where:
        held = held[name]
    held |= change
    about["seal"] = seal(about)
    found = reworded(folder, "run.json", canonical(about))
    assert any(word in line for line in found or said_by(folder).stdout.splitlines()), found


@pytest.mark.parametrize("name", ["run.json", "plan.json", "rulebook.json", "manifest.json"])
def test_a_document_is_spelled_in_one_way(run: Run, tmp_path: Path, name: str) -> None:
    """What stands between the words, or twice under one name, is read by nobody who checks it."""
    folder = made(run, "audit", tmp_path)
    text = (folder / name).read_text(encoding="utf-8")
    first = next(iter(json.loads(text)))
    for spelled in (text.replace(",", ", ", 1), f'{{"{first}":"x",{text[1:]}', text + "\n"):
        assert any("spelled" in line for line in reworded(folder, name, spelled)), spelled[:80]
    assert reworded(folder, name, text) == []

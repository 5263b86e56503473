"""The bundle as it is downloaded: what its ZIP holds beside, twice or under another name is named, whatever lists were redone."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.test_bundle import run, unpack
from tests.test_bundles_generated import relist
from zhengheng.domain.canonical import canonical
from zhengheng.engines.bundle import Kind
from zhengheng.engines.onefile import verifier_source
from zhengheng.engines.run import Run

__all__ = ["run"]

Entries = list[tuple[str, bytes]]


def entries(archive: Path) -> Entries:
    with zipfile.ZipFile(archive) as held:
        return [(one.filename, held.read(one)) for one in held.infolist()]


def packed(target: Path, held: Entries) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in held:
            archive.writestr(name, body)
    return target


def said_of(archive: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the verifier that a reader has from the portal says of a download."""
    verifier = folder / "verifier" / "verify.py"
    verifier.parent.mkdir(exist_ok=True)
    verifier.write_text(verifier_source(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(verifier), str(archive)], capture_output=True,
        encoding="utf-8", env={"PYTHONIOENCODING": "utf-8"}, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def named(before: str, after: str) -> Callable[[Entries], Entries]:
    return lambda held: [(after if name == before else name, body) for name, body in held]


def second(name: str, body: bytes | None = None, *, at: int = 0) -> Callable[[Entries], Entries]:
    """A second entry of a name before, or after, the true one."""

    def add(held: Entries) -> Entries:
        made = (name, dict(held)[name] if body is None else body)
        return [made, *held] if at == 0 else [*held, made]

    return add


def more(name: str, body: bytes = b"a,digest\n") -> Callable[[Entries], Entries]:
    return lambda held: [*held, (name, body)]


ZIPPED: list[tuple[str, Callable[[Entries], Entries]]] = [
    ("scores.csv", second("scores.csv", b"unit\n")),
    ("scores.csv", second("scores.csv", b"unit\n", at=1)),
    ("results/ranking.csv", second("results/ranking.csv")),
    ("manifest.json", second("manifest.json", b"{}")),
    ("./scores.csv", more("./scores.csv", b"unit\n")),
    ("inputs/../scores.csv", named("scores.csv", "inputs/../scores.csv")),
    ("/scores.csv", named("scores.csv", "/scores.csv")),
    ("..\\scores.csv", more("..\\scores.csv")),
    ("scores.csv", more("scores.csv\0.txt")),
    ("note.txt", more("note.txt")),
    ("results/more.csv", more("results/more.csv")),
    ("inputs/inner.zip", more("inputs/inner.zip", b"PK\x05\x06" + bytes(18))),
    ("more/", more("more/", b"")),
    ("results/deep/", more("results/deep/", b"")),
    ("more/scores.csv", more("more/scores.csv")),
    ("Scores.csv", named("scores.csv", "Scores.csv")),
    ("results/ranking.csv", named("results/ranking.csv", "results/Ranking.csv")),
    ("inputs/unit.csv", lambda held: [one for one in held if one[0] != "inputs/unit.csv"]),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ["public", "audit"])
def test_an_entry_of_the_archive_that_is_more_less_twice_or_of_another_name_is_named(
    kind: Kind, run: Run, tmp_path: Path
) -> None:
    unpack(run, kind, tmp_path)
    held = entries(tmp_path / "b.zip")
    assert said_of(tmp_path / "b.zip", tmp_path).returncode == 0
    for number, (wanted, change) in enumerate(ZIPPED):
        made = packed(tmp_path / f"{number}.zip", change(held))
        done = said_of(made, tmp_path)
        assert done.returncode == 7, (number, wanted, done.stdout)
        lines = [line for line in done.stdout.splitlines() if not line.startswith("SHA-256")]
        assert any(line.startswith(f"{wanted}:") for line in lines), (number, wanted, lines)


@pytest.mark.parametrize("way", ["folder", "nested", "locked", "cut"])
def test_what_is_no_bundle_is_said_in_words(way: str, run: Run, tmp_path: Path) -> None:
    """A bundle within a folder, within another archive, behind a password, or of which the end is gone."""
    unpack(run, "public", tmp_path)
    held, made = entries(tmp_path / "b.zip"), tmp_path / "made.zip"
    if way == "folder":
        packed(made, [(f"bundle/{name}", body) for name, body in held])
    elif way == "nested":
        packed(made, [("b.zip", (tmp_path / "b.zip").read_bytes())])
    elif way == "locked":
        body = bytearray((tmp_path / "b.zip").read_bytes())
        for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
            place = body.find(mark)
            while place >= 0:
                body[place + flags] |= 1
                place = body.find(mark, place + 1)
        made.write_bytes(body)
    else:
        made.write_bytes((tmp_path / "b.zip").read_bytes()[:-200])
    done = said_of(made, tmp_path)
    assert done.returncode in {2, 7}, done.stdout
    assert "made.zip" in done.stdout
    assert "OK" not in done.stdout


def _about(**changes: Any) -> Callable[[Path], str]:
    def alter(folder: Path) -> str:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        for name, value in changes.items():
            about[name] = about[name] | value if isinstance(value, dict) else value
        (folder / "run.json").write_text(canonical(about), encoding="utf-8")
        return "run.json"

    return alter


def _without(name: str) -> Callable[[Path], str]:
    def alter(folder: Path) -> str:
        (folder / name).unlink()
        return name

    return alter


def _with(name: str) -> Callable[[Path], str]:
    def alter(folder: Path) -> str:
        (folder / name).write_text("a,digest\n", encoding="utf-8")
        return name

    return alter


def _replaced(name: str, before: str, after: str) -> Callable[[Path], str]:
    def alter(folder: Path) -> str:
        text = (folder / name).read_text(encoding="utf-8")
        assert before in text
        (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")
        return name

    return alter


SEALED: list[Callable[[Path], str]] = [
    _about(run="0" * 16), _about(fingerprint={"data": "0" * 64}), _about(fingerprint={"wording": "0" * 64}),
    _about(period="2008"), _about(at="2007-06-30"), _about(files=[]), _about(mapping="0" * 64), _about(rulebook="other"),
    _without("results/ranking.csv"), _without("results/light.csv"), _without("scores.csv"), _without("rulebook.json"),
    _with("note.txt"), _with("results/more.csv"), _with("inputs/observation2.csv"),
    _replaced("scores.csv", "Bioenergy", "Bioenergies"), _replaced("indicator_scores.csv", "Bioenergy", "Bioenergies"),
    _replaced("rulebook.json", '"version":"2008"', '"version":"2009"'),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["public", "audit"])
@pytest.mark.parametrize("alter", SEALED)
def test_a_bundle_of_which_all_lists_were_made_anew_is_still_found_out(
    kind: Kind, alter: Callable[[Path], str], run: Run, tmp_path: Path
) -> None:
    """The run's id, its fingerprint, a table more or less: manifest, seal and archive are those of the altered bundle."""
    folder = unpack(run, kind, tmp_path)
    name = alter(folder)
    relist(folder, name, sealed=True)
    held = [(p.relative_to(folder).as_posix(), p.read_bytes()) for p in sorted(folder.rglob("*")) if p.is_file()]  # fmt: skip
    done = said_of(packed(tmp_path / "made.zip", held), tmp_path)
    assert done.returncode == 7, done.stdout
    assert any(name in line for line in done.stdout.splitlines()[1:-1]), done.stdout

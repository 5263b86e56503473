"""Every command and option that takes a path is given what is broken: one clear word about it, and nothing is written."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openpyxl import Workbook

from tests.conftest import ROOT
from tests.forked import Done, Line, command_line
from zhengheng.cli import main
from zhengheng.domain.canonical import json_line
from zhengheng.domain.problems import ExitCode
from zhengheng.ledger.checkpoint import Checkpoint, public, request
from zhengheng.ledger.entry import Entry
from zhengheng.ledger.tree import root

PART = ROOT / "examples" / "part"
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
LANGUAGES = ("zh", "en")
"""Kinds of what is broken take turns in them."""


# -- what is broken ------------------------------------------------------------------------------------------------


def workbook(path: Path) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in (("unit", "A"), ("甲", 1)):
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


def zipped(path: Path) -> bytes:
    with zipfile.ZipFile(path, "w") as held:
        held.writestr("a.txt", "甲" * 500)
        held.writestr("b.txt", "乙" * 500)
    return path.read_bytes()


def parquet(path: Path) -> bytes:
    pq.write_table(pa.table({"unit": ["甲"] * 500, "a": list(range(500))}), path)
    return path.read_bytes()


def database(path: Path) -> bytes:
    with sqlite3.connect(path) as held:
        held.execute("create table t (a, b)")
        held.executemany("insert into t values (?, ?)", [(n, "x" * 90) for n in range(500)])
    held.close()
    return path.read_bytes()


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


GB18030 = "序号,单位,备注\n1,发展和改革委员会,“按时完成”\n2,教育局,甲乙丙丁\n".encode("gb18030")


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Contents that no command expects, by kind; the cut ones are two thirds of a whole file."""
    folder = tmp_path_factory.mktemp("kinds")
    return {
        "empty": b"", "binary": bytes(range(128, 256)) * 40 + b"\0" * 64, "GB18030": GB18030,
        "cut zip": cut(zipped(folder / "z.zip")),
        "cut JSON": b'{"code": "x", "values": [1, 2, {"unit": "\xe7\x94\xb2", "a":',
        "cut YAML": "code: x\ntitle: {zh: 甲, en: [a, b\nunits:\n - ".encode(),
        "cut CSV": 'unit,a\n甲,1\n乙,"2'.encode(),
        "cut workbook": cut(workbook(folder / "w.xlsx")), "cut parquet": cut(parquet(folder / "p.parquet")),
        "cut database": cut(database(folder / "d.db")),
        "JSON of another shape": json.dumps([[1, 2], {"甲": None}, "text"], ensure_ascii=False).encode(),
        "JSON object of another shape": json.dumps({"甲": [None, {"b": 1.5}], "c": "text"}, ensure_ascii=False).encode(),
    }  # fmt: skip


# -- what is whole -------------------------------------------------------------------------------------------------


def ledger_files(folder: Path) -> None:
    """An export of three entries, a checkpoint over them, the key, a request to cosign and the cosigned checkpoint."""
    entries = [
        Entry.make(sequence=n, act="x", subject=f"y:{n}", actor="z", at=NOW, content={"n": n}, salt=b"0" * 16)
        for n in range(3)
    ]  # fmt: skip
    lines = [json_line({**one.as_dict(), "leaf": one.leaf().hex()}) for one in entries]
    (folder / "ledger.jsonl").write_text("".join(lines), encoding="utf-8")
    key = Ed25519PrivateKey.generate()
    point = Checkpoint("town", 3, root([one.leaf() for one in entries]), NOW).sign(key)
    (folder / "point.txt").write_text(point, encoding="utf-8")
    (folder / "ledger.pub").write_text(public("town", key).text() + "\n", encoding="utf-8")
    (folder / "request.txt").write_text(request(point, 0, []), encoding="utf-8")


def inbox_files(folder: Path) -> None:
    folder.mkdir()
    key = Ed25519PrivateKey.generate()
    (folder / "inbox.key").write_bytes(key.private_bytes_raw())
    (folder / "inbox.pub").write_bytes(b64encode(key.public_key().public_bytes_raw()))
    letter = {"reference": "a1", "at": "2026-03-01T09:00:00+08:00", "page": "/", "text": "路灯不亮"}
    (folder / "comments.jsonl").write_text(json_line(letter), encoding="utf-8")


@pytest.fixture(scope="session")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Line]]:
    folder = tmp_path_factory.mktemp("said")
    with command_line("zh", folder / "zh") as zh, command_line("en", folder / "en") as en:
        yield {"zh": zh, "en": en}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, lines: dict[str, Line]) -> Path:
    """Whole inputs of every kind, by the names that CASES uses."""
    made = tmp_path_factory.mktemp("world")
    shutil.copytree(PART / "rulebook", made / "book")
    shutil.copytree(PART / "data", made / "data")
    shutil.copy(PART / "intake.yaml", made / "m.yaml")
    (made / "shown").mkdir()
    shutil.copytree(PART / "rulebook", made / "shown" / "rulebook")
    shutil.copy(PART / "intake.yaml", made / "shown" / "intake.yaml")
    (made / "site").mkdir()
    (made / "site" / "index.html").write_text("<h1>x</h1>")
    ledger_files(made)
    inbox_files(made / "inbox")
    (made / "units.csv").write_text("代码,名称,类别\nT90,甲局,市直部门\n", encoding="utf-8")
    for words in (
        ("init", "lake"), ("intake", "book", "--mapping", "m.yaml", "--data", "data", "--home", "lake"),
        ("run", "book", "--period", "2007", "--home", "lake"), ("lake", "backup", "lake.tar", "--home", "lake"),
        ("scheme", "convert", "book", "book.xlsx"), ("scheme", "check", "book", "--register", "register.json", "--publish"),
        ("office", "officers", "--new", "--home", "office"), ("office", "show", "shown", "--data", "data", "--home", "filled", "--only-fill"), ("backup", "office.tar", "--home", "office"),
        ("ledger", "cosign", "request.txt", "cosigned.txt", "--log", "ledger.pub", "--name", "w.example", "--folder", "witness"),
    ):  # fmt: skip
        done = lines["zh"](*words, cwd=made)
        assert done.code == 0, (words, done)
    return made


# -- the cases -----------------------------------------------------------------------------------------------------

Key = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """How a path is given: the other words (`@` stands for it, `W/` for whole inputs) and what it is.

    inside  the file of a given folder that is broken; empty: what is given is a file
    like    the whole input of which the given one is a copy, but for what is broken
    takes   kinds of broken contents that are good here
    """

    words: str
    name: str
    like: str = ""
    inside: str = ""
    takes: frozenset[str] = frozenset()
    output: str = ""
    """For what a command writes: `file` or `folder`."""
    codes: frozenset[int] = field(default=frozenset(ExitCode) - {ExitCode.OK})


def reads(words: str, name: str, *takes: str) -> Case:
    return Case(words, name, takes=frozenset(takes))


def opens(words: str, like: str, inside: str, *takes: str) -> Case:
    return Case(words, Path(like).name, like, inside, frozenset(takes))


def writes(words: str, what: str, *takes: str) -> Case:
    return Case(words, "out", output=what, takes=frozenset(takes))


SHORT = ("cut in half",)
"""Half of a table of text is a shorter table."""
SCORE = "score {} --intake {} --data {} --out {}"
REHEARSE = "scheme rehearse {} --current {} --intake {} --data {}"
B, M, D, OUT = "W/book", "W/m.yaml", "W/data", "o"
LAKE, OFFICE, FILLED = "W/lake", "W/office", "W/filled"


def books(words: str) -> list[Case]:
    """A rulebook as a folder and as a workbook."""
    return [opens(words, "W/book", "rulebook.yaml"), reads(words, "book.xlsx")]


def lakes(words: str) -> list[Case]:
    return [opens(words, LAKE, "register.db"), opens(words, LAKE, "catalog.db")]


def offices(words: str) -> list[Case]:
    return [opens(words, OFFICE, "office.db")]


CASES: dict[Key, list[Case]] = {
    ("score", "rulebook"): books(SCORE.format("@", M, D, OUT)),
    ("score", "--intake"): [reads(SCORE.format(B, "@", D, OUT), "m.yaml")],
    ("score", "--data"): [opens(SCORE.format(B, M, "@", OUT), "W/data", "programmes.csv", *SHORT)],
    ("score", "--out"): [writes(SCORE.format(B, M, D, "@"), "folder")],
    ("init", "home"): [writes("init @", "folder")],
    ("intake", "rulebook"): books(f"intake @ --mapping {M} --data {D} --home {LAKE}"),
    ("intake", "--mapping"): [reads(f"intake {B} --mapping @ --data {D} --home {LAKE}", "m.yaml")],
    ("intake", "--data"): [opens(f"intake {B} --mapping {M} --data @ --home {LAKE}", "W/data", "programmes.csv", *SHORT)],
    ("intake", "--home"): lakes(f"intake {B} --mapping {M} --data {D} --home @"),
    ("measure", "rulebook"): books(f"measure @ --mapping {M} --data {D} --home {LAKE}"),
    ("measure", "--mapping"): [reads(f"measure {B} --mapping @ --data {D} --home {LAKE}", "m.yaml")],
    # Its files are read as those of `intake` are; these examples have no facts to count.
    ("measure", "--data"): [writes(f"measure {B} --mapping {M} --data @ --home {LAKE}", "folder")],
    ("measure", "--home"): [writes(f"measure {B} --mapping {M} --data {D} --home @", "folder")],
    ("run", "rulebook"): books(f"run @ --period 2007 --home {LAKE}"),
    ("run", "--home"): lakes(f"run {B} --period 2007 --home @"),
    ("runs", "--home"): [opens("runs --home @", LAKE, "register.db")],
    ("show", "--home"): [opens("show latest --home @", LAKE, "register.db")],
    ("left-out", "--home"): [opens("left-out latest --home @", LAKE, "register.db")],
    ("explain", "--home"): [opens("explain latest x --home @", LAKE, "register.db")],
    ("export", "out"): [writes(f"export latest @ --home {LAKE}", "folder")],
    ("export", "--home"): [opens("export latest o --home @", LAKE, "register.db")],
    ("bundle", "out"): [writes(f"bundle latest @ --home {LAKE}", "file")],
    ("bundle", "--home"): [opens("bundle latest o.zip --home @", LAKE, "register.db")],
    ("sample", "folder"): [writes("sample @", "folder")],
    ("demo", "folder"): [writes("demo @", "folder")],
    ("backup", "out"): [writes(f"backup @ --home {OFFICE}", "file")],
    ("backup", "--home"): offices("backup o.tar --home @"),
    ("restore", "archive"): [reads("restore @ home", "office.tar")],
    ("restore", "home"): [writes("restore W/office.tar @", "folder")],
    ("serve", "--home"): [opens("serve --port 0 --home @", OFFICE, "office.db", "cut in half")],
    ("worker", "--home"): offices("worker --batch --home @"),
    ("scheme new", "folder"): [writes("scheme new budget_project @", "folder")],
    ("scheme check", "rulebook"): books("scheme check @"),
    ("scheme check", "--register"): [reads(f"scheme check {B} --register @ --publish", "register.json", "missing")],
    ("scheme check", "--intake"): [reads(f"scheme check {B} --intake @ --data {D}", "m.yaml")],
    ("scheme check", "--data"): [opens(f"scheme check {B} --intake {M} --data @", "W/data", "programmes.csv", *SHORT)],
    ("scheme test", "rulebook"): books("scheme test @"),
    ("scheme diff", "before"): books(f"scheme diff @ {B}"),
    ("scheme diff", "after"): books(f"scheme diff {B} @"),
    ("scheme convert", "source"): books("scheme convert @ o.xlsx"),
    ("scheme convert", "target"): [writes(f"scheme convert {B} @", "folder"), writes(f"scheme convert {B} @.xlsx", "file")],
    ("scheme cascade", "rulebook"): books("scheme cascade @"),
    ("scheme rehearse", "draft"): books(REHEARSE.format("@", B, M, D)),
    ("scheme rehearse", "--current"): books(REHEARSE.format(B, "@", M, D)),
    ("scheme rehearse", "--intake"): [reads(REHEARSE.format(B, B, "@", D), "m.yaml")],
    ("scheme rehearse", "--data"): [opens(REHEARSE.format(B, B, M, "@"), "W/data", "programmes.csv", *SHORT)],
    ("lake backup", "out"): [writes(f"lake backup @ --home {LAKE}", "file")],
    ("lake backup", "--home"): lakes("lake backup o.tar --home @"),
    ("lake restore", "archive"): [reads("lake restore @ home", "lake.tar")],
    ("lake restore", "home"): [writes("lake restore W/lake.tar @", "folder")],
    ("lake tidy", "--home"): lakes("lake tidy --home @"),
    ("lake check", "--home"): lakes("lake check --home @"),
    ("ledger verify", "--home"): offices("ledger verify --home @"),
    ("ledger verify", "--export"): [reads("ledger verify --export @", "ledger.jsonl")],
    ("ledger verify", "--checkpoint"): [reads("ledger verify --export W/ledger.jsonl --key W/ledger.pub --checkpoint @", "point.txt")],
    ("ledger verify", "--key"): [reads("ledger verify --export W/ledger.jsonl --checkpoint W/point.txt --key @", "ledger.pub")],
    ("ledger verify", "--witness"): [reads("ledger verify --export W/ledger.jsonl --witness @", "earlier.jsonl")],
    ("ledger request", "target"): [writes(f"ledger request @ --home {OFFICE}", "file")],
    ("ledger request", "--home"): offices("ledger request o.txt --home @"),
    ("ledger cosign", "file"): [reads("ledger cosign @ o.txt --log W/ledger.pub --name w --folder w", "request.txt")],
    ("ledger cosign", "target"): [writes("ledger cosign W/request.txt @ --log W/ledger.pub --name w --folder w", "file")],
    ("ledger cosign", "--log"): [reads("ledger cosign W/request.txt o.txt --log @ --name w --folder w", "ledger.pub")],
    ("ledger cosign", "--folder"): [
        opens("ledger cosign W/request.txt o.txt --log W/ledger.pub --name w --folder @", "W/witness", inside, *takes)
        for inside, takes in (("witness.key", ("no folder",)), ("last.txt", ("no folder", "cut in half")))
    ],
    ("ledger cosigned", "file"): [reads(f"ledger cosigned @ --home {OFFICE}", "cosigned.txt")],
    ("ledger cosigned", "--home"): offices("ledger cosigned W/cosigned.txt --home @"),
    ("office officers", "--home"): offices("office officers --home @"),
    ("office check", "--home"): offices("office check --home @"),
    ("office confirm-clock", "--home"): offices("office confirm-clock --home @"),
    ("office import-units", "file"): [reads(f"office import-units @ --home {OFFICE}", f"units.{form}") for form in ("csv", "xlsx")],
    ("office load", "--mapping"): [reads(f"office load part 2007 --mapping @ --data {D} --home {FILLED}", "m.yaml")],
    ("office load", "--data"): [writes(f"office load part 2007 --mapping {M} --data @ --home {OFFICE}", "folder")],
    ("office load", "--home"): offices(f"office load part 2007 --mapping {M} --data {D} --home @"),
    ("office import-units", "--home"): offices("office import-units W/units.csv --home @"),
    ("office demo", "--home"): [writes("office demo --only-fill --home @", "folder")],
    ("office show", "folders"): [opens(f"office show @ --data {D} --home h --only-fill", "W/shown", inside) for inside in ("intake.yaml", "rulebook/rulebook.yaml")],
    ("office show", "--data"): [opens("office show W/shown --data @ --home h --only-fill", "W/data", "programmes.csv", *SHORT)],
    ("office show", "--home"): [writes(f"office show W/shown --data {D} --only-fill --home @", "folder")],
    ("portal export", "target"): [writes(f"portal export @ --home {OFFICE}", "folder")],
    ("portal export", "--home"): offices("portal export o --home @"),
    ("portal serve", "folder"): [writes("portal serve @ --port 0", "folder")],
    ("portal serve", "--inbox"): [writes("portal serve W/site --port 0 --inbox @", "folder")],
    ("portal comments", "inbox"): [opens("portal comments @ o.json", "W/inbox", "inbox.key")],
    ("portal comments", "out_file"): [writes("portal comments W/inbox @", "file")],
}  # fmt: skip


def given_paths() -> set[Key]:
    """Every command with each of its arguments and options that takes a path, from the command line itself."""

    def walk(command: Any, name: str) -> Iterator[Key]:
        for below, held in getattr(command, "commands", {}).items():
            yield from walk(held, f"{name} {below}".strip())
        for param in command.params:
            if "Path" in repr(getattr(param, "type_descriptor", "")):
                yield name, param.opts[0]

    return set(walk(main.command_line(), ""))


def test_every_path_that_a_command_takes_has_a_case() -> None:
    assert given_paths() == set(CASES)


# -- the trial -----------------------------------------------------------------------------------------------------

LIBRARY = re.compile(
    r"Traceback|Errno|\w*Error\b|Exception|codec|Expecting|[Ii]nvalid|NoneType|\bobject has|unpack|pyarrow|openpyxl|duckdb|pyiceberg|yaml\.|"
    r"zipfile|tarfile|Parquet magic|malformed|not a database|truncated|substring|PosixPath|Permission denied|No such file|Is a directory|Not a directory|\bdict\b|\bbytes\b"
)  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]")
WORDS = re.compile(r"(?:\b[a-z]{2,}[ ,;]+){3}")


def tree(*folders: Path) -> dict[str, str]:
    """Every path below, and what files hold."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and os.access(path, os.R_OK) else "-"
        for folder in folders for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm", "-journal", "starting.db"))
    }  # fmt: skip


def place(case: Case, kind: str, content: bytes, here: Path, world: Path) -> Path:
    """Put what is broken where the command finds it; gives what is to be written on the command line."""
    given = here / case.name
    if case.output:
        if kind == "below a file":
            given.write_bytes(content)
            return given / "below"
        if case.output == "folder":
            given.write_bytes(content)
        else:
            given.with_name("out.xlsx" if case.words.endswith(".xlsx") else "out").mkdir()
        return given
    if case.inside and kind != "no folder" and kind != "file for the folder":
        shutil.copytree(world / case.like.removeprefix("W/"), given)
    target = given / case.inside if case.inside and given.is_dir() else given
    if kind in {"no folder", "missing"}:
        target.unlink(missing_ok=True)
    elif kind == "folder":
        target.unlink(missing_ok=True)
        target.mkdir()
    else:
        target.write_bytes(content)
        if kind == "unreadable":
            target.chmod(0)
    return given


def kinds(case: Case, broken: dict[str, bytes], world: Path) -> Iterator[tuple[str, bytes]]:
    """What is broken of a case, each with its content."""
    if case.output:
        yield "file for the folder" if case.output == "folder" else "folder for the file", b"x"
        yield "below a file", b"x"
        return
    yield "missing", b""
    yield "folder", b""
    if os.geteuid():
        yield "unreadable", b"x"
    if case.inside:
        yield "no folder", b""
        yield "file for the folder", b"x"
    yield from broken.items()
    own = world / case.like.removeprefix("W/") / case.inside if case.like else world / case.name
    if own.is_file():
        whole = own.read_bytes()
        yield "cut in half", whole[: len(whole) // 2]


def wrong(
    case: Case, kind: str, done: Done, language: str, given: Path, content: bytes
) -> list[str]:
    """What of an answer is not as it should be."""
    # What stands in the file may be quoted, whatever its language.
    quoted = set(
        HAN.findall(content.decode("gb18030" if kind == "GB18030" else "utf-8", errors="ignore"))
    )
    found = []
    if done.code not in case.codes:
        found.append(f"exit code {done.code}")
    said = done.said
    told = said.replace(str(given), given.name)
    names = {given.name, Path(case.inside).name} - {""} if case.inside else {given.name}
    if case.inside and kind not in {"no folder", "file for the folder"}:
        names = {Path(case.inside).name, given.name}
    if not any(name in told for name in names):
        found.append(f"names none of {sorted(names)}")
    if seen := LIBRARY.search(re.sub(r"https?://\S+", "", told)):
        found.append(f"says {seen[0]!r}")
    # What the ledger's own commands print stands in both languages; problems are in the reader's.
    problems = done.err.replace(str(given), given.name)
    if problems and bool(set(HAN.findall(problems)) - quoted) != (language == "zh"):
        found.append("is not in the reader's language")
    if not problems and not (HAN.search(told) if language == "zh" else WORDS.search(told)):
        found.append("does not speak the reader's language")
    if len(said) > 4000:
        found.append(f"is {len(said)} characters long")
    return found


@pytest.mark.parametrize("key", sorted(CASES), ids=" ".join)
def test_what_is_broken_is_named_and_nothing_is_written(
    key: Key, broken: dict[str, bytes], world: Path, lines: dict[str, Line], tmp_path: Path
) -> None:  # fmt: skip
    faults = []
    for number, case in enumerate(CASES[key]):
        for turn, (kind, content) in enumerate(kinds(case, broken, world), number + len(key[0])):
            if kind in case.takes:
                continue
            language = LANGUAGES[turn % len(LANGUAGES)]
            here = tmp_path / f"{number}-{kind.replace(' ', '-')}"
            here.mkdir()
            given = place(case, kind, content, here, world)
            words = [word.replace("W/", f"{world}/") if word.startswith("W/") else word.replace("@", str(given)) for word in case.words.split()]  # fmt: skip
            before = tree(here, world)
            done = lines[language](*words, cwd=here)
            told = wrong(case, kind, done, language, given, content)
            after = tree(here, world)
            changed = sorted(
                name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
            )
            if changed:
                told.append(
                    f"wrote {[Path(one).relative_to(tmp_path if one.startswith(str(tmp_path)) else world).as_posix() for one in changed[:5]]}"
                )
            if told:
                faults.append(
                    f"{case.words} [{kind}]: {'; '.join(told)}\n      {done.said.strip()[-600:]}"
                )
    assert not faults, "\n  " + "\n  ".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_an_inbox_with_something_broken_the_rest_is_written_and_that_is_named(
    language: str, broken: dict[str, bytes], world: Path, lines: dict[str, Line], tmp_path: Path
) -> None:
    """One comment that was torn must not keep back those of other citizens."""
    letter = {"reference": "b2", "at": "2026-03-02T09:00:00+08:00", "page": "/", "text": "井盖松动"}
    faults = []
    for kind, content in {**broken, "folder": None}.items():
        here = tmp_path / kind.replace(" ", "-")
        shutil.copytree(world / "inbox", here / "inbox")
        (here / "inbox" / "letters").mkdir()
        (here / "inbox" / "letters" / "1-b2.json").write_text(json_line(letter), encoding="utf-8")
        former = here / "inbox" / "comments.jsonl"
        former.unlink()
        if content is None:
            former.mkdir()
        else:
            former.write_bytes(content)
        done = lines[language]("portal", "comments", "inbox", "o.json", cwd=here)
        held = json.loads((here / "o.json").read_text(encoding="utf-8"))["comments"]
        if (done.code, [one["reference"] for one in held]) != (0, ["b2"]):
            faults.append(f"{kind}: {done.code} {held}")
        if content != b"" and "comments.jsonl" not in done.said:
            faults.append(f"{kind}: names nothing: {done.said}")
        if seen := LIBRARY.search(done.said):
            faults.append(f"{kind}: says {seen[0]!r}")
    assert not faults, faults

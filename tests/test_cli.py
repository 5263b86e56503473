"""The command line: its JSON, its languages, its exit codes, the demo."""

import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT, Command

PART = ROOT / "examples" / "part"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from zhengheng.sample.make import make_sample

    folder = tmp_path_factory.mktemp("city")
    make_sample(folder, seed=7, scale=0.02)
    return folder


def test_the_sample_is_the_same_for_the_same_seed(city: Path, tmp_path: Path) -> None:
    from zhengheng.sample.make import make_sample

    make_sample(tmp_path, seed=7, scale=0.02)
    for file in sorted(city.rglob("*")):
        if file.is_file():
            assert file.read_bytes() == (tmp_path / file.relative_to(city)).read_bytes(), file.name


def test_every_sample_rulebook_passes_the_check(city: Path, zhengheng: Command) -> None:
    for name in ("departments", "districts", "streets", "hotline"):
        done = zhengheng("scheme", "check", city / "rulebooks" / name)
        assert done.returncode == 0, done.stderr


def test_a_count_of_units_says_whose_it_is(city: Path, zhengheng: Command) -> None:
    """The office's page counts those of its register; the rulebook alone knows none of them."""
    for lang, words in (("zh", "办公端登记的单位不在方案中"), ("en", "the office's register are not in it")):  # fmt: skip
        done = zhengheng("scheme", "cascade", city / "rulebooks" / "departments", "--lang", lang)
        assert words in done.stdout.replace("\n", " " * (lang == "en"))


def test_a_list_that_is_cut_says_so(zhengheng: Command, tmp_path: Path) -> None:
    zhengheng("scheme", "new", "budget_project", tmp_path / "book")
    for lang, words in (("zh", "6 个指标没有责任部门：(.*)等"), ("en", "6 indicators have no owner: (.*) and more")):  # fmt: skip
        said = zhengheng("scheme", "check", tmp_path / "book", "--lang", lang).stderr
        found = re.search(words, said)
        assert found is not None, said
        assert len(re.split("、|, ", found[1])) == 5


def test_measures_are_counted_and_nothing_personal_is_shown(city: Path, zhengheng: Command) -> None:
    done = zhengheng("measure", city / "rulebooks" / "hotline", "--mapping", city / "hotline.intake.yaml",
                     "--data", city / "data", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "000" * 3 not in done.stdout
    assert {row["indicator"] for row in json.loads(done.stdout)} == {
        "DISPATCHED", "ANSWERED", "CALLBACKS", "SOLVED", "SATISFIED"
    }  # fmt: skip


def test_the_demo_shows_scoreboard_and_passport_and_one_rulebooks_result_is_anothers_indicator(
    tmp_path: Path, zhengheng: Command
) -> None:
    """One test, because the demo takes a while."""
    done = zhengheng("demo", tmp_path / "d", "--scale", "0.1", "--lang", "en")
    assert done.returncode == 0, done.stderr
    for words in (
        "Departments, yearly",
        "Score passport",
        "streets_指标数据.csv row",
        "What to try next",
    ):
        assert words in done.stdout
    assert "Traceback" not in done.stderr
    from tests.test_published import read

    bulletin = read(tmp_path / "d/results/hotline/scores.csv")
    mine = [
        float(r["score"])
        for r in bulletin
        if r["unit"] == "Q01" and r["node"] == "total" and r["score"] and r["period"] >= "2025"
    ]
    cells = read(tmp_path / "d/results/districts/indicator_scores.csv")
    value = next(r["value"] for r in cells if r["unit"] == "Q01" and r["indicator"] == "F00")
    assert len(mine) == 12
    assert float(value) == pytest.approx(sum(mine) / len(mine), abs=0.006)


def test_a_rehearsal_says_who_moves(tmp_path: Path, zhengheng: Command) -> None:

    shutil.copytree(PART / "rulebook", tmp_path / "draft")
    file = tmp_path / "draft" / "rulebook.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("PURPOSE: 20", "PURPOSE: 10").replace("RESULTS: 50", "RESULTS: 60"),
        encoding="utf-8",
    )
    done = zhengheng("scheme", "rehearse", tmp_path / "draft", "--current", PART / "rulebook", "--intake",
                     PART / "intake.yaml", "--data", PART / "data", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    moved = {m["unit"]: m["score"] for m in json.loads(done.stdout) if m["moved"]}
    assert moved["Bioenergy"] == ["60.2", "58.9"]
    said = zhengheng("scheme", "rehearse", tmp_path / "draft", "--current", PART / "rulebook", "--intake",
                     PART / "intake.yaml", "--data", PART / "data")  # fmt: skip
    assert "尚可" in said.stdout
    assert "Adequate" not in said.stdout, "grades by their names"


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "json"])
def test_exports(form: str, tmp_path: Path, zhengheng: Command) -> None:
    lake = ("--home", tmp_path / "lake")
    zhengheng("init", tmp_path / "lake")
    zhengheng(
        "intake",
        PART / "rulebook",
        "--mapping",
        PART / "intake.yaml",
        "--data",
        PART / "data",
        *lake,
    )
    assert zhengheng("run", PART / "rulebook", "--period", "2007", *lake).returncode == 0
    done = zhengheng("export", "latest", tmp_path / "out", "--format", form, *lake)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / f"scores.{form}").stat().st_size > 100


@pytest.mark.parametrize(
    ("words", "code"),
    [(("score", "nowhere", "--intake", "m", "--data", "d", "--out", "o"), 3), (("explain", "latest", "x"), 5),
     (("score", PART / "rulebook", "--intake", PART / "intake.yaml", "--data", PART / "data", "--out", "o", "--period", "soon"), 2),
     (("score", PART / "rulebook", "--intake", PART / "intake.yaml", "--data", PART / "data", "--out", "o", "--engine", "abacus"), 2),
     (("nonsense",), 2), (("--version",), 0)],
)  # fmt: skip
def test_exit_codes(words: tuple[str | Path, ...], code: int, zhengheng: Command) -> None:
    done = zhengheng(*words)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_before_the_data_are_due_says_so(tmp_path: Path, zhengheng: Command) -> None:
    from tests.test_scheme import INDICATORS, write

    late = INDICATORS["A"] | {"lag_days": 30, "frequency": "month"}
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n")
    write(tmp_path / "book", A=late)
    source = {"file": "d.csv", "unit": "u", "period": {"constant": "2025-11"}}
    unit = {
        "file": "d.csv",
        "role": "unit",
        "unit": "u",
        "category": {"constant": "c"},
        "group": {"constant": "g"},
    }
    plan = {
        "purpose": "t",
        "sources": [unit, source | {"layout": "wide", "indicators": {"A": "a"}}],
    }
    (tmp_path / "m.yaml").write_text(json.dumps(plan))
    words = ("score", tmp_path / "book", "--intake", tmp_path / "m.yaml", "--data", tmp_path, "--out", tmp_path / "o",
             "--period", "2025", "--lang", "en")  # fmt: skip
    assert "not yet due on 2025-12-31" in zhengheng(*words).stderr
    assert "not yet due" not in zhengheng(*words, "--at", "2026-03-01").stderr


def programmes(folder: Path, rows: list[str], zhengheng: Command) -> tuple[int, str, str]:
    """The PART example scored with more programmes than it has."""
    known = (PART / "data" / "programmes.csv").read_text(encoding="utf-8")
    (folder / "programmes.csv").write_text(known + "\n".join(rows), encoding="utf-8")
    done = zhengheng("score", PART / "rulebook", "--intake", PART / "intake.yaml", "--data", folder, "--out",
                     folder / "out", "--lang", "en")  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", ["[red]a[/]", "[/b] :100:", "c [1]"])
def test_names_are_printed_as_they_are(name: str, tmp_path: Path, zhengheng: Command) -> None:
    code, board, _ = programmes(tmp_path, [f"{name},99,99,99,99,yes,yes,,"], zhengheng)
    assert code == 0
    assert name in board


def test_a_file_in_the_place_of_a_folder_is_told_what_to_write(
    tmp_path: Path, zhengheng: Command
) -> None:
    for name, form in (("e.xlsx", "xlsx"), ("e.CSV", "csv"), ("e.parquet", "parquet")):
        done = zhengheng("export", "latest", tmp_path / name, "--home", tmp_path)
        assert done.returncode == 2
        assert f"export latest e --format {form}" in done.stderr
        assert not (tmp_path / name).exists()


def test_rows_with_the_same_fault_are_counted_after_the_first(
    tmp_path: Path, zhengheng: Command
) -> None:
    rows = [f"more {n},x,99,99,99,yes,yes,," for n in range(91)]
    rows.append("one,99,99,99,99,yes,maybe,,")
    code, _, told = programmes(tmp_path, rows, zhengheng)
    assert code == 4
    assert told.count("is not a number") == 10
    assert "programmes.csv: 81 more rows with faults of this kind" in told
    assert "programmes.csv:100:" not in told
    assert "programmes.csv:101: " in told
    assert "[row." not in told, "what programs know a fault by is not for people"


SENTENCE = re.compile(r"(?:\b[A-Za-z]{3,}[ ,;]+){3,}[A-Za-z]{3,}")
OURS = re.compile(r"--help|--(?:install|show)-completion|customize the installation|^Usage|it or$")
"""Lines that the library writes for itself."""


@pytest.mark.parametrize("words", ["", "backup", "serve", "ledger verify", "portal", "scheme"])  # fmt: skip
def test_help_is_in_the_readers_language(zhengheng: Command, words: str) -> None:
    """Commands that installed parts bring along are no exception."""
    chinese = zhengheng(*words.split(), "--help").stdout
    english = zhengheng("--lang", "en", *words.split(), "--help").stdout
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english), english
    left = [
        line for line in chinese.splitlines() if SENTENCE.search(line) and not OURS.search(line)
    ]
    assert left == []


def test_what_the_system_refuses_is_said_in_words(tmp_path: Path, zhengheng: Command) -> None:
    """A folder in a file's place, a damaged database: where, why, and no traceback."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "office.db").write_text("no database at all, and longer than its head would be" * 40)
    tried = {
        ("ledger", "verify", "--export", tmp_path, "--home", home): "这是文件夹，不是文件",
        ("ledger", "verify", "--home", home): "数据库",
        ("office", "check", "--home", home): "数据库",
        ("backup", tmp_path / "absent" / "out.tar", "--home", home): "不是已有的文件夹",
    }
    for words, said in tried.items():
        done = zhengheng(*words)
        assert done.returncode not in {0, 1}, (words, done.stderr)
        assert "Traceback" not in done.stdout + done.stderr, words
        assert said in done.stdout + done.stderr, (words, done.stderr)


PACK = ROOT / "src/zhengheng/scheme/packs/methods"


@pytest.mark.parametrize(
    ("words", "full", "said"),
    [(("scheme", "convert", PACK, "full.xlsx"), True, "磁盘空间已满"),
     (("scheme", "convert", PACK, "book.xlsx"), False, "文件超过系统允许的大小"),
     (("scheme", "convert", PACK, "folder"), False, "文件超过系统允许的大小"),
     (("init", "home"), False, "数据库不能读写，可能是磁盘空间已满")],
)  # fmt: skip
def test_a_disk_that_takes_no_more_is_said_in_words_alone(
    words: tuple[str | Path, ...], full: bool, said: str, tmp_path: Path
) -> None:
    """Full in truth, by the device that always is, or by a limit of the system on what a file may hold."""
    if full:
        (tmp_path / "full.xlsx").symlink_to("/dev/full")

    def small() -> None:
        if not full:
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    done = subprocess.run(
        [sys.executable, "-m", "zhengheng.cli.main", "--lang", "zh", *map(str, words)], cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}, preexec_fn=small,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    text = done.stdout + done.stderr
    assert done.returncode not in {0, 1}, text
    assert said in text
    assert not re.search(r"Traceback|Exception|Error|\.py|Errno|IO_", text), text


@pytest.mark.parametrize("width", [0, 80, 40])
def test_no_table_cuts_what_it_says(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file a row is one line; on a terminal, however narrow, what does not fit goes on in the next one."""
    from rich.console import Console

    from zhengheng.cli import console

    written = io.StringIO()
    shown = Console(
        file=written, width=width or None, force_terminal=bool(width), color_system=None
    )
    monkeypatch.setattr(console, "out", shown)
    why = "目标是全年的，方案没有写明到本期末应达到多少，所以本期不计分"
    row = ("departments_指标数据与核算结果.csv", "98", "D01", why)
    console.table("一行", ["文件", "行", "单位", "没有计入的理由"], [row], right=(1,))
    said = written.getvalue()
    assert "…" not in said
    if not width:
        assert all(any(cell in line for line in said.splitlines()) for cell in row)
    assert Counter(why) <= Counter(said)
    assert Counter(row[0]) <= Counter(said)

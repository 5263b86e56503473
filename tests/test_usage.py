"""How a command is called: what is wrong with the call is said in one language, ours, before anything is done."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Command
from zhengheng.cli.main import command_line
from zhengheng.cli.usage import framed
from zhengheng.domain.periods import YEARS, parse_period

LIBRARY = re.compile(
    r"Usage|Options|Arguments|\[required\]|Show this message|No such|Missing|Invalid value|Input should|Error:|Try '|Traceback|list\[str\]"
)
HAN = re.compile(r"[\u3400-\u9fff]")
PART = ROOT / "examples" / "part"


def commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    return [path, *(one for name, held in below.items() for one in commands(held, (*path, name)))]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_help_of_every_command_is_in_one_language(lang: str) -> None:
    """In one process, by the same two functions that the entry calls; the words of a language are chosen as it starts."""
    told = """
import sys
from zhengheng.cli.main import command_line
def show(command, path):
    with command.make_context(path, ["--help"], resilient_parsing=True) as context:
        print(command.get_help(context))
    for name, below in getattr(command, "commands", {}).items():
        show(below, f"{path} {name}")
show(command_line(), "zhengheng")
"""
    done = subprocess.run([sys.executable, "-c", told, "--lang", lang], capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.count("zhengheng ") >= len(commands(command_line()))
    if lang == "zh":
        assert not LIBRARY.findall(done.stdout)
    else:
        assert not HAN.findall(done.stdout)
        assert "<str>" not in done.stdout


WRONG = {
    "option": (["score", "--nope"], "没有选项 --nope", "no option --nope"),
    "near": (["score", "--perod", "2025"], "--period", "--period"),
    "argument": (["score"], "缺少", "missing"),
    "number": (["score", "x", "--threads", "q"], "--threads 应为整数", "--threads takes a whole number"),
    "command": (["scheme", "nope"], "没有命令 nope", "no command nope"),
    "nothing": (["scheme"], "命令不完整", "not complete"),
    "more": (["scheme", "new", "budget_project", "mine", "more"], "多出了 more", "more is too much"),
    "value": (["score", "x", "--threads"], "--threads", "--threads"),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", WRONG)
def test_a_call_that_cannot_be_read_is_answered_in_our_words(
    name: str, lang: str, zhengheng: Command
) -> None:
    words, zh, en = WRONG[name]
    done = zhengheng(*words, "--lang", lang)
    assert done.returncode == 2
    assert (zh if lang == "zh" else en) in done.stderr
    assert "--help" in done.stderr
    assert not LIBRARY.findall(done.stderr), done.stderr
    assert bool(HAN.search(done.stderr)) == (lang == "zh")


OPTIONS = {
    "threads": ["--threads", "-1"], "none": ["--threads", "0"], "word": ["--memory", "x"], "no unit": ["--memory", "1"],
    "zero": ["--memory", "0"], "below": ["--memory", "-5GB"], "master": ["--engine", "spark", "--master", "blah"],
    "first year": ["--period", "0001-01"], "last year": ["--period", "9999-12"], "early": ["--period", "1899"],
    "day": ["--at", "2025-13-01"],
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_says_nothing_is_refused_before_anything_is_written(
    name: str, zhengheng: Command, tmp_path: Path
) -> None:
    more = OPTIONS[name]
    out = tmp_path / "out"
    whole = ["--intake", PART / "intake.yaml", "--data", PART / "data", "--out", out]
    period = [] if "--period" in more else ["--period", "2007"]
    done = zhengheng("score", PART / "rulebook", *whole, *period, *more)
    assert done.returncode in {2, 4}, done.stderr
    assert more[-1] in done.stderr
    assert not LIBRARY.findall(done.stderr), done.stderr
    assert not out.exists()


@pytest.mark.parametrize("year", [1, 999, YEARS.start - 1, YEARS.stop, 9999])
@pytest.mark.parametrize("rest", ["", "-01", "-Q1", "-H2", "-12-31", "年3月"])
def test_a_year_far_off_is_a_slip_of_the_pen(year: int, rest: str) -> None:
    with pytest.raises(ValueError):
        parse_period(f"{year:04d}{rest}")
    for near in (YEARS.start, YEARS.stop - 1):
        assert (
            parse_period(f"{near}{rest}").previous_year().code < parse_period(f"{near}{rest}").code
        )


def test_a_frame_that_is_broken_over_lines_is_in_one_language_too(monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("zhengheng.cli.usage.LANGUAGE", "zh")
    assert framed("lake  [env var: A; default:\n      lake]") == "lake  [环境变量：A；默认：lake]"


GUIDES = sorted([*(ROOT / "docs" / "how-to").glob("*.md"), *(ROOT / "docs" / "tutorials").glob("*.md")])  # fmt: skip


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.stem))
def test_what_a_guide_tells_to_type_is_there(guide: Path) -> None:
    """Every command with the options it is given, and every setting by its name."""
    text = guide.read_text(encoding="utf-8")
    known = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    settings = set(re.findall(r"\bZHENGHENG_[A-Z_]+\b", text))
    # A secret may come from a file: `…_FILE`.
    assert {name for name in settings if name.removesuffix("_FILE") not in known} == set()
    typed = set(re.findall(r"(?m)(?:^ *|`|bin/)zhengheng ([a-z][^`\n#]*)", text))
    wrong = []
    for line in typed:
        command: Any = command_line()
        words = line.replace("\\", "").split()
        while words and hasattr(command, "commands"):
            command = command.commands.get(words.pop(0))
        if command is None:
            wrong.append(line)
            continue
        options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        wrong += [f"{line}: {one}" for one in words if one.startswith("--") and one.partition("=")[0] not in options]  # fmt: skip
    assert wrong == []

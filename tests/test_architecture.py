"""The house: import contracts (each broken on purpose), the SQL lint, contracts of tables."""

import ast
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import get_args

import pytest
import sqlglot
from sqlglot import exp

from tests.conftest import ROOT
from zhengheng.engines.duck import DuckEngine
from zhengheng.scheme import methods
from zhengheng.scheme.lint import lint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.packs import packs
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.pipeline import steps

VIOLATIONS = {
    "Imports run downward only": ("scheme/bad.py", "import zhengheng.engines.run\n"),
    "Nothing below web imports Django": ("cli/bad.py", "import django\n"),
    "The domain and the workflow stand on the standard library alone": (
        "domain/bad.py",
        "import yaml\n",
    ),
    "Rulebook and scoring are pure: no engine, no table format": (
        "scoring/bad.py",
        "import pyarrow\n",
    ),
    "The oracle and the witness need only the standard library": (
        "ledger/witness.py",
        "import cryptography\n",
    ),
    "Inside a web app imports run downward": (
        "web/results/models.py",
        "import zhengheng.web.results.services\n",
    ),
    "What writes and what reads knows no page": (
        "web/ledger/selectors.py",
        "import zhengheng.web.pages.tags\n",
    ),
    "No cycles between siblings": ("domain/numbers.py", "import zhengheng.domain.periods\n"),
    "exhaustive": ("helpers/__init__.py", ""),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False,
                          env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"})  # fmt: skip


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_broken_import_contract_is_reported(contract: str, tmp_path: Path) -> None:
    left_out = shutil.ignore_patterns("node_modules", "static", "__pycache__")
    shutil.copytree(ROOT / "src" / "zhengheng", tmp_path / "src" / "zhengheng", ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    name, text = VIOLATIONS[contract]
    file = tmp_path / "src" / "zhengheng" / name
    file.parent.mkdir(exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)
    if contract == "No cycles between siblings":
        with (tmp_path / "src/zhengheng/domain/periods.py").open("a", encoding="utf-8") as stream:
            stream.write("import zhengheng.domain.numbers\n")
    done = lint_imports(tmp_path)
    assert done.returncode != 0, done.stdout


PROGRAMS = (
    "cli/",
    "web/commands.py",
    "web/ledger/commands.py",
    "web/portal/commands.py",
    "web/starting.py",
)
"""Commands that answer before the engines or Django are loaded: they import where they begin to work."""
LATE = {
    "web/jobs/apps.py": "registers jobs once Django knows its models",
    "web/accounts/apps.py": "registers a signal once Django knows its models",
}
HEAVY = {
    "docx", "openpyxl", "pyarrow", "pyiceberg", "pyspark", "reportlab", "resource", "xlrd", "xml",
}  # fmt: skip
"""Large, optional or not on every system: imported by whoever needs them."""


def imported_late(path: Path) -> set[str]:
    """What a file imports inside its functions."""
    found: set[str] = set()
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in ast.walk(function):
                if isinstance(one, ast.ImportFrom):
                    found.add(one.module or "")
                elif isinstance(one, ast.Import):
                    found |= {name.name for name in one.names}
    return found


def test_no_import_hides_in_a_function() -> None:
    """A cycle between modules that such an import hides is two modules that should be three."""
    source = ROOT / "src" / "zhengheng"
    late = {
        path.relative_to(source).as_posix(): hidden
        for path in sorted(source.rglob("*.py"))
        if not path.relative_to(source).as_posix().startswith(PROGRAMS)
        and (hidden := {name for name in imported_late(path) if name.split(".")[0] not in HEAVY})
    }
    assert late.keys() == LATE.keys(), late


SAID_BY_US = re.compile(r"\bclass (\w+(?:Error|Exception))\(")
"""Exceptions of this code base speak our words, where they speak at all."""


def foreign_words(path: Path, ours: set[str]) -> list[str]:
    """F-strings that put the text of a fault which is not ours into a sentence: the system's words, or a library's."""
    found = []
    for handler in (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.ExceptHandler)):  # fmt: skip
        caught = {ast.unparse(one).split(".")[-1] for one in getattr(handler.type, "elts", (handler.type,)) if one}  # fmt: skip
        if handler.name is None or caught <= ours:
            continue
        name = re.escape(handler.name)
        # Numbers and names that we read from a fault are ours to word; its sentences are not.
        text = re.compile(
            rf"^(?:str\(|repr\()?{name}\)?$|\b{name}\.(?:strerror|msg|args|stderr|reason|problem|message)\b|type\({name}\)|\b{name}\)\.(?:strip|splitlines)"
        )
        for held in (n for n in ast.walk(handler) if isinstance(n, ast.FormattedValue)):
            if text.search(ast.unparse(held.value)):
                found.append(f"{path.name}:{held.lineno}: {ast.unparse(held.value)}")
    return found


def test_what_tests_build_on_builds_on_no_test_above_it() -> None:
    """The furniture of tests imports in one direction, inside functions too."""
    files = {".".join(one.relative_to(ROOT).with_suffix("").parts): one for one in (ROOT / "tests").rglob("*.py")}  # fmt: skip
    used: dict[str, set[str]] = {}
    for name, file in files.items():
        imports = [one for one in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(one, ast.Import | ast.ImportFrom)]  # fmt: skip
        named = {alias.name for one in imports if isinstance(one, ast.Import) for alias in one.names}  # fmt: skip
        for one in imports:
            if isinstance(one, ast.ImportFrom) and one.module:
                named |= {one.module, *(f"{one.module}.{alias.name}" for alias in one.names)}
        used[name] = named & set(files)
    assert len(list(TopologicalSorter(used).static_order())) == len(files)


def test_no_sentence_holds_the_words_of_python_or_of_a_library() -> None:
    """Faults are said in sentences of ours, in both languages; what the system said is for the log."""
    sources = sorted((ROOT / "src" / "zhengheng").rglob("*.py"))
    ours = {name for path in sources for name in SAID_BY_US.findall(path.read_text(encoding="utf-8"))}  # fmt: skip
    assert [one for path in sources for one in foreign_words(path, ours)] == []


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("try: x()\nexcept OSError as e: raise Own(f'not read: {e}')", True),
        ("try: x()\nexcept OSError as e: raise Own(f'not read: {e.strerror}')", True),
        ("try: x()\nexcept (OwnError, ValueError) as e: raise Own(f'bad: {str(e)}')", True),
        ("try: x()\nexcept Exception as e: print(f'{type(e).__name__}')", True),
        ("try: x()\nexcept OwnError as e: raise Own(f'bad: {e}')", False),
        ("try: x()\nexcept OSError as e: raise Own(f'not read: {why(e)[0]}')", False),
        ("try: x()\nexcept OSError as e: log.warning('%s', e)", False),
    ],
)
def test_the_lint_of_sentences_can_fail(text: str, bad: bool, tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text(text, encoding="utf-8")
    assert bool(foreign_words(path, {"OwnError"})) == bad


def test_nothing_below_calls_upward_by_a_name() -> None:
    """Whoever imports a module by its name, or names one of a layer above, imports it all the same."""
    source = ROOT / "src" / "zhengheng"
    below = [
        "domain",
        "workflow",
        "ledger",
        "workbooks",
        "scheme",
        "scoring",
        "lake",
        "engines",
        "sample",
    ]
    for place, layer in enumerate(below):
        above = "|".join([*below[place + 1 :], "cli", "web"])
        for path in sorted((source / layer).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            assert "import_module" not in text, path
            assert not re.search(rf"""["']zhengheng\.({above})\b""", text), path


FORBIDDEN_TEXT = {
    "/": r"(?<![-/])/(?![-/*])", "//": r"//", "%": r"%", "::": r"::", "double quotes": r'"',
    "select *": r"select\s+\*", "round(": r"\bround\s*\(", "avg": r"\bavg\s*\(", "div": r"\bdiv\b",
    "sign(": r"\bsign\s*\(", "median": r"\bmedian\s*\(", "percentile": r"\bpercentile\w*\s*\(",
    "stddev": r"\bstddev\w*\s*\(", "double": r"\b(double|float|real)\b",
}  # fmt: skip


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.file)
def test_a_step_keeps_the_sql_rules(step) -> None:  # type: ignore[no-untyped-def]
    for word, pattern in FORBIDDEN_TEXT.items():
        assert not re.search(pattern, step.sql, re.IGNORECASE), f"{step.file}: {word} is forbidden"
    tree = sqlglot.parse_one(step.sql, read="duckdb")
    for window in tree.find_all(exp.Window):
        order = window.args.get("order")
        if isinstance(window.this, exp.RowNumber):
            assert order, f"{step.file}: row_number without order"
        for ordered in order.expressions if order else ():
            assert ordered.args.get("nulls_first") is False, f"{step.file}: say NULLS LAST"
            assert "NULLS LAST" in step.sql.upper()
    for column in tree.find_all(exp.Column):
        if not isinstance(column.parent, exp.Order) and column.name not in {"true"}:
            assert column.table, f"{step.file}: {column.name} is not qualified"
    for kind in tree.find_all(exp.Cast):
        assert kind.to.sql().lower() in {"bigint", "decimal(38, 0)", "smallint", "int", "date"}, (
            step.file
        )


@pytest.mark.parametrize(
    "bad", ["select a / b from t", "select avg(x) from t", "select x::int from t"]
)
def test_the_sql_lint_can_fail(bad: str) -> None:
    assert any(re.search(pattern, bad, re.IGNORECASE) for pattern in FORBIDDEN_TEXT.values())


def test_every_result_table_has_its_contract_columns() -> None:
    made = {step.table: step.sql for step in steps()}
    for name, contract in CONTRACTS.items():
        if contract.role == "result":
            tree = sqlglot.parse_one(made[name], read="duckdb")
            found = {selected.alias_or_name for selected in tree.find(exp.Select).selects}  # type: ignore[union-attr]
            assert found == set(contract.names), name


def test_every_method_has_its_step() -> None:
    from zhengheng.engines.oracle import METHODS

    assert {
        s.table.removeprefix("method_") for s in steps() if s.table.startswith("method_")
    } == set(METHODS)


def _kinds() -> dict[str, str]:
    """Each method that a rulebook may name, and the one that computes it."""
    members = get_args(get_args(methods.AnyMethod)[0])
    kinds = [get_args(one.model_fields["kind"].annotation)[0] for one in members]
    return {kind: {"tiers": "direct", "answers": "direct"}.get(kind, kind) for kind in kinds}


def _places() -> list[Path]:
    """The places of a scoring method, in the order of CONTRIBUTING.md."""
    held = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = re.findall(r"^  \d+\. `([^`]+)`", held, re.MULTILINE)
    return [
        ROOT / name if name.startswith(("docs/", "tests/")) else ROOT / "src" / "zhengheng" / name
        for name in listed
    ]


def _says(place: Path) -> str:
    """All that stands at a place: of a folder the names of its files, too."""
    files = sorted(place.rglob("*.*")) if place.is_dir() else [place]
    return "\n".join(f"{file.name}\n{file.read_text(encoding='utf-8')}" for file in files)


def _names(text: str, word: str) -> bool:
    return re.search(rf"(?<![A-Za-z]){word}(?![A-Za-z])", text) is not None


def test_a_method_stands_in_every_place_that_contributing_lists() -> None:
    places = _places()
    assert len(places) == 13
    for place in places:
        text = _says(place)
        # Most methods need no columns but the usual ones: these name only the others.
        known = [
            kind for kind, computed in _kinds().items()
            if not _names(text, kind) and not _names(text, computed)
        ] if place.name != "rules.py" else []  # fmt: skip
        assert known == [], place.relative_to(ROOT)


def test_no_place_of_a_method_is_missing_from_the_list() -> None:
    """A file of the program that names every method is one that a new method has to be named in."""
    places, kinds = _places(), _kinds()
    source = ROOT / "src" / "zhengheng"
    for path in sorted([*source.rglob("*.py"), *(ROOT / "docs/reference").glob("*.md")]):
        text = path.read_text(encoding="utf-8")
        if all(_names(text, kind) or _names(text, computed) for kind, computed in kinds.items()):
            assert path in places, path.relative_to(ROOT)


@pytest.mark.parametrize("within", ["", "web"])
def test_the_house_names_every_room(within: str) -> None:
    """Packages in the table, apps of the web below it."""
    house = (ROOT / "docs/explanation/house.md").read_text(encoding="utf-8")
    table, _, apps = house.partition("Inside `web`")
    here = ROOT / "src" / "zhengheng" / within
    rooms = sorted(path.parent.name for path in here.glob("*/__init__.py"))
    said = apps if within else table
    assert rooms
    assert [one for one in rooms if f"`{one}`" not in said] == []


def test_the_engine_cannot_reach_outside() -> None:
    with DuckEngine().connect() as connection:
        for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
            value = connection.execute(f"select current_setting('{name}')").fetchone()
            assert value == (False,)


@pytest.mark.parametrize("name", [name for name, _ in packs("en")])
def test_every_pack_passes_its_own_check_and_cases(name: str) -> None:
    from zhengheng.engines.cases import run_cases

    book, source = load_rulebook(ROOT / "src/zhengheng/scheme/packs" / name)
    assert [p.say("en") for p in lint(book, source) if p.severity == "error"] == []
    assert [o for o in run_cases(book, DuckEngine(threads=1)) if not o.passed] == []


@pytest.mark.parametrize(
    "name", sorted(p.name for p in (ROOT / "examples").iterdir() if p.is_dir())
)
def test_every_example_passes_the_check(name: str) -> None:
    book, source = load_rulebook(ROOT / "examples" / name / "rulebook")
    assert [p.say("en") for p in lint(book, source) if p.severity == "error"] == []


SPOKEN = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".sql", ".sh", ".json", ".html", ".js", ".css", ".conf", ".service", ".in", ""}  # fmt: skip
LOCKS = {"package-lock.json"}
"""What a program wrote down, addresses and all."""


def test_no_word_of_the_workplace_or_of_this_machine_is_in_the_tree() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    words = [
        "pypi" + ".org",
        "python" + "hosted",
        "npm" + "js.org",
        "/wo" + "rk/main",
        "deb.deb" + "ian",
    ]
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and path.suffix in SPOKEN and path.name not in LOCKS:
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not [word for word in words if word in text], name


def test_a_kept_moment_becomes_a_day_by_the_clock_of_the_office_only() -> None:
    """A moment read back from the database is in UTC, whose day is the one before until eight in the morning."""
    raw = re.compile(r"_at\)?\.date\(\)|_at:%|\b(?:found|point|one)\.at\.date\(\)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "src" / "zhengheng" / "web").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if raw.search(line)
    ]
    assert found == [], "django.utils.timezone.localdate first"


SAID_ONCE = {
    r"方案中没有(?:这个|\{what\[0\]\}|指标)": "domain/names.py",  # that the rulebook has no such indicator
    r"any\(\w+\.isalnum\(\)": "domain/said.py",  # whether a text says something
    r"valid_to(\"\])? *[<>]|valid_to__lt=": "web/organisation/selectors.py",  # whether a life ended before a day
    r"\(\"draft\", \"approved\"": "workflow/machines.py",  # whether a result never went on notice
}
"""Rules that stood in several spellings, one of them wrong, and the one place that may spell them."""


def test_a_rule_that_has_a_function_is_not_spelt_again() -> None:
    source = ROOT / "src" / "zhengheng"
    for pattern, place in SAID_ONCE.items():
        held = [
            path.relative_to(source).as_posix() for path in source.rglob("*.py")
            if "migrations" not in path.parts and re.search(pattern, path.read_text(encoding="utf-8"))
        ]  # fmt: skip
        assert held == [place], pattern


def test_generated_docs_are_fresh() -> None:
    from tests.docs_are_fresh import stale

    assert stale() == []

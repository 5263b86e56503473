"""English sentences say one thing as one: no count stands right before the word for many."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from zhengheng.domain.several import several

NAMED = (
    "units|rows|values|entries|files|sources|indicators|errors|warnings|opinions|letters|comments|places|findings|questions|matters|goals|"
    "minutes|accounts|weights|cells|columns|decimals|releases|expectations"
)
COUNT = re.compile(rf" (?:more |other |new |settled |working )?(?:{NAMED})\b")
ALONE = {"verifier.py", "witness.py"}
"""Programs of one file that run on bare Python, without this package."""
BESIDE = {
    ("web/commands.py", "published bundles"), ("web/audits/acts.py", "values drawn"), ("web/overview/city.py", "results of all"),
    ("engines/passport.py", "indicators"), ("engines/passport_rows.py", "rows of rows"), ("lake/readers.py", "columns, more"),
    ("engines/uncounted.py", "rows, and those"), ("cli/scheme.py", "units have"), ("cli/scheme.py", "goals are"), ("scoring/formulas.py", "units with"), ("scoring/formulas.py", "units equal"),
    ("ledger/check.py", "contents"), ("scheme/method_words.py", "values take"), ("web/reporting/views.py", "rows handed in"),
}  # fmt: skip
"""Parts of a whole ("2 of 5 values"), and counts that are never one."""


SHOWN = re.compile(
    r"\{\{ ([^{}]+) \}\}\s*\{% t [\"'][^\"']*[\"'] [\"'](?:" + NAMED + r")\b([^\"']*)"
)
OF_ALL = {("portal/moved.html", "before.1"), ("targets/cascade.html", "covered.units"), ("targets/cascade.html", "covered.goals")}  # fmt: skip
"""Wholes of which a page counts a part."""


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 units have"), (1, "1 unit has"), (2, "2 units have")]
)
def test_one_is_said_as_one(number: int, said: str) -> None:
    assert several(number, "unit has", "units have") == said


def test_no_sentence_puts_a_count_before_the_word_for_many() -> None:
    source = ROOT / "src" / "zhengheng"
    found = []
    for path in sorted(source.rglob("*.py")):
        name = path.relative_to(source).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            pairs = zip(node.values, node.values[1:], strict=False) if isinstance(node, ast.JoinedStr) else ()  # fmt: skip
            for number, text in pairs:
                if not isinstance(number, ast.FormattedValue) or not isinstance(text, ast.Constant):
                    continue
                count, words = ast.unparse(number.value), str(text.value)
                if Path(name).name in ALONE or count.split(".")[-1].isupper():  # a limit is not one
                    continue
                if COUNT.match(words) and not any(name == file and words.startswith(f" {rest}") for file, rest in BESIDE):  # fmt: skip
                    found.append(f"{name}:{number.lineno}: {{{count}}}{words[:40]}")
    assert found == []


def test_no_page_puts_a_count_before_the_word_for_many() -> None:
    """`{% counted n ... %}` says it as English does."""
    pages = ROOT / "src" / "zhengheng" / "web" / "templates"
    found = [
        (path.relative_to(pages).as_posix(), match[1])
        for path in sorted(pages.rglob("*.html"))
        for match in SHOWN.finditer(path.read_text(encoding="utf-8"))
    ]
    assert set(found) == OF_ALL

"""An attacker with all that is public and the rules in hand: what is internal must stay out of his reach.

He reads every table, document and page, solves what they say about a unit together (totals, dimensions, grades, the
same year under other rules), and tries what he guesses against the commitments.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.web.same_numbers import rows as rows_of_page
from zhengheng.domain.canonical import canonical
from zhengheng.engines.bundled import COMMITTED
from zhengheng.engines.disclosure import ROOM, disclosure, hidden_indicators
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.portion import Portions
from zhengheng.engines.run import Run, make_run
from zhengheng.scheme.today import as_if_always
from zhengheng.web.publication.models import Publication
from zhengheng.web.publication.other_rules import before
from zhengheng.web.results.selectors import folder_of, loaded

POINT = 10**9
NUMBER = re.compile(r"[-+]?[\d.,]+( ?/ ?[\d.]+)?")
OFF = Fraction(2, 100)
"""How far a sum of printed points may lie from the sum of exact ones."""
MEASURED = ("value", "previous", "target", "base", "stretch", "bottom", "points", "printed", "score", "line")  # fmt: skip
Row = dict[str, str]
Bound = tuple[tuple[Fraction, ...], Fraction]
"""Coefficients of the unknowns, and what their sum is at most."""


def everything_internal_stays_inside() -> int:
    """Attack every release that shows more than grades; gives how many cells withstood."""
    count = 0
    for held in Publication.objects.filter(state="released").order_by("pk"):
        run = loaded(folder_of(held.run.run))
        hidden = hidden_indicators(run)
        assert hidden, (held.pk, "each rulebook of the city keeps something internal")
        folder = Path(settings.HOME) / "publications" / str(held.pk)
        nothing_is_told(held, folder, run, hidden)
        nothing_stands_on_a_page(held, run, hidden)
        if held.shows == "score":
            nothing_follows_from_sums(held, folder, run, hidden)
            nothing_is_guessed(folder, run, hidden)
            count += sum(row["indicator"] in hidden for row in run.results.rows("indicator_score"))
    return count


def tables(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """Every table of a release: the files, and what lies in its bundle."""
    for path in sorted((folder / "data").iterdir()):
        if path.suffix == ".csv":
            yield path.name, list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        elif path.suffix == ".json" and isinstance(held := json.loads(path.read_text(encoding="utf-8")), list):  # fmt: skip
            yield path.name, held
    for name, text in texts(folder):
        if name.endswith(".csv"):
            yield name, list(csv.DictReader(io.StringIO(text)))


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    bundle = folder / "data" / "bundle.zip"
    if bundle.exists():
        with zipfile.ZipFile(bundle) as archive:
            yield from ((name, archive.read(name).decode()) for name in archive.namelist())


def nothing_is_told(held: Publication, folder: Path, run: Run, hidden: set[str]) -> None:
    """No table or document says what an internal indicator measured or earned, nor the total that is withheld."""
    decided, seen = disclosure(run), 0
    for name, rows in tables(folder):
        for row in rows:
            if row.get("indicator") in hidden or row.get("subject") in hidden:
                seen += 1
                assert not any(row.get(one) for one in MEASURED), (held.pk, name, row)
            if held.shows == "score" and row.get("unit") in decided.withheld and row.get("node") == "total":  # fmt: skip
                assert not row.get("score"), (held.pk, name, row)
                assert not row.get("rank"), (held.pk, name, row)
    assert seen, (held.pk, "that it is assessed is no secret")
    document = json.loads((folder / "snapshot.json").read_text(encoding="utf-8"))
    for marks in document["marks"].values():
        for code in hidden & marks.keys():
            assert marks[code].keys() <= {"status", "full"}, (held.pk, code, marks[code])
    assert not any(hidden & ranges.keys() for ranges in document["ranges"].values())


def nothing_stands_on_a_page(held: Publication, run: Run, hidden: set[str]) -> None:
    """Beside an internal indicator stands no number: on no unit's page, on no page of its own, in either language."""
    words = [run.rulebook.indicator(code).name for code in hidden]
    names = {name for one in words for name in (one.zh, one.say("en"))}
    beside = 0
    for base in ("", "en/"):
        folder = Path(settings.HOME) / "portal" / base / "p" / str(held.pk)
        for path in sorted(folder.glob("units/*.html")):
            rows = rows_of_page(path.read_text(encoding="utf-8"))
            for cells in (row for row in rows if row and row[0] in names):
                beside += 1
                assert not any(map(NUMBER.fullmatch, cells[1:])), (path, cells)
        for code in hidden:
            path = folder / "indicators" / f"{code}.html"
            for cells in rows_of_page(path.read_text(encoding="utf-8")):
                counted = re.match(
                    r"20\d\d", cells[0]
                )  # of each year how many units met it, by lights
                assert counted or not any(map(NUMBER.fullmatch, cells[1:])), (path, cells)
    assert beside, held.pk


@dataclass
class Unit:
    """What is known of a unit's internal shares (1 is the full mark): bounds that hold together."""

    codes: list[str]
    bounds: list[Bound]

    def between(self, weights: list[Fraction], low: Fraction | None, high: Fraction | None) -> None:
        """The weighted shares add up to something between these."""
        if high is not None:
            self.bounds.append((tuple(weights), high))
        if low is not None:
            self.bounds.append((tuple(-one for one in weights), -low))

    def span(self, place: int) -> tuple[Fraction, Fraction]:
        """The least and the greatest that one share can be, whatever the others are: the others are eliminated."""
        held = list(dict.fromkeys(self.bounds))
        for other in range(len(self.codes)):
            if other != place:
                held = _without(held, other)
        tops = [bound / row[place] for row, bound in held if row[place] > 0]
        feet = [bound / row[place] for row, bound in held if row[place] < 0]
        return max(feet), min(tops)


def _without(held: list[Bound], place: int) -> list[Bound]:
    """The same bounds without one unknown (Fourier and Motzkin)."""
    above = [one for one in held if one[0][place] > 0]
    below = [one for one in held if one[0][place] < 0]
    found = [one for one in held if not one[0][place]]
    for first, high in above:
        for second, low in below:
            a, b = 1 / first[place], -1 / second[place]
            row = tuple(a * x + b * y for x, y in zip(first, second, strict=True))
            found.append((row, a * high + b * low))
    return list(dict.fromkeys(found))


def nothing_follows_from_sums(held: Publication, folder: Path, run: Run, hidden: set[str]) -> None:
    """No internal indicator is pinned to less than a tenth of its range, nor to one of its steps."""
    found = {name: rows for name, rows in tables(folder) if name.startswith("results/")}
    known = {row["unit"]: equations(run, found, row, hidden) for row in found["results/total_score.csv"]}  # fmt: skip
    for path in sorted((folder / "restated").glob("*.json")):
        other_rules(held, path, known, hidden)
    for later in Publication.objects.filter(state="released", run__rulebook=held.run.rulebook):
        path = folder.parent / str(later.pk) / "restated" / f"{held.pk}.json"
        if path.exists():
            other_rules(held, path, known, hidden, later)
    steps = {
        code: {Fraction(str(step.credit)) for step in run.rulebook.indicator(code).method.steps}  # type: ignore[union-attr]
        for code in hidden if getattr(run.rulebook.indicator(code).method, "kind", "") == "steps"
    }  # fmt: skip
    for unit, one in known.items():
        for place, code in enumerate(one.codes):
            low, high = one.span(place)
            assert high - low >= ROOM, (held.pk, unit, code, float(low), float(high))
            if code in steps:
                fits = [share for share in steps[code] if low <= share <= high]
                assert len(fits) > 1, (held.pk, unit, code, float(low), float(high))


def equations(run: Run, found: dict[str, list[Row]], total: Row, hidden: set[str]) -> Unit:
    """A unit's line as equations: the total, each dimension with a score, and where the total is withheld the grade."""
    unit, category = total["unit"], total["category"]
    scores = {row["indicator"]: row for row in found["results/indicator_score.csv"] if row["unit"] == unit}  # fmt: skip
    weighed = Portions(run).of(category, {code: int(row["status"]) for code, row in scores.items()})
    codes = sorted(code for code, row in scores.items() if code in hidden and weighed.get(code) and row["status"] == "1")  # fmt: skip
    full = {row["indicator"]: Fraction(row["full"], 10**6) for row in run.plan.tables["rule"] if row["category"] == category and row["latest"]}  # fmt: skip
    one = Unit(codes, [])
    for place in range(len(codes)):
        alone = [Fraction(int(n == place)) for n in range(len(codes))]
        one.between(alone, Fraction(0), Fraction(1))
    shown = sum((weighed[code] * Fraction(int(row["points"]), POINT) for code, row in scores.items() if row["points"] and code in weighed), Fraction(0))  # fmt: skip
    weights = [weighed[code] * full[code] for code in codes]
    if total["composite"]:
        rest = Fraction(int(total["composite"]), POINT) - shown
        one.between(weights, rest - OFF, rest + OFF)
    else:
        least = _least(run, found, unit)
        one.between(weights, least - OFF - shown if least is not None else None, None)
    for node in found["results/node_score.csv"]:
        if node["unit"] == unit and node["printed"]:
            below = _below(run, category, node["node"])
            inside = [w if code in below else Fraction(0) for code, w in zip(codes, weights, strict=True)]  # fmt: skip
            if any(inside) and node["node"] != "total":
                raise AssertionError((unit, node, "a dimension with something internal shows no score"))  # fmt: skip
    return one


def _least(run: Run, found: dict[str, list[Row]], unit: str) -> Fraction | None:
    """What a total is at least, by the grade that was computed for it."""
    cuts = {row["grade"]: row["at_least"] for row in run.plan.tables["band"]}
    grade = next((row["grade"] for row in found["results/grading.csv"] if row["unit"] == unit), "")
    cut = cuts.get(grade)
    return None if cut is None else Fraction(cut, POINT)


def _below(run: Run, category: str, node: str) -> set[str]:
    held: set[str] = set()
    for row in run.plan.tables["branch"]:
        if row["category"] == category and row["parent"] == node:
            held |= {row["child"]} if row["leaf"] else _below(run, category, row["child"])
    return held


def other_rules(
    held: Publication, path: Path, known: dict[str, Unit], hidden: set[str], later: Publication | None = None
) -> None:  # fmt: skip
    """A total of the same year under other rules is one more equation, where these leave the shares as they are."""
    if later is None and path.name != "before.json":
        return
    run = loaded(folder_of(held.run.run))
    if later is None:
        book, _ = before(held.run, run)
        assert book is not None
    else:
        now = loaded(folder_of(later.run.run))
        book = as_if_always(now.rulebook, now.plan.period.end)
    made = make_run(book, run.facts, run.plan.period, DuckEngine(), run.plan.at)
    document = json.loads(path.read_text(encoding="utf-8"))
    totals = {one["code"]: one["score"] for group in document["groups"] for one in group["units"] if one.get("score")}  # fmt: skip
    sums = {row["unit"]: row for row in made.results.rows("total_score")}
    for unit, total in totals.items():
        scores = {row["indicator"]: row for row in made.results.of_unit("indicator_score", unit)}
        category = sums[unit]["category"]
        weighed = Portions(made).of(category, {code: row["status"] for code, row in scores.items()})
        full = {row["indicator"]: Fraction(row["full"], 10**6) for row in made.plan.tables["rule"] if row["category"] == category and row["latest"]}  # fmt: skip
        inside = [code for code, row in scores.items() if code in hidden and weighed.get(code)]
        if document["groups"] and set(inside) == set(known[unit].codes) and not document.get("left_out"):  # fmt: skip
            shown = sum((weighed[code] * Fraction(row["points"], POINT) for code, row in scores.items() if code not in hidden and code in weighed and row["points"] is not None), Fraction(0))  # fmt: skip
            rest = Fraction(total) - Fraction(sums[unit]["bonus"] - sums[unit]["deduction"], POINT) - shown  # fmt: skip
            weights = [weighed[code] * full[code] for code in known[unit].codes]
            known[unit].between(weights, rest - OFF, rest + OFF)


def nothing_is_guessed(folder: Path, run: Run, hidden: set[str]) -> None:
    """The very values, tried with every secret that lies about, open no commitment; no two cells share one."""
    held = dict(texts(folder))
    cells = [row for row in csv.DictReader(io.StringIO(held["inputs/cell.csv"])) if row["commitment"]]  # fmt: skip
    lying = {one for text in held.values() for one in re.findall(r"\b[0-9a-f]{16,64}\b", text)}
    salts = {bytes.fromhex(one) for one in lying if len(one) % 2 == 0 and len(one) >= 32} - {b""}
    commitments = {row["commitment"] for row in cells}
    assert len(commitments) == len(cells) > 0
    salts = {salt for salt in salts if salt.hex() not in commitments} | {b"", run.id.encode()}
    scores = {(row["unit"], row["indicator"]): row for row in run.results.rows("indicator_score")}
    for cell in _sample(row for row in run.results.rows("cell") if row["indicator"] in hidden):
        score = scores[cell["unit"], cell["indicator"]]
        full = cell | {"points": score["points"], "printed": score["printed"]}
        said = canonical({name: full[name] for name in ("unit", "indicator", "segment", *COMMITTED)}).encode()  # fmt: skip
        assert not {hashlib.sha256(salt + said).hexdigest() for salt in salts} & commitments, cell


def _sample(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every seventh: each has a salt of its own, made in the same way."""
    yield from (row for place, row in enumerate(rows) if place % 7 == 0)

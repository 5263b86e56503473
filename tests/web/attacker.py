"""An attacker with all that is public and the rules in hand: what is internal must stay out of his reach.

He reads every table, document and page, solves what they say about a unit together (totals, dimensions, the cuts of
its grade and of the next better one, its place among those whose totals are shown, the same year under other rules,
every release of the same period), and tries what he guesses against all commitments.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
from django.conf import settings
from openpyxl import load_workbook

from tests.web.same_numbers import rows as rows_of_page
from zhengheng.domain.canonical import canonical
from zhengheng.engines.bundled import COMMITTED
from zhengheng.engines.disclosure import ROOM, disclosure, hidden_indicators
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.portion import Portions
from zhengheng.engines.run import Run, make_run
from zhengheng.scheme.today import as_if_always, without
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
    together: dict[tuple[str, str, str], Unit] = {}
    secrets: dict[str, int] = {}
    for held in Publication.objects.filter(state="released").order_by("pk"):
        run = loaded(folder_of(held.run.run))
        hidden = hidden_indicators(run)
        assert hidden, (held.pk, "each rulebook of the city keeps something internal")
        folder = Path(settings.HOME) / "publications" / str(held.pk)
        nothing_is_told(held, folder, run, hidden)
        nothing_stands_on_a_page(held, run, hidden)
        if held.shows == "score":
            known = nothing_follows_from_sums(held, folder, run, hidden)
            for unit, one in known.items():
                add_release(together, (held.run.rulebook, held.run.period, unit), one, run)
            for commitment in nothing_is_guessed(folder, run, hidden):
                assert secrets.setdefault(commitment, held.pk) == held.pk, (
                    "each release has salts of its own"
                )
            count += sum(row["indicator"] in hidden for row in run.results.rows("indicator_score"))
    for (book, period, _), one in together.items():
        one.leaves_room(book, period)
    return count


def add_release(together: dict[tuple[str, str, str], "Unit"], key: tuple[str, str, str], one: "Unit", run: Run) -> None:  # fmt: skip
    """Another release of the period says the same unit's shares, if a correction left its internal points alone."""
    scores = {row["indicator"]: row["points"] for row in run.results.of_unit("indicator_score", key[2])}  # fmt: skip
    one.points = {code: scores[code] for code in one.codes}
    before = together.setdefault(key, one)
    if before is not one and before.points == one.points:
        before.bounds += one.bounds
        before.releases += 1


def tables(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """Every table of a release: the files, and what lies in its bundle."""
    for path in sorted((folder / "data").iterdir()):
        if path.suffix == ".parquet":
            yield path.name, [{k: v or "" for k, v in row.items()} for row in pq.read_table(path).to_pylist()]  # fmt: skip
        elif path.suffix == ".xlsx":
            for page in load_workbook(path).worksheets:
                head, *rows = page.iter_rows(values_only=True)
                yield path.name, [{str(k): "" if v is None else str(v) for k, v in zip(head, row, strict=True)} for row in rows]  # fmt: skip
        elif path.suffix == ".csv":
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
    decided, seen = disclosure(run), set()
    for name, rows in tables(folder):
        for row in rows:
            if row.get("indicator") in hidden or row.get("subject") in hidden:
                seen.add(Path(name).suffix)
                assert not any(row.get(one) for one in MEASURED), (held.pk, name, row)
            if held.shows == "score" and row.get("unit") in decided.withheld and row.get("node") == "total":  # fmt: skip
                assert not row.get("score"), (held.pk, name, row)
                assert not row.get("rank"), (held.pk, name, row)
    assert seen == {".csv", ".json", ".parquet", ".xlsx"}, (held.pk, seen, "that it is assessed is no secret")  # fmt: skip
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
    points: dict[str, int] = field(default_factory=dict)
    releases: int = 1

    def leaves_room(self, *where: object) -> None:
        """Each share could lie in a tenth of its range."""
        for place, code in enumerate(self.codes):
            low, high = self.span(place)
            assert high - low >= ROOM, (where, code, float(low), float(high))

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


def nothing_follows_from_sums(
    held: Publication, folder: Path, run: Run, hidden: set[str]
) -> dict[str, Unit]:
    """Gives what is known of each unit. No internal indicator is pinned to less than a tenth of its range, nor to one of its steps."""
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
        one.leaves_room(held.pk, unit)
        for place, code in enumerate(one.codes):
            low, high = one.span(place)
            if code in steps:
                fits = [share for share in steps[code] if low <= share <= high]
                assert len(fits) > 1, (held.pk, unit, code, float(low), float(high))
    return known


def equations(run: Run, found: dict[str, list[Row]], total: Row, hidden: set[str]) -> Unit:
    """A unit's line as equations: the total, each dimension with a score, and where the total is withheld the grade."""
    unit, category = total["unit"], total["category"]
    scores = {row["indicator"]: row for row in found["results/indicator_score.csv"] if row["unit"] == unit}  # fmt: skip
    weighed = Portions(run.plan.tables).of(
        category, {code: int(row["status"]) for code, row in scores.items()}
    )
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
        least, most = by_grade(run, found, total)
        one.between(weights, least - OFF - shown if least is not None else None, most + OFF - shown if most is not None else None)  # fmt: skip
    for node in found["results/node_score.csv"]:
        if node["unit"] == unit and node["printed"]:
            below = _below(run, category, node["node"])
            inside = [w if code in below else Fraction(0) for code, w in zip(codes, weights, strict=True)]  # fmt: skip
            if any(inside) and node["node"] != "total":
                raise AssertionError((unit, node, "a dimension with something internal shows no score"))  # fmt: skip
    return one


def by_grade(run: Run, found: dict[str, list[Row]], total: Row) -> tuple[Fraction | None, Fraction | None]:  # fmt: skip
    """Between which composites a withheld total lies, by its grade and by those of its group whose totals are shown.

    A band begins at its cut; below the cut of the next better band lies whoever did not get that one, unless its seats
    or a veto, a limit or a gate kept him out of it. Where shares decide, seats go by rank: whoever has a better
    grade has no smaller total.
    """
    places = {row["unit"]: int(row["place"]) for row in found["results/grading.csv"]}
    bands = {row["place"]: row for row in run.plan.tables["band"]}
    place = places.get(total["unit"])
    if place is None or not _free(total):
        return None, None
    added = Fraction(int(total["bonus"]) - int(total["deduction"]), POINT)
    lows, highs = [bands[place]["at_least"]], []
    by_cuts = not run.plan.tables["gate"] and all(one["share_at_least"] is None for one in bands.values())  # fmt: skip
    for better in (bands[one] for one in bands if one < place):
        if by_cuts and better["at_least"] is not None and better["share_at_most"] is None:  # fmt: skip
            highs.append(better["at_least"])
    for other in found["results/total_score.csv"]:
        theirs = places.get(other["unit"])
        if other["comparison_group"] != total["comparison_group"] or not other["printed"] or not _free(other):  # fmt: skip
            continue
        if theirs is not None and theirs > place:
            lows.append(int(other["printed"]))
        elif theirs is not None and theirs < place and not run.plan.tables["gate"]:
            highs.append(int(other["printed"]))
    held = [Fraction(one, POINT) - added for one in lows if one is not None]
    tops = [Fraction(one, POINT) - added for one in highs]
    return max(held, default=None), min(tops, default=None)


def _free(total: Row) -> bool:
    """Whether nothing but the score decided the grade."""
    return not total["limit_place"] and not total["forced_place"] and total["vetoed"] != "true"


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
    document = json.loads(path.read_text(encoding="utf-8"))
    if left := [one["code"] for one in document.get("left_out", ())]:
        book = without(book, left)
    made = make_run(book, run.facts, run.plan.period, DuckEngine(), run.plan.at)
    totals = {one["code"]: one["score"] for group in document["groups"] for one in group["units"] if one.get("score")}  # fmt: skip
    sums = {row["unit"]: row for row in made.results.rows("total_score")}
    for unit, total in totals.items():
        scores = {row["indicator"]: row for row in made.results.of_unit("indicator_score", unit)}
        category = sums[unit]["category"]
        weighed = Portions(made.plan.tables).of(
            category, {code: row["status"] for code, row in scores.items()}
        )
        full = {row["indicator"]: Fraction(row["full"], 10**6) for row in made.plan.tables["rule"] if row["category"] == category and row["latest"]}  # fmt: skip
        inside = [code for code, row in scores.items() if code in hidden and weighed.get(code)]
        assert not inside or set(inside) == set(known[unit].codes), (path, unit, "one unknown more")
        if inside:
            shown = sum((weighed[code] * Fraction(row["points"], POINT) for code, row in scores.items() if code not in hidden and code in weighed and row["points"] is not None), Fraction(0))  # fmt: skip
            rest = Fraction(total) - Fraction(sums[unit]["bonus"] - sums[unit]["deduction"], POINT) - shown  # fmt: skip
            weights = [weighed[code] * full[code] for code in known[unit].codes]
            known[unit].between(weights, rest - OFF, rest + OFF)


def nothing_is_guessed(folder: Path, run: Run, hidden: set[str]) -> set[str]:
    """Gives the commitments. The very values, tried with every secret that lies about, open no commitment; no two cells share one."""
    held = dict(texts(folder))
    cells = [row for row in csv.DictReader(io.StringIO(held["inputs/cell.csv"])) if row["commitment"]]  # fmt: skip
    lying = {one for text in held.values() for one in re.findall(r"\b[0-9a-f]{16,64}\b", text)}
    salts = {bytes.fromhex(one) for one in lying if len(one) % 2 == 0 and len(one) >= 32} - {b""}
    commitments = {row["commitment"] for row in cells}
    assert len(commitments) == len(cells) > 0
    salts = {salt for salt in salts if salt.hex() not in commitments} | {b"", run.id.encode()}
    scores = {(row["unit"], row["indicator"]): row for row in run.results.rows("indicator_score")}
    for cell in (row for row in run.results.rows("cell") if row["indicator"] in hidden):
        score = scores[cell["unit"], cell["indicator"]]
        full = cell | {"points": score["points"], "printed": score["printed"]}
        said = canonical({name: full[name] for name in ("unit", "indicator", "segment", *COMMITTED)}).encode()  # fmt: skip
        assert not {hashlib.sha256(salt + said).hexdigest() for salt in salts} & commitments, cell
    return commitments

"""A period under other rules than it is published by: earlier ones by today's, and this one by those before a restatement.

Both stand beside the published result and never in its place. What cannot be computed is said: an indicator that was
added later has no data of then and is left out by name; a unit without a total names what it lacks.
"""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from zhengheng.domain.canonical import canonical
from zhengheng.engines.disclosure import disclosure, hidden_indicators, totals_shown
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.heat import heat_map, stopping
from zhengheng.engines.opendata import digest
from zhengheng.engines.run import Run, make_run
from zhengheng.engines.second_totals import apart, gates_on, lit_otherwise, with_a_part
from zhengheng.engines.snapshot import LIT, snapshot
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.today import as_if_always, before_restated, leaves, without
from zhengheng.web.publication.acts import SHOWS, others_of_period, unit_names
from zhengheng.web.publication.models import Publication
from zhengheng.web.reporting.dated import dated
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

KEPT = ("period", "version", "run", "shows", "groups", "held_against")
BEFORE = "before.json"


def write_restated(
    held: Publication, others: list[Publication], target: Path, day: str
) -> dict[str, str]:
    """Earlier periods under the rules of this publication, from the facts of their own runs; gives digests."""
    now = loaded(folder_of(held.run.run))
    book = as_if_always(now.rulebook, now.plan.period.end)
    digests: dict[str, str] = {}
    for old in others:
        run = loaded(folder_of(old.run.run))
        made, added = _computed(book, run)
        shows = max(held.shows, old.shows, key=list(SHOWS).index)
        document, then = (snapshot(one, shows, unit_names()) for one in (made, run))  # type: ignore[arg-type]
        if document["groups"] == then["groups"] and not added:
            continue  # the rules have not changed, or not for anybody
        _say_what_lacks(document, made, graded=not added)
        _keep_back(document, old, run, made)
        left = [{"code": code, "name": _words(book, code), "weights": _weights(book, code)} for code in added]  # fmt: skip
        kept = {name: document[name] for name in KEPT} | {"restated_on": day, "left_out": left}
        digests |= _write(target / f"{old.pk}.json", kept)
    return digests


def write_before(held: Publication, target: Path) -> dict[str, str]:
    """This period by the rules before it was restated, where it was; gives the digest."""
    run = loaded(folder_of(held.run.run))
    book, reason = before(held.run, run)
    if book is None:
        return {}
    made = make_run(book, dated(run.facts, book.code), run.plan.period, DuckEngine(), run.plan.at)
    document = snapshot(made, held.shows, unit_names())  # type: ignore[arg-type]
    _say_what_lacks(document, made, graded=True)
    _keep_back(document, held, run, made)
    return _write(target / BEFORE, {name: document[name] for name in KEPT} | {"reason": reason})


def before(result: ResultRun, run: Run) -> tuple[Rulebook | None, str]:
    """The rules before the newest restatement of the period, and its public reason."""
    period = run.plan.period
    version = result.version
    if version is not None:
        chain = list(
            RulebookVersion.objects.filter(code=version.code, period=version.period, adopted_on__isnull=False, pk__lte=version.pk)
            .order_by("pk")
        )  # fmt: skip
        for old, new in reversed(list(pairwise(chain))):
            if new.change_kind == "restated":
                return book_of(old), new.reason
    book = before_restated(run.rulebook, period.start, period.end)
    reasons = [
        change.reason.zh for one in run.rulebook.indicators for change in one.changes
        if change.kind == "restated" and period.start < change.from_ <= period.end
    ]  # fmt: skip
    return book, "；".join(dict.fromkeys(reasons))


def _computed(book: Rulebook, run: Run) -> tuple[Run, list[str]]:
    """The facts of a run by other rules, and which indicators these ask for that nobody was asked for then."""
    facts = dated(run.facts, book.code)
    made = make_run(book, facts, run.plan.period, DuckEngine(), run.plan.at)
    marks = heat_map(made, "zh").marks.values()
    strangers = leaves(book) - leaves(run.rulebook)
    added = sorted(
        code for code in strangers if not any(row[code].value for row in marks if code in row)
    )
    if not added or set(added) == leaves(book):
        return made, []
    return make_run(without(book, added), facts, run.plan.period, DuckEngine(), run.plan.at), added  # fmt: skip


def _keep_back(document: dict[str, Any], held: Publication, run: Run, made: Run) -> None:
    """Take out what would say more of internal indicators than the published result does.

    Each such page is held against the published total alone, so any number of them, of whatever versions, says no more.
    A grade is a band of the total: it goes with it, and so do the places and the grades of all that are compared with it.
    """
    document["held_against"] = run.id
    decided = disclosure(run, others_of_period(held))
    hidden = decided.hidden | hidden_indicators(made)
    differing = apart(run, made, hidden, same_data=True)
    told = totals_shown(run, decided)
    stays = {unit for unit in with_a_part(made, hidden) if unit in differing or unit not in told}
    bands = gates_on(run, hidden) == gates_on(made, hidden)
    dark = lit_otherwise(run, made, hidden)
    for group in document["groups"]:
        whole = not any(unit["code"] in stays for unit in group["units"])
        for unit in group["units"]:
            gone = () if whole and bands else ("grade", "place", "tied", "members")
            if unit["code"] in stays:
                unit["kept_back"] = "beside"
                unit.pop("score", None)
            elif gone and "grade" in unit:
                unit["kept_back"] = "grade"
            for name in gone:
                unit.pop(name, None)
            marks = document["marks"].get(unit["code"], {})
            unit["counts"] = dict(sorted(Counter(
                "withheld" if code in dark and mark["status"] in LIT else mark["status"] for code, mark in marks.items()
            ).items()))  # fmt: skip


def _say_what_lacks(document: dict[str, Any], made: Run, *, graded: bool) -> None:
    """Units without a total say what they lack; a total that leaves something out has no grade and no place."""
    marks = heat_map(made, "zh").marks
    names = {one["code"]: one["name"] for one in document["indicators"]}
    for group in document["groups"]:
        for unit in group["units"]:
            if document["shows"] == "score" and unit["status"] != "value":
                row = marks.get(unit["code"], {})
                total = unit.get("status", "")
                weighed = {code: mark.status for code, mark in row.items() if mark.weighed}
                found = stopping(weighed, total) or stopping({code: mark.status for code, mark in row.items()}, total)  # fmt: skip
                unit["lacks"] = [names[code] for code in found]
            if not graded:
                for name in ("grade", "place", "tied", "members"):
                    unit.pop(name, None)


def _words(book: Rulebook, code: str) -> dict[str, str]:
    name = book.indicator(code).name
    return {"zh": name.zh, "en": name.say("en")}


def _weights(book: Rulebook, code: str) -> list[str]:
    """What it weighs, each number once."""
    held = book.weights[-1].table.get(code)
    rows = held.values() if isinstance(held, dict) else () if held is None else (held,)
    return sorted({f"{weight:f}" for weight in rows}, key=float)


def _write(path: Path, kept: dict[str, Any]) -> dict[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(canonical(kept), encoding="utf-8")
    return {f"restated/{path.name}": digest(path)}

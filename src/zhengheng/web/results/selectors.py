"""Reading results: which runs an account may see, and what they say."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.archive import load_run
from zhengheng.engines.passport import Entry, passport
from zhengheng.engines.run import Run
from zhengheng.lake.store import Lake
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants, require
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.permissions import may


def relations(run: ResultRun, account: Account) -> tuple[str, ...]:
    """In what an account stands to a run."""
    return ("named",) if run.readers.filter(account=account).exists() else ()


def visible(account: Account, day: date) -> list[ResultRun]:
    """The runs that an account may see; of others it does not learn that they exist."""
    held = grants(account, day)
    return [
        run for run in ResultRun.objects.prefetch_related("readers")
        if may(held, "result.read", state=run.state,
               relations=("named",) if any(r.account_id == account.pk for r in run.readers.all()) else ())
    ]  # fmt: skip


def find(name: str, account: Account, day: date) -> ResultRun:
    """A run that the account may see. One that it may not is as absent as one that is not there."""
    found = next((run for run in visible(account, day) if run.run == name), None)
    if found is None:
        raise NotFoundError.one(
            name, "run.absent", zh="没有这个批次, 或者您还不能查看", en="there is no such run, or you may not see it yet"
        )  # fmt: skip
    return found


def require_on(run: ResultRun, act: str, account: Account, day: date) -> None:
    """Raise ForbiddenError unless the account may act on the run."""
    require(account, act, day, relations=relations(run, account), state=run.state)


def unregistered(home: Path) -> list[dict[str, str]]:
    """Runs of the lake that are not in the procedure yet, newest first."""
    if not (home / "register.db").is_file():
        return []
    known = set(ResultRun.objects.values_list("run", flat=True))
    return [entry for entry in Lake.open(home).runs() if entry["run"] not in known]


@lru_cache(maxsize=8)
def _loaded(folder: Path) -> Run:
    return load_run(folder)


@dataclass(frozen=True)
class Line:
    """One unit in its comparison group."""

    unit: str
    name: str
    place: int | None
    score: str
    grade: str
    status: str
    lights: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Group:
    """A comparison group, best first; those without a rank last."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Scoreboard:
    """A run as people read it."""

    groups: tuple[Group, ...]
    units: int
    ranked: int
    best: str
    lights: Counter[str]


def scoreboard(home: Path, name: str, language: Language) -> Scoreboard:
    """Ranks, scores, grades and lights, group by group."""
    run = _loaded(Lake.open(home).run_folder(name))
    book, results = run.rulebook, run.results
    root, digits = book.tree.code, book.tree.digits
    places = {r["unit"]: r["place"] for r in results.rows("ranking") if r["node"] == root}
    grades = {row["unit"]: row["grade"] for row in results.rows("grading")}
    bands = [*book.grading.bands, *book.grading.outside] if book.grading else []
    words = {band.code: band.name.say(language) for band in bands}
    codes = {indicator.code for indicator in book.indicators}
    lights: dict[str, Counter[str]] = {}
    for row in results.rows("light"):
        if row["subject"] in codes:
            lights.setdefault(row["unit"], Counter())[row["light"].removesuffix("_watch")] += 1
    names = {unit.code: unit.name.say(language) for unit in (*run.facts.units, *book.units)}
    lines: dict[str, list[Line]] = {}
    for total in results.rows("total_score"):
        unit = total["unit"]
        mine = lights.get(unit, Counter())
        lines.setdefault(total["comparison_group"], []).append(
            Line(unit, names.get(unit, unit), places.get(unit),
                 format_scaled(total["printed"], 9, digits) or "—", words.get(grades.get(unit, ""), ""),
                 total["status"], tuple((k, mine[k]) for k in ("green", "yellow", "red") if mine[k]))
        )  # fmt: skip
    titles = {group.code: group.name.say(language) for group in book.groups}
    order = [code for code in titles if code in lines] + [
        c for c in sorted(lines) if c not in titles
    ]
    groups = tuple(
        Group(titles.get(code, code), tuple(sorted(lines[code], key=lambda x: (x.place or 10**9, x.unit))))
        for code in order
    )  # fmt: skip
    best = next((words[band.code] for band in bands if band.code in grades.values()), "")
    counted = sum(lights.values(), Counter[str]())
    return Scoreboard(groups, sum(map(len, lines.values())), len(places), best, counted)


def unit_passport(home: Path, name: str, unit: str, language: Language) -> Entry:
    """One unit's score passport. Raises NotFoundError."""
    return passport(load_run(Lake.open(home).run_folder(name), unit), unit, None, language)

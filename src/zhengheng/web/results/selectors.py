"""Reading results: which runs an account may see, and what they say."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from zhengheng.domain.kept import kept_object
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.archive import load_run
from zhengheng.engines.behind import made_from
from zhengheng.engines.left_out import LeftOut, left_out
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.rehearse import grade_names, moves
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import Scoreboard, scoreboard
from zhengheng.engines.source_row import SourceRow, source_row
from zhengheng.engines.uncounted import is_listed
from zhengheng.lake.store import Lake
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants, require
from zhengheng.web.intake.committed import SourceState, require_run, source_state
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import names_of
from zhengheng.web.results.kept import as_kept
from zhengheng.web.results.models import NamedReader, Reopening, ResultRun
from zhengheng.web.rulebooks import selectors as rulebooks
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machines import STANDING
from zhengheng.workflow.permissions import may


def runs() -> QuerySet[ResultRun]:
    """All runs in the procedure, with who may read each before its notice."""
    # The text of the rulebook is long; it is read where somebody asks for it.
    held = ResultRun.objects.select_related("version").prefetch_related("readers")
    return held.defer("version__text", "version__findings")


def relations(run: ResultRun, account: Account) -> tuple[str, ...]:
    """In what an account stands to a run."""
    return ("named",) if account.pk in {reader.account_id for reader in readers(run)} else ()


def readers(run: ResultRun) -> list[NamedReader]:
    """Who was named on the run, and on the versions that it replaces: they have the numbers before it, and a
    new version that nobody may see would lie on nobody's desk."""
    found: dict[int, NamedReader] = {}
    for held in _versions(run, lambda one: one.replaces):
        for reader in held.readers.select_related("account"):
            found.setdefault(reader.account_id, reader)
    return list(found.values())


def _versions(
    run: ResultRun, before: Callable[[ResultRun], ResultRun | None]
) -> Iterator[ResultRun]:
    """A run and the versions that it replaces: whoever was named on one of them is named on all that follow."""
    held: ResultRun | None = run
    while held is not None:
        yield held
        held = before(held)


def visible(account: Account, day: date) -> list[ResultRun]:
    """The runs that an account may see; of others it does not learn that they exist."""
    held = grants(account, day)
    found = {run.pk: run for run in ResultRun.objects.all()}
    named = set(NamedReader.objects.filter(account=account).values_list("run_id", flat=True))

    def named_on(run: ResultRun) -> tuple[str, ...]:
        """What `relations` says, of all runs in two queries."""
        held = _versions(run, lambda one: found.get(one.replaces_id or 0))
        return ("named",) if any(one.pk in named for one in held) else ()

    return [
        run for run in found.values()
        if may(held, "result.read", state=run.state) or may(held, "result.read", state=run.state, relations=named_on(run))
    ]  # fmt: skip


def find(name: str, account: Account, day: date) -> ResultRun:
    """A run that the account may see. One that it may not is as absent as one that is not there."""
    return pick(name, visible(account, day))


def pick(name: str, held: Iterable[ResultRun]) -> ResultRun:
    """A run among those that an account may see."""
    found = next((run for run in held if run.run == name), None)
    if found is None:
        raise NotFoundError.one(
            name, "run.absent", zh="没有这个批次, 或者您还不能查看", en="there is no such run, or you may not see it yet"
        )  # fmt: skip
    return found


def require_on(run: ResultRun, act: str, account: Account, day: date) -> None:
    """Raise ForbiddenError unless the account may act on the run."""
    require(account, act, day, relations=relations(run, account), state=run.state)


def lakes() -> list[Path]:
    """All lakes of the installation, one a rulebook."""
    held = Path(settings.HOME) / "lakes"
    return sorted(path.parent for path in held.glob("*/register.db"))


def folder_of(name: str) -> Path:
    """The folder of a kept run, in whichever lake it lies. Raises NotFoundError."""
    return _folder_of(Path(settings.HOME), name)


@lru_cache(maxsize=256)
def _folder_of(installation: Path, name: str) -> Path:
    """Where a run lies it stays; one that is not found is looked for again."""
    for home in lakes():
        if (home / "runs" / name / "run.json").is_file():
            return home / "runs" / name
    raise NotFoundError.one(
        name, "run.absent", zh="没有这个批次; 请给出完整的批次号", en="there is no such run; give its whole name"
    )  # fmt: skip


def unregistered() -> list[dict[str, Any]]:
    """Runs of the lakes that are not in the procedure yet, newest first."""
    known = set(ResultRun.objects.values_list("run", flat=True))
    found = [entry for home in lakes() for entry in Lake.open(home).runs()]
    found = [entry for entry in found if entry["run"] not in known]
    titles = {one.code: (one.title_zh, one.title_en) for one in RulebookVersion.objects.only("code", "title_zh", "title_en")}  # fmt: skip
    found = [
        entry | {"title": titles.get(entry["rulebook"]) or _title(entry["run"])} for entry in found
    ]
    return sorted(found, key=lambda entry: entry["created_at"], reverse=True)


def _title(name: str) -> tuple[str, str]:
    """What a run's own rulebook is called, where the office has none of the name."""
    held = kept_object(folder_of(name) / "rulebook.json", "title")["title"]
    return (held["zh"], held.get("en", "")) if isinstance(held, dict) else (held, held)


def loaded(folder: Path) -> Run:
    """A kept run, whole, compared with the ledger. Runs never change, so a few stay in memory. Raises VerifyError."""
    files = [path.stat() for path in folder.rglob("*.*")]
    return _loaded(folder, max((held.st_ctime_ns for held in files), default=0), len(files))


@lru_cache(maxsize=8)
def _loaded(folder: Path, *_: int) -> Run:
    return as_kept(folder)


def board(name: str, language: Language) -> tuple[Run, Scoreboard]:
    """A run and its scoreboard."""
    run = loaded(folder_of(name))
    made = scoreboard(run, language)
    english = names_of((line.unit for group in made.groups for line in group.lines), language)
    groups = tuple(
        replace(group, lines=tuple(replace(one, name=english.get(one.unit, one.name)) for one in group.lines))
        for group in made.groups
    )  # fmt: skip
    return run, replace(made, groups=groups)


def units_of(run: ResultRun) -> set[str]:
    """The units that a result is about."""
    return {row["unit"] for row in loaded(folder_of(run.run)).plan.tables["unit"]}


def unit_passport(name: str, unit: str, language: Language, grade: str = "") -> Entry:
    """One unit's score passport; `grade` as `results.grades` says a decided one. Raises NotFoundError."""
    folder = folder_of(name)
    require_run(folder)
    run = load_run(folder, unit)
    units = (unit, *(one.code for one in (*run.rulebook.units, *run.facts.units)))
    return passport(run, unit, None, language, names_of(units, language), grade)


def unit_left_out(name: str, unit: str, language: Language) -> list[tuple[LeftOut, str, str]]:
    """The rows of one unit, and of whom its values stem from, that have no part in a run, each with its unit's name and what it
    is about; none where the data are too many to look for them."""
    run = loaded(folder_of(name))
    if not is_listed(run.facts):
        return []
    units, about = unit_names(run, language), subjects(run, language)
    return [
        (one, units.get(one.unit, one.unit), _called(one, about.get(one.code)))
        for one in left_out(run, unit)
    ]  # fmt: skip


def _called(one: LeftOut, name: str | None) -> str:
    """An item by its name, an indicator by code and name; what the rulebook does not know as the row has it."""
    return name if name and one.table == "event" else " ".join(filter(None, (one.code, name)))


def unit_source(
    name: str, unit: str, file: int, row: int, language: Language
) -> tuple[SourceRow, SourceState]:
    """A source row that stands behind a unit's values, and whether its file is as it came. Raises NotFoundError for any other row."""
    folder = folder_of(name)
    require_run(folder)
    inbox = folder.parent.parent / "inbox"
    run = load_run(folder, unit)
    about = next((one for one in run.facts.files if one.number == file), None)
    state: SourceState = source_state(folder, about.name, about.sha256) if about else "never"
    place = inbox if state == "kept" else None
    return source_row(run, unit, file, row, place, language), state


def scored(run: ResultRun, unit: str) -> list[Indicator]:
    """The indicators on which a run scores a unit."""
    held = loaded(folder_of(run.run))
    own = {row["indicator"] for row in held.results.of_unit("indicator_score", unit)}
    return [indicator for indicator in held.rulebook.indicators if indicator.code in own]


def triable(run: ResultRun, unit: str) -> list[Indicator]:
    """What a unit's own score can be tried with: its indicators and what they are made from, but for dated nodes."""
    book = loaded(folder_of(run.run)).rulebook
    below = {code for one in scored(run, unit) for code in (one.code, *made_from(book, one.code))}
    return [i for i in book.indicators if i.code in below and getattr(i.method, "kind", "") != "milestones"]  # fmt: skip


def unit_names(run: Run, language: Language) -> dict[str, str]:
    """The names of a run's units by code."""
    names = {unit.code: unit.name.say(language) for unit in (*run.rulebook.units, *run.facts.units)}
    return names | names_of(names, language)


def subjects(run: Run, language: Language) -> dict[str, str]:
    """The names of a run's indicators and items by code."""
    book = run.rulebook
    names = {one.code: one.name.say(language) for one in book.indicators}
    return names | {one.code: one.name.say(language) for one in book.adjustments}


def moved_between(before: Run, after: Run, language: Language) -> list[dict[str, Any]]:
    """The units whose score, rank or grade differs, named, with old and new of each."""
    words = grade_names(before, language) | grade_names(after, language)
    names = unit_names(after, language)
    return [
        {**entry, "name": names.get(entry["unit"], entry["unit"]),
         "grade": [words.get(code, code) for code in entry["grade"]]}
        for entry in moves(before, after) if entry["moved"]
    ]  # fmt: skip


def outcome(before: Run, after: Run, unit: str, language: Language) -> dict[str, Any]:
    """A unit's score, rank and grade in two runs."""
    words = grade_names(before, language) | grade_names(after, language)
    found = next((entry for entry in moves(before, after) if entry["unit"] == unit), None)
    if found is None:
        raise NotFoundError.one(unit, "unit.absent", zh="这个批次里没有该单位", en="this unit is not in the run")  # fmt: skip
    return {**found, "grade": [words.get(code, code) for code in found["grade"]]}


def reopenings(run: ResultRun) -> list[Reopening]:
    """Why a closed result was opened again, of this version and of those that it replaces: the earliest first."""
    line, held = [run.pk], run
    while held.replaces is not None:
        held = held.replaces
        line.append(held.pk)
    return list(Reopening.objects.filter(run__in=line).select_related("decision").order_by("on", "pk"))  # fmt: skip


def unwritten(run: ResultRun) -> list[Unit]:
    """Units that ended before the day from which the run looks, and that it scores all the same: its rulebook does not know who
    goes on for them. Good enough to watch the others by; nothing to put before anybody as a result."""
    if run.version is None:
        return []
    plan = loaded(folder_of(run.run)).plan
    return rulebooks.unwritten(run.version, min(plan.at, plan.period.end))


def newest(rulebook: str, period: str) -> ResultRun | None:
    """The newest version of a result that is or was on notice."""
    held = ResultRun.objects.filter(rulebook=rulebook, period=period)
    return held.filter(state__in=STANDING).order_by("-id").first()


def computed_later(run: ResultRun) -> ResultRun | None:
    """The newest computation of the same period after this one, while this one is not on notice yet."""
    if run.published_at is not None:
        return None
    same = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__gt=run.pk)
    return same.order_by("-pk").first()

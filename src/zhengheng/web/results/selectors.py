"""Reading results: which runs an account may see, and what they say."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.archive import load_run
from zhengheng.engines.passport import Entry, passport
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import Scoreboard, scoreboard
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


def board(home: Path, name: str, language: Language) -> tuple[Run, Scoreboard]:
    """A run and its scoreboard."""
    run = _loaded(Lake.open(home).run_folder(name))
    return run, scoreboard(run, language)


def unit_passport(home: Path, name: str, unit: str, language: Language) -> Entry:
    """One unit's score passport. Raises NotFoundError."""
    return passport(load_run(Lake.open(home).run_folder(name), unit), unit, None, language)

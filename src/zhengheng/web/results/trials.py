"""Trials: a published run with one change in it, on the very data it was made from; nothing is stored."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zhengheng.domain.names import unknown
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Language, ZhenghengError
from zhengheng.engines.behind import made_from, periods_used
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import Run, make_run, run_id
from zhengheng.lake.facts import Facts
from zhengheng.lake.store import Lake
from zhengheng.scheme.findings import names_of
from zhengheng.web.intake.services import confirmed, corrected, read_rows
from zhengheng.web.reporting.dated import dated, facts_as_loaded
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded, moved_between
from zhengheng.workflow.machines import STANDING

KEPT_NOWHERE = confirmed("试算，不入库 a trial, kept nowhere")
"""What lets a value beyond its range of sense into a trial that nothing comes of."""


def published(result: ResultRun) -> ResultRun:
    """The version of the result that stands now: itself, or what replaced it."""
    held = result
    while (
        newer := held.replaced_by.filter(state__in=(*STANDING, "replaced")).order_by("-id").first()
    ):
        held = newer
    return held


def base_of(result: ResultRun) -> Run:
    """The run that trials are compared with: as it was kept, or computed again from its own data where
    this release computes otherwise than the one that made it."""
    run = loaded(folder_of(result.run))
    return run if run_id(run.plan, run.facts) == run.id else _again(folder_of(result.run))


@lru_cache(maxsize=4)
def _again(folder: Path) -> Run:
    run = loaded(folder)
    facts = dated(run.facts, run.rulebook.code)
    return make_run(run.rulebook, facts, run.plan.period, DuckEngine(), run.plan.at)


class TrialError(ZhenghengError):
    """No value can be put in at this place of a run."""


def period_of(run: Run, series: str, text: str) -> str:
    """A data period of a series as its own frequency calls it: 2025-06 of a quarterly one is 2025-Q2."""
    used = periods_used(run, series)
    if text == run.plan.period.code or text in used.values():
        return text
    try:
        return used.get(parse_period(text).end, text)
    except ValueError:
        return text


def role_of(run: Run, unit: str, series: str, period: str) -> str:
    """How a value enters: `correction` of the row of a data period, or `ruling` on the whole assessed one.

    Raises TrialError where a value would change nothing.
    """
    indicator = next((one for one in run.rulebook.indicators if one.code == series), None)
    whole = run.plan.period.code
    if indicator is None:
        zh, en = unknown("indicator", series, names_of(run.rulebook.indicators))
        raise TrialError.one("series", "indicator.unknown", zh=zh, en=en)
    if getattr(indicator.method, "kind", "") == "milestones":
        raise TrialError.one(
            "series", "trial.milestones", zh="该指标按里程碑节点计分，没有可以改动的数值；请通过填报更正节点的完成情况。",
            en="this indicator is scored by its milestones and has no value to change; correct its milestones in the reports",
        )  # fmt: skip
    used = list(periods_used(run, series).values())
    derived = made_from(run.rulebook, series) != [series]
    if period != whole or (not derived and used == [whole]):
        if derived:
            raise TrialError.one(
                "value_period", "trial.derived", zh=f"{series} 由其他数据算出，没有自己的数据行：请就整个考核期（{whole}）的数值提出，或者选择构成它的填报项。",
                en=f"{series} is made from other data and has no rows of its own: name the whole period ({whole}), or a series it is made from",
            )  # fmt: skip
        if period_of(run, series, period) not in used:
            raise TrialError.one(
                "value_period", "trial.period", zh=f"{series} 在本期计分的数据期间是：{'、'.join(used) or '无'}；整个考核期是 {whole}。没有期间“{period}”。",
                en=f"the data periods of {series} that count are {', '.join(used) or 'none'}; the whole period is {whole}; there is no {period!r}",
            )  # fmt: skip
        return "correction"
    if any(row["segment"] > 1 and row["indicator"] == series for row in run.plan.tables["series"]):
        raise TrialError.one(
            "value_period", "trial.split", zh=f"{series} 的规则在期间内有调整，按前后两段分别计分：请就其中一个数据期间提出（{'、'.join(used)}）。",
            en=f"the rule of {series} changed within the period, which is scored in parts: name one data period ({', '.join(used)})",
        )  # fmt: skip
    if any(
        rule["reference_unit"] == unit and rule["indicator"] == series
        for rule in run.plan.tables["rule"]
    ):
        raise TrialError.one(
            "value_period", "trial.reference", zh=f"其他单位的 {series} 以本单位的数值为准计分：请就一个数据期间提出（{'、'.join(used)}）。",
            en=f"other units are measured against this unit's {series}: name one data period ({', '.join(used)})",
        )  # fmt: skip
    return "ruling"


def tried(result: ResultRun, row: dict[str, str]) -> Run:
    """The run as it would be with another value in it. Raises DataError, TrialError."""
    before = loaded(folder_of(result.run))
    role = role_of(before, row["unit"], row["indicator"], row["period"])
    with TemporaryDirectory() as folder:
        extra, _, _ = read_rows(before.rulebook, role, [row], "a trial", Path(folder))
    return _with(before, corrected(dated(before.facts, before.rulebook.code), extra))


def _with(before: Run, facts: Facts) -> Run:
    return make_run(before.rulebook, facts, before.plan.period, DuckEngine(), before.plan.at)


@dataclass(frozen=True)
class Later:
    """What came into the lake after a run was made: the files, and whom they alone would move."""

    files: tuple[str, ...]
    moved: tuple[dict[str, Any], ...]


def later(result: ResultRun, language: Language) -> Later:
    """What a new run would bring beside the change that is tried. Raises KeptError for a lake that is not as it was loaded."""
    run = loaded(folder_of(result.run))
    home = folder_of(result.run).parent.parent
    if not (home / "register.db").is_file():
        return Later((), ())
    now = facts_as_loaded(Lake.open(home))
    known = {(file.number, file.sha256) for file in run.facts.files}
    files = tuple(file.name for file in now.files if (file.number, file.sha256) not in known)
    if not files:
        return Later((), ())
    return Later(files, tuple(moved_between(base_of(result), _with(run, now), language)))

"""A run 核算批次: one rulebook, one set of facts, one day, one engine; named by what went in."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from zhengheng.domain.canonical import canonical
from zhengheng.domain.periods import Period
from zhengheng.engines.beyond import BeyondError
from zhengheng.engines.covered import Covered, covered
from zhengheng.engines.results import Engine, Results
from zhengheng.engines.rows import odd_units, with_roster
from zhengheng.lake.facts import INTAKE_SEMANTICS, Facts
from zhengheng.lake.whole import whole
from zhengheng.scheme.fingerprint import data_fingerprint, wording_fingerprint
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import SEMANTICS
from zhengheng.scoring.plan import Plan, compile_plan


@dataclass(frozen=True)
class Run:
    """Everything about one run: what it was made from and what came out. Never changed."""

    id: str
    rulebook: Rulebook
    plan: Plan
    facts: Facts
    results: Results
    engine: str

    @cached_property
    def parts(self) -> dict[str, Covered]:
        """What was due of every unit that has a weighed indicator; every page of the run asks it."""
        return covered(self.results, self.plan.tables, self.plan.period.code)


def run_id(plan: Plan, facts: Facts, semantics: str = SEMANTICS) -> str:
    """Hash of rulebook, files, intake and engine semantics, period and day (core rule 7)."""
    made_of = {
        "rulebook": plan.fingerprint,
        "files": facts.digests,
        "intake": INTAKE_SEMANTICS,
        "semantics": semantics,
        "period": plan.period.code,
        "at": plan.at.isoformat(),
    }
    return hashlib.sha256(canonical(made_of).encode()).hexdigest()[:16]


def make_plan(rulebook: Rulebook, facts: Facts, period: Period, at: date | None = None) -> Plan:
    """The rulebook made definite for the units of these facts, as `make_run` does it."""
    units, plain = odd_units(rulebook, facts, period)
    plan = compile_plan(rulebook, data_fingerprint(rulebook), units, period, at or period.end)
    if plain is not None:
        whole = with_roster(plan.tables["unit"], plain, rulebook, period)
        plan = replace(plan, tables={**plan.tables, "unit": whole})
    return plan


def make_run(
    rulebook: Rulebook, facts: Facts, period: Period, engine: Engine, at: date | None = None,
    runs: Path | None = None,
) -> Run:  # fmt: skip
    """Compile, compute, name. `at` is the day the run looks from (default: the period's end).

    `runs` is the folder of kept runs, where an engine may leave tables too big for memory. Raises KeptError for a file of facts
    that is gone or damaged.
    """
    plan = make_plan(rulebook, facts, period, at)
    name = run_id(plan, facts)
    try:
        with whole(lambda: [path for paths in facts.paths.values() for path in paths]):
            results = engine.run(plan, facts, runs / name / "results" if runs else None)
    except BeyondError as error:
        raise error.traced(rulebook, facts) from error
    return Run(name, rulebook, plan, facts, results, engine.name)


def fingerprints(rulebook: Rulebook) -> tuple[str, str]:
    """What can change a number, and everything."""
    return data_fingerprint(rulebook), wording_fingerprint(rulebook)

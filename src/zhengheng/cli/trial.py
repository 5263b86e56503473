"""A mapping and its files tried against a rulebook: all that `score` would refuse or warn of, and nothing written."""

from pathlib import Path

from zhengheng.cli.score import periods_of, refuse_nobody, refuse_strangers
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.due import not_yet_due


def tried(
    book: Rulebook, source: Source, intake: Path, data: Path, *, compute: bool = True
) -> list[Problem]:
    """The faults and warnings of a mapping and its files; `compute`: whether the rulebook can be computed with."""
    from zhengheng.engines.astray import astray, refuse_without_weights
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.run import make_run
    from zhengheng.engines.senseless import senseless_values
    from zhengheng.engines.uncounted import uncounted
    from zhengheng.engines.undefined import undefined_values
    from zhengheng.lake.fitting import check_mapping
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.mapping import load_mapping

    found: list[Problem] = []
    try:
        mapping = load_mapping(intake, lambda draft: check_mapping(draft, book, data))
        facts = read_files(mapping, book, data, keep_rejects=True)
    except ZhenghengError as error:
        return list(error.problems)
    found += [*(reject.problem for reject in facts.rejects), *facts.warnings]
    if any(problem.severity == "error" for problem in found) or not compute:
        return found
    try:
        refuse_nobody(book, facts, intake.name)
        refuse_strangers(book, source, facts)
        runs = []
        for span in periods_of(mapping, []):
            refuse_without_weights(book, span)
            run = make_run(book, facts, span, DuckEngine(), mapping.at)
            more = (not_yet_due(book, run.plan.period, run.plan.at), *astray(run), undefined_values(run), *senseless_values(run))  # fmt: skip
            found += filter(None, more)
            runs.append(run)
        found += uncounted(runs)
    except ZhenghengError as error:
        found += error.problems
    return found

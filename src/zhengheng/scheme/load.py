"""Open a rulebook in either of its two forms."""

from collections.abc import Callable
from pathlib import Path

from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.excel_read import read_workbook
from zhengheng.scheme.folder import Source, UnreadableError, read_folder
from zhengheng.scheme.lint import lint
from zhengheng.scheme.model import Rulebook

Finding = Callable[[Rulebook, Source], list[Problem]]


def load_rulebook(path: Path, finding: Finding = lint) -> tuple[Rulebook, Source]:
    """Read a YAML folder or an .xlsx workbook; `finding` looks at what an unreadable one may have meant.

    Raises RulebookError with all problems of all files, each with file:line or sheet!cell: those of the
    format, and those of the rules that hold whatever stands in the place of what cannot be read.
    """
    try:
        return read_workbook(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else read_folder(path)  # fmt: skip
    except UnreadableError as error:
        raise RulebookError(dict.fromkeys((*error.problems, *_meant(error, finding)))) from error


def _meant(error: UnreadableError, finding: Finding) -> list[Problem]:
    """What the rules say of every draft of an unreadable rulebook."""
    found = [finding(book, error.source) for book in error.drafts]
    if not found:
        return []
    told = {problem.where for problem in error.problems}
    return [
        problem for problem in found[0]
        if problem.severity == "error" and problem.code not in error.silent and problem.where not in told and all(problem in one for one in found[1:])
    ]  # fmt: skip

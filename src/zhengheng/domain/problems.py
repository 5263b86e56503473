"""Errors people can act on: where, what, why, what to do next, in Chinese and English.

Expected problems are collected and shown together, never one at a time; anything else is a bug
and propagates.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Self

Language = Literal["zh", "en"]
Severity = Literal["error", "warning"]


class ExitCode(IntEnum):
    """Exit codes of the command line, documented in docs/reference/exit-codes.md."""

    OK = 0
    USAGE = 2
    RULEBOOK = 3
    DATA = 4
    NOT_FOUND = 5
    ENGINE = 6
    VERIFY = 7
    CASE = 8


@dataclass(frozen=True, order=True)
class Problem:
    """One finding. `where` is file:line, sheet!cell or a field path; `code` is stable, and for programs (JSON) alone."""

    where: str
    code: str
    zh: str
    en: str
    severity: Severity = "error"

    def say(self, language: Language) -> str:
        """The finding as one line in the reader's language."""
        return f"{self.where}: {self.zh if language == 'zh' else self.en}"


class ZhenghengError(Exception):
    """An expected failure: carries every problem found, and the command line's exit code."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.say("en") for problem in self.problems))

    @classmethod
    def one(cls, where: str, code: str, *, zh: str, en: str) -> Self:
        """An error that carries a single problem."""
        return cls([Problem(where, code, zh, en)])


class RulebookError(ZhenghengError):
    """The rulebook cannot be read or breaks a rule."""

    exit_code = ExitCode.RULEBOOK


class DataError(ZhenghengError):
    """A data file or mapping cannot be used."""

    exit_code = ExitCode.DATA


class NotFoundError(ZhenghengError):
    """What was asked for does not exist."""

    exit_code = ExitCode.NOT_FOUND


class EngineError(ZhenghengError):
    """A run could not be computed."""

    exit_code = ExitCode.ENGINE


class VerifyError(ZhenghengError):
    """Recomputed numbers differ from the published ones."""

    exit_code = ExitCode.VERIFY


class CaseError(ZhenghengError):
    """A worked example does not give the number an official wrote down."""

    exit_code = ExitCode.CASE


@contextmanager
def gathered(errors: list[ZhenghengError]) -> Iterator[None]:
    """Keep an expected failure of what is within, so that it can be told with those of what follows."""
    try:
        yield
    except ZhenghengError as error:
        errors.append(error)


def tell(errors: Sequence[ZhenghengError]) -> None:
    """Raise what was gathered as one error of the first one's kind, with every problem once."""
    if errors:
        found = dict.fromkeys(problem for error in errors for problem in error.problems)
        raise type(errors[0])(found) from errors[0]

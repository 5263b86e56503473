"""`scheme test`: run the worked examples that stand beside the rules (on the oracle and DuckDB)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhengheng.domain.numbers import parse_scaled, plain
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import CaseError, Problem, ZhenghengError
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.facts import Facts, empty, to_arrow
from zhengheng.scheme.base import Text
from zhengheng.scheme.examples import (
    STATUSES,
    ExampleError,
    day_in,
    example_faults,
    is_made,
    number_in,
    yes_in,
)
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import TOTAL, Case, Rulebook, Unit
from zhengheng.scoring.contracts import CONTRACTS, NOT_APPLICABLE, STATUS_NAMES, VALUE
from zhengheng.scoring.due import due_periods

SUBJECT = "本单位"


@dataclass(frozen=True)
class Outcome:
    """One expectation of one case; or, with a `problem`, what kept the case from being run."""

    case: str
    what: str
    expected: str
    found: str
    problem: Problem | None = None

    @property
    def passed(self) -> bool:
        return self.problem is None and self.expected == self.found


def run_cases(book: Rulebook, engine: Engine, source: Source | None = None) -> Iterator[Outcome]:
    """Every expectation of every case. One that cannot be run says why, and the others go on."""
    source = source or Source(Path("rulebook"))
    for place, case in enumerate(book.cases):
        wrong = [
            Problem(source.rulebook("cases", place, *path), code, f"{'.'.join(k for k in path if isinstance(k, str))}：{zh}。",
                    f"{'.'.join(k for k in path if isinstance(k, str))}: {en}")
            for path, code, (zh, en) in example_faults(book, case)
        ]  # fmt: skip
        if not wrong:
            try:
                run = make_run(book, case_facts(book, case), parse_period(case.period), engine)
            except ZhenghengError as error:
                wrong = list(error.problems)
        if wrong:
            yield from (Outcome(case.name, "", "", "", problem) for problem in wrong)
            continue
        for what, expected in case.expect.items():
            yield Outcome(case.name, what, _same(expected), _same(_found(run, what)))


def _same(text: str) -> str:
    """Numbers compare as numbers: 9 and 9.00 are the same points."""
    try:
        return plain(parse_scaled(text, 9)[0], 9)
    except ValueError:
        return text


def case_facts(book: Rulebook, case: Case) -> Facts:
    """The facts a case describes: one unit, and others of its group where ranks need them."""
    columns: dict[str, dict[str, list[Any]]] = {
        name: {column: [] for column in CONTRACTS[name].names} for name in empty()
    }

    def put(table: str, **row: Any) -> None:
        for name, values in columns[table].items():
            values.append(row.get(name))

    category = case.unit.get("category", book.categories[0].code)
    group = case.unit.get("group", book.groups[0].code if book.groups else category)
    period = parse_period(case.period)
    units = []
    try:
        for unit, values in ((SUBJECT, case.values), *case.others.items()):
            units.append(Unit(code=unit, name=Text(zh=unit), category=category, group=group))
            for code, text in values.items():
                _observe(book, put, unit, code, text, period)
        for code, kinds in case.targets.items():
            for kind, text in kinds.items():
                value = number_in(text, book.indicator(code).decimals)
                put("target", unit=SUBJECT, indicator=code, kind=kind, period=period.end, value=value,
                    file=0, row=0)  # fmt: skip
        for code, nodes in case.milestones.items():
            for place, node in enumerate(nodes):
                done = node.get("done_on", "")
                put("milestone", unit=SUBJECT, indicator=code, milestone=str(place), file=0, row=0,
                    due_on=day_in(node["due_on"]), done_on=day_in(done) if done else None,
                    share=number_in(node["share"], 4), waived=yes_in(node.get("waived", "")))  # fmt: skip
        for place, event in enumerate(case.events):
            points = event.get("points")
            put("event", unit=SUBJECT, item=event["item"], document=event.get("document", str(place)),
                points=number_in(points, 9) if points else None, decided_on=period.end, file=0, row=0)  # fmt: skip
    except ExampleError as error:
        raise CaseError.one(
            case.name, "case.number", zh=f"算例无法读取：{error.zh}。", en=f"the case cannot be set up: {error.en}",
        ) from error  # fmt: skip
    return Facts({name: to_arrow(name, held) for name, held in columns.items()}, units)


def _observe(book: Rulebook, put: Any, unit: str, code: str, text: str, period: Any) -> None:
    """A case gives one number for the whole period; it stands on the last observed period. One made from others stands
    as it is given, whatever it would be made from."""
    indicator = book.indicator(code)
    if is_made(book, code):
        made = number_in(text, indicator.decimals)
        put("revision", unit=unit, indicator=code, period=period.end, value=made, status=VALUE, vintage="decided",
            published_on=period.end, sequence=1, file=0, row=0)  # fmt: skip
        return
    due = due_periods(indicator, period, period.end) or list(period.split(indicator.frequency))
    if text in STATUSES:
        status = next(number for number, name in STATUS_NAMES.items() if name == text)
        for observed in due:
            put(
                "observation",
                unit=unit,
                indicator=code,
                period=observed.end,
                status=status,
                file=0,
                row=0,
            )
        if status == NOT_APPLICABLE:
            put("approval", unit=unit, indicator=code, approver="case", document="", file=0, row=0)
        return
    value = number_in(text, indicator.decimals)
    spread = indicator.combine in {"sum", "rolling"}
    for observed in due:
        own = value if not spread or observed is due[-1] else 0
        put("observation", unit=unit, indicator=code, period=observed.end, value=own, status=VALUE,
            file=0, row=0)  # fmt: skip


def _found(run: Run, what: str) -> str:
    def pick(table: str, column: str, **key: str) -> Any:
        for row in run.results.rows(table):
            if row["unit"] == SUBJECT and all(row[name] == value for name, value in key.items()):
                return row[column]
        return None

    if what == "grade":
        return str(pick("grading", "grade") or "")
    if what == "rank":
        return str(pick("ranking", "place", node=TOTAL) or "")
    if what == "status":
        return str(pick("total_score", "status") or "")
    if what.startswith("light:"):
        return str(pick("light", "light", subject=what.removeprefix("light:")) or "")
    if what == "reference":
        return plain(pick("reference_score", "score"), 9)
    if what == TOTAL:
        return plain(pick("total_score", "printed"), 9)
    number = pick("indicator_score", "printed", indicator=what)
    if number is None:
        number = pick("node_score", "printed", node=what)
    return plain(number, 9)

"""`scheme test`: run the worked examples that stand beside the rules (on the oracle and DuckDB)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zhengheng.domain.numbers import parse_scaled, plain
from zhengheng.domain.periods import Period, parse_period
from zhengheng.domain.problems import CaseError
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.cells import CellError, read_bool, read_day, read_number
from zhengheng.lake.facts import Facts, empty, to_arrow
from zhengheng.scheme.base import Text
from zhengheng.scheme.model import TOTAL, Case, Rulebook, Unit
from zhengheng.scoring.contracts import (
    CONTRACTS,
    FILLED,
    NOT_APPLICABLE,
    STATUS_NAMES,
    UNDEFINED,
    VALUE,
)
from zhengheng.scoring.due import due_periods

SUBJECT = "本单位"


@dataclass(frozen=True)
class Outcome:
    """One expectation of one case."""

    case: str
    what: str
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        return self.expected == self.found


def run_cases(book: Rulebook, engine: Engine) -> Iterator[Outcome]:
    """Every expectation of every case. Raises CaseError for a case that cannot be set up."""
    for case in book.cases:
        run = make_run(book, case_facts(book, case), _period(case), engine)
        for what, expected in case.expect.items():
            yield Outcome(case.name, what, _same(expected), _same(_found(run, what)))


def _period(case: Case) -> Period:
    try:
        return parse_period(case.period)
    except ValueError as error:
        raise CaseError.one(
            f"case {case.name}", "case.period", zh=f"“{case.period}”不是期间，请写成 2025、2025-Q1 或 2025-03。",
            en=f"{case.period!r} is no period; write it like 2025, 2025-Q1 or 2025-03",
        ) from error  # fmt: skip


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
    period = _period(case)
    units = []
    try:
        for unit, values in ((SUBJECT, case.values), *case.others.items()):
            units.append(Unit(code=unit, name=Text(zh=unit), category=category, group=group))
            for code, text in values.items():
                _observe(book, put, unit, code, text, period)
        for code, kinds in case.targets.items():
            for kind, text in kinds.items():
                value, _ = read_number(text, book.indicator(code).decimals)
                put("target", unit=SUBJECT, indicator=code, kind=kind, period=period.end, value=value,
                    file=0, row=0)  # fmt: skip
        for code, nodes in case.milestones.items():
            for place, node in enumerate(nodes):
                done = node.get("done_on", "")
                put("milestone", unit=SUBJECT, indicator=code, milestone=str(place), file=0, row=0,
                    due_on=read_day(node["due_on"]), done_on=read_day(done) if done else None,
                    share=read_number(node["share"], 4)[0], waived=read_bool(node.get("waived", "")))  # fmt: skip
        for place, event in enumerate(case.events):
            points = event.get("points")
            put("event", unit=SUBJECT, item=event["item"], document=event.get("document", str(place)),
                points=read_number(points, 9)[0] if points else None, decided_on=period.end, file=0, row=0)  # fmt: skip
    except CellError as error:
        raise _unread(case, error.zh, error.en) from error
    except KeyError as error:
        (key,) = error.args
        raise _unread(case, f"缺少“{key}”", f"{key} is missing") from error
    return Facts({name: to_arrow(name, held) for name, held in columns.items()}, units)


def _unread(case: Case, zh: str, en: str) -> CaseError:
    return CaseError.one(
        f"case {case.name}",
        "case.setup",
        zh=f"算例无法读取：{zh}。",
        en=f"the case cannot be set up: {en}",
    )


def _observe(book: Rulebook, put: Any, unit: str, code: str, text: str, period: Any) -> None:
    """A case gives one number for the whole period; it stands on the last observed period."""
    indicator = book.indicator(code)
    due = due_periods(indicator, period, period.end) or list(period.split(indicator.frequency))
    if text in STATUS_NAMES.values() and text not in {
        STATUS_NAMES[FILLED],
        STATUS_NAMES[UNDEFINED],
    }:
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
    value, _ = read_number(text, indicator.decimals)
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

"""What binds a unit's grade whatever its score is: decided vetoes and integrity items, gates that were not passed.

A grade that the score does not explain is read beside the score; so the reason stands wherever the grade does.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.problems import Language
from zhengheng.engines.oracle import Oracle, decided, within
from zhengheng.engines.origins import oracle_of
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import VALUE

Row = dict[str, Any]
Words = tuple[str, str]
KINDS: dict[str, Words] = {"veto": ("一票否决", "veto"), "integrity": ("诚信事项", "integrity"), "deduction": ("扣分事项", "deduction"), "bonus": ("加分事项", "bonus")}  # fmt: skip


def bound(run: Run, hidden: frozenset[str] = frozenset()) -> dict[str, Words]:
    """Unit → why its grade is bound, in Chinese and English; units whose grade only the score decides are not named.

    An item is named by its document; of a gate on a `hidden` indicator only that there is one is said.
    """
    held = {row["unit"]: bound_grade(run, row, hidden) for row in run.results.rows("total_score")}
    return {unit: reason for unit, reason in held.items() if reason[0]}


def bound_grade(run: Run, total: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> Words:
    """Why the grade of a unit with this row of `total_score` is bound; empty where only the score decides it."""
    if total["limit_place"] is None and total["forced_place"] is None:
        return "", ""
    reasons = [*_items(run, total["unit"]), *_gates(run, total["unit"], hidden)]
    return "；".join(zh for zh, _ in reasons), "; ".join(en for _, en in reasons)


def said(grade: str, reason: Words, language: Language) -> str:
    """A grade with what binds it."""
    if not (grade and reason[0]):
        return grade
    return f"{grade}（{reason[0]}）" if language == "zh" else f"{grade} ({reason[1]})"


def binding_events(run: Run, events: Iterable[Row]) -> Iterator[Row]:
    """Of a unit's events those that bind its grade: decided, of this period, of an item with an effect on it."""
    binding = {item.code for item in run.rulebook.adjustments if item.effect is not None}
    (setting,) = run.plan.tables["setting"]
    for event in events:
        if event["item"] in binding and decided(event, setting) and within(event, setting):
            yield event


def failed_gates(run: Run, unit: str, oracle: Oracle) -> Iterator[Row]:
    """The gates that a unit did not pass, as grading sees them: a split year's gate looks at the whole year's value.

    `oracle` knows the unit and those whose rows can stand behind its values.
    """
    gates = run.plan.tables["gate"]
    known = oracle.measure() if gates else {}
    for gate in gates:
        held = known.get((unit, gate["indicator"], gate.get("segment", 1)))
        if held is not None and (held["status"] != VALUE or held["value"] < gate["below"]):
            yield gate


def _items(run: Run, unit: str) -> Iterator[Words]:
    items = {item.code: item for item in run.rulebook.adjustments}
    held = binding_events(run, unit_rows(run.facts, "event", [unit]))
    for event in sorted(held, key=lambda e: (e["decided_on"], e["item"], e["document"])):
        item = items[event["item"]]
        zh, en = KINDS[item.kind]
        yield f"{zh}：{item.name.zh}，{event['document']}", f"{en}: {item.name.say('en')}, {event['document']}"  # fmt: skip


def _gates(run: Run, unit: str, hidden: frozenset[str]) -> Iterator[Words]:
    for gate in failed_gates(run, unit, oracle_of(run, unit)):
        code = gate["indicator"]
        if code in hidden:
            yield (
                "一项内部指标未过等次门槛",
                "an internal indicator did not pass the gate on the grade",
            )
            continue
        indicator = run.rulebook.indicator(code)
        limit = format_scaled(gate["below"], indicator.decimals)
        yield (
            f"未过等次门槛：{indicator.name.zh}低于 {limit} 或者没有数值",
            f"did not pass the gate on the grade: {indicator.name.say('en')} below {limit}, or without a value",
        )

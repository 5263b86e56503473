"""The numbered steps, read from their files: name, scope, condition, repetition, text."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from zhengheng.scoring.contracts import CONTRACTS

REPEATED = {
    "inherited_target": ("target", ("unit", "indicator", "kind", "period", "value")),
    "derived_value": (
        "cell", ("unit", "category", "comparison_group", "indicator", "segment", "status", "value", "previous"),
    ),
}  # fmt: skip
"""Repeated steps that are no results: they read their own earlier rounds, so that their columns, here those of a contract, must
be there before the first."""


@dataclass(frozen=True)
class Step:
    """One table defined from earlier ones.

    scope  unit: may run on a range of units at a time; group: needs all of them
    when   the condition (see `conditions`) without which the table is empty
    per    repeated for each row of depth, generation, level or band; `:place` stands for the row's place
    inline a DuckDB view instead of a table: consumed once
    once   a table, but a view where one step alone reads it and nobody keeps it
    refuse makes no table: any row stops the run, as too large to compute with (see engines/beyond.py)
    begins the text goes on from a part that several steps share, `steps/shared/<name>.sql`
    each   the text stands once for every table of this family that the run needs, one below the
           other; `:each` stands for its name
    """

    number: str
    table: str
    scope: Literal["unit", "group"]
    when: str
    per: str
    inline: bool
    once: bool
    refuse: str
    each: str
    sql: str
    title: str
    file: str


@cache
def steps() -> tuple[Step, ...]:
    """All steps in their order."""
    found = []
    for file in sorted(
        files("zhengheng.scoring").joinpath("steps").iterdir(), key=lambda f: f.name
    ):
        if file.name.endswith(".sql"):
            found.append(_parse(file.name, file.read_text(encoding="utf-8")))
    return tuple(found)


def _parse(name: str, text: str) -> Step:
    number, table = name.removesuffix(".sql").split("_", 1)
    head = [line[3:] for line in text.splitlines() if line.startswith("-- ")]
    options = dict(line.split(": ", 1) for line in head[1:] if re.fullmatch(r"[a-z]+: .+", line))
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    if part := options.get("begins"):
        body = f"with {_shared(part)},\n{body.strip()}"
    scope = options.get("scope", "unit")
    assert scope in {"unit", "group"}, name
    return Step(
        number,
        table,
        scope,  # type: ignore[arg-type]
        options.get("when", ""),
        options.get("per", ""),
        "inline" in head,
        "inline where read once" in head,
        options.get("refuse", ""),
        options.get("each", ""),
        body.strip(),
        head[0],
        name,
    )


def _shared(name: str) -> str:
    """A part that several steps begin with: tables in a `with`, without that word."""
    held = files("zhengheng.scoring").joinpath("steps", "shared", f"{name}.sql").read_text("utf-8")
    return "\n".join(line for line in held.splitlines() if not line.startswith("--")).strip()


def conditions(
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    facts: Mapping[str, int],
    periods: Set[date] | None,
) -> set[str]:
    """Which optional steps this run needs: from the plan tables, the facts' row counts and their periods.

    `periods` are those of the observations; None where that is not known without reading them.
    """
    rules = tables["rule"]
    found = {f"method {rule['method']}" for rule in rules}
    split = any(row["segment"] > 1 for row in (*rules, *tables["series"]))
    derived = bool(tables["derivation"])
    minimum = any(
        row["minimum"] is not None or row["constant"] is None for row in tables["derivation"]
    )
    amended = facts["revision"] or tables["vintage_rule"] or tables["figure"]
    amended = amended or split or any(u["purpose"] != "value" for u in tables["period_use"])
    used: defaultdict[str, set[date]] = defaultdict(set)
    for row in tables["period_use"]:
        used[row["indicator"]].add(row["period"])
    observed = {row["indicator"] for row in tables["series"] if row["combine"] != "derived"}
    even = observed == set(used) and len(set(map(frozenset, used.values()))) == 1
    sole = (
        even and periods is not None and periods <= {day for days in used.values() for day in days}
    )
    means = {row["aggregate"] for row in tables["node"]}
    relative = "copeland" in means or any(
        row["rescale"] or row["fill"] for row in tables["node_rule"]
    )
    scaled = tables["coefficient"] or tables["unit_coefficient"]
    curved = means - {"sum", "arithmetic"} or tables["node_rule"] or scaled
    checks = {
        "gaps": facts["gap"] or facts["revision"] or tables["vintage_rule"] or tables["figure"],
        "sole": not amended and sole,
        "even": not amended and even and not sole,
        "plain": not amended and not even,
        "amended": amended,
        "revised": facts["revision"] or tables["vintage_rule"],
        "decided": facts.get("decided", 0),
        "settled": facts.get("decided", 0) and tables["figure"],
        "composed": tables["figure"],
        "handed_targets": facts["target"] and tables["succession"],
        "targets": facts["target"],
        "derived": derived,
        "milestones": tables["milestone_rule"],
        "grouped": any(rule["grouped"] for rule in rules),
        "unit_reference": any(rule["reference"] == "unit" for rule in rules),
        "split": split,
        "whole": not split,
        "scaled": scaled,
        "unscaled": not scaled,
        "linear": not curved,
        "curved": curved and not relative,
        "relative": relative,
        "filled": tables["filling"],
        "treated": tables["treatment"],
        "not_applicable": facts["approval"] or tables["exemption"] or minimum
        or tables["milestone_rule"],
        "adjusted": facts["event"] or tables["gate"],
        "graded": tables["band"],
        "lights": tables["light_rule"],
        "bound": tables["setting"][0]["alpha"] is not None,
    }  # fmt: skip
    return found | {name for name, holds in checks.items() if holds}


def chosen(holds: set[str]) -> list[tuple[Step, bool]]:
    """The steps of a run, each with whether it is needed; of two that make one table, the fitting one.

    One that is not needed is there all the same if another reads its table, or if that is a result.
    """
    needed = {step.table for step in steps() if not step.when or step.when in holds}
    found = [(step, not step.when or step.when in holds) for step in steps()]
    kept = [(step, active) for step, active in found if active or step.table not in needed]
    kept = [(_stacked(step, kept) if step.each else step, active) for step, active in kept]
    named, wanted = set(CONTRACTS), []
    for step, active in reversed(kept):
        if active or step.table in named:
            wanted.append((step, active))
        if active or (step.table in named and step.table not in CONTRACTS):
            named |= set(reads(step.sql))
    return wanted[::-1]


def _stacked(step: Step, kept: Sequence[tuple[Step, bool]]) -> Step:
    """The step over the needed tables of its family; over all of them, without a row, where none is."""
    family = {s.table: active for s, active in kept if s.table.startswith(f"{step.each}_")}
    tables = [table for table, active in family.items() if active] or list(family)
    text = "\nunion all\n".join(step.sql.replace(":each", table) for table in tables)
    return replace(step, sql=text)


def consumed_once(active: Sequence[Step], keep: Sequence[str]) -> set[str]:
    """Tables that need not be made: `once` steps, not kept, that a single later step evaluates."""
    times: Counter[str] = Counter()
    found = set()
    for step in reversed(active):
        if step.once and step.table not in keep and times[step.table] == 1:
            found.add(step.table)
        folded = step.inline or step.table in found
        weight = times[step.table] if folded else 2 if step.per else 1
        for name in reads(step.sql):
            times[name] += weight
    return found


def reads(sql: str) -> list[str]:
    """The names that a query reads from, as often as it does; those of its own `with` among them."""
    return re.findall(r"\b(?:from|join)\s+(\w+)", sql)


def at_place(sql: str, place: int) -> str:
    """The text of a repeated step for one of its rounds."""
    return sql.replace(":place", str(place))


def rounds(per: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[int]:
    """The places a repeated step runs through, in order."""
    match per:
        case "depth":
            return sorted({row["depth"] for row in tables["derivation"]})
        case "generation":
            return sorted({row["generation"] for row in tables["succession"]})
        case "level":
            return sorted({row["depth"] for row in tables["node"]}, reverse=True)
        case "band":
            return sorted(row["place"] for row in tables["band"])
        case _:
            return []

"""The period of items that an earlier release loaded without one: that of the rulebook under which they were decided."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from zhengheng.domain.periods import parse_period
from zhengheng.lake.cells import normal
from zhengheng.lake.facts import Facts, schema
from zhengheng.lake.store import Lake
from zhengheng.lake.whole import whole
from zhengheng.web.intake.committed import require_as_loaded
from zhengheng.web.reporting.models import Item

Key = tuple[str, str, str]


def key_of(item: Item) -> Key:
    """What tells an item in a lake: unit, item and document, as an intake reads them."""
    return normal(item.unit.code), normal(item.item), normal(item.document)


def dated(facts: Facts, code: str) -> Facts:
    """The facts of a rulebook's lake, or of a run of it, with a period for every item of the office.

    The file that brought such an item said no period, but the item itself does: decided in the spring, it is of the
    year before. What the office knows nothing of stays of the period that it was decided in.
    """
    events = facts.tables["event"]
    if not events["period"].null_count:
        return facts
    known: defaultdict[Key, dict[date, date]] = defaultdict(dict)
    held = Item.objects.filter(rulebook__code=code)
    for item in held.select_related("unit", "rulebook").order_by("pk"):
        known[key_of(item)][item.decided_on] = parse_period(item.rulebook.period).end
    rows = events.to_pylist()
    for row in rows:
        days = known.get((row["unit"], row["item"], row["document"]))
        if row["period"] is None and days:
            row["period"] = days.get(row["decided_on"], [*days.values()][-1])
    table = pa.Table.from_pylist(rows, schema=schema("event"))
    return replace(facts, tables={**facts.tables, "event": table})


def columns_of(
    facts: Facts, name: str, columns: list[str], only: ds.Expression | None = None
) -> pa.Table:
    """Columns of a fact table, wherever it lies: in memory, or in the files of the lake or of a kept run."""
    paths = facts.paths.get(name)
    if not paths:
        held = facts.tables[name]
        return (held if only is None else held.filter(only)).select(columns)
    with whole(lambda: paths):
        return ds.dataset([str(path) for path in paths]).to_table(columns, filter=only)


def facts_of(home: Path) -> Facts:
    """Everything loaded into a rulebook's lake, each item of the office with its period."""
    return dated(Lake.open(home).facts(), home.name)


def facts_as_loaded(lake: Lake) -> Facts:
    """The same, to compute from. Raises KeptError with every part of the lake that is not as the ledger has it."""
    require_as_loaded(lake)
    return facts_of(lake.home)

"""Plan rows that stay a table where there are very many of them: the units of a province."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from zhengheng.domain.periods import Period
from zhengheng.lake.facts import Facts, schema
from zhengheng.lake.roster import split, to_units
from zhengheng.lake.whole import whole
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.plan_rows import looks_back_to

Row = dict[str, Any]


class TableRows(Sequence[Row]):
    """A table read as rows when somebody wants rows."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return TableRows(self.table.take(list(range(*place.indices(len(self))))))
        row: Row = self.table.slice(place if place >= 0 else len(self) + place, 1).to_pylist()[0]
        return row

    def __iter__(self) -> Iterator[Row]:
        for batch in self.table.to_batches(max_chunksize=65_536):
            yield from batch.to_pylist()


def odd_units(
    rulebook: Rulebook, facts: Facts, period: Period
) -> tuple[list[Unit], pa.Table | None]:
    """Units that need a look one by one, and the table of those that do not."""
    if facts.roster is None:
        return facts.units, None
    odd = {unit.code for unit in (*rulebook.units, *facts.units)}
    for event in rulebook.succession:
        odd |= {event.unit, *(heir.unit for heir in event.heirs)}
    # Whoever began since the first day that the run looks at has less to be held against.
    plain, rest = split(facts.roster, looks_back_to(rulebook, period), period.end, odd)
    known = {unit.code for unit in facts.units}
    return [*facts.units, *(u for u in to_units(rest) if u.code not in known)], plain


def with_roster(
    compiled: Sequence[Row], plain: pa.Table, rulebook: Rulebook, period: Period
) -> TableRows:
    """The plan's unit rows: the compiled ones and the table's, in the order of their codes."""
    count = plain.num_rows
    bound = pa.array([], pa.string())
    if rulebook.binding:
        bound = pa.array(list(rulebook.binding.categories), pa.string())
    made = pa.table(
        {
            "unit": plain["code"], "category": plain["category"], "comparison_group": plain["group"],
            "superior": plain["superior"],
            "valid_from": pa.repeat(pa.scalar(period.start, pa.date32()), count),
            "valid_to": pa.repeat(pa.scalar(period.end, pa.date32()), count),
            "part_year": pa.repeat(False, count), "ranked": plain["ranked"],
            "bound": pc.and_(pc.is_in(plain["category"], bound), pc.is_valid(plain["superior"])),
        }
    )  # fmt: skip
    shape = pa.schema([pa.field(f.name, f.type) for f in schema("unit")])
    others = pa.Table.from_pylist(list(compiled), schema=shape)
    return TableRows(
        pa.concat_tables([made.select(shape.names).cast(shape), others]).sort_by("unit")
    )


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    return {k: int(v) if hasattr(v, "as_tuple") else v for k, v in row.items()}


def unit_rows(facts: Facts, table: str, units: Sequence[str]) -> list[Row]:
    """The rows of a few units; snapshots in files are read by their statistics, not whole."""
    condition = pc.field("unit").isin(list(units))
    if paths := facts.paths.get(table):
        with whole(lambda: paths):
            made: pa.Table = ds.dataset([str(path) for path in paths]).to_table(filter=condition)
    else:
        made = facts.tables[table].filter(condition)
    return [_whole(row) for row in made.to_pylist()]

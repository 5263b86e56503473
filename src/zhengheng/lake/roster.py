"""The units of a lake as a table: read at once, and for hundreds of thousands never made into objects."""

from collections.abc import Collection, Iterable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from zhengheng.scheme.base import Text
from zhengheng.scheme.model import Unit

AS_OBJECTS = 20_000
"""Up to this many units are objects; more stay a table, and only odd ones become objects."""
SCHEMA = pa.schema(
    [
        ("code", pa.string()), ("name_zh", pa.string()), ("name_en", pa.string()),
        ("category", pa.string()), ("group", pa.string()), ("superior", pa.string()),
        ("valid_from", pa.date32()), ("valid_to", pa.date32()),
        ("exempt", pa.list_(pa.string())), ("ranked", pa.bool_()),
    ]
)  # fmt: skip


def to_table(units: Iterable[Unit]) -> pa.Table:
    """Units as rows of SCHEMA."""
    rows = [
        {
            "code": unit.code, "name_zh": unit.name.zh, "name_en": unit.name.en,
            "category": unit.category, "group": unit.group, "superior": unit.superior,
            "valid_from": unit.valid_from, "valid_to": unit.valid_to,
            "exempt": list(unit.exempt), "ranked": unit.ranked,
        } for unit in units
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def to_units(table: pa.Table) -> list[Unit]:
    """Rows that were checked at intake as units again."""
    return [
        Unit.model_construct(
            code=row["code"], name=Text.model_construct(zh=row["name_zh"], en=row["name_en"]),
            category=row["category"], group=row["group"], superior=row["superior"],
            valid_from=row["valid_from"], valid_to=row["valid_to"], exempt=tuple(row["exempt"]),
            ranked=row["ranked"],
        ) for row in table.to_pylist()
    ]  # fmt: skip


def joined(tables: Collection[pa.Table]) -> pa.Table:
    """Several intakes' units by code, the latest word on each."""
    whole = pa.concat_tables([SCHEMA.empty_table(), *tables])
    if len(tables) > 1:
        place = pa.array(range(whole.num_rows))
        last = whole.append_column("place", place).group_by("code").aggregate([("place", "max")])
        whole = whole.take(last["place_max"])
    return whole.sort_by("code")


def split(
    roster: pa.Table, first: date, last: date, odd: Collection[str]
) -> tuple[pa.Table, pa.Table]:
    """Those that exist from the first day to the last, without exemption and not named odd; and the rest."""
    begun = pc.fill_null(pc.less_equal(roster["valid_from"], pa.scalar(first)), True)
    stands = pc.fill_null(pc.greater_equal(roster["valid_to"], pa.scalar(last)), True)
    bare = pc.equal(pc.list_value_length(roster["exempt"]), 0)
    named = pc.is_in(roster["code"], pa.array(sorted(odd), pa.string()))
    plain = pc.and_(pc.and_(begun, stands), pc.and_(bare, pc.invert(named)))
    return roster.filter(plain), roster.filter(pc.invert(plain))

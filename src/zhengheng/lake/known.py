"""Rows that stand in the lake already: corrections become revisions of them, anything else is refused."""

import pyarrow as pa
import pyarrow.compute as pc

from zhengheng.domain.problems import DataError
from zhengheng.domain.several import several
from zhengheng.lake.facts import Facts, schema
from zhengheng.lake.mapping import Mapping

ROW = ("unit", "indicator", "period")
"""What makes two observations the same fact."""


def set_apart(facts: Facts, mapping: Mapping, known: pa.Table | None, held: int) -> None:
    """Move observations whose fact is `known` to the revisions, numbered after the `held` ones of the lake.

    What the files themselves say twice comes last: the row further down is the newer one.

    Raises DataError for rows that do not say that they correct anything.
    """
    fresh = facts.tables["observation"]
    doubles: set[int] = set()
    if known is not None and known.num_rows:
        marked = fresh.append_column("place", pa.array(range(fresh.num_rows)))
        found = marked.join(known, list(ROW), join_type="left semi")["place"].to_pylist()
        doubles = set(found)
    twice = facts.tables["revision"]
    place = twice.schema.get_field_index("sequence")
    later = pc.add(twice["sequence"], held + len(doubles)).cast(twice.schema.field(place).type)
    twice = facts.tables["revision"] = twice.set_column(place, twice.schema.field(place), later)
    if not doubles:
        return
    corrections = {
        number for number, source in enumerate(mapping.sources, 1) if source.role == "correction"
    }
    rows = fresh.to_pylist()
    strangers = [
        rows[i]
        for i in sorted(doubles)
        if not rows[i]["vintage"] and rows[i]["file"] not in corrections
    ]
    if strangers:
        first = strangers[0]
        raise DataError.one(
            f"{facts.files[first['file'] - 1].name}:{first['row']}", "row.known",
            zh=f"{len(strangers)} 行已在数据湖中 (如 {first['unit']} {first['indicator']} {first['period']}); 更正请用 role: correction",
            en=f"{several(len(strangers), 'row is in the lake', 'rows are in the lake')} already (such as {first['unit']} {first['indicator']} {first['period']}); to correct them use role: correction",
        )  # fmt: skip
    moved = [{**rows[i], "sequence": held + n} for n, i in enumerate(sorted(doubles), 1)]
    kept = pa.table({"keep": pa.array([i not in doubles for i in range(len(rows))])})["keep"]
    facts.tables["observation"] = fresh.filter(kept)
    shape = schema("revision")
    extra = pa.table(
        {f.name: pa.array([r[f.name] for r in moved], f.type) for f in shape}, schema=shape
    )
    facts.tables["revision"] = pa.concat_tables([twice, extra])

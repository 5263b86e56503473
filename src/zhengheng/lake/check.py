"""Whether a lake holds what its register says it holds, each fact once."""

import json

import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from zhengheng.domain.kept import shown
from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.lake.known import ROW
from zhengheng.lake.store import Lake
from zhengheng.lake.tables import line_of
from zhengheng.lake.whole import fault, naming

EXAMPLES = 20
"""Facts that stand twice and are named one by one; the rest is counted."""


def check_lake(lake: Lake) -> list[Problem]:
    """Intakes whose rows are gone, files that are gone, damaged or shorter than they were, facts that stand twice."""
    found: list[Problem] = []
    with naming(found, lake.home):
        found += _found(lake)
    return found


def _found(lake: Lake) -> list[Problem]:
    tables, snapshots = lake.tables().all(), lake.snapshots()
    lines = {name: line_of(tables[name], snapshot) for name, snapshot in snapshots.items()}
    found: list[Problem] = []
    for number, text in lake.finished():
        for name, snapshot in json.loads(text).items():
            if snapshot not in lines.get(name, ()):
                found.append(
                    Problem(f"intake {number}", "intake.gone",
                            f"第 {number} 次入库登记为已完成，但它写入的行已不在数据湖中，请从备份恢复，或重新入库。",
                            f"intake {number} is registered as done, but the rows it brought are not in the lake; restore a backup or load it again")
                )  # fmt: skip
    for name in snapshots:
        for file in lake.tables().files_of(tables[name], snapshots[name]):
            if (wrong := fault(file.path)) is not None:
                found += wrong.problems
            elif pq.read_metadata(file.path).num_rows != file.rows:
                found.append(
                    Problem(shown(file.path), "file.rows", "数据文件的行数与登记不符，请从备份恢复。",
                            "the data file does not have the rows it had; restore a backup")
                )  # fmt: skip
    for roster in sorted((lake.home / "units").glob("*.parquet")):
        if (wrong := fault(roster)) is not None:
            found += wrong.problems
    return found if found else _twice(lake)


def _twice(lake: Lake) -> list[Problem]:
    paths = lake.paths("observation")
    if not paths:
        return []
    held = ds.dataset([str(path) for path in paths]).to_table(columns=[*ROW, "row"])
    counted = held.group_by(list(ROW)).aggregate([("row", "count")])
    doubles = counted.filter(pc.field("row_count") > 1)
    found = [
        Problem(f"{one['unit']} {one['indicator']} {one['period']}", "row.twice",
                f"同一数值在数据湖中有 {one['row_count']} 行，只应有一行。",
                f"the same value stands in the lake {one['row_count']} times; it should stand once")
        for one in doubles.slice(0, EXAMPLES).to_pylist()
    ]  # fmt: skip
    if doubles.num_rows > EXAMPLES:
        more = doubles.num_rows - EXAMPLES
        found.append(
            Problem("observation", "row.twice", f"另有 {more} 个数值重复。", several(more, 'more value stands twice', 'more values stand twice'))
        )  # fmt: skip
    return found

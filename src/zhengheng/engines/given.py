"""What a bundle takes as given and cannot prove: one sentence each, which the verifier prints."""

from collections.abc import Iterator
from typing import Any

from zhengheng.domain.several import several
from zhengheng.engines.oracle import Tables
from zhengheng.engines.public import closed_nodes

BEFORE = 2
"""The format that binds less of its inputs."""
_WHOLE = "是否就是当时发布的复核包：请将压缩包的 SHA-256 与门户和存证日志核对"


def unverified(inputs: Tables, plan: Tables, given: list[str]) -> dict[str, set[tuple[Any, ...]]]:
    """Rows of results that rest on internal indicators, by table: named in `given`, and not compared."""
    hidden = {cell["indicator"] for cell in inputs["cell"] if cell["commitment"]}
    if not hidden:
        return {}
    given.append(
        f"inputs/cell.csv: what the internal indicators {', '.join(sorted(hidden))} measured and earned (commitments only) / "
        "内部指标的数值和得分（只有承诺值）"
    )
    closed = set(closed_nodes(plan, hidden))
    root = next(row["node"] for row in plan["node"] if not row["depth"])
    stated = [row for row in inputs["stated"] if (row["category"], row["node"]) in closed]
    for node in sorted({row["node"] for row in stated}):
        units = [row["unit"] for row in stated if row["node"] == node]
        given.append(
            f"inputs/stated.csv, results/node_score.csv, scores.csv: score and status of {node} for {several(len(units), 'unit', 'units')}, "
            f"which rest on internal indicators and were only held against what is possible / {len(units)} 个单位含内部指标的得分和状态（只核对是否可能）"
        )
    groups = {row["unit"]: row["comparison_group"] for row in plan["unit"]}
    skipped: dict[str, set[tuple[Any, ...]]] = {}
    key = plan["setting"][0]["key_node"]
    tied = {row["comparison_group"] for row in stated if row["node"] == key}
    if tied:
        among = {unit for unit, group in groups.items() if group in tied}
        skipped["ranking"] = {(unit, root) for unit in among}
        given.append(
            f"results/ranking.csv, scores.csv: the places of {several(len(among), 'unit', 'units')}, where {key} breaks ties / "
            f"{len(among)} 个单位的名次（同分时比较的维度含内部指标）"
        )
    silent = {
        row["comparison_group"] for row in stated
        if row["node"] == root and row["printed"] is None and row["status"] in {"value", "unranked"}
    }  # fmt: skip
    if silent and plan["band"]:
        everyone = plan["setting"][0]["pool_below"]
        pooled = {unit for unit, group in groups.items() if everyone or group in silent}
        skipped["grading"] = {(unit,) for unit in pooled}
        given.append(
            f"results/grading.csv, scores.csv: the grades of {several(len(pooled), 'unit', 'units')}, compared with totals that are not shown / "
            f"{len(pooled)} 个单位的等次（比较所用的总分不公开）"
        )
    return skipped


def as_given(files: int, *, public: bool, before: bool) -> list[str]:
    """What no bundle can prove by itself."""
    return [
        "rulebook.json: the rules themselves / 方案本身",
        "inputs: whether they are what "
        + (f"the {files} source files named in run.json hold" if not public else "was measured")
        + ", which are not in the bundle / 是否与来源相符（来源不在包内）",
        "run.json: names and counts of the source files / 来源文件的名称和行数",
        *_idle(public, before),
        "README.txt, verify.py: texts / 文本",
        f"whether this is the bundle that was published: compare its SHA-256 with the portal and the ledger / {_WHOLE}",
    ]


def _idle(public: bool, before: bool) -> Iterator[str]:
    """What a bundle may hold though no result hangs on each of its digits."""
    if not public:
        yield "inputs: rows and columns that count for nothing in this run / 对这一批次没有作用的数据行和列"
        return
    yield "inputs/event.csv: documents, days and source rows of decided items / 已决定事项的文号、日期和来源行"
    yield (
        "inputs/gate_value.csv, inputs/planned.csv: the numbers beyond the side of the limit on which they stand / "
        "数值本身（只核对在界限的哪一侧）"
    )
    if not before:
        yield "inputs/agreed.csv: whether numbers were agreed that the rulebook gives as well / 是否另有与方案所定相同的商定值"
    yield "inputs/unit.csv: units that have no part in this run / 与这一批次无关的单位"
    if before:
        yield (
            "inputs/cell.csv and the order of all rows: base, stretch, bottom, previous and status where no result shows them "
            "(a bundle of format 2 binds less) / 结果中不出现的基期值、挑战值、底线值、上期值和状态，以及各行的次序（格式 2 的复核包约束较少）"
        )

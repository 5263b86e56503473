"""A publication's files: tables in four formats, their description (Frictionless), where scores are public the bundle; all with digests."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhengheng.domain.harmless import harmless
from zhengheng.engines.bundle import check_bundle, write_bundle
from zhengheng.engines.export import workbook
from zhengheng.engines.run import Run

UNITS = ("unit", "name_zh", "name_en", "group_zh", "group_en", "status", "score", "place", "members", "grade", "grade_en", "computed_grade", "computed_grade_en", "grade_reason")  # fmt: skip
INDICATORS = (
    "code", "name_zh", "name_en", "dimension_zh", "dimension_en", "measure_unit", "measure_unit_en", "direction", "source", "source_en", "public",
)  # fmt: skip
VALUES = (
    "unit",
    "indicator",
    "period",
    "status",
    "value",
    "target",
    "measure_unit",
    "measure_unit_en",
    "points",
    "full",
    "line",
    "line_en",
)
TABLES = {"units": UNITS, "indicators": INDICATORS, "values": VALUES}
STATUS_OF_UNIT = (
    "value (the unit has a total), withheld (it has one that is not published, since an internal value could be worked out from it), missing (no total: data missing), "
    "undefined (no total: not computable), not_due (no total: not due), unranked (no total: not ranked by the rulebook) "
    "状态：有总分；有总分但不公开（由它可以推算出不公开指标的数值）；缺数据；无法计算；未到期；按方案不排名"
)  # fmt: skip
"""What the column says in the table of units; in that of values it is the state of an indicator."""
MEANINGS = {
    "unit": "code of the unit 单位代码", "indicator": "code of the indicator 指标代码", "period": "assessed period 期间",
    "status": "met, watch, missed, unlit, undefined, missing, not_applicable, not_due, withheld (of internal indicators: value and status), filled 状态（withheld：内部指标的数值和状态不公开）", "value": "as measured 实绩",
    "target": "what it was measured against 目标", "points": "points earned 得分", "full": "full mark 满分",
    "line": "达标线：从哪里起算达标", "line_en": "the line from which it counts as met",
    "measure_unit": "unit of measure, of value and target 实绩和目标的计量单位", "measure_unit_en": "unit of measure, in English 计量单位（英文）", "source": "来源", "source_en": "source",
    "name_zh": "name in Chinese 名称（中文）", "name_en": "name in English 名称（英文）",
    "group_zh": "comparison group, in Chinese 分组（中文）", "group_en": "comparison group, in English 分组（英文）",
    "code": "code of the indicator 指标代码", "dimension_zh": "dimension, in Chinese 维度（中文）", "dimension_en": "dimension, in English 维度（英文）",
    "direction": "which way is better: up, down or interval (inside a range) 指标方向：越高越好、越低越好、区间内最好", "public": "true: its values are published; false: internal 数值是否公开",
    "place": "place in the comparison group 组内名次", "members": "units in the group 组内单位数", "score": "total 总分", "grade": "等次", "grade_en": "grade",
    "computed_grade": "计算等次（委员会另行决定等次的）", "computed_grade_en": "computed grade, where the commission decided another",
    "grade_reason": "reason of the decided grade, or what binds the grade whatever the score is (veto, gate) 决定等次的理由，或不论得分多少决定等次的事项（一票否决、等次门槛）",
}  # fmt: skip
LICENCE = {"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}


def rows_of(document: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """The tables of a snapshot."""
    units = {i["code"]: i["measure_unit"] for i in document["indicators"]}
    return {
        "units": list(_units(document)),
        "indicators": [
            {"code": i["code"], "name_zh": i["name"]["zh"], "name_en": i["name"]["en"], "dimension_zh": i["dimension"]["zh"],
             "dimension_en": i["dimension"]["en"], "measure_unit": i["measure_unit"]["zh"], "measure_unit_en": i["measure_unit"]["en"], "direction": i["direction"],
             "source": i["source"]["zh"], "source_en": i["source"]["en"], "public": "true" if i["public"] else "false"}
            for i in document["indicators"]
        ],
        "values": [
            {"unit": unit, "indicator": code, "period": document["period"], **{n: mark.get(n, "") for n in ("status", "value", "target", "points", "full")},
             "measure_unit": units[code]["zh"], "measure_unit_en": units[code]["en"],
             **dict(zip(("line", "line_en"), mark["line"].values() if "line" in mark else ("", ""), strict=True))}
            for unit, row in document["marks"].items() for code, mark in row.items()
        ],
    }  # fmt: skip


def _units(document: dict[str, Any]) -> Iterator[dict[str, str]]:
    for group in document["groups"]:
        for unit in group["units"]:
            grade = unit.get("grade", {})
            computed = grade.get("computed", {})
            held = unit | {"grade": grade.get("zh"), "grade_en": grade.get("en"), "computed_grade": computed.get("zh"),
                           "computed_grade_en": computed.get("en"), "grade_reason": grade.get("reason") or grade.get("bound", {}).get("zh")}  # fmt: skip
            if document["shows"] == "score" and unit["status"] == "value" and not unit.get("score"):
                held["status"] = "withheld"
            found = {name: str(held[name]) if held.get(name) is not None else "" for name in UNITS[5:]}  # fmt: skip
            yield {"unit": unit["code"], "name_zh": unit["name"]["zh"], "name_en": unit["name"]["en"],
                   "group_zh": group["name"]["zh"], "group_en": group["name"]["en"], **found}  # fmt: skip


def write_files(
    document: dict[str, Any], run: Run, folder: Path, salt: bytes, public: Sequence[Run] = ()
) -> dict[str, str]:
    """Write everything under `folder`; gives file name → SHA-256. Raises VerifyError where the bundle does not verify.

    `public` are the runs of the same period that were published already, as for the document.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in rows_of(document).items():
        head = TABLES[name]
        (folder / f"{name}.csv").write_bytes(as_csv(head, rows))
        (folder / f"{name}.json").write_text(
            json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema([(n, pa.string()) for n in head])), folder / f"{name}.parquet")  # fmt: skip
        (folder / f"{name}.xlsx").write_bytes(workbook(name, head, rows))
    if document["shows"] == "score":
        # A bundle computes every score again; where scores are not for the public there is none.
        write_bundle(run, folder / "bundle.zip", "public", salt, public)
        check_bundle(folder / "bundle.zip")
    text = json.dumps(_described(document, folder), ensure_ascii=False, indent=1) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    return {path.name: digest(path) for path in sorted(folder.iterdir())}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def as_csv(head: Iterable[str], rows: Iterable[dict[str, str]]) -> bytes:
    """The table as text, no cell of which is a formula to a spreadsheet program."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(head), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue().encode()


def _described(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """datapackage.json (Frictionless Data Package)."""
    return {
        "name": f"{document['rulebook']}-{document['period']}".lower(), "title": document["title"]["en"],
        "description": f"{document['title']['zh']} {document['period']}", "licenses": [LICENCE],
        "resources": [
            {"name": f"{name}-{form}", "path": f"{name}.{form}", "format": form, "hash": f"sha256:{digest(folder / f'{name}.{form}')}",
             "bytes": (folder / f"{name}.{form}").stat().st_size,
             "schema": {"fields": [{"name": n, "type": "string", "description": STATUS_OF_UNIT if (name, n) == ("units", "status") else MEANINGS[n]} for n in head]}}
            for name, head in TABLES.items() for form in ("csv", "xlsx", "json", "parquet")
        ],
    }  # fmt: skip

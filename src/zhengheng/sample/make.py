"""Write the sample city: rulebooks, data files as offices send them, intake mappings."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from zhengheng.sample import facts, rulebooks
from zhengheng.sample.organisation import SampleUnit, departments, districts, sisters, streets
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.save import save_folder, write_yaml

AT = "2026-03-01"
"""The day that the results of 2025 are computed as of: they are registered on it, and on notice from the days after."""
HEIRS = (("J37", "云溪东街道"), ("J38", "云溪西街道"))
Progress = Callable[[str, int], None]
_OBSERVED = {
    "unit": "单位代码", "indicator": "指标", "period": "期间", "value": "数值", "status": "状态",
    "vintage": "版本", "published_on": "发布日期",
}  # fmt: skip


def make_sample(folder: Path, *, seed: int, scale: float, progress: Progress | None = None) -> None:
    """Write everything below `folder`; the same seed and scale give the same bytes."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "虚构示例.txt").write_text(
        "云衡市是虚构示例, 全部数据由程序生成。Yunheng is fictional; all data are generated.\n",
        encoding="utf-8",
    )
    books = {
        "departments": rulebooks.department_rulebook(), "districts": rulebooks.district_rulebook(),
        "streets": rulebooks.street_rulebook(), "province": rulebooks.province_rulebook(), "hotline": rulebooks.hotline_rulebook(),
    }  # fmt: skip
    units = {
        "departments": departments(), "districts": districts(),
        "province": sisters(),
        "streets": [*streets(), *(SampleUnit(c, n, "central", "central") for c, n in HEIRS)],
    }  # fmt: skip
    for name, book in books.items():
        save_folder(book, folder / "rulebooks" / name)
    units["hotline"] = [
        SampleUnit(u.code, u.name, "handler", kind) for kind in ("streets", "districts", "departments")
        for u in units[kind]
    ]  # fmt: skip
    for name, held in units.items():
        _write(data / f"{name}_单位.csv", (_unit_row(unit) for unit in held))
        if name == "province":
            _write(data / "province_指标数据.csv", facts.provincial(rulebooks.PROVINCIAL, seed))
        elif name != "hotline":
            codes = _codes(books[name], held)
            _write(data / f"{name}_指标数据.csv", _values(name, held, codes, seed))
            _write(data / f"{name}_节点.csv", facts.milestones(held, codes, seed))
        _write_mapping(folder, name, books[name])
    kinds = {
        unit.code: kind for kind in ("departments", "districts", "streets") for unit in units[kind]
    }
    for kind in ("departments", "districts", "streets"):
        _write(
            data / f"{kind}_加减分.csv",
            (row for row in facts.events() if kinds[row["单位代码"]] == kind),
        )
    for name, rows in (("12345工单.csv", facts.orders), ("好差评.csv", facts.ratings)):
        _write(data / name, _counted(name, rows(seed, scale), progress))


def _unit_row(unit: SampleUnit) -> dict[str, str]:
    return {
        "单位代码": unit.code,
        "单位": unit.name,
        "类别": unit.category,
        "分组": unit.group,
        "上级": unit.superior,
    }


def _codes(book: Rulebook, units: list[SampleUnit]) -> dict[str, list[str]]:
    """The indicators of each unit: those its category has a weight for."""
    table = book.weights[-1].table
    return {
        unit.code: [
            code for code, row in table.items() if not isinstance(row, dict) or unit.category in row
        ]
        for unit in units
    }


def _values(
    name: str, units: list[SampleUnit], codes: dict[str, list[str]], seed: int
) -> Iterable[dict[str, Any]]:
    from_hotline = {"A05", "A06", "F00"}
    for row in facts.observations(units, codes, seed):
        if row["指标"] not in from_hotline | {"B01"}:
            yield row
    if name == "districts":
        yield from facts.growth_vintages(seed)


def _write_mapping(folder: Path, name: str, book: Rulebook) -> None:
    sources: list[dict[str, Any]] = [
        {"file": f"{name}_单位.csv", "role": "unit", "unit": "单位代码", "name": "单位", "category": "类别",
         "group": "分组", "superior": "上级"},
    ]  # fmt: skip
    if name == "province":
        sources.append({"file": "province_指标数据.csv", **_OBSERVED})
    elif name != "hotline":
        sources += [
            {"file": f"{name}_指标数据.csv", **_OBSERVED},
            {"file": f"{name}_指标数据.csv", "role": "approval", "where": "状态 = '不适用'", "unit": "单位代码",
             "indicator": "指标", "approver": {"constant": "市绩效办"}, "document": "期间", "distinct": True},
            {"file": f"{name}_节点.csv", "role": "milestone", "unit": "单位代码", "indicator": "指标",
             "milestone": "节点", "due_on": "应完成", "done_on": "完成", "share": "份额%", "waived": "豁免"},
            {"file": f"{name}_加减分.csv", "role": "event", "unit": "单位代码", "item": "事项", "points": "分值",
             "document": "文号", "decided_on": "决定日期", "period": "考核年度"},
        ]  # fmt: skip
    if name in {"streets", "hotline"}:
        sources.append(_orders(book))
    if name == "districts":
        sources.append(_result("scores.csv", "node = 'total' and unit >= 'Q'", "F00", "score"))
    if name == "departments":
        sources.append(_ratings())
        sources.append(
            _result("indicator_scores.csv", "indicator = 'F01' and unit < 'E'", "A05", "value")
        )
        sources.append(
            _result("indicator_scores.csv", "indicator = 'F03' and unit < 'E'", "A06", "value")
        )
    mapping: dict[str, Any] = {
        "purpose": "云衡市年度绩效考核 (虚构示例)", "source": "虚构示例, 程序生成", "at": AT, "sources": sources,
    }  # fmt: skip
    if name == "hotline":
        mapping["periods"] = [
            f"{year}-{month:02d}" for year in facts.YEARS for month in range(1, 13)
        ]
    else:
        mapping["period"] = "2025"
    write_yaml(folder / f"{name}.intake.yaml", mapping)


def _result(file: str, where: str, code: str, column: str) -> dict[str, Any]:
    """One rulebook's result as another's indicator: the bulletin's own result file is read."""
    return {"file": f"通报结果/{file}", "where": where, "unit": "unit", "indicator": {"constant": code},
            "period": "period", "value": column, "missing": [""]}  # fmt: skip


def _orders(book: Rulebook) -> dict[str, Any]:
    yes = {"DISPATCHED": "", "ANSWERED": "answered = '是'", "CALLBACKS": "called = '是'",
           "SOLVED": "solved = '是'", "SATISFIED": "satisfied = '是'", "REPEATED": "again = '是'"}  # fmt: skip
    codes = {indicator.code for indicator in book.indicators}
    measures = [
        {"indicator": code, "unit": "unit", "date": "day", "frequency": "month", "where": where,
         "exclude": "excluded is not empty"}
        for code, where in yes.items() if code in codes
    ]  # fmt: skip
    if "HOURS" in codes:
        measures.append({"indicator": "HOURS", "unit": "unit", "date": "day", "frequency": "month",
                         "value": "sum", "of": "hours", "exclude": "excluded is not empty"})  # fmt: skip
    columns: dict[str, Any] = {
        "unit": {"column": "承办单位"}, "day": {"column": "派单日期", "type": "date"},
        "excluded": {"column": "剔除代码"}, "answered": {"column": "按时响应"},
        "called": {"column": "有效回访"}, "solved": {"column": "解决"}, "satisfied": {"column": "满意"},
        "again": {"column": "重复"}, "hours": {"column": "办理小时", "type": "integer"},
    }  # fmt: skip
    return {"file": "12345工单.csv", "role": "fact", "columns": columns, "measures": measures,
            "personal": {"来电人": "drop", "来电号码": "hash"}}  # fmt: skip


def _ratings() -> dict[str, Any]:
    bad = "word in ('不满意', '非常不满意')"
    measures = [
        {"indicator": code, "unit": "unit", "date": "day", "frequency": "quarter", "where": where}
        for code, where in (("POOR", bad), ("RECTIFIED", f"{bad} and settled = '是'"))
    ]
    columns: dict[str, Any] = {
        "unit": {"column": "单位代码"}, "day": {"column": "评价日期", "type": "date"},
        "word": {"column": "评价"}, "settled": {"column": "按期整改"},
    }  # fmt: skip
    return {"file": "好差评.csv", "role": "fact", "columns": columns, "measures": measures,
            "personal": {"办事人": "drop"}}  # fmt: skip


def _counted(
    name: str, rows: Iterable[dict[str, Any]], progress: Progress | None
) -> Iterable[dict[str, Any]]:
    for number, row in enumerate(rows):
        if progress and number % 5000 == 0:
            progress(name, number)
        yield row


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(stream, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)

"""The rulebooks of the sample city, with the weights of its specification."""

import json
from typing import Any

from zhengheng.sample.catalogue import COUNTS, RATING_COUNTS, SPECS, count_indicator
from zhengheng.sample.organisation import (
    DEPARTMENT_GROUPS,
    DISTRICT_GROUPS,
    ENGLISH,
    HOME,
    STREET_GROUPS,
    departments,
)
from zhengheng.scheme.model import Rulebook

KINDS = ("econ", "people", "law", "general")
COMMON = {
    "A05": (3, 3, 4, 3), "A06": (3, 4, 4, 3), "A07": (1, 2, 2, 1), "A08": (2, 1, 2, 2),
    "A09": (1, 1, 3, 3), "A10": (2, 1, 2, 3), "A11": (1, 1, 1, 2), "A12": (1, 1, 1, 2),
    "A13": (1, 1, 1, 1), "A03": (3, 3, 3, 3), "A04": (2, 2, 2, 2), "S01": (15, 20, 15, 10),
    "S02": (5, 5, 5, 10), "S03": (5, 5, 5, 5),
}  # fmt: skip
KEY_TASKS = (20, 20, 20, 25)
OWN = (35, 30, 30, 25)
DISTRICT_WEIGHTS = {
    "B01": (6, 8, 0, 4), "B02": (3, 10, 0, 3), "B03": (4, 6, 3, 3), "B05": (6, 2, 4, 3),
    "B08": (5, 6, 0, 1), "B10": (5, 5, 3, 4), "B11": (5, 6, 4, 5), "B13": (0, 0, 3, 12),
    "B14": (3, 0, 9, 2), "B15": (3, 8, 2, 3), "C01": (5, 4, 4, 4), "C02": (5, 3, 3, 4),
    "C03": (4, 3, 4, 5), "C06": (6, 3, 2, 2), "C10": (3, 2, 5, 7), "D01": (5, 7, 6, 4),
    "D02": (3, 2, 7, 2), "D03": (4, 4, 9, 7), "D05": (0, 0, 7, 3), "D06": (4, 2, 3, 3),
    "E01": (5, 7, 4, 4), "E10": (2, 2, 2, 2), "E08": (4, 4, 2, 2), "F00": (6, 4, 5, 4), "S01": (6, 4, 11, 9),
}  # fmt: skip
STREET_WEIGHTS = {
    "F01": (5, 5), "F02": (15, 12), "F03": (15, 12), "F04": (8, 5), "F05": (5, 3), "F06": (12, 0),
    "F07": (8, 8), "F08": (8, 8), "F09": (6, 8), "F10": (6, 8), "F11": (4, 4), "F12": (8, 12),
    "F13": (0, 15),
}  # fmt: skip
DIMENSIONS = (
    ("economy", "经济发展", "Economy", "B"), ("people", "民生保障", "Livelihood", "C"),
    ("nature", "生态环境", "Environment", "D"), ("safety", "安全与服务", "Safety and service", "EF"),
    ("public", "社会评价", "Public evaluation", "S"),
)  # fmt: skip
INTERNAL = {
    "departments": ("A10", "A11"), "districts": ("E08", "F00", "S01"), "streets": ("F07", "F08", "F09"),
}  # fmt: skip
"""What stays in the office (invented) [D]: petitions, audit findings, complaints, unannounced checks, fire hazards,
disputes, a survey's results by district. Where scores are published there are three, so that totals can be
(docs/decisions/0008)."""
CONTROL_LAW = {"title": "中华人民共和国安全生产法", "level": "law", "tag": "M"}


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _node(code: str, zh: str, en: str, children: list[Any], **more: Any) -> dict[str, Any]:
    return {"code": code, "name": _words(zh, en), "children": children, **more}


def _common(code: str, zh: str, en: str) -> dict[str, Any]:
    return {
        "code": code, "version": "2025", "title": _words(zh, en), "status": "published",
        "effective_from": "2023-01-01", "organisation": _words("云衡市 (虚构示例)", "Yunheng (fictional example)"),
        "source": "虚构示例 / fictional example; all targets and weights are design values [D]",
        "missing": "block", "not_applicable": "reweight", "bonus_cap": 3,
        "light": {"by": "score", "watch": "0.85", "missed": "0.6"},
        "grading": {
            "bands": [
                {"code": "excellent", "name": _words("优秀", "Excellent"), "at_least": 90, "share_at_most": "0.3"},
                {"code": "good", "name": _words("良好", "Good"), "at_least": 80},
                {"code": "qualified", "name": _words("合格", "Qualified"), "at_least": 60},
                {"code": "unqualified", "name": _words("不合格", "Unqualified"), "performing": False},
            ],
            "pool_below": 5,
        },
        "adjustments": [
            {"code": "praise", "kind": "bonus", "name": _words("省级以上表彰", "Provincial honour"), "most": 1, "cap": 1},
            {"code": "innovation", "kind": "bonus", "name": _words("创新创优项目", "Innovation"), "most": 1, "cap": 1},
            {"code": "criticism", "kind": "deduction", "name": _words("通报批评", "Circulated criticism"), "least": "0.5", "most": 1},
            {"code": "false_data", "kind": "deduction", "name": _words("数据不实", "Untrue data"), "least": 1, "most": 2,
             "effect": {"best_grade": "good"}},
            {"code": "accident", "kind": "veto", "name": _words("重大及以上生产安全责任事故", "Major work accident"),
             "effect": {"grade": "unqualified"}, "basis": [CONTROL_LAW]},
            {"code": "statistics_fraud", "kind": "veto", "name": _words("统计造假", "Falsified statistics"),
             "effect": {"grade": "unqualified"}, "basis": [{"title": "中华人民共和国统计法", "level": "law", "tag": "M"}]},
            {"code": "pollution", "kind": "veto", "name": _words("重大环境污染责任事件", "Major pollution"),
             "effect": {"grade": "unqualified"}, "basis": [{"title": "中华人民共和国环境保护法", "level": "law", "tag": "V"}]},
        ],
        "warnings": [
            {"step": 1, "name": _words("书面警示", "Written warning"), "rectification_days": 30},
            {"step": 2, "name": _words("约谈分管领导", "Talk with the leader in charge"), "rectification_days": 30},
            {"step": 3, "name": _words("核减部门预算 (可以整改方案代替)", "Budget cut (or a plan instead)"), "rectification_days": 60},
            {"step": 4, "name": _words("启动问责", "Accountability"), "rectification_days": 60},
        ],
    }  # fmt: skip


def department_rulebook() -> Rulebook:
    """38 departments in 4 groups; what a department owns carries its own weight."""
    units = departments()
    weights: dict[str, dict[str, str]] = {}
    own_codes: list[str] = []
    for unit in units:
        column = KINDS.index(unit.group)
        mine = [
            c for c, s in SPECS.items() if s.owner == unit.name and c[0] in "BCDE" and c != ADDED
        ]
        mine += [ASSIGNED[unit.code]] if unit.code in ASSIGNED else []
        for code, row in COMMON.items():
            weights.setdefault(code, {})[unit.code] = str(row[column])
        tasks = KEY_TASKS[column] + (0 if mine else OWN[column])
        weights.setdefault("A01", {})[unit.code] = str(tasks - 8)
        weights.setdefault("A02", {})[unit.code] = "8"
        for place, code in enumerate(mine):
            # Shares of the own block: whole points, the first takes the remainder.
            share = OWN[column] // len(mine) + (OWN[column] % len(mine) if place == 0 else 0)
            weights.setdefault(code, {})[unit.code] = str(share)
            own_codes.append(code)
    own_codes = list(dict.fromkeys(own_codes))
    tree = _node("total", "总分", "Total", [
        _node("key_tasks", "重点任务", "Key tasks", ["A01", "A02"]),
        _node("business", "业务实绩", "Own business", sorted(own_codes)),
        _node("efficiency", "行政效能", "Efficiency", [c for c in COMMON if c[0] == "A" and c > "A04"]),
        _node("budget", "预算绩效", "Budget", ["A03", "A04"]),
        _node("evaluation", "多元评价", "Evaluation", ["S01", "S02", "S03"]),
    ])  # fmt: skip
    codes = [*COMMON, "A01", "A02", *sorted(own_codes)]
    data = _common("departments", "市直部门年度绩效考核方案", "Departments, yearly") | {
        "categories": [{"code": u.code, "name": _words(u.name, ENGLISH[u.name])} for u in units],
        "groups": [{"code": c, "name": _words(*n)} for c, n in DEPARTMENT_GROUPS.items()],
        "tree": tree, "weights": [{"from": "2023-01-01", "table": weights}],
        "indicators": [_indicator(code) for code in sorted(codes)]
        + [count_indicator(code) for code in RATING_COUNTS],
        "procedure": _procedure("essay") | {"targets_open": {"length": 5, "unit": "calendar_days"}},
        "cascade": CASCADE,
        "goals": GOALS,
    }  # fmt: skip
    return _rulebook(data)


TOPICS = (
    ("homes", "住", "Homes", "住得好不好: 老旧小区改造、保障房、物业和供水。", "Whether homes are good: old estates renewed, affordable homes, property management, water.", "C06 C07 C08 F06 F13"),
    ("schools", "学", "Schools", "孩子有没有学上: 新增公办学位。", "Whether there is a school place: new public places.", "C02"),
    ("health", "医", "Health", "看病方便不方便: 基层诊疗、医保、养老护理。", "Whether care is near: primary care, insurance, care of the old.", "C03 C04 C05"),
    ("transport", "行", "Getting about", "出行顺不顺: 公交准点。", "Whether one gets about: buses on time.", "C09"),
    ("clean", "净", "Clean air and water", "空气、水、垃圾和绿化。", "Air, water, waste and green.", "D01 D02 D03 D04 D05 D06 F07"),
    ("safe", "安", "Safety", "安全生产、治安、食品和消防。", "Safety at work, public order, food and fire.", "E01 E02 E03 E04 E05 F08 F09"),
    ("work", "业", "Work and business", "就业、收入、产业和投资。", "Jobs, incomes, industry and investment.", "C01 C10 B01 B02 B03 B04 B05 B06 B07 B08 B09 B10 B11 B12 B13 B14 B15"),
    ("services", "办", "Dealing with government", "办事快不快, 诉求有没有回应: 12345、网办、答复时限。", "Whether government answers: the hotline, services online, answers in time.",
     "A05 A06 A07 A08 A12 A13 E08 E09 F00 F01 F02 F03 F04 F05 F11"),
)  # fmt: skip
"""Topics of life of the public portal, over all rulebooks (the sorting is invented [D])."""


def _topics(codes: set[str]) -> list[dict[str, Any]]:
    """The topics of which a rulebook has indicators."""
    found = []
    for code, zh, en, about_zh, about_en, mine in TOPICS:
        held = [one for one in mine.split() if one in codes]
        if held:
            found.append({"code": code, "name": _words(zh, en), "about": _words(about_zh, about_en), "indicators": held})  # fmt: skip
    return found


GOALS = [
    {"code": f"G{place}", "name": _words(zh, en), "from_year": 2023, "to_year": 2027, "indicators": codes.split()}
    for place, (zh, en, codes) in enumerate((
        ("经济稳中提质", "A steady, better economy", "B04 B06 B07 B09 B11 B12"),
        ("民生有保障", "A livelihood that is safe", "C01 C02 C03 C04 C05 C06 C07 C08 C09"),
        ("山清水净", "Clean hills and waters", "D01 D02 D03 D05 D06"),
        ("办事方便", "Services that are easy", "A05 A06 A08 A13"),
    ), 1)
]  # fmt: skip
"""Goals of five years, by which the departments' indicators are chosen (invented) [D]."""
CASCADE = [
    {"indicator": "C02", "parent": "D10", "mode": "shares", "children": {"D10-1": "10", "D10-2": "60", "D10-3": "30"}},
    {"indicator": "C02", "parent": "D10-2", "mode": "shares", "children": {"D10-2-1": "40", "D10-2-2": "60"}},
    {"indicator": "A05", "parent": "D35", "mode": "inherit", "children": {"D35-2": "100"}},
    {"indicator": "A05", "parent": "D35-2", "mode": "inherit", "children": {"D35-2-1": "100", "D35-2-2": "100"}},
]  # fmt: skip
"""School places go by shares to sections and posts; a rate is inherited as it is."""


ASSIGNED = {"D27": "E08"}
"""Whoever approves projects answers for approvals over time; the data office supplies them (story 7)."""
ADDED = "E10"
"""Flood hazards put right: added in August 2025 for the years to come, so nothing of 2025 is weighed by it (story 4)."""


def district_rulebook() -> Rulebook:
    """13 districts: the same indicators, different weights, 0 allowed."""
    groups = list(DISTRICT_GROUPS)
    weights = {
        code: {group: str(row[place]) for place, group in enumerate(groups)}
        for code, row in DISTRICT_WEIGHTS.items()
    }
    children = [
        _node(code, zh, en, [c for c in DISTRICT_WEIGHTS if c[0] in letters])
        for code, zh, en, letters in DIMENSIONS
    ]
    indicators = [_indicator(code) for code in DISTRICT_WEIGHTS]
    for indicator in indicators:
        if indicator["code"] == "D01":
            indicator["changes"] = [
                _change(
                    "2024-07-01",
                    "split",
                    indicator["method"],
                    "石硖区监测站点搬迁",
                    {"target": "30"},
                )
            ]
        if indicator["code"] == "C06":
            indicator["changes"] = [
                _change(
                    "2025-11-01", "restated", indicator["method"], "完工率分母更正", {"late": "0.6"}
                )
            ]
    data = _common("districts", "区县(园区)高质量发展考核方案", "Districts, yearly") | {
        "categories": [{"code": c, "name": _words(*n)} for c, n in DISTRICT_GROUPS.items()],
        "groups": [{"code": c, "name": _words(*n)} for c, n in DISTRICT_GROUPS.items()],
        "tree": _node("total", "总分", "Total", children), "version": "2025-11",
        "weights": [
            {"from": "2023-01-01", "table": {code: row for code, row in weights.items() if code != ADDED}},
            {"from": "2025-08-01", "kind": "prospective", "table": weights | {"E01": _less(weights["E01"], weights[ADDED])},
             "basis": {"title": "市绩效办调整通知: 台风后增列防汛隐患整改 (虚构)", "tag": "D"}},
        ],
        "indicators": indicators, "procedure": _procedure("essay") | {"second_instance": True},
    }  # fmt: skip
    return _rulebook(data)


def _less(row: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    return {group: str(int(weight) - int(other[group])) for group, weight in row.items()}


def street_rulebook() -> Rulebook:
    """36 streets and towns; F06 became a core indicator after the complaints of 2023 (story 1)."""

    def table(renewal: int, residents: int, repeated: int) -> dict[str, Any]:
        rows = STREET_WEIGHTS | {"F06": (renewal, 0), "F12": (residents, 12), "F05": (repeated, 3)}
        return {code: {"central": str(row[0]), "rural": str(row[1])} for code, row in rows.items()}

    hotline = ["F01", "F02", "F03", "F04", "F05"]
    rest = [code for code in STREET_WEIGHTS if code not in {*hotline, "F12"}]
    data = _common("streets", "镇街年度考核方案", "Streets and towns, yearly") | {
        "categories": [{"code": c, "name": _words(*n)} for c, n in STREET_GROUPS.items()],
        "groups": [{"code": c, "name": _words(*n)} for c, n in STREET_GROUPS.items()],
        "tree": _node("total", "总分", "Total", [
            _node("hotline", "接诉即办", "Hotline", hotline, not_applicable="unranked"),
            _node("governance", "基层治理", "Local governance", rest),
            _node("residents", "居民评价", "Residents", ["F12"]),
        ]),
        "weights": [
            {"from": "2023-01-01", "table": table(0, 16, 9)},
            {"from": "2024-01-01", "table": table(8, 12, 5), "basis": {"title": "市绩效委2024年第1次会议", "tag": "D"}},
            {"from": "2025-01-01", "table": table(12, 8, 5), "basis": {"title": "市绩效委2025年第1次会议", "tag": "D"}},
        ],
        "indicators": [_indicator(c) for c in STREET_WEIGHTS] + [count_indicator(c) for c in COUNTS],
        "succession": [
            {"date": "2025-04-01", "kind": "split", "unit": "J15", "data": "inherit",
             "heirs": [{"unit": "J37", "share": "0.62"}, {"unit": "J38", "share": "0.38"}],
             "basis": {"title": "云衡市区划调整批复 (虚构)", "tag": "D"}},
        ],
        "procedure": _procedure("statute"),
    }  # fmt: skip
    return _rulebook(data)


PROVINCIAL = ("B01", "B02", "B03", "B05", "B08", "B12", "B15", "C01", "C03", "C04", "D01", "D02", "D03", "E02")  # fmt: skip
"""What the province assesses the cities by: each by rank among them, its points invented [D]."""


def province_rulebook() -> Rulebook:
    """The province's assessment of nine cities, one of them this one: where it stands among its sisters."""
    weights = {code: "8" if place < 2 else "7" for place, code in enumerate(PROVINCIAL)}
    indicators = []
    for code in PROVINCIAL:
        indicator = _indicator(code)
        for name in ("vintage", "reference", "light", "score_previous_year", "skip_months"):
            indicator.pop(name, None)
        zh, en = indicator["name"]["zh"], indicator["name"].get("en", "")
        indicators.append(indicator | {
            # The city's own figure of the same matter may be another: the province settles its own.
            "name": _words(f"{zh}（省核定）", f"{en} (as settled by the province)"),
            "definition": _words("省有关部门按全省统一口径核定的全市数；与市直部门年度考核所用的市级数据在时点和口径上不同，不能互相比较。",
                                 "The figure for the whole city as the province settles it by its own definition; it differs in time and scope from the city's own figure, and the two are not to be compared."),
            "origin": "province", "supplier": "system", "frequency": "year", "combine": "last", "lag_days": 60,
            "method": {"kind": "rank"}, "light": {"by": "score", "watch": "0.67", "missed": "0.34"},
        })  # fmt: skip
    children = [
        _node(code, zh, en, [c for c in PROVINCIAL if c[0] in letters])
        for code, zh, en, letters in DIMENSIONS if letters != "S"
    ]  # fmt: skip
    data = _common("province", "省对市综合考核", "The province's assessment of its cities") | {
        "grading": None, "adjustments": [], "bonus_cap": None, "home": HOME,
        "categories": [{"code": "city", "name": _words("市", "City")}],
        "groups": [{"code": "cities", "name": _words("全省各市", "Cities of the province")}],
        "tree": _node("total", "总分", "Total", children),
        "weights": [{"from": "2023-01-01", "table": weights}], "indicators": indicators,
        "procedure": _procedure("essay"),
    }  # fmt: skip
    return _rulebook({key: value for key, value in data.items() if value is not None})


def hotline_rulebook() -> Rulebook:
    """The monthly bulletin: the three rates at 30/35/35, no grades."""
    rows = {"F01": 30, "F02": 35, "F03": 35}
    indicators = []
    for code in rows:
        indicator = _indicator(code)
        indicator["method"] = {"kind": "ratio", "target": 100}
        indicators.append(indicator)
    data = _common("hotline", "12345接诉即办月度通报", "12345 hotline, monthly bulletin") | {
        "period": "month", "grading": None, "adjustments": [], "bonus_cap": None,
        "categories": [{"code": "handler", "name": _words("承办单位", "Handler")}],
        "groups": [{"code": c, "name": _words(*n)} for c, n in
                   {"streets": ("镇街", "Streets"), "districts": ("区县", "Districts"), "departments": ("部门", "Departments")}.items()],
        "tree": _node("total", "三率得分", "Three rates", list(rows), not_applicable="unranked"),
        "weights": [{"from": "2023-01-01", "table": {c: str(w) for c, w in rows.items()}}],
        "indicators": indicators + [count_indicator(c) for c in COUNTS[:5]],
    }  # fmt: skip
    return _rulebook({key: value for key, value in data.items() if value is not None})


def _indicator(code: str) -> dict[str, Any]:
    return SPECS[code].indicator()


def _change(
    day: str, kind: str, method: dict[str, Any], reason: str, new: dict[str, Any]
) -> dict[str, Any]:
    return {"from": day, "kind": kind, "method": method | new, "reason": _words(reason, reason),
            "basis": {"title": f"市绩效办调整通知: {reason} (虚构)", "tag": "D"}}  # fmt: skip


def _procedure(form: str) -> dict[str, Any]:
    def step(name: str, zh: str, en: str, length: int, unit: str) -> dict[str, Any]:
        return {"step": name, "name": _words(zh, en), "clock": {"length": length, "unit": unit}}

    essay = [step("notice", "公示", "Public notice", 7, "calendar_days"), step("objection", "申诉", "Appeal", 5, "working_days"),
             step("hearing", "听证", "Hearing", 7, "working_days"), step("decision", "审定", "Decision", 5, "working_days")]  # fmt: skip
    statute = [step("decision", "审定", "Decision", 5, "working_days"), step("review", "复核申请", "Review request", 15, "working_days"),
               step("final", "复核决定", "Review decision", 10, "working_days")]  # fmt: skip
    return {"form": form, "steps": essay if form == "essay" else statute,
            "starts_on": "2026-02-16", "ends_on": "2026-04-10"}  # fmt: skip


def _rulebook(data: dict[str, Any]) -> Rulebook:
    inside = INTERNAL.get(data["code"], ())
    data["indicators"] = [
        one | {"visibility": "internal"} if one["code"] in inside else one for one in data["indicators"]
    ]  # fmt: skip
    data["topics"] = _topics({indicator["code"] for indicator in data["indicators"]})
    return Rulebook.model_validate_json(json.dumps(data), strict=True)

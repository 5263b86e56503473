"""Three years of facts for the sample city, deterministic by seed (sample_city rules, section 5)."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from zhengheng.domain.periods import Period, parse_period
from zhengheng.sample.catalogue import SPECS, Spec
from zhengheng.sample.organisation import (
    HOME,
    NO_ORDERS,
    NO_WINDOW,
    SampleUnit,
    departments,
    districts,
    sisters,
    streets,
)
from zhengheng.scoring.contracts import STATUS_WORDS

YEARS = (2023, 2024, 2025)
MONTH_SHARES = (2, 4, 7, 8, 9, 9, 6, 9, 10, 11, 14, 11)
"""Cumulative projects: slow in January, floods stop July, most in November."""
TOPICS = (("物业", 22), ("噪声", 14), ("停车", 11), ("老旧小区", 12), ("供水供暖", 9), ("欠薪", 6), ("入学", 5),
          ("违建", 6), ("市容", 8), ("其他", 7))  # fmt: skip
SEASONS = {"供水供暖": (12, 1, 2), "欠薪": (12, 1), "入学": (6, 7, 8)}
ORDERS_A_YEAR = 96_000
RATINGS_A_YEAR = 120_000
BAD = ("不满意", "非常不满意")
GOOD = ("非常满意", "非常满意", "非常满意", "满意", "基本满意")
SOLVED = {2023: 0.76, 2024: 0.84, 2025: 0.88}
SATISFIED = {2023: 0.83, 2024: 0.88, 2025: 0.91}
CITY_GROWTH = {2023: "5.4", 2024: "5.1", 2025: "5.3"}
TOLD = {
    ("D27", "E08", 2025): "12.90 13.60 13.70 11.80 9.00 6.40 4.10 3.00 2.40 1.80 1.60 1.40",
    ("D17", "C08", 2025): "91.20 92.60 98.40 92.90",
    ("D26", "D06", 2025): "39.10 38.40 31.60 30.90",
}
"""Values that the stories tell of the improved approvals and of the ladder of warnings: approvals
over time before and after the process was designed anew, two indicators that miss, reach and miss their targets."""
SINCE = {"E10": date(2025, 8, 1)}
"""Indicators that are measured from a day on: flood hazards, after the typhoon (story 4)."""
Row = dict[str, Any]


def quality(units: list[SampleUnit], seed: int) -> dict[str, float]:
    """How well each unit does, between -2 and 2; the same for all its indicators and years."""
    random = Random(f"{seed}-quality")
    return {unit.code: max(-2.0, min(2.0, random.gauss(0, 1))) for unit in units}


def observations(units: list[SampleUnit], codes: dict[str, list[str]], seed: int) -> Iterator[Row]:
    """Values of every observed indicator: unit, indicator, period, value, status."""
    skill = quality(units, seed)
    for unit in units:
        for code in codes[unit.code]:
            spec = SPECS[code]
            if spec.method == "milestones" or spec.combine.startswith("parts"):
                continue
            random = Random(f"{seed}-{unit.code}-{code}")
            for year in YEARS:
                yield from _year(unit, spec, year, skill[unit.code], random)


def _year(unit: SampleUnit, spec: Spec, year: int, skill: float, random: Random) -> Iterator[Row]:
    periods = list(parse_period(str(year)).split(spec.frequency))  # type: ignore[arg-type]
    level = _level(spec, skill + random.gauss(0, 0.6), year)
    if spec.code == "A10" and random.random() < 0.08:
        for period in periods:
            yield _row(unit, spec, period, "", STATUS_WORDS["not_applicable"][0])
        return
    told = TOLD.get((unit.code, spec.code, year), "").split()
    for place, period in enumerate(periods):
        value = _text(spec, _value(spec, level, place, len(periods), random))
        if period.start >= SINCE.get(spec.code, period.start):
            yield _row(unit, spec, period, told[place] if told else value, "")


def _level(spec: Spec, skill: float, year: int) -> float:
    """The year's level: medians a little short of the target, better units nearer to it."""
    low, high = spec.limits
    target, span = float(spec.target), high - low
    lift = 0.01 * (year - 2025)
    if spec.code == "C02":
        return target * 0.96  # story 11: short by just what the appeal is about
    if spec.direction == "down":
        return max(low, min(high, target + span * (0.02 - 0.07 * skill - lift)))
    if spec.direction == "interval":
        return max(low, min(high, target + span * 0.1 * skill))
    short = 0.12 if spec.combine == "sum" else 0.3
    return max(low, min(high, target - span * (short - 0.09 * skill - lift)))


def _value(spec: Spec, level: float, place: int, count: int, random: Random) -> float:
    if spec.combine == "sum":
        if count == 12 and spec.decimals:
            return level * MONTH_SHARES[place] / 100
        return level / count
    if spec.combine == "last" and spec.code in {"A03", "B11"}:
        done = sum(MONTH_SHARES[: place + 1]) if count == 12 else 100
        return level * done / 100
    low, high = spec.limits
    season = 1.0
    if spec.code == "D01":
        season = 1.35 if place in {0, 1, 11} else 0.88
    wobble = random.gauss(0, (high - low) * 0.01)
    return max(min(low, level), min(max(high, level), level * season + wobble))


def _text(spec: Spec, value: float) -> str:
    if spec.decimals == 0:
        return str(int(value + 0.5))
    return f"{value:.{spec.decimals}f}"


def _row(unit: SampleUnit, spec: Spec, period: Period, value: str, status: str) -> Row:
    return {"单位代码": unit.code, "单位": unit.name, "指标": spec.code, "期间": period.code,
            "数值": value, "状态": status, "版本": "", "发布日期": ""}  # fmt: skip


def growth_vintages(seed: int) -> Iterator[Row]:
    """B01 in two releases: preliminary in January, revised after the day that counts (story 5)."""
    city = SampleUnit("CITY", "云衡市", "", "")
    spec = SPECS["B01"]
    skill = quality(districts(), seed)
    for unit in (*districts(), city):
        random = Random(f"{seed}-{unit.code}-B01")
        for year in YEARS:
            period = parse_period(str(year))
            first = CITY_GROWTH[year]
            if unit.code != "CITY":
                first = f"{float(first) + 0.8 * skill[unit.code] + random.gauss(0, 0.3):.1f}"
            later = f"{float(first) - 0.2:.1f}"
            row = _row(unit, spec, period, first, "")
            yield row | {"版本": "初步", "发布日期": f"{year + 1}-01-22"}
            yield row | {"数值": later, "版本": "修订", "发布日期": f"{year + 1}-11-20"}


def provincial(codes: tuple[str, ...], seed: int) -> Iterator[Row]:
    """What the province published of each city and year; a city's growth is the one its districts are measured by."""
    held = sisters()
    skill = quality(held, seed)
    for unit in held:
        for code in codes:
            spec = SPECS[code]
            random = Random(f"{seed}-{unit.code}-{code}-province")
            for year in YEARS:
                level = _level(spec, skill[unit.code] + random.gauss(0, 0.8), year)
                said = (
                    CITY_GROWTH[year] if (unit.code, code) == (HOME, "B01") else _text(spec, level)
                )
                yield _row(unit, spec, parse_period(str(year)), said, "")


def milestones(units: list[SampleUnit], codes: dict[str, list[str]], seed: int) -> Iterator[Row]:
    """Dated nodes: most on time, some late, few not done, one waived."""
    skill = quality(units, seed)
    for unit in units:
        for code in codes[unit.code]:
            if SPECS[code].method != "milestones":
                continue
            random = Random(f"{seed}-{unit.code}-{code}-nodes")
            for year in YEARS:
                for place in range(4):
                    due = date(year, 3 * place + 3, 25)
                    luck = random.random() + 0.06 * skill[unit.code]
                    days = -random.randint(0, 20) if luck > 0.16 else random.randint(3, 40)
                    done = None if luck < 0.035 else due + timedelta(days)
                    yield {
                        "单位代码": unit.code, "指标": code, "节点": f"{year}-{place + 1}",
                        "应完成": due.isoformat(), "完成": done.isoformat() if done else "",
                        "份额%": "25", "豁免": "是" if luck > 1.07 else "否",
                    }  # fmt: skip


def orders(seed: int, scale: float) -> Iterator[Row]:
    """Hotline work orders. Invented callers and impossible numbers stand in, for intake to drop."""
    random = Random(f"{seed}-orders")
    town = {unit.code for unit in streets() if unit.name == NO_ORDERS}
    handlers = [u.code for u in streets() if u.code not in town] * 5
    handlers += [u.code for u in districts()] * 3 + [u.code for u in departments()] * 2
    skill = quality([*streets(), *districts(), *departments()], seed)
    topics = [name for name, weight in TOPICS for _ in range(weight)]
    number = 0
    for year in YEARS:
        for day in range((date(year, 12, 31) - date(year, 1, 1)).days + 1):
            today = date(year, 1, 1) + timedelta(day)
            for _ in range(int(ORDERS_A_YEAR * scale / 365)):
                number += 1
                yield _order(random, number, today, random.choice(handlers), skill, topics)


def _order(
    random: Random, number: int, day: date, unit: str, skill: dict[str, float], topics: list[str]
) -> Row:
    if unit == "J15" and day >= date(2025, 4, 1):
        unit = "J37" if random.random() < 0.62 else "J38"
    topic = random.choice(topics)
    if topic in SEASONS and day.month not in SEASONS[topic]:
        topic = "物业"
    lift = 0.03 * skill.get(unit, 0.0)
    called = random.random() < 0.82
    solved = called and random.random() < SOLVED[day.year] + lift
    satisfied = called and random.random() < SATISFIED[day.year] + lift
    return {
        "工单号": f"GD{number:07d}", "派单日期": day.isoformat(), "承办单位": unit, "类别": topic,
        "剔除代码": random.choice(("X1", "X3", "X5")) if random.random() < 0.07 else "",
        "按时响应": "是" if random.random() < 0.985 + 0.3 * lift else "否",
        "有效回访": "是" if called else "否", "解决": "是" if solved else "否",
        "满意": "是" if satisfied else "否", "重复": "是" if random.random() < 0.06 - lift / 2 else "否",
        "办理小时": str(max(2, int(random.gauss(66 - 200 * lift, 20)))),
        "来电人": f"市民{number % 997}", "来电号码": f"000{number % 9973:08d}",
    }  # fmt: skip


def ratings(seed: int, scale: float) -> Iterator[Row]:
    """Service ratings 好差评 at the windows of the departments that have one; five steps, few bad ones."""
    random = Random(f"{seed}-ratings")
    held = [unit.code for unit in departments() if unit.code not in NO_WINDOW]
    skill = quality(departments(), seed)
    number = 0
    for year in YEARS:
        for day in range((date(year, 12, 31) - date(year, 1, 1)).days + 1):
            today = date(year, 1, 1) + timedelta(day)
            for _ in range(int(RATINGS_A_YEAR * scale / 365)):
                number += 1
                unit = random.choice(held)
                lift = 0.01 * skill[unit]
                bad = random.random() < 0.012 - lift / 4
                word = random.choice(BAD if bad else GOOD)
                settled = random.random() < 0.955 + 2 * lift
                yield {
                    "评价编号": f"HC{number:07d}", "评价日期": today.isoformat(), "单位代码": unit,
                    "评价": word, "按期整改": ("是" if settled else "否") if bad else "",
                    "办事人": f"市民{number % 991}",
                }  # fmt: skip


def events() -> Iterator[Row]:
    """Decided items of 2025, some decided in the spring after it: honours, criticism, and story 6 (untrue VOC figures)."""
    rows = (
        ("D03", "praise", "1", "云政表〔2025〕3号", "2025-11-18"),
        ("D12", "praise", "1", "云政表〔2025〕3号", "2025-11-18"),
        ("D27", "innovation", "0.6", "云绩委〔2026〕1号", "2026-01-15"),
        ("D31", "criticism", "0.5", "云政通〔2025〕8号", "2025-09-02"),
        ("Q04", "false_data", "2", "云绩决〔2026〕2号", "2026-02-04"),
        ("Q01", "praise", "1", "云政表〔2025〕3号", "2025-11-18"),
        ("J03", "criticism", "0.5", "云政通〔2025〕9号", "2025-10-11"),
        ("J01", "praise", "1", "云政表〔2025〕4号", "2025-12-01"),
        ("J28", "accident", "", "云安委〔2025〕5号", "2025-08-30"),
    )
    for unit, item, points, document, day in rows:
        yield {
            "单位代码": unit,
            "事项": item,
            "分值": points,
            "文号": document,
            "决定日期": day,
            "考核年度": "2025",
        }

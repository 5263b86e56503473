"""A value beyond its range of sense enters at no door without a reason that a person gave, and carries it on."""

import csv
import json
import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings

from tests.web.beginnings import beginning
from tests.web.conftest import NOW
from tests.web.test_other_paths import in_force
from tests.web.town import STATISTICS, UNITS, Town
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion

pytestmark = pytest.mark.one_database

WHY = "上年同期仅 2 件，已与平台台账核对"


@pytest.fixture
def book(town: Town) -> int:
    return in_force(town)


def asked(book: int, unit: str, state: str, **held: Any) -> int:
    units = {one.code: one for one in Unit.objects.all()}
    made = Report.objects.create(
        rulebook=RulebookVersion.objects.get(pk=book), unit=units[unit], supplier=units[STATISTICS], indicator="ANSWERED",
        period="2025", state=state, made_at=NOW, **held,
    )  # fmt: skip
    return int(made.pk)


@beginning
def computed(town: Town, book: int) -> ResultRun:
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-01")
    made = town.work()[-1].result
    assert made is not None
    return ResultRun.objects.get(run=made["run"])


def taken_in(role: str) -> dict[tuple[str, str], str]:
    """Unit and value → the reason that stands beside it in the file that went into the lake."""
    held = {}
    for path in (settings.HOME / "lakes" / "town" / "inbox").glob(f"{role}-*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                held[row["unit"], row.get("value") or row.get("target", "")] = row.get("confirmation", "")  # fmt: skip
    return held


def test_a_report_beyond_sense_says_why(town: Town, book: int) -> None:
    first = asked(book, "D10", "due", due_on=date(2026, 4, 1))
    path = f"reports/{first}/supply"
    assert town.post("statistics", path, 422, value="999")["type"] == "number"
    # A note is written for many reasons and confirms nothing: the confirmation is an act of its own.
    assert town.post("statistics", path, 422, value="999", note="见统计台账")["type"] == "number"
    town.post("statistics", path, value="999", note="见统计台账", confirmation=WHY)
    told = Report.objects.get(pk=first)
    assert (told.note, told.confirmation) == ("见统计台账", WHY)
    town.post("unit_leader-D10", f"reports/{first}/confirm")
    computed(town, book)
    assert taken_in("observation") == {("D10", "999"): WHY}


def test_what_nobody_confirmed_is_not_taken_in_and_stops_nobody(town: Town, book: int) -> None:
    """Set past the form, as an older release left it: the office does not confirm for whoever reported."""
    first, second = asked(book, "D10", "confirmed", value="970000"), asked(book, "D13", "confirmed", value="97")  # fmt: skip
    computed(town, book)
    states = dict(Report.objects.values_list("pk", "state"))
    assert states == {first: "disputed", second: "loaded"}
    assert "970000" in Report.objects.get(pk=first).objection
    path = f"reports/{first}/settle"
    assert town.post("office_data", path, 422, value="970000", reason="照旧")["type"] == "number"
    town.post("office_data", path, value="970000", reason="经核属实", confirmation=WHY)
    computed(town, book)
    assert taken_in("observation")["D10", "970000"] == WHY


def test_a_correction_beyond_sense_says_why(town: Town, book: int) -> None:
    held = asked(book, "D10", "confirmed", value="97")
    computed(town, book)
    path = f"reports/{held}/ask_correction"
    assert town.post("statistics", path, 422, wanted="999", reason="漏统")["type"] == "number"
    town.post("statistics", path, wanted="999", reason="漏统", confirmation="不成立的理由")
    town.post("office_data", f"reports/{held}/refuse_correction", reason="证据不足")
    assert Report.objects.get(pk=held).confirmation == ""
    town.post("statistics", path, wanted="999", reason="漏统", confirmation=WHY)
    town.post("office_data", f"reports/{held}/correct_supplied", reason="属实")
    town.post("unit_leader-D10", f"reports/{held}/confirm")
    computed(town, book)
    assert taken_in("correction") == {("D10", "999"): WHY}


def test_a_target_beyond_sense_says_why_also_when_it_changes(town: Town, book: int) -> None:
    line = {"indicator": "GROWTH", "value": "900", "baseline": "5"}
    said = {"rulebook": book, "unit": "D10", "due_on": "2026-04-01"}
    assert town.post("office_indicators", "targets/propose", 422, lines=[line], **said)["type"] == "number"  # fmt: skip
    odd = {"indicator": "GROWTH", "value": "5", "baseline": "900"}
    assert "基期值" in town.post("office_indicators", "targets/propose", 422, lines=[odd], **said)["problems"][0]["detail"]  # fmt: skip
    made = town.post("office_indicators", "targets/propose", lines=[line | {"confirmation": WHY}], **said)["id"]  # fmt: skip
    minutes = [town.file("unit_leader-D10")]
    sheet = town.post("unit_leader-D10", f"targets/{made}/agree", consultation=minutes)
    town.work()
    assert taken_in("target") == {("D10", "900"): WHY}
    wanted = {
        "line": sheet["detail"]["lines"][0]["id"], "value": "950", "ground": "policy", "reason": "新政策",
        "evidence": [town.file("unit_leader-D10")],
    }  # fmt: skip
    assert town.post("unit_leader-D10", "changes/ask", 422, **wanted)["type"] == "number"
    change = town.post("unit_leader-D10", "changes/ask", **wanted, confirmation="按新口径计算")["id"]  # fmt: skip
    twice = town.post("unit_leader-D10", "changes/ask", 422, **wanted | {"value": "6"})
    assert (twice["type"], f"第 {change} 号" in twice["problems"][0]["detail"]) == ("change.twice", True)  # fmt: skip
    town.post("office_director", f"changes/{change}/approve", answer="同意")
    town.work()
    assert taken_in("target")["D10", "950"] == "按新口径计算"


def test_a_target_against_the_direction_is_refused_at_each_door(town: Town, book: int) -> None:
    """On the wrong side of its base it would turn the formula round: the worst unit would be the best."""
    version = RulebookVersion.objects.get(pk=book)
    rules = json.loads(version.text)
    growth = next(one for one in rules["indicators"] if one["code"] == "GROWTH")
    growth["method"] = {"kind": "growth", "base": "5", "target": "8"}
    RulebookVersion.objects.filter(pk=book).update(text=json.dumps(rules), fingerprint="other")
    said = {"rulebook": book, "due_on": "2026-04-01"}
    for line in ({"value": "4"}, {"value": "5"}, {"value": "9", "baseline": "10"}):
        lines = [{"indicator": "GROWTH", **line}]
        answer = town.post("office_indicators", "targets/propose", 422, lines=lines, unit="D13", **said)  # fmt: skip
        assert answer["type"] == "target.direction"
        assert "方向" in answer["problems"][0]["detail"]
    lines = [{"indicator": "GROWTH", "value": "9", "baseline": "6"}]
    made = town.post("office_indicators", "targets/propose", lines=lines, unit="D10", **said)["id"]
    minutes = [town.file("unit_leader-D10")]
    sheet = town.post("unit_leader-D10", f"targets/{made}/agree", consultation=minutes)
    wanted = {
        "line": sheet["detail"]["lines"][0]["id"], "ground": "policy", "reason": "新政策",
        "evidence": [town.file("unit_leader-D10")],
    }  # fmt: skip
    assert town.post("unit_leader-D10", "changes/ask", 422, **wanted, value="6")["type"] == "target.direction"  # fmt: skip
    town.post("unit_leader-D10", "changes/ask", **wanted, value="7")


def test_an_appeal_beyond_sense_says_why_at_each_step(town: Town, book: int) -> None:
    for unit, value in zip(UNITS, ("97", "95", "93", "91"), strict=True):
        asked(book, unit, "confirmed", value=value)
    run = computed(town, book)
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    said = {
        "run": run.pk, "unit": "D10", "indicator": "ANSWERED", "ground": "data_error", "statement": "漏统",
        "evidence": [town.file("unit_leader-D10")],
    }  # fmt: skip
    for odd in ("999", "970000", "-200"):
        refused = town.post("unit_leader-D10", "appeals/draft", 422, wanted=odd, **said)
        assert refused["problems"][0]["where"] == "wanted"
        assert "合理范围" in refused["problems"][0]["detail"]
    made = town.post("unit_leader-D10", "appeals/draft", wanted="99", **said)["id"]
    again = {"ground": "data_error", "statement": "漏统", "wanted": "999"}
    assert town.post("unit_leader-D10", f"appeals/{made}/save", 422, **again)["type"] == "number"
    town.post("unit_leader-D10", f"appeals/{made}/save", **again, confirmation="分母有误")
    town.post("unit_leader-D10", f"appeals/{made}/file")
    town.post("appeals_clerk", f"appeals/{made}/accept")
    panel = town.post("appeals_clerk", f"appeals/{made}/draw")["detail"]["panel"]
    part = {"vote": "partly", "value": "998", "reasons": "部分属实"}
    assert town.post(panel[0], f"appeals/{made}/vote", 422, **part)["type"] == "number"
    for member in panel:
        town.post(member, f"appeals/{made}/vote", confirmation=WHY, **part)
    assert town.post(panel[0], f"appeals/{made}/preview", 422, value="998")["type"] == "number"
    decided = {"value": "998", "reasons": "证据属实"}
    town.post(panel[0], f"appeals/{made}/preview", value="999", confirmation="另一数值的理由")
    refused = town.post(panel[0], f"appeals/{made}/decide", 422, **decided)
    assert refused["type"] == "number", "the reason of one value confirms no other"
    town.post(panel[0], f"appeals/{made}/preview", value="998", confirmation=WHY)
    town.post(panel[0], f"appeals/{made}/decide", **decided)
    town.post("office_data", f"appeals/{made}/apply")
    town.work()
    assert taken_in("correction") | taken_in("ruling") == {("D10", "998"): WHY}


@pytest.mark.parametrize(
    ("value", "far"), [("98", False), ("98.01", True), ("86", False), ("85.99", True)]
)
def test_a_value_far_from_the_earlier_ones_says_why(
    town: Town, book: int, value: str, far: bool
) -> None:
    """90, 92 and 94 lie two about their mean of 92: three times that is six, and six itself is not beyond."""
    for period, earlier in (("2022", "90"), ("2023", "92"), ("2024", "94")):
        held = asked(book, "D10", "loaded", value=earlier, status="value")
        Report.objects.filter(pk=held).update(period=period)
    now = asked(book, "D10", "due", due_on=date(2026, 4, 1))
    path = f"reports/{now}/supply"
    if far:
        problems = town.post("statistics", path, 422, value=value)["problems"]
        assert [one["code"] for one in problems] == ["note.far"]
        town.post("statistics", path, value=value, note="新系统上线，口径未变")
    else:
        town.post("statistics", path, value=value)
    assert Report.objects.get(pk=now).value == value


def test_whoever_checks_a_value_reads_what_its_note_had_to_answer(town: Town, book: int) -> None:
    """One text answers that it is late and passes over that it is far and of another sign: both stand beside the value, with
    what was reported before. The form says the whole rule."""
    for period, earlier in (("2022", "90"), ("2023", "92"), ("2024", "94")):
        held = asked(book, "D10", "loaded", value=earlier, status="value")
        Report.objects.filter(pk=held).update(period=period)
    now = asked(book, "D10", "due", due_on=date(2026, 3, 1))
    page = f"/office/reports/{now}/"
    form = town.client("statistics").get(page).content.decode()
    for reason in ("没有数值", "逾期", "期间未结束", "相差很大", "红灯"):
        assert reason in re.findall("说明（[^）]+）", form)[0]
    told = town.post("statistics", f"reports/{now}/supply", 422, value="60")["problems"]
    assert [one["code"] for one in told] == ["report.late", "note.far", "note.red"]
    assert "与其他 3 期的数值相差很大（平均 92" in told[1]["detail"]
    late = {"note": "系统停机，逾期补报", "confirmation": "经核实"}
    town.post("statistics", f"reports/{now}/supply", value="-3", **late)
    seen = re.sub(r"(<[^>]+>|\s)+", " ", town.client("unit_leader-D10").get(page).content.decode())
    assert "逾期的原因；与其他各期相差很大的原因；红灯的原因" in seen
    assert "截至 2024-12-31 为 94" in seen
    assert "本期数值的正负号与上一期相反" in seen

"""A finding that does not agree ends somewhere, and a sample is not drawn until it suits."""

import re
from datetime import date
from typing import Any

import pytest

from tests.web.conftest import NOW
from tests.web.test_sense import asked, book, computed
from tests.web.town import STATISTICS, Town
from zhengheng.web.audits.models import Audit
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun

pytestmark = pytest.mark.one_database

__all__ = ["book"]


def text_of(town: Town, who: str, path: str) -> str:
    page = town.client(who).get(f"/office/{path}").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def found(town: Town, book: int, finding: str = "differs", value: str = "93", who: str = "external_auditor") -> tuple[str, int]:  # fmt: skip
    """A sample with one entry, and its finding: the check's address and the entry's number."""
    made = town.post(who, "audits/draw", rulebook=book, size=1)
    entry = made["detail"]["entries"][0]["id"]
    said = {"found_value": value} if finding == "differs" else {}
    town.post(who, f"audits/{made['id']}/find", entry=entry, finding=finding, note="台账为另一数", **said)  # fmt: skip
    return f"audits/{made['id']}", entry


@pytest.mark.parametrize("who", ["external_auditor", "office_data"])
def test_a_finding_waits_for_the_office_and_is_read_by_whom_it_concerns(
    town: Town, book: int, who: str
) -> None:
    number = asked(book, "D10", "loaded", value="97", times_loaded=1)
    path, entry = found(town, book, who=who)
    for reader in ("unit_leader-D10", "statistics", "office_data"):
        page = text_of(town, reader, f"reports/{number}/")
        for words in ("不符", "核实为 93 %", "台账为另一数", "尚未答复"):
            assert words in page, (reader, words)
    desk = text_of(town, "office_indicators", "")
    assert "答复核查结果" in desk
    assert "不符或无依据结果的答复期限" in desk
    row = next(one for one in town.get("office_indicators", "desk")["waiting"] if one["kind"] == "audits")  # fmt: skip
    assert row["left"] is not None
    assert row["left"] > 0
    assert f"其中 1 个不符或无依据的结果待绩效办于 {row['known_on']} 前答复" in text_of(
        town, who, f"{path}/"
    )
    assert town.post(who, f"{path}/close", 422)["type"] == "audit.open"
    said = {"entry": entry, "reply": "台账口径不同"}
    assert town.post("office_procedure", f"{path}/reply", 422, **said)["type"].startswith("field.")
    for more in ("value", "confirmation"):
        left = town.post("office_procedure", f"{path}/reply", 422, follows="keep", **{more: "90"}, **said)["problems"][0]  # fmt: skip
        assert (left["code"], left["where"]) == ("value.none", more), "nothing is dropped unread"
    town.post("office_procedure", f"{path}/reply", follows="keep", **said)
    for reader in ("unit_leader-D10", "statistics"):
        assert "不更正填报的数值，台账口径不同" in text_of(town, reader, f"reports/{number}/")
    assert town.post(who, f"{path}/close")["state"] == "closed"
    assert Report.objects.get(pk=number).state == "loaded"


def test_a_finding_beyond_sense_is_confirmed_by_the_box_that_the_form_has(
    town: Town, book: int
) -> None:
    asked(book, "D10", "loaded", value="97", times_loaded=1)
    made = town.post("external_auditor", "audits/draw", rulebook=book, size=1)
    said = {"entry": made["detail"]["entries"][0]["id"], "finding": "differs", "note": "台账为另一数", "found_value": "900"}  # fmt: skip
    (problem,) = town.post("external_auditor", f"audits/{made['id']}/find", 422, **said)["problems"]
    assert "请勾选“核实的数值超出合理范围，已再次核对无误”" in problem["detail"]
    assert "理由" not in problem["detail"]
    town.post("external_auditor", f"audits/{made['id']}/find", sure=True, **said)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(("finding", "value"), [("differs", ""), ("absent", "94")])
def test_a_correction_from_a_finding_goes_to_the_data_officer_and_to_the_unit_s_check(
    town: Town, book: int, own: bool, finding: str, value: str
) -> None:
    """Also of a value that the unit reported itself, and of one for which there was no evidence."""
    number = asked(book, "D10", "loaded", value="97", times_loaded=1)
    if own:
        Report.objects.update(supplier=Unit.objects.get(code="D10"))
    path, entry = found(town, book, finding)
    said = {"entry": entry, "follows": "correct", "reply": "更正"}
    if finding == "absent":
        empty = town.post("office_data", f"{path}/reply", 422, **said)["problems"][0]
        assert (empty["code"], empty["where"]) == ("value.missing", "value")
    town.post("office_procedure", f"{path}/reply", value=value, **said)
    held = Report.objects.get(pk=number)
    assert (held.state, held.wanted) == ("correcting", value or "93")
    assert "台账为另一数" in held.objection
    assert held.due_on is not None
    assert f"/office/reports/{number}/" in town.client("office_data").get("/office/").content.decode()  # fmt: skip
    assert town.post("office_data", f"reports/{number}/correct", 409, reason="属实")["type"] == "act.other"  # fmt: skip
    town.post("office_data", f"reports/{number}/correct_supplied", reason="属实")
    assert "confirm" in town.get("unit_leader-D10", f"reports/{number}")["acts"]
    assert Report.objects.get(pk=number).value == (value or "93")
    if own:  # what the unit wants corrected by itself later is not the finding's
        Report.objects.update(state="loaded")
        town.post("unit_reporter-D10", f"reports/{number}/ask_correction", wanted="95", reason="另有凭证为据")  # fmt: skip
        assert {"correct", "correct_supplied"} & set(town.get("office_data", f"reports/{number}")["acts"]) == {"correct"}  # fmt: skip


def test_a_value_that_is_not_in_the_lake_yet_goes_there_no_more(town: Town, book: int) -> None:
    number = asked(book, "D10", "confirmed", value="97")
    path, entry = found(town, book)
    town.post("office_data", f"{path}/reply", entry=entry, follows="correct", reply="更正")
    held = Report.objects.get(pk=number)
    assert (held.state, held.wanted) == ("disputed", "93")
    assert set(town.get("office_data", f"reports/{number}")["acts"]) >= {"settle_found", "return"}
    town.post("office_data", f"reports/{number}/return", reason="请按台账重报")
    assert "supply" in town.get("statistics", f"reports/{number}")["acts"]


def test_a_value_that_is_settled_after_a_finding_is_checked_by_its_unit(
    town: Town, book: int
) -> None:
    """Who found which value, and who wants which, stands apart; what the unit objects to afterwards is its own."""
    number = asked(book, "D10", "confirmed", value="97")
    Report.objects.update(supplier=Unit.objects.get(code="D10"))
    path, entry = found(town, book)
    town.post("office_procedure", f"{path}/reply", entry=entry, follows="correct", value="92", reply="以台账为准")  # fmt: skip
    page = text_of(town, "office_data", f"reports/{number}/")
    assert "不符，核实为 93 %，台账为另一数；绩效办答复：更正为 92 %，以台账为准" in page
    assert "不能入库" not in page
    assert town.post("office_data", f"reports/{number}/settle", 409, value="93", reason="属实")["type"] == "act.other"  # fmt: skip
    town.post("office_data", f"reports/{number}/settle_found", value="93", reason="核查属实")
    held = Report.objects.get(pk=number)
    assert (held.state, held.value, held.wanted) == ("checking", "93", "")
    assert held.due_on is not None
    town.post("unit_reporter-D10", f"reports/{number}/object", objection="台账有误，凭证另附")
    assert "settle" in town.get("office_data", f"reports/{number}")["acts"]


def test_a_rulebook_that_takes_the_value_from_another_has_it_checked_there(town: Town, book: int) -> None:  # fmt: skip
    number = asked(book, "D10", "confirmed", value="97")
    path, entry = found(town, book)
    first = Report.objects.get(pk=number)
    first.pk, first.period, first._state.adding = None, "2025-H1", True
    first.save()
    Report.objects.filter(pk=number).update(same_as=first)
    town.post("office_data", f"{path}/reply", entry=entry, follows="correct", reply="更正")
    assert "settle_found" in town.get("office_data", f"reports/{first.pk}")["acts"]


def test_the_office_s_own_value_is_a_sensible_one_or_confirmed(town: Town, book: int) -> None:
    """The note of whoever checked confirms nothing that the office says."""
    number = asked(book, "D10", "confirmed", value="97")
    path, entry = found(town, book)
    said = {"entry": entry, "follows": "correct", "reply": "更正"}
    far = town.post("office_data", f"{path}/reply", 422, value="900", **said)["problems"][0]
    assert (far["code"], far["where"]) == ("number", "value")
    same = town.post("office_data", f"{path}/reply", 422, value="97", **said)["problems"][0]
    assert (same["code"], same["where"]) == ("value.same", "value")
    town.post("office_data", f"{path}/reply", value="900", confirmation="口径为累计", **said)
    held = Report.objects.get(pk=number)
    assert (held.state, held.wanted, held.wanted_confirmation) == ("disputed", "900", "口径为累计")


def test_a_sensible_value_is_not_kept_as_a_confirmed_one(town: Town, book: int) -> None:
    number = asked(book, "D10", "confirmed", value="97")
    path, entry = found(town, book)
    town.post("office_data", f"{path}/reply", entry=entry, follows="correct", reply="更正", value="95", confirmation="口径为累计")  # fmt: skip
    held = Report.objects.get(pk=number)
    assert (held.wanted, held.wanted_confirmation) == ("95", "")


def test_no_second_correction_is_begun_beside_the_one_under_way(town: Town, book: int) -> None:
    number = asked(book, "D10", "loaded", value="97", times_loaded=1)
    path, entry = found(town, book)
    Report.objects.update(state="correcting", wanted="95")
    said = {"entry": entry, "follows": "correct", "reply": "更正"}
    other = town.post("office_data", f"{path}/reply", 422, value="90", **said)["problems"][0]
    assert (other["code"], other["where"]) == ("entry.worked_on", "follows")
    assert "95 %" in str(other)
    Report.objects.update(state="disputed")
    same = town.post("office_data", f"{path}/reply", 422, value="95", **said)["problems"][0]
    assert same["code"] == "entry.worked_on", "the unit disputes a value; nobody asked for this one"
    Report.objects.update(state="correcting")
    town.post("office_data", f"{path}/reply", value="95.0", **said)
    assert Report.objects.get(pk=number).wanted == "95"


def test_what_cannot_be_corrected_here_is_said(town: Town, book: int) -> None:
    """A value of a source system's file, and one behind a final result."""
    number = asked(book, "D10", "confirmed", value="97")
    run = computed(town, book)
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    path, entry = found(town, book)
    said = {"entry": entry, "follows": "correct", "reply": "更正"}
    ResultRun.objects.filter(pk=run.pk).update(state="final")
    assert town.post("office_data", f"{path}/reply", 422, **said)["type"] == "year.final"
    assert Report.objects.get(pk=number).state == "loaded"
    ResultRun.objects.filter(pk=run.pk).update(state="notice")
    Audit.objects.get().entries.update(report=None)
    source = town.post("office_data", f"{path}/reply", 422, **said)["problems"][0]
    assert (source["code"], source["where"]) == ("entry.source", "follows")


def test_the_record_of_a_check_says_which_value_and_which_finding(town: Town, book: int) -> None:
    asked(book, "D10", "confirmed", value="97")
    path, entry = found(town, book)
    again = {"entry": entry, "finding": "differs", "found_value": "94", "note": "补核台账"}
    town.post("external_auditor", f"{path}/correct", why="抄录有误", **again)
    town.post("external_auditor", f"{path}/ask", text="台账由谁保管？")
    town.post("office_data", f"{path}/reply", entry=entry, follows="correct", reply="已核")
    page = text_of(town, "external_auditor", f"{path}/")
    history = page[page.index("登记核查结果") :]
    unit = Unit.objects.get(code="D10").name_zh
    for words in (f"抽中的数据： {unit}", "核查结果： 不符，核实为 93 %", "更正前： 不符，核实为 93 %", "核查结果： 不符，核实为 94 %",
                  "更正的理由： 抄录有误", "怎样处理： 更正填报的数值，更正为 94 %", "绩效办答复： 已核", "问题： 台账由谁保管？"):  # fmt: skip
        assert words in history, words


def drawn(town: Town, book: int, status: int = 0, **more: Any) -> Any:
    return town.post("office_data", "audits/draw", status, rulebook=book, **({"size": 1} | more))


def finished(town: Town, audit: dict[str, Any]) -> None:
    for entry in audit["detail"]["entries"]:
        town.post("office_data", f"audits/{audit['id']}/find", entry=entry["id"], finding="agrees")
    town.post("office_data", f"audits/{audit['id']}/close")


@pytest.mark.parametrize(("first", "second"), [("2025", ""), ("", "2025"), ("2025", "2025")])
def test_pools_that_overlap_are_one_range(town: Town, book: int, first: str, second: str) -> None:
    """However they are asked for; and what was drawn is drawn again only when it was reported anew."""
    numbers = [asked(book, unit, "confirmed", value="97") for unit in ("D10", "D13", "D16")]
    audit = drawn(town, book, period=first)
    running = drawn(town, book, 422, period=second, reason="样本太小")
    assert running["type"] == "audit.running"
    assert f"第 {audit['id']} 号" in running["problems"][0]["detail"]
    town.post("external_auditor", "audits/draw", rulebook=book, size=1, period=second)
    finished(town, audit)
    assert drawn(town, book, 422, period=second)["type"] == "audit.again"
    again = drawn(town, book, period=second, reason="样本太小", size=3)
    checked = {one["report"] for one in audit["detail"]["entries"]}
    assert {one["report"] for one in again["detail"]["entries"]} == set(numbers) - checked
    finished(town, again)
    assert drawn(town, book, 422, period=first, reason="再看")["type"] == "audit.exhausted"
    Report.objects.filter(pk__in=checked).update(value="96")
    last = drawn(town, book, period=first, reason="更正后复查", size=3)
    assert {one["report"] for one in last["detail"]["entries"]} == checked
    page = town.client("office_data").get(f"/office/audits/{last['id']}/").content.decode()
    assert re.search(rf"此前在同一范围的抽取[^第]*1 次：第 {audit['id']} 号（[\d-]+）", page)
    page = town.client("office_data").get(f"/office/audits/{audit['id']}/").content.decode()
    assert "此前在同一范围的抽取" not in page


def test_other_values_are_another_range_also_beside_a_sample_of_an_earlier_release(
    town: Town, book: int
) -> None:
    """Older samples list the numbers of reports."""
    first = asked(book, "D10", "confirmed", value="97")
    audit = drawn(town, book)
    Audit.objects.update(drawn_from=[first])
    assert drawn(town, book, 422, reason="再看")["type"] == "audit.running"
    Report.objects.create(
        rulebook_id=book, unit=Unit.objects.get(code="D13"), supplier=Unit.objects.get(code=STATISTICS),
        indicator="ANSWERED", period="2025-Q1", state="confirmed", value="96", made_at=NOW,
    )  # fmt: skip
    assert drawn(town, book, period="2025-Q1")["id"] != audit["id"]

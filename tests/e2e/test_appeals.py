"""Appeals as their panels see them: what a value would do before the vote, what was decided, whose vote counts."""

import csv
import io
import json
import re
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pytest
from django.conf import settings

from tests.web.beginnings import beginning
from tests.web.conftest import NOW, People
from tests.web.town import STATISTICS, UNITS, Town, packed
from zhengheng.ledger.check import check
from zhengheng.web.appeals.models import Appeal, PanelSeat
from zhengheng.web.intake.services import load
from zhengheng.web.ledger import selectors as ledger
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.clock import now
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.clocks import last_day
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
RATES = {"D10": (80, 90, 85, 85), "D13": (92, 92, 92, 92), "D16": (60, 60, 60, 60), "D19": (70, 70, 70, 70)}  # fmt: skip
COUNTS = {"D10": (60, 80), "D13": (72, 80), "D16": (40, 80), "D19": (50, 80)}
MORE: tuple[dict[str, Any], ...] = (
    {"code": "RATE", "name": {"zh": "准点率", "en": "On time"}, "measure_unit": "%", "decimals": 2, "frequency": "quarter", "combine": "mean",
     "owner": STATISTICS, "supplier": STATISTICS, "method": {"kind": "ratio", "target": 100}, "source": "调度系统"},
    {"code": "DONE", "name": {"zh": "办结数", "en": "Done"}, "decimals": 0, "owner": STATISTICS, "supplier": STATISTICS, "source": "办件系统"},
    {"code": "ASKED", "name": {"zh": "受理数", "en": "Asked"}, "decimals": 0, "owner": STATISTICS, "supplier": STATISTICS, "source": "办件系统"},
    {"code": "SHARE", "name": {"zh": "办结率", "en": "Share done"}, "measure_unit": "%", "decimals": 2, "owner": STATISTICS, "supplier": STATISTICS,
     "parts": {"numerator": {"DONE": 1}, "denominator": {"ASKED": 1}, "scale": 100}, "method": {"kind": "ratio", "target": 100}, "source": "办件系统"},
)  # fmt: skip
SHAPE: dict[str, Any] = {
    "weights": [{"from": date(2025, 1, 1), "table": {"RATE": {"bureau": 50, "office": 100}, "SHARE": {"bureau": 50}}}],
    "categories": [{"code": code, "name": {"zh": code, "en": code}} for code in ("bureau", "office")],
    "units": [{"code": unit, "name": unit, "category": "office" if unit == "D19" else "bureau", "group": "all"} for unit in UNITS],
    "tree": {"code": "total", "name": {"zh": "总分", "en": "Total"}, "children": ["RATE", "SHARE"]},
}  # fmt: skip
STATUTE = {
    "form": "statute",
    "steps": [
        {"step": "decision", "name": {"zh": "审定", "en": "Decision"}, "clock": {"length": 5, "unit": "working_days"}},
        {"step": "review", "name": {"zh": "复核", "en": "Review"}, "clock": {"length": 15, "unit": "working_days"}},
    ],
}  # fmt: skip


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def rows() -> list[dict[str, str]]:
    held = [
        {"unit": unit, "indicator": "RATE", "period": period, "value": str(value), "status": "正常"}
        for unit, values in RATES.items() for period, value in zip(QUARTERS, values, strict=True)
    ]  # fmt: skip
    for unit, pair in COUNTS.items():
        for code, value in zip(("DONE", "ASKED"), pair, strict=True):
            held.append({"unit": unit, "indicator": code, "period": "2025", "value": str(value), "status": "正常"})  # fmt: skip
    return held


@beginning
def adopted(town: Town, **changes: Any) -> RulebookVersion:
    """A rulebook with a quarterly mean that everybody is scored on and a share that D19 is not."""
    town.at("2026-03-12")
    content = packed(MORE, **(SHAPE | changes))
    file = town.file("office_indicators", content, "town.zip")
    book = town.post("office_indicators", "rulebooks/draft", file=file, period="2025")["id"]
    town.post("office_indicators", f"rulebooks/{book}/consult", until="2026-03-20")
    town.at("2026-03-23")
    town.post("office_director", f"rulebooks/{book}/submit")
    decision = town.decided(f"rulebook:{book}", "2026-1", "2026-03-23")
    town.post("commission_secretary", f"rulebooks/{book}/adopt", decision=decision)
    version = RulebookVersion.objects.get(pk=book)
    load(book_of(version), "observation", rows(), purpose="test", loader="test", at=now())
    return version


@beginning
def computed(town: Town, version: RulebookVersion) -> dict[str, Any]:
    town.post("office_data", f"rulebooks/{version.pk}/compute", at="2026-04-01")
    made: dict[str, Any] = town.work()[-1].result or {}
    return made


@beginning
def on_notice(town: Town, version: RulebookVersion, day: str = "2026-04-01") -> dict[str, Any]:
    town.at(day)
    made = computed(town, version)
    town.post("office_director", f"results/{made['run']}/readers", 204, username="office_procedure")
    town.post("office_procedure", f"runs/{made['result']}/publish")
    for unit in UNITS:
        assert town.get(f"unit_leader-{unit}", f"results/{made['run']}/units/{unit}")
    return made


def correct(version: RulebookVersion, unit: str, value: str) -> None:
    """A correction that comes into the lake after the publication."""
    row = {"unit": unit, "indicator": "RATE", "period": "2025-Q4", "value": value, "status": "正常"}
    load(book_of(version), "correction", [row], purpose="later", loader="test", at=now())


def accepted(town: Town, result: int, indicator: str, wanted: str, **more: Any) -> int:
    made = town.post(
        "unit_leader-D10", "appeals/draft", run=result, unit="D10", indicator=indicator, ground="data_error",
        wanted=wanted, statement="漏统", **more,
    )["id"]  # fmt: skip
    town.post("unit_leader-D10", f"appeals/{made}/file")
    town.post("appeals_clerk", f"appeals/{made}/accept")
    number: int = made
    return number


def served(town: Town, result: int, unit: str) -> None:
    """On paper, against a receipt of this day."""
    receipt = [town.file("office_procedure")]
    town.post(
        "office_procedure",
        f"runs/{result}/serve",
        unit=unit,
        received_on=now().date(),
        receipt=receipt,
    )


def upheld(town: Town, made: int, value: str) -> dict[str, Any]:
    """Drawn, voted, decided, applied, computed again: the new run."""
    panel = town.post("appeals_clerk", f"appeals/{made}/draw")["detail"]["panel"]
    wanted = Decimal(town.get("appeals_clerk", f"appeals/{made}")["detail"]["wanted"])
    said = {"vote": "uphold"} if Decimal(value) == wanted else {"vote": "partly", "value": value}
    for member in panel:
        town.post(member, f"appeals/{made}/vote", reasons="证据属实", **said)
    town.post(panel[0], f"appeals/{made}/preview", value=value)
    town.post(panel[0], f"appeals/{made}/decide", value=value, reasons="证据属实")
    town.post("office_data", f"appeals/{made}/apply")
    return next(job.result for job in town.work() if job.result and "result" in job.result)


def total(town: Town, run: str, unit: str = "D10") -> str:
    groups = town.get("office_data", f"results/{run}")["groups"]
    return next(str(line["score"]) for group in groups for line in group["lines"] if line["unit"] == unit)  # fmt: skip


def cells_of(page: str) -> list[list[str]]:
    """The rows of all tables of a page, as their cells read."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]  # fmt: skip


def test_the_ripple_is_the_published_run_with_this_one_change(town: Town) -> None:
    """What else came into the lake since stands apart, and moves nobody in the ripple."""
    version = adopted(town)
    made = on_notice(town, version)
    correct(version, "D16", "100")
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    panel = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    effect = town.post(panel[0], f"appeals/{number}/preview", value="97")["detail"]["effect"]
    assert {one["unit"] for one in effect["units"]} == {"D10"}
    assert {one["unit"] for one in effect["zh"]["later"]} == {"D16"}
    assert effect["zh"]["files"] == 1
    page = town.client(panel[0]).get(f"/office/appeals/{number}/").content.decode()
    assert "公示以后的其他变动" in page


def test_one_row_is_replaced_and_the_page_says_what_becomes_of_it_before_the_vote(
    town: Town,
) -> None:
    """The mean of 80, 90, 85, 85 is 85; 97 for the second quarter makes it 86.75, not 97."""
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    panel = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    page = town.client(panel[1]).get(f"/office/appeals/{number}/").content.decode()
    for text in (
        "公示的数值",
        "按申诉人主张的数值",
        "85.00",
        "86.75",
        "被代替",
        "2025-Q2",
        total(town, made["run"]),
    ):
        assert text in page, text
    asked = town.get(panel[1], f"appeals/{number}")["detail"]["asked_effect"]["zh"]
    assert (asked["before"]["value"], asked["after"]["value"]) == ("85.00", "86.75")
    # Points, rank and grade before the vote, of the unit and of whoever moves with it: as published, and with the value.
    held = {side: [str(asked[side][name]) for name in ("points", "total", "rank", "grade")] for side in ("before", "after")}  # fmt: skip
    assert held["before"] != held["after"]
    assert all(text and text != "None" for side in held.values() for text in side)
    shown = [" ".join(row) for row in cells_of(page)]
    for place, words in (("points", "指标得分（分）"), ("total", "总分（分）"), ("rank", "名次"), ("grade", "计算等次")):  # fmt: skip
        line = f"{words} {asked['before'][place]} {asked['after'][place]}"
        assert any(line == row for row in shown), line
    assert [row["period"] for row in asked["rows"] if row["replaced"]] == ["2025-Q2"]
    for member in panel:
        town.post(member, f"appeals/{number}/vote", vote="uphold", reasons="证据属实")
    town.post(panel[0], f"appeals/{number}/preview", value="97")
    slip = town.client(panel[0]).get(f"/office/appeals/{number}/decide/paper.docx")
    written = docx.Document(io.BytesIO(slip.content))
    cells = {cell.text for table in written.tables for row in table.rows for cell in row.cells}
    assert {"86.75", "85.00"} <= cells
    town.post(panel[0], f"appeals/{number}/decide", value="97", reasons="证据属实")
    town.post("office_data", f"appeals/{number}/apply")
    again = town.work()[-1].result or {}
    assert total(town, again["run"]) == asked["after"]["total"], "what was shown is what came"
    line = line_of(town, again["run"], "D10")
    assert (str(line["place"]), line["grade"]) == (asked["after"]["rank"].split("/")[0], asked["after"]["grade"])  # fmt: skip
    decided = town.client(panel[0]).get(f"/office/appeals/{number}/").content.decode()
    assert "决定的结果" in decided
    assert "86.75" in decided


@pytest.mark.parametrize(("indicator", "value"), [("RATE", "95"), ("SHARE", "99.5")])
def test_the_period_s_value_is_decided_as_such_also_of_what_is_made_from_parts(
    town: Town, indicator: str, value: str
) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], indicator, value)
    shown = town.get("appeals_clerk", f"appeals/{number}")["detail"]["asked_effect"]
    assert shown["ruling"] is True
    assert Decimal(shown["zh"]["after"]["value"]) == Decimal(value)
    again = upheld(town, number, value)
    assert total(town, again["run"]) == shown["zh"]["after"]["total"]
    passport = town.client("office_data").get(f"/office/results/{again['run']}/units/D10/").content.decode()  # fmt: skip
    assert "申诉决定（代替以下各行算出的值）" in passport
    assert check(list(ledger.entries()), ledger.leaves()) == []


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"indicator": "SHARE", "value_period": "2025-12"}, "trial.derived"),
        ({"indicator": "RATE", "value_period": "2025-11"}, "trial.period"),
        ({"indicator": "RATE", "value_period": "2024-12"}, "trial.period"),
        ({"indicator": "RATE", "value_period": "昨天"}, "trial.period"),
        ({"indicator": "RATE", "series": "DONE"}, "appeal.series"),
        ({"indicator": "DONE"}, "appeal.foreign"),
        ({"indicator": "SEATS"}, "indicator.unknown"),
    ],
)  # fmt: skip
def test_what_would_change_nothing_is_refused_before_anybody_votes(
    town: Town, given: dict[str, str], why: str
) -> None:
    made = on_notice(town, adopted(town))
    said = {
        "run": made["result"],
        "unit": "D10",
        "ground": "data_error",
        "wanted": "99",
        "statement": "漏统",
    }
    refused = town.post("unit_leader-D10", "appeals/draft", 422, **(said | given))
    assert refused["type"] == why
    assert Appeal.objects.count() == 0


def test_a_unit_appeals_what_it_is_scored_on_and_nothing_else(town: Town) -> None:
    made = on_notice(town, adopted(town))
    said = {
        "run": made["result"],
        "unit": "D19",
        "ground": "data_error",
        "wanted": "99",
        "statement": "漏统",
    }
    foreign = town.post("unit_leader-D19", "appeals/draft", 422, indicator="SHARE", **said)
    assert foreign["type"] == "appeal.foreign"
    form = town.client("unit_leader-D19").get("/office/appeals/new/draft/").content.decode()
    assert "准点率" in form
    assert "办结率" not in form
    page = town.client("unit_leader-D19").get(f"/office/results/{made['run']}/units/D19/").content.decode()  # fmt: skip
    assert "indicator=RATE" in page
    assert "indicator=SHARE" not in page
    town.post("unit_leader-D19", "appeals/draft", indicator="RATE", **said)


def test_the_panel_is_drawn_once_and_a_seat_again_only_after_its_member_left(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    first = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    again = town.post("appeals_clerk", f"appeals/{number}/draw", 409)
    assert again["type"] == "act.other"
    town.post(first[1], f"appeals/{number}/recuse", reason="与申诉单位负责人系同学")
    early = town.post(first[0], f"appeals/{number}/vote", 422, vote="uphold", reasons="证据属实")
    assert early["type"] == "panel.empty_seats"
    held = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]
    assert len(held["panel"]) == 3
    assert set(held["panel"]) >= {first[0], first[2]}, "who sat goes on sitting"
    assert first[1] not in held["panel"]
    assert [one["seats"] for one in held["draws"]] == [3, 1]
    page = town.client("appeals_clerk").get(f"/office/appeals/{number}/").content.decode()
    assert "补抽的原因" in page
    assert "与申诉单位负责人系同学" in page


def test_whoever_was_kept_out_of_the_draw_is_named_on_the_page_with_the_reason(town: Town) -> None:
    """In every draw, in both languages, for the clerk, a member and the unit that appeals; who could be drawn is not named so."""
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    town.post("panel-1", "conflicts/declare", unit="D10", reason="亲属在该局任职")
    town.post("panel-2", "conflicts/declare", unit=STATISTICS, reason="曾在该局任职")
    town.post("panel-3", "conflicts/declare", unit="D13", reason="与本案无关")
    first = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    leaving = next(member for member in first[1:] if member != "panel-3")
    town.post(leaving, f"appeals/{number}/recuse", reason="与申诉单位负责人系同学")
    last = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]

    def kept_out(name: str, english: bool) -> list[list[str]]:
        """Of each draw on the page whoever was kept out, with the reason."""
        client = town.client(name)
        client.cookies["language"] = "en" if english else "zh-hans"
        page = client.get(f"/office/appeals/{number}/").content.decode()
        lists = re.findall(r"(?:未进入抽签的人员及理由：|Kept out of the draw, and why:)\s*</p>\s*<ul>(.*?)</ul>", page, re.DOTALL)  # fmt: skip
        rows = [re.findall(r"<li[^>]*>(.*?)</li>", one, re.DOTALL) for one in lists]
        return [["".join(re.sub(r"<[^>]+>", "", row).split()) for row in held] for held in rows]

    for name in ("appeals_clerk", last[0], "unit_leader-D10"):
        held = kept_out(name, english=False)
        assert [len(one) for one in held] == [2, 3], (name, held)
        for rows in held:
            assert any(row.startswith("panel-1：") and "亲属在该局任职" in row for row in rows)
            assert any(row.startswith("panel-2：") and "曾在该局任职" in row for row in rows)
            assert not any(row.startswith("panel-3：") for row in rows), (
                "no interest in this matter"
            )
        assert any(row.startswith(f"{leaving}：已回避") and "系同学" in row for row in held[1])
        (before, after) = kept_out(name, english=True)
        assert any(row.startswith("panel-1:declaredaninterest") for row in before)
        assert any(row.startswith(f"{leaving}:steppedback") for row in after)


def test_a_conflict_declared_at_any_time_takes_the_vote_away(town: Town) -> None:
    """After the draw, and even after the vote, as long as nothing is signed."""
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    first = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    town.post(first[1], f"appeals/{number}/vote", vote="uphold", reasons="证据属实")
    town.post(first[1], "conflicts/declare", unit="D10", reason="亲属在该局任职")
    assert PanelSeat.objects.get(appeal=number, account__username=first[1]).vote == ""
    assert town.client(first[1]).get(f"/api/v1/appeals/{number}").status_code == 404
    town.post(first[0], "conflicts/declare", unit=STATISTICS, reason="曾在该局任职")
    held = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    assert first[2] in held
    assert not {first[0], first[1]} & set(held)
    other = town.post(held[0], "conflicts/declare", unit="D13", reason="与本案无关")
    assert other["id"]
    for member in held:
        town.post(member, f"appeals/{number}/vote", vote="reject", reasons="证据不足")
    town.post(held[0], f"appeals/{number}/decide", reasons="证据不足")
    town.post(held[1], "conflicts/declare", unit="D10", reason="签署之后")
    assert PanelSeat.objects.get(appeal=number, account__username=held[1]).vote == "reject", (
        "what is signed stands"
    )


def test_a_new_version_lands_on_a_desk_and_its_notice_runs_its_days(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    town.at("2026-04-07")
    again = upheld(town, number, "97")
    desk = town.client("office_procedure").get("/office/").content.decode()
    assert f"/office/results/{again['run']}/" in desk, (
        "with whoever put the version before it on notice"
    )
    assert town.client("mentor").get(f"/office/results/{again['run']}/").status_code == 404
    town.post("office_procedure", f"runs/{again['result']}/publish")
    assert town.get("expert", f"runs/{again['result']}")["due_on"] == "2026-04-14"


def test_a_version_counts_the_appeals_that_it_holds_and_no_later_ones(town: Town) -> None:
    """A draft stays what it is when another appeal is carried out after it."""
    made = on_notice(town, adopted(town))
    pair = (("RATE", "97", "2025-06"), ("SHARE", "99.5", "2025"))
    first, second = (accepted(town, made["result"], indicator, wanted, value_period=period) for indicator, wanted, period in pair)  # fmt: skip
    town.at("2026-04-07")
    older = upheld(town, first, "97")

    def said(run: str, language: str = "zh-hans") -> str:
        client = town.client("office_data")
        client.cookies["language"] = language
        return " ".join(client.get(f"/office/results/{run}/").content.decode().split())

    assert "申诉决定更正了 1 项数值" in said(older["run"])
    newer = upheld(town, second, "99.5")
    assert "申诉决定更正了 1 项数值" in said(older["run"])
    assert "appeals put 1 value right" in said(older["run"], "en")
    assert "申诉决定更正了 2 项数值" in said(newer["run"])
    # Of both drafts behind it the newest is what the one on notice waits for.
    assert said(made["run"]).count("，新版本待公示") == 3, "of itself, and of either value"
    assert "待核算" not in said(made["run"])
    town.at("2026-05-06")
    decision = town.decided(f"result:{made['result']}", "2026-5", "2026-05-06")
    refused = town.post("commission_secretary", f"runs/{made['result']}/finalise", 422, decision=decision)  # fmt: skip
    assert [one["run"] in str(refused) for one in (older, newer)] == [False, True]
    assert "新的核算结果已计入" in refused["problems"][0]["detail"]


def test_no_page_says_that_a_version_counts_an_appeal_decided_after_it(town: Town) -> None:
    """What stands against the replaced version and what stands beside the newer one say the same of it."""
    made = on_notice(town, adopted(town))
    pair = (("RATE", "97", "2025-06"), ("SHARE", "99.5", "2025"))
    first, second = (accepted(town, made["result"], indicator, wanted, value_period=period) for indicator, wanted, period in pair)  # fmt: skip
    town.at("2026-04-07")
    newer = upheld(town, first, "97")
    town.post("office_procedure", f"runs/{newer['result']}/publish")
    latest = upheld(town, second, "99.5")

    def said() -> str:
        page = town.client("office_data").get(f"/office/results/{made['run']}/").content.decode()
        return " ".join(re.sub("<[^>]+>", "", page).split())

    assert "申诉决定更正了 1 项数值" in said()
    assert said().count("已计入新版") == 1
    assert "现行的新版没有计入" in said()
    town.post("office_procedure", f"runs/{latest['result']}/publish")
    assert said().count("已计入新版，公示期至") == 2
    assert "没有计入" not in said()


def test_a_replaced_version_names_what_was_decided_against_the_one_in_its_place(
    town: Town,
) -> None:
    """Whoever reads it takes what it names for all that changed."""
    made = on_notice(town, adopted(town))
    newer = replaced(town, made, "RATE", "97", value_period="2025-06")
    first = town.client("office_data").get(f"/office/results/{made['run']}/units/D10/").content.decode()  # fmt: skip
    latest = upheld(town, accepted(town, newer["result"], "SHARE", "99.5"), "99.5")

    def said() -> str:
        page = town.client("office_data").get(f"/office/results/{made['run']}/").content.decode()
        return " ".join(re.sub("<[^>]+>", "", page).split())

    assert said().count("申诉已作出决定") == 2
    (own,) = re.findall(
        r"办结率：申诉已作出决定，改算后数值为 99.5[^（]*（本版为 ([^）]*)）", said()
    )
    assert own.removesuffix("%") in first, "its own value, not that of the version appealed against"
    assert "现行的新版没有计入" in said()
    town.post("office_procedure", f"runs/{latest['result']}/publish")
    assert said().count("已计入新版，公示期至") == 2
    town.at("2026-05-20")
    assert said().count("已计入新版，新版公示已于") == 2, (
        "no day that is past is spoken of as one to come"
    )
    assert "公示期至" not in said()


def test_a_clock_that_stands_is_not_overdue(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(
        town, made["result"], "RATE", "97", value_period="2025-06", hearing_wanted=True
    )
    town.post("appeals_clerk", f"appeals/{number}/draw")
    appeal = Appeal.objects.get(pk=number)
    desk = town.client("appeals_clerk").get("/office/").content.decode()
    assert "通知听证" in desk, "a hearing that was asked for waits for whoever calls it"
    seat = appeal.seats.first()
    assert seat is not None
    town.post(
        seat.account.username,
        f"appeals/{number}/vote",
        422,
        vote="uphold",
        reasons="查证属实",
    )
    town.post(
        "appeals_clerk",
        f"appeals/{number}/call_hearing",
        hearing_on="2026-04-24",
        place="一号会议室",
    )
    town.at("2026-04-23")
    held = town.get("appeals_clerk", f"appeals/{number}")
    assert held["due_on"] is None
    assert Appeal.objects.get(pk=number).clock_left == 10
    home = town.client("appeals_clerk").get("/office/").content.decode()
    assert f"/office/appeals/{number}/" in home
    assert "逾期" not in home
    seated = [seat.account.username for seat in Appeal.objects.get(pk=number).seats.all()]
    assert len(seated) == 3
    told = "听证定于 2026-04-24 举行：一号会议室。请按时到场。"
    for username in ("unit_leader-D10", *seated):
        assert told in town.client(username).get("/office/").content.decode(), username
    assert told not in town.client("unit_leader-D13").get("/office/").content.decode()
    town.at("2026-04-24")
    town.post(
        "appeals_clerk", f"appeals/{number}/sign_minutes", minutes=[town.file("appeals_clerk")]
    )
    assert town.get("appeals_clerk", f"appeals/{number}")["due_on"] == "2026-05-12", "ten working days after 24 April"  # fmt: skip


def test_by_statute_nothing_is_final_before_everybody_was_served_and_had_the_time(
    town: Town,
) -> None:
    version = adopted(town, procedure=STATUTE)
    town.at("2026-04-01")
    made = computed(town, version)
    path = f"runs/{made['result']}"
    for reader in ("office_procedure", "commission_secretary"):
        town.post("office_director", f"results/{made['run']}/readers", 204, username=reader)
    first = town.decided(f"result:{made['result']}", "2026-3", "2026-04-01")
    town.post("commission_secretary", f"{path}/approve", decision=first)
    town.post("office_procedure", f"{path}/publish")
    draft = town.post(
        "unit_leader-D19", "appeals/draft", run=made["result"], unit="D19", indicator="RATE", ground="data_error", statement="漏统"
    )  # fmt: skip
    assert draft["due_on"] is None, "the clock does not run before service"
    for unit in ("D10", "D13"):
        served(town, made["result"], unit)
    town.at("2026-04-27")
    left = town.post("commission_secretary", f"{path}/finalise", 422)
    assert left["type"] == "service.open"
    assert "D16" in left["problems"][0]["detail"]
    served(town, made["result"], "D16")
    served(town, made["result"], "D19")
    assert town.get("unit_leader-D19", f"appeals/{draft['id']}")["due_on"] == "2026-05-20"
    running = town.post("commission_secretary", f"{path}/finalise", 422)
    assert running["type"] == "review.running"
    assert "2026-05-20" in running["problems"][0]["detail"]
    town.at("2026-05-20")
    assert town.post("commission_secretary", f"{path}/finalise", 422)["type"] == "review.running"
    town.at("2026-05-21")
    assert town.post("commission_secretary", f"{path}/finalise")["state"] == "final"


def test_a_changed_result_is_approved_again_within_its_days(town: Town) -> None:
    version = adopted(town, procedure=STATUTE)
    town.at("2026-04-01")
    made = computed(town, version)
    for reader in ("office_procedure", "commission_secretary"):
        town.post("office_director", f"results/{made['run']}/readers", 204, username=reader)
    first = town.decided(f"result:{made['result']}", "2026-3", "2026-04-01")
    town.post("commission_secretary", f"runs/{made['result']}/approve", decision=first)
    town.post("office_procedure", f"runs/{made['result']}/publish")
    for unit in UNITS:
        served(town, made["result"], unit)
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    again = upheld(town, number, "97")
    waiting = town.get("commission_secretary", f"runs/{again['result']}")
    assert (waiting["state"], waiting["due_on"]) == ("draft", "2026-04-09"), (
        "five working days from 1 April"
    )
    assert f"/office/results/{again['run']}/" in town.client("commission_secretary").get("/office/").content.decode()  # fmt: skip
    second = town.decided(f"result:{again['result']}", "2026-4", "2026-04-01")
    town.post("commission_secretary", f"runs/{again['result']}/approve", decision=second)
    town.post("office_procedure", f"runs/{again['result']}/publish")
    town.at("2026-04-23")
    left = town.post("commission_secretary", f"runs/{again['result']}/finalise", 422)
    assert left["type"] in {"service.open", "notice.running"}
    town.at("2026-04-24")
    left = town.post("commission_secretary", f"runs/{again['result']}/finalise", 422)
    assert left["type"] == "service.open", "whose result changed is served the new one"
    assert "D10" in left["problems"][0]["detail"] or "教育局" in left["problems"][0]["detail"]
    assert ResultRun.objects.get(pk=again["result"]).decided_grades.count() == 0


def test_a_draft_that_goes_over_to_a_new_version_keeps_a_last_day(town: Town) -> None:
    """By the clock of the new notice, and of what was served under the version before it."""
    version = adopted(town)
    made = on_notice(town, version)
    first = ResultRun.objects.get(pk=made["result"])
    assert first.due_on is not None
    first.services.filter(unit__code="D13").delete()
    late = datetime.combine(first.due_on, time(9), tzinfo=NOW.tzinfo)
    first.services.filter(unit__code="D16").update(at=late)
    about = {
        "run": made["result"],
        "indicator": "RATE",
        "ground": "data_error",
        "statement": "漏统",
    }
    drafts = {unit: town.post(f"unit_leader-{unit}", "appeals/draft", unit=unit, **about)["id"] for unit in ("D10", "D13", "D16")}  # fmt: skip
    correct(version, "D10", "97")
    town.at("2026-04-02")
    town.post("office_data", f"rulebooks/{version.pk}/compute", at="2026-04-02")
    again = town.work()[-1].result or {}
    town.post("office_director", f"results/{again['run']}/readers", 204, username="office_procedure")  # fmt: skip
    town.post("office_procedure", f"runs/{again['result']}/publish")
    second = ResultRun.objects.get(pk=again["result"])
    days = {unit: Appeal.objects.get(pk=draft).due_on for unit, draft in drafts.items()}
    assert days == {unit: last_day(second, Unit.objects.get(code=unit)) for unit in drafts}
    assert second.due_on is not None
    assert days["D10"] == days["D13"] == second.due_on, "whom the notice alone told"
    assert (days["D16"] or second.due_on) > second.due_on, "served while it ran: the days in full"


def graded(
    town: Town, result: int, unit: str, grade: str, day: str, reason: str = "有关问题正在调查"
) -> None:
    decision = town.decided(f"result:{result}", f"定级 {result} {grade}", day)
    town.post(
        "commission_secretary", f"runs/{result}/grade", unit=unit, grade=grade, reason=reason,
        basis="考核办法第十二条", decision=decision,
    )  # fmt: skip


def replaced(
    town: Town, made: dict[str, Any], indicator: str, value: str, **more: Any
) -> dict[str, Any]:
    """An upheld appeal of D10, and the new version on notice."""
    again = upheld(town, accepted(town, made["result"], indicator, value, **more), value)
    town.post("office_procedure", f"runs/{again['result']}/publish")
    return again


def line_of(town: Town, run: str, unit: str) -> dict[str, Any]:
    groups = town.get("office_data", f"results/{run}")["groups"]
    found: dict[str, Any] = next(
        one for group in groups for one in group["lines"] if one["unit"] == unit
    )
    return found


def test_a_decided_grade_survives_a_new_version_and_stands_beside_the_computed_one_everywhere(
    town: Town, tmp_path: Path
) -> None:
    made = on_notice(town, adopted(town))
    graded(town, made["result"], "D13", "fair", "2026-04-01")
    again = replaced(town, made, "RATE", "97", value_period="2025-06")
    line = line_of(town, again["run"], "D13")
    assert (line["grade"], line["computed_grade"], line["grade_reason"]) == (
        "合格",
        "优秀",
        "有关问题正在调查",
    )
    said = town.get("expert", f"results/{again['run']}/units/D13")
    assert [said[name] for name in ("grade", "computed_grade", "grade_reason")] == ["合格", "优秀", "有关问题正在调查"]  # fmt: skip
    assert "等次 合格（委员会决定，计算等次为优秀；理由：有关问题正在调查）" in said["detail"], (
        "the first line"
    )
    assert "grade" not in town.get("expert", f"results/{again['run']}/units/D10"), (
        "nothing was decided"
    )
    for path in (
        f"results/{again['run']}/",
        f"results/{again['run']}/units/D13/",
        f"overview/{again['run']}/",
        f"overview/{again['run']}/units/D13/",
    ):
        page = town.client("expert").get(f"/office/{path}")
        assert page.status_code == 200, path
        text = page.content.decode()
        assert all(word in text for word in ("合格", "优秀", "有关问题正在调查")), path
    report = town.client("expert").get(f"/office/overview/{again['run']}/units/D13/report.docx")
    written = "\n".join(p.text for p in docx.Document(io.BytesIO(report.content)).paragraphs)
    assert all(word in written for word in ("合格", "优秀", "有关问题正在调查"))
    town.at("2026-04-10")
    decision = town.decided(f"result:{again['result']}", "2026-9", "2026-04-10")
    town.post("commission_secretary", f"runs/{again['result']}/finalise", decision=decision)
    town.post("office_procedure", f"runs/{again['result']}/archive")
    package = (town.work()[-1].result or {})["package"]
    with zipfile.ZipFile(tmp_path / "archive" / package) as archive:
        kept = json.loads(archive.read("decided_grades.json"))
    assert [(one["unit"], one["decided"][0], one["computed"][0]) for one in kept] == [
        ("D13", "合格", "优秀")
    ]
    published = town.post("office_procedure", "publications/prepare", run=again["result"], shows="grade")["id"]  # fmt: skip
    town.post("secrecy_reviewer", f"publications/{published}/review", cleared="无涉密内容")
    town.post("office_director", f"publications/{published}/release")
    town.work()
    with (tmp_path / "publications" / str(published) / "data" / "units.csv").open(
        encoding="utf-8"
    ) as stream:
        open_data = {row["unit"]: row for row in csv.DictReader(stream)}
    assert [open_data["D13"][name] for name in ("grade", "computed_grade", "grade_reason")] == ["合格", "优秀", "有关问题正在调查"]  # fmt: skip
    assert open_data["D10"]["computed_grade"] == ""
    portal = "\n".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "portal").rglob("D13.html")
    )
    assert all(word in portal for word in ("合格", "优秀", "有关问题正在调查"))


def test_a_decided_grade_is_asked_again_where_the_computed_one_is_another_now(town: Town) -> None:
    """D10 takes the one seat of the excellent, so that D13 is computed as good; the old decision rests on nothing."""
    made = on_notice(town, adopted(town))
    graded(town, made["result"], "D13", "fair", "2026-04-01")
    again = replaced(town, made, "SHARE", "100")
    line = line_of(town, again["run"], "D13")
    assert (line["grade"], line["computed_grade"]) == ("良好", "良好"), "until it is decided again"
    page = town.client("expert").get(f"/office/results/{again['run']}/").content.decode()
    assert "须由委员会重新决定" in page
    town.at("2026-04-10")
    decision = town.decided(f"result:{again['result']}", "2026-9", "2026-04-10")
    left = town.post(
        "commission_secretary", f"runs/{again['result']}/finalise", 422, decision=decision
    )
    assert left["type"] == "grade.asked"
    graded(town, again["result"], "D13", "fair", "2026-04-10", "调查属实")
    line = line_of(town, again["run"], "D13")
    assert (line["grade"], line["computed_grade"], line["grade_reason"]) == (
        "合格",
        "良好",
        "调查属实",
    )
    town.post("commission_secretary", f"runs/{again['result']}/finalise", decision=decision)


def test_a_rehearsal_starts_from_what_was_published(town: Town) -> None:
    """The base is the published score to the digit, whatever came into the lake since; the draft moves it."""
    version = adopted(town)
    made = on_notice(town, version)
    before = {unit: total(town, made["run"], unit) for unit in UNITS}
    correct(version, "D16", "100")
    table = {"RATE": {"bureau": 20, "office": 100}, "SHARE": {"bureau": 80}}
    town.post(
        "office_indicators", f"rulebooks/{version.pk}/roll_over", period="2026", version="2026-1"
    )
    draft = RulebookVersion.objects.get(period="2026")
    town.post("office_director", f"rulebooks/{draft.pk}/rehearse", period="2025")
    same: dict[str, Any] = town.work()[-1].result or {}
    assert (same["published"], same["differ"], same["moved"], same["at"]) == (
        made["run"],
        0,
        [],
        "2026-04-01",
    )
    content = packed(MORE, **SHAPE | {"version": "2026-2", "effective_from": date(2025, 1, 1), "weights": [{"from": date(2025, 1, 1), "table": table}]})  # fmt: skip
    file = town.file("office_indicators", content, "town.zip")
    town.post("office_indicators", f"rulebooks/{draft.pk}/replace", file=file)
    town.post("office_director", f"rulebooks/{draft.pk}/rehearse", period="2025")
    found: dict[str, Any] = town.work()[-1].result or {}
    assert {one["unit"] for one in found["moved"]} >= {"D10", "D16"}
    for one in found["moved"]:
        assert one["score"][0] == before[one["unit"]]
    page = town.client("office_director").get(f"/office/rulebooks/{draft.pk}/").content.decode()
    assert "基准得分与公示的得分完全一致" in page


def test_a_draft_goes_over_to_the_new_version_by_an_act_of_its_own(town: Town) -> None:
    """Its last day is the new notice's; the ledger says when and to what it went."""
    version = adopted(town)
    first = on_notice(town, version)
    made = town.post(
        "unit_leader-D10", "appeals/draft", run=first["result"], unit="D10", indicator="RATE", ground="data_error",
        wanted="90", statement="漏统",
    )["id"]  # fmt: skip
    correct(version, "D16", "80")
    town.at("2026-04-09")
    early = computed(town, version)
    correct(version, "D16", "81")
    second = on_notice(town, version, "2026-04-09")
    older, newer = (ResultRun.objects.get(pk=one["result"]) for one in (early, second))
    page = town.client("office_director").get(f"/office/results/{older.run}/").content.decode()
    assert older.state == "set_aside", "nobody puts the older of two on notice unawares"
    assert "公示前请核对" not in page
    assert "（2026-04-09 09:00 核算）" in RESULTS.title(older)[0]
    assert "核算" not in RESULTS.title(newer)[0], "on notice there is one"
    appeal = Appeal.objects.get(pk=made)
    notice = ResultRun.objects.get(pk=second["result"])
    assert (appeal.run_id, appeal.due_on) == (notice.pk, notice.due_on)
    assert notice.due_on > ResultRun.objects.get(pk=first["result"]).due_on
    entry = LedgerEntry.objects.filter(act="appeal.carry", subject=f"appeal:{made}").latest(
        "sequence"
    )
    assert json.loads(entry.content or "{}")["run"] == notice.pk
    town.at(str(notice.due_on))
    town.post("unit_leader-D10", f"appeals/{made}/file")


def test_who_stepped_back_lands_at_home_and_is_not_drawn_for_the_unit_again(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    panel = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    version = town.get(panel[1], f"appeals/{number}")["row_version"]
    page = town.client(panel[1]).post(
        f"/office/appeals/{number}/recuse/", {"row_version": version, "reason": "与该单位有利益关系"}, follow=True
    )  # fmt: skip
    assert (page.status_code, page.redirect_chain[-1][0]) == (200, "/office/")
    assert "已完成" in page.content.decode()
    held = town.client(panel[1]).get("/office/conflicts/").content.decode()
    assert Unit.objects.get(code="D10").name_zh in held, (
        "the interest is declared, and he can end it"
    )
    other = accepted(town, made["result"], "SHARE", "90", series="SHARE", value_period="2025")
    held = town.post("appeals_clerk", f"appeals/{other}/draw")["detail"]["draws"][0]
    assert panel[1] not in held["pool"]
    said = next(one for one in held["excluded"] if one["account"] == panel[1])
    assert "与该单位有利益关系" in said["zh"]


def test_the_chief_is_named_and_he_alone_signs(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    panel = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    for member in panel:
        town.post(member, f"appeals/{number}/vote", vote="partly", value="95", reasons="部分属实")
    page = town.client(panel[2]).get(f"/office/appeals/{number}/").content.decode()
    assert f"{panel[0]}（首席" in re.sub(r"\s+", "", page)
    assert page.count("（首席") == 1
    assert "decide" in town.get(panel[0], f"appeals/{number}")["acts"]
    assert "decide" not in town.get(panel[1], f"appeals/{number}")["acts"]
    assert town.post(panel[1], f"appeals/{number}/decide", 403, reasons="部分属实")
    blind = town.post(panel[0], f"appeals/{number}/decide", 422, reasons="部分属实")["problems"][0]
    assert blind["code"] == "effect.absent", (
        "the value is the voted one, and its ripple comes first"
    )


def test_one_appeal_a_matter_refused_when_it_is_filed(town: Town) -> None:
    made = on_notice(town, adopted(town))
    said = {"run": made["result"], "unit": "D10", "ground": "data_error", "statement": "漏统"}

    def drafted(**more: Any) -> int:
        number: int = town.post("unit_leader-D10", "appeals/draft", **said, **more)["id"]
        return number

    first = drafted(indicator="RATE", wanted="97", value_period="2025-06")
    same = drafted(indicator="RATE", wanted="95", value_period="2025-06")
    whole = drafted(indicator="RATE", wanted="95")
    row = drafted(indicator="RATE", wanted="95", value_period="2025-09")
    town.post("unit_leader-D10", f"appeals/{first}/file")
    for other in (same, whole):
        refused = town.post("unit_leader-D10", f"appeals/{other}/file", 422)
        assert refused["type"] == "appeal.twice"
        assert f"第 {first} 号" in refused["problems"][0]["detail"]
    town.post("unit_leader-D10", f"appeals/{row}/file")
    for value, period in (("90", "2025-06"), ("90.00", "2025-06"), ("85", "2025")):
        equal = town.post("unit_leader-D10", "appeals/draft", 422, **said, indicator="RATE", wanted=value, value_period=period)  # fmt: skip
        assert (equal["type"], equal["problems"][0]["where"]) == ("appeal.same", "wanted")


def test_the_portal_keeps_the_promise_of_a_decided_appeal_once_the_new_version_is_on_notice(
    town: Town, tmp_path: Path
) -> None:
    """The pages of the published version say the value put right, that it no longer stands, and the new notice's last day."""
    made = on_notice(town, adopted(town))
    published = town.post("office_procedure", "publications/prepare", run=made["result"], shows="grade")["id"]  # fmt: skip
    town.post("secrecy_reviewer", f"publications/{published}/review", cleared="无涉密内容")
    town.post("office_director", f"publications/{published}/release")
    town.work()
    pages = tmp_path / "portal" / "p" / str(published) / "units"
    assert "不再有效" not in (pages / "D10.html").read_text(encoding="utf-8")
    again = replaced(town, made, "SHARE", "100")
    town.work()
    until = str(ResultRun.objects.get(pk=again["result"]).due_on)
    for path in (pages / "D10.html", tmp_path / "portal" / "index.html"):
        text = path.read_text(encoding="utf-8")
        assert "不再有效" in text, path
        assert until in text, path
    assert "100" in (pages / "D10.html").read_text(encoding="utf-8")
    fresh = town.post("office_procedure", "publications/prepare", run=again["result"], shows="grade", reason="申诉决定更正")["id"]  # fmt: skip
    town.post("secrecy_reviewer", f"publications/{fresh}/review", cleared="无涉密内容")
    town.post("office_director", f"publications/{fresh}/release")
    town.work()
    for number, said in ((published, "已计入新版"), (fresh, "已计入本结果")):
        folder = tmp_path / "portal" / "p" / str(number)
        for name in ("index", "units/D10", "indicators/SHARE"):
            text = (folder / f"{name}.html").read_text(encoding="utf-8")
            assert "申诉已作出决定" in text, (number, name)
            assert said in text, (number, name)
        assert "申诉已作出决定" not in (folder / "units" / "D13.html").read_text(encoding="utf-8")
    office = {number: town.client("office_director").get(f"/office/publications/{number}/").content.decode() for number in (published, fresh)}  # fmt: skip
    assert f'href="/office/publications/{fresh}/"' in office[published]
    assert "的版本更正" in office[published]
    assert f'href="/office/publications/{published}/"' in office[fresh]
    assert "的版本更正" not in office[fresh]
    effect = Appeal.objects.get().effect["zh"]
    put_right = re.findall(r"数值由\s*(.*?)\s*改为\s*<strong[^>]*>(.*?)</strong>", (folder / "units" / "D10.html").read_text(encoding="utf-8"), re.DOTALL)  # fmt: skip
    ((before, after),) = [tuple(re.sub(r"[^\d.]", "", one) for one in pair) for pair in put_right]
    assert (before, after) == (effect["before"]["value"], effect["after"]["value"])
    assert before != after


def test_a_decided_appeal_shows_what_it_was_decided_against(town: Town) -> None:
    """The run that its page names is the one whose numbers it shows, before the vote, after it and when a new version stands."""
    made = on_notice(town, adopted(town))
    rate = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    newer = replaced(town, made, "SHARE", "99.5")
    share = Appeal.objects.exclude(pk=rate).get().pk

    def said(number: int) -> str:
        page = town.client("office_data").get(f"/office/appeals/{number}/").content.decode()
        (head,) = re.findall(r"公示的数值(.*?)<h[23]", page, re.DOTALL)
        return " ".join(re.sub("<[^>]+>", "", head).split())

    def of(run: str) -> tuple[str, str]:
        return run, f"总分 {total(town, run)}，"

    first, second = (of(one["run"]) for one in (made, newer))
    assert first[1] != second[1]
    assert [one in said(share) for one in (*first, *second)] == [True, True, False, False]
    # Not decided yet: the version that stands is what it will be held against.
    assert [one in said(rate) for one in (*first, *second)] == [False, False, True, True]
    latest = upheld(town, rate, "97")
    town.post("office_procedure", f"runs/{latest['result']}/publish")
    assert [one in said(rate) for one in (*first, *second)] == [False, False, True, True]
    assert [one in said(share) for one in (*first, *second)] == [True, True, False, False]


def test_what_was_prepared_of_a_replaced_result_does_not_come_out(
    town: Town, tmp_path: Path
) -> None:
    """The public would read first what is known not to hold; who has it gives it up, and who prepares has the new version."""
    made = on_notice(town, adopted(town))
    first = town.post("office_procedure", "publications/prepare", run=made["result"], shows="grade")["id"]  # fmt: skip
    town.post("secrecy_reviewer", f"publications/{first}/review", cleared="无涉密内容")
    second = town.post("office_procedure", "publications/prepare", run=made["result"], shows="grade", reason="再次核对")["id"]  # fmt: skip
    again = replaced(town, made, "SHARE", "100")
    for who, number, act in (
        ("office_director", first, "release"),
        ("secrecy_reviewer", second, "review"),
    ):
        assert town.post(who, f"publications/{number}/{act}", 422)["type"] == "publication.replaced"
        page = town.client(who).get(f"/office/publications/{number}/").content.decode()
        assert "请撤回本次发布，再按新版准备" in page
        said = [one["title"]["zh"] for one in town.get("office_procedure", "desk")["reading"]]
        assert not any("待准备" in one for one in said), "another one is still there"
        town.post(who, f"publications/{number}/withdraw", reason="结果已被代替")
    (one,) = [one for one in town.get("office_procedure", "desk")["reading"] if "待准备" in one["title"]["zh"]]  # fmt: skip
    form = town.client("office_procedure").get(one["address"]).content.decode()
    assert re.search(rf'<option value="{again["result"]}"\s+selected', form)
    town.post("office_procedure", "publications/prepare", run=again["result"], shows="grade")
    assert not any("待准备" in one["title"]["zh"] for one in town.get("office_procedure", "desk")["reading"])  # fmt: skip


def test_a_release_that_was_replaced_is_somebodys_to_correct_until_he_does(
    town: Town, tmp_path: Path
) -> None:
    """On the first page of whoever prepares publications, with the form filled in; once it is prepared, the next has it."""

    def told(who: str) -> list[dict[str, Any]]:
        return [one for one in town.get(who, "desk")["reading"] if "待更正" in one["title"]["zh"]]

    made = on_notice(town, adopted(town))
    published = town.post("office_procedure", "publications/prepare", run=made["result"], shows="grade")["id"]  # fmt: skip
    town.post("secrecy_reviewer", f"publications/{published}/review", cleared="无涉密内容")
    town.post("office_director", f"publications/{published}/release")
    town.work()
    assert told("office_procedure") == [], "what stands needs no correction"
    again = replaced(town, made, "SHARE", "100")
    (one,) = told("office_procedure")
    assert told("office_director") == told("unit_leader-D10") == []
    form = town.client("office_procedure").get(one["address"]).content.decode()
    assert re.search(rf'<option value="{again["result"]}"\s+selected', form), (
        "the version that stands is chosen"
    )
    assert re.search(r'<option value="grade"\s+selected', form)
    fresh = town.post("office_procedure", "publications/prepare", run=again["result"], shows="grade", reason="申诉决定更正")  # fmt: skip
    assert told("office_procedure") == []
    town.post("office_director", f"publications/{fresh['id']}/withdraw", reason="另行准备")
    assert told("office_procedure") == [one], "a correction that was withdrawn corrects nothing"

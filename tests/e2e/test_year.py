"""A whole year through the API alone: from a rulebook's draft to the archived result."""

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.web.beginnings import beginning
from tests.web.conftest import People
from tests.web.town import INDICATORS, STATISTICS, UNITS, Town, packed
from zhengheng.ledger.check import check
from zhengheng.web.ledger import selectors as ledger
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.clock import now
from zhengheng.web.publication.told import retargeted_of
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.uncounted import uncounted
from zhengheng.web.targets.models import TargetSheet
from zhengheng.workflow.roles import Role

TARGETS = {"D10": 100, "D13": 120, "D16": 90, "D19": 100}
SEATS = {"D10": 81, "D13": 120, "D16": 60, "D19": 99}
GROWTH = {"D10": "5.0", "D13": "5.2", "D16": "3.0", "D19": "4.8"}
NOTES = {"D16": "两个项目延期"}
ANSWERED = {"D10": "95.50", "D13": "97.00", "D16": "80.25", "D19": "99.00"}


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


@beginning
def adopt(town: Town, **changes: Any) -> int:
    """Draft, consultation with an opinion and its reply, submission, decision, in force; `changes` to the rulebook."""
    town.at("2026-03-12")
    file = town.file("office_indicators", packed(**changes), "town.zip")
    book = town.post("office_indicators", "rulebooks/draft", file=file, period="2025")["id"]
    assert town.client("unit_leader-D10").get(f"/api/v1/rulebooks/{book}").status_code == 404
    town.post("office_indicators", f"rulebooks/{book}/consult", until="2026-03-20")
    town.post("unit_leader-D10", f"rulebooks/{book}/opine", clause="SEATS", text="权重偏高")
    town.at("2026-03-23")
    left = town.post("office_director", f"rulebooks/{book}/submit", 422)
    assert left["type"] == "opinion.open"
    opinion = town.get("office_indicators", f"rulebooks/{book}")["detail"]["opinions"][0]["id"]
    town.post(
        "office_indicators", f"rulebooks/{book}/reply", opinion=opinion, reply="按市民关切确定"
    )
    town.post("office_director", f"rulebooks/{book}/submit")
    decision = town.decided(f"rulebook:{book}", "2026-1", "2026-03-23")
    town.post("commission_secretary", f"rulebooks/{book}/adopt", decision=decision)
    number: int = book
    return number


@beginning
def agree_targets(town: Town, book: int) -> dict[str, int]:
    """One unit signs at once, one after a round, one by the commission."""
    sheets = {}
    for unit, value in TARGETS.items():
        lines = [{"indicator": "SEATS", "value": str(value), "baseline": "80"}]
        made = town.post(
            "office_indicators", "targets/propose", rulebook=book, unit=unit, lines=lines
        )
        sheets[unit] = made["id"]
    minutes = {unit: [town.file(f"unit_leader-{unit}")] for unit in UNITS}
    refused = town.post("unit_leader-D13", f"targets/{sheets['D13']}/agree", 422)
    assert refused["type"] == "target.consultation", "no signature without the staff's minutes"
    for unit in ("D13", "D19"):
        town.post(
            f"unit_leader-{unit}", f"targets/{sheets[unit]}/agree", consultation=minutes[unit]
        )
    for unit in ("D10", "D16"):
        town.post(
            f"unit_leader-{unit}", f"targets/{sheets[unit]}/counter", opinion="场地不足",
            lines=[{"indicator": "SEATS", "value": "80"}], consultation=minutes[unit],
        )  # fmt: skip
    again = town.post("office_indicators", f"targets/{sheets['D10']}/answer", reply="可调", lines=[{"indicator": "SEATS", "value": "95"}], due_on="2026-12-01")  # fmt: skip
    assert again["due_on"] == "2026-12-01", "each round has its own day"
    town.post("unit_leader-D10", f"targets/{sheets['D10']}/agree")
    town.post("office_indicators", f"targets/{sheets['D16']}/escalate", reason="未达成一致")
    decision = town.decided(f"target:{sheets['D16']}", "2026-2", "2026-03-23")
    town.post("commission_secretary", f"targets/{sheets['D16']}/decide", decision=decision)
    return sheets


@beginning
def change_target(town: Town, sheet: int) -> None:
    """A flood: the target is eased by a docket, and what was agreed first stays to be seen."""
    line = town.get("unit_leader-D10", f"targets/{sheet}")["detail"]["lines"][0]
    asked = town.post(
        "unit_leader-D10", "changes/ask", line=line["id"], value="90", ground="force_majeure", reason="洪水"
    )["id"]  # fmt: skip
    town.post("office_director", f"changes/{asked}/approve", answer="属实")
    line = town.get("unit_leader-D10", f"targets/{sheet}")["detail"]["lines"][0]
    assert (line["original"], line["current"]) == ("95", "90")


@beginning
def report(town: Town, book: int) -> None:
    """Values by the units and by statistics; one unit objects to what was supplied about it."""
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    assert town.work()[-1].result == {"opened": 12, "reused": 0, "unasked": [], "unattended": []}
    values: dict[str, Any] = {"SEATS": SEATS, "GROWTH": GROWTH, "ANSWERED": ANSWERED}
    for one in town.get("office_data", "reports?limit=100")["items"]:
        about = one["detail"]
        value = str(values[about["indicator"]][about["unit"]])
        note = NOTES.get(about["unit"], "")
        if about["supplier"] == STATISTICS:
            town.post("statistics", f"reports/{one['id']}/supply", value=value, note=note)
            if (about["unit"], about["indicator"]) == ("D19", "GROWTH"):
                town.post(
                    "unit_reporter-D19",
                    f"reports/{one['id']}/object",
                    wanted="4.9",
                    objection="漏统一项",
                )
                town.post("office_data", f"reports/{one['id']}/settle", value="4.9", reason="属实")
            elif about["indicator"] == "GROWTH":
                town.post(f"unit_leader-{about['unit']}", f"reports/{one['id']}/confirm")
        else:
            path = f"reports/{one['id']}/submit"
            town.post(f"unit_reporter-{about['unit']}", path, value=value, note=note)
            town.post("office_data", f"reports/{one['id']}/verify")
    waiting = town.get("office_data", "reports?state=checking")["items"]
    assert len(waiting) == 4, "ANSWERED waits for the units' silence"


@beginning
def deduct(town: Town, book: int) -> None:
    town.post(
        "statistics", "items/enter", rulebook=book, unit="D16", supplier=STATISTICS, item="CIRCULAR",
        points="1", document="通报〔2026〕3号", decided_on="2026-03-20", reason="迟报数据",
        evidence=[town.file("statistics")],
    )  # fmt: skip


@beginning
def run(town: Town, book: int) -> Any:
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-04-01")
    made = town.work()[-1].result
    assert made is not None
    return made


def board(town: Town, name: str, run: str) -> dict[str, Any]:
    groups = town.get(name, f"results/{run}")["groups"]
    return {line["unit"]: line for group in groups for line in group["lines"]}


def appeal(town: Town, result: int, run: str) -> int:
    """D10 says its places were counted wrong; a hearing, a vote, a decision; then the numbers run again."""
    assert town.get("unit_leader-D10", f"results/{run}/units/D10")["score"]
    trial = f"results/{run}/units/D10/trial?indicator=SEATS&period=2025&value=90"
    better = town.get("unit_leader-D10", trial)
    assert float(better["score"][1]) > float(better["score"][0])
    assert town.client("unit_leader-D13").get(f"/api/v1/{trial}").status_code == 403, (
        "its own alone"
    )
    assert town.client("office_data").get(f"/api/v1/{trial}").status_code == 403
    made = town.post(
        "unit_leader-D10", "appeals/draft", run=result, unit="D10", indicator="SEATS", ground="data_error",
        wanted="90", statement="9 个学位被误排除", hearing_wanted=True, evidence=[town.file("unit_leader-D10")],
    )["id"]  # fmt: skip
    assert town.client("unit_leader-D13").get(f"/api/v1/appeals/{made}").status_code == 404
    town.post("unit_leader-D10", f"appeals/{made}/file")
    town.post("appeals_clerk", f"appeals/{made}/accept")
    town.post("panel-4", "conflicts/declare", unit="D10", reason="配偶在该局任职")
    drawn = town.post("appeals_clerk", f"appeals/{made}/draw")["detail"]
    assert {one["account"]: one["en"] for one in drawn["excluded"]} == {
        "panel-5": "holds a role at Education", "panel-4": "declared an interest in Education: 配偶在该局任职",
    }  # fmt: skip
    early = town.post("appeals_clerk", f"appeals/{made}/call_hearing", 422, hearing_on="2026-04-10", place="一号会议室")  # fmt: skip
    assert early["type"] == "hearing.early"
    due = town.get("appeals_clerk", f"appeals/{made}")["due_on"]
    town.post(
        "appeals_clerk", f"appeals/{made}/call_hearing", hearing_on="2026-04-22", place="一号会议室"
    )
    town.at("2026-04-22")
    town.post("appeals_clerk", f"appeals/{made}/sign_minutes", minutes=[town.file("appeals_clerk")])
    assert town.get("appeals_clerk", f"appeals/{made}")["due_on"] > due, "the clock stood still"
    first, second, third = drawn["panel"]
    for member, vote in ((first, "uphold"), (second, "reject"), (third, "uphold")):
        town.post(member, f"appeals/{made}/vote", vote=vote, reasons="依据学籍系统记录")
    blind = town.post(first, f"appeals/{made}/decide", 422, value="90", reasons="记录属实")
    assert blind["type"] == "effect.absent", "nobody signs before the ripple was seen"
    ripple = town.post(first, f"appeals/{made}/preview", value="90")["detail"]["effect"]["units"]
    assert "D10" in {one["unit"] for one in ripple}
    town.post(second, f"appeals/{made}/decide", 403, value="90", reasons="只有首席签署")
    town.post(first, f"appeals/{made}/decide", value="90", reasons="记录属实")
    town.post("office_data", f"appeals/{made}/apply")
    number: int = made
    return number


def improve(town: Town, result: int) -> None:
    """D16 is red: a notice within 72 hours, a plan, a visit, evidence, accepted by somebody else."""
    case = town.post("office_procedure", "rectification/propose", run=result, unit="D16")["id"]
    path = f"rectification/{case}"
    town.post("office_director", f"{path}/confirm")
    assert (
        town.post("office_procedure", f"{path}/serve", mentor="mentor")["detail"]["late"] is False
    )
    town.post(
        "unit_leader-D16", f"{path}/answer", fact="少建 30 个学位", cause="工期延误", measures="倒排工期",
        owner="林某甲", finish_on="2026-06-30", cost="120 万元",
    )  # fmt: skip
    town.post("mentor", f"{path}/visit", on="2026-04-22", advice="拆分标段")
    town.post("unit_reporter-D16", f"{path}/evidence", evidence=[town.file("unit_reporter-D16")])
    red = town.get("office_indicators", path)["detail"]["indicators"]
    values = [{"indicator": one["code"], "value": one["target"]} for one in red]
    town.post("office_indicators", f"{path}/accept", measured=values, answer="达标")


def test_a_year_through_the_api_alone(town: Town, tmp_path: Path) -> None:
    # Who sits on a panel and holds a role at a party is excluded from it.
    town.people.give(town.people["panel-5"], Role.UNIT_REPORTER, unit=Unit.objects.get(code="D10"))
    book = adopt(town)
    sheets = agree_targets(town, book)
    change_target(town, sheets["D10"])
    report(town, book)
    deduct(town, book)
    town.at("2026-04-08")
    assert tick(now()) == 5, "four values and one deduction are settled by silence"
    assert tick(now()) == 0
    made = run(town, book)
    first = board(town, "office_data", made["run"])
    assert first["D10"]["status"] == first["D16"]["status"] == "value"
    town.post("office_director", f"results/{made['run']}/readers", 204, username="office_procedure")
    town.post("office_procedure", f"runs/{made['result']}/publish")
    appealed = appeal(town, made["result"], made["run"])
    again = town.work()[-1].result
    assert again is not None
    assert again["run"] != made["run"]
    second = board(town, "office_data", again["run"])
    assert float(second["D10"]["score"]) > float(first["D10"]["score"])
    town.post(
        "office_director", f"results/{again['run']}/readers", 204, username="office_procedure"
    )
    town.post("office_procedure", f"runs/{again['result']}/publish")
    old = town.get("expert", f"runs/{made['result']}")
    assert old["state"] == "replaced", "and still there to be read"
    assert board(town, "expert", made["run"]) == first
    improve(town, again["result"])
    early = town.post("commission_secretary", f"runs/{again['result']}/finalise", 422)
    assert early["type"] == "notice.running"
    town.at("2026-05-06")
    decision = town.decided(f"result:{again['result']}", "2026-5", "2026-05-06")
    town.post(
        "commission_secretary", f"runs/{again['result']}/grade", unit="D13", grade="good",
        reason="调查未结", basis="考核办法第十二条", decision=decision,
    )  # fmt: skip
    town.post("commission_secretary", f"runs/{again['result']}/finalise", decision=decision)
    town.post("office_procedure", f"runs/{again['result']}/archive")
    package = town.work()[-1].result
    assert package is not None
    assert town.get("appeals_clerk", f"appeals/{appealed}")["state"] == "applied"
    assert_verifies(tmp_path / "archive" / package["package"], tmp_path / "out")
    assert check(list(ledger.entries()), ledger.leaves()) == []


def assert_verifies(package: Path, folder: Path) -> None:
    """Both bundles of the archive recompute on bare Python; the catalogue's digests hold."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    for entry in json.loads((folder / "catalogue.json").read_text(encoding="utf-8")):
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.rglob("*"):
        assert path.is_dir() or f"`{path.relative_to(folder)}`" in listed
    (appeal,) = json.loads((folder / "appeals.json").read_text(encoding="utf-8"))
    assert (appeal["unit"], appeal["state"]) == ("D10 教育局", "applied")
    decisions = json.loads((folder / "decisions.json").read_text(encoding="utf-8"))
    assert {one["subject"].split(":")[0] for one in decisions} == {"rulebook", "result"}
    assert list((folder / "files").iterdir())
    for kind in ("public", "audit"):
        with zipfile.ZipFile(folder / f"{kind}.zip") as bundle:
            bundle.extractall(folder / kind)
        done = subprocess.run(
            [sys.executable, "-I", "-S", "verify.py"], cwd=folder / kind, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_change_in_the_running_year(town: Town) -> None:
    """A second version needs a lawful kind and a reason, can be rehearsed, and waits for the emergency after the freeze."""
    book = adopt(town)
    agree_targets(town, book)
    report(town, book)
    town.at("2026-04-08")
    tick(now())
    run(town, book)
    heavier = packed(version="2025-2", weights=[{"from": date(2025, 1, 1), "table": {"SEATS": 60, "GROWTH": 20, "ANSWERED": 20}}])  # fmt: skip
    file = town.file("office_indicators", heavier, "town.zip")
    bare = town.post("office_indicators", "rulebooks/draft", 422, file=file, period="2025")
    assert {one["code"] for one in bare["problems"]} == {"change.kind", "change.reason"}
    said = {"file": file, "period": "2025", "change_kind": "restated", "reason": "学位缺口扩大"}
    town.at("2026-10-09")
    frozen = town.post("office_indicators", "rulebooks/draft", 422, **said)
    assert frozen["type"] == "change.frozen"
    town.at("2026-04-08")
    later = town.post("office_indicators", "rulebooks/draft", **said)["id"]
    town.post("office_director", f"rulebooks/{later}/rehearse", period="2025")
    result = town.work()[-1].result
    assert result is not None
    assert "D16" in {one["unit"] for one in result["moved"]}, "the one short of places loses"
    page = town.client("office_director").get(f"/office/rulebooks/{later}/").content.decode()
    assert "历史数据试算" in page
    assert "修改" in page, "the change in words"
    other = packed(version="2025-2", weights=[{"from": date(2025, 1, 1), "table": {"SEATS": 50, "GROWTH": 20, "ANSWERED": 30}}])  # fmt: skip
    file = town.file("office_indicators", other, "town.zip")
    town.post("office_indicators", f"rulebooks/{later}/replace", file=file)
    town.post("office_indicators", f"rulebooks/{later}/consult", until="2026-04-15")
    town.at("2026-04-16")
    stale = town.post("office_director", f"rulebooks/{later}/submit", 422)
    assert stale["type"] == "change.effect", "the table of effects is that of another wording"
    town.post("office_director", f"rulebooks/{later}/rehearse", period="2025")
    town.work()
    assert town.post("office_director", f"rulebooks/{later}/submit")["state"] == "submitted"


def test_the_public_is_told_of_a_changed_target_that_the_result_is_held_against(town: Town) -> None:
    """Not of one that was approved after the numbers were computed, nor of an indicator that is kept back."""
    book = adopt(town)
    change_target(town, agree_targets(town, book)["D10"])
    report(town, book)
    town.at("2026-04-08")
    tick(now())
    made = ResultRun.objects.get(pk=run(town, book)["result"])
    told = {"unit": "D10", "indicator": "SEATS", "from": "95", "to": "90", "ground": {"zh": "不可抗力", "en": "force majeure"}}  # fmt: skip
    assert retargeted_of(made) == [told]
    line = town.get("unit_leader-D13", f"targets/{TargetSheet.objects.get(unit__code='D13').pk}")["detail"]["lines"][0]  # fmt: skip
    asked = town.post("unit_leader-D13", "changes/ask", line=line["id"], value="100", ground="policy", reason="政策调整")["id"]  # fmt: skip
    town.post("office_director", f"changes/{asked}/approve", answer="属实")
    assert retargeted_of(made) == [told]
    assert [(one.kind.name, one.obj.pk) for one in uncounted(made)] == [("change", asked)]
    again = town.post("unit_leader-D13", "changes/ask", line=line["id"], value="95", ground="policy", reason="政策再次调整")["id"]  # fmt: skip
    town.post("office_director", f"changes/{again}/approve", answer="属实")
    assert [(one.kind.name, one.obj.pk) for one in uncounted(made)] == [("change", again)]


def test_a_changed_target_of_an_indicator_that_is_kept_back_is_not_told(town: Town) -> None:
    indicators = [one | ({"visibility": "internal"} if one["code"] == "SEATS" else {}) for one in INDICATORS]  # fmt: skip
    book = adopt(town, indicators=indicators)
    change_target(town, agree_targets(town, book)["D10"])
    report(town, book)
    town.at("2026-04-08")
    tick(now())
    assert retargeted_of(ResultRun.objects.get(pk=run(town, book)["result"])) == []

"""The sample city's office: made through its people's acts; every account signs in, every story can be found."""

import csv
import hashlib
import io
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from unittest import mock

import docx
import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import Command
from tests.web import street, walks
from tests.web.attacker import everything_internal_stays_inside
from tests.web.conftest import NOW
from tests.web.same_numbers import (
    no_light_stands_without_its_line,
    totals_are_one_number,
    what_is_public_is_what_was_published,
)
from tests.web.test_publication import witnessed
from tests.web.test_rows_beside import alter_every_column, alter_every_column_of_objects
from zhengheng.cli.sample import year
from zhengheng.domain.numbers import format_scaled
from zhengheng.engines.bundle import check_bundle
from zhengheng.engines.oracle import decided, within
from zhengheng.ledger.check import check, turned_back
from zhengheng.sample.make import make_sample
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.bound import disagreements
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.audits.models import Audit
from zhengheng.web.decisions.models import Decision
from zhengheng.web.jobs.models import Job
from zhengheng.web.ledger import selectors
from zhengheng.web.ledger.rows import kept_models
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.organisation.models import Unit
from zhengheng.web.overview.readings import reading
from zhengheng.web.publication.models import Publication
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.selectors import rungs
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reporting import projection
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.results.kept import altered_runs
from zhengheng.web.results.models import DecidedGrade, ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.sample.desk import do, work
from zhengheng.web.sample.furnish import furnish_office
from zhengheng.web.targets.models import TargetChange, TargetSheet
from zhengheng.workflow.machines import CLOSED, RECTIFICATION

pytestmark = pytest.mark.one_database

OFFICERS = {"sysadmin", "secrecy", "auditor"}
# The streets' result waits for the commission; only these are named on it.
NAMED = {"zhuren", "shuju", "chengxu", "mishu"}


@pytest.fixture
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    make_sample(tmp_path, seed=2025, scale=0.1)
    for _ in year(tmp_path):
        pass
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return furnish_office(tmp_path, NOW)


def entered(username: str, password: str) -> Client:
    client = Client()
    given = {"username": username, "password": password}
    assert client.post("/office/sign-in/", given).status_code == 302
    return client


def test_the_sample_city_and_its_stories(
    city: list[tuple[str, str, str]], zhengheng: Command
) -> None:
    """One test, because the city takes a while to make: each part is a story of sample_city.md."""
    assert furnish_office(settings.HOME, NOW) == city, "the second time changes nothing"
    assert Unit.objects.count() == 9 + 38 + 13 + 36 + 3 * (3 + 6) + 2
    assert len(city) == Account.objects.count() == 41
    streets = ResultRun.objects.get(rulebook="streets", period="2025").run
    for username, password, _ in city:
        client = entered(username, password)
        home = client.get("/office/").content.decode()
        assert ("核算结果" in home) == (username not in OFFICERS)
        listed = client.get("/office/results/").content.decode()
        assert ("市直部门年度绩效考核方案" in listed) == (username not in OFFICERS)
        assert (streets in listed) == (username in NAMED)
    every_desk_has_something(city)
    the_appeals_of_story_11()
    a_second_instance_where_the_rulebook_has_one()
    closed_years_are_archived()
    the_targets_of_story_12()
    the_reports_of_story_13()
    the_years_end_of_a_bureau()
    the_flood_of_story_3()
    the_split_of_story_2()
    claims_and_tolerance_of_story_9()
    the_cascade_down_to_posts()
    the_grade_of_story_10()
    the_audit_of_story_15()
    the_hot_spot_of_story_1_moves_weights()
    the_city_on_one_screen()
    the_units_that_need_help()
    the_strategy_of_five_years()
    what_the_public_reads_of_story_16()
    every_published_bundle_verifies()
    every_published_file_is_in_the_ledger()
    assert everything_internal_stays_inside() > 300
    the_changed_rules_of_story_4()
    the_revision_of_story_5()
    the_untrue_figure_of_story_6()
    the_improvement_of_story_7()
    the_ladder_of_story_8()
    rehearsals_start_from_what_was_published()
    every_page_opens_and_reads_well(city)
    assert RulebookVersion.objects.filter(state="adopted").count() == 4 * 3 + 1
    assert check(list(selectors.entries()), selectors.leaves()) == []
    assert selectors.tree_findings() == []
    assert turned_back(list(selectors.entries())) == [], "the clock of the sample runs forward"
    assert [one.zh for one in disagreements(KINDS)] == [], "every row follows from its acts"
    kept = {model._meta.label for model in kept_models() if model.objects.exists()}
    assert set(alter_every_column()) == kept
    objects = alter_every_column_of_objects()
    assert set(objects) == {kind.model._meta.label for kind in KINDS if kind.model._default_manager.exists()}  # fmt: skip
    assert "replaces_id" in objects["results.ResultRun"]
    assert "batch" in objects["reporting.Report"] & objects["reporting.Item"]
    assert len(kept) > 10
    assert list(altered_runs(Path(settings.HOME) / "lakes")) == []
    member = entered("weiyuan", "Yunheng-2026")
    totals_are_one_number(member, zhengheng)
    no_light_stands_without_its_line(member)
    what_is_public_is_what_was_published(Client())
    assert street.walk() == {
        "item.claim",
        "tolerance.ask",
        "tolerance.withdraw",
        "self_report.file",
    }


def every_desk_has_something(city: list[tuple[str, str, str]]) -> None:
    """Each account finds something to do or to read; what it is told to read opens; streets can file, the mayor attests."""
    done = {}
    for username, password, _ in city:
        client = entered(username, password)
        page = client.get("/office/").content.decode()
        listed = re.search(r'<ul class="reading">(.*?)</ul>', page, re.DOTALL)
        links = re.findall(r'href="([^"]+)"', listed.group(1)) if listed else []
        done[username] = "现在没有等您办理的事项" not in page
        assert done[username] or links, username
        for link in links:
            assert client.get(link).status_code == 200, (username, link)
    for username in ("shizhang", "weiyuan", "zhuren", "mishu", "chengxu", "zhibiao", "shuju"):
        assert done[username], username
    streets = Unit.objects.filter(code__startswith="J", valid_to=None).exclude(code__contains="-")
    led = Unit.objects.filter(grants__role="unit_leader", grants__revoked_at=None)
    assert {one.code for one in streets} <= {one.code for one in led}
    mayor = entered("shizhang", "Yunheng-2026")
    minutes = Decision.objects.get(state="recorded")
    assert f"/office/decisions/{minutes.pk}/" in mayor.get("/office/").content.decode()
    mayor.cookies["language"] = "en"
    page = mayor.get("/office/").content.decode()
    assert "Attest" in page
    assert "The city on one screen" in page
    assert "On notice until" in page


def rehearsals_start_from_what_was_published() -> None:
    """The base of a rehearsal is the published score to the digit, for every past result of the city."""
    rehearsed = set()
    for old in RulebookVersion.objects.filter(state="adopted").order_by("code", "-pk"):
        past = ResultRun.objects.filter(
            rulebook=old.code, state__in=("notice", "final", "archived")
        )
        years = [run for run in past if len(run.period) == 4]
        if not years or old.code in rehearsed:
            continue
        rehearsed.add(old.code)
        do(RULEBOOKS, "roll_over", old, "zhibiao", "2026-03-12", period="2027", version="2027")
        draft = RulebookVersion.objects.get(code=old.code, period="2027")
        for run in years:
            do(RULEBOOKS, "rehearse", draft, "zhibiao", "2026-03-12", period=run.period)
            work()
            made = (
                Job.objects.filter(kind="rehearse", subject=f"rulebook:{draft.pk}")
                .latest("pk")
                .result
            )
            assert (made["published"], made["differ"]) == (run.run, 0), (run.rulebook, run.period)
            published = {
                row["unit"]: row["printed"]
                for row in loaded(folder_of(run.run)).results.rows("total_score")
            }
            for one in made["moved"]:
                printed = published.get(one["unit"])
                shown = format_scaled(printed, 9, 2) if printed is not None else ""
                assert one["score"][0] == shown, (run.rulebook, run.period, one)
    assert rehearsed == {"departments", "districts", "streets", "province"}


def every_page_opens_and_reads_well(city: list[tuple[str, str, str]]) -> None:
    """As each account, by links all over the city; the whole portal. Each opens; no internal word, each language its own.

    Whoever has the same roles as others opens what stands on his own desk, what kinds of pages they lacked, and of each
    kind some that none of them opened.
    """
    words, found = walks.words_of_the_city(), []
    peers: defaultdict[str, walks.Trodden] = defaultdict(walks.Trodden)
    for username, password, roles in city:
        first = roles not in peers
        count, wrong = walks.look(entered(username, password), words, trodden=peers[roles])
        assert count > (40 if first else 1), username
        found += [f"{username} {one}" for one in wrong]
    for username in ("zhuren", "shuju", "jiaoyu", "shensu", "auditor"):
        _, wrong = walks.look(entered(username, "Yunheng-2026"), words, english=True, each=1)
        found += [f"{username} {one}" for one in wrong]
    count, wrong = walks.look(Client(), words, start="/index.html", within="/", each=10**6)
    assert count > 1000, "every page of the portal"
    assert found + wrong == []


def the_appeals_of_story_11() -> None:
    """One at every stage: upheld and run again, rejected, before its hearing, withdrawn, sent back, never filed."""
    states = Counter(Appeal.objects.values_list("state", flat=True))
    assert states == {
        "applied": 1,
        "closed": 1,
        "hearing": 1,
        "withdrawn": 1,
        "returned": 1,
        "lapsed": 1,
    }
    upheld = Appeal.objects.get(state="applied")
    moved = {one["unit"]: one["score"] for one in upheld.effect["units"]}
    before, after = map(float, moved["D10"])
    assert round(after - before, 2) == 0.60
    hearing = Appeal.objects.get(state="hearing")
    assert hearing.due_on is None, "the decision's clock stands still"
    assert hearing.clock_left == 7, "of ten working days from 3 March, seven are left on 6 March"
    assert str(hearing.hearing_called_on) == "2026-03-06"
    assert str(hearing.hearing_on) == "2026-03-18"
    newer = ResultRun.objects.get(replaces__isnull=False, rulebook="departments")
    assert newer.state == "draft"
    page = entered("shensu", "Yunheng-2026").get(f"/office/appeals/{upheld.pk}/").content.decode()
    assert "抽签种子" in page
    assert "少数意见" in entered("shensu", "Yunheng-2026").get(
        f"/office/appeals/{Appeal.objects.get(state='closed').pk}/"
    ).content.decode()  # fmt: skip


def the_years_end_of_a_bureau() -> None:
    """2026 at the pace of its first weeks: for the bureau's own people, by page and by API."""
    client = entered("jiaoyu", "Yunheng-2026")
    assert "/office/reports/projection/" in client.get("/office/reports/").content.decode()
    page = client.get("/office/reports/projection/").content.decode()
    made = client.get("/api/v1/projection").json()
    assert [(one["rulebook"], one["period"], one["unit"]) for one in made] == [("departments", "2026", "D10")]  # fmt: skip
    assert made[0]["total"] == ""
    by = {one["indicator"]: one for one in made[0]["indicators"]}
    # Nobody was asked for January, so a mean of the year cannot be made; what is not due yet lacks nothing.
    assert (by["A05"]["status"], by["A05"]["target"], by["A05"]["lacking"]) == ("missing", "98.00", ["2026-01：没有布置填报"])  # fmt: skip
    assert by["A11"]["lacking"][1] == "2026-02：待信访局填报，期限 2026-03-09，已超期"
    assert (by["C02"]["status"], by["C02"]["target"], by["C02"]["lacking"]) == ("not_due", "1000", [])  # fmt: skip
    late = sum(bool(one["lacking"]) for one in made[0]["indicators"])
    assert f"{late} 项指标有已到期的期间没有数值" in page
    assert f"{made[0]['unknown'] - late} 项指标还没有期间到期" in page
    assert "2026-01：没有布置填报" in page
    for one in made[0]["indicators"]:
        assert one["reported"] <= one["periods"]
        assert f"{one['points'] or '—'} / {one['full']}" in page
    assert entered("zhuren", "Yunheng-2026").get("/office/reports/projection/").status_code == 403
    # Whoever leads many units waits for one computation, not for one a unit; each number is as for that unit alone.
    with mock.patch.object(projection, "project", wraps=projection.project) as passes:
        many = entered("danwei-ld", "Yunheng-2026").get("/api/v1/projection").json()
        assert (len(many), passes.call_count) == (34, 1)
        version = RulebookVersion.objects.get(code="departments", period="2026", state="adopted")
        for one in many[::11]:
            alone = projection.year_ends_of(version, [one["unit"]], NOW.date(), "zh")[0]
            assert (alone.total, [held.mark.points for held in alone.expected]) == (one["total"], [held["points"] for held in one["indicators"]])  # fmt: skip
        assert passes.call_count > 4, "each by itself"


def closed_years_are_archived() -> None:
    """What ended is in the archive; the year that was opened again is the work that is left."""
    left = ResultRun.objects.filter(state="final")
    assert [(run.rulebook, run.period) for run in left] == [("districts", "2024")]
    assert left.get().replaces.reopenings.exists()
    for run in ResultRun.objects.filter(state="archived"):
        assert (settings.HOME / "archive" / run.package).is_file()
    assert ResultRun.objects.filter(state="archived").count() == 7


def every_published_file_is_in_the_ledger() -> None:
    """The portal's own witness, on bare Python, with every data file of every publication; one altered digit is named."""
    site = settings.HOME / "portal"
    proofs = json.loads((site / "proofs.json").read_text(encoding="utf-8"))["publications"]
    released = Publication.objects.filter(state="released")
    assert {int(number) for number in proofs} == set(released.values_list("pk", flat=True))
    files = sorted(path for path in (site / "data").rglob("*") if path.is_file())
    assert len(files) > 10 * len(proofs)
    done = witnessed(site, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    for number in proofs:
        assert f"publication {number}:" in done.stdout
    altered = settings.HOME / "units.csv"
    altered.write_bytes((site / "data" / next(iter(proofs)) / "units.csv").read_bytes()[:-2] + b"9\n")  # fmt: skip
    assert witnessed(site, altered).returncode == 1
    altered.unlink()


def a_second_instance_where_the_rulebook_has_one() -> None:
    """The districts' rulebook gives one, also to the appeal that waits for its hearing; the departments' does not."""
    books = RulebookVersion.objects.filter(period="2025", state="adopted")
    given = {one.code: bool((said := book_of(one).procedure) and said.second_instance) for one in books}  # fmt: skip
    assert given == {"departments": False, "districts": True, "streets": False, "province": False}
    assert Appeal.objects.get(state="hearing").run.rulebook == "districts"


def the_targets_of_story_12() -> None:
    states = Counter(TargetSheet.objects.values_list("state", flat=True))
    assert states == {"agreed": 24 + 2, "proposed": 11, "commission": 3}, "two more are of 2024"
    assert TargetSheet.objects.filter(state="proposed", round=2).count() == 9
    assert TargetSheet.objects.filter(state="proposed", due_on__lt=NOW.date()).count() == 2


def the_reports_of_story_13() -> None:
    assert Report.objects.filter(late=True).count() == 3
    assert Report.objects.filter(more_time__isnull=False).exists()
    assert Report.objects.filter(state="due").exists()
    assert Report.objects.filter(state="checking").exists(), "some units still have days to check"
    assert Report.objects.filter(state="confirmed").exists(), "others were silent"
    assert tick(NOW) == 0


def the_flood_of_story_3() -> None:
    held = {
        c.line.sheet.unit.code: (c.state, c.line.original, c.line.current)
        for c in TargetChange.objects.all()
    }
    assert held == {"Q10": ("approved", "160", "118"), "Q03": ("refused", "100", "100")}
    page = (
        entered("zhuren", "Yunheng-2026").get("/office/changes/eased/?period=2024").content.decode()
    )
    assert "岚溪县" in page
    assert "镜湾区" not in page


def the_changed_rules_of_story_4() -> None:
    """Split, prospective, restated: each a version of its own with its public reason; what the last moves is told first."""
    held = RulebookVersion.objects.filter(code="districts").exclude(change_kind="").order_by("pk")
    assert list(held.values_list("version", "change_kind", "state")) == [
        ("2024-07", "split", "adopted"), ("2025-08", "prospective", "superseded"), ("2025-11", "restated", "adopted"),
    ]  # fmt: skip
    client = entered("qingyu-ld", "Yunheng-2026")
    split, added, restated = (client.get(f"/office/rulebooks/{one.pk}/").content.decode() for one in held)  # fmt: skip
    assert "监测站点 7 月 1 日搬迁" in split
    assert "防汛隐患整改率" in added
    assert "个的得分、名次或等次会变动" in restated
    result = ResultRun.objects.get(rulebook="districts", period="2025")
    rows = reading(result, "zh").run.results.rows("indicator_score")
    assert "E10" not in {row["indicator"] for row in rows}, (
        "what came forward counts from the next period"
    )


def the_revision_of_story_5() -> None:
    """B01 of 2023 was revised in November 2024: scored as published in time, the later figure stands beside it."""
    result = ResultRun.objects.get(rulebook="districts", period="2023")
    client = entered("qingyu-ld", "Yunheng-2026")
    page = client.get(f"/office/results/{result.run}/units/Q08/").content.decode()
    assert re.search("修订数; 公布日为 2024-11-\\d\\d，在核算日之后; 未计入", page)


def the_untrue_figure_of_story_6() -> None:
    item = Item.objects.get(item="false_data")
    assert (item.unit.code, item.state, item.points) == ("Q04", "loaded", "2")
    page = entered("yantie-ld", "Yunheng-2026").get(f"/office/items/{item.pk}/").content.decode()
    assert "自报 412 吨, 飞行检查认定 233 吨" in page
    assert Commitment.objects.get(unit__code="Q04").state == "kept"
    run = reading(ResultRun.objects.get(rulebook="districts", period="2025"), "zh").run
    grades = {row["unit"]: row["grade"] for row in run.results.rows("grading")}
    assert grades["Q04"] != "excellent"
    totals = {row["unit"]: row for row in run.results.rows("total_score")}
    assert totals["Q04"]["deduction"] == 2 * 10**9, (
        "decided in the spring after its year, and counted in it"
    )
    assert items_left_out() == []


def items_left_out() -> list[str]:
    """Decided items of the city's files that their year's results do not count, of whatever rulebook."""
    told, seen = [], 0
    for run in ResultRun.objects.filter(period="2025"):
        held = loaded(folder_of(run.run))
        (setting,) = held.plan.tables["setting"]
        whole = [row for row in held.facts.tables["event"].to_pylist() if str(row["period"]) == "2025-12-31"]  # fmt: skip
        told += [f"{run.run} {row['unit']} {row['document']}" for row in whole if not within(row, setting) or not decided(row, setting)]  # fmt: skip
        seen += len(whole)
    assert seen >= 9, "every item of the files, in the runs of its year"
    return told


def the_improvement_of_story_7() -> None:
    case = Rectification.objects.get(unit__code="D27")
    measured = "A02 民生实事项目完成率 100；A11 信访事项按期办结率 98；E08 项目审批超时率 1.6"
    assert (case.state, case.late, case.measured, case.visits.count()) == ("closed", False, measured, 4)  # fmt: skip
    red = {one["code"]: one["value"] for one in case.indicators}
    assert red["E08"] == "13.4"
    page = entered("guihua-ld", "Yunheng-2026").get(f"/office/rectification/{case.pk}/").content.decode()  # fmt: skip
    assert "合计 21 个工作日" in page
    assert "daoshi" not in page, "the mentor by his name"
    assert "合计 9 个工作日" in page
    late = Rectification.objects.get(unit__code="D17", state="closed")
    assert late.late, "72 hours and a minute"


def the_ladder_of_story_8() -> None:
    """Miss, miss, hit, miss: a warning, a talk, back to the foot, a warning."""
    first, again = Rectification.objects.filter(unit__code="D17").order_by("pk")
    climbed, begun = rungs(first)["C08"], rungs(again)["C08"]
    assert [red for _, red in begun.missed] == [True, True, False, True]
    assert climbed.warning is not None
    assert begun.warning is not None
    assert (climbed.warning.step, begun.warning.step) == (2, 1)
    waste = Rectification.objects.get(unit__code="D26")
    assert (waste.state, str(waste.due_on)) == ("answered", "2026-03-27")
    page = entered("chengxu", "Yunheng-2026").get(f"/office/rectification/{waste.pk}/").content.decode()  # fmt: skip
    assert "约谈分管领导" in page


def the_hot_spot_of_story_1_moves_weights() -> None:
    """Old estates became a core indicator in 2024: the change of that year names the weight."""
    done = ResultRun.objects.filter(state__in=CLOSED)
    assert {(run.rulebook, run.period) for run in done} == {
        (name, year)
        for name in ("departments", "districts", "streets", "province")
        for year in ("2023", "2024")
    }
    streets = done.get(rulebook="streets", period="2024")
    client = entered("jiaoyu", "Yunheng-2026")
    page = client.get(f"/office/overview/{streets.run}/?view=change").content.decode()
    assert "权重变化" in page
    told = client.get(f"/api/v1/results/{streets.run}/units/J03/change").json()
    assert told["effects"]["weight"] != 0
    assert sum(told["effects"].values()) == told["after"] - told["before"]


def the_city_on_one_screen() -> None:
    page = entered("weiyuan", "Yunheng-2026").get("/office/overview/city/").content.decode()
    assert "经济稳中提质" in page
    assert "加装电梯" in page, "a commitment that was carried"
    assert "两所学校验收" not in page, "one that was kept"
    assert "与兄弟地区相比" in page
    told = entered("weiyuan", "Yunheng-2026").get("/api/v1/city").json()
    assert not any(one["unit"].startswith("P") for one in told["reds"]), "sisters are not its units"
    with (settings.HOME / "data" / "province_指标数据.csv").open(encoding="utf-8") as stream:
        growth = {
            (row["单位代码"], row["期间"]): Decimal(row["数值"]) for row in csv.DictReader(stream) if row["指标"] == "B01"
        }  # fmt: skip
    places = {
        year: 1 + sum(growth[unit, year] > growth["P01", year] for unit, held in growth if held == year)
        for year in ("2024", "2025")
    }  # fmt: skip
    ranks = {one["indicator"]: one for one in told["ranks"]}
    assert len(ranks) == 14
    assert (ranks["B01"]["place"], ranks["B01"]["members"]) == (places["2025"], 9)
    assert ranks["B01"]["moved"] == places["2024"] - places["2025"]


def year_before(run: ResultRun) -> ResultRun:
    return ResultRun.objects.get(rulebook=run.rulebook, period="2024", replaced_by=None)


def the_units_that_need_help() -> None:
    """Whatever the list is narrowed to, it shows just those units that have it."""
    run = ResultRun.objects.get(rulebook="departments", period="2025", state="notice")
    held, client = reading(run, "zh"), entered("weiyuan", "Yunheng-2026")
    cases = Counter(
        Rectification.objects.exclude(state__in=(*RECTIFICATION.final, "proposed")).values_list(
            "unit__code", flat=True
        )
    )
    wanted = {
        "missed": set(held.red), "watch": {unit for unit in held.counted if held.counted[unit]["watch"]},
        "missing": {unit for unit in held.counted if held.counted[unit]["missing"] + held.counted[unit]["withheld"]},
        "cases": set(cases) & held.line.keys(), "disputed": {"D22"},
    }  # fmt: skip
    assert set() < wanted["missed"] < held.line.keys()
    assert set() < wanted["cases"] < held.line.keys()
    case = Rectification.objects.get(state="served")
    for red in case.indicators:
        page = client.get(
            f"/office/overview/{run.run}/indicators/{red['code']}/?unit={case.unit.code}"
        )
        assert f"/office/rectification/{case.pk}/" in page.content.decode()
    grades = {unit: line.grade for unit, (_, line) in held.line.items() if line.grade}
    earlier = {unit: line.grade for unit, (_, line) in reading(year_before(run), "zh").line.items()}
    kept = next(unit for unit, grade in grades.items() if grade == earlier.get(unit))
    told = client.get(f"/api/v1/results/{run.run}/units/{kept}/streak").json()
    assert told["periods"] >= 2
    page = client.get(f"/office/overview/{run.run}/units/{kept}/").content.decode()
    assert f"连续 {told['periods']} 期，自 {told['since']}" in page
    for only, units in wanted.items():
        text = client.get(f"/office/overview/{run.run}/?only={only}").content.decode()
        assert set(re.findall(r"/units/([^/]+)/\"", text)) == units, only


def the_strategy_of_five_years() -> None:
    """The same report as page, Word document and PDF; what a reader may not see of the units' words is not in it."""
    run = ResultRun.objects.get(rulebook="departments", period="2025", state="notice")
    base = f"/office/overview/{run.run}/"
    member = entered("weiyuan", "Yunheng-2026")
    held = reading(run, "zh")
    assert f"{base}units/D10-2/" in member.get(f"{base}units/D10/").content.decode()
    section = member.get(f"{base}units/D10-2/").content.decode()
    assert "份额 60%" in section
    assert f"{base}units/D10-2-1/" in section
    post = member.get(f"{base}units/D10-2-1/").content.decode()
    assert "份额 40%" in post
    assert held.heat.marks["D10"]["C02"].words[0] in post, "under the light of the bureau"
    page = entered("weiyuan", "Yunheng-2026").get(f"{base}strategy/").content.decode()
    assert "战略目标年度报告 2025" in page
    for words in ("经济稳中提质", "2023 达标", "未达标的原因", "2026 年建议"):
        assert words in page
    client = entered("zhuren", "Yunheng-2026")
    word = docx.Document(io.BytesIO(client.get(f"{base}strategy.docx").content))
    texts = [one.text for one in word.paragraphs]
    assert "战略目标年度报告 2025" in texts
    assert any("山清水净" in text for text in texts)
    assert len(word.tables) > 4
    assert client.get(f"{base}strategy.pdf").content.startswith(b"%PDF-")
    assert client.get(f"{base}strategy.exe").status_code == 422
    one = docx.Document(io.BytesIO(client.get(f"{base}units/D27/report.docx").content))
    rows = {row.cells[0].text: row.cells[5].text for row in one.tables[-1].rows}
    for code, mark in held.heat.marks["D27"].items():
        shown = f"{mark.points or '—'} / {mark.full}" if mark.weighed else "不计分"
        assert rows[f"{code} {held.heat.column(code).name}"] == shown
    assert client.get(f"{base}units/D27/report.pdf").content.startswith(b"%PDF-")
    assert client.get(f"{base}units/NOBODY/report.pdf").status_code == 404


def every_published_bundle_verifies() -> None:
    """Untouched, on bare Python; one that looks at the city's own value among them. None for grades alone."""
    released = Publication.objects.filter(state="released")
    shown = {str(one.pk) for one in released if one.shows == "score"}
    bundles = {path.parent.parent.name: path for path in settings.HOME.glob("publications/*/data/bundle.zip")}  # fmt: skip
    assert bundles.keys() == shown
    assert len(shown) >= 5
    for number, path in bundles.items():
        assert "OK / 通过" in check_bundle(path), number
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert Publication.objects.get(pk=number).digests["data/bundle.zip"] == digest


def what_the_public_reads_of_story_16() -> None:
    """Seven releases and a correction; departments by grade only; one announced; a plan to be read."""
    assert Publication.objects.filter(state="released").count() == 8
    anybody = Client()
    corrections = " ".join(walks.texts(anybody.get("/corrections.html").getvalue().decode()))
    for number in ("生活垃圾回收利用率", "30.64", "29.56"):
        assert number in corrections, corrections
    assert "2026-03-27" in anybody.get("/calendar.html").getvalue().decode()
    homes = anybody.get("/topics/homes.html").getvalue().decode()
    assert "老旧小区改造完工率" in homes
    assert "老旧小区改造进度" in homes, "a topic gathers the indicators of all rulebooks"
    case = Rectification.objects.get(state="served")
    current = Publication.objects.get(run=case.run)
    page = anybody.get(f"/p/{current.pk}/units/{case.unit.code}.html").getvalue().decode()
    assert "公示期至" in page
    assert "方案确定后在此公布" in page
    changed = Publication.objects.get(run__rulebook="districts", run__period="2023")
    today = anybody.get(f"/p/{changed.pk}/today.html").getvalue().decode()
    assert "以最近一期规则" in today
    assert (
        f"p/{changed.pk}/today.html"
        in anybody.get(f"/p/{changed.pk}/index.html").getvalue().decode()
    )
    newest = Publication.objects.filter(run__rulebook="districts", state="released").latest("pk")
    assert anybody.get(f"/p/{newest.pk}/today.html").status_code == 404, "there it is the same"
    said = anybody.get("/comments.html").getvalue().decode()
    assert "随 6 月招生公告公布" in said
    assert "公交准点率是怎么统计的" in said
    assert "停水" not in said, "a complaint about a service went to the hotline"
    draft = RulebookVersion.objects.get(code="districts", period="2026")
    assert f"consultations/{draft.pk}.html" in anybody.get("/index.html").getvalue().decode()
    page = anybody.get(f"/consultations/{draft.pk}.html").getvalue().decode()
    assert "应当请居民来评价" in page
    assert "列为改造项目的验收条件" in page
    targets = RulebookVersion.objects.get(code="departments", period="2026")
    assert f"targets/{targets.pk}.html" in anybody.get("/index.html").getvalue().decode()
    page = anybody.get(f"/targets/{targets.pk}.html").getvalue().decode()
    assert "38 个单位的年度目标草案" in page
    assert "城东学校太挤" in page
    departments = Publication.objects.get(run__rulebook="departments", run__period="2024")
    page = anybody.get(f"/p/{departments.pk}/units/D10.html").getvalue().decode()
    assert "教育局" in page
    assert not re.search("得分(?!不低于)", page.split("<footer")[0]), "lines to be met, no points"
    assert anybody.get(f"/data/{departments.pk}/bundle.zip").status_code == 404


def the_split_of_story_2() -> None:
    assert str(Unit.objects.get(code="J15").valid_to) == "2025-03-31"
    assert Unit.objects.filter(code__in=("J37", "J38"), valid_from="2025-04-01").count() == 2
    reader = entered("jiaoyu", "Yunheng-2026")
    page = reader.get("/office/reorganisations/").content.decode()
    case = Reorganisation.objects.get()
    ends, heir, other = (Unit.objects.get(code=code).name_zh for code in ("J15", "J37", "J38"))
    assert f">{ends}</td>" in page
    assert f">{heir}、{other}</td>" in page
    page = reader.get(f"/office/reorganisations/{case.pk}/").content.decode()
    assert f"分设：{ends} → {heir}、{other}" in page
    run = ResultRun.objects.filter(rulebook="streets", period="2025").latest("pk").run
    report = entered("zhuren", "Yunheng-2026").get(f"/office/overview/{run}/units/J15/report.docx")
    said = " ".join(one.text for one in docx.Document(io.BytesIO(report.content)).paragraphs)
    assert f"由{heir}、{other}承继" in said, (
        "what the page says of a unit that ended, its paper says"
    )
    assert "两期计入的满分不同，得分不能直接相比" in said


def claims_and_tolerance_of_story_9() -> None:
    claims = Item.objects.filter(item="praise").values_list("unit__code", "state")
    assert dict(claims) == {"D10": "settled", "D06": "waived"}
    assert Item.objects.get(item="criticism").state == "waived"
    page = entered("jiaoyu", "Yunheng-2026").get("/office/tolerance/granted/").content.decode()
    assert "改革试点未达预期" in page
    assert "投资促进局" not in page


def the_cascade_down_to_posts() -> None:
    """Of the thousand school places sixty in a hundred go to one section, and of those sixty to one post."""
    book = RulebookVersion.objects.get(code="departments", version="2026").pk
    page = (
        entered("jiaoyu-gw", "Yunheng-2026")
        .get(f"/office/targets/cascade/?rulebook={book}")
        .content.decode()
    )
    assert "基础教育科科员" in page
    assert ">360<" in re.sub(r"\s", "", page)


def the_grade_of_story_10() -> None:
    grade = DecidedGrade.objects.get()
    assert (grade.computed, grade.decided) == ("excellent", "good")


def the_audit_of_story_15() -> None:
    audit = Audit.objects.get()
    assert audit.entries.count() == 30
    assert audit.questions.count() == 4
    assert audit.questions.exclude(answer="").count() == 3

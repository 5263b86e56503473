"""The overview's pages: the same rights as results, few queries, both languages, files that hold the numbers."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import pyarrow as pa
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests import test_overview as runs
from tests.test_decided import loaded, said
from tests.test_weightless import rules
from tests.web.conftest import NOW, People, computed_run
from tests.web.walks import read_of
from zhengheng.domain.harmless import harmless
from zhengheng.domain.periods import parse_period
from zhengheng.engines.archive import keep_run
from zhengheng.engines.heat import heat_map
from zhengheng.engines.outputs import measured_rows
from zhengheng.engines.run import Run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.lake.store import Lake
from zhengheng.scheme.procedure import Goal
from zhengheng.scoring.plan_rows import leaves
from zhengheng.web.accounts.models import RoleGrant
from zhengheng.web.acts import paper
from zhengheng.web.acts.services import make, perform
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.config.templates import joined
from zhengheng.web.decisions.models import Decision
from zhengheng.web.files.documents import Report, Section, Table, file
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.meetings.acts import COMMITMENTS, CarryGiven, KeepGiven, RecordGiven, ReportGiven
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.organisation.models import Unit
from zhengheng.web.overview import frame, selectors, views
from zhengheng.web.overview.city import Aim
from zhengheng.web.overview.readings import Reading, reading
from zhengheng.web.overview.reports import of_unit
from zhengheng.web.overview.strategy import Told, strategy
from zhengheng.web.overview.tables import dimensions
from zhengheng.web.overview.tables import tree as tree_of
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.results import services
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.machine import StateError
from zhengheng.workflow.roles import OFFICERS, Role

pytestmark = pytest.mark.one_database

MOST_QUERIES = 20


@pytest.fixture(scope="module")
def computed() -> Run:
    return computed_run()


@pytest.fixture
def run(people: People, computed: Run) -> ResultRun:
    return services.register_run(run=computed.id, actor=people["office_data"], now=NOW)


def pages(run: ResultRun, made: Run) -> list[str]:
    heat = heat_map(made, "en")
    unit, code = next(iter(heat.marks)), heat.columns[0].code
    base = f"/office/overview/{run.run}/"
    return [
        "/office/overview/", base, f"{base}?view=tree", f"{base}?view=heat", f"{base}?view=change", f"{base}?by=score",
        f"{base}indicators/{code}/", f"{base}indicators/{code}/?unit={unit}", f"{base}units/{unit}/",
    ]  # fmt: skip


def test_what_is_not_on_notice_is_seen_by_those_named_and_each_look_is_recorded(
    people: People, run: ResultRun, computed: Run
) -> None:
    for address in pages(run, computed)[1:]:
        seen = {role for role in Role if people.client(role.value).get(address).status_code == 200}
        assert seen == {Role.OFFICE_DATA, Role.OFFICE_DIRECTOR}, address
    looks = LedgerEntry.objects.filter(act="result.viewed", actor="office_data")
    assert looks.count() == len(pages(run, computed)) - 1
    text = people.client("office_data").get(pages(run, computed)[1]).content.decode()
    assert 'data-mark="office_data 2026-03-12 09:00"' in text
    assert run.run not in people.client("mentor").get("/office/overview/").content.decode()


def test_the_start_reads_the_latest_result_of_a_rulebook_and_only_names_the_earlier_ones(
    people: People, run: ResultRun
) -> None:
    """Of the earlier ones not a file is looked at: the years of a city add up, its first page does not."""
    for year in range(2001, 2007):
        ResultRun.objects.create(
            run=f"nowhere-{year}", rulebook=run.rulebook, period=str(year), title_zh=f"{year} 年的方案", state="final", made_at=NOW,
            made_by=people["office_data"],
        )  # fmt: skip
    page = people.client("office_data").get("/office/overview/").content.decode()
    latest, earlier = page.split("以前各期", 1)
    assert "1 个方案的最近一期结果可以查看" in " ".join(latest.split())
    assert "家单位中" in latest
    assert f"/office/overview/{run.run}/" in latest
    for year in range(2001, 2007):
        assert f"/office/overview/nowhere-{year}/" in earlier
        assert f"{year} 年的方案" not in latest
    assert "家单位中" not in earlier


def test_the_start_dates_a_reopened_notice_as_the_results_own_page_does(
    people: People, run: ResultRun
) -> None:
    ResultRun.objects.update(state="notice", published_at=NOW)
    run.refresh_from_db()
    opened = NOW.date() + timedelta(days=40)
    held = Decision.objects.create(meeting="第1次会议", held_on=opened, approved=True, subject=f"result:{run.pk}", made_at=NOW, made_by=people["commission_secretary"])  # fmt: skip
    run.reopenings.create(on=opened, reason="重复统计，已更正", decision=held)
    page = " ".join(people.client("office_data").get("/office/overview/").content.decode().split())
    assert f"公示始于 {opened}" in page
    assert f"公示始于 {NOW.date()}" not in page


def test_on_notice_everybody_who_works_here_sees_it_with_few_queries(
    people: People, run: ResultRun, computed: Run
) -> None:
    ResultRun.objects.update(state="notice", published_at=NOW)
    client = people.client("mentor")
    for address in pages(run, computed):
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as made:
            assert client.get(address).status_code == 200, address
        assert len(made) <= MOST_QUERIES, (address, len(made))
    for officer in OFFICERS:
        assert people.client(officer.value).get(pages(run, computed)[1]).status_code == 404


def test_a_page_shows_every_unit_and_the_status_that_the_run_has(
    people: People, run: ResultRun, computed: Run
) -> None:
    ResultRun.objects.update(state="notice", published_at=NOW)
    heat = heat_map(computed, "en")
    client = people.client("mentor")
    client.cookies["language"] = "en"
    text = client.get(f"/office/overview/{run.run}/?view=heat").content.decode()
    for unit, row in heat.marks.items():
        for mark in row.values():
            words = f"{mark.indicator} {next(c.name for c in heat.columns if c.code == mark.indicator)}: {mark.words[1]}"
            assert f"/indicators/{mark.indicator}/?unit={unit}" in text
            assert words in text
    answer = client.get(f"/api/v1/results/{run.run}/heat").json()
    assert {(one["unit"], one["indicator"], one["points"]) for one in answer} == {
        (mark.unit, mark.indicator, mark.points) for row in heat.marks.values() for mark in row.values()
    }  # fmt: skip
    unit, code = next((m.unit, m.indicator) for row in heat.marks.values() for m in row.values() if m.points)  # fmt: skip
    one = client.get(f"/api/v1/results/{run.run}/indicators/{code}/units/{unit}").json()
    assert one["mark"]["points"] == heat.marks[unit][code].points
    assert client.get(f"/api/v1/results/{run.run}/units/{unit}/change").status_code == 404, (
        "there is no earlier period"
    )


def test_a_link_narrows_the_units_and_reproduces_what_is_seen(
    people: People, run: ResultRun, computed: Run
) -> None:
    ResultRun.objects.update(state="notice", published_at=NOW)
    client = people.client("mentor")
    heat = heat_map(computed, "zh")

    def shown(query: str) -> set[str]:
        text = client.get(f"/office/overview/{run.run}/?{query}").content.decode()
        return {unquote(code) for code in re.findall(r"/units/([^/]+)/\"", text)}

    assert shown("") == set(heat.marks)
    assert shown("only=disputed") == set()
    one = min(heat.marks)
    assert one in shown(f"q={quote(one)}")
    assert shown("q=nothing-of-this-name") == set()
    assert shown("group=0") <= set(heat.marks)
    assert shown("page=2") == set(), "beyond the last page there is nothing"
    for odd in ("group=99", "group=x", "page=x", "page=-1", "only=x", "page=%C2%B2"):
        assert client.get(f"/office/overview/{run.run}/?{odd}").status_code == 200, odd


def test_a_big_group_is_read_page_by_page(
    people: People, run: ResultRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    ResultRun.objects.update(state="notice", published_at=NOW)
    client = people.client("mentor")
    cache.clear()
    for module in (selectors, views, frame):
        monkeypatch.setattr(module, "PAGE", 2)
    seen: list[str] = []
    for page in range(1, 30):
        text = client.get(f"/office/overview/{run.run}/?group=0&page={page}").content.decode()
        found = [unquote(code) for code in re.findall(r"/units/([^/]+)/\"", text)]
        assert len(found) <= 2
        seen += found
        if not found:
            break
    cache.clear()
    group = reading(run, "zh").groups[0]
    assert seen == [one.unit for one in group.lines]


def test_files_hold_the_numbers_and_who_took_them(
    people: People, run: ResultRun, computed: Run
) -> None:
    client = people.client("office_data")
    table = client.get(f"/office/overview/{run.run}/file.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    totals = {row[0]: row[3] for row in rows[1:] if row[2] == "total"}
    assert totals.keys() == heat_map(computed, "en").marks.keys()
    assert {len(row) for row in rows} == {len(rows[0])}, "no line of it is anything but a row"
    assert rows[0][-1] == "notice"
    assert all("office_data" in row[-1] for row in rows[1:]), (
        "before the notice a file says who took it"
    )
    book = load_workbook(io.BytesIO(client.get(f"/office/overview/{run.run}/file.xlsx").content))
    page = book.worksheets[0]
    heads = [cell.value for cell in page[1]]
    assert heads[:4] == ["单位代码", "单位", "期间", "维度代码"], "a workbook is read by people"
    named = {row[0].value: row[1].value for row in page.iter_rows(min_row=2) if row[1].value}
    said = {
        one.code: one.name.say("zh") for one in (*computed.rulebook.units, *computed.facts.units)
    }
    assert {code: named[code] for code in totals} == {code: said[code] for code in totals}
    assert "总分" in {row[4].value for row in page.iter_rows(min_row=2)}
    ResultRun.objects.update(state="notice", published_at=NOW)
    assert "office_data" not in client.get(f"/office/overview/{run.run}/file.csv").content.decode()
    assert client.get(f"/office/overview/{run.run}/file.exe").status_code == 422
    assert client.get(f"/office/overview/{run.run}/?view=nothing").status_code == 302
    assert client.get(f"/office/overview/{run.run}/indicators/NOTHING/").status_code == 404
    assert client.get(f"/office/overview/{run.run}/units/NOBODY/").status_code == 404


@pytest.mark.parametrize(
    ("text", "kept"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("+1", "'+1"), ("-1.5", "-1.5"), ("-A1", "'-A1"), ("D10", "D10"), ("-", "-"), ("--", "--"), ("\t=1", "'\t=1")],
)  # fmt: skip
def test_no_cell_of_a_file_begins_as_a_formula_does(text: str, kept: str) -> None:
    assert harmless(text) == kept


def test_the_city_page_is_the_offices_and_the_commissions(people: People, run: ResultRun) -> None:
    ResultRun.objects.update(state="notice", published_at=NOW)
    seen = {role for role in Role if people.client(role.value).get("/office/overview/city/").status_code == 200}  # fmt: skip
    assert seen == {
        Role.OFFICE_DIRECTOR, Role.OFFICE_INDICATORS, Role.OFFICE_DATA, Role.OFFICE_PROCEDURE,
        Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY,
    }  # fmt: skip


def test_a_commitment_is_kept_or_carried_and_never_vanishes(people: People) -> None:
    secretary, leader = people["commission_secretary"], people["unit_leader"]
    due, before = NOW.date() - timedelta(1), NOW - timedelta(30)
    RoleGrant.objects.filter(account=secretary).update(valid_from=before.date())
    acts = {act.name: act for act in COMMITMENTS.acts}
    held = make(
        COMMITMENTS, acts["record"], actor=secretary, now=before,
        given=RecordGiven(unit="D10", meeting="一月会", text="两所学校验收", due_on=due),
    )  # fmt: skip

    def do(name: str, given: object, actor: object, version: int) -> None:
        obj = COMMITMENTS.all().get(pk=held.pk)
        perform(
            COMMITMENTS, acts[name], obj, given=given, row_version=version, actor=actor, now=NOW
        )  # type: ignore[arg-type]

    with pytest.raises(StateError):
        do("keep", KeepGiven(answer="尚未答复"), secretary, 1)
    client = people.client("commission_member")
    assert "逾期" in client.get("/office/overview/city/").content.decode()
    do("carry", CarryGiven(meeting="三月会", due_on=NOW.date() + timedelta(9), answer="未完"), secretary, 1)  # fmt: skip
    do("report", ReportGiven(report="已验收"), leader, 2)
    assert "两所学校验收" in client.get("/office/overview/city/").content.decode()
    do("keep", KeepGiven(answer="属实"), secretary, 3)
    found = Commitment.objects.get()
    assert (found.state, found.carried, found.meeting) == ("kept", 1, "三月会")
    assert "两所学校验收" not in client.get("/office/overview/city/").content.decode()
    assert LedgerEntry.objects.filter(subject=f"commitment:{found.pk}").count() == 4


def test_a_line_without_a_total_names_what_it_waits_for(people: People, tmp_path: Path) -> None:
    """One or two by name; of many it says how many."""
    codes = ("A", "B", "N", "C")
    table = dict.fromkeys(codes, 25)
    rows = ("a,A,2025,90", "a,B,2025,80", "a,N,2025,70")
    made = loaded(tmp_path, rules({"children": list(codes)}, {"table": table}), said(*rows))
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "lacking"), made, NOW)
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    page = people.client("office_data").get(f"/office/overview/{run.run}/").content.decode()
    text = re.sub(r"(<[^>]+>|\s)+", " ", page)
    assert "示例没有数据，因而没有总分" in text
    assert "示例、示例、示例等 4 项没有数据，因而没有总分" in text
    # What a gap is worth is said in points of itself: there is no total that it could be added to.
    page = people.client("office_data").get(f"/office/overview/{run.run}/units/a/").content.decode()
    text = re.sub(r"(<[^>]+>|\s)+", " ", page)
    assert "距满分还差 7.50 分" in text
    assert "总分还可得" not in text
    report = of_unit(run, None, "a", "zh", NOW.date())
    (table,) = next(one.tables for one in report.sections if one.title == "最影响得分的几项")
    assert table.head[1] == "距满分还差 (分)"
    assert [row[1] for row in table.rows] == ["7.50", "5.00", "2.50"]


def test_a_unit_that_ended_is_not_told_what_it_could_still_gain(people: People) -> None:
    """U1 ended in July and lost points on A; on page and in report they are what it lost, while U2 can gain."""
    units = [{"code": unit, "name": unit, "category": "c", "group": "g", "valid_to": "2025-07-15" if unit == "U1" else None} for unit in runs.UNITS]  # fmt: skip
    monthly = {"code": "A", "name": "A", "frequency": "half", "combine": "mean", "method": {"kind": "ratio", "target": 100}}  # fmt: skip
    book = runs.book(units=units, tree={"code": "total", "name": "t", "children": ["A"]}, weights=[{"from": "2025-01-01", "table": {"A": 100}}], indicators=[monthly])  # fmt: skip
    tables = empty()
    rows = [
        {"unit": unit, "indicator": "A", "period": parse_period(half).end, "value": 6000, "status": 1, "vintage": None, "published_on": None, "file": 1, "row": 1}
        for unit in runs.UNITS for half in ("2025-H1", "2025-H2")[: 1 if unit == "U1" else 2]
    ]  # fmt: skip
    tables["observation"] = pa.Table.from_pylist(rows, schema=schema("observation"))
    made = runs.run(book, Facts(tables, [], []))
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "ended"), made, NOW)
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    for unit, there, absent in (("U1", "总分已失", "总分还可得"), ("U2", "总分还可得", "总分已失")):
        page = people.client("office_data").get(f"/office/overview/{run.run}/units/{unit}/").content.decode()  # fmt: skip
        report = of_unit(run, None, unit, "zh", NOW.date())
        (table,) = next(one.tables for one in report.sections if one.title == "最影响得分的几项")
        for text in (page, table.head[1]):
            assert there in text
            assert absent not in text


def test_pages_say_which_years_value_is_scored_where_it_is_not_this_ones(
    people: People, tmp_path: Path
) -> None:
    book = rules({"children": ["A", "B"]}, {"table": {"A": 60, "B": 40}})
    late, other = (book.indicator(code) for code in "AB")
    book = book.model_copy(update={"indicators": (late.model_copy(update={"score_previous_year": True}), other)})  # fmt: skip
    made = loaded(tmp_path, book, said("a,A,2024,70", "a,A,2025,90", "a,B,2025,80"))
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "late"), made, NOW)
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    base, client = f"/office/overview/{run.run}/", people.client("office_data")
    words = "计上年值（2024 年的实绩）"
    for address in ("indicators/A/?unit=a", "indicators/A/", "units/a/"):
        assert words in client.get(base + address).content.decode(), address
    assert words not in client.get(base + "indicators/B/?unit=a").content.decode()
    assert made.rulebook.grading is None
    for address in (base, f"/office/results/{run.run}/"):
        assert ">等次</th>" not in client.get(address).content.decode(), "a column without a reason"
    curve = client.get(base + "indicators/B/?unit=a").content.decode().partition("曲线的数值")[2]
    unit = book.indicator("B").unit_said.zh
    assert f"数值 ({unit})" in " ".join(curve.partition("</thead>")[0].split()) or not unit
    rows = next(one.tables[0].rows for one in of_unit(run, None, "a", "zh", NOW.date()).sections if one.title == "各项指标")  # fmt: skip
    assert [words in row[0] for row in rows] == [True, False]


def test_files_of_a_result_say_what_replaced_it_and_what_an_appeal_put_right(people: People, run: ResultRun, computed: Run) -> None:  # fmt: skip
    """Word, PDF and the workbook go from hand to hand: what the pages say of the result stands in them, too; so does its state."""
    heat = heat_map(computed, "zh")
    unit, code = next((m.unit, m.indicator) for row in heat.marks.values() for m in row.values() if m.value)  # fmt: skip
    base, client = f"/office/overview/{run.run}/", people.client("office_data")
    unit_of = computed.rulebook.indicator(code).measured
    before, after = (unit_of(value)[0].split() for value in ("960.25", "980.25"))

    def told() -> list[str]:
        answers = [client.get(f"{base}units/{unit}/report.{form}") for form in ("docx", "pdf")]
        answers += [client.get(reverse("overview_file", args=[run.run, "xlsx"]))]
        word, pdf, book = (one.getvalue() if one.streaming else one.content for one in answers)
        sheet = load_workbook(io.BytesIO(book)).active
        assert sheet is not None
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        made = [
            *(read_of(kind, one) for kind, one in (("wordprocessing", word), ("pdf", pdf))),
            cells,
        ]
        return ["".join("".join(one).split()) for one in made]

    for text in told():
        assert "未公示：这一结果尚未公示" in text
    ResultRun.objects.update(state="replaced", published_at=NOW)
    ResultRun.objects.create(
        run="newer-run", rulebook=run.rulebook, period=run.period, title_zh=run.title_zh, state="notice", published_at=NOW,
        due_on=NOW.date() + timedelta(7), made_at=NOW + timedelta(1), made_by=people["office_data"], replaces=run,
    )  # fmt: skip
    Appeal.objects.create(
        run=run, unit=Unit.objects.create(code=unit, name_zh="示例"), indicator=code, state="applied", outcome="uphold", decided_value="980.25", statement="漏统",
        effect={"zh": {"before": {"value": "960.25"}, "after": {"value": "980.25", "total": "92.06"}}}, made_at=NOW, made_by=people["office_data"],
    )  # fmt: skip
    assert_of_its_value_alone(client, base, unit, code, computed)
    for text in told():
        assert (
            "这一版已被新版代替，不再有效；现行的是2026-03-12公示的版本（批次newer-run），公示中，至"
            in text
        )
        assert f"改算后数值为{''.join(after)}（本版为{''.join(before)}）" in text


def assert_of_its_value_alone(client: Client, base: str, unit: str, code: str, computed: Run) -> None:  # fmt: skip
    """In csv, workbook and API alike every row says that the whole was replaced, and the rows that the value counts in say what
    the appeal made of it: of another unit, indicator or dimension it would be false."""
    other = next(
        one.code for one in computed.rulebook.indicators if one.method and one.code != code
    )
    above = {"total"} | {
        node.code for node, _, _ in computed.rulebook.nodes() if code in leaves(node)
    }
    for asked, named in (
        ("", above),
        (f"?indicator={code}", {code}),
        (f"?indicator={other}", set()),
    ):
        address = f"{base}file.%s{asked}"
        table = client.get(address % "csv").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table)))
        sheet = load_workbook(io.BytesIO(client.get(address % "xlsx").content)).active
        assert sheet is not None
        said = [str(row[-1]) for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert said == [row["notice"] for row in rows]
        assert said == [row["notice"] for row in client.get(address % "json").json()["rows"]]
        assert all("这一版已被新版代替" in text for text in said)
        told = {
            (row["unit"], row.get("node", asked and row["indicator"]))
            for row in rows
            if "申诉已作出决定" in row["notice"]
        }
        assert told == {(unit, name) for name in named}
    run = base.split("/")[-2]
    marks = client.get(f"/api/v1/results/{run}/heat").json()
    assert {
        (one["unit"], one["indicator"]) for one in marks if "申诉已作出决定" in one["notice"]
    } == {(unit, code)}
    assert all("这一版已被新版代替" in one["notice"] for one in marks)
    assert "申诉已作出决定" in " ".join(client.get(f"/api/v1/results/{run}").json()["notices"])


def test_numbers_that_leave_the_house_carry_their_unit_of_measure(people: People) -> None:
    """Value, target and the line from which it is met: in the office's files, the API and the command line's, in both languages."""
    unit = {"zh": "万吨", "en": "10,000 t"}
    lines = {"A": ({"by": "score", "watch": "0.9", "missed": "0.7"}, ("分", "points")), "B": ({"by": "level", "watch": "0", "missed": "0.1"}, tuple(unit.values()))}  # fmt: skip
    book = runs.book(
        tree={"code": "total", "name": "t", "children": list(lines)}, weights=[{"from": "2025-01-01", "table": dict.fromkeys(lines, 50)}],
        indicators=[{"code": code, "name": code, "method": {"kind": "ratio", "target": 100}, "light": light, "measure_unit": unit} for code, (light, _) in lines.items()],
    )  # fmt: skip
    made = runs.run(book, runs.facts({(one, code): 9_500 for one in ("U1", "U2", "U3") for code in lines}, {}))  # fmt: skip
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "measured"), made, NOW)
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    client = people.client("office_data")
    for code, (_, line) in lines.items():
        address = f"/office/overview/{run.run}/file.%s?indicator={code}"
        table = client.get(address % "csv").content.decode("utf-8-sig")
        for found in (
            list(csv.DictReader(io.StringIO(table))),
            [row for row in measured_rows(made) if row["indicator"] == code],
            client.get(address % "json").json()["rows"],
        ):
            assert len(found) == 3
            assert {(row["measure_unit"], row["measure_unit_en"]) for row in found} == {(unit["zh"], unit["en"])}  # fmt: skip
            assert {(row["line_unit"], row["line_unit_en"]) for row in found} == {line}
        for tongue, heads in (("zh", ("计量单位", "达标线的计量单位")), ("en", ("Unit of measure", "Unit of the line"))):  # fmt: skip
            client.cookies["language"] = tongue
            sheet = load_workbook(io.BytesIO(client.get(address % "xlsx").content)).active
            assert sheet is not None
            head = [str(cell.value) for cell in sheet[1]]
            rows = {tuple(row[head.index(one)] for one in heads) for row in sheet.iter_rows(min_row=2, values_only=True)}  # fmt: skip
            assert rows == {(unit[tongue], line[tongue == "en"])}
        client.cookies["language"] = "zh"
    marks = client.get(f"/api/v1/results/{run.run}/heat").json()
    assert {one["measure_unit"] for one in marks} == {unit["zh"]}
    one = client.get(f"/api/v1/results/{run.run}/indicators/A/units/U1").json()
    assert {mark["measure_unit"] for mark in (one["mark"], one["years"][0]["mark"])} == {unit["zh"]}


def test_the_median_of_unlike_parts_is_one_of_shares() -> None:
    """Each dimension is out of what counts in it; of whole years the points stand as they are."""
    made = runs.unlike_parts()
    (group,) = Reading(made, "zh").groups
    assert (group.middle, group.lowest, group.highest, group.shares) == (
        "80.0%",
        "50.0%",
        "90.0%",
        True,
    )
    (part,) = [one for one in dimensions(made, "U1", "zh") if one["code"] == "D"]
    assert (part["score"], part["full"], part["whole"], part["share"]) == (
        "15.00",
        "30",
        "80",
        "50.0%",
    )
    assert tree_of(made, "zh")[1]["U1"] == {"total": "15.00 / 30", "D": "15.00 / 30"}
    whole = Reading(runs.run(runs.book(), runs.facts(runs.VALUES, runs.TARGETS)), "zh").groups[0]
    assert not whole.shares
    assert not whole.middle.endswith("%")


def test_each_lamp_shows_the_number_of_its_own_status(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Table, indicator and unit page: so many met, to watch, not met, missing and not applicable, in this order. Over all
    units they are results (a unit's indicator each), on one unit's page indicators."""
    ratio = {"kind": "ratio", "target": 100}
    light = {"by": "score", "watch": "0.9", "missed": "0.7"}
    codes = "ABCDEFGHIJ"
    book = runs.book(
        tree={"code": "total", "name": "t", "children": list(codes)}, missing="floor", missing_reason="r",
        weights=[{"from": "2025-01-01", "table": dict.fromkeys(codes, 10)}],
        indicators=[{"code": code, "name": f"指标{code}", "method": ratio, "light": light} for code in codes],
    )  # fmt: skip
    marks = {"U1": "++++..---o", "U2": "+..-oooo++", "U3": "ooooo+.-++"}
    size = {"+": 9_500, ".": 8_000, "-": 1_000, "o": None}
    held = runs.facts({(unit, code): size[sign] for unit, signs in marks.items() for code, sign in zip(codes, signs, strict=True)}, {})  # fmt: skip
    made = runs.run(book, held)
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "lamps"), made, NOW)
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    client = people.client("mentor")
    base = f"/office/overview/{run.run}/"

    def texts(address: str) -> str:
        page = client.get(address).content.decode()
        return " ".join(re.sub(r"<[^>]*>", " ", page).split())

    every = "".join(marks.values())
    counts = f"● 达标 {every.count('+')} ▲ 关注 {every.count('.')} ■ 未达标 {every.count('-')}"
    assert f"{counts} 项次。" in texts(f"/office/results/{run.run}/")
    with monkeypatch.context() as patched:
        patched.setattr(selectors, "disputed", lambda result: {("U1", "A"), ("U2", "A")})
        assert "2 项次今天处于争议中" in texts(base)
    table = client.get(base).content.decode()
    for unit, signs in marks.items():
        met, watch, missed, missing = (signs.count(sign) for sign in "+.-o")
        (row,) = (one for one in re.findall(r"<tr\b.*?</tr>", table, re.DOTALL) if f"/units/{unit}/" in one)  # fmt: skip
        said = " ".join(re.sub(r"<[^>]*>", " ", row).split())
        assert f"● {met} ▲ {watch} ■ {missed} {missing} / 0" in said, said
        assert f"● 达标 {met} ▲ 关注 {watch} ■ 未达标 {missed} 项指标" in texts(f"{base}units/{unit}/")  # fmt: skip
    for place, code in enumerate(codes):
        column = [signs[place] for signs in marks.values()]
        met, watch, missed, missing = (column.count(sign) for sign in "+.-o")
        said = texts(f"{base}indicators/{code}/")
        assert f"● 达标 {met} ▲ 关注 {watch} ■ 未达标 {missed}" in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("（本版为 960\n 个） <b>x</b> ，（ 无", "（本版为 960 个） <b>x</b>，（无"), ("(has 960 ) , and", "(has 960), and"), ("<b>Office</b> , Basic", "<b>Office</b>, Basic"),
        ("at 3 : 0.5 , .5 ;", "at 3: 0.5, .5;"), ('<input value="a , b"><textarea>c ，d</textarea>', '<input value="a , b"><textarea>c ，d</textarea>'), ("● 3 ▲ 1 (of 4)", "● 3 ▲ 1 (of 4)"),
    ],
)  # fmt: skip
def test_no_mark_stands_apart_from_its_word(source: str, said: str) -> None:
    """A template's line ends are blanks; right before a comma none is meant. What somebody typed stays as typed."""
    assert joined(re.sub(r"\n\s*", " ", source)) == said


def test_sentences_have_no_stray_blank_and_papers_write_a_true_minus(
    people: People, run: ResultRun, computed: Run
) -> None:
    heat, client, base = heat_map(computed, "zh"), people.client("office_data"), f"/office/overview/{run.run}/"  # fmt: skip
    tied = next(key for key, place in reading(run, "zh").places.items() if place.tied and heat.mark(*key).value)  # fmt: skip
    for address in (f"indicators/{tied[1]}/?unit={tied[0]}", f"units/{tied[0]}/", ""):
        for spoken in ("zh", "en"):
            client.cookies["language"] = spoken
            page = client.get(base + address).content.decode()
            answer = page.partition('<p class="answer">')[2].partition("</p>")[0]
            text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer))
            assert not re.search(r" [，。；,;]|第 并列|[一-鿿][,;]", text), text
    client.cookies["language"] = "zh"
    page = client.get(f"{base}indicators/{tied[1]}/?unit={tied[0]}").content.decode()
    assert re.search(r"组内并列第 \d+\s+/\s+\d+，中位数", re.sub(r"<[^>]+>", "", page))
    made = file(Report("t", "-0.06", "", [Section("s", texts=("-1",), tables=(Table(("a",), [("-4.8 %",)]),))]), "r", "docx")  # fmt: skip
    content = zipfile.ZipFile(io.BytesIO(made.content)).read("word/document.xml").decode()
    assert "−4.8 %" in content
    assert "-4.8" not in content
    assert "−0.06" in content


def test_a_units_report_is_headed_by_its_period_and_says_place_and_part(
    people: People, run: ResultRun, computed: Run
) -> None:
    """A quarter is no year; the score of a part is called what the page calls it; the place stands beside either."""
    held = reading(run, "zh")
    unit, line = next((unit, line) for unit, (_, line) in held.line.items() if line.place)
    yearly = of_unit(run, None, unit, "zh", NOW.date())
    assert yearly.title.endswith(f"{run.period} 年绩效报告")
    assert f"总分 {line.score}" in yearly.answer
    members = sum(bool(one.place) and group == held.line[unit][0] for group, one in held.line.values())  # fmt: skip
    assert f"，组内{'并列' if line.tied else ''}第 {line.place} / {members}" in yearly.answer
    page = people.client("office_data").get(f"/office/overview/{run.run}/units/{unit}/").content.decode()  # fmt: skip
    assert f"第 {line.place} / {members}" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    part = replace(line, due="63 / 100", rate="90 %", part=("本期计入", "counted in this period"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(held.line, unit, (held.line[unit][0], part))
        patched.setattr(run, "period", "2025-Q4")
        quarter = of_unit(run, None, unit, "zh", NOW.date())
    assert quarter.title.endswith("2025-Q4 绩效报告")
    assert f"本期计入部分得分 {line.score}（本期计入 63 / 100 分" in quarter.answer
    assert "总分" not in quarter.answer


def test_the_overviews_json_has_one_shape(people: People, run: ResultRun) -> None:
    client = people.client("office_data")
    shapes = [client.get(reverse("overview_file", args=[run.run, "json"])).json()]
    ResultRun.objects.update(state="notice", published_at=NOW)
    shapes.append(client.get(reverse("overview_file", args=[run.run, "json"])).json())
    assert [set(one) for one in shapes] == [{"rows"}] * 2
    assert len({tuple(row) for one in shapes for row in one["rows"]}) == 1


def test_the_strategys_report_names_a_cause_given_in_a_part_of_its_period(people: People) -> None:
    """U1 misses A and meets B. Its case of a quarter about A gives the cause; one of another year, or about B, gives none."""
    values = runs.VALUES | {("U1", "A"): 1_000, ("U1", "B"): 9_900}
    made = runs.run(runs.book(), runs.facts(values, runs.TARGETS))
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "goals"), made, NOW)
    result = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    goal = Goal.model_validate({"code": "g", "name": {"zh": "目标"}, "from_year": 2024, "to_year": 2028, "indicators": ("A", "B")})  # fmt: skip

    def told(period: str, code: str) -> tuple[str, list[str]]:
        """What is said of the units that gave no cause, and the causes that are listed."""
        found = ResultRun(run="0" * 16, rulebook=result.rulebook, period=period)
        row = {"code": code, "zh": code, "en": code, "period": period}
        case = Rectification(run=found, unit=Unit(code="U1", name_zh="一局"), indicators=[row], state="answered", cause="管网破损")  # fmt: skip
        report = strategy(result, [result], [Aim(goal, result, {})], Told([case], [], []), "zh", NOW.date())  # fmt: skip
        (why,) = [one for one in report.sections if one.title == "未达标的原因"]
        return why.texts[0], [f"{row[1]}：{row[2]}" for table in why.tables for row in table.rows]

    for period, code, listed in (
        ("2025-Q4", "A", ["A A（2025-Q4）：管网破损"]), ("2025", "A", ["A A：管网破损"]),
        ("2024-Q4", "A", []), ("2025-Q4", "B", []),
    ):  # fmt: skip
        said, causes = told(period, code)
        assert causes == listed
        assert ("U1" in said) == (not listed), said


def test_the_link_to_the_strategys_report_says_what_the_report_says() -> None:
    template = get_template("overview/strategy_link.html")
    for period, words in (("2025", "战略目标年度报告"), ("2025-Q3", "战略目标进展报告")):
        assert words in template.render({"result": ResultRun(run="0" * 16, period=period)})


def test_grades_that_move_are_said_to_be_computed() -> None:
    """The grade in force may be another, by decision: of what is computed again the heads say so."""
    assert paper.moves([]).head[-1] == "计算等次"
    row = {"name": "甲", "score": ("1", "2"), "rank": ("2", "1"), "grade": ("良好", "优秀")}
    assert "计算等次" in get_template("results/moves.html").render({"moved": [row]})  # fmt: skip

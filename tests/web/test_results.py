"""Results: before the notice only for those who are named, each look recorded; afterwards for all assessed."""

import io
import re
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.conf import settings
from openpyxl import load_workbook

from tests import test_overview as runs
from tests.web.conftest import NOW, People, computed_run
from zhengheng.domain.problems import ZhenghengError
from zhengheng.engines.archive import keep_run
from zhengheng.engines.passport import passport
from zhengheng.engines.run import Run
from zhengheng.lake.facts import FileInfo, schema
from zhengheng.lake.store import Lake
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.services import StaleError
from zhengheng.web.acts.declare import Nothing
from zhengheng.web.acts.services import perform
from zhengheng.web.decisions.models import Decision
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results import services
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.clocks import concerned
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded, visible
from zhengheng.workflow.machine import StateError
from zhengheng.workflow.roles import OFFICERS, Role


@pytest.fixture(scope="module")
def computed() -> Run:
    return computed_run()


@pytest.fixture
def run(people: People, computed: Run) -> ResultRun:
    return services.register_run(run=computed.id, actor=people["office_data"], now=NOW)


def test_the_data_officer_registers_a_computed_run(people: People, computed: Run) -> None:
    client = people.client("office_data")
    assert computed.id in client.get("/office/results/").content.decode()
    assert client.post("/office/results/register/", {"run": computed.id}).status_code == 302
    assert client.post("/office/results/register/", {"run": "nothing"}).status_code == 404
    assert LedgerEntry.objects.filter(act="result.register", actor="office_data").count() == 1
    assert client.get(f"/office/results/{computed.id}/").status_code == 200


def publish(run: ResultRun, version: int, actor: Account) -> None:
    act = RESULTS.act("publish")
    assert act is not None
    held = RESULTS.all().get(pk=run.pk)
    perform(RESULTS, act, held, given=Nothing(), row_version=version, actor=actor, now=NOW)


def name(run: ResultRun, people: People, *roles: Role) -> None:
    director = people["office_director"]
    for role in roles:
        services.name_reader(run=run, account=people[role.value], actor=director, now=NOW)


def test_before_the_notice_only_named_persons_see_it_and_administrators_never(
    people: People, run: ResultRun
) -> None:
    name(run, people, Role.EXPERT)
    address = f"/office/results/{run.run}/"
    seen = {role for role in Role if people.client(role.value).get(address).status_code == 200}
    assert seen == {Role.OFFICE_DATA, Role.OFFICE_DIRECTOR, Role.EXPERT}
    listing = people.client("mentor").get("/office/results/").content.decode()
    assert run.run not in listing, "not even its existence"
    looks = LedgerEntry.objects.filter(act="result.viewed", subject=f"result:{run.pk}")
    assert set(looks.values_list("actor", flat=True)) == {role.value for role in seen}
    assert looks.count() == len(seen)


def test_an_unpublished_page_carries_name_and_time(people: People, run: ResultRun) -> None:
    page = people.client("office_data").get(f"/office/results/{run.run}/").content.decode()
    assert page.count('data-mark="office_data 2026-03-12 09:00"') >= 20


def test_an_officer_sees_nothing_and_cannot_be_named(people: People, run: ResultRun) -> None:
    for role in sorted(OFFICERS):
        with pytest.raises(services.ResultError):
            name(run, people, role)
        assert people.client(role.value).get(f"/office/results/{run.run}/").status_code == 404


def test_on_notice_everyone_who_works_here_sees_it_and_looks_are_no_acts(
    people: People, run: ResultRun
) -> None:
    name(run, people, Role.OFFICE_PROCEDURE)
    client = people.client("office_procedure")
    done = client.post(f"/office/runs/{run.pk}/publish/", {"row_version": run.row_version})
    assert done.status_code == 302
    before = LedgerEntry.objects.count()
    for role in Role:
        status = people.client(role.value).get(f"/office/results/{run.run}/").status_code
        assert status == (404 if role in OFFICERS else 200), role
    made = LedgerEntry.objects.order_by("sequence")[before:]
    assert [(entry.act, entry.actor) for entry in made] == [("audit.viewed", "external_auditor")]
    assert LedgerEntry.objects.filter(act="result.publish").count() == 1


def test_the_second_publisher_is_told_and_nothing_happens_twice(
    people: People, run: ResultRun
) -> None:
    name(run, people, Role.OFFICE_PROCEDURE)
    actor = people["office_procedure"]
    with pytest.raises(StaleError):
        publish(run, 9, actor)
    publish(run, 1, actor)
    with pytest.raises(StaleError):
        publish(run, 1, actor)
    run.refresh_from_db()
    with pytest.raises(StateError):
        publish(run, run.row_version, actor)
    assert LedgerEntry.objects.filter(act="result.publish").count() == 1


def test_who_may_name_and_publish(people: People, run: ResultRun) -> None:
    for role in Role:
        actor = people[role.value]
        if role != Role.OFFICE_DIRECTOR:
            with pytest.raises(ZhenghengError):
                services.name_reader(run=run, account=actor, actor=actor, now=NOW)
        with pytest.raises(ZhenghengError):
            publish(run, 1, actor)
        if role != Role.OFFICE_DATA:
            with pytest.raises(ZhenghengError):
                services.register_run(run=run.run, actor=actor, now=NOW)
    with pytest.raises(ZhenghengError) as caught:
        services.register_run(run=run.run, actor=people["office_data"], now=NOW)
    assert caught.value.problems[0].code == "run.registered"


def test_the_pages_show_the_numbers_of_the_run(
    people: People, run: ResultRun, computed: Run
) -> None:
    client = people.client("office_data")
    board = client.get(f"/office/results/{run.run}/").content.decode()
    totals = computed.results.rows("total_score")
    for total in totals:
        entry = passport(computed, total["unit"], None, "zh")
        assert re.search(rf">\s*{re.escape(entry.score)}\s*<", board)
        page = client.get(f"/office/results/{run.run}/units/{total['unit']}/").content.decode()
        assert entry.score in page
        for part in entry.parts[0].parts:
            assert part.label in page
    assert client.get(f"/office/results/{run.run}/units/nobody/").status_code == 404


def test_a_version_is_named_by_its_day_and_the_reason_for_the_next(
    people: People, run: ResultRun, computed: Run
) -> None:
    """Never by its hash alone: nobody knows a result by that."""
    name(run, people, Role.OFFICE_PROCEDURE)
    run.refresh_from_db()
    publish(run, run.row_version, people["office_procedure"])
    ResultRun.objects.filter(pk=run.pk).update(state="replaced")
    ResultRun.objects.create(
        run="newer-run", rulebook=run.rulebook, period=run.period, title_zh=run.title_zh, state="notice", published_at=NOW,
        due_on=NOW.date(), made_at=NOW, made_by=people["office_data"], replaces=run,
    )  # fmt: skip
    page = people.client("office_data").get(f"/office/results/{run.run}/").content.decode()
    said = " ".join(page.split())
    assert "2026-03-12 公示的版本</a>：按其后入库的数据和作出的决定重新核算。" in said
    assert ">newer-run<" not in said
    held = Decision.objects.create(meeting="第1次会议", held_on=NOW.date(), approved=True, subject=f"result:{run.pk}", made_at=NOW, made_by=people["commission_secretary"])  # fmt: skip
    run.reopenings.create(on=NOW.date(), reason="重复统计，已更正", decision=held)
    said = " ".join(people.client("office_data").get(f"/office/results/{run.run}/").content.decode().split())  # fmt: skip
    assert "按决定重新开启，理由：重复统计，已更正。" in said


def test_a_result_on_notice_says_that_no_service_is_owed(people: People, run: ResultRun) -> None:
    address, client = f"/office/results/{run.run}/", people.client("office_data")
    assert "送达" not in client.get(address).content.decode()
    name(run, people, Role.OFFICE_PROCEDURE)
    run.refresh_from_db()
    publish(run, run.row_version, people["office_procedure"])
    page = client.get(address).content.decode()
    assert "公示即告知全部单位，不要求逐个送达" in page


def test_whoever_was_named_on_a_version_sees_the_next_before_anybody_is_named_there(
    people: People, run: ResultRun
) -> None:
    ResultRun.objects.filter(pk=run.pk).update(state="notice", published_at=NOW)
    name(run, people, Role.OFFICE_PROCEDURE)
    second = ResultRun.objects.create(
        run="newer-run", rulebook=run.rulebook, period=run.period, version=run.version, title_zh=run.title_zh, made_at=NOW, replaces=run
    )  # fmt: skip
    third = ResultRun.objects.create(run="third-run", rulebook=run.rulebook, period=run.period, title_zh=run.title_zh, made_at=NOW, replaces=second)  # fmt: skip
    seen = {one.pk for one in visible(people[Role.OFFICE_PROCEDURE.value], NOW.date())}
    assert seen == {run.pk, second.pk, third.pk}
    assert {one.pk for one in visible(people[Role.OFFICE_INDICATORS.value], NOW.date())} == {run.pk}


def test_a_unit_is_concerned_on_its_last_day_and_not_after_it(
    people: People, run: ResultRun
) -> None:
    code = next(row["unit"] for row in loaded(folder_of(run.run)).results.rows("total_score"))
    last = NOW.date()
    Unit.objects.update_or_create(code=code, defaults={"name_zh": "示例", "valid_to": last})
    assert [code in {unit.code for unit in concerned(run, last + timedelta(more))} for more in (-1, 0, 1)] == [True, True, False]  # fmt: skip


@pytest.mark.parametrize(("asked", "lit"), [("", False), ("?indicator=", True)])
def test_the_workbook_gives_no_light_where_pages_give_none(
    people: People, run: ResultRun, asked: str, lit: bool
) -> None:
    """An indicator has one; a dimension or a total has none on any page."""
    code = loaded(folder_of(run.run)).rulebook.indicators[0].code if asked else ""
    client = people.client("office_data")
    address = f"/office/overview/{run.run}/file."
    sheet = load_workbook(io.BytesIO(client.get(f"{address}xlsx{asked}{code}").content)).active
    assert sheet is not None
    cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
    assert ("亮灯" in cells) is lit
    assert "单位" in cells
    assert "light" in client.get(f"{address}csv{asked}{code}").content.decode("utf-8-sig")


def test_a_passport_names_the_rows_that_do_not_count(people: People) -> None:
    """Each with file, row, unit, indicator by name and reason, in both languages; another unit's rows are not there."""
    held = runs.facts(runs.VALUES, runs.TARGETS)
    rows = held.tables["observation"].to_pylist()
    more = [
        rows[0] | {"unit": unit, "indicator": "A", "period": date(2024, 12, 31), "row": row}
        for unit, row in (("U1", 71), ("U2", 72))
    ]
    held.tables["observation"] = pa.Table.from_pylist([*rows, *more], schema("observation"))
    held.files.append(FileInfo(1, "上年.csv", "0" * 64))
    made = runs.run(runs.book(), held)
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "small"), made, NOW)
    run = services.register_run(run=made.id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    client = people.client("mentor")

    def told(unit: str) -> str:
        page = client.get(f"/office/results/{run.run}/units/{unit}/").content.decode()
        _, heading, rest = page.partition("没有计入的数据行</h2>")
        return " ".join(re.sub(r"<[^>]*>", " ", rest).split()) if heading else ""

    assert "上年.csv 71 U1 A A 2024-12-31 不属于考核期间" in told("U1")
    assert "72" not in told("U1").split()
    assert "上年.csv 72 U2" in told("U2")
    assert told("U3") == ""
    client.cookies["language"] = "en"
    page = client.get(f"/office/results/{run.run}/units/U1/").content.decode()
    assert "Rows of the data that do not count" in page
    assert "not of the assessed period" in page

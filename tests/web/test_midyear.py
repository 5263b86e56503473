"""A rulebook in force is changed within its year in the browser: three kinds, weights and methods, Excel down and up."""

import io
import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from tests.test_forms import Official, fill
from tests.web.conftest import NOW, People
from tests.web.test_nonsense import forms_of
from zhengheng.domain.periods import parse_period
from zhengheng.sample.rulebooks import department_rulebook, district_rulebook
from zhengheng.scheme.base import Text
from zhengheng.scheme.choice_words import words_of
from zhengheng.scheme.compare import differences
from zhengheng.scheme.findings import weight_of
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.model import Unit as AssessedUnit
from zhengheng.scoring.due import segments
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.cards import cards
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.naming import findings_of
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.rulebooks.services import fields_of

YEAR = parse_period("2026")
CODE = "C01"


def in_force(book: Rulebook) -> RulebookVersion:
    made = RulebookVersion(
        **fields_of(book, [], "2026"), state="adopted", made_at=NOW, adopted_on=date(2026, 3, 1)
    )
    made.save()
    return made


@pytest.fixture
def held(people: People) -> RulebookVersion:
    return in_force(district_rulebook().model_copy(update={"version": "2026"}))


def begin(people: People, held: RulebookVersion, **more: Any) -> RulebookVersion:
    """The button on the rulebook in force."""
    typed = {"row_version": held.row_version, "change_kind": "split", "changes_from": "2026-07-01", "version": "2026-07",
             "reason": "市政府调整目标", "basis": "市政府〔2026〕12 号"} | more  # fmt: skip
    client = people.client("office_indicators")
    assert "调整方案" in client.get(f"/office/rulebooks/{held.pk}/").content.decode()
    done = client.post(f"/office/rulebooks/{held.pk}/change/", typed)
    assert done.status_code == 302, words(done)
    return RulebookVersion.objects.get(state="draft")


def words(answer: Any) -> str:
    return re.sub(r"(<[^>]+>|\s)+", " ", answer.content.decode())


def write(
    people: People, draft: RulebookVersion, code: str, expected: int = 302, **changes: str
) -> Any:
    """The page of one indicator, as it is shown, with some cells changed."""
    client = people.client("office_indicators")
    page = f"/office/rulebooks/{draft.pk}/indicator/"
    text = client.get(page, {"code": code}).content.decode()
    typed = {"code": code, "row_version": str(draft.row_version)}
    typed |= dict(
        re.findall(r'<input[^>]*name="((?:cell|weight):[^"]+)"[^>]*value="([^"]*)"', text)
    )
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        typed[name] = next(iter(re.findall(r'value="([^"]*)"\s+selected', options)), "")
    done = client.post(page, typed | changes)
    assert done.status_code == expected, words(done)
    draft.refresh_from_db()
    return done


def test_a_method_altered_in_the_draft_is_a_split_from_its_day(
    people: People, held: RulebookVersion
) -> None:
    base = book_of(held)
    assert base.indicator(CODE).method is not None
    draft = begin(people, held)
    assert (draft.version, draft.change_kind, draft.changes_from) == (
        "2026-07",
        "split",
        date(2026, 7, 1),
    )
    assert differences(base, book_of(draft), "zh")[:-1] == ["修改 版本：2026 改为 2026-07"]
    write(people, draft, CODE, **{"cell:method/cap": "1.1"})
    first, second = segments(book_of(draft).indicator(CODE), YEAR, YEAR.end)
    assert (first.end, second.start) == (date(2026, 6, 30), date(2026, 7, 1))
    assert first.method == base.indicator(CODE).method
    assert str(getattr(second.method, "cap", "")) == "1.1"
    page = words(people.client("office_indicators").get(f"/office/rulebooks/{draft.pk}/"))
    assert "2026-07-01 起（分段计算）" in page
    assert "市政府调整目标" in page
    # Looked at again, the form shows what holds from the day on; altered again, there is one change still.
    write(people, draft, CODE, **{"cell:method/cap": "1.2"})
    change = book_of(draft).indicator(CODE).changes[-1]
    assert [one.from_ for one in book_of(draft).indicator(CODE).changes].count(
        date(2026, 7, 1)
    ) == 1
    assert str(getattr(change.method, "cap", "")) == "1.2"
    assert change.basis.title == "市政府〔2026〕12 号"


def test_departments_are_chosen_and_those_nobody_knows_are_named(
    people: People, held: RulebookVersion
) -> None:
    """Where the office knows the organisation; what stands in the rulebook stays until somebody chooses."""
    Unit.objects.create(code="D99", name_zh="档案局", name_en="Archives", kind="department")
    draft = begin(people, held)
    told = [one for one in findings_of(draft) if one["code"] == "unit.unknown"]
    owner = book_of(held).indicator(CODE).owner
    assert not Unit.objects.filter(code=owner).exists()
    assert [
        one["zh"]
        for one in told
        if f"责任部门“{owner}”不在机构名录中" in one["zh"] and CODE in one["zh"]
    ]
    assert all(one["severity"] == "warning" for one in told)
    # Said of today's organisation: who is entered, or will come of a change of units that is on its way, is no stranger.
    client = people.client("office_indicators")
    assert f"责任部门“{owner}”不在机构名录中" in words(client.get(f"/office/rulebooks/{draft.pk}/"))
    case = Reorganisation.objects.create(kind="rename", day=date(2026, 7, 1), units=["D99"], heirs=[{"code": owner, "share": "1"}], state="approved", made_at=NOW)  # fmt: skip
    assert f"“{owner}”不在机构名录中" not in words(client.get(f"/office/rulebooks/{draft.pk}/"))
    case.delete()
    assert f"“{owner}”不在机构名录中" in words(client.get(f"/office/rulebooks/{draft.pk}/"))
    made = Unit.objects.create(code=owner, name_zh="某局", name_en="Some bureau", kind="department")
    assert f"“{owner}”不在机构名录中" not in words(client.get(f"/office/rulebooks/{draft.pk}/"))
    made.delete()
    page = people.client("office_indicators").get(f"/office/rulebooks/{draft.pk}/indicator/", {"code": CODE}).content.decode()  # fmt: skip
    for key in ("owner", "deputy", "supplier"):
        (options,) = re.findall(
            rf'<select[^>]*name="cell:{key}"[^>]*>(.*?)</select>', page, re.DOTALL
        )
        assert 'value="D99"' in options
        assert "档案局" in options
    (options,) = re.findall(r'<select[^>]*name="cell:owner"[^>]*>(.*?)</select>', page, re.DOTALL)
    assert re.search(rf'value="{owner}"\s+selected', options)
    write(people, draft, CODE, **{"cell:owner": "D99", "cell:measure_unit/zh": ""})
    assert book_of(draft).indicator(CODE).owner == "D99"
    assert not [
        one for one in draft.findings if f"责任部门“{owner}”" in one["zh"] and CODE in one["where"]
    ]
    assert [one["where"] for one in draft.findings if one["code"] == "indicator.measure_unit"] == [
        CODE
    ]


@pytest.mark.parametrize(("kind", "counts"), [("prospective", "2027"), ("restated", "2026")])
def test_weights_are_changed_from_the_day_in_the_chosen_kind(
    people: People, held: RulebookVersion, kind: str, counts: str
) -> None:
    draft = begin(people, held, change_kind=kind, version=f"2026-{kind}")
    write(people, draft, "C01", **{"weight:urban": "4"})
    write(people, draft, "C02", **{"weight:urban": "6"})
    assert not [one for one in draft.findings if one["severity"] == "error"], draft.findings
    book = book_of(draft)
    assert [one.kind for one in book.weights if one.from_ == date(2026, 7, 1)] == [kind]
    assert book.weights[:-1] == book_of(held).weights, "what held before stands as it was"
    assert weight_of(book, "C01", "urban") == 4
    page = words(people.client("office_indicators").get(f"/office/rulebooks/{draft.pk}/"))
    assert "修改 权重 › 2026-07-01 › C01" in page
    assert "5 改为 4" in page


def test_weights_are_not_split(people: People, held: RulebookVersion) -> None:
    draft = begin(people, held)
    refused = write(people, draft, "C01", expected=422, **{"weight:urban": "4"})
    assert "权重不能在一年内分段计算" in words(refused)


def test_a_scored_indicator_stays_within_its_year(people: People, held: RulebookVersion) -> None:
    draft = begin(people, held, change_kind="prospective")
    client = people.client("office_indicators")
    done = client.post(
        f"/office/rulebooks/{draft.pk}/remove/",
        {"row_version": draft.row_version, "indicator": CODE, "reason": "不再需要"},
    )
    assert done.status_code == 422
    assert "年中不能删去计分指标" in words(done)


@pytest.mark.parametrize(("typed", "said"), [
    ({"version": "2026"}, "请在“版本号”中填写另一个"), ({"changes_from": "2027-01-01"}, "调整日应在考核期间之内"),
    ({"reason": "　"}, "请填写"), ({"basis": "。"}, "请填写"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_no_draft_begins(
    people: People, held: RulebookVersion, typed: dict[str, str], said: str
) -> None:
    body = {"row_version": held.row_version, "change_kind": "split", "changes_from": "2026-07-01", "version": "2026-07",
            "reason": "调整", "basis": "文件"} | typed  # fmt: skip
    done = people.client("office_indicators").post(f"/office/rulebooks/{held.pk}/change/", body)
    assert done.status_code == 422
    assert said in words(done)
    assert not RulebookVersion.objects.filter(state="draft").exists()


def test_a_final_year_is_changed_no_more(people: People, held: RulebookVersion) -> None:
    ResultRun.objects.create(
        run="r", rulebook=held.code, period="2026", title_zh="x", state="final", made_at=NOW
    )
    body = {"row_version": held.row_version, "change_kind": "restated", "changes_from": "2026-07-01", "version": "x",
            "reason": "调整", "basis": "文件"}  # fmt: skip
    done = people.client("office_indicators").post(f"/office/rulebooks/{held.pk}/change/", body)
    assert done.status_code == 422
    assert "已经终定" in words(done)


def test_excel_down_and_up_gives_a_dated_change(people: People, held: RulebookVersion) -> None:
    """The official downloads the draft, changes a target in its row, and uploads it into the draft."""
    draft = begin(people, held)
    client = people.client("office_indicators")
    down = client.get(f"/office/rulebooks/{draft.pk}/workbook.xlsx")
    assert down.status_code == 200
    book = load_workbook(io.BytesIO(down.content))
    method = book_of(draft).indicator(CODE).method
    assert method is not None
    page = book[f"法·{words_of('kind', method.kind)[0]}"]
    keys = {cell.value: cell.column for cell in page[2]}
    row = page.max_row + 1
    page.cell(row, keys["indicator"]).value = CODE
    page.cell(row, keys["cap"]).value = 1.15
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("draft.xlsx", out.getvalue())
    done = client.post(
        f"/office/rulebooks/{draft.pk}/replace/", {"row_version": draft.row_version, "file": file}
    )
    assert done.status_code == 302, words(done)
    draft.refresh_from_db()
    first, second = segments(book_of(draft).indicator(CODE), YEAR, YEAR.end)
    assert first.method == book_of(held).indicator(CODE).method
    assert str(getattr(second.method, "cap", "")) == "1.15"
    assert draft.version == "2026-07"


def test_the_empty_form_is_downloaded_filled_in_and_uploaded(people: People) -> None:
    """From the page of rulebooks, by its Chinese words alone, to a draft that the check passes."""
    client = people.client("office_indicators")
    address = re.search(r'href="([^"]+)"[^>]*>下载空白方案表', client.get("/office/rulebooks/").content.decode())  # fmt: skip
    assert address
    down = client.get(address[1])
    assert "spreadsheetml" in down["Content-Type"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(down.content)
        fill(department_rulebook(), official := Official(path))
        content = official.save().read_bytes()
    file = SimpleUploadedFile("form.xlsx", content)
    done = client.post("/office/rulebooks/new/draft/", {"file": file, "period": "2025"})
    assert done.status_code == 302, words(done)
    assert book_of(RulebookVersion.objects.get(state="draft")) == department_rulebook()
    assert "下载空白方案表" not in client_of(people, "unit_leader")
    assert people.client("unit_leader").get(address[1]).status_code == 403


def client_of(people: People, role: str) -> str:
    """The page of rulebooks as somebody sees it."""
    return words(people.client(role).get("/office/rulebooks/"))


def test_the_version_is_a_field_of_every_upload(people: People, held: RulebookVersion) -> None:
    client = people.client("office_indicators")
    content = client.get(f"/office/rulebooks/{held.pk}/workbook.xlsx").content
    for kind, expected in (({}, 422), ({"version": "2027-1"}, 302)):
        file = SimpleUploadedFile("next.xlsx", content)
        done = client.post("/office/rulebooks/new/draft/", {"file": file, "period": "2027", **kind})
        assert done.status_code == expected, words(done)
    assert RulebookVersion.objects.get(state="draft").version == "2027-1"


def test_the_page_of_a_rulebook_in_force_shows_rules_targets_and_weights(
    people: People, held: RulebookVersion
) -> None:
    page = words(people.client("unit_leader").get(f"/office/rulebooks/{held.pk}/"))
    assert "怎么得分" in page
    assert "城市主城区 5" in page
    assert "城市主城区 2 自 2026-01-01（未来适用：2025-08-01 调整，2025 仍按调整前的权重）" in page
    aim = getattr(book_of(held).indicator("D01").method, "target", None)
    assert f"目标 {aim} " in page


def test_a_rolled_over_draft_lists_what_is_to_be_revised(
    people: People, held: RulebookVersion
) -> None:
    """Targets that are last year's, the days of the procedure; a target that was set anew leaves the list."""
    client = people.client("office_indicators")
    done = client.post(
        f"/office/rulebooks/{held.pk}/roll_over/",
        {"row_version": held.row_version, "period": "2027", "version": "2027"},
    )
    assert done.status_code == 302, words(done)
    draft = RulebookVersion.objects.get(state="draft")
    page = words(client.get(f"/office/rulebooks/{draft.pk}/"))
    assert "结转后请逐项修订或核对" in page
    assert "指标 D01 细颗粒物PM2.5平均浓度：目标值 30，与上年相同。" in page
    assert "办理程序的开始日顺延为 2027-02-16" in page
    write(people, draft, "D01", **{"cell:method/target": "29"})
    page = words(client.get(f"/office/rulebooks/{draft.pk}/"))
    assert "指标 D01 细颗粒物PM2.5平均浓度：目标值" not in page


def test_the_start_of_another_year_leaves_out_who_ended(people: People) -> None:
    book = district_rulebook()
    units = tuple(
        AssessedUnit(code=code, name=Text(zh=code), category=book.categories[0].code, group=book.groups[0].code)
        for code in ("G01", "G02")
    )  # fmt: skip
    in_force(book.model_copy(update={"version": "2026", "units": units}))
    Unit.objects.create(code="G01", name_zh="撤销的区", kind="区县", valid_to=date(2026, 6, 30))
    client = people.client("office_data")
    now = words(client.get("/office/checklist/"))
    later = words(client.get("/office/checklist/", {"year": "2027"}))
    assert "年初准备 2026" in now
    assert "年初准备 2027" in later
    count = re.compile(r"每个单位都有负责人账号 还缺 (\d+)")
    missing = [int(count.search(page)[1]) for page in (now, later)]  # type: ignore[index]
    assert missing[0] - missing[1] == 1
    answer = client.get("/api/v1/checklist", {"year": 2027})
    assert answer.status_code == 200
    assert client.get("/api/v1/checklist", {"year": 1}).status_code == 422


def test_the_start_of_the_year_asks_nothing_of_sisters_and_of_what_is_gone(people: People) -> None:
    """Of a rulebook from above only this city is its own, and nobody gives an account to what was abolished since."""
    book = district_rulebook()
    units = tuple(
        AssessedUnit(code=code, name=Text(zh=code), category=book.categories[0].code, group=book.groups[0].code)
        for code in ("G01", "G02", "G03")
    )  # fmt: skip
    held = in_force(book.model_copy(update={"version": "2026", "units": units}))
    client = people.client("office_data")

    def missing() -> int:
        page = words(client.get("/office/checklist/"))
        found = re.search(r"每个单位都有负责人账号 还缺 (\d+)", page)
        assert found is not None, page
        return int(found[1])

    whole = missing()
    gone = Unit.objects.create(code="G02", name_zh="乙区", kind="区县", valid_to=date(2026, 1, 31))
    assert whole - missing() == 1
    gone.delete()
    held.delete()
    in_force(book.model_copy(update={"version": "2026", "units": units, "home": "G01"}))
    assert whole - missing() == 2


@pytest.mark.parametrize("made", [district_rulebook, department_rulebook])
def test_the_form_of_every_indicator_takes_back_what_it_shows(made: Any, people: People) -> None:
    """A unit of measure may be a mark alone, such as %: whatever stands in a rulebook can be saved from its form again."""
    book = made().model_copy(update={"version": "2026"})
    draft = begin(people, in_force(book))
    client, before = people.client("office_indicators"), book_of(draft)
    assert any(one.measure_unit.zh == "%" for one in before.indicators)
    for one in before.indicators:
        address = f"/office/rulebooks/{draft.pk}/indicator/?code={one.code}"
        page = client.get(address).content.decode()
        (form,) = (
            form
            for form in forms_of(address, page)
            if any(name.startswith("cell:") for name, *_ in form.fields)
        )
        done = client.post(address, {name: value for name, _, value, *_ in form.fields})
        assert done.status_code == 302, (one.code, words(done)[:2000])
    assert (
        differences(before, book_of(RulebookVersion.objects.get(pk=draft.pk)), "zh")[0]
        == "没有差别。"
    )


def test_weights_say_which_period_they_reach() -> None:
    """Of one day within the year, prospective weights wait for the next one, and restated ones hold for all of it."""
    book = district_rulebook()
    first, newest = (
        min(book.weights, key=lambda one: one.from_),
        max(book.weights, key=lambda one: one.from_),
    )
    code = next(code for code, weight in first.table.items() if weight)
    altered = first.table | {code: {one.code: 1 for one in book.categories}}

    def since(kind: str, day: date) -> set[tuple[str, str]]:
        table = newest.model_copy(update={"kind": kind, "from_": day, "table": altered})
        held = book.model_copy(update={"weights": (first, table)})
        card = next(card for card in cards(held) if card.indicator.code == code)
        return {one.since for one in card.weights} - {("", "")}

    assert since("prospective", date(2025, 8, 1)) == {("自 2026-01-01（未来适用：2025-08-01 调整，2025 仍按调整前的权重）", "from 2026-01-01 (prospective: changed on 2025-08-01, 2025 stays as before)")}  # fmt: skip
    assert since("restated", date(2025, 8, 1)) == {("自 2025-08-01（追溯调整：2025 全期适用）", "from 2025-08-01 (restated: for the whole of 2025)")}  # fmt: skip
    assert since("prospective", date(2026, 1, 1)) == {("自 2026-01-01", "from 2026-01-01")}


def test_the_check_speaks_to_whoever_works_in_forms(people: People) -> None:
    """A setting by the word that its form has, and no line of a file that nobody wrote."""
    held = in_force(department_rulebook().model_copy(update={"version": "2026"}))
    draft = begin(people, held)
    code = next(one.code for one in book_of(held).indicators if getattr(one.method, "kind", "") == "rate_minus")  # fmt: skip
    write(people, draft, code, **{"cell:method/points_per_unit": "-1"})
    client = people.client("office_indicators")
    form = client.get(f"/office/rulebooks/{draft.pk}/indicator/", {"code": code}).content.decode()
    assert "每点扣分" in form
    page = words(client.get(f"/office/rulebooks/{draft.pk}/"))
    assert f"{code}：每点扣分必须大于零，现为 -1" in page
    assert "points_per_unit" not in page
    assert "方案文件第" not in page
    told = [one for one in findings_of(draft) if one["code"] == "method.numbers"]
    assert [one["where"] for one in told] == [code]

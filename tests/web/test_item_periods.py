"""Items that an earlier release loaded without a period count in their rulebook's, and the office tells of them as the score does."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.web.conftest import NOW
from tests.web.test_other_paths import book, entered
from tests.web.test_sense import computed
from tests.web.town import STATISTICS, Town
from zhengheng.engines.passport import passport
from zhengheng.web.intake.services import load
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.lake_check import compare_all
from zhengheng.web.reporting.models import Item
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.results.uncounted import uncounted
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

pytestmark = pytest.mark.one_database

__all__ = ["book"]

DOCUMENT = "通报（2026）3号"


def loaded_before(book: int, decided_on: date, **row: str) -> Item:
    """An item as an office of an earlier release has it: loaded, and its row in the lake says no period."""
    version = RulebookVersion.objects.get(pk=book)
    units = {unit.code: unit for unit in Unit.objects.all()}
    item = Item.objects.create(
        rulebook=version, unit=units["D16"], supplier=units[STATISTICS], item="CIRCULAR", points="1", document=DOCUMENT,
        decided_on=decided_on, reason="迟报数据", state="loaded", times_loaded=1, made_at=NOW,
    )  # fmt: skip
    said = {"unit": "D16", "item": "CIRCULAR", "points": "1", "document": DOCUMENT, "decided_on": decided_on.isoformat()} | row  # fmt: skip
    load(book_of(version), "event", [said], purpose="office: event", loader="job:1", at=NOW)
    return item


def deducted(run: ResultRun) -> list[str]:
    parts = passport(loaded(folder_of(run.run)), "D16", None, "zh").parts
    return [one.detail for part in parts if part.kind == "deduction" for one in part.parts]


def test_an_item_loaded_without_a_period_is_of_its_rulebooks_year(town: Town, book: int) -> None:
    """Decided in the spring, as it is usual, it would else drop out of the year that it is meant for."""
    loaded_before(book, date(2026, 2, 20))
    assert compare_all() == []
    run = computed(town, book)
    assert deducted(run) == ["通报(2026)3号 (2026-02-20)"]
    assert uncounted(run) == []
    assert (Path(settings.HOME) / "lakes" / "town").is_dir()


def test_an_item_whose_row_says_another_year_is_named(town: Town, book: int) -> None:
    loaded_before(book, date(2026, 2, 20), period="2024")
    assert [problem.code for problem in compare_all()] == ["item.lost"]
    run = computed(town, book)
    assert deducted(run) == []
    assert [matter.why[0] for matter in uncounted(run)] == ["已经认定，没有计入"]


def test_an_item_decided_after_the_day_of_a_run_is_named_as_not_counted(
    town: Town, book: int
) -> None:
    made = entered(town, book, decided_on="2026-02-28")["id"]
    town.post("unit_leader-D16", f"items/{made}/confirm")
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-02-27")
    run = ResultRun.objects.get(run=town.work()[-1].result["run"])  # type: ignore[index]
    assert Item.objects.get(pk=made).state == "loaded"
    assert deducted(run) == []
    assert [matter.obj.pk for matter in uncounted(run)] == [made]
    assert uncounted(computed(town, book)) == []


@pytest.mark.parametrize("document", ["通报（2026）4号", "ＴＢ〔２０２６〕４"])
def test_a_document_with_full_width_signs_is_found_in_the_lake(town: Town, book: int, document: str) -> None:  # fmt: skip
    made = entered(town, book, document=document)["id"]
    town.post("unit_leader-D16", f"items/{made}/confirm")
    run = computed(town, book)
    assert Item.objects.get(pk=made).state == "loaded"
    assert compare_all() == []
    assert uncounted(run) == []


LABEL = re.compile(r'<label for="([^"]+-decided_on)">\s*(.*?)\s*</label>', re.DOTALL)


@pytest.mark.parametrize(("name", "act"), [("statistics", "enter"), ("unit_leader-D16", "claim")])
@pytest.mark.parametrize(
    ("tongue", "words", "hint"),
    [("zh-hans", "决定日期", "只计入这一天所在的那一期"), ("en", "Day of the decision", "only where this day lies in that part")],
)  # fmt: skip
def test_the_day_of_the_decision_has_one_name_and_says_what_follows(
    town: Town, book: int, name: str, act: str, tongue: str, words: str, hint: str
) -> None:
    """Whoever fills it in decides by it to which quarter the item counts."""
    client = town.client(name)
    client.cookies["language"] = tongue
    page = client.get(f"/office/items/new/{act}/").content.decode()
    ((field, label),) = LABEL.findall(page)
    assert label == words
    assert f'aria-describedby="{field.removesuffix("decided_on")}decided_on-hint"' in page
    assert hint in page


def test_an_item_calls_its_day_as_its_form_does(town: Town, book: int) -> None:
    made = entered(town, book, decided_on="2026-02-28")["id"]
    page = town.client("statistics").get(f"/office/items/{made}/").content.decode()
    assert re.search(r"<dt>\s*决定日期\s*</dt>\s*<dd[^>]*>\s*2026-02-28", page)

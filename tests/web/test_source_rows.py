"""From the passport's page to the source row itself: that row, by right, and no other."""

import re
from datetime import date

from django.conf import settings

from tests.e2e.town import Town
from tests.web.conftest import NOW
from tests.web.test_sense import WHY, asked, book, computed, town
from zhengheng.web.results.models import ResultRun

__all__ = ["book", "town"]


def test_the_source_row_of_a_passport_can_be_opened(town: Town, book: int) -> None:
    asked(book, "D10", "confirmed", value="97.5")
    asked(book, "D13", "confirmed", value="970", confirmation=WHY)
    run = computed(town, book)
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    client = town.client("unit_reporter-D10")
    page = client.get(f"/office/results/{run.run}/units/D10/").content.decode()
    links = re.findall(rf"/office/results/{run.run}/units/D10/source/\d+/\d+/", page)
    assert len(links) == 1
    row = client.get(links[0]).content.decode()
    for word in ("97.5", "ANSWERED", "2025", "SHA-256", "正常"):
        assert word in row
    for foreign in ("D13", "970", WHY):
        assert foreign not in row, "the neighbour's row stays shut"
    other = next(iter(re.findall(r"/source/\d+/\d+/", client.get(f"/office/results/{run.run}/units/D13/").content.decode())))  # fmt: skip
    assert other not in links[0]
    assert client.get(f"/office/results/{run.run}/units/D10{other}").status_code == 404
    assert WHY in client.get(f"/office/results/{run.run}/units/D13{other}").content.decode()
    ResultRun.objects.update(state="draft")
    assert client.get(links[0]).status_code == 404


def test_a_file_that_is_not_the_loaded_one_is_not_shown(town: Town, book: int) -> None:
    asked(book, "D10", "confirmed", value="97.5")
    run = computed(town, book)
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    client = town.client("unit_reporter-D10")
    page = client.get(f"/office/results/{run.run}/units/D10/").content.decode()
    link = re.findall(r"/office/results/\w+/units/D10/source/\d+/\d+/", page)[0]
    (path,) = (settings.HOME / "lakes" / "town" / "inbox").glob("observation-*.csv")
    path.write_text(path.read_text().replace("97.5", "12.3"), encoding="utf-8")
    row = client.get(link).content.decode()
    assert "12.3" not in row
    assert "97.5" in row, "what was taken from it stands in the lake"
    path.unlink()
    assert client.get(link).status_code == 200

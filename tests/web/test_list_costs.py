"""What a page reads of the database: queries and characters, however many objects there are that are not on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.conftest import NOW
from tests.web.test_other_paths import in_force
from tests.web.town import STATISTICS, Town
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.rulebooks.models import Question, RulebookVersion

NOTE = "本方案的编制说明。" * 4000
"""Makes the rulebook's text long: 36,000 characters, as a city's is."""
PAGES = (
    ("/office/", "reports"), ("/office/reports/", "reports"), ("/api/v1/reports", "reports"), ("/api/v1/me", "reports"),
    ("/office/", "items"), ("/api/v1/me", "items"),
)  # fmt: skip
FOR_ALL = (
    ("/office/items/", "items"),
    ("/api/v1/items", "items"),
    ("/office/questions/", "questions"),
    ("/api/v1/questions", "questions"),
)


@pytest.fixture
def book(town: Town) -> int:
    number = in_force(town, source=NOTE)
    assert len(RulebookVersion.objects.get(pk=number).text) > len(NOTE)
    return number


def reports(book: int, unit: str, count: int, first: int = 2100) -> None:
    held, owner = Unit.objects.get(code=unit), Unit.objects.get(code=STATISTICS)
    Report.objects.bulk_create(
        Report(rulebook_id=book, unit=held, supplier=held if n % 2 else owner, indicator="SEATS" if n % 2 else "GROWTH", period=str(first + n),
               state="due", due_on=date(2026, 4, 1), made_at=NOW)
        for n in range(count)
    )  # fmt: skip


def items(book: int, unit: str, count: int, first: int = 0) -> None:
    held, owner = Unit.objects.get(code=unit), Unit.objects.get(code=STATISTICS)
    Item.objects.bulk_create(
        Item(rulebook_id=book, unit=held, supplier=owner, item="CIRCULAR", points="1", document=f"通报〔2026〕{first + n}号", decided_on=date(2026, 2, 20),
             reason="迟报数据", state="entered", due_on=date(2026, 4, 1), made_at=NOW)
        for n in range(count)
    )  # fmt: skip


def questions(book: int, _unit: str, count: int, first: int = 0) -> None:
    Question.objects.bulk_create(Question(rulebook_id=book, indicator="SEATS", text=f"口径 {first + n}", state="asked", made_at=NOW) for n in range(count))  # fmt: skip


MAKE = {"reports": reports, "items": items, "questions": questions}


class Read:
    characters = 0
    queries = 0


@contextmanager
def reading() -> Iterator[Read]:
    """Counts what comes from the database: queries, and the bytes of all texts in their answers."""
    read = Read()
    with texts_counted(read), CaptureQueriesContext(connection) as made:
        yield read
    read.queries = len(made)


@contextmanager
def texts_counted(read: Read) -> Iterator[None]:
    """Lets every text that the driver hands over pass by the counter, on either database."""
    driver = connection.connection
    if connection.vendor == "postgresql":
        from psycopg.types.string import TextLoader

        class Counted(TextLoader):
            def load(self, data: Any) -> Any:
                read.characters += len(data)
                return super().load(data)

        for name, loader in (("text", Counted), ("varchar", Counted)):
            driver.adapters.register_loader(name, loader)
        try:
            yield
        finally:
            for name in ("text", "varchar"):
                driver.adapters.register_loader(name, TextLoader)
        return
    held = driver.text_factory

    def counted(text: bytes) -> str:
        read.characters += len(text)
        return text.decode()

    driver.text_factory = counted
    try:
        yield
    finally:
        driver.text_factory = held


def cost(town: Town, who: str, page: str) -> Read:
    client = town.client(who)
    assert client.get(page).status_code == 200  # what is read once for all is read
    with reading() as read:
        assert client.get(page).status_code == 200
    assert read.characters > 0, "the counter sees what the page reads"
    return read


@pytest.mark.parametrize(("page", "what"), PAGES)
def test_a_page_reads_nothing_of_what_its_reader_may_not_see(
    town: Town, book: int, page: str, what: str
) -> None:
    """A reporter of one unit, while another unit has two and then two hundred objects."""
    MAKE[what](book, "D10", 4)
    MAKE[what](book, "D13", 2, 500)
    before = cost(town, "unit_reporter-D10", page)
    MAKE[what](book, "D13", 200, 3000)
    after = cost(town, "unit_reporter-D10", page)
    assert after.queries <= before.queries
    assert after.characters <= before.characters + 500, (before.characters, after.characters)


@pytest.mark.parametrize(("page", "what"), PAGES + FOR_ALL)
@pytest.mark.parametrize("who", ["office_data", "statistics", "unit_reporter-D10"])
def test_a_list_reads_no_rulebook_for_each_of_its_rows(
    town: Town, book: int, who: str, page: str, what: str
) -> None:
    """Two objects, and forty: no query more, and of each no more than itself."""
    MAKE[what](book, "D10", 2)
    before = cost(town, who, page)
    MAKE[what](book, "D10", 38, 3000)
    after = cost(town, who, page)
    assert after.queries <= before.queries + 2, (before.queries, after.queries)
    assert after.characters - before.characters < 38 * 2_000 + len(NOTE.encode())

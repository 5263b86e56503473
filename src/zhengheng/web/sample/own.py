"""Somebody's own rulebooks and files in the office: made-up people take each year from its rules to its publication."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from zhengheng.domain.spoken import LANGUAGE, t
from zhengheng.lake.store import Lake
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.web.intake.committed import commit
from zhengheng.web.sample.desk import moment, work
from zhengheng.web.sample.people import PEOPLE, accounts, appoint, welcome
from zhengheng.web.sample.road import adopted, as_of, concluded, release
from zhengheng.web.sample.shown import Shown
from zhengheng.web.sample.stage import play, until


def furnish_own(
    home: Path, shown: list[Shown], now: datetime, tell: Callable[[str], None]
) -> list[tuple[str, str, str]]:
    """Units, people, and every year of every rulebook, oldest first. Gives the accounts as furnish_office does."""
    first = min(min(one.years) for one in shown)
    last = max(max(one.years) for one in shown)
    for one in shown:
        lake = Lake.create(home / "lakes" / one.book.code)
        with lake.writing():
            lake.intake(one.facts, one.mapping, loader="demo", at=now)
            commit(lake, now)
    units = {unit.code: _row(unit, one.book) for one in shown for unit in one.facts.units}
    officials = [person for person in PEOPLE if person[3] is None]
    appoint(list(units.values()), officials, moment(f"{first}-01-05"), shown[0].mapping.source)
    stories = [_year(home, one, year, tell) for year in range(first, last + 1) for one in shown if year in one.years]  # fmt: skip
    play([_guests(f"{last + 1}-03-12"), *stories])
    tell(t("网页", "pages"))
    work(pages=True)
    return accounts()


async def _year(home: Path, one: Shown, year: int, tell: Callable[[str], None]) -> None:
    tell(f"{one.book.title.say(LANGUAGE)} {year}")
    await adopted(one.book, year)
    after = f"{year + 1}-04"
    run = await concluded(home, as_of(one.book, year), year)
    await release(run, "score", (f"{after}-02", f"{after}-03", f"{after}-08"))


async def _guests(day: str) -> None:
    await until(day)
    welcome(moment(day))


def _row(unit: Unit, book: Rulebook) -> dict[str, str]:
    names = {category.code: category.name for category in book.categories}
    return {
        "code": unit.code,
        "name_zh": unit.name.zh,
        "name_en": unit.name.en,
        "kind": names[unit.category].zh,
    }

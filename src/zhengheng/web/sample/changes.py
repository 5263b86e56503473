"""A story of the sample city: rules that changed within their year, in each of the three lawful kinds, each adopted in its time."""

from collections.abc import Iterator
from dataclasses import dataclass

from zhengheng.sample.rulebooks import ADDED
from zhengheng.scheme.amend import removed
from zhengheng.scheme.model import Rulebook
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.sample.road import Days, adopt, as_of

SPLIT, RESTATED = "D01", "C06"


@dataclass(frozen=True)
class Turn:
    """A mid-year change: the rulebook from then on, its kind and reason, the days of its procedure."""

    book: Rulebook
    kind: str
    reason: str
    days: Days


def at_first(book: Rulebook, year: int) -> Rulebook:
    """The districts' rulebook as a year began, before what was changed in it."""
    held = _before_the_typhoon(_without(book, RESTATED))
    return as_of(_without(held, SPLIT) if year <= 2024 else held, year)


def turns(book: Rulebook, year: int) -> Iterator[Turn]:
    """What changed within the year, the earliest first; the last is the rulebook by which the year is computed."""
    if year == 2024:
        yield Turn(
            as_of(_before_the_typhoon(_without(book, RESTATED)), 2024).model_copy(update={"version": "2024-07"}),
            "split", "石硖区 PM2.5 监测站点 7 月 1 日搬迁, 前后分段计算",
            ("2024-07-30", "2024-08-05", "2024-08-06", "2024-08-08"),
        )  # fmt: skip
    if year == 2025:
        yield Turn(
            _without(book, RESTATED).model_copy(update={"version": "2025-08"}), "prospective",
            "台风后增列防汛隐患整改, 从下一期间起计分", ("2025-08-04", "2025-08-11", "2025-08-12", "2025-08-15"),
        )  # fmt: skip
        yield Turn(
            book, "restated", "老旧小区改造完工率的分母更正, 全年重新计算, 更正前后的结果都公开",
            ("2025-11-03", "2025-11-10", "2025-11-11", "2025-11-14"),
        )  # fmt: skip


async def change(turn: Turn, period: str) -> RulebookVersion:
    """Adopted by its own procedure; what a restatement would do to everybody is computed and read first."""
    made: RulebookVersion = await adopt(
        turn.book, period, turn.days, kind=turn.kind, reason=turn.reason, rehearse=turn.kind == "restated"
    )  # fmt: skip
    return made


def _without(book: Rulebook, code: str) -> Rulebook:
    """The rulebook before an indicator's changes."""
    held = [one.model_copy(update={"changes": ()}) if one.code == code else one for one in book.indicators]  # fmt: skip
    return book.model_copy(update={"indicators": tuple(held)})


def _before_the_typhoon(book: Rulebook) -> Rulebook:
    return removed(book.model_copy(update={"weights": book.weights[:1]}), ADDED)

"""A rulebook's road in the demonstrations: adopted, computed, on notice, decided, published, each by its people."""

from datetime import date
from pathlib import Path
from typing import Any

from zhengheng.domain.periods import parse_period
from zhengheng.engines.archive import keep_run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.store import Lake
from zhengheng.scheme.model import Rulebook
from zhengheng.web.decisions.acts import DECISIONS
from zhengheng.web.files.services import take_in
from zhengheng.web.publication.acts import PUBLICATIONS
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.clocks import approved_first, concerned
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.services import name_reader, register_run, serve
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.services import packed
from zhengheng.web.sample.desk import moment, person, work
from zhengheng.web.sample.stage import do, make, paper, until

MEETINGS = (
    "2023-03-01", "2024-03-01", "2024-03-28", "2024-08-08", "2025-02-20", "2025-03-01", "2025-03-18", "2025-03-28", "2025-08-15",
    "2025-10-20", "2025-11-14", "2026-01-05", "2026-01-28", "2026-02-27", "2026-03-09", "2026-03-11",
)  # fmt: skip
"""The days on which the sample's commission met; within its year each meeting has its own number."""


def meeting_of(when: str) -> str:
    """The number of the meeting of a day; of a demonstration's own years the day itself."""
    day = when[:10]
    held = [one for one in MEETINGS if one[:4] == day[:4]]
    return f"{day[:4]}年第{held.index(day) + 1}次会议" if day in held else f"{day} 会议"


async def decided(subject: str, when: str, wording: str) -> int:
    """The commission decides; the secretary records, a member attests."""
    meeting = meeting_of(when)
    made = await make(
        DECISIONS, "record", "mishu", when, subject=subject, meeting=meeting, held_on=when[:10], approved=True,
        attendees="主任委员及委员共十一人", wording=wording, minutes=[await paper("mishu", when, f"{meeting} 会议纪要")],
    )  # fmt: skip
    await do(DECISIONS, "attest", made, "weiyuan", when)
    number: int = made.pk
    return number


Days = tuple[str, str, str, str]
"""Drafted, consulted until, submitted, adopted."""


async def adopt(
    source: Rulebook, period: str, days: Days, opinion: tuple[str, str, str, str] | None = None, *,
    kind: str = "", reason: str = "", rehearse: bool = False,
) -> Any:  # fmt: skip
    """Draft, consultation, the office's word, the commission's decision, on these days.

    `opinion` is who says what of which clause, and the office's reply; `kind` and `reason` make it a change within
    the year, which is tried out on the year's data where it is to `rehearse`.
    """
    drafted, ends, submitted, adopted = days
    await until(drafted)
    held = take_in(
        name=f"{source.code}.zip", content=packed(source), actor=person("zhibiao"), now=moment(drafted)
    )  # fmt: skip
    book = await make(RULEBOOKS, "draft", "zhibiao", drafted, file=held.pk, period=period, change_kind=kind, reason=reason)  # fmt: skip
    await do(RULEBOOKS, "consult", book, "zhibiao", drafted, until=ends)
    if opinion:
        who, clause, text, reply = opinion
        await do(RULEBOOKS, "opine", book, who, ends, clause=clause, text=text)
        number = book.opinions.get().pk
        await do(RULEBOOKS, "reply", book, "zhibiao", ends, opinion=number, reply=reply)
    if rehearse:
        await do(RULEBOOKS, "rehearse", book, "zhibiao", ends, period=period)
        work()
    await do(RULEBOOKS, "submit", book, "zhuren", submitted)
    decision = await decided(f"rulebook:{book.pk}", adopted, f"通过{book.title_zh}")
    return await do(RULEBOOKS, "adopt", book, "mishu", adopted, decision=decision)


def as_of(book: Rulebook, year: int) -> Rulebook:
    """A rulebook as it stood in an earlier year; its dated weights say what counted then."""
    return book.model_copy(update={"version": str(year), "effective_from": date(year, 1, 1), "known_from": date(year, 3, 1)})  # fmt: skip


async def adopted(book: Rulebook, year: int) -> Any:
    """The rulebook as of a year, by its own procedure early in that year."""
    days = (f"{year}-01-22", f"{year}-02-19", f"{year}-02-21", f"{year}-03-01")
    return await adopt(as_of(book, year), str(year), days)


async def concluded(home: Path, book: Rulebook, year: int) -> ResultRun:
    """Computed by the rulebook in force, on notice for its days, decided, final in the spring after."""
    closing = f"{year + 1}-03-01"
    await until(closing)
    made = computed(home, book, str(year), date(year + 1, 3, 1), closing)
    days = (closing, f"{year + 1}-03-04", f"{year + 1}-03-28")
    return await closed(made, days)


def computed(home: Path, book: Rulebook, period: str, at: date, when: str) -> ResultRun:
    """A run over what the lake holds, as it is seen on a day, registered by the data desk."""
    lake = Lake.open(home / "lakes" / book.code)
    made = make_run(book, lake.facts(), parse_period(period), DuckEngine(), at)
    keep_run(lake, made, moment(when))
    return register_run(run=made.id, actor=person("shuju"), now=moment(when))


async def closed(run: ResultRun, days: tuple[str, str, str]) -> ResultRun:
    """Approved or not as its rulebook says, on notice and final on these days."""
    closing, published, final = days
    for reader in ("chengxu", "mishu"):
        name_reader(run=run, account=person(reader), actor=person("zhuren"), now=moment(closing))
    subject = f"result:{run.pk}"
    if approved_first(run):
        decision = await decided(subject, closing, "同意公示")
        await do(RESULTS, "approve", run, "mishu", closing, decision=decision)
        await do(RESULTS, "publish", run, "chengxu", published)
        run.refresh_from_db()
        for unit in concerned(run, moment(published).date()):
            serve(run=run, unit=unit, how="paper", actor=person("chengxu"), now=moment(published))
        await do(RESULTS, "finalise", run, "mishu", final)
    else:
        await do(RESULTS, "publish", run, "chengxu", published)
        decision = await decided(subject, final, "同意考核结果")
        await do(RESULTS, "finalise", run, "mishu", final, decision=decision)
    run.refresh_from_db()
    return run


async def release(
    run: ResultRun, shows: str, days: tuple[str, str, str], reason: str = "", cleared: str = ""
) -> None:
    """Prepared, read for secrets, released to everybody on these days; `reason` makes it a correction."""
    made = await make(
        PUBLICATIONS, "prepare", "chengxu", days[0], run=run.pk, shows=shows, reason=reason
    )
    await do(PUBLICATIONS, "review", made, "baomi", days[1], cleared=cleared)
    await do(PUBLICATIONS, "release", made, "zhuren", days[2])
    work()


async def archived(run: ResultRun, when: str) -> None:
    """The closed year's package is made and kept."""
    await do(RESULTS, "archive", run, "chengxu", when)
    work()

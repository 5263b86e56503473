"""Reports of the overview: one unit's performance, and what every report says of where it comes from."""

from collections import Counter
from datetime import date
from typing import Any

from django.utils.timezone import localtime

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.problems import Language
from zhengheng.engines.change import Change, written
from zhengheng.engines.heat import STATUSES
from zhengheng.engines.standins import stand_ins
from zhengheng.web.files.documents import Report, Section, Table
from zhengheng.web.overview import selectors, tables
from zhengheng.web.overview.readings import Reading, change_of, reading
from zhengheng.web.pages.tags import earned, measured, minus, say, show
from zhengheng.web.results.grades import graded, shown_of
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.newer import of_the_whole, redecided, warnings


def origin(result: ResultRun, held: Reading) -> str:
    """Which result, as of when, which run."""
    title = say(result.title_zh, result.title_en or result.title_zh)
    at, made = held.run.plan.at.isoformat(), f"{localtime(result.made_at):%Y-%m-%d %H:%M}"
    return say(
        f"{title} {result.period} · 核算日 {at}，数据为 {made} 核算时已入库的数据和已作出的决定 · 批次 {result.run}",
        f"{title} {result.period} · computed as of {at}, with the data and decisions of {made} · run {result.run}",
    )


def warned(result: ResultRun, day: date) -> tuple[str, ...]:
    """What the reader of a report must know of the result before reading it."""
    return tuple(say(*one) for one in warnings(result, day))


def notices_of(result: ResultRun, day: date, taken: str = "") -> tables.Notices:
    """The same for whoever takes the numbers away, each notice beside the numbers it is of; `taken` says who took them."""
    whole = " ".join(filter(None, (*(say(*one) for one in of_the_whole(result, day)), taken)))
    return tables.Notices(whole, {(one.unit, one.indicator): say(*one.said) for one in redecided(result, day)})  # fmt: skip


def word(status: str) -> str:
    """A status in shape and word."""
    shape, zh, en = STATUSES[status]
    return f"{shape} {say(zh, en)}"


def _moved(moved: Change, earlier: str, period: str) -> str:
    """From which total to which; of one that was revised since, what it was and what it is."""
    before, stands, after = (format_scaled(size, 9, 2) for size in (moved.before, moved.stands, moved.after))  # fmt: skip
    revised = (
        say(f"（数据修订前 {before}）", f" ({before} before data were revised)") * moved.is_revised
    )
    return say(f"{earlier}：{stands}{revised} → {period}：{after}", f"{earlier}: {stands}{revised} → {period}: {after}")  # fmt: skip


def of_unit(
    result: ResultRun, earlier: ResultRun | None, unit: str, language: Language, day: date
) -> Report:
    """One unit's performance report 单位绩效报告: total, why it changed, gaps, every indicator."""
    held = reading(result, language)
    group, line = held.line[unit]
    line = graded(line, shown_of(result), language)
    marks: dict[str, Any] = held.heat.marks.get(unit, {})
    name = selectors.names_of([unit], language).get(unit, line.name)
    counted: dict[str, int] = held.counted.get(unit, Counter())
    # The words of a total that there is none of say themselves that there is none.
    called = (f"{line.part[0]}部分得分", f"{line.part[1]}, score of that part") if line.due else ("总分", "total")  # fmt: skip
    total = say(f"{called[0]} {line.score}", f"{called[1]} {line.score}") if line.score else say(*line.absent).partition(" ")[2]  # fmt: skip
    if line.score and line.due:
        total += say(
            f"（{line.part[0]} {line.due} 分，得分率 {line.rate}）",
            f" ({line.due} points {line.part[1]}: {line.rate} of these)",
        )
    if line.score and line.place:
        of = f"{line.place} / {selectors.members(held.run, unit)}"
        total += say(
            f"，组内{'并列' if line.tied else ''}第 {of}",
            f", place in group: {'=' if line.tied else 'no. '}{of}",
        )
    sections = []
    moved = change_of(earlier, result, unit, language) if earlier else None
    if moved is not None and earlier is not None:
        effects = [(say(*words), size) for _, words, size in moved.said()]
        unlike = reading(earlier, language).line[unit][1].due != line.due
        apart = say("两期计入的满分不同，得分不能直接相比。", "Of the two periods unlike parts of the full mark counted, so that their points do not compare.")  # fmt: skip
        sections.append(Section(
            say("为什么变了", "Why it changed"),
            texts=(_moved(moved, earlier.period, result.period), *([apart] if unlike else [])),
            tables=(Table((say("原因", "Effect"), say("分", "Points")), effects),) if effects else (),
        ))  # fmt: skip
    gaps = selectors.gaps(marks.values())
    if gaps:
        left = selectors.left_words(line)
        sections.append(Section(say(*selectors.gaps_words(line)), tables=(Table(
            (say("指标", "Indicator"), say(f"{left[0]} (分)", f"{left[1].capitalize()} (points)"), say("实绩", "Actual"), say("目标", "Target"), say("达标线", "Met from")),
            [(held.heat.column(one.indicator).name, written(one.lost), measured(one.value, held.heat.column(one.indicator).measure_unit), measured(one.target, held.heat.column(one.indicator).measure_unit), show(one.line)) for one in gaps],
        ),)))  # fmt: skip
    sections.append(Section(say("各维度", "Dimensions"), tables=(Table(
        (say("维度", "Dimension"), say("得分", "Score"), say(f"{line.part[0]} / 满分", f"{line.part[1]} / full mark") if line.due else say("满分", "Full mark"), say("得分率", "Share")),
        [(one["name"], one["score"] or "—", " / ".join(filter(None, (one["full"], one["whole"]))) or "—", one["share"] or "—") for one in tables.dimensions(held.run, unit, language)],
    ),)))  # fmt: skip
    sections.append(Section(say("各项指标", "Indicators"), tables=(Table(
        (say("指标", "Indicator"), say("状态", "Status"), say("实绩", "Actual"), say("目标", "Target"), say("达标线", "Met from"), say("得分 / 满分", "Points / full mark")),
        [(f"{c.code} {c.name}" + say(*(f"（{c.before[0]}）", f" ({c.before[1]})")) * bool(c.before[0]), word(marks[c.code].status), measured(marks[c.code].value, c.measure_unit), measured(marks[c.code].target, c.measure_unit), show(marks[c.code].line),
          minus(earned(marks[c.code])))
         for c in held.heat.columns if c.code in marks],
    ),), texts=tuple(stand_ins(held.run, unit, language))))  # fmt: skip
    return Report(
        say(f"{name} {result.period} {'年' if len(result.period) == 4 else ''}绩效报告", f"{name}: performance {result.period}"),
        say(
            f"{group}：{total}{'，' + line.told if line.grade else ''}；达标 {counted.get('met', 0)} 项，关注 {counted.get('watch', 0)} 项，未达标 {counted.get('missed', 0)} 项。",
            f"{group}: {total}{', ' + line.told if line.grade else ''}; {counted.get('met', 0)} met, {counted.get('watch', 0)} to watch, {counted.get('missed', 0)} missed.",
        ),
        origin(result, held), sections, (*warned(result, day), *filter(None, [selectors.went_on(held.run, unit, language)])),
    )  # fmt: skip

"""What keeps a result on notice from its end, each by name: clocks that run, appeals and objections, grades, what is contested."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any

from zhengheng.domain.problems import Language, Problem, ZhenghengError
from zhengheng.domain.several import several
from zhengheng.web.acts.declare import Kind, Words
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.again import goes_first
from zhengheng.web.results.clocks import procedure, running, unserved
from zhengheng.web.results.closing import contested
from zhengheng.web.results.duties import open_appeals
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.uncounted import reasons_owed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.permissions import anywhere
from zhengheng.workflow.roles import Grant

MOST_NAMED = 12
"""Units that a refusal names; of more it says how many."""


def bars(run: ResultRun, day: date) -> list[Problem]:
    """Everything that has to be over before the result can be made final; nothing: it waits for the commission's word alone."""
    return [*_clocks(run, day), *(_open(*one) for one in open_appeals(run)), *_grades(run), *_contested(run)]  # fmt: skip


def in_the_way(run: ResultRun, day: date) -> list[Problem]:
    """All that others still have to do before the commission's word makes the result final: what bars the end, and another
    computation that is owed or waits for its notice. It may be left out with a reason, and until then it is their turn."""
    if not goes_first(run):
        return bars(run, day)
    try:
        return [*bars(run, day), *reasons_owed(run)]
    except (
        ZhenghengError
    ) as error:  # the newer computation is damaged: that is in the way, by its own words
        return [*bars(run, day), *error.problems]


def can_end(run: ResultRun, day: date) -> bool:
    """Whether nothing but the commission's word is missing for the end: before, others owe something, or time runs."""
    return not in_the_way(run, day)


def on_notice(run: ResultRun, day: date) -> Words | None:
    """From which day on it can be made final, while its notice runs."""
    if run.due_on is None or day > run.due_on:
        return None
    later = run.due_on + timedelta(1)
    return f"公示至 {run.due_on}，自 {later} 起可以终定。", f"The notice runs until {run.due_on}; the result can be made final from {later} on."  # fmt: skip


def service_words(run: ResultRun, day: date) -> Words:
    """Of a result on notice: whether its units are to be served one by one before the end, and how many are not yet."""
    if run.state != "notice":
        return "", ""
    if procedure(run).clock("review") is None:
        return (
            "方案没有从送达起算的复核时限：公示即告知全部单位，不要求逐个送达，没有送达记录的单位不影响终定。",
            "The rulebook has no review whose time runs from service: the public notice speaks to all units, none has to be served one by one, and those without a record of service do not hold up the end.",
        )
    left = [unit.code for unit in unserved(run, day)]
    if not left:
        return "应送达的单位都已送达。", "Every unit that is to be served has been."
    count = len(left)
    return (
        f"还有 {count} 个单位没有送达，送达以前不能终定：{named(left)}。",
        f"{count} {'unit is' if count == 1 else 'units are'} not served yet, and nothing is final before: {named(left, 'en')}.",
    )


def ends_results(held: Collection[Grant]) -> bool:
    """Whether somebody with these grants brings a result to its end, or clears what is in the way: he may read what that is."""
    return any(anywhere(held, act) for act in ("result.finalise", "result.publish", "result.set_aside", "appeal.accept"))  # fmt: skip


def year_of(run: ResultRun) -> RulebookVersion | None:
    """The rulebook whose whole period the result is of; None for a part of it."""
    return run.version if run.version is not None and run.version.period == run.period else None


def named(codes: list[str], language: Language = "zh") -> str:
    """Units by their names; of very many the first, and how many there are."""
    held = Unit.objects.filter(code__in=codes)
    names = {one.code: one.name_zh if language == "zh" else one.name_en or one.name_zh for one in held}  # fmt: skip
    shown = ("、" if language == "zh" else ", ").join(names.get(code, code) for code in codes[:MOST_NAMED])  # fmt: skip
    return shown if len(codes) <= MOST_NAMED else f"{shown}… ({len(codes)})"


def _clocks(run: ResultRun, day: date) -> Iterator[Problem]:
    if run.due_on and day <= run.due_on:
        yield Problem("due_on", "notice.running", f"公示至 {run.due_on}，尚未期满。", f"the notice runs until {run.due_on}")  # fmt: skip
    if left := [unit.code for unit in unserved(run, day)]:
        yield Problem(
            "served", "service.open", f"还有 {len(left)} 个单位没有送达证明，复核申请期从送达起算：{named(left)}。请先送达并登记。",
            f"{several(len(left), 'unit has no proof of service, with which its time for a review starts', 'units have no proof of service, with which their time for a review starts')}: {named(left, 'en')}; serve them first",
        )  # fmt: skip
    if held := running(run, day):
        last, codes = max(end for _, end in held), [unit.code for unit, _ in held]
        yield Problem(
            "served", "review.running", f"还有 {len(held)} 个单位的申请期没有届满，最晚到 {last}：{named(codes)}。",
            f"{several(len(held), 'unit still has time', 'units still have time')} to ask for a review, until {last} at the latest: {named(codes, 'en')}",
        )  # fmt: skip


def _open(kind: Kind, obj: Any) -> Problem:
    """An appeal or objection that is not at its end: which it is, how it stands, by when it moves."""
    zh, en, state = *kind.title(obj), kind.state_of(obj)
    by = (f"，期限 {obj.due_on}", f", until {obj.due_on}") if obj.due_on else ("", "")
    return Problem("appeals", "appeal.open", f"{kind.words[0]}第 {obj.pk} 号“{zh}”：{state[0]}{by[0]}，办结后才能终定。",
                   f"{kind.words[1]}, no. {obj.pk}, “{en}”: {state[1]}{by[1]}; it has to be closed before the result is final")  # fmt: skip


def _grades(run: ResultRun) -> Iterator[Problem]:
    if waiting := [one.unit for one in run.decided_grades.filter(asked=True)]:
        yield Problem(
            "grades", "grade.asked", f"这些单位的计算等次已经改变，原决定等次须由委员会重新决定：{named(waiting)}。请登记决定等次。",
            f"the computed grade of these units is another now, and the commission decides again: {named(waiting, 'en')}; record the decided grade",
        )  # fmt: skip


def _contested(run: ResultRun) -> Iterator[Problem]:
    """What the result would rest on and somebody still decides about."""
    version = year_of(run)
    for kind, obj in contested(version) if version else ():
        by = (f"，期限 {obj.due_on}", f", until {obj.due_on}") if obj.due_on else ("", "")
        yield Problem(f"{kind.name}:{obj.pk}", "year.contested", f"{kind.title(obj)[0]}：{kind.state_of(obj)[0]}{by[0]}，办结后才能终定。",
                      f"{kind.title(obj)[1]}: {kind.state_of(obj)[1]}{by[1]}; it has to be settled before the result is final")  # fmt: skip

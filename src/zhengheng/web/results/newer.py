"""What a result that stands does not say of itself: that its notice is over, that it was computed again, what an appeal changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.timezone import localdate, localtime

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.several import several
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Words
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded, newest, visible
from zhengheng.web.results.uncounted import appeals_left_out
from zhengheng.workflow.machines import RESULT, STANDING, UNNOTICED, UPCOMING

DECIDED_AGAINST = frozenset({*STANDING, "replaced"})
"""States of a result whose appeals, once carried out, stand in a later one."""


def notice_over(run: ResultRun, day: date) -> bool:
    """Whether the last day of a result's notice is past."""
    return run.due_on is not None and day > run.due_on


def state_words(run: ResultRun, day: date | None) -> Words:
    """The state with its clock where a day is asked for: a notice runs until its last day, and is over after it."""
    if run.state == "notice" and run.due_on is not None and day is not None:
        if notice_over(run, day):
            return f"公示已于 {run.due_on} 期满，等待终定", f"notice ended on {run.due_on}, to be made final"  # fmt: skip
        return f"公示中，至 {run.due_on}", f"on public notice until {run.due_on}"
    return RESULT.names[run.state]


def pending(run: ResultRun) -> ResultRun | None:
    """The newest version that waits for its own notice behind a result on notice: behind a final one none can follow."""
    if run.state != "notice":
        return None
    later = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__gt=run.pk)
    return later.filter(state__in=UPCOMING).order_by("-pk").first()


def successor(run: ResultRun) -> ResultRun | None:
    """The version that stands in the place of a replaced one."""
    return newest(run.rulebook, run.period) if run.state == "replaced" else None


def version_words(run: ResultRun) -> Words:
    """Which version of a result it is: when it went on notice, else when it was computed."""
    if run.published_at is not None:
        day = localdate(run.published_at)
        return f"{day} 公示的版本", f"the version published on {day}"
    made = f"{localtime(run.made_at):%Y-%m-%d %H:%M}"
    return f"{made} 核算的版本", f"the version computed on {made}"


def why_replaced(old: ResultRun, by: ResultRun) -> Words:
    """Why a newer version came in the place of a result: its reopening, the appeals that this version holds, or data and
    rules of a later day."""
    found = []
    opened = old.reopenings.order_by("-on", "-id").first()
    if opened is not None:
        said = opened.reason.rstrip("。.")
        found.append((f"按决定重新开启，理由：{said}", f"it was reopened by decision: “{said}”"))
    if count := len(_held_by(by, _upheld(old))):
        found.append((f"申诉决定更正了 {count} 项数值", f"appeals put {several(count, 'value', 'values')} right"))  # fmt: skip
    if not found:
        return (
            "按其后入库的数据和作出的决定重新核算",
            "it was computed again with what was loaded and decided since",
        )
    return "；".join(zh for zh, _ in found), "; ".join(en for _, en in found)


def _held_by(version: ResultRun | None, upheld: Iterable[Any]) -> set[int]:
    """Which of these upheld appeals a version of their result holds: not those decided after it was computed; all of them where
    its files cannot be read. Whatever says of an appeal that a version counts it asks here."""
    found = {one.pk for one in upheld} if version is not None else set()
    if version is None or not found:
        return set()
    try:
        return found - {one.obj.pk for one in appeals_left_out(version)}
    except ZhenghengError:
        return found


def warnings(run: ResultRun, day: date) -> list[Words]:
    """What every page and paper of a result that is not the one in force, or not for good, says of it: whole sentences."""
    return [*of_the_whole(run, day), *(one.said for one in redecided(run, day))]


def of_the_whole(run: ResultRun, day: date) -> list[Words]:
    """What must be known of every number of a result: its state, what was left out, what came in its place. What an appeal
    put right is said of its own value alone."""
    zh, en = state_words(run, day)
    if run.state in UNNOTICED:
        found = [
            (
                "未公示：这一结果尚未公示，不是对外的结果。",
                "Not on notice yet: this is no result for others.",
            )
        ]
    elif run.state == "notice":
        found = [
            (
                f"{zh}；这一结果尚未终定。",
                f"{en[:1].upper()}{en[1:]}; this result is not final yet.",
            )
        ]
    else:
        found = []
    return [*found, *uncounted_words(run), *_no_longer_stands(run, day)]


def uncounted_words(run: ResultRun, unit: str = "") -> list[Words]:
    """That something settled does not count in a result, and the public reason; of one unit, where named."""
    units, found = run.left_out.get("units", []), []
    if opened := run.left_out.get("reopened"):
        found.append((
            f"本结果于 {opened} 重新开启后未作更正。理由：{run.left_out['reason']}",
            f"Reopened on {opened} and not corrected. Reason: “{run.left_out['reason']}”",
        ))  # fmt: skip
    count = units.count(unit) if unit else len(units)
    if not count:
        return found
    zh, en = ("本单位有", "of this unit") if unit else ("有", "")
    found.append((
        f"{zh} {count} 项已经办结的事项没有计入本结果。理由：{run.left_out['reason']}",
        f"Settled and not counted in this result: {count} {en}".rstrip() + f". Reason: “{run.left_out['reason']}”",
    ))  # fmt: skip
    return found


def _no_longer_stands(run: ResultRun, day: date) -> list[Words]:
    """That another version stands in the place of a result."""
    found = []
    stands = successor(run)
    if stands is not None:
        now_zh, now_en = state_words(stands, day)
        found.append((
            f"这一版已被新版代替，不再有效；现行的是{version_words(stands)[0]}（批次 {stands.run}），{now_zh}。",
            f"This version was replaced and is no longer valid; in its place stands {version_words(stands)[1]} (run {stands.run}), {now_en}.",
        ))  # fmt: skip
    return found


@dataclass(frozen=True)
class Redecided:
    """A value that a decided appeal replaces."""

    unit: str
    name: Words
    indicator: str
    series: str
    """What was decided on: a part of the indicator's value, or that itself."""
    about: Words
    before: Words
    """The values with their unit of measure."""
    after: Words
    total: str
    fate: Words
    """Which version counts it, or that none does."""

    @property
    def said(self) -> Words:
        """What the decision made of the value, and of the total where it is known."""
        total_zh, total_en = (
            (f"，总分 {self.total}", f", total {self.total}") if self.total else ("", "")
        )
        return (
            f"{self.name[0]} {self.about[0]}：申诉已作出决定，改算后数值为 {self.after[0]}（本版为 {self.before[0] or '—'}）{total_zh}，{self.fate[0]}。",
            f"{self.name[1]}, {self.about[1]}: decided on appeal; the value, computed again, is {self.after[1]} (here {self.before[1] or '—'}){total_en}; {self.fate[1]}.",
        )  # fmt: skip


def redecided(run: ResultRun, day: date) -> list[Redecided]:
    """What appeals upheld against this result, or against one that came in its place, put right and it still shows: of each value
    the newest decision."""
    later = successor(run) or pending(run)
    held_against = [run] if run.state != "replaced" else [run, *_after(run)]
    upheld = [*_newest_of(held_against).values()]
    held = _held_by(later, upheld)
    return [_told(one, run, _fate(run, later, day, held=one.pk in held)) for one in upheld]


def counted(run: ResultRun) -> list[Redecided]:
    """What appeals upheld against the versions before this one put right, and it counts: of each value the newest decision."""
    if run.state not in DECIDED_AGAINST:
        return []
    before = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__lt=run.pk)
    upheld = _newest_of(before.order_by("pk")).values()
    held = _held_by(run, upheld)
    fate = ("已计入本结果", "this result counts it")
    return [_told(one, run, fate, counts=True) for one in upheld if one.pk in held]


def _after(run: ResultRun) -> QuerySet[ResultRun]:
    """The versions of a result that came after one, the earliest first."""
    held = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__gt=run.pk)
    return held.order_by("pk")


def _newest_of(runs: Iterable[ResultRun]) -> dict[tuple[int, str, str], Any]:
    """Of each value the newest of the appeals that were upheld against these versions, the earliest version first."""
    return {(one.unit_id, one.series, one.value_period): one for run in runs for one in _upheld(run)}  # fmt: skip


def _told(appeal: Any, run: ResultRun, fate: Words, *, counts: bool = False) -> Redecided:
    """What an upheld appeal put right, in the words of a result's rulebook; before it stands what the result still shows, or, in
    one that `counts` it, what it was decided against."""
    book, effect = loaded(folder_of(run.run)).rulebook, appeal.effect or {}
    about = book.indicator(appeal.indicator)
    zh, en = (effect.get(spoken) or effect.get("zh", {}) for spoken in ("zh", "en"))
    before, after = (_measured(about, zh.get(at, {}).get("value", ""), en.get(at, {}).get("value", "")) for at in ("before", "after"))  # fmt: skip
    if appeal.run_id != run.pk and not counts:
        # It was decided against another version: what this one shows is its own.
        rows = loaded(folder_of(run.run)).results.of_unit("indicator_score", appeal.unit.code)
        shown = next((row["value"] for row in rows if row["indicator"] == appeal.indicator), None)
        before = ("", "") if shown is None else about.measured(plain(shown, about.decimals))
    if not after[0]:
        after = book.indicator(appeal.series or appeal.indicator).measured(appeal.decided_value)
    return Redecided(
        appeal.unit.code, (appeal.unit.name_zh, appeal.unit.name_en or appeal.unit.name_zh), appeal.indicator, appeal.series or appeal.indicator,
        (about.name.zh, about.name.say("en")),
        before, after, zh.get("after", {}).get("total", ""), fate,
    )  # fmt: skip


def _fate(run: ResultRun, later: ResultRun | None, day: date, *, held: bool) -> Words:
    """What became of a decided value that a result does not show: in which version it counts, if in any."""
    if run.state == "replaced" and held and later is not None and later.state == "notice":
        if notice_over(later, day):
            return f"已计入新版，新版公示已于 {later.due_on} 期满，尚未终定", f"it is in the newer version, whose notice ended on {later.due_on} and which is not final yet"  # fmt: skip
        return f"已计入新版，公示期至 {later.due_on}", f"it is in the newer version, on public notice until {later.due_on}"  # fmt: skip
    if run.state == "replaced":
        return ("已计入新版", "it is in the newer version") if held else ("现行的新版没有计入", "the newer version, which stands, does not count it")  # fmt: skip
    if run.state == "notice":
        return ("新版本待公示", "the newer version waits for its notice") if held else ("计入这一决定的新版本待核算", "the version that counts it is still to be computed")  # fmt: skip
    return "没有计入本结果", "it does not count in this result"


def _upheld(run: ResultRun) -> QuerySet[Any]:
    """The appeals against a result that were upheld, wholly or partly, and carried out.

    By the name of the app alone: appeals stand on results, not the other way round.
    """
    held = apps.get_model("appeals.Appeal")._default_manager.filter(run=run, state="applied")
    return held.filter(outcome__in=("uphold", "partly")).select_related("unit").order_by("pk")


def _measured(indicator: Indicator, zh: str, en: str) -> Words:
    """A value with its unit of measure; a word that stands for one, such as that none could be computed, has none."""
    is_number = any(mark.isdecimal() for mark in zh)
    return (indicator.measured(zh)[0], indicator.measured(en)[1]) if is_number else (zh, en)


def context(account: Account, day: date, run: ResultRun, unit: str = "", indicator: str = "") -> dict[str, Any]:  # fmt: skip
    """What pages of a result show of it: the version that waits, whether the reader may open it, what was put right."""
    later = pending(run)
    return {
        # Of a version before its notice nobody learns who may not see it; what an appeal decided is no secret.
        "left_out": uncounted_words(run, unit),
        "pending": later if later is not None and later in visible(account, day) else None,
        "redecided": [
            one for one in redecided(run, day) if (not unit or one.unit == unit) and (not indicator or one.indicator == indicator)
        ],
    }  # fmt: skip

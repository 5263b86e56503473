"""The panel: drawn by lot, heard, voted, decided; it never touches a score."""

import secrets
from datetime import date
from typing import Literal

from zhengheng.domain.lots import draw as draw_lots
from zhengheng.web.acts.declare import Change, Doing, Files, Given, ask
from zhengheng.web.appeals import selectors
from zhengheng.web.appeals.models import Appeal, PanelSeat
from zhengheng.web.appeals.services import (
    OUTCOMES,
    AppealError,
    check_outcome,
    check_value,
)
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files.services import own_files
from zhengheng.web.results.acts import procedure


class DrawGiven(Given):
    seats: int = ask("评审组人数 (单数)", "Seats (odd)", 3, ge=1, le=11)


def draw(doing: Doing) -> Change:
    """Draw the panel by lot among those without any part in the matter; seed and reasons are recorded."""
    appeal: Appeal = doing.obj
    if doing.given.seats % 2 == 0:
        raise AppealError.one("seats", "panel.even", zh="人数应为单数", en="the number of seats is odd")  # fmt: skip
    if appeal.seats.exclude(vote="").exists():
        raise AppealError.one("seats", "panel.voted", zh="已有表决, 不能重新抽取", en="votes were cast; no new draw")  # fmt: skip
    eligible, excluded = selectors.pool(appeal)
    if len(eligible) < doing.given.seats:
        raise AppealError.one(
            "seats", "panel.few", zh=f"可抽取的只有 {len(eligible)} 人 (回避 {len(excluded)} 人)",
            en=f"only {len(eligible)} can be drawn ({len(excluded)} are excluded)",
        )  # fmt: skip
    seed = secrets.token_hex(16)
    by_name = {account.username: account for account in eligible}
    names = draw_lots(by_name, seed, doing.given.seats)
    appeal.seats.filter(recused="").delete()
    for name in names:
        PanelSeat.objects.create(appeal=appeal, account=by_name[name])
    return Change(
        {"seed": seed, "excluded": excluded},
        {
            "seed": seed,
            "pool": sorted(by_name),
            "drawn": names,
            "excluded": excluded,
        },
    )


def recuse(doing: Doing) -> Change:
    """A member steps back; the clerk draws again."""
    seat = doing.obj.seats.get(account=doing.actor)
    if seat.vote:
        raise AppealError.one("vote", "panel.voted", zh="已经表决, 不能回避", en="you have voted")
    seat.recused = doing.given.reason
    seat.save(update_fields=["recused"])
    return Change({}, {"reason": doing.given.reason})


class HearingGiven(Given):
    hearing_on: date = ask("听证日期", "Day of the hearing", when="ahead")
    place: str = ask("时间地点", "Time and place", max_length=120)
    closed_reason: str = ask(
        "不公开的理由 (公开的可空)", "Why it is not public (empty: it is)", "", max_length=200
    )


def call_hearing(doing: Doing) -> Change:
    """From this notice to the signed minutes the decision's clock stands still."""
    clock = procedure(doing.obj.run).within("hearing_notice")
    earliest = working_calendar().after(doing.day, clock.length + 1, "working_days") if clock.unit == "working_days" \
        else working_calendar().after(doing.day, clock.length, clock.unit)  # fmt: skip
    if doing.given.hearing_on < earliest:
        raise AppealError.one(
            "hearing_on", "hearing.early", zh=f"应提前 {clock.length} 个工作日通知, 最早 {earliest}",
            en=f"{clock.length} working days' notice: {earliest} at the earliest",
        )  # fmt: skip
    return Change(
        {"hearing_called_on": doing.day, "hearing_on": doing.given.hearing_on, "hearing_place": doing.given.place,
         "closed_reason": doing.given.closed_reason},
        {"on": doing.given.hearing_on.isoformat(), "place": doing.given.place, "closed": doing.given.closed_reason},
    )  # fmt: skip


class MinutesGiven(Given):
    minutes: Files = ask("双方签字的听证笔录", "Minutes signed by both sides", min_length=1)


def sign_minutes(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    if appeal.hearing_on and doing.day < appeal.hearing_on:
        raise AppealError.one("minutes", "hearing.before", zh="听证尚未举行", en="the hearing has not taken place")  # fmt: skip
    kept = [stored.pk for stored in own_files(doing.given.minutes, doing.actor)]
    assert appeal.hearing_called_on
    assert appeal.due_on
    left = working_calendar().between(appeal.hearing_called_on, appeal.due_on)
    due = working_calendar().after(doing.day, max(left, 0), "working_days")
    return Change(
        {"minutes_on": doing.day, "due_on": due, "files": [*appeal.files, *kept]},
        {"clock_stopped_on": appeal.hearing_called_on.isoformat(), "clock_resumed_on": doing.day.isoformat(), "due": due.isoformat()},
    )  # fmt: skip


class VoteGiven(Given):
    vote: Literal["uphold", "partly", "reject"] = ask("表决", "Vote", names=OUTCOMES)
    reasons: str = ask("理由", "Reasons", form="text")


def vote(doing: Doing) -> Change:
    """Each seat once, on the record; who voted is known, how is known when all have."""
    found = doing.obj.seats.filter(account=doing.actor, recused="", vote="")
    if not found.update(vote=doing.given.vote, reasons=doing.given.reasons):
        raise AppealError.one("vote", "panel.voted", zh="您已表决或已回避", en="you have voted or stepped back")  # fmt: skip
    return Change()


class PreviewGiven(Given):
    value: str = ask("拟认定的数值", "Value as it would be decided", max_length=40)


def preview(doing: Doing) -> Change:
    """Whose score, rank and grade would move: computed, shown, not stored as a result."""
    check_value(doing.obj, doing.given.value)
    found = selectors.effect(doing.obj, doing.given.value)
    return Change({"effect": {"value": doing.given.value, "units": found}}, {"value": doing.given.value, "moved": len(found)})  # fmt: skip


class DecideGiven(Given):
    value: str = ask(
        "认定的数值 (驳回的不填)", "Decided value (none when rejected)", "", max_length=40
    )
    reasons: str = ask("决定理由 (以笔录和证据为限)", "Reasons (from the record only)", form="text")


def decide(doing: Doing) -> Change:
    """Signed by the presiding member, as the majority voted, after everybody saw the ripple."""
    appeal, given = doing.obj, doing.given
    outcome = selectors.majority(appeal)
    presiding = next((s for s in appeal.seats.all() if not s.recused), None)
    if presiding is None or presiding.account_id != doing.actor.pk:
        raise AppealError.one("panel", "panel.presides", zh="由评审组首席签署决定", en="the presiding member signs")  # fmt: skip
    if not outcome:
        raise AppealError.one("panel", "panel.open", zh="还有成员没有表决, 或没有过半数意见", en="a vote is missing, or there is no majority")  # fmt: skip
    if appeal.hearing_wanted and appeal.state == "accepted":
        raise AppealError.one("hearing", "hearing.owed", zh="申诉人申请了听证, 应先听证", en="a hearing was asked for and comes first")  # fmt: skip
    check_outcome(appeal, outcome, given.value)
    return Change(
        {"outcome": outcome, "decided_value": given.value, "reasons": given.reasons, "decided_on": doing.day,
         "due_on": None},
        {"outcome": outcome, "value": given.value, "reasons": given.reasons,
         "votes": {seat.account.username: seat.vote for seat in appeal.seats.all() if not seat.recused}},
    )  # fmt: skip

"""The panel: drawn by lot, heard, voted, decided; it never touches a score."""

from datetime import date
from typing import Any, Literal

from zhengheng.domain.lots import draw as draw_lots
from zhengheng.web.acts.declare import Change, Doing, Files, Given, ask, ask_why_right
from zhengheng.web.appeals import selectors, values
from zhengheng.web.appeals.interests import leave, remember
from zhengheng.web.appeals.models import Appeal, PanelSeat
from zhengheng.web.appeals.services import (
    OUTCOMES,
    AppealError,
    check_outcome,
    check_value,
    outcome_of,
)
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files.services import own_files
from zhengheng.web.ledger.draws import unseal
from zhengheng.web.results.clocks import procedure
from zhengheng.web.rulebooks.selectors import UNITS


class DrawGiven(Given):
    seats: int = ask("评审组人数（单数；补抽时按空出的席位）", "Seats (odd; of a later draw, those that were left)", 3, ge=1, le=11)  # fmt: skip


def draw(doing: Doing) -> Change:
    """Draw the panel by lot among those without any part in the matter, once; later only for seats that
    somebody left. The seed was sealed beforehand; it, pool, excluded and reasons of every draw are kept."""
    appeal: Appeal = doing.obj
    left = selectors.empty_seats(appeal)
    again = appeal.seats.exists()
    if again and not left:
        raise AppealError.one(
            "seats", "panel.drawn", zh="评审组已经抽定。只有在成员写明理由回避之后，才能补抽空出的席位。",
            en="the panel is drawn; only a seat that a member left with a reason is drawn again",
        )  # fmt: skip
    seats = left if again else doing.given.seats
    if not again and seats % 2 == 0:
        raise AppealError.one("seats", "panel.even", zh="人数应为单数。", en="the number of seats is odd")  # fmt: skip
    eligible, excluded = selectors.pool(appeal)
    sitting = {seat.account_id for seat in selectors.sitting(appeal)}
    eligible = [account for account in eligible if account.pk not in sitting]
    if len(eligible) < seats:
        raise AppealError.one(
            "seats", "panel.few", zh=f"可抽取的只有 {len(eligible)} 人（回避 {len(excluded)} 人）。",
            en=f"only {len(eligible)} can be drawn ({len(excluded)} are excluded)",
        )  # fmt: skip
    seed, sealed = unseal(f"appeal:{appeal.pk}", actor=doing.actor.username, now=doing.now)
    by_name = {account.username: account for account in eligible}
    names = draw_lots(by_name, seed, seats)
    for name in names:
        PanelSeat.objects.create(appeal=appeal, account=by_name[name])
    why = [seat.recused for seat in appeal.seats.all() if seat.recused] if again else []
    held = {
        "on": doing.day.isoformat(), "seats": seats, "seed": seed, "pool": sorted(by_name), "drawn": names,
        "excluded": excluded, "why": why, "sealed": sealed.sequence, "sha256": sealed.sha256, "sealed_on": sealed.at.date().isoformat(),
    }  # fmt: skip
    return Change({"seed": seed, "excluded": excluded, "draws": [*appeal.draws, held]}, held)


def recuse(doing: Doing) -> Change:
    """A member steps back, also after voting and until the decision is signed: the vote goes with the seat."""
    seat = next((s for s in selectors.sitting(doing.obj) if s.account_id == doing.actor.pk), None)
    if seat is None:
        raise AppealError.one("panel", "panel.left", zh="您已经回避。", en="you have stepped back already")  # fmt: skip
    leave(seat, doing.given.reason)
    remember(doing)
    return Change({}, {"reason": doing.given.reason})


class HearingGiven(Given):
    hearing_on: date = ask("听证日期", "Day of the hearing", when="ahead")
    place: str = ask("时间地点", "Time and place", max_length=120)
    closed_reason: str = ask(
        "不公开的理由（公开的不填）", "Why it is not public (empty: it is)", "", max_length=200
    )


def call_hearing(doing: Doing) -> Change:
    """From this notice to the signed minutes the decision's clock stands still."""
    clock = procedure(doing.obj.run).within("hearing_notice")
    earliest = working_calendar().after(doing.day, clock.length + 1, "working_days") if clock.unit == "working_days" \
        else working_calendar().after(doing.day, clock.length, clock.unit)  # fmt: skip
    if doing.given.hearing_on < earliest:
        raise AppealError.one(
            "hearing_on", "hearing.early", zh=f"听证应提前 {clock.length} {UNITS[clock.unit][0]}通知，最早为 {earliest}。",
            en=f"a hearing is called {clock.length} {UNITS[clock.unit][1]} ahead: {earliest} at the earliest",
        )  # fmt: skip
    appeal: Appeal = doing.obj
    left = max(working_calendar().between(doing.day, appeal.due_on), 0) if appeal.due_on else None
    return Change(
        {"clock_left": left, "due_on": None, "hearing_called_on": doing.day, "hearing_on": doing.given.hearing_on, "hearing_place": doing.given.place,
         "closed_reason": doing.given.closed_reason},
        {"clock_left": left, "on": doing.given.hearing_on.isoformat(), "place": doing.given.place, "closed": doing.given.closed_reason},
    )  # fmt: skip


class MinutesGiven(Given):
    minutes: Files = ask("双方签字的听证笔录", "Minutes signed by both sides", min_length=1)


def sign_minutes(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    if appeal.hearing_on and doing.day < appeal.hearing_on:
        raise AppealError.one("minutes", "hearing.before", zh="听证尚未举行", en="the hearing has not taken place")  # fmt: skip
    kept = [stored.pk for stored in own_files(doing.given.minutes, doing.actor)]
    assert appeal.hearing_called_on
    due = _resumed(appeal, doing.day)
    return Change(
        {"minutes_on": doing.day, "due_on": due, "clock_left": None, "files": [*appeal.files, *kept]},
        {"clock_stopped_on": appeal.hearing_called_on.isoformat(), "clock_resumed_on": doing.day.isoformat(), "due": due.isoformat()},
    )  # fmt: skip


def _resumed(appeal: Appeal, day: date) -> date:
    """The last day of the decision's clock, with the days that it had left when it stopped."""
    left = appeal.clock_left
    if left is None:
        # Called before the clock's rest was kept: the last day of then is still on the appeal.
        assert appeal.hearing_called_on
        assert appeal.due_on
        left = max(working_calendar().between(appeal.hearing_called_on, appeal.due_on), 0)
    return working_calendar().after(day, left, "working_days")


class VoteGiven(Given):
    vote: Literal["uphold", "partly", "reject"] = ask("表决", "Vote", names=OUTCOMES)
    reasons: str = ask("理由", "Reasons", form="text")


def vote(doing: Doing) -> Change:
    """Each seat once, on the record; who voted is known, how is known when all have.

    Whoever has a part in the matter by now, or declared an interest, has no vote. Where all have voted and no
    opinion has more than half, the panel goes on deliberating and each may vote again.
    """
    if against := selectors.reasons_against(doing.obj, doing.actor):
        raise AppealError.one(
            "vote", "panel.barred", zh=f"您不能表决：{against[0]}。请申请回避，由申诉经办补抽席位。",
            en=f"you have no vote: {against[1]}; step back, and the clerk draws the seat again",
        )  # fmt: skip
    if selectors.empty_seats(doing.obj):
        raise AppealError.one("vote", "panel.empty_seats", zh="有成员回避，须先补抽席位。", en="a member stepped back; the seat is drawn again first")  # fmt: skip
    found = doing.obj.seats.filter(account=doing.actor, recused="")
    again = selectors.divided(doing.obj)
    seat = (found if again else found.filter(vote="")).first()
    if seat is None:
        raise AppealError.one("vote", "panel.voted", zh="您已表决或已回避", en="you have voted or stepped back")  # fmt: skip
    before = seat.vote
    seat.vote, seat.reasons = doing.given.vote, doing.given.reasons
    seat.save(update_fields=["vote", "reasons"])
    return Change({}, {"before": before} if again else {})


class PreviewGiven(Given):
    value: str = ask("拟认定的数值", "Value as it would be decided", max_length=40)
    confirmation: str = ask_why_right()


def preview(doing: Doing) -> Change:
    """Whose score, rank and grade would move: computed, shown, not stored as a result."""
    given: PreviewGiven = doing.given
    check_value(doing.obj, given.value, given.confirmation)
    found = values.effect(doing.obj, given.value, given.confirmation)
    return Change({"effect": found}, {"value": given.value, "confirmed": given.confirmation, "run": found["run"], "moved": len(found["units"])})  # fmt: skip


class DecideGiven(Given):
    value: str = ask(
        "认定的数值 (驳回的不填)", "Decided value (none when rejected)", "", max_length=40
    )
    reasons: str = ask("决定理由 (以笔录和证据为限)", "Reasons (from the record only)", form="text")


def decide(doing: Doing) -> Change:
    """Signed by the presiding member (the table of rights says so), as the majority voted, after everybody saw the ripple."""
    appeal, given = doing.obj, doing.given
    outcome = selectors.majority(appeal)
    if selectors.empty_seats(appeal):
        raise AppealError.one("panel", "panel.empty_seats", zh="有成员回避，须先补抽席位。", en="a member stepped back; the seat is drawn again first")  # fmt: skip
    if not outcome:
        raise AppealError.one("panel", "panel.open", zh="还有成员没有表决，或者没有过半数意见；意见分散的，成员继续评议后可以重新表决。", en="a vote is missing, or there is no majority; where opinions are divided, members deliberate and may vote again")  # fmt: skip
    if appeal.hearing_wanted and appeal.state == "accepted":
        raise AppealError.one("hearing", "hearing.owed", zh="申诉人申请了听证, 应先听证", en="a hearing was asked for and comes first")  # fmt: skip
    check_outcome(appeal, outcome, given.value)
    outcome = outcome_of(appeal, outcome, given.value)
    return Change(
        {"outcome": outcome, "decided_value": given.value, "reasons": given.reasons, "decided_on": doing.day,
         "due_on": None},
        {"outcome": outcome, "value": given.value, "reasons": given.reasons,
         "becomes": _becomes(appeal, given.value), "votes": {seat.account.username: seat.vote for seat in appeal.seats.all() if not seat.recused}},
    )  # fmt: skip


def _becomes(appeal: Appeal, value: str) -> dict[str, Any]:
    """What the decided value makes of the unit, for the record; nothing for a rejection."""
    held = appeal.effect["zh"]["after"] if value and appeal.effect else {}
    return {
        name: held[name] for name in ("value", "points", "total", "rank", "grade") if name in held
    }

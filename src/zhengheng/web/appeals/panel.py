"""The panel: drawn by lot, heard, and what it voted for is signed; it never touches a score."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from zhengheng.domain.lots import apart
from zhengheng.domain.lots import draw as draw_lots
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Change, Doing, Files, Given, Words, ask, ask_why_right
from zhengheng.web.appeals import selectors, values
from zhengheng.web.appeals.interests import leave, remember
from zhengheng.web.appeals.models import Appeal, PanelSeat
from zhengheng.web.appeals.services import (
    OUTCOMES,
    AppealError,
    check_outcome,
    check_unbarred,
    check_value,
    same_value,
)
from zhengheng.web.appeals.votes import check_heard
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files.services import own_files
from zhengheng.web.ledger.draws import unseal
from zhengheng.web.results.clocks import procedure
from zhengheng.web.rulebooks.selectors import UNITS


def draw(doing: Doing) -> Change:
    """Draw the panel by lot among those without any part in the matter, once; later only for seats that somebody left.

    How many, the rulebook says. A matter that was withdrawn and filed again keeps its panel, and only a seat that nobody of
    it can hold any more is drawn. The seed was sealed beforehand; it, pool, excluded and reasons of every draw are kept.
    """
    appeal: Appeal = doing.obj
    left = selectors.empty_seats(appeal)
    again = appeal.seats.exists()
    if again and not left:
        raise AppealError.one(
            "panel", "panel.drawn", zh="评审组已经抽定。只有在成员写明理由回避之后，才能补抽空出的席位。",
            en="the panel is drawn; only a seat that a member left with a reason is drawn again",
        )  # fmt: skip
    found = _among(appeal, doing.day)
    seats, before, kept, able, excluded = found.seats, found.before, found.kept, found.able, found.excluded  # fmt: skip
    # Drawn among are people as everybody calls them, so that whoever reads the page can draw again.
    by_name = dict(zip(apart(account.name for account in able), able, strict=True))
    if len(by_name) < seats - len(kept):
        raise _too_few(seats - len(kept), len(by_name), excluded)
    seed, seal = _unsealed(doing) if seats > len(kept) else ("", {})
    drawn = [by_name[name] for name in draw_lots(by_name, seed, seats - len(kept))]
    for account in (*kept, *drawn):
        PanelSeat.objects.create(appeal=appeal, account=account)
    why = [seat.recused for seat in appeal.seats.all() if seat.recused] if again else []
    held = {
        "on": doing.day.isoformat(), "seats": seats, "seed": seed, "pool": [account.username for account in able],
        "names": list(by_name), "drawn": [account.username for account in drawn],
        "excluded": excluded, "why": why, **seal,
    }  # fmt: skip
    if before is not None:
        held |= {"kept": [account.username for account in kept], "former": before.pk}
    return Change({"seed": seed, "excluded": excluded, "draws": [*appeal.draws, held]}, held)


@dataclass(frozen=True)
class _Among:
    """Of a draw: how many seats are empty, whose panel goes on, who keeps his seat, who can be drawn, who not and why."""

    seats: int
    before: Appeal | None
    kept: list[Account]
    able: list[Account]
    excluded: list[dict[str, str]]

    @property
    def lacking(self) -> int:
        """How many more people have to be found before it can be drawn."""
        return max(self.seats - len(self.kept) - len(self.able), 0)


def _among(appeal: Appeal, day: date) -> _Among:
    again = appeal.seats.exists()
    seats = selectors.empty_seats(appeal) if again else procedure(appeal.run).panel
    eligible, excluded = selectors.pool(appeal)
    sitting = {seat.account_id for seat in selectors.sitting(appeal)}
    if len({account.pk for account in eligible} - sitting) < seats:
        # Nobody is appointed for an appeal that runs, but where too few were there when it was accepted.
        eligible, excluded = selectors.pool(appeal, day)
    before = None if again else selectors.predecessor(appeal)
    known = {account.pk: account for account in eligible}
    went_on = selectors.sitting(before) if before is not None else []
    kept = [known[seat.account_id] for seat in went_on if seat.account_id in known][:seats]
    taken = sitting | {account.pk for account in kept}
    able = sorted((account for account in eligible if account.pk not in taken), key=lambda one: one.pk)  # fmt: skip
    return _Among(seats, before, kept, able, excluded)


def undrawable(day: date) -> list[tuple[Appeal, int]]:
    """Appeals whose panel, or an empty seat of it, cannot be drawn today: there are too few people, by so many."""
    held = selectors.appeals().filter(state__in=("accepted", "hearing", "heard")).order_by("pk")
    waiting = (appeal for appeal in held if selectors.empty_seats(appeal))
    return [(one, lacking) for one in waiting if (lacking := _among(one, day).lacking)]


def _unsealed(doing: Doing) -> tuple[str, dict[str, Any]]:
    """The seed that was sealed for this appeal, and where and how it was."""
    seed, sealed = unseal(f"appeal:{doing.obj.pk}", actor=doing.actor.username, now=doing.now)
    return seed, {"sealed": sealed.sequence, "sha256": sealed.sha256, "sealed_on": sealed.at.date().isoformat()}  # fmt: skip


def _too_few(seats: int, eligible: int, excluded: list[dict[str, str]]) -> AppealError:
    """Says who is kept out of the draw and why, so that the office sees what to do about it."""
    names = dict(Account.objects.filter(username__in=[one["account"] for one in excluded]).values_list("username", "name"))  # fmt: skip
    zh = "；".join(f"{names[one['account']]}（{one['zh']}）" for one in excluded) or "无"
    en = "; ".join(f"{names[one['account']]} ({one['en']})" for one in excluded) or "nobody"
    return AppealError.one(
        "panel", "panel.few", zh=f"需要抽取 {seats} 人，可抽取的只有 {eligible} 人。不能参加抽取的：{zh}。请先由安全保密管理员增补评审组成员，再抽取；人数由考核方案规定，不能减少。",
        en=f"{seats} are to be drawn and only {eligible} can be. Kept out of the draw: {en}. Have the secrecy officer appoint more panel members first; the rulebook says how many sit, and they cannot be fewer",
    )  # fmt: skip


def recuse(doing: Doing) -> Change:
    """A member steps back, also after voting and until the decision is signed: the vote goes with the seat."""
    seat = next((s for s in selectors.sitting(doing.obj) if s.account_id == doing.actor.pk), None)
    if seat is None:
        raise AppealError.one("panel", "panel.left", zh="您已经回避。", en="you have stepped back already")  # fmt: skip
    leave(seat, doing.given.reason)
    remember(doing)
    return Change({}, {"reason": doing.given.reason})


class HearingGiven(Given):
    hearing_on: date = ask("听证日期", "Day of the hearing", when="later")
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


def before_hearing(appeal: Appeal, day: date) -> Words | None:
    """On which day the hearing is, before that day: it has no minutes yet."""
    if appeal.hearing_on is None or day >= appeal.hearing_on:
        return None
    return (
        f"听证定于 {appeal.hearing_on} 举行，自当日起可以登记笔录。",
        f"The hearing is on {appeal.hearing_on}; its minutes can be filed from that day on.",
    )


def sign_minutes(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    if told := before_hearing(appeal, doing.day):
        raise AppealError.one("minutes", "hearing.before", zh=told[0], en=told[1])
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


class PreviewGiven(Given):
    value: str = ask("拟认定的数值", "Value as it would be decided", max_length=40)
    confirmation: str = ask_why_right()


def preview(doing: Doing) -> Change:
    """Whose score, rank and grade would move: computed, shown, not stored as a result."""
    given: PreviewGiven = doing.given
    if doing.obj.state != "second":
        check_unbarred(doing.obj, doing.actor)
    check_value(doing.obj, given.value, given.confirmation)
    found = values.effect(doing.obj, given.value, given.confirmation)
    return Change({"effect": found}, {"value": given.value, "confirmed": given.confirmation, "run": found["run"], "moved": len(found["units"])})  # fmt: skip


class DecideGiven(Given):
    value: str = ask(
        "认定的数值（即多数成员表决的数值；驳回的不填）",
        "Decided value (the one that most voted for; none when rejected)",
        "",
        max_length=40,
    )
    reasons: str = ask("决定理由 (以笔录和证据为限)", "Reasons (from the record only)", form="text")


def decide(doing: Doing) -> Change:
    """Signed by the presiding member (the table of rights says so), as the majority voted, after everybody saw the ripple.

    Neither the outcome nor the value is the signer's to choose: both are what more than half voted for.
    """
    appeal, given = doing.obj, doing.given
    outcome, value = selectors.agreed(appeal)
    check_unbarred(appeal, doing.actor)
    _check_voters(appeal)
    if selectors.empty_seats(appeal):
        raise AppealError.one("panel", "panel.empty_seats", zh="有成员回避，须先补抽席位。", en="a member stepped back; the seat is drawn again first")  # fmt: skip
    if not outcome or selectors.divided(appeal):
        raise AppealError.one("panel", "panel.open", zh="还有成员没有表决，或者没有过半数成员认定同一结论和数值；意见分散的，成员继续评议后可以重新表决。", en="a vote is missing, or no outcome and value has a majority; where opinions are divided, members deliberate and may vote again")  # fmt: skip
    check_heard(appeal, doing.day)
    _check_voted(appeal, outcome, value, given.value)
    check_outcome(appeal, outcome, value)
    seats = selectors.sitting(appeal)
    return Change(
        {"outcome": outcome, "decided_value": value, "reasons": given.reasons, "decided_on": doing.day,
         "due_on": None},
        {"outcome": outcome, "value": value, "reasons": given.reasons,
         "becomes": _becomes(appeal, value), "votes": {seat.account.username: seat.vote for seat in seats},
         "values": {seat.account.username: seat.value for seat in seats if seat.value}},
    )  # fmt: skip


def _check_voters(appeal: Appeal) -> None:
    """Raise AppealError where a vote is of a member who has a part in the matter by now; one who left the office cast his while he could."""
    barred = selectors.barred(appeal)
    names = [one.account.name for one in selectors.sitting(appeal) if one.account_id in barred and one.account.is_active]  # fmt: skip
    if names:
        raise AppealError.one(
            "panel", "panel.barred", zh=f"{'、'.join(names)}已与本事项有利害关系，其表决不能计入。请其申请回避，由申诉经办补抽席位，再行表决和签署。",
            en=f"{', '.join(names)} came to have a part in the matter, and the vote does not count: whoever it is steps back, the clerk draws the seat again, and then the decision is signed",
        )  # fmt: skip


def _check_voted(appeal: Appeal, outcome: str, value: str, given: str) -> None:
    """Raise AppealError where what is to be signed is not the value that the majority voted for."""
    if given and not same_value(appeal, given, value):
        voted = (
            f"“{OUTCOMES[outcome][0]}”，数值为 {value}",
            f"“{OUTCOMES[outcome][1]}” with the value {value}",
        )
        if outcome == "reject":
            voted = ("“驳回”，不改变数值", "to reject, which changes no value")
        raise AppealError.one(
            "value", "value.voted", zh=f"多数成员表决{voted[0]}，不能签署 {given}。请按表决结果签署；成员对数值另有意见的，应在表决时写明。",
            en=f"most voted {voted[1]}: {given} cannot be signed. Sign what was voted for; a member of another mind states his value in his vote",
        )  # fmt: skip


def _becomes(appeal: Appeal, value: str) -> dict[str, Any]:
    """What the decided value makes of the unit, for the record; nothing for a rejection."""
    held = appeal.effect["zh"]["after"] if value and appeal.effect else {}
    return {
        name: held[name] for name in ("value", "points", "total", "rank", "grade") if name in held
    }

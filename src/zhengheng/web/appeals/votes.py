"""What the panel votes on: a value. A support is for the one that was asked for, a partial support for one that the member
states, and the decision is what more than half voted for."""

from datetime import date
from typing import Literal

from zhengheng.domain.numbers import parse_scaled, plain
from zhengheng.web.acts.declare import Change, Doing, Given, Words, ask, ask_why_right
from zhengheng.web.appeals import selectors, values
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.services import (
    OUTCOMES,
    AppealError,
    check_support,
    check_unbarred,
    check_value,
    outcome_of,
    same_value,
)


class VoteGiven(Given):
    vote: Literal["uphold", "partly", "reject"] = ask("表决", "Vote", names=OUTCOMES)
    value: str = ask(
        "认定的数值（部分支持时填；支持即按申请的数值；驳回的不填）",
        "Value to be decided (of a partial support; a support is for the value asked for; none when rejected)",
        "",
        max_length=40,
    )
    confirmation: str = ask_why_right()
    reasons: str = ask("理由", "Reasons", form="text")


def hearing_owed(appeal: Appeal, day: date) -> Words | None:
    """Why nobody votes or decides yet: the appellant asked to be heard, and what is said at the hearing is the panel's ground."""
    if not appeal.hearing_wanted or appeal.state != "accepted":
        return None
    return (
        "申诉人申请了听证，由申诉经办通知；听证笔录登记后表决和决定。",
        "The appellant asked for a hearing: the clerk calls it, and the panel votes and decides after its minutes are filed.",
    )


def check_heard(appeal: Appeal, day: date) -> None:
    """Raise AppealError where a hearing was asked for and is not over."""
    if told := hearing_owed(appeal, day):
        raise AppealError.one("hearing", "hearing.owed", zh=told[0], en=told[1])


def vote(doing: Doing) -> Change:
    """Each seat once, on the record; who voted is known, how is known when all have.

    Whoever has a part in the matter by now, or declared an interest, has no vote. Where all have voted and no
    opinion has more than half, the panel goes on deliberating and each may vote again.
    """
    appeal: Appeal = doing.obj
    check_heard(appeal, doing.day)
    check_unbarred(appeal, doing.actor)
    if selectors.empty_seats(appeal):
        raise AppealError.one("vote", "panel.empty_seats", zh="有成员回避，须先补抽席位。", en="a member stepped back; the seat is drawn again first")  # fmt: skip
    found = appeal.seats.filter(account=doing.actor, recused="")
    again = selectors.divided(appeal)
    seat = (found if again else found.filter(vote="")).first()
    if seat is None:
        raise AppealError.one("vote", "panel.voted", zh="您已表决或已回避", en="you have voted or stepped back")  # fmt: skip
    before = {"vote": seat.vote, "value": seat.value}
    seat.vote, seat.reasons = doing.given.vote, doing.given.reasons
    seat.value, seat.confirmation = _voted(appeal, doing.given)
    seat.save(update_fields=["vote", "value", "confirmation", "reasons"])
    # Kept beside the seats: a member who steps back takes the vote along, and it was cast all the same.
    return Change({"voted_on": appeal.voted_on or doing.day}, {"before": before} if again else {})


def _voted(appeal: Appeal, given: VoteGiven) -> tuple[str, str]:
    """The value that a vote is for, with what confirms it. Raises AppealError unless it could be decided as it is voted."""
    if given.vote == "reject":
        if given.value:
            raise AppealError.one("value", "value.none", zh="表决驳回的不填认定的数值；要改变数值的，请选“部分支持”。", en="a rejection changes no value: leave it empty, or vote for a part")  # fmt: skip
        return "", ""
    asked = given.vote == "uphold" and appeal.wanted and not given.value
    value, confirmation = (appeal.wanted, appeal.confirmation) if asked else (given.value, given.confirmation)  # fmt: skip
    if not value:
        said = OUTCOMES[given.vote]
        raise AppealError.one(
            "value", "value.missing", zh=f"表决“{said[0]}”，请写明认定的数值：多数成员认定同一数值，决定才能签署。",
            en=f"the vote is “{said[1]}”: state the value; a decision is signed on one that more than half voted for",
        )  # fmt: skip
    if same_value(appeal, value, appeal.wanted):
        confirmation = confirmation or appeal.confirmation
    check_value(appeal, value, confirmation)
    _check_name(appeal, given.vote, value)
    held = appeal.asked_effect if same_value(appeal, value, appeal.wanted) else None
    check_support(appeal, value, held or values.effect(appeal, value, confirmation))
    decimals = selectors.run_of(appeal).rulebook.indicator(appeal.series).decimals
    # Written one way, so that 97 and 97.0 are one opinion.
    return plain(parse_scaled(value, decimals)[0], decimals), confirmation


def _check_name(appeal: Appeal, voted: str, value: str) -> None:
    """Raise AppealError where what the vote is called does not fit its value."""
    fits = outcome_of(appeal, voted, value)
    if fits != voted:
        raise AppealError.one(
            "value", "vote.value", zh=f"申请的数值是 {appeal.wanted}，您认定的数值是 {value}，应表决“{OUTCOMES[fits][0]}”。请核对表决和数值。",
            en=f"{appeal.wanted} was asked for and you state {value}: that is “{OUTCOMES[fits][1]}”; check vote and value",
        )  # fmt: skip

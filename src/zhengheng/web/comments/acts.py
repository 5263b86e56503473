"""What is done about a comment: shown and routed, refused with a reason, handed over; replied to and answered."""

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from zhengheng.domain.masked import otherwise
from zhengheng.domain.private_traces import NOT_LOOKED_FOR
from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Given,
    Kind,
    Made,
    Standing,
    ask,
    shortened,
)
from zhengheng.web.acts.public import clean
from zhengheng.web.comments.models import Comment
from zhengheng.web.comments.selectors import about, can_answer, days_taken, say_roles
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.jobs import services as jobs
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import in_full, unit_of
from zhengheng.web.organisation.succession import check_there
from zhengheng.web.portal.snapshots import slots_of
from zhengheng.web.rulebooks.consultations import asked_on
from zhengheng.web.rulebooks.models import Opinion
from zhengheng.workflow.machines import COMMENT

WHY_NOT = {
    "personal": ("含他人个人信息", "holds personal data of others"), "abusive": ("辱骂或违法内容", "abusive or unlawful"),
    "unrelated": ("与公布的内容无关", "not about what is published"), "repeated": ("重复", "said before"),
}  # fmt: skip
ELSEWHERE = {
    "hotline": ("转 12345 热线 (办事投诉)", "to the hotline (complaints about a service)"),
    "disclosure": ("转依申请公开渠道", "to the channel for disclosure requests"),
}


class CommentError(ZhenghengError):
    """A comment cannot be shown as asked for."""


class ReceiveGiven(Given):
    reference: str
    page: str
    text: str
    received_on: date


def receive(doing: Doing) -> Made:
    """As it came. The ledger keeps only its digest: what people write may be personal."""
    given: ReceiveGiven = doing.given
    made = Comment(
        reference=given.reference, page=given.page, text=given.text, received_on=given.received_on,
        due_on=_due(given.received_on),
    )  # fmt: skip
    return Made(
        made,
        {"reference": given.reference, "sha256": hashlib.sha256(given.text.encode()).hexdigest()},
    )


def _due(received_on: date) -> date:
    """What the portal promises runs from the day on which it came, moderation included."""
    return working_calendar().after(received_on, reply_days(), "working_days")


def ask_shown() -> Any:
    """What the portal shows of a comment: the words of whoever wrote it, and no others."""
    return ask(
        "公开的文字（照原文；不公开的内容用 × 或 …… 代替）", "Text to be shown (as written; put × or … where something is left out)", form="text", public=True
    )  # fmt: skip


def check_as_written(held: Comment, shown: str) -> None:
    """Raise CommentError for words that the citizen did not write, or left out without a mark; PublicTextError for a landline number or a room, which are a person's here."""
    clean({"shown": shown}, landlines=True)
    place = otherwise(held.text, shown)
    if place is not None:
        raise CommentError.one(
            "shown", "comment.reworded",
            zh=f"公开的文字须与原文一致，这一处与原文不符或者漏标了删去的内容：“{place}”。请照原文公开；不公开的内容（如姓名、电话、住址）只可删去，并在该处写 × 或 ……。",
            en=f"the text shown has to be the one that was written, and here it is not, or something is missing without a mark: “{place}”. Show it as written; what is not shown (a name, a number, an address) may only be left out, with × or … in its place",
        )  # fmt: skip


def check_answered(unit: Unit, day: date) -> None:
    """Raise CommentError for a unit where nobody has an account with which to answer, with the unit above that can."""
    if can_answer(unit, day):
        return
    above = next((one for one in unit.above() if can_answer(one, day)), None)
    (zh, en), (roles_zh, roles_en) = in_full(unit), say_roles("comment.reply")
    to_zh, to_en = in_full(above) if above is not None else ("", "")
    raise CommentError.one(
        "unit", "comment.nobody",
        zh=f"“{zh}”没有能够答复留言的账号（{roles_zh}），转去后无人办理。" + (f"请转“{to_zh}”答复。" if to_zh else "请转其他单位答复，或者先请安全保密管理员为该单位授权。"),
        en=f"at {en} nobody has an account that could answer ({roles_en}), so the comment would lie there. " + (f"Route it to {to_en}" if to_en else "Route it to another unit, or have the secrecy and security officer give somebody there the role"),
    )  # fmt: skip


class RouteGiven(Given):
    unit: str = ask("由谁答复", "Who replies", max_length=40)
    shown: str = ask_shown()


def route(doing: Doing) -> Change:
    """To the unit that replies, with its clock; from now the portal shows the text."""
    given: RouteGiven = doing.given
    unit = unit_of(given.unit)
    check_there(unit, doing.day)
    check_answered(unit, doing.day)
    check_as_written(doing.obj, given.shown)
    due = _due(doing.obj.received_on)
    _rewrite(doing)
    return Change(
        {"unit": unit, "shown": given.shown, "due_on": due},
        {"unit": unit.code, "until": due.isoformat()},
    )


def reply_days() -> int:
    """Working days within which the portal promises an answer."""
    return slots_of(Path(settings.HOME) / "portal.yaml").reply_days


class RefuseGiven(Given):
    reason: Literal["personal", "abusive", "unrelated", "repeated"] = ask(
        "不公开的理由", "Why it is not shown", names=WHY_NOT
    )


def refuse(doing: Doing) -> Change:
    return Change({"reason": doing.given.reason, "due_on": None}, {"reason": doing.given.reason})


class HandOverGiven(Given):
    to: Literal["hotline", "disclosure"] = ask("转往", "Hand over to", names=ELSEWHERE)


def hand_over(doing: Doing) -> Change:
    """A complaint about a service, or a request for documents, has a channel of its own with its own clock."""
    return Change({"reason": doing.given.to, "due_on": None}, {"to": doing.given.to})


class AttachGiven(Given):
    clause: str = ask("条款或指标", "Clause or indicator", max_length=80)
    shown: str = ask_shown()


def attach(doing: Doing) -> Change:
    """What somebody wrote about a draft becomes an opinion on it, which the office has to answer."""
    given: AttachGiven = doing.given
    draft = asked_on(doing.obj.page)
    if draft is None:
        raise CommentError.one(
            "page", "comment.no_draft", zh="这条留言不是写在正在公开征求意见的方案页上的", en="it was not written on the page of a draft that is in public consultation"
        )  # fmt: skip
    check_as_written(doing.obj, given.shown)
    Opinion.objects.create(
        rulebook=draft, clause=given.clause, text=given.shown, by=doing.actor, at=doing.now, reference=doing.obj.reference
    )  # fmt: skip
    _rewrite(doing)
    return Change(
        {"shown": given.shown, "due_on": None}, {"rulebook": draft.pk, "clause": given.clause}
    )


def _clause(held: Any) -> dict[str, Any]:
    found = re.search(r"#(\S+)$", held.page)
    return {"shown": held.text, "clause": found.group(1) if found else ""}


class ReplyGiven(Given):
    reply: str = ask(
        "答复（公开，不写个人信息）",
        "Reply (for everybody to read, nothing personal)",
        form="text",
        public=True,
    )


def reply(doing: Doing) -> Change:
    return Change(
        {"reply": doing.given.reply},
        {"sha256": hashlib.sha256(doing.given.reply.encode()).hexdigest()},
    )


class SendBackGiven(Given):
    reason: str = ask("退回的理由", "Why it is sent back", max_length=200)


def send_back(doing: Doing) -> Change:
    return Change({"reason": doing.given.reason}, {"reason": doing.given.reason})


def approve(doing: Doing) -> Change:
    """The reply is the city's; the portal shows it with the days it took. One from before replies were scanned is scanned now."""
    clean({"reply": doing.obj.reply})
    _rewrite(doing)
    return Change(
        {"answered_on": doing.day, "due_on": None, "reason": ""},
        {"answered_on": doing.day.isoformat()},
    )


def _rewrite(doing: Doing) -> None:
    jobs.ask(
        kind="portal.write",
        arguments={},
        subject=f"comment:{doing.obj.pk}",
        actor=doing.actor,
        now=doing.now,
    )


def _standing(held: Comment, account: Account) -> Standing:
    return Standing(units={"own": [held.unit.code] if held.unit else []})


def _typed(held: Any) -> dict[str, Any]:
    """As written, to whom it is about: a letter on draft targets names the unit after the #."""
    about = re.search(r"targets/\d+\.html#(\S+)$", held.page)
    return {"shown": held.text, "unit": about.group(1) if about else ""}


def _why(held: Comment) -> tuple[str, str]:
    return {**WHY_NOT, **ELSEWHERE}.get(held.reason, (held.reason, held.reason))


def _outcome(held: Comment) -> tuple[str, str]:
    """When it came and when it was answered, by whom."""
    zh, en = f"{held.received_on} 收到", f"received on {held.received_on}"
    if held.unit:
        by_zh, by_en = in_full(held.unit)
        zh, en = f"{zh}，由{by_zh}答复", f"{en}, answered by {by_en}"
    return (
        (f"{zh}，{held.answered_on} 公开答复", f"{en}, published on {held.answered_on}")
        if held.answered_on
        else (zh, en)
    )


def _called(held: Comment) -> tuple[str, str]:
    """By its words for the public, or by number and day: a title stands where many may read who may not read comments,
    and what a citizen wrote may be his name and address."""
    if held.shown:
        said = shortened(held.shown, 24)
        return f"{said}（{held.received_on} 留言）", f"{said} (comment of {held.received_on})"
    return f"{held.reference} 号（{held.received_on} 留言）", f"no. {held.reference} (comment of {held.received_on})"  # fmt: skip


COMMENTS = Kind(
    machine=COMMENT, path="comments", words=("公众留言", "Comments"), model=Comment,
    title=_called,
    standing=_standing,
    acts=(
        Act("comment.receive", ("取回", "Fetched"), receive, ReceiveGiven, by_machine=True),
        Act("comment.route", ("公开并转单位答复", "Show it and route it"), route, RouteGiven,
            (f"公开后单位须在承诺的工作日内答复；留言不计分。{NOT_LOOKED_FOR[0]}", f"Once shown, the unit replies within the working days promised; comments are never scored. {NOT_LOOKED_FOR[1]}"), typed=_typed),
        Act("comment.refuse", ("不公开", "Do not show"), refuse, RefuseGiven, optional=True),
        Act("comment.hand_over", ("转其他渠道", "Hand over"), hand_over, HandOverGiven, optional=True),
        Act("comment.attach", ("列为方案意见", "Take as an opinion on the draft"), attach, AttachGiven,
            ("写在征求意见的方案页上的留言; 由绩效办在方案页答复。", "Written on the page of a draft; the office replies on the draft's page."), optional=True, typed=_clause),
        Act("comment.reply", ("答复", "Reply"), reply, ReplyGiven),
        Act("comment.send_back", ("退回重拟", "Send back"), send_back, SendBackGiven, optional=True),
        Act("comment.approve", ("同意答复并公开", "Approve and publish the reply"), approve, help=NOT_LOOKED_FOR),
    ),
    outcome=_outcome,
    columns=(
        Column(("留言", "Comment"), lambda c: shortened(c.shown or c.text, 40)), Column(("收到", "Received"), "received_on"), Column(("编号", "Reference"), "reference"),
        Column(("答复单位", "Replies"), lambda c: in_full(c.unit) if c.unit else None),
    ),
    facts=(
        Column(("关于", "About"), about), Column(("原文", "As written"), "text"), Column(("公开的文字", "As shown"), "shown"),
        Column(("理由或去向", "Reason or channel"), _why), Column(("答复", "Reply"), "reply"), Column(("用了几个工作日", "Working days taken"), days_taken, True),
    ),
    queryset=lambda: Comment.objects.select_related("unit__parent__parent"),
    links=(("/office/comments-import/", ("导入门户留言", "Import comments"), "comment.bring"),),
    out=lambda c: {"reference": c.reference, "page": c.page, "text": c.text, "shown": c.shown, "reason": c.reason, "reply": c.reply,
                   "unit": c.unit.code if c.unit else None},
)  # fmt: skip

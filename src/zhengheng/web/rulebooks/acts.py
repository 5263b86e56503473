"""What is done to rulebooks, questions and proposals."""

from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate

from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Given,
    Kind,
    Matter,
    Nothing,
    Standing,
    Words,
    ask,
)
from zhengheng.web.acts.public import clean
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.comments.models import Comment
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.jobs import services as jobs
from zhengheng.web.jobs.models import Job
from zhengheng.web.ledger.draws import seal
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.tags import language
from zhengheng.web.results import again
from zhengheng.web.rulebooks import selectors
from zhengheng.web.rulebooks.amending import AmendGiven, RemoveGiven, amend, remove
from zhengheng.web.rulebooks.cards import cards
from zhengheng.web.rulebooks.consultations import document, page_of
from zhengheng.web.rulebooks.drafting import (
    CHANGE_KINDS,
    ChangeGiven,
    DraftGiven,
    ReplaceGiven,
    RollOverGiven,
    RulebookStateError,
    change,
    draft,
    replace,
    roll_over,
    uploaded,
)
from zhengheng.web.rulebooks.models import Opinion, RulebookVersion
from zhengheng.web.rulebooks.naming import findings_of
from zhengheng.web.rulebooks.rehearsing import has_any_data, rehearsable
from zhengheng.web.rulebooks.retiring import RetireGiven, retire, retirements
from zhengheng.web.rulebooks.running import (
    ComputeGiven,
    PeriodGiven,
    RehearseGiven,
    compute,
    open_reports,
    rehearse,
    sound,
)
from zhengheng.web.targets.drafts import open_to_public, unopened
from zhengheng.workflow.machines import RULEBOOK
from zhengheng.workflow.permissions import anywhere

DAY = timedelta(1)


def _indicators(
    obj: Any, account: Account, day: date
) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    held = selectors.book_of(obj).indicators if obj else ()
    return {
        "indicator": [
            (one.code, (f"{one.code} {one.name.zh}", f"{one.code} {one.name.say('en')}"))
            for one in held
        ]
    }


def _current(version: RulebookVersion) -> None:
    """Raise where another version came in force since the draft was begun, and adopted now the draft would undo that
    one unseen; or where the draft names units that are gone when it applies."""
    now = selectors.outdated(version)
    if now is not None:
        zh, en = selectors.anew(version, now)
        raise RulebookStateError.one(
            "base", "rulebook.outdated",
            zh=f"起草本稿以后，{now.period} 年度已改行版本 {now.version}；本稿不含其内容，生效会将其撤销。{zh}",
            en=f"version {now.version} came in force for {now.period} since this draft was begun; the draft does not hold what that one says and would undo it. {en}",
        )  # fmt: skip
    if gone := list(selectors.departed(version)):
        raise RulebookStateError(Problem("units", "rulebook.departed", zh, en) for zh, en in gone)


def _never_comes(version: RulebookVersion, day: date) -> bool:
    """Whether a draft can no longer come in force: then nothing waits for it but that somebody gives it up."""
    return selectors.outdated(version) is not None


def _may_come(version: RulebookVersion, day: date) -> bool:
    return not _never_comes(version, day)


def _unheard(version: RulebookVersion, day: date) -> Words | None:
    """From which day on it may go before the commission, while opinions are asked."""
    if version.due_on is None or day > version.due_on:
        return None
    return (
        f"征求意见到 {version.due_on} 截止，自 {version.due_on + DAY} 起可以提请审议。",
        f"opinions are asked until {version.due_on}: it can go before the commission from {version.due_on + DAY} on",
    )


def _due(version: RulebookVersion, day: date) -> date | None:
    """The last day of opinions is nobody's deadline: the office can do nothing by it, and is not late when it is past."""
    return None if version.state == "consultation" else version.due_on


def _known(version: RulebookVersion) -> tuple[Words, date] | None:
    """Until when opinions are asked; of a draft that was overtaken since when it is dead; of one in force what is to be computed."""
    now = selectors.outdated(version)
    if now is not None:
        words = (f"已改行版本 {now.version}，本稿不能再生效，待放弃，自", f"version {now.version} is in force instead, this draft is to be given up, since")  # fmt: skip
        return words, now.adopted_on or localdate(now.made_at)
    if version.state == "consultation" and version.due_on is not None:
        return ("征求意见至", "opinions are asked until"), version.due_on
    return _joined(version, again.known(version))


def _joined(version: RulebookVersion, computed: tuple[Words, date] | None) -> tuple[Words, date] | None:  # fmt: skip
    """Of one in force whose draft targets wait to be opened to the public: that, too."""
    since = unopened(version) if _targets_wait(version) else None
    if since is None:
        return computed
    zh, en = "目标草案待公开，公开期满后单位才能签订", "draft targets are to be opened to the public, before which no unit can sign"  # fmt: skip
    if computed is None:
        return (f"{zh}，自", f"{en}, since"), since
    (more_zh, more_en), day = computed
    return (f"{zh}；{more_zh}", f"{en}; {more_en}"), day


class ConsultGiven(Given):
    until: date = ask("征求意见截止", "Opinions until", when="later")
    public: bool = ask("同时在公众门户征求社会意见", "Ask the public too, on the portal", False)


def consult(doing: Doing) -> Change:
    sound(doing.obj)
    _current(doing.obj)
    if doing.given.public:
        _shown(doing)
    return Change(
        {"due_on": doing.given.until, "public": doing.given.public},
        {"until": doing.given.until.isoformat(), "public": doing.given.public},
    )


def _shown(doing: Doing) -> None:
    """The portal is written anew; a draft that holds something personal or internal does not get there."""
    clean(document(doing.obj), named=False)
    letters = doing.obj.opinions.exclude(reference="")
    clean({"replies": list(letters.values_list("reply", flat=True))})
    _rewrite(doing)


def _rewrite(doing: Doing) -> None:
    jobs.ask(kind="portal.write", arguments={}, subject=f"rulebook:{doing.obj.pk}", actor=doing.actor, now=doing.now)  # fmt: skip


class OpineGiven(Given):
    clause: str = ask("条款或指标", "Clause or indicator", max_length=80)
    text: str = ask("意见", "Opinion", form="text")


def opine(doing: Doing) -> Change:
    if doing.obj.due_on and doing.day > doing.obj.due_on:
        raise RulebookStateError.one(
            "text", "consult.closed", zh="征求意见已截止", en="the consultation is over"
        )
    Opinion.objects.create(
        rulebook=doing.obj, clause=doing.given.clause, text=doing.given.text, by=doing.actor, at=doing.now
    )  # fmt: skip
    return Change({}, {"clause": doing.given.clause, "text": doing.given.text})


class ReplyGiven(Given):
    opinion: int = ask("意见", "Opinion")
    reply: str = ask("答复", "Reply", form="text")


def reply(doing: Doing) -> Change:
    found = Opinion.objects.filter(pk=doing.given.opinion, rulebook=doing.obj, reply="")
    if not found.update(reply=doing.given.reply, replied_by=doing.actor):
        raise RulebookStateError.one(
            "opinion",
            "opinion.absent",
            zh="没有这条待答复的意见",
            en="there is no such opinion without a reply",
        )
    if doing.obj.public:
        clean({"reply": doing.given.reply})
        _rewrite(doing)
    return Change({}, {"opinion": doing.given.opinion, "reply": doing.given.reply})


def submit(doing: Doing) -> Change:
    """To the commission; every opinion has its answer, and the last day is past."""
    _current(doing.obj)
    left = doing.obj.opinions.filter(reply="").count()
    if left:
        raise RulebookStateError.one(
            "opinions",
            "opinion.open",
            zh=f"还有 {left} 条意见没有答复",
            en=f"{several(left, 'opinion has no reply', 'opinions have no reply')} yet",
        )
    if doing.obj.change_kind == "restated" and not _rehearsed(doing.obj) and has_any_data(doing.obj):  # fmt: skip
        raise RulebookStateError.one(
            "change_kind", "change.effect", zh="追溯调整须先试算：请在草案上办理“试算历史数据”，影响表随方案提请审议。",
            en="a restated change is rehearsed first: its table of effects goes before the commission with the draft",
        )  # fmt: skip
    if told := _unheard(doing.obj, doing.day):
        raise RulebookStateError.one("due_on", "consult.open", zh=told[0], en=told[1])
    waiting = Comment.objects.filter(state="received", page__contains=page_of(doing.obj)).count()
    if waiting:
        raise RulebookStateError.one(
            "opinions", "consult.unread", zh=f"还有 {waiting} 条公众意见没有审核", en=f"{several(waiting, 'letter of the public is not', 'letters of the public are not')} moderated yet"
        )  # fmt: skip
    if doing.obj.public:
        _rewrite(doing)
    return Change({"due_on": None})


class ReasonGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def _rehearsed(version: RulebookVersion) -> list[dict[str, Any]]:
    """The tables of what the draft, as it stands, does to everybody, the newest first: of each period the newest one."""
    held = Job.objects.filter(subject=f"rulebook:{version.pk}", kind="rehearse", state="done")
    found: dict[str, dict[str, Any]] = {}
    for one in held.order_by("-pk"):
        if one.result and one.result.get("fingerprint") == version.fingerprint:
            # Who moves, as it was computed in the reader's language; an earlier release kept it in Chinese alone.
            moved = one.result.get("moved" if language() == "zh" else "moved_en", one.result["moved"])  # fmt: skip
            found.setdefault(one.result["period"], {"result": one.result, "moved": moved})
    return list(found.values())


def send_back(doing: Doing) -> Change:
    """Back to a draft; the portal shows it no longer."""
    if doing.obj.public:
        _rewrite(doing)
    return Change({"due_on": None, "public": False}, {"reason": doing.given.reason})


class AdoptGiven(Given):
    decision: int = ask("委员会决定", "Decision of the commission")


def adopt(doing: Doing) -> Change:
    """In force from now on; the version that it was begun from is replaced, and every other draft of the period outdated."""
    _current(doing.obj)
    decision = carrying(doing.given.decision, f"rulebook:{doing.obj.pk}")
    held = RulebookVersion.objects.filter(code=doing.obj.code, period=doing.obj.period, state="adopted")  # fmt: skip
    for one in held.order_by("pk"):
        perform_by_machine(RULEBOOKS, "rulebook.supersede", one, given=Nothing(), now=doing.now)
    # Before the year has any value that a sample check could draw.
    seal(selectors.samples_of(doing.obj), actor=doing.actor.username, now=doing.now)
    return Change({"decision": decision, "adopted_on": decision.held_on}, {"decision": decision.pk, "fingerprint": doing.obj.fingerprint})  # fmt: skip


def drop(doing: Doing) -> Change:
    """A draft that nobody wants in force any more leaves the desks, and the portal."""
    if doing.obj.public:
        _rewrite(doing)
    return Change({"due_on": None, "public": False}, {"reason": doing.given.reason})


def open_targets(doing: Doing) -> Change:
    """What is proposed to every unit is shown to everybody, for the days the rulebook says."""
    until = open_to_public(doing.obj, doing.day)
    _rewrite(doing)
    return Change({"targets_until": until}, {"until": until.isoformat()})


def _targets_wait(version: RulebookVersion) -> bool:
    return (
        selectors.stands(version)
        and version.targets_until is None
        and selectors.procedure_of(version).targets_open is not None
    )


def plainly(doing: Doing) -> Change:
    return Change()


def anyone(obj: Any, account: Account) -> Standing:
    return Standing()


def _others(version: RulebookVersion, request: Any) -> list[RulebookVersion]:
    """Drafts of the same rulebook, for whoever works on them: what was begun from this one is found here."""
    if not anywhere(grants(request.user, request.now.date()), "rulebook.amend"):
        return []
    return list(RulebookVersion.objects.filter(code=version.code, state="draft").exclude(pk=version.pk))  # fmt: skip


def _page(version: RulebookVersion, request: Any) -> dict[str, Any]:
    spoken, now = language(), selectors.outdated(version)
    editable = version.state == "draft" and anywhere(grants(request.user, request.now.date()), "rulebook.amend")  # fmt: skip
    return {
        "indicators": selectors.book_of(version).indicators if editable else (),
        "revise": selectors.revise(version), "inherited": selectors.weights_of_heirs(version),
        "cards": cards(selectors.book_of(version)), "others": _others(version, request),
        "editable": editable, "changes": selectors.changes(version, spoken),
        "opinions": [(one, selectors.indicator_words(version, one.clause)) for one in version.opinions.select_related("by")], "steps": selectors.steps(version),
        "clocks": selectors.clocks(version),
        "units": {u.code: (u.name_zh, u.name_en) for u in Unit.objects.all()},
        "rehearsals": _rehearsed(version),
        "questions": [(one, selectors.indicator_words(version, one.indicator)) for one in version.questions.exclude(answer="")], "earlier": selectors.before(version),
        "found": findings_of(version),
        "outdated": now, "anew": selectors.anew(version, now) if now else None, "replaced_by": selectors.replaced_by(version), "outdated_why": selectors.why_new(now), "replaced_why": selectors.why_new(selectors.replaced_by(version)),
    }  # fmt: skip


def _open_opinions(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, Words]]]:
    held = obj.opinions.filter(reply="") if obj else ()
    found = ((one, selectors.indicator_words(obj, one.clause)) for one in held)
    return {"opinion": [(str(one.pk), (f"{zh}：{one.text[:40]}", f"{en}: {one.text[:40]}")) for one, (zh, en) in found]}  # fmt: skip


def _outcome(version: RulebookVersion) -> tuple[str, str]:
    """For which period it is, and from which day of it on it applies, or would."""
    zh, en, day = (
        f"适用于 {version.period}",
        f"for {version.period}",
        selectors.applies_from(version),
    )
    if version.state == "adopted":
        return f"{zh}，自 {day} 起适用", f"{en}, applies from {day}"
    if version.state in {"draft", "consultation", "submitted"}:
        return f"{zh}，拟自 {day} 起适用", f"{en}, to apply from {day}"
    return zh, en


def _matter(version: RulebookVersion) -> Matter:
    """What the commission decides about: this text under this number, to come in force, or in force to be retired."""
    to = ("废止", "to retire") if version.state in {"adopted", "retired"} else ("生效", "to adopt")
    return Matter(
        {"to": to[1], "version": version.version, "period": version.period, "data": version.fingerprint, "wording": version.wording},
        (f"{to[0]}“{version.title_zh}”版本 {version.version}，适用于 {version.period}，全文指纹 {version.wording[:16]}",
         f"{to[1]} {version.title_en or version.title_zh} {version.version} for {version.period}, wording fingerprint {version.wording[:16]}"),
    )  # fmt: skip


RULEBOOKS = Kind(
    machine=RULEBOOK, path="rulebooks", words=("考核方案", "Rulebooks"), model=RulebookVersion,
    title=lambda v: (f"{v.title_zh} {v.version}", f"{v.title_en or v.title_zh} {v.version}"),
    standing=anyone, year=lambda v: v,
    acts=(
        Act("rulebook.draft", ("上传草案", "Upload a draft"), draft, DraftGiven,
            ("上传即检查: 所有错误按单元格或行号一次列出。", "The upload is checked: all errors at once, each with its cell or line."),
            prepare=uploaded),
        Act("rulebook.replace", ("上传修改稿", "Upload an amended draft"), replace, ReplaceGiven, prepare=uploaded, optional=True),
        Act("rulebook.amend", ("新增或修改指标", "Write or change an indicator"), amend, AmendGiven,
            ("草案可以逐步改; 检查发现的错误列在草案上, 改完才能征求意见。",
             "A draft may be changed step by step; what the check calls wrong is listed on it, and the consultation opens when nothing is."),
            page=lambda version: f"/office/rulebooks/{version.pk}/indicator/", optional=True),
        Act("rulebook.remove", ("删去指标", "Take an indicator out"), remove, RemoveGiven, choices=_indicators, optional=True),
        Act("rulebook.consult", ("征求意见", "Open the consultation"), consult, ConsultGiven, waits=_may_come),
        Act("rulebook.opine", ("提意见", "Give an opinion"), opine, OpineGiven, optional=True),
        Act("rulebook.reply", ("答复意见", "Reply to an opinion"), reply, ReplyGiven, choices=_open_opinions),
        Act("rulebook.rehearse", ("试算历史数据", "Rehearse on past data"), rehearse, RehearseGiven,
            typed=lambda v: {"period": rehearsable(v)}, optional=True),
        Act("rulebook.submit", ("提请审议", "Submit to the commission"), submit, waits=_may_come, not_yet=_unheard),
        Act("rulebook.return", ("退回修改", "Send back"), send_back, ReasonGiven, optional=True),
        Act("rulebook.adopt", ("按决定生效", "Put in force by decision"), adopt, AdoptGiven,
            choices=lambda obj, account, day: {"decision": decisions(f"rulebook:{obj.pk}")}, waits=_may_come),
        Act("rulebook.drop", ("放弃草案", "Give the draft up"), drop, ReasonGiven, waits=_never_comes, optional=True),
        Act("rulebook.supersede", ("由新版代替", "Replace by a newer version"), plainly, by_machine=True, after_final=True),
        Act("rulebook.open_targets", ("公开目标草案", "Open the draft targets to the public"), open_targets,
            help=("公众在方案规定的天数内可以看目标草案并提意见; 期满之后才能签订。", "For the days the rulebook says everybody reads the drafts and may speak to them; they are signed after that."),
            when=_targets_wait, waits=lambda version, day: unopened(version) is not None, optional=True),
        Act("rulebook.open_reports", ("布置填报", "Open the reports of a period"), open_reports, PeriodGiven, when=selectors.stands, optional=True),
        Act("rulebook.compute", ("启动核算", "Start a run"), compute, ComputeGiven, when=selectors.stands, after_final=True,
            waits=lambda version, day: bool(again.again(version))),
        Act("rulebook.change", ("调整方案", "Change the rulebook"), change, ChangeGiven,
            ("由生效的方案起草一份调整稿；稿中改动的计分方法和权重，自所填之日起按所选方式计算：未来适用从下一考核期间起；分段计算在当年前后各按各的办法；追溯调整全年重算，前后结果都公开。",
             "A draft of the rulebook in force; methods and weights altered in it hold from the day on: prospective, from the next period; split, each part of the year by its own rule; restated, the whole year anew, both results public."),
            when=selectors.stands, optional=True),
        Act("rulebook.roll_over", ("结转为下一年度草案", "Roll over to the next year"), roll_over, RollOverGiven, optional=True, after_final=True),
        Act("rulebook.retire", ("按决定废止", "Retire by decision"), retire, RetireGiven,
            ("废止后没有方案接替；只在该方案的填报、目标、申诉和结果都办结后才能办理。需要改变规则的，请办理“调整方案”。",
             "Nothing takes its place; possible only once its reports, targets, appeals and results are at their end. To have other rules, change the rulebook."),
            choices=retirements, optional=True, answers=True, after_final=True),
    ),
    outcome=_outcome, matter=_matter, due=_due, known=_known,
    columns=(
        Column(("方案", "Rulebook"), lambda v: (v.title_zh, v.title_en)), Column(("版本", "Version"), "version"),
        Column(("期间", "Period"), "period"), Column(("适用起始日", "Applies from"), selectors.applies_from),
    ),
    facts=(
        Column(("口径指纹", "Data fingerprint"), lambda v: v.fingerprint[:16]),
        Column(("全文指纹", "Wording fingerprint"), lambda v: v.wording[:16]),
        Column(("年中调整", "Mid-year change"), lambda v: CHANGE_KINDS.get(v.change_kind)),
        Column(("目标草案公开至", "Draft targets open until"), "targets_until"), Column(("调整自", "Change from"), "changes_from"), Column(("调整理由", "Reason"), "reason"), Column(("调整依据", "It rests on"), "basis"), Column(("通过日期", "Adopted on"), "adopted_on"), Column(("废止理由", "Why it was retired"), "retired_for"),
    ),
    links=(("/office/rulebooks/form.xlsx", ("下载空白方案表（Excel）", "Download the empty form (Excel)"), "rulebook.draft"),),
    body="rulebooks/body.html", context=_page,
    out=lambda v: {"code": v.code, "version": v.version, "period": v.period, "fingerprint": v.fingerprint,
                   "targets_until": str(v.targets_until or ""),
                   "findings": findings_of(v),
                   "opinions": [{"id": o.pk, "clause": o.clause, "text": o.text, "reply": o.reply} for o in v.opinions.all()]},
)  # fmt: skip

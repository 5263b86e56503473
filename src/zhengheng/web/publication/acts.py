"""The release gate: prepared by the office, scanned, reviewed for secrecy, released by the director."""

from datetime import date
from typing import Any, Literal

from django.utils.timezone import localdate

from zhengheng.domain.canonical import canonical
from zhengheng.domain.private_traces import NOT_LOOKED_FOR
from zhengheng.domain.problems import Language, ZhenghengError
from zhengheng.domain.several import several
from zhengheng.engines.disclosure import hidden_indicators
from zhengheng.engines.heat import STATUSES
from zhengheng.engines.run import Run
from zhengheng.engines.snapshot import KINDS, scan, snapshot
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import allowed
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
    signed,
)
from zhengheng.web.files.documents import Section, Table
from zhengheng.web.jobs import services as jobs
from zhengheng.web.jobs.models import Job
from zhengheng.web.ledger.committed_secrets import SECRET
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.tags import language, no_total, say
from zhengheng.web.publication.models import Publication
from zhengheng.web.publication.released import opened_of
from zhengheng.web.publication.told import accounts_of, plans_of, retargeted_of
from zhengheng.web.results.grades import Decided, decided_of
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.newer import successor, version_words
from zhengheng.web.results.selectors import folder_of, loaded, reopenings
from zhengheng.workflow.machines import PUBLICATION, STANDING

SHOWS = {
    "score": ("得分、名次、等次和各项指标状态", "score, place, grade and status of indicators"),
    "grade": ("等次和各项指标状态", "grade and status of indicators"), "status": ("只有各项指标状态", "status of indicators only"),
}  # fmt: skip
"""All that goes out of a unit by each form of display: it is what the reviewer and the director sign for."""


class PublicationError(ZhenghengError):
    """A publication cannot be prepared or released as asked for."""


def document_of(held: Publication) -> dict[str, Any]:
    """What would be, or was, published."""
    run = loaded(folder_of(held.run.run))
    made = snapshot(run, held.shows, unit_names(), others_of_period(held))  # type: ignore[arg-type]
    put_decided(made, decided_of(held.run))
    return made | {
        "reopened": [{"on": one.on.isoformat(), "reason": one.reason} for one in reopenings(held.run)],
        "reason": held.reason, "standing": "notice" if held.run.state == "notice" else "final",
        "plans": plans_of(held.run), "accounts": accounts_of(held.run), "retargeted": retargeted_of(held.run),
    }  # fmt: skip


def others_of_period(held: Publication) -> list[Run]:
    """The runs of the other publications of its period that are out, or on their way out: their totals stay public."""
    out = Publication.objects.filter(
        state__in=("releasing", "released"), run__rulebook=held.run.rulebook, run__period=held.run.period
    ).exclude(pk=held.pk).exclude(run=held.run).select_related("run")  # fmt: skip
    return [loaded(folder_of(run.run)) for run in {one.run_id: one.run for one in out.order_by("pk")}.values()]  # fmt: skip


def put_decided(document: dict[str, Any], decided: dict[str, Decided]) -> None:
    """Put decided grades into what the public reads of a result, beside the computed ones and with the reason."""
    for group in document["groups"]:
        for unit in group["units"]:
            held = decided.get(unit["code"])
            if held is None or "grade" not in unit:
                continue
            computed, decided_ = unit["grade"], dict(zip(("zh", "en"), held.decided, strict=True))
            # Until the commission decides again, the computed grade stands, and what was decided beside it.
            shown = computed if held.asked else decided_
            shown |= {"bound": computed["bound"]} if "bound" in computed else {}
            unit["grade"] = {
                **shown,
                "computed": computed,
                "decided": decided_,
                "reason": held.reason,
                "asked": held.asked,
            }


def unit_names() -> dict[str, tuple[str, str]]:
    """What the organisation calls its units in Chinese and English."""
    return {code: (zh, en) for code, zh, en in Unit.objects.values_list("code", "name_zh", "name_en")}  # fmt: skip


def scanned(held: Publication) -> list[dict[str, str]]:
    """The findings of the scan, over everything that would be published."""
    persons = Account.objects.values_list("name", flat=True)
    named = [name.split()[-1] for name in persons]
    return [vars(one) for one in scan(document_of(held), named)]


class PrepareGiven(Given):
    run: int = ask("考核结果", "Result")
    shows: Literal["score", "grade", "status"] = ask("对外显示", "What the public sees of a unit", "grade", names=SHOWS)  # fmt: skip
    embargo: date | None = ask("不早于", "Not before", None, when="ahead")
    reason: str = ask("更正的原因 (首次发布不填)", "Why it corrects an earlier one (empty for the first)", "", form="text", public=True)  # fmt: skip


def prepare(doing: Doing) -> Made:
    given: PrepareGiven = doing.given
    run = ResultRun.objects.filter(pk=given.run, state__in=STANDING).first()
    if run is None:
        raise PublicationError.one("run", "publication.run", zh="只能发布已公示的结果", en="only a result that is on notice can be published")  # fmt: skip
    earlier = Publication.objects.filter(run__rulebook=run.rulebook, run__period=run.period).exclude(state="withdrawn").first()  # fmt: skip
    if earlier is not None and not given.reason:
        raise PublicationError.one(
            "reason", "publication.reason", zh="这一期已有发布, 再次发布即为更正, 须说明原因",
            en="this period was published before: another publication is a correction and needs its reason",
        )  # fmt: skip
    made = Publication(run=run, shows=given.shows, embargo=given.embargo, reason=given.reason, corrects=earlier)  # fmt: skip
    check_display(made)
    made.findings = scanned(made)
    return Made(made, {"run": run.run, "shows": given.shows, "reason": given.reason, "findings": len(made.findings)})  # fmt: skip


def replaced_meanwhile(held: Publication) -> tuple[str, str] | None:
    """That another version stands in the place of the result that was prepared, and what to do; None where it stands."""
    stands = successor(held.run) if held.state in {"prepared", "reviewed"} else None
    if stands is None:
        return None
    zh, en = version_words(stands)
    return (
        f"准备发布的结果已被{zh}代替，不再有效，不能发布；请撤回本次发布，再按新版准备",
        f"the result that was prepared is no longer valid: {en} stands in its place; withdraw this and prepare that one",
    )


def check_stands(held: Publication) -> None:
    """Raise PublicationError where what was prepared is no longer the result."""
    if found := replaced_meanwhile(held):
        raise PublicationError.one("run", "publication.replaced", zh=found[0], en=found[1])


def check_display(held: Publication) -> None:
    """Raise PublicationError for another form of display than what is out of the period, where anything internal is in it.

    Beside scores the states of internal indicators are withheld, for together they tell what was measured: so scores
    may not follow states, nor states scores.
    """
    out = Publication.objects.filter(
        state__in=("releasing", "released"), run__rulebook=held.run.rulebook, run__period=held.run.period
    ).exclude(pk=held.pk).exclude(shows=held.shows).select_related("run")  # fmt: skip
    for other in out.order_by("pk"):
        if any(hidden_indicators(loaded(folder_of(one.run.run))) for one in (held, other)):
            (zh, en), (asked_zh, asked_en) = SHOWS[other.shows], SHOWS[held.shows]
            raise PublicationError.one(
                "shows", "publication.display",
                zh=f"这一期已按“{zh}”对外发布，再按“{asked_zh}”发布，与已公开的内容对照即可推算内部指标，不能办理。"
                   f"请按“{zh}”准备更正；须公开某一项内部指标的，在公布得分的发布页面逐项公开。",
                en=f"this period is out already, showing: {en}. Showing {asked_en} as well would let readers work out internal indicators. "
                   f"Prepare the correction with the same display ({en}); a single internal indicator is opened on the page of a publication that shows scores.",
            )  # fmt: skip


class ReviewGiven(Given):
    cleared: str = ask("扫描发现可以公开的理由 （没有发现的不填）", "Why the findings may stand (none needed without findings)", "", form="text")  # fmt: skip


def review(doing: Doing) -> Change:
    """By the secrecy reviewer: findings stand only with a reason."""
    held: Publication = doing.obj
    check_stands(held)
    check_display(held)
    found = scanned(held)
    if found and not doing.given.cleared:
        raise PublicationError.one(
            "cleared", "publication.findings", zh=f"扫描有 {len(found)} 处发现, 须逐处核对并说明理由, 或者退回",
            en=f"the scan found {several(len(found), 'place: give the reason why it may stand', 'places: give the reason why they may stand')}, or send it back",
        )  # fmt: skip
    _announce(doing)
    return Change({"findings": found, "cleared": doing.given.cleared}, {"findings": found, "cleared": doing.given.cleared})  # fmt: skip


class WithdrawGiven(Given):
    reason: str = ask("原因", "Reason", form="text")


def withdraw(doing: Doing) -> Change:
    """It does not come out, and what was written of it to be read before goes."""
    _announce(doing)
    jobs.ask(
        kind="publication.tidy", arguments={}, subject=f"publication:{doing.obj.pk}", actor=doing.actor, now=doing.now
    )  # fmt: skip
    return Change({}, {"reason": doing.given.reason})


def _announce(doing: Doing) -> None:
    """What is to come stands in the public calendar, with the day before which it does not."""
    if doing.obj.embargo:
        subject = f"publication:{doing.obj.pk}"
        jobs.ask(kind="portal.write", arguments={}, subject=subject, actor=doing.actor, now=doing.now)  # fmt: skip


def _too_early(held: Publication, day: date) -> tuple[str, str] | None:
    """From which day on it can be released, before that day."""
    if held.embargo is None or day >= held.embargo:
        return None
    return f"自 {held.embargo} 起可以发布。", f"It can be released from {held.embargo} on."


def _not_yet(held: Publication, day: date) -> tuple[str, str] | None:
    """Why it cannot be released now: what was replaced never can, whatever day it waited for."""
    return replaced_meanwhile(held) or _too_early(held, day)


def release(doing: Doing) -> Change:
    """Have it written; it is released once its files stand and their digests are in the ledger."""
    held: Publication = doing.obj
    check_stands(held)
    check_display(held)
    if told := _too_early(held, doing.day):
        raise PublicationError.one("embargo", "publication.embargo", zh=told[0], en=told[1])
    jobs.ask(
        kind="publication.write", arguments={"publication": held.pk}, subject=f"publication:{held.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip
    return Change()


class WrittenGiven(Given):
    digests: dict[str, str]
    verifiers: dict[str, str] = {}
    """Of each bundle the SHA-256 of the verify.py inside."""
    secret: str = ""
    """SHA-256 of the secret behind the commitments."""


def written(doing: Doing) -> Change:
    """What was released, by its digests, and the release before it, so that none can be left out unseen."""
    digests = doing.given.digests
    before = LedgerEntry.objects.filter(act="publication.written").order_by("-sequence").first()
    after = before.subject.partition(":")[2] if before is not None else None
    return Change(
        {"released_on": doing.day, "digests": digests},
        {
            "digests": digests,
            "verifiers": doing.given.verifiers,
            "after": after,
            SECRET: doing.given.secret,
        },
    )


class UnverifiedGiven(Given):
    reason: str
    reason_en: str


def unverified(doing: Doing) -> Change:
    """Not released: its bundle does not verify. It waits to be released again, or to be withdrawn."""
    given: UnverifiedGiven = doing.given
    return Change({}, {"reason": given.reason, "reason_en": given.reason_en})


class OpenGiven(Given):
    unit: str = ask("单位", "Unit")
    indicator: str = ask("内部指标", "Internal indicator")
    reason: str = ask(
        "公开的理由和依据", "Why it is opened, and on what basis", form="text", public=True
    )


def open_one(doing: Doing) -> Change:
    """Open one internal indicator of one unit: its own salt and values, so that anybody can check the commitment."""
    held, given = doing.obj, doing.given
    run = loaded(folder_of(held.run.run))
    known = {(r["unit"], r["indicator"]) for r in run.results.of_unit("cell", given.unit)}
    if given.indicator not in hidden_indicators(run) or (given.unit, given.indicator) not in known:
        raise PublicationError.one(
            "indicator", "publication.open", zh="本次发布的复核包里没有这个单位的这项内部指标。请另选单位或指标。",
            en="the bundle of this publication holds no such internal indicator of this unit: choose another unit or indicator",
        )  # fmt: skip
    made = opened_of(held, run, given.unit, given.indicator)
    return Change({"opened": [*held.opened, *made]}, {"reason": given.reason, "opened": made})


def _to_open(
    obj: Publication, account: Account, day: date
) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    """The units of the publication's own year and the internal indicators that they have a value of."""
    run, names = loaded(folder_of(obj.run.run)), unit_names()
    hidden = hidden_indicators(run)
    cells = [row for row in run.results.rows("cell") if row["indicator"] in hidden]
    units, codes = ({row[name] for row in cells} for name in ("unit", "indicator"))
    return {
        "unit": [
            (one.code, names.get(one.code, (one.name.zh, one.name.say("en")))) for one in run.rulebook.units if one.code in units
        ],
        "indicator": [
            (one.code, (f"{one.code} {one.name.zh}", f"{one.code} {one.name.say('en')}")) for one in run.rulebook.indicators if one.code in codes
        ],
    }  # fmt: skip


def _standing(held: Publication, account: Account) -> Standing:
    return Standing(("second",) if held.made_by_id != account.pk else ())


def _results(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    held = ResultRun.objects.filter(state__in=STANDING)
    return {
        "run": [
            (
                str(one.pk),
                (
                    f"{one.title_zh} {one.period} ({localdate(one.made_at)})",
                    f"{one.title_en or one.title_zh} {one.period} ({localdate(one.made_at)})",
                ),
            )
            for one in held
        ]
    }


def _page(held: Publication, request: Any) -> dict[str, Any]:
    stands = _standing(held, request.user)
    previewed = allowed(request.user, "publication.preview", request.now.date(), relations=stands.relations, state=held.state)  # fmt: skip
    return {"previewed": previewed, "corrected_by": _corrected_by(held), "findings": [(one, KINDS[one["kind"]]) for one in held.findings], "digests": sorted(held.digests.items()), "disclosed": [(one, canonical(one)) for one in held.opened]}  # fmt: skip


_GRADE = ("等次", "Grade")
_HEADS: dict[str, tuple[tuple[str, str], ...]] = {
    "score": (("得分（分）", "Score (points)"), ("组内名次", "Place"), _GRADE), "grade": (_GRADE,), "status": (),
}  # fmt: skip
"""What of a unit's result stands in the table of each form of display."""


KEPT_BESIDE = (
    "不公开指标在总分中的计分办法或所占分值，与本期已公布的总分不同，两个总分相比就可以推算出不公开指标的数值，所以总分和名次不公开。",
    "internal indicators count in the total by other rules or for other weights than in the total of the same period that is public; their values could be worked out from the two, so total and place are withheld.",
)  # fmt: skip
"""Why a correction shows no total where the publication before it showed one."""


def _shown(shows: str, unit: dict[str, Any], spoken: Language) -> tuple[str, ...]:
    """A unit's result as far as the public sees it, and why there is none."""
    if shows == "status":
        return ()
    none = no_total(unit["status"]) if unit["status"] != "value" else ""
    grade = (unit.get("grade") or {}).get(spoken) or none or say("未定等次", "not graded")
    if shows == "grade":
        return (grade,)
    score = unit.get("score") or none or say("不公开", "withheld")
    place = (none and "—") or say("不公开", "withheld")
    if unit.get("place"):
        tied = say("并列 ", "= ") if unit.get("tied") else ""
        place = f"{tied}{unit['place']} / {unit['members']}"
    return score, place, grade


def printed(held: Publication, _day: date) -> list[Section]:
    """What the public will see of each unit, as it is reviewed, signed and released."""
    document, spoken = document_of(held), language()
    sections = []
    for group in document["groups"]:
        rows = [
            (unit["name"][spoken], *_shown(held.shows, unit, spoken),
             say("、", ", ").join(f"{say(*words)} {unit['counts'][name]}" for name, (_, *words) in STATUSES.items() if unit["counts"].get(name)))
            for unit in group["units"]
        ]  # fmt: skip
        head = (
            say("单位", "Unit"), *(say(*words) for words in _HEADS[held.shows]), say("指标状态", "Status of indicators"),
        )  # fmt: skip
        kept = [unit["name"][spoken] for unit in group["units"] if unit.get("kept_back")]
        texts = (
            (f"{say('、', ', ').join(kept)}{say('：', ': ')}{say(*KEPT_BESIDE)}",) if kept else ()
        )
        sections.append(Section(group["name"][spoken], texts=texts, tables=(Table(head, rows),)))
    told = [(one["unit"], one["text"]) for one in document["accounts"]]
    told += [(one["unit"], one["measures"]) for one in document["plans"] if one["measures"]]
    if told:
        sections.append(Section(say("单位的说明和整改措施", "What units say, and their plans"), tables=(Table((say("单位", "Unit"), say("文字", "Text")), told),)))  # fmt: skip
    return sections


def _not_shown(held: Publication) -> tuple[str, str] | None:
    """That the portal does not show yet what was released, and why; None where it does, or nothing was released."""
    if held.state not in {"releasing", "released"}:
        return None
    mine = Job.objects.filter(subject=f"publication:{held.pk}").order_by("-pk")
    job = mine.filter(kind="publication.write").first()
    if job is not None and job.state == "done":
        job = mine.filter(kind="portal.write", pk__gt=job.pk).first()
        # One that left it to a later one wrote no page; any later one writes them all.
        done = Job.objects.filter(kind="portal.write", state="done", pk__gte=job.pk) if job else Job.objects.none()  # fmt: skip
        if any((one.result or {}).get("pages") for one in done):
            return None
    if job is None:
        return None
    if job.state == "failed" and job.problems:
        why = job.problems[0]
        return f"公众门户上还没有显示：{why['zh'].rstrip('。')}", f"the portal does not show it yet: {why['en']}"  # fmt: skip
    return "公众门户上还没有显示，正在生成", "the portal does not show it yet, it is being written"


def _corrected_by(held: Publication) -> Publication | None:
    """The publication of the same period that came out in the place of one."""
    return held.corrections.filter(state="released").order_by("pk").last()


def _outcome(held: Publication) -> tuple[str, str] | None:
    """When it was released, or that nothing of it is out yet."""
    zh, en = SHOWS[held.shows]
    if not_shown := _not_shown(held):
        released = (f"{held.released_on} 起对外显示：{zh}；", f"since {held.released_on}, showing: {en}; ") if held.released_on else ("", "")  # fmt: skip
        return f"{released[0]}{not_shown[0]}", f"{released[1]}{not_shown[1]}"
    if held.released_on:
        by = _corrected_by(held)
        later = (f"；已由 {by.released_on} 发布的版本更正", f"; corrected by the one released on {by.released_on}") if by else ("", "")  # fmt: skip
        return (
            f"{held.released_on} 起对外显示：{zh}{later[0]}",
            f"since {held.released_on}, showing: {en}{later[1]}",
        )
    if held.state in PUBLICATION.final:
        return None
    if found := replaced_meanwhile(held):
        return found
    if held.embargo:
        return (
            f"公众门户上尚未发布，不早于 {held.embargo}",
            f"nothing of it is on the portal yet; not before {held.embargo}",
        )
    return "公众门户上尚未发布", "nothing of it is on the portal yet"


PUBLICATIONS = Kind(
    machine=PUBLICATION, path="publications", words=("对外发布", "Publications"), model=Publication,
    title=lambda p: (f"{p.run.title_zh} {p.run.period} 对外发布", f"{p.run.title_en or p.run.title_zh} {p.run.period}, publication"),
    standing=_standing,
    acts=(
        Act("publication.prepare", ("准备发布", "Prepare a publication"), prepare, PrepareGiven,
            ("自动扫描个人信息和内部字样; 保密审查后由主任发布。", "Texts are scanned for personal and internal content; reviewed for secrecy, then released by the director."), choices=_results),
        Act("publication.review", ("保密审查通过", "Pass the secrecy review"), review, signed(ReviewGiven), help=NOT_LOOKED_FOR),
        Act("publication.release", ("发布", "Release"), release, signed(), not_yet=_not_yet),
        Act("publication.written", ("已写成", "Written"), written, WrittenGiven, by_machine=True),
        Act("publication.unverified", ("未通过复核，不予发布", "Not released: it does not verify"), unverified, UnverifiedGiven, by_machine=True),
        Act("publication.open", ("公开一项内部指标", "Open an internal indicator"), open_one, signed(OpenGiven),
            ("给出该单位这一项的数值和盐，任何人可用复核程序与已发布的承诺值核对；其他单位、其他指标不受影响。",
             "Gives value and salt of this one: anybody can check them against the published commitment. No other is opened."), when=lambda p: p.shows == "score", choices=_to_open, optional=True),
        Act("publication.withdraw", ("撤回", "Withdraw"), withdraw, WithdrawGiven, optional=True),
    ),
    columns=(
        Column(("结果", "Result"), lambda p: (f"{p.run.title_zh} {p.run.period}", f"{p.run.title_en or p.run.title_zh} {p.run.period}")),
        Column(("对外显示", "Shows"), lambda p: SHOWS[p.shows]), Column(("发布日期", "Released on"), "released_on"),
    ),
    facts=(
        Column(("不早于", "Not before"), "embargo"), Column(("更正的原因", "Why it corrects"), "reason"),
        Column(("放行理由", "Why the findings stand"), "cleared"),
    ),
    queryset=lambda: Publication.objects.select_related("run", "corrects"),
    known=lambda p: (("不早于", "not before"), p.embargo) if p.embargo and p.state not in {"released", *PUBLICATION.final} and not replaced_meanwhile(p) else None, told=True,
    body="publication/body.html", context=_page, printed=printed, outcome=_outcome,
    out=lambda p: {"run": p.run.run, "shows": p.shows, "embargo": p.embargo.isoformat() if p.embargo else None, "reason": p.reason,
                   "findings": p.findings, "digests": p.digests, "opened": p.opened},
)  # fmt: skip

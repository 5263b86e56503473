"""What an account may want to read though nothing waits for its act: what concerns it now, and until when."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q

from zhengheng.domain.several import several
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import grants, lately_renewed, listed
from zhengheng.web.accounts.telling import LATELY as RENEWED_LATELY
from zhengheng.web.accounts.telling import said
from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.told import subjects as subjects_of
from zhengheng.web.acts.vacant import all_apart, all_before, vacant
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.appeals.panel import undrawable
from zhengheng.web.appeals.ruling import second_until
from zhengheng.web.appeals.services import OUTCOMES
from zhengheng.web.comments.inbox import untaken
from zhengheng.web.jobs.services import left_undone
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.answered import LATELY, answers
from zhengheng.web.pages.desk import Waiting
from zhengheng.web.pages.reorganised import reorganised
from zhengheng.web.pages.unattended import unattended
from zhengheng.web.publication.acts import PUBLICATIONS
from zhengheng.web.publication.corrections import given_up, uncorrected
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.rectification.selectors import guided_by
from zhengheng.web.results.again import unfollowed
from zhengheng.web.results.barred import ends_results, in_the_way
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.naming import waiting
from zhengheng.web.results.newer import version_words
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.targets.selectors import bare_heirs
from zhengheng.workflow.deciding import DECIDERS
from zhengheng.workflow.permissions import anywhere, may
from zhengheng.workflow.roles import NAMES, Grant, Role

MOST_BARS = 3
"""What a line names of all that keeps a result from its end."""
MOST_NAMED = 12
"""Units that a line names; of more it says how many."""


@dataclass(frozen=True)
class Reading:
    """Something to read: what, where, and what one can do about it."""

    title: Words
    address: str
    why: Words


def _own(mine: Collection[Grant]) -> set[str]:
    """The units whose appeals are one's own to read."""
    return {one.unit for one in mine if one.unit and may([one], "appeal.read", units={"own": [one.unit]})}  # fmt: skip


def _heard(account: Account, mine: Collection[Grant], day: date) -> list[Reading]:
    """The hearings to come of appeals of one's own units, and of those on whose panel one sits: day, hour and place."""
    concerned = Q(unit__code__in=_own(mine)) | Q(seats__account=account, seats__recused="")
    held = APPEALS.all().filter(concerned, state="hearing", hearing_on__gte=day).distinct()
    found = []
    for appeal in held.order_by("hearing_on", "pk"):
        (zh, en), place = APPEALS.title(appeal), appeal.hearing_place
        why = (f"听证定于 {appeal.hearing_on} 举行：{place}。请按时到场。", f"The hearing is on {appeal.hearing_on}: “{place}”. You are expected there.")  # fmt: skip
        found.append(Reading((f"听证：{zh}", f"Hearing: {en}"), APPEALS.address(appeal), why))
    return found


def _decided(mine: Collection[Grant], day: date) -> list[Reading]:
    """What was decided lately on appeals of one's own units."""
    held = (
        APPEALS.all()
        .filter(unit__code__in=_own(mine), decided_on__gt=day - LATELY)
        .order_by("-decided_on", "-pk")
    )
    found = []
    for appeal in held:
        outcome, last = OUTCOMES[appeal.outcome], second_until(appeal)
        zh = f"已于 {appeal.decided_on} 作出决定：{outcome[0]}。"
        en = f"Decided on {appeal.decided_on}: {outcome[1]}."
        if appeal.state == "second":
            zh = f"{zh}已请求委员会复核，委员会应于 {appeal.due_on} 前作出决定。"
            en = f"{en} The commission was asked to look again and decides by {appeal.due_on}."
        elif appeal.second_asked_on:
            zh = f"经委员会复核，{zh}"
            en = f"After the commission's review: {en}"
        elif appeal.state == "decided" and last is not None and day <= last:
            zh, en = (
                f"{zh}可以在 {last} 前请求委员会复核。",
                f"{en} The commission may be asked until {last}.",
            )
        title = APPEALS.title(appeal)
        found.append(Reading((f"申诉决定：{title[0]}", f"Decision on the appeal: {title[1]}"), APPEALS.address(appeal), (zh, en)))  # fmt: skip
    return found


def _answered(request: OfficeRequest, mine: Collection[Grant], day: date) -> list[Reading]:
    """What was answered to the account or its units; of very many answers the newest, and how many more there are."""
    told = [Reading(title, address, why) for title, address, why in answers(request.user, mine, day)]  # fmt: skip
    return _cut(told, ("更多答复", "More answers"), "项近期已有答复", "were answered lately")


def _renewed(request: OfficeRequest, mine: Collection[Grant]) -> list[Reading]:
    """What officers did lately to the account itself, which whoever came in first may have been told; for the director,
    to accounts whose word counts."""
    since = request.now - RENEWED_LATELY
    found = [
        Reading(("您的账号", "Your account"), "/office/password/", said(one))
        for one in lately_renewed(since, account=request.user)
    ]
    if anywhere(mine, "account.read_renewals"):
        weighty = lately_renewed(since, account__grants__role__in=DECIDERS, account__grants__revoked_at=None)  # fmt: skip
        if weighty:
            why = (f"近 {RENEWED_LATELY.days} 日，管理员办理了 {len(weighty)} 次有决定权人员的密码、第二重验证或账号启停，请核对是否为本人要求。",
                   f"Done by officers in {RENEWED_LATELY.days} days to passwords, second factors and accounts of people who decide: {len(weighty)}; ask the owners whether they wanted it.")  # fmt: skip
            found.append(Reading(("凭证办理记录", "Renewed credentials"), "/office/renewals/", why))
    return found


def _later(rows: Collection[Waiting]) -> list[Reading]:
    """What will wait for the account, what comes first, and what can be done meanwhile; of very many the first."""
    told = []
    for row in rows:
        zh, en = row.not_yet or row.state
        if row.acts:
            zh += f"现在可以：{'、'.join(act.words[0] for act in row.acts)}。"
            en = f"{en.rstrip('.')}. Until then you can: {', '.join(act.words[1] for act in row.acts)}."
        title = f"{row.kind.words[0]}：{row.title[0]}", f"{row.kind.words[1]}: {row.title[1]}"
        told.append(Reading(title, row.address, (zh, en)))
    return _cut(told, ("更多事项", "More to come"), "项暂时还不能办理", "cannot be done yet")


def _cut(told: list[Reading], title: Words, zh: str, en: str) -> list[Reading]:
    """The first of many, and how many more there are."""
    more = len(told) - MOST_NAMED
    if more <= 0:
        return told
    left = (f"另有 {more} {zh}，请在“全部事项”中查看。", f"{more} more {en}; they stand under “Everything”.")  # fmt: skip
    return [*told[:MOST_NAMED], Reading(title, "/office/#everything", left)]


def to_read(request: OfficeRequest, later: Collection[Waiting] = ()) -> list[Reading]:
    """Jobs left undone; what will wait for the account once a day has come or somebody else has acted; results on notice and rulebooks in consultation, to which anybody here may speak; hearings to come and what was decided on the own unit's
    appeals; results that wait for their readers; whoever looks at the whole city, the city; for the three officers, their registers."""
    day = request.now.date()
    mine = grants(request.user, day)
    found: list[Reading] = [*_undone(request.user, mine), *_later(later)]
    if anywhere(mine, "city.read"):
        owed = Commitment.objects.exclude(state="kept")
        late = owed.exclude(state="reported").filter(due_on__lt=day).count()
        why = (f"重点指标、红灯单位、兄弟地区位次；调度会承诺 {owed.count()} 项未办结，其中 {late} 项逾期。",
               f"Goals, red units, places among sister cities; commitments not yet kept: {owed.count()}, {late} of them overdue.")  # fmt: skip
        found.append(Reading(("全市一屏", "The city on one screen"), "/office/overview/city/", why))
    if anywhere(mine, "result.read"):
        for run in ResultRun.objects.filter(state="notice").order_by("due_on", "pk"):
            title = (f"{run.title_zh} {run.period}", f"{run.title_en or run.title_zh} {run.period}")
            why = (f"公示至 {run.due_on}，期间可以查阅和提出异议。", f"On notice until {run.due_on}: read it, and object while it lasts.")  # fmt: skip
            if run.due_on and run.due_on < day:
                why = _waits(run, day, ends_results(mine))
            if opened := run.reopenings.last():
                why = (f"已于 {opened.on} 按决定重新开启，理由：{opened.reason.rstrip('。')}。{why[0]}", f"Reopened by decision on {opened.on}, because: “{opened.reason}”. {why[1]}")  # fmt: skip
            found.append(Reading(title, f"/office/results/{run.run}/", why))
    found += _renewed(request, mine)
    own = {one.unit for one in mine if one.unit}
    found += [Reading(title, address, why) for title, address, why in reorganised(own, day)]
    found += _heard(request.user, mine, day)
    found += _decided(mine, day)
    found += _answered(request, mine, day)
    if anywhere(mine, "rulebook.opine"):
        for book in RulebookVersion.objects.filter(state="consultation", due_on__gte=day):
            title = (f"{book.title_zh} {book.period}（版本 {book.version}）", f"{book.title_en or book.title_zh} {book.period} (version {book.version})")  # fmt: skip
            why = (f"征求意见至 {book.due_on}，可以逐条提出意见。", f"Your opinion is asked until {book.due_on}, clause by clause.")  # fmt: skip
            found.append(Reading(title, f"/office/rulebooks/{book.pk}/", why))
    found += [_unread(run) for run in waiting(request.user, day)]
    if anywhere(mine, "ledger.read"):
        count = LedgerEntry.objects.filter(at__startswith=day.isoformat()).count()
        found.append(Reading(("存证日志", "The ledger"), "/office/ledger/", (f"今天新增 {count} 条。", f"{several(count, 'entry of today', 'entries of today')}.")))  # fmt: skip
    elif anywhere(mine, "account.list"):
        held = [given for account, given in listed(day) if account.is_active]
        bare = sum(not given for given in held)
        why = (f"在用账号 {len(held)} 个，其中 {bare} 个还没有角色。", f"{several(len(held), 'account in use', 'accounts in use')}, {bare} of them without a role.")  # fmt: skip
        found.append(Reading(("账号与权限", "Accounts and rights"), "/office/accounts/", why))
    for act, told in _BY_RIGHT.items():
        if anywhere(mine, act):
            found += told(day)
    if anywhere(mine, "grant.give") or anywhere(mine, "result.name"):
        found += _vacant(day, anywhere(mine, "grant.give"))
    if anywhere(mine, "grant.give") or anywhere(mine, "appeal.draw"):
        found += _undrawable(day, anywhere(mine, "grant.give"))
    found += _guided(request.user, mine, day)
    if anywhere(mine, "grant.give") and (bare_units := unattended(request.user, day)):
        found.append(_unattended(bare_units))
    return found


def _waits(run: ResultRun, day: date, named: bool) -> Words:
    """That a notice is over; for whoever carries the result on, what is still in the way."""
    zh, en = f"公示已于 {run.due_on} 期满，等待终定。", f"The notice ended on {run.due_on}; the result waits to be made final."  # fmt: skip
    if not named:
        return zh, en
    found = in_the_way(run, day)
    if not found:
        out = len(unfollowed(run))
        said = (f"有 {out} 项办结的事项没有按办理情况计入，终定时须写明理由。", f" The result does not follow {several(out, 'settled matter', 'settled matters')}; the end wants a reason for it.") if out else ("", "")  # fmt: skip
        return f"{zh}只待委员会的决定。{said[0]}", f"{en} Nothing but the commission's word is missing.{said[1]}"  # fmt: skip
    more = len(found) - MOST_BARS
    zh_more, en_more = (f"另有 {more} 项，见结果页面。", f" {more} more on its page.") if more > 0 else ("", "")  # fmt: skip
    return (
        f"{zh}还不能终定：{''.join(one.zh for one in found[:MOST_BARS])}{zh_more}",
        f"{en} In the way: {'; '.join(one.en for one in found[:MOST_BARS])}.{en_more}",
    )


def _untaken(_day: date) -> list[Reading]:
    """Comments in the portal's inbox that the worker has not taken in yet: their term runs all the same."""
    count, since = untaken(Path(settings.HOME))
    if not count:
        return []
    why = (f"本机门户有 {count} 条留言还没有进入办理，最早的是 {since}；答复时限从留言之日起算。后台作业会自动取回，也可以现在取回。",
           f"In the portal's inbox on this machine and not taken in yet: {count}, the oldest of {since}. Their term runs from the day they were written; the worker takes them in by itself, and you can do it now.")  # fmt: skip
    return [Reading(("门户留言", "Comments from the portal"), "/office/comments-import/", why)]


def _returned(_day: date) -> list[Reading]:
    """Appeals that units complete, for the clerk: whose turn it is, and until when."""
    found = []
    for one in APPEALS.all().filter(state="returned").order_by("due_on", "pk"):
        zh, en = APPEALS.title(one)
        why = (f"已退回补正，等待单位在 {one.due_on} 前重新提交；逾期未提交的自动结束。", f"Returned to be completed; the unit files it again by {one.due_on}, or it ends by itself.")  # fmt: skip
        found.append(Reading((f"申诉：{zh}", f"Appeal: {en}"), APPEALS.address(one), why))
    return found


def _vacant(day: date, gives: bool) -> list[Reading]:
    """Roles that nobody holds while something waits for them."""
    found = []
    todo = ("请授予角色。", "Give somebody the role.") if gives else ("请商安全保密管理员授予角色。", "Ask the secrecy officer to give somebody the role.")  # fmt: skip
    for role, count in sorted(vacant(day).items()):
        zh, en = NAMES[role]
        why = (f"没有人担任{zh}，{count} 项事务等待办理。{todo[0]}", f"Nobody is {en.lower()}, and {several(count, 'matter waits', 'matters wait')}. {todo[1]}")  # fmt: skip
        found.append(Reading((f"无人担任：{zh}", f"Held by nobody: {en}"), "/office/accounts/" if gives else "/office/", why))  # fmt: skip
    for role, count in sorted(all_apart(day).items()):
        zh, en = NAMES[role]
        why = (f"担任{zh}的人员与 {count} 项待办事项所涉单位都有任职关系，须回避，目前无人可以办理。{todo[0]}", f"Everybody who is {en.lower()} has a part in the unit of {several(count, 'matter that waits', 'matters that wait')}, and nobody can do what is due. {todo[1]}")  # fmt: skip
        found.append(Reading((f"须回避，无人可以办理：{zh}", f"Nobody without a part: {en}"), "/office/accounts/" if gives else "/office/", why))  # fmt: skip
    for role, count in sorted(all_before(day).items()):
        zh, en = NAMES[role]
        why = (f"担任{zh}的人员都办理过 {count} 项待办事项的前面环节，这一步须由另外的人办理，目前无人可以办理。{todo[0]}", f"Everybody who is {en.lower()} took an earlier step of {several(count, 'matter that waits', 'matters that wait')} for another person, and nobody can do what is due. {todo[1]}")  # fmt: skip
        found.append(Reading((f"须由另外的人办理：{zh}", f"Nobody without an earlier step: {en}"), "/office/accounts/" if gives else "/office/", why))  # fmt: skip
    return found


def _undrawable(day: date, gives: bool) -> list[Reading]:
    """Panels for which there are too few people, for whoever appoints them; for the clerk, whose turn it is."""
    found = []
    for appeal, lacking in undrawable(day):
        # Who appoints people reads no appeal.
        zh, en = (f"申诉第 {appeal.pk} 号", f"appeal {appeal.pk}") if gives else APPEALS.title(appeal)  # fmt: skip
        todo = ("请授予评审组成员的角色。", "Appoint panel members.") if gives else ("已列入安全保密管理员的待办，增补以后再抽取。", "The secrecy officer has it on the first page; draw when there are more.")  # fmt: skip
        why = (f"可以抽取的评审组成员还缺 {lacking} 人，评审组不能抽取。{todo[0]}", f"{several(lacking, 'person is', 'people are')} missing among those who can sit, and the panel cannot be drawn. {todo[1]}")  # fmt: skip
        found.append(Reading((f"评审组人数不足：{zh}", f"Too few for a panel: {en}"), "/office/accounts/" if gives else APPEALS.address(appeal), why))  # fmt: skip
    return found


def _undone(account: Account, mine: Collection[Grant]) -> list[Reading]:
    """Jobs that a fault of the machine left undone: for whoever asked for them, and for the system administrator."""
    looks_after = any(one.role is Role.SYSTEM_ADMINISTRATOR for one in mine)
    held = [one for one in left_undone() if looks_after or one.asked_by_id == account.pk]
    subjects = subjects_of(one.subject for one in held)
    found = []
    for one in held:
        (zh, en), said, of = one.what, one.problems[0], subjects.get(one.subject, ("", ""))
        title = (f"没有完成：{zh} {of[0]}".strip(), f"Not done: {en} {of[1]}".strip())
        found.append(Reading(title, f"/office/jobs/{one.pk}/", (said["zh"], said["en"])))
    return found


def _guided(account: Account, mine: Collection[Grant], day: date) -> list[Reading]:
    """The open cases of a mentor: what the unit owes next, by which day, and how often he was there."""
    found: list[Reading] = []
    cases = guided_by(account).select_related("unit", "run")
    for case in cases if anywhere(mine, "rectification.visit") else ():
        (zh, en), visits = RECTIFICATIONS.title(case), case.visits.count()
        said = {
            "served": (f"单位应于 {case.due_on} 前答复并报整改方案", f"the unit answers with a plan by {case.due_on}"),
            "answered": (f"单位承诺 {case.finish_on} 完成整改", f"the unit means to be done by {case.finish_on}"),
            "checking": ("单位已提交整改证据，等待绩效办验收", "the unit handed in its evidence, and the office accepts it or sends it back"),
        }[case.state]  # fmt: skip
        late = case.state != "checking" and case.due_on is not None and case.due_on < day
        past = ("，期限已过", ", which is past") if late else ("", "")
        todo = ("" if case.state == "checking" else "，到访后请在该页登记", "" if case.state == "checking" else "; log your visits on its page")  # fmt: skip
        why = (f"您是绩效导师：{said[0]}{past[0]}；已登记到访 {visits} 次{todo[0]}。", f"You are its mentor: {said[1]}{past[1]}; {several(visits, 'visit', 'visits')} logged{todo[1]}.")  # fmt: skip
        found.append(Reading((f"整改事项：{zh}", f"Rectification: {en}"), RECTIFICATIONS.address(case), why))  # fmt: skip
    return found


def _uncorrected(_day: date) -> list[Reading]:
    """Releases that the public still reads, and such as were to come, though another version stands in their place."""
    found = []
    for out, stands in uncorrected():
        zh, en = PUBLICATIONS.title(out)
        why = (f"公众门户上仍是 {out.released_on} 发布的数值，{version_words(stands)[0]}已代替它。请准备更正。",
               f"The portal still shows what was released on {out.released_on}; {version_words(stands)[1]} stands in its place. Prepare the correction.")  # fmt: skip
        address = (
            f"/office/publications/new/prepare/?{urlencode({'run': stands.pk, 'shows': out.shows})}"
        )
        found.append(Reading((f"待更正：{zh}", f"To be corrected: {en}"), address, why))
    for held, stands in given_up():
        zh, en = PUBLICATIONS.title(held)
        why = (f"原来准备发布的结果已被{version_words(stands)[0]}代替，发布已撤回。请按新版准备。",
               f"{version_words(stands)[1]} came in the place of the result that was to be published, which was withdrawn. Prepare this one.")  # fmt: skip
        address = f"/office/publications/new/prepare/?{urlencode({'run': stands.pk, 'shows': held.shows})}"
        found.append(Reading((f"待准备：{zh}", f"To be prepared: {en}"), address, why))
    return found


def _bare(day: date) -> list[Reading]:
    """Heirs that nobody has given targets yet."""
    return [_bare_heir(*one) for one in bare_heirs(day)]


def _bare_heir(version: RulebookVersion, heir: Unit, olds: list[Unit]) -> Reading:
    zh = "、".join(unit.name_zh for unit in olds)
    en = ", ".join(unit.name_en or unit.name_zh for unit in olds)
    name = heir.name_en or heir.name_zh
    why = (f"{heir.name_zh}承继{zh}，还没有自己的 {version.period} 年目标，不能签订，也不能申请调整。请提出目标。",
           f"{name} goes on for {en} and has no targets of {version.period} of its own: there is nothing to sign or to ask a change of. Propose them.")  # fmt: skip
    address = (
        f"/office/targets/new/propose/?{urlencode({'rulebook': version.pk, 'unit': heir.code})}"
    )
    return Reading(
        (f"承继单位没有目标：{heir.name_zh}", f"An heir without targets: {name}"), address, why
    )


def _unattended(units: list[Unit]) -> Reading:
    zh = "、".join(unit.name_zh for unit in units[:MOST_NAMED])
    en = ", ".join(unit.name_en or unit.name_zh for unit in units[:MOST_NAMED])
    more = ("" if len(units) <= MOST_NAMED else "等", "" if len(units) <= MOST_NAMED else ", …")
    why = (f"有待办事项而没有可以办理的在岗人员，共 {len(units)} 个：{zh}{more[0]}。请授予角色。",
           f"{several(len(units), 'unit has work waiting', 'units have work waiting')} and nobody to do it: {en}{more[1]}; give somebody the role.")  # fmt: skip
    return Reading(("无人办理的单位", "Units without anybody"), "/office/accounts/", why)


def _unread(run: ResultRun) -> Reading:
    title = (f"{run.title_zh} {run.period}", f"{run.title_en or run.title_zh} {run.period}")
    by = (f"，期限 {run.due_on}", f", until {run.due_on}") if run.due_on else ("", "")
    why = (f"尚未公示，还没有指定下一步的经办人{by[0]}：请在页面上指定可以查看的人员。", f"Not on notice yet, and whoever takes the next step{by[1]} does not see it: name them on the page.")  # fmt: skip
    return Reading(title, f"/office/results/{run.run}/", why)


_BY_RIGHT: dict[str, Callable[[date], list[Reading]]] = {
    "comment.bring": _untaken, "appeal.accept": _returned, "publication.prepare": _uncorrected, "target.propose": _bare,
}  # fmt: skip
"""What waits for whoever has the right to an act that no object asks for."""

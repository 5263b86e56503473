"""Reading appeals: who may not sit on one, what its panel voted for, which others are about the same matter."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from zhengheng.domain.periods import parse_period
from zhengheng.engines.run import Run
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.parts import parts_in
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.appeals.models import Appeal, Conflict, PanelSeat
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.belonging import Belonging
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.workflow.apart import PREPARED
from zhengheng.workflow.roles import Role


def appeals() -> QuerySet[Appeal]:
    """All appeals with what their pages show."""
    return Appeal.objects.select_related(
        "run__version", "unit__parent", "decision"
    ).prefetch_related("seats__account")


def run_of(appeal: Appeal) -> Run:
    """The run that the appeal is against."""
    return loaded(folder_of(appeal.run.run))


Excluded = list[dict[str, str]]
"""Who is kept out of a draw, by user name, and why, in both languages."""


def pool(appeal: Appeal, on: date | None = None) -> tuple[list[Account], Excluded]:
    """Who may be drawn, and who may not with the reasons: whoever set, supplied, reported, verified,
    scored or supervises what the appeal is about, and whoever recused himself. Members are those of the day on which
    it was accepted, or of the day `on`."""
    day = on or appeal.accepted_on or localdate(appeal.made_at)
    held = standing(day).filter(role=Role.PANEL_MEMBER).select_related("account")
    return _parted(appeal, {g.account for g in held})


def _parted(appeal: Appeal, members: Iterable[Account]) -> tuple[list[Account], Excluded]:
    """Of these people who has no part in the matter, and who has one with the reasons."""
    units, since = concerned(appeal), parse_period(appeal.run.period).start
    among = Belonging()
    actors = _actors(appeal)
    # Whoever stepped back from the matter stays out of it when it is filed again.
    seats = [seat for one in (*former(appeal), appeal) for seat in one.seats.all()]
    recused = {seat.account_id: seat.recused for seat in seats if seat.recused}
    declared: dict[int, list[Conflict]] = {}
    for one in Conflict.objects.filter(
        state="declared", unit__code__in=among.around(units)
    ).select_related("unit"):
        declared.setdefault(one.made_by_id or 0, []).append(one)
    eligible, excluded = [], []
    for member in sorted(members, key=lambda account: account.username):
        reasons = [one.told() for one in parts_in(member, units, since, among)]
        if member.username in actors:
            reasons.append(("经办过本事项的填报、审核、核算、方案或申诉受理", "worked on this matter before: report, check, run, rulebook or the appeal itself"))  # fmt: skip
        if member.pk in recused:
            reasons.append((f"已回避：{recused[member.pk]}", f"stepped back: {recused[member.pk]}"))
        for one in declared.get(member.pk, ()):
            if one.reason != recused.get(member.pk):
                named = one.unit.name_en or one.unit.name_zh
                reasons.append((f"申报与{one.unit.name_zh}有利益关系：{one.reason}", f"declared an interest in {named}: {one.reason}"))  # fmt: skip
        if not member.is_active:
            reasons.append(("账号已停用", "account closed"))
        if reasons:
            excluded.append({"account": member.username, "zh": "; ".join(r[0] for r in reasons), "en": "; ".join(r[1] for r in reasons)})  # fmt: skip
        else:
            eligible.append(member)
    return eligible, excluded


def concerned(appeal: Appeal) -> set[str]:
    """The units that have a part in what the appeal is about; who belongs to them, `Belonging` says."""
    indicator = run_of(appeal).rulebook.indicator(appeal.indicator)
    found = {appeal.unit.code, indicator.owner, indicator.deputy}
    found |= {r.supplier.code for r in _reports(appeal)}
    if indicator.supplier not in {"unit", "system"}:
        found.add(indicator.supplier)
    return {code for code in found if code}


def _reports(appeal: Appeal) -> QuerySet[Report]:
    return Report.objects.filter(
        unit=appeal.unit, indicator__in=(appeal.indicator, appeal.series), rulebook__code=appeal.run.rulebook,
    ).select_related("supplier")  # fmt: skip


def _actors(appeal: Appeal) -> dict[str, str]:
    """Who acted on what the appeal is about: user name → act."""
    subjects = [f"report:{report.pk}" for report in _reports(appeal)]
    subjects += [f"result:{appeal.run_id}", f"appeal:{appeal.pk}"]
    if appeal.run.version_id:
        subjects.append(f"rulebook:{appeal.run.version_id}")
    acts = LedgerEntry.objects.filter(subject__in=subjects)
    acts = acts.exclude(Q(act__startswith="appeal.") & ~Q(act__in=PREPARED))
    return dict(acts.values_list("actor", "act"))


def reasons_against(appeal: Appeal, account: Account) -> tuple[str, str] | None:
    """Why somebody may not sit on the panel as things stand now, in both languages; None where he may."""
    _, excluded = _parted(appeal, [account])
    return (excluded[0]["zh"], excluded[0]["en"]) if excluded else None


def sitting(appeal: Appeal) -> list[PanelSeat]:
    """The seats that are held; the first presides."""
    return [seat for seat in appeal.seats.all() if not seat.recused] if appeal.pk else []


def empty_seats(appeal: Appeal) -> int:
    """How many seats of a drawn panel nobody holds; of a panel that was never drawn, one."""
    held = len(sitting(appeal))
    if not appeal.pk or not appeal.seats.exists():
        return 1
    size = appeal.draws[0]["seats"] if appeal.draws else held + (held % 2 == 0)
    return max(int(size) - held, 0)


def sat(appeal: Appeal, account: Account) -> bool:
    """Whether the lot ever put somebody on the panel of the matter: of this appeal, or of one on the same that was withdrawn. Whoever
    stepped back had a reason to, and it goes on."""
    if any(seat.account_id == account.pk for seat in appeal.seats.all()):
        return True
    return any(seat.account_id == account.pk for one in former(appeal) for seat in one.seats.all())


def barred(appeal: Appeal) -> set[int]:
    """Who sits on the panel though he may not as things stand now: he steps back, and the seat is drawn again."""
    members = {seat.account for seat in sitting(appeal)}
    able, _ = _parted(appeal, members) if members else ([], [])
    return {account.pk for account in members - set(able)}


def votes(appeal: Appeal, account: Account) -> bool:
    """Whether the account's vote is missing, or wanted again as no opinion has a majority, and can be given: no seat is empty, and
    he is still without a part in the matter."""
    again = divided(appeal)
    mine = any(seat.account_id == account.pk and (again or not seat.vote) for seat in sitting(appeal))  # fmt: skip
    return mine and not empty_seats(appeal) and account.pk not in barred(appeal)


def signs(appeal: Appeal, account: Account) -> bool:
    """Whether the account presides over a panel in which every vote is given and an opinion has a majority."""
    seats = sitting(appeal)
    mine = bool(seats) and seats[0].account_id == account.pk
    voted = all(seat.vote for seat in seats) and not empty_seats(appeal)
    return mine and voted and not divided(appeal) and account.pk not in barred(appeal)


def opinion(appeal: Appeal, seat: PanelSeat) -> tuple[str, str]:
    """What a seat voted for: the vote and its value. A support without one, as earlier releases took them, is for what was asked."""
    return seat.vote, (appeal.wanted if seat.vote == "uphold" else "") or seat.value


def agreed(appeal: Appeal) -> tuple[str, str]:
    """What most of the panel voted for, vote and value; empty while a vote is missing or no opinion has more than half."""
    held = [opinion(appeal, seat) for seat in appeal.seats.all() if not seat.recused]
    if not held or not all(vote for vote, _ in held):
        return "", ""
    most, count = Counter(held).most_common(1)[0]
    return most if 2 * count > len(held) else ("", "")


def majority(appeal: Appeal) -> str:
    """What most of the panel voted for, by its name."""
    return agreed(appeal)[0]


def confirmation_voted(appeal: Appeal) -> str:
    """Why the value that most voted for is right though it is beyond its range of sense."""
    most = agreed(appeal)
    return next((seat.confirmation for seat in sitting(appeal) if seat.confirmation and opinion(appeal, seat) == most), "")  # fmt: skip


def begun(appeal: Appeal) -> bool:
    """Whether a member of the panel has voted, though he may have stepped back since."""
    return bool(appeal.pk) and (appeal.voted_on is not None or any(seat.vote for seat in appeal.seats.all()))  # fmt: skip


def same_matter(one: Appeal, other: Appeal) -> bool:
    """Whether two appeals of a unit on one indicator of one year are about one matter: the same row, or the value of the whole
    period, which all rows of the indicator are part of."""
    same = (one.series, one.value_period) == (other.series, other.value_period)
    return same or any(a.series == a.indicator and a.value_period == a.run.period for a in (one, other))  # fmt: skip


def beside(appeal: Appeal) -> QuerySet[Appeal]:
    """The unit's other appeals on the same indicator of the same result, or of one that it replaced or that replaced it."""
    return Appeal.objects.filter(
        run__rulebook=appeal.run.rulebook, run__period=appeal.run.period, unit=appeal.unit, indicator=appeal.indicator
    ).exclude(pk=appeal.pk).select_related("run")  # fmt: skip


def former(appeal: Appeal) -> list[Appeal]:
    """Appeals on the same matter that were withdrawn after their panel was drawn, the newest last."""
    held = beside(appeal).filter(state="withdrawn", seats__isnull=False).distinct()
    drawn = held.order_by("accepted_on", "pk").prefetch_related("seats__account")
    return [one for one in drawn if same_matter(one, appeal)]


def predecessor(appeal: Appeal) -> Appeal | None:
    """The withdrawn appeal whose panel goes on. The first that was drawn for any part of the matter, as it stands after
    whatever stepped back since: who files several parts and withdraws them chooses among no panels."""
    held = former(appeal)
    if not held:
        return None
    of = {one.pk: next((int(draw["former"]) for draw in one.draws if draw.get("former")), 0) for one in held}  # fmt: skip
    line = {held[0].pk}
    for one in held:
        if of[one.pk] in line:
            line.add(one.pk)
    return next(one for one in reversed(held) if one.pk in line)


def divided(appeal: Appeal) -> bool:
    """Whether the whole panel voted, and no opinion has more than half or the one that has does not say the value."""
    held = sitting(appeal)
    return (
        bool(held)
        and not empty_seats(appeal)
        and all(seat.vote for seat in held)
        and (not majority(appeal) or (majority(appeal) != "reject" and not agreed(appeal)[1]))
    )

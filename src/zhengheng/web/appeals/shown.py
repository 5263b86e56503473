"""What an appeal's page and paper show: the panel and its draws, the values now and as decided, forms' lists."""

from collections import Counter
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from zhengheng.domain.lots import lots
from zhengheng.domain.numbers import with_unit
from zhengheng.domain.problems import Language, ZhenghengError
from zhengheng.engines.behind import made_from, periods_used
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.paper import compared, moves
from zhengheng.web.appeals import selectors, values
from zhengheng.web.appeals.models import Appeal, PanelSeat
from zhengheng.web.appeals.precedents import precedents
from zhengheng.web.appeals.services import GROUNDS, OUTCOMES
from zhengheng.web.files.documents import Section, Table
from zhengheng.web.ledger.draws import sealed
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.tags import language, say
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded, scored
from zhengheng.workflow.roles import OF_A_UNIT

PLACES: tuple[tuple[str, Words], ...] = (
    ("value", ("指标数值", "Value")), ("points", ("指标得分（分）", "Points")), ("total", ("总分（分）", "Total (points)")),
    ("rank", ("名次", "Rank")), ("grade", ("计算等次", "Computed grade")),
)  # fmt: skip
"""What of a unit's place is told before and after a decision."""


def about(appeal: Appeal, value: str) -> Words | None:
    """A value with its unit of measure."""
    return (
        selectors.run_of(appeal).rulebook.indicator(appeal.series).measured(value)
        if value
        else None
    )


def measure(appeal: Appeal) -> tuple[Words, str]:
    """The unit of measure of the contested value, and its period."""
    unit = selectors.run_of(appeal).rulebook.indicator(appeal.series).unit_said
    return (unit.zh, unit.say("en")), appeal.value_period


def name(appeal: Appeal) -> Words:
    """Code and name of the contested indicator."""
    held = selectors.run_of(appeal).rulebook.indicator(appeal.indicator).name
    return f"{appeal.indicator} {held.zh}", f"{appeal.indicator} {held.en or held.zh}"


def what(appeal: Appeal) -> Words:
    """For what a value is decided: one row of data, or the whole period."""
    period = appeal.value_period
    try:
        whole = values.role(appeal) == "ruling"
    except ZhenghengError:
        # Drafted before the place of the value was checked: it is said as it was written.
        return period, period
    if whole:
        return f"整个考核期（{period}）的数值", f"the value of the whole period ({period})"
    zh, en = _named(selectors.run_of(appeal).rulebook.indicator(appeal.series))
    return f"{zh} 在 {period} 的一行数据", f"the row of {en} for {period}"


def choices(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, Any]]]:
    """The results on notice, the account's own units in them, and the indicators on which those are scored."""
    held = list(ResultRun.objects.filter(state="notice"))
    own = {grant.unit for grant in grants(account, day) if grant.role in OF_A_UNIT and grant.unit}
    found: dict[str, Words] = {}
    series: dict[str, Words] = {}
    spans: set[str] = set()
    for run in held:
        made = loaded(folder_of(run.run))
        mine = {i.code for unit in own for i in scored(run, unit)}
        below = {part for code in mine for part in made_from(made.rulebook, code)}
        named = {code: _named(made.rulebook.indicator(code)) for code in mine | below}
        found |= {code: named[code] for code in mine}
        series |= named
        spans |= {made.plan.period.code, *(p for code in below for p in periods_used(made, code).values())}  # fmt: skip
    units = Unit.objects.filter(code__in=own).order_by("code")
    return {
        "run": [(str(r.pk), (f"{r.title_zh} {r.period}", f"{r.title_en or r.title_zh} {r.period}")) for r in held],
        "unit": [(u.code, (u.name_zh, u.name_en or u.name_zh)) for u in units],
        "indicator": sorted(found.items()), "series": sorted(series.items()),
        "value_period": [(span, span) for span in sorted(spans)],
    }  # fmt: skip


def _named(indicator: Indicator) -> Words:
    return f"{indicator.code} {indicator.name.zh}", f"{indicator.code} {indicator.name.say('en')}"


def page(appeal: Appeal, request: Any) -> dict[str, Any]:
    """What the template needs."""
    spoken = language()
    former = [(one, _draws(one)) for one in selectors.former(appeal)]
    draws = [held for _, drawn in (*former, (appeal, _draws(appeal))) for held in drawn]
    people = {one["account"] for held in draws for one in held["excluded"]}
    people |= {username for held in draws for username in (*held["drawn"], *held.get("kept", ()))}
    return {
        "measure_unit": selectors.run_of(appeal).rulebook.indicator(appeal.series).unit_said,
        "seats": [(seat, *_voted(appeal, seat)) for seat in appeal.seats.all()], "begun": selectors.begun(appeal),
        "former": former, "to_sign": to_sign(appeal), "chief": next((seat.pk for seat in selectors.sitting(appeal)), None),
        "all_voted": bool(selectors.majority(appeal)) or appeal.outcome != "" or selectors.divided(appeal), "divided": selectors.divided(appeal) and appeal.outcome == "",
        "empty_seats": bool(appeal.seats.all()) and bool(selectors.empty_seats(appeal)) and appeal.outcome == "",
        "draws": _draws(appeal), "sealed": None if appeal.outcome else sealed(f"appeal:{appeal.pk}"), "people": dict(Account.objects.filter(username__in=people).values_list("username", "name")),
        "published": _published(appeal), "as_of": as_of(appeal), "effect": values.seen(appeal.effect, spoken), "asked": values.seen(appeal.asked_effect, spoken),
        "places": PLACES, "precedents": precedents(appeal), "grounds": GROUNDS, "outcomes": OUTCOMES,
        "passport": f"/office/results/{appeal.run.run}/units/{appeal.unit.code}/",
    }  # fmt: skip


def to_sign(appeal: Appeal) -> Words | None:
    """Before the signature: how the votes stand, and what the decision will be called."""
    if appeal.outcome or selectors.divided(appeal) or selectors.empty_seats(appeal) or not selectors.majority(appeal):  # fmt: skip
        return None
    (outcome, value), counts = selectors.agreed(appeal), Counter(selectors.opinion(appeal, seat) for seat in selectors.sitting(appeal))  # fmt: skip
    said = [(_opinion(appeal, *held), size) for held, size in counts.most_common()]
    zh = "、".join(f"{words[0]} {size} 票" for words, size in said)
    en = ", ".join(f"{words[1]}: {size} vote{'' if size == 1 else 's'}" for words, size in said)
    measured, called = about(appeal, value), OUTCOMES[outcome]
    decided = (f"认定的数值为 {measured[0]}", f"with the value {measured[1]}") if measured else ("数值不变", "and no value changes")  # fmt: skip
    return (
        f"表决情况：{zh}。首席签署后，结论为“{called[0]}”，{decided[0]}。",
        f"How the votes stand: {en}. Once the presiding member has signed, the outcome is “{called[1]}”, {decided[1]}.",
    )


def _opinion(appeal: Appeal, vote: str, value: str) -> Words:
    held, called = about(appeal, value), OUTCOMES[vote]
    return (f"{called[0]}（{held[0]}）", f"{called[1]} ({held[1]})") if held else called


def _voted(appeal: Appeal, seat: PanelSeat) -> tuple[Words | None, bool]:
    """The value that a seat voted for, and whether its opinion is another than the majority's."""
    held, most = selectors.opinion(appeal, seat), selectors.agreed(appeal)
    return about(appeal, held[1]), bool(most[0]) and held != most


def _draws(appeal: Appeal) -> list[dict[str, Any]]:
    if appeal.draws or not appeal.seed:
        return [one | {"lots": lots(one.get("names", ()), one["seed"])} for one in appeal.draws]
    # Drawn before every draw was kept.
    return [{"on": "", "seed": appeal.seed, "drawn": [], "excluded": appeal.excluded, "why": []}]


def _published(appeal: Appeal) -> dict[str, Any] | None:
    try:
        return values.now(appeal, language()).as_dict()
    except ZhenghengError:
        # An appeal of an earlier release may be about what does not count for the unit.
        return None


def outcome(appeal: Appeal) -> Words | None:
    """How the appeal came out in numbers, or when it is heard; of one sent back, until when it may come again."""
    if appeal.decided_on and appeal.outcome:
        zh, en = OUTCOMES[appeal.outcome]
        return (
            f"{appeal.decided_on} 决定{zh}{_moved(appeal, 'zh')}",
            f"decided on {appeal.decided_on}: {en}{_moved(appeal, 'en')}",
        )
    if appeal.hearing_on and not appeal.minutes_on:
        return (
            f"听证于 {appeal.hearing_on} {appeal.hearing_place} 举行",
            f"hearing on {appeal.hearing_on}, “{appeal.hearing_place}”",
        )
    if appeal.filed_on and appeal.state == "returned":
        return (
            f"{appeal.filed_on} 首次提交，可以重新提交至 {appeal.due_on}",
            f"first filed on {appeal.filed_on}, may be filed again until {appeal.due_on}",
        )
    if appeal.filed_on:
        return f"{appeal.filed_on} 提交", f"filed on {appeal.filed_on}"
    return None


def stands(appeal: Appeal, _day: date | None) -> Words | None:
    """Of an appeal that came, was returned and did not come again: that, and not that it was never filed."""
    if appeal.state == "lapsed" and appeal.filed_on:
        return "逾期未补正", "not completed in time"
    return None


def _moved(appeal: Appeal, spoken: Language) -> str:
    """Value and total before and after, where the decision moved them."""
    found = values.seen(appeal.effect, spoken)
    if appeal.outcome == "reject" or found is None or "before" not in found:
        return ""
    unit = selectors.run_of(appeal).rulebook.indicator(appeal.series).unit_said.say(spoken)
    parts = [
        with_unit(f"{word} {found['before'][code] or '—'} → {found['after'][code] or '—'}", mark)
        for code, word, mark in (("value", ("指标数值", "value")[spoken == "en"], unit), ("total", ("总分", "total")[spoken == "en"], ""))
    ]  # fmt: skip
    return "".join(("，" if spoken == "zh" else ", ") + part for part in parts)


def printed(appeal: Appeal, _day: date) -> list[Section]:
    """For the paper of a signature: the votes, rows, place now and as it becomes, every unit that moves."""
    votes = to_sign(appeal)
    voted = [Section(say("表决", "Votes"), texts=(say(*votes),))] if votes else []
    found = values.seen(appeal.effect, language())
    if found is None or "before" not in found or selectors.majority(appeal) == "reject":
        return voted
    before, after = found["before"], found["after"]
    heads = say("公示值", "As published"), say("按认定数值", "With the decided value")
    tables = [compared(PLACES, before, after, heads)]
    if found["rows"]:
        tables.append(Table(
            (say("数据期间", "Data period"), *heads),
            [(row["period"], row["before"] or "—", row["after"] or "—") for row in found["rows"]],
        ))  # fmt: skip
    if found["units"]:
        tables.append(moves(found["units"]))
    since = say(f"公示值取自 {as_of(appeal)[0]}。", f"As published: {as_of(appeal)[1]}.")
    return [*voted, Section(say(f"认定的数值：{found['value']}", f"Decided value: {found['value']}"), texts=(since,), tables=tuple(tables))]  # fmt: skip


def as_of(appeal: Appeal) -> Words:
    """The result that an appeal's numbers are compared with: when it was published, and which computation it is."""
    run = values.against(appeal)
    day = localdate(run.published_at) if run.published_at else None
    if day is None:
        return f"批次 {run.run} 的结果", f"the result of run {run.run}"
    return f"{day} 公示的结果，批次 {run.run}", f"the result published on {day}, run {run.run}"

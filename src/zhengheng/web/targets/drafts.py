"""Draft targets that the public may read and speak to before they are signed."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from zhengheng.domain.several import several
from zhengheng.web.acts.declare import Doing, Words
from zhengheng.web.acts.public import clean
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.jobs import services as jobs
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, of_year, procedure_of, replaced_by, stands
from zhengheng.web.targets.models import TargetSheet
from zhengheng.web.targets.services import TargetError
from zhengheng.workflow.roles import NAMES, Role

DAY = timedelta(days=1)
MOST_NAMED = 4
"""Units that a line names; of more it says how many."""


def page_of(version: RulebookVersion) -> str:
    """The portal's page on a rulebook's draft targets; a letter about one unit's adds #UNIT."""
    return f"targets/{version.pk}.html"


def opened_with(version: RulebookVersion) -> RulebookVersion:
    """The version with whose drafts those of a version are opened: its own while it is in force or where that was done,
    else the one that replaced it within the year, as nothing is opened under the old one any more."""
    return version if version.targets_until is not None else replaced_by(version) or version


def sheets(version: RulebookVersion) -> QuerySet[TargetSheet]:
    """The sheets of the drafts that a version opens: its own, and those of before it that were neither opened nor signed."""
    held = TargetSheet.objects.filter(**of_year(version)).select_related("unit")
    if not stands(version):
        return held.filter(rulebook=version)
    left = Q(rulebook__targets_until=None) & (
        Q(agreed_on=None) | Q(agreed_on__gt=version.adopted_on)
    )
    return held.filter(Q(rulebook=version) | left)


def open_to_public(version: RulebookVersion, day: date) -> date:
    """The last day on which everybody may speak to the drafts that are on the table today.

    Raises TargetError where the rulebook does not ask for it or there is no draft, PublicTextError where one holds
    something personal.
    """
    clock = procedure_of(version).targets_open
    if clock is None:
        raise TargetError.one("rulebook", "target.not_public", zh="方案没有规定目标草案向公众公开，不能办理。", en="the rulebook does not open draft targets to the public")  # fmt: skip
    drafts = document(version)
    if not drafts["units"]:
        raise TargetError.one("rulebook", "target.no_draft", zh="还没有提出目标", en="no target is proposed yet")  # fmt: skip
    clean(drafts, named=False)
    return working_calendar().after(day, clock.length, clock.unit)


def unheard(version: RulebookVersion, day: date) -> Words | None:
    """Why no target of a rulebook can be signed on a day: the public, where the rulebook says so, has not had its days yet."""
    version = opened_with(version)
    if procedure_of(version).targets_open is None:
        return None
    until = version.targets_until
    if until is None:
        (zh, en), (book_zh, book_en) = NAMES[Role.OFFICE_INDICATORS], _titled(version)
        return (
            f"目标草案还没有向公众公开，现在不能签订：先由{zh}人员在“{book_zh}”的页面上办理“公开目标草案”，公开期满之后签订。",
            f"the drafts were not opened to the public yet, and nothing is signed before: {en.lower()} opens the draft targets on the page of {book_en}, and they are signed when its days are over",
        )  # fmt: skip
    if day <= until:
        return (
            f"目标草案公开征求意见至 {until}，自 {until + DAY} 起可以签订。",
            f"the public may speak to the drafts until {until}; they can be signed from {until + DAY} on",
        )
    return None


def _titled(version: RulebookVersion) -> Words:
    return f"{version.title_zh} {version.period}", f"{version.title_en or version.title_zh} {version.period}"  # fmt: skip


def unopened(version: RulebookVersion) -> date | None:
    """Since when drafts that nobody can sign wait to be opened to the public; None where none does."""
    if version.targets_until is not None or procedure_of(version).targets_open is None:
        return None
    first = sheets(version).exclude(state="agreed").order_by("made_at").first()  # fmt: skip
    return localdate(first.made_at) if first else None


def heard(doing: Doing) -> None:
    """Raise TargetError while the public, where the rulebook says so, has not had its days; then tell the portal."""
    version = opened_with(doing.obj.rulebook)
    if procedure_of(version).targets_open is None:
        return
    if told := unheard(version, doing.day):
        raise TargetError.one("rulebook", "target.public", zh=told[0], en=told[1])
    jobs.ask(kind="portal.write", arguments={}, subject=f"rulebook:{version.pk}", actor=doing.actor, now=doing.now)  # fmt: skip


def drafts(day: date) -> list[dict[str, Any]]:
    """Every rulebook whose draft targets are or were open, the newest first; open until the last day is past on `day`."""
    held = RulebookVersion.objects.filter(targets_until__isnull=False).order_by("-pk")
    found = []
    for version in held:
        one = document(version)
        over = version.targets_until is not None and day > version.targets_until
        decided = not one["open"]
        signed = sum(bool(unit["agreed_on"]) for unit in one["units"])
        found.append(one | {"open": not decided and not over, "decided": decided, "signed": signed})
    return found


def document(version: RulebookVersion) -> dict[str, Any]:
    """What the public reads: unit by unit the public indicators' draft, what it was before, what was agreed."""
    known = {one.code: one for one in book_of(version).indicators if one.visibility == "public"}
    held = sheets(version).prefetch_related("lines").order_by("unit__code")
    units: list[dict[str, Any]] = [
        {"code": sheet.unit.code, "name": {"zh": sheet.unit.name_zh, "en": sheet.unit.name_en or sheet.unit.name_zh},
         "agreed_on": str(sheet.agreed_on or ""),
         "lines": [
             {"code": line.indicator, "name": {"zh": one.name.zh, "en": one.name.say("en")},
              "measure_unit": {"zh": one.unit_said.zh, "en": one.unit_said.say("en")},
              "baseline": line.baseline, "draft": line.proposed, "agreed": line.original}
             for line in sheet.lines.all() if (one := known.get(line.indicator))
         ]}
        for sheet in held
    ]  # fmt: skip
    shown = [one for one in units if one["lines"]]
    return {
        "about": _about([one["name"] for one in shown]),
        "number": version.pk, "title": {"zh": version.title_zh, "en": version.title_en or version.title_zh},
        "period": version.period, "until": str(version.targets_until or ""), "open": any(not one["agreed_on"] for one in units),
        "units": shown,
    }  # fmt: skip


def _about(names: list[dict[str, str]]) -> dict[str, str]:
    """Whose drafts they are, in words: of two rulebooks of one name and year, drafted anew within it, this tells which is which."""
    if len(names) > MOST_NAMED:
        first = [names[place] for place in range(MOST_NAMED)]
        return {"zh": f"{'、'.join(one['zh'] for one in first)}等 {len(names)} 个单位", "en": f"{', '.join(one['en'] for one in first)} and others, {several(len(names), 'unit', 'units')} in all"}  # fmt: skip
    return {
        "zh": "、".join(one["zh"] for one in names),
        "en": ", ".join(one["en"] for one in names),
    }

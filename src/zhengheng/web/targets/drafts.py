"""Draft targets that the public may read and speak to before they are signed."""

from datetime import date
from typing import Any

from zhengheng.web.acts.declare import Doing
from zhengheng.web.acts.public import clean
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.jobs import services as jobs
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, procedure_of
from zhengheng.web.targets.models import TargetSheet
from zhengheng.web.targets.services import TargetError


def page_of(version: RulebookVersion) -> str:
    """The portal's page on a rulebook's draft targets; a letter about one unit's adds #UNIT."""
    return f"targets/{version.pk}.html"


def open_to_public(version: RulebookVersion, day: date) -> date:
    """The last day on which everybody may speak to the drafts that are on the table today.

    Raises TargetError where the rulebook does not ask for it or there is no draft, PublicTextError where one holds
    something personal.
    """
    clock = procedure_of(version).targets_open
    if clock is None:
        raise TargetError.one("rulebook", "target.not_public", zh="方案没有规定目标草案公开 (procedure.targets_open)", en="the rulebook does not open draft targets to the public (procedure.targets_open)")  # fmt: skip
    drafts = document(version)
    if not drafts["units"]:
        raise TargetError.one("rulebook", "target.no_draft", zh="还没有提出目标", en="no target is proposed yet")  # fmt: skip
    clean(drafts, named=False)
    return working_calendar().after(day, clock.length, clock.unit)


def heard(doing: Doing) -> None:
    """Raise TargetError while the public, where the rulebook says so, has not had its days; then tell the portal."""
    version: RulebookVersion = doing.obj.rulebook
    if procedure_of(version).targets_open is None:
        return
    until = version.targets_until
    if until is None or doing.day <= until:
        raise TargetError.one(
            "rulebook", "target.public",
            zh=f"目标草案公开征求意见到 {until} 为止, 之后才能签订" if until else "目标草案还没有向公众公开, 先由绩效办公开征求意见",
            en=f"the public may speak to the drafts until {until}; targets are signed after that" if until
            else "the drafts were not opened to the public yet; the office does that first",
        )  # fmt: skip
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
    held = TargetSheet.objects.filter(rulebook=version).select_related("unit")
    sheets = held.prefetch_related("lines").order_by("unit__code")
    units = [
        {"code": sheet.unit.code, "name": {"zh": sheet.unit.name_zh, "en": sheet.unit.name_en or sheet.unit.name_zh},
         "agreed_on": str(sheet.agreed_on or ""),
         "lines": [
             {"code": line.indicator, "name": {"zh": one.name.zh, "en": one.name.say("en")},
              "measure_unit": {"zh": one.unit_said.zh, "en": one.unit_said.say("en")},
              "baseline": line.baseline, "draft": line.proposed, "agreed": line.original}
             for line in sheet.lines.all() if (one := known.get(line.indicator))
         ]}
        for sheet in sheets
    ]  # fmt: skip
    return {
        "number": version.pk, "title": {"zh": version.title_zh, "en": version.title_en or version.title_zh},
        "period": version.period, "until": str(version.targets_until or ""), "open": any(not one["agreed_on"] for one in units),
        "units": [one for one in units if one["lines"]],
    }  # fmt: skip

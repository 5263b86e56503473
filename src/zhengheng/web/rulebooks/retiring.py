"""The end of a rulebook in force 废止: by decision, with its reason, and only where nothing of its year is open."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from zhengheng.domain.problems import Problem
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Change, Doing, Given, ask, kind_named
from zhengheng.web.acts.guards import is_final
from zhengheng.web.decisions.services import DecisionError, carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.rulebooks.drafting import RulebookStateError
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import of_year

DONE = {
    "report": ("reporting.Report", "rulebook", {"loaded", "lapsed"}),
    "item": ("reporting.Item", "rulebook", {"loaded", "waived", "revoked"}),
    "tolerance": ("reporting.Tolerance", "rulebook", {"granted", "refused", "withdrawn"}),
    "target": ("targets.TargetSheet", "rulebook", {"agreed"}),
    "change": ("targets.TargetChange", "line__sheet__rulebook", {"approved", "refused", "withdrawn"}),
    "result": ("results.ResultRun", "version", {"set_aside", "replaced", "final", "archived"}),
    "appeal": ("appeals.Appeal", "run__version", {"applied", "closed", "withdrawn", "lapsed"}),
}  # fmt: skip
"""Kind of what stands on a rulebook → its table, how it names the rulebook, the states in which it is done.
By the names of the apps alone: they stand on rulebooks, not the other way round."""
MOST_NAMED = 3


class RetireGiven(Given):
    decision: int = ask("委员会决定", "Decision of the commission")
    reason: str = ask("废止的理由", "Why it is retired", form="text")


def retire(doing: Doing) -> Change:
    """Out of force, with nothing in its place. Whoever wants other rules for the year changes the rulebook instead."""
    version: RulebookVersion = doing.obj
    if found := list(_open(version)):
        raise RulebookStateError(found)
    decision = carrying(doing.given.decision, f"rulebook:{version.pk}")
    if decision.pk not in {int(number) for number, _ in usable(version)}:
        raise DecisionError.one(
            "decision", "decision.spent", zh="这项决定是方案生效的决定，或者作出于方案生效之前。废止需要委员会另行决定。",
            en="this decision put the rulebook in force, or was made before it was; retiring needs one of its own",
        )  # fmt: skip
    return Change(
        {"retired_by": decision, "retired_for": doing.given.reason},
        {"decision": decision.pk, "reason": doing.given.reason, "fingerprint": version.fingerprint},
    )


def usable(version: RulebookVersion) -> list[tuple[str, str]]:
    """The decisions to retire it: neither the one that put it in force, nor one of before."""
    return [one for one in decisions(f"rulebook:{version.pk}", since=version.adopted_on) if one[0] != str(version.decision_id)]  # fmt: skip


def retirements(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {"decision": usable(obj) if obj else []}


def _standing_on(version: RulebookVersion, name: str) -> QuerySet[Any]:
    model, path, done = DONE[name]
    held: QuerySet[Any] = apps.get_model(model)._default_manager.filter(**of_year(version, path))
    # Signed targets bind until the year's result is final.
    done = done if name != "target" or is_final(version) else set()
    return held.exclude(state__in=done)


def _open(version: RulebookVersion) -> Iterator[Problem]:
    """What of the rulebook's year is not at its end, by kind, with its number and the first names."""
    for name in DONE:
        kind, held = kind_named(name), _standing_on(version, name)
        count = held.count()
        if not count:
            continue
        named = [kind.title(one) for one in kind.all().filter(pk__in=held.order_by("pk").values("pk")[:MOST_NAMED])]  # fmt: skip
        more = ("等", " and others") if count > len(named) else ("", "")
        yield Problem(
            name, "retire.open",
            f"还有 {count} 项“{kind.words[0]}”没有办结：{'；'.join(one[0] for one in named)}{more[0]}。方案不能废止；需要改变规则的，请办理“调整方案”，新版本生效时自动代替本版。",
            f"{kind.words[1]} not at their end: {count} ({'; '.join(one[1] for one in named)}{more[1]}). The rulebook is not retired; to have other rules, change it: the new version replaces this one when it comes in force",
        )  # fmt: skip

"""What stands on the portal's pages, from snapshots alone."""

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from zhengheng.engines.heat import STATUSES, stopping
from zhengheng.engines.opendata import LICENCE
from zhengheng.web.pages.tags import say
from zhengheng.web.portal import missing
from zhengheng.web.portal.corrected import corrected, moved, outdated
from zhengheng.web.portal.snapshots import Site, alike
from zhengheng.workflow.machines import RECTIFICATION

Snapshot = dict[str, Any]
Page = tuple[str, str, dict[str, Any]]
"""Path, template, content."""
COUNTED = tuple(STATUSES)
"""What rows of lamps count: every result stands in one of these."""
MOST = 3
"""Of what became better, and as many of what became worse."""


def pages(site: Site) -> Iterator[Page]:
    """The pages around the publications, in one language."""
    topics = life_topics(site)
    plans = [row for one in site.newest for row in improvements(one, one["plans"])]
    running = sum(under_way(plan) for _, plan, _, _ in plans)
    yield "index.html", "home", {
        "topics": topics, "results": [(one, trouble(one)) for one in site.newest], "moves": moves(site),
        "plans": len(plans), "under_way": running,
    }  # fmt: skip
    if plans:
        yield "plans.html", "plans", {"rows": plans, "under_way": running}
    for topic in topics:
        yield f"topics/{topic['code']}.html", "topic", {"topic": topic, "topics": topics}
    yield "search.html", "search", {"entries": list(found(site, topics))}
    yield "calendar.html", "calendar", {}
    yield missing.PAGE, "missing", {}
    if site.slots.comments or site.said.get("rows"):
        yield "comments.html", "comments", {}
    if site.asked or site.targets:
        yield "consultations.html", "consultations", {}
    for draft in site.asked:
        yield f"consultations/{draft['number']}.html", "consultation", {"draft": draft}
    for draft in site.targets:
        page = f"targets/{draft['number']}.html"
        said = [one for one in site.said.get("rows", ()) if page in one["page"]]
        held = {
            name: any(line.get(name) for unit in draft["units"] for line in unit["lines"])
            for name in ("baseline", "agreed")
        }
        yield page, "targets", {"draft": draft, "page": page, "said": said, "held": held}
    yield "corrections.html", "corrections", {"corrections": [
        (one, wrong := corrected(site, one), moved(wrong, one) if wrong else []) for one in site.publications if one["corrects"]
    ]}  # fmt: skip
    yield "data.html", "data", {"publications": [(one, site.files(one)) for one in site.publications], "licence": LICENCE}  # fmt: skip
    proofs = site.proofs
    bundles = [
        (one, dict(site.files(one))["bundle.zip"], _verifier(proofs.get(str(one["number"]))))
        for one in site.publications if one["shows"] == "score"
    ]  # fmt: skip
    proved = [(one, proofs[str(one["number"])]) for one in site.publications if str(one["number"]) in proofs]  # fmt: skip
    yield "verify.html", "verify", {"bundles": bundles, "proved": proved}


def _verifier(proof: dict[str, Any] | None) -> str:
    """The SHA-256 of a bundle's verify.py, as the ledger's entry of the release states it; earlier releases state none."""
    held: dict[str, str] = json.loads(proof["content"]).get("verifiers", {}) if proof else {}
    return held.get("data/bundle.zip", "")


def pages_of(site: Site, one: Snapshot) -> Iterator[Page]:
    """The pages of a publication, in one language; `site` is what `Site.of` gives."""
    today, restated = site.today(one), site.before_change(one)
    folder = f"p/{one['number']}"
    base: dict[str, Any] = {"one": one, "trouble": trouble(one), "today": today, "restated": restated}  # fmt: skip
    before, wrong = site.before(one), corrected(site, one)
    changes = moved(wrong, one) if wrong else []
    base |= {"wrong": wrong, "changes": changes, "outdated": outdated(wrong, one, changes)}
    indicators = {i["code"]: i for i in one["indicators"]}
    periods = [one if other["period"] == one["period"] else other for other in site.periods if alike(one, other)]  # fmt: skip
    lines = [(other, _lines(other)) for other in periods]
    held: dict[str, list[dict[str, Any]]] = {}
    for account in one["accounts"]:
        held.setdefault(account["unit"], []).append(account)
    said = {unit: _reasons(accounts) for unit, accounts in held.items()}
    yield f"{folder}/index.html", "publication", base | {
        "fields": fields(one), "before": before,
        "kept_back": one["shows"] == "score" and any(kept_back(unit) for group in one["groups"] for unit in group["units"]),
        "kept_beside": _keeps_beside(one),
    }  # fmt: skip
    yield f"{folder}/method.html", "method", base
    if today:
        yield f"{folder}/today.html", "today", base | {"rows": _both(one, today), "kept_back": _keeps_back(one, today), "kept_beside": _keeps_beside(today), "today_scored": any(unit.get("score") or unit.get("kept_back") for group in today["groups"] for unit in group["units"])}  # fmt: skip
    if restated:
        yield (
            f"{folder}/before.html",
            "before",
            base
            | {
                "rows": _both(one, restated),
                "kept_back": _keeps_back(one, restated),
                "kept_beside": _keeps_beside(restated),
            },
        )
    for group in one["groups"]:
        for unit in group["units"]:
            accounts = held.get(unit["code"], [])
            reasons = said.get(unit["code"], {})
            marks = [(indicators[code], mark, reasons.get(code, "")) for code, mark in one["marks"].get(unit["code"], {}).items()]  # fmt: skip
            yield f"{folder}/units/{unit['code']}.html", "unit", base | {
                "unit": unit, "group": group, "mine": [change for change in changes if change["unit"] is unit],
                "lacks": lacks(one, unit), "years": [(other, units[unit["code"]]) for other, units in lines if unit["code"] in units],
                "marks": sorted(marks, key=lambda row: ORDER.index(row[1]["status"])),
                "plans": [(plan, _named(plan, indicators)) for plan in one["plans"] if plan["unit"] == unit["code"]],
                "accounts": accounts, "steps": [step for account in accounts for step in account.get("steps", ())],
            }  # fmt: skip
    names = {unit["code"]: unit["name"] for group in one["groups"] for unit in group["units"]}
    retargeted = {(row["unit"], row["indicator"]): row for row in one["retargeted"]}
    for code, indicator in indicators.items():
        rows = [(group, _rows(one, before, group, code, said)) for group in one["groups"]]
        yield f"{folder}/indicators/{code}.html", "indicator", base | {
            "indicator": indicator, "shut": not indicator["public"] and one["shows"] == "score", "rows": [row for row in rows if row[1]], "counted": counted(_marks(one, code)),
            "before": before, "retargeted": [(names[unit], row) for (unit, of), row in retargeted.items() if of == code and unit in names], "years": [(other, counted(_marks(other, code))) for other in periods if _marks(other, code)],
            "topics": [topic for topic in one["topics"] if code in topic["indicators"]],
            "plans": [(plan, names.get(plan["unit"])) for plan in one["plans"] if code in plan["indicators"]],
        }  # fmt: skip


def _keeps_back(*beside: Snapshot) -> bool:
    """Whether one of the snapshots has a total that is not published."""
    return any(
        one["shows"] == "score" and unit["status"] == "value" and not unit.get("score") and not unit.get("kept_back")
        for one in beside for group in one["groups"] for unit in group["units"]
    )  # fmt: skip


def _keeps_beside(one: Snapshot) -> bool:
    """Whether a total stays in because of another one of the period that is public."""
    return any(unit.get("kept_back") for group in one["groups"] for unit in group["units"])


def _both(one: Snapshot, today: Snapshot) -> list[tuple[dict[str, Any], list[Any]]]:
    """The groups with each unit as published, and as it would be under today's rules."""
    now = {unit["code"]: unit for group in today["groups"] for unit in group["units"]}
    return [(group, [(unit, now.get(unit["code"], {})) for unit in group["units"]]) for group in one["groups"]]  # fmt: skip


ORDER = (
    "missed",
    "watch",
    "missing",
    "undefined",
    "withheld",
    "met",
    "filled",
    "unlit",
    "not_due",
    "not_applicable",
)
"""What needs attention stands first."""


def _reasons(accounts: list[dict[str, Any]]) -> dict[str, str]:
    """Why an indicator came out as it did, in the words of whoever is assessed."""
    return {one["indicator"]: one["text"] for account in accounts for one in account.get("reasons", ())}  # fmt: skip


def lacks(one: Snapshot, unit: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What a unit without a total lacks: the indicators with weight for whose sake there is none, else all of them."""
    if unit["status"] == "value":
        return []
    marks = one["marks"].get(unit["code"], {})
    # What is withheld may well be there: an internal indicator is no reason that can be told.
    held = {i["code"]: marks[i["code"]] for i in one["indicators"] if marks.get(i["code"], {}).get("status", "withheld") != "withheld"}  # fmt: skip
    weighed = {code: mark["status"] for code, mark in held.items() if mark["full"] != "0"}
    total = unit["status"]
    found = stopping(weighed, total) or stopping({code: mark["status"] for code, mark in held.items()}, total)  # fmt: skip
    return [(i, held[i["code"]]) for i in one["indicators"] if i["code"] in found]


def _named(plan: dict[str, Any], indicators: dict[str, Any]) -> list[dict[str, Any]]:
    return [indicators[code] for code in plan["indicators"] if code in indicators]


def _marks(one: Snapshot, code: str) -> list[dict[str, Any]]:
    return [row[code] for row in one["marks"].values() if code in row]


def _rows(
    one: Snapshot,
    before: Snapshot | None,
    group: dict[str, Any],
    code: str,
    said: dict[str, dict[str, str]],
) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]]:
    """The group's units with their marks on an indicator, now and the period before, and why, as the unit says."""
    old = before["marks"] if before else {}
    return [
        (unit, one["marks"][unit["code"]][code], old.get(unit["code"], {}).get(code, {}), said.get(unit["code"], {}).get(code, ""))
        for unit in group["units"] if code in one["marks"].get(unit["code"], {})
    ]  # fmt: skip


def _lines(one: Snapshot) -> dict[str, dict[str, Any]]:
    """Each unit's line of a publication."""
    return {line["code"]: line for group in one["groups"] for line in group["units"]}


def later(site: Site, one: Snapshot | None) -> Snapshot | None:
    """What a reader of this publication should know of: its correction, or a newer period."""
    if one is None:
        return None
    mine = (one["period"], one["number"])
    found = [other for other in site.newest if other["rulebook"] == one["rulebook"]]
    return found[0] if found and (found[0]["period"], found[0]["number"]) > mine else None


def counted(marks: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many marks have which status."""
    found = dict.fromkeys(STATUSES, 0)
    for mark in marks:
        found[mark["status"]] += 1
    return found


def trouble(one: Snapshot) -> dict[str, Any]:
    """Units, those with an indicator not met, how the indicators stand; the grades, where no indicator has a light."""
    units = [unit for group in one["groups"] for unit in group["units"]]
    counts = [unit["counts"] for unit in units]
    found = {
        "units": len(counts), "red": sum(bool(held.get("missed")) for held in counts),
        **{name: sum(held.get(name, 0) for held in counts) for name in COUNTED},
    }  # fmt: skip
    lit = bool(found["met"] + found["watch"] + found["missed"])
    grades: dict[str, dict[str, Any]] = {}
    for unit in [] if lit else units:
        if grade := unit.get("grade"):
            held = grades.setdefault(
                grade["zh"], {"grade": {"zh": grade["zh"], "en": grade["en"]}, "count": 0}
            )
            held["count"] += 1
    return found | {"lit": lit, "grades": sorted(grades.values(), key=lambda held: -held["count"])}


def fields(one: Snapshot) -> list[dict[str, Any]]:
    """The dimensions with their indicators: what the publication is about."""
    found: dict[str, dict[str, Any]] = {}
    for indicator in one["indicators"]:
        held = found.setdefault(indicator["dimension"]["zh"], {"name": indicator["dimension"], "indicators": []})  # fmt: skip
        held["indicators"].append((indicator, counted(_marks(one, indicator["code"]))))
    return list(found.values())


def under_way(plan: dict[str, Any]) -> bool:
    """Whether a case is still being put right; a snapshot keeps its state in words."""
    return bool(plan["state"]["zh"] != RECTIFICATION.names["closed"][0])


Improvement = tuple[Snapshot, dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]


def improvements(one: Snapshot, plans: Iterable[dict[str, Any]]) -> list[Improvement]:
    """The cases that these plans of a publication are, each with its units and indicators: one that an heir puts right stands at
    each unit that was scored, and is one.

    A snapshot of an earlier version of this program does not number them; there each is a case.
    """
    units = {unit["code"]: unit for group in one["groups"] for unit in group["units"]}
    indicators = {indicator["code"]: indicator for indicator in one["indicators"]}
    held: dict[Any, list[dict[str, Any]]] = {}
    for place, plan in enumerate(plans):
        held.setdefault(plan.get("case", f"line {place}"), []).append(plan)
    return [
        (one, same[0], [units[plan["unit"]] for plan in same if plan["unit"] in units], _named(same[0], indicators))
        for same in held.values()
    ]  # fmt: skip


def kept_back(unit: dict[str, Any]) -> bool:
    """Whether a unit has a total that is not published, or a place: an internal value could be worked out from it."""
    return (
        unit["status"] == "value"
        and not unit.get("kept_back")
        and not (unit.get("score") and unit.get("place"))
    )


def life_topics(site: Site) -> list[dict[str, Any]]:
    """The topics of life over the newest publications, each with its indicators, now and the period before."""
    found: dict[str, dict[str, Any]] = {}
    for one in site.newest:
        before = site.before(one)
        known = {indicator["code"]: indicator for indicator in one["indicators"]}
        for topic in one["topics"]:
            held = found.setdefault(topic["code"], {**topic, "rows": [], "plans": []})
            codes = [code for code in topic["indicators"] if code in known]
            held["plans"] += improvements(one, (plan for plan in one["plans"] if under_way(plan) and set(plan["indicators"]) & set(codes)))  # fmt: skip
            for code in codes:
                old = counted(_marks(before, code)) if before else None
                held["rows"].append((one, known[code], counted(_marks(one, code)), before, old if old and any(old.values()) else None))  # fmt: skip
    for topic in found.values():
        sums = [row[2] for row in topic["rows"]]
        topic["counted"] = {name: sum(one[name] for one in sums) for name in COUNTED}  # fmt: skip
    return list(found.values())


def moves(site: Site) -> list[dict[str, Any]]:
    """Of each newest result, which indicators more units meet than a period before, and which fewer: as many of both."""
    found = []
    for one in site.newest:
        earlier = site.before(one)
        if earlier is None:
            continue
        changed = []
        for indicator in one["indicators"]:
            before, now = _met(earlier, indicator["code"]), _met(one, indicator["code"])
            if before is not None and now is not None:
                changed.append((Fraction(*now) - Fraction(*before), indicator, before, now))
        changed.sort(key=lambda row: (row[0], row[1]["code"]))
        worse = [row for row in changed if row[0] < 0][:MOST]
        better = [row for row in reversed(changed) if row[0] > 0][:MOST]
        if worse or better:
            found.append({"one": one, "earlier": earlier, "better": better, "worse": worse})
    return found


def _met(one: Snapshot, code: str) -> tuple[int, int] | None:
    """How many of the units with a light meet an indicator."""
    held = counted(_marks(one, code))
    lit = held["met"] + held["watch"] + held["missed"]
    return (held["met"], lit) if lit else None


def found(site: Site, topics: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """What can be searched for: topics, units and indicators of the newest results, with their pages."""
    for topic in topics:
        yield {"name": say(topic["name"]["zh"], topic["name"]["en"]), "about": say(topic["about"]["zh"], topic["about"]["en"]),
               "page": f"topics/{topic['code']}.html", "words": " ".join((*topic["name"].values(), *topic["about"].values()))}  # fmt: skip
    for one in site.newest:
        base = f"p/{one['number']}"
        title = say(one["title"]["zh"], one["title"]["en"])
        for indicator in one["indicators"]:
            about = [word for topic in one["topics"] if indicator["code"] in topic["indicators"] for word in topic["name"].values()]  # fmt: skip
            yield {"name": say(indicator["name"]["zh"], indicator["name"]["en"]), "about": f"{title} {one['period']}",
                   "page": f"{base}/indicators/{indicator['code']}.html",
                   "words": " ".join((*indicator["name"].values(), indicator["code"], *about))}  # fmt: skip
        for group in one["groups"]:
            for unit in group["units"]:
                yield {"name": say(unit["name"]["zh"], unit["name"]["en"]), "about": f"{title} {one['period']}",
                       "page": f"{base}/units/{unit['code']}.html", "words": " ".join(unit["name"].values())}  # fmt: skip

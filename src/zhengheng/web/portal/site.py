"""The portal as static files: every page of every publication, in both languages, from snapshots alone.

Nothing here reads the office's database: given a folder of released publications, anybody makes the same
pages. Links are relative, so that any web server can serve them under any path.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml
from django.template.loader import render_to_string
from django.utils import translation

from zhengheng.domain.problems import DataError
from zhengheng.engines.heat import STATUSES
from zhengheng.engines.opendata import LICENCE
from zhengheng.web.pages.tags import say

LANGUAGES = {"": "zh-hans", "en/": "en"}
"""Chinese at the top, English below en/."""


@dataclass
class Slots:
    """What the city puts around every page: its name, header and footer lines (主办单位, 网站标识码, 备案号)."""

    name_zh: str = "政务绩效公开"
    name_en: str = "Government performance"
    header: str = ""
    footer: tuple[str, ...] = ()
    base: str = ""
    """The public address of the site, for the catalogue of open data; empty: relative."""


@dataclass
class Site:
    """The publications of a folder, newest first, and where pages go."""

    publications: list[dict[str, Any]]
    source: Path
    slots: Slots = field(default_factory=Slots)
    assets: dict[str, str] = field(default_factory=dict)

    @property
    def newest(self) -> list[dict[str, Any]]:
        """Of each rulebook the newest period, in its newest version."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.publications:
            known = found.get(one["rulebook"])
            if known is None or (one["period"], one["number"]) > (known["period"], known["number"]):
                found[one["rulebook"]] = one
        return list(found.values())

    def later(self, publication: dict[str, Any]) -> dict[str, Any] | None:
        """What a reader of this publication should know of: its correction, or a newer period."""
        mine = (publication["period"], publication["number"])
        found = [one for one in self.newest if one["rulebook"] == publication["rulebook"]]
        return found[0] if found and (found[0]["period"], found[0]["number"]) > mine else None


def slots_of(path: Path) -> Slots:
    """The slots as an installation's portal.yaml fills them. Raises DataError for words it does not know."""
    if not path.is_file():
        return Slots()
    held = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    known = {one.name for one in fields(Slots)}
    if not isinstance(held, dict) or set(held) - known:
        raise DataError.one(
            str(path), "portal.slots", zh=f"可用的项目: {'、'.join(sorted(known))}", en=f"known are {', '.join(sorted(known))}"
        )  # fmt: skip
    footer = held.get("footer", ())
    lines = (footer,) if isinstance(footer, str) else tuple(map(str, footer))
    return Slots(**{name: str(value) for name, value in held.items() if name != "footer"}, footer=lines)  # fmt: skip


def read_site(source: Path, slots: Slots | None = None) -> Site:
    """The released publications under a folder. Only finished ones count: those whose digests are written."""
    held = [
        json.loads((folder / "snapshot.json").read_text(encoding="utf-8"))
        for folder in source.glob("[0-9]*")
        if folder.suffix != ".part" and (folder / "digests.json").is_file()
    ]
    return Site(sorted(held, key=lambda one: -one["number"]), source, slots or Slots())


def write_site(site: Site, target: Path, stylesheet: Path) -> int:
    """Write all pages and files; gives how many. An older site is replaced as a whole."""
    unfinished = target.with_name(f"{target.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "assets").mkdir(parents=True)
    shutil.copy(stylesheet, unfinished / "assets" / "portal.css")
    shutil.copy(Path(__file__).parent / "search.js", unfinished / "assets" / "search.js")
    count = 0
    for prefix, language in LANGUAGES.items():
        with translation.override(language):
            for path, template, context in pages(site):
                place = unfinished / prefix / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(_rendered(site, prefix, path, template, context), encoding="utf-8")
                count += 1
    for one in site.publications:
        shutil.copytree(site.source / str(one["number"]) / "data", unfinished / "data" / str(one["number"]))  # fmt: skip
    text = json.dumps(catalogue(site), ensure_ascii=False, indent=1)
    (unfinished / "catalog.json").write_text(text + "\n", encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    return count


def _rendered(site: Site, prefix: str, path: str, template: str, context: dict[str, Any]) -> str:
    up = "../" * (path.count("/") + prefix.count("/"))
    other = next(one for one in LANGUAGES if one != prefix)
    frame = {
        "top": up, "home": up + prefix, "path": path, "other": f"{up}{other}{path}", "slots": site.slots, "site": site,
        "statuses": {code: {"shape": shape, "words": (zh, en)} for code, (shape, zh, en) in STATUSES.items()},
    }  # fmt: skip
    return render_to_string(f"portal/{template}.html", frame | context)


def pages(site: Site) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, template and content of every page."""
    yield "index.html", "home", {"results": [(one, trouble(one)) for one in site.newest], "moves": moves(site)}  # fmt: skip
    yield "search.html", "search", {"entries": list(found(site))}
    yield "calendar.html", "calendar", {}
    yield "corrections.html", "corrections", {"corrections": [one for one in site.publications if one["corrects"]]}  # fmt: skip
    yield "data.html", "data", {"publications": [(one, _files(site, one)) for one in site.publications], "licence": LICENCE}  # fmt: skip
    bundles = [(one, dict(_files(site, one))["bundle.zip"]) for one in site.publications if one["shows"] == "score"]  # fmt: skip
    yield "verify.html", "verify", {"bundles": bundles}
    for one in site.publications:
        yield from _of_publication(site, one)


def _of_publication(site: Site, one: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    base = {"one": one, "later": site.later(one), "trouble": trouble(one)}
    folder = f"p/{one['number']}"
    indicators = {i["code"]: i for i in one["indicators"]}
    yield f"{folder}/index.html", "publication", base | {"topics": topics(one)}
    yield f"{folder}/method.html", "method", base
    for group in one["groups"]:
        for unit in group["units"]:
            marks = [(indicators[code], mark) for code, mark in one["marks"].get(unit["code"], {}).items()]  # fmt: skip
            yield f"{folder}/units/{unit['code']}.html", "unit", base | {"unit": unit, "group": group, "marks": marks}  # fmt: skip
    for code, indicator in indicators.items():
        rows = [
            (group, [(unit, one["marks"][unit["code"]][code]) for unit in group["units"]
                     if code in one["marks"].get(unit["code"], {})])
            for group in one["groups"]
        ]  # fmt: skip
        counted = _counted(mark for _, held in rows for _, mark in held)
        years = [(other, other["number"]) for other in site.publications
                 if other["rulebook"] == one["rulebook"] and any(i["code"] == code for i in other["indicators"])]  # fmt: skip
        yield f"{folder}/indicators/{code}.html", "indicator", base | {
            "indicator": indicator, "rows": [row for row in rows if row[1]], "counted": counted, "years": years,
        }  # fmt: skip


def _counted(marks: Any) -> dict[str, int]:
    found = dict.fromkeys(STATUSES, 0)
    for mark in marks:
        found[mark["status"]] += 1
    return found


def trouble(one: dict[str, Any]) -> dict[str, Any]:
    """Units, those with an indicator not met, and how the indicators stand."""
    counts = [unit["counts"] for group in one["groups"] for unit in group["units"]]
    return {
        "units": len(counts), "red": sum(bool(held.get("missed")) for held in counts),
        **{name: sum(held.get(name, 0) for held in counts) for name in ("met", "watch", "missed", "missing")},
    }  # fmt: skip


def topics(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The dimensions with their indicators: what the publication is about."""
    found: dict[str, dict[str, Any]] = {}
    for indicator in one["indicators"]:
        held = found.setdefault(indicator["dimension"]["zh"], {"name": indicator["dimension"], "indicators": []})  # fmt: skip
        marks = [row[indicator["code"]] for row in one["marks"].values() if indicator["code"] in row]  # fmt: skip
        held["indicators"].append((indicator, _counted(marks)))
    return list(found.values())


def moves(site: Site, most: int = 3) -> list[dict[str, Any]]:
    """Of each newest result, which indicators more units meet than a period before, and which fewer: as many of both."""
    found = []
    for one in site.newest:
        earlier = next((p for p in sorted(site.publications, key=lambda p: (p["period"], p["number"]), reverse=True)
                        if p["rulebook"] == one["rulebook"] and p["period"] < one["period"]), None)  # fmt: skip
        if earlier is None:
            continue
        changed = []
        for indicator in one["indicators"]:
            before, now = _met(earlier, indicator["code"]), _met(one, indicator["code"])
            if before is not None and now is not None and before != now:
                changed.append((now[0] * before[1] - before[0] * now[1], indicator, before, now))
        changed.sort(key=lambda row: (row[0], row[1]["code"]))
        worse = [row for row in changed if row[0] < 0][:most]
        better = [row for row in reversed(changed) if row[0] > 0][:most]
        if worse or better:
            found.append({"one": one, "earlier": earlier, "better": better, "worse": worse})
    return found


def _met(one: dict[str, Any], code: str) -> tuple[int, int] | None:
    """How many of the units with a value meet an indicator."""
    held = [row[code]["status"] for row in one["marks"].values() if code in row]
    valued = [status for status in held if status in {"met", "watch", "missed"}]
    return (valued.count("met"), len(valued)) if valued else None


def found(site: Site) -> Iterator[dict[str, str]]:
    """What can be searched for: units and indicators of the newest results, with their pages."""
    for one in site.newest:
        base = f"p/{one['number']}"
        title = say(one["title"]["zh"], one["title"]["en"])
        for indicator in one["indicators"]:
            name = say(indicator["name"]["zh"], indicator["name"]["en"])
            yield {"name": name, "about": f"{title} {one['period']}", "page": f"{base}/indicators/{indicator['code']}.html",
                   "words": f"{indicator['name']['zh']} {indicator['name']['en']} {indicator['code']}"}  # fmt: skip
        for group in one["groups"]:
            for unit in group["units"]:
                name = say(unit["name"]["zh"], unit["name"]["en"])
                yield {"name": name, "about": f"{title} {one['period']}", "page": f"{base}/units/{unit['code']}.html",
                       "words": f"{unit['name']['zh']} {unit['name']['en']}"}  # fmt: skip


def _files(site: Site, one: dict[str, Any]) -> list[tuple[str, str]]:
    held = json.loads(
        (site.source / str(one["number"]) / "digests.json").read_text(encoding="utf-8")
    )
    return [(name.removeprefix("data/"), digest) for name, digest in sorted(held.items()) if name.startswith("data/")]  # fmt: skip


def catalogue(site: Site) -> dict[str, Any]:
    """The catalogue of open data (DCAT, JSON-LD)."""
    base = site.slots.base.rstrip("/")
    where = f"{base}/" if base else ""
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@type": "dcat:Catalog", "dct:title": site.slots.name_en,
        "dcat:dataset": [
            {"@type": "dcat:Dataset", "@id": f"{where}p/{one['number']}/", "dct:identifier": f"{one['rulebook']}-{one['period']}-{one['number']}",
             "dct:title": [{"@language": "zh", "@value": f"{one['title']['zh']} {one['period']}"}, {"@language": "en", "@value": f"{one['title']['en']} {one['period']}"}],
             "dct:issued": one["released_on"], "dct:license": LICENCE["name"],
             "dcat:distribution": [
                 {"@type": "dcat:Distribution", "dcat:downloadURL": f"{where}data/{one['number']}/{name}", "spdx:checksum": digest}
                 for name, digest in _files(site, one)
             ]}
            for one in site.publications
        ],
    }  # fmt: skip

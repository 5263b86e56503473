"""The portal as static files: every page of every publication, in both languages, from snapshots alone.

Nothing here reads the office's database: given a folder of released publications, anybody makes the same
pages. Links are relative, so that any web server can serve them under any path.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from zhengheng.engines.heat import STATUSES
from zhengheng.engines.opendata import LICENCE
from zhengheng.ledger import witness
from zhengheng.web.portal import kept
from zhengheng.web.portal.contents import Page, later, pages, pages_of
from zhengheng.web.portal.folders import replacing
from zhengheng.web.portal.inbox import LONGEST
from zhengheng.web.portal.snapshots import Site

LANGUAGES = {"": "zh-hans", "en/": "en"}
"""Chinese at the top, English below en/."""


def write_site(site: Site, target: Path, assets: dict[str, Path], notes: Path | None = None) -> int:  # fmt: skip
    """Write all pages and files, `assets` by their names among them; gives how many pages.

    An older site is replaced as a whole. With `notes`, the pages of a publication are taken over from it where
    nothing that they are made from has changed: the site is the same, byte for byte, as if it were made anew.
    """
    shown = menu(site)
    before, made = kept.read_notes(notes), {}
    with replacing(target) as new:
        (new / "assets").mkdir()
        for name, asset in assets.items():
            shutil.copyfile(asset, new / "assets" / name)
        count = len(_written(site, shown, pages, new))
        for one in site.publications:
            number, kin = str(one["number"]), site.of(one)
            sources = kept.sources_of(site, one, shown)
            if kept.taken_over(before.get(number), sources, target, new):
                made[number] = before[number]
            else:
                made[number] = {"from": sources, "pages": _written(kin, shown, partial(pages_of, one=one), new)}  # fmt: skip
            count += len(made[number]["pages"])
            kept.bring(site.folder(one) / "data", target / "data" / number, new / "data" / number)  # fmt: skip
        for name, text in beside(site).items():
            (new / name).write_text(text, encoding="utf-8")
        shutil.copyfile(witness.__file__, new / "witness.py")
    if notes:
        write_json(notes, made)
    return count


def write_json(path: Path, held: Any) -> None:
    """Write a document, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def menu(site: Site) -> dict[str, bool]:
    """Which addresses stand in the menu only at times; all that a publication's pages show of what comes and goes."""
    return {
        "consultations": bool(site.asked or site.targets),
        "comments": bool(site.slots.comments or site.said.get("rows")),
    }


def _written(site: Site, shown: dict[str, bool], listed: Callable[[Site], Iterable[Page]], new: Path) -> dict[str, str]:  # fmt: skip
    """Write pages in both languages; gives the SHA-256 of each."""
    found = {}
    for prefix, language in LANGUAGES.items():
        with translation.override(language):
            for path, template, context in listed(site):
                place = new / prefix / path
                place.parent.mkdir(parents=True, exist_ok=True)
                content = _rendered(site, prefix, path, template, context | {"menu": shown}).encode()  # fmt: skip
                place.write_bytes(content)
                found[f"{prefix}{path}"] = kept.digest(content)
    return found


def beside(site: Site) -> dict[str, str]:
    """What programs read of the site, by name: the catalogue of open data, and the proofs."""
    proofs = {"publications": site.proofs, "latest": site.newest_checkpoint}
    held = {"catalog.json": catalogue(site), "proofs.json": proofs}
    return {name: json.dumps(one, ensure_ascii=False, indent=1) + "\n" for name, one in held.items()}  # fmt: skip


def page(site: Site, address: str) -> str | None:
    """One page as `write_site` would write it at that address; None where it would write none."""
    english = address.startswith("en/")
    prefix = "en/" if english else ""
    with translation.override(LANGUAGES[prefix]):
        for part, path, template, context in _all(site):
            if prefix + path == address:
                return _rendered(part, prefix, path, template, context | {"menu": menu(site)})
    return None


def _all(site: Site) -> Iterator[tuple[Site, str, str, dict[str, Any]]]:
    """Every page in one language, with what it may read of the site."""
    yield from ((site, *one) for one in pages(site))
    for one in site.publications:
        kin = site.of(one)
        yield from ((kin, *page) for page in pages_of(kin, one))


def _rendered(site: Site, prefix: str, path: str, template: str, context: dict[str, Any]) -> str:
    up = "../" * (path.count("/") + prefix.count("/"))
    other = next(one for one in LANGUAGES if one != prefix)
    frame = {
        "top": up, "home": up + prefix, "path": path, "other": f"{up}{other}{path}", "slots": site.slots, "footer": (prefix and site.slots.footer_en) or site.slots.footer, "site": site, "later": later(site, context.get("one")), "longest": LONGEST,
        "statuses": {code: {"shape": shape, "words": (zh, en)} for code, (shape, zh, en) in STATUSES.items()},
    }  # fmt: skip
    return render_to_string(f"portal/{template}.html", frame | context)


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
                 for name, digest in site.files(one)
             ]}
            for one in site.publications
        ],
    }  # fmt: skip

"""The portal as static files: every page of every publication, in both languages, from snapshots alone.

Nothing here reads the office's database: given a folder of released publications, anybody makes the same
pages. Links are relative, so that any web server can serve them under any path.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from zhengheng.engines.heat import STATUSES
from zhengheng.engines.opendata import LICENCE
from zhengheng.ledger import witness
from zhengheng.web.portal.contents import later, pages
from zhengheng.web.portal.folders import replacing
from zhengheng.web.portal.snapshots import Site

LANGUAGES = {"": "zh-hans", "en/": "en"}
"""Chinese at the top, English below en/."""


def write_site(site: Site, target: Path, assets: dict[str, Path]) -> int:
    """Write all pages and files, `assets` by their names among them; gives how many pages. An older site is replaced as a whole."""
    with replacing(target) as unfinished:
        (unfinished / "assets").mkdir()
        for name, made in assets.items():
            shutil.copy(made, unfinished / "assets" / name)
        count = 0
        for prefix, language in LANGUAGES.items():
            with translation.override(language):
                for path, template, context in pages(site):
                    place = unfinished / prefix / path
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text(
                        _rendered(site, prefix, path, template, context), encoding="utf-8"
                    )
                    count += 1
        for one in site.publications:
            shutil.copytree(site.folder(one) / "data", unfinished / "data" / str(one["number"]))
        for name, text in beside(site).items():
            (unfinished / name).write_text(text, encoding="utf-8")
        shutil.copy(witness.__file__, unfinished / "witness.py")
    return count


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
        for path, template, context in pages(site):
            if prefix + path == address:
                return _rendered(site, prefix, path, template, context)
    return None


def _rendered(site: Site, prefix: str, path: str, template: str, context: dict[str, Any]) -> str:
    up = "../" * (path.count("/") + prefix.count("/"))
    other = next(one for one in LANGUAGES if one != prefix)
    frame = {
        "top": up, "home": up + prefix, "path": path, "other": f"{up}{other}{path}", "slots": site.slots, "footer": (prefix and site.slots.footer_en) or site.slots.footer, "site": site, "later": later(site, context.get("one")),
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

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
from zhengheng.web.portal.snapshots import Site

LANGUAGES = {"": "zh-hans", "en/": "en"}
"""Chinese at the top, English below en/."""


def write_site(site: Site, target: Path, assets: dict[str, Path]) -> int:
    """Write all pages and files, `assets` by their names among them; gives how many pages. An older site is replaced as a whole."""
    unfinished = target.with_name(f"{target.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "assets").mkdir(parents=True)
    for name, made in assets.items():
        shutil.copy(made, unfinished / "assets" / name)
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
    proofs = json.dumps(
        {"publications": site.proofs, "latest": site.newest_checkpoint},
        ensure_ascii=False,
        indent=1,
    )
    (unfinished / "proofs.json").write_text(proofs + "\n", encoding="utf-8")
    shutil.copy(witness.__file__, unfinished / "witness.py")
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    return count


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

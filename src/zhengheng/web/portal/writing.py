"""Writing the portal's pages of this installation."""

import json
from pathlib import Path

from django.conf import settings

from zhengheng.web.comments.selectors import shown
from zhengheng.web.pages.context import built
from zhengheng.web.portal.site import write_site
from zhengheng.web.portal.snapshots import (
    COMMENTS,
    CONSULTATIONS,
    TARGETS,
    UPCOMING,
    read_site,
    slots_of,
)
from zhengheng.web.publication.models import Publication
from zhengheng.web.rulebooks.consultations import consultations
from zhengheng.web.targets.drafts import drafts


def publish(target: Path) -> int:
    """Write the site into a folder; gives how many pages. The old site stands until the new one is whole."""
    home = Path(settings.HOME)
    note_upcoming(home / "publications")
    for name, held in ((COMMENTS, shown()), (CONSULTATIONS, consultations()), (TARGETS, drafts())):
        text = json.dumps(held, ensure_ascii=False)
        (home / "publications" / name).write_text(text, encoding="utf-8")
    site = read_site(home / "publications", slots_of(home / "portal.yaml"))
    assets = {name: settings.WEB / built(name).lstrip("/") for name in ("portal.css", "portal.js")}
    return write_site(site, target, assets)


def note_upcoming(folder: Path) -> None:
    """What is prepared with a day before which it does not come out: the calendar says so, and no more."""
    held = Publication.objects.filter(state__in=("reviewed", "releasing"), embargo__isnull=False)
    rows = [
        {"title": {"zh": one.run.title_zh, "en": one.run.title_en or one.run.title_zh}, "period": one.run.period,
         "from": str(one.embargo)}
        for one in held.select_related("run").order_by("embargo", "pk")
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / UPCOMING).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

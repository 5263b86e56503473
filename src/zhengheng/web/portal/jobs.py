"""Writing the portal anew after a release."""

from pathlib import Path
from typing import Any

from django.conf import settings

from zhengheng.web.jobs.services import Work, job
from zhengheng.web.pages.context import built
from zhengheng.web.portal.site import read_site, slots_of, write_site


@job("portal.write")
def write(work: Work) -> dict[str, Any]:
    """All pages, from all released publications; the old site stands until the new one is whole."""
    return {"pages": publish(Path(settings.HOME) / "portal")}


def publish(target: Path) -> int:
    """Write the site of this installation into a folder; gives how many pages."""
    home = Path(settings.HOME)
    site = read_site(home / "publications", slots_of(home / "portal.yaml"))
    return write_site(site, target, settings.WEB / built("portal.css").lstrip("/"))

"""Writing the portal's pages of this installation."""

from pathlib import Path

from django.conf import settings

from zhengheng.web.pages.context import built
from zhengheng.web.portal.site import read_site, slots_of, write_site


def publish(target: Path) -> int:
    """Write the site into a folder; gives how many pages. The old site stands until the new one is whole."""
    home = Path(settings.HOME)
    site = read_site(home / "publications", slots_of(home / "portal.yaml"))
    return write_site(site, target, settings.WEB / built("portal.css").lstrip("/"))

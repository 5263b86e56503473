"""The pictures of the README: five pages of the sample city, examined and taken as a person sees them.

ZHENGHENG_PICTURES names a folder to keep them in; `make pictures` says docs/pictures.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from tests.web.conftest import NOW
from tests.web.test_journeys import WIDTHS, Visitor, browser
from zhengheng.cli.sample import year
from zhengheng.sample.make import make_sample
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.results.models import ResultRun
from zhengheng.web.sample.furnish import furnish_office
from zhengheng.web.sample.people import PASSWORD

pytestmark = pytest.mark.one_database

__all__ = ["browser"]
HEIGHT, TALL = 900, 1500
"""Of a picture; the indicator's shows its passport too."""


def test_the_pictures_of_the_tour(
    transactional_db: None,
    live_server: object,
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_sample(tmp_path, seed=2025, scale=0.1)
    for _ in year(tmp_path):
        pass
    monkeypatch.setattr(settings, "HOME", tmp_path)
    furnish_office(tmp_path, NOW)
    result = ResultRun.objects.filter(rulebook="departments", period="2025").latest("pk")
    upheld = Appeal.objects.get(state="applied")
    pages = {
        "overview": f"/office/overview/{result.run}/?view=heat",
        "indicator": f"/office/overview/{result.run}/indicators/{upheld.indicator}/?unit={upheld.unit.code}",
        "unit": f"/office/overview/{result.run}/units/{upheld.unit.code}/",
        "appeal": f"/office/appeals/{upheld.pk}/",
        "portal": "/",
    }
    folder = Path(os.environ.get("ZHENGHENG_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    size = WIDTHS["desktop"]
    context = browser.new_context(viewport={"width": size[0], "height": HEIGHT})
    visitor = Visitor(context.new_page(), str(live_server))
    page = visitor.page
    page.goto(f"{visitor.host}/office/sign-in/")
    page.fill("#username", "zhuren")
    page.fill("#password", PASSWORD)
    visitor.follow(page.locator("main button"))
    for language in ("zh", "en"):
        context.add_cookies([{"name": "language", "value": language, "url": visitor.host}])
        for name, path in pages.items():
            page.set_viewport_size(
                {"width": size[0], "height": TALL if name == "indicator" else HEIGHT}
            )
            page.goto(visitor.host + ("/en/" if path == "/" and language == "en" else path))
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            page.wait_for_load_state("networkidle")
            page.locator("ul.tree details").evaluate_all(
                "all => all.forEach(one => one.open = true)"
            )
            visitor.examine()
            page.screenshot(
                path=folder / f"{name}.{language}.jpg",
                type="jpeg",
                quality=70,
                animations="disabled",
            )
    context.close()

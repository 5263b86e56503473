"""Journeys in headless Chromium, Chinese and English, desktop and phone; axe on every page on the way."""

import os
import shutil
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.conftest import missing
from tests.web.conftest import NOW, PASSWORD, People, computed_run
from tests.web.test_publication import nothing_published, release
from zhengheng.scheme.base import Text
from zhengheng.scheme.procedure import Topic
from zhengheng.web.portal.writing import publish
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.services import name_reader, register_run

pytestmark = pytest.mark.one_database

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # The driver runs an event loop in this thread; Django takes that for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing("Chromium")
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


class Visitor:
    """A person at a browser. Each page is examined: axe, width, words of the other language, other hosts."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host = page, host
        self.strangers: list[str] = []
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith((self.host, "data:")):
            self.strangers.append(url)

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.host}/office/sign-in/")
        self.examine()
        self.page.fill("#username", name)
        self.page.fill("#password", PASSWORD)
        self.follow(self.page.locator("main button"))
        assert self.page.url == f"{self.host}/office/"

    def sign_out(self) -> None:
        self.follow(self.page.locator("form[action='/office/sign-out/'] button"))

    def visit(self, word: str) -> None:
        self.follow(self.page.get_by_role("navigation").get_by_role("link", name=word, exact=True))

    def follow(self, pressed: Locator, examined: bool = True) -> None:
        """Press what leads to another page and wait until that page is there: a click alone does not wait."""
        with self.page.expect_navigation():
            pressed.click()
        if examined:
            self.examine()

    def examine(self) -> None:
        findings = Axe().run(self.page).response["violations"]
        assert not findings, [(f["id"], f["nodes"][0]["html"]) for f in findings]
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{self.page.url} is wider than the window"
        assert not self.strangers


def computed(people: People, **changes: Any) -> str:
    """A run on which the director, procedure and data officers are named."""
    made = computed_run(**changes)
    data, director = people["office_data"], people["office_director"]
    run = register_run(run=made.id, actor=data, now=NOW)
    name_reader(run=run, account=people["office_procedure"], actor=director, now=NOW)
    return run.run


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_result_goes_on_notice_and_a_unit_follows_its_score(
    transactional_db: None, live_server: object, browser: Browser, language: str, width: str
) -> None:
    people = People()
    run = computed(people)
    english = language == "en"
    size = WIDTHS[width]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    visitor = Visitor(context.new_page(), str(live_server))
    page = visitor.page

    def word(zh: str, en: str) -> str:
        return en if english else zh

    page.goto(f"{visitor.host}/office/sign-in/")
    if english:
        visitor.follow(page.get_by_role("button", name="English"))
    # Nothing for a unit before the notice.
    visitor.sign_in("unit_reporter")
    visitor.visit(word("核算结果", "Results"))
    assert run not in page.content()
    visitor.sign_out()
    # The procedure officer looks at it, with a watermark, and puts it on notice.
    visitor.sign_in("office_procedure")
    visitor.visit(word("核算结果", "Results"))
    visitor.follow(page.locator("tbody a").first)
    expect(page.locator(".watermark span").nth(20)).to_be_attached()
    visitor.follow(page.get_by_role("button", name=word("进入公示", "Put on public notice")))
    expect(page.get_by_role("status")).to_have_count(1)
    expect(page.locator(".watermark")).to_have_count(0)
    visitor.sign_out()
    # Now the unit finds it and opens its passport down to the source row.
    visitor.sign_in("unit_reporter")
    visitor.visit(word("核算结果", "Results"))
    visitor.follow(page.locator("tbody a").first)
    visitor.follow(page.locator("tbody th a").first)
    for _ in range(4):
        for closed in page.locator("details:not([open]) > summary").all():
            if closed.is_visible():
                closed.click()
    expect(page.get_by_text("SHA-256").first).to_be_visible()
    visitor.examine()
    visitor.sign_out()
    # The auditor finds every look at the unpublished run, and signs a checkpoint.
    visitor.sign_in("security_auditor")
    visitor.visit(word("存证日志", "Ledger"))
    page.select_option("select[name=act]", "result.viewed")
    visitor.follow(page.get_by_role("button", name=word("查找", "Find")))
    expect(page.locator("table.register tbody tr")).to_have_count(1)
    visitor.follow(page.locator("tbody a").first)
    visitor.visit(word("存证日志", "Ledger"))
    visitor.follow(page.get_by_role("button", name=word("签发检查点", "Sign a checkpoint")))
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_overview_by_keyboard_down_to_a_drawn_curve(
    transactional_db: None, live_server: object, browser: Browser, language: str, width: str
) -> None:
    people = People()
    run = computed(people)
    ResultRun.objects.update(state="notice", published_at=NOW)
    size = WIDTHS[width]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    visitor = Visitor(context.new_page(), str(live_server))
    page = visitor.page
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    if language == "en":
        page.goto(f"{visitor.host}/office/sign-in/")
        visitor.follow(page.get_by_role("button", name="English"))
    visitor.sign_in("commission_member")
    visitor.visit("Overview" if language == "en" else "考核总览")
    visitor.follow(page.locator("tbody a").first)
    rows = page.locator("#shown tbody tr")
    everyone = rows.count()
    page.get_by_label("Only" if language == "en" else "只看").select_option("missed")
    page.wait_for_url("**only=missed**")
    expect(rows).not_to_have_count(everyone)
    fewer = rows.count()
    page.reload()
    expect(rows).to_have_count(fewer)
    page.get_by_label("Only" if language == "en" else "只看").select_option("")
    expect(rows).to_have_count(everyone)
    visitor.follow(page.get_by_role("link", name="Tree" if language == "en" else "树"))
    visitor.follow(page.get_by_role("link", name="Heat map" if language == "en" else "热力"))
    grid = page.locator("table[data-grid]").first
    first = grid.locator("tbody td a").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    here = page.evaluate(
        "[document.activeElement.closest('tr').rowIndex, document.activeElement.closest('td').cellIndex]"
    )
    assert here == [2, 2], "arrow keys walk through the grid"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    visitor.examine()
    assert f"/office/overview/{run}/indicators/" in page.url
    expect(page.locator("figure.chart svg path").first).to_be_attached()
    # On paper narrower than the window the whole picture shrinks: nothing of it is cut off.
    page.emulate_media(media="print")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 330, "height": 900})
    whole = """all => all.every(svg => svg.viewBox.baseVal.width > 0 && svg.getBoundingClientRect().height > 50
        && svg.getBoundingClientRect().right <= document.documentElement.clientWidth)"""
    assert page.locator("figure.chart svg").evaluate_all(whole)
    page.emulate_media(media="screen")
    page.set_viewport_size(size)
    twin = page.locator(
        "details",
        has=page.get_by_text("The curve as a table" if language == "en" else "曲线的数值"),
    )
    twin.locator("summary").click()
    expect(twin.locator("tbody tr").first).to_be_visible()
    page.goto(f"{visitor.host}/office/overview/city/")
    visitor.examine()
    assert broken == [], "the content policy lets the charts draw"
    context.close()


@pytest.mark.parametrize(("language", "width"), [("zh", "phone"), ("en", "desktop")])
def test_a_citizen_searches_reads_downloads_and_verifies(
    transactional_db: None, browser: Browser, tmp_path: Path, language: str, width: str
) -> None:
    """The written portal under a sub-path of the plainest web server there is; no account, no office."""
    nothing_published()
    people = People()
    topic = Topic(
        code="purpose", name=Text(zh="用处", en="What it is for"), about=Text(zh="项目有没有清楚的用处。", en="Whether programmes have clear purposes."),
        indicators=("PURPOSE", "PLANNING"),
    )  # fmt: skip
    computed(people, topics=(topic,), version="with topics")
    ResultRun.objects.update(state="notice", published_at=NOW)
    held = release(people, ResultRun.objects.get())
    publish(tmp_path / "city" / "performance", NOW.date())
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        english = language == "en"
        size = WIDTHS[width]
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        visitor = Visitor(context.new_page(), f"http://127.0.0.1:{server.server_port}")
        page = visitor.page
        page.goto(f"{visitor.host}/city/performance/{'en/' if english else ''}index.html")
        visitor.examine()
        name = held.run.title_en if english else held.run.title_zh
        page.get_by_label("Large type" if english else "大字").check()
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
        page.fill("#query", "没有这个" if not english else "nothing like this")
        visitor.follow(page.get_by_role("button", name="Search" if english else "查找"))
        assert page.get_by_label("Large type" if english else "大字").is_checked(), (
            "kept from page to page"
        )
        page.get_by_label("Large type" if english else "大字").uncheck()
        expect(page.locator("#found li:visible")).to_have_count(0)
        page.fill("#query", "purposes" if english else "用处")
        visitor.follow(page.locator("#found li:visible a").first)
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "What it is for" if english else "用处"
        )
        visitor.follow(page.locator("tbody a").first)
        visitor.follow(
            page.get_by_role("link", name="How it is computed" if english else "怎么算的")
        )
        visitor.follow(
            page.get_by_role("contentinfo").get_by_role(
                "link", name="Download" if english else "下载"
            )
        )
        assert name in page.content()
        with page.expect_download() as fetched:
            page.get_by_role("link", name="bundle.zip").click()
        digest = page.locator("tr", has=page.get_by_role("link", name="bundle.zip")).locator("code").inner_text()  # fmt: skip
        content = Path(fetched.value.path()).read_bytes()
        assert sha256(content).hexdigest() == digest, "what came is what the page says"
        altered = bytes([content[0] ^ 1]) + content[1:]
        assert sha256(altered).hexdigest() != digest
        page.set_input_files(
            "#check", {"name": "bundle.zip", "mimeType": "application/zip", "buffer": content}
        )
        expect(page.locator("#checked")).to_contain_text("bundle.zip")
        page.set_input_files(
            "#check", {"name": "bundle.zip", "mimeType": "application/zip", "buffer": altered}
        )
        expect(page.locator("#checked")).to_have_class("lamp lamp-missed")
        visitor.follow(page.get_by_role("link", name="Verify" if english else "核验", exact=True))
        expect(page.get_by_text("python -I -S verify.py")).to_be_visible()
        expect(page.locator("#proved tbody .lamp")).to_have_class("lamp lamp-met")
        proofs = tmp_path / "city" / "performance" / "proofs.json"
        whole = proofs.read_text(encoding="utf-8")
        proofs.write_text(whole.replace("values.csv", "values.xsv"), encoding="utf-8")
        page.reload()
        expect(page.locator("#proved tbody .lamp")).to_have_class("lamp lamp-missed")
        proofs.write_text(whole, encoding="utf-8")
        visitor.follow(page.get_by_role("link", name="中文" if english else "English"))
        context.close()
        server.shutdown()


def test_two_officers_make_an_account_that_works(
    transactional_db: None, live_server: object, browser: Browser
) -> None:
    People()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visitor = Visitor(context.new_page(), str(live_server))
    page = visitor.page
    visitor.sign_in("system_administrator")
    visitor.visit("账号与权限")
    visitor.follow(page.get_by_role("link", name="新建账号"))
    for field, value in (("username", "林 某"), ("name", "林某甲")):
        page.fill(f"#{field}", value)
    visitor.follow(page.get_by_role("button", name="建立账号"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.input_value("#name") == "林某甲", "what was typed is still there"
    page.fill("#username", "linmou")
    visitor.follow(page.get_by_role("button", name="建立账号"))
    assert page.get_by_role("button", name="授权").count() == 0, "this officer gives no roles"
    visitor.sign_out()
    visitor.sign_in("secrecy_officer")
    page.goto(f"{visitor.host}/office/accounts/linmou/")
    visitor.examine()
    page.select_option("select[name=role]", "unit_reporter")
    visitor.follow(page.get_by_role("button", name="授权"))
    expect(page.get_by_text("必须指定单位")).to_be_visible()
    page.goto(f"{visitor.host}/office/accounts/linmou/")
    page.select_option("select[name=role]", "unit_reporter")
    page.select_option("select[name=unit]", "D10")
    visitor.follow(page.get_by_role("button", name="授权"))
    expect(page.get_by_role("cell", name="教育局")).to_have_count(1)
    context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_after_a_refusal_the_focus_is_on_what_was_wrong(
    transactional_db: None, live_server: object, browser: Browser, language: str
) -> None:
    """At the door, in the form of an act and in one beside the acts; what was typed is still there."""
    People()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visitor = Visitor(context.new_page(), str(live_server))
    page = visitor.page

    def focused() -> str:
        held = page.evaluate("[document.activeElement.getAttribute('role'), document.activeElement.innerText]")  # fmt: skip
        assert held[0] == "alert", page.url
        return str(held[1])

    page.goto(f"{visitor.host}/office/sign-in/")
    if language == "en":
        visitor.follow(page.get_by_role("button", name="English"))
    page.fill("#username", "panel_member")
    page.fill("#password", "not this one")
    visitor.follow(page.locator("main button"))
    assert ("wrong" if language == "en" else "不正确") in focused()
    visitor.sign_in("panel_member")
    page.goto(f"{visitor.host}/office/conflicts/new/declare/")
    page.select_option("[name=unit]", "D10")
    page.fill("[name=reason]", "……")
    visitor.follow(page.locator("main form button.act"))
    assert ("write something" if language == "en" else "请填写文字") in focused()
    reason = page.locator("[name=reason]")
    assert reason.get_attribute("aria-invalid") == "true"
    expect(page.locator(f"#{reason.get_attribute('aria-describedby')}")).to_be_visible()
    assert (page.input_value("[name=unit]"), reason.input_value()) == ("D10", "……")
    page.goto(f"{visitor.host}/office/tokens/")
    page.fill("#name", "……")
    page.fill("#ends_on", "2026-05-01")
    visitor.follow(page.locator("main form button.act"))
    assert ("what it is for" if language == "en" else "请填写用途") in focused()
    assert [page.input_value(f"#{one}") for one in ("name", "ends_on")] == ["……", "2026-05-01"]
    context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_after_a_success_the_focus_is_on_what_was_done(
    transactional_db: None, live_server: object, browser: Browser, language: str
) -> None:
    """Whoever works by keyboard or ear goes on from there: after something was made, after an act, and beside the acts."""
    People()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visitor = Visitor(context.new_page(), str(live_server))
    page = visitor.page
    if language == "en":
        context.add_cookies([{"name": "language", "value": "en", "url": visitor.host}])

    def focused() -> None:
        held = page.evaluate("[document.activeElement.getAttribute('role'), document.activeElement.innerText.trim()]")  # fmt: skip
        assert held[0] == "status", page.url
        assert held[1], "what was done is said"
        page.keyboard.press("Tab")
        inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
        assert inside, "the next stop is in the page's own part, not in its frame"

    visitor.sign_in("panel_member")
    page.goto(f"{visitor.host}/office/conflicts/new/declare/")
    page.select_option("[name=unit]", "D10")
    page.fill("[name=reason]", "亲属在该局任职")
    visitor.follow(page.locator("main form button.act"))
    focused()
    form = page.locator("form[action$='/end/']")
    section = page.locator("details.doing", has=form)
    if section.count() and section.get_attribute("open") is None:
        section.locator("summary").click()
    for field in form.locator("textarea").all():
        field.fill("亲属已经离职")
    visitor.follow(form.locator("button"))
    focused()
    context.close()

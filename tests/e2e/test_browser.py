"""The whole year in headless Chromium by its roles, in Chinese on a desk and in English on a phone; axe on every page."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.test_cases import in_force as adopted
from tests.e2e.test_year import ANSWERED, GROWTH, SEATS, assert_verifies
from tests.web.conftest import People
from tests.web.test_journeys import WIDTHS, Visitor, browser
from tests.web.town import INDICATORS, STATISTICS, UNITS, Town, packed
from zhengheng.ledger.check import check
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.decisions.models import Decision
from zhengheng.web.jobs.models import Job
from zhengheng.web.ledger import selectors as ledger
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.clock import now
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import in_force
from zhengheng.web.targets.models import TargetSheet

pytestmark = pytest.mark.one_database

__all__ = ["browser"]


class Office:
    """People at one browser, one after the other. What is typed, chosen and pressed is what they would."""

    def __init__(self, context: BrowserContext, host: str, town: Town, folder: Path) -> None:
        self.context, self.host, self.town, self.folder = context, host, town, folder
        self.visitor = Visitor(context.new_page(), host)
        self.page = self.visitor.page
        self.paper = folder / "minutes.pdf"
        self.paper.write_bytes(b"%PDF-1.7 minutes")
        self.seen: set[str] = set()

    def go(self, who: str, path: str) -> None:
        """Open a page as somebody; each kind of page is examined once for each of its states."""
        cookie = self.town.client(who).cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.host}])
        self.page.goto(f"{self.host}/office/{path}")
        self._examine()

    def _examine(self) -> None:
        shape = self.page.locator("h1").inner_text() + (self.page.locator(".answer").first.inner_text())  # fmt: skip
        if shape not in self.seen:
            self.seen.add(shape)
            self.visitor.examine()

    def act(self, who: str, path: str, act: str, **fields: str) -> None:
        """Do an act on the page of an object. `path` without an act in it names the object."""
        self.go(who, path)
        form = self.page.locator(f"form[action$='/{act}/']")
        section = self.page.locator("details.doing", has=form)
        if section.get_attribute("open") is None:
            section.locator("summary").click()
        self._fill(act, fields)
        self.visitor.follow(form.locator("button"), examined=False)
        self._done(act)

    def make(self, who: str, path: str, act: str, **fields: str) -> None:
        """Make an object by its form."""
        self.go(who, f"{path}/new/{act}/" if "?" not in path else path)
        self._fill("f", fields)
        self.visitor.follow(self.page.locator("main form.sheet button"), examined=False)
        self._done(act)

    def _fill(self, prefix: str, fields: dict[str, str]) -> None:
        for name, value in fields.items():
            # A cell of a table of rows has a name alone.
            cell = f"form[action$='/{prefix}/'] [name='{name}']"
            field = self.page.locator(cell if "." in name else f"#{prefix}-{name}")
            tag = field.evaluate("e => e.tagName + ':' + (e.type || '')")
            if tag == "INPUT:file":
                field.set_input_files(value)
            elif tag.startswith("SELECT"):
                field.select_option(value)
            elif tag == "INPUT:checkbox":
                field.check()
            else:
                field.fill(value)

    def _done(self, act: str) -> None:
        said = self.page.get_by_role("status").or_(self.page.get_by_role("alert"))
        expect(said).to_have_count(1)
        assert self.page.get_by_role("status").count() == 1, (act, said.inner_text())
        assert self.page.evaluate("document.activeElement.getAttribute('role')") == "status", act
        self._examine()

    def decide(self, subject: str, day: str) -> str:
        """The commission decides by its two people."""
        self.make(
            "commission_secretary", "decisions", "record", subject=subject, meeting=f"{day} 会议", held_on=day,
            attendees="委员十一人", approved="1", wording="同意", minutes=str(self.paper),
        )  # fmt: skip
        number = Decision.objects.latest("pk").pk
        self.act("commission_member", f"decisions/{number}/", "attest")
        return str(number)


@pytest.fixture
def town(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(People(), monkeypatch)


@pytest.mark.parametrize(("language", "width"), [("zh-hans", "desktop"), ("en", "phone")])
def test_the_year_in_the_browser(
    town: Town, live_server: object, browser: Browser, tmp_path: Path, language: str, width: str
) -> None:
    size = WIDTHS[width]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    host = str(live_server)
    context.add_cookies([{"name": "language", "value": language, "url": host}])
    office = Office(context, host, town, tmp_path)
    book = adopt(office)
    agree(office, book)
    report(office, book)
    first = compute(office, book)
    office.act("office_procedure", f"results/{first.run}/", "publish")
    appeal(office, first)
    second = ResultRun.objects.latest("pk")
    office.act("office_procedure", f"results/{second.run}/", "publish")
    improve(office, second)
    town.at("2026-05-06")
    decision = office.decide(f"result:{second.pk}", "2026-05-06")
    office.act("commission_secretary", f"results/{second.run}/", "finalise", decision=decision)
    office.act("office_procedure", f"results/{second.run}/", "archive")
    result = town.work()[-1].result
    assert result is not None
    office.go("office_procedure", f"jobs/{Job.objects.latest('pk').pk}/")
    assert_verifies(tmp_path / "archive" / result["package"], tmp_path / "out")
    assert check(list(ledger.entries()), ledger.leaves()) == []
    context.close()


def adopt(office: Office) -> int:
    office.town.at("2026-03-12")
    upload = office.folder / "town.zip"
    upload.write_bytes(packed())
    office.make("office_indicators", "rulebooks", "draft", file=str(upload), period="2025")
    book = RulebookVersion.objects.get().pk
    path = f"rulebooks/{book}/"
    office.act("office_indicators", path, "consult", until="2026-03-20")
    office.go("external_auditor", path)
    seen = LedgerEntry.objects.filter(
        act="audit.viewed", actor="external_auditor", subject=f"rulebook:{book}"
    )
    assert seen.count() == 1, "who audits from outside leaves a trace of what he reads"
    office.act("unit_leader-D10", path, "opine", clause="SEATS", text="权重偏高")
    office.act(
        "office_indicators", path, "reply", opinion=str(_opinion(book)), reply="按市民关切确定"
    )
    office.town.at("2026-03-23")
    office.act("office_director", path, "submit")
    decision = office.decide(f"rulebook:{book}", "2026-03-23")
    office.act("commission_secretary", path, "adopt", decision=decision)
    return int(book)


def _opinion(book: int) -> int:
    return int(RulebookVersion.objects.get(pk=book).opinions.get().pk)


def agree(office: Office, book: int) -> None:
    """Two sign; one counters, gets an answer, signs, then asks for a change by a docket."""
    for unit in UNITS[:3]:
        office.make(
            "office_indicators",
            "targets",
            "propose",
            rulebook=str(book),
            unit=unit,
            lines="SEATS\t100\t80",
        )
    sheets = {sheet.unit.code: sheet for sheet in TargetSheet.objects.select_related("unit")}
    for unit in UNITS[1:3]:
        office.act(
            f"unit_leader-{unit}",
            f"targets/{sheets[unit].pk}/",
            "agree",
            consultation=str(office.paper),
        )
    path = f"targets/{sheets['D10'].pk}/"
    office.act(
        "unit_leader-D10",
        path,
        "counter",
        lines="SEATS 90",
        opinion="场地不足",
        consultation=str(office.paper),
    )
    office.act("office_indicators", path, "answer", reply="可调", lines="SEATS 95")
    office.act("unit_leader-D10", path, "agree")
    line = sheets["D10"].lines.get()
    office.make(
        "unit_leader-D10",
        "changes",
        "ask",
        line=str(line.pk),
        value="90",
        ground="force_majeure",
        reason="洪水",
    )
    office.act("office_director", f"changes/{line.changes.get().pk}/", "approve", answer="属实")


def report(office: Office, book: int) -> None:
    office.act("office_data", f"rulebooks/{book}/", "open_reports", period="2025")
    office.town.work()
    values = {"SEATS": SEATS, "GROWTH": GROWTH, "ANSWERED": ANSWERED}
    for place, one in enumerate(Report.objects.select_related("unit", "supplier")):
        value = str(values[one.indicator][one.unit.code])  # type: ignore[index]
        path = f"reports/{one.pk}/"
        if one.supplier.code == STATISTICS:
            office.act("statistics", path, "supply", value=value, note="见统计台账")
            if place == 0:
                office.act(
                    f"unit_reporter-{one.unit.code}",
                    path,
                    "object",
                    wanted=str(Decimal(value) + 1),
                    objection="请再核对一次",
                )
                office.act("office_data", path, "settle", value=value, reason="已核对")
        else:
            if place < 3:
                draft(office, f"unit_reporter-{one.unit.code}", path, value)
            office.act(
                f"unit_reporter-{one.unit.code}", path, "submit", value=value, note="两个项目延期"
            )
            office.act("office_data", path, "verify")
    office.town.at("2026-04-08")
    tick(now())


def draft(office: Office, who: str, path: str, value: str) -> None:
    """What is typed is still there for whoever leaves without a click."""
    office.go(who, path)
    office.page.locator("details.doing summary").first.click()
    office.page.locator("#submit-value").fill(value)
    expect(office.page.locator("form[action$='/submit/'] [data-draft-said]")).to_have_text(
        re.compile(r"\d")
    )
    office.page.reload()
    assert office.page.locator("#submit-value").input_value() == value


def compute(office: Office, book: int) -> ResultRun:
    office.act("office_data", f"rulebooks/{book}/", "compute", at="2026-04-01")
    office.town.work()
    result = ResultRun.objects.latest("pk")
    _name(office, result)
    return result


def _name(office: Office, result: ResultRun) -> None:
    office.go("office_director", f"results/{result.run}/")
    office.page.select_option("select[name=username]", "office_procedure")
    office.visitor.follow(office.page.locator("form[action$='/readers/'] button"))


def appeal(office: Office, result: ResultRun) -> None:
    """From the score passport to the form, the clerk's desk, the panel, the hearing, the ripple, the decision, the new run."""
    office.go("unit_leader-D10", f"results/{result.run}/units/D10/")
    office.page.locator("details.doing summary").click()
    office.visitor.follow(office.page.locator("details.doing a", has_text="SEATS"))
    assert office.page.locator("#f-indicator").input_value() == "SEATS"
    office._fill(
        "f",
        {
            "ground": "data_error",
            "wanted": "90",
            "statement": "9 个学位被误排除",
            "hearing_wanted": "1",
            "evidence": str(office.paper),
        },
    )
    office.visitor.follow(office.page.locator("main form.sheet button"), examined=False)
    office._done("draft")
    made = Appeal.objects.get()
    path = f"appeals/{made.pk}/"
    office.act("unit_leader-D10", path, "file")
    office.act("appeals_clerk", path, "accept")
    office.act("appeals_clerk", path, "draw")
    office.act("appeals_clerk", path, "call_hearing", hearing_on="2026-04-22", place="一号会议室")
    office.town.at("2026-04-22")
    office.act("appeals_clerk", path, "sign_minutes", minutes=str(office.paper))
    panel = [seat.account.username for seat in made.seats.select_related("account")]
    for member in panel:
        office.act(member, path, "vote", vote="uphold", reasons="依据学籍系统记录")
    office.act(panel[0], path, "preview", value="90")
    assert office.page.get_by_role("region").filter(has_text="→").count()
    office.act(panel[0], path, "decide", value="90", reasons="记录属实")
    office.act("office_data", path, "apply")
    office.town.work()


def improve(office: Office, result: ResultRun) -> None:
    office.make("office_procedure", "rectification", "propose", run=str(result.pk), unit="D16")
    path = f"rectification/{Rectification.objects.get().pk}/"
    office.act("office_director", path, "confirm")
    office.act("office_procedure", path, "serve", mentor="mentor")
    office.act(
        "unit_leader-D16", path, "answer", fact="少建 30 个学位", cause="工期延误", measures="倒排工期",
        owner="林某甲", finish_on="2026-06-30",
    )  # fmt: skip
    office.act("mentor", path, "visit", on="2026-04-22", advice="拆分标段")
    office.act("unit_reporter-D16", path, "evidence", evidence=str(office.paper))
    red = Rectification.objects.get().indicators
    values = {f"measured.{place}.value": one["target"] for place, one in enumerate(red)}
    office.act("office_indicators", path, "accept", answer="达标", **values)


CHANGES = (("prospective", "2026-04-08"), ("split", "2026-05-06"), ("restated", "2026-06-10"), ("restated", "2026-10-12"))  # fmt: skip
"""Each lawful kind of a change in the running year and the day it is uploaded; the last after the freeze."""


def changed(number: int, kind: str) -> bytes:
    """The town's rulebook with another target of growth from July on."""
    basis = {"title": "调整考核目标的通知", "document": f"府办发〔2026〕{number} 号"}
    growth = next(one for one in INDICATORS if one["code"] == "GROWTH")
    change = {"from": date(2025, 7, 1), "kind": kind, "method": {"kind": "ratio", "target": 5 + number}, "basis": basis,
              "reason": {"zh": "上级下达新目标", "en": "a new target from above"}}  # fmt: skip
    indicators = [
        one if one is not growth else growth | {"changes": [change]} for one in INDICATORS
    ]
    return packed(indicators=indicators, version=f"2025-{number}")


def test_two_bureaus_become_one(
    town: Town, live_server: object, browser: Browser, tmp_path: Path
) -> None:
    """On a phone, while the year runs: effect, decision, the amended rulebook, people and duties."""
    size, host = WIDTHS["phone"], str(live_server)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    office = Office(context, host, town, tmp_path)
    adopted(town, "2026", version="2026-1", effective_from=date(2026, 1, 1))
    office.make(
        "office_procedure", "reorganisations", "ask", kind="merger", day="2026-04-22", units="D13\nD16",
        heirs="D40\t城乡建设局\t1", basis="机构改革方案",
    )  # fmt: skip
    case = Reorganisation.objects.get()
    path = f"reorganisations/{case.pk}/"
    decision = office.decide(f"reorganisation:{case.pk}", "2026-03-23")
    office.act("commission_secretary", path, "approve", decision=decision)
    office.act("office_indicators", path, "draft_rules")
    town.at("2026-04-22")
    office.act("office_procedure", path, "carry_out")
    office.act("secrecy_officer", path, "move_roles")
    case.refresh_from_db()
    assert RulebookVersion.objects.get(pk=case.drafts[0]).state == "draft"
    assert standing(now().date()).filter(unit__code="D40").exists()
    office.go("office_indicators", f"rulebooks/{case.drafts[0]}/")
    context.close()


def test_rules_change_in_every_lawful_way(
    town: Town, live_server: object, browser: Browser, tmp_path: Path
) -> None:
    """From the upload to the decision, on a desk; after the freeze by the emergency route alone."""
    size, host = WIDTHS["desktop"], str(live_server)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    office = Office(context, host, town, tmp_path)
    adopt(office)
    for number, (kind, day) in enumerate(CHANGES, 2):
        town.at(day)
        upload = tmp_path / f"town-{number}.zip"
        upload.write_bytes(changed(number, kind))
        said = {
            "file": str(upload),
            "period": "2025",
            "change_kind": kind,
            "reason": "上级下达新目标",
        }
        if day > "2026-09-30":
            said["emergency"] = "1"
        office.make("office_indicators", "rulebooks", "draft", **said)
        version = RulebookVersion.objects.latest("pk")
        path = f"rulebooks/{version.pk}/"
        first = date.fromisoformat(day)
        office.act("office_indicators", path, "consult", until=str(first + timedelta(7)))
        town.at(str(first + timedelta(9)))
        office.act("office_director", path, "submit")
        decision = office.decide(f"rulebook:{version.pk}", str(first + timedelta(9)))
        office.act("commission_secretary", path, "adopt", decision=decision)
        version.refresh_from_db()
        assert (version.state, version.change_kind) == ("adopted", kind)
        assert office.page.get_by_role("heading", name="与上一版本相比").count() == 1
        expect(office.page.locator("ul.changes")).to_contain_text("GROWTH")
    assert in_force("town", "2025") == version
    context.close()

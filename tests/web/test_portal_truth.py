"""What the portal says is of its year, of what is public, and of what a correction moved."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.web.conftest import People
from tests.web.test_portal import also, changed, released
from zhengheng.web.portal.contents import moves
from zhengheng.web.portal.site import page, write_site
from zhengheng.web.portal.snapshots import SINCE, STANDINGS, TARGETS, read_site
from zhengheng.workflow.machines import RECTIFICATION

pytestmark = pytest.mark.one_database

__all__ = ["released"]


def snapshot(source: Path, number: int) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((source / str(number) / "snapshot.json").read_text(encoding="utf-8"))  # fmt: skip
    return held


@pytest.fixture
def source(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "publications"))


def shown(source: Path, address: str) -> str:
    text = page(read_site(source), address)
    assert text is not None, address
    return " ".join(text.split())


def first(held: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The first unit, and its first indicator with a value."""
    unit = held["groups"][0]["units"][0]
    code = next(code for code, mark in held["marks"][unit["code"]].items() if mark.get("value"))
    return unit, code


def test_a_number_of_an_earlier_year_is_not_said_to_be_of_now(source: Path) -> None:
    """The newest result may be years old; its year stands beside every count."""
    held = snapshot(source, 1)
    unit, code = first(held)
    topics = [{"code": "homes", "name": {"zh": "住", "en": "Homes"}, "about": {"zh": "住房", "en": "homes"}, "indicators": [code]}]  # fmt: skip
    marks = held["marks"] | {unit["code"]: held["marks"][unit["code"]] | {code: held["marks"][unit["code"]][code] | {"status": "met"}}}  # fmt: skip
    changed(source / "1" / "snapshot.json", topics=topics, marks=marks)
    worse = {one: row | ({code: row[code] | {"status": "missed"}} if code in row else {}) for one, row in marks.items()}  # fmt: skip
    also(source, 2, period="2006", marks=worse, topics=topics)
    for prefix, words in (("", "现在"), ("en/", " now")):
        for address in ("index.html", "topics/homes.html"):
            text = shown(source, prefix + address)
            assert words not in text.lower(), address
            assert "2006" in text
            assert held["period"] in text


@pytest.mark.parametrize("older", [True, False])
def test_an_internal_indicator_is_withheld_and_said_to_be(source: Path, older: bool) -> None:
    """Also in what an earlier version wrote of it, which called it without a light."""
    held = snapshot(source, 1)
    unit, code = first(held)
    indicators = [one | {"public": one["public"] and one["code"] != code} for one in held["indicators"]]  # fmt: skip
    marks = {
        one: {
            name: {"status": "unlit" if older else "withheld", "full": mark["full"]}
            if name == code
            else mark
            for name, mark in row.items()
        }
        for one, row in held["marks"].items()
    }
    changed(source / "1" / "snapshot.json", indicators=indicators, marks=marks, shows="score")
    again = read_site(source).publications[0]
    line = next(one for group in again["groups"] for one in group["units"] if one["code"] == unit["code"])  # fmt: skip
    if older:
        assert line["counts"]["withheld"] == 1
    text = shown(source, f"p/1/indicators/{code}.html")
    assert "都不公开" in text
    assert "达标 0" not in text, "nobody is told that no unit met it"
    assert "无灯</span>" not in text
    assert "□ 不公开" in shown(source, f"p/1/units/{unit['code']}.html")
    english = shown(source, f"en/p/1/indicators/{code}.html")
    assert "withheld" in english
    assert "met 0" not in english


@pytest.mark.parametrize(
    ("method", "direction", "value", "said", "head"),
    [("ratio", "up", "77", "未到目标", "目标"), ("efficacy", "up", "77", "未到满意值", "满意值"), ("ratio", "down", "93", "未到目标", "目标"), ("ratio", "up", "90", "", "目标"), ("ratio", "interval", "77", "", "目标")],
)  # fmt: skip
def test_a_light_that_is_met_short_of_the_target_does_not_stand_alone(
    source: Path, method: str, direction: str, value: str, said: str, head: str
) -> None:
    held = snapshot(source, 1)
    unit, code = first(held)
    kept = next(one for one in held["indicators"] if one["code"] == code)
    about = kept | {"method": method, "direction": direction, "public": True}
    mark = held["marks"][unit["code"]][code] | {"status": "met", "value": value, "target": "90"}
    indicators = [about if one["code"] == code else one for one in held["indicators"]]
    marks = {each: {one: row | {"status": "watch"} for one, row in rows.items()} for each, rows in held["marks"].items()}  # fmt: skip
    marks[unit["code"]][code] = mark
    changed(source / "1" / "snapshot.json", indicators=indicators, marks=marks)
    for address in (f"p/1/indicators/{code}.html", f"p/1/units/{unit['code']}.html"):
        assert re.findall("未到(?:目标|满意值)", shown(source, address)) == [said] * bool(said), address  # fmt: skip
    assert re.search(rf'class="number"> {head}\b', shown(source, f"p/1/indicators/{code}.html"))


def test_a_correction_says_what_moved(source: Path) -> None:
    """Old and new of value and status; the unit's words from before are marked as such; words alone say so."""
    held = snapshot(source, 1)
    unit, code = first(held)
    accounts = [{"unit": unit["code"], "text": "全年完成 12 件", "reasons": [], "steps": []}]
    indicators = [one | {"measure_unit": {"zh": "元", "en": "yuan"}} for one in held["indicators"]]
    lines = [[group | {"units": [one | ({"score": score} if one["code"] == unit["code"] else {}) for one in group["units"]]} for group in held["groups"]] for score in ("1", "2")]  # fmt: skip
    changed(
        source / "1" / "snapshot.json", accounts=accounts, indicators=indicators, groups=lines[0]
    )
    old = held["marks"][unit["code"]][code]
    marks = held["marks"] | {unit["code"]: held["marks"][unit["code"]] | {code: old | {"value": "77.7", "status": "met"}}}  # fmt: skip
    also(source, 2, corrects=1, reason="数据更正", marks=marks, accounts=accounts, groups=lines[1])
    also(source, 3, corrects=2, reason="文字更正", marks=marks, accounts=accounts, groups=lines[1])
    for address in ("p/2/index.html", f"p/2/units/{unit['code']}.html", "corrections.html"):
        text = shown(source, address)
        assert f"{held['period']} 实绩 {old['value']} → 77.7 元" in text, address
        assert "得分 1 → 2 分" in text or address.startswith("p/2/units"), address
    page_ = shown(source, f"p/2/indicators/{code}.html")
    assert all(f"{head} (元)" in page_ for head in ("实绩", "目标"))
    assert "这段说明写于更正之前" in shown(source, f"p/2/units/{unit['code']}.html")
    assert "这段说明写于更正之前" not in shown(source, f"p/3/units/{unit['code']}.html")
    assert "更正的是文字" in shown(source, "p/3/index.html")
    assert "更正了什么" not in shown(source, "p/1/index.html")


def test_a_correction_tells_nothing_former_of_what_is_withheld_now(source: Path) -> None:
    """From grades to scores: no state of an internal indicator, and no number that was not shown before as if it had moved."""
    held = snapshot(source, 1)
    unit, code = first(held)
    inside = next(one["code"] for one in held["indicators"] if one["code"] != code)
    indicators = [one | {"public": one["public"] and one["code"] != inside} for one in held["indicators"]]  # fmt: skip
    own = held["marks"][unit["code"]]
    lit = own[code] | {"status": "watch"}
    before = {inside: {"status": "met", "full": "5"}, code: {name: text for name, text in lit.items() if name != "points"}}  # fmt: skip
    after = {inside: {"status": "withheld", "full": "5"}, code: lit | {"points": "3.21", "value": "77.7", "status": "met"}}  # fmt: skip
    changed(source / "1" / "snapshot.json", shows="grade", indicators=indicators, marks=held["marks"] | {unit["code"]: before})  # fmt: skip
    also(source, 2, shows="score", corrects=1, reason="改为公布得分", marks=held["marks"] | {unit["code"]: after})  # fmt: skip
    also(source, 3, shows="grade", corrects=2, reason="改回", marks=held["marks"] | {unit["code"]: before})  # fmt: skip
    for address in ("p/2/index.html", f"p/2/units/{unit['code']}.html", "corrections.html"):
        text = shown(source, address)
        assert f"实绩 {lit['value']} → 77.7" in text, address
        assert "▲ 关注 → ● 达标" in text, address
        assert "→ □ 不公开" not in text, address
        assert "□ 不公开 →" not in text, address
        assert "— → 3.21" not in text, address
        assert "只比较两次都公开的内容" in text, address


@pytest.mark.parametrize("shows", ["score", "grade"])
def test_what_a_correction_makes_internal_is_not_printed_once_more(
    source: Path, shows: str
) -> None:
    """In the same form of display: neither its value, nor beside scores its state, stands in the table of what moved."""
    held = snapshot(source, 1)
    unit, code = first(held)
    own = held["marks"][unit["code"]]
    status = "withheld" if shows == "score" else own[code]["status"]
    marks = held["marks"] | {unit["code"]: own | {code: {"status": status, "full": own[code]["full"]}}}  # fmt: skip
    indicators = [one | {"public": one["public"] and one["code"] != code} for one in held["indicators"]]  # fmt: skip
    changed(source / "1" / "snapshot.json", shows=shows)
    also(source, 2, corrects=1, reason="涉及内部信息", marks=marks, indicators=indicators)
    text = shown(source, "corrections.html")
    assert f"{own[code]['value']} →" not in text
    assert "→ □ 不公开" not in text


def test_a_total_that_is_kept_back_is_not_shown_as_missing(source: Path) -> None:
    """It was computed; publishing it would give an internal value away, and the page says that."""
    held = snapshot(source, 1)
    unit, _ = first(held)
    bare = {name: value for name, value in unit.items() if name not in {"score", "place", "tied"}}
    scored = {"status": "value", "score": "81.50", "place": 1, "tied": False, "members": 3}
    groups = [group | {"units": [bare | {"status": "value"} if one["code"] == unit["code"] else one | scored for one in group["units"]]} for group in held["groups"]]  # fmt: skip
    changed(source / "1" / "snapshot.json", groups=groups, shows="score")
    listed, own = (shown(source, f"p/1/{address}.html") for address in ("index", f"units/{unit['code']}"))  # fmt: skip
    reason = "由它可以推算出不公开指标的数值"
    assert listed.count("□ 不公开</span>") == 2, "total and place"
    assert reason in listed
    assert reason in own
    changed(source / "1" / "snapshot.json", groups=[group | {"units": [one | scored for one in group["units"]]} for group in groups])  # fmt: skip
    assert reason not in shown(source, "p/1/index.html")


def test_the_largest_rise_by_the_share_of_units_leads_however_few_they_are() -> None:
    """One unit of one is a larger rise than three more of 38; what is compared is what the page says."""

    def published(**met: tuple[int, int]) -> dict[str, Any]:
        units = range(max(of for _, of in met.values()))
        marks = {str(unit): {code: {"status": "met" if unit < n else "watch"} for code, (n, of) in met.items() if unit < of} for unit in units}  # fmt: skip
        return {"indicators": [{"code": code} for code in met], "marks": marks}

    now, then = published(FEW=(1, 1), MANY=(19, 38), LESS=(1, 4)), published(FEW=(0, 1), MANY=(16, 38), LESS=(2, 4))  # fmt: skip
    (found,) = moves(SimpleNamespace(newest=[now], before=lambda _: then))  # type: ignore[arg-type]
    assert [row[1]["code"] for row in found["better"]] == ["FEW", "MANY"]
    assert [row[1]["code"] for row in found["worse"]] == ["LESS"]


@pytest.mark.parametrize("status", ["not_applicable", "not_due", "filled", "undefined"])
def test_the_counts_of_a_result_hold_every_state(source: Path, status: str) -> None:
    """Each result stands in one of the lamps, on the first page, in the topic and at the unit: they add up."""
    held = snapshot(source, 1)
    unit, code = first(held)
    topics = [{"code": "homes", "name": {"zh": "住", "en": "Homes"}, "about": {"zh": "住房", "en": "homes"}, "indicators": [code]}]  # fmt: skip
    marks = {u: {c: mark | {"status": "met"} for c, mark in row.items()} for u, row in held["marks"].items()}  # fmt: skip
    marks[unit["code"]][code] = {"status": status, "full": "5"}
    groups = [group | {"units": [one | {"counts": dict(Counter(mark["status"] for mark in marks[one["code"]].values()))} for one in group["units"]]} for group in held["groups"]]  # fmt: skip
    changed(source / "1" / "snapshot.json", marks=marks, groups=groups, topics=topics)
    for address, results in (("topics/homes.html", [row[code] for row in marks.values() if code in row]), ("index.html", [mark for row in marks.values() for mark in row.values()])):  # fmt: skip
        text = shown(source, address)
        heading = "最近的结果" if address == "index.html" else "<h1>"
        lamps = text.partition(heading)[2].partition('<span class="lamps">')[2].partition("项次")[0]
        assert sum(map(int, re.findall(r"[●▲■–▨◇○⊘□◍] (\d+)", lamps))) == len(results), address


def test_a_total_kept_back_under_other_rules_is_not_shown_as_missing(source: Path) -> None:
    """What was published, and what the newest rules would have given: both were computed, neither is a gap in the data."""
    held = read_site(source)
    one = snapshot(source, 1)
    today = held.restated(next(found for found in held.publications if found["number"] == 1))[0]

    def bare(snapshot: dict[str, Any]) -> dict[str, Any]:
        groups = [group | {"units": [{name: value for name, value in unit.items() if name not in {"score", "place", "tied"}} | {"status": "value"} for unit in group["units"]]} for group in snapshot["groups"]]  # fmt: skip
        return {"groups": groups, "shows": "score"}

    changed(source / "1" / "snapshot.json", **bare(one))
    today.parent.mkdir(parents=True, exist_ok=True)
    today.write_text(json.dumps(one | bare(one), ensure_ascii=False), encoding="utf-8")
    units = sum(len(group["units"]) for group in one["groups"])
    for address, words, reason in ((f"p/{one['number']}/today.html", "□ 不公开</span>", "由它可以推算出不公开指标的数值"), (f"en/p/{one['number']}/today.html", "□ withheld</span>", "could be worked out from it")):  # fmt: skip
        text = shown(source, address)
        assert text.partition("<tbody>")[2].count(words) == 2 * units + 1, "and once in the key"
        assert reason in text
        assert "▨ 没有总分" not in text
        assert "▨ no total" not in text
    assert re.search(r"version \S+, for comparison only;", text)


def test_what_is_put_right_is_quoted_with_its_label(source: Path) -> None:
    """On the page of an indicator as on that of a unit."""
    held = snapshot(source, 1)
    unit, code = first(held)
    plan = {"unit": unit["code"], "indicators": [code], "state": {"zh": "整改中", "en": "under way"}, "measures": "流程再造", "finish_on": ""}  # fmt: skip
    changed(source / "1" / "snapshot.json", plans=[plan])
    assert "· 措施：流程再造" in shown(source, f"p/1/indicators/{code}.html")
    assert 'Measures: <span lang="zh">“流程再造”</span>' in shown(source, f"en/p/1/indicators/{code}.html")  # fmt: skip


def test_totals_under_other_rules_that_nobody_held_against_the_published_ones_are_not_shown(source: Path) -> None:  # fmt: skip
    """Earlier releases wrote them without asking what could be worked out: where something is internal, none is shown."""
    one = snapshot(source, 1)
    indicators = [one["indicators"][0] | {"public": False}, *one["indicators"][1:]]
    changed(source / "1" / "snapshot.json", indicators=indicators)
    before = source / "1" / "restated" / "before.json"
    before.parent.mkdir(exist_ok=True)
    groups = [group | {"units": [unit | {"status": "value", "score": "47.11"} for unit in group["units"]]} for group in one["groups"]]  # fmt: skip
    for said, shown_too in (({}, False), ({"held_against": "another"}, False), ({"held_against": one["run"]}, True)):  # fmt: skip
        held = {"version": "1", "shows": "score", "reason": "x", "groups": groups} | said
        before.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
        text = shown(source, "p/1/before.html")
        assert ("47.11" in text) == shown_too, said
        assert ("两个总分相比就可以推算出不公开指标的数值" in text) != shown_too, said


def test_what_was_put_right_is_not_said_to_be_under_way(source: Path) -> None:
    held = snapshot(source, 1)
    unit, code = first(held)
    topics = [{"code": "homes", "name": {"zh": "住", "en": "Homes"}, "about": {"zh": "住房", "en": "homes"}, "indicators": [code]}]  # fmt: skip
    plans = [
        {"unit": unit["code"], "indicators": [code], "state": dict(zip(("zh", "en"), RECTIFICATION.names[state], strict=True)), "measures": "逐项核查", "finish_on": ""}
        for state in ("closed", "answered", "closed")
    ]  # fmt: skip
    changed(source / "1" / "snapshot.json", topics=topics, plans=plans)
    assert "1 件整改尚未销号" in shown(source, "topics/homes.html")
    held_up = f"units/{unit['code']}.html"
    assert "措施：逐项核查" in shown(source, f"p/1/{held_up}")
    assert re.search("Measures: (<[^>]*>)?“逐项核查”", shown(source, f"en/p/1/{held_up}"))
    assert '<a href="plans.html">公开的整改事项 3 件</a>，其中尚未销号 1 件。' in shown(
        source, "index.html"
    )
    listed(source, unit, 3)
    # A case of an heir stands at each unit that was scored, and is one.
    changed(source / "1" / "snapshot.json", plans=[plan | {"case": number} for plan, number in zip([*plans, plans[1]], (1, 2, 3, 2), strict=True)])  # fmt: skip
    assert "1 件整改尚未销号" in shown(source, "topics/homes.html")
    assert '<a href="plans.html">公开的整改事项 3 件</a>，其中尚未销号 1 件。' in shown(
        source, "index.html"
    )
    listed(source, unit, 3)


def listed(source: Path, unit: dict[str, Any], cases: int) -> None:
    """A count leads to a list of just so many, in both languages; a topic's to those of its own that are not closed."""
    for language, words in (("", "其中尚未销号 1 件"), ("en/", "of these not closed: 1.")):
        page = shown(source, f"{language}plans.html")
        assert words in page
        names = re.compile(rf'p/1/units/{unit["code"]}\.html"\s*>[^<]+</a>')
        rows = re.findall(
            "<li>(.*?)</li>", page.partition("<h1>")[2].partition("</main>")[0], re.DOTALL
        )
        assert len(rows) == cases
        assert all(names.search(row) and "逐项核查" in row for row in rows)
        topic = shown(source, f"{language}topics/homes.html")
        assert 'href="#plans"' in topic
        own = topic.partition('id="plans"')[2].partition("</ul>")[0]
        assert len(re.findall("<li>", own)) == 1


def test_a_unit_without_a_total_says_what_is_missing(source: Path) -> None:
    held = snapshot(source, 1)
    unit, code = first(held)
    name = next(one["name"]["zh"] for one in held["indicators"] if one["code"] == code)
    marks = held["marks"] | {unit["code"]: held["marks"][unit["code"]] | {code: {"status": "missing", "full": "5"}}}  # fmt: skip
    groups = [group | {"units": [one | ({"status": "missing"} if one["code"] == unit["code"] else {}) for one in group["units"]]} for group in held["groups"]]  # fmt: skip
    changed(source / "1" / "snapshot.json", marks=marks, groups=groups)
    text = shown(source, f"p/1/units/{unit['code']}.html")
    assert f"▨ 没有总分（缺数据）</span>，因为： {name}" in text
    # What is not due yet stops nothing, and is not named as a cause beside what does.
    marks[unit["code"]] = {one: mark if one == code else mark | {"status": "not_due"} for one, mark in marks[unit["code"]].items()}  # fmt: skip
    changed(source / "1" / "snapshot.json", marks=marks)
    said = re.sub(r"<[^>]+>", "", shown(source, f"p/1/units/{unit['code']}.html"))
    assert re.search(rf"因为： {re.escape(name)}\s+\S+ 缺数据\s*;", said)


def test_the_portal_has_its_own_page_for_what_it_does_not_have(
    source: Path, people: People
) -> None:
    root = Path(settings.HOME) / "portal"
    shutil.rmtree(root, ignore_errors=True)
    write_site(read_site(source), root, {})
    try:
        client = Client()
        for address, words in {
            "/nosuch.html": "没有这个页面", "/p/9/nosuch.html": "没有这个页面", "/en/p/7/nosuch.html": "There is no such page"
        }.items():  # fmt: skip
            answer = client.get(address)
            text = answer.content.decode()
            assert answer.status_code == 404
            assert words in text
            assert "/office/" not in text
            assert not re.search(r'(?:href|src)="(?!/|#|data:)', text), (
                "its links hold at any depth"
            )
        assert client.get("/index.html")["Content-Type"] == "text/html; charset=utf-8"
        assert client.get("/data/1/values.csv")["Content-Type"] == "text/csv; charset=utf-8"
    finally:
        shutil.rmtree(root)


def stands(source: Path, standing: str, since: dict[str, Any]) -> None:
    """Where the first publication's result stands today, as the office writes it beside the publications."""
    (source / STANDINGS).write_text(json.dumps({"1": standing}), encoding="utf-8")
    (source / SINCE).write_text(json.dumps({"1": since}), encoding="utf-8")


@pytest.mark.parametrize(("standing", "over"), [("notice", False), ("notice", True), ("final", False)])  # fmt: skip
def test_a_replaced_result_says_so_wherever_it_is_named_and_keeps_its_promise(source: Path, standing: str, over: bool) -> None:  # fmt: skip
    """Home, topic, comparison and calendar too; the value that an appeal put right stands with the new version's day."""
    held = snapshot(source, 1)
    unit, code = first(held)
    topics = [{"code": "homes", "name": {"zh": "住", "en": "Homes"}, "about": {"zh": "住房", "en": "homes"}, "indicators": [code]}]  # fmt: skip
    other = next(one["code"] for group in held["groups"] for one in group["units"] if one["code"] != unit["code"])  # fmt: skip
    redecided = [{"unit": unit["code"], "indicator": code, "name": unit["name"], "about": {"zh": code, "en": code}, "before": {"zh": "970 个", "en": "970 homes"}, "after": {"zh": "980.25 个", "en": "980.25 homes"}, "fate": {"zh": "已计入新版", "en": "it is in the newer version"}}]  # fmt: skip
    newer = {"standing": standing, "until": "2031-03-20", "over": over}
    changed(source / "1" / "snapshot.json", topics=topics)
    stands(source, "replaced", {"until": "2031-03-12", "newer": newer, "redecided": redecided})
    told = ["index.html", "topics/homes.html", "calendar.html", "p/1/index.html", f"p/1/units/{unit['code']}.html", f"p/1/indicators/{code}.html"]  # fmt: skip
    for prefix, words in (("", "不再有效"), ("en/", "no longer")):
        for address in told:
            text = shown(source, prefix + address)
            assert words in text, address
            assert ("2031-03-20" in text) == (standing == "notice"), address
            assert ("期满，尚未终定" in text or "it is not final yet" in text) == over, address
            assert ("公示期至" in text or "public notice until" in text) == (standing == "notice" and not over), address  # fmt: skip
        for address in ("index.html", *told[3:]):
            after = (
                "the value, computed again, is 980.25 homes" if prefix else "改算后数值为 980.25 个"
            )
            assert after in " ".join(
                re.sub("<[^>]+>", "", shown(source, prefix + address)).split()
            ), address
        assert "980.25" not in shown(source, f"{prefix}p/1/units/{other}.html")
    assert "待公示" not in shown(source, "p/1/index.html")


def test_an_appeal_is_told_on_the_release_that_was_corrected_and_on_its_correction(source: Path) -> None:  # fmt: skip
    """What it was, what it became, and which version counts it; on other units' pages nothing."""
    held = snapshot(source, 1)
    unit, code = first(held)
    other = next(one["code"] for group in held["groups"] for one in group["units"] if one["code"] != unit["code"])  # fmt: skip
    also(source, 2, corrects=1, reason="申诉决定更正")
    appeal = {"unit": unit["code"], "indicator": code, "name": unit["name"], "about": {"zh": code, "en": code}, "before": {"zh": "970 个", "en": "970 homes"}, "after": {"zh": "980.25 个", "en": "980.25 homes"}}  # fmt: skip
    newer = appeal | {"fate": {"zh": "已计入新版", "en": "it is in the newer version"}}
    here = appeal | {"fate": {"zh": "已计入本结果", "en": "this result counts it"}}
    (source / STANDINGS).write_text(json.dumps({"1": "replaced", "2": "final"}), encoding="utf-8")
    (source / SINCE).write_text(json.dumps({"1": {"redecided": [newer], "counted": []}, "2": {"redecided": [], "counted": [here]}}), encoding="utf-8")  # fmt: skip

    def read(address: str) -> str:
        return " ".join(re.sub("<[^>]+>", "", shown(source, address)).split())

    for page_of in ("index", f"units/{unit['code']}", f"indicators/{code}"):
        assert "改算后数值为 980.25 个（这里发布的是 970 个），已计入新版。" in read(f"p/1/{page_of}.html")  # fmt: skip
        assert "数值由 970 个 改为 980.25 个，已计入本结果。" in read(f"p/2/{page_of}.html")
        assert "put right from 970 homes to 980.25 homes; this result counts it." in read(f"en/p/2/{page_of}.html")  # fmt: skip
    for number in (1, 2):
        assert "980.25" not in read(f"p/{number}/units/{other}.html")


def test_a_notice_is_told_by_its_last_day_and_no_word_of_it_grows_old(source: Path) -> None:
    stands(source, "notice", {"until": "2031-03-12", "redecided": []})
    for address in ("index.html", "p/1/index.html"):
        text = shown(source, address)
        assert "公示期至 2031-03-12，期满后才能终定" in text, address
        assert "公示中" not in text, address
    stands(source, "notice", {"until": "2031-03-12", "over": True, "redecided": []})
    for address, said in (("index.html", "公示已于 2031-03-12 期满，尚未终定"), ("en/p/1/index.html", "The notice ended on 2031-03-12; the result is not final yet")):  # fmt: skip
        assert said in shown(source, address)
        assert "公示期内单位可以申诉" not in shown(source, address)


def test_a_score_that_is_withheld_or_was_not_published_is_no_gap_among_the_years(source: Path) -> None:  # fmt: skip
    """Of the years before: one kept back beside scores, and one that was published by grade alone."""
    held = snapshot(source, 1)
    unit, _ = first(held)
    bare = [group | {"units": [{name: one[name] for name in one if name not in {"score", "place"}} | {"status": "value"} for one in group["units"]]} for group in held["groups"]]  # fmt: skip
    scored = [group | {"units": [one | {"score": "88.00", "status": "value"} for one in group["units"]]} for group in bare]  # fmt: skip
    changed(source / "1" / "snapshot.json", shows="score", period="2030", groups=scored)
    also(source, 2, shows="score", period="2029", groups=bare)
    also(source, 3, shows="grade", period="2028", groups=bare)
    text = shown(source, f"p/1/units/{unit['code']}.html")
    years = text[text.index("历年") :]
    assert "□ 不公开" in years
    assert "当期未公布得分" in years


def test_an_indicator_without_lights_is_counted_as_one_and_a_total_that_is_none_says_why(
    source: Path,
) -> None:
    """Nobody reads three zeros, nor a dash."""
    held = snapshot(source, 1)
    unit, code = first(held)
    marks = {one: row | ({code: row[code] | {"status": "unlit"}} if code in row else {}) for one, row in held["marks"].items()}  # fmt: skip
    topics = [{"code": "homes", "name": {"zh": "住", "en": "Homes"}, "about": {"zh": "住房", "en": "homes"}, "indicators": [code]}]  # fmt: skip
    groups = [
        group | {"units": [{name: one[name] for name in one if name not in {"score", "place"}} | {"status": "missing"} if one["code"] == unit["code"] else one for one in group["units"]]}
        for group in held["groups"]
    ]  # fmt: skip
    changed(
        source / "1" / "snapshot.json", marks=marks, topics=topics, groups=groups, shows="score"
    )
    count = sum(code in row for row in marks.values())
    assert f"– 无灯 {count}</span>" in shown(source, "topics/homes.html")
    assert f"– no light {count}</span>" in shown(source, "en/topics/homes.html")
    assert "● 0" not in shown(source, "topics/homes.html")
    assert "– 无灯：这项指标不计分" in shown(source, f"p/1/indicators/{code}.html")
    assert "▨ 没有总分（缺数据）" in shown(source, "p/1/index.html")


def test_a_target_that_was_changed_within_the_year_is_told_where_the_value_is_held_against_it(
    source: Path,
) -> None:
    """Publications of earlier releases say nothing of it, and are read all the same."""
    held = snapshot(source, 1)
    unit, code = first(held)
    assert "目标年内由" not in shown(source, f"p/1/indicators/{code}.html")
    retargeted = [{"unit": unit["code"], "indicator": code, "from": "160", "to": "118", "ground": {"zh": "重大自然灾害", "en": "natural disaster"}}]  # fmt: skip
    changed(source / "1" / "snapshot.json", retargeted=retargeted)
    assert f"{unit['name']['zh']}：目标年内由 160 调整为 118，依据：重大自然灾害。得分按调整后的目标计算。" in shown(source, f"p/1/indicators/{code}.html")  # fmt: skip
    assert "on the ground of: natural disaster" in shown(source, f"en/p/1/indicators/{code}.html")


def test_no_cell_is_a_dash_without_why_nor_a_number_without_its_unit(source: Path) -> None:
    """A unit of measure that is none, a grade that is none, and targets that are not signed."""
    held = snapshot(source, 1)
    unit, code = first(held)
    indicators = [one | {"measure_unit": {"zh": "–", "en": "–"}} if one["code"] == code else one for one in held["indicators"]]  # fmt: skip
    groups = [group | {"units": [{name: one[name] for name in one if name != "grade"} | {"status": "missing" if one["code"] == unit["code"] else "value"} for one in group["units"]]} for group in held["groups"]]  # fmt: skip
    changed(source / "1" / "snapshot.json", indicators=indicators, groups=groups)
    for prefix, without, missing, ungraded in (
        ("", "没有等次：", "没有总分（缺数据）", "未定等次"),
        ("en/", "no grade:", "no total (data missing)", "not graded"),
    ):
        text = shown(source, f"{prefix}p/1/index.html")
        assert missing in text
        assert without in text, "a column of grades says that one is not there, and then why"
        assert ungraded in text
        assert "–)" not in shown(source, f"{prefix}p/1/indicators/{code}.html")
    line = {"code": "A", "name": {"zh": "甲", "en": "A"}, "measure_unit": {"zh": "个", "en": "number"}, "baseline": "", "draft": "2", "agreed": ""}  # fmt: skip
    units = [{"code": one, "name": {"zh": one, "en": one}, "agreed_on": day, "lines": [line | {"agreed": agreed}]} for one, day, agreed in (("U1", "2026-01-05", "3"), ("U2", "", ""))]  # fmt: skip
    draft = {"number": 3, "title": {"zh": "方案", "en": "Rulebook"}, "period": "2026", "open": False, "decided": False, "until": "2026-01-01", "units": units, "signed": 1}  # fmt: skip
    (source / TARGETS).write_text(json.dumps([draft]), encoding="utf-8")
    assert shown(source, "targets/3.html").count("尚未签订") == 1
    assert "甲</td>" in shown(source, "targets/3.html")
    assert "A 甲" not in shown(source, "targets/3.html"), (
        "the public knows an indicator by its name"
    )
    for prefix, told in (
        ("", "已签订目标的单位：1 / 2。"),
        ("en/", "Units that have signed: 1 / 2."),
    ):
        assert told in re.sub(r"</?strong\s*>", "", shown(source, f"{prefix}targets/3.html"))
    assert shown(source, "en/targets/3.html").count("not signed yet") == 1
    assert "units that have signed: 1 / 2" in shown(source, "en/index.html")
    assert "正在研究意见" not in shown(source, "index.html")

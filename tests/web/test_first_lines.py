"""What stands at the top of an object's page, and how its numbers are written: the frame's clock, the outcome, the columns that hold something."""

import json
import re
from collections import Counter
from datetime import date, datetime
from functools import partial

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.html import conditional_escape
from django.utils.translation import override

from tests.conftest import ROOT
from tests.test_overview import reorganised
from tests.web import walks
from tests.web.conftest import NOW, People
from tests.web.test_acts import Objects
from zhengheng.domain.problems import Problem
from zhengheng.engines.curve import Point
from zhengheng.engines.heat import Column, Mark
from zhengheng.engines.scoreboard import scoreboard
from zhengheng.scheme.procedure import USUAL
from zhengheng.web.acts import threads
from zhengheng.web.acts.forms import Input, by_field
from zhengheng.web.acts.picking import Asked, picks
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.comments.models import Comment
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.organisation.models import Unit
from zhengheng.web.overview.charts import history, scoring
from zhengheng.web.overview.city import Aim
from zhengheng.web.overview.selectors import stopped
from zhengheng.web.pages.tags import marked, measured, minus, placed, quoted, show
from zhengheng.web.publication.models import Publication
from zhengheng.web.reporting.models import Item, Tolerance
from zhengheng.web.reporting.tolerance import TOLERANCES
from zhengheng.web.results.barred import in_the_way
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import Question
from zhengheng.web.rulebooks.selectors import STARTS
from zhengheng.web.targets.models import TargetLine
from zhengheng.workflow.roles import Role

pytestmark = pytest.mark.one_database

ANSWER = re.compile(r'<p class="answer">(.*?)</p>', re.DOTALL)


def test_no_page_of_an_object_hides_what_its_frame_says(people: People) -> None:
    """A page's own variable of the frame's name would take the clock's moment, or a signature's stamp, away."""
    objects = Objects(people, "D10")
    seen = set()
    for kind in KINDS:
        for role in Role:
            if kind.name not in objects.held or kind.name in seen:
                continue
            answer = people.client(role.value).get(kind.address(objects.held[kind.name]))
            if answer.status_code != 200 or answer.context is None:
                continue
            seen.add(kind.name)
            assert walks.CLOCK.search(answer.content.decode()), kind.name
            assert isinstance(answer.context["now"], datetime), kind.name
            assert isinstance(answer.context["opened"], partial | str), kind.name
    assert seen >= {
        "appeal",
        "publication",
        "target",
        "report",
        "audit",
        "rectification",
        "decision",
    }


@pytest.mark.parametrize("spoken", [0, 1])
def test_the_first_line_of_an_object_says_how_it_came_out(people: People, spoken: int) -> None:
    objects = Objects(people, "D10")
    seen = set()
    for kind in KINDS:
        obj = objects.held.get(kind.name)
        if kind.outcome is None or obj is None or (said := kind.outcome(obj)) is None:
            continue
        assert all(said), kind.name
        for role in Role:
            client = people.client(role.value)
            client.cookies["language"] = ("zh-hans", "en")[spoken]
            page = client.get(kind.address(obj)).content.decode()
            if (line := ANSWER.search(page)) and 'class="state"' in line[1]:
                told = " ".join(walks.texts(line[1]))
                wanted = show((said[0], said[1])) if not spoken else minus(said[1])
                assert wanted in told, (kind.name, told)
                seen.add(kind.name)
                break
    assert seen >= {"target", "item", "decision", "rectification", "publication", "comment"}


@pytest.mark.parametrize(
    ("kind", "fields", "who"),
    [
        ("publication", {"state": "prepared", "embargo": date(2026, 3, 27)}, "secrecy_reviewer"),
        ("handover", {"state": "taken", "day": date(2026, 3, 27)}, "secrecy_officer"),
        ("appeal", {"state": "hearing", "due_on": None, "hearing_on": date(2026, 3, 27), "hearing_place": "三楼"}, "appeals_clerk"),
        ("reorganisation", {"state": "approved", "day": date(2026, 3, 27)}, "office_procedure"),
        ("decision", {"state": "recorded", "held_on": date(2026, 3, 27)}, "commission_member"),
    ],
)  # fmt: skip
def test_a_first_line_says_a_day_that_is_known_once(
    people: People, kind: str, fields: dict[str, object], who: str
) -> None:
    """The outcome says it, and the known day after it would say it again; a day to come is none that is past."""
    obj = Objects(people, "D10").held[kind]
    type(obj).objects.filter(pk=obj.pk).update(**fields)
    client = people.client(who)
    for tongue in ("zh-hans", "en"):
        client.cookies["language"] = tongue
        page = client.get(next(one for one in KINDS if one.name == kind).address(obj))
        line = ANSWER.search(page.content.decode())
        assert line is not None, page.status_code
        told = " ".join(walks.texts(line[1]))
        assert told.count("2026-03-27") == 1, told
        assert not re.search(r"(?:heard|(?<!be )handed over|in force) (?:on|from)", told), told


def test_what_was_written_stands_under_its_label_and_not_under_the_forms_hint(
    people: People,
) -> None:
    """Who reads the record fills in nothing; what a number is measured in stays."""
    kind = next(one for one in KINDS if one.name == "rectification")
    held = Objects(people, "D10").held
    entry = LedgerEntry(act="rectification.answer", content=json.dumps({"cost": "12 万元"}))
    assert threads.said(kind, held["rectification"], entry) == [(("费用", "Cost"), "12 万元")]
    item = next(one for one in KINDS if one.name == "item")
    claimed = LedgerEntry(act="item.claim", content=json.dumps({"points": "2"}))
    assert [words for words, _ in threads.said(item, held["item"], claimed)] == [("申报分值（分）", "Claimed points")]  # fmt: skip


def test_what_is_in_the_way_of_a_result_is_no_count(people: People) -> None:
    """“Appeals 1” would be how many there are."""
    objects = Objects(people, "D10")
    objects.put("appeal", "accepted")
    ways = [one.en for one in in_the_way(objects.result, NOW.date()) if one.code == "appeal.open"]
    assert len(ways) == 1
    assert ways[0].startswith(f"Appeals, no. {objects.held['appeal'].pk}, “")


def test_an_appeal_tells_its_outcome_or_its_hearing(people: People) -> None:
    appeal = Objects(people, "D10").held["appeal"]
    kind = next(one for one in KINDS if one.name == "appeal")
    assert kind.outcome is not None

    def first(**fields: object) -> tuple[str, str]:
        for name, value in fields.items():
            setattr(appeal, name, value)
        said = kind.outcome(appeal) if kind.outcome else None
        return kind.state_of(appeal)[0], said[0] if said else ""

    appeal.state = "draft"
    assert first(filed_on=None, decided_on=None, hearing_on=None) == ("草稿", "")
    assert first(state="returned", filed_on=date(2026, 3, 6)) == (
        "退回补正",
        "2026-03-06 首次提交，可以重新提交至 2026-03-12",
    )
    heard = first(
        state="hearing",
        hearing_on=date(2026, 3, 18),
        hearing_place="09:30 市政务中心 3 号会议室",
        minutes_on=None,
    )
    assert kind.outcome(appeal)[1] == "hearing on 2026-03-18, “09:30 市政务中心 3 号会议室”"
    assert heard[1] == "听证于 2026-03-18 09:30 市政务中心 3 号会议室 举行"
    moved = {
        "value": "980",
        "units": [],
        "zh": {
            "units": [],
            "rows": [],
            "before": {"value": "960", "total": "91.46"},
            "after": {"value": "980", "total": "92.06"},
        },
    }
    upheld = first(state="applied", outcome="uphold", decided_on=date(2026, 3, 10), effect=moved)[1]
    assert upheld.startswith("2026-03-10 决定支持，指标数值 960 → 980")
    assert upheld.endswith("总分 91.46 → 92.06")
    assert first(state="closed", outcome="reject")[1] == "2026-03-10 决定驳回"


@pytest.mark.parametrize(
    ("text", "written"),
    [("-4.9", "−4.9"), ("(-4.9 − -10) / (10 − -10)", "(−4.9 − −10) / (10 − −10)"), ("2025-01-31", "2025-01-31"), ("-99 起", "−99 起"), ("对照表中-99 至不足 1", "对照表中−99 至不足 1"), ("考核方案-2025", "考核方案-2025"),
     ("2025-Q1", "2025-Q1"), ("D10-1-1", "D10-1-1"), ("a-5", "a-5"), ("0.5", "0.5"), ("COVID-19", "COVID-19"), ("−3", "−3")],
)  # fmt: skip
def test_a_number_below_zero_has_one_sign_on_all_pages(text: str, written: str) -> None:
    assert minus(text) == written
    assert show(text) == written
    assert show((text, "")) == written


@pytest.mark.parametrize(("target", "level", "names"), [("30.0", "30", ["met from"]), ("30", "27.5", ["target", "met from"]), ("", "27.5", ["met from"]), ("30", "", ["target"])])  # fmt: skip
def test_two_lines_at_one_number_are_drawn_once(target: str, level: str, names: list[str]) -> None:
    mark = Mark("U", "A", "met", "4.83", "5", "31.0", target)
    chart = scoring([Point("26", "5"), Point("36", "4")], mark, "µg", level)
    assert chart is not None
    said = {"达标线": "met from", "目标": "target"}
    assert [said.get(name, name) for name, _ in chart[0]["marks"]] == names
    with override("en"):
        told = scoring([Point("26", "5")], mark, "µg", level)
    assert told is not None
    assert told[1].endswith("the dot is this unit: 31.0 µg earns 4.83 points")


@pytest.mark.parametrize(
    ("values", "zh", "en"),
    [({"2024": "-3", "2025": "480"}, "A：2024 年 −3 个，2025 年 480 个", "A: −3 places in 2024, 480 places in 2025"), ({"2025-Q2": "480"}, "A：2025-Q2 480 个", "A: 480 places in 2025-Q2")],
)  # fmt: skip
def test_a_charts_sentence_tells_each_period_once(values: dict[str, str], zh: str, en: str) -> None:
    """A quarter is no year, and one point is not a first and a last."""
    years = [{"result": ResultRun(period=period), "mark": Mark("U", "A", "met", value=value), "place": None, "level": "", "ended": "", "before": ("", "")} for period, value in values.items()]  # fmt: skip
    for language, unit, said in (("zh-hans", "个", zh), ("en", "places", en)):
        column = Column("A", "A", "D", unit, "up")
        with override(language):
            chart = history(column, years)
            assert chart is not None
            assert chart[1] == said


def test_nothing_is_drawn_of_what_has_no_value_in_any_period() -> None:
    years = [{"result": ResultRun(period=period), "mark": Mark("U", "A", "not_due"), "place": None, "level": "", "ended": "", "before": ("", "")} for period in ("2025", "2026")]  # fmt: skip
    assert history(Column("A", "A", "D", "%", "up"), years) is None


def test_a_charts_sentence_says_up_to_which_day_a_units_value_is() -> None:
    years = [{"result": ResultRun(period=period), "mark": Mark("U", "A", "met", value=value), "place": None, "level": "", "ended": ended, "before": ("", "")} for period, value, ended in (("2024", "86", ""), ("2025", "91.3", "2025-03-31"))]  # fmt: skip
    column = Column("A", "A", "D", "%", "up")
    for language, said in (("zh-hans", "A：2024 年 86 %，2025 年（至 2025-03-31）91.3 %"), ("en", "A: 86 % in 2024, 91.3 % in 2025 (to 2025-03-31)")):  # fmt: skip
        with override(language):
            chart = history(column, years)
            assert chart is not None
            assert chart[1] == said


def test_an_ended_units_value_says_of_which_days_it_is_and_that_it_has_no_place() -> None:
    run = reorganised("2024", "rename", "H1")
    lines = {line.unit: line for group in scoreboard(run, "zh").groups for line in group.lines}
    assert stopped(run, lines["O"], "zh").startswith("本单位存续至 2024-03-31：2024 的数值只含 2024-01-01 至 2024-03-31，不参加组内排名")  # fmt: skip
    assert "2024-01-01 to 2024-03-31 only and has no place" in stopped(run, lines["O"], "en")
    assert stopped(run, lines["U1"], "zh") == ""


def test_a_charts_sentence_says_that_it_is_of_the_year_before() -> None:
    """The value that counts for 2025 is that of 2024: without the word the table beside it would say otherwise."""
    years = [{"result": ResultRun(period=period), "mark": Mark("U", "A", "met", value=value), "place": None, "level": "", "ended": "", "before": (f"计上年值（{int(period) - 1} 年的实绩）", f"that of {int(period) - 1}")} for period, value in (("2024", "0.86"), ("2025", "0.81"))]  # fmt: skip
    column = Column("A", "研发", "D", "%", "up")
    for language, said, name in (
        ("zh-hans", "研发：2024 年计上年值（2023 年的实绩） 0.86 %，2025 年计上年值（2024 年的实绩） 0.81 %", "计上年值"),
        ("en", "研发: 0.86 % in 2024 (that of 2023), 0.81 % in 2025 (that of 2024)", "of the year before"),
    ):  # fmt: skip
        with override(language):
            spec, sentence = history(column, years)
            assert (sentence, spec["names"][0]) == (said, name)


def test_nothing_has_no_unit_of_measure() -> None:
    assert [measured(value, "%") for value in ("", None, "-4.9")] == ["—", "—", "−4.9 %"]


@pytest.mark.parametrize("name", sorted(USUAL))
def test_every_usual_clock_says_in_english_from_when_it_runs(name: str) -> None:
    assert not re.search("[一-鿿]", STARTS[USUAL[name].clock.starts][1])


def test_columns_that_hold_nothing_are_left_out(people: People) -> None:
    sheet = Objects(people, "D10").held["target"]
    client = people.client("unit_leader")

    def heads() -> list[str]:
        page = client.get(f"/office/targets/{sheet.pk}/").content.decode()
        return [
            name
            for name in ("基期值", "单位意见", "原目标", "现目标")
            if f">{name}</th>" in re.sub(r"\s+", "", page)
        ]

    lines = TargetLine.objects.filter(sheet=sheet)
    lines.update(baseline="", countered="", original="", current="")
    assert heads() == []
    lines.update(baseline="3")
    assert heads() == ["基期值"]
    lines.update(baseline="", original="4", current="4")
    assert heads() == ["原目标", "现目标"]


def test_a_section_is_picked_behind_its_unit_and_promises_nothing(people: People) -> None:
    above = Unit.objects.get(code="D10")
    account = people["commission_secretary"]
    by_name = {act.code: act for kind in KINDS for act in kind.acts}
    record, enter = by_name["commitment.record"], by_name["item.enter"]
    held = {
        act.code: dict(picks(act.given, Asked(act, None, account, NOW.date()))["unit"])
        for act in (record, enter)
    }
    assert "D10" in held["commitment.record"]
    assert "D10-1" not in held["commitment.record"]
    assert (
        held["item.enter"]["D10-1"][0]
        == f"{above.name_zh} / {Unit.objects.get(code='D10-1').name_zh}"
    )


def test_a_column_of_a_list_in_which_nothing_stands_is_left_out(people: People) -> None:
    held = Objects(people, "D10").held
    client = people.client("office_procedure")

    def heads(path: str) -> list[str]:
        page = client.get(f"/office/{path}/").content.decode()
        return [
            " ".join(walks.texts(one))
            for one in re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", page, re.DOTALL)
        ]

    Publication.objects.update(released_on=None)
    assert heads("publications") == ["结果", "对外显示", "状态"]
    Publication.objects.update(released_on=NOW.date(), due_on=NOW.date())
    assert heads("publications") == ["结果", "对外显示", "发布日期", "状态", "期限"]
    assert held["publication"].pk


def test_lists_say_of_which_year_and_about_what(people: People) -> None:
    """Rows of one unit in two years are told apart without being opened; a cut text says that it is cut."""
    held = Objects(people, "D10").held
    promise = "逾期废水排放整改到位，复核后提请省厅解除区域限批，并向社会公布复核结论和后续监测安排"
    Commitment.objects.filter(pk=held["commitment"].pk).update(text=promise)
    Question.objects.filter(pk=held["question"].pk).update(text=promise)
    Comment.objects.filter(pk=held["comment"].pk).update(text=promise, shown=promise)
    client = people.client("office_director")

    def rows(path: str) -> str:
        return " ".join(walks.texts(client.get(f"/office/{path}/").content.decode()))

    for path in ("targets", "self-reports", "tolerance", "questions"):
        assert "项目 2025" in rows(path), path
    assert "2007" in rows("rectification")
    for path in ("commitments", "questions", "comments"):
        assert promise[:20] in rows(path), path
    for name in ("commitment", "question", "comment"):
        kind = next(one for one in KINDS if one.name == name)
        title = kind.title(kind.all().get(pk=held[name].pk))[0]
        assert f"{promise[:23]}…" in title, title
    assert "c562" not in rows("comments").split(promise[:20])[0]


def test_a_goal_of_which_nothing_is_due_lacks_no_data() -> None:
    def status(**counted: int) -> str:
        return Aim(goal=None, result=None, names={}, counted=Counter(counted)).status  # type: ignore[arg-type]

    assert status(not_due=3) == "not_due"
    assert status(not_due=3, missing=1) == "missing"
    assert status(unlit=2) == "unlit"
    assert status(not_due=3, met=1) == "met"
    assert status(missing=2, met=1, missed=1) == "watch"


@pytest.mark.parametrize(
    ("counted", "share", "zh", "en"),
    [({"met": 6, "missed": 3}, "达标 6 / 9", "过半数为达标，目标即为达标", "more than half are met"),
     ({"met": 2, "watch": 2, "missed": 1}, "达标 2 / 5", "没有一种状态过半数，目标即为关注", "none of these has more than half"),
     ({"met": 2, "missed": 2, "not_due": 4}, "达标 2 / 4", "没有一种状态过半数，目标即为关注", "none of these has more than half"),
     ({"not_due": 4}, "", "目标也没有灯", "the goal has no light")],
)  # fmt: skip
def test_a_goal_says_by_which_rule_and_count_it_has_its_light(
    counted: dict[str, int], share: str, zh: str, en: str
) -> None:
    aim = Aim(goal=None, result=None, names={}, counted=Counter(counted))  # type: ignore[arg-type]
    assert aim.share[0] == share
    assert zh in aim.why[0]
    assert en in aim.why[1]
    assert (
        str(sum(counted[name] for name in counted if name != "not_due")) in aim.why[0] or not share
    )


def test_the_head_of_a_list_counts_what_its_lines_say(people: People) -> None:
    """One that was sent back is none of the drafts, neither in its line nor in the head nor behind the head's link."""
    held = Objects(people, "D10").held["self_report"]
    page = people.client("office_indicators")
    for answer, head, state in (
        ("", "草稿 1", "draft"),
        ("请补充未完成的原因", "退回修改 1", "draft-sent-back"),
    ):
        held.answer = answer
        held.save()
        first = page.get("/office/self-reports/").content.decode()
        (line,) = ANSWER.findall(first)
        said = " ".join(walks.texts(line))
        assert head in said, said
        assert f'?state={state}"' in first
        shown = page.get(f"/office/self-reports/?state={state}").content.decode()
        assert f"/office/self-reports/{held.pk}/" in shown
        other = {"draft": "draft-sent-back", "draft-sent-back": "draft"}[state]
        assert f'?state={other}"' not in first


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [("重复统计，已更正", "重复统计，已更正", '<span lang="zh">“重复统计，已更正”</span>'), ("double count", "double count", "double count"),
     ({"zh": "搬迁", "en": ""}, "搬迁", '<span lang="zh">“搬迁”</span>'), ({"zh": "搬迁", "en": "moved, “搬迁”"}, "搬迁", "moved, “搬迁”"),
     ("<b>漏统</b>", "&lt;b&gt;漏统&lt;/b&gt;", '<span lang="zh">“&lt;b&gt;漏统&lt;/b&gt;”</span>'), ("", "—", "—")],
)  # fmt: skip
def test_chinese_words_on_an_english_page_are_marked_as_a_quotation(
    text: str | dict[str, str], zh: str, en: str
) -> None:
    for tongue, wanted in (("zh-hans", zh), ("en", en)):
        with translation.override(tongue):
            assert conditional_escape(quoted(text)) == wanted


def test_a_sentence_marks_the_chinese_that_it_quotes() -> None:
    pair = "已更正，理由：漏统", "put right: “漏统” by “the office”"
    with translation.override("en"):
        assert marked(pair) == 'put right: <span lang="zh">“漏统”</span> by “the office”'
    with translation.override("zh-hans"):
        assert marked(pair) == "已更正，理由：漏统"


@pytest.mark.parametrize("tongue", ["zh-hans", "en"])
def test_a_day_without_a_form_of_its_own_has_that_of_all_pages(tongue: str) -> None:
    bare = Template("{{ day }}|{{ moment }}")
    with translation.override(tongue):
        said = bare.render(
            Context(
                {"day": date(2026, 3, 9), "moment": NOW.replace(month=3, day=9, hour=9, minute=5)}
            )
        )
    assert said == "2026-03-09|2026-03-09 09:05"


def test_a_row_of_lights_adds_up_to_the_units_that_it_is_of() -> None:
    """What does not apply is counted as whatever else has no light."""
    row = {"met": 35, "not_applicable": 3, "missing": 1, "undefined": 2, "withheld": 4, "unlit": 5}
    text = Template('{% include "portal/lamps.html" %}').render(Context({"counted": row}))
    numbers = [int(one) for one in re.findall(r"\d+", re.sub(r"<[^>]*>", "", text))]
    assert sum(numbers) == sum(row.values())


def test_the_english_of_what_is_decided_has_brackets_of_english() -> None:
    unit = Unit(code="D01", name_zh="招商局", name_en="Investment Promotion")
    case = Tolerance(unit=unit, ground="pilot", item=Item(document="云督〔2025〕9 号"))
    assert TOLERANCES.matter is not None
    assert TOLERANCES.matter(case).words == ("招商局：改革试点中的失误（云督〔2025〕9 号）", "Investment Promotion: a mistake in a pilot (云督〔2025〕9 号)")  # fmt: skip


def test_no_page_shows_what_people_gave_as_a_reason_as_if_it_were_its_own() -> None:
    """A rulebook's change has its reason in one language mostly: on an English page it is a quotation, as any text of people."""
    reason = {"zh": "统计口径调整", "en": "统计口径调整"}
    with translation.override("en"):
        assert conditional_escape(quoted(show(reason))) == '<span lang="zh">“统计口径调整”</span>'
    pages = ROOT / "src" / "zhengheng" / "web" / "templates"
    bare = re.compile(  # what is typed into a form is a value of a field
        r"\{% t [\w.]*reason\.zh |\{\{ (?!typed\.)\w+\.(?:\w+\.)*reason(?: ?\| ?show)? \}\}(?![\"'])"
    )
    found = [
        (path.relative_to(pages).as_posix(), match[0])
        for path in sorted(pages.rglob("*.html"))
        for match in bare.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("where", "zh", "en"),
    [("targets.csv:3", "（targets.csv 第 3 行）", "(targets.csv, row 3)"), ("book/rulebook.yaml:7", "（方案文件第 7 行）", "(line 7 of the rulebook's file)"),
     ("value", "", "")],
)  # fmt: skip
def test_the_place_of_a_fault_is_told_as_people_say_it(where: str, zh: str, en: str) -> None:
    for tongue, wanted in (("zh-hans", zh), ("en", en)):
        with translation.override(tongue):
            assert placed(where) == wanted


def test_a_fault_above_a_form_says_its_field() -> None:
    fields = [Input("value", ("更正为", "Corrected value"), "line", required=True), Input("lines", ("各行", "Lines"), "rows", required=True)]  # fmt: skip
    digits = Problem(
        "value", "number", "“1.234”的小数位多于 2 位", "'1.234' has more than 2 decimals"
    )
    named = Problem("value", "missing", "更正为: 请填写", "Corrected value: is missing")
    other = Problem("lines.0", "number", "第 1 行：不是数字", "row 1: no number")
    said = by_field(fields, [digits, named, other])
    assert said[0].zh == "更正为：“1.234”的小数位多于 2 位"
    assert said[0].en == "Corrected value: '1.234' has more than 2 decimals"
    assert said[1:] == [named, other]

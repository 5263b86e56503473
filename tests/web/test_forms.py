"""The forms of all acts: what refers to something is chosen, and what is asked for is not empty."""

import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from pydantic import ValidationError

from tests.web import walks
from tests.web.conftest import NOW, People, computed_run
from tests.web.test_acts import Objects, filled
from tests.web.town import INDICATORS, Town, packed
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.acts import forms
from zhengheng.web.acts.declare import Act, Given
from zhengheng.web.acts.forms import UNDECIDED, UNNEEDED, inputs
from zhengheng.web.acts.picking import SUGGESTED, Asked, picks
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.decisions.acts import subject_words
from zhengheng.web.files.services import take_in
from zhengheng.web.ledger.services import append
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.acts import GradeGiven
from zhengheng.web.results.ending import FinaliseGiven
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import indicator_words
from zhengheng.web.rulebooks.services import fields_of, read_upload
from zhengheng.web.targets.changes import ApproveGiven
from zhengheng.web.targets.models import TargetChange, TargetSheet
from zhengheng.workflow.roles import Role

ACTS = [(kind, act) for kind in KINDS for act in kind.acts if not act.by_machine]
BLANKS = ("", " ", "\t\n", "\u3000\u3000", "\u200b", "\ufeff \u2060", "。", "……", "—", "　,　")
FREE = {
    "action", "address", "baseline", "basis", "code", "cost", "document", "found_value", "meeting", "measured", "name",
    "name_en", "name_zh", "owner", "place", "points", "reference", "share", "source", "steps_before", "value", "version", "wanted",
    "column", "key", "about", "page", "text", "reason", "closed_reason", "dimension", "confirmation",
}  # fmt: skip
"""Single lines that hold words or numbers of their own and refer to nothing that the office knows."""


def texts(given: type[Given]) -> list[tuple[type[Given], str]]:
    """Every text that a form asks for, those of its rows included."""
    found = []
    for name, info in given.model_fields.items():
        row = forms.row_of(info)
        if row is not None:
            found += texts(row)  # type: ignore[arg-type]
        elif info.annotation is str and info.is_required():
            found.append((given, name))
    return found


def test_a_text_that_is_asked_for_is_never_empty() -> None:
    seen = 0
    for _, act in ACTS:
        for given, name in texts(act.given):
            sound = filled(given, "D10")
            given.model_validate(sound)
            for blank in BLANKS:
                with pytest.raises(ValidationError):
                    given.model_validate(sound | {name: blank})
            seen += 1
    assert seen > 100


MARKS = ("。", "-", "—", "……", "〔〕", "、　,", "!?", "\u200b。")


def test_a_text_that_may_be_left_out_is_empty_or_says_something() -> None:
    """It may be the reason that the act turns out to ask for; marks alone are none, in any field of any act."""
    seen = set()
    for _, act in ACTS:
        for given, name in left_out(act.given):
            for marks in MARKS:
                with pytest.raises(ValidationError) as refused:
                    given.model_validate(filled(given, "D10") | {name: marks})
                assert {one["type"] for one in refused.value.errors() if one["loc"] == (name,)} == {
                    "text_empty"
                }, (act.code, name)
            given.model_validate(filled(given, "D10") | {name: ""})
            seen.add((act.code, name))
    assert {("result.publish", "left_out"), ("result.finalise", "left_out"), ("publication.review", "cleared")} <= seen  # fmt: skip
    assert ("rectification.accept", "why_missed") in seen


def left_out(given: type[Given]) -> list[tuple[type[Given], str]]:
    """Every text that a form takes and does not always ask for."""
    return [
        (given, name) for name, info in given.model_fields.items()
        if info.annotation is str and not info.is_required() and info.title is not None
    ]  # fmt: skip


def test_blanks_around_a_text_go() -> None:
    given = next(act.given for _, act in ACTS if act.code == "question.answer")
    assert given.model_validate({"answer": "\u200b 　可以。\ufeff"}).answer == "可以。"  # type: ignore[attr-defined]


@pytest.mark.parametrize("blank", ["   ", "\u3000", "，", "\u200b"])
def test_an_empty_answer_is_refused_in_words_and_nothing_happens(
    people: People, blank: str
) -> None:
    question = Objects(people, "D10").held["question"]
    client = people.client("office_indicators")
    page = client.post(
        f"/office/questions/{question.pk}/answer/", {"row_version": 1, "answer": blank}
    )
    assert page.status_code == 422
    assert "请填写" in page.content.decode()
    question.refresh_from_db()
    assert (question.state, question.answer) == ("asked", "")


def test_nobody_types_what_the_office_knows(people: People) -> None:
    """Every single line is chosen from a list, offered, or words and numbers of its own."""
    objects = Objects(people, "D10")
    account = Account.objects.get(username="unit_leader")
    typed = set()
    for kind, act in ACTS:
        obj = None if kind.machine.leads("", act.code) else objects.held[kind.name]
        listed = act.choices(obj, account, NOW.date()) if act.choices else {}
        choices = picks(act.given, Asked(act, obj, account, NOW.date()), without=listed) | listed
        for one in forms.inputs(act.given, {}, choices):
            for cell in one.rows[0] if one.rows else (one,):
                name = cell.name.split(".")[-1]
                if cell.kind in {"line", "number"} and name not in SUGGESTED and not _limited(act, one.name):  # fmt: skip
                    typed.add((act.code, name))
    assert {(code, name) for code, name in typed if name not in FREE} == set()


def _limited(act: Act, name: str) -> bool:
    """A count between two bounds refers to nothing."""
    return any(hasattr(bound, "ge") for bound in act.given.model_fields[name].metadata)


def test_a_unit_asks_from_the_line_itself(people: People) -> None:
    """The leader presses the link beside the line; the form knows which one, and names it in words."""
    held = Objects(people, "D10").held
    sheet = held["target"]
    TargetChange.objects.all().delete()
    TargetSheet.objects.update(state="agreed")
    line = sheet.lines.get()
    leader = people.client("unit_leader")
    page = leader.get(f"/office/targets/{sheet.pk}/").content.decode()
    link = re.search(r'href="(/office/changes/new/ask/\?line=\d+)"', page)
    assert link is not None
    form = leader.get(link[1]).content.decode()
    assert re.search(rf'value="{line.pk}"\s+selected', form)
    assert "教育局 2025 RESULTS" in form
    done = leader.post(
        "/office/changes/new/ask/", {"line": line.pk, "value": "3", "ground": "policy", "reason": "省里改了口径"}
    )  # fmt: skip
    assert done.status_code == 302, done.content.decode()
    assert TargetChange.objects.get().line == line
    stranger = people.client("office_data").get(f"/office/targets/{sheet.pk}/").content.decode()
    assert "changes/new/ask" not in stranger


def test_only_own_agreed_lines_are_offered(people: People) -> None:
    sheet = Objects(people, "D13").held["target"]
    TargetSheet.objects.update(state="agreed")
    form = people.client("unit_leader").get("/office/changes/new/ask/").content.decode()
    assert f'value="{sheet.lines.get().pk}"' not in form


def test_a_decision_names_its_subject_and_nobody_types_a_number(people: People) -> None:
    book = Objects(people, "D10").rulebook
    RulebookVersion.objects.update(state="submitted")
    secretary = people.client("commission_secretary")
    form = secretary.get("/office/decisions/new/record/").content.decode()
    assert f'<option value="rulebook:{book.pk}"' in form
    assert "项目 x（待批）" in form
    assert subject_words(f"rulebook:{book.pk}") == ("考核方案：项目 x", "Rulebooks: 项目 x")


def test_lines_of_a_table_are_filled_in_one_by_one_or_pasted(people: People) -> None:
    """Two of three lines filled in, one pasted: three come in; what was typed stands when the form comes back."""
    held = Objects(people, "D10")
    sheet = held.held["target"]
    leader = people.client("unit_leader")
    page = leader.get(f"/office/targets/{sheet.pk}/").content.decode()
    assert 'name="lines.0.indicator"' in page
    wrong = leader.post(
        f"/office/targets/{sheet.pk}/counter/",
        {
            "row_version": 1,
            "lines.0.indicator": "RESULTS",
            "lines.0.value": "半",
            "opinion": "过高",
        },
    )
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'value="半"' in text
    done = leader.post(
        f"/office/targets/{sheet.pk}/counter/",
        {"row_version": 1, "lines.0.indicator": "", "lines.2.indicator": "RESULTS", "lines.2.value": "3", "opinion": "过高"},
    )  # fmt: skip
    assert done.status_code == 302, done.content.decode()
    assert sheet.lines.get().countered == "3"


@pytest.mark.parametrize("mark", ["\t", " | ", "|", "｜", " "])
def test_a_pasted_line_is_parted_as_the_form_says_it(mark: str, people: People) -> None:
    held = Objects(people, "D10")
    sheet = held.held["target"]
    done = people.client("unit_leader").post(
        f"/office/targets/{sheet.pk}/counter/",
        {"row_version": 1, "lines": f"RESULTS{mark}3", "opinion": "过高"},
    )
    assert done.status_code == 302, done.content.decode()
    assert sheet.lines.get().countered == "3"


def test_a_fault_in_a_table_names_its_column_and_its_limit() -> None:
    given = next(act.given for _, act in ACTS if act.code == "self_report.draft")
    steps = [{"until": "2026-05-01", "action": "逐件销号"}, {"until": "2026-05-01", "action": "长" * 401}, {"until": "2026-05-01"}]  # fmt: skip
    with pytest.raises(forms.GivenError) as refused:
        forms.check(given, {"rulebook": 1, "unit": "D10", "unmet": "长" * 4001, "steps": steps})
    said = [(one.zh, one.en) for one in refused.value.problems]
    assert ("未完成的目标及原因: 太长，最多 4000 个字", "“Targets not met, and why” is too long: 4000 characters at most") in said  # fmt: skip
    assert ("改进安排 (对外公布) 第 2 行“改进措施”: 太长，最多 400 个字", "What is done next, for everybody to read, row 2, “What is done” is too long: 400 characters at most") in said  # fmt: skip
    assert any(zh == "改进安排 (对外公布) 第 3 行“改进措施”: 请填写" for zh, _ in said)


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "抽取数量: 太小，最小为 1"), (-7, "抽取数量: 太小，最小为 1"), (1001, "抽取数量: 太大，最大为 1000")],
)  # fmt: skip
def test_a_number_beyond_its_limit_is_told_the_limit(size: int, said: str) -> None:
    given = next(act.given for _, act in ACTS if act.code == "audit.draw")
    with pytest.raises(forms.GivenError) as refused:
        forms.check(given, {"rulebook": 1, "size": size})
    assert [one.zh for one in refused.value.problems] == [said]


def test_who_is_signed_out_while_he_fills_in_a_form_learns_that_nothing_was_saved(people: People) -> None:  # fmt: skip
    """Also after a wrong password; who only opens a page is told nothing of the kind."""
    address = f"/office/questions/{Objects(people, 'D10').held['question'].pk}/answer/"
    client = Client()
    door = client.post(address, {"answer": "可以。"}).headers["Location"]
    assert "刚才提交的内容没有保存" in client.get(door).content.decode()
    wrong = client.post(door, {"username": "nobody", "password": "x"})
    assert "刚才提交的内容没有保存" in wrong.content.decode()
    assert "没有保存" not in client.get(client.get(address).headers["Location"]).content.decode()


def test_every_round_and_settled_value_stays_on_the_page(people: People) -> None:
    """Two rounds of a negotiation and a settled report: what each side said first is still read after the second."""
    held = Objects(people, "D10").held
    sheet, report = held["target"], held["report"]
    leader, office, data = (
        people.client(name) for name in ("unit_leader", "office_indicators", "office_data")
    )
    version = 1
    for number, (wanted, why, reply) in enumerate(
        (("3", "第一轮太高", "第一轮答复"), ("4", "第二轮仍高", "第二轮答复"))
    ):
        counter = {
            "row_version": version,
            "lines.0.indicator": "RESULTS",
            "lines.0.value": wanted,
            "opinion": why,
        }
        assert leader.post(f"/office/targets/{sheet.pk}/counter/", counter).status_code == 302
        answer = {"row_version": version + 1, "lines.0.indicator": "RESULTS", "lines.0.value": str(8 + number), "reply": reply}  # fmt: skip
        assert office.post(f"/office/targets/{sheet.pk}/answer/", answer).status_code == 302
        version += 2
    page = leader.get(f"/office/targets/{sheet.pk}/").content.decode()
    for text in (
        "第一轮太高",
        "第一轮答复",
        "第二轮仍高",
        "第二轮答复",
    ):
        assert text in page
    name = sheet.rulebook
    zh, _ = indicator_words(name, "RESULTS")
    assert zh != "RESULTS"
    for value in ("3", "4", "8", "9"):
        assert f"{zh} {value}" in page, "who said which number, by the indicator's name"
    type(report).objects.update(state="disputed", value="5")
    settle = {
        "row_version": report.row_version,
        "value": "6",
        "status": "value",
        "reason": "以台账为准",
    }
    done = data.post(f"/office/reports/{report.pk}/settle/", settle)
    assert done.status_code == 302, done.content.decode()
    page = data.get(f"/office/reports/{report.pk}/").content.decode()
    assert "以台账为准" in page
    assert "原为" in page


def test_english_counts_one_or_many(people: People) -> None:
    """No "(s)" on any page, and what is absent is named in a sentence."""
    for path in (settings.WEB / "templates").rglob("*.html"):
        assert not re.search(r"\w\(s\)", path.read_text(encoding="utf-8")), path.name
    client = people.client("unit_leader")
    client.post("/office/language/", {"language": "en", "next": "/office/"})
    assert "nothing of this number under “Targets”" in client.get("/office/targets/99/").content.decode()  # fmt: skip
    assert "no such targets" not in client.get("/office/targets/99/").content.decode()


def test_beside_every_value_stand_its_unit_of_measure_and_period(people: People) -> None:
    """In forms, and on the paper that is signed by hand."""
    objects = Objects(people, "D10")
    seen = set()
    for kind in KINDS:
        if kind.measure is None or kind.name not in objects.held:
            continue
        obj = objects.held[kind.name]
        (unit, _), period = kind.measure(obj)
        for state in kind.machine.names:
            type(obj).objects.filter(pk=obj.pk).update(state=state)
            for role in Role:
                page = people.client(role.value).get(kind.address(obj))
                if page.status_code != 200:
                    continue
                for label in re.findall(r'<label\s+for="[\w-]+-(?:value|wanted)"\s*>(.*?)</label>', page.content.decode(), re.DOTALL):  # fmt: skip
                    assert f"期间：{period}" in label, (kind.name, state)
                    assert not unit or f"计量单位：{unit}" in label, (kind.name, state)
                    seen.add(kind.name)
    assert seen == {"report", "appeal"}


def test_an_appeal_keeps_what_was_said_in_every_round(people: People) -> None:
    """Filed, returned, filed again: both statements and the reason between them, with who and when."""
    appeal = Objects(people, "D10").held["appeal"]
    rounds = (
        ("appeal.file", "unit_leader", {"statement": "第一次的理由", "wanted": "5"}),
        ("appeal.return", "appeals_clerk", {"reason": "请补充台账。"}),
        ("appeal.file", "unit_leader", {"statement": "第二次的理由", "wanted": "6"}),
    )
    with transaction.atomic():
        for act, actor, content in rounds:
            append(act=act, subject=f"appeal:{appeal.pk}", actor=actor, at=NOW, content=content)
    said = " ".join(walks.texts(people.client("unit_leader").get(f"/office/appeals/{appeal.pk}/").content.decode()))  # fmt: skip
    places = [said.index(text) for text in ("第一次的理由", "请补充台账。", "第二次的理由")]
    assert places == sorted(places)
    assert said.count("2026-03-12 09:00 提交申诉") == 2


@pytest.mark.parametrize(("kind", "act"), ACTS, ids=lambda one: getattr(one, "code", getattr(one, "name", "")))  # fmt: skip
def test_that_a_field_may_stay_empty_is_said_once(kind: object, act: Act) -> None:
    """The form says it of every such field; its own words do not say it again."""
    for name, info in act.given.model_fields.items():
        title = info.title or ""
        assert not re.search(r"可空|optional|may (stay|be) empty", title), (act.code, name, title)


@pytest.mark.parametrize("text", ["九十", "百分之九十", "about ninety"])
def test_a_value_without_a_digit_is_named_with_the_other_faults(people: People, text: str) -> None:
    held = Objects(people, "D10")
    TargetSheet.objects.filter(pk=held.held["target"].pk).update(state="agreed")
    page = people.client("unit_leader").post("/office/changes/new/ask/", {"value": text})
    assert page.status_code == 422
    said = page.content.decode()
    for words in ("要调整的目标: 请选择", "申请改为: 不是数", "事实与理由: 请填写"):
        assert words in said, words


def test_a_fault_of_a_form_reads_as_a_sentence(people: People) -> None:
    """What is chosen from a list is not filled in, a day has an example, and no verb stands behind a colon."""
    Objects(people, "D10")
    client = people.client("unit_leader")
    given = {"rulebook": "", "steps.0.until": "明天", "steps.0.action": "逐件销号"}
    said = client.post("/office/self-reports/new/draft/", given).content.decode()
    for words in ("考核方案: 请选择", "第 1 行“完成日期”: 不是日期，请写成 2026-01-31"):
        assert words in said, words
    client.cookies["language"] = "en"
    said = client.post("/office/self-reports/new/draft/", given).content.decode()
    for words in ("“Rulebook”: choose one of the list", "“Done by” is no date; write it like 2026-01-31"):  # fmt: skip
        assert words in said, words
    assert ": is " not in said
    said = client.post("/office/password/", {"old": "", "new": "", "again": ""}).content.decode()
    assert said.count("is missing") >= 3
    assert "is the old one" not in said
    assert "is wrong" not in said


def test_a_question_offers_the_indicators_by_which_ones_own_unit_is_scored(town: Town) -> None:
    """Another rulebook's are not among them; who belongs to no assessed unit is offered all."""
    tree = {"code": "total", "name": "总分", "children": ["SUN"]}
    other: dict[str, Any] = {
        "code": "other", "units": [{"code": "D19", "name": "D19", "category": "bureau", "group": "all"}],
        "tree": tree, "weights": [{"from": date(2025, 1, 1), "table": {"SUN": 100}}],
    }  # fmt: skip
    for content in (packed(), packed([INDICATORS[0] | {"code": "SUN"}], **other)):
        file = take_in(name="town.zip", content=content, actor=town.people["office_indicators"], now=NOW)  # fmt: skip
        RulebookVersion(**fields_of(*read_upload(file.pk), "2025"), state="adopted", made_at=NOW, adopted_on=date(2025, 1, 10)).save()  # fmt: skip

    def offered(who: str) -> set[str]:
        page = town.client(who).get("/office/questions/new/ask/").content.decode()
        return {code for code in ("SEATS", "GROWTH", "ANSWERED", "SUN") if f'value="{code}"' in page}  # fmt: skip

    assert offered("unit_leader-D10") == {"SEATS", "GROWTH", "ANSWERED"}
    assert offered("unit_leader-D19") == {"SEATS", "GROWTH", "ANSWERED", "SUN"}
    assert offered("statistics") == {"SEATS", "GROWTH", "ANSWERED", "SUN"}


def test_forms_offer_the_units_own_indicators_and_those_of_the_chosen_rulebook(town: Town) -> None:
    """On every form: neither another rulebook's, nor what an indicator is only made of, nor another name of the same code."""
    other: dict[str, Any] = {
        "code": "other", "units": [{"code": "D19", "name": "D19", "category": "bureau", "group": "all"}],
        "tree": {"code": "total", "name": "总分", "children": ["SUN", "SEATS"]}, "weights": [{"from": date(2025, 1, 1), "table": {"SUN": 50, "SEATS": 50}}],
    }  # fmt: skip
    extra = [INDICATORS[0] | {"code": code, "name": name} for code, name in (("SUN", "日照"), ("SEATS", "别名"), ("RAW", "原始度量"))]  # fmt: skip
    books = []
    for content in (packed(), packed(extra, **other)):
        file = take_in(name="town.zip", content=content, actor=town.people["office_indicators"], now=NOW)  # fmt: skip
        books.append(RulebookVersion(**fields_of(*read_upload(file.pk), "2025"), state="adopted", made_at=NOW, adopted_on=date(2025, 1, 10)))  # fmt: skip
        books[-1].save()

    def offered(who: str, form: str) -> set[str]:
        page = town.client(who).get(f"/office/{form}").content.decode()
        return {code for code in ("SEATS", "GROWTH", "ANSWERED", "SUN", "RAW") if f'value="{code}"' in page} | ({"别名"} if "别名" in page else set())  # fmt: skip

    own = {"SEATS", "GROWTH", "ANSWERED"}
    assert offered("unit_leader-D10", "self-reports/new/draft/") == own
    assert offered("unit_leader-D19", "self-reports/new/draft/") == own | {"SUN", "别名"}
    assert offered("unit_leader-D19", f"self-reports/new/draft/?rulebook={books[0].pk}") == own
    assert offered("statistics", "questions/new/ask/") == own | {"SUN", "别名"}
    assert offered("statistics", f"questions/new/ask/?rulebook={books[1].pk}") == {"SEATS", "SUN", "别名"}  # fmt: skip
    assert offered("office_indicators", "targets/new/propose/?unit=D10") == own
    section = Unit.objects.create(code="D10-9", name_zh="办公室", kind="科室", parent=Unit.objects.get(code="D10"))  # fmt: skip
    RoleGrant.objects.filter(account__username="unit_leader-D10").update(unit=section)
    assert offered("unit_leader-D10", "questions/new/ask/") == own
    sheet = TargetSheet.objects.create(rulebook=books[0], unit=Unit.objects.get(code="D10"), state="commission", made_at=NOW)  # fmt: skip
    sheet.lines.create(indicator="GROWTH", proposed="5")
    assert offered("commission_secretary", f"decisions/new/record/?subject=target:{sheet.pk}") == {"GROWTH"}  # fmt: skip
    assert offered("commission_secretary", "decisions/new/record/?subject=result:1") == set()


def test_a_trial_says_what_it_still_needs(people: People) -> None:
    run = Objects(people, "D10").result.run
    unit = next(iter(computed_run().facts.units)).code
    Unit.objects.filter(code="D10").update(code=unit)
    client = people.client("unit_leader")
    page = client.get(f"/office/results/{run}/units/{unit}/trial/?value=90&period=2007")
    assert "请填写：填报项。" in " ".join(walks.texts(page.content.decode()))
    page = client.get(f"/office/results/{run}/units/{unit}/trial/")
    assert "请填写：" not in " ".join(walks.texts(page.content.decode()))


@pytest.mark.parametrize("given", [FinaliseGiven, ApproveGiven])
def test_a_decision_is_asked_for_where_one_is_needed(given: type[Given]) -> None:
    """Neither "optional" where nothing goes on without it, nor a way to one where none is needed."""
    needed = inputs(given, {}, {"decision": [], "decision.needed": True})
    other = inputs(given, {}, {"decision": [("1", "2026-3")], "decision.needed": False})
    first, second = (next(one for one in held if one.name == "decision") for held in (needed, other))  # fmt: skip
    assert (first.required, first.optional, first.empty) == (True, False, UNDECIDED)
    assert (second.required, second.hint, second.empty[0]) == (False, UNNEEDED, "")


def test_a_rulebook_without_grades_says_that_none_can_be_decided() -> None:
    held = {one.name: one for one in inputs(GradeGiven, {}, {"unit": [], "grade": []})}
    assert (
        held["unit"].empty[0] == held["grade"].empty[0] == "本方案没有设等次，没有可以另行决定的。"
    )

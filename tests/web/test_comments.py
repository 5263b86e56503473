"""What citizens say: nothing of who they are, moderated, answered within days, carried by a signed file."""

import io
import json
import re
import resource
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests.web.conftest import NOW, People, computed_run
from tests.web.test_publication import nothing_published
from zhengheng.domain.problems import DataError, ZhenghengError
from zhengheng.engines.snapshot import scan
from zhengheng.web.acts.declare import Nothing
from zhengheng.web.acts.public import PublicTextError, clean
from zhengheng.web.acts.services import perform
from zhengheng.web.comments.acts import (
    COMMENTS,
    AttachGiven,
    CommentError,
    HandOverGiven,
    RefuseGiven,
    ReplyGiven,
    RouteGiven,
    SendBackGiven,
)
from zhengheng.web.comments.bringing import TRUSTED, bring
from zhengheng.web.comments.bringing import tick as take_comments
from zhengheng.web.comments.inbox import untaken
from zhengheng.web.comments.models import Comment
from zhengheng.web.comments.selectors import about
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import run_job
from zhengheng.web.jobs.worker import look_after
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.portal.inbox import FORMER, KEY, LETTERS, LONGEST, Inbox, read_export
from zhengheng.web.portal.receiving import (
    MOST_BYTES,
    MOST_OF_ALL,
    MOST_OF_ONE,
    Receiver,
    receiving,
    too_long,
)
from zhengheng.web.rulebooks.acts import RULEBOOKS, RulebookStateError
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.roles import Role

SUBMIT = next(act for act in RULEBOOKS.acts if act.name == "submit")
ACTS = {act.name: act for act in COMMENTS.acts}
SAID = "公交 9 路晚点太多, 希望说明原因"


@pytest.fixture
def portal(people: People, tmp_path: Path) -> Inbox:
    """The inbox of a portal on another machine; its key was brought to the office."""
    nothing_published()
    inbox = Inbox(tmp_path / "inbox")
    (Path(settings.HOME) / TRUSTED).write_bytes((inbox.folder / KEY).read_bytes())
    (Path(settings.HOME) / "portal.yaml").write_text("comments: true\nreply_days: 5\n")
    yield inbox
    for name in (TRUSTED, "portal.yaml"):
        (Path(settings.HOME) / name).unlink()


def came(people: People, portal: Inbox, text: str = SAID) -> Comment:
    reference = portal.take(text, "/p/1/indicators/C09.html", NOW)
    bring(content=portal.export(NOW), name="x.json", actor=people["office_procedure"], now=NOW)
    return Comment.objects.get(reference=reference)


def do(people: People, name: str, who: str, held: Comment, given: Any, **changes: Any) -> None:
    obj = COMMENTS.all().get(pk=held.pk)
    perform(COMMENTS, ACTS[name], obj, given=given, row_version=obj.row_version, actor=people[who], **({"now": NOW} | changes))  # fmt: skip


def rewritten() -> str:
    for job in Job.objects.filter(kind="portal.write", state="waiting"):
        run_job.call(job.pk)
    return (Path(settings.HOME) / "portal" / "comments.html").read_text(encoding="utf-8")


def test_from_the_citizen_to_the_answer_that_everybody_reads(people: People, portal: Inbox) -> None:
    held = came(people, portal)
    assert (held.state, held.text, held.made_by) == ("received", SAID, people["office_procedure"])
    entry = LedgerEntry.objects.get(act="comment.receive")
    assert SAID not in (entry.content or ""), (
        "the ledger keeps a digest; people may write what is personal"
    )
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=SAID))
    held.refresh_from_db()
    assert str(held.due_on) == "2026-03-19", "five working days"
    page = rewritten()
    assert SAID in page
    assert "等待答复" in page
    assert people.client("unit_leader").get(f"/office/comments/{held.pk}/").status_code == 200
    assert people.client("panel_member").get(f"/office/comments/{held.pk}/").status_code in {
        403,
        404,
    }
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="会改"))
    do(people, "send_back", "office_director", held, SendBackGiven(reason="请写明何时"))
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="四月起加密班次"))
    assert "四月起" not in rewritten(), "a reply is the city's once the director lets it out"
    do(people, "approve", "office_director", held, Nothing(), now=NOW + timedelta(4))
    page = rewritten()
    assert "四月起加密班次" in page
    assert "用时 2" in page, "from Thursday to Monday are two working days"
    assert "中位用时 2 " in page
    other = came(people, portal, "又一条")
    do(people, "route", "office_procedure", other, RouteGiven(unit="D10", shown="又一条"))
    do(people, "reply", "unit_leader", other, ReplyGiven(reply="好"))
    do(people, "approve", "office_director", other, Nothing(), now=NOW + timedelta(7))
    assert "中位用时 3.5 " in rewritten(), "two and five working days"


def test_what_is_personal_is_not_shown_and_what_belongs_elsewhere_goes_there(
    people: People, portal: Inbox
) -> None:
    held = came(people, portal, "请打 13800138000 找我")
    with pytest.raises(PublicTextError) as refused:
        do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=held.text))
    assert refused.value.problems[0].code == "public.phone"
    do(people, "hand_over", "office_procedure", held, HandOverGiven(to="hotline"))
    held.refresh_from_db()
    assert (held.state, held.shown, held.reason) == ("handed_over", "", "hotline")


def test_what_a_citizen_wrote_stands_in_no_title(people: People, portal: Inbox) -> None:
    """Jobs, ledger and home pages are read by many who may not read comments: there a comment is called by its number, or by its public words."""
    pieces = ("赵小六", "幸福路", "三单元")
    came(people, portal, "赵小六住幸福路三单元，没有路灯")
    refused = came(people, portal, "赵小六住幸福路三单元，骂人")
    routed = came(people, portal, "赵小六住幸福路三单元，路灯不亮")
    do(people, "refuse", "office_procedure", refused, RefuseGiven(reason="abusive"))
    do(people, "route", "office_procedure", routed, RouteGiven(unit="D10", shown="×住×，路灯不亮"))
    do(people, "reply", "unit_leader", routed, ReplyGiven(reply="四月修好"))
    job = Job.objects.get(kind="portal.write", subject=f"comment:{routed.pk}")
    entry = LedgerEntry.objects.get(act="comment.route")
    for role in Role:
        client = people.client(role.value)
        for address in ("/office/", "/office/jobs/", f"/office/jobs/{job.pk}/", "/office/ledger/", f"/office/ledger/{entry.sequence}/"):  # fmt: skip
            page = client.get(address).content.decode()
            assert not [one for one in pieces if one in page], (role, address)
    jobs = people.client("system_administrator").get("/office/jobs/").content.decode()
    assert "×住×，路灯不亮（2026-03-12 留言）" in jobs
    ledger = people.client("security_auditor").get("/office/ledger/").content.decode()
    assert f"{refused.reference} 号（2026-03-12 留言）" in ledger
    assert f"{refused.reference} 号（2026-03-12 留言）" in people.client("office_procedure").get(f"/office/comments/{refused.pk}/").content.decode()  # fmt: skip


def refused_route(people: People, held: Comment, unit: str, shown: str) -> tuple[str, str]:
    with pytest.raises(ZhenghengError) as refused:
        do(people, "route", "office_procedure", held, RouteGiven(unit=unit, shown=shown))
    problem = refused.value.problems[0]
    return problem.code, problem.zh


def test_the_moderator_leaves_out_and_says_nothing_in_the_citizens_name(people: People, portal: Inbox) -> None:  # fmt: skip
    """Other words are refused with their place; what is left out has a mark, and the portal says so."""
    held = came(people, portal, "公交5路晚点，请打0571-87654321找张师傅")
    code, said = refused_route(people, held, "D10", "公交5路今天开通了免费乘车，感谢政府！")
    assert code == "comment.reworded"
    assert "今天开通了免费乘车" in said
    assert refused_route(people, held, "D10", "公交5路晚点")[0] == "comment.reworded", "no mark"
    assert refused_route(people, held, "D10", held.text)[0] == "public.landline"
    shown = "公交5路晚点，请打×××找×师傅"
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=shown))
    page = rewritten()
    assert shown in page
    assert "有不公开的内容已删去" in page
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="已加车，咨询请打 0571-12345678 或 0571-87654321"))  # fmt: skip
    whole = came(people, portal, "路灯不亮")
    do(people, "route", "office_procedure", whole, RouteGiven(unit="D10", shown="路灯不亮"))
    # As an earlier release let it through.
    Comment.objects.filter(pk=held.pk).update(shown="公交5路很好，感谢")
    page = rewritten()
    assert page.count("摘要（由工作人员整理，不是原文）") == 1
    assert "有不公开的内容已删去" not in page
    assert "A summary (made by the staff" in (Path(settings.HOME) / "portal/en/comments.html").read_text(encoding="utf-8")  # fmt: skip


def test_a_comment_goes_where_somebody_can_answer_and_the_portal_names_the_body(people: People, portal: Inbox) -> None:  # fmt: skip
    above = Unit.objects.get(code="D10")
    office = Unit.objects.create(code="D10-O", name_zh="办公室", name_en="Office", kind="科室", parent=above)  # fmt: skip
    post = Unit.objects.create(code="D10-O-1", name_zh="办公室科长", name_en="Office, head", kind="岗位", parent=office)  # fmt: skip
    held = came(people, portal)
    code, said = refused_route(people, held, post.code, SAID)
    assert code == "comment.nobody"
    assert f"“{above.name_zh}办公室科长”没有能够答复留言的账号（单位负责人、单位填报）" in said
    assert f"请转“{above.name_zh}”答复。" in said
    assert "请转其他单位答复" in refused_route(people, held, "D13", SAID)[1]
    people.give(people["mentor"], Role.UNIT_REPORTER, unit=office)
    assert f"请转“{above.name_zh}办公室”答复。" in refused_route(people, held, post.code, SAID)[1]
    do(people, "route", "office_procedure", held, RouteGiven(unit=office.code, shown=SAID))
    assert f"{above.name_zh}办公室" in rewritten()


@pytest.mark.parametrize("at", ["2026-03-11T17:30:00+00:00", "2026-03-12T01:30:00+08:00"])
def test_the_day_of_a_comment_is_the_one_here_whatever_clock_stamped_it(people: People, portal: Inbox, tmp_path: Path, at: str) -> None:  # fmt: skip
    """From midnight to eight it is the day before in UTC, by which a portal's process stamps."""
    moment = datetime.fromisoformat(at)
    reference = portal.take(SAID, "", moment)
    bring(content=portal.export(NOW), name="x.json", actor=people["office_procedure"], now=NOW)
    assert str(Comment.objects.get(reference=reference).received_on) == "2026-03-12"
    Inbox(tmp_path / "inbox").take(SAID, "", moment)
    (Path(settings.HOME) / TRUSTED).unlink()
    try:
        assert untaken(tmp_path) == (1, date(2026, 3, 12))
    finally:
        (Path(settings.HOME) / TRUSTED).write_bytes((portal.folder / KEY).read_bytes())


def test_comments_lie_in_the_order_of_the_clock_that_stamps_them(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    for text, days in (("后来的", 0), ("先来的", 2), ("同一刻的", 2)):
        inbox.take(text, "", NOW - timedelta(days))
    assert [one.text for one in inbox.letters()] == ["先来的", "同一刻的", "后来的"]


IDENTITY, PHONE = "11010519491231002X", "13900139000"
WRITTEN = {
    "no width": ("\u200b".join(IDENTITY), "identity"), "soft hyphens": ("\u00ad".join(PHONE), "phone"),
    "turned round": (f"\u202e{PHONE[::-1]}\u202c", "phone"), "joined": ("\u2060".join(PHONE), "phone"),
    "a control mark": (PHONE[:5] + "\x1b" + PHONE[5:], "phone"), "a selector": (PHONE[:5] + "\ufe0f" + PHONE[5:], "phone"),
    "Arabic-Indic": (PHONE.translate({48 + n: 0x660 + n for n in range(10)}), "phone"),
    "full width": (IDENTITY.translate({48 + n: 0xFF10 + n for n in range(10)}), "identity"),
    "circled": (PHONE.translate(dict(zip(range(48, 58), "⓪①②③④⑤⑥⑦⑧⑨", strict=True))), "phone"),
    "dingbats": (PHONE.translate({48 + n: 0x2789 + n for n in range(1, 10)} | {48: "0"}), "phone"),
    "mathematical": (PHONE.translate({48 + n: 0x1D7D8 + n for n in range(10)}), "phone"),
    "Devanagari": (PHONE.translate({48 + n: 0x966 + n for n in range(10)}), "phone"),
    "Chinese digits": ("一三九〇〇一三九〇〇〇", "phone"), "bank digits": ("壹叁玖零零壹叁玖零零零", "phone"),
    "mixed": ("1三９ — ⓪013 · 9〇00", "phone"), "from abroad": ("+86 139-0013-9000", "phone"), "keycaps": ("\u20e3".join(PHONE), "phone"),
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
def test_a_personal_number_is_found_however_it_is_written(way: str) -> None:
    written, kind = WRITTEN[way]
    found = scan({"text": f"请联系：{written}。"}, ())
    assert kind in {one.kind for one in found}, found
    with pytest.raises(PublicTextError):
        clean({"text": [{"said": f"请联系：{written}。"}]}, named=False)


def test_numbers_and_names_that_are_nobodys_pass() -> None:
    said = "二〇二五年一月至十二月，完成一百二十三件；同比增长１２．５％；第三章第一条、第二条；①完善制度 ②加强调度\n2025-01-01 至 2025-12-31"
    assert scan({"text": said}, ()) == []
    assert [one.kind for one in scan({"text": "张\u200b三丰负责"}, ["张三丰"])] == [
        "unseen",
        "person",
    ]


@pytest.mark.parametrize(
    "mark", ["\u200b", "\u00ad", "\u202e", "\u2066", "\x1b", "\u2028", "\uffff", "\ue000", "\ufe00"]
)
def test_no_text_of_a_person_holds_what_nobody_sees(
    people: People, portal: Inbox, mark: str
) -> None:
    held = came(people, portal, f"路灯{mark}不亮")
    assert held.text == f"路灯{mark}不亮", "what citizens write comes as it is"
    office = people.client("office_procedure")

    def asked(name: str, **fields: str) -> HttpResponse:
        said = json.dumps(fields | {"row_version": held.row_version})
        return office.post(f"/api/v1/comments/{held.pk}/{name}", said, content_type="application/json")  # fmt: skip

    refused = asked("route", unit="D10", shown=f"路灯{mark}不亮")
    assert refused.status_code == 422
    (problem,) = refused.json()["problems"]
    assert (problem["where"], problem["code"]) == ("shown", "text.unseen")
    assert f"U+{ord(mark):04X}" in problem["detail"]
    page = office.post(f"/office/comments/{held.pk}/route/", {"unit": "D10", "shown": f"路灯{mark}不亮", "row_version": held.row_version})  # fmt: skip
    assert page.status_code == 422
    assert "看不见的字符" in page.content.decode()
    assert asked("route", unit="D10", shown="路灯\n\t不亮\r\n").status_code == 200


def test_words_that_only_sound_internal_are_not_refused(people: People, portal: Inbox) -> None:
    """Officials write of internal audits and trade secrets; what is marked as internal stays in."""
    held = came(people, portal)
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=SAID))
    with pytest.raises(PublicTextError):
        do(people, "reply", "unit_leader", held, ReplyGiven(reply="见内部资料第三号"))
    said = "内部审计已经完成，涉及商业秘密的部分不公开"
    do(people, "reply", "unit_leader", held, ReplyGiven(reply=said))
    held.refresh_from_db()
    assert held.reply == said


def test_a_reply_holds_nothing_personal_when_it_is_typed_nor_when_it_is_let_out(
    people: People, portal: Inbox
) -> None:
    held = came(people, portal)
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=SAID))
    unit = people.client("unit_reporter")
    for text, code in (
        ("请联系李老师 13900139000 身份证 110101199003078515", {"public.phone", "public.identity"}),
        ("来电１３９-００１３-９０００", {"public.phone"}), ("写信到 li.si@example.com", {"public.mail"}),
    ):  # fmt: skip
        held.refresh_from_db()
        said = json.dumps({"reply": text, "row_version": held.row_version})
        refused = unit.post(f"/api/v1/comments/{held.pk}/reply", said, content_type="application/json")  # fmt: skip
        assert refused.status_code == 422
        assert {one["code"] for one in refused.json()["problems"]} == code
        assert "请删去" in refused.json()["problems"][0]["detail"]
    held.refresh_from_db()
    assert (held.state, held.reply) == ("routed", "")
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="四月起加密班次"))
    # As an earlier release took it.
    Comment.objects.filter(pk=held.pk).update(reply="请电 13900139000")
    with pytest.raises(PublicTextError):
        do(people, "approve", "office_director", held, Nothing())
    assert "13900139000" not in rewritten()


def test_whoever_lets_a_text_out_reads_what_is_not_looked_for(people: People, portal: Inbox) -> None:  # fmt: skip
    """The machine finds numbers and accounts; names, ages and house numbers are his to see."""
    held = came(people, portal, "请回电 零一三八一二三四五六七八")

    def told(who: str) -> list[str]:
        client = people.client(who)
        page = client.get(f"/office/comments/{held.pk}/").content.decode()
        client.cookies["language"] = "en"
        return [page, client.get(f"/office/comments/{held.pk}/").content.decode()]

    def named(pages: list[str]) -> bool:
        return "门牌号、拆开写的号码和各单位自己的固定电话不查找" in pages[0] and "house numbers, numbers that are written in pieces" in pages[1]  # fmt: skip

    assert named(told("office_procedure"))
    assert refused_route(people, held, "D10", held.text)[0] == "public.phone"
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown="请回电 ×"))
    held.refresh_from_db()
    said = json.dumps({"reply": "请致电张科长 013812345678", "row_version": held.row_version})
    answer = people.client("unit_reporter").post(f"/api/v1/comments/{held.pk}/reply", said, content_type="application/json")  # fmt: skip
    assert answer.json()["problems"][0]["code"] == "public.phone"
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="四月办结"))
    assert named(told("office_director"))


def test_a_late_click_is_told_the_act_that_came_between_and_none_of_a_former_round(people: People, portal: Inbox) -> None:  # fmt: skip
    held = came(people, portal)
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=SAID))
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="会改"))
    do(people, "send_back", "office_director", held, SendBackGiven(reason="请写明何时"))
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="四月加密班次"))
    held.refresh_from_db()
    seen, director = held.row_version, people.client("office_director")
    do(people, "approve", "office_director", held, Nothing())
    late = director.post(f"/office/comments/{held.pk}/send_back/", {"row_version": seen, "reason": "请再写明"})  # fmt: skip
    assert late.status_code == 409
    said = late.content.decode()
    assert "没有重复办理" not in said
    assert "已于 2026-03-12 09:00 办理“同意答复并公开”，您的办理没有生效" in said
    again = director.post(f"/office/comments/{held.pk}/approve/", {"row_version": seen})
    assert (
        "“同意答复并公开”已由office_director于 2026-03-12 09:00 办理，这次没有重复办理"
        in again.content.decode()
    )


def test_a_click_of_a_page_from_before_is_told_how_the_matter_went_on_since(people: People, portal: Inbox) -> None:  # fmt: skip
    """Sent back, replied to again and approved after the page was opened: that it was sent back is not how it stands."""
    held = came(people, portal)
    assert "理由或去向" not in people.client("office_director").get(f"/office/comments/{held.pk}/").content.decode()  # fmt: skip
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=SAID))
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="会改"))
    held.refresh_from_db()
    seen, director = held.row_version, people.client("office_director")
    do(people, "send_back", "office_director", held, SendBackGiven(reason="请写明何时"))
    do(people, "reply", "unit_leader", held, ReplyGiven(reply="四月加密班次"))
    do(people, "approve", "office_director", held, Nothing())
    path, given = (
        f"/office/comments/{held.pk}/send_back/",
        {"row_version": seen, "reason": "请再写明"},
    )
    late = director.post(path, given)
    assert late.status_code == 409
    assert "此后office_director于 2026-03-12 09:00 办理了“同意答复并公开”，这次没有重复办理" in late.content.decode()  # fmt: skip
    director.cookies["language"] = "en"
    assert "and after it office_director did “" in director.post(path, given).content.decode()


def test_what_people_say_of_a_draft_is_answered_before_it_is_decided(
    people: People, portal: Inbox
) -> None:
    book = computed_run().rulebook
    draft = RulebookVersion.objects.create(
        code=book.code, version="2027", title_zh="明年的方案", effective_from=NOW.date(), period="2027", fingerprint="f", wording="public",
        text=book.model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True), state="draft", made_at=NOW,
    )  # fmt: skip
    office, site = people.client("office_indicators"), Path(settings.HOME) / "portal"

    def act(name: str, **given: Any) -> Any:
        draft.refresh_from_db()
        said = json.dumps(given | {"row_version": draft.row_version})
        return office.post(f"/api/v1/rulebooks/{draft.pk}/{name}", said, content_type="application/json")  # fmt: skip

    assert act("consult", until="2026-03-20", public=True).status_code == 200
    rewritten()
    page = f"consultations/{draft.pk}.html"
    assert page in (site / "index.html").read_text(encoding="utf-8")
    shown = (site / page).read_text(encoding="utf-8")
    code = "PURPOSE"
    assert f'value="{page}#{code}"' in shown, "one may write about a single indicator"
    assert "计量单位" in shown
    letters = [
        portal.take(text, f"{page}#{code}", NOW) for text in ("口径太宽", "请打 13800138000")
    ]
    bring(content=portal.export(NOW), name="x.json", actor=people["office_procedure"], now=NOW)
    wide, personal = (Comment.objects.get(reference=one) for one in letters)
    assert _typed_clause(people, wide) == code
    do(people, "attach", "office_procedure", wide, AttachGiven(clause=code, shown="口径太宽"))
    with pytest.raises(PublicTextError):
        do(people, "attach", "office_procedure", personal, AttachGiven(clause=code, shown=personal.text))  # fmt: skip
    opinion = draft.opinions.get()
    assert refused_submit(people, draft) == "opinion.open"
    assert (
        act("reply", opinion=opinion.pk, reply="请电 13800138000").json()["type"] == "public.phone"
    )
    assert act("reply", opinion=opinion.pk, reply="收窄到三类").status_code == 200
    assert refused_submit(people, draft) == "consult.unread"
    do(people, "refuse", "office_procedure", personal, RefuseGiven(reason="personal"))
    submit(people, draft)
    rewritten()
    shown = (site / page).read_text(encoding="utf-8")
    assert "口径太宽" in shown
    assert "收窄到三类" in shown
    assert f"<h3>{code} {book.indicator(code).name.zh}</h3>" in shown
    assert "<textarea" not in shown, "the consultation is closed"
    assert "13800138000" not in shown
    other = came(people, portal, "不是说方案")
    Comment.objects.filter(pk=other.pk).update(page=f"consultations/{'9' * 40}.html")
    with pytest.raises(CommentError) as refused:
        do(people, "attach", "office_procedure", other, AttachGiven(clause="x", shown="x"))
    assert refused.value.problems[0].code == "comment.no_draft"


def submit(people: People, draft: RulebookVersion) -> None:
    """To the commission, when the consultation is over."""
    draft.refresh_from_db()
    after = NOW + timedelta(days=14)
    perform(RULEBOOKS, SUBMIT, draft, given=Nothing(), row_version=draft.row_version, actor=people["office_director"], now=after)  # fmt: skip


def refused_submit(people: People, draft: RulebookVersion) -> str:
    with pytest.raises(RulebookStateError) as refused:
        submit(people, draft)
    return refused.value.problems[0].code


def _typed_clause(people: People, held: Comment) -> str:
    page = people.client("office_procedure").get(f"/office/comments/{held.pk}/").content.decode()
    found = re.search(r'name="clause"[^>]*value="([^"]*)"', page)
    return found.group(1) if found else ""


def test_an_export_is_believed_only_with_its_signature_and_only_once(
    people: People, portal: Inbox, tmp_path: Path
) -> None:
    portal.take(SAID, "", NOW)
    content = portal.export(NOW)
    office = people["office_procedure"]
    for bad, code in (
        (content.replace("公交".encode(), "地铁".encode()), "inbox.signature"),
        (b"{}", "inbox.form"),
        (b"\xff", "inbox.form"),
        (b"[]", "inbox.form"),
        (Inbox(tmp_path / "stranger").export(NOW), "inbox.signature"),
        (json.dumps({"signature": "!!"}).encode(), "inbox.form"),
    ):
        with pytest.raises(DataError) as refused:
            bring(content=bad, name="x.json", actor=office, now=NOW)
        assert refused.value.problems[0].code == code
        assert not Comment.objects.exists()
    assert [bring(content=content, name="x.json", actor=office, now=NOW) for _ in range(2)] == [
        1,
        0,
    ]
    portal.take("又一条", "", NOW)
    client = people.client("office_procedure")
    sent = io.BytesIO(portal.export(NOW))
    sent.name = "comments.json"
    assert client.post("/office/comments-import/", {"file": sent}).status_code == 302
    assert Comment.objects.count() == 2
    assert client.post("/office/comments-import/").status_code == 422
    assert people.client("mentor").get("/office/comments-import/").status_code == 403


FORM = """<p id="said" role="status" hidden data-empty="nothing" data-length="NUMBER of 2000" data-late="late" data-full="full" data-large="large">
</p><a href="data.html">x</a><input type="hidden" name="page" id="page" value=""><textarea id="text" name="text"></textarea>"""


def written(folder: Path) -> Path:
    """A site with the page of the form in both languages."""
    for place in (folder, folder / "en"):
        place.mkdir(exist_ok=True)
        (place / "comments.html").write_text(FORM, encoding="utf-8")
    return folder


def post(application: Any, body: bytes, address: str = "10.0.0.1") -> tuple[str, str]:
    """The status, and where to go on or the page that was given."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/comments",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "REMOTE_ADDR": address,
    }
    told: list[tuple[str, str]] = []
    given = b"".join(
        application(
            environ,
            lambda status, headers: told.append((status, dict(headers).get("Location", ""))),
        )
    )
    status, where = told[0]
    return status, where or given.decode()


def test_the_portals_process_takes_what_is_short_and_not_too_much_at_once(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    inbox, moment = Inbox(tmp_path), [0.0]
    application = receiving(
        lambda environ, start: [b"page"],
        Receiver(inbox, lambda: NOW, lambda: moment[0], written(tmp_path / "site")),
    )
    status, where = post(
        application, urlencode({"text": SAID, "language": "en", "page": "/x"}).encode()
    )
    assert status.startswith("303")
    letter = inbox.letters()[0]
    assert where == f"en/comments.html?received={letter.reference}#said"
    assert vars(letter).keys() == {"reference", "at", "page", "text"}, "nothing of who wrote it"
    for given, why in (({"text": " "}, "nothing"), ({"text": "长" * (LONGEST + 1)}, f"{LONGEST + 1} of 2000"), ({"text": "x" * 20_000}, "20000 of 2000")):  # fmt: skip
        status, page = post(application, urlencode(given).encode())
        assert status == "422 Unprocessable Entity"
        assert f'class="notice problem">{why}</p>' in page
        assert f">\n{given['text']}</textarea>" in page, "what was written is kept"
    assert (
        post(application, urlencode({"text": "spam", "website": "x"}).encode())[1]
        == "comments.html"
    )
    moment[0] = 61.0
    for _ in range(MOST_OF_ONE):
        post(application, urlencode({"text": "again"}).encode())
    more = urlencode({"text": "again"}).encode()
    status, page = post(application, more)
    assert status == "429 Too Many Requests"
    assert ">late</p>" in page
    assert ">\nagain</textarea>" in page
    assert "received" in post(application, more, "10.0.0.2")[1], "others are not held up"
    assert len(inbox.letters()) == MOST_OF_ONE + 2
    moment[0] = 121.0
    assert "received" in post(application, more)[1], "a minute later, though the day's clock stands"
    taken = 1
    for number in range(MOST_OF_ALL):
        taken += "received" in post(application, more, f"10.1.{number // 250}.{number % 250}")[1]
    assert taken == MOST_OF_ALL, "all together have a budget too"
    assert (tmp_path / "inbox.key").stat().st_mode & 0o077 == 0
    again = Inbox(tmp_path)
    assert read_export(again.export(NOW), (tmp_path / KEY).read_bytes(), "x") == inbox.letters()


@pytest.mark.parametrize("letter", ["a", "长", "𠀀", "\n", "'", "%"])
def test_the_longest_comment_of_any_language_is_taken_and_one_more_is_given_back(
    tmp_path: Path, letter: str
) -> None:
    """Counted as its writer counts: in characters, an end of line as one, however long the form writes them."""
    text = f"甲{letter * (LONGEST - 2)}乙"
    inbox = Inbox(tmp_path)
    receiver = Receiver(inbox, lambda: NOW, lambda: 0.0, written(tmp_path))
    application = receiving(lambda environ, start: [b"page"], receiver)
    sent = urlencode({"text": text.replace("\n", "\r\n"), "page": "/p/1/" + "é" * 190}).encode()
    assert "received" in post(application, sent)[1]
    assert inbox.letters()[0].text == text
    long = {"text": text.replace("\n", "\r\n") + "<b>", "page": "/p/1/", "language": "en"}
    status, page = post(application, urlencode(long).encode())
    assert status.startswith("422")
    assert f"{LONGEST + 3} of 2000" in page
    assert "乙&lt;b&gt;</textarea>" in page
    assert 'id="page" value="/p/1/"' in page, "what it is about is kept as well"
    assert 'href="en/data.html"' in page, "at the address of the form, beside the Chinese page"
    assert len(inbox.letters()) == 1


def test_what_is_far_too_long_is_refused_on_the_portals_page(tmp_path: Path) -> None:
    receiver = Receiver(Inbox(tmp_path), lambda: NOW, lambda: 0.0, written(tmp_path))
    application = receiving(lambda environ, start: [b"page"], receiver)
    status, page = post(application, b"text=" + b"a" * MOST_BYTES)
    assert status.startswith("413")
    assert ">large</p>" in page
    assert too_long(tmp_path, "https://x.example/en/consultations/1.html").page.decode().count('href="en/data.html"') == 1  # fmt: skip


def test_the_form_says_its_limit_beforehand_and_cuts_nothing(people: People, portal: Inbox) -> None:
    """In a box that took only so many characters a longer text would lose its end without a word."""
    came(people, portal)
    do(people, "route", "office_procedure", Comment.objects.get(), RouteGiven(unit="D10", shown=SAID))  # fmt: skip
    page = rewritten()
    assert f"最多 {LONGEST} 个字" in page
    assert "maxlength" not in page
    answer = Client().post("/comments", urlencode({"text": "长" * (LONGEST + 1)}), content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert answer.status_code == 422
    said = answer.content.decode()
    assert f"您写了 {LONGEST + 1} 个字，最多 {LONGEST} 个字。" in " ".join(said.split())
    assert f"{'长' * (LONGEST + 1)}</textarea>" in said
    assert Client().get("/comments")["Location"] == "/comments.html"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/p/99/", 404), ("/nothing%00", 422), ("/comments", 404), ("/en/nothing", 404)],
)
def test_what_goes_wrong_at_an_address_of_the_portal_is_said_on_a_page_of_the_portal(
    people: People, portal: Inbox, path: str, status: int
) -> None:
    """Where nothing is written, too: a citizen never sees a page of the office."""
    came(people, portal)
    do(people, "route", "office_procedure", Comment.objects.get(), RouteGiven(unit="D10", shown=SAID))  # fmt: skip
    rewritten()
    (Path(settings.HOME) / "portal.yaml").write_text("comments: false\n")
    anybody = Client(raise_request_exception=False)
    for client in (anybody, people.client("office_procedure")):
        answer = client.get(path)
        assert answer.status_code == status
        page = answer.content.decode()
        assert "/office/" not in page
        assert "search.html" in page, "the portal's own frame"
    (Path(settings.HOME) / "portal" / "404.html").unlink()
    (Path(settings.HOME) / "portal" / "en" / "404.html").unlink()
    assert "/office/" not in anybody.get(path).content.decode()
    broken = Client(raise_request_exception=False, HTTP_HOST="elsewhere.example").get(path)
    assert (broken.status_code, "/office/" in broken.content.decode()) in {(400, False), (404, False), (422, False)}  # fmt: skip


def test_where_one_machine_does_both_the_office_takes_comments_only_if_the_portal_asks_for_them(
    people: People, portal: Inbox
) -> None:
    anybody = Client(enforce_csrf_checks=True)

    def send() -> Any:
        return anybody.generic(
            "POST", "/comments", urlencode({"text": SAID}), "application/x-www-form-urlencoded"
        )

    answer = send()
    assert answer.status_code == 302
    assert "received=" in answer["Location"]
    (Path(settings.HOME) / TRUSTED).write_bytes((Path(settings.HOME) / "inbox" / KEY).read_bytes())
    assert (
        people.client("office_procedure")
        .post("/office/comments-import/", {"here": "yes"})
        .status_code
        == 302
    )
    assert Comment.objects.filter(text=SAID).exists()
    (Path(settings.HOME) / "portal.yaml").write_text("comments: false\n")
    assert send().status_code == 404
    assert anybody.get("/comments").status_code == 404


def test_no_mark_in_a_comment_ends_its_line(tmp_path: Path) -> None:
    """Marks at which some readers end a line, in what version 0.1.0 wrote and in what is written now."""
    texts = ["第一行\u2028第二行", "甲\u2029乙", "丙\u0085丁", "戊\x0b己\x1c庚"]
    held = Inbox(tmp_path)
    for text in texts:
        held.take(text, "/p/1/index.html", NOW)
    assert [letter.text for letter in held.letters()] == texts
    raw = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in held.letters())
    shutil.rmtree(tmp_path / LETTERS)
    (tmp_path / FORMER).write_text(raw, encoding="utf-8")
    held = Inbox(tmp_path)
    key = (tmp_path / KEY).read_bytes()
    assert [letter.text for letter in read_export(held.export(NOW), key, "export")] == texts


@contextmanager
def nothing_fits() -> Iterator[None]:
    """A disk that takes forty bytes more of a file, and no byte beyond."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_comment_is_kept_whole_or_not_acknowledged(tmp_path: Path) -> None:
    """On a full disk the writer is told so; nothing half written lies in the way of the next."""
    inbox = Inbox(tmp_path)
    (tmp_path / "site").mkdir()
    receiver = Receiver(inbox, lambda: NOW, lambda: 0.0, written(tmp_path / "site"))
    first = receiver.answer(urlencode({"text": "第一条"}).encode(), "10.0.0.1")
    with nothing_fits():
        lost = receiver.answer(urlencode({"text": "第二条" * 200}).encode(), "10.0.0.2")
    third = receiver.answer(urlencode({"text": "第三条"}).encode(), "10.0.0.3")
    assert ["received" in one.where for one in (first, lost, third)] == [True, False, True]
    assert lost.status == 503
    assert ">full</p>" in lost.page.decode()
    assert ">\n第二条第二条" in lost.page.decode(), "what was written is given back"
    assert [letter.text for letter in inbox.letters()] == ["第一条", "第三条"]
    assert inbox.torn() == []
    assert len(list((tmp_path / LETTERS).iterdir())) == 2


def test_what_an_earlier_release_left_torn_is_set_aside_and_named(people: People) -> None:
    """Cut in the middle of a character, glued to the next, of another shape: the whole ones come in."""
    folder = Path(settings.HOME) / "inbox"
    shutil.rmtree(folder, ignore_errors=True)
    inbox = Inbox(folder)
    whole = [json.dumps({"reference": f"{n:012}", "at": NOW.isoformat(), "page": "", "text": SAID}, ensure_ascii=False).encode() for n in range(3)]  # fmt: skip
    torn = [whole[0][:-9], whole[0][:-9] + whole[1], b'{"reference": 1}', b"\xff\xfe", b"[]"]
    (folder / FORMER).write_bytes(b"\n".join([whole[0], *torn, whole[2], whole[1][:20]]))
    (folder / LETTERS).mkdir()
    (folder / LETTERS / "00000000000000000001-000000000009.json").write_bytes(b"{")
    assert [one.reference for one in inbox.letters()] == [f"{n:012}" for n in (0, 2)]
    where = [f"{FORMER}:{line}" for line in (2, 3, 4, 5, 6, 8)] + [
        "letters/00000000000000000001-000000000009.json"
    ]
    assert inbox.torn() == where
    clerk = people.client("office_procedure")
    page = clerk.get("/office/comments-import/").content.decode()
    assert all(place in page for place in where)
    assert clerk.post("/office/comments-import/", {"here": "yes"}).status_code == 302
    assert Comment.objects.count() == 2
    shutil.rmtree(folder)


def test_a_comment_that_nobody_moderates_becomes_late_and_is_first_on_the_desk(
    people: People, portal: Inbox, settings: Any
) -> None:
    """The days that the portal promises run from receipt: until somebody looks at it, too."""
    held = came(people, portal)
    assert str(held.due_on) == "2026-03-19", "five working days from receipt"
    desk = people.client("office_procedure")
    assert "已超期" not in desk.get("/office/").content.decode()
    settings.FIXED_CLOCK = "2026-03-20T09:00+08:00"
    home = desk.get("/office/").content.decode()
    assert "1 项已超期" in " ".join(re.sub(r"<[^>]+>", "", home).split()).replace("■ ", "")
    assert "已超期" in desk.get(f"/office/comments/{held.pk}/").content.decode()
    do(people, "route", "office_procedure", held, RouteGiven(unit="D10", shown=SAID))
    held.refresh_from_db()
    assert str(held.due_on) == "2026-03-19", "moderating late gives nobody new days"


def test_what_it_is_about_is_named_by_the_title_of_the_page(people: People, portal: Inbox) -> None:
    """Nobody reads addresses; a page that is gone, or that never was one, is still said in words."""
    held = came(people, portal)
    do(people, "route", "office_procedure", held, RouteGiven(shown=SAID, unit="D10"))
    rewritten()
    unit = Unit.objects.get(code="D13")
    said = {
        "/comments.html": ("说一说", "Have your say"), "/en/comments.html#C09": ("说一说", "Have your say"),
        "/en/comments.html#D13": (f"说一说：{unit.name_zh}", f"Have your say: {unit.name_en or unit.name_zh}"),
        "/p/1/indicators/C09.html": ("门户页面", "a page of the portal"), "/../office.db": ("门户页面", "a page of the portal"),
    }  # fmt: skip
    for page, words in said.items():
        Comment.objects.filter(pk=held.pk).update(page=page)
        assert about(Comment.objects.get(pk=held.pk)) == words
    Comment.objects.filter(pk=held.pk).update(page="/comments.html")
    shown = people.client("office_procedure").get(f"/office/comments/{held.pk}/").content.decode()
    assert "说一说" in shown
    assert "comments.html" not in shown.split("<main")[1]


def test_where_one_machine_is_both_comments_come_to_the_desk_by_themselves(people: People) -> None:
    """The ten working days run from the day on which it came, whether or not somebody opens the page that takes in."""
    nothing_published()
    shutil.rmtree(Path(settings.HOME) / "inbox", ignore_errors=True)
    inbox = Inbox(Path(settings.HOME) / "inbox")
    try:
        reference = inbox.take(SAID, "p/1/index.html", NOW - timedelta(2))
        assert [take_comments(NOW) for _ in range(2)] == [1, 0]
        held = Comment.objects.get(reference=reference)
        assert held.received_on == (NOW - timedelta(2)).date()
        assert f'href="/office/comments/{held.pk}/"' in people.client("office_procedure").get("/office/").content.decode()  # fmt: skip
        (Path(settings.HOME) / TRUSTED).write_bytes((inbox.folder / KEY).read_bytes())
        inbox.take(SAID, "p/2/index.html", NOW)
        assert take_comments(NOW) == 0, "an office that trusts another machine waits for its file"
    finally:
        (Path(settings.HOME) / TRUSTED).unlink(missing_ok=True)
        shutil.rmtree(inbox.folder)


@pytest.mark.parametrize("torn", ["", '{"at":"2026-03-12T10:00:00+08:00","page":"","refer'])
def test_what_lies_in_the_inbox_is_told_until_the_worker_has_taken_it_in(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, torn: str
) -> None:
    """Also beside a line that an earlier release left torn: what is whole is counted, with the day from which its term runs."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    inbox = Inbox(tmp_path / "inbox")
    for day in (11, 12):
        inbox.take("路灯坏了三天", "", NOW.replace(day=day))
    former = inbox.folder / FORMER
    former.write_text(torn, encoding="utf-8")
    page = people.client("office_procedure").get("/office/").content.decode()
    assert "本机门户有 2 条留言还没有进入办理，最早的是 2026-03-11" in page
    assert "还没有进入办理" not in people.client("mentor").get("/office/").content.decode()
    look_after()
    held = Comment.objects.filter(text="路灯坏了三天")
    assert held.count() == 2
    page = people.client("office_procedure").get("/office/").content.decode()
    assert "还没有进入办理" not in page
    assert all(f"/office/comments/{one.pk}/" in page for one in held), "they are on the desk"
    (tmp_path / "portal-inbox.pub").write_text("another machine's")
    inbox.take("另一台机器的", "", NOW)
    assert (
        "还没有进入办理" not in people.client("office_procedure").get("/office/").content.decode()
    )

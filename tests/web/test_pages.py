"""Every page in both languages, nothing untranslated; headers; no request to another host."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.conftest import ROOT
from tests.web.conftest import People
from zhengheng.web.pages.tongues import marked
from zhengheng.workflow.roles import Role

pytestmark = pytest.mark.one_database

TEMPLATES = sorted((ROOT / "src/zhengheng/web/templates").rglob("*.html"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAID = r"\"[^\"]*\"|'[^']*'"
WORDS = re.compile(
    rf"{{%\s*(?:t|counted\s+\S+|include\s+\S+\s+with)\s+(?:zh=)?(?P<zh>{SAID})\s+(?:en=)?(?P<en>{SAID})(?:\s+(?P<many>{SAID}))?\s*%}}"
)
"""Words in both languages, also those given to a part of a page; of what is counted, the English for one and for many."""
BOTH = {"broken.html"}
"""Pages that say all in both languages at once: nothing of them asks who reads."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_word_without_its_translation(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for found in WORDS.finditer(text):
        assert found["en"][1:-1].strip(), f"{path.name}: no English for {found['zh']}"
        # The language switch names each language in itself.
        assert not CHINESE.search(found["en"]) or found["en"] == '"中文"', found["en"]
        assert not CHINESE.search(found["many"] or ""), found["many"]
    left = WORDS.sub("", text)
    if path.name in BOTH:
        assert 'lang="en"' in left
        return
    assert not CHINESE.search(left), f"{path.name}: {CHINESE.search(left)}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_needs_inline_style_script_or_another_host(path: Path) -> None:
    text = re.sub(r"{%.*?%}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style|<script(?![^>]+src=)|\sstyle=|\son\w+=|javascript:", text), (
        path.name
    )
    assert not re.search(r"(src|href|action)=[\"'](https?:)?//", text), path.name


def test_the_switch_keeps_the_page_and_leads_nowhere_else(people: People) -> None:
    client = people.client("expert")
    done = client.post("/office/language/", {"language": "en", "next": "/office/organisation/"})
    assert done.headers["Location"] == "/office/organisation/"
    page = client.get("/office/organisation/")
    assert page.headers["Content-Language"] == "en"
    assert "Organisation" in page.content.decode()
    for bad in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert (
            client.post("/office/language/", {"language": "en", "next": bad}).headers["Location"]
            == "/office/"
        )
    signed = Client().post(
        "/office/sign-in/",
        {"username": "expert", "password": "Heng-2026-test", "next": "//x.example/"},
    )
    assert signed.headers["Location"] == "/office/"


def test_every_page_carries_the_headers_of_a_locked_house(people: People) -> None:
    for client, path in ((Client(), "/office/sign-in/"), (people.client("expert"), "/office/")):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"]


def test_every_link_of_the_first_page_opens(people: People) -> None:
    for role in Role:
        client = people.client(role.value)
        links = set(re.findall(r'href="(/office/[^"#]*)"', client.get("/office/").content.decode()))
        assert links
        assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_forms_need_their_token(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["system_administrator"])
    done = client.post(
        "/office/accounts/new/", {"username": "x", "name": "x", "password": "Quite-Another-9"}
    )
    assert done.status_code == 403


def test_what_a_person_types_is_shown_as_text(people: People) -> None:
    client = people.client("system_administrator")
    typed = {"username": "<b>", "name": "<script>alert(1)</script>"}
    assert client.post("/office/accounts/new/", typed).status_code == 422, (
        "a user name stands in addresses"
    )
    made = client.post("/office/accounts/new/", typed | {"username": "typed"})
    assert made.status_code == 200, "the first password is shown once"
    assert "<script>alert" not in made.content.decode()
    page = client.get("/office/accounts/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_errors_are_sentences(people: People) -> None:
    client = people.client("expert")
    for path, status in (
        ("/office/nothing/", 404),
        ("/office/accounts/", 403),
        ("/office/results/x/", 404),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert "这一步没有完成" in answer.content.decode()
        assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("<p>printed by 绩效办主任 周某, now</p>", '<p>printed by <span lang="zh-Hans">绩效办主任 周某</span>, now</p>'),
        ("<td>districts_指标数据.csv row 4</td>", '<td>districts_<span lang="zh-Hans">指标数据.csv</span> row 4</td>'),
        ('<option value="1">教育局</option>', '<option lang="zh-Hans" value="1">教育局</option>'),
        ('<svg><text x="1">穗丰县</text></svg>', '<svg><text lang="zh-Hans" x="1">穗丰县</text></svg>'),
        ('<a lang="zh-Hans">中文<b>版</b></a> 数', '<a lang="zh-Hans">中文<b>版</b></a> <span lang="zh-Hans">数</span>'),
        ("<script>say('中')</script><p>plain</p>", "<script>say('中')</script><p>plain</p>"),
    ],
)  # fmt: skip
def test_chinese_on_a_page_in_english_says_that_it_is(page: str, wanted: str) -> None:
    assert marked(page) == wanted


def test_pages_answer_a_head_as_they_answer_a_get(people: People) -> None:
    client = people.client("office_director")
    links = set(re.findall(r'href="(/office/[^"#]*)"', client.get("/office/").content.decode()))
    links |= {"/office/", "/office/questions/new/ask/", "/office/no-such-page/"}
    assert len(links) > 10
    for link in links:
        head, got = client.head(link), client.get(link)
        assert (head.status_code, head.content) == (got.status_code, b""), link

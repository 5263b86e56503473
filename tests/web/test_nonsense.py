"""Every form with plausible nonsense: the page says so in words, nothing meaningless is taken, nothing typed is lost."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.web import walks
from tests.web.conftest import NOW, PASSWORD, People
from tests.web.test_acts import Objects
from zhengheng.workflow.roles import Role

LONG = "很长的文字" * 20_000
NUMBERS = {
    "points",
    "value",
    "wanted",
    "found_value",
    "share",
    "minutes",
    "size",
    "entry",
    "question",
}
"""Fields of one line that hold a number."""
TYPED = frozenset({"text", "figure", "textarea", "number", "date"})
"""Kinds of field that a person types into."""
NOT_OURS = ("/office/sign-out/", "/office/clock/", "/office/language/")
NONSENSE: dict[str, dict[str, str]] = {
    "nothing but blanks": {"text": "　 \u200b", "textarea": " \n\t", "number": " ", "date": ""},
    "a text of 100,000 characters": {"text": LONG, "textarea": LONG},
    "another unit of measure": {"figure": "0.5亿元", "number": "三", "date": "去年底"},
    "900 %": {"figure": "900 %", "number": "900%", "date": "2026-02-30"},
    "negative": {"figure": "-95", "number": "-1", "date": "-2026-01-01"},
    "a far year": {"figure": "9" * 23, "number": "9" * 20, "date": "9999-12-31"},
    "not even a number": {"figure": "NaN", "number": "1e9", "date": "0000-00-00"},
    "line separators": {"text": "一\u2028二\u2029三\x85四", "textarea": "一\u2028二\u2029三\x85四"},
    "what is not in the list": {"select": "没有这一项"},
    "yesterday": {"date": (NOW.date() - timedelta(1)).isoformat()},
    "a file of another kind": {"file": "MZ\x90 not what it says"},
}  # fmt: skip
"""What is typed into each kind of field; fields of other kinds hold something sound."""
SOUND = {"text": "情况属实", "textarea": "情况属实，予以说明。", "number": "1", "date": NOW.date().isoformat(), "figure": "1"}  # fmt: skip
MEANINGLESS = frozenset(NONSENSE) - {"line separators", "yesterday", "a file of another kind"}
"""What no field of its kind can mean."""
DRAFTS = ("/office/reports/*/save/",)
"""Forms that keep what was typed as it was typed; it is read when the draft is submitted."""
DEEP = 4
"""Lists and objects have at most so many strokes in their address; what they offer is another thing for each account."""
NAMED = re.compile(r"(?<=/accounts/)(?!new/|import/)[^/]+(?=/)")


def shape_of(address: str) -> str:
    """An address without what names one thing or one account."""
    return NAMED.sub("*", walks.SHAPE.sub("*", address))


@dataclass
class Form:
    """A form as the browser sees it."""

    action: str
    fields: list[tuple[str, str, str, bool, list[str]]] = field(default_factory=list)
    """Name, kind, what stands in it, whether it must be filled in, what can be chosen."""

    def of(self, kind: str) -> list[str]:
        """The fields of a kind."""
        return [name for name, held, *_ in self.fields if held == kind]


class _Forms(HTMLParser):
    """The forms of a page that change something."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address, self.forms = address, list[Form]()
        self.form: Form | None = None
        self.select: tuple[str, bool, list[str], list[str]] | None = None
        self.area: tuple[str, bool] | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form" and held.get("method", "").lower() == "post":
            self.form = Form(held.get("action") or self.address)
            self.forms.append(self.form)
        if self.form is None:
            return
        name, must = held.get("name", ""), "required" in held
        if tag == "input" and name and name != "csrfmiddlewaretoken":
            kind = held.get("type", "text")
            kind = "figure" if kind == "text" and name.split(".")[-1] in NUMBERS else kind
            self.form.fields.append((name, kind, held.get("value", ""), must, []))
        elif tag == "textarea":
            self.area, self.text = (name, must), ""
        elif tag == "select":
            self.select = (name, must, [], [])
        elif tag == "option" and self.select:
            self.select[2].append(held.get("value", ""))
            if "selected" in held:
                self.select[3].append(held.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if self.form is None:
            return
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area:
            self.form.fields.append((self.area[0], "textarea", self.text, self.area[1], []))
            self.area = None
        elif tag == "select" and self.select:
            name, must, offered, chosen = self.select
            self.form.fields.append((name, "select", (chosen or [""])[0], must, offered))
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data


def forms_of(address: str, page: str) -> list[Form]:
    """The forms of a page."""
    parser = _Forms(address)
    parser.feed(page)
    return parser.forms


def crawl(client: Client, barren: Counter[str]) -> Iterator[tuple[str, str]]:
    """Every page that links lead to, one of each shape; not again a deep one that had no form for two accounts."""
    seen, queue = {"/office/"}, ["/office/"]
    for address in queue:
        shape = shape_of(address)
        if barren[shape] > 1 and shape.count("/") > DEEP:
            continue
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        page = answer.getvalue().decode()
        barren[shape] += all(form.action in NOT_OURS for form in forms_of(address, page))
        yield address, page
        for link in re.findall(r'href="([^"#?]+)', page):
            whole = walks._whole(html.unescape(link), address)
            if whole.startswith("/office/") and whole.endswith("/") and shape_of(whole) not in seen:
                seen.add(shape_of(whole))
                queue.append(whole)


def filled(form: Form, nonsense: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """What is submitted, and the fields in which the nonsense stands."""
    body: dict[str, Any] = {}
    placed = []
    for name, kind, value, _, offered in form.fields:
        as_text = "text" if kind == "figure" and kind not in nonsense else kind
        if kind == "checkbox":
            continue
        if kind in {"file"}:
            body[name] = SimpleUploadedFile("表.pdf", nonsense.get(kind, "%PDF-1.7 sound").encode())
            placed += [name] * (kind in nonsense)
        elif kind != "hidden" and as_text in nonsense:
            body[name] = nonsense[as_text]
            placed.append(name)
        elif kind == "select":
            body[name] = value or next((one for one in offered if one), "")
        elif kind == "password":
            body[name] = PASSWORD
        else:
            body[name] = value or SOUND.get(kind, "")
    return body, placed


def must_refuse(form: Form, said: str, placed: list[str], nonsense: dict[str, str]) -> bool:
    """Whether no office may take it: meaningless in a field of its kind; blanks in a field that must be filled in."""
    if said not in MEANINGLESS or not placed or shape_of(form.action) in DRAFTS:
        return False
    if said == "negative":  # a growth may be negative; no count and no day is
        return any(name in placed for name in [*form.of("number"), *form.of("date")])
    if said != "nothing but blanks":
        return True
    return any(must for name, kind, _, must, _ in form.fields if name in placed and kind in nonsense and "." not in name)  # fmt: skip


def test_no_form_takes_plausible_nonsense(people: People) -> None:
    """As every role of a small city that holds one of everything: each form once, with every nonsense, and twice."""
    Objects(people, "D10")
    seen: set[tuple[str, tuple[str, ...]]] = set()
    barren: Counter[str] = Counter()
    wrong: list[str] = []
    for role in Role:
        client = people.client(role.value)
        client.raise_request_exception = False
        for address, page in crawl(client, barren):
            for form in forms_of(address, page):
                shape = (
                    shape_of(form.action),
                    tuple(re.sub(r"\d+", "*", one[0]) for one in form.fields),
                )
                if shape in seen or form.action in NOT_OURS:
                    continue
                seen.add(shape)
                wrong += [f"{role.value} {form.action} {why}" for why in tried(client, form)]
    assert len({shape for shape, _ in seen}) > 80, "forms of every kind of object were there"
    assert wrong == []


def tried(client: Client, form: Form) -> Iterator[str]:
    """Every nonsense in the fields of its kind, each undone; then something sound, twice."""
    for said, nonsense in NONSENSE.items():
        body, placed = filled(form, nonsense)
        if placed:
            with transaction.atomic():
                answer = client.post(form.action, body)
                transaction.set_rollback(True)
            for why in faults(answer, form, body):
                yield f"{said}: {why}"
            if answer.status_code < 400 and must_refuse(form, said, placed, nonsense):
                yield f"{said}: taken in {placed}"
    with transaction.atomic():
        for time in ("once", "twice"):
            answer = client.post(form.action, filled(form, {})[0])
            for why in faults(answer, form, {}):
                yield f"{time}: {why}"
        transaction.set_rollback(True)


def faults(answer: Any, form: Form, body: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an answer: no words, words of a machine, or something typed that is gone."""
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    if not 400 <= answer.status_code < 500:
        return
    page = answer.getvalue().decode()
    alert = re.search(r'role="alert".*?</(?:div|p)>', page, re.DOTALL)
    if alert is None:
        yield f"{answer.status_code} without a word"
        return
    words = html.unescape(re.sub(r"<[^>]*>", " ", alert[0]))
    for text in body.values():  # a message may say what was typed
        words = words.replace(text, "") if isinstance(text, str) and text else words
    if machine := walks.LITERALS.search(words):
        yield f"a word of the machine: {machine[0]}"
    back = next((one for one in forms_of(form.action, page) if one.action == form.action), None)
    typed = {name: body.get(name) for name, kind, *_ in form.fields if kind in TYPED}
    if back is None and any(typed.values()) and answer.status_code == 422:
        yield "the form does not come back"
    if back is not None:
        held = {name: value for name, _, value, *_ in back.fields}
        for name, text in typed.items():
            if text and _plain(held.get(name, "")) != _plain(text):
                yield f"{name} is lost: {text[:20]!r} → {held.get(name, '')[:20]!r}"


def _plain(text: str) -> str:
    """A text as a form sends it: one kind of line end, nothing around it."""
    return text.replace("\r\n", "\n").strip()

"""Walks over all of a city: each account follows every link; what it reads holds no internal word, in its own language."""

import csv
import html
import io
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import docx
import openpyxl
from django.apps import apps
from django.db import models
from django.test import Client
from pypdfium2 import PdfDocument

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts import told
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.jobs.services import FUNCTIONS
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.workflow.permissions import ACTS

SHAPE = re.compile(r"[0-9a-f]{12,}|(?<==)[^&]+|(?<=/)[A-Z]?\d[\d-]*(?=[/.]|$)")
"""What of an address names one thing: addresses that differ in nothing else are of one shape."""
HAN = re.compile(r"[\u3400-\u9fff]+")
LITERALS = re.compile(
    r"\{'|'\}|\[\(?'|\b(?:None|True|False|NULL|NaN)\b|Decimal\(|datetime\.|PosixPath|<[\w.]+ object at|Traceback"
    r"|\{\{|\{%|%\}|\b(?:field|value|type)_?error\b|\b(?:string|int|decimal|date|literal)_(?:type|parsing|error|too_\w+)\b"
)
"""What Python, pydantic and the templates write for themselves."""
SHORTHAND = re.compile(
    r"[∋∈∀∃]|\[\?|\?\]|[→≥≤>=\w]\)\([-\d.]"  # formulas that only their author reads
    r"|(?<![\d.])0 (?:分钟|minutes?\b)"  # a time that nobody gave
    r"|\b[A-Z]\d\d!\w+|\.ya?ml:\d|\b\w+/\d+\.html\b|\.html#"  # places within the program
    r"|半年 / 一半|\b(?:min|max)\(\s*\?"
)
"""What stands for something in the program's own short way."""
GLUE = re.compile(
    r"(?<![\u3400-\u9fff“”《》〔〕（）\d])\s*[、，。；：？！（）]\s*(?![\u3400-\u9fff“”《》〔〕（）])"
)
"""A full-width mark with nothing Chinese beside it."""
CODE = re.compile(r"(?<![\w.\-/=#?&%+])[A-Z]\d\d(?:-\d)*(?![\w\-/.%]|\s*[+×·])")
SENTENCE = re.compile(r"(?:\b[A-Za-z]{2,}[ ,;]+){4,}[A-Za-z]{2,}")


class _Texts(HTMLParser):
    """What a reader reads of a page, in pieces; program text (pre, code) and the rows of files (samp) are shown as what they are."""

    SKIPPED = frozenset({"script", "style", "pre", "code", "samp"})
    READ = frozenset({"aria-label", "placeholder", "title", "alt"})
    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})  # fmt: skip
    INLINE = frozenset({"a", "b", "strong", "em", "small", "span"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.skipping = 0
        self.marked: list[str] = []
        """Elements that are open from the one on that says it is in Chinese."""
        self.unmarked: list[str] = []
        """Chinese that no element says is Chinese."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = (dict(attrs).get("lang") or "").startswith("zh")
        if tag not in self.VOID and (self.marked or said):
            self.marked.append(tag)
        self.skipping += tag in self.SKIPPED
        self.pieces += [f"\n{value}\n" for name, value in attrs if name in self.READ and value]
        self.pieces += ["\n"] * (tag not in self.INLINE)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.marked:
            del self.marked[len(self.marked) - 1 - self.marked[::-1].index(tag) :]
        self.skipping -= tag in self.SKIPPED
        self.pieces += ["\n"] * (tag not in self.INLINE)

    def handle_data(self, data: str) -> None:
        if not self.skipping and not self.marked and HAN.search(data):
            self.unmarked.append(data)
        if not self.skipping:
            self.pieces.append(re.sub(r"\s+", " ", data))


def unmarked(page: str) -> list[str]:
    """Chinese on a page in English that nothing says is Chinese."""
    parser = _Texts()
    parser.feed(page)
    return [" ".join(one.split()) for one in parser.unmarked]


def texts(page: str) -> list[str]:
    """The pieces of text on a page."""
    parser = _Texts()
    parser.feed(page)
    return [" ".join(one.split()) for one in "".join(parser.pieces).split("\n") if one.strip()]


@dataclass
class Words:
    """What no text that people read may hold, as this city's own codes say it."""

    logins: re.Pattern[str]
    codes: re.Pattern[str]
    names: tuple[str, ...]
    """People's names, which stand in any language as they are."""
    named: dict[str, set[str]]
    """What units and indicators are called, by code: a code stands beside a name, or not at all."""
    written: str
    """All that people wrote, which nobody translates; and names without an English one."""
    seen: set[tuple[str, str]] = field(default_factory=set)
    files: Counter[tuple[bool, str]] = field(default_factory=Counter)
    """How many people opened a kind of file, by language."""


def words_of_the_city() -> Words:
    """Codes of acts, jobs, states, items and grades; logins; what people wrote."""
    acts = (
        told.acts().keys() | ACTS.keys() | (FUNCTIONS.keys() - {"compute", "archive", "rehearse"})
    )
    states = {state for kind in KINDS for state in kind.machine.names}
    items, grades = set(), set()
    named: dict[str, set[str]] = defaultdict(set)
    for code, *called in Unit.objects.values_list("code", "name_zh", "name_en"):
        named[code] |= set(called)
    for version in RulebookVersion.objects.exclude(text=""):
        book = book_of(version)
        items |= {one.code for one in book.adjustments}
        for one in book.indicators:
            named[one.code] |= {one.name.zh, one.name.say("en")}
        if book.grading:
            grades |= {band.code for band in (*book.grading.bands, *book.grading.outside)}
    codes = sorted(acts | states | items | grades, key=len, reverse=True)
    accounts = list(Account.objects.values_list("username", "name"))
    return Words(
        re.compile(r"(?<![\w.-])(?:" + "|".join(re.escape(one) for one, _ in accounts) + r")(?![\w.-])"),
        re.compile(r"(?<![\w./-])(?:" + "|".join(map(re.escape, codes)) + r")(?![\w/-]|\.\w)"),
        tuple(sorted((name for _, name in accounts), key=len, reverse=True)),
        {code: held - {""} for code, held in named.items()}, "\n".join(_written()),
    )  # fmt: skip


def _written() -> Iterator[str]:
    """Every text in the office's tables, but names that have an English one beside them, and the rulebooks."""
    for version in RulebookVersion.objects.exclude(text=""):
        yield from _untranslated(book_of(version).model_dump(mode="json"))
        yield from (held for name, held in vars(version).items() if isinstance(held, str) and name not in {"text", "title_zh"})  # fmt: skip
    for model in apps.get_models():
        if not model.__module__.startswith("zhengheng.web") or model in (Account, RulebookVersion):
            continue
        kept = [f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField | models.JSONField)]  # fmt: skip
        for obj in model._default_manager.all():
            for one in kept:
                if not (one.name.endswith("_zh") and getattr(obj, one.name[:-2] + "en", "")):
                    yield from _strings(getattr(obj, one.name))


def _untranslated(value: Any) -> Iterator[str]:
    """What a rulebook says in Chinese alone."""
    if isinstance(value, dict) and "zh" in value:
        yield "" if value.get("en") else value["zh"]
    elif isinstance(value, dict | list | tuple):
        for held in value.values() if isinstance(value, dict) else value:
            yield from _untranslated(held)
    elif isinstance(value, str):
        yield value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        # Results of jobs and effects keep a name in both languages, each under a key of its own.
        for key, held in value.items():
            if key not in {"name", "zh", "moved"}:
                yield from _strings(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _strings(held)


PORTAL = re.compile(r"(?:/office/publications/\d+/preview)?/(en/)?(?!office/)[^?]+\.html")
PROPER = {"中文"}
"""The switch to Chinese is named in Chinese."""
FILE = re.compile(r"[^\s：:]*\.(?:csv|xlsx?|txt|zip|json|ya?ml|parquet|html)\b[^\s]*")
"""A file is called what it is called."""
MACHINES = re.compile(
    r"/office/rulebooks/|/office/overview/\w+/file\.csv|/(?:office/publications/\d+/preview/)?data/"
)
"""Tables that are read by machines: the rulebook's own form, with its codes and both languages, the open data, and the
scores as the reference of tables names their columns; people take these as a workbook."""


def wrong_in(
    text: str, address: str, english: bool, words: Words, table: bool = False
) -> list[str]:
    """What a piece of text holds that people should not read; a table for machines may hold codes and both languages."""
    found = LITERALS.findall(text)
    if table:
        return found + words.logins.findall(text)
    found += SHORTHAND.findall(text)
    text = FILE.sub("", text)
    found += alone(text, words)
    if english:
        found += [one for one in GLUE.findall(text) if text not in words.written]
        for name in words.names:
            text = text.replace(name, "")
        return found + [one for one in HAN.findall(text) if not _by_somebody(one, words) and one not in PROPER]  # fmt: skip
    found += words.codes.findall(text) + SENTENCE.findall(text)
    if not address.startswith(
        "/office/accounts/"
    ):  # where accounts are kept, the login is the matter
        found += words.logins.findall(text)
    return found


def _by_somebody(piece: str, words: Words) -> bool:
    """Whether it is what somebody wrote; of a PDF, two cells that stand side by side."""
    if piece in words.written:
        return True
    whole = set(HAN.findall(words.written))
    return any(piece[:at] in whole and piece[at:] in whole for at in range(1, len(piece)))


def alone(text: str, words: Words) -> list[str]:
    """Codes in a text that stand there without the name of what they mean; what people wrote is as they wrote it."""
    held = [code for code in CODE.findall(text) if code in words.named]
    return [] if text in words.written else [
        code for code in held if not any(name in text for name in words.named[code])
    ]  # fmt: skip


CLOCK = re.compile(r'class="standing-clock">[^<]*\d{4}-\d\d-\d\d \d\d:\d\d')
"""A demonstration's clock as the frame of every page says it."""
DOWNLOAD = re.compile(r"\.(?:xlsx|docx|pdf|zip|csv|json|parquet)(?:\?|$)|/download/")
PEOPLE = 3
"""Who open the same kind of file, which says the same to everybody; pages are opened by all."""
EACH = 3
"""Addresses of one shape that those with the same rights open together, wherever in the city they lead."""


@dataclass
class Trodden:
    """What those with the same rights opened together."""

    shapes: set[str] = field(default_factory=set)
    """All that they were led to."""
    opened: set[str] = field(default_factory=set)
    count: Counter[str] = field(default_factory=Counter)

    def asks(self, address: str, shape: str, own: set[str], near: bool, each: int) -> bool:
        """Whether one more opens it: the first of its shape to him, or one of those that nobody of them opened yet."""
        if shape not in own and (near or shape not in self.shapes):
            return True
        return address not in self.opened and self.count[shape] < each


def walk(
    client: Client, start: str, within: str, trodden: Trodden, opens: Callable[[str], bool], each: int = EACH
) -> Iterator[tuple[str, str, bytes]]:  # fmt: skip
    """Pages and files that links lead to, in no order, so that they lie all over the city: address, type, content.

    All of them open. Of each shape one at least, of what others with the same rights opened only what stands on the
    first page; beyond that `each` of a shape together. `opens` says of a file's shape whether it is opened.
    """
    pick, own = random.Random(start), set[str]()
    seen, queue = {start}, [(start, True)]
    while queue:
        place = pick.randrange(len(queue))
        queue[place], queue[-1] = queue[-1], queue[place]
        address, near = queue.pop()
        shape = SHAPE.sub("*", address)
        if not trodden.asks(address, shape, own, near, each) or (DOWNLOAD.search(address) and not opens(shape)):  # fmt: skip
            continue
        own.add(shape)
        trodden.opened.add(address)
        trodden.count[shape] += 1
        response = client.get(address)
        if response.status_code == 302 and response["Location"].startswith("/static/"):
            continue
        assert response.status_code == 200, address
        content = response.getvalue()
        kind = response["Content-Type"]
        yield address, kind, content
        if "html" in kind:
            for link in re.findall(r'href="([^"#]*)"', content.decode()):
                whole = _whole(html.unescape(link), address)
                if whole.startswith(within) and not whole.startswith("/static/") and whole not in seen:  # fmt: skip
                    seen.add(whole)
                    queue.append((whole, address == start))
    trodden.shapes |= own


def _whole(link: str, address: str) -> str:
    if link.startswith(("http:", "https:", "mailto:", "data:", "javascript:")) or not link:
        return ""
    if link.startswith("/"):
        return link
    if link.startswith("?"):
        return address.split("?")[0] + link
    parts = address.split("?")[0].split("/")[:-1]
    for one in link.split("/"):
        parts = parts[:-1] if one == ".." else parts if one == "." else [*parts, one]
    return "/".join(parts)


BROKEN = re.compile(r"(?<=[^\x00-\x7f])\r?\n|\r?\n(?=[^\x00-\x7f])")
"""Where a line of a printed page ends within Chinese, which has no blanks between words."""


def read_of(kind: str, content: bytes) -> list[str]:
    """What people read of a page, a document or a table; nothing of what is made for machines."""
    if "html" in kind:
        return texts(content.decode())
    if "wordprocessing" in kind:
        word = docx.Document(io.BytesIO(content))
        return [one.text for one in word.paragraphs] + [c.text for t in word.tables for r in t.rows for c in r.cells]  # fmt: skip
    if "pdf" in kind:
        pages = (page.get_textpage().get_text_range() for page in PdfDocument(content))
        return [BROKEN.sub("", page).replace("\r\n", " ") for page in pages]
    if "csv" in kind:
        return [
            cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row
        ]
    if "spreadsheet" in kind:
        sheets = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        return [str(cell) for sheet in sheets if sheet.sheet_state == "visible"
                for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)]  # fmt: skip
    return []


def look(
    client: Client, words: Words, *, english: bool = False, start: str = "/office/", within: str = "/office/",
    trodden: Trodden | None = None, each: int = EACH,
) -> tuple[int, list[str]]:  # fmt: skip
    """Walk, and tell how many pages opened and what stood on them that should not; the same text is looked at once."""
    client.cookies["language"] = "en" if english else "zh-hans"
    count, found = 0, []

    def opens(shape: str) -> bool:
        words.files[english, shape] += 1
        return words.files[english, shape] <= PEOPLE

    for address, kind, content in walk(client, start, within, trodden or Trodden(), opens, each):
        count += 1
        # The portal's pages have the language of their address, before a release too.
        of_the_portal = PORTAL.match(address)
        foreign = of_the_portal[1] is not None if of_the_portal else english
        if b'class="standing-clock"' in content and not CLOCK.search(content.decode()) and not of_the_portal:  # fmt: skip
            found.append(f"{address}: the day and hour at which the clock stands are hidden")
        if foreign and "html" in kind:
            found += [f"{address}: not marked as Chinese: {one[:160]!r}" for one in unmarked(content.decode())]  # fmt: skip
        for text in read_of(kind, content):
            if (str(foreign), text) not in words.seen:
                words.seen.add((str(foreign), text))
                table = ("spreadsheet" in kind or "csv" in kind) and bool(foreign or MACHINES.match(address))  # fmt: skip
                wrong = wrong_in(text, address, foreign, words, table)
                found += [f"{address}: {one!r} in {text[:160]!r}" for one in wrong]
    return count, found

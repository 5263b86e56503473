"""What an entry of the ledger says of a sample: about which value it is, what was found and what follows, in words."""

from collections.abc import Mapping
from typing import Any

from zhengheng.web.acts.declare import Words
from zhengheng.web.audits import selectors
from zhengheng.web.audits.models import FINDINGS, FOLLOWS, Audit, Entry
from zhengheng.web.pages.tags import say
from zhengheng.web.rulebooks.selectors import book_of

Said = list[tuple[Words, str]]
FOUND: Words = ("，核实为 ", ", found: ")
CORRECTED: Words = ("，更正为 ", ", to ")


def recalled(audit: Audit, content: Mapping[str, Any]) -> Said:
    """The drawn value by its names, the finding, and what was said with it; what is erased or of other acts says what it can."""
    entry = _of(audit, content.get("entry"))
    before = content.get("before")
    before = before if isinstance(before, dict) else {}
    value, was = (_value(audit, entry, one.get("value")) for one in (content, before))
    found = (
        (("抽中的数据", "Drawn value"), _named(audit, entry)),
        (
            ("更正前", "Before the correction"),
            _told(FINDINGS.get(before.get("finding", "")), was, FOUND),
        ),
        (("核查结果", "Finding"), _told(FINDINGS.get(content.get("finding", "")), value, FOUND)),
        (("说明", "Note"), content.get("note")),
        (
            ("怎样处理", "What is done about it"),
            _told(FOLLOWS.get(content.get("follows", "")), value, CORRECTED),
        ),
        (("绩效办答复", "The office's reply"), content.get("reply")),
        (("更正的理由", "Why it is corrected"), content.get("why")),
        (("问题", "Question"), content.get("text") or _question(audit, content.get("question"))),
        (("答复", "Answer"), content.get("answer")),
        (("再次抽取的理由", "Why there is another sample"), content.get("reason")),
    )
    return [(words, str(text)) for words, text in found if text]


def _of(audit: Audit, said: Any) -> Entry | None:
    """The entry that is named by its value (a finding) or by its number (a reply)."""
    held = audit.entries.select_related("report__unit", "unit")
    return next((one for one in held if said in (one.pk, selectors.name_of(one))), None) if said else None  # fmt: skip


def _named(audit: Audit, entry: Entry | None) -> str:
    if entry is None:
        return ""
    unit, code, period = selectors.about(entry)
    indicator = book_of(audit.rulebook).indicator(code)
    name = say(indicator.name.zh, indicator.name.say("en"))
    return f"{say(unit.name_zh, unit.name_en or unit.name_zh)} {name} {period}"


def _value(audit: Audit, entry: Entry | None, value: Any) -> str:
    """A value with its unit of measure, where it is known what it is of."""
    if entry is None or not value:
        return str(value or "")
    indicator = book_of(audit.rulebook).indicator(selectors.about(entry)[1])
    return say(*indicator.measured(str(value)))


def _told(words: Words | None, value: str, led: Words) -> str:
    """A finding, or what is done about it, with the value that it led to; empty where the entry says nothing of it."""
    return f"{say(*words)}{say(*led) + value if value else ''}" if words is not None else ""


def _question(audit: Audit, number: Any) -> str:
    found = audit.questions.filter(pk=number).first() if isinstance(number, int) else None
    return found.text if found else ""

"""What was said at each act of an object: every round stays to be read, as the ledger keeps it."""

import json
import re
from typing import Any

from zhengheng.domain.numbers import with_unit
from zhengheng.web.acts import forms
from zhengheng.web.acts.declare import Act, Kind, Words
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.tags import say
from zhengheng.web.rulebooks.selectors import indicator_words

COMMON: dict[str, Words] = {
    "before": ("原为", "Before"), "value": ("数值", "Value"), "wanted": ("应为", "Wanted"), "lines": ("目标", "Targets"), "reason": ("理由", "Reason"),
    "measured": ("复测值", "Measured again"), "left_out": ("不计入的理由", "Why it stays out"),
    "opinion": ("单位意见", "The unit's opinion"), "reply": ("绩效办答复", "The office's reply"), "objection": ("异议", "Objection"),
    "answer": ("答复", "Answer"), "note": ("说明", "Note"), "round": ("轮次", "Round"), "statement": ("事实与理由", "Facts and reasons"),
    "achievement": ("完成情况", "What was achieved"), "unmet": ("未完成的事项", "What was not"), "measures": ("措施", "Measures"), "report": ("办理情况", "What was done"),
    "why": ("原因", "Why"), "package": ("归档包", "Archive package"), "sha256": ("归档包摘要（SHA-256）", "Digest of the package (SHA-256)"),
    "due": ("期限", "Due"), "text": ("内容", "Text"), "until": ("期限", "Until"),
}  # fmt: skip
"""Words of what entries hold beside the fields of their forms."""
SEED: Words = ("抽签种子的 SHA-256", "SHA-256 of the draw's seed")
VALUES = frozenset({"value", "wanted", "before", "measured"})
"""What holds a number of the object's value, of a kind that is about one."""
NUMBER = re.compile(r"[-−]?[\d,]+(\.\d+)?")
HINT = re.compile(r"\s*[（(](?P<said>[^（）()]*)[）)]$")
"""What a label says in brackets at its end."""
MEASURES = frozenset({"分", "分钟"})
"""Of these what stands in every record: what the number is measured in. All else tells whoever fills in the form."""
NUMBERS = frozenset(
    {
        "item",
        "unit",
        "supplier",
        "rulebook",
        "run",
        "decision",
        "successor",
        "mentor",
        "grade",
        "line",
    }
)
"""Fields that hold a code or a number of another object: the object's facts tell those in words."""


def said(kind: Kind, obj: Any, entry: LedgerEntry) -> list[tuple[Words, str]]:
    """What an entry says, in the words of the act's form; nothing where its content was erased at the end of its time."""
    content = json.loads(entry.content) if entry.content else {}
    if kind.recalled is not None:
        return kind.recalled(obj, content)
    act = next((one for one in kind.acts if one.code == entry.act), None)
    known = _fields(act) | COMMON
    if "seed" in content:
        known |= {"sha256": SEED}
    if act is not None and (day := _day(act, content)) is not None:
        known |= {"on": day}
    version = _version(kind, obj)
    about = [] if hasattr(obj, "unit") else _unit(content)
    unit = kind.measure(obj)[0] if kind.measure else ("", "")
    # The day first: the place of a hearing without it tells nobody when.
    held = sorted(content.items(), key=lambda one: one[0] != "on")
    return about + [
        (known[name], (_said_before(act, value, unit) or _text(value, version)) if name == "before" and isinstance(value, dict) else _measured(name, _text(value, version), unit))
        for name, value in held if name in known and value not in (None, "", {}, [])
    ]  # fmt: skip


def _day(act: Act, content: dict[str, Any]) -> Words | None:
    """What the day is called that an entry keeps as `on`: the form's one date, where that does not stand under its own name."""
    days = [one for one in forms.inputs(act.given, {}, {}) if one.kind == "date"]
    return days[0].words if len(days) == 1 and days[0].name not in content else None


def _measured(name: str, text: str, unit: Words) -> str:
    """A number of the object's value with its unit of measure."""
    return with_unit(text, say(*unit)) if name in VALUES and NUMBER.fullmatch(text) else text


def _said_before(act: Act | None, held: dict[str, Any], unit: Words) -> str:
    """Several fields as they were before, in the words of the act's form."""
    fields = {one.name: one for one in forms.inputs(act.given, {}, {})} if act else {}
    told = []
    for name in fields:
        value = held.get(name)
        if value in (None, ""):
            continue
        words = dict(fields[name].choices).get(str(value))
        text = (
            say(*words) if isinstance(words, (tuple, list)) else _measured(name, str(value), unit)
        )
        zh, en = COMMON.get(name, _label(fields[name].words))
        told.append(f"{say(zh, en)} {text}")
    return say("，", ", ").join(told)


def _unit(content: dict[str, Any]) -> list[tuple[Words, str]]:
    """The unit that an entry is about, by its name, of an object that is about many: whom a result was served on, or graded."""
    code = content.get("unit")
    unit = Unit.objects.filter(code=code).first() if isinstance(code, str) and code else None
    return [(("单位", "Unit"), say(unit.name_zh, unit.name_en or unit.name_zh))] if unit else []


def _version(kind: Kind, obj: Any) -> Any:
    """The rulebook in whose words an object speaks."""
    if kind.year:
        return kind.year(obj)
    held = (getattr(obj, "rulebook", None), getattr(obj, "version", None), getattr(getattr(obj, "run", None), "version", None))  # fmt: skip
    # A result names its rulebook by code and holds the version beside it.
    return next((one for one in held if hasattr(one, "wording")), None)


def _fields(act: Act | None) -> dict[str, Words]:
    if act is None:
        return {}
    return {
        one.name: _label(one.words) for one in forms.inputs(act.given, {}, {})
        if one.kind in {"line", "text", "date", "number"} and one.name not in NUMBERS and one.words[0] != one.name
    }  # fmt: skip


def _label(words: Words) -> Words:
    """A field's label as a record has it: without the hint for whoever fills it in."""
    found = HINT.search(words[0])
    if found is None or found["said"] in MEASURES:
        return words
    return HINT.sub("", words[0]), HINT.sub("", words[1])


def _text(value: Any, version: Any) -> str:
    """A value of an entry; indicators by code and name, in the words of the rulebook that the object is about."""
    if isinstance(value, list):
        return say("；", "; ").join(" ".join(_named(str(held), version) for held in one.values()) if isinstance(one, dict) else str(one) for one in value)  # fmt: skip
    if isinstance(value, dict):
        return say("；", "; ").join(
            f"{_named(code, version)} {held}" for code, held in value.items()
        )
    return _named(str(value), version)


def _named(text: str, version: Any) -> str:
    return text if version is None else say(*indicator_words(version, text))

"""What was said at each act of an object: every round stays to be read, as the ledger keeps it."""

import json
from typing import Any

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
    version = _version(kind, obj)
    about = [] if hasattr(obj, "unit") else _unit(content)
    return about + [(known[name], _text(value, version)) for name, value in content.items() if name in known and value not in (None, "", {}, [])]  # fmt: skip


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
        one.name: one.words for one in forms.inputs(act.given, {}, {})
        if one.kind in {"line", "text", "date", "number"} and one.name not in NUMBERS and one.words[0] != one.name
    }  # fmt: skip


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

"""The paper of a signature 签批单: what is signed, as it stands, with room to sign by hand; the scan comes back with the act."""

from datetime import datetime
from typing import Any

from zhengheng.web.acts import forms
from zhengheng.web.acts.declare import Act, Kind, Words
from zhengheng.web.files.documents import Report, Section, Table
from zhengheng.web.pages.tags import say, show


def blank(kind: Kind, act: Act, now: datetime) -> Report:
    """The paper of an act that makes an object: what it asks for, to be filled in and signed by hand."""
    return Report(
        title=f"{say('签批单', 'Paper to be signed')}: {say(*act.words)}", answer=say(*act.help) or say(*kind.words),
        origin=f"{say(*kind.words)} · {now:%Y-%m-%d %H:%M}", sections=[*_asked(act), _signatures()],
    )  # fmt: skip


def _asked(act: Act, about: tuple[Words, str] | None = None) -> list[Section]:
    """What the act asks for, each with room to write; of the object's value its unit of measure and period."""
    asked = forms.measured(forms.inputs(act.given, {}, {}), about)
    rows = [
        (say(*one.words) + (f" ({say(*one.note)})" if one.note[0] else ""), "\n")
        for one in asked if one.name != "paper"
    ]  # fmt: skip
    if not rows:
        return []
    head = say("项目", "Item"), say("内容", "Content")
    return [Section(say("办理内容", "What is decided"), tables=(Table(head, rows),))]


def _signatures() -> Section:
    blank_rows = [("\n\n", "", "", "")] * 3
    return Section(say("签字", "Signatures"), tables=(
        Table((say("姓名", "Name"), say("职务", "Office"), say("签字", "Signature"), say("日期", "Date")), blank_rows),
    ))  # fmt: skip


def slip(kind: Kind, act: Act, obj: Any, now: datetime) -> Report:
    """The paper of an act on an object in the reader's language; its foot names object and version."""
    facts = [(column.words, column.of(obj)) for column in (*kind.columns, *kind.facts)]
    rows = [(say(*words), show(value)) for words, value in facts if value not in (None, "")]
    return Report(
        title=f"{say('签批单', 'Paper to be signed')}: {say(*act.words)}",
        answer=f"{say(*kind.title(obj))}; {say(*kind.state_of(obj))}",
        origin=f"{kind.name}:{obj.pk} · {say('版本', 'version')} {obj.row_version} · {now:%Y-%m-%d %H:%M}",
        sections=[
            Section(say("事项", "What it is about"), tables=(Table((say("项目", "Item"), say("内容", "Content")), rows),)),
            *(kind.printed(obj) if kind.printed else ()),
            *_asked(act, kind.measure(obj) if kind.measure else None), _signatures(),
        ],
    )  # fmt: skip

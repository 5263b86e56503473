"""The paper of a signature 签批单: what is signed, as it stands, with room to sign by hand; the scan comes back with the act."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhengheng.web.acts import forms
from zhengheng.web.acts.declare import Act, Kind, Words
from zhengheng.web.files.documents import Report, Section, Table
from zhengheng.web.files.models import StoredFile
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


def compared(places: Sequence[tuple[str, Words]], before: Mapping[str, str], after: Mapping[str, str], heads: tuple[str, str]) -> Table:  # fmt: skip
    """A unit's place before and after what is signed, under the heads of the two."""
    rows = [(say(*words), before[code] or "—", after[code] or "—") for code, words in places]
    return Table((say("项目", "Item"), *heads), rows)


def moves(units: Sequence[Mapping[str, Any]]) -> Table:
    """Every unit that moves with what is signed, from what to what."""
    head = say("变动的单位", "Units that move"), say("得分", "Score"), say("名次", "Rank"), say("计算等次", "Computed grade")  # fmt: skip
    told = ("score", "rank", "grade")
    rows = [(one["name"], *(" → ".join(text or "—" for text in one[field]) for field in told)) for one in units]  # fmt: skip
    return Table(head, rows)


def _attached(obj: Any) -> list[Section]:
    """The files of the object: whoever signs reads them too, and can tell by the digests that they are the same."""
    rows = [(one.name, one.sha256) for one in StoredFile.objects.filter(pk__in=obj.files).order_by("pk")]  # fmt: skip
    head = say("文件", "File"), "SHA-256"
    return [Section(say("附件", "Files"), tables=(Table(head, rows),))] if rows else []


def slip(kind: Kind, act: Act, obj: Any, now: datetime) -> Report:
    """The paper of an act on an object in the reader's language; its foot names object and version."""
    facts = [(column.words, column.of(obj)) for column in (*kind.columns, *kind.facts)]
    rows = [(say(*words), show(value)) for words, value in facts if value not in (None, "")]
    return Report(
        title=f"{say('签批单', 'Paper to be signed')}: {say(*act.words)}",
        answer=f"{say(*kind.title(obj))}; {say(*kind.state_of(obj))}",
        origin=say(f"{kind.words[0]}第 {obj.pk} 号 · 第 {obj.row_version} 版", f"{kind.words[1]}, no. {obj.pk} · version {obj.row_version}") + f" · {now:%Y-%m-%d %H:%M}",
        sections=[
            Section(say("事项", "What it is about"), tables=(Table((say("项目", "Item"), say("内容", "Content")), rows),)),
            *(kind.printed(obj, now.date()) if kind.printed else ()),
            *_attached(obj),
            *_asked(act, kind.measure(obj) if kind.measure else None), _signatures(),
        ],
    )  # fmt: skip

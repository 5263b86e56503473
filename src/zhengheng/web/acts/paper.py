"""The paper of a signature 签批单: what is signed, as it stands, with room to sign by hand; the scan comes back with the act."""

from datetime import datetime
from typing import Any

from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.files.documents import Report, Section, Table
from zhengheng.web.pages.tags import say, show


def slip(kind: Kind, act: Act, obj: Any, now: datetime) -> Report:
    """The paper of an act on an object in the reader's language; its foot names object and version."""
    facts = [(column.words, column.of(obj)) for column in (*kind.columns, *kind.facts)]
    rows = [(say(*words), show(value)) for words, value in facts if value not in (None, "")]
    blank = [("\n\n", "", "", "")] * 3
    return Report(
        title=f"{say('签批单', 'Paper to be signed')}: {say(*act.words)}",
        answer=f"{say(*kind.title(obj))}; {say(*kind.state_of(obj))}",
        origin=f"{kind.name}:{obj.pk} · {say('版本', 'version')} {obj.row_version} · {now:%Y-%m-%d %H:%M}",
        sections=[
            Section(say("事项", "What it is about"), tables=(Table((say("项目", "Item"), say("内容", "Content")), rows),)),
            *(kind.printed(obj) if kind.printed else ()),
            Section(say("签字", "Signatures"), tables=(
                Table((say("姓名", "Name"), say("职务", "Office"), say("签字", "Signature"), say("日期", "Date")), blank),
            )),
        ],
    )  # fmt: skip

"""Texts of people: nothing in them that nobody sees; in those for everybody nothing personal or internal, from whatever form they come."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.domain.said import LEAST, gives_reason
from zhengheng.domain.unseen import named as by_code
from zhengheng.domain.unseen import unseen
from zhengheng.engines.snapshot import KINDS, scan, texts_of
from zhengheng.web.accounts.models import Account


class PublicTextError(ZhenghengError):
    """A text for the public holds something that is not for the public."""


class UnseenError(ZhenghengError):
    """A text holds characters that nobody sees."""


FEWEST = 3
"""Characters of a name that is looked for: a shorter one is too often part of another word [D]."""


def staff() -> list[str]:
    """The names of people who work here, as they might stand in a text."""
    held = [name.split()[-1] for name in Account.objects.values_list("name", flat=True) if name.split()]  # fmt: skip
    return [name for name in held if len(name) >= FEWEST]


def public_fields(given: type[BaseModel]) -> frozenset[str]:
    """The fields of a form whose texts everybody will read, as `ask` marks them; of rows, all columns."""
    said = {name: info.json_schema_extra for name, info in given.model_fields.items()}
    return frozenset(
        name for name, held in said.items() if isinstance(held, dict) and held.get("public")
    )


def check_seen(texts: Mapping[str, Any]) -> None:
    """Raise UnseenError with every place of the texts, by field, that holds marks of control, format or direction."""
    found = [(where, marks) for where, text in texts_of(dict(texts)) if (marks := unseen(text))]
    if found:
        raise UnseenError(
            Problem(where.strip("/").replace("/", "."), "text.unseen",
                    f"文字中有看不见的字符（{by_code(marks)}），请删去后再提交。",
                    f"the text holds characters that nobody sees ({', '.join(by_code([one]) for one in marks)}); take them out")
            for where, marks in found
        )  # fmt: skip


def check_texts(given: BaseModel) -> None:
    """The guard of every act of a person: raise UnseenError for what nobody sees in a text, PublicTextError for
    what is personal or internal in one for the public.
    """
    fields = type(given).model_fields
    # Names and codes in rows have a guard of their own, which says more; rows for the public are looked at below.
    check_seen({name: text for name, text in given if isinstance(text, str) and fields[name].title})
    check_public(given)


def check_public(given: BaseModel) -> None:
    """The guard of every act: raise PublicTextError for what is personal or internal in a text for the public, and for a
    reason in one that says nothing."""
    fields = type(given).model_fields
    short = [name for name, text in given if isinstance(text, str) and text and _is_why(fields[name]) and not gives_reason(text)]  # fmt: skip
    if short:
        raise PublicTextError(
            Problem(name, "public.short", f"理由将对外公布，请写明具体内容，至少 {LEAST} 个字，不能只重复同样的字。",
                    f"everybody will read this reason: say something of {LEAST} letters at least, and not the same ones over and over")
            for name in short
        )  # fmt: skip
    if marked := public_fields(type(given)):
        # Of a form with fields that cannot be read those are None (`forms.GivenError.readable`).
        clean(given.model_dump(mode="json", include=set(marked), exclude_none=True, warnings=False))


def _is_why(info: Any) -> bool:
    said = info.json_schema_extra
    return isinstance(said, dict) and bool(said.get("why"))


def clean(texts: Mapping[str, Any], *, named: bool = True, landlines: bool = False) -> None:
    """Raise PublicTextError with every place of the texts, by field, that holds a personal number, an internal mark or what nobody sees.

    Without `named`, names of people who work here may stand: those of a long document are part of other words.
    With `landlines` their numbers, and rooms of houses, are personal too: an authority may give its own, a citizen's is that of a home.
    """
    # A word such as 内部审计 or 商业秘密 is for the reviewer of a release to look at, not for a form to refuse.
    stays = {"word"} if landlines else {"word", "landline", "home"}
    found = [one for one in scan(dict(texts), staff() if named else ()) if one.kind not in stays]
    if found:
        raise PublicTextError(
            Problem(one.where.strip("/").replace("/", "."), f"public.{one.kind}",
                    f"对外公布的文字{KINDS[one.kind][0]}：{one.text}，请删去后再提交。",
                    f"the text for the public {KINDS[one.kind][1]}: {one.text}; take it out")
            for one in found
        )  # fmt: skip

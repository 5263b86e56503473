"""Texts that everybody will read: nothing personal or internal gets into them, from whatever form they come."""

from collections.abc import Mapping
from typing import Any

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.engines.snapshot import KINDS, scan
from zhengheng.web.accounts.models import Account


class PublicTextError(ZhenghengError):
    """A text for the public holds something that is not for the public."""


def staff() -> list[str]:
    """The names of people who work here, as they might stand in a text."""
    return [name.split()[-1] for name in Account.objects.values_list("name", flat=True) if name.split()]  # fmt: skip


def clean(texts: Mapping[str, Any]) -> None:
    """Raise PublicTextError with every place of the texts, by field, that holds a personal number or an internal mark."""
    found = scan(dict(texts), staff())
    if found:
        raise PublicTextError(
            Problem(one.where.strip("/").replace("/", "."), f"public.{one.kind}",
                    f"对外公布的文字{KINDS[one.kind][0]}：{one.text}，请删去后再提交。",
                    f"the text for the public {KINDS[one.kind][1]}: {one.text}; take it out")
            for one in found
        )  # fmt: skip

"""A street of the sample city does what streets do: what its leader signs at the desk, what is signed on paper for him."""

import io
import re
from typing import Any

from django.db import transaction
from django.test import Client

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.permissions import LED

LEADER, REPORTER = "jiedao-ld", "hengqiao"


def scan() -> io.BytesIO:
    held = io.BytesIO(b"%PDF-1.7 signed by hand")
    held.name = "scan.pdf"
    return held


def signature(on_paper: bool) -> dict[str, Any]:
    return {"paper": scan()} if on_paper else {}


class Desk:
    """One account at its pages: each act is done by its form, and its paper looked at first."""

    def __init__(self, username: str) -> None:
        self.client = Client()
        self.client.force_login(Account.objects.get(username=username))
        self.done: set[str] = set()

    def act(self, path: str, step: str, number: int | str = "new", **given: Any) -> Any:
        """The object after an act of it."""
        kind = next(one for one in KINDS if one.path == path)
        doing = kind.act(step)
        assert doing is not None
        at = f"/office/{path}/{number}/{step}"
        assert self.client.get(f"{at}/").status_code == 200, at
        if doing.on_paper:
            for form in ("docx", "pdf"):
                slip = self.client.get(f"{at}/paper.{form}")
                assert (slip.status_code, len(slip.content) > 1000) == (200, True), (at, form)
        if number != "new":
            given["row_version"] = kind.all().get(pk=number).row_version
        answer = self.client.post(f"{at}/", given)
        assert answer.status_code == 302, (at, [one.zh for one in answer.context["problems"]])
        self.done.add(doing.code)
        landed = re.search(r"/(\d+)/$", answer["Location"])
        return kind.all().get(pk=int(landed[1])) if landed else None

    def refused(self, path: str, step: str, **given: Any) -> set[str]:
        """The fields that an act's form is shown again for."""
        answer = self.client.post(f"/office/{path}/new/{step}/", given)
        assert answer.status_code == 422
        return {one.where for one in answer.context["problems"]}


def walk() -> set[str]:
    """The acts that a street's people did, each with its paper; nothing of it is left behind."""
    book = RulebookVersion.objects.get(code="streets", period="2025", state="adopted").pk
    mine = Unit.objects.get(grants__account__username=REPORTER, grants__revoked_at=None).code
    other = Unit.objects.filter(grants__account__username=LEADER, grants__revoked_at=None).exclude(code=mine).order_by("code")[0].code  # fmt: skip
    with transaction.atomic():
        leader, reporter = Desk(LEADER), Desk(REPORTER)
        for desk, unit, on_paper in ((leader, other, False), (reporter, mine, True)):
            claim = {"rulebook": book, "unit": unit, "item": "praise", "points": "0.5", "document": f"表彰决定〔2025〕{unit}号", "decided_on": "2025-10-10", "reason": "获省级表彰"}  # fmt: skip
            asked = {"rulebook": book, "unit": unit, "ground": "pilot", "facts": "先行先试，没有谋取私利"}  # fmt: skip
            if on_paper:
                assert desk.refused("items", "claim", **claim, evidence=scan()) == {"paper"}
                assert desk.refused("tolerance", "ask", **asked, evidence=scan()) == {"paper"}
            made = desk.act("items", "claim", **claim, evidence=scan(), **signature(on_paper))
            assert made.state == "claimed"
            held = desk.act("tolerance", "ask", **asked, evidence=scan(), **signature(on_paper))
            withdrawn = desk.act("tolerance", "withdraw", held.pk, reason="材料不全，补齐后再报", **signature(on_paper))  # fmt: skip
            assert withdrawn.state == "withdrawn"
            text = {"achievement": "全年任务完成", "unmet": "没有", "measures": "继续做好", "public_text": "全年各项任务已经完成。"}  # fmt: skip
            held = desk.act("self-reports", "draft", rulebook=book, unit=unit, **text)
            slip = str(desk.client.get(f"/api/v1/self-reports/{held.pk}/file/paper").json())
            assert [said for said in text.values() if said not in slip] == []
            filed = desk.act("self-reports", "file", held.pk, **text, **signature(on_paper))  # fmt: skip
            assert filed.state == "filed"
            desk.act("questions", "ask", rulebook=book, indicator="F01", text="响应率怎样计算？")
            desk.act("objections", "lodge", about="公示结果", text="请核对公示的数据")
        transaction.set_rollback(True)
    assert leader.done == reporter.done
    return leader.done & set(LED)

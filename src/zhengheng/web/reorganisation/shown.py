"""What a reorganisation's page and paper show: what hangs on each unit that ends, and to whom it goes."""

from datetime import date
from typing import Any

from zhengheng.web.files.documents import Section, Table
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.tags import say
from zhengheng.web.reorganisation import selectors
from zhengheng.web.reorganisation.models import Reorganisation


def told(case: Reorganisation, day: date) -> dict[str, Any]:
    """The effect as it was approved, or as it is now; its rulebooks by number, for their names."""
    effect = case.effect or selectors.effect(case, day)
    held = Unit.objects.filter(code__in=[one["unit"] for one in effect])
    names = {unit.code: say(unit.name_zh, unit.name_en or unit.name_zh) for unit in held}
    effect = [one | {"name": names.get(one["unit"], one["name"])} for one in effect]
    if case.state == "approved":
        # Where it is still to be carried out, its rulebooks are those of today.
        effect = [one | {"rulebooks": selectors.in_force_now(one["rulebooks"])} for one in effect]
    return {"effect": effect, "books": selectors.books(effect)}


def printed(case: Reorganisation, day: date) -> list[Section]:
    """What hangs on each unit that ends, and to whom it goes."""
    held = told(case, day)
    head = (
        say("单位", "Unit"), say("最后一日", "Last day"), say("账号", "Accounts"), say("下级单位", "Units below"), say("待报数据", "Reports owed"),
        say("未定目标", "Open targets"), say("未结申诉", "Open appeals"), say("未销号整改", "Open cases"), say("其他未办事项", "Other open matters"),
        say("涉及方案", "Rulebooks"),
    )  # fmt: skip
    counted = ("accounts", "below", "reports", "targets", "appeals", "rectifications", "others")
    rows = [
        (f"{one['unit']} {one['name']}", one["last_day"], *(str(one.get(name, "—")) for name in counted),
         say("、", ", ").join(say(*held["books"][number]) for number in one["rulebooks"]) or "—")
        for one in held["effect"]
    ]  # fmt: skip
    heirs = [(f"{one['code']} {say(one['name_zh'], one.get('name_en') or one['name_zh'])}", str(one["share"])) for one in case.heirs]  # fmt: skip
    return [
        Section(say("影响", "What it touches"), tables=(Table(head, rows),)),
        Section(say("承继", "Heirs"), tables=(Table((say("单位", "Unit"), say("份额", "Share")), heirs),)),
    ]  # fmt: skip

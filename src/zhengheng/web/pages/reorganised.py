"""Reorganisations of the reader's own units, for the first page: how far each is, from which day, and what goes to whom."""

from collections.abc import Collection, Iterator
from datetime import date

from zhengheng.web.acts.declare import Words
from zhengheng.web.pages.answered import LATELY
from zhengheng.web.reorganisation.acts import REORGANISATIONS
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reorganisation.selectors import effect, named

COUNTED: dict[str, Words] = {
    "reports": ("待报数据", "reports owed"), "targets": ("未定目标", "open targets"), "appeals": ("未结申诉", "open appeals"),
    "rectifications": ("未销号整改", "open improvement cases"), "others": ("其他未办事项", "other open matters"),
}  # fmt: skip
"""What of an old unit the heir goes on with."""


def reorganised(units: Collection[str], day: date) -> Iterator[tuple[Words, str, Words]]:
    """Title, address and words of each case that ends one of these units or makes it an heir; of a finished one for a while."""
    held = REORGANISATIONS.all().filter(state__in=("asked", "approved", "carried_out", "complete"))
    for case in held.order_by("day", "pk"):
        mine = {*case.units, *(one["code"] for one in case.heirs)} & set(units)
        if mine and (case.state != "complete" or day <= case.day + LATELY):
            (zh, en), (old, heirs) = REORGANISATIONS.title(case), named(case)
            title = (f"机构变动：{zh}", f"Reorganisation: {en}")
            yield title, REORGANISATIONS.address(case), _words(case, day, old, heirs)


def _words(case: Reorganisation, day: date, old: Words, heirs: Words) -> Words:
    on = case.day
    zh, en = {
        "asked": (f"已提出，待委员会决定；拟自 {on} 起{old[0]}撤销，由{heirs[0]}承继。", f"Asked for, and the commission decides; from {on}, {old[1]} would end and {heirs[1]} go on."),
        "approved": (f"已批准：自 {on} 起{old[0]}撤销，由{heirs[0]}承继。", f"Approved: from {on}, {old[1]} ends and {heirs[1]} goes on."),
        "carried_out": (f"已执行：{old[0]}自 {on} 起撤销，由{heirs[0]}承继；人员的角色待安全保密管理员转授权。", f"Carried out: {old[1]} ended, and {heirs[1]} goes on from {on}; the secrecy officer has yet to move the roles."),
        "complete": (f"已执行：{old[0]}自 {on} 起撤销，由{heirs[0]}承继；原单位人员的角色已经终止。", f"Carried out: {old[1]} ended, and {heirs[1]} goes on from {on}; roles at the old units have ended."),
    }[case.state]  # fmt: skip
    rows = case.effect or effect(case, day)
    counts = {name: sum(row.get(name, 0) for row in rows) for name in COUNTED}
    left = [(words, counts[name]) for name, words in COUNTED.items() if counts[name]]
    what_zh = "、".join(f"{words[0]} {count} 项" for words, count in left)
    what_en = ", ".join(f"{words[1]} {count}" for words, count in left)
    if not left:
        return f"{zh}原单位没有未办结的事项。", f"{en} The old units leave nothing open."
    return f"{zh}转由承继单位办理：{what_zh}。", f"{en} What goes to the heirs: {what_en}."

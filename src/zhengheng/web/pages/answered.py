"""What was answered lately to whoever asked, himself or for his unit: of each object the newest answer."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Act, Kind, Words
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import sees
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.workflow.roles import Grant

LATELY = timedelta(30)
"""How long an answer stays on the first page of whoever asked [D]."""
Answer = tuple[Words, str, Words]
"""Title and address of an object, and what was answered when."""


def answers(account: Account, held: Collection[Grant], day: date) -> list[Answer]:
    """The answers to an account, the newest first; none that it gave itself."""
    acts = {act.code: (kind, act) for kind in KINDS for act in kind.acts if act.answers}
    since = (day - LATELY).isoformat()
    entries = LedgerEntry.objects.filter(act__in=acts, at__gt=since).exclude(actor=account.username)
    last = dict(entries.order_by("sequence").values_list("subject", "sequence"))
    lines = entries.filter(sequence__in=last.values()).values_list(
        "sequence", "subject", "act", "at"
    )
    numbers: dict[str, list[int]] = defaultdict(list)
    for _, subject, act, _ in lines:
        numbers[acts[act][0].name].append(int(subject.partition(":")[2]))
    units = {one.unit for one in held if one.unit}
    found = []
    for kind in KINDS:
        asked = kind.all().filter(pk__in=numbers.get(kind.name, ()))
        for obj in asked if units else asked.filter(made_by=account):
            near = {unit for of in kind.standing(obj, account).units.values() for unit in of}
            if (obj.made_by_id == account.pk or units & near) and sees(kind, obj, account, held):
                found.append((last[f"{kind.name}:{obj.pk}"], kind, obj))
    told = {number: (acts[act][1], at) for number, _, act, at in lines}
    return [_line(kind, obj, *told[number]) for number, kind, obj in sorted(found, key=lambda one: -one[0])]  # fmt: skip


def _line(kind: Kind, obj: object, act: Act, at: str) -> Answer:
    zh, en = kind.title(obj)
    day = datetime.fromisoformat(at).date()
    title = (f"{kind.words[0]}：{zh}", f"{kind.words[1]}: {en}")
    return title, kind.address(obj), (f"已于 {day} 办理“{act.words[0]}”。", f"On {day}: {act.words[1].lower()}.")  # fmt: skip

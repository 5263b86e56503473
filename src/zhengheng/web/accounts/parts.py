"""Who has a part in a unit's matter 任职关系: the one place where it is asked, by panels and by every act of others than the unit.

A role counts at the unit itself, at its sections and posts, at the unit of which it is a section, at its heir and at those before
it; and it counts from the first day of the assessed period on, also where it ended or was taken back since.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.organisation.belonging import Belonging
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import in_full

Words = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A role at a unit, with the last day of it where it has one."""

    unit: Unit
    last: date | None

    def told(self) -> Words:
        """What is said of whoever has it."""
        zh, en = in_full(self.unit)
        if self.last is None:
            return f"在{zh}任职", f"holds a role at {en}"
        return f"在{zh}任职，至 {self.last}", f"role at {en} until {self.last}"


def parts(account: Account) -> list[Part]:
    """Every role of a unit that an account holds or ever held, none that is still to begin; an account read for a request asks once."""
    held: list[Part] | None = account.__dict__.get("_parts")
    if held is None:
        given = RoleGrant.objects.filter(
            account=account, unit__isnull=False, valid_from__lte=localdate()
        ).select_related("unit__parent__parent")
        held = account.__dict__["_parts"] = [
            Part(one.unit, last) for one in given.order_by("valid_from", "pk")
            if one.unit is not None and ((last := _last(one)) is None or last >= one.valid_from)
        ]  # fmt: skip
    return held


def _last(grant: RoleGrant) -> date | None:
    """The last day on which a role was held: of its time, or that on which it was taken back."""
    days = [grant.valid_to, localdate(grant.revoked_at) if grant.revoked_at else None]
    return min((day for day in days if day is not None), default=None)


def parts_in(
    account: Account, units: Collection[str], since: date, among: Belonging | None = None
) -> list[Part]:
    """The roles by which an account has a part in the matter of some units whose assessed period began on `since`, the longest of each
    unit; `among` where many accounts are asked about."""
    held = [one for one in parts(account) if one.last is None or one.last >= since]
    if not held or not units:
        return []
    if among is None:
        among = account.__dict__.get("_among") or account.__dict__.setdefault("_among", Belonging())
    around = among.around(units)
    found: dict[str, Part] = {}
    for one in sorted(held, key=lambda part: part.last or date.max, reverse=True):
        if one.unit.code in around:
            found.setdefault(one.unit.code, one)
    return list(found.values())

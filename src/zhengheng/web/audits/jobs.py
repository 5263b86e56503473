"""What follows where the access of whoever checks has ended."""

from datetime import datetime

from zhengheng.web.accounts.selectors import standing
from zhengheng.web.acts.declare import Nothing
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.audits.acts import AUDITS
from zhengheng.workflow.roles import Role

CHECKERS = {"external": Role.EXTERNAL_AUDITOR, "site": Role.OFFICE_DATA}


def tick(now: datetime) -> int:
    """End the samples that nobody can go on with. Doing it twice changes nothing."""
    count = 0
    for audit in AUDITS.all().filter(state="drawn"):
        holder = audit.holder_id or audit.made_by_id
        held = standing(now.date()).filter(account=holder, account__is_active=True)
        if not held.filter(role=CHECKERS[audit.purpose]).exists():
            perform_by_machine(AUDITS, "audit.end", audit, given=Nothing(), now=now)
            count += 1
    return count

"""Who works in the office under test: one account a role, and the units they belong to."""

from datetime import datetime
from typing import Any

from django.test import Client

from tests.web.beginnings import rows_of
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.services import create_account, first_officers, give_role
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.services import import_units
from zhengheng.workflow.roles import ENDING, OF_A_UNIT, OFFICERS, Role

NOW = datetime.fromisoformat("2026-03-12T09:00+08:00")
PASSWORD = "Heng-2026-test"
ROWS = [
    {"code": "D10", "name_zh": "教育局", "name_en": "Education", "kind": "市直部门"},
    {"code": "D10-1", "name_zh": "办公室", "kind": "科室", "parent": "D10"},
    {"code": "D13", "name_zh": "住建局", "kind": "市直部门", "valid_from": "2024-07-01"},
]


class People:
    """One account a role, named after it, with every right it can have."""

    def __init__(self) -> None:
        rows_of("people", self._come)

    def _come(self) -> None:
        names = {role: (role.value, role.value, PASSWORD) for role in sorted(OFFICERS)}
        first_officers(accounts=names, now=NOW)
        import_units(rows=ROWS, actor="test", now=NOW, source="units.csv")
        for role in Role:
            if role not in OFFICERS:
                self.give(self.make(role.value), role)
        Account.objects.update(must_change_password=False)

    def __getitem__(self, name: str) -> Account:
        return Account.objects.get(username=name)

    def make(self, username: str) -> Account:
        return create_account(
            username=username, name=username, password=PASSWORD,
            actor=self["system_administrator"], now=NOW,
        )  # fmt: skip

    def give(self, account: Account, role: Role, **changes: Any) -> Any:
        held: dict[str, Any] = {
            "unit": Unit.objects.get(code="D10") if role in OF_A_UNIT else None,
            "valid_from": NOW.date(),
            "valid_to": NOW.date().replace(day=20) if role in ENDING else None,
        }
        return give_role(
            account=account, role=role, actor=self["secrecy_officer"], now=NOW, **(held | changes)
        )

    def client(self, name: str) -> Client:
        """A browser in which this account is signed in."""
        client = Client()
        client.force_login(self[name])
        return client

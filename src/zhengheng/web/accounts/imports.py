"""Accounts and roles from a table: one officer brings accounts, another brings roles; all rows, or none."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.lake.cells import read_day
from zhengheng.web.accounts.credentials import new_account
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.services import AccountError, give_role
from zhengheng.web.files.tables import place_of
from zhengheng.web.organisation.models import Unit
from zhengheng.workflow.roles import NAMES, Role

ACCOUNTS = {"username": "账号", "name": "姓名"}
GRANTS = {
    "username": "账号",
    "role": "角色",
    "unit": "单位代码",
    "valid_from": "起",
    "valid_to": "止",
}
ROLES = {zh: role for role, (zh, _) in NAMES.items()} | {role.value: role for role in Role}


def import_accounts(
    *, rows: Iterable[dict[str, str]], source: str, actor: Account, now: datetime
) -> list[tuple[Account, str]]:
    """New accounts without rights, each with its first password, drawn by lot and told this once. Raises AccountError."""
    made: list[tuple[Account, str]] = []

    def one(row: dict[str, str]) -> None:
        made.append(
            new_account(
                username=row.get("username", ""), name=row.get("name", ""), actor=actor, now=now
            )
        )

    _all(rows, source, ACCOUNTS, one)
    return made


def import_grants(*, rows: Iterable[dict[str, str]], source: str, actor: Account, now: datetime) -> int:  # fmt: skip
    """Roles for accounts that are there. Raises AccountError."""
    accounts = {account.username: account for account in Account.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.all()}

    def one(row: dict[str, str]) -> None:
        account, role = accounts.get(row.get("username", "")), ROLES.get(row.get("role", ""))
        unit = units.get(row.get("unit", ""))
        if account is None:
            raise AccountError.one("username", "account.absent", zh="没有这个账号", en="there is no such account")  # fmt: skip
        if role is None:
            raise AccountError.one(
                "role", "role.unknown", zh="没有这个角色", en="there is no such role"
            )
        if row.get("unit") and unit is None:
            raise AccountError.one(
                "unit", "unit.absent", zh="没有这个单位", en="there is no such unit"
            )
        give_role(
            account=account, role=role, unit=unit, valid_from=_day(row, "valid_from") or now.date(),
            valid_to=_day(row, "valid_to"), actor=actor, now=now,
        )  # fmt: skip

    return _all(rows, source, GRANTS, one)


def _day(row: dict[str, str], name: str) -> date | None:
    try:
        return read_day(row[name]) if row.get(name) else None
    except ValueError as error:
        raise AccountError.one(name, "date", zh="不是日期，请写成 2026-01-31。", en="is no date (2026-01-31)") from error  # fmt: skip


def _all(
    rows: Iterable[dict[str, str]], source: str, columns: Mapping[str, str], one: Callable[[dict[str, str]], Any]
) -> int:  # fmt: skip
    """Every row is tried, so that all faults are told at once; one fault undoes them all."""
    problems: list[Problem] = []
    done = 0
    with transaction.atomic():
        for count, row in enumerate(rows, 2):
            try:
                with transaction.atomic():
                    one(row)
                done += 1
            except ZhenghengError as error:
                problems += [
                    Problem(
                        f"{source}:{place_of(row, count)}",
                        p.code,
                        f"{columns[p.where]}：{p.zh}" if p.where in columns else p.zh,
                        f"{p.where}: {p.en}",
                    )
                    for p in error.problems
                ]
        if problems:
            raise AccountError(problems)
    return done

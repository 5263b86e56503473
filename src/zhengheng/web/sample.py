"""The sample city in the office: its units, one account a role, its runs. Through the services alone."""

from datetime import datetime
from pathlib import Path

from zhengheng.lake.store import Lake
from zhengheng.sample.organisation import departments, districts, streets
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.services import create_account, first_officers, give_role
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.services import import_units
from zhengheng.web.results.services import name_reader, publish, register_run
from zhengheng.workflow.roles import NAMES, Role

PASSWORD = "Yunheng-2026"
"""Every account of the fictional city has it, and the demonstration says so."""
KINDS = {"D": "市直部门", "Q": "区县(园区)", "J": "镇街"}
EDUCATION, STATISTICS, HOUSING, BRIDGE_STREET = "D10", "D34", "D13", "J01"
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("zhuren", "绩效办主任 周某", Role.OFFICE_DIRECTOR, None),
    ("zhibiao", "指标管理 吴某", Role.OFFICE_INDICATORS, None),
    ("shuju", "数据管理 郑某", Role.OFFICE_DATA, None),
    ("chengxu", "程序管理 王某", Role.OFFICE_PROCEDURE, None),
    ("shensu", "申诉经办 冯某", Role.APPEALS_CLERK, None),
    ("mishu", "委员会秘书 陈某", Role.COMMISSION_SECRETARY, None),
    ("weiyuan", "委员 褚某", Role.COMMISSION_MEMBER, None),
    ("jiaoyu", "教育局填报 卫某", Role.UNIT_REPORTER, EDUCATION),
    ("jiaoyu-ld", "教育局负责人 蒋某", Role.UNIT_LEADER, EDUCATION),
    ("tongji", "统计局 沈某", Role.ASSESSING_DEPARTMENT, STATISTICS),
    ("zhujian", "住建局 韩某", Role.ASSESSING_DEPARTMENT, HOUSING),
    ("hengqiao", "衡桥街道 杨某", Role.UNIT_REPORTER, BRIDGE_STREET),
    ("pingshen", "评审组 朱某", Role.PANEL_MEMBER, None),
    ("baomi", "保密审查 秦某", Role.SECRECY_REVIEWER, None),
    ("shenji", "外部审计 许某", Role.EXTERNAL_AUDITOR, None),
)


def furnish_office(home: Path, now: datetime) -> list[tuple[str, str, str]]:
    """Make units, accounts and results, once. Gives user name, password and role of each account."""
    if not Account.objects.exists():
        officers = {
            Role.SYSTEM_ADMINISTRATOR: ("sysadmin", "系统管理员 何某", PASSWORD),
            Role.SECRECY_OFFICER: ("secrecy", "安全保密管理员 吕某", PASSWORD),
            Role.SECURITY_AUDITOR: ("auditor", "安全审计员 施某", PASSWORD),
        }
        first_officers(accounts=officers, now=now)
        rows = [
            {"code": unit.code, "name_zh": unit.name, "kind": KINDS[unit.code[0]]}
            for unit in (*departments(), *districts(), *streets())
        ]
        import_units(rows=rows, actor="system", now=now, source="云衡市 (虚构示例)")
        _people(now)
        # The demonstration's passwords are no secret, so nobody is asked to change them.
        Account.objects.update(must_change_password=False)
        _results(home, now)
    return [
        (grant.account.username, PASSWORD, NAMES[Role(grant.role)][0])
        for account in Account.objects.prefetch_related("grants").order_by("id")
        for grant in account.grants.all()
    ]


def _people(now: datetime) -> None:
    maker = Account.objects.get(username="sysadmin")
    giver = Account.objects.get(username="secrecy")
    for username, name, role, unit in PEOPLE:
        account = create_account(
            username=username, name=name, password=PASSWORD, actor=maker, now=now
        )
        end = now.date().replace(day=20) if role == Role.EXTERNAL_AUDITOR else None
        give_role(
            account=account, role=role, unit=Unit.objects.get(code=unit) if unit else None,
            valid_from=now.date(), valid_to=end, actor=giver, now=now,
        )  # fmt: skip


def _results(home: Path, now: datetime) -> None:
    """The yearly results: streets on public notice, departments and districts not yet."""
    data, procedure = Account.objects.get(username="shuju"), Account.objects.get(username="chengxu")
    director = Account.objects.get(username="zhuren")
    newest: dict[str, str] = {}
    for entry in Lake.open(home / "lake").runs():
        newest.setdefault(entry["rulebook"], entry["run"])
    for rulebook in ("departments", "districts", "streets"):
        run = register_run(home=home / "lake", run=newest[rulebook], actor=data, now=now)
        name_reader(run=run, account=procedure, actor=director, now=now)
        if rulebook == "streets":
            publish(run=run, row_version=run.row_version, actor=procedure, now=now)

"""Roles 角色: what a person is in the year's work, and which roles exclude each other (三员分立)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from zhengheng.domain.problems import Problem


class Role(StrEnum):
    """One word a role; the Chinese and English names stand in NAMES."""

    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECRECY_OFFICER = "secrecy_officer"
    SECURITY_AUDITOR = "security_auditor"
    OFFICE_DIRECTOR = "office_director"
    OFFICE_INDICATORS = "office_indicators"
    OFFICE_DATA = "office_data"
    OFFICE_PROCEDURE = "office_procedure"
    APPEALS_CLERK = "appeals_clerk"
    COMMISSION_MEMBER = "commission_member"
    COMMISSION_SECRETARY = "commission_secretary"
    ASSESSING_DEPARTMENT = "assessing_department"
    UNIT_LEADER = "unit_leader"
    UNIT_REPORTER = "unit_reporter"
    SECTION_HEAD = "section_head"
    POST_HOLDER = "post_holder"
    EXPERT = "expert"
    FINANCE_REVIEWER = "finance_reviewer"
    SECRECY_REVIEWER = "secrecy_reviewer"
    PANEL_MEMBER = "panel_member"
    MENTOR = "mentor"
    EXTERNAL_AUDITOR = "external_auditor"


NAMES: dict[Role, tuple[str, str]] = {
    Role.SYSTEM_ADMINISTRATOR: ("系统管理员", "System administrator"),
    Role.SECRECY_OFFICER: ("安全保密管理员", "Secrecy and security officer"),
    Role.SECURITY_AUDITOR: ("安全审计员", "Security auditor"),
    Role.OFFICE_DIRECTOR: ("绩效办主任", "Performance office: director"),
    Role.OFFICE_INDICATORS: ("指标管理", "Performance office: indicators"),
    Role.OFFICE_DATA: ("数据管理", "Performance office: data"),
    Role.OFFICE_PROCEDURE: ("程序管理", "Performance office: procedure"),
    Role.APPEALS_CLERK: ("申诉经办", "Appeals clerk"),
    Role.COMMISSION_MEMBER: ("委员", "Commission member"),
    Role.COMMISSION_SECRETARY: ("委员会秘书", "Commission secretary"),
    Role.ASSESSING_DEPARTMENT: ("考核责任部门", "Assessing department"),
    Role.UNIT_LEADER: ("单位负责人", "Unit leader"),
    Role.UNIT_REPORTER: ("单位填报", "Unit reporter"),
    Role.SECTION_HEAD: ("科室负责人", "Section head"),
    Role.POST_HOLDER: ("岗位人员", "Post holder"),
    Role.EXPERT: ("专家", "Expert"),
    Role.FINANCE_REVIEWER: ("财政复核", "Finance reviewer"),
    Role.SECRECY_REVIEWER: ("保密审查", "Secrecy reviewer"),
    Role.PANEL_MEMBER: ("评审组成员", "Panel member"),
    Role.MENTOR: ("绩效导师", "Mentor"),
    Role.EXTERNAL_AUDITOR: ("外部审计", "External auditor"),
}

OFFICERS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECRECY_OFFICER, Role.SECURITY_AUDITOR})
"""三员: each excludes every other role, so that nobody guards what he himself does."""
OFFICE = frozenset(
    {Role.OFFICE_DIRECTOR, Role.OFFICE_INDICATORS, Role.OFFICE_DATA, Role.OFFICE_PROCEDURE}
)
PRIVILEGED = OFFICERS | OFFICE | {Role.APPEALS_CLERK, Role.COMMISSION_SECRETARY}
"""Roles whose accounts sign in with a second factor, where the installation asks for one."""
OF_A_UNIT = frozenset(
    {
        Role.ASSESSING_DEPARTMENT, Role.UNIT_LEADER, Role.UNIT_REPORTER, Role.SECTION_HEAD,
        Role.POST_HOLDER, Role.FINANCE_REVIEWER,
    }
)  # fmt: skip
"""Roles that mean nothing without a unit."""
ENDING = frozenset({Role.EXTERNAL_AUDITOR})
"""Roles that are granted with an end date only."""
JUDGING = OFFICE | frozenset(
    {
        Role.APPEALS_CLERK, Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY, Role.PANEL_MEMBER, Role.SECRECY_REVIEWER,
        Role.EXPERT, Role.FINANCE_REVIEWER, Role.MENTOR, Role.EXTERNAL_AUDITOR,
    }
)  # fmt: skip
"""Roles that run, decide, review or check the assessment: who holds one takes over no unit's post by a handover,
and nobody of a unit that is judged takes over one of these."""
APART = (
    frozenset({Role.PANEL_MEMBER}) | OFFICE,
    frozenset({Role.PANEL_MEMBER, Role.APPEALS_CLERK}),
    frozenset({Role.EXTERNAL_AUDITOR}) | OFFICE,
)
"""Who decides on appeals neither runs the office nor its desk; who audits it is not of it."""


@dataclass(frozen=True)
class Grant:
    """A role held, for a unit where the role asks for one."""

    role: Role
    unit: str | None = None


def conflicts(held: Iterable[Role], new: Role) -> list[Problem]:
    """Why a person who holds some roles cannot be given another; empty when he can."""
    found = []
    for old in sorted(set(held) - {new}):
        officer = old in OFFICERS or new in OFFICERS
        apart = any(old in group and new in group and _split(old, new) for group in APART)
        if officer or apart:
            (zh_old, en_old), (zh_new, en_new) = NAMES[old], NAMES[new]
            why = "三员分立" if officer else "回避"
            found.append(
                Problem("role", "role.conflict", f"{zh_new} 与已有的 {zh_old} 不能由同一人担任 ({why})",
                        f"{en_new} and {en_old} cannot be held by one person")
            )  # fmt: skip
    return found


def _split(old: Role, new: Role) -> bool:
    """Office roles may be held together; it is the outsider in the group whom they exclude."""
    return not (old in OFFICE and new in OFFICE)

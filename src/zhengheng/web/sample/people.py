"""Who works in the sample city: units, one account a role and a few more, all with the printed password."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from zhengheng.domain.spoken import t
from zhengheng.sample.english import POSTS, STREETS
from zhengheng.sample.english import SECTIONS as SECTIONS_EN
from zhengheng.sample.organisation import ENGLISH, SISTERS, departments, districts, sisters, streets
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.services import create_account, first_officers, give_role
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import standing
from zhengheng.web.organisation.services import import_units
from zhengheng.workflow.roles import NAMES as NAMES_OF_ROLES
from zhengheng.workflow.roles import Role

PASSWORD = "Yunheng-2026"
"""Every account of the fictional city has it, and the demonstration says so."""
LED = {"消防救援支队": "双重管理", "税务局": "垂直管理"}
KINDS = {"D": "市直部门", "Q": "区县(园区)", "J": "镇街", "P": "市"}
NAMES = ENGLISH | STREETS | dict(SISTERS)
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("zhuren", "绩效办主任 周某", Role.OFFICE_DIRECTOR, None),
    ("zhibiao", "指标管理 吴某", Role.OFFICE_INDICATORS, None),
    ("shuju", "数据管理 郑某", Role.OFFICE_DATA, None),
    ("chengxu", "程序管理 王某", Role.OFFICE_PROCEDURE, None),
    ("shensu", "申诉经办 冯某", Role.APPEALS_CLERK, None),
    ("mishu", "委员会秘书 陈某", Role.COMMISSION_SECRETARY, None),
    ("weiyuan", "委员 褚某", Role.COMMISSION_MEMBER, None),
    # The mayor chairs the commission: a member by role, who attests what it decides.
    ("shizhang", "市长（主任委员） 温某", Role.COMMISSION_MEMBER, None),
    ("jiaoyu", "教育局填报 卫某", Role.UNIT_REPORTER, "D10"),
    ("jiaoyu-ld", "教育局负责人 蒋某", Role.UNIT_LEADER, "D10"),
    ("jiaoyu-kz", "教育局基础教育科 水某", Role.SECTION_HEAD, "D10-2"),
    ("jiaoyu-gw", "教育局基础教育科科员 云某", Role.POST_HOLDER, "D10-2-2"),
    ("wenlv-ld", "文旅局负责人 曹某", Role.UNIT_LEADER, "D06"),
    ("gongan-ld", "公安局负责人 严某", Role.UNIT_LEADER, "D22"),
    ("guihua-ld", "自然资源和规划局负责人 华某", Role.UNIT_LEADER, "D27"),
    ("suifeng-ld", "穗丰县负责人 金某", Role.UNIT_LEADER, "Q11"),
    ("qingyu-ld", "青屿区负责人 魏某", Role.UNIT_LEADER, "Q08"),
    ("lanxi-ld", "岚溪县负责人 孔某", Role.UNIT_LEADER, "Q10"),
    ("jingwan-ld", "镜湾区负责人 许某", Role.UNIT_LEADER, "Q03"),
    ("yantie-ld", "铁砚区负责人 尤某", Role.UNIT_LEADER, "Q04"),
    ("gaoxin-ld", "高新区负责人 陶某", Role.UNIT_LEADER, "Q07"),
    ("tongji", "统计局 沈某", Role.ASSESSING_DEPARTMENT, "D34"),
    ("zhujian", "住建局 韩某", Role.ASSESSING_DEPARTMENT, "D13"),
    ("shengtai", "生态环境局 施某", Role.ASSESSING_DEPARTMENT, "D24"),
    ("shujuju", "数据局 姜某", Role.ASSESSING_DEPARTMENT, "D35"),
    ("caizheng", "财政局 戚某", Role.ASSESSING_DEPARTMENT, "D31"),
    ("hengqiao", "衡桥街道 杨某", Role.UNIT_REPORTER, "J01"),
    ("pingshen", "评审组 朱某", Role.PANEL_MEMBER, None),
    ("pingshen2", "评审组 谢某", Role.PANEL_MEMBER, None),
    ("pingshen3", "评审组 邹某", Role.PANEL_MEMBER, None),
    ("pingshen4", "评审组 喻某", Role.PANEL_MEMBER, None),
    ("daoshi", "绩效导师 柏某", Role.MENTOR, None),
    ("zhuanjia", "专家 窦某", Role.EXPERT, None),
    ("caizhengfh", "财政复核 章某", Role.FINANCE_REVIEWER, "D31"),
    ("baomi", "保密审查 秦某", Role.SECRECY_REVIEWER, None),
    ("shenji", "外部审计 许某", Role.EXTERNAL_AUDITOR, None),
)


GUESTS = frozenset({Role.EXTERNAL_AUDITOR})


SECTIONS = {
    "D10": ("办公室", "基础教育科", "督导科"), "D35": ("综合科", "热线管理科", "政务服务科"),
    "J01": ("党政办公室", "城市管理办公室", "社区服务办公室"),
}  # fmt: skip
STREET_LEADERS = ("jiedao-ld", "镇街负责人（演示共用）")
OTHER_LEADERS = ("danwei-ld", "其余部门负责人 (演示共用)")


def settle(moment: datetime) -> None:
    """Units and people of the sample city; the external auditor comes for a visit only."""
    rows = [
        {
            "code": unit.code,
            "name_zh": unit.name,
            "name_en": NAMES.get(unit.name, ""),
            "kind": KINDS[unit.code[0]],
            "led": LED.get(unit.name, ""),
        }
        for unit in (*sisters(), *departments(), *districts(), *streets())
    ] + list(_sections())
    appoint(rows, PEOPLE, moment, "云衡市 (虚构示例)")
    _other_leaders(moment)


def _sections() -> Iterator[dict[str, str]]:
    """Sections and posts of the three units that are cascaded in full."""
    for unit, names in SECTIONS.items():
        for place, name in enumerate(names, 1):
            code = f"{unit}-{place}"
            yield {
                "code": code,
                "name_zh": name,
                "name_en": SECTIONS_EN[name],
                "kind": "科室",
                "parent": unit,
            }
            for post, title in enumerate(("科长", "科员"), 1):
                yield {
                    "code": f"{code}-{post}",
                    "name_zh": f"{name}{title}",
                    "name_en": f"{SECTIONS_EN[name]}, {POSTS[title]}",
                    "kind": "岗位",
                    "parent": code,
                }


def appoint(
    rows: list[dict[str, str]], people: Iterable[tuple[str, str, Role, str | None]], moment: datetime, source: str,
) -> None:  # fmt: skip
    """The three officers, the units, and people with a role each; a guest has none until the visit."""
    officers = {
        Role.SYSTEM_ADMINISTRATOR: ("sysadmin", "系统管理员 何某", PASSWORD),
        Role.SECRECY_OFFICER: ("secrecy", "安全保密管理员 吕某", PASSWORD),
        Role.SECURITY_AUDITOR: ("auditor", "安全审计员 施某", PASSWORD),
    }
    first_officers(accounts=officers, now=moment)
    import_units(rows=rows, actor="system", now=moment, source=source)
    for username, name, role, unit in people:
        came = _come(username, name, moment)
        if role not in GUESTS:
            _give(came, role, unit, moment.date(), None, moment)
    # The demonstration's passwords are no secret, so nobody is asked to change them.
    Account.objects.update(must_change_password=False)


def welcome(visit: datetime) -> None:
    """A guest's right is given when he comes, for the visit: nobody gives one years ahead."""
    for username, _, role, unit in PEOPLE:
        if role in GUESTS:
            account = Account.objects.get(username=username)
            _give(account, role, unit, visit.date(), visit.date().replace(day=20), visit)


def accounts() -> list[tuple[str, str, str]]:
    """User name, password and roles of each account, in the language that the command was asked for."""
    return [
        (
            account.username,
            PASSWORD,
            t("、", ", ").join(
                sorted({t(*NAMES_OF_ROLES[Role(g.role)]) for g in account.grants.all()})
            ),
        )
        for account in Account.objects.prefetch_related("grants").order_by("id")
    ]


def _other_leaders(moment: datetime) -> None:
    led = {unit for _, _, role, unit in PEOPLE if role == Role.UNIT_LEADER}
    shared = _come(*OTHER_LEADERS, moment)
    for one in departments():
        if one.code not in led:
            _give(shared, Role.UNIT_LEADER, one.code, moment.date(), None, moment)
    Account.objects.update(must_change_password=False)


def lead_streets(moment: datetime) -> None:
    """A leader for every street that there is, so that each can sign and file."""
    shared = _come(*STREET_LEADERS, moment)
    for code in standing(moment.date()).filter(kind=KINDS["J"]).values_list("code", flat=True):
        _give(shared, Role.UNIT_LEADER, code, moment.date(), None, moment)
    Account.objects.update(must_change_password=False)


def _come(username: str, name: str, moment: datetime) -> Account:
    maker = Account.objects.get(username="sysadmin")
    return create_account(username=username, name=name, password=PASSWORD, actor=maker, now=moment)


def _give(
    account: Account,
    role: Role,
    unit: str | None,
    since: date,
    until: date | None,
    moment: datetime,
) -> None:
    giver = Account.objects.get(username="secrecy")
    held = Unit.objects.get(code=unit) if unit else None
    give_role(
        account=account,
        role=role,
        unit=held,
        valid_from=since,
        valid_to=until,
        actor=giver,
        now=moment,
    )

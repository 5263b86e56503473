"""What a ledger entry or a job names by code, login or number, told in words: acts, subjects, people."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.bound import UNKNOWN_ACT, title
from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.services import SYSTEM as MACHINE
from zhengheng.web.files.models import StoredFile
from zhengheng.web.ledger.unread import rows

OTHER_ACTS: dict[str, Words] = {
    "account.first": ("开户（系统启用）", "First account"), "account.created": ("建立账号", "Make an account"),
    "account.closed": ("停用账号", "Close an account"), "account.opened": ("重新启用账号", "Open an account again"), "account.locked": ("锁定账号", "Lock an account"),
    "account.unlocked": ("解除锁定", "Unlock an account"), "account.password": ("修改密码", "Change the password"),
    "account.password_reset": ("重置密码", "Reset a password"), "account.signed_in": ("登录", "Sign in"),
    "account.renewal_asked": ("申请重置、停用或收回角色，等待另一位管理员", "Ask for a reset, a closing or a role back, which another officer confirms"),
    "account.renewal_dropped": ("不同意重置、停用或收回角色", "Refuse a reset, a closing or to take a role back"),
    "account.factor_kept": ("启用动态口令", "Set up the second factor"), "account.factor_forgotten": ("取消动态口令", "Remove the second factor"),
    "grant.given": ("授予角色", "Give a role"), "grant.revoked": ("收回角色", "Take a role back"),
    "token.made": ("签发令牌", "Make a token"), "token.revoked": ("作废令牌", "Revoke a token"),
    "organisation.imported": ("导入组织机构", "Take the organisation in"), "file.taken_in": ("收存文件", "Take a file in"),
    "audit.viewed": ("外部审计查阅", "Read by the external auditor"), "publication.viewed": ("查阅发布预览", "Read as a preview"), "clock.confirmed": ("确认本机时间无误", "Confirm the machine's clock"), "clock.advanced": ("推进演示时间", "Advance the demonstration's clock"),
    "ledger.checkpoint": ("签发检查点", "Sign a checkpoint"), "ledger.cosigned": ("见证人联署检查点", "A witness signs a checkpoint"),
    "ledger.restored": ("恢复备份", "Restore a backup"), "ledger.restored_known": ("确认知悉备份恢复", "Know of a restored backup"),
    "draw.sealed": ("封存抽签种子", "Seal the secret of a draw"),
    "ledger.rows": ("登记原有记录", "Take the rows of an earlier release"),
    "lake.loaded": ("登记入库内容和批次文件的摘要", "Enter the digests of what was loaded and of a run's files"),
    "portal.written": ("登记公众门户网页的摘要", "Enter the digest of the portal's pages"),
    "result.register": ("登记批次", "Register a run"), "result.name": ("指定可查看的人", "Name a reader"),
    "result.viewed": ("查阅未公布的结果", "Read an unpublished result"), "result.served": ("送达单位", "Serve a unit"), "result.package": ("下载归档包", "Take the archive package"),
}  # fmt: skip
"""Acts that no kind of object declares."""
MOST_DIGITS = 19
"""Digits of a number that no row can have."""
SYSTEM: Words = ("系统", "the system")
OTHER_SUBJECTS: dict[str, Words] = {
    "account": ("账号", "Account"), "token": ("令牌", "Token"), "file": ("文件", "File"), "reminder": ("提醒", "Reminder"),
    "reminders": ("每日提醒", "The day's reminders"), "lake.check": ("数据湖", "The lake"), "lake": ("数据湖", "The lake"), "portal": ("公众门户", "The portal"),
    "draw": ("抽签", "Draw by lot"), "checkpoint": ("检查点", "Checkpoint"), "clock": ("演示时间", "The demonstration's clock"), "ledger": ("存证日志", "The ledger"),
}  # fmt: skip
"""What acts are about beside the objects of a kind."""


@cache
def acts() -> dict[str, Words]:
    """Every act that an entry can name, with its words."""
    return OTHER_ACTS | {act.code: act.words for kind in KINDS for act in kind.acts}


@cache
def _deemed() -> dict[str, Words]:
    return {act.code: act.words_by(machine=True) for kind in KINDS for act in kind.acts}


def act(code: str, actor: str = "") -> Words:
    """An act's words; of one that a person could do and that took effect by silence, those that say so."""
    named = _deemed() if actor == MACHINE else acts()
    return named.get(code) or acts().get(code, UNKNOWN_ACT)


def people(logins: Iterable[str]) -> dict[str, Words]:
    """Of each login who it is: the person's name; what a machine did is the system's."""
    wanted = set(logins)
    names = dict(Account.objects.filter(username__in=wanted).values_list("username", "name"))
    return {one: SYSTEM if one == MACHINE else (names.get(one, one),) * 2 for one in wanted}


def areas() -> dict[str, Words]:
    """What entries can be about: the kinds of objects, and the rest."""
    return {kind.name: kind.words for kind in KINDS} | OTHER_SUBJECTS


def _numbers(said: Iterable[str]) -> list[int]:
    """The numbers of rows among what subjects end with."""
    return [int(one) for one in said if one.isdecimal() and len(one) < MOST_DIGITS]


def subjects(named: Iterable[str]) -> dict[str, Words]:
    """Of each subject, such as `appeal:3`, its kind and title."""
    named = list(named)
    numbers: dict[str, set[str]] = defaultdict(set)
    for subject in named:
        area, apart, number = subject.partition(":")
        if apart:
            numbers[area].add(number)
    titles = {kind.name: kind for kind in KINDS}
    # What an auditor read is an address, which is its own name.
    found: dict[str, Words] = {name: (name, name) for name in named if ":" not in name}
    for area, held in numbers.items():
        words = areas().get(area, (area, area))
        if area in titles:
            kind = titles[area]
            objects = rows(kind.all().filter(pk__in=_numbers(held)))
            titles_of = {str(pk): title(kind, obj) for pk, obj in objects if obj is not None}
            told = {pk: words for pk, words in titles_of.items() if words is not None}
        elif area == "account":
            told = people(held)
        elif area == "file":
            names = StoredFile.objects.in_bulk(_numbers(held))
            told = {str(pk): (one.name, one.name) for pk, one in names.items()}
            told |= {one: (one, one) for one in held if not one.isdecimal()}
        else:
            told = {}
        for number in held:
            zh, en = told.get(number, ("", ""))
            found[f"{area}:{number}"] = (f"{words[0]}：{zh}", f"{words[1]}: {en}") if zh else words
    return found

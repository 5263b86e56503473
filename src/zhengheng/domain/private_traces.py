"""What leads to a person beside the numbers of telephones and papers: accounts of messengers, number plates, flats, military cards.

Looked for only where it is written so that hardly anything else is: what is not looked for, `NOT_LOOKED_FOR` says to
whoever approves a text.
"""

import re
from collections.abc import Iterator
from typing import Literal

Trace = Literal["account", "plate", "flat", "home", "card_of_service"]

NOT_LOOKED_FOR = (
    "系统自动查找手机号、证件号、银行卡号、电子邮箱、微信和 QQ 号、车牌号、写明单元房号的住址和工作人员姓名；其他人的姓名、年龄、学校班级、病情、门牌号、拆开写的号码和各单位自己的固定电话不查找，请通读全文后再办理。",
    "Looked for are mobile numbers, numbers of papers and bank cards, e-mail addresses, WeChat and QQ accounts, number plates, addresses with a flat, and names of staff. Names of others, ages, school classes, illnesses, house numbers, numbers that are written in pieces and the offices' own landlines are not: read all of it before you act.",
)  # fmt: skip
"""One sentence for the forms of whoever lets a text out."""

_COUNTS = (
    r"(?!\d|\s*(?:[%‰年月日元万亿千百个项件条家户人名次分秒天届批份吨套台盏起处米]|平方|公里))"
)
"""A number that counts or measures is none of a room or an account."""
_OFFICIAL = re.compile(r"公众|官方|服务号|订阅号|视频号|小程序|企业微信")
_NEAR = 12
_APART = re.compile(r"[,。;!?]|我|本人|私")
"""Between such a word and an account: then the account is another's."""
_MIXED = r"[A-Za-z](?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{5,19}(?![A-Za-z0-9_-])"
"""A name with a figure in it, as accounts have and words have not."""
_NAME = r"(?:[A-Za-z][A-Za-z0-9_-]{5,19}|\d{6,11})(?![A-Za-z0-9_-])"
_ACCOUNT = re.compile(
    rf"(?:(?:微信|薇信|v信)(?:号码?|[账帐]号|id)\s*[:是为]{{0,2}}|(?:微信|薇信|v信|(?<![A-Za-z])(?:vx|wx|weixin|wechat)(?:\s?(?:id|号))?)\s*[:是为]{{1,2}})\s*({_NAME})"
    rf"|(?:微信|薇信|v信)\s*({_MIXED})"
    rf"|(?:加我|我的?|本人)\s*(?:的)?\s*(?:微信|薇信|v信|(?<![A-Za-z])(?:vx|wx)(?![A-Za-z]))\s*({_NAME})"
    rf"|(?<![A-Za-z])(?:qq|扣扣)(?:号码?)?\s*[:是为]{{0,2}}\s*(\d{{6,11}}){_COUNTS}",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"(?<![更创重最刷翻])[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-NP-Z][\s·.\-_]{0,3}([A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])|[A-HJ-NP-Z0-9]{4}[港澳学挂警])",
    re.IGNORECASE,
)
"""A plate: the province, the letter of the place, five characters or, of an electric car, six; of cars from across a border, of
learners, trailers and the police the last is a character of its own (GA 36-2018) [M]."""
_FLAT = re.compile(
    rf"(?:\d+|[A-Za-z甲乙丙丁东西南北中])\s*单元[\s,、-]{{0,2}}(?:\d+\s*[层楼][\s,、-]{{0,2}})?\d{{3,4}}{_COUNTS}"
)
_ROOM = re.compile(
    r"(?:\d+|[A-Za-z])\s*(?:幢|栋|号楼|座)[\s,、-]{0,2}(?:\d+\s*[层楼]\s*)?\d{3,4}\s*[室房]"
)
_HOME = re.compile(r"(?:家住|我住|住在|住址|家庭地址)[^。;!?,、\n×]{2,30}?\d+\s*(?:号|弄|幢|栋|室)")
_SERVICE = re.compile(r"[军兵士武]字第?\s*\d{6,8}(?!\d)")


def private_traces(text: str) -> Iterator[tuple[Trace, str]]:
    """Each of them in a text of plain digits (`domain.unseen.readings`). An office has rooms in houses; a `home` is one
    in the words of a citizen."""
    for found in _ACCOUNT.finditer(text):
        if not _is_official(text, found):
            yield "account", next(name for name in found.groups() if name)
    yield from (
        ("plate", found[0])
        for found in _PLATE.finditer(text)
        if sum(mark.isdigit() for mark in found[1]) >= 3
    )
    yield from (("flat", found[0]) for found in _FLAT.finditer(text))
    for rule in (_ROOM, _HOME):
        yield from (("home", found[0]) for found in rule.finditer(text))
    yield from (("card_of_service", found[0]) for found in _SERVICE.finditer(text))


def _is_official(text: str, account: re.Match[str]) -> bool:
    """Whether the account is said to be an office's: the word for it stands before it, and nothing parts the two."""
    before = [*_OFFICIAL.finditer(text[max(0, account.start() - _NEAR) : account.end()])]
    if not before:
        return False
    begun = max(0, account.start() - _NEAR) + before[-1].end()
    return not _APART.search(text[begun : account.end()])

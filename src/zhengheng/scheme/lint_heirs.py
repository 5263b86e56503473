"""Rules of `scheme check` about units that go over into others: nothing falls out of the heir's score unseen."""

from zhengheng.scheme.findings import Finding, plain, rule, warning
from zhengheng.scheme.folder import Source
from zhengheng.scheme.inherited import lost
from zhengheng.scheme.model import Rulebook

ROLES = {"owner": ("责任单位", "owner"), "supplier": ("数据提供单位", "supplier")}


@rule
def an_heir_is_weighed_on_what_it_answers_for(book: Rulebook, source: Source) -> Finding:
    for one in lost(book):
        code = one.indicator.code
        roles = [name for name in ROLES if getattr(one.indicator, name) == one.heir]
        if roles:
            zh, en = "、".join(ROLES[name][0] for name in roles), " and ".join(ROLES[name][1] for name in roles)  # fmt: skip
            yield warning(source.indicator(code, roles[0]), "heir.weight",
                          f"{code}：{zh}是 {one.heir}，它承继的 {one.unit} 在这一指标上的权重为 {plain(one.weight)}，而 {one.heir} 没有权重，这一指标不再计入得分；需要考核的，请在权重表中补写。",
                          f"{code}: its {en} is {one.heir}, which goes on for {one.unit}; that one has the weight {plain(one.weight)} here and {one.heir} has none, so that the indicator leaves the score. Give it a weight where it is to count")  # fmt: skip

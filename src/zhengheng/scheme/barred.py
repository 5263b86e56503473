"""Barred and harmful indicators: wording, the rule it offends, refused or only warned.

Sources: central circulars against growth targets and formalism, and what other cities had to take back; every entry says on which
rule it rests. Tags: V read in a source, M from memory (a lawyer should cite).
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Barred:
    """One pattern over an indicator's name, definition and evidence."""

    code: str
    pattern: re.Pattern[str]
    refused: bool
    zh: str
    en: str


def _barred(code: str, pattern: str, zh: str, en: str, *, refused: bool = False) -> Barred:
    return Barred(code, re.compile(pattern, re.IGNORECASE), refused, zh, en)


_FORMALISM = "整治形式主义为基层减负若干规定"
BARRED = (
    _barred("fines", r"罚没(收入|款|金额|额|数)|罚款(收入|总额|金额|数额|指标|任务)|fines? collected|revenue from fines",
            "行政处罚法第七十四条: 罚没款项不得作为考核指标 [V]",
            "Administrative Penalties Law art. 74: fines must not be an assessment indicator [V]", refused=True),
    _barred("petition_rank", r"信访(量|数|总量|人次).{0,4}(排名|排序|通报)|petition.{0,12}rank",
            "信访工作条例: 不以信访数量排名 [M]", "Petition work rules: no ranking by number of petitions [M]"),
    _barred("exam", r"高考(升学|上线|录取)率|升学率|中考.{0,4}(升学|录取)率|college entrance.{0,12}rate",
            "严禁以升学率考核地方和学校 [M]", "Pass rates of entrance exams must not be assessed [M]"),
    _barred("detention", r"刑拘(数|人数|率)|逮捕(数|率)|破案(率|数)|起诉(数|率)|有罪判决率|detentions|clear.?up rate|\barrest (count|rate)",
            "政法机关取消刑拘数、破案率等考核指标 [M]",
            "Detention, arrest and clear-up figures are no longer assessed [M]"),
    _barred("tax_task", r"税收(任务|收入任务|计划)(完成)?(数|率|额)?|tax (task|quota)",
            "依法征税, 不下达税收任务 [M]", "Taxes follow the law, not a quota [M]"),
    _barred("signing", r"(招商)?签约(额|金额|投资额)|signed (contract )?(value|amount)",
            "签约额易虚报, 宜考核开工与到位 [D]", "Signed amounts invite inflation; use starts and funds paid in [D]"),
    _barred("app", r"(app|小程序|应用|公众号).{0,6}(下载|安装|注册|关注|日活)(量|率|数)|(download|install|sign-?up).{0,4}(rate|count|number)",
            "国办函〔2026〕12号: 不得考核下载率、安装率 [V]",
            "State Council Office Letter (2026) 12: no grading of download or install rates [V]"),
    _barred("likes", r"点赞|转发(量|数)|阅读量|浏览量|网络投票|微信投票|\blikes\b|shares and likes|page views|online votes?",
            "国办函〔2026〕12号: 点赞、转发、网络投票不得作为考核依据 [V]",
            "State Council Office Letter (2026) 12: likes, shares and online votes are no basis [V]"),
    _barred("study", r"学习(时长|积分|打卡|笔记)|心得体会.{0,4}(篇|数)|study (hours|points)",
            _FORMALISM + ": 不考核学习时长、积分、笔记 [V]", "Burden rules: no study hours, points or notebooks [V]"),
    _barred("clock_in", r"打卡|签到(率|次数)|在线时长|登录(次数|率)|clock.?in|log-?in count|online time",
            "国办函〔2026〕12号: 不得强制打卡、积分排名、在线时长统计 [V]",
            "State Council Office Letter (2026) 12: no clock-in, points ranking or time online [V]"),
    _barred("reports", r"(信息|简报|材料|稿件|宣传).{0,4}(报送|发布|刊发|采用|录用).{0,3}(篇|数|量|条)|articles? (published|submitted)",
            _FORMALISM + ": 不以信息报送、稿件数量考核 [V]", "Burden rules: no counting of bulletins or press articles [V]"),
    _barred("praise", r"领导(批示|表扬|肯定)|批示(数|件数|次数)|leaders?'? (written )?(praise|instructions)",
            _FORMALISM + ": 领导批示不作为考核指标 [V]", "Burden rules: leaders' written praise is no indicator [V]"),
    _barred("meetings", r"(会议|开会|调研|督查|检查|培训|活动).{0,3}(次数|场次|场数)|(meetings?|inspections?) (held|count)|number of meetings",
            _FORMALISM + ": 不以会议、活动次数考核 [V]", "Burden rules: no counting of meetings and events [V]"),
    _barred("traces", r"(照片|视频|轨迹|截图).{0,4}(上传|留痕|佐证|报送)|upload.{0,8}(photos?|videos?|tracks?)",
            "国办函〔2026〕12号: 不得要求上传照片视频轨迹留痕 [V]",
            "State Council Office Letter (2026) 12: no photo, video or track upload as routine evidence [V]"),
)  # fmt: skip

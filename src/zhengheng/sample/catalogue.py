"""The 68 indicators of the sample city; all targets and spreads are invented design values [D].

Columns: code | Chinese | English | unit | direction | owner | source system | frequency | lag days |
combine | decimals | method | target | low-high of the spread.
"""

from dataclasses import dataclass
from typing import Any

from zhengheng.sample.english import MEASURE_UNITS, SOURCES
from zhengheng.sample.organisation import unit_code

OFFICE = "绩效办"
HOST = "政府办公室"
"""The department that the performance office belongs to: it answers for what the office itself has surveyed."""
_TABLE = """
A01|政府工作报告重点任务完成率|Key tasks of the work report done|%|up|政府办公室|督查督办系统|month|5|sum|2|milestones|100|82-100
A02|民生实事项目完成率|Livelihood projects done|%|up|政府办公室|督查督办系统|month|5|sum|2|milestones|100|90-100
A03|预算执行率|Budget executed|%|up|财政局|预算管理一体化系统|month|3|last|2|rate_minus 0.1|92|78-99
A04|项目支出绩效自评抽查合格率|Self-assessments that pass the sample check|%|up|财政局|绩效评价报告|year|60|last|2|ratio 1|90|70-100
A05|12345工单按时办结率|Hotline orders closed on time|%|up|数据局|12345平台|month|3|mean|2|rate_minus 0.3|98|88-100
A06|12345诉求人满意率|Callers satisfied|%|up|数据局|12345回访|month|7|mean|2|rate_minus 0.15|92|74-98
A07|差评按期整改率|Bad ratings put right in time|%|up|数据局|好差评系统|quarter|10|parts RECTIFIED POOR|2|ratio 1|100|
A08|政务服务事项全程网办率|Services done wholly online|%|up|数据局|一体化政务服务平台|quarter|5|mean|2|ratio 1|90|70-99
A09|行政复议诉讼被纠错率|Decisions overturned|%|down|司法局|复议应诉台账|year|20|last|2|ceiling 8 40|8|0-20
A10|审计查出问题按期整改率|Audit findings put right in time|%|up|审计局|审计整改台账|half|15|mean|2|ratio 1|100|75-100
A11|信访事项按期办结率|Petitions settled in time|%|up|信访局|信访信息系统|month|5|mean|2|rate_minus 0.1|98|90-100
A12|建议提案按期办复率|Proposals answered in time|%|up|政府办公室|建议提案办理系统|year|10|last|2|ratio 1|100|92-100
A13|依申请公开按期答复率|Disclosure requests answered in time|%|up|政府办公室|政府信息公开系统|quarter|5|mean|2|ratio 1|100|95-100
B01|地区生产总值增速|GDP growth|%|up|统计局|统计联网直报|year|25|last|1|plus_minus_city 0.05|5.3|2.1-8.4
B02|规模以上工业增加值增速|Industrial value added growth|%|up|统计局|联网直报|month|18|last|1|efficacy -3|6.5|-3-14
B03|固定资产投资增速|Fixed investment growth|%|up|统计局|联网直报|month|18|last|1|efficacy -12|5.0|-12-18
B04|工业技术改造投资增速|Technical upgrading investment growth|%|up|工业和信息化局|联网直报|quarter|20|last|1|efficacy -10|10|-10-35
B05|社会消费品零售总额增速|Retail sales growth|%|up|统计局|联网直报|month|18|last|1|efficacy 0|5.5|0-10
B06|货物进出口总额|Goods trade|亿元|up|商务局|海关统计|month|20|sum|2|ratio 1|286|230-310
B07|制造业实际使用外资|Foreign investment in manufacturing|万美元|up|商务局|外资统计系统|quarter|20|sum|0|ratio 1.2|9800|7600-11800
B08|研发经费投入强度|R&D intensity|%|up|科技局|科技统计年报|year|300|last|2|growth 0.5|2.35|0.6-4.8
B09|高新技术企业净增数|Net new high-tech firms|家|up|科技局|高企认定库|year|30|last|0|three_point 45 60 75|60|44-80
B10|一般公共预算收入增速|Budget revenue growth|%|interval|财政局|预算管理一体化系统|month|5|last|1|interval -4 2 7 14|4|-4-11
B11|重点项目年度投资完成率|Key project investment done|%|up|发展改革委|投资项目在线审批监管平台|month|5|last|2|ratio 1|100|61-118
B12|亿元以上签约项目开工率|Signed projects started|%|up|投资促进局|项目库|quarter|10|last|2|ratio 1|65|40-80
B13|粮食产量|Grain output|万吨|up|农业农村局|粮食统计调查|year|30|last|2|ratio 1|12.8|10-14
B14|接待过夜游客|Overnight visitors|万人次|up|文化广电和旅游局|住宿登记与抽样|month|15|sum|2|ratio 1|160|118-175
B15|单位地区生产总值能耗下降率|Energy per GDP cut|%|up|发展改革委|能源统计|half|45|last|2|three_point 1 2.8 4|2.8|-1-6
C01|城镇新增就业|New urban jobs|万人|up|人力资源社会保障局|就业监测系统|month|5|sum|3|ratio 1|0.42|0.36-0.5
C02|新增公办义务教育学位|New public school places|个|up|教育局|学籍系统与验收单|half|10|sum|0|ratio 1|1000|820-1150
C03|基层医疗卫生机构诊疗量占比|Visits at primary care|%|up|卫生健康委|卫生统计直报|quarter|20|mean|2|growth 43|56|43-66
C04|基本医保参保率|Medical insurance coverage|%|up|医疗保障局|医保信息平台|quarter|10|last|2|ratio 1|95|93-99
C05|养老机构护理型床位占比|Nursing beds in elderly care|%|up|民政局|养老服务系统|half|15|last|2|growth 48|62|50-68
C06|老旧小区改造完工率|Old estates renewed|%|up|住房城乡建设局|城镇老旧小区改造系统|month|5|sum|2|milestones|100|48-100
C07|保障性租赁住房筹集|Affordable rental homes|套|up|住房城乡建设局|住房保障系统|quarter|10|sum|0|ratio 1.2|4200|3400-5000
C08|农村集中供水水质合格率|Rural water quality|%|up|水务局|水质检测|quarter|20|mean|2|rate_minus 0.5|98|91-100
C09|公交准点率|Bus punctuality|%|up|交通运输局|公交调度系统|month|3|mean|2|interval 60 88 - -|88|79-94
C10|城乡居民人均可支配收入比|Urban to rural income ratio|–|down|统计局|住户调查|year|35|last|2|three_point 2.4 1.92 1.6|1.92|1.6-2.4
D01|细颗粒物PM2.5平均浓度|PM2.5|微克/立方米|down|生态环境局|国控省控站|month|10|mean|1|mirror|31|22-41
D02|空气质量优良天数比率|Days of good air|%|up|生态环境局|国控站|month|10|mean|2|efficacy 60|84|74-96
D03|地表水优良断面比例|Good surface water|%|up|生态环境局|断面监测|month|15|mean|2|efficacy 50|90|60-100
D04|挥发性有机物重点工程减排量|VOC cut|吨|up|生态环境局|减排核算|year|40|last|0|ratio 1|412|233-460
D05|森林覆盖率|Forest cover|%|up|园林和林业局|林草湿年度监测|year|60|last|2|three_point 38 41.2 44|41.2|38-48
D06|生活垃圾回收利用率|Household waste recycled|%|up|城市管理局|环卫系统|quarter|10|mean|2|ratio 1|38|25-47
E01|生产安全事故死亡人数|Deaths in work accidents|人|down|应急管理局|事故统计直报|month|5|sum|0|control|2|0-2
E02|群众安全感|Sense of safety|%|up|公安局|统计调查队抽样|half|30|mean|2|efficacy 90|97.5|95-99
E03|食品抽检不合格按期处置率|Failed food samples dealt with in time|%|up|市场监管局|抽检系统|quarter|15|mean|2|ratio 1|100|94-100
E04|投诉举报按期核查率|Complaints checked in time|%|up|市场监管局|12315平台|month|5|mean|2|rate_minus 0.5|98|88-100
E05|重大火灾隐患整改销号率|Fire hazards closed|%|up|消防救援支队|双随机系统|quarter|10|mean|2|ratio 1|100|70-100
E08|项目审批超时率|Approvals over time|%|down|数据局|审批平台|month|3|mean|2|tiers|2|0-14
E09|企业开办平均时长|Time to open a business|工作日|down|市场监管局|一网通办|month|3|mean|2|inverse|0.5|0.4-0.6
E10|防汛隐患整改率|Flood hazards put right|%|up|应急管理局|防汛督查|month|5|mean|2|ratio 1|100|82-100
F00|接诉即办年度得分|Hotline score of the year|分|up|数据局|12345通报|month|10|mean|2|direct|90|70-100
F01|12345响应率|Hotline response rate|%|up|数据局|12345平台|month|7|parts ANSWERED DISPATCHED|2|rate_minus 0.5|100|
F02|12345解决率|Hotline resolution rate|%|up|数据局|12345平台|month|7|parts SOLVED CALLBACKS|2|rate_minus 0.3|88|
F03|12345满意率|Hotline satisfaction rate|%|up|数据局|12345平台|month|7|parts SATISFIED CALLBACKS|2|rate_minus 0.3|92|
F04|诉求平均办理时长|Mean handling time|小时|down|数据局|12345平台|month|7|parts HOURS DISPATCHED|1|mirror|68|
F05|重复诉求率|Repeated requests|%|down|数据局|12345平台|month|7|parts REPEATED DISPATCHED|2|ceiling 6 20|6|
F06|老旧小区改造进度|Old estates renewal progress|%|up|住房城乡建设局|改造系统|month|5|sum|2|milestones|100|60-100
F07|垃圾分类准确率|Waste sorted rightly|%|up|城市管理局|抽查|month|5|mean|2|ratio 1|85|70-95
F08|消防隐患整改率|Fire hazards put right|%|up|消防救援支队|双随机|quarter|10|mean|2|ratio 1|100|80-100
F09|矛盾纠纷就地化解率|Disputes settled on the spot|%|up|司法局|人民调解|quarter|10|mean|2|ratio 1|95|80-99
F10|新增违法建设|New illegal buildings|处|down|城市管理局|卫星图斑|quarter|10|sum|0|count|0|0-4
F11|网格事件按期处置率|Grid events handled in time|%|up|数据局|网格平台|quarter|10|mean|2|ratio 1|97|88-100
F12|居民满意度|Residents' satisfaction|分|up|绩效办|抽样调查|year|20|last|2|direct|85|76-93
F13|农村人居环境整治验收合格率|Rural renewal accepted|%|up|农业农村局|验收单|year|20|last|2|ratio 1|95|80-100
S01|社会评价|Public evaluation|分|up|绩效办|社会评价调查|year|20|last|2|direct|88|78-95
S02|领导评价|Leaders' evaluation|分|up|绩效办|领导评价|year|20|last|2|direct|90|82-97
S03|专家评估|Experts' evaluation|分|up|绩效办|专家评估|year|20|last|2|direct|86|78-95
"""
COUNTS = ("DISPATCHED", "ANSWERED", "CALLBACKS", "SOLVED", "SATISFIED", "REPEATED", "HOURS")
RATING_COUNTS = ("POOR", "RECTIFIED")
COUNT_NAMES = {
    "POOR": ("差评数", "Bad ratings"), "RECTIFIED": ("按期整改的差评数", "Bad ratings put right in time"),
    "DISPATCHED": ("派单数", "Orders dispatched"), "ANSWERED": ("按时响应数", "Answered in time"),
    "CALLBACKS": ("有效回访数", "Valid call-backs"), "SOLVED": ("解决数", "Solved"),
    "SATISFIED": ("满意数", "Satisfied"), "REPEATED": ("重复诉求数", "Repeated"),
    "HOURS": ("办理小时数", "Hours of handling"),
}  # fmt: skip
BELOW: dict[str, dict[str, str]] = {
    "C08": {"watch": "0.01", "missed": "0.03"},
    "D06": {"watch": "0.05", "missed": "0.15"},
}
"""Lights by how far the value stays below its target: a few points of water quality weigh more than of the score."""
GROWTH = {"B01", "B02", "B03", "B04", "B05", "B10", "B15"}
"""Percentages of change, which may be negative; the others are shares."""
OVER_FULL = {"A03", "B11"}
"""Shares that may pass 100 %: a budget that was added to, an investment ahead of its plan."""
NO_JANUARY = {"B02", "B03", "B05"}


@dataclass(frozen=True)
class Spec:
    """One line of the catalogue."""

    code: str
    zh: str
    en: str
    unit: str
    direction: str
    owner: str
    source: str
    frequency: str
    lag: int
    combine: str
    decimals: int
    method: str
    target: str
    spread: str

    @property
    def limits(self) -> tuple[float, float]:
        head, tail = self.spread[0], self.spread[1:]
        low, high = tail.split("-", 1)
        return float(head + low), float(high)

    def indicator(self) -> dict[str, Any]:
        """The indicator as rulebook data."""
        made: dict[str, Any] = {
            "code": self.code, "name": {"zh": self.zh, "en": self.en}, "owner": unit_code(HOST if self.owner == OFFICE else self.owner),
            "supplier": "system" if self.owner == OFFICE else unit_code(self.owner), "direction": self.direction, "measure_unit": {"zh": self.unit, "en": MEASURE_UNITS.get(self.unit, self.unit)},
            "decimals": self.decimals, "source": _source(self.source), "frequency": self.frequency,
            "lag_days": self.lag, "reliability": "B", "method": self._method(),
            "basis": [{"title": "云衡市虚构示例", "tag": "D"}],
        }  # fmt: skip
        if self.combine.startswith("parts"):
            _, top, bottom = self.combine.split()
            scale = 1 if top == "HOURS" else 100
            made["parts"] = {"numerator": {top: 1}, "denominator": {bottom: 1}, "scale": scale}
        else:
            made["combine"] = self.combine
        if self.unit == "%" and self.code not in GROWTH:
            made["sense"] = {"low": 0, "high": 200 if self.code in OVER_FULL else 100}
        if self.code in NO_JANUARY:
            made["skip_months"] = [1]
        if self.code == "B01":
            made["vintage"] = {"published_by": "02-20"}
            made["reference"] = {"to": "unit", "unit": "CITY"}
        if self.code == "B08":
            made["score_previous_year"] = True
        if self.method == "milestones":
            made["light"] = {"by": "milestones", "watch": 0, "missed": "0.1"}
        elif self.combine == "sum" and self.direction == "up":
            made["light"] = {"by": "time_progress", "watch": 10, "missed": 30}
        elif self.code in BELOW:
            made["light"] = {"by": "level", **BELOW[self.code]}
        elif self.direction == "down":
            made["light"] = {"by": "ceiling", "watch": 0, "missed": "0.1"}
        else:
            made["light"] = {"by": "score", "watch": "0.85", "missed": "0.6"}
        return made

    def _method(self) -> dict[str, Any]:
        kind, *numbers = self.method.split()
        target = {"target": self.target}
        match kind:
            case "ratio":
                return {"kind": "ratio", "cap": numbers[0], **target}
            case "inverse" | "mirror":
                return {"kind": "ratio", "reverse": kind, **target, "undefined": "full"}
            case "rate_minus":
                return {"kind": "rate_minus", "points_per_unit": numbers[0], **target}
            case "efficacy":
                return {"kind": "efficacy", "bottom": numbers[0], **target}
            case "growth":
                return {"kind": "growth", "base": numbers[0], **target}
            case "three_point":
                base, aim, stretch = numbers
                return {
                    "kind": "three_point",
                    "base": base,
                    "target": aim,
                    "stretch": stretch,
                    "at_stretch": "1",
                }
            case "ceiling":
                return {"kind": "interval", "high": numbers[0], "high_limit": numbers[1]}
            case "interval":
                names = ("low_limit", "low", "high", "high_limit")
                return {"kind": "interval"} | {
                    n: v for n, v in zip(names, numbers, strict=True) if v != "-"
                }
            case "plus_minus_city":
                return {
                    "kind": "plus_minus",
                    "per": "unit",
                    "slope": numbers[0],
                    "cap": "1",
                    "least": "0.6",
                }
            case "control":
                return {"kind": "steps", "of": "difference", **target,
                        "steps": [{"at": -99, "credit": "1"}, {"at": 1, "credit": "0.5"}, {"at": 2, "credit": "0"}]}  # fmt: skip
            case "count":
                return {
                    "kind": "steps",
                    "steps": [
                        {"at": 0, "credit": "1"},
                        {"at": 1, "credit": "0.9"},
                        {"at": 3, "credit": "0.7"},
                        {"at": 6, "credit": "0.3"},
                    ],
                }
            case "tiers":
                return {
                    "kind": "steps",
                    **target,
                    "steps": [
                        {"at": 0, "credit": "1"},
                        {"at": "2.01", "credit": "0.8"},
                        {"at": "5.01", "credit": "0.5"},
                        {"at": "10.01", "credit": "0"},
                    ],
                }
            case "direct":
                return {"kind": "direct", "scale": 100, "cap": 1}
            case _:
                return {"kind": "milestones"}


SPECS = {
    line.split("|")[0]: Spec(
        *[  # type: ignore[arg-type]
            int(cell) if place in {8, 10} else cell for place, cell in enumerate(line.split("|"))
        ]
    )
    for line in _TABLE.strip().splitlines()
}


def _source(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": SOURCES[zh]}


def count_indicator(code: str) -> dict[str, Any]:
    """An input counted from work orders or service ratings, not scored itself."""
    zh, en = COUNT_NAMES[code]
    rated = code in RATING_COUNTS
    return {
        "code": code, "name": {"zh": zh, "en": en}, "decimals": 0, "owner": unit_code("数据局"), "supplier": "system",
        "frequency": "quarter" if rated else "month", "lag_days": 10 if rated else 7,
        "source": _source("好差评系统" if rated else "12345平台"), "absent": "zero",
        "absent_reason": "评价系统没有记录即为零" if rated else "工单系统没有记录即为零",
    }  # fmt: skip

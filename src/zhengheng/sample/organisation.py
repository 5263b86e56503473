"""The units of the sample city. Names match no real division; every code is deliberately invalid."""

from dataclasses import dataclass

DEPARTMENTS = {
    "econ": ("发展改革委", "工业和信息化局", "科技局", "商务局", "农业农村局", "文化广电和旅游局", "国资委",
             "投资促进局", "交通运输局"),
    "people": ("教育局", "民政局", "人力资源社会保障局", "住房城乡建设局", "卫生健康委", "医疗保障局",
               "退役军人事务局", "水务局", "体育局", "园林和林业局", "公积金中心", "公共交通集团"),
    "law": ("公安局", "市场监管局", "生态环境局", "应急管理局", "城市管理局", "自然资源和规划局",
            "消防救援支队", "税务局"),
    "general": ("政府办公室", "财政局", "司法局", "审计局", "统计局", "数据局", "信访局", "机关事务局", "外事办"),
}  # fmt: skip
DEPARTMENT_GROUPS = {
    "econ": ("经济类", "Economic"), "people": ("民生类", "Livelihood"),
    "law": ("执法监管类", "Enforcement"), "general": ("综合类", "General"),
}  # fmt: skip
DISTRICTS = {
    "urban": ("望衡区", "栖云区", "镜湾区"),
    "industry": ("铁砚区", "石硖区", "云衡经开区", "云衡高新区"),
    "nature": ("青屿区", "鹿溪县", "岚溪县"),
    "farming": ("穗丰县", "沅溪县", "泽浦县"),
}
DISTRICT_GROUPS = {
    "urban": ("城市主城区", "Urban core"), "industry": ("工业集聚", "Industrial"),
    "nature": ("生态旅游", "Nature and tourism"), "farming": ("农产品主产", "Farming"),
}  # fmt: skip
STREETS = {
    "望衡区": ("衡桥", "钟台", "槐里", "衡前", "临衡", "贡院", "澜桥", "学宫"),
    "栖云区": ("云麓", "栖霞里", "望云", "松台", "云门", "梅坞", "云溪南"),
    "镜湾区": ("镜湾", "月塘", "东湾", "水阁", "镜西", "荷汀"),
    "铁砚区": ("砚山镇", "石桥铺镇", "青炉镇", "砚南镇"),
    "青屿区": ("屿北镇", "渔洲镇", "海棠镇"),
    "穗丰县": ("穗城镇", "丰田镇", "麦垄镇", "稻香镇"),
    "鹿溪县": ("鹿鸣镇", "溪口镇", "白芷镇", "云间村镇"),
}
STREET_GROUPS = {
    "central": ("中心城区街道", "Central streets"),
    "rural": ("涉农镇街", "Rural towns"),
}
SISTERS = (
    ("云衡市", "Yunheng"), ("澄湖市", "Chenghu"), ("朔原市", "Shuoyuan"), ("漪南市", "Yinan"), ("岐岚市", "Qilan"),
    ("青桓市", "Qinghuan"), ("邻溪市", "Linxi"), ("定澜市", "Dinglan"), ("泊远市", "Boyuan"),
)  # fmt: skip
"""The city itself and the sister cities that the province assesses together with it; all invented."""
HOME = "P01"
ENGLISH = {
    "发展改革委": "Development and Reform", "工业和信息化局": "Industry and Information Technology", "科技局": "Science and Technology",
    "商务局": "Commerce", "农业农村局": "Agriculture and Rural Affairs", "文化广电和旅游局": "Culture and Tourism",
    "国资委": "State Assets", "投资促进局": "Investment Promotion", "交通运输局": "Transport", "教育局": "Education",
    "民政局": "Civil Affairs", "人力资源社会保障局": "Human Resources and Social Security", "住房城乡建设局": "Housing and Construction",
    "卫生健康委": "Health", "医疗保障局": "Medical Insurance", "退役军人事务局": "Veterans Affairs", "水务局": "Water",
    "体育局": "Sports", "园林和林业局": "Parks and Forestry", "公积金中心": "Housing Fund Centre", "公共交通集团": "Public Transport Group",
    "公安局": "Public Security", "市场监管局": "Market Regulation", "生态环境局": "Ecology and Environment",
    "应急管理局": "Emergency Management", "城市管理局": "Urban Management", "自然资源和规划局": "Natural Resources and Planning",
    "消防救援支队": "Fire and Rescue", "税务局": "Taxation", "政府办公室": "Government Office", "财政局": "Finance",
    "司法局": "Justice", "审计局": "Audit", "统计局": "Statistics", "数据局": "Data", "信访局": "Petitions",
    "机关事务局": "Government Offices Administration", "外事办": "Foreign Affairs",
    "望衡区": "Wangheng District", "栖云区": "Qiyun District", "镜湾区": "Jingwan District", "铁砚区": "Tieyan District",
    "石硖区": "Shixia District", "云衡经开区": "Yunheng Economic Zone", "云衡高新区": "Yunheng High-tech Zone",
    "青屿区": "Qingyu District", "鹿溪县": "Luxi County", "岚溪县": "Lanxi County", "穗丰县": "Suifeng County",
    "沅溪县": "Yuanxi County", "泽浦县": "Zepu County",
}  # fmt: skip
"""English names of departments and districts; those of streets and sections are in english.py."""
NO_WINDOW = ("D34", "D37", "D38")
"""Departments without a service window: the rating of windows does not apply to them."""
NO_ORDERS = "云间村镇"
"""The one village town without hotline orders: listed, not ranked."""


@dataclass(frozen=True)
class SampleUnit:
    code: str
    name: str
    category: str
    group: str
    superior: str = ""
    valid_from: str = ""
    valid_to: str = ""


def departments() -> list[SampleUnit]:
    """Every department is its own category, because its own items carry its own weights."""
    return [
        SampleUnit(f"D{place:02d}", name, f"D{place:02d}", group)
        for place, (group, name) in enumerate(
            ((group, name) for group, names in DEPARTMENTS.items() for name in names), 1
        )
    ]


def unit_code(name: str) -> str:
    """The code of a department; bodies that are not assessed keep their name."""
    return next((unit.code for unit in departments() if unit.name == name), name)


def districts() -> list[SampleUnit]:
    return [
        SampleUnit(f"Q{place:02d}", name, group, group)
        for place, (group, name) in enumerate(
            ((group, name) for group, names in DISTRICTS.items() for name in names), 1
        )
    ]


def sisters() -> list[SampleUnit]:
    return [
        SampleUnit(f"P{place:02d}", zh, "city", "cities")
        for place, (zh, _) in enumerate(SISTERS, 1)
    ]


def streets() -> list[SampleUnit]:
    found = []
    above = {unit.name: unit.code for unit in districts()}
    place = 0
    for district, names in STREETS.items():
        kind = "central" if district in DISTRICTS["urban"] else "rural"
        for name in names:
            place += 1
            full = name if name.endswith("镇") else f"{name}街道"
            found.append(SampleUnit(f"J{place:02d}", full, kind, kind, above[district]))
    return found

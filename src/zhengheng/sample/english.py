"""English words of the sample city: streets, sections, units of measure, systems that data come from."""

STREETS = {
    "衡桥街道": "Hengqiao Street", "钟台街道": "Zhongtai Street", "槐里街道": "Huaili Street", "衡前街道": "Hengqian Street",
    "临衡街道": "Linheng Street", "贡院街道": "Gongyuan Street", "澜桥街道": "Lanqiao Street", "学宫街道": "Xuegong Street",
    "云麓街道": "Yunlu Street", "栖霞里街道": "Qixiali Street", "望云街道": "Wangyun Street", "松台街道": "Songtai Street",
    "云门街道": "Yunmen Street", "梅坞街道": "Meiwu Street", "云溪南街道": "South Yunxi Street", "云溪东街道": "East Yunxi Street",
    "云溪西街道": "West Yunxi Street", "镜湾街道": "Jingwan Street", "月塘街道": "Yuetang Street", "东湾街道": "Dongwan Street",
    "水阁街道": "Shuige Street", "镜西街道": "Jingxi Street", "荷汀街道": "Heting Street", "砚山镇": "Yanshan Town",
    "石桥铺镇": "Shiqiaopu Town", "青炉镇": "Qinglu Town", "砚南镇": "Yannan Town", "屿北镇": "Yubei Town", "渔洲镇": "Yuzhou Town",
    "海棠镇": "Haitang Town", "穗城镇": "Suicheng Town", "丰田镇": "Fengtian Town", "麦垄镇": "Mailong Town", "稻香镇": "Daoxiang Town",
    "鹿鸣镇": "Luming Town", "溪口镇": "Xikou Town", "白芷镇": "Baizhi Town", "云间村镇": "Yunjian Village Town",
}  # fmt: skip
SECTIONS = {
    "办公室": "General Office", "基础教育科": "Basic Education", "督导科": "Inspection", "综合科": "General Section",
    "热线管理科": "Hotline Management", "政务服务科": "Government Services", "党政办公室": "Party and Government Office",
    "城市管理办公室": "City Management", "社区服务办公室": "Community Services",
}  # fmt: skip
POSTS = {"科长": "head", "科员": "staff"}
MEASURE_UNITS = {
    "万人": "10,000 people", "万人次": "10,000 visits", "万吨": "10,000 t", "万美元": "10,000 US dollars", "个": "number",
    "人": "people", "亿元": "100 million yuan", "分": "points", "吨": "t", "处": "sites", "套": "homes", "家": "firms",
    "小时": "hours", "工作日": "working days", "微克/立方米": "µg/m³",
}  # fmt: skip
SOURCES = {
    "12315平台": "12315 consumer platform", "12345回访": "12345 call-backs", "12345平台": "12345 hotline platform", "12345通报": "12345 bulletin",
    "一体化政务服务平台": "government services platform", "一网通办": "one-stop services portal", "专家评估": "experts' evaluation",
    "事故统计直报": "accident reporting system", "人民调解": "people's mediation records", "住宿登记与抽样": "lodging register and sample",
    "住户调查": "household survey", "住房保障系统": "housing security system", "信访信息系统": "petition system", "公交调度系统": "bus dispatch system",
    "养老服务系统": "elderly care system", "减排核算": "emission accounts", "医保信息平台": "medical insurance platform", "卫星图斑": "satellite images",
    "卫生统计直报": "health statistics", "双随机": "random inspections", "双随机系统": "random inspection system",
    "国控省控站": "national and provincial stations", "国控站": "national stations", "城镇老旧小区改造系统": "estate renewal system",
    "复议应诉台账": "register of reviews and lawsuits", "外资统计系统": "foreign investment statistics", "好差评系统": "service rating system",
    "学籍系统与验收单": "school roll and acceptance sheets", "审批平台": "approval platform", "审计整改台账": "register of audit findings",
    "就业监测系统": "employment monitoring", "建议提案办理系统": "proposal system", "投资项目在线审批监管平台": "investment project platform",
    "防汛督查": "flood-control inspection", "抽查": "spot checks", "抽样调查": "sample survey", "抽检系统": "sampling system", "改造系统": "renewal system",
    "政府信息公开系统": "disclosure system", "断面监测": "river section monitoring", "林草湿年度监测": "yearly forest and wetland survey",
    "水质检测": "water tests", "海关统计": "customs statistics", "环卫系统": "sanitation system", "督查督办系统": "supervision system",
    "社会评价调查": "public evaluation survey", "科技统计年报": "yearly science statistics", "粮食统计调查": "grain survey",
    "统计联网直报": "online statistical reporting", "统计调查队抽样": "survey team's sample", "绩效评价报告": "performance evaluation reports",
    "网格平台": "grid platform", "联网直报": "online statistical reporting", "能源统计": "energy statistics", "项目库": "project register",
    "预算管理一体化系统": "budget management system", "领导评价": "leaders' evaluation", "验收单": "acceptance sheets", "高企认定库": "register of high-tech firms",
}  # fmt: skip

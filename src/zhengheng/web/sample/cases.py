"""More stories of the sample city: the flood's targets, a split street, claims, tolerance, a decided grade, an audit."""

from pathlib import Path

from zhengheng.sample.english import STREETS
from zhengheng.sample.make import HEIRS
from zhengheng.web.acts.declare import Nothing
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.audits.acts import AUDITS
from zhengheng.web.comments.acts import COMMENTS
from zhengheng.web.comments.bringing import bring
from zhengheng.web.comments.models import Comment
from zhengheng.web.meetings.acts import COMMITMENTS
from zhengheng.web.organisation.models import Unit
from zhengheng.web.portal.inbox import Inbox
from zhengheng.web.publication.acts import PUBLICATIONS
from zhengheng.web.reorganisation.acts import REORGANISATIONS
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.self_reports import SELF_REPORTS
from zhengheng.web.reporting.tolerance import TOLERANCES
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.consultations import page_of
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.sample.desk import moment, person, work
from zhengheng.web.sample.road import decided, release
from zhengheng.web.sample.stage import do, make, paper, until
from zhengheng.web.targets.acts import TARGETS
from zhengheng.web.targets.changes import CHANGES
from zhengheng.web.targets.drafts import page_of as targets_page

FLOOD = (
    ("Q10", "lanxi-ld", "B14", "160", "118", True),
    ("Q03", "jingwan-ld", "B11", "100", "85", False),
)
"""Unit, its leader, indicator, target, what it asked for, whether that was agreed."""


ACCOUNT = "新增学位主要来自城东两所改扩建学校, 依据是竣工验收备案表。部分学校因汛期停工一个月, 已调整施工计划, 2026 年秋季学期前全部交付。"
"""What the education bureau says of its year to everybody."""


REASONS = [
    {"indicator": "C02", "text": "两所学校汛期停工一个月, 少完成 40 个学位; 依据竣工验收备案表"},
    {"indicator": "A03", "text": "基建尾款按合同次年支付; 依据预算执行报告"},
]
STEPS = [{"until": "2026-03-01", "action": "两所学校通过竣工验收"}, {"until": "2026-08-31", "action": "补足少完成的学位, 秋季开学前投用"}]  # fmt: skip


async def flood() -> None:
    """Story 3: after the flood of July 2024 one county's target is eased, a district's is not; the first stay to be seen."""
    await until("2024-03-05")
    book, sheets, changes = _in_force("districts", "2024"), [], []
    for unit, _, indicator, target, _, _ in FLOOD:
        lines = [{"indicator": indicator, "value": target}]
        sheets.append(await make(TARGETS, "propose", "zhibiao", "2024-03-05", rulebook=book.pk, unit=unit, lines=lines))  # fmt: skip
    for sheet, (_, leader, *_) in zip(sheets, FLOOD, strict=True):
        record = await paper(leader, "2024-03-12", "职工代表会议记录")
        await do(TARGETS, "agree", sheet, leader, "2024-03-12", consultation=[record])
    for sheet, (_, leader, _, _, asked, _) in zip(sheets, FLOOD, strict=True):
        changes.append(await make(
            CHANGES, "ask", leader, "2024-07-20", line=sheet.lines.get().pk, value=asked, ground="force_majeure",
            reason="7 月特大洪水，停产停业 23 天。", evidence=[await paper(leader, "2024-07-20", "灾情认定")],
        ))  # fmt: skip
    for change, (*_, agreed) in zip(changes, FLOOD, strict=True):
        name, answer = ("approve", "属不可抗力，同意调整。") if agreed else ("refuse", "项目多在未受灾片区，不予调整。")  # fmt: skip
        await do(CHANGES, name, change, "zhuren", "2024-07-29", answer=answer)
    work()


def _in_force(code: str, period: str) -> RulebookVersion:
    return RulebookVersion.objects.get(code=code, period=period, state="adopted")


async def split_street() -> None:
    """Story 2: 云溪南街道 is split into two from April 2025."""
    case = await make(
        REORGANISATIONS, "ask", "chengxu", "2025-03-10", kind="split", day="2025-04-01", units=[{"code": "J15"}],
        heirs=[{"code": code, "name_zh": name, "name_en": STREETS[name], "share": share} for (code, name), share in zip(HEIRS, ("0.62", "0.38"), strict=True)],
        basis="云衡市区划调整批复 (虚构)",
    )  # fmt: skip
    decision = await decided(f"reorganisation:{case.pk}", "2025-03-18", "同意区划调整")
    await do(REORGANISATIONS, "approve", case, "mishu", "2025-03-19", decision=decision)
    await do(REORGANISATIONS, "carry_out", case, "chengxu", "2025-04-01")
    await do(REORGANISATIONS, "move_roles", case, "secrecy", "2025-04-01")


async def claims() -> None:
    """Story 9: a claim with a certificate that no catalogue knows."""
    await until("2025-11-14")
    book = _in_force("departments", "2025")
    other = await make(ITEMS, "claim", "wenlv-ld", "2025-11-14", rulebook=book.pk, unit="D06", item="praise", points="1",
                 document="行业协会证书 88 号", decided_on="2025-09-15", reason="行业协会年度创新奖",
                 evidence=[await paper("wenlv-ld", "2025-11-14", "获奖证书")])  # fmt: skip
    await do(
        ITEMS, "waive", other, "zhuren", "2025-11-21", reason="证书不在省级以上表彰目录内, 不予加分"
    )


async def next_claim() -> None:
    """Story 9: a claim from the catalogue. The honour is of January 2026, so it is the new year's and waits for its run."""
    await until("2026-03-06")
    book = _in_force("departments", "2026")
    good = await make(ITEMS, "claim", "jiaoyu-ld", "2026-03-06", rulebook=book.pk, unit="D10", item="praise", points="1",
                document="省府表彰〔2026〕2 号", decided_on="2026-01-16", reason="全省义务教育优质均衡先进集体",
                evidence=[await paper("jiaoyu-ld", "2026-03-06", "表彰决定")])  # fmt: skip
    await do(ITEMS, "verify", good, "zhibiao", "2026-03-10", reason="在省级表彰目录内，证书属实；2026 年 1 月颁发，计入 2026 年度")  # fmt: skip


async def tolerance() -> None:
    """Story 9: a failed pilot is not held against the bureau; published without its name."""
    await until("2025-10-13")
    unit, book = Unit.objects.get(name_zh="投资促进局").code, _in_force("departments", "2025")
    item = await make(ITEMS, "enter", "tongji", "2025-10-13", rulebook=book.pk, unit=unit, supplier="D34", item="criticism",
                points="0.5", document="云督〔2025〕9 号", decided_on="2025-10-10", reason="招商试点平台停运",
                evidence=[await paper("tongji", "2025-10-13", "通报")])  # fmt: skip
    case = await make(TOLERANCES, "ask", "danwei-ld", "2025-10-15", rulebook=book.pk, unit=unit, item=item.pk, ground="pilot",
                facts="试点经市政府批准, 程序完备, 未谋私利; 停运后及时止损", evidence=[await paper("danwei-ld", "2025-10-15", "试点批复")])  # fmt: skip
    decision = await decided(f"tolerance:{case.pk}", "2025-10-20", "同意容错")
    await do(TOLERANCES, "grant", case, "mishu", "2025-10-20", answer="符合“三个区分开来”", decision=decision,
       public_text="一项经批准的改革试点未达预期, 程序完备、未谋私利、及时止损")  # fmt: skip


async def self_reports() -> None:
    """The self-reports of December: one accepted, one sent back."""
    await until("2025-12-20")
    book = _in_force("departments", "2025")
    drafts = []
    for unit, who, unmet, public in (
        ("D10", "jiaoyu-ld", "无", ACCOUNT),
        ("D06", "wenlv-ld", "接待过夜游客未达目标", ""),
    ):
        drafts.append((who, await make(
            SELF_REPORTS, "draft", who, "2025-12-20", rulebook=book.pk, unit=unit, achievement="年度目标完成情况良好",
            unmet=unmet, measures="按季度分解任务, 每月调度", public_text=public,
            reasons=REASONS if public else [], steps=STEPS if public else [], evidence=[await paper(who, "2025-12-20", "自评报告")],
        )))  # fmt: skip
    for who, told in drafts:
        await do(SELF_REPORTS, "file", told, who, "2025-12-22")
    (_, education), (_, culture) = drafts
    await do(SELF_REPORTS, "accept", education, "zhibiao", "2025-12-26", reason="与确认数据一致")
    await do(SELF_REPORTS, "return", culture, "zhibiao", "2025-12-26", reason="未说明未完成的原因")


async def decided_grade() -> None:
    """Story 10: the commission lowers one grade for a pending investigation; the computed one stays beside it."""
    await until("2026-03-09")
    result = ResultRun.objects.get(rulebook="departments", period="2025", state="notice")
    run = loaded(folder_of(result.run))
    best = sorted(
        row["unit"]
        for row in run.results.rows("grading")
        if row["grade"] == "excellent" and row["unit"] != "D10"
    )
    decision = await decided(f"result:{result.pk}", "2026-03-09", "暂定为良好, 待调查结束")
    await do(RESULTS, "grade", result, "mishu", "2026-03-09", unit=best[0], grade="good", reason="有关问题正在调查",
       basis="年度绩效考核方案 等次评定条款", decision=decision)  # fmt: skip


async def untrue_figure() -> None:
    """Story 6: 412 t reported, 233 t found by a flying check; two points off, no excellence; the province's ban is lifted after a check.

    The lake holds the decided item already, so the office's record of it is marked as loaded.
    """
    await until("2026-02-05")
    book = _in_force("districts", "2025")
    item = await make(ITEMS, "enter", "shengtai", "2026-02-05", rulebook=book.pk, unit="Q04", supplier="D24", item="false_data", points="2",
                document="云绩决〔2026〕2号", decided_on="2026-02-04",
                reason="挥发性有机物减排量自报 412 吨, 飞行检查认定 233 吨; 扣 2 分, 不得评为优秀; 提请省厅决定区域限批",
                evidence=[await paper("shengtai", "2026-02-05", "飞行检查记录")])  # fmt: skip
    item = await do(ITEMS, "confirm", item, "yantie-ld", "2026-02-09")
    await until("2026-02-10")
    perform_by_machine(ITEMS, "item.load", item, given=Nothing(), now=moment("2026-02-10"))
    lifted = await make(COMMITMENTS, "record", "mishu", "2026-02-11", unit="Q04", meeting="2026年2月调度会", due_on="2026-03-10",
                  text="重新核算全部减排台账, 复核后提请省厅解除区域限批 (省厅 2 月 10 日决定)")  # fmt: skip
    await do(
        COMMITMENTS,
        "report",
        lifted,
        "yantie-ld",
        "2026-03-09",
        report="台账已重新核算, 停产企业逐一核实",
        evidence=[],
    )
    await do(
        COMMITMENTS,
        "keep",
        lifted,
        "mishu",
        "2026-03-11",
        answer="复核属实; 省厅 3 月 10 日解除区域限批",
    )


QUESTIONS = (
    ("抽中的三项为何没有证明材料?", "系统直采, 无纸质材料; 采集日志已附"), ("1-2 月合并发布的指标怎样计入二月?", "按方案不计单月"),
    ("更正申请由谁审批?", "数据管理岗, 与录入人不同"), ("一项数值与上月相差很大, 依据是什么?", ""),
)  # fmt: skip


async def audit() -> None:
    """Story 15: the external audit draws 30 values by lot, finds, asks four questions, three are answered."""
    await until("2026-03-11T10:00")
    book = _in_force("departments", "2026")
    made = await make(AUDITS, "draw", "shenji", "2026-03-11T10:00", rulebook=book.pk, size=30)
    for place, entry in enumerate(made.entries.all()[:20]):
        found = {"finding": "agrees"} if place else {"finding": "absent", "note": "未提供原始台账"}
        await do(AUDITS, "find", made, "shenji", "2026-03-11T11:00", entry=entry.pk, **found)
    for text, _ in QUESTIONS:
        await do(AUDITS, "ask", made, "shenji", "2026-03-11T14:00", text=text)
    for text, answer in QUESTIONS:
        if answer:
            number = made.questions.get(text=text).pk
            await do(
                AUDITS, "answer", made, "shuju", "2026-03-11T15:00", question=number, answer=answer
            )


async def commitments() -> None:
    """Two promises of the January meeting: one reported and kept, one carried to March."""
    meeting = {"meeting": "2026年1月调度会", "due_on": "2026-02-27"}
    kept = await make(COMMITMENTS, "record", "mishu", "2026-01-15", unit="D10", text="春季学期前完成两所学校验收", **meeting)  # fmt: skip
    carried = await make(COMMITMENTS, "record", "mishu", "2026-01-15", unit="D13", text="完成 12 个老旧小区加装电梯前期手续", **meeting)  # fmt: skip
    await do(COMMITMENTS, "report", kept, "jiaoyu-ld", "2026-02-24", report="两所学校已验收, 3 月起招生", evidence=[])  # fmt: skip
    await do(COMMITMENTS, "keep", kept, "mishu", "2026-02-27", answer="验收单齐全")
    await do(COMMITMENTS, "carry", carried, "mishu", "2026-03-02", meeting="2026年3月调度会", due_on="2026-03-31",
             answer="3 个小区居民意见未统一")  # fmt: skip


SLOTS = """# 门户的名称、页眉、页脚 (虚构示例) / the portal's name, header and footer (fictional)
name_zh: 云衡市政务绩效公开
name_en: "Yunheng: government performance"
header: 虚构示例城市
header_en: A fictional city
footer: "主办单位: 云衡市绩效管理办公室 (虚构示例)"
footer_en: "Published by the performance office of Yunheng (fictional)"
comments: true
"""


async def comments(home: Path) -> None:
    """Citizens write on the portal: one is answered, one waits, one belongs to the hotline, one is about a draft."""
    draft = await consultation()
    await until("2026-03-10")
    if not (home / "portal.yaml").exists():
        (home / "portal.yaml").write_text(SLOTS, encoding="utf-8")
    inbox = Inbox(home / "inbox")
    said = (
        ("2026-03-03", "学校旁边的新增学位什么时候能报名?"), ("2026-03-09", "公交准点率是怎么统计的?"), ("2026-03-10", "我家停水三天没人管"),
    )  # fmt: skip
    for day, text in said:
        inbox.take(text, "", moment(day))
    targets = _in_force("departments", "2026")
    inbox.take(
        "城东学校太挤, 新增学位的目标能不能再高一点?", f"{targets_page(targets)}#D10", moment("2026-03-09T11:00")
    )  # fmt: skip
    inbox.take(
        "老旧小区改造完工后, 应当请居民来评价", f"{page_of(draft)}#C06", moment("2026-03-10T10:00")
    )
    await until("2026-03-10T11:00")
    bring(
        content=inbox.export(moment("2026-03-10T11:00")),
        name="inbox",
        actor=person("chengxu"),
        now=moment("2026-03-10T11:00"),
    )
    places, buses, more, water, opinion = Comment.objects.order_by("pk")
    for held, unit in ((places, "D10"), (buses, "D09"), (more, "D10")):
        await do(COMMENTS, "route", held, "chengxu", "2026-03-10T14:00", unit=unit, shown=held.text)
    await do(COMMENTS, "hand_over", water, "chengxu", "2026-03-10T14:00", to="hotline")
    await do(
        COMMENTS,
        "reply",
        places,
        "jiaoyu-ld",
        "2026-03-11",
        reply="新增学位随 6 月招生公告公布, 按学区报名。",
    )
    await do(COMMENTS, "attach", opinion, "chengxu", "2026-03-11", clause="C06", shown=opinion.text)
    await do(COMMENTS, "approve", places, "zhuren", "2026-03-12")
    await do(
        RULEBOOKS,
        "reply",
        draft,
        "zhibiao",
        "2026-03-12",
        opinion=draft.opinions.get().pk,
        reply="将与住建部门研究把居民满意度列为改造项目的验收条件",
    )


async def consultation() -> RulebookVersion:
    """The districts' rulebook of 2026: everybody is asked what they think of it until the end of March."""
    await until("2026-02-25")
    old = _in_force("districts", "2025")
    await do(RULEBOOKS, "roll_over", old, "zhibiao", "2026-02-25", period="2026", version="2026")
    draft = RulebookVersion.objects.get(code="districts", period="2026")
    await do(RULEBOOKS, "consult", draft, "zhibiao", "2026-03-02", until="2026-03-31", public=True)
    return draft


async def announced() -> None:
    """The districts' 2025 stands in the calendar before it comes out."""
    await until("2026-03-11")
    run = ResultRun.objects.get(rulebook="districts", period="2025", state="notice")
    coming = await make(PUBLICATIONS, "prepare", "chengxu", "2026-03-11", run=run.pk, shows="score", reason="", embargo="2026-03-27")  # fmt: skip
    await do(PUBLICATIONS, "review", coming, "baomi", "2026-03-12", cleared="")


async def released() -> None:
    """The departments' 2025 by grade, while it is on notice."""
    await until("2026-03-10")
    run = ResultRun.objects.get(rulebook="departments", period="2025", state="notice")
    await release(run, "grade", ("2026-03-10", "2026-03-11", "2026-03-12"))

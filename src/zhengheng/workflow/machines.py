"""The lives of all objects of the year, stop by stop; the diagrams in the docs are drawn from them."""

from zhengheng.workflow.machine import Machine, Transition

DECISION = Machine(
    "decision",
    {"recorded": ("待复核", "recorded, to be attested"), "attested": ("已复核", "attested"), "withdrawn": ("已撤回", "withdrawn")},
    (
        Transition("decision.record", ("",), "recorded"),
        Transition("decision.attest", ("recorded",), "attested"),
        Transition("decision.withdraw", ("recorded",), "withdrawn"),
    ),
)  # fmt: skip

RULEBOOK = Machine(
    "rulebook",
    {
        "draft": ("草案", "draft"), "consultation": ("征求意见", "in consultation"),
        "submitted": ("待批", "submitted, to be approved"), "adopted": ("生效", "in force"), "superseded": ("已被新版代替", "replaced by a newer version"),
        "retired": ("废止", "retired"), "dropped": ("已放弃", "given up"),
    },
    (
        Transition("rulebook.draft", ("",), "draft"),
        Transition("rulebook.replace", ("draft",), "draft"),
        Transition("rulebook.amend", ("draft",), "draft"),
        Transition("rulebook.remove", ("draft",), "draft"),
        Transition("rulebook.consult", ("draft",), "consultation"),
        Transition("rulebook.opine", ("consultation",), "consultation"),
        Transition("rulebook.reply", ("consultation",), "consultation"),
        Transition("rulebook.rehearse", ("draft", "consultation", "submitted"), ""),
        Transition("rulebook.submit", ("consultation",), "submitted"),
        Transition("rulebook.return", ("consultation", "submitted"), "draft"),
        Transition("rulebook.drop", ("draft", "consultation", "submitted"), "dropped"),
        Transition("rulebook.adopt", ("submitted",), "adopted"),
        Transition("rulebook.supersede", ("adopted",), "superseded"),
        Transition("rulebook.open_targets", ("adopted",), "adopted"),
        Transition("rulebook.open_reports", ("adopted",), "adopted"),
        Transition("rulebook.compute", ("adopted",), "adopted"),
        Transition("rulebook.change", ("adopted",), ""),
        Transition("rulebook.roll_over", ("adopted", "retired"), ""),
        Transition("rulebook.retire", ("adopted",), "retired"),
    ),
)  # fmt: skip

QUESTION = Machine(
    "question",
    {"asked": ("待答复", "to be answered"), "answered": ("已答复", "answered")},
    (
        Transition("question.ask", ("",), "asked"),
        Transition("question.answer", ("asked",), "answered"),
    ),
)

PROPOSAL = Machine(
    "proposal",
    {"made": ("待研究", "to be considered"), "taken_up": ("采纳", "taken up"), "declined": ("未采纳", "declined")},
    (
        Transition("proposal.make", ("",), "made"),
        Transition("proposal.take_up", ("made",), "taken_up"),
        Transition("proposal.decline", ("made",), "declined"),
    ),
)  # fmt: skip

TARGET = Machine(
    "target",
    {
        "proposed": ("待单位确认", "proposed to the unit"), "countered": ("单位有意见", "countered by the unit"),
        "commission": ("提请委员会", "before the commission"), "agreed": ("已签订", "agreed"),
    },
    (
        Transition("target.propose", ("",), "proposed"),
        Transition("target.counter", ("proposed",), "countered"),
        Transition("target.answer", ("countered",), "proposed"),
        Transition("target.agree", ("proposed",), "agreed"),
        Transition("target.escalate", ("proposed", "countered"), "commission"),
        Transition("target.decide", ("commission",), "agreed"),
    ),
)  # fmt: skip

CHANGE = Machine(
    "change",
    {
        "asked": ("待审批", "to be approved"), "approved": ("已批准", "approved"), "refused": ("未批准", "refused"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    (
        Transition("change.ask", ("",), "asked"),
        Transition("change.approve", ("asked",), "approved"),
        Transition("change.refuse", ("asked",), "refused"),
        Transition("change.withdraw", ("asked",), "withdrawn"),
    ),
)  # fmt: skip

REPORT = Machine(
    "report",
    {
        "due": ("待填报", "due"), "elsewhere": ("由另一方案填报", "asked for under another rulebook"), "submitted": ("待审核", "submitted, to be checked"), "checking": ("数据核对", "being checked by the unit"),
        "disputed": ("有异议", "disputed"), "confirmed": ("已确认", "confirmed"), "loaded": ("已入库", "in the lake"),
        "correcting": ("申请更正", "correction asked for"), "lapsed": ("未计入 (年度已终定)", "not counted, the year is final"),
    },
    (
        Transition("report.open", ("",), "due"),
        Transition("report.borrow", ("",), "elsewhere"),
        Transition("report.reuse", ("elsewhere", "loaded"), "confirmed"),
        Transition("report.save", ("due",), "due"),
        Transition("report.ask_time", ("due",), "due"),
        Transition("report.give_time", ("due",), "due"),
        Transition("report.refuse_time", ("due",), "due"),
        Transition("report.submit", ("due",), "submitted"),
        Transition("report.supply", ("due",), "checking"),
        Transition("report.verify", ("submitted",), "confirmed"),
        Transition("report.return", ("submitted", "checking", "disputed"), "due"),
        Transition("report.confirm", ("checking",), "confirmed"),
        Transition("report.object", ("checking",), "disputed"),
        Transition("report.settle", ("disputed",), "confirmed"),
        Transition("report.settle_found", ("disputed",), "checking"),
        Transition("report.load", ("confirmed",), "loaded"),
        Transition("report.ask_correction", ("loaded",), "correcting"),
        Transition("report.correct", ("correcting",), "confirmed"),
        Transition("report.correct_supplied", ("correcting",), "checking"),
        Transition("report.refuse_correction", ("correcting",), "loaded"),
        Transition("report.carry", ("due",), "due"),
        Transition("report.refer", ("confirmed",), "disputed"),
        Transition("report.lapse", ("due", "elsewhere", "submitted", "checking", "confirmed"), "lapsed"),
        Transition("report.ask_again", ("lapsed",), "due"),
    ),
)  # fmt: skip

ITEM = Machine(
    "item",
    {
        "claimed": ("单位申报，待审核", "claimed by the unit, to be checked"), "entered": ("待单位核对", "entered, to be checked by the unit"), "checking": ("待绩效办审核", "to be checked by the office"), "disputed": ("有异议", "disputed"), "settled": ("已认定", "settled"),
        "waived": ("不予认定", "waived"), "loaded": ("已入库", "in the lake"), "revoked": ("已撤销", "taken back"),
    },
    (
        Transition("item.enter", ("",), "entered"),
        Transition("item.claim", ("",), "claimed"),
        Transition("item.verify", ("claimed", "checking"), "settled"),
        Transition("item.accept", ("entered",), "checking"),
        Transition("item.confirm", ("entered",), "settled"),
        Transition("item.object", ("entered",), "disputed"),
        Transition("item.settle", ("disputed",), "settled"),
        Transition("item.waive", ("claimed", "entered", "checking", "disputed"), "waived"),
        Transition("item.load", ("settled",), "loaded"),
        Transition("item.reopen", ("settled", "loaded"), "disputed"),
        Transition("item.count_load", ("disputed", "settled", "waived"), ""),
        Transition("item.refer", ("entered", "settled"), "disputed"),
        Transition("item.take_back", ("settled", "loaded"), "waived"),
        Transition("item.revoke", ("waived",), "revoked"),
        Transition("item.leave_out", ("settled", "loaded"), ""),
    ),
)  # fmt: skip

CLOSED = ("final", "archived")
"""States of a result behind which nothing changes: the lawful way there is to open it by decision."""

UPCOMING = ("draft", "approved")
"""States of a result that can still go on notice."""

UNNOTICED = (*UPCOMING, "set_aside")
"""States of a result that never went on notice: only those see it who are named."""

STANDING = ("notice", *CLOSED)
"""States of a result that is what everybody reads."""

RESULT = Machine(
    "result",
    {
        "draft": ("未公示", "not yet on notice"), "approved": ("已批准, 未公示", "approved, not yet on notice"),
        "notice": ("公示", "on public notice"), "set_aside": ("未采用", "not used"),
        "final": ("终定", "final"), "replaced": ("已被新版代替", "replaced by a newer version"),
        "archived": ("已归档", "archived"),
    },
    (
        Transition("result.register", ("",), "draft"),
        Transition("result.approve", ("draft",), "approved"),
        Transition("result.publish", UPCOMING, "notice"),
        Transition("result.set_aside", UPCOMING, "set_aside"),
        Transition("result.take_up", ("set_aside",), "draft"),
        Transition("result.serve", ("notice",), "notice"),
        Transition("result.grade", ("notice",), "notice"),
        Transition("result.finalise", ("notice",), "final"),
        Transition("result.replace", ("notice",), "replaced"),
        Transition("result.trigger", ("notice", "final"), ""),
        Transition("result.archive", ("final",), ""),
        Transition("result.archived", ("final",), "archived"),
        Transition("result.reopen", CLOSED, "notice"),
    ),
)  # fmt: skip

UNFILED = ("draft", "returned")
"""States of an appeal that is the unit's own: never filed, or returned to be completed."""

APPEAL = Machine(
    "appeal",
    {
        "draft": ("草稿", "draft"), "filed": ("待受理", "filed, to be accepted"), "accepted": ("已受理", "accepted"),
        "hearing": ("听证程序", "hearing called"), "heard": ("听证结束", "heard"), "decided": ("已决定", "decided"),
        "second": ("委员会复核", "before the commission"),
        "applied": ("已改算", "applied"), "closed": ("已结案", "closed"), "withdrawn": ("已撤回", "withdrawn"),
        "returned": ("退回补正", "returned to be completed"), "lapsed": ("逾期未提交", "not filed in time"),
    },
    (
        Transition("appeal.draft", ("",), "draft"),
        Transition("appeal.save", UNFILED, ""),
        Transition("appeal.carry", UNFILED, ""),
        Transition("appeal.file", UNFILED, "filed"),
        Transition("appeal.lapse", UNFILED, "lapsed"),
        Transition("appeal.withdraw", (*UNFILED, "filed", "accepted", "hearing", "heard"), "withdrawn"),
        Transition("appeal.return", ("filed",), "returned"),
        Transition("appeal.accept", ("filed",), "accepted"),
        Transition("appeal.draw", ("accepted", "hearing", "heard"), ""),
        Transition("appeal.recuse", ("accepted", "hearing", "heard"), ""),
        Transition("appeal.call_hearing", ("accepted",), "hearing"),
        Transition("appeal.sign_minutes", ("hearing",), "heard"),
        Transition("appeal.vote", ("accepted", "heard"), ""),
        Transition("appeal.preview", ("accepted", "heard", "second"), ""),
        Transition("appeal.decide", ("accepted", "heard"), "decided"),
        Transition("appeal.ask_second", ("decided",), "second"),
        Transition("appeal.rule", ("second",), "decided"),
        Transition("appeal.apply", ("decided",), "applied"),
        Transition("appeal.close", ("decided",), "closed"),
    ),
)  # fmt: skip

OBJECTION = Machine(
    "objection",
    {
        "lodged": ("待答复", "to be answered"), "answered": ("已答复", "answered"),
        "referred": ("已转纪检监察机关", "referred to discipline"),
    },
    (
        Transition("objection.lodge", ("",), "lodged"),
        Transition("objection.answer", ("lodged",), "answered"),
        Transition("objection.refer", ("lodged",), "referred"),
    ),
)  # fmt: skip

CONFLICT = Machine(
    "conflict",
    {"declared": ("有效", "declared"), "ended": ("已终止", "ended")},
    (
        Transition("conflict.declare", ("",), "declared"),
        Transition("conflict.end", ("declared",), "ended"),
    ),
)

CALENDAR = Machine(
    "calendar",
    {
        "waiting": ("待复核", "to be confirmed"),
        "loaded": ("有效", "in use"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    (
        Transition("calendar.load", ("",), "waiting"),
        Transition("calendar.confirm", ("waiting",), "loaded"),
        Transition("calendar.withdraw", ("waiting", "loaded"), "withdrawn"),
    ),
)

RECTIFICATION = Machine(
    "rectification",
    {
        "proposed": ("待确认", "to be confirmed"), "confirmed": ("待送达", "confirmed, to be served"), "served": ("待答复", "served, to be answered"),
        "answered": ("整改中", "plan under way"), "checking": ("待验收", "to be accepted"), "closed": ("已销号", "closed"),
        "dropped": ("不立项", "not opened"),
    },
    (
        Transition("rectification.propose", ("",), "proposed"),
        Transition("rectification.join", ("proposed", "confirmed", "served", "answered", "checking"), ""),
        Transition("rectification.drop", ("proposed",), "dropped"),
        Transition("rectification.confirm", ("proposed",), "confirmed"),
        Transition("rectification.serve", ("confirmed",), "served"),
        Transition("rectification.answer", ("served",), "answered"),
        Transition("rectification.visit", ("served", "answered"), ""),
        Transition("rectification.evidence", ("answered",), "checking"),
        Transition("rectification.send_back", ("checking",), "answered"),
        Transition("rectification.accept", ("checking",), "closed"),
    ),
)  # fmt: skip

SELF_REPORT = Machine(
    "self_report",
    {
        "draft": ("草稿", "draft"),
        "filed": ("待审核", "filed, to be accepted"),
        "accepted": ("已审核", "accepted"),
    },
    (
        Transition("self_report.draft", ("",), "draft"),
        Transition("self_report.save", ("draft",), "draft"),
        Transition("self_report.file", ("draft",), "filed"),
        Transition("self_report.return", ("filed",), "draft"),
        Transition("self_report.accept", ("filed",), "accepted"),
    ),
)

TOLERANCE = Machine(
    "tolerance",
    {
        "asked": ("待认定", "to be decided"), "granted": ("予以容错", "granted"), "refused": ("不予容错", "refused"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    (
        Transition("tolerance.ask", ("",), "asked"),
        Transition("tolerance.grant", ("asked",), "granted"),
        Transition("tolerance.refuse", ("asked",), "refused"),
        Transition("tolerance.withdraw", ("asked",), "withdrawn"),
    ),
)  # fmt: skip

AUDIT = Machine(
    "audit",
    {
        "drawn": ("核查中", "being checked"),
        "closed": ("已结束", "closed"),
        "ended": ("权限到期，已终止", "ended with the access"),
    },
    (
        Transition("audit.draw", ("",), "drawn"),
        Transition("audit.find", ("drawn",), "drawn"),
        Transition("audit.ask", ("drawn",), "drawn"),
        Transition("audit.answer", ("drawn",), "drawn"),
        Transition("audit.correct", ("drawn",), "drawn"),
        Transition("audit.reply", ("drawn", "ended"), ""),
        Transition("audit.close", ("drawn",), "closed"),
        Transition("audit.end", ("drawn",), "ended"),
        Transition("audit.carry", ("drawn",), "drawn"),
    ),
)

REORGANISATION = Machine(
    "reorganisation",
    {
        "asked": ("待批准", "to be approved"), "approved": ("已批准", "approved"), "carried_out": ("已执行, 待转授权", "carried out, roles to be moved"),
        "complete": ("已完成", "complete"), "refused": ("未批准", "refused"), "withdrawn": ("已撤回", "withdrawn"),
    },
    (
        Transition("reorganisation.ask", ("",), "asked"),
        Transition("reorganisation.approve", ("asked",), "approved"),
        Transition("reorganisation.withdraw", ("asked",), "withdrawn"),
        Transition("reorganisation.refuse", ("asked", "approved"), "refused"),
        Transition("reorganisation.draft_rules", ("approved", "carried_out", "complete"), ""),
        Transition("reorganisation.carry_out", ("approved",), "carried_out"),
        Transition("reorganisation.move_roles", ("carried_out",), "complete"),
    ),
)  # fmt: skip

ERASURE = Machine(
    "erasure",
    {
        "asked": ("待批准", "to be approved"),
        "done": ("已清除", "erased"),
        "refused": ("未批准", "refused"),
    },
    (
        Transition("erasure.ask", ("",), "asked"),
        Transition("erasure.carry_out", ("asked",), "done"),
        Transition("erasure.refuse", ("asked",), "refused"),
    ),
)

HANDOVER = Machine(
    "handover",
    {
        "prepared": ("待接收", "to be taken over"), "taken": ("待调整权限", "taken over, roles to be moved"),
        "done": ("已交接", "handed over"), "withdrawn": ("已撤回", "withdrawn"),
    },
    (
        Transition("handover.prepare", ("",), "prepared"),
        Transition("handover.take", ("prepared",), "taken"),
        Transition("handover.carry_out", ("taken",), "done"),
        Transition("handover.withdraw", ("prepared", "taken"), "withdrawn"),
    ),
)  # fmt: skip

COMMITMENT = Machine(
    "commitment",
    {
        "open": ("待落实", "open"), "reported": ("待认定", "reported, to be confirmed"), "kept": ("已完成", "kept"),
    },
    (
        Transition("commitment.record", ("",), "open"),
        Transition("commitment.report", ("open",), "reported"),
        Transition("commitment.keep", ("reported",), "kept"),
        Transition("commitment.carry", ("open", "reported"), "open"),
    ),
)  # fmt: skip

PUBLICATION = Machine(
    "publication",
    {
        "prepared": ("待保密审查", "to be reviewed"), "reviewed": ("待发布", "to be released"),
        "releasing": ("发布中", "being released"), "released": ("已发布", "released"), "withdrawn": ("已撤回", "withdrawn"),
    },
    (
        Transition("publication.prepare", ("",), "prepared"),
        Transition("publication.review", ("prepared",), "reviewed"),
        Transition("publication.release", ("reviewed",), "releasing"),
        Transition("publication.written", ("releasing",), "released"),
        Transition("publication.unverified", ("releasing",), "reviewed"),
        Transition("publication.open", ("released",), ""),
        Transition("publication.withdraw", ("prepared", "reviewed"), "withdrawn"),
    ),
)  # fmt: skip

COMMENT = Machine(
    "comment",
    {
        "received": ("待审核", "to be moderated"), "routed": ("待答复", "waiting for a reply"), "replied": ("待审定", "reply to be approved"),
        "answered": ("已答复", "answered"), "refused": ("不公开", "not shown"), "handed_over": ("已转其他渠道", "handed over"),
        "attached": ("已列为方案意见", "taken as an opinion on a draft"),
    },
    (
        Transition("comment.receive", ("",), "received"),
        Transition("comment.route", ("received",), "routed"),
        Transition("comment.refuse", ("received",), "refused"),
        Transition("comment.hand_over", ("received",), "handed_over"),
        Transition("comment.attach", ("received",), "attached"),
        Transition("comment.reply", ("routed",), "replied"),
        Transition("comment.send_back", ("replied",), "routed"),
        Transition("comment.approve", ("replied",), "answered"),
    ),
)  # fmt: skip

CHANNEL = Machine(
    "channel",
    {"open": ("使用中", "in use"), "closed": ("已停用", "closed")},
    (
        Transition("channel.open", ("",), "open"),
        Transition("channel.try", ("open",), "open"),
        Transition("channel.close", ("open",), "closed"),
    ),
)

MACHINES = (
    RULEBOOK, QUESTION, PROPOSAL, DECISION, TARGET, CHANGE, REPORT, ITEM, SELF_REPORT, TOLERANCE, AUDIT, RESULT, APPEAL, OBJECTION, CONFLICT,
    RECTIFICATION, CALENDAR, REORGANISATION, HANDOVER, COMMITMENT, PUBLICATION, COMMENT, CHANNEL, ERASURE,
)  # fmt: skip

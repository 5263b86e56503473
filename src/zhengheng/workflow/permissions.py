"""Permissions 权限: one table, deny unless a line allows.

A line names an act, the roles that may do it, the relation in which they must stand to the object and
the states the object may be in. Relations:

    any        none asked for
    own        the role is held for the unit whom the object concerns
    supplying  the role is held for the unit that supplies the value
    heir       the role is held for a unit that took over a part of the one that supplied the value, and ended
    named      the account is named on the object
    seated     the account sits on the panel that hears the object
    presiding  the account presides over that panel
    maker      the account made the object
    successor  the account follows the one who made the object
    second     somebody else than whoever made the object: two pairs of eyes
    reader     the account may read what the object is about
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from zhengheng.workflow.machines import MACHINES, STANDING, UNNOTICED, UPCOMING
from zhengheng.workflow.roles import NAMES, OF_A_UNIT, OFFICE, OFFICERS, Grant, Role

EVERYONE = frozenset(NAMES)
BUSINESS = EVERYONE - OFFICERS


@dataclass(frozen=True)
class Rule:
    """One line of the table."""

    act: str
    roles: frozenset[Role]
    relation: str = "any"
    states: frozenset[str] = frozenset()
    """Empty: in every state."""


def _rule(act: str, *roles: Role, relation: str = "any", states: tuple[str, ...] = ()) -> Rule:
    return Rule(act, frozenset(roles), relation, frozenset(states))


LED: list[str] = []
"""Acts of a unit's leader. Whoever reports for the unit records one that the leader signed on paper."""


def _led(act: str) -> Rule:
    LED.append(act)
    return _rule(act, Role.UNIT_LEADER, Role.UNIT_REPORTER, relation="own")


RULES: tuple[Rule, ...] = (
    # Accounts: one officer makes them, another gives them rights, the third reads what both did.
    _rule("account.list", *OFFICERS),
    _rule("account.create", Role.SYSTEM_ADMINISTRATOR),
    _rule("account.close", Role.SYSTEM_ADMINISTRATOR),
    _rule("account.unlock", Role.SYSTEM_ADMINISTRATOR),
    _rule("account.reset_password", Role.SYSTEM_ADMINISTRATOR),
    _rule("account.confirm_renewal", *OFFICERS),
    _rule("account.read_renewals", *OFFICERS, Role.OFFICE_DIRECTOR),
    _rule("grant.give", Role.SECRECY_OFFICER),
    _rule("grant.revoke", Role.SECRECY_OFFICER),
    _rule("ledger.read", Role.SECURITY_AUDITOR),
    _rule("ledger.checkpoint", Role.SECURITY_AUDITOR, Role.OFFICE_DIRECTOR),
    _rule("ledger.acknowledge", *OFFICERS),
    # What the ledger holds beyond its time is erased by two, and never by the auditor who reads it.
    _rule("erasure.read", *OFFICERS, Role.OFFICE_DIRECTOR),
    _rule("erasure.ask", Role.SECRECY_OFFICER),
    _rule("erasure.carry_out", Role.OFFICE_DIRECTOR, relation="second"),
    _rule("erasure.refuse", Role.OFFICE_DIRECTOR),
    # The organisation is no secret.
    Rule("organisation.read", EVERYONE),
    _rule("organisation.import", Role.SYSTEM_ADMINISTRATOR),
    # How somebody wants to be reminded is nobody else's business.
    Rule("channel.open", EVERYONE),
    *(Rule(f"channel.{act}", EVERYONE, "maker") for act in ("read", "try", "close")),
    # Whoever leaves a post hands it over; the officer who gives roles moves them.
    _rule("handover.read", *OFFICERS),
    Rule("handover.read", BUSINESS, "named"),
    Rule("handover.prepare", BUSINESS),
    Rule("handover.take", BUSINESS, "successor"),
    Rule("handover.withdraw", BUSINESS, "maker"),
    _rule("handover.withdraw", Role.SECRECY_OFFICER),
    _rule("handover.carry_out", Role.SECRECY_OFFICER),
    # What is promised at a meeting: the secretary records it, the unit reports, the secretary finds it kept.
    _rule("commitment.read", *OFFICE, Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY),
    _rule("commitment.read", *OF_A_UNIT, relation="own"),
    _rule("commitment.record", Role.COMMISSION_SECRETARY),
    _led("commitment.report"),
    _rule("commitment.keep", Role.COMMISSION_SECRETARY),
    _rule("commitment.carry", Role.COMMISSION_SECRETARY),
    # To the public only through the gate: prepared, reviewed for secrecy by another, released.
    _rule("publication.read", *OFFICE, Role.SECRECY_REVIEWER, Role.COMMISSION_SECRETARY),
    Rule("publication.read", BUSINESS, states=frozenset({"released"})),
    _rule("publication.prepare", Role.OFFICE_PROCEDURE),
    _rule("publication.review", Role.SECRECY_REVIEWER, relation="second"),
    _rule("publication.release", Role.OFFICE_DIRECTOR, relation="second"),
    _rule(
        "publication.preview",
        Role.SECRECY_REVIEWER,
        Role.OFFICE_DIRECTOR,
        relation="second",
        states=("prepared", "reviewed", "releasing"),
    ),
    _rule("publication.open", Role.OFFICE_DIRECTOR, relation="second"),
    _rule("publication.withdraw", Role.OFFICE_DIRECTOR, Role.SECRECY_REVIEWER),
    # What the public says: the office moderates, the unit replies, the director lets the reply out.
    _rule("comment.read", *OFFICE),
    _rule("comment.read", *OF_A_UNIT, relation="own"),
    _rule("comment.bring", Role.OFFICE_PROCEDURE),
    _rule("comment.route", Role.OFFICE_PROCEDURE),
    _rule("comment.refuse", Role.OFFICE_PROCEDURE),
    _rule("comment.hand_over", Role.OFFICE_PROCEDURE),
    _rule("comment.attach", Role.OFFICE_PROCEDURE),
    _rule("comment.reply", Role.UNIT_LEADER, Role.UNIT_REPORTER, relation="own"),
    _rule("comment.send_back", Role.OFFICE_DIRECTOR),
    _rule("comment.approve", Role.OFFICE_DIRECTOR),
    # The whole city on one page.
    _rule("city.read", *OFFICE, Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY),
    # Decisions of the commission: the secretary records, a member attests.
    # What is recorded and not yet attested is no decision: only those read it who make it one.
    _rule("decision.read", Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY),
    # Beyond those who make it, a decision tells of its matter: of a result before its notice, of another unit's appeal.
    Rule("decision.read", BUSINESS, "reader", frozenset({"attested"})),
    _rule("decision.record", Role.COMMISSION_SECRETARY),
    _rule("decision.withdraw", Role.COMMISSION_SECRETARY),
    _rule("decision.attest", Role.COMMISSION_MEMBER, relation="second"),
    # Rulebooks: a draft is the office's own until units and public are asked.
    _rule("rulebook.read", *OFFICE, Role.COMMISSION_MEMBER, Role.COMMISSION_SECRETARY),
    Rule(
        "rulebook.read",
        BUSINESS,
        states=frozenset({"consultation", "submitted", "adopted", "superseded", "retired"}),
    ),
    _rule("rulebook.draft", Role.OFFICE_INDICATORS),
    _rule("rulebook.replace", Role.OFFICE_INDICATORS),
    _rule("rulebook.open_targets", Role.OFFICE_INDICATORS),
    _rule("rulebook.amend", Role.OFFICE_INDICATORS),
    _rule("rulebook.remove", Role.OFFICE_INDICATORS),
    _rule("rulebook.consult", Role.OFFICE_INDICATORS),
    Rule("rulebook.opine", BUSINESS),
    _rule("rulebook.reply", Role.OFFICE_INDICATORS),
    _rule("rulebook.rehearse", Role.OFFICE_INDICATORS, Role.OFFICE_DIRECTOR),
    _rule("rulebook.submit", Role.OFFICE_DIRECTOR),
    _rule("rulebook.return", Role.OFFICE_DIRECTOR),
    _rule("rulebook.drop", Role.OFFICE_INDICATORS),
    _rule("rulebook.adopt", Role.COMMISSION_SECRETARY),
    _rule("rulebook.open_reports", Role.OFFICE_DATA),
    _rule("rulebook.compute", Role.OFFICE_DATA),
    _rule("rulebook.change", Role.OFFICE_INDICATORS),
    _rule("rulebook.roll_over", Role.OFFICE_INDICATORS),
    _rule("rulebook.retire", Role.OFFICE_DIRECTOR),
    # The interpretation desk: asked by anybody who works under the rules, seen by all.
    Rule("question.read", BUSINESS),
    _rule("question.ask", *OF_A_UNIT),
    _rule("question.answer", Role.OFFICE_INDICATORS),
    # Next year's indicators.
    Rule("proposal.read", BUSINESS),
    _rule("proposal.make", Role.ASSESSING_DEPARTMENT, Role.UNIT_LEADER, relation="own"),
    _rule("proposal.take_up", Role.OFFICE_INDICATORS),
    _rule("proposal.decline", Role.OFFICE_INDICATORS),
    # Targets: negotiated with the unit, in the last resort by the commission.
    _rule(
        "target.read",
        *OFFICE,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
        Role.EXTERNAL_AUDITOR,
    ),
    _rule("target.read", *OF_A_UNIT, relation="own"),
    Rule("target.read", BUSINESS, states=frozenset({"agreed"})),
    Rule("target.cascade", BUSINESS),
    _rule("target.propose", Role.OFFICE_INDICATORS),
    _led("target.counter"),
    _rule("target.answer", Role.OFFICE_INDICATORS),
    _led("target.agree"),
    _rule("target.escalate", Role.OFFICE_INDICATORS),
    _rule("target.decide", Role.COMMISSION_SECRETARY),
    # A later change of a target; what was agreed first stays visible for ever.
    _rule(
        "change.read",
        *OFFICE,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
        Role.EXTERNAL_AUDITOR,
    ),
    _rule("change.read", *OF_A_UNIT, relation="own"),
    Rule("change.read", BUSINESS, states=frozenset({"approved", "refused"})),
    _rule(
        "change.eased",
        *OFFICE,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
        Role.EXTERNAL_AUDITOR,
    ),
    _led("change.ask"),
    _led("change.withdraw"),
    _rule("change.approve", Role.OFFICE_DIRECTOR),
    _rule("change.refuse", Role.OFFICE_DIRECTOR),
    # Reports: by the unit itself, or by an assessing department with the unit's right to check.
    _rule("report.read", *OFFICE, Role.EXTERNAL_AUDITOR),
    _rule("report.read", *OF_A_UNIT, relation="own"),
    # An heir reports for the unit before it, whose own people are gone: whoever supplies a value reads it.
    _rule(
        "report.read",
        Role.ASSESSING_DEPARTMENT,
        Role.UNIT_REPORTER,
        Role.UNIT_LEADER,
        relation="supplying",
    ),
    # After a split each heir holds a part of what the value was about: it reads it, and asks for its correction.
    _rule(
        "report.read",
        Role.ASSESSING_DEPARTMENT,
        Role.UNIT_REPORTER,
        Role.UNIT_LEADER,
        relation="heir",
    ),
    _rule("report.ask_correction", Role.UNIT_REPORTER, Role.ASSESSING_DEPARTMENT, relation="heir"),
    _rule("report.open", Role.OFFICE_DATA),
    _rule("report.chase", *OFFICE),
    *(
        _rule(act, Role.UNIT_REPORTER, Role.ASSESSING_DEPARTMENT, relation="supplying")
        for act in (
            "report.save",
            "report.ask_time",
            "report.submit",
            "report.supply",
            "report.ask_correction",
        )
    ),
    _rule("report.give_time", Role.OFFICE_DATA),
    _rule("report.refuse_time", Role.OFFICE_DATA),
    _rule("report.verify", Role.OFFICE_DATA, relation="second"),
    _rule("report.return", Role.OFFICE_DATA),
    _rule("report.confirm", Role.UNIT_REPORTER, Role.UNIT_LEADER, relation="own"),
    _rule("report.object", Role.UNIT_REPORTER, Role.UNIT_LEADER, relation="own"),
    _rule("report.settle", Role.OFFICE_DATA),
    _rule("report.settle_found", Role.OFFICE_DATA),
    _rule("report.load", Role.OFFICE_DATA),
    _rule("report.correct", Role.OFFICE_DATA),
    _rule("report.correct_supplied", Role.OFFICE_DATA),
    _rule("report.refuse_correction", Role.OFFICE_DATA),
    _rule("report.ask_again", Role.OFFICE_DATA),
    # Bonus, deduction and veto items, each with its document.
    _rule(
        "item.read",
        *OFFICE,
        Role.EXTERNAL_AUDITOR,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
    ),
    _rule("item.read", *OF_A_UNIT, relation="own"),
    _rule("item.read", Role.ASSESSING_DEPARTMENT, relation="supplying"),
    # What units claim for themselves is listed to all of them.
    Rule("item.read", BUSINESS, states=frozenset({"claimed", "settled", "loaded"})),
    _led("item.claim"),
    _rule("item.verify", Role.OFFICE_INDICATORS, relation="second"),
    _rule("item.enter", Role.ASSESSING_DEPARTMENT, relation="supplying"),
    *(_led(act) for act in ("item.confirm", "item.accept", "item.object", "item.reopen")),
    *(_rule(act, Role.OFFICE_DIRECTOR) for act in ("item.settle", "item.waive", "item.take_back")),
    # Who judges a claim can refuse it as well as find it true.
    _rule("item.waive", Role.OFFICE_INDICATORS, relation="second", states=("claimed", "checking")),
    _rule("item.load", Role.OFFICE_DATA),
    _rule("item.revoke", Role.OFFICE_DATA),
    # What a unit says of its own year, and what it asks not to be held against it.
    _rule(
        "self_report.read",
        *OFFICE,
        Role.EXTERNAL_AUDITOR,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
    ),
    _rule("self_report.read", *OF_A_UNIT, relation="own"),
    _rule("self_report.draft", Role.UNIT_LEADER, Role.UNIT_REPORTER, relation="own"),
    _rule("self_report.save", Role.UNIT_LEADER, Role.UNIT_REPORTER, relation="own"),
    _led("self_report.file"),
    _rule("self_report.return", Role.OFFICE_INDICATORS),
    _rule("self_report.accept", Role.OFFICE_INDICATORS),
    _rule(
        "tolerance.read",
        *OFFICE,
        Role.EXTERNAL_AUDITOR,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
    ),
    _rule("tolerance.read", *OF_A_UNIT, relation="own"),
    Rule("tolerance.granted", BUSINESS),
    _led("tolerance.ask"),
    _led("tolerance.withdraw"),
    _rule("tolerance.grant", Role.COMMISSION_SECRETARY),
    _rule("tolerance.refuse", Role.COMMISSION_SECRETARY),
    # Samples by lot of what was reported: site checks by the office, audits from outside.
    _rule("audit.read", *OFFICE, Role.EXTERNAL_AUDITOR),
    _rule("audit.draw", Role.OFFICE_DATA, Role.EXTERNAL_AUDITOR),
    _rule("audit.find", Role.OFFICE_DATA, Role.EXTERNAL_AUDITOR, relation="maker"),
    _rule("audit.ask", Role.OFFICE_DATA, Role.EXTERNAL_AUDITOR, relation="maker"),
    _rule("audit.correct", Role.OFFICE_DATA, Role.EXTERNAL_AUDITOR, relation="maker"),
    _rule("audit.answer", *OFFICE),
    _rule("audit.reply", *OFFICE),
    _rule("audit.bundle", *OFFICE, Role.EXTERNAL_AUDITOR),
    _rule("audit.close", Role.OFFICE_DATA, Role.EXTERNAL_AUDITOR, relation="maker"),
    # Results: before the public notice only for those who are named on the run.
    _rule("result.register", Role.OFFICE_DATA),
    Rule("result.read", BUSINESS, "named", frozenset(UNNOTICED)),
    Rule("result.read", BUSINESS, "any", frozenset({*STANDING, "replaced"})),
    # A unit's own trial 试算: computed for it alone, kept nowhere.
    _rule("result.try", *OF_A_UNIT, relation="own"),
    _rule("result.name", Role.OFFICE_DIRECTOR, relation="named", states=UPCOMING),
    _rule("result.approve", Role.COMMISSION_SECRETARY, relation="named"),
    _rule("result.publish", Role.OFFICE_PROCEDURE, relation="named"),
    # A computation that nobody puts on notice does not lie on a desk for ever.
    _rule("result.set_aside", Role.OFFICE_DIRECTOR, relation="named"),
    _rule("result.take_up", Role.OFFICE_DIRECTOR, relation="named"),
    _rule("result.serve", Role.OFFICE_PROCEDURE),
    _rule("result.grade", Role.COMMISSION_SECRETARY),
    _rule("result.finalise", Role.COMMISSION_SECRETARY),
    _rule("result.trigger", Role.OFFICE_PROCEDURE),
    _rule("result.archive", Role.OFFICE_PROCEDURE),
    # The package holds the ledger, letters and appeals: for those who keep it, and each time on the record.
    _rule("result.package", Role.OFFICE_PROCEDURE, Role.OFFICE_DIRECTOR),
    _rule("result.reopen", Role.COMMISSION_SECRETARY),
    # Appeals: the clerk keeps the clocks, the panel decides; neither touches a score.
    _rule(
        "appeal.read",
        *OFFICE,
        Role.APPEALS_CLERK,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
        Role.EXTERNAL_AUDITOR,
    ),
    _rule("appeal.read", *OF_A_UNIT, relation="own"),
    _rule("appeal.read", Role.PANEL_MEMBER, relation="seated"),
    _rule("appeal.draft", Role.UNIT_LEADER, Role.UNIT_REPORTER, relation="own"),
    _rule("appeal.save", Role.UNIT_LEADER, Role.UNIT_REPORTER, relation="own"),
    _led("appeal.file"),
    _led("appeal.withdraw"),
    *(
        _rule(act, Role.APPEALS_CLERK)
        for act in (
            "appeal.return",
            "appeal.accept",
            "appeal.draw",
            "appeal.call_hearing",
            "appeal.sign_minutes",
        )
    ),
    _rule("appeal.recuse", Role.PANEL_MEMBER, relation="seated"),
    _rule("appeal.vote", Role.PANEL_MEMBER, relation="seated"),
    _rule("appeal.preview", Role.PANEL_MEMBER, relation="seated", states=("accepted", "heard")),
    _rule("appeal.decide", Role.PANEL_MEMBER, relation="presiding"),
    # The commission once more, where the rulebook has a second instance.
    _led("appeal.ask_second"),
    _rule("appeal.preview", Role.COMMISSION_SECRETARY, states=("second",)),
    _rule("appeal.rule", Role.COMMISSION_SECRETARY),
    _rule("appeal.apply", Role.OFFICE_DATA),
    _rule("appeal.close", Role.APPEALS_CLERK),
    # Any person may object by name; what looks like fraud goes to those who investigate it.
    _rule("objection.read", Role.OFFICE_DIRECTOR, Role.APPEALS_CLERK),
    Rule("objection.read", BUSINESS, "maker"),
    Rule("objection.lodge", BUSINESS),
    _rule("objection.answer", Role.APPEALS_CLERK),
    _rule("objection.refer", Role.APPEALS_CLERK, Role.OFFICE_DIRECTOR),
    # Where a panel member has an interest: said beforehand, and then never drawn there.
    _rule("conflict.read", Role.APPEALS_CLERK, Role.PANEL_MEMBER),
    _rule("conflict.declare", Role.PANEL_MEMBER),
    _rule("conflict.end", Role.PANEL_MEMBER, relation="maker"),
    # Improvement: a red light proposes, the office confirms, somebody else than the planner accepts.
    _rule(
        "rectification.read",
        *OFFICE,
        Role.MENTOR,
        Role.COMMISSION_MEMBER,
        Role.COMMISSION_SECRETARY,
        Role.EXTERNAL_AUDITOR,
    ),
    _rule("rectification.read", *OF_A_UNIT, relation="own"),
    _rule("rectification.propose", Role.OFFICE_PROCEDURE),
    _rule("rectification.join", Role.OFFICE_PROCEDURE),
    _rule("rectification.drop", Role.OFFICE_DIRECTOR),
    _rule("rectification.confirm", Role.OFFICE_DIRECTOR),
    _rule("rectification.serve", Role.OFFICE_PROCEDURE),
    _led("rectification.answer"),
    _rule("rectification.visit", Role.MENTOR),
    _rule("rectification.evidence", Role.UNIT_LEADER, Role.UNIT_REPORTER, relation="own"),
    _rule("rectification.send_back", Role.OFFICE_INDICATORS),
    _rule("rectification.accept", Role.OFFICE_INDICATORS, relation="second"),
    # Merger, split and renaming of units.
    Rule("reorganisation.read", EVERYONE),
    _rule("reorganisation.ask", Role.OFFICE_PROCEDURE),
    _rule("reorganisation.withdraw", Role.OFFICE_PROCEDURE),
    _rule("reorganisation.approve", Role.COMMISSION_SECRETARY),
    _rule("reorganisation.refuse", Role.COMMISSION_SECRETARY),
    _rule("reorganisation.draft_rules", Role.OFFICE_INDICATORS),
    _rule("reorganisation.carry_out", Role.OFFICE_PROCEDURE),
    _rule("reorganisation.move_roles", Role.SECRECY_OFFICER),
    # Working days: next year's official notice comes when it comes.
    Rule("calendar.read", BUSINESS),
    _rule("calendar.load", Role.OFFICE_PROCEDURE),
    _rule("calendar.confirm", Role.OFFICE_DIRECTOR, relation="second"),
    _rule("calendar.withdraw", Role.OFFICE_PROCEDURE),
    # What a year needs before it can begin.
    _rule("year.checklist", *OFFICE),
    # Work that the machine does on its own.
    _rule("job.read", *OFFICE, Role.SYSTEM_ADMINISTRATOR),
    _rule("job.retry", *OFFICE),
)
ACTS: dict[str, tuple[Rule, ...]] = {}
"""The rules of each act, in the order of the table."""
for _one in RULES:
    ACTS[_one.act] = (*ACTS.get(_one.act, ()), _one)

MATTERS = frozenset(
    {
        "proposal", "target", "change", "report", "item", "self_report", "tolerance", "appeal", "rectification", "commitment",
        "comment", "decision",
    }
)  # fmt: skip
"""Kinds of objects that are one unit's matter; a decision is, where it is about one."""
ABOUT_ONE = frozenset({"audit.draw", "audit.find", "audit.correct", "audit.reply", "result.grade"})
"""Acts that judge single units, on an object that is about many."""
OF_ITS_OWN = frozenset({"own", "supplying", "heir"})
"""Relations in which somebody acts for a unit."""
_FREE = frozenset({"appeal.recuse", "report.open", "report.load", "item.load", "item.revoke"})
"""Whoever has a part in the matter steps back from it; a machine does the rest for all units at once."""
BY_OTHERS: frozenset[str] = ABOUT_ONE | {
    one.act for machine in MACHINES if machine.name in MATTERS for one in machine.transitions
    if one.act in ACTS and one.act not in _FREE and not any(rule.relation in OF_ITS_OWN for rule in ACTS[one.act])
}  # fmt: skip
"""Acts by which others than the unit deal with its matter: nobody does them who holds a role there himself, or held one since
the first day of the assessed period 本单位的事项本人回避. The unit's own acts (a relation of the unit) are its people's."""


def may(
    grants: Collection[Grant],
    act: str,
    *,
    relations: Collection[str] = (),
    units: Mapping[str, Collection[str]] | None = None,
    state: str = "",
) -> bool:
    """Whether someone with these grants may act on an object.

    `relations` are those in which the account itself stands to the object; `units` names, for the
    relations of a unit, the units that stand in them. Raises KeyError for an act that the table does
    not know, so that a slip of the pen never opens or closes a door.
    """
    return any(
        _fits(rule, grant, relations, units or {})
        for rule in ACTS[act]
        if not rule.states or state in rule.states
        for grant in grants
    )


def reach(grants: Collection[Grant], act: str) -> Mapping[str, Collection[str]] | None:
    """To what someone with these grants is confined when he acts: relation of a unit → units. None: to nothing of that kind.

    Whoever stands outside of all of them may not act; whether one within may, `may` says.
    """
    found: dict[str, set[str]] = {}
    for rule in ACTS[act]:
        for grant in grants:
            if grant.role not in rule.roles:
                continue
            if rule.relation not in OF_ITS_OWN:
                return None
            if grant.unit is not None:
                found.setdefault(rule.relation, set()).add(grant.unit)
    return found


def anywhere(grants: Collection[Grant], act: str) -> bool:
    """Whether there is any object on which someone with these grants could act. Raises KeyError as `may` does."""
    return any(grant.role in rule.roles for rule in ACTS[act] for grant in grants)


def _fits(
    rule: Rule, grant: Grant, relations: Collection[str], units: Mapping[str, Collection[str]]
) -> bool:
    if grant.role not in rule.roles:
        return False
    if rule.relation in OF_ITS_OWN:
        return grant.unit is not None and grant.unit in units.get(rule.relation, ())
    return rule.relation == "any" or rule.relation in relations

"""Every act × every role × own or another's unit × every state it leads out of. Written apart from permissions.py."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args, get_origin

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.web.conftest import NOW, People, computed_run
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.appeals.models import Appeal, Conflict, Objection, PanelSeat
from zhengheng.web.audits.models import Audit
from zhengheng.web.comments.models import Comment
from zhengheng.web.days.models import LoadedCalendar
from zhengheng.web.decisions.models import Decision
from zhengheng.web.files.models import StoredFile
from zhengheng.web.handovers.models import Handover
from zhengheng.web.ledger.models import Erasure, LedgerEntry
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.organisation.models import Unit
from zhengheng.web.publication.models import Publication
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.reminders.models import Channel
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reporting.models import Item, Report, SelfReport, Tolerance
from zhengheng.web.results.models import NamedReader, ResultRun
from zhengheng.web.rulebooks.models import Proposal, Question, RulebookVersion
from zhengheng.web.targets.models import TargetChange, TargetLine, TargetSheet
from zhengheng.workflow.permissions import ACTS
from zhengheng.workflow.roles import OF_A_UNIT, OFFICERS, Role

R = Role
WORKING = set(Role) - OFFICERS
DIRECTOR, INDICATORS, DATA, PROCEDURE = {R.OFFICE_DIRECTOR}, {R.OFFICE_INDICATORS}, {R.OFFICE_DATA}, {R.OFFICE_PROCEDURE}  # fmt: skip
SECRETARY, MEMBER, CLERK, PANEL = {R.COMMISSION_SECRETARY}, {R.COMMISSION_MEMBER}, {R.APPEALS_CLERK}, {R.PANEL_MEMBER}  # fmt: skip
LEADER, REPORTER, SUPPLIER, MENTOR = {R.UNIT_LEADER}, {R.UNIT_REPORTER}, {R.ASSESSING_DEPARTMENT}, {R.MENTOR}  # fmt: skip
NOBODY: set[Role] = set()
BOTH = "both"
# Act → who may, when the object is his own unit's; and when it is another's (BOTH: the same).
TABLE: dict[str, tuple[set[Role], set[Role] | str]] = {
    "decision.record": (SECRETARY, BOTH), "decision.attest": (MEMBER, BOTH), "decision.withdraw": (SECRETARY, BOTH),
    "rulebook.draft": (INDICATORS, BOTH), "rulebook.replace": (INDICATORS, BOTH), "rulebook.amend": (INDICATORS, BOTH), "rulebook.remove": (INDICATORS, BOTH), "rulebook.open_targets": (INDICATORS, BOTH), "rulebook.consult": (INDICATORS, BOTH),
    "rulebook.rehearse": (INDICATORS | DIRECTOR, BOTH), "rulebook.opine": (WORKING, BOTH), "rulebook.reply": (INDICATORS, BOTH), "rulebook.submit": (DIRECTOR, BOTH),
    "rulebook.return": (DIRECTOR, BOTH), "rulebook.drop": (INDICATORS, BOTH), "rulebook.adopt": (SECRETARY, BOTH), "rulebook.open_reports": (DATA, BOTH),
    "rulebook.compute": (DATA, BOTH), "rulebook.roll_over": (INDICATORS, BOTH), "rulebook.change": (INDICATORS, BOTH),
    "handover.prepare": (WORKING, BOTH), "handover.take": (PANEL, BOTH), "handover.withdraw": (MENTOR | {R.SECRECY_OFFICER}, BOTH), "handover.carry_out": ({R.SECRECY_OFFICER}, BOTH),
    "channel.open": (set(Role), BOTH), "channel.try": (MENTOR, BOTH), "channel.close": (MENTOR, BOTH),
    "publication.prepare": (PROCEDURE, BOTH), "publication.review": ({R.SECRECY_REVIEWER}, BOTH), "publication.release": (DIRECTOR, BOTH),
    "publication.withdraw": (DIRECTOR | {R.SECRECY_REVIEWER}, BOTH), "publication.open": (DIRECTOR, BOTH),
    "comment.route": (PROCEDURE, BOTH), "comment.refuse": (PROCEDURE, BOTH), "comment.hand_over": (PROCEDURE, BOTH), "comment.attach": (PROCEDURE, BOTH), "comment.reply": (LEADER | REPORTER, NOBODY),
    "comment.send_back": (DIRECTOR, BOTH), "comment.approve": (DIRECTOR, BOTH),
    "commitment.record": (SECRETARY, BOTH), "commitment.report": (LEADER | REPORTER, NOBODY), "commitment.keep": (SECRETARY, BOTH), "commitment.carry": (SECRETARY, BOTH),
    "reorganisation.ask": (PROCEDURE, BOTH), "reorganisation.withdraw": (PROCEDURE, BOTH), "reorganisation.approve": (SECRETARY, BOTH), "reorganisation.refuse": (SECRETARY, BOTH),
    "reorganisation.draft_rules": (INDICATORS, BOTH), "reorganisation.carry_out": (PROCEDURE, BOTH), "reorganisation.move_roles": ({R.SECRECY_OFFICER}, BOTH), "rulebook.retire": (DIRECTOR, BOTH),
    "question.ask": (set(OF_A_UNIT), BOTH), "question.answer": (INDICATORS, BOTH),
    "proposal.make": (SUPPLIER | LEADER, NOBODY), "proposal.take_up": (INDICATORS, BOTH), "proposal.decline": (INDICATORS, BOTH),
    "target.propose": (INDICATORS, BOTH), "target.counter": (LEADER | REPORTER, NOBODY), "target.answer": (INDICATORS, BOTH),
    "target.agree": (LEADER | REPORTER, NOBODY), "target.escalate": (INDICATORS, BOTH), "target.decide": (SECRETARY, BOTH),
    "change.ask": (LEADER | REPORTER, NOBODY), "change.withdraw": (LEADER | REPORTER, NOBODY), "change.approve": (DIRECTOR, BOTH), "change.refuse": (DIRECTOR, BOTH),
    "report.save": (REPORTER | SUPPLIER, NOBODY), "report.ask_time": (REPORTER | SUPPLIER, NOBODY),
    "report.submit": (REPORTER | SUPPLIER, NOBODY), "report.supply": (REPORTER | SUPPLIER, NOBODY),
    "report.ask_correction": (REPORTER | SUPPLIER, NOBODY), "report.give_time": (DATA, BOTH), "report.refuse_time": (DATA, BOTH), "report.correct_supplied": (DATA, BOTH), "report.verify": (DATA, BOTH),
    "report.return": (DATA, BOTH), "report.confirm": (REPORTER | LEADER, NOBODY), "report.object": (REPORTER | LEADER, NOBODY),
    "report.settle": (DATA, BOTH), "report.settle_found": (DATA, BOTH), "report.correct": (DATA, BOTH), "report.refuse_correction": (DATA, BOTH), "report.ask_again": (DATA, BOTH),
    "item.enter": (SUPPLIER, NOBODY), "item.confirm": (LEADER | REPORTER, NOBODY), "item.accept": (LEADER | REPORTER, NOBODY), "item.object": (LEADER | REPORTER, NOBODY),
    "item.reopen": (LEADER | REPORTER, NOBODY), "erasure.ask": ({R.SECRECY_OFFICER}, BOTH), "erasure.carry_out": (DIRECTOR, BOTH), "erasure.refuse": (DIRECTOR, BOTH),
    "item.claim": (LEADER | REPORTER, NOBODY), "item.verify": (INDICATORS, BOTH), "item.settle": (DIRECTOR, BOTH), "item.take_back": (DIRECTOR, BOTH),
    "result.approve": (SECRETARY, BOTH), "result.publish": (PROCEDURE, BOTH), "result.set_aside": (DIRECTOR, BOTH), "result.take_up": (DIRECTOR, BOTH), "result.serve": (PROCEDURE, BOTH),
    "self_report.draft": (LEADER | REPORTER, NOBODY), "self_report.save": (LEADER | REPORTER, NOBODY), "self_report.file": (LEADER | REPORTER, NOBODY),
    "self_report.return": (INDICATORS, BOTH), "self_report.accept": (INDICATORS, BOTH),
    "tolerance.ask": (LEADER | REPORTER, NOBODY), "tolerance.withdraw": (LEADER | REPORTER, NOBODY), "tolerance.grant": (SECRETARY, BOTH), "tolerance.refuse": (SECRETARY, BOTH),
    "audit.draw": (DATA | {R.EXTERNAL_AUDITOR}, BOTH), "audit.find": ({R.EXTERNAL_AUDITOR}, BOTH), "audit.ask": ({R.EXTERNAL_AUDITOR}, BOTH),
    "audit.answer": (DIRECTOR | INDICATORS | DATA | PROCEDURE, BOTH), "audit.close": ({R.EXTERNAL_AUDITOR}, BOTH), "audit.correct": ({R.EXTERNAL_AUDITOR}, BOTH),
    "audit.reply": (DIRECTOR | INDICATORS | DATA | PROCEDURE, BOTH),
    "result.trigger": (PROCEDURE, BOTH), "result.reopen": (SECRETARY, BOTH), "result.grade": (SECRETARY, BOTH), "result.finalise": (SECRETARY, BOTH), "result.archive": (PROCEDURE, BOTH),
    "appeal.draft": (LEADER | REPORTER, NOBODY), "appeal.save": (LEADER | REPORTER, NOBODY), "appeal.file": (LEADER | REPORTER, NOBODY),
    "appeal.withdraw": (LEADER | REPORTER, NOBODY), "appeal.return": (CLERK, BOTH), "appeal.accept": (CLERK, BOTH), "appeal.draw": (CLERK, BOTH),
    "appeal.call_hearing": (CLERK, BOTH), "appeal.sign_minutes": (CLERK, BOTH), "appeal.recuse": (PANEL, BOTH), "appeal.vote": (PANEL, BOTH),
    "appeal.ask_second": (LEADER | REPORTER, NOBODY), "appeal.rule": (SECRETARY, BOTH), "appeal.decide": (PANEL, BOTH), "appeal.apply": (DATA, BOTH), "appeal.close": (CLERK, BOTH),
    "objection.lodge": (WORKING, BOTH), "objection.answer": (CLERK, BOTH), "objection.refer": (CLERK | DIRECTOR, BOTH),
    "calendar.load": (PROCEDURE, BOTH), "calendar.confirm": (DIRECTOR, BOTH), "calendar.withdraw": (PROCEDURE, BOTH), "conflict.declare": (PANEL, BOTH), "conflict.end": (PANEL, BOTH),
    "rectification.propose": (PROCEDURE, BOTH), "rectification.join": (PROCEDURE, BOTH), "rectification.drop": (DIRECTOR, BOTH), "rectification.confirm": (DIRECTOR, BOTH),
    "rectification.serve": (PROCEDURE, BOTH), "rectification.answer": (LEADER | REPORTER, NOBODY), "rectification.visit": (MENTOR, BOTH),
    "rectification.evidence": (LEADER | REPORTER, NOBODY), "rectification.send_back": (INDICATORS, BOTH), "rectification.accept": (INDICATORS, BOTH),
}  # fmt: skip
BY_MACHINE = {
    "rulebook.supersede",
    "report.open",
    "report.borrow",
    "report.reuse",
    "report.load",
    "report.refer",
    "report.lapse",
    "report.carry",
    "appeal.carry",
    "appeal.lapse",
    "audit.carry",
    "item.count_load",
    "item.refer",
    "audit.end",
    "item.load",
    "item.leave_out",
    "item.revoke",
    "result.replace",
    "result.archived",
    "publication.written",
    "publication.unverified",
    "comment.receive",
}
# Acts whose doer depends on the state.
BY_STATE = {
    ("item.waive", "claimed"): DIRECTOR | INDICATORS,
    ("item.waive", "checking"): DIRECTOR | INDICATORS,
    ("item.waive", "entered"): DIRECTOR,
    ("item.waive", "disputed"): DIRECTOR,
    ("appeal.preview", "second"): SECRETARY,
    ("appeal.preview", "accepted"): PANEL,
    ("appeal.preview", "heard"): PANEL,
}
# Reading: who sees an object of his own unit, and of another's, in each state not named otherwise.
OFFICE = DIRECTOR | INDICATORS | DATA | PROCEDURE
COMMISSION = SECRETARY | MEMBER
READING: dict[str, tuple[set[Role], set[Role]]] = {
    "calendar": (WORKING, WORKING), "decision": (COMMISSION, COMMISSION), "question": (WORKING, WORKING), "proposal": (WORKING, WORKING),
    "change": (OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR}),
    # Its maker is the mentor here, the successor the panel member.
    "handover": (OFFICERS | MENTOR | PANEL, OFFICERS | MENTOR | PANEL),
    "channel": (MENTOR, MENTOR),
    "erasure": (OFFICERS | DIRECTOR, OFFICERS | DIRECTOR),
    "commitment": (OFFICE | COMMISSION | OF_A_UNIT, OFFICE | COMMISSION),
    "comment": (OFFICE | OF_A_UNIT, OFFICE),
    "publication": (OFFICE | SECRETARY | {R.SECRECY_REVIEWER}, OFFICE | SECRETARY | {R.SECRECY_REVIEWER}),
    "reorganisation": (set(Role), set(Role)),
    "rulebook": (OFFICE | COMMISSION, OFFICE | COMMISSION),
    "target": (OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR}),
    "report": (OFFICE | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | {R.EXTERNAL_AUDITOR}),
    "item": (OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR}),
    "self_report": (OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR}),
    "tolerance": (OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | COMMISSION | {R.EXTERNAL_AUDITOR}),
    "audit": (OFFICE | {R.EXTERNAL_AUDITOR}, OFFICE | {R.EXTERNAL_AUDITOR}),
    "result": (WORKING, WORKING),
    "appeal": (OFFICE | COMMISSION | CLERK | PANEL | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | COMMISSION | CLERK | PANEL | {R.EXTERNAL_AUDITOR}),
    # These two are their makers', who are the mentor and the panel member here.
    "objection": (DIRECTOR | CLERK | MENTOR, DIRECTOR | CLERK | MENTOR), "conflict": (CLERK | PANEL, CLERK | PANEL),
    "rectification": (OFFICE | COMMISSION | MENTOR | {R.EXTERNAL_AUDITOR} | OF_A_UNIT, OFFICE | COMMISSION | MENTOR | {R.EXTERNAL_AUDITOR}),
}  # fmt: skip
OPEN_TO_ALL = {
    "publication": {"released"}, "rulebook": {"consultation", "submitted", "adopted", "superseded", "retired"}, "target": {"agreed"}, "item": {"claimed", "settled", "loaded"},
    "decision": {"attested"}, "change": {"approved", "refused"},
}  # fmt: skip


UNITS = ["D10"] if connection.vendor == "postgresql" else ["D10", "D13"]
"""Whose the object is: the people's own unit, or another. The table of rights asks no database: on the second one its own will do."""


def filled(given: Any, unit: str) -> dict[str, Any]:
    """A body that the act's form would let through, and that fits nothing."""
    return {
        name: _value(info.annotation, name, unit)
        for name, info in given.model_fields.items()
        if info.is_required()
    }


def _value(kind: Any, name: str, unit: str) -> Any:
    if name in {"unit", "supplier"}:
        return unit
    if get_origin(kind) is Literal:
        return next(value for value in get_args(kind) if value)
    if get_origin(kind) is list:
        row = get_args(kind)[0]
        return [99] if row is int else [filled(row, unit)]
    return {"int": 99, "date": "2026-03-12", "bool": True}.get(getattr(kind, "__name__", ""), "1")


class Objects:
    """One object of each kind about a unit, made past the acts so that any state can be set."""

    def __init__(self, people: People, unit: str) -> None:
        self.people, self.unit = people, Unit.objects.get(code=unit)
        made = computed_run()
        common: dict[str, Any] = {"made_at": NOW, "made_by": None}
        self.result = ResultRun.objects.create(run=made.id, rulebook="part", period="2007", title_zh="项目", state="notice", **common)  # fmt: skip
        for role in Role:
            account = people[role.value]
            NamedReader.objects.create(run=self.result, account=account, named_by=account, named_at=NOW)  # fmt: skip
        self.rulebook = RulebookVersion.objects.create(
            code="part", version="x", title_zh="项目", effective_from=date(2025, 1, 1), period="2025", fingerprint="f", wording="w",
            text=(made.rulebook.model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True)), state="draft", **common,
        )  # fmt: skip
        ResultRun.objects.update(version=self.rulebook)
        about = {"rulebook": self.rulebook, "unit": self.unit, **common}
        sheet = TargetSheet.objects.create(state="proposed", **about)
        line = TargetLine.objects.create(sheet=sheet, indicator="RESULTS", proposed="1", current="1", original="1")  # fmt: skip
        self.held: dict[str, Any] = {
            "rulebook": self.rulebook, "result": self.result, "target": sheet,
            "decision": Decision.objects.create(subject=f"result:{self.result.pk}", meeting="1", held_on=NOW.date(), attendees="a", approved=True, wording="w", state="recorded", **common),
            "question": Question.objects.create(rulebook=self.rulebook, indicator="RESULTS", text="?", state="asked", **common),
            "proposal": Proposal.objects.create(unit=self.unit, name="n", need="n", source="s", minutes=1, state="made", **common),
            "change": TargetChange.objects.create(line=line, value="2", before="1", ground="policy", route="office", reason="r", state="asked", **common),
            "report": Report.objects.create(indicator="RESULTS", period="2007", supplier=self.unit, state="due", **about),
            "item": Item.objects.create(supplier=self.unit, item="D", document="d", decided_on=NOW.date(), reason="r", state="entered", **about),
            "appeal": Appeal.objects.create(run=self.result, unit=self.unit, indicator="RESULTS", series="RESULTS", value_period="2007", ground="data_error", statement="s", state="draft", filed_on=NOW.date(), due_on=NOW.date(), hearing_called_on=NOW.date(), **common),
            "rectification": Rectification.objects.create(run=self.result, unit=self.unit, indicators=[], state="proposed", serve_by=NOW, **common),
        }  # fmt: skip
        mentor, member, auditor = (
            people["mentor"],
            people["panel_member"],
            people["external_auditor"],
        )
        self.held |= {
            "reorganisation": Reorganisation.objects.create(kind="rename", day=NOW.date(), units=[self.unit.code], heirs=[{"code": "X", "name_zh": "x", "share": "1"}], basis="b", state="asked", **common),
            "self_report": SelfReport.objects.create(state="draft", **about),
            "tolerance": Tolerance.objects.create(state="asked", ground="pilot", facts="f", **about),
            "audit": Audit.objects.create(rulebook=self.rulebook, purpose="external", seed="s", drawn_from=[1], state="drawn", **common | {"made_by": auditor}),
        }  # fmt: skip
        self.held |= {
            "calendar": LoadedCalendar.objects.create(years="2027", source="s", text='{"years": {}}', state="loaded", **common),
            "publication": Publication.objects.create(run=self.result, shows="grade", state="prepared", **common),
            "comment": Comment.objects.create(reference="r", text="t", received_on=NOW.date(), unit=self.unit, state="received", **common),
            "commitment": Commitment.objects.create(unit=self.unit, meeting="m", text="t", state="open", **common),
            "handover": Handover.objects.create(grant=mentor.grants.get(), successor=member, day=NOW.date(), notes="n", state="prepared", **common | {"made_by": mentor}),
            "erasure": Erasure.objects.create(before=date(2010, 1, 1), basis="b", state="asked", **common),
            "channel": Channel.objects.create(way="page", state="open", **common | {"made_by": mentor}),
            "objection": Objection.objects.create(about="a", text="t", state="lodged", **common | {"made_by": mentor}),
            "conflict": Conflict.objects.create(unit=self.unit, reason="r", state="declared", **common | {"made_by": member}),
        }  # fmt: skip
        PanelSeat.objects.create(appeal=self.held["appeal"], account=people["panel_member"])

    def put(self, kind: str, state: str) -> Any:
        obj = self.held[kind]
        type(obj).objects.filter(pk=obj.pk).update(state=state, row_version=1)
        return obj


def test_the_table_holds_every_act() -> None:
    declared = {act.code for kind in KINDS for act in kind.acts}
    assert declared == set(TABLE) | BY_MACHINE | {act for act, _ in BY_STATE}
    known = declared | {f"{kind.name}.read" for kind in KINDS} | {"report.open"}
    assert {act for act in ACTS if act.split(".")[0] in READING} <= known | {
        "comment.bring",
        "result.register",
        "result.name",
        "result.try",
        "result.package",
        "tolerance.granted",
        "report.chase",
        "change.eased",
        "target.cascade",
        "audit.bundle",
        "publication.preview",
    }


@pytest.mark.one_database
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_each_role_at_each_act(people: People, kind: Any, unit: str) -> None:
    """The people of the table hold their unit roles at D10; the object is D10's or D13's."""
    objects = Objects(people, unit)
    clients = {role: people.client(role.value) for role in Role}
    for act in kind.acts:
        if act.code in BY_MACHINE:
            continue
        for transition in kind.machine.transitions:
            for source in transition.sources if transition.act == act.code else ():
                own, other = TABLE.get(act.code) or (BY_STATE[act.code, source], BOTH)
                allowed = own if unit == "D10" or other == BOTH else other
                for role, client in clients.items():
                    if source:
                        path = f"/api/v1/{kind.path}/{objects.put(kind.name, source).pk}/{act.name}"
                    else:
                        path = f"/api/v1/{kind.path}/{act.name}"
                    body = filled(act.given, unit) | ({"row_version": 99} if source else {})
                    answer = client.post(path, json.dumps(body), content_type="application/json")
                    refused = answer.status_code in {403, 404}
                    # A malformed body would be refused before the door is reached.
                    assert not answer.json().get("type", "").startswith("field."), answer.content
                    if not source and role in own and role not in allowed:
                        continue  # another's unit is refused, unless something else is wrong before
                    assert refused == (role not in allowed), (
                        act.code,
                        source,
                        role,
                        answer.status_code,
                        answer.content,
                    )


def in_each_state(
    people: People, kind: Any, unit: str
) -> Iterator[tuple[Any, str, Role, Client, bool]]:
    """The object in each of its states, each role's browser, and whether the role may see it there."""
    objects = Objects(people, unit)
    clients = {role: people.client(role.value) for role in Role}
    for state in kind.machine.names:
        obj = objects.put(kind.name, state)
        own, other = READING[kind.name]
        allowed = own if unit == "D10" else other
        if state in OPEN_TO_ALL.get(kind.name, set()):
            allowed = WORKING
        for role, client in clients.items():
            yield obj, state, role, client, role in allowed


@pytest.mark.one_database
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_each_role_sees_what_it_may(people: People, kind: Any, unit: str) -> None:
    for obj, state, role, client, may in in_each_state(people, kind, unit):
        answer = client.get(f"/api/v1/{kind.path}/{obj.pk}")
        assert (answer.status_code == 200) == may, (state, role, answer.content)
        page = client.get(kind.address(obj))
        assert (page.status_code == 200) == may, (state, role)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_each_role_lists_what_it_may(people: People, kind: Any, unit: str) -> None:
    """On every database: what is listed is chosen there."""
    for _, state, role, client, may in in_each_state(people, kind, unit):
        listing = client.get(f"/api/v1/{kind.path}")
        listed = listing.status_code == 200 and listing.json()["count"] > 0
        assert listed == may, (state, role)


@pytest.mark.parametrize(
    ("kind", "state", "further"),
    [
        ("result", "draft", set()),
        ("result", "notice", WORKING),
        ("rulebook", "draft", OFFICE),
        ("tolerance", "asked", OFFICE | {R.EXTERNAL_AUDITOR} | OF_A_UNIT),
        ("appeal", "second", OFFICE | CLERK | PANEL | {R.EXTERNAL_AUDITOR} | OF_A_UNIT),
    ],
)
def test_a_decision_is_read_by_those_who_may_read_its_matter(people: People, kind: str, state: str, further: set[Role]) -> None:  # fmt: skip
    """Of a result before its notice, a draft of rules or another's appeal nobody else learns by the minutes."""
    objects = Objects(people, "D10")
    NamedReader.objects.all().delete()  # everybody is named here, for the tests of acts
    matter, decision = objects.put(kind, state), objects.put("decision", "attested")
    Decision.objects.filter(pk=decision.pk).update(subject=f"{kind}:{matter.pk}")
    for role in Role:
        client = people.client(role.value)
        reads = client.get(f"/api/v1/decisions/{decision.pk}").status_code == 200
        assert reads == (role in COMMISSION | further), role
        listed = client.get("/api/v1/decisions")
        assert (listed.status_code == 200 and listed.json()["count"] > 0) == reads, role


OPEN_FROM_THE_START = {"question", "proposal", "calendar", "reorganisation", "item"}
"""Kinds that all who work here see while nothing is decided: asked and claimed before everybody's eyes."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_what_is_undecided_is_read_with_its_files_by_those_who_take_part(people: People, kind: Any) -> None:  # fmt: skip
    """A unit that it does not concern gets neither the object nor a file of it, for every kind, in the state it begins in."""
    if kind.name in OPEN_FROM_THE_START or not any(one.sources == ("",) for one in kind.machine.transitions):  # fmt: skip
        return
    objects = Objects(people, "D13")
    begins = next(one.target for one in kind.machine.transitions if one.sources == ("",))
    obj = objects.put(kind.name, begins)
    NamedReader.objects.all().delete()  # everybody is named here, for the tests of acts
    paper = StoredFile.objects.create(sha256="0" * 64, name="秘密证明.txt", size=1, kind="text", given_by=people["system_administrator"], given_at=NOW)  # fmt: skip
    type(obj).objects.filter(pk=obj.pk).update(files=[paper.pk])
    for role in ("unit_reporter", "section_head", "post_holder"):
        client = people.client(role)
        assert client.get(f"/api/v1/{kind.path}/{obj.pk}").status_code in {403, 404}, role
        for path in (f"/office/{kind.path}/{obj.pk}/", f"/office/{kind.path}/{obj.pk}/files/{paper.pk}/"):  # fmt: skip
            assert client.get(path).status_code in {403, 404}, (role, path)


def test_the_forms_of_all_acts_that_make_something_can_be_read(people: People) -> None:
    for kind in KINDS:
        for act in kind.makers:
            seen = {
                people.client(role.value).get(f"/office/{kind.path}/new/{act.name}/").status_code
                for role in Role
            }
            everybody = TABLE.get(act.code, (NOBODY, BOTH))[0] == set(Role)
            assert seen == ({200} if everybody else {200, 403})


def test_a_second_writer_is_told_and_changes_nothing(people: People) -> None:
    objects = Objects(people, "D10")
    question = objects.held["question"]
    client = people.client("office_indicators")
    path = f"/office/questions/{question.pk}/answer/"
    page = client.post(path, {"row_version": 7, "answer": "第二个人的答复"})
    assert page.status_code == 409
    assert "第二个人的答复" in page.content.decode(), "what was typed is not lost"
    assert client.post(path, {"row_version": 1, "answer": "答复"}).status_code == 302
    question.refresh_from_db()
    assert question.answer == "答复"
    assert LedgerEntry.objects.filter(act="question.answer").count() == 1


def test_a_second_click_reads_who_did_it_already_and_when(people: People) -> None:
    """On pages and in the API: of the same person, of another one, and of another act than the one that was asked for."""
    objects = Objects(people, "D10")
    question, item = objects.held["question"], objects.held["item"]
    path = f"/office/questions/{question.pk}/answer/"
    client = people.client("office_indicators")
    given = {"row_version": question.row_version, "answer": "答复"}
    assert client.post(path, given).status_code == 302
    said = "“答复”已由office_indicators于 2026-03-12 09:00 办理，这次没有重复办理"
    again = client.post(path, given)
    assert again.status_code == 409
    assert said in again.content.decode()
    told = client.post(f"/api/v1/questions/{question.pk}/answer", given, "application/json")
    assert (told.status_code, told.json()["type"]) == (409, "stale")
    assert said in str(told.json())
    client.cookies["language"] = "en"
    assert "was done already by office_indicators on 2026-03-12 09:00" in client.post(path, given).content.decode()  # fmt: skip
    assert LedgerEntry.objects.filter(act="question.answer").count() == 1
    seen = item.row_version
    assert people.client("office_director").post(f"/office/items/{item.pk}/waive/", {"row_version": seen, "reason": "重复申报，不予计入。"}).status_code == 302  # fmt: skip
    people.client("external_auditor").get(f"/office/items/{item.pk}/")
    assert LedgerEntry.objects.filter(subject=f"item:{item.pk}").latest("sequence").act == "audit.viewed"  # fmt: skip
    late = people.client("office_indicators").post(f"/office/items/{item.pk}/verify/", {"row_version": seen, "reason": "情况属实。"})  # fmt: skip
    assert late.status_code == 409
    assert "office_director已于 2026-03-12 09:00 办理“不予认定" in late.content.decode()


def test_whoever_records_a_decision_does_not_attest_it(people: People) -> None:
    both = people.make("both")
    for role in (Role.COMMISSION_SECRETARY, Role.COMMISSION_MEMBER):
        people.give(both, role)
    Account.objects.update(must_change_password=False)
    objects = Objects(people, "D10")
    decision = objects.held["decision"]
    Decision.objects.filter(pk=decision.pk).update(made_by=both)
    body = json.dumps({"row_version": 1})
    path = f"/api/v1/decisions/{decision.pk}/attest"
    assert people.client("both").post(path, body, content_type="application/json").status_code == 403  # fmt: skip
    assert people.client("commission_member").post(path, body, content_type="application/json").status_code == 200  # fmt: skip


def test_a_form_that_is_shown_again_has_its_files_still(people: People) -> None:
    book = Objects(people, "D10").put("rulebook", "submitted")
    secretary = people.client("commission_secretary")
    typed = {
        "subject": f"rulebook:{book.pk}",
        "meeting": "2026-1",
        "held_on": "2026-03-12",
        "attendees": "十一人",
        "approved": "on",
    }
    paper = SimpleUploadedFile("纪要.txt", "会议纪要".encode(), "text/plain")
    again = secretary.post("/office/decisions/new/record/", typed | {"minutes": paper})
    page = again.content.decode()
    assert again.status_code == 422, "the wording is missing"
    assert "纪要.txt" in page
    number = re.findall(r'name="minutes-kept" value="(\d+)"', page)
    assert len(number) == 1
    stranger = people.client("office_director")
    theirs = stranger.post("/office/rulebooks/new/draft/", {"file-kept": number, "period": ""})
    assert "纪要.txt" not in theirs.content.decode(), "nobody sees another's file"
    done = secretary.post(
        "/office/decisions/new/record/", typed | {"wording": "同意", "minutes-kept": number}
    )
    assert done.status_code == 302, done.content.decode()
    assert Decision.objects.latest("pk").files == [int(number[0])]

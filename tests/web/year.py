"""A year of a small office that anybody plays: forms filled in as their pages offer them, and an office that does its work.

`Year` does acts through the public services, as any account, lawfully or not. `Year.finish` plays the conscientious
office: whoever has something on the desk does it, the clock goes on, the machine works, until nothing waits.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from tests.web.town import Town, packed
from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts import forms, picking, services
from zhengheng.web.acts.declare import Act, Given, Kind
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import makers, open_acts, owed
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.selectors import empty_seats, pool, sitting
from zhengheng.web.audits.jobs import tick as end_samples
from zhengheng.web.files.services import take_in
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import run_job
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.unattended import unattended
from zhengheng.web.reminders.jobs import tick as remind
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.results.clocks import procedure
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.services import name_reader
from zhengheng.web.results.uncounted import uncounted
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machines import UPCOMING
from zhengheng.workflow.roles import Role

Pick = Callable[[Sequence[Any]], Any]
RESTING = {
    ("rulebook", "adopted"): "in force until another follows",
    ("report", "loaded"): "counted; a correction may be asked for",
    ("report", "elsewhere"): "asked for under another rulebook, on whose desk it is",
    ("report", "confirmed"): "loaded by the next computation",
    ("report", "lapsed"): "ended with the year",
    ("item", "settled"): "loaded by the next computation",
    ("item", "loaded"): "counted; new facts may reopen it",
    ("item", "waived"): "not counted",
    ("result", "final"): "final; archived when the office wants to",
    ("result", "archived"): "archived; a decision may open it again",
    ("result", "set_aside"): "not used; the director may take it up again",
    ("publication", "released"): "public",
    ("channel", "open"): "used until it is closed",
    ("conflict", "declared"): "stands until it ends",
    ("calendar", "loaded"): "in use until withdrawn",
    ("decision", "attested"): "carries what it decided",
}  # fmt: skip
"""States that an act still leads out of, and in which nothing waits for anybody."""
WORDS = ("情况属实，按规定办理。", "经核对有误，理由见附件。", "同意", "另有新的情况需要说明")
NUMBERS = ("90", "1", "95.5", "0.5", "100", "-7", "900", "1e9", "九十")
VALUES = frozenset(
    {"value", "points", "wanted", "found_value", "measured", "baseline", "share", "cost"}
)
KINDLY = {
    "value": "90",
    "wanted": "90",
    "points": "1",
    "share": "1",
    "found_value": "90",
    "measured": "90",
}
LEAVE = 60
"""Rounds after which an office that does its work counts as stuck."""


def first(offered: Sequence[Any]) -> Any:
    """What a conscientious official takes: what stands first."""
    return offered[0]


def overtaken(run: ResultRun) -> bool:
    """Whether a newer computation of the same year waits in its place: that one is somebody's, and its notice sets this
    one aside."""
    newer = ResultRun.objects.filter(rulebook=run.rulebook, period=run.period, pk__gt=run.pk)
    return run.state in UPCOMING and newer.filter(state__in=UPCOMING).exists()


class Year:
    """The office from outside: who is there, what is there, what each does."""

    def __init__(self, town: Town, now: datetime) -> None:
        self.town, self.now, self.count = town, now, 0
        self.tried: Counter[tuple[str, int, str]] = Counter()
        self.why: dict[tuple[str, int], dict[str, str]] = {}

    @property
    def accounts(self) -> list[Account]:
        """Everybody, with the rights of this moment."""
        return list(Account.objects.filter(is_active=True).order_by("username"))

    @property
    def day(self) -> date:
        return self.now.date()

    def account(self, name: str) -> Account:
        """Who signs in under a name."""
        return Account.objects.get(username=name)

    # -- filling in ------------------------------------------------------------------------------

    def form(self, act: Act, obj: Any, by: Account, pick: Pick, kindly: bool) -> Given:
        """The act's form, filled in from what its page offers. Raises GivenError where that does not fit."""
        asked = picking.Asked(act, obj, by, self.day)
        listed = act.choices(obj, by, self.day) if act.choices else {}
        typed = act.typed(obj) if act.typed and obj is not None else {}
        choices = {**picking.picks(act.given, asked, without=listed), **listed}
        made = forms.inputs(act.given, typed, choices, picking.suggestions(act.given, asked))
        found: dict[str, Any] = {}
        for one in made:
            if not one.required and not kindly and pick((0, 1)):
                continue
            value = self._field(act, one, by, pick, kindly)
            if value not in (None, ""):
                found[one.name] = value
        return forms.check(act.given, found)

    def _field(self, act: Act, one: forms.Input, by: Account, pick: Pick, kindly: bool) -> Any:
        info = act.given.model_fields[one.name]
        if one.kind in {"file", "files"}:
            number = self._file(act, one.name, by)
            return number if one.kind == "file" else [number]
        if one.rows:
            row: Any = forms.row_of(info)
            return self._rows(row, one, pick, kindly)
        return self._cell(act.given, one, pick, kindly)

    def _rows(self, row: type[BaseModel], one: forms.Input, pick: Pick, kindly: bool) -> list[dict[str, Any]]:  # fmt: skip
        if kindly and not one.required:
            return []
        begun = sum(any(cell.value for cell in line) for line in one.rows)
        lines = one.rows[: max(begun, 1) if kindly else pick((1, 1, 2))]
        made = []
        for line in lines:
            cells = {c.name.split(".")[-1]: c for c in line}
            made.append({n: v for n, c in cells.items() if (v := self._cell(row, c, pick, kindly)) not in (None, "")})  # fmt: skip
        return made

    def _cell(self, given: type[BaseModel], one: forms.Input, pick: Pick, kindly: bool) -> Any:
        name = one.name.split(".")[-1]
        said = given.model_fields[name].json_schema_extra
        when = said.get("when") if isinstance(said, dict) else ""
        if name == "period" and kindly and one.required:
            return "2025"  # the year that has data
        if one.kind == "choice":
            values = [value for value, _ in one.choices if value]
            return (one.value if kindly and one.value else pick(values)) if values else None
        if one.kind == "yes":
            return name == "approved" if kindly else bool(pick((0, 1)))
        if one.kind == "date":
            if kindly:
                return (self.day + timedelta(21 if name in {"hearing_on", "finish_on", "until"} else 0)).isoformat() if one.required else None  # fmt: skip
            span = pick((0, 0, 1, 5, 20, 60))
            return (self.day + timedelta(-span if when == "past" else span)).isoformat()
        if one.kind == "number":
            return one.value or pick((1, 3, 5))
        if one.offered:
            return pick(one.offered)
        if name in VALUES:
            if kindly:
                return one.value or (KINDLY.get(name) if one.required or name == "value" else None)
            return pick(NUMBERS)
        if name in {"code", "meeting", "document", "version", "reference", "name_zh", "name"}:
            self.count += 1
            return f"第{self.count}号" if name != "code" else f"N{self.count}"
        if kindly:
            return one.value or (WORDS[0] if one.required or name in {"cleared", "confirmation", "note", "achievement", "unmet", "measures", "why_missed"} else None)  # fmt: skip
        return pick(WORDS)

    def _file(self, act: Act, name: str, by: Account) -> int:
        self.count += 1
        title, content = "a.pdf", b"%%PDF-1.7 %d" % self.count
        if name == "file" and act.code.startswith("rulebook."):
            title, content = "town.zip", packed(version=f"2025-{self.count}")
        if name == "file" and act.code.startswith("calendar."):
            title = "2028.json"
            content = b'{"years": {"2028": {"off": ["2028-01-03"], "work": ["2028-01-08"]}}}'
        return int(take_in(name=title, content=content, actor=by, now=self.now).pk)

    # -- doing -----------------------------------------------------------------------------------

    def do(
        self, kind: Kind, act: Act, obj: Any, by: Account, pick: Pick, *, kindly: bool = False, **said: Any
    ) -> ZhenghengError | None:  # fmt: skip
        """Do an act; a refusal is given back, and anything else that goes wrong goes through."""
        try:
            given = self.form(act, obj, by, pick, kindly).model_copy(update=said)
            if obj is None:
                services.make(kind, act, given=given, actor=by, now=self.now)
            else:
                services.perform(kind, act, obj, given=given, row_version=obj.row_version, actor=by, now=self.now)  # fmt: skip
        except ZhenghengError as error:
            return error
        return None

    def decide(self, subject: str, pick: Pick, *, approved: bool = True) -> ZhenghengError | None:
        """The commission meets: its secretary records, a member attests."""
        self.count += 1
        kind = next(one for one in KINDS if one.name == "decision")
        record, attest = kind.act("record"), kind.act("attest")
        assert record is not None
        assert attest is not None
        secretary, member = self.account("commission_secretary"), self.account("commission_member")
        given = record.given.model_validate(
            {"subject": subject, "meeting": f"第{self.count}次会议", "held_on": self.day.isoformat(), "attendees": "委员十一人",
             "approved": approved, "wording": "同意" if approved else "不同意", "minutes": [self._file(record, "minutes", secretary)]}
        )  # fmt: skip
        try:
            made = services.make(kind, record, given=given, actor=secretary, now=self.now)
        except ZhenghengError as error:
            return error
        return self.do(kind, attest, made, member, pick, kindly=True)

    def read(self, run: ResultRun) -> None:
        """The director lets those see a result who carry it on."""
        for name in ("office_procedure", "commission_secretary"):
            if not run.readers.filter(account__username=name).exists():
                name_reader(run=run, account=self.account(name), actor=self.account("office_director"), now=self.now)  # fmt: skip

    # -- time and machine ------------------------------------------------------------------------

    def wait(self, days: int) -> None:
        """Days go by; what follows from passed deadlines follows, and the machine works."""
        self.now += timedelta(days)
        self.town.at(self.now.isoformat(timespec="minutes"))
        for follow in (tick, end_samples, remind):
            follow(self.now)
        self.work()

    def work(self) -> list[Job]:
        """Everything in the queue is done. A job that failed for a reason of the program is a fault."""
        done = []
        while waiting := list(Job.objects.filter(state="waiting").order_by("pk")):
            for job in waiting:
                run_job.call(job.pk)
                job.refresh_from_db()
                assert not (job.state == "failed" and job.problems[0]["code"] == "job.failed"), (job.kind, job.arguments)  # fmt: skip
                done.append(job)
        return done

    # -- what is there ---------------------------------------------------------------------------

    def objects(self) -> Iterator[tuple[Kind, Any]]:
        """All objects of all kinds."""
        for kind in KINDS:
            for obj in kind.all().order_by("pk"):
                yield kind, obj

    def open_objects(self) -> list[tuple[Kind, Any]]:
        """What is neither at an end nor at rest."""
        return [
            (kind, obj) for kind, obj in self.objects()
            if obj.state not in kind.machine.final and (kind.name, obj.state) not in RESTING
        ]  # fmt: skip

    def able(self, kind: Kind, obj: Any) -> list[tuple[Account, Act]]:
        """Who can do what to an object now, by its page."""
        return [
            (by, act) for by in self.accounts for act in open_acts(kind, obj, by, grants(by, self.day), self.day)
        ]  # fmt: skip

    def makers(self, kind: Kind) -> list[tuple[Account, Act]]:
        """Who can make an object of the kind."""
        return [(by, act) for by in self.accounts for act in makers(kind, grants(by, self.day))]

    def off_desk(self) -> list[str]:
        """Open objects that nobody's first page names."""
        left = self.open_objects()
        kinds = {kind.name: kind for kind, _ in left}
        named = {
            (kind.name, obj.pk) for kind in kinds.values() for by in self.accounts for obj, _ in owed(kind, by, self.day)
        }  # fmt: skip
        left = [
            (kind, obj) for kind, obj in left
            if (kind.name, obj.pk) not in named and not (kind.name == "result" and overtaken(obj))
        ]  # fmt: skip
        # What waits for no act in particular may still be pointed at.
        pages = [self.town.client(by.username).get("/office/").content.decode() for by in self.accounts] if left else []  # fmt: skip
        # A unit where nobody is left is named to the officer who gives roles.
        named_to = self.town.client("secrecy_officer").get("/office/").content.decode() if left else ""  # fmt: skip
        return [
            f"{kind.name}:{obj.pk} {obj.state}" for kind, obj in left if not any(f'"{kind.address(obj)}"' in page for page in pages)
            and not ("无人办理的单位" in named_to and hasattr(obj, "unit") and obj.unit.name_zh in named_to)
        ]  # fmt: skip

    # -- an office that does its work ------------------------------------------------------------

    def finish(self) -> list[str]:
        """Everybody does what waits, and time goes on. Gives what could not be brought to an end, and why."""
        self.tried.clear()
        for _ in range(LEAVE):
            moved = self.step()
            if not moved and not self.open_objects():
                return []
            if not moved:
                self.wait(4)
        return [
            f"{kind.name}:{obj.pk} {obj.state} {self.why.get((kind.name, obj.pk), 'nobody can do anything')}" for kind, obj in self.open_objects()
        ]  # fmt: skip

    def step(self) -> bool:
        """One step of every open object. Gives whether anything moved."""
        moved = self._initiative()
        for kind, obj in self.open_objects():
            moved |= self._bring_on(kind, obj)
        self.work()
        return moved

    def _initiative(self) -> bool:
        """What nobody waits for and an office does by itself: computing what is confirmed, naming readers."""
        moved = False
        for run in ResultRun.objects.filter(state__in=("draft", "approved")):
            self.read(run)
        for appeal in Appeal.objects.filter(state__in=("accepted", "heard")):
            # Where too few can be drawn the office is told to appoint another member first.
            free = {one.pk for one in pool(appeal, self.day)[0]} - {
                seat.account_id for seat in sitting(appeal)
            }
            wanted = empty_seats(appeal) if appeal.seats.exists() else procedure(appeal.run).panel
            for _ in range(wanted - len(free)):
                self.count += 1
                made = self.town.people.make(f"new-{self.count}")
                self.town.people.give(made, Role.PANEL_MEMBER, valid_from=self.day)
                moved = True
        for unit in unattended(self.account("secrecy_officer"), self.day):
            for role in (Role.UNIT_LEADER, Role.UNIT_REPORTER):
                self.count += 1
                made = self.town.people.make(f"new-{self.count}")
                self.town.people.give(made, role, unit=unit, valid_from=self.day)
                moved = True
        for version in RulebookVersion.objects.filter(state="adopted"):
            about = {"rulebook": version}
            waits = Item.objects.filter(state="settled", **about).exists() or Report.objects.filter(state="confirmed", **about).exists()  # fmt: skip
            mine = ResultRun.objects.filter(rulebook=version.code, period=version.period)
            # What was decided after the newest computation is counted by another, as the result's page says.
            newest = mine.exclude(state="set_aside").order_by("-pk").first()
            waits = waits or (
                newest is not None
                and bool(uncounted(newest))
                and self.tried["compute", newest.pk, ""] == 0
            )
            if newest is not None:
                self.tried["compute", newest.pk, ""] += waits
            if waits and not mine.filter(state__in=("final", "archived")).exists():
                kind = next(one for one in KINDS if one.name == "rulebook")
                act = kind.act("compute")
                assert act is not None
                moved |= self.do(kind, act, kind.all().get(pk=version.pk), self.account("office_data"), first, kindly=True) is None  # fmt: skip
                self.work()
                settled = Item.objects.filter(state="settled", **about).count()
                moved &= not settled
        return moved

    def _bring_on(self, kind: Kind, obj: Any) -> bool:
        """One step of one object, by whoever can: what waits first, and a way round only where that is refused."""
        found = kind.all().filter(pk=obj.pk).first()
        if found is None or found.state in kind.machine.final:
            return False
        able = sorted(self.able(kind, found), key=lambda one: one[1].optional)
        for by, act in able:
            key = (kind.name, obj.pk, act.code)
            if (
                self.tried[key] > (2 if act.optional and act.code != "result.serve" else 8)
                or act.code in AIMLESS
            ):
                continue
            if "decision" in act.given.model_fields and act.code != "change.approve":
                self._decision(kind, act, found, by)
            self.tried[key] += act.optional
            before = LedgerEntry.objects.count()
            said = {}
            if act.code == "result.grade":
                # Only what the commission is asked again about.
                asked = found.decided_grades.filter(asked=True).first()
                if asked is None:
                    continue
                said = {"unit": asked.unit, "grade": asked.decided}
            if act.code == "result.finalise" and found.reopenings.exists():
                said = {"left_out": WORDS[1]}
            if act.code == "appeal.vote":
                # A support is for what was asked.
                said = {"value": found.wanted or KINDLY["value"]}
            error = self.do(kind, act, found, by, first, kindly=True, **said)
            if error is None:
                self.tried[key] += not act.optional
                return LedgerEntry.objects.count() > before
            self.why.setdefault((kind.name, obj.pk), {})[act.code] = "; ".join(p.zh for p in error.problems)  # fmt: skip
        return False

    def _decision(self, kind: Kind, act: Act, obj: Any, by: Account) -> None:
        listed = act.choices(obj, by, self.day) if act.choices else {}
        if not listed.get("decision"):
            self.decide(f"{kind.name}:{obj.pk}", first)


AIMLESS = {
    "rulebook.replace", "rulebook.amend", "rulebook.remove", "rulebook.opine", "rulebook.return", "rulebook.retire",
    "report.save", "report.ask_time", "appeal.save", "result.trigger", "result.archive", "result.set_aside", "result.take_up",
    "rectification.join", "rectification.visit", "audit.ask", "audit.correct", "channel.try",
}  # fmt: skip
"""Acts that bring nothing nearer to its end."""

"""What an act and a kind of object are.

To add an act: a transition in workflow/machines.py, a line in workflow/permissions.py, a function that
does it and an `Act` beside it in the app's `acts.py`. The page's form, the API's address, the rights, the
ledger entry and the refusal of a second writer come by themselves.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from django.db import models
from django.db.models import QuerySet
from ninja import Schema
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    create_model,
    field_validator,
)
from pydantic_core import PydanticCustomError

from zhengheng.domain.said import says_something
from zhengheng.web.accounts.models import Account
from zhengheng.web.files.documents import Section
from zhengheng.workflow.machine import Machine
from zhengheng.workflow.permissions import LED
from zhengheng.workflow.roles import Role

Words = tuple[str, str]
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164"
"""Characters that take no room: a text of them alone is an empty one."""


EVERY = "*"
"""The one mark that stands for something, in fields whose words say so: all of them."""


class Given(Schema):
    """What an act asks for. Field order is the form's order; `ask` gives each its words."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _stripped(cls, value: Any) -> Any:
        """Blanks that no eye sees stand at neither end of any text."""
        return value.strip().strip(UNSEEN).strip() if isinstance(value, str) else value

    @field_validator("*", mode="after")
    @classmethod
    def _said(cls, value: Any, info: ValidationInfo) -> Any:
        """A text says something: a letter, a character or a digit, in every act alike.

        One that may be left out is empty, or says something too: it may be the reason that the act asks for.
        """
        field_info = cls.model_fields[info.field_name or ""]
        if field_info.title is None:  # what a machine brings is as it came
            return value
        if isinstance(held := field_info.json_schema_extra, dict) and held.get("marks"):
            return value
        if (
            value == EVERY and f"({EVERY}" in field_info.title
        ):  # the field's own words say what it stands for
            return value
        if isinstance(value, str) and (value or field_info.is_required()) and not says_something(value):  # fmt: skip
            raise PydanticCustomError("text_empty", "nothing but blanks or marks")
        return value


class Nothing(Given):
    """An act that asks for nothing."""


class Carried(Given):
    """An act that goes along with another object's act: what the object belongs to from now on, and until when."""

    to: int
    until: date | None = None


def ask(zh: str, en: str, default: Any = ..., **limits: Any) -> Any:
    """A field with its words; `limits` as pydantic knows them.

    `form` is the kind of input where the type does not say it; `names` are the words of choices. Of a day,
    `when` says whether it has been ("past"), is still to come, today included ("ahead") or from tomorrow on ("later"), or is judged by the act ("any"). Of a
    period, `inside` says which of a rulebook's year can be meant: see `acts.within`. `public` marks a text that the portal shows:
    what is personal or internal does not get into it, in any act. `why` marks a reason that everybody reads: one that says something.
    `marks`: marks alone are what may be meant, as % is a unit of measure.
    `empty` says of a list what it means that nothing stands in it, and whom to turn to. `hint` says beside the field, in both languages, what follows from it.
    """
    form, names, when = limits.pop("form", ""), limits.pop("names", {}), limits.pop("when", "")
    inside, public = limits.pop("inside", ""), limits.pop("public", False)
    marks = limits.pop("marks", False)
    why, hint, empty = limits.pop("why", False), limits.pop("hint", ("", "")), limits.pop("empty", ("", ""))  # fmt: skip
    if limits.get("max_length") is None and form in {"text", "lines"}:
        limits["max_length"] = 4000
    return Field(default, title=f"{zh} {en}", json_schema_extra={"zh": zh, "en": en, "form": form, "names": names, "when": when, "inside": inside, "public": public, "marks": marks, "why": why, "hint": [*hint], "empty": [*empty]}, **limits)  # fmt: skip


def _number_like(value: str) -> str:
    """A number is what is plainly one; how many digits it may have, the indicator says where the act knows it."""
    if says_something(value) and not any(one.isdecimal() for one in value):
        raise PydanticCustomError("decimal_parsing", "no number")
    return value


Figure = Annotated[str, AfterValidator(_number_like)]
"""A value as it was typed. One without a digit is named with whatever else is wrong with the form, in one round."""


def ask_why_right() -> Any:
    """The confirmation of a value beyond its range of sense: a reason, given by whoever gives the value."""
    return ask(
        "确认理由（数值超出合理范围时填）", "Why it is right (where it is beyond the range of sense)", "", max_length=200
    )  # fmt: skip


Files = list[int]
"""Numbers of files handed in before (`POST /api/v1/files`, or the form's own upload)."""


def signed(given: type[Given] = Nothing) -> type[Given]:
    """A signature: asks for the same, and takes the scan of a paper that was signed by hand."""
    scan = ask("签字扫描件 (在纸上签字时附上)", "Scan of the signed paper (where it was signed by hand)", [])  # fmt: skip
    return create_model(given.__name__, __base__=given, paper=(Files, scan))


@dataclass(frozen=True)
class Change:
    """What an act does to its object: fields set together with the new state, and the ledger's content."""

    fields: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What an act makes: the object, still unsaved, what belongs to it, and the ledger's content."""

    obj: Any
    content: dict[str, Any] = field(default_factory=dict)
    children: tuple[Callable[[Any], models.Model], ...] = ()
    """Each makes one row that belongs to the object, once that is saved."""


@dataclass(frozen=True)
class Doing:
    """One doing of an act: the object as the actor saw it, what he gave, who and when."""

    obj: Any
    given: Any
    by: Account | None
    """None where a clock or a job does it."""
    now: datetime
    prepared: Any = None
    """What the act's `prepare` gave."""

    @property
    def actor(self) -> Account:
        """Who does it. Raises RuntimeError in an act of a machine, which has no account."""
        if self.by is None:
            raise RuntimeError("an act of a machine asked for its account")
        return self.by

    @property
    def day(self) -> date:
        return self.now.date()


@dataclass(frozen=True)
class Act:
    """An act. `do` changes everything but the object's own fields, which it gives back.

    An act that makes an object gives back a `Made` instead of a `Change`.
    """

    code: str
    words: Words
    do: Callable[[Doing], Any]
    prepare: Callable[[Doing], Any] | None = field(default=None, kw_only=True)
    """What takes long and writes nothing, such as reading a file: done before the transaction begins."""
    given: type[Given] = Nothing
    help: Words = ("", "")
    choices: (
        Callable[[Any, Account, date], Mapping[str, Sequence[tuple[str, str | Words]]]] | None
    ) = None
    """Lists to choose from that depend on the object (None while it is made) and the account."""
    typed: Callable[[Any], dict[str, Any]] | None = None
    """What stands in the form at first."""
    when: Callable[[Any], bool] | None = None
    """Of two acts that lead out of the same state, which one this object is for."""
    whose: Callable[[Any, Account], bool] | None = None
    """Of several accounts with the right, which ones this object waits for, where not for all of them."""
    waits: Callable[[Any, date], bool] | None = None
    """Of an act that is owed on some days only (a service once the notice began, the end once it is over): whether it is.
    An optional act that has one waits for somebody then, and only then."""
    not_yet: Callable[[Any, date], Words | None] | None = None
    """Why it cannot be done on a day though the state leads to it: what has to come first, by whom or until when; None where it
    can. Until then nobody is asked for it: whoever it will wait for reads why, and the act is offered from then on."""
    deemed: Words | None = field(default=None, kw_only=True)
    """What it is called where nobody did it: its time passed in silence, which is no check, and the record says so."""
    clock: bool = field(default=True, kw_only=True)
    """Whether the day of the object is that of whoever does it; of what is done while somebody else's time runs, it is not."""
    page: Callable[[Any], str] | None = None
    """The address of a page of its own for the form, where fields in a row would not do."""
    signer: Role | None = None
    """Of a signature: whose it is. Who else may record it needs the signed paper."""
    living: Callable[[Any], Any] | None = None
    """Of an act that opens or decides something for a unit: that unit, which must be there still."""
    concerning: Callable[[Any, Any], Collection[str]] | None = None
    """Of an act that judges single units on an object about many: those units, of the object and what is given."""
    optional: bool = False
    """Possible, but nobody waits for it: it puts no object on the actor's desk."""
    answers: bool = False
    """It answers whoever asked: he, or his unit, reads of it on the first page for a while."""
    by_machine: bool = False
    """Done by a job, not by a person: neither form nor address."""
    moves_rights: bool = False
    """It gives somebody a role: like a signature it wants a fresh proof of who is there."""
    after_final: bool = False
    """Lawful when the year's result is final: it changes nothing that the result rests on."""

    def __post_init__(self) -> None:
        # Every act of a unit's leader may be signed by hand; the table of rights says which those are.
        if self.code in LED:
            object.__setattr__(self, "signer", Role.UNIT_LEADER)
            if not self.on_paper:
                object.__setattr__(self, "given", signed(self.given))

    @property
    def name(self) -> str:
        return self.code.split(".")[1]

    def words_by(self, machine: bool) -> Words:
        """What it is called in the record, of a person's doing or of the machine's."""
        return self.deemed if machine and self.deemed else self.words

    @property
    def by_decision(self) -> bool:
        """Whether it carries out what the commission decided."""
        return "decision" in self.given.model_fields

    @property
    def on_paper(self) -> bool:
        """Whether it may be signed by hand: printed, signed, scanned."""
        return "paper" in self.given.model_fields

    @property
    def wants_proof(self) -> bool:
        """Whether who does it must have shown lately that he is who signed in."""
        return self.on_paper or self.moves_rights


@dataclass(frozen=True)
class Standing:
    """In what the account stands to an object: relations of its own, and the units in each relation."""

    relations: Collection[str] = ()
    units: Mapping[str, Collection[str]] = field(default_factory=dict)


def shortened(text: str, most: int) -> str:
    """A text for a title or a line of a list: where it is longer, its beginning with a mark that it is cut."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def rulebook_words(obj: Any) -> Words:
    """The rulebook that an object stands under, with its year: rulebooks of several years have one title."""
    held = obj.rulebook
    return f"{held.title_zh} {held.period}", f"{held.title_en or held.title_zh} {held.period}"


@dataclass(frozen=True)
class Column:
    """A column of the kind's list, and a line of the object's page."""

    words: Words
    value: Callable[[Any], Any] | str
    """How it is read from an object; a name stands for the attribute."""
    number: bool = False

    def of(self, obj: Any) -> Any:
        """What stands in it for an object; a pair of words that is empty is nothing."""
        held = getattr(obj, self.value) if isinstance(self.value, str) else self.value(obj)
        return "" if held == ("", "") else held


@dataclass(frozen=True)
class Matter:
    """What the commission has before it when it decides about an object."""

    content: Any
    """Everything that the decision rests on, as JSON values: where it changes, the decision fits no longer."""
    words: Words
    """The same as people read it on the decision's page."""


OF_UNITS = {"own": ("unit",), "supplying": ("supplier",), "heir": ("unit", "supplier")}
"""The fields of an object about one unit that another one may supply; an heir's names the unit that it holds a part of."""
_BY_NAME: dict[str, "Kind"] = {}


def kind_named(name: str) -> "Kind":
    """The kind of a later stop, for an act of an earlier one that carries its objects along."""
    return _BY_NAME[name]


@dataclass(frozen=True)
class Kind:
    """A kind of object: its life, its acts, who sees it, how it is shown."""

    machine: Machine
    path: str
    words: Words
    model: type[models.Model]
    title: Callable[[Any], Words]
    standing: Callable[[Any, Account], Standing]
    acts: tuple[Act, ...]
    columns: tuple[Column, ...]
    facts: tuple[Column, ...] = ()
    queryset: Callable[[], QuerySet[Any]] | None = None
    """A rulebook is read once for all objects under it (`prefetch_related`), never with each: its text is long."""
    parties: Callable[[Any], Collection[str]] | None = None
    """The units that have a part in the object, where these are others than those that stand in a relation to it."""
    reach: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Of a kind of which there are many: for each relation of a unit the fields that name the unit, so that the database
    leaves out what a reader's units have no part in."""
    body: str = ""
    """A template for what is peculiar to the kind, below the facts."""
    context: Callable[[Any, Any], dict[str, Any]] | None = None
    """What that template needs, from the object and the request."""
    out: Callable[[Any], dict[str, Any]] | None = None
    """More of the object for the API."""
    links: tuple[tuple[str, Words, str], ...] = ()
    """Further pages of the kind, shown above its list to whoever may: address, words, act (empty: everyone)."""
    note: Callable[[], Words] | None = None
    """What the list says before its rows: what holds though nobody entered it here."""
    page: Callable[[Any], str] | None = None
    """The address of the object's page, where it is not the common one."""
    pages: str = ""
    """The address of the list of objects, where it is not the common one."""
    thread: bool = False
    """Whether the page keeps what was said at each act: rounds, objections, settled values, not only the newest."""
    recalled: Callable[[Any, Mapping[str, Any]], list[tuple[Words, str]]] | None = None
    """Of a thread whose entries name what belongs to the object: what one says, in words, in the place of its fields."""
    printed: Callable[[Any, date], Sequence[Section]] | None = None
    """What a paper to be signed on a day shows of the object beside its facts and files: what its page has in a body of its own."""
    matter: Callable[[Any], Matter] | None = None
    """Of a kind that the commission decides about: what of an object its decision is bound to."""
    decides: Callable[[Any, Mapping[str, tuple[str, str]]], None] | None = None
    """Of a kind on which the commission may decide other values than those before it: checks them, each with what confirms
    it, by indicator, as where they are carried out, and raises what is wrong."""

    stated: Callable[[Any], list[tuple[str, Words]]] | None = None
    """Of such a kind: the indicators of which a decision on an object may state a value, with what each is called."""

    about: Callable[[Any], tuple["Kind", Any] | None] | None = None
    """The object that this one tells of, with its kind: whoever may read that one is its `reader`."""

    took: Mapping[str, tuple[Words, Callable[[Any, Account], bool]]] = field(default_factory=dict)
    """Earlier steps (`workflow/apart.py`) that are no acts of whoever took them: what they are called, and whether an account did."""

    year: Callable[[Any], Any] | None = None
    """The rulebook version on whose result the object bears: once that is final, the object stays as it is."""

    measure: Callable[[Any], tuple[Words, str]] | None = None
    """Of an object that is about one value: its unit of measure and its period, which stand beside every field of that value."""
    due: Callable[[Any, date], date | None] | None = None
    """By when whoever has the object on the desk owes his act, where the object's own day is not that: the end of a time that runs."""
    under_way: Callable[[str], Words | None] | None = None
    """Of the kind whose objects carry acts on others: that one about a subject was begun and is not ready yet, in words."""
    known: Callable[[Any], tuple[Words, date] | None] | None = None
    """A day that the object or its rulebook knows where no clock runs (a hearing, a handover, “not before”), with its words."""
    told: bool = False
    """Whether `outcome` tells the known day itself, so that the page's first line does not say it twice."""
    counted: bool = False
    """Whether something is owed by the known day, so that the days left to it are counted as those of any clock."""

    stands: Callable[[Any, date | None], Words | None] | None = None
    """The state in words, on a day where one is asked for, of an object of which the machine's word says too little:
    a draft that was sent back, a notice that is over."""
    outcome: Callable[[Any], Words | None] | None = None
    """What the page's first line says beside the state: how it came out, in numbers, and on which day."""

    def __post_init__(self) -> None:
        _BY_NAME[self.name] = self

    @property
    def name(self) -> str:
        return self.machine.name

    @property
    def read(self) -> str:
        """The act of reading one, as the permission table names it."""
        return f"{self.name}.read"

    @property
    def makers(self) -> tuple[Act, ...]:
        """Acts that make an object."""
        return tuple(a for a in self.acts if self.machine.leads("", a.code) and not a.by_machine)

    def act(self, name: str) -> Act | None:
        """The act with this short name, unless a machine does it."""
        found = (a for a in self.acts if a.name == name and not a.by_machine)
        return next(found, None)

    @property
    def listing(self) -> str:
        """Where the list of objects is."""
        return self.pages or f"/office/{self.path}/"

    def address(self, obj: Any) -> str:
        """Where the object's page is."""
        return self.page(obj) if self.page else f"/office/{self.path}/{obj.pk}/"

    def state_of(self, obj: Any, day: date | None = None) -> Words:
        """The object's state in words, on a day where its word grows old with time."""
        return (self.stands(obj, day) if self.stands else None) or self.machine.names[obj.state]

    def all(self) -> QuerySet[Any]:
        """All objects of the kind, as its pages read them."""
        return self.queryset() if self.queryset else self.model._default_manager.all()

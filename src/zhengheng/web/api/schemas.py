"""What the API takes and gives. Field names are those of the models; dates and times are ISO."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field


class Asked(Schema):
    """What a caller sends. A field of another name is refused: a misspelt last day of a role would be a role without end."""

    model_config = ConfigDict(extra="forbid")


class ProblemOut(Schema):
    """One finding: where it is, a stable code, the sentence in the language asked for."""

    where: str
    code: str
    detail: str


class ErrorOut(Schema):
    """problem+json (RFC 9457): `type` is the first problem's stable code."""

    type: str
    title: str
    status: int
    problems: list[ProblemOut]


class GrantOut(Schema):
    id: int
    role: str
    unit: str | None
    valid_from: date
    valid_to: date | None
    row_version: int

    @staticmethod
    def resolve_unit(grant: Any) -> str | None:
        return grant.unit.code if grant.unit else None


class AccountOut(Schema):
    username: str
    name: str
    is_active: bool
    last_login: datetime | None
    row_version: int
    grants: list[GrantOut]


class MeOut(Schema):
    username: str
    name: str
    grants: list[GrantOut]


class AccountIn(Asked):
    username: str = Field(max_length=60)
    name: str = Field(max_length=60)


class NewAccountOut(AccountOut):
    """A new account; its first password is told this once."""

    password: str


class HandedOut(Schema):
    """Whom a first password is handed to."""

    username: str
    name: str
    password: str


class BroughtOut(Schema):
    """How many accounts came in, and their first passwords, which are told this once."""

    rows: int
    accounts: list[HandedOut]


class GrantIn(Asked):
    role: str = Field(max_length=32)
    unit: str | None = Field(None, max_length=40)
    valid_from: date | None = None
    valid_to: date | None = None


class VersionIn(Asked):
    """The version that the caller saw; an older one is refused with 409."""

    row_version: int = Field(ge=1, le=2**31 - 1)


class ReasonIn(VersionIn):
    """The version that the caller saw, and why: some words."""

    reason: str


class RevokeIn(VersionIn):
    """The version that the caller saw; why, where nobody else holds a role whose word counts."""

    reason: str = ""


class RenewalOut(Schema):
    """A new first password, a forgotten second factor, a closing, an opening again or a role taken back: `asked` waits for a second officer; a password is told once."""

    id: int
    username: str
    what: str
    reason: str
    state: str
    password: str | None


class UnitOut(Schema):
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent: str | None
    credit_code: str
    area_code: str
    led: str
    valid_from: date | None
    valid_to: date | None

    @staticmethod
    def resolve_parent(unit: Any) -> str | None:
        return unit.parent.code if unit.parent else None


class RunOut(Schema):
    run: str
    rulebook: str
    title_zh: str
    title_en: str
    period: str
    state: str
    made_at: datetime
    published_at: datetime | None
    row_version: int


class LineOut(Schema):
    unit: str
    name: str
    place: int | None
    tied: bool
    score: str
    grade: str
    """The decided grade where the commission decided one, otherwise the computed one."""
    computed_grade: str = ""
    """Where the commission decided: what was computed."""
    grade_reason: str = ""
    """Why it was decided, or what binds the grade whatever the score is: a veto, a gate."""
    status: str
    lights: dict[str, int]

    @staticmethod
    def resolve_lights(line: Any) -> dict[str, int]:
        return dict(line["lights"] if isinstance(line, dict) else line.lights)


class GroupOut(Schema):
    name: str
    lines: list[LineOut]


class BoardOut(Schema):
    """`score` is in points, as text with its declared digits; empty where a unit has no total."""

    run: RunOut
    at: date
    rulebook_version: str
    provisional: bool
    units: int
    ranked: int
    notices: list[str]
    """What must be read before the numbers: not public yet, replaced, put right on appeal."""
    groups: list[GroupOut]


Number = Annotated[int, Field(ge=0, lt=10**9)]
"""The number of a file in its lake, or of a row in it."""


class SourceFileOut(Schema):
    number: int
    name: str
    sheet: str
    sha256: str


class TakenOut(Schema):
    kind: str
    unit: str
    code: str
    when: str
    value: str


class SourceRowOut(Schema):
    """`cells` by column as they stood, empty where the file is not `kept` as it came (it was altered, is gone, or never was kept); `among` are rows counted together with it, `rows` all of them."""

    file: SourceFileOut
    row: int
    cells: list[tuple[str, str]]
    taken: list[TakenOut]
    among: list[int]
    rows: int
    kept: Literal["kept", "altered", "gone", "never"]


class RunIn(Asked):
    run: str = Field(max_length=16)


class ReaderIn(Asked):
    username: str = Field(max_length=60)


class EntryOut(Schema):
    sequence: int
    act: str
    subject: str
    actor: str
    at: str
    digest: str
    leaf: str

    @staticmethod
    def resolve_leaf(row: Any) -> str:
        return bytes(row.leaf).hex()


class ProofOut(Schema):
    """The inclusion proof of an entry in the first `size` entries (RFC 6962)."""

    sequence: int
    size: int
    leaf: str
    root: str
    proof: list[str]


class ConsistencyOut(Schema):
    """The proof that the first `old_size` entries are the beginning of the first `size` (RFC 6962)."""

    old_size: int
    old_root: str
    size: int
    root: str
    proof: list[str]


class CheckpointOut(Schema):
    size: int
    code: str
    text: str
    at: datetime


class ExpectedOut(Schema):
    """One indicator at the period's end: periods reported of all, and the mark it would get; what is due and not there, and how that stands."""

    indicator: str
    reported: int
    periods: int
    value: str
    target: str
    measure_unit: str
    """Of value and target; empty where there is none."""
    line: str
    points: str
    full: str
    status: str
    lacking: list[str]


class YearEndOut(Schema):
    """A unit's total as it would be; empty where `unknown` indicators lack a value, are not due at all yet or have no target to go by."""

    rulebook: str
    period: str
    unit: str
    total: str
    full: str
    unknown: int
    indicators: list[ExpectedOut]


class TrialOut(Schema):
    """Each a pair: as it is, and as it would be."""

    unit: str
    period: str
    score: list[str]
    rank: list[str]
    grade: list[str]
    moved: bool


class TableOut(Schema):
    """A table of a report."""

    head: list[str]
    rows: list[list[str]]


class SectionOut(Schema):
    """A part of a report."""

    title: str
    texts: list[str]
    tables: list[TableOut]


class ReportOut(Schema):
    """A report: its sentence, where it comes from, its parts."""

    title: str
    answer: str
    warnings: list[str] = []
    """What must be read before the answer: not public yet, replaced, put right on appeal."""
    origin: str
    sections: list[SectionOut]
